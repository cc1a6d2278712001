"""A plain CSV file: one row for each student, one column for each exercise."""

from collections.abc import Sequence

from autograder.language import _
from autograder.reporting.exports.canvas import no_students
from autograder.reporting.exports.form import Cohort, Export, in_order, points, safe_cell, table, waiting
from autograder.reporting.exports.roster import Matches, Roster, match
from autograder.reporting.text import clean, final_score
from autograder.values import Grade

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
"""Columns of a roster from anywhere that may hold our ids."""


def export(cohort: Cohort) -> Export:
    """Student, marks after a late penalty, what there is to win, penalty, status, and the points of each exercise."""
    unknown, missing, notices = compared(cohort)
    return Export({"": grades_table(cohort.grades)}, unknown, missing, (*notices, *waiting(cohort.grades)))


def grades_table(grades: Sequence[Grade]) -> str:
    """The cohort as CSV. A cell is empty where a submission has no such exercise, or a person has not read it yet."""
    ordered = in_order(grades)
    names = list(dict.fromkeys(verdict.name for grade in ordered for verdict in grade.exercises))
    rows: list[Sequence[str]] = [
        ["student", "score", "max_score", "penalty", "status", *(safe_cell(clean(name)) for name in names)]
    ]
    for grade in ordered:
        won = {verdict.name: points(verdict.points) for verdict in grade.exercises if not verdict.needs_person}
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


def compared(cohort: Cohort) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Who is unknown to the roster, who of it is missing, and notices; nothing without a roster."""
    if cohort.roster is None:
        return (), (), ()
    left_out = no_students(cohort.roster)
    found = match(
        cohort.roster,
        [grade.student for grade in cohort.grades],
        column=cohort.id_column,
        candidates=CANDIDATES,
        also_called=cohort.also_called,
    )
    return found.unknown, _missing(cohort.roster, found, left_out), found.notices


def _missing(roster: Roster, found: Matches, left_out: set[int]) -> tuple[str, ...]:
    at = roster.at(found.column)
    assert at is not None
    return tuple(
        row[at].strip() or ", ".join(cell for cell in row if cell) or _("a row without a name")
        for number, row in enumerate(roster.rows)
        if number not in found.students and number not in left_out
    )
