"""A course with one tiny assignment that has experiments and needs no TensorFlow, and ways to hand it in.

Other tests use it like this:

    course = make_tiny_course(tmp_path)                       # source/, solutions/, release/, nbgrader_config.py
    submit(course, "ada", solve)                              # everything right
    submit(course, "bob", solve, answer("double", WRONG))     # edits are applied one after the other
    submit(course, "cyd")                                     # the released notebook as it is
    submit(course, "dee", text="no notebook at all")          # any bytes under the notebook's name

An edit is a function that changes a notebook in place; `answer`, `delete` and `replace` make the usual ones.
The notebook `tiny` is worth `POINTS`; its graded cells and their points are `WORTH`.
"""

import contextlib
import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from autograder.grading import journal
from autograder.grading.course import Course, load_assignment, load_course
from autograder.grading.course import solve as solved_notebook

ASSIGNMENT = "tiny"
WORTH = {
    "double_hidden": 3.0,
    "double_assert": 1.0,
    "largest_hidden": 2.0,
    "largest_partial": 2.0,
    "why": 3.0,
}
"""Points of each graded cell: two experiments, an assert, partial credit, and an answer that a person reads."""
POINTS = sum(WORTH.values())

RIGHT = {
    "double": "def double(x):\n    return x + x",
    "largest": "def largest(values):\n    return max(values)",
    "why": "Because adding a number to itself is multiplying it by two.",
}
"""A right answer to each cell that a student fills in."""
SQUARES = "def double(x):\n    return x * x"
"""Misconception `double/squares`: loses both facets."""
SQUARES_SENTENCE = "Your function squares its argument instead of doubling it."
STARTS_AT_ZERO = (
    "def largest(values):\n    found = 0\n    for value in values:\n        found = max(found, value)\n    return found"
)
"""Misconception `largest/starts_at_zero`: loses the facet “only negative”."""

HIDDEN_TEXTS = ("begin(", "rng.integers", 'positive numbers", double', 'only negative", largest', "double(-4) == -8")
"""What stands in hidden tests only: no student may ever read it."""

CONFIG = """\
from autograder.grading.plugin import configure

c = get_config()
c.CourseDirectory.course_id = "tiny-course"
c.Execute.timeout = 30
configure(c)
"""

DOUBLE = f'''\
"""Wrong answers to `double`."""

from autograder.grading.catalogue import misconception


@misconception("positive numbers", "negative numbers")
def squares(x):
    """{SQUARES_SENTENCE}"""
    return x * x


@misconception("negative numbers")
def drops_the_sign(x):
    """Your function loses the sign of its argument."""
    return abs(x) * 2
'''
LARGEST = '''\
"""Wrong answers to `largest`."""

from autograder.grading.catalogue import misconception


@misconception("only negative")
def starts_at_zero(values):
    """Your function starts its search at zero; what if all values are below?"""
    return max([0, *values])
'''

Edit = Callable[[NotebookNode], None]


def make_tiny_course(root: Path) -> Course:
    """Write the course into `root` and open it. The release holds the notebook, without the file of likely causes."""
    source = nbformat.writes(_source()) + "\n"
    files = {
        f"source/{ASSIGNMENT}/{ASSIGNMENT}.ipynb": source,
        f"solutions/{ASSIGNMENT}/{ASSIGNMENT}.ipynb": solved_notebook(source),
        f"solutions/{ASSIGNMENT}/double.py": DOUBLE,
        f"solutions/{ASSIGNMENT}/largest.py": LARGEST,
        "nbgrader_config.py": CONFIG,
    }
    for path, text in files.items():
        _write(root / path, text)
    course = load_course(root)
    _release(course)
    return course


def edit_source(course: Course, *edits: Edit, name: str = ASSIGNMENT) -> None:
    """Change the assignment's source, or add a notebook `name` made from it; then solve and release it.

    Args:
        course: What `make_tiny_course` returned.
        *edits: Functions that change the notebook.
        name: The notebook's name.
    """
    folder = course.root / "source" / ASSIGNMENT
    node = nbformat.read(folder / f"{ASSIGNMENT}.ipynb", as_version=4)
    for edit in edits:
        edit(node)
    source = nbformat.writes(node) + "\n"
    _write(folder / f"{name}.ipynb", source)
    _write(course.root / "solutions" / ASSIGNMENT / f"{name}.ipynb", solved_notebook(source))
    _release(course)


