"""When something was handed in is read as what it says, or not at all."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.grading.times import read_time

NOON = datetime(2025, 3, 1, 12, 0)


@pytest.mark.parametrize(
    "text",
    [
        "2025-03-01 12:00:00.000000 UTC",
        "2025-03-01 12:00",
        "2025-03-01T12:00:00Z",
        "2025-03-01 13:00:00 +0100",  # as git's %ci writes it
        "2025-03-01 07:00:00 -0500",
        "2025-03-01 21:00:00+09:00",
        "2025-03-01 21:00:00 UTC+0900",
        "2025-03-01 21:00:00 GMT+9",
        "2025-03-01 21:00:00 KST",
        "2025-03-01 21:00 JST",
        "2025-03-01 08:00 EDT",
        "2025-03-01 04:00 PST",
        "2025-03-01 14:00 CEST",
        "2025-03-01 21:00 Asia/Seoul",
        "2025-03-01 13:00 Europe/Berlin",
        "Sat, 01 Mar 2025 13:00:00 +0100",
        "Sat Mar 1 13:00:00 2025 +0100",
        "2025/03/01 12:00",
        "20250301T120000Z",
    ],
)
def test_an_offset_is_an_offset_and_a_zone_is_a_zone(text: str) -> None:
    assert read_time(text) == NOON


@pytest.mark.parametrize(
    "text",
    [
        "01/02/2025",  # the second of January, or the first of February
        "25/12/2025 10:00",  # nobody knows how the other days of this course are written
        "01.02.2025 12:30",
        "2025-03-01 12:30 CST",  # Chicago or Shanghai
        "2025-03-01 12:30 IST",
        "2025-03-01 12:30 Nowhere/Land",
        "2025-03-01 12:30 EST+5",
        "March 2025",
        "12:30",
        "2025-13-01 10:00",
        "2025-03-01 25:00",
        "soon",
        "",
        "99999999999999",
    ],
)
def test_what_is_ambiguous_or_no_time_cannot_be_read(text: str) -> None:
    assert read_time(text) is None


moments = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1))


@given(moments, st.integers(-14 * 4, 14 * 4))
def test_a_moment_is_the_same_wherever_it_is_written(moment: datetime, quarters: int) -> None:
    there = moment.replace(tzinfo=UTC).astimezone(timezone(timedelta(minutes=15 * quarters)))
    assert read_time(there.isoformat(" ")) == moment
    assert read_time(str(moment)) == moment


@given(st.text(max_size=40))
def test_no_text_makes_it_fail(text: str) -> None:
    assert read_time(text) is None or isinstance(read_time(text), datetime)
