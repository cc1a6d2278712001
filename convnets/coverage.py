"""Which place of the course covers which bullet of the lecture notes, from the metadata of the source notebooks' cells.

    python -m convnets.coverage > docs/coverage.md

A cell lists in `metadata.autograder.covers` what it covers: bullets of the notes (B001 to B123), points where the
course corrects them (N01 to N16), and its own parts: exercises (A2.7), worked texts (A2-W1) and pictures (A2-P1).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import nbformat

from autograder.grading.course import Course, assignments, load_course

BULLETS = tuple(f"B{number:03}" for number in range(1, 124))
CORRECTIONS = tuple(f"N{number:02}" for number in range(1, 17))


@dataclass(frozen=True, slots=True)
class Place:
    """A cell of the course.

    Attributes:
        assignment: The assignment's name.
        cell: The cell's id.
    """

    assignment: str
    cell: str


def places(course: Course) -> Mapping[str, tuple[Place, ...]]:
    """The places of each item that a cell of the course says it covers."""
    found: dict[str, list[Place]] = {}
    for name in assignments(course):
        for path in sorted(course.folder("source", ".", name).glob("*.ipynb")):
            for cell in nbformat.read(path, as_version=4).cells:
                for item in cell.metadata.get("autograder", {}).get("covers", ()):
                    found.setdefault(item, []).append(Place(name, cell.id))
    return {item: tuple(cells) for item, cells in found.items()}


def page(course: Course) -> str:
    """The table as Markdown."""
    return "\n".join(_lines(places(course))) + "\n"


def _lines(found: Mapping[str, tuple[Place, ...]]) -> Iterator[str]:
    yield "# What the course covers, and where"
    yield ""
    yield "Made by `python -m convnets.coverage > docs/coverage.md` from the cells' metadata. B001 to B123 are"
    yield "the bullets of the lecture notes in order, N01 to N16 the places where the course is more precise; then"
    yield "come the exercises, worked texts and pictures of the assignments."
    others = sorted(set(found) - {*BULLETS, *CORRECTIONS}, key=_natural)
    for title, items in (("The notes", BULLETS), ("Corrections", CORRECTIONS), ("The course's parts", others)):
        yield ""
        yield f"## {title}"
        yield ""
        yield "| item | where |"
        yield "| --- | --- |"
        for item in items:
            by_assignment: dict[str, list[str]] = {}
            for place in found.get(item, ()):
                by_assignment.setdefault(place.assignment, []).append(place.cell)
            where = "; ".join(f"{name}: {', '.join(cells)}" for name, cells in by_assignment.items())
            yield f"| {item} | {where or '**nowhere**'} |"


def _natural(item: str) -> tuple[tuple[str, int], ...]:
    return tuple((word, int(number or 0)) for word, number in re.findall(r"([^\d]*)(\d*)", item))


if __name__ == "__main__":
    print(page(load_course(Path.cwd())), end="")
