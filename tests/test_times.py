"""When something was handed in is read as what it says, or not at all."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.grading import times
from autograder.grading.course import _timestamp
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


zones = st.one_of(
    st.sampled_from(["", "Z", "UTC+9", "GMT-", "KST", "CST", "+0900", "-99:99", "Europe/Berlin", "Asia/Seoul"]),
    st.sampled_from(["America/Argentina", "Etc/", "/UTC", "Asia/../UTC", "posix/Asia", "Asia/Seoul/x", "a/" * 40]),
    st.lists(st.sampled_from(["America", "Etc", "Seoul", "..", "x" * 300, "tzdata.zi", "+1"]), max_size=4).map(
        "/".join
    ),
)
days = st.one_of(
    moments.map(str),
    moments.map(lambda moment: moment.strftime("%d %b %Y %H:%M")),
    st.from_regex(r"[0-9]{1,5}[-/.]?[0-9]{1,5}[-/.]?[0-9]{1,5}( [0-9]{1,3}:[0-9]{1,3})?", fullmatch=True),
)


@given(st.one_of(st.text(max_size=40), st.builds("{} {}".format, days, zones)))
def test_no_text_makes_it_fail(text: str) -> None:
    assert read_time(text) is None or isinstance(read_time(text), datetime)


@pytest.mark.parametrize("region", ["America/Argentina", "Etc/" + "x" * 60])
def test_a_folder_of_zones_is_no_zone(region: str) -> None:
    assert read_time(f"2024-01-05 10:00 {region}") is None


def test_a_zone_that_the_system_cannot_read_is_no_zone(monkeypatch: pytest.MonkeyPatch) -> None:
    def unreadable(_name: str) -> None:
        raise PermissionError("no")

    monkeypatch.setattr(times, "ZoneInfo", unreadable)
    assert read_time("2024-01-05 10:00 Europe/Berlin") is None


def test_a_long_text_is_not_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read_time("2025-03-01 12:00" + " " * 1000) == NOON
    monkeypatch.setattr(times, "re", None)
    monkeypatch.setattr(times, "dateutil", None)
    assert read_time("jan " * 26) is None


def test_a_long_text_is_no_time_either_when_it_is_cut() -> None:
    kept = _timestamp(b"2025-03-01 12:00" + b" " * 200 + b"or so")
    assert len(kept) == 100
    assert read_time(kept) is None
