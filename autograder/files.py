"""Writes files so that nobody ever reads a half of one, also not after Ctrl-C or on a full disk."""

import os
from pathlib import Path


def replace(path: Path, content: str | bytes) -> None:
    """Write a file so that a reader sees the old or the new one, never a half.

    Args:
        path: The file; its folder exists. What is no ordinary file, such as a pipe, is written as it is.
        content: Text is written as UTF-8, with the line ends that it has.
    """
    data = content.encode("utf-8") if isinstance(content, str) else content
    if path.exists() and not path.is_file():
        path.write_bytes(data)
        return
    fresh = path.with_name(f".{path.name}.new")
    try:
        fresh.write_bytes(data)
        os.replace(fresh, path)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise
