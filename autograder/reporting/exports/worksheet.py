"""Which column of Moodle's grading worksheet contains what, in whatever language it was downloaded.

Moodle names the columns in the language of whoever downloads the worksheet, and reads them in the language of whoever
uploads it, so their names stay as they are. In English they are known; in other languages their order and form decide.

Source: mod/assign/gradingtable.php (order and form of the columns) and
mod/assign/feedback/offline/importgradeslib.php of moodle/moodle.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from autograder.reporting.exports.roster import Roster

NO = frozenset({"no", "nein", "non", "não", "nee", "nej", "nei", "ei", "nie", "ne", "нет", "아니오", "いいえ", "否"})
"""What a worksheet says about a grade that cannot be changed."""
YES = frozenset({"yes", "ja", "oui", "sí", "si", "sì", "sim", "kyllä", "tak", "ano", "да", "예", "はい", "是"})
_NUMBERED = re.compile(r"(\D*?)\s*(\d+)")


@dataclass(frozen=True, slots=True)
class Worksheet:
    """Positions of the columns; None for one that is not there.

    Attributes:
        identifier: The participant's number after a word, such as "Participant 11".
        grade: The mark.
        maximum: The maximum mark.
        locked: Whether the grade can be changed.
        modified: When the grade was last changed; Moodle does not read a worksheet without it.
        comments: The feedback comments.
    """

    identifier: int
    grade: int
    maximum: int | None
    locked: int | None
    modified: int | None
    comments: int | None


def worksheet(roster: Roster) -> Worksheet | None:
    """The columns of a worksheet; None if the table is not one."""
    identifier, grade = roster.at("Identifier"), roster.at("Grade")
    if identifier is None or grade is None:
        return _by_form(roster)
    return Worksheet(
        identifier=identifier,
        grade=grade,
        maximum=roster.at("Maximum Grade"),
        locked=roster.at("Grade can be changed"),
        modified=roster.at("Last modified (grade)"),
        comments=roster.at("Feedback comments"),
    )


def _by_form(roster: Roster) -> Worksheet | None:
    """First the same word in all rows with a number; then a mark before its maximum; at the end times and a comment."""
    columns: list[Sequence[str]] = [[row[at].strip() for row in roster.rows] for at in range(len(roster.header))]
    participants = [_NUMBERED.fullmatch(cell) for cell in columns[0]]
    words = {found[1] if found else "" for found in participants}
    if len(words) != 1 or words == {""}:
        return None
    maximum = next((at for at in range(2, len(columns)) if _is_maximum(columns[at], columns[at - 1])), None)
    times = [at for at in range((maximum or 0) + 1, len(columns)) if _are_times(columns[at])]
    if maximum is None or not times:
        return None
    return Worksheet(
        identifier=0,
        grade=maximum - 1,
        maximum=maximum,
        locked=times[0] - 1 if times[0] - 1 > maximum else None,
        modified=times[-1],
        comments=times[-1] + 1 if times[-1] + 2 == len(columns) else None,
    )


def _is_maximum(cells: Sequence[str], before: Sequence[str]) -> bool:
    numbers = {_number(cell) for cell in cells}
    return numbers != {None} and len(numbers) == 1 and all(not cell or _number(cell) is not None for cell in before)


def _are_times(cells: Sequence[str]) -> bool:
    return all(cell == "-" or re.search(r"\d{4}", cell) for cell in cells)


def _number(cell: str) -> float | None:
    try:
        return float(cell.replace(",", "."))
    except ValueError:
        return None
