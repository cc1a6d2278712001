"""A notebook's cells as nbgrader and this course know them: the one place that reads cell metadata and names.

nbgrader keeps what it knows about a cell in the cell's metadata. This course adds a naming rule: the cells of the
exercise `area` are `area` itself, which students fill in, `area_check`, `area_hidden` and, for its hints, `area_hints`.

nbformat checks every notebook that it reads or writes, which takes longer than some of the steps of grading. What was
handed in is checked when it is read, and what is kept when it is written; between them notebooks travel as they are.
"""

import ast
import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any

from autograder.parsing import syntax_tree

if TYPE_CHECKING:
    from nbformat import NotebookNode

HIDDEN = "_hidden"
CHECK = "_check"
HINTS = "_hints"
EXPERIMENT = "autograder.lab.experiment"
"""The module of the recorder: a graded cell that names it is an experiment."""
_DETAILS = re.compile(r"<details>\s*<summary>(.*?)</summary>(.*?)</details>", re.DOTALL)


# ---------------------------------------------------------------- what metadata say


@dataclass(frozen=True, slots=True)
class Role:
    """What nbgrader's metadata say about a cell. They may be a student's, and so of any quality.

    Attributes:
        grade_id: The cell's name; "" for a cell that nbgrader does not know.
        solution: Students fill it in.
        grade: It is worth points: a check, or with `solution` an answer that a person reads.
        task: It is worth points, and the answer is in cells that students add.
        marked_locked: The metadata say so; see `locked`.
        points: What it is worth; 0 if no number is given.
        checksum: nbgrader's, of the text that was released; "" without one.
    """

    grade_id: str = ""
    solution: bool = False
    grade: bool = False
    task: bool = False
    marked_locked: bool = False
    points: float = 0.0
    checksum: str = ""

    @property
    def locked(self) -> bool:
        """Whether its text is restored if a student changed it, as nbgrader decides: a check always is."""
        return (self.marked_locked or self.grade) and not self.solution

    @property
    def graded(self) -> bool:
        """Whether it is worth points."""
        return self.grade or self.task


def role(cell: Mapping[str, Any]) -> Role:
    """The role of a cell of any notebook, parsed JSON of whatever quality."""
    metadata = cell.get("metadata") if isinstance(cell, Mapping) else None
    known = metadata.get("nbgrader") if isinstance(metadata, Mapping) else None
    return _role(known) if isinstance(known, Mapping) else Role()


def _role(known: Mapping[str, Any]) -> Role:
    grade_id, points, checksum = known.get("grade_id"), known.get("points"), known.get("checksum")
    return Role(
        grade_id=grade_id if isinstance(grade_id, str) else "",
        solution=bool(known.get("solution")),
        grade=bool(known.get("grade")),
        task=bool(known.get("task")),
        marked_locked=bool(known.get("locked")),
        points=float(points) if isinstance(points, (int, float)) else 0.0,
        checksum=checksum if isinstance(checksum, str) else "",
    )


def cell_name(cell: Mapping[str, Any]) -> str:
    """A cell's grade id, or else its own id, which older formats lack; "" without either."""
    return role(cell).grade_id or str(cell.get("id") or "")


def source_of(cell: Mapping[str, Any]) -> str:
    """A cell's text, which a file has as one text or as a list of lines."""
    source = cell.get("source", "")
    return "".join(map(str, source)) if isinstance(source, list) else str(source)


def is_as_released(cell: Mapping[str, Any]) -> bool | None:
    """Whether nbgrader's checksum in a cell's metadata is that of its text; None if there is none.

    A different line end or end of the text is not a change.
    """
    known = role(cell)
    if not known.checksum:
        return None
    metadata = cell["metadata"]["nbgrader"]
    grade, solution, points = metadata.get("grade", False), metadata.get("solution", False), metadata.get("points")
    locked = False if solution else True if grade else metadata.get("locked", False)
    rest = f"{cell.get('cell_type')}{grade}{solution}{locked}{known.grade_id}"
    if grade and isinstance(points, (int, float)):
        rest += str(float(points))
    source = source_of(cell).encode("utf-8", "replace").decode()
    unix = source.replace("\r\n", "\n")
    ways = (source, unix, unix.rstrip("\n"), unix.rstrip("\n") + "\n")
    return any(hashlib.md5((way + rest).encode(), usedforsecurity=False).hexdigest() == known.checksum for way in ways)


