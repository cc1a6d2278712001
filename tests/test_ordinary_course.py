"""`autograder grade`, and `nbgrader autograde` with our steps, on ordinary courses, compared with stock nbgrader.

The courses are those that nbgrader's own wheel ships: its documentation's, with two students, and its test fixtures;
and one of our own with what these leave out. None of them knows of this package.
"""

import json
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import nbgrader
import pytest
from nbgrader.api import Gradebook
from nbgrader.utils import determine_grade

from autograder.grading.sanitize import leave_out_no_check
from autograder.kernels.run import run
from autograder.values.submitted import Execution, Limits

NBGRADER = Path(nbgrader.__file__).parent
GUIDE = NBGRADER / "docs" / "source" / "user_guide"
FIXTURES = NBGRADER / "tests" / "apps" / "files"
OTHER_FIXTURES = NBGRADER / "tests" / "preprocessors" / "files"
BIN = Path(sys.executable).parent
LIMIT_S = 15

STOCK = """
import sys
from nbgrader.apps import NbGrader
from nbgrader.converters import Autograde, GenerateAssignment
from nbgrader.converters.base import NbGraderException

converter = {"generate": GenerateAssignment, "autograde": Autograde}[sys.argv[1]]
for assignment in sys.argv[2:]:
    app = NbGrader()
    app.initialize([], root=".")
    app.coursedir.assignment_id = assignment
    try:
        converter(coursedir=app.coursedir, parent=app).start()
    except NbGraderException as error:
        print(error, file=sys.stderr)
"""
"""Stock nbgrader for several assignments in one process; what it gives up on it says, and goes on."""

OURS = """
import dataclasses, json, sys
from pathlib import Path
from autograder.grading.course import load_course
from autograder.grading.grade import Options, grade
from autograder.values.submitted import Limits

course = load_course(Path("."))
options = Options(jobs=2, limits=Limits(cell_s=course.cell_limit_s))
cohorts = [grade(course, assignment, options) for assignment in sys.argv[2:]]
grades = {f"{done.assignment} {grade.student}": dataclasses.asdict(grade) for done in cohorts for grade in done.grades}
Path(sys.argv[1]).write_text(json.dumps(grades))
"""
"""What `autograder grade` does, likewise. In a process of its own: nbgrader leaves sockets open after autotests."""

CONFIGURE = "from autograder.grading.plugin import configure\n\nconfigure(get_config())\n"
"""What an instructor adds to nbgrader_config.py."""

Row = tuple[object, ...]


@dataclass(frozen=True)
class Compared:
    """What the gradebooks hold after stock nbgrader, `autograder grade`, and nbgrader with our steps.

    And the grades that `autograder grade` returned.
    """

    stock: dict[str, Row]
    ours: dict[str, Row]
    inside: dict[str, Row]
    grades: dict[str, dict[str, Any]]


# ---------------------------------------------------------------- nbgrader's documentation


@pytest.fixture(scope="module")
def documentation(tmp_path_factory: pytest.TempPathFactory) -> Compared:
    """The course of nbgrader's documentation, graded three times."""
    root = tmp_path_factory.mktemp("documentation")
    _copy(GUIDE / "source" / "ps1", root / "source" / "ps1")
    _copy(GUIDE / "submitted", root / "submitted")
    shutil.copy(GUIDE / "source" / "header.ipynb", root / "source" / "header.ipynb")
    _run([BIN / "nbgrader", "generate_assignment", "ps1"], root)
    other, inside = _twin(root), _twin(root, "-inside")
    _write(inside / "nbgrader_config.py", CONFIGURE)
    with ThreadPoolExecutor(2) as pool:
        runs = [
            pool.submit(_run, [BIN / "nbgrader", "autograde", "ps1"], root),
            pool.submit(_run, [sys.executable, "-m", "autograder", "grade", "ps1", "--course", other], root.parent),
            pool.submit(_run, [BIN / "nbgrader", "autograde", "ps1"], inside),
        ]
        for done in runs:
            done.result()
    return Compared(_rows(root), _rows(other), _rows(inside), {})


@pytest.mark.processes
def test_the_documentation_s_course_gets_stock_nbgrader_s_marks(documentation: Compared) -> None:
    assert len(documentation.stock) == 2 * 9 + 2 * 2, "two students, nine graded cells, two notebooks"
    assert documentation.ours == documentation.stock
    assert documentation.inside == documentation.stock


