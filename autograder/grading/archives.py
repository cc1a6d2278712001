"""Reads the archives that are handed in: whatever is in them, in bounded time and memory, one entry at a time.

An entry that is damaged, has a password or is packed in an unknown way does not affect the others. No more is unpacked
than a submission may have, and what is skipped counts too, if it has to be unpacked on the way.
"""

import bz2
import contextlib
import gzip
import io
import itertools
import lzma
import os
import re
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import IO, Any

MAX_ENTRIES = 2000
"""Files that are read from one archive."""
MAX_LISTED = 50_000
"""Entries of an archive that are searched for these."""
MAX_PASSED_FACTOR = 3
"""How many times what may be kept a compressed tar archive is unpacked to: what is skipped is in the same stream."""
MAX_NAME_BYTES, MAX_PATH_BYTES = 255, 1024
"""What common file systems accept as the name of a file, and as a path that leaves room for the folder around it."""

_BROKEN = (
    zipfile.BadZipFile,
    tarfile.TarError,
    zlib.error,
    lzma.LZMAError,
    RuntimeError,  # a password; NotImplementedError, for a compression that zipfile does not know, is one too
    OSError,
    EOFError,
    ValueError,
    LookupError,
    ArithmeticError,
    struct.error,
)
"""What zipfile, tarfile and their foundations raise on bytes that are not as they should be."""
_PIECE = 4096
_PLAIN_PACKING = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""The compressions that are unpacked in a zip archive; for others, zipfile does not limit the size of a piece."""


@dataclass(frozen=True, slots=True)
class Unpacked:
    """The ordinary files of an archive, and names of entries that could not be read, or are too large or too many."""

    files: Mapping[str, bytes]
    unread: tuple[str, ...] = ()
    beyond: tuple[str, ...] = ()


def is_archive(content: bytes) -> bool:
    """Whether it is a zip or tar archive, by its content."""
    return _is_zip(content) or _is_tar(_decompressed(content, 20 * tarfile.RECORDSIZE))


def unpack(content: bytes, most: int) -> Unpacked:
    """The ordinary files of an archive: no links, no paths that lead out of it or cannot be written, notebooks first.

    Args:
        content: The archive; nothing else is unpacked.
        most: Bytes of all files together. A file that is larger than what is left is skipped.
    """
    files: dict[str, bytes] = {}
    unread: list[str] = []
    beyond: list[str] = []
    left = most
    for number, (name, size, open_entry) in enumerate(_entries(content, most)):
        path = PurePosixPath(name.replace("\\", "/"))
        inside = not path.is_absolute() and ".." not in path.parts and not re.match(r"[A-Za-z]:", name)
        if not inside or any(part.startswith((".", "__MACOSX")) for part in path.parts):
            continue
        if size > left or number >= MAX_ENTRIES:
            beyond.append(name)
            continue
        if not can_be_written(path.as_posix()):
            unread.append(name)
            continue
        try:
            data = b"".join(_pieces(open_entry, left))
        except _BROKEN:
            unread.append(name)
            left -= size  # it may have been unpacked to its end
            continue
        left -= len(data)
        files[path.as_posix()] = data
    return Unpacked(files, tuple(unread), tuple(beyond))


def can_be_written(path: str) -> bool:
    """Whether a file system accepts a relative path: not if it is too long, contains a NUL or cannot be encoded."""
    try:
        name = os.fsencode(path)
    except UnicodeEncodeError:
        return False
    longest = max(map(len, name.split(b"/")))
    return 0 < longest <= MAX_NAME_BYTES and len(name) <= MAX_PATH_BYTES and b"\0" not in name


def _pieces(open_entry: Any, most: int) -> Iterator[bytes]:
    with open_entry() as file:
        while most > 0 and (piece := file.read(min(_PIECE, most))):
            most -= len(piece)
            yield piece


def _entries(content: bytes, most: int) -> list[tuple[str, int, Any]]:
    """Name, size and a function that opens it, of each ordinary file of an archive."""
    found: Iterator[tuple[str, int, Any]] = iter(())
    with contextlib.suppress(*_BROKEN):
        if _is_zip(content):
            found = _zip_entries(content)
        elif _is_tar(plain := _decompressed(content, MAX_PASSED_FACTOR * most)):
            found = _tar_entries(plain)
    entries: list[tuple[str, int, Any]] = []
    with contextlib.suppress(*_BROKEN):  # of a truncated archive, what came before
        entries.extend(found)
    return sorted(entries, key=lambda entry: ".ipynb" not in entry[0].casefold())


def _is_zip(content: bytes) -> bool:
    return zipfile.is_zipfile(io.BytesIO(content)) and content.count(b"PK\x01\x02") <= MAX_LISTED


def _zip_entries(content: bytes) -> Iterator[tuple[str, int, Any]]:
    archive = zipfile.ZipFile(io.BytesIO(content))
    for info in archive.infolist():
        kind = info.external_attr >> 28  # on Unix: 8 is an ordinary file, 0 if another system wrote it
        if not info.is_dir() and kind in (0, 8):
            yield _name(info), info.file_size, lambda info=info: _open(archive, info)


def _open(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> IO[bytes]:
    if info.compress_type not in _PLAIN_PACKING:
        raise NotImplementedError(info.compress_type)
    return archive.open(info)


def _name(info: zipfile.ZipInfo) -> str:
    """An entry's name. If the archive does not say that it is UTF-8, zipfile assumes the IBM PC's code page.

    macOS writes UTF-8 without saying so, and Windows in Korea uses code page 949.
    """
    if not info.flag_bits & 0x800:
        for encoding in ("utf-8", "cp949"):
            with contextlib.suppress(UnicodeError):
                return info.filename.encode("cp437").decode(encoding)
    return info.filename


def _is_tar(content: bytes) -> bool:
    """Whether plain bytes are a tar archive; what is compressed in them is not looked at."""
    try:
        with tarfile.open(fileobj=io.BytesIO(content), mode="r:") as tar:
            return tar.next() is not None  # nothing but zeros is an empty one
    except _BROKEN:
        return False


def _tar_entries(plain: bytes) -> Iterator[tuple[str, int, Any]]:
    tar = tarfile.open(fileobj=io.BytesIO(plain), mode="r:")  # noqa: SIM115 - its entries are read later
    for member in itertools.islice(tar, MAX_LISTED):  # one that lies about its size can lead back to itself
        if member.isreg() and member.size >= 0:
            yield member.name, member.size, lambda member=member: tar.extractfile(member)


def _decompressed(content: bytes, most: int) -> bytes:
    """What was compressed as a tar archive is, up to a size or up to where it is damaged; else the content."""
    for start, opener in ((b"\x1f\x8b", gzip.open), (b"BZh", bz2.open), (b"\xfd7zXZ", lzma.open)):
        if content.startswith(start):
            pieces: list[bytes] = []
            with contextlib.suppress(*_BROKEN):
                pieces.extend(_pieces(lambda: opener(io.BytesIO(content)), most))  # noqa: B023 - called at once
            return b"".join(pieces)
    return content
