"""What all exports share: their input, their output, cells that no spreadsheet runs, and the sentences."""

import csv
import io
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from autograder.language import _
from autograder.plain_text import clean
from autograder.reporting.exports.roster import IdColumn, Matches, Roster, match
from autograder.reporting.notices import notices
from autograder.reporting.text import lead, state, unread, unreadable
from autograder.values.graded import CURRENT, ExerciseVerdict, Grade, Standing
from autograder.words import in_words

_FORMULA = re.compile(r"\s*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]|\t")


@dataclass(frozen=True, slots=True)
class Gradesheet:
    """What an export is made from.

    Attributes:
        assignment: The assignment's name.
        grades: One for each submission, as the gradebook has them.
        roster: The list of students of the other system, if there is one.
        id_column: The roster's column with our ids; if "", one that fits is looked for.
        column: The assignment's name in the other system, if it differs.
        also_called: Other names of a student by id.
        ungraded: Students who handed in and have no grade.
        place: File and line, from 1, of the answer that a student handed in to an exercise; "" if it is not found.
        standing: Whose marks are out of date.
    """

    assignment: str
    grades: Sequence[Grade]
    roster: Roster | None = None
    id_column: str = ""
    column: str = ""
    also_called: Mapping[str, Sequence[str]] = field(default_factory=dict)
    ungraded: Sequence[str] = ()
    place: Callable[[str, ExerciseVerdict], tuple[str, int]] = lambda student, exercise: ("", 1)
    standing: Standing = CURRENT


@dataclass(frozen=True, slots=True)
class Export:
    """What is written, and what a person must know about it.

    Attributes:
        files: Texts by path relative to the export's folder; "" is the one file of a format that has one.
        unknown: Students in the gradebook who are not in the roster.
        missing: Students in the roster without a submission, as the roster names them.
        notices: Further sentences.
        remarks: What is good to know, and needs no action.
    """

    files: Mapping[str, str]
    unknown: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


def people(
    gradesheet: Gradesheet, candidates: Sequence[str], *, aside: Collection[int] = (), numbered: str = ""
) -> Matches:
    """Who each row of the cohort's roster is.

    Args:
        gradesheet: A cohort with a roster.
        candidates: Columns that may contain our ids.
        aside: The numbers of rows that are not students.
        numbered: A column with a word before each number, such as "Participant 11".

    Raises:
        UsageError: The roster has no column with ids, or nobody is in it.
    """
    assert gradesheet.roster is not None
    return match(
        gradesheet.roster,
        [grade.student for grade in gradesheet.grades],
        ids=IdColumn(gradesheet.id_column, candidates, numbered),
        also_called=gradesheet.also_called,
        aside=aside,
    )


def told(
    files: Mapping[str, str],
    gradesheet: Gradesheet,
    found: Matches | None,
    *,
    missing: Iterable[str],
    notices: Iterable[str],
) -> Export:
    """An export with all that a person must know about it.

    Args:
        files: What is written.
        gradesheet: What it is made from.
        found: Who the roster's rows are; None without a roster.
        missing: Who has no submission.
        notices: What this format has to say.
    """
    own = (*notices, *about(gradesheet))
    if found is None:
        return Export(files, notices=own)
    return Export(files, found.unknown, tuple(missing), (*found.notices, *own), found.remarks)


def other_maximum(platform: str, theirs: str, ours: float) -> tuple[str, ...]:
    """A notice, if the platform gives a different number of points for the assignment from the course."""
    try:
        same = abs(float(theirs.strip().replace(",", ".")) - ours) < 0.005
    except ValueError:
        same = False
    if same:
        return ()
    message = _("{platform} gives {theirs} points for this assignment, the course {ours}; the marks are not converted")
    return (message.format(platform=platform, theirs=theirs.strip() or _("no"), ours=points(ours)),)


def safe_cell(text: str) -> str:
    """Text that a spreadsheet shows and does not run: what could begin a formula gets an apostrophe before it."""
    return f"'{text}" if _FORMULA.match(text) else text


def points(value: float) -> str:
    """Points with at most four digits after the point."""
    text = f"{value:.4f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def table(rows: Iterable[Sequence[str]], delimiter: str = ",") -> str:
    """Rows as CSV, as in RFC 4180. What UTF-8 cannot encode becomes a question mark."""
    file = io.StringIO(newline="")
    # Before Python 3.13 the writer quotes a carriage return only where lines end with one.
    csv.writer(file, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
    return file.getvalue().encode("utf-8", "replace").decode()


def in_order(grades: Iterable[Grade]) -> list[Grade]:
    """The grades by student."""
    return sorted(grades, key=lambda grade: grade.student)


def about(gradesheet: Gradesheet) -> tuple[str, ...]:
    """What a person must know about the marks."""
    return notices(gradesheet.grades, gradesheet.standing, assignment=gradesheet.assignment)


def regraded(exercise: ExerciseVerdict) -> bool:
    """Whether a person gave points that differ from the sum of the facets."""
    won = sum(facet.points for facet in exercise.facets)
    return bool(exercise.facets) and not exercise.needs_person and abs(won - exercise.points) > 1e-6


def sentence(exercise: ExerciseVerdict) -> str:
    """What the student's page says first about an exercise; "" when there is nothing to say."""
    said = lead(exercise)
    return clean(said.sentence) if said is not None else ""


def comments(grade: Grade) -> list[str]:
    """The feedback on a submission in a few lines: lateness, a missing notebook, each incomplete exercise."""
    lines = [clean(in_words(fault.reason)) for fault in grade.faults if fault.kind == "late"]
    if unreadable(grade):
        return [
            *lines,
            *(clean(in_words(fault.reason)) for fault in grade.faults if not fault.cell and fault.kind != "late"),
        ]
    lines += [clean(in_words(fault.reason)) for fault in unread(grade.faults)]  # of one notebook among several
    return [*lines, *(line for exercise in grade.exercises if (line := comment(exercise)))]


def comment(exercise: ExerciseVerdict) -> str:
    """One line on an exercise: points and the sentence; "" if it is complete."""
    how = state(exercise)
    if how == "complete":
        return ""
    if how == "waits":
        return _("{exercise}: waits for a person.").format(exercise=exercise.name)
    if how == "again":
        line = _("{exercise}: {points} of {worth} points, those of an earlier answer; a person looks at this one.")
        return line.format(exercise=exercise.name, points=points(exercise.points), worth=points(exercise.worth))
    line = _("{exercise}: {points} of {worth} points. {sentence}")
    line = line.format(
        exercise=exercise.name,
        points=points(exercise.points),
        worth=points(exercise.worth),
        sentence=sentence(exercise),
    )
    return line.strip()