@pytest.mark.processes
def test_the_documentation_s_course_has_marks_of_every_kind(documentation: Compared) -> None:
    """Else the comparison above would compare nothing with nothing."""
    grades = [row for key, row in documentation.ours.items() if " cell " in key]
    assert {row[0] for row in grades} >= {None, 0.0, 0.5, 1.0}
    assert {row[3] for row in grades} == {True, False}


# ---------------------------------------------------------------- nbgrader's test fixtures, and a course of our own


@pytest.fixture(scope="module")
def fixtures(tmp_path_factory: pytest.TempPathFactory) -> Compared:
    """nbgrader's fixtures as assignments and students, as its tests use them; and the assignment `own`."""
    root = tmp_path_factory.mktemp("fixtures")
    config = (
        f"c = get_config()\nc.Execute.timeout = {LIMIT_S}\n"
        "c.LateSubmissionPlugin.penalty_method = 'zero'\n"
        "c.Autograde.exclude_overwriting = {'files': ['helper.py']}\n"
        "c.CourseDirectory.student_id_exclude = 'staff'\n"
    )
    _write(root / "nbgrader_config.py", config)
    for lay_out in (_classic, _autotests, _files, _own):
        lay_out(root)
    assignments = sorted(path.name for path in (root / "source").iterdir())
    _run([sys.executable, "-c", STOCK, "generate", *assignments], root)
    with Gradebook(f"sqlite:///{root / 'gradebook.db'}") as gradebook:
        gradebook.update_or_create_assignment("classic", duedate="2015-02-02 14:58:23.948203 America/Los_Angeles")
    other, inside = _twin(root), _twin(root, "-inside")
    _write(inside / "nbgrader_config.py", config + CONFIGURE)
    results = root.with_name("grades.json")
    with ThreadPoolExecutor(2) as pool:
        runs = [
            pool.submit(_run, [sys.executable, "-c", STOCK, "autograde", *assignments], root),
            pool.submit(_run, [sys.executable, "-c", OURS, results, *assignments], other),
            pool.submit(_run, [sys.executable, "-c", STOCK, "autograde", *assignments], inside),
        ]
        for done in runs:
            done.result()
    return Compared(_rows(root), _rows(other), _rows(inside), json.loads(results.read_text(encoding="utf-8")))


GIVEN_UP = ("own too_many_points", "own exits", "own broken", "own renamed", "own with_a_copy")
"""Submissions for which stock nbgrader records nothing."""
FOOLED = ("own skips",)
"""Submissions whose wrong answers stock nbgrader gives full marks."""
OVERLOOKED = ("classic locked_cell_changed",)
"""Submissions whose answers stock nbgrader does not read: they are in a copy of the notebook, which is untouched."""


@pytest.mark.slow
@pytest.mark.parametrize("assignment", ["classic", "autotest", "files", "own"])
def test_fixtures_get_stock_nbgrader_s_marks(fixtures: Compared, assignment: str) -> None:
    def mine(rows: dict[str, Row]) -> dict[str, Row]:
        other = (*GIVEN_UP, *FOOLED, *OVERLOOKED)
        return {key: row for key, row in rows.items() if key.startswith(assignment) and not key.startswith(other)}

    stock = mine(fixtures.stock)
    assert stock
    assert mine(fixtures.ours) == stock
    assert mine(fixtures.inside) == stock


@pytest.mark.slow
@pytest.mark.parametrize("submission", ["own too_many_points", "own exits"])
def test_our_steps_give_a_mark_where_a_cell_makes_stock_nbgrader_give_up(fixtures: Compared, submission: str) -> None:
    """What nbgrader does not get to see, such as a renamed notebook, it cannot hand to our steps."""

    def mine(rows: dict[str, Row]) -> dict[str, Row]:
        return {key: row for key, row in rows.items() if key.startswith(f"{submission} ")}

    assert mine(fixtures.inside) == mine(fixtures.ours) != mine(fixtures.stock)


@pytest.mark.slow
def test_the_fixtures_give_the_marks_that_nbgrader_s_own_tests_expect(fixtures: Compared) -> None:
    """From nbgrader/tests/apps/test_nbgrader_autograde.py: test_grade, test_showtraceback_exploit, the autotests."""
    score = {key: grade["score"] for key, grade in fixtures.grades.items()}
    assert (score["classic unchanged"], score["classic changed"]) == (1, 2)
    assert (score["classic cheat"], score["classic cheat_alternative"]) == (1, 1)
    assert score["autotest changed"] >= 1
    assert score["autotest wrong"] == 0
    assert fixtures.grades["classic changed"]["penalty"] == 2, "an hour late"


