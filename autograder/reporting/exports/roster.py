"""Another system's list of students: a CSV file that it exported, and which of our students each row is."""

import csv
import io
import re
import shlex
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath

from autograder.errors import UsageError
from autograder.language import _
from autograder.plain_text import one_line

EXAMPLES = 3
"""How many ids of each side a message shows."""


@dataclass(frozen=True, slots=True)
class Roster:
    """A table as it was exported.

    Attributes:
        header: The names of the columns.
        rows: All other rows, each as long as the header.
        delimiter: What separates the cells.
    """

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    delimiter: str = ","

    def at(self, name: str) -> int | None:
        """The position of a column, whatever the case of its name; None if there is none."""
        wanted = _same(name)
        return next((index for index, column in enumerate(self.header) if _same(column) == wanted), None)


@dataclass(frozen=True, slots=True)
class Matches:
    """Who is who.

    Attributes:
        students: Our student's id by the number of the roster's row.
        column: The column that was compared.
        unknown: Our students who have no row.
        missing: The numbers of the rows that are none of our students.
        notices: What was ambiguous.
        remarks: What was decided by something other than the whole id.
    """

    students: Mapping[int, str]
    column: str
    unknown: tuple[str, ...] = ()
    missing: tuple[int, ...] = ()
    notices: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


FORMAT_OF = {"Canvas": "canvas", "Moodle": "moodle"}
"""The format for each system's list; other systems have none."""


def whose(roster: Roster) -> str:
    """The system that exports such lists: "Canvas", "Moodle", "Brightspace" ..., or "" if that cannot be told.

    Source: what each system's export contains. Brightspace: OrgDefinedId, and a last column that marks the end of a
    line. Blackboard: a number after each column's title, "Quiz 1 [Total Pts: 10 Score] |48213". Google Classroom: two
    rows of dates and points above the students.
    """

    def has(*names: str) -> bool:
        return any(roster.at(name) is not None for name in names)

    if has("OrgDefinedId", "#OrgDefinedId", "End-of-Line Indicator"):
        return "Brightspace"
    if any(re.search(r"\|\s*\d+\s*$", column) for column in roster.header) or (
        has("Last Access") and has("Availability")
    ):
        return "Blackboard"
    if [row[0].strip() for row in roster.rows[:2]] == ["Date", "Points"] and has("Email Address"):
        return "Google Classroom"
    if has("Student", "LastName") and has("ID") and has("Section", "SIS User ID", "SIS Login ID"):
        return "Canvas"
    if has("Identifier", "ID number", "Username", "Email address") and has("First name", "Last name", "Full name"):
        return "Moodle"
    return ""


def refuse_the_list_of_another_system(roster: Roster, *, expected: Sequence[str], next_step: str) -> None:
    """Check whether a roster that a format cannot use belongs to another system.

    Args:
        roster: The roster.
        expected: Columns of the list that is needed.
        next_step: How to get that.

    Raises:
        UsageError: It is the list of a system that another format is for.
    """
    system = whose(roster)
    if not system:
        return
    name = FORMAT_OF.get(system)
    if name:
        what = _("This looks like {system}'s list; --format {name} takes it.").format(system=system, name=name)
        cure = _("--format {name}; or {other}; nothing was written").format(name=name, other=next_step)
    else:
        what = _("This looks like {system}'s list, and there is no export for it yet.").format(system=system)
        cure = _("--format csv, and copy its column of scores; or {other}; nothing was written").format(other=next_step)
    raise UsageError(what, expected=", ".join(expected), got=", ".join(roster.header[:20]), next_step=cure)


def read_roster(content: bytes, *, name: str) -> Roster:
    """Read a CSV file with commas, semicolons or tabs.

    Args:
        content: The file's bytes: UTF-8, or UTF-16 with a byte order mark.
        name: The file's name, for messages.

    Raises:
        UsageError: It is not such a file, or is empty.
    """
    try:
        text = content.decode("utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise _other_encoding(name, content, error) from error
    try:
        first = text.lstrip("\r\n").split("\n", 1)[0]
        delimiter = max(",;\t", key=first.count)
        rows = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if any(row)]
    except csv.Error as error:
        raise _no_roster(name, str(error)) from error
    if not rows or len(rows[0]) < 2:
        raise _no_roster(name, "no row with several columns")
    width = len(rows[0])
    padded = (tuple(row[:width]) + ("",) * (width - len(row)) for row in rows[1:])
    return Roster(tuple(rows[0]), tuple(padded), delimiter)


