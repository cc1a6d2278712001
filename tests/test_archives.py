"""An archive is read entry by entry: what is damaged, locked or named impossibly costs the other entries nothing."""

import bz2
import gzip
import io
import lzma
import zipfile
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from packing import tarred, zipped

from autograder.grading import archives
from autograder.grading.archives import can_be_written, is_archive, unpack

FILES = {"hw.ipynb": b'{"cells": []}' * 50, "data/x.csv": b"1,2,3\n" * 200, "helper.py": b"x = 1\n"}
MOST = 100_000


PACKED = {
    "zip": zipped(FILES),
    "stored zip": zipped(FILES, zipfile.ZIP_STORED),
    "tar": tarred(FILES),
    "tar.gz": gzip.compress(tarred(FILES)),
    "tar.bz2": bz2.compress(tarred(FILES)),
    "tar.xz": lzma.compress(tarred(FILES)),
}


@pytest.mark.parametrize("content", PACKED.values(), ids=PACKED)
def test_a_whole_archive_gives_its_files_notebooks_first(content: bytes) -> None:
    assert is_archive(content)
    found = unpack(content, MOST)
    assert found.files == FILES and found.unread == () and next(iter(found.files)) == "hw.ipynb"


@given(st.sampled_from(sorted(PACKED)), st.data())
@settings(max_examples=300)
def test_no_damage_to_an_archive_makes_reading_it_fail(kind: str, data: st.DataObject) -> None:
    content = bytearray(PACKED[kind])
    for place in data.draw(st.lists(st.integers(0, len(content) - 1), max_size=6)):
        content[place] = data.draw(st.integers(0, 255))
    damaged = bytes(content[: data.draw(st.integers(len(content) // 2, len(content)))])
    assert isinstance(is_archive(damaged), bool)
    found = unpack(damaged, MOST)
    assert sum(map(len, found.files.values())) <= MOST


def at_the_data_of(name: str, change: Callable[[bytearray, int], None]) -> bytes:
    """The archive with a change after the local header of an entry."""
    content = bytearray(PACKED["zip"])
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        start = archive.getinfo(name).header_offset
    change(content, start + 30 + len(name))
    return bytes(content)


def spoil(content: bytearray, start: int) -> None:
    content[start : start + 8] = b"\xff" * 8


def test_a_damaged_entry_costs_that_entry_alone() -> None:
    found = unpack(at_the_data_of("data/x.csv", spoil), MOST)
    assert set(found.files) == {"hw.ipynb", "helper.py"} and found.unread == ("data/x.csv",)


@pytest.mark.parametrize(("offset", "value"), [(8, 1), (10, 9)], ids=["a password", "Deflate64"])
def test_an_entry_that_cannot_be_opened_costs_that_entry_alone(offset: int, value: int) -> None:
    content = bytearray(PACKED["zip"])
    place = content.index(b"PK\x01\x02", content.index(b"PK\x01\x02") + 1)  # the second entry of the directory
    content[place + offset] = value
    found = unpack(bytes(content), MOST)
    assert set(found.files) == {"hw.ipynb", "helper.py"} and found.unread == ("data/x.csv",)


@pytest.mark.parametrize("packing", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_what_zipfile_unpacks_without_a_bound_is_not_unpacked(packing: int) -> None:
    found = unpack(zipped({"hw.ipynb": b"x"}, packing), MOST)
    assert not found.files and found.unread == ("hw.ipynb",)


@pytest.mark.parametrize("opener", [gzip, bz2, lzma])
def test_what_is_skipped_in_a_compressed_tar_is_unpacked_up_to_a_bound(
    opener: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = []
    pieces = archives._pieces

    def counted(*given: object) -> object:
        for piece in pieces(*given):  # type: ignore[arg-type]
            read.append(len(piece))
            yield piece

    monkeypatch.setattr(archives, "_pieces", counted)
    content = opener.compress(tarred({"hw.ipynb": b"x", "zeros.bin": bytes(1_000_000), "late.py": b"1"}))  # type: ignore[attr-defined]
    assert unpack(content, 10_000).files == {"hw.ipynb": b"x"}
    assert sum(read) <= 31_000


def test_a_tar_archive_that_was_cut_off_gives_what_came_before() -> None:
    content = tarred({"hw.ipynb": b"x" * 600, "late.bin": bytes(5000)})
    assert unpack(content[:3000], MOST).files == {"hw.ipynb": b"x" * 600}


@pytest.mark.parametrize("pack", [zipped, tarred])
def test_what_is_too_large_or_too_much_is_told(
    pack: Callable[[dict[str, bytes]], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    content = pack({"a.bin": bytes(2000), "b.txt": b"1", "c.txt": b"2", "hw.ipynb": b"3"})
    found = unpack(content, 1000)
    assert set(found.files) == {"hw.ipynb", "b.txt", "c.txt"} and found.beyond == ("a.bin",)
    monkeypatch.setattr(archives, "MAX_ENTRIES", 2)
    found = unpack(content, 5000)
    assert set(found.files) == {"hw.ipynb", "a.bin"} and found.beyond == ("b.txt", "c.txt")


def test_zeros_are_no_archive() -> None:
    assert not is_archive(bytes(100_000))


NAMES = {
    "a long component": "가" * 86,
    "a long path": "/".join(["x" * 200] * 6),
    "a NUL": "a\0b",
    "half a surrogate pair": "\ud800",
}


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_a_name_that_no_file_system_takes_is_seen(name: str) -> None:
    assert not can_be_written(name)
    assert can_be_written("가" * 85) and can_be_written("data/x.csv")


@pytest.mark.parametrize("pack", [zipped, tarred])
def test_an_entry_with_such_a_name_is_left_out_and_told(pack: Callable[[dict[str, bytes]], bytes]) -> None:
    long = "x" * 300
    found = unpack(pack({"hw.ipynb": b"1", f"data/{long}": b"2"}), MOST)
    assert found.files == {"hw.ipynb": b"1"} and found.unread == (f"data/{long}",)


@pytest.mark.parametrize("encoding", ["utf-8", "cp949"])
def test_korean_names_are_read_as_they_were_written(encoding: str) -> None:
    name = "합성곱 과제.ipynb"
    raw = name.encode(encoding)
    plain = "x" * len(raw)
    content = zipped({plain: b"1"}).replace(plain.encode(), raw)
    assert unpack(content, MOST).files == {name: b"1"}