@pytest.mark.slow
def test_a_check_that_a_student_marks_to_be_left_out_is_run_though_stock_nbgrader_does_not(fixtures: Compared) -> None:
    """There a wrong answer has full marks: nbclient runs no cell with that tag, and one without output has passed."""
    checks = [f"own skips p1 cell {name}" for name in ("partial", "raises")]
    assert [fixtures.stock[check][0] for check in checks] == [2, 1]
    assert [fixtures.ours[check][0] for check in checks] == [0, 0]
    assert [fixtures.inside[check][0] for check in checks] == [0, 0]
    faults = {fault["cell"]: fault["kind"] for fault in fixtures.grades["own skips"]["faults"]}
    assert faults["raises"] == "cell-metadata"


@pytest.mark.slow
def test_answers_in_a_copy_of_an_untouched_notebook_are_graded(fixtures: Compared) -> None:
    def marks(rows: dict[str, Row], student: str) -> dict[str, Row]:
        whose = f"classic {student} p1 cell "
        return {key.removeprefix(whose): row for key, row in rows.items() if key.startswith(whose)}

    assert marks(fixtures.ours, "locked_cell_changed") == marks(fixtures.ours, "changed")
    # nbgrader hands nothing but p1.ipynb to our steps.
    assert marks(fixtures.inside, "locked_cell_changed") == marks(fixtures.inside, "unchanged")
    assert marks(fixtures.stock, "locked_cell_changed") == marks(fixtures.stock, "unchanged")


@pytest.mark.parametrize("tags", [["mine", "skip-execution"], "skip-execution", {"skip-execution": True}])
def test_no_way_to_write_the_tag_leaves_a_check_out(tags: object) -> None:
    node = nbformat.v4.new_notebook(cells=[_check("raises", "assert False"), nbformat.v4.new_code_cell("1")])
    for cell in node.cells:
        cell.metadata["tags"] = tags
    assert [fault.cell for fault in leave_out_no_check(node)] == ["raises"]
    check, own = node.cells
    assert "skip-execution" not in check.metadata.tags and own.metadata.tags == tags


@pytest.mark.slow
def test_an_excluded_student_is_not_graded(fixtures: Compared) -> None:
    assert "own staff" not in fixtures.grades
    assert not any(key.startswith("own staff") for key in fixtures.ours)


@pytest.mark.slow
def test_our_own_assignment_has_marks_of_every_kind(fixtures: Compared) -> None:
    cells = {key: row for key, row in fixtures.ours.items() if key.startswith("own") and " cell " in key}
    assert cells["own answered p1 cell partial"][0] == 1.5
    assert cells["own answered p1 cell warns"][0] == 0, "anything on stderr gives no points"
    assert cells["own answered p1 cell text"][0] == 1, "a result that is not a number gives full marks"
    assert cells["own answered p1 cell essay"][:1] == (None,)
    assert cells["own blank p1 cell essay"][0] == 0
    assert cells["own loops p1 cell raises"][0] == 0
    assert cells["own loops p1 cell text"][0] == 1, "the cells after an endless loop are run"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("submission", "fault", "score"),
    [
        ("own too_many_points", "impossible-points", 3),
        ("own exits", "kernel-died", 4),
        ("own broken", "broken-notebook", 0),
        ("own renamed", "renamed-notebook", 5.5),
        ("own broken", "timestamp", 0),
    ],
)
def test_where_stock_nbgrader_gives_up_the_mark_has_a_reason(
    fixtures: Compared, submission: str, fault: str, score: float
) -> None:
    """Stock nbgrader logs an error and records no mark; here the rest counts, and the fault is named."""
    recorded = [row[0] for key, row in fixtures.stock.items() if key.startswith(f"{submission} ") and " cell " in key]
    assert all(points is None for points in recorded)
    grade = fixtures.grades[submission]
    assert fault in {found["kind"] for found in grade["faults"]}
    assert grade["score"] == score


@pytest.mark.slow
def test_a_copied_check_costs_nothing_where_stock_nbgrader_stops_the_whole_run(fixtures: Compared) -> None:
    assert fixtures.stock["own with_a_copy p1 cell raises"][0] is None
    assert fixtures.grades["own with_a_copy"]["score"] == fixtures.grades["own answered"]["score"] == 5.5


