"""Reads when something was handed in, from timestamp.txt: UTC, or nothing if the text could mean another time.

nbgrader reads `+0100` after a time as 100 seconds, a zone that it does not know, such as KST, as UTC, and 01/02/2025
month first. Students lost points because of that; here an offset is an offset, and what is ambiguous is not read.
"""

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import dateutil.parser

MAX_CHARACTERS = 100
"""Characters of a time. A longer text is not one, and is not parsed: that takes time quadratic in its length."""
HOURS = {
    **{"Z": 0, "UT": 0, "UTC": 0, "GMT": 0, "WET": 0, "WEST": 1, "CET": 1, "CEST": 2, "EET": 2, "EEST": 3},
    **{"EST": -5, "EDT": -4, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7},
    **{"KST": 9, "JST": 9, "AEST": 10, "AEDT": 11, "NZST": 12, "NZDT": 13},
}
"""Hours ahead of UTC. Names that mean several zones, such as CST, IST and BST, are left out."""
_YEAR_FIRST = re.compile(r"\d{4}-?\d{2}-?\d{2}(?!\d)|\d{4}[/.]\d{1,2}[/.]\d{1,2}(?!\d)")
_MONTH = re.compile(
    r"\b(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\b.*\b\d{4}\b", re.IGNORECASE | re.DOTALL
)
_REGION = re.compile(r"^(.*\d)\s+([A-Za-z_]+(?:/[A-Za-z0-9_+-]+)+)$", re.DOTALL)


class _Unknown(Exception):
    """The name of a time zone means none, or several."""


def read_time(text: str) -> datetime | None:
    """The moment in UTC, without a time zone, as nbgrader keeps it; None if the text is ambiguous or not a time.

    Args:
        text: A date with its year first or its month in letters, a time, and an offset such as +0900, a zone such as
            KST or a region such as Asia/Seoul; without a zone it is UTC, as nbgrader says.
    """
    text = text.strip()
    if len(text) > MAX_CHARACTERS:
        return None
    text = re.sub(r"\b(?:UTC?|GMT)\s*(?=[+-]\d)", "", text)  # dateutil reads UTC+9 as nine hours behind UTC
    zone: tzinfo = UTC
    region = _REGION.match(text)
    if region:
        text = region[1]
        try:
            zone = ZoneInfo(region[2])
        except (ZoneInfoNotFoundError, ValueError, OSError):  # the last for a folder of zones, or too long a name
            return None
    if not _YEAR_FIRST.match(text) and not _MONTH.search(text):
        return None
    try:
        # What a text does not say comes from the default: if two defaults give two days, it names no day.
        time, other = (
            dateutil.parser.parse(text, tzinfos=_zone, default=datetime(2000, month, month)) for month in (1, 2)
        )
        moment = time.replace(tzinfo=zone) if time.tzinfo is None else time
        return moment.astimezone(UTC).replace(tzinfo=None) if time == other else None
    except (ValueError, OverflowError, TypeError, _Unknown):
        return None


def _zone(name: str | None, offset: int | None) -> tzinfo | None:
    if name is None:
        return None if offset is None else timezone(timedelta(seconds=offset))
    if offset not in (None, 0) or name.upper() not in HOURS:
        raise _Unknown(name)
    return timezone(timedelta(hours=HOURS[name.upper()]))
