"""A CSV file for the gradebook import of Canvas.

The roster is Canvas's own export (Grades, Export). Its rows and what identifies a student stay as they are; of the
assignments only this one is written, so that the import cannot undo what was changed in Canvas since. Canvas knows an
assignment by the number in "Title (123)".

Source: https://community.canvaslms.com, "How do I import grades in the Gradebook?"; lib/gradebook_exporter.rb and
lib/gradebook_importer.rb of instructure/canvas-lms.
"""

import re
from collections.abc import Sequence

from autograder.errors import UsageError
from autograder.language import _
from autograder.reporting.exports.form import Cohort, Export, in_order, points, safe_cell, table, waiting
from autograder.reporting.exports.roster import Roster, match
from autograder.reporting.text import final_score

IDENTIFYING = (
    "Student",
    "LastName",
    "FirstName",
    "ID",
    "SIS User ID",
    "SIS Login ID",
    "Integration ID",
    "Root Account",
    "Section",
)
WITHOUT_ROSTER = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
CANDIDATES = ("SIS Login ID", "SIS User ID", "ID")
TEST_STUDENT = "Student, Test"
POINTS_POSSIBLE = "    Points Possible"


def export(cohort: Cohort) -> Export:
    """The gradebook with this assignment's marks after a late penalty. A student without a submission keeps his cell.

    Raises:
        UsageError: The roster is no gradebook of Canvas, or several of its assignments could be this one.
    """
    max_score = max((grade.max_score for grade in cohort.grades), default=0.0)
    if cohort.roster is None:
        return _without_roster(cohort, max_score)
    roster = cohort.roster
    if roster.at("Section") is None or roster.at("ID") is None:
        raise UsageError(
            _("The roster is no gradebook of Canvas."),
            expected=", ".join(WITHOUT_ROSTER),
            got=", ".join(roster.header[:20]),
            next_step=_("in Canvas: Grades, Export, Export Entire Gradebook"),
        )
    identifying = _identifying(roster)
    left_out = no_students(roster)
    found = match(
        roster,
        [grade.student for grade in cohort.grades],
        column=cohort.id_column,
        candidates=CANDIDATES,
        also_called=cohort.also_called,
    )
    assignment = _assignment_column(roster, cohort)
    notices = [*found.notices, *waiting(cohort.grades)]
    if assignment is None:
        name = cohort.column or cohort.assignment
        notices.append(
            _(
                "The roster has no assignment {name}: Canvas will offer to make a new one. Name another by --column"
            ).format(name=name)
        )
    header = cohort.column or cohort.assignment if assignment is None else roster.header[assignment]
    scores = {grade.student: final_score(grade) for grade in cohort.grades}
    rows: list[Sequence[str]] = [[*(roster.header[at] for at in identifying), header]]
    if not any("Points Possible" in row[0] for row in roster.rows):
        rows.append([POINTS_POSSIBLE, *[""] * (len(identifying) - 1), points(max_score)])
    for number, row in enumerate(roster.rows):
        cell = row[assignment] if assignment is not None else ""
        if "Points Possible" in row[0]:
            cell = cell.strip() or points(max_score)
            notices += _other_points(cell, max_score)
        elif number in found.students:
            cell = points(scores[found.students[number]])
        rows.append([*(row[at] for at in identifying), cell])
    missing = tuple(
        row[0].strip() or ", ".join(row[at] for at in identifying if row[at])
        for number, row in enumerate(roster.rows)
        if number not in found.students and number not in left_out
    )
    return Export({"": table(rows, roster.delimiter)}, found.unknown, missing, tuple(notices))


def no_students(roster: Roster) -> set[int]:
    """Rows of Canvas's gradebook that are no students: what is muted, the points, the one that tries a course out."""
    if roster.at("Section") is None or roster.at("ID") is None:
        return set()
    return {
        number
        for number, row in enumerate(roster.rows)
        if "Points Possible" in row[0]
        or row[0].strip() == TEST_STUDENT
        or not any(row[at].strip() for at in _identifying(roster))
    }


def _identifying(roster: Roster) -> list[int]:
    return [at for at, column in enumerate(roster.header) if column.strip() in IDENTIFYING]


def _without_roster(cohort: Cohort, max_score: float) -> Export:
    rows: list[Sequence[str]] = [[*WITHOUT_ROSTER, cohort.column or cohort.assignment]]
    rows.append([POINTS_POSSIBLE, "", "", "", "", points(max_score)])
    for grade in in_order(cohort.grades):
        name = safe_cell(grade.student)
        rows.append([name, "", "", name, "", points(final_score(grade))])
    notice = _("Without a roster Canvas looks for our ids among its login ids; give its export by --roster")
    return Export({"": table(rows)}, notices=(notice, *waiting(cohort.grades)))


def _assignment_column(roster: Roster, cohort: Cohort) -> int | None:
    """The column of the assignment, named with or without Canvas's number."""
    wanted = (cohort.column or cohort.assignment).strip().casefold()
    titles = [
        (at, re.sub(r"\s*\(\d+\)\s*$", "", column).strip().casefold(), column.strip().casefold())
        for at, column in enumerate(roster.header)
        if column.strip() not in IDENTIFYING
    ]
    exact = [at for at, _title, column in titles if column == wanted]
    found = exact or [at for at, title, _column in titles if title == wanted]
    if len(found) > 1:
        raise UsageError(
            _("Several assignments of the roster have this name."),
            expected=_("one of them, with its number, by --column"),
            got=", ".join(roster.header[at] for at in found),
            next_step=f'--column "{roster.header[found[0]]}"',
        )
    return found[0] if found else None


def _other_points(possible: str, max_score: float) -> list[str]:
    try:
        same = abs(float(possible.replace(",", ".")) - max_score) < 0.005
    except ValueError:
        same = False
    if same:
        return []
    message = _("Canvas gives {possible} points for this assignment, the course {worth}; the marks are not converted")
    return [message.format(possible=possible, worth=points(max_score))]