def _classic(root: Path) -> None:
    """One source, many ways to hand it in: nbgrader's tests of locked cells, changed checksums and cheats."""
    _source(root, "classic", FIXTURES / "submitted-unchanged.ipynb")
    students = {
        "unchanged": FIXTURES / "submitted-unchanged.ipynb",
        "changed": FIXTURES / "submitted-changed.ipynb",
        "grade_cell_changed": FIXTURES / "submitted-grade-cell-changed.ipynb",
        "locked_cell_changed": FIXTURES / "submitted-locked-cell-changed.ipynb",
        "cheat": FIXTURES / "submitted-cheat-attempt.ipynb",
        "cheat_alternative": FIXTURES / "submitted-cheat-attempt-alternative.ipynb",
    }
    for student, notebook in students.items():
        _hand_in(root, student, "classic", notebook)
    types = [
        json.loads((OTHER_FIXTURES / f"submitted-{kind}-cell-type-changed.ipynb").read_text(encoding="utf-8"))
        for kind in ("answer", "grade")
    ]
    _write(root / "submitted" / "types_changed" / "classic" / "p1.ipynb", _with_the_types_of_both(*types))
    times = {"changed": "2015-02-02 15:58:23.948203", "unchanged": "2015-02-02 14:58:23.948203"}
    for student, time in times.items():
        _write(root / "submitted" / student / "classic" / "timestamp.txt", f"{time} America/Los_Angeles")
    _write(root / "submitted" / "cheat" / "classic" / "timestamp.txt", "")
    _hand_in(root, "locked_cell_changed", "classic", FIXTURES / "submitted-changed.ipynb", name="p1 copy")


def _autotests(root: Path) -> None:
    """Checks that nbgrader writes itself, some of them hidden or hashed."""
    shutil.copy(FIXTURES / "autotests.yml", root / "autotests.yml")
    _source(root, "autotest", FIXTURES / "autotest-hidden.ipynb")
    _source(root, "autotest", FIXTURES / "autotest-multi.ipynb", name="p2")
    _hand_in(root, "changed", "autotest", FIXTURES / "autotest-hidden-changed-right.ipynb")
    _hand_in(root, "changed", "autotest", FIXTURES / "autotest-multi-changed.ipynb", name="p2")
    _hand_in(root, "wrong", "autotest", FIXTURES / "autotest-hidden-changed-wrong.ipynb")


def _files(root: Path) -> None:
    """A check that reads the course's file, and one that uses a module which the student may write."""
    _source(root, "files", FIXTURES / "open_relative_file.ipynb")
    _write(root / "source" / "files" / "data.txt", (FIXTURES / "data.txt").read_text(encoding="utf-8"))
    _write(root / "source" / "files" / "helper.py", "answer = None\n")
    _write(
        root / "source" / "files" / "p2.ipynb", _notebook(_check("helped", "import helper\nassert helper.answer == 42"))
    )
    for student, helper in {"helped": "answer = 42\n", "unhelped": "answer = 41\n"}.items():
        if student == "helped":  # the other one has one notebook of two
            _hand_in(root, student, "files", root / "source" / "files" / "p1.ipynb")
        _hand_in(root, student, "files", root / "source" / "files" / "p2.ipynb", name="p2")
        _write(root / "submitted" / student / "files" / "helper.py", helper)
        _write(root / "submitted" / student / "files" / "data.txt", "spoiled")