def add_ordinary_notebook(course: Course) -> None:
    """Give the assignment a notebook `second` without experiments: an exercise and its assert."""
    source = course.folder("source", ".", ASSIGNMENT)
    node = nbformat.read(source / f"{ASSIGNMENT}.ipynb", as_version=4)
    node.cells = [one for one in node.cells if one.id in ("double", "double_assert")]
    for one in node.cells:
        one.metadata.nbgrader.grade_id = f"second_{one.id}"
    nbformat.write(node, source / "second.ipynb")


def _release(course: Course) -> None:
    for notebook in load_assignment(course, ASSIGNMENT).notebooks:
        _write(course.folder("release", ".", ASSIGNMENT) / f"{notebook.name}.ipynb", notebook.release)


def submit(
    course: Course, student: str, *edits: Edit, text: str | None = None, name: str = f"{ASSIGNMENT}.ipynb"
) -> Path:
    """Hand in the released notebook after `edits`, or `text` in its place.

    Args:
        course: What `make_tiny_course` returned.
        student: The student's id.
        *edits: Functions that change the notebook.
        text: The whole file's content instead.
        name: The file's name.

    Returns:
        The file that was handed in.
    """
    path = course.folder("submitted", student, ASSIGNMENT) / name
    if text is None:
        node = nbformat.read(course.folder("release", ".", ASSIGNMENT) / f"{ASSIGNMENT}.ipynb", as_version=4)
        for edit in edits:
            edit(node)
        text = nbformat.writes(node)
    _write(path, text)
    return path


def solve(node: NotebookNode) -> None:
    """An edit: every answer right."""
    for grade_id, source in RIGHT.items():
        cell(node, grade_id).source = source


def answer(grade_id: str, source: str) -> Edit:
    """An edit: the cell `grade_id` holds `source`."""

    def edit(node: NotebookNode) -> None:
        cell(node, grade_id).source = source

    return edit


def delete(*grade_ids: str) -> Edit:
    """An edit: these cells are gone."""

    def edit(node: NotebookNode) -> None:
        gone = [cell(node, grade_id) for grade_id in grade_ids]
        node.cells = [other for other in node.cells if not any(other is one for one in gone)]

    return edit


def append(source: str) -> Edit:
    """An edit: a further code cell at the end."""

    def edit(node: NotebookNode) -> None:
        node.cells.append(nbformat.v4.new_code_cell(source, id=f"more-{len(node.cells)}"))

    return edit


def cell(node: NotebookNode, grade_id: str) -> NotebookNode:
    """The cell with this grade id.

    Raises:
        StopIteration: There is none.
    """
    return next(one for one in node.cells if one.metadata.get("nbgrader", {}).get("grade_id") == grade_id)


def remembered(course: Course) -> list[tuple[str, str]]:
    """The journal's grades: each student's id and the grade as it is stored, by id; none if there is no journal."""
    path = course.report(ASSIGNMENT) / journal.FILE
    if not path.is_file():
        return []
    with contextlib.closing(sqlite3.connect(path)) as database:
        found = database.execute("SELECT CAST(student AS TEXT), grade FROM grade ORDER BY student").fetchall()
    return [(student, told) for student, told in found]


