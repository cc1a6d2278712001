"""A CSV file for the gradebook import of Canvas.

The roster is Canvas's own export (Grades, Export). Its rows and what identifies a student stay as they are; only this
assignment is written, so the import cannot undo what has since been changed in Canvas. Canvas identifies an assignment
by the number in "Title (123)".

The last row may be Canvas's test student, which teachers use to try a course out ("View as Student"): "Student, Test",
or its translation, without a number of the student information system and with a digest as its login.

Source: https://community.canvaslms.com, "How do I import grades in the Gradebook?"; lib/gradebook_exporter.rb,
lib/gradebook_importer.rb and app/models/course.rb (find_or_create_student_view_student) of instructure/canvas-lms.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from autograder.errors import UsageError
from autograder.language import _
from autograder.reporting.exports import form
from autograder.reporting.exports.form import (
    Export,
    Gradesheet,
    in_order,
    other_maximum,
    points,
    safe_cell,
    table,
    told,
)
from autograder.reporting.exports.roster import Matches, Roster, refuse_the_list_of_another_system
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
EXCUSED = ("ex", "excused")
"""What Canvas writes for an excused student, and what its import accepts for that, in upper or lower case."""
TEST_STUDENT = ("student, test", "test student")
POINTS_POSSIBLE = "    Points Possible"


def export(gradesheet: Gradesheet) -> Export:
    """The gradebook with this assignment's marks after a late penalty. A student without a submission keeps their cell.

    Raises:
        UsageError: The roster is not a Canvas gradebook, or several of its assignments could be this one.
    """
    max_score = max((grade.max_score for grade in gradesheet.grades), default=0.0)
    if gradesheet.roster is None:
        return _without_roster(gradesheet, max_score)
    roster = gradesheet.roster
    if roster.at("Section") is None or roster.at("ID") is None:
        next_step = _("in Canvas: Grades, Export, Export Entire Gradebook")
        refuse_the_list_of_another_system(roster, expected=WITHOUT_ROSTER, next_step=next_step)
        raise UsageError(
            _("The roster is not a Canvas gradebook."),
            expected=", ".join(WITHOUT_ROSTER),
            got=", ".join(roster.header[:20]),
            next_step=next_step,
        )
    found = people(gradesheet, CANDIDATES)
    identifying = _identifying(roster)
    assignment = _assignment_column(roster, gradesheet)
    notices = []
    if assignment is None:
        name = gradesheet.column or gradesheet.assignment
        notices.append(
            _(
                "The roster has no assignment {name}: Canvas will offer to make a new one. Name another with --column"
            ).format(name=name)
        )
    header = gradesheet.column or gradesheet.assignment if assignment is None else roster.header[assignment]
    scores = {grade.student: final_score(grade) for grade in gradesheet.grades}
    rows: list[Sequence[str]] = [[*(roster.header[at] for at in identifying), header]]
    excused = []
    if not any("Points Possible" in row[0] for row in roster.rows):
        rows.append([POINTS_POSSIBLE, *[""] * (len(identifying) - 1), points(max_score)])
    for number, row in enumerate(roster.rows):
        cell = row[assignment] if assignment is not None else ""
        if "Points Possible" in row[0]:
            cell = cell.strip() or points(max_score)
            notices += other_maximum("Canvas", cell, max_score)
        elif cell.strip().casefold() in EXCUSED:
            excused.append(_name(roster, row))
        elif number in found.students:
            cell = points(scores[found.students[number]])
        rows.append([*(row[at] for at in identifying), cell])
    if excused:
        message = _("Canvas has excused them, a score would end that, and they keep their EX: {names}")
        notices.append(message.format(names="; ".join(excused)))
    missing = (_name(roster, roster.rows[number]) for number in found.missing)
    return told({"": table(rows, roster.delimiter)}, gradesheet, found, missing=missing, notices=notices)


def people(gradesheet: Gradesheet, candidates: Sequence[str]) -> Matches:
    """Who the rows of a possible Canvas roster are; rows for muting and points, and the test student, are nobody.

    Raises:
        UsageError: The roster has no column with ids, or nobody is in it.
    """
    roster = gradesheet.roster
    if roster is None or roster.at("Section") is None or roster.at("ID") is None:
        return form.people(gradesheet, candidates)
    identifying = _identifying(roster)
    aside = {
        number
        for number, row in enumerate(roster.rows)
        if "Points Possible" in row[0] or not any(row[at].strip() for at in identifying)
    }
    found = form.people(gradesheet, candidates, aside=aside)
    tests = [number for number in found.missing if _is_test_student(roster, roster.rows[number])]
    message = _("{name} is Canvas's test student: nobody is missing, and the row stays as it is")
    return replace(
        found,
        missing=tuple(number for number in found.missing if number not in tests),
        remarks=(*found.remarks, *(message.format(name=_name(roster, roster.rows[number])) for number in tests)),
    )


def _is_test_student(roster: Roster, row: Sequence[str]) -> bool:
    user, login = (
        row[at].strip() if (at := roster.at(f"SIS {one} ID")) is not None else "" for one in ("User", "Login")
    )
    return _name(roster, row).casefold() in TEST_STUDENT or (
        not user and re.fullmatch("[0-9a-f]{40}", login) is not None
    )


def _name(roster: Roster, row: Sequence[str]) -> str:
    """A student's name, or whatever the row says about them."""
    columns = [at for name in ("Student", "LastName", "FirstName") if (at := roster.at(name)) is not None]
    named = ", ".join(row[at].strip() for at in columns if row[at].strip())
    return named or ", ".join(row[at].strip() for at in _identifying(roster) if row[at].strip())


def _identifying(roster: Roster) -> list[int]:
    return [at for at, column in enumerate(roster.header) if column.strip() in IDENTIFYING]


def _without_roster(gradesheet: Gradesheet, max_score: float) -> Export:
    rows: list[Sequence[str]] = [[*WITHOUT_ROSTER, gradesheet.column or gradesheet.assignment]]
    rows.append([POINTS_POSSIBLE, "", "", "", "", points(max_score)])
    for grade in in_order(gradesheet.grades):
        name = safe_cell(grade.student)
        rows.append([name, "", "", name, "", points(final_score(grade))])
    notice = _("Without a roster, Canvas looks for our ids among its login ids; name its export with --roster")
    return told({"": table(rows)}, gradesheet, None, missing=(), notices=[notice])


def _assignment_column(roster: Roster, gradesheet: Gradesheet) -> int | None:
    """The column of the assignment, named with or without Canvas's number."""
    wanted = (gradesheet.column or gradesheet.assignment).strip().casefold()
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
            expected=_("one of them, with its number, with --column"),
            got=", ".join(roster.header[at] for at in found),
            next_step=f'--column "{roster.header[found[0]]}"',
        )
    return found[0] if found else None
