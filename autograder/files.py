"""Writes files so that nobody ever reads half of one, not even after Ctrl-C or on a full disk."""

import contextlib
import errno
import os
from collections.abc import Iterable
from pathlib import Path

from autograder.errors import did_you_mean, near


def replace_file(path: Path, content: str | bytes | Iterable[str]) -> None:
    """Write a file so that a reader sees the old or the new one, never half of one.

    Args:
        path: The file; its folder exists. A special file, such as a pipe, is written directly.
        content: Text is written as UTF-8, with its own line ends; what comes in pieces is never held as a whole.
    """
    pieces = (content,) if isinstance(content, (str, bytes)) else content
    if path.exists() and not path.is_file():
        _write(path, pieces)
        return
    fresh = path.with_name(f".{path.name}.new")
    try:
        _write(fresh, pieces)
        os.replace(fresh, path)
    except BaseException as error:
        with contextlib.suppress(OSError):
            fresh.unlink(missing_ok=True)
        if isinstance(error, OSError):
            error.filename = str(path)  # the other one means nothing to the reader
        raise


def _write(path: Path, pieces: Iterable[str | bytes]) -> None:
    with path.open("wb") as file:
        for piece in pieces:
            file.write(piece.encode("utf-8") if isinstance(piece, str) else piece)


def demand_writable(folder: Path) -> None:
    """Find out before the work, not in the middle of it, that nothing can be written.

    Raises:
        OSError: As writing would.
    """
    if folder.is_dir() and not os.access(folder, os.W_OK):
        flags = os.statvfs(folder).f_flag if hasattr(os, "statvfs") else 0
        number = errno.EROFS if flags & getattr(os, "ST_RDONLY", 0) else errno.EACCES
        raise OSError(number, os.strerror(number), str(folder))


def meant_instead(path: Path) -> str:
    """A sentence, with a space before it, that names the path that was probably meant; "" if nothing is near."""
    meant = nearest(path)
    return did_you_mean(str(meant), [str(meant)]) if meant else ""


def nearest(path: Path) -> Path | None:
    """The path that was probably meant by one that does not exist: one with a similar spelling."""
    for wrong in (path, *path.parents):
        above = wrong.parent
        if wrong.exists() or not above.is_dir():
            continue
        with contextlib.suppress(OSError):
            by_name = {entry.name: entry for entry in above.iterdir()}
            for name in near(wrong.name, by_name):
                meant = by_name[name] / path.relative_to(wrong)
                if meant.exists():
                    return meant
    return None
