"""What a student reads: each exercise with its state, the first thing that is wrong, and the likely cause."""

import ast
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from rich import box
from rich.table import Table
from rich.text import Text

from autograder import words
from autograder.checking.kernel import Outcome
from autograder.checking.plan import CheckedExercise, Plan
from autograder.code_cells import Cell
from autograder.kernels.meter import PATIENCE
from autograder.language import _
from autograder.notebooks import CHECK
from autograder.reasons import Failure, Reason, Why, because

OK, NOT_YET, NOT_STARTED = "ok", "not yet", "not started"


@dataclass(frozen=True, slots=True)
class Line:
    """One exercise.

    Attributes:
        exercise: Its name.
        state: `OK`, `NOT_YET` or `NOT_STARTED`.
        failure: What is wrong first; None if nothing is, or nothing was written.
        points: What it is worth; 0 if that is not known.
        cell: Name of the cell to fix: its solution, or if it has none the check.
        index: That cell's position in the notebook.
    """

    exercise: str
    state: str
    failure: Failure | None = None
    points: float = 0.0
    cell: str = ""
    index: int = 0

    @property
    def reason(self) -> str:
        """The first thing that is wrong, on one line; "" if nothing is."""
        return _clean(words.on_one_line(self.failure)) if self.failure else ""

    @property
    def place(self) -> str:
        """The line of the student's code that raised an exception, or ""."""
        return _clean(words.in_words(self.failure.place)) if self.failure else ""

    @property
    def cause(self) -> str:
        """The sentence of the misconception that gives exactly this answer, or ""."""
        return _clean(words.cause(self.failure)) if self.failure else ""


@dataclass(frozen=True, slots=True)
class Note:
    """What there is to say about another cell, such as that it ended with an error: its name, place and the reason."""

    cell: str
    index: int
    reason: Reason

    @property
    def text(self) -> str:
        """The reason in words."""
        return _clean(words.in_words(self.reason))