def written(course: Course) -> dict[str, Any]:
    """All rows of the gradebook that hold marks, the autograded notebooks' bytes, and the remembered grades."""
    with sqlite3.connect(course.root / "gradebook.db") as database:
        rows = database.execute(
            "select student.id, base_cell.name, auto_score, manual_score, needs_manual_grade from grade "
            "join base_cell on grade.cell_id = base_cell.id "
            "join submitted_notebook on grade.notebook_id = submitted_notebook.id "
            "join submitted_assignment on submitted_notebook.assignment_id = submitted_assignment.id "
            "join student on submitted_assignment.student_id = student.id order by 1, 2"
        ).fetchall()
    database.close()
    notebooks = {
        path.relative_to(course.root).as_posix(): path.read_bytes()
        for path in sorted((course.root / "autograded").rglob("*"))
        if path.is_file()
    }
    grades = {
        student: {key: value for key, value in json.loads(told).items() if key not in ("seconds", "start_s")}
        for student, told in remembered(course)
    }
    return {"rows": rows, "notebooks": notebooks, "grades": grades}


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _source() -> NotebookNode:
    node = nbformat.v4.new_notebook(
        metadata={
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        }
    )
    node.cells = [
        nbformat.v4.new_markdown_cell("# A tiny assignment", id="title"),
        _code("setup", "import numpy as np\n\nfrom convnets import lab", locked=True),
        _code(
            "double",
            "def double(x):\n    ### BEGIN SOLUTION\n    return 2 * x\n    ### END SOLUTION",
            solution=True,
        ),
        _code("double_check", "lab.check(double, 3, expected=6)", locked=True, tags=["raises-exception"]),
        _code(
            "double_hidden",
            "# Your instructor's experiments run here.\n"
            "### BEGIN HIDDEN TESTS\n"
            "from autograder.lab.experiment import begin\n"
            'observe, rng = begin("double", {"positive numbers": 1, "negative numbers": 2})\n'
            "for _ in range(3):\n"
            '    observe("positive numbers", double, int(rng.integers(3, 100)))\n'
            '    observe("negative numbers", double, -int(rng.integers(3, 100)))\n'
            "### END HIDDEN TESTS",
            points=WORTH["double_hidden"],
        ),
        _code(
            "double_assert",
            "assert double(1) == 2\n### BEGIN HIDDEN TESTS\nassert double(-4) == -8\n### END HIDDEN TESTS",
            points=WORTH["double_assert"],
            locked=False,  # nbgrader takes every check as locked, whatever its metadata say
        ),
        _code(
            "largest",
            "def largest(values):\n    ### BEGIN SOLUTION\n    return sorted(values)[-1]\n    ### END SOLUTION",
            solution=True,
        ),
        _code("largest_check", "lab.check(largest, [1, 3, 2], expected=3)", locked=True, tags=["raises-exception"]),
        _code(
            "largest_hidden",
            "# Your instructor's experiments run here.\n"
            "### BEGIN HIDDEN TESTS\n"
            "from autograder.lab.experiment import begin\n"
            'observe, rng = begin("largest", {"any": 1, "only negative": 1})\n'
            "for _ in range(3):\n"
            '    observe("any", largest, rng.integers(-9, 10, size=3).tolist() + [11])\n'
            '    observe("only negative", largest, (-1 - rng.integers(1, 50, size=5)).tolist())\n'
            "### END HIDDEN TESTS",
            points=WORTH["largest_hidden"],
        ),
        _code(
            "largest_partial",
            "1.0 * (largest([1, 2, 3]) == 3) + 1.0 * (largest([-3, -2]) == -2)",
            points=WORTH["largest_partial"],
        ),
        nbformat.v4.new_markdown_cell("Doubling is multiplying by two. Why?", id="why-statement"),
        nbformat.v4.new_markdown_cell(
            "Because two times a number is the number and once more the number.",
            id="why",
            metadata={"nbgrader": _metadata("why", grade=True, solution=True, locked=False, points=WORTH["why"])},
        ),
    ]
    return node


def _code(
    grade_id: str,
    source: str,
    *,
    solution: bool = False,
    locked: bool | None = None,
    points: float | None = None,
    tags: list[str] | None = None,
) -> NotebookNode:
    grade = points is not None
    locked = grade if locked is None else locked
    metadata: dict[str, Any] = {"nbgrader": _metadata(grade_id, grade, solution, locked, points)}
    if tags:
        metadata["tags"] = tags
    return nbformat.v4.new_code_cell(source, id=grade_id, metadata=metadata)


def _metadata(grade_id: str, grade: bool, solution: bool, locked: bool, points: float | None) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "schema_version": 3,
        "grade": grade,
        "grade_id": grade_id,
        "locked": locked,
        "solution": solution,
        "task": False,
    }
    return facts | ({"points": points} if points is not None else {})
