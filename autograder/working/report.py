"""What a student reads: each exercise with its state, the first thing that is wrong, and the likely cause."""

import ast
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich import box
from rich.table import Table
from rich.text import Text

from autograder.lab.checks import NotStarted, reason_and_cause, says_not_started
from autograder.language import _
from autograder.working.kernel import Outcome
from autograder.working.plan import Cell, Exercise, Plan

OK, NOT_YET, NOT_STARTED = "ok", "not yet", "not started"
SCHEMA = 1


@dataclass(frozen=True, slots=True)
class Line:
    """One exercise.

    Attributes:
        exercise: Its name.
        state: `OK`, `NOT_YET` or `NOT_STARTED`.
        reason: The first thing that is wrong, on one line; "" if nothing is.
        cause: The sentence of the misconception that gives this very answer, or "".
        points: What it is worth; 0 if that is not known.
    """

    exercise: str
    state: str
    reason: str = ""
    cause: str = ""
    points: float = 0.0


@dataclass(frozen=True, slots=True)
class Report:
    """All exercises of a notebook, and what its other cells said.

    Attributes:
        lines: One for each exercise, in the notebook's order.
        notes: Other cells that ended with an error, each a sentence.
    """

    lines: tuple[Line, ...]
    notes: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether all checks pass."""
        return all(line.state == OK for line in self.lines)


def report(plan: Plan, outcomes: Mapping[int, Outcome], *, limit_s: float) -> Report:
    """Judge the exercises by what became of their cells."""
    cells = {cell.index: cell for cell in plan.cells}
    lines = tuple(_line(exercise, cells, outcomes, limit_s) for exercise in plan.exercises)
    told = {index for exercise in plan.exercises for index in (*exercise.checks, exercise.solution)}
    notes = []
    for cell in plan.cells:
        outcome = outcomes[cell.index]
        if cell.index not in told and outcome.kind != "ok" and outcome.kind != "blocked" and not _waits(outcome):
            notes.append(_in_cell(cell, _what(outcome, limit_s)))
    return Report(lines, tuple(notes))


def table(result: Report, *, title: str) -> Table:
    """The report for a terminal; every cell is a `Text`, which never reads markup in what it shows."""
    drawn = Table(title=Text(_clean(title)), title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    drawn.add_column(_("exercise"), no_wrap=True)
    drawn.add_column(_("check"), no_wrap=True)
    drawn.add_column(_("why"), overflow="fold")
    for line in result.lines:
        drawn.add_row(Text(_clean(line.exercise)), Text(_sign(line.state)), Text("\n".join(_why(line))))
    drawn.caption, drawn.caption_justify = Text("\n".join([*map(_clean, result.notes), summary(result)])), "left"
    return drawn


def plain(result: Report) -> list[str]:
    """The report for a log, one line for each exercise."""
    width = max((len(line.exercise) for line in result.lines), default=0)
    lines = [f"{_clean(line.exercise):{width}}  {_sign(line.state)}  {'  '.join(_why(line))}" for line in result.lines]
    return [line.rstrip() for line in [*lines, *map(_clean, result.notes), summary(result)]]


def summary(result: Report) -> str:
    """One sentence on all of it."""
    if not result.lines:
        return _("This notebook has no visible checks.")
    done = sum(line.state == OK for line in result.lines)
    return _("{done} of {all} exercises pass their checks.").format(done=done, all=len(result.lines))


def as_json(result: Report, *, notebook: Path) -> dict[str, Any]:
    """The report as plain data; the states are not translated."""
    return {
        "schema": SCHEMA,
        "notebook": notebook.name,
        "passed": result.passed,
        "exercises": [
            {
                "name": line.exercise,
                "state": line.state,
                "reason": line.reason,
                "cause": line.cause,
                "points": line.points,
            }
            for line in result.lines
        ],
        "notes": list(result.notes),
    }


def _line(exercise: Exercise, cells: Mapping[int, Cell], outcomes: Mapping[int, Outcome], limit_s: float) -> Line:
    solution = cells.get(exercise.solution) if exercise.solution is not None else None
    if solution is not None and solution.name == exercise.name and outcomes[solution.index].kind != "ok":
        outcome = outcomes[solution.index]
        if _waits(outcome):
            return Line(exercise.name, NOT_STARTED, points=exercise.points)
        return Line(exercise.name, NOT_YET, _in_cell(solution, _what(outcome, limit_s)), points=exercise.points)
    for index in exercise.checks:
        outcome = outcomes[index]
        if outcome.kind == "ok":
            continue
        blank = outcome.name == "NotStarted" and outcome.message == str(NotStarted(exercise.name))
        blank = blank or outcome.name == "NotImplementedError" or says_not_started(outcome.message)
        if blank or (solution is not None and _is_empty(solution)):
            return Line(exercise.name, NOT_STARTED, points=exercise.points)
        if outcome.name == "CheckFailed":
            reason, cause = reason_and_cause(outcome.message)
            return Line(exercise.name, NOT_YET, _clean(reason), _clean(cause), exercise.points)
        what = _what(outcome, limit_s)
        return Line(exercise.name, NOT_YET, _in_cell(cells[index], what), points=exercise.points)
    return Line(exercise.name, OK, points=exercise.points)


def _waits(outcome: Outcome) -> bool:
    """Whether the cell only waits for an exercise that was not started, or whose check has told what is wrong."""
    return outcome.name in ("NotStarted", "NotImplementedError", "CheckFailed")


def _is_empty(cell: Cell) -> bool:
    """Whether a cell of answers still holds nothing but None."""
    body = cell.tree.body if cell.tree is not None else []
    values = [node.value for node in body if isinstance(node, ast.Assign)]
    empty = [isinstance(value, ast.Constant) and value.value in (None, ...) for value in values]
    return bool(body) and len(values) == len(body) and all(empty)


def _what(outcome: Outcome, limit_s: float) -> str:
    match outcome.kind:
        case "timeout":
            return _("stopped after {limit:g} s; is there a loop that does not end?").format(limit=limit_s)
        case "died":
            return _("it ended Python itself; is there an exit() in it, or did the memory run out?")
        case "blocked":
            return _("not run, since {name} was stopped before").format(name=outcome.name)
    message = outcome.message.strip().split("\n")[0]
    message = re.sub(r"\([^()]*, (line \d+)\)$", r"(\1)", message)  # IPython's own name of the cell tells nothing
    return f"{outcome.name}: {message}" if message else outcome.name


def _in_cell(cell: Cell, what: str) -> str:
    return _clean(_("cell {name}: {what}").format(name=cell.name, what=what))


def _sign(state: str) -> str:
    return {OK: "✔ " + _("ok"), NOT_YET: "✘ " + _("not yet"), NOT_STARTED: "○ " + _("not started")}[state]


def _why(line: Line) -> Sequence[str]:
    cause = [_("likely cause: {sentence}").format(sentence=line.cause)] if line.cause else []
    return [text for text in [line.reason, *cause] if text]


def _clean(text: str) -> str:
    """On one line, short, and without what could steer a terminal."""
    return " ".join(re.sub(r"[\x00-\x1f\x7f-\x9f]+", " ", text).split())[:300]