@dataclass(frozen=True, slots=True)
class IdColumn:
    """Which column of a roster has our ids.

    Attributes:
        given: Its name; "" for the one of `candidates` in which most ids are found.
        candidates: Columns to try, the first one first.
        numbered: A column with a word before each number, such as "Participant 11"; the number alone counts too.
    """

    given: str
    candidates: Sequence[str]
    numbered: str = ""


def match(
    roster: Roster,
    students: Iterable[str],
    *,
    ids: IdColumn,
    also_called: Mapping[str, Sequence[str]],
    aside: Collection[int] = (),
) -> Matches:
    """Find out who each row is.

    An id is first compared as it is; if it is not found, it is compared regardless of case and of how its letters are
    composed. An unknown e-mail address means the student whose id comes before the @, if no other row can mean
    them and none of their addresses is known. If several rows could mean one student, none of them does.

    Args:
        roster: The roster.
        students: Our ids.
        ids: The column with our ids.
        also_called: Other names of a student by id.
        aside: The numbers of rows that are not students.

    Raises:
        UsageError: The roster has no such column, or nobody is in it.
    """
    ours = sorted(set(students))
    tried = [name for name in ([ids.given] if ids.given else ids.candidates) if roster.at(name) is not None]
    if not tried:
        raise UsageError(
            _("The roster has no column with the students' ids."),
            expected=ids.given or ", ".join(ids.candidates),
            got=", ".join(roster.header[:20]),
            next_step=_("name the column with --id-column"),
        )
    cells = [_cells(roster, name, aside) for name in tried]
    if ids.numbered:
        cells = [
            _numbers(one, set(ours)) if _same(name) == _same(ids.numbered) else one
            for name, one in zip(tried, cells, strict=True)
        ]
    found = [_found(name, column_cells, ours, also_called) for name, column_cells in zip(tried, cells, strict=True)]
    best = max(found, key=lambda one: (len(set(one.students.values())), not one.remarks))
    if ours and not best.students:
        raise _nobody(ours, dict(zip(tried, cells, strict=True)))
    missing = (number for number in range(len(roster.rows)) if number not in best.students and number not in aside)
    unknown = (student for student in ours if student not in set(best.students.values()))
    return replace(best, missing=tuple(missing), unknown=tuple(unknown))


def _cells(roster: Roster, name: str, aside: Collection[int]) -> dict[int, str]:
    """What a column says, by the row's number; rows that say nothing there are left out."""
    at = roster.at(name)
    assert at is not None
    said = {number: row[at].strip() for number, row in enumerate(roster.rows) if number not in aside}
    return {number: cell for number, cell in said.items() if cell}


def _numbers(cells: Mapping[int, str], ours: Collection[str]) -> dict[int, str]:
    """The cells; a cell that is nobody's id becomes the number at its end, if that is somebody's."""
    ends = {number: re.sub(r"^.*?(?=\d+$)", "", cell) for number, cell in cells.items()}
    return {
        number: ends[number] if cell not in ours and ends[number] in ours else cell for number, cell in cells.items()
    }


def _found(
    name: str, cells: Mapping[int, str], ours: Sequence[str], also_called: Mapping[str, Sequence[str]]
) -> Matches:
    exact = set(ours)
    alike: defaultdict[str, set[str]] = defaultdict(set)
    for student in ours:
        for other in (student, *also_called.get(student, ())):
            alike[_same(other)].add(student)
    rows: defaultdict[str, list[int]] = defaultdict(list)
    notices = []
    for number, cell in cells.items():
        if cell in exact:
            rows[cell].append(number)
    found = set(rows)
    for number, cell in cells.items():
        near = alike.get(_same(cell), set())
        if cell in exact or (len(near) == 1 and near <= found):
            continue
        if len(near) == 1:
            rows[next(iter(near))].append(number)
        elif near:
            notices.append(_ambiguous(cell, near))
    who = {numbers[0]: student for student, numbers in rows.items() if len(numbers) == 1}
    for student, numbers in rows.items():
        if len(numbers) > 1:
            message = _("{student} may be any of {times} rows of the roster ({names}); nothing was filled in")
            names = ", ".join(dict.fromkeys(cells[number] for number in numbers))
            notices.append(message.format(student=student, times=len(numbers), names=names))
    others = {number: cell for number, cell in cells.items() if number not in who}
    elsewhere = {student for student in ours if any("@" in other for other in also_called.get(student, ()))}
    by_local, ambiguous = _by_local_part(others, exact - set(rows) - elsewhere)
    remarks = []
    if by_local:
        first = min(by_local)
        message = _("found by the part before the @ in the column {column}: {n}, such as {student} by {address}")
        remarks.append(message.format(n=len(by_local), column=name, address=cells[first], student=by_local[first]))
    return Matches(who | by_local, name, notices=(*notices, *ambiguous), remarks=tuple(remarks))


