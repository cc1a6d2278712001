"""What each exercise asks for, which facet each requirement can cost, and where a student sees it: from the sources.

    python -m autograder.authoring.requirements > docs/requirements.md

The statement's cell lists its requirements in `metadata.autograder.requirements`:

    {"says": "a pair is (height, width)", "facet": "strides", "example": [3]}

`says` is an excerpt of the statement, `facet` the one facet of the experiment that it can cost, and `example` counts
the calls of `lab.check` in the exercise's visible check from 1.
"""

import ast
import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat

from autograder.grading.course import Course, assignments, load_course
from autograder.notebooks import HIDDEN, Exercise, exercises_of, role
from autograder.parsing import syntax_tree
from autograder.values.observed import GUARD


@dataclass(frozen=True, slots=True)
class Requirement:
    """One thing that a statement asks for.

    Attributes:
        says: An excerpt of the statement.
        facet: The facet that it can cost.
        examples: Calls of the visible check that show it, counted from 1.
    """

    says: str
    facet: str
    examples: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Rubric:
    """An exercise and what its source states.

    Attributes:
        exercise: The exercise.
        statement: The Markdown between the exercise before and this one's solution, with single blanks.
        headings: The statement's headings.
        requirements: As the statement's cell lists them.
        checks: The calls of `lab.check`, as Python.
    """

    exercise: Exercise
    statement: str
    headings: tuple[str, ...]
    requirements: tuple[Requirement, ...]
    checks: tuple[str, ...]


def rubrics(notebook: Path) -> list[Rubric]:
    """The exercises of a source notebook that have an experiment, in order."""
    cells = nbformat.read(notebook, as_version=4).cells
    tested = {one.name + HIDDEN: one for one in exercises_of(cells) if one.experiment}
    found, texts, wanted = [], list[str](), list[Requirement]()
    for cell in cells:
        if cell.cell_type == "markdown":
            texts.append(cell.source)
            wanted += map(_requirement, cell.metadata.get("autograder", {}).get("requirements", ()))
        elif exercise := tested.get(role(cell).grade_id):
            found.append(
                Rubric(
                    exercise,
                    statement=_plain("\n".join(texts)),
                    headings=tuple(line for text in texts for line in text.splitlines() if line.startswith("#")),
                    requirements=tuple(wanted),
                    checks=tuple(_checks(exercise.check)),
                )
            )
            texts, wanted = [], []
    return found


def contradictions(rubric: Rubric) -> list[str]:
    """Where a statement differs from what its experiment declares, a line for each."""
    return [f"{rubric.exercise.name}: {line}" for line in (*_points(rubric), *_requirements(rubric))]


def sums(notebook: Path) -> list[str]:
    """Where the title or the table at the top of a source notebook gives points that differ from those of its cells.

    The title is the first text, with a bold "24 points"; the table has a column "points". A notebook may lack both.
    """
    cells = nbformat.read(notebook, as_version=4).cells
    worth = {known.grade_id.removesuffix(HIDDEN): known.points for cell in cells if (known := role(cell)).grade}
    texts = [cell.source for cell in itertools.takewhile(lambda cell: cell.cell_type == "markdown", cells)]
    return [*_title(texts, sum(worth.values())), *_table(texts, worth)]


def _title(texts: Sequence[str], total: float) -> Iterator[str]:
    told = re.search(r"\*\*(\d+(?:\.\d+)?) points?\b", texts[0]) if texts else None
    if told and float(told[1]) != total:
        yield f"the title says {told[0].strip('*')}, the exercises have {total:g} in all"


def _table(texts: Sequence[str], worth: Mapping[str, float]) -> Iterator[str]:
    """For the rows that name exercises, in `code`, and for the last one, which has their sum."""
    rows = [[cell.strip(" *") for cell in line.split("|")] for text in texts for line in text.splitlines()]
    header = next((row for row in rows if "points" in row), None)
    for row in rows[rows.index(header) + 2 :] if header else ():
        if len(row) != len(header or ()):
            return
        points, name = row[(header or []).index("points")], re.match(r"`(\w+)`", row[2])
        if name and name[1] not in worth:
            yield f"the table at the top has `{name[1]}`, which is not an exercise here"
        elif name and _differs(points, worth[name[1]]):
            yield f"the table at the top says {points} points for {name[0]}, its cell is worth {worth[name[1]]:g}"
        elif row[2] == "together" and _differs(points, sum(worth.values())):
            yield f"the table at the top says {points} points together, the exercises have {sum(worth.values()):g}"


