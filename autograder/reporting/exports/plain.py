"""A plain CSV file: one row for each student, one column for each exercise."""

from collections.abc import Mapping, Sequence

from autograder.language import _
from autograder.plain_text import clean
from autograder.reporting.exports.canvas import people
from autograder.reporting.exports.form import Export, Gradesheet, in_order, points, safe_cell, table, told
from autograder.reporting.exports.roster import Roster
from autograder.reporting.text import final_score, state
from autograder.values.graded import Grade

CANDIDATES = (
    "student",
    "SIS Login ID",
    "SIS User ID",
    "Username",
    "ID number",
    "SID",
    "Email address",
    "Email",
    "ID",
    "Identifier",
)
"""Columns of any roster that may contain our ids."""


def export(gradesheet: Gradesheet) -> Export:
    """Student, marks after a late penalty, the maximum, penalty, status, and the points for each exercise."""
    return compared({"": grades_table(gradesheet.grades)}, gradesheet)


def grades_table(grades: Sequence[Grade]) -> str:
    """The cohort as CSV. A cell is empty if a submission has no such exercise, or a person has not read it yet."""
    ordered = in_order(grades)
    names = list(dict.fromkeys(verdict.name for grade in ordered for verdict in grade.exercises))
    rows: list[Sequence[str]] = [
        ["student", "score", "max_score", "penalty", "status", *(safe_cell(clean(name)) for name in names)]
    ]
    for grade in ordered:
        won = {one.name: points(one.points) for one in grade.exercises if state(one) != "waits"}
        rows.append(
            [
                safe_cell(grade.student),
                points(final_score(grade)),
                points(grade.max_score),
                points(grade.penalty),
                grade.status,
                *(won.get(name, "") for name in names),
            ]
        )
    return table(rows)


def compared(files: Mapping[str, str], gradesheet: Gradesheet) -> Export:
    """An export that does not contain the roster, but only compares it with who handed in."""
    if gradesheet.roster is None:
        return told(files, gradesheet, None, missing=(), notices=())
    found = people(gradesheet, CANDIDATES)
    at = gradesheet.roster.at(found.column)
    assert at is not None
    missing = (_name(gradesheet.roster, row, at) for row in found.missing)
    return told(files, gradesheet, found, missing=missing, notices=())


def _name(roster: Roster, number: int, column: int) -> str:
    row = roster.rows[number]
    return row[column].strip() or ", ".join(cell for cell in row if cell) or _("a row without a name")