def _by_local_part(cells: Mapping[int, str], ours: Iterable[str]) -> tuple[dict[int, str], list[str]]:
    """Who addresses mean by the part before their @, and notices about those that may mean several."""
    alike: defaultdict[str, set[str]] = defaultdict(set)
    for student in ours:
        alike[_same(student)].add(student)
    rows: defaultdict[str, list[int]] = defaultdict(list)
    for number, cell in cells.items():
        local, at, domain = cell.rpartition("@")
        if local and at and domain and _same(local) in alike:
            rows[_same(local)].append(number)
    who, notices = {}, []
    for local, numbers in rows.items():
        near = alike[local]
        if len(numbers) == 1 and len(near) == 1:
            (who[numbers[0]],) = near
        elif len(near) > 1:
            notices += [_ambiguous(cells[number], near) for number in numbers]
        else:
            message = _("{student} may be any of {names} in the roster; nothing was filled in")
            names = ", ".join(dict.fromkeys(cells[number] for number in numbers))
            notices.append(message.format(student=next(iter(near)), names=names))
    return who, notices


def _ambiguous(cell: str, near: Iterable[str]) -> str:
    message = _("{cell} in the roster may be any of {names}; nothing was filled in")
    return message.format(cell=cell, names=", ".join(sorted(near)))


def _nobody(ours: Sequence[str], columns: Mapping[str, Mapping[int, str]]) -> UsageError:
    said = [f"{name}: {_some(cells.values())}" for name, cells in columns.items() if cells]
    return UsageError(
        _("No student of the gradebook is in the roster."),
        expected=_("a column with the ids of the gradebook, such as {ids}").format(ids=_some(ours)),
        got="; ".join(said) or _("no ids in {columns}").format(columns=", ".join(columns)),
        next_step=_("name the column with --id-column, or give this course's roster; nothing was written"),
    )


def _some(ids: Iterable[str]) -> str:
    several = list(dict.fromkeys(ids))
    shown = ", ".join(one_line(one, 60) for one in several[:EXAMPLES])
    return f"{shown}, …" if len(several) > EXAMPLES else shown


def _same(text: str) -> str:
    """What counts as the same name."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text.strip()).casefold())


def _other_encoding(name: str, content: bytes, error: UnicodeDecodeError) -> UsageError:
    """The error for a file that a spreadsheet saved in its system's encoding."""
    line = content.count(b"\n", 0, error.start) + 1
    got = _("another encoding: line {line} is no {encoding}").format(line=line, encoding=error.encoding.upper())
    cure = _("in the spreadsheet, save it as “CSV UTF-8 (comma delimited)”; or give the file as it was downloaded")
    try:
        korean = re.search("[가-힣]", content.decode("cp949")) is not None
    except UnicodeDecodeError:
        korean = False
    if korean:
        got = _("{got}; it looks like Korean in CP949").format(got=got)
        fresh = f"utf8-{PurePath(name).name}"
        command = f"iconv -f CP949 -t UTF-8 {shlex.quote(name)} > {shlex.quote(fresh)}"
        cure = _("{cure}; or `{command}`").format(cure=cure, command=command)
    return _no_roster(name, got, cure)


def _no_roster(name: str, got: str, next_step: str = "") -> UsageError:
    return UsageError(
        _("{file} cannot be read as a roster.").format(file=name),
        expected=_("a CSV file in UTF-8, as the learning platform exports it"),
        got=got,
        next_step=next_step or _("export it again, and give the file as it was downloaded"),
    )
