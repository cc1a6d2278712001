"""Where what a command says goes: to people, to a file, or as JSON to another program."""

import codecs
import json
import os
import sys
from collections.abc import Iterable
from itertools import chain
from pathlib import Path
from typing import Any, TextIO

from autograder.errors import UsageError
from autograder.files import replace_file

_PLAIN = dict(zip("✔✓✘○–—·…“”’", 'vvxo--.~""\'', strict=True)) | {"↳": "->"}
"""Replacements for signs where a terminal has only ASCII; "?" has its own meaning, and letters are numbered."""


def print_anywhere() -> None:
    """Make sure that printing never fails, whatever the terminal's encoding."""
    codecs.register_error("autograder", _in_plain)
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)  # a test's stream has none
        if reconfigure is not None:
            reconfigure(errors="autograder")


def _in_plain(error: UnicodeError) -> tuple[str | bytes, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    plain = _PLAIN.get(error.object[error.start])
    return (plain, error.start + 1) if plain else codecs.backslashreplace_errors(error)


def submissions(count: int) -> str:
    """A number of submissions, in words."""
    return "1 submission" if count == 1 else f"{count} submissions"


def say(text: str) -> None:
    """A line on standard error: progress, and what went wrong."""
    print(text, file=sys.stderr, flush=True)


def for_people(*files: str | None) -> TextIO:
    """Where the text for people goes: elsewhere, if standard output belongs to one of the results."""
    return sys.stderr if "-" in files else sys.stdout


def console(file: TextIO) -> Any:
    """Rich's console: as wide as the terminal; in a log 100 columns, without colours."""
    from rich.console import Console

    return Console(file=file, width=None if file.isatty() else 100)


def short(path: Path) -> str:
    """A path as the reader would type it."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def write_json(file: str | None, command: str, data: dict[str, Any], *, one_line: bool = False) -> None:
    """Write a command's result as JSON, if that was asked for.

    Args:
        file: The file; "-" is standard output.
        command: The command's name.
        data: The result; it may bring the number of its own schema.
        one_line: Whether the object is one of several: it takes one line, and is added to a file.
    """
    if file is None:
        return
    whole = {"schema": 1, "command": command, **data}
    readable = file != "-" or (sys.stdout.encoding or "utf-8").lower().startswith("utf")
    encoder = json.JSONEncoder(indent=None if one_line else 1, ensure_ascii=not readable)
    pieces = chain(encoder.iterencode(whole), "\n")
    if one_line and file != "-":
        with open(file, "a", encoding="utf-8", newline="\n") as lines:
            lines.writelines(pieces)
    else:
        write(file, pieces)


def write(file: str | None, text: str | Iterable[str]) -> None:
    """Write a result, whole or in pieces, in UTF-8, to a file, or to standard output if that is called "-"."""
    pieces = (text,) if isinstance(text, str) else text
    bytes_out = getattr(sys.stdout, "buffer", None)  # a test's stream has none
    if file == "-" and bytes_out is not None:
        sys.stdout.flush()
        bytes_out.writelines(piece.encode("utf-8", "backslashreplace") for piece in pieces)
        bytes_out.flush()
    elif file == "-":
        print(*pieces, sep="", end="", flush=True)
    elif file is not None:
        replace_file(Path(file), pieces)


def demand_places(*files: str | None) -> None:
    """Find out before any work, not after it, that the results cannot be written.

    Raises:
        UsageError: Two want standard output, or a file cannot be written.
    """
    if files.count("-") > 1:
        raise UsageError(
            "Only one result can go to standard output.",
            expected="- for one of them",
            got="- for several",
            next_step="give a file for the others; nothing was written",
        )
    for file in files:
        if file in (None, "-"):
            continue
        path = Path(str(file))
        folder = path.resolve().parent
        got = ""
        if not folder.is_dir():
            got = f"there is no folder {folder}"
        elif path.is_dir():
            got = "it is a folder"
        elif not os.access(path if path.exists() and not path.is_file() else folder, os.W_OK):
            got = f"you may not write into {folder}"
        if got:
            raise UsageError(
                f"The results cannot be written to {file}.",
                expected="a file in an existing folder that you may write to",
                got=got,
                next_step="make the folder, or name another file; nothing was run",
            )