# ---------------------------------------------------------------- the instructor's notebooks


class Form(StrEnum):
    """What a graded cell is."""

    EXPERIMENT = "experiment"
    CHECK = "check"
    """An ordinary test of nbgrader's."""
    CODE = "code"
    """Code that a person reads."""
    TEXT = "text"
    """Text that a person reads."""


@dataclass(frozen=True, slots=True)
class MasterCell:
    """One cell that nbgrader knows, as the instructor wrote it.

    Attributes:
        grade_id: Its name.
        cell_type: "code" or "markdown".
        source: Its text with hidden tests; for a solution cell the stub that students get.
        metadata: Its nbgrader metadata.
    """

    grade_id: str
    cell_type: str
    source: str
    metadata: Mapping[str, object]

    @property
    def role(self) -> Role:
        """What the metadata say."""
        return _role(self.metadata)

    @property
    def locked(self) -> bool:
        """Whether its text is restored if a student changed it."""
        return self.role.locked

    @property
    def graded(self) -> bool:
        """Whether it is worth points."""
        return self.role.graded

    @property
    def points(self) -> float:
        """What it is worth; 0 for a cell that is not graded."""
        return self.role.points

    @property
    def form(self) -> Form:
        """What it is, if it is graded."""
        if self.is_experiment:
            return Form.EXPERIMENT
        if self.cell_type == "markdown":
            return Form.TEXT
        return Form.CODE if self.role.solution else Form.CHECK

    @property
    def is_experiment(self) -> bool:
        """Whether the source marks it as an experiment: it opens the recorder of `autograder.lab.experiment`."""
        return self.graded and EXPERIMENT in self.source


@dataclass(frozen=True, slots=True)
class Exercise:
    """One exercise of an instructor's notebook: the cells that belong together by their names.

    Attributes:
        name: Its name, which is the grade id of its solution cell.
        solution: Text of the cell that students fill in; "" without one.
        check: Text of the visible check; "" without one.
        experiment: Text of the hidden cell; "" without an experiment.
        hints: As Markdown, from the first idea to nearly the answer.
        points: What it is worth.
        facets: Name and points of each facet, as the experiment declares them; none if they are not plain values.
        guard: Points that the guard takes; 0 if there is none.
        defines: Functions, classes and variables that the solution cell defines.
    """

    name: str
    solution: str = ""
    check: str = ""
    experiment: str = ""
    hints: tuple[str, ...] = ()
    points: float = 0.0
    facets: tuple[tuple[str, float], ...] = ()
    guard: float = 0.0
    defines: tuple[str, ...] = ()


def exercises_of(cells: Sequence[Mapping[str, Any]]) -> tuple[Exercise, ...]:
    """The exercises of an instructor's notebook that have a check or an experiment, in its order."""
    code = {cell_name(cell): cell for cell in cells if cell["cell_type"] == "code"}
    texts = {cell_name(cell): source_of(cell) for cell in cells if cell["cell_type"] == "markdown"}
    found: dict[str, None] = {}
    for name, cell in code.items():
        for suffix in (CHECK, HIDDEN):
            if name.endswith(suffix) and (suffix == CHECK or EXPERIMENT in source_of(cell)):
                found[name.removesuffix(suffix)] = None
    return tuple(_exercise(name, code, texts.get(name + HINTS, "")) for name in found)


