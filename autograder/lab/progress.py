"""`lab.progress()` and `lab.hint("conv2d")`: where students stand, and the next step, when they ask.

Both read the file next to the notebook (`autograder.lab.companion`) and what the checks of this session said
(`autograder.lab.session`). Nothing is stored or sent, and neither has anything to do with marks.
"""

import contextlib
import hashlib
import html
import inspect
import re
from collections.abc import Callable, Sequence
from typing import Any

from autograder.errors import did_you_mean
from autograder.lab import companion
from autograder.lab.checks import check
from autograder.lab.companion import ListedExercise
from autograder.lab.session import Given, State
from autograder.language import _

_FILLS = {
    State.PASSED: "background:currentColor",
    State.FORMAL: "background:currentColor",
    State.WRONG: "background:repeating-linear-gradient(45deg,currentColor 0 2px,transparent 2px 6px)",
    State.UNTRIED: "",
}
"""Distinguished by pattern, without our own colours, so that a dark page is as readable as a light one."""
_LEFT = "text-align:left"


def progress() -> None:
    """Show which checks have passed in this session, which have not, and which were not tried."""
    exercises = companion.exercises() or check.session.checked()
    rows = [(exercise, check.session.state(exercise)) for exercise in exercises]
    _display({"text/html": _html(rows), "text/plain": _plain(rows)})


def hint(exercise: str | Callable[..., Any] | None = None) -> None:
    """Show the next hint of an exercise: the first at once, each later one after a new attempt.

    An attempt is a check that found something wrong, or a change to the exercise's cell. Without one, the hints
    already given are shown again.

    Args:
        exercise: Its name, or the function itself; without one, the names are listed.
    """
    if exercise is None:
        _display_markdown([_which()])
        return
    wanted = exercise if isinstance(exercise, str) else str(getattr(exercise, "__name__", exercise))
    found = _find(wanted, companion.exercises())
    hints = companion.hints(found.name)
    if not hints:
        _display_markdown([_nowhere(wanted)])
        return
    given = check.session.hints.setdefault(found.name, Given())
    now = (check.session.failures(found), _source(found))
    fresh = (given.count == 0 or now != given.after) and given.count < len(hints)
    if fresh:
        given.count, given.after = given.count + 1, now
    if given.count == len(hints):
        told = _("That was the last hint. The rest is yours.")
    elif fresh:
        told = _("Hint {number} of {all}. Try it before you ask for the next one.").format(
            number=given.count, all=len(hints)
        )
    else:
        told = _("The next hint comes after a new attempt: change your code, or let the check look at it.")
    _display_markdown([*hints[: given.count], f"*{told}*"])


def _find(wanted: str, exercises: Sequence[ListedExercise]) -> ListedExercise:
    """The exercise of that name, or the one whose cell defines that function."""
    for matches in (lambda item: item.name == wanted, lambda item: wanted in item.names):
        for item in exercises:
            if matches(item):
                return item
    return ListedExercise(wanted)


def _with_hints() -> list[str]:
    return [item.name for item in companion.exercises() if companion.hints(item.name)]


def _which() -> str:
    known = _with_hints()
    if not known:
        return _("Say for which exercise, such as {example}.").format(example='`lab.hint("conv2d")`')
    return _("Say for which exercise, such as {example}. There are hints for: {names}.").format(
        example=f'`lab.hint("{known[0]}")`', names=", ".join(f"`{name}`" for name in known)
    )


def _nowhere(wanted: str) -> str:
    known = _with_hints()
    if known:
        none = _("There are no hints for {wanted}.").format(wanted=f"`{_word(wanted)}`")
        some = _("There are some for: {names}.").format(names=", ".join(f"`{name}`" for name in known))
        return f"{none}{did_you_mean(wanted, known)} {some}"
    return _(
        "The hints are collapsed in the cell below the check of `{wanted}`. "
        "To show them here, this notebook needs the file {file} in its folder."
    ).format(wanted=_word(wanted), file=companion.LIKELY_CAUSES)


