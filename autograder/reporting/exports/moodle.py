"""A CSV file for Moodle: the offline grading worksheet of an assignment, or the import of the gradebook.

The roster decides which of the two. A worksheet ("Download grading worksheet"), in any language, is filled in and
keeps all other cells, because Moodle compares "Last modified (grade)" with what it has. From any other list of
participants, only the columns are kept that identify a user to Moodle's import.

In a worksheet and in the folder names of "Download all submissions", Moodle numbers participants ("Participant 11",
"Ada Lovelace_11_assignsubmission_file_"); with blind marking nothing else distinguishes them. So a student who is
stored under that number is found by it.

Source: https://docs.moodle.org/en/Assignment_activity and https://docs.moodle.org/en/Grade_import;
mod/assign/feedback/offline/importgradeslib.php and mod/assign/gradingtable.php of moodle/moodle.
"""

import html
from collections.abc import Sequence

from autograder.errors import UsageError
from autograder.language import _
from autograder.reporting.exports.form import (
    Export,
    Gradesheet,
    comments,
    in_order,
    other_maximum,
    people,
    points,
    safe_cell,
    table,
    told,
)
from autograder.reporting.exports.roster import FORMAT_OF, Matches, Roster, refuse_the_list_of_another_system, whose
from autograder.reporting.exports.worksheet import NO, YES, Worksheet, worksheet
from autograder.reporting.text import final_score
from autograder.values.graded import Grade

IDENTIFYING = ("ID number", "Username", "Email address")
NAMES = ("First name", "Last name", "Surname", "Full name")
CANDIDATES = ("Username", "ID number", "Email address", "Identifier", "Full name")


def export(gradesheet: Gradesheet) -> Export:
    """Marks after a late penalty and the feedback in a few lines, for the import that the roster is meant for.

    Raises:
        UsageError: The roster has no column that identifies a user to Moodle.
    """
    roster = gradesheet.roster
    if roster is None:
        return _without_roster(gradesheet)
    sheet = worksheet(roster)
    known = any(roster.at(name) is not None for name in IDENTIFYING)
    if sheet is None and (not known or whose(roster) not in ("", *FORMAT_OF)):
        refuse_the_list_of_another_system(roster, expected=IDENTIFYING, next_step=_how_to_get_a_list())
    if sheet is None and not known and not gradesheet.id_column:
        raise UsageError(
            _("The roster has no column that identifies a user to Moodle."),
            expected=", ".join(IDENTIFYING),
            got=", ".join(roster.header[:20]),
            next_step=_how_to_get_a_list(),
        )
    grades = {grade.student: grade for grade in gradesheet.grades}
    if sheet is not None:
        names = roster.header[: sheet.grade]
        candidates = [*(name for name in CANDIDATES if name in names), *names]
        found = people(gradesheet, candidates, numbered=roster.header[sheet.identifier])
        text, notices = _worksheet(roster, sheet, found, grades)
    else:
        found = people(gradesheet, CANDIDATES)
        text, notices = _grade_import(roster, found, grades, gradesheet)
    missing = (_name(roster, roster.rows[number]) for number in found.missing)
    return told({"": text}, gradesheet, found, missing=missing, notices=notices)


def feedback(grade: Grade) -> str:
    """The comment as HTML, which Moodle expects; it is text in Moodle and in a spreadsheet."""
    return safe_cell("<br>".join(html.escape(line, quote=False).replace("\n", "<br>") for line in comments(grade)))


def _worksheet(roster: Roster, sheet: Worksheet, found: Matches, grades: dict[str, Grade]) -> tuple[str, list[str]]:
    notices = []
    if sheet.modified is None:
        notices.append(_("The worksheet has no column “Last modified (grade)”, which Moodle needs to read it"))
    rows: list[Sequence[str]] = [roster.header]
    locked, unclear, others = [], set(), set()
    for number, row in enumerate(roster.rows):
        student = found.students.get(number)
        cells = list(row)
        changeable = row[sheet.locked].strip().casefold() if sheet.locked is not None else ""
        if student is not None and changeable in NO:
            locked.append(_name(roster, row))
        elif student is not None:
            grade = grades[student]
            cells[sheet.grade] = points(final_score(grade))
            if sheet.comments is not None:
                cells[sheet.comments] = feedback(grade)
            if sheet.maximum is not None:
                others |= {*other_maximum("Moodle", row[sheet.maximum], grade.max_score)}
            unclear |= {changeable} - YES - {""}
        rows.append(cells)
    if unclear and sheet.locked is not None:
        message = _("“{said}” in the column {column} is not understood; every mark was filled in")
        notices.append(message.format(said="”, “".join(sorted(unclear)), column=roster.header[sheet.locked]))
    if locked:
        notices.append(_("Moodle does not allow these grades to be changed: {names}").format(names=", ".join(locked)))
    return table(rows, roster.delimiter), [*notices, *sorted(others)]


def _grade_import(
    roster: Roster, found: Matches, grades: dict[str, Grade], gradesheet: Gradesheet
) -> tuple[str, list[str]]:
    """Rows of students who have a mark: an empty mark would be imported as no grade."""
    names = (*NAMES, *IDENTIFYING, gradesheet.id_column)
    columns = list(dict.fromkeys(at for name in names if (at := roster.at(name)) is not None))
    rows: list[Sequence[str]] = [[*(roster.header[at] for at in columns), *_headers(gradesheet)]]
    for number, student in sorted(found.students.items()):
        grade = grades[student]
        rows.append([*(roster.rows[number][at] for at in columns), points(final_score(grade)), feedback(grade)])
    return table(rows, roster.delimiter), []


def _how_to_get_a_list() -> str:
    return _(
        "in Moodle: Grades, Export, Plain text file, with English as its language, which names the columns, "
        "or with --id-column for the one that identifies a user; or the assignment's grading worksheet in any language"
    )


def _without_roster(gradesheet: Gradesheet) -> Export:
    rows: list[Sequence[str]] = [["Username", *_headers(gradesheet)]]
    for grade in in_order(gradesheet.grades):
        rows.append([safe_cell(grade.student), points(final_score(grade)), feedback(grade)])
    notice = _("Without a roster, our ids are used as Moodle's user names; name its export with --roster")
    return told({"": table(rows)}, gradesheet, None, missing=(), notices=[notice])


def _headers(gradesheet: Gradesheet) -> tuple[str, str]:
    name = gradesheet.column or gradesheet.assignment
    return safe_cell(name), safe_cell(_("{assignment} (feedback)").format(assignment=name))


def _name(roster: Roster, row: Sequence[str]) -> str:
    named = [row[at].strip() for name in (*NAMES, *IDENTIFYING, "Identifier") if (at := roster.at(name)) is not None]
    return " ".join(part for part in named if part) or ", ".join(row)
