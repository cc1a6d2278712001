"""Annotations: sentences that GitHub shows next to the line of a file that they are about.

Source: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands, and its escapes in
actions/toolkit, packages/core/src/command.ts.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from autograder.plain_text import clean, one_line

_SPACE = re.compile(r"[ \t\r\n]*")


@dataclass(frozen=True, slots=True)
class Annotation:
    """One sentence at one line.

    Attributes:
        level: "error", "warning" or "notice".
        file: Path of the file, relative to the repository; "" for none.
        line: From 1.
        title: What it is about.
        message: What a person reads; may have several lines.
    """

    level: str
    file: str
    line: int
    title: str
    message: str


def command(annotation: Annotation) -> str:
    """The annotation as a workflow command, on one line."""
    place = {"file": one_line(annotation.file, 1000), "line": str(annotation.line)} if annotation.file else {}
    properties = place | {"title": one_line(annotation.title)}
    given = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    return f"::{annotation.level} {given}::{_data(clean(annotation.message, 2000))}"


def cell_lines(notebook: str) -> list[int]:
    """The line, from 1, on which the source of each cell begins.

    Args:
        notebook: A notebook's file as text.

    Returns:
        One number for each cell; none for what is not a notebook of format 4.
    """
    try:
        return list(_cell_lines(notebook))
    except (ValueError, IndexError, RecursionError):
        return []


def _cell_lines(notebook: str) -> Iterator[int]:
    cells = dict(_members(notebook, _skip(notebook, 0))).get("cells")
    line, counted = 1, 0
    for cell in _items(notebook, cells) if cells is not None else ():
        source = dict(_members(notebook, cell)).get("source", cell)
        first = next(_items(notebook, source), source) if notebook[source] == "[" else source
        line, counted = line + notebook.count("\n", counted, first), first
        yield line


def _members(text: str, at: int) -> Iterator[tuple[str, int]]:
    """Each name of the JSON object that begins at a position, and where its value begins."""
    for name in _items(text, at, opened="{"):
        key, end = _DECODER.raw_decode(text, name)
        if not isinstance(key, str):
            raise ValueError("no name of a JSON object")
        yield key, _skip(text, _skip(text, end) + 1)


def _items(text: str, at: int, opened: str = "[") -> Iterator[int]:
    """Where each item of the JSON array that begins at a position begins; of an object, each name."""
    if text[at] != opened:
        raise ValueError(f"no {opened}")
    at = _skip(text, at + 1)
    while text[at] not in "]}":
        yield at
        at = _skip(text, _DECODER.raw_decode(text, at)[1])
        if text[at] == ":":
            at = _skip(text, _DECODER.raw_decode(text, _skip(text, at + 1))[1])
        if text[at] == ",":
            at = _skip(text, at + 1)


def _skip(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


_DECODER = json.JSONDecoder()


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
