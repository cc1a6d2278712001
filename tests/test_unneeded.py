"""Examples and pictures that no mark depends on are not run where a submission is graded; everything else is."""

import dataclasses
import json
from collections.abc import Sequence
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook
from tiny_course import ASSIGNMENT, Edit, answer, cell, edit_source, make_tiny_course, solve, submit

from autograder.grading import proving
from autograder.grading.course import assignments, load_assignment, load_catalogue, load_course
from autograder.grading.grade import Options, grade
from autograder.grading.judge import judge
from autograder.grading.unneeded import unneeded
from autograder.notebooks import MasterCell, MasterNotebook
from autograder.values.observed import Expectations

ROOT = Path(__file__).parents[1]
PICTURE = "numbers = [1, 2]\ntwice = [double(number) for number in numbers]\nprint(twice)"
SOLUTION, TEST = "def double(x):\n    return 2 * x", "assert double(3) == 6"


def a_cell(grade_id: str, source: str, **facts: bool) -> NotebookNode:
    known = {"grade_id": grade_id, "locked": False, "grade": False, "solution": False, "task": False, **facts}
    return new_code_cell(source, metadata={"nbgrader": known | {"schema_version": 3, "points": 1}})


def examples(*sources: str) -> list[NotebookNode]:
    return [a_cell(f"example_{number}", source, locked=True) for number, source in enumerate(sources)]


def left_out(examples: Sequence[NotebookNode], *students: str, ours: Sequence[NotebookNode] | None = None) -> list[str]:
    """The cells that need not run of a notebook with these, an exercise, and a student's own."""
    exercise = [a_cell("double", SOLUTION, solution=True), a_cell("double_test", TEST, grade=True, locked=True)]
    node = new_notebook(cells=[*exercise, *examples, *map(new_code_cell, students)])
    known = [(one.metadata.nbgrader, one.source) for one in [*exercise, *(examples if ours is None else ours)]]
    cells = tuple(MasterCell(facts["grade_id"], "code", source, facts) for facts, source in known)
    master = MasterNotebook("tiny", release="", solved="", cells=cells, modules=())
    return [node.cells[index].metadata.nbgrader.grade_id for index in sorted(unneeded(node, master))]


def test_a_picture_is_left_out_and_what_tests_and_answers_are_made_of_is_not() -> None:
    assert left_out(examples(PICTURE)) == ["example_0"]


@pytest.mark.parametrize(
    ("example", "students"),
    [
        (PICTURE, "def mine():\n    return numbers"),
        (PICTURE, "again = [*twice]"),
        ("numbers.append(3)", "numbers = [1]\nmine = numbers"),
        ("numbers[0] = 3", "numbers = [1]\n\n\ndef mine():\n    return numbers"),
        ("ordered = sorted(numbers, key=print)", "def mine():\n    return numbers"),
        ("import random\nrandom.seed(7)", ""),
        ("def double(x):\n    return 0", ""),
        (PICTURE, "mine = globals()"),
        (PICTURE, "mine = eval('num' + 'bers')"),
        (PICTURE, "import __main__"),
        (PICTURE, "mine = Out"),
        (PICTURE, "mine = _"),
        (PICTURE, "mine = _i3"),
        (PICTURE, "%who"),
        (PICTURE, "def mine(:"),
    ],
)
def test_what_a_students_code_may_see_is_run(example: str, students: str) -> None:
    assert left_out(examples(example), students) == []


def test_an_example_that_a_needed_one_builds_on_is_run() -> None:
    three = examples("first = [1]", "second = [*first]", "third = [*second]")
    assert left_out(three) == ["example_0", "example_1", "example_2"]
    assert left_out(three, "mine = second") == ["example_2"]


def test_variables_of_functions_and_loops_are_no_reason_to_run() -> None:
    own = "def mine(numbers):\n    return [twice for twice in numbers]", "for other in [1]:\n    print(other)"
    assert left_out(examples(PICTURE), *own) == ["example_0"]


def test_a_locked_cell_that_is_not_the_courses_is_run() -> None:
    assert left_out(examples(PICTURE), ours=examples("numbers = []")) == []


def comes_with(source: str) -> Edit:
    """An edit: a locked example at the notebook's end."""
    return lambda node: node.cells.extend(examples(source))


@pytest.mark.processes
def test_marks_are_the_same_with_every_cell_and_without_what_is_not_needed(tmp_path: Path) -> None:
    course = make_tiny_course(tmp_path)
    edit_source(course, comes_with(PICTURE))
    for student, source in [("ada", SOLUTION), ("bob", "def double(x):\n    return x * x")]:
        submit(course, student, solve, answer("double", source))
    marks, shown = [], []
    for every_cell in (False, True):
        cohort = grade(course, ASSIGNMENT, Options(jobs=2, seed=7, sandboxed=False, force=True, every_cell=every_cell))
        marks.append([(one.student, one.score, [verdict.facets for verdict in one.exercises]) for one in cohort.grades])
        graded = nbformat.read(course.folder("autograded", "ada", ASSIGNMENT) / f"{ASSIGNMENT}.ipynb", as_version=4)
        shown.append([output.text for output in cell(graded, "example_0").outputs])
    assert marks[0] == marks[1]
    assert shown == [[], ["[2, 4]\n"]]


@pytest.mark.parametrize(("line", "every_cell"), [("", False), ("c.RunAndJudge.every_cell = True\n", True)])
def test_a_course_can_have_every_cell_run(tmp_path: Path, line: str, every_cell: bool) -> None:
    (tmp_path / "nbgrader_config.py").write_text(f"c = get_config()\n{line}", encoding="utf-8")
    (tmp_path / "source").mkdir()
    assert load_course(tmp_path).every_cell is every_cell


def without(notebook: MasterNotebook) -> MasterNotebook:
    data = json.loads(notebook.solved)
    for index in unneeded(notebook.solution, notebook):
        data["cells"][index]["source"] = ""
    return dataclasses.replace(notebook, solved=json.dumps(data))


@pytest.mark.slow
@pytest.mark.processes
@pytest.mark.parametrize("name", assignments(load_course(ROOT)))
def test_no_misconception_keeps_or_loses_a_facet_by_what_is_left_out(name: str) -> None:
    course = load_course(ROOT)
    assignment, catalogue = load_assignment(course, name), load_catalogue(course, name)
    lean = dataclasses.replace(assignment, notebooks=tuple(map(without, assignment.notebooks)))
    assert lean.notebooks != assignment.notebooks
    whole, short = (proving.observe(one, catalogue, 4711) for one in (assignment, lean))
    assert whole.experiments == short.experiments
    assert points(whole) == points(short)


def points(found: Expectations) -> dict[str, list[float]]:
    """What each misconception gets."""
    return {
        trial.id: [verdict.points for verdict in judge(found.experiments[cell], trial.experiment)]
        for cell, trials in found.trials.items()
        for trial in trials
    }