def _word(text: str) -> str:
    return re.sub(r"[^\w .-]", "", text)[:60]


def _source(exercise: ListedExercise) -> str:
    """A digest of what the student wrote: the source of functions, the values of other answers."""
    from IPython import get_ipython

    shell = get_ipython()
    space = shell.user_ns if shell is not None else {}
    parts = []
    for name in exercise.names or (exercise.name,):
        value = space.get(name)
        text = ""
        with contextlib.suppress(Exception):  # whatever a student's object does
            text = inspect.getsource(value) if callable(value) else repr(value)
        parts.append(text)
    return hashlib.sha256("\0".join(parts).encode(errors="replace")).hexdigest()


def _said(state: State) -> tuple[str, str]:
    return {
        State.PASSED: ("✔", _("passed")),
        State.FORMAL: ("✔", _("right form; judged after you hand in")),
        State.WRONG: ("✘", _("not yet")),
        State.UNTRIED: ("○", _("not tried yet")),
    }[state]


def _summary(rows: Sequence[tuple[ListedExercise, State]]) -> str:
    if not rows:
        return _("No check was run in this session.")
    states = [state for _exercise, state in rows]
    return _("{passed} of {all} checks passed, {wrong} not yet, {untried} not tried").format(
        passed=states.count(State.PASSED) + states.count(State.FORMAL),
        all=len(states),
        wrong=states.count(State.WRONG),
        untried=states.count(State.UNTRIED),
    )


def _points(exercise: ListedExercise) -> str:
    return f"{exercise.points:g}" if exercise.points else ""


def _plain(rows: Sequence[tuple[ListedExercise, State]]) -> str:
    width = max((len(exercise.name) for exercise, _state in rows), default=0)
    lines = []
    for exercise, state in rows:
        sign, said = _said(state)
        points = _("  ({points} points)").format(points=_points(exercise)) if exercise.points else ""
        lines.append(f"{sign} {exercise.name:{width}}  {said}{points}")
    return "\n".join([*lines, _summary(rows)])


def _html(rows: Sequence[tuple[ListedExercise, State]]) -> str:
    summary = html.escape(_summary(rows))
    if not rows:
        return f"<p>{summary}</p>"
    bar = "".join(
        f'<span style="flex:{exercise.points or 1:g} 1 0;border-right:1px solid currentColor;{_FILLS[state]}"></span>'
        for exercise, state in rows
    )
    lines = []
    for exercise, state in rows:
        sign, said = _said(state)
        cells = [
            f'<th scope="row" style="text-align:left;font-weight:normal"><code>{html.escape(exercise.name)}</code>'
        ]
        cells.append(
            f'</th><td style="text-align:left"><span aria-hidden="true">{sign}</span> {html.escape(said)}</td>'
        )
        cells.append(f'<td style="text-align:right">{_points(exercise)}</td>')
        lines.append(f"<tr>{''.join(cells)}</tr>")
    head = "".join(
        f'<th scope="col" style="text-align:{side}">{html.escape(title)}</th>'
        for title, side in ((_("exercise"), "left"), (_("check"), "left"), (_("points"), "right"))
    )
    return (
        f'<div role="img" aria-label="{summary}" style="display:flex;height:1em;max-width:36em;'
        f'border:1px solid currentColor;border-right:0;border-radius:3px;overflow:hidden;opacity:.75">{bar}</div>'
        f'<table style="color:inherit"><caption style="caption-side:top;{_LEFT};color:inherit">{summary}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(lines)}</tbody></table>"
    )


def _display_markdown(paragraphs: Sequence[str]) -> None:
    text = "\n\n".join(paragraphs)
    plain = re.sub(r"^(\*+)(.+)\1$", r"\2", text, flags=re.MULTILINE)
    _display({"text/markdown": text, "text/plain": plain})


def _display(forms: dict[str, str]) -> None:
    """Show it in a notebook; elsewhere print the plain form."""
    from IPython import display, get_ipython

    if get_ipython() is None:
        print(forms["text/plain"])
    else:
        display.display(forms, raw=True)