@dataclass(frozen=True, slots=True)
class Report:
    """All exercises of a notebook, and what its other cells said.

    Attributes:
        lines: One for each exercise, in the notebook's order.
        notes: Other cells that ended with an error or were edited, and written answers that are still empty.
    """

    lines: tuple[Line, ...]
    notes: tuple[Note, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether all checks pass."""
        return all(line.state == OK for line in self.lines)


def report(plan: Plan, outcomes: Mapping[int, Outcome], *, limit_s: float) -> Report:
    """Judge the exercises by what happened to their cells."""
    cells = {cell.index: cell for cell in plan.cells}
    lines = tuple(_line(exercise, cells, outcomes, limit_s) for exercise in plan.exercises)
    known = {index for each in plan.exercises for index in (*each.checks, each.solution, each.again)}
    notes = [Note(cell.name, cell.index, because(Why.EDITED, name=cell.name)) for cell in plan.edited]
    for cell in plan.cells:
        outcome = outcomes[cell.index]
        if cell.index not in known and outcome.kind != "ok" and outcome.kind != "blocked" and not _waits(outcome):
            notes.append(Note(cell.name, cell.index, _ended_at(cell, outcome, limit_s)))
    notes += [Note(cell.name, cell.index, because(Why.UNWRITTEN, name=cell.name)) for cell in plan.unwritten]
    return Report(lines, tuple(notes))


def table(result: Report, *, title: str) -> Table | Text:
    """The report for a terminal; every cell is a `Text`, which never reads markup in what it shows."""
    if not result.lines:
        return Text("\n".join([_clean(title), *plain(result)]))
    drawn = Table(title=Text(_clean(title)), title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    drawn.add_column(_("exercise"), no_wrap=True)
    drawn.add_column(_("check"), no_wrap=True)
    drawn.add_column(_("why"), overflow="fold")
    for line in result.lines:
        drawn.add_row(Text(_clean(line.exercise)), Text(sign(line.state)), Text("\n".join(why(line))))
    drawn.caption, drawn.caption_justify = Text("\n".join([*_said(result), summary(result)])), "left"
    return drawn


def plain(result: Report) -> list[str]:
    """The report for a log, one line for each exercise."""
    width = max((len(line.exercise) for line in result.lines), default=0)
    lines = [f"{_clean(line.exercise):{width}}  {sign(line.state)}  {'  '.join(why(line))}" for line in result.lines]
    return [line.rstrip() for line in [*lines, *_said(result), summary(result)]]


@dataclass(frozen=True, slots=True)
class News:
    """What has changed since the last save: a headline, and what there is to say about it."""

    headline: str
    details: Sequence[str] = ()


def changes(before: Report, now: Report, touched: Collection[str]) -> list[News]:
    """What a save has changed, in the notebook's order.

    Args:
        before: The checks before.
        now: The checks now.
        touched: Exercises whose cells were changed: these are reported even if they stand as before.
    """
    earlier = {line.exercise: line for line in before.lines}
    found = []
    for line in now.lines:
        old = earlier.get(line.exercise)
        if line.exercise in touched or old is None or (old.state, old.failure) != (line.state, line.failure):
            headline = f"{sign(line.state)[0]} {_turn(old, line).format(exercise=_clean(line.exercise))}"
            found.append(News(headline, why(line)))
    known = {note.reason for note in before.notes}
    return [*found, *(News(note.text) for note in now.notes if note.reason not in known)]


def _turn(old: Line | None, new: Line) -> str:
    same = old is not None and old.state == new.state
    if new.state == OK:
        return _("{exercise}: still right") if same else _("{exercise}: now right")
    if new.state == NOT_STARTED:
        return _("{exercise}: not started")
    if old is not None and old.state == OK:
        return _("{exercise}: no longer right")
    return _("{exercise}: still not right") if same else _("{exercise}: not right yet")


def summary(result: Report) -> str:
    """One sentence about all of it."""
    if not result.lines:
        return _("This notebook has no visible checks.")
    done = sum(line.state == OK for line in result.lines)
    return _("{done} of {all} exercises pass their checks.").format(done=done, all=len(result.lines))


def _line(
    exercise: CheckedExercise, cells: Mapping[int, Cell], outcomes: Mapping[int, Outcome], limit_s: float
) -> Line:
    solution = cells.get(exercise.solution) if exercise.solution is not None else None

    def line(state: str, check: int, failure: Failure | None = None) -> Line:
        at = solution or cells[check]
        return Line(exercise.name, state, failure, exercise.points, at.name, at.index)

    if solution is not None and not exercise.checks:
        gone = because(Why.CHECK_GONE, cell=exercise.name + CHECK)
        return line(NOT_YET, solution.index, Failure("", gone))
    first = exercise.checks[0]
    if solution is not None and solution.name == exercise.name and outcomes[solution.index].kind != "ok":
        if _waits(outcomes[solution.index]):
            return line(NOT_STARTED, first)
        return line(NOT_YET, first, _of_cell(solution, outcomes[solution.index], limit_s))
    for index in exercise.checks:
        outcome = outcomes[index]
        if outcome.kind == "ok":
            continue
        if _is_blank(outcome, exercise.name) or (solution is not None and _is_empty(solution)):
            return line(NOT_STARTED, index)
        if outcome.failure is not None:
            return line(NOT_YET, index, _timed(outcome.failure, outcome, limit_s))
        # A loop that no interrupt ends leaves no trace: it is in a function that the cell was checking.
        functions = [name for name in cells[index].checked if solution is not None and name in solution.defines]
        if outcome.kind == "timeout" and functions and outcome.place is None:
            return line(NOT_YET, index, Failure(", ".join(functions), _what(outcome, limit_s)))
        return line(NOT_YET, index, _of_cell(cells[index], outcome, limit_s))
    if exercise.again is not None and outcomes[exercise.again].kind != "ok":
        outcome = outcomes[exercise.again]
        said = outcome.failure or Failure("", _what(outcome, limit_s))
        reason = because(Why.OF_CALL, call=said.call, reason=said.reason) if said.call else said.reason
        return line(NOT_YET, exercise.again, replace(said, call="", reason=because(Why.NO_LONGER, reason=reason)))
    return line(OK, first)


def _is_blank(outcome: Outcome, exercise: str) -> bool:
    """Whether a check has met the stub of its own exercise."""
    if outcome.failure is not None:
        reason = outcome.failure.reason
        return reason.kind is Why.STUB or reason == because(Why.UNTOUCHED, exercise=exercise)
    return outcome.name == "NotImplementedError" and not outcome.message


def _timed(failure: Failure, outcome: Outcome, limit_s: float) -> Failure:
    """The failure, with the limit that was reached if the check knows only that it was stopped."""
    return replace(failure, reason=_too_long(outcome, limit_s)) if failure.reason.kind is Why.STOPPED else failure


def _waits(outcome: Outcome) -> bool:
    """Whether the cell only waits for an exercise that was not started, or whose check has said what is wrong."""
    return outcome.name in ("NotStarted", "CheckFailed") or (
        outcome.name == "NotImplementedError" and not outcome.message
    )


def _is_empty(cell: Cell) -> bool:
    """Whether a cell of answers still contains only None."""
    body = cell.tree.body if cell.tree is not None else []
    values = [node.value for node in body if isinstance(node, ast.Assign)]
    empty = [isinstance(value, ast.Constant) and value.value in (None, ...) for value in values]
    return bool(body) and len(values) == len(body) and all(empty)


def _what(outcome: Outcome, limit_s: float) -> Reason:
    if outcome.name == "SystemExit":
        return because(Why.CELL_ENDS_PYTHON)
    match outcome.kind:
        case "timeout":
            return _too_long(outcome, limit_s)
        case "died":
            return because(Why.DIED)
        case "blocked":
            return because(Why.NOT_RUN, name=outcome.name)
    if outcome.name == "StdinNotImplementedError":
        return because(Why.NO_INPUT_HERE)
    message = outcome.message.strip().split("\n")[0]
    message = re.sub(r" *\([^()]*, line \d+\)$", "", message)  # IPython's name for the cell; the line is known
    return because(Why.ENDED_WITH, error=f"{outcome.name}: {message}" if message else outcome.name)


def _too_long(outcome: Outcome, limit_s: float) -> Reason:
    match outcome.spent:
        case "waited":
            return because(Why.WAITED_FOR, limit=limit_s)
        case "took":
            return because(Why.TOOK, limit=PATIENCE * limit_s)
    return because(Why.COMPUTED_FOR, limit=limit_s)


def _at(cell: Cell, outcome: Outcome) -> Reason | None:
    """The line of the notebook at which a cell ended, None if it is not known."""
    if outcome.place is None:
        return None
    function, number, source = outcome.place
    if function:
        return because(Why.LINE_IN, function=function, line=number, source=source)
    lines = cell.source.split("\n")
    source = source or (lines[number - 1].strip() if number <= len(lines) else "")
    return because(Why.LINE, line=number, source=source)


def _of_cell(cell: Cell, outcome: Outcome, limit_s: float) -> Failure:
    """The reason that a cell has not run to its end, and where it ended."""
    reason = because(Why.IN_CELL, name=cell.name, what=_what(outcome, limit_s))
    return Failure("", reason, place=_at(cell, outcome))


def _ended_at(cell: Cell, outcome: Outcome, limit_s: float) -> Reason:
    what, place = _what(outcome, limit_s), _at(cell, outcome)
    if place is None:
        return because(Why.IN_CELL, name=cell.name, what=what)
    return because(Why.IN_CELL_AT, name=cell.name, what=what, place=place)


def sign(state: str) -> str:
    """A state as people read it."""
    return {OK: "✔ " + _("ok"), NOT_YET: "✘ " + _("not yet"), NOT_STARTED: "○ " + _("not started")}[state]


def why(line: Line) -> Sequence[str]:
    """What is wrong first, where, and the likely cause."""
    cause = _clean(words.likely_cause(line.failure)) if line.failure else ""
    return [text for text in (line.reason, line.place, cause) if text]


def _said(result: Report) -> list[str]:
    return [note.text for note in result.notes]


def _clean(text: str) -> str:
    """On one line, short, and without anything that could steer a terminal."""
    return " ".join(re.sub(r"[\x00-\x1f\x7f-\x9f]+", " ", text).split())[:300]