def _exercise(name: str, code: Mapping[str, Mapping[str, Any]], hints: str) -> Exercise:
    solution, check, hidden = (source_of(code.get(name + suffix, {})) for suffix in ("", CHECK, HIDDEN))
    facets, guard = _declared(hidden) if EXPERIMENT in hidden else ((), 0.0)
    return Exercise(
        name,
        solution=solution,
        check=check,
        experiment=hidden if EXPERIMENT in hidden else "",
        hints=tuple(f"**{title.strip()}**\n\n{text.strip()}" for title, text in _DETAILS.findall(hints)),
        points=role(code.get(name + HIDDEN, {})).points,
        facets=facets,
        guard=guard,
        defines=tuple(_defined(solution)),
    )


def _declared(source: str) -> tuple[tuple[tuple[str, float], ...], float]:
    """The facets and the guard that an experiment opens its recorder with; none if they are not plain values."""
    try:
        nodes = list(ast.walk(syntax_tree(source)))
    except SyntaxError:  # a magic command, which a kernel runs all the same
        return (), 0.0
    for node in nodes:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "begin":
            guard = next((keyword.value for keyword in node.keywords if keyword.arg == "guard"), ast.Constant(0))
            try:
                return tuple(ast.literal_eval(node.args[1]).items()), float(ast.literal_eval(guard))
            except (ValueError, IndexError):
                break
    return (), 0.0


def _defined(source: str) -> Iterator[str]:
    """Names of the functions, classes and variables that a cell defines."""
    try:
        body = syntax_tree(source).body
    except SyntaxError:  # a stub of another course, with a magic command in it
        return
    for node in body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            yield node.name
        elif isinstance(node, (ast.Assign, ast.AnnAssign)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            yield from (target.id for target in targets if isinstance(target, ast.Name))


@dataclass(frozen=True)
class MasterNotebook:
    """One notebook of an assignment.

    Attributes:
        name: File name without ".ipynb".
        release: What students get, as notebook JSON.
        solved: The solved notebook, as notebook JSON; "" in a course without experiments.
        cells: The cells that nbgrader knows, in the notebook's order.
        modules: What its kernels have imported when they start, besides the usual modules.
    """

    name: str
    release: str
    solved: str
    cells: tuple[MasterCell, ...]
    modules: tuple[str, ...] = ()

    @property
    def experiments(self) -> tuple[MasterCell, ...]:
        """The cells whose hidden tests are experiments."""
        return tuple(cell for cell in self.cells if cell.is_experiment)

    @cached_property
    def exercises(self) -> tuple[Exercise, ...]:
        """Its exercises: cells as students get them, and the experiments behind them."""
        sources = {cell.grade_id: cell.source for cell in self.experiments}
        known = [{**cell, "source": sources.get(cell_name(cell), cell.source)} for cell in self.released.cells]
        return exercises_of(known)

    @cached_property
    def released(self) -> "NotebookNode":
        """What students get, parsed once; nobody changes it."""
        return loads(self.release)

    @cached_property
    def solution(self) -> "NotebookNode":
        """The solved notebook, parsed once; nobody changes it."""
        return loads(self.solved)


# ---------------------------------------------------------------- from step to step


def loads(text: str) -> "NotebookNode":
    """The notebook of a JSON text of format 4, as this package or nbformat wrote it."""
    return from_json(json.loads(text))


def from_json(content: Mapping[str, Any]) -> "NotebookNode":
    """The notebook of a parsed JSON text of format 4, which stays as it is."""
    from nbformat import from_dict
    from nbformat.v4.rwbase import rejoin_lines, strip_transient

    notebook: NotebookNode = strip_transient(rejoin_lines(from_dict(content)))
    return notebook


def copied(notebook: "NotebookNode") -> "NotebookNode":
    """A notebook whose cells can be given other texts, metadata and outputs without changing the one it is made from.

    The contents of metadata and outputs are shared.
    """
    cells = [_copied(cell) for cell in notebook.cells]
    return type(notebook)({**notebook, "metadata": type(notebook)(notebook.metadata), "cells": cells})


def _copied(cell: "NotebookNode") -> "NotebookNode":
    lists = {"outputs": list(cell.outputs)} if "outputs" in cell else {}
    return type(cell)({**cell, "metadata": type(cell)(cell.metadata), **lists})
