"""A cohort on a terminal, and one submission in a log."""

from collections.abc import Sequence

from rich import box
from rich.table import Table
from rich.text import Text

from autograder.language import _
from autograder.plain_text import one_line
from autograder.reporting.text import final_score, lead, number, state
from autograder.values.graded import ExerciseVerdict, Grade
from autograder.words import in_words

NOTE_LENGTH = 90
EXERCISES_WIDTH = 44
"""Characters of the column of exercises: what a terminal of 80 columns has left, with ten for the note."""


def table(grades: Sequence[Grade], *, assignment: str) -> Table:
    """The cohort as a table that fits 80 columns.

    Every cell is a `Text`, which never reads markup in what it shows.

    Args:
        grades: One for each submission.
        assignment: The assignment's name.
    """
    names = list(dict.fromkeys(exercise.name for grade in grades for exercise in grade.exercises))
    for digits in (2, 1):  # points are shortened if there are many in a row; the pages have them in full
        rows = [[compact(find(grade, name), digits) for name in names] for grade in grades]
        widths = [max(len(row[column]) for row in rows) for column in range(len(names))]
        wide = sum(widths) + len(widths) - 1
        if wide <= EXERCISES_WIDTH:
            break
    result = Table(
        title=Text(one_line(assignment, 60)),
        title_justify="left",
        box=box.SIMPLE_HEAD,
        padding=(0, 1, 0, 0),
        pad_edge=False,
    )
    # Only the note is shortened on a narrow terminal: its column may wrap, its text does not.
    result.add_column(_("student"), max_width=14, overflow="ellipsis", no_wrap=True)
    result.add_column(_("marks"), justify="right", no_wrap=True)
    result.add_column(_("exercises"), width=min(max(wide, 9), EXERCISES_WIDTH), overflow="ellipsis", no_wrap=True)
    result.add_column(_("note"))
    for grade, row in zip(grades, rows, strict=True):
        points = " ".join(text.rjust(width) for text, width in zip(row, widths, strict=True))
        note = Text(_note(grade, NOTE_LENGTH), no_wrap=True, overflow="ellipsis")
        result.add_row(Text(one_line(grade.student, 60)), Text(_marks(grade)), Text(points), note)
    if names:
        legend = _("exercises: {names}.  ✓ all points, – none, ? waits for a person")
        result.caption = Text(legend.format(names=one_line(", ".join(names), 400)))
        result.caption_justify = "left"
    return result


def plain_line(grade: Grade) -> str:
    """One line for a log: student, marks, and the first thing to know."""
    of = _("{points} of {worth}").format(points=number(final_score(grade)), worth=number(grade.max_score))
    note = _note(grade, 200)
    return f"{one_line(grade.student, 60)}  {of}" + (f"  {note}" if note else "")


def find(grade: Grade, name: str) -> ExerciseVerdict | None:
    """The verdict on an exercise."""
    return next((exercise for exercise in grade.exercises if exercise.name == name), None)


def compact(exercise: ExerciseVerdict | None, digits: int = 2) -> str:
    """A verdict in a few characters: a sign, or the points of what is partly right, with a maximum number of digits."""
    if exercise is None:
        return " "
    return {"waits": "?", "complete": "✓", "missed": "–", "open": "–"}.get(
        state(exercise), number(round(exercise.points, digits))
    )


def _marks(grade: Grade) -> str:
    return f"{number(final_score(grade))}/{number(grade.max_score)}"


def _note(grade: Grade, limit: int) -> str:
    """Faults of the whole submission, then the first exercise that has something to say, then other faults."""
    whole = [in_words(fault.reason) for fault in grade.faults if not fault.cell]
    if whole:
        return one_line(" ".join(whole), limit)
    for exercise in grade.exercises:
        said = lead(exercise)
        if said is not None:
            return one_line(f"{exercise.name}: {said.sentence}", limit)
    return one_line(" ".join(f"{fault.cell}: {in_words(fault.reason)}" for fault in grade.faults), limit)