def _differs(said: str, points: float) -> bool:
    return bool(re.fullmatch(r"\d+(\.\d+)?", said)) and float(said) != points


def _points(rubric: Rubric) -> Iterator[str]:
    exercise = rubric.exercise
    for heading in rubric.headings:
        told = re.search(r"(\d+(?:\.\d+)?) points?\b", heading)
        if told and f"`{exercise.name}`" in heading and float(told[1]) != exercise.points:
            yield f"its heading says {told[0]}, its cell is worth {exercise.points:g}"
    if any(re.search(rf"{re.escape(name)} \([\d.]+\)", rubric.statement) for name, _ in exercise.facets):
        for name, points in exercise.facets:
            if f"{name} ({points:g})" not in rubric.statement:
                yield f"its statement does not say “{name} ({points:g})”"
        guard = f"{exercise.guard:g}"
        if exercise.guard and not re.search(rf"{GUARD} \([-−]{re.escape(guard)}\)", rubric.statement):
            yield f"its statement does not say “{GUARD} (−{guard})”"


def _requirements(rubric: Rubric) -> Iterator[str]:
    if not rubric.requirements:
        return
    declared = [name for name, _points in rubric.exercise.facets]
    costs = {one.facet for one in rubric.requirements}
    yield from (f"no requirement can cost the facet “{name}”" for name in declared if name not in costs)
    for one in rubric.requirements:
        if _plain(one.says) not in rubric.statement:
            yield f"its statement does not say “{one.says}”"
        if one.facet not in declared:
            yield f"“{one.says}” costs “{one.facet}”, which is not a facet"
        if not one.examples or not all(1 <= number <= len(rubric.checks) for number in one.examples):
            yield f"“{one.says}” has the examples {list(one.examples)}, the visible check makes {len(rubric.checks)}"
    for says in {one.says for one in rubric.requirements}:
        facets = sorted({one.facet for one in rubric.requirements if one.says == says})
        if len(facets) > 1:
            yield f"“{says}” can cost {', '.join(facets)}"


def page(course: Course) -> str:
    """The table of all exercises as Markdown."""
    return "\n".join(_lines(course)) + "\n"


def _lines(course: Course) -> Iterator[str]:
    yield "# What each exercise asks for"
    yield ""
    yield "Made by `python -m autograder.authoring.requirements > docs/requirements.md` from the source notebooks. Each"
    yield "requirement of a statement can cost one facet, and at least one call of the visible check shows it. The last"
    yield "line of an exercise is its guard: calls with all arguments at once, which take points only if every facet"
    yield "is won. The calls are those of the check cell, where the names in them are defined."
    for assignment in assignments(course):
        for path in sorted(course.folder("source", ".", assignment).glob("*.ipynb")):
            for rubric in rubrics(path):
                if rubric.requirements:
                    yield from _section(assignment, rubric)


def _section(assignment: str, rubric: Rubric) -> Iterator[str]:
    exercise = rubric.exercise
    yield from ("", f"## {assignment}: `{exercise.name}` ({exercise.points:g})", "")
    yield from ("| requirement | facet | visible example |", "| --- | --- | --- |")
    for name, points in exercise.facets:
        for one in rubric.requirements:
            if one.facet == name:
                shown = "<br>".join(f"`{_cell(rubric.checks[number - 1])}`" for number in one.examples)
                yield f"| {_cell(_plain(one.says))} | {_cell(name)} ({points:g}) | {shown} |"
    if exercise.guard:
        yield f"| everything at once | {GUARD} (−{exercise.guard:g}) | |"


def _cell(text: str) -> str:
    return text.replace("|", r"\|")


def _plain(text: str) -> str:
    return " ".join(text.split())


def _requirement(data: Mapping[str, Any]) -> Requirement:
    return Requirement(str(data["says"]), str(data["facet"]), tuple(int(number) for number in data["example"]))


def _checks(source: str) -> Iterable[str]:
    """The calls of `lab.check` and of its methods, in their order."""
    calls = [node for node in ast.walk(syntax_tree(source)) if isinstance(node, ast.Call)]
    for call in sorted(calls, key=lambda node: (node.lineno, node.col_offset)):
        if re.match(r"lab\.check\b", ast.unparse(call.func)):
            yield ast.unparse(call)


if __name__ == "__main__":
    print(page(load_course(Path.cwd())), end="")
