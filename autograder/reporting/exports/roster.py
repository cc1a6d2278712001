"""The list of students of another system: a CSV file that it exported, and whom of ours each row means."""

import csv
import io
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from autograder.errors import UsageError
from autograder.language import _


@dataclass(frozen=True, slots=True)
class Roster:
    """A table as it was exported.

    Attributes:
        header: The names of the columns.
        rows: All other rows, each as long as the header.
        delimiter: What parts the cells.
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
        notices: What was ambiguous.
    """

    students: Mapping[int, str]
    column: str
    unknown: tuple[str, ...]
    notices: tuple[str, ...]


def read_roster(content: bytes, *, name: str) -> Roster:
    """Read a CSV file with commas, semicolons or tabs.

    Args:
        content: The file's bytes: UTF-8, or UTF-16 with its mark.
        name: The file's name, for messages.

    Raises:
        UsageError: It is no such file, or empty.
    """
    try:
        text = content.decode("utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
        first = text.lstrip("\r\n").split("\n", 1)[0]
        delimiter = max(",;\t", key=first.count)
        rows = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if any(row)]
    except (UnicodeDecodeError, csv.Error) as error:
        raise _no_roster(name, str(error)) from error
    if not rows or len(rows[0]) < 2:
        raise _no_roster(name, "no row with several columns")
    width = len(rows[0])
    padded = (tuple(row[:width]) + ("",) * (width - len(row)) for row in rows[1:])
    return Roster(tuple(rows[0]), tuple(padded), delimiter)


def match(
    roster: Roster,
    students: Iterable[str],
    *,
    column: str,
    candidates: Sequence[str],
    also_called: Mapping[str, Sequence[str]],
) -> Matches:
    """Find out whom each row means.

    An id is compared as it is, then without regard to case and to the way its letters are composed.

    Args:
        roster: The roster.
        students: Our ids.
        column: The column with our ids; "" for that of `candidates` in which most are found.
        candidates: Columns to try, the first one first.
        also_called: Other names of a student by id.

    Raises:
        UsageError: The roster has no such column.
    """
    ours = sorted(set(students))
    tried = [name for name in ([column] if column else candidates) if roster.at(name) is not None]
    if not tried:
        raise UsageError(
            _("The roster has no column with the students' ids."),
            expected=column or ", ".join(candidates),
            got=", ".join(roster.header[:20]),
            next_step=_("name the column by --id-column"),
        )
    found = [(name, _found(roster, name, ours, also_called)) for name in tried]
    best, (who, notices) = max(found, key=lambda one: len(set(one[1][0].values())))
    unknown = tuple(student for student in ours if student not in set(who.values()))
    if ours and not who:
        message = _("No student of the gradebook is in the column {column} of the roster; name another by --id-column")
        notices.append(message.format(column=best))
    return Matches(who, best, unknown, tuple(notices))


def _found(
    roster: Roster, name: str, ours: Sequence[str], also_called: Mapping[str, Sequence[str]]
) -> tuple[dict[int, str], list[str]]:
    at = roster.at(name)
    assert at is not None
    exact = {student: student for student in ours}
    alike: dict[str, set[str]] = {}
    for student in ours:
        for other in (student, *also_called.get(student, ())):
            alike.setdefault(_same(other), set()).add(student)
    who: dict[int, str] = {}
    notices = []
    for number, row in enumerate(roster.rows):
        cell = row[at].strip()
        if not cell:
            continue
        near = alike.get(_same(cell), set())
        if cell in exact:
            who[number] = cell
        elif len(near) == 1:
            (who[number],) = near
        elif near:
            message = _("{cell} in the roster may be any of {names}; nothing was filled in")
            notices.append(message.format(cell=cell, names=", ".join(sorted(near))))
    for student, times in Counter(who.values()).items():
        if times > 1:
            notices.append(_("{student} is in {times} rows of the roster").format(student=student, times=times))
    return who, notices


def _same(text: str) -> str:
    """What counts as the same name."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text.strip()).casefold())


def _no_roster(name: str, got: str) -> UsageError:
    return UsageError(
        _("{file} cannot be read as a roster.").format(file=name),
        expected=_("a CSV file in UTF-8, as the learning platform exports it"),
        got=got,
        next_step=_("export it again, and do not save it from a spreadsheet"),
    )