def _own(root: Path) -> None:
    """What nbgrader's fixtures leave out: partial credit, stderr, tasks, endless loops, what ends the kernel."""
    cells = [
        _solution("f", "def f(x):\n    ### BEGIN SOLUTION\n    return x\n    ### END SOLUTION"),
        _check("partial", "0.5 * f(3)", points=2),
        _check("warns", "import warnings\nwarnings.warn('hello')\nassert f(1) == 1"),
        _check("raises", "assert f(2) == 2\n### BEGIN HIDDEN TESTS\nassert f(-2) == -2\n### END HIDDEN TESTS"),
        _check("text", "'a result that is no number'"),
        _check("number", "1"),
        _check("environment", "import os\nassert os.environ['NBGRADER_EXECUTION'] == 'autograde'"),
        _check("essay", "An essay.", points=3, solution=True, markdown=True),
        _check("code", "### BEGIN SOLUTION\nf(f)\n### END SOLUTION", points=2, solution=True),
        _check("task", "Draw something.", points=4, markdown=True, task=True),
    ]
    _write(root / "source" / "own" / "p1.ipynb", _notebook(*cells))
    right = {"f": "def f(x):\n    return x", "essay": "My essay.", "code": "f(1)"}
    submissions: dict[str, dict[str, str]] = {
        "blank": {},
        "answered": right,
        "tampering": right | {"partial": "2.0", "warns": "", "raises": "pass"},
        "loops": right | {"f": "def f(x):\n    while x == 2:\n        pass\n    return x"},
        "too_many_points": right | {"f": "def f(x):\n    return 100"},
        "exits": right | {"f": "import os\ndef f(x):\n    return os._exit(1) if x == 3 else x"},
        "skips": right | {"f": "def f(x):\n    return 0"},
        "with_a_copy": right,  # stock nbgrader stops at this one, so it comes last
        "staff": right,
    }
    released = {cell.metadata.nbgrader.grade_id: _released(cell) for cell in cells}
    for student, answers in submissions.items():
        mine = [nbformat.from_dict(dict(cell) | {"source": released[cell.id]}) for cell in cells]
        for cell in mine:
            cell.source = answers.get(cell.metadata.nbgrader.grade_id, cell.source)
        if student == "skips":
            for cell in mine:
                cell.metadata["tags"] = ["skip-execution"]
        text = _notebook(*mine)
        if student == "tampering":
            kept = [cell for cell in mine if cell.id != "number"]
            text = _notebook(
                *[_with(cell, points=100) if cell.id == "text" else cell for cell in kept],
                nbformat.v4.new_markdown_cell("One more.", id="one-more"),
            )
        if student == "with_a_copy":
            text = _notebook(*mine, _with(mine[3], id="copy-of-raises"))
        _write(root / "submitted" / student / "own" / "p1.ipynb", text)
        if student == "answered":
            _write(root / "submitted" / "renamed" / "own" / "my homework.ipynb", text)
    _write(root / "submitted" / "broken" / "own" / "timestamp.txt", "But I want to be a timestamp string :(")
    _write(root / "submitted" / "broken" / "own" / "p1.ipynb", '{"cells": [')


# ---------------------------------------------------------------- our limits never give points


@pytest.mark.processes
def test_a_check_that_was_not_run_for_lack_of_time_has_no_points(tmp_path: Path) -> None:
    """nbgrader gives a check without any output full marks."""
    execution = run(_node(_check("passes", "assert True")), folder=tmp_path, limits=Limits(notebook_s=0))
    assert [fault.kind for fault in execution.faults] == ["notebook-timeout"]
    assert _points(execution) == {"passes": 0}


@pytest.mark.processes
def test_points_do_not_depend_on_how_much_a_check_prints(tmp_path: Path) -> None:
    """Beyond the limit of output an error, a result and the first word on stderr are kept."""
    noise = "print('x' * 20_000)\nimport sys\n"
    cells = [
        _check("partial", noise + "0.25"),
        _check("fails", noise + "assert False"),
        _check("warns", noise + "print(end='', flush=True)\nprint('careful', file=sys.stderr)"),
        _check("passes", noise + "assert True"),
    ]
    execution = run(_node(*cells), folder=tmp_path, limits=Limits(output_bytes=1000))
    assert _points(execution) == {"partial": 0.25, "fails": 0, "warns": 0, "passes": 1}
    assert [fault.kind for fault in execution.faults] == ["output-limit"] * 4


@pytest.mark.processes
def test_all_that_a_notebook_prints_has_a_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else thousands of cells, each within its own, would fill the grader's memory."""
    monkeypatch.setattr("autograder.kernels.run.MAX_NOTEBOOK_BYTES", 1500)
    cells = [_check(f"cell-{number}", "print('x' * 600)") for number in range(4)]
    execution = run(_node(*cells), folder=tmp_path, limits=Limits())
    assert [fault.cell for fault in execution.faults] == ["cell-2", "cell-3"]
    assert len(nbformat.writes(execution.notebook)) < 12_000


def _points(execution: Execution) -> dict[str, float | None]:
    """What nbgrader reads from the outputs."""
    cells = execution.notebook.cells
    return {cell.metadata.nbgrader.grade_id: determine_grade(cell)[0] for cell in cells}


# ---------------------------------------------------------------- helpers


def _rows(root: Path) -> dict[str, Row]:
    """Everything that a gradebook knows of marks: a row for each cell, and one for each notebook."""
    rows: dict[str, Row] = {}
    with Gradebook(f"sqlite:///{root / 'gradebook.db'}") as gradebook:
        for assignment in gradebook.assignments:
            for submission in assignment.submissions:
                for notebook in submission.notebooks:
                    key = f"{assignment.name} {submission.student.id} {notebook.name}"
                    rows[key] = (
                        notebook.score,
                        notebook.max_score,
                        notebook.late_submission_penalty,
                        notebook.needs_manual_grade,
                        submission.timestamp,
                        submission.total_seconds_late,
                    )
                    comments = {comment.name: comment.auto_comment for comment in notebook.comments}
                    for grade in notebook.grades:
                        rows[f"{key} cell {grade.name}"] = (
                            grade.auto_score,
                            grade.manual_score,
                            grade.max_score,
                            grade.needs_manual_grade,
                            grade.failed_tests,
                            comments.get(grade.name),
                        )
    return rows


def _run(command: list[Any], folder: Path) -> None:
    """Run a command as a user would, with the environment's programs on PATH, in `folder`."""
    environment = {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run([str(part) for part in command], cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]


def _twin(root: Path, ending: str = "-twin") -> Path:
    """A copy of the course next to it, with its gradebook."""
    return Path(shutil.copytree(root, root.with_name(root.name + ending)))


def _copy(source: Path, target: Path) -> None:
    shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))


def _source(root: Path, assignment: str, notebook: Path, name: str = "p1") -> None:
    _write(root / "source" / assignment / f"{name}.ipynb", notebook.read_text(encoding="utf-8"))


def _hand_in(root: Path, student: str, assignment: str, notebook: Path, name: str = "p1") -> None:
    _write(root / "submitted" / student / assignment / f"{name}.ipynb", notebook.read_text(encoding="utf-8"))


def _with_the_types_of_both(answer: dict[str, Any], grade: dict[str, Any]) -> str:
    """Two fixtures in one: the answer is of the wrong type, and a check is.

    In the format of today; in the old one nbgrader 0.9.6 stumbles over a cell whose type was changed.
    """
    cells = [answer["cells"][0], *grade["cells"][1:]]
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"
        if cell["cell_type"] == "markdown":
            cell.pop("outputs", None)
            cell.pop("execution_count", None)
    return json.dumps(grade | {"cells": cells, "nbformat_minor": 5})


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _node(*cells: nbformat.NotebookNode) -> nbformat.NotebookNode:
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return nbformat.v4.new_notebook(cells=list(cells), metadata={"kernelspec": kernel})


def _notebook(*cells: nbformat.NotebookNode) -> str:
    return str(nbformat.writes(_node(*cells)))


def _solution(grade_id: str, source: str) -> nbformat.NotebookNode:
    return nbformat.v4.new_code_cell(
        source, id=grade_id, metadata={"nbgrader": _facts(grade_id, grade=False, solution=True)}
    )


def _check(
    grade_id: str,
    source: str,
    *,
    points: float = 1,
    solution: bool = False,
    markdown: bool = False,
    task: bool = False,
) -> nbformat.NotebookNode:
    """A graded cell: a check, with `solution` an answer that a person reads, with `task` one that is done elsewhere."""
    make = nbformat.v4.new_markdown_cell if markdown else nbformat.v4.new_code_cell
    facts = _facts(grade_id, grade=not task, solution=solution, task=task) | {"points": points}
    return make(source, id=grade_id, metadata={"nbgrader": facts})


def _facts(grade_id: str, *, grade: bool, solution: bool, task: bool = False) -> dict[str, object]:
    return {
        "schema_version": 3,
        "grade": grade,
        "grade_id": grade_id,
        "locked": not solution,
        "solution": solution,
        "task": task,
    }


def _released(cell: nbformat.NotebookNode) -> str:
    """The text that students get, as nbgrader's default stubs have it."""
    if not cell.metadata.nbgrader.solution:
        return str(cell.source).partition("### BEGIN HIDDEN TESTS")[0]
    if cell.cell_type == "markdown":
        return "YOUR ANSWER HERE"
    before, _mark, _rest = cell.source.partition("### BEGIN SOLUTION")
    indent = before.rpartition("\n")[2]
    return f"{before}# YOUR CODE HERE\n{indent}raise NotImplementedError()"


def _with(cell: nbformat.NotebookNode, *, points: float | None = None, id: str | None = None) -> nbformat.NotebookNode:
    changed = nbformat.from_dict(dict(cell))
    if points is not None:
        changed.metadata = nbformat.from_dict({"nbgrader": dict(cell.metadata.nbgrader) | {"points": points}})
    if id is not None:
        changed.id = id
    return changed
