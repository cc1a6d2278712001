"""A course with experiments inside nbgrader: its commands and formgrader's button give `autograder grade`'s marks."""

import asyncio
import json
import logging
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbgrader.api import Gradebook
from nbgrader.apps.api import NbGraderAPI
from tiny_course import (
    ASSIGNMENT,
    HIDDEN_TEXTS,
    SQUARES,
    SQUARES_SENTENCE,
    STARTS_AT_ZERO,
    WORTH,
    Edit,
    answer,
    append,
    delete,
    make_tiny_course,
    solve,
    submit,
)

from autograder.authoring.release import make_release
from autograder.errors import CourseError
from autograder.grading import course as courses
from autograder.grading import grade as grading
from autograder.grading import plugin
from autograder.grading.course import load_course, resources
from autograder.grading.plugin import RunAndJudge
from autograder.kernels import sandbox
from autograder.values.submitted import Limits

pytestmark = [pytest.mark.processes, pytest.mark.xdist_group("inside_nbgrader")]  # its cohort is graded once

BIN = Path(sys.executable).parent
SEED = 20260301
CONFIGURE = "from autograder.grading.plugin import configure\n\nc = get_config()\nconfigure(c)\n"
"""What an instructor writes into nbgrader_config.py."""

NBGRADER_S_WARNING = pytest.mark.filterwarnings("ignore:Object of type <Submitted:sqlalchemy.exc.SAWarning")
"""nbgrader 0.9.6 makes a submission before it adds it to the session."""


def _older_format(node: nbformat.NotebookNode) -> None:
    """As Jupyter before 2021 saves a notebook: without cell ids."""
    node.nbformat_minor = 4
    for cell in node.cells:
        del cell["id"]


def _skipped(node: nbformat.NotebookNode) -> None:
    """Every graded cell asks not to be run."""
    for cell in node.cells:
        if cell.metadata.get("nbgrader", {}).get("grade"):
            cell.metadata["tags"] = ["skip-execution"]


FAKE = 'print(\'{"facets": {"double": 3}}\')\n3.0'
STDERR = "import sys\ndef double(x):\n    print('doubling', file=sys.stderr)\n    return x + x"
COLLIDES = (
    "def twice(x):\n    return x + x\n\nbegin = rng = observe = experiment = twice\n\n"
    "def double(x):\n    return rng(x) if x > 0 else observe(x) if x < -2 else experiment(x)"
)
EXITS = "import os\ndef largest(values):\n    return max(values) if len(values) < 4 else os._exit(0)"

STUDENTS: Mapping[str, tuple[tuple[Edit, ...], dict[str, float | None]]] = {
    "right": ((solve,), {"double_hidden": 3, "double_assert": 1, "largest_hidden": 2, "largest_partial": 2}),
    "squares": (
        (solve, answer("double", SQUARES)),
        {"double_hidden": 0, "double_assert": 0, "largest_hidden": 2, "largest_partial": 2},
    ),
    "blank": ((), {"double_hidden": 0, "double_assert": 0, "largest_hidden": 0, "largest_partial": 0, "why": 0}),
    "deletes": (
        (solve, delete("double_hidden", "double_assert", "largest_hidden", "setup"), _older_format),
        {"double_hidden": 3, "double_assert": 1, "largest_hidden": 2, "largest_partial": 2},
    ),
    "edits": (
        (
            solve,
            answer("double", SQUARES),
            answer("double_hidden", FAKE),
            answer("double_assert", ""),
            answer("largest_partial", "2.0"),
            append("print(In)"),
            _skipped,
        ),
        {"double_hidden": 0, "double_assert": 0, "largest_hidden": 2, "largest_partial": 2},
    ),
    "syntax": (
        (solve, answer("double", "def double(x)\n    return 2 x")),
        {"double_hidden": 0, "double_assert": 0, "largest_hidden": 2, "largest_partial": 2},
    ),
    "stderr": (
        (solve, answer("double", STDERR), answer("largest", STARTS_AT_ZERO)),
        {"double_hidden": 3, "double_assert": 0, "largest_hidden": 1, "largest_partial": 1},
    ),
    "collides": (
        (solve, answer("double", COLLIDES)),
        {"double_hidden": 3, "double_assert": 1, "largest_hidden": 2, "largest_partial": 2},
    ),
    "exits": (
        (solve, answer("largest", EXITS)),
        {"double_hidden": 3, "double_assert": 1, "largest_hidden": 0, "largest_partial": 2},
    ),
}
"""Each student's edits of the released notebook, and the points that are right. A person reads `why` if answered."""

Row = tuple[object, ...]


@dataclass(frozen=True)
class Graded:
    """One course graded by nbgrader's command line, its twin by ours, with the same seed; and one only released."""

    nbgrader: Path
    ours: Path
    released: Path
    printed: str


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Graded:
    root = tmp_path_factory.mktemp("inside") / "course"
    course = make_tiny_course(root)
    for student, (edits, _points) in STUDENTS.items():
        submit(course, student, *edits)
    release = root / "release" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"
    release.rename(root.parent / "ours.ipynb")
    _nbgrader(root, "generate_assignment", ASSIGNMENT, "--force")
    shutil.copytree(release.parent, root.parent / "generated")
    release.rename(root.parent / "nbgrader.ipynb")
    other = Path(shutil.copytree(root, root.with_name("twin")))
    released = Path(shutil.copytree(root, root.with_name("released")))
    command = [sys.executable, "-m", "autograder", "grade", ASSIGNMENT, "--seed", SEED, "--jobs", 1, "--course", other]
    with ThreadPoolExecutor(2) as pool:
        theirs = pool.submit(_nbgrader, root, "autograde", ASSIGNMENT, AUTOGRADER_SEED=str(SEED))
        ours = pool.submit(_run, command, root.parent)
        theirs.result()
        printed = ours.result()
    return Graded(root, other, released, printed)


def test_generate_assignment_writes_the_release_byte_for_byte(graded: Graded) -> None:
    ours = (graded.ours.parent / "ours.ipynb").read_bytes()
    assert (graded.ours.parent / "nbgrader.ipynb").read_bytes() == ours
    assert not any(text.encode() in ours for text in ("BEGIN HIDDEN", "BEGIN SOLUTION", "rng.integers"))


def test_generate_assignment_puts_beside_the_notebook_what_autograder_release_does(graded: Graded) -> None:
    """nbgrader's exchange hands out that folder, and `lab.hint` and likely causes come from a file in it."""
    generated = {path.name: path.read_bytes() for path in (graded.ours.parent / "generated").iterdir()}
    released = make_release(load_course(graded.ours), ASSIGNMENT).files
    assert "likely_causes.json" in generated
    assert generated == {Path(name).name: content for name, content in released.items() if name.startswith("release/")}


def test_nbgrader_autograde_gives_the_marks_of_autograder_grade(graded: Graded) -> None:
    theirs, ours = _rows(graded.nbgrader), _rows(graded.ours)
    assert len(ours) == len(STUDENTS) * len(WORTH)
    assert theirs == ours


@pytest.mark.parametrize("student", sorted(STUDENTS))
def test_the_marks_are_right(graded: Graded, student: str) -> None:
    rows = _rows(graded.nbgrader)
    expected = {"why": None} | STUDENTS[student][1]
    assert {cell: rows[student, cell][0] for cell in WORTH} == expected
    assert {cell: rows[student, cell][1] for cell in WORTH} == WORTH
    assert rows[student, "why"][2] is (expected["why"] is None), "a person reads an answer, and no blank one"


def test_an_assignment_that_autograder_released_is_known_to_nbgrader(tmp_path: Path) -> None:
    """`nbgrader generate_assignment` never ran, and there is no gradebook yet."""
    course = make_tiny_course(tmp_path / "course")
    submit(course, "ada", solve)
    (course.root / "gradebook.db").unlink(missing_ok=True)
    _nbgrader(course.root, "autograde", ASSIGNMENT, AUTOGRADER_SEED=str(SEED))
    assert _rows(course.root)["ada", "double_hidden"][0] == WORTH["double_hidden"]


def test_the_seed_is_said_and_stands_in_the_notebook(graded: Graded) -> None:
    assert f"seed:      {SEED}" in graded.printed
    for root in (graded.nbgrader, graded.ours):
        assert _autograded(root, "right").metadata["autograder"]["seed"] == SEED


def test_both_autograded_notebooks_show_the_same_facets_and_sentences(graded: Graded) -> None:
    for student in STUDENTS:
        assert _judged(graded.nbgrader, student) == _judged(graded.ours, student)
    assert any(SQUARES_SENTENCE in text for text in _judged(graded.ours, "squares"))


@NBGRADER_S_WARNING
def test_formgrader_s_button_gives_the_same_marks(graded: Graded, monkeypatch: pytest.MonkeyPatch) -> None:
    """formgrader calls nbgrader's API while the server's event loop runs."""
    monkeypatch.setenv("AUTOGRADER_SEED", str(SEED))
    before = _rows(graded.nbgrader)
    _spoil(graded.nbgrader, "stderr")
    course = load_course(graded.nbgrader)
    api = NbGraderAPI(coursedir=course.paths, parent=course.app)

    async def click() -> dict[str, Any]:
        return dict(api.autograde(ASSIGNMENT, "stderr"))

    result = asyncio.run(click())
    assert result["success"], result.get("error")
    assert _rows(graded.nbgrader) == before


def test_feedback_pages_show_facets_and_no_hidden_test(graded: Graded) -> None:
    """One student prints what the kernel ran; nobody else's page or cell may show a line of a hidden test."""
    with Gradebook(f"sqlite:///{graded.nbgrader / 'gradebook.db'}") as gradebook:
        gradebook.find_comment("why", ASSIGNMENT, ASSIGNMENT, "squares").manual_comment = "A comment by hand."
        gradebook.db.commit()
    _nbgrader(graded.nbgrader, "generate_feedback", ASSIGNMENT)
    for student in STUDENTS:
        page = (graded.nbgrader / "feedback" / student / ASSIGNMENT / f"{ASSIGNMENT}.html").read_text(encoding="utf-8")
        assert "positive numbers</td>" in page and "only negative</td>" in page
        found = [text for text in HIDDEN_TEXTS if text in _plain(page)]
        assert not found, f"{student} can read {found}"
    page = (graded.nbgrader / "feedback" / "squares" / ASSIGNMENT / f"{ASSIGNMENT}.html").read_text(encoding="utf-8")
    assert SQUARES_SENTENCE in page and "A comment by hand." in page


def test_points_given_by_hand_survive_grading_again(graded: Graded) -> None:
    """A person's 2.5 for the answer and 1.5 for an experiment stay, with the new automatic points."""
    with Gradebook(f"sqlite:///{graded.ours / 'gradebook.db'}") as gradebook:
        gradebook.find_grade("why", ASSIGNMENT, ASSIGNMENT, "right").manual_score = 2.5
        gradebook.find_grade("double_hidden", ASSIGNMENT, ASSIGNMENT, "right").manual_score = 1.5
        gradebook.db.commit()
    course = load_course(graded.ours)
    options = grading.Options(students=("right",), seed=SEED + 1, limits=Limits(cell_s=course.cell_limit_s), force=True)
    (grade,) = grading.grade(course, ASSIGNMENT, options).grades
    rows = _rows(graded.ours)
    assert rows["right", "why"][3:] == (2.5,) and rows["right", "double_hidden"][3:] == (1.5,)
    assert rows["right", "double_hidden"][0] == 3
    assert grade.score == 2.5 + 1.5 + 1 + 2 + 2


def test_stock_nbgrader_without_our_configuration_gives_an_experiment_nothing(graded: Graded) -> None:
    """It fails safe: whoever forgets the configuration sees zeros, not full marks."""
    (graded.released / "nbgrader_config.py").unlink()
    _nbgrader(graded.released, "autograde", ASSIGNMENT, "--student", "right")
    points = {cell: row[0] for (_student, cell), row in _rows(graded.released).items()}
    assert points == {
        "double_hidden": 0,
        "double_assert": 1,
        "largest_hidden": 0,
        "largest_partial": 2,
        "why": None,
    }


def test_a_notebook_with_experiments_is_not_graded_without_being_run(graded: Graded) -> None:
    """A cell without outputs has full marks in nbgrader, so `--no-execute` would give them to anybody."""
    before = _rows(graded.nbgrader)
    with pytest.raises(AssertionError, match="Experiments cannot be judged if the notebook is not run"):
        _nbgrader(graded.nbgrader, "autograde", ASSIGNMENT, "--student", "blank", "--force", "--no-execute")
    assert _rows(graded.nbgrader) == before


# ---------------------------------------------------------------- courses without experiments


LOOKS_AROUND = """
import json, os, pathlib
files = sorted(str(path) for path in pathlib.Path().rglob("[!.]*") if path.is_file() and ".ipython" not in path.parts)
pathlib.Path("left-behind.txt").write_text("anything")
print(json.dumps([os.getcwd(), files, sorted(os.environ)]))
"""


@pytest.fixture
def ordinary(tmp_path: Path) -> Path:
    """A released assignment of two notebooks, one with a hidden test; a submission with a file and three links."""
    cells = {
        "first": _check("hidden", "assert True\n### BEGIN HIDDEN TESTS\nassert 1 < 2\n### END HIDDEN TESTS"),
        "second": nbformat.v4.new_code_cell(LOOKS_AROUND, id="looks-around"),
    }
    submitted = tmp_path / "submitted" / "ada" / "ordinary"
    for folder in (tmp_path / "source" / "ordinary", submitted):
        folder.mkdir(parents=True)
        for name, cell in cells.items():
            (folder / f"{name}.ipynb").write_text(_notebook(cell), encoding="utf-8")
    (tmp_path / "source" / "ordinary" / "data.csv").write_text("1,2\n", encoding="utf-8")
    (tmp_path / "secret.txt").write_text("of the instructor", encoding="utf-8")
    (submitted / "mine").mkdir()
    (submitted / "mine" / "own.py").write_text("a = 1\n", encoding="utf-8")
    (tmp_path / "source" / "ordinary" / "helper.py").write_text("b = 2\n", encoding="utf-8")
    for name in ("link.txt", "data.csv", "helper.py"):
        (submitted / name).symlink_to(tmp_path / "secret.txt")
    config = CONFIGURE + "c.Autograde.exclude_overwriting = {'ordinary': ['helper.py']}\n"
    (tmp_path / "nbgrader_config.py").write_text(config, encoding="utf-8")
    _nbgrader(tmp_path, "generate_assignment", "ordinary")
    return tmp_path


def test_an_ordinary_notebook_runs_in_the_same_room(ordinary: Path) -> None:
    """It sees its own files and the course's; no notebook, as by then those hold hidden tests, and no link's goal."""
    _nbgrader(ordinary, "autograde", "ordinary", INSTRUCTOR_S_TOKEN="secret")
    graded = ordinary / "autograded" / "ada" / "ordinary"
    assert "BEGIN HIDDEN TESTS" in (graded / "first.ipynb").read_text(encoding="utf-8")
    (cell,) = nbformat.read(graded / "second.ipynb", as_version=4).cells
    folder, files, variables = json.loads(cell.outputs[0].text)
    assert folder == "/scratch"
    assert files == ["data.csv", "mine/own.py"]
    assert "NBGRADER_EXECUTION" in variables and "INSTRUCTOR_S_TOKEN" not in variables
    assert not (graded / "left-behind.txt").exists()


@pytest.mark.parametrize("limit", ["files", "bytes"])
def test_an_overfull_submission_loses_the_files_that_it_loses_under_autograder_grade(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, limit: str
) -> None:
    """And not all of them, with the course's own."""
    for name, files in {"source/any": ["data.csv"], "submitted/ada/any": ["a.py", "b.py", "z.py", ".hidden"]}.items():
        (tmp_path / name).mkdir(parents=True)
        for file in files:
            (tmp_path / name / file).write_bytes(b"x" * 10 * (1 + (file == "b.py")))
    if limit == "files":
        monkeypatch.setattr(sandbox, "HANDED_IN_FILES", 4)  # a folder counts, and those of the course come first
    else:
        monkeypatch.setattr(courses, "MAX_FILE_BYTES", 15)
    shutil.copytree(tmp_path / "submitted/ada/any", tmp_path / "autograded/ada/any")
    shutil.copytree(tmp_path / "source/any", tmp_path / "autograded/ada/any", dirs_exist_ok=True)
    node = _run_one(tmp_path, CONFIGURE, LOOKS_AROUND)
    kept = {"files": ["a.py", "b.py", "data.csv"], "bytes": ["a.py", "data.csv", "z.py"]}[limit]
    assert json.loads(node.cells[0].outputs[0].text)[1] == kept
    (left_out,) = {"a.py", "b.py", "data.csv", "z.py"} - {*kept}
    assert [record.message.partition(" was left out")[0] for record in caplog.records] == [left_out]


# ---------------------------------------------------------------- the step alone


def test_nbgrader_s_settings_of_execution_are_followed(tmp_path: Path) -> None:
    said = (
        "c.Execute.timeout = 1\nc.Execute.error_on_timeout = {'ename': 'X', 'evalue': '', 'traceback': ['too slow']}\n"
    )
    node = _run_one(tmp_path, CONFIGURE + said, "while True:\n    pass", "1 + 1")
    assert node.cells[0].outputs[-1].traceback == ["too slow"]
    assert node.cells[1].outputs[0].data["text/plain"] == "2"


def test_a_course_may_name_the_kernel_of_all_notebooks(tmp_path: Path) -> None:
    node = _run_one(tmp_path, CONFIGURE + "c.Execute.kernel_name = 'python3'\n", "1 + 1", kernel="no-such-kernel")
    assert node.cells[0].outputs[0].data["text/plain"] == "2"
    assert node.metadata.kernelspec.name == "python3", "the autograded notebook tells in which one it ran"


def test_a_setting_that_is_not_followed_is_named(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    _run_one(tmp_path, CONFIGURE + "c.Execute.extra_arguments = ['--debug']\nc.Execute.timeout = 9\n", "1")
    assert [record.message.partition(" is not used")[0] for record in caplog.records] == ["c.Execute.extra_arguments"]


def test_an_experiment_whose_source_is_gone_is_not_graded(tmp_path: Path) -> None:
    """nbgrader puts its text back from the gradebook; a student who sets a seed himself would have full marks."""
    experiment = 'from autograder.lab.experiment import begin\nobserve, rng = begin("f", {"all": 1})'
    with pytest.raises(CourseError, match="does not have the experiment hidden"):
        _run_one(tmp_path, CONFIGURE, _check("hidden", experiment))


def test_a_new_common_misconception_is_seen_by_a_formgrader_that_runs(tmp_path: Path) -> None:
    course = make_tiny_course(tmp_path / "course")
    step, facts = RunAndJudge(parent=course.autograde), resources(course, ASSIGNMENT, "ada", ASSIGNMENT)
    before = plugin._assignment_of(step, facts)
    assert plugin._assignment_of(step, facts) is before
    (course.root / "solutions" / "common_misconceptions.py").write_text("# None yet.\n", encoding="utf-8")
    assert plugin._assignment_of(step, facts).digest != before.digest


# ---------------------------------------------------------------- helpers


def _run_one(root: Path, config: str, *cells: Any, kernel: str = "python3") -> nbformat.NotebookNode:
    """Run a notebook by the step that stands in place of nbgrader's `Execute`."""
    (root / "nbgrader_config.py").write_text(config, encoding="utf-8")
    folder = root / "autograded" / "ada" / "any"
    folder.mkdir(parents=True, exist_ok=True)
    course = load_course(root)
    step = RunAndJudge(parent=course.autograde)
    step.log = logging.getLogger("nbgrader-test")
    node = nbformat.reads(_notebook(*cells, kernel=kernel), as_version=4)
    facts = resources(course, "any", "ada", "any") | {"metadata": {"path": str(folder)}}
    return step(node, facts)[0]


def _notebook(*cells: Any, kernel: str = "python3") -> str:
    """A notebook of these cells; a text is the source of a code cell."""
    made = [
        nbformat.v4.new_code_cell(cell, id=f"cell-{number}") if isinstance(cell, str) else cell
        for number, cell in enumerate(cells)
    ]
    spec = {"display_name": kernel, "language": "python", "name": kernel}
    return str(nbformat.writes(nbformat.v4.new_notebook(cells=made, metadata={"kernelspec": spec})))


def _check(grade_id: str, source: str) -> nbformat.NotebookNode:
    facts = {"grade": True, "grade_id": grade_id, "locked": True, "points": 1, "schema_version": 3, "solution": False}
    return nbformat.v4.new_code_cell(source, id=grade_id, metadata={"nbgrader": facts | {"task": False}})


def _rows(root: Path) -> dict[tuple[str, str], Row]:
    """Of each student and cell: automatic points, worth, whether a person has to look, points given by hand."""
    rows: dict[tuple[str, str], Row] = {}
    with Gradebook(f"sqlite:///{root / 'gradebook.db'}") as gradebook:
        for submission in gradebook.find_assignment(ASSIGNMENT).submissions:
            for notebook in submission.notebooks:
                for grade in notebook.grades:
                    rows[submission.student.id, grade.name] = (
                        grade.auto_score,
                        grade.max_score,
                        grade.needs_manual_grade,
                        grade.manual_score,
                    )
    return rows


def _spoil(root: Path, student: str) -> None:
    """Other points, so that a grading that writes nothing is noticed."""
    with Gradebook(f"sqlite:///{root / 'gradebook.db'}") as gradebook:
        for notebook in gradebook.find_submission(ASSIGNMENT, student).notebooks:
            for grade in notebook.grades:
                grade.auto_score = 0.125
        gradebook.db.commit()


def _autograded(root: Path, student: str) -> nbformat.NotebookNode:
    return nbformat.read(root / "autograded" / student / ASSIGNMENT / f"{ASSIGNMENT}.ipynb", as_version=4)


def _judged(root: Path, student: str) -> list[str]:
    """The text of each judged table in an autograded notebook."""
    outputs = [output for cell in _autograded(root, student).cells for output in cell.get("outputs", ())]
    tables = [output.data["text/plain"] for output in outputs if "text/html" in output.get("data", {})]
    assert len(tables) == 2
    return tables


def _plain(page: str) -> str:
    """A page's text as a browser shows it: highlighted code is cut into many elements."""
    import html
    import re

    return html.unescape(re.sub(r"<[^>]*>", "", page))


def _nbgrader(root: Path, *arguments: str, **variables: str) -> str:
    """nbgrader's command line in a course's folder."""
    return _run([BIN / "nbgrader", *arguments], root, **variables)


def _run(command: list[Any], folder: Path, **variables: str) -> str:
    environment = {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}", **variables}
    done = subprocess.run([str(part) for part in command], cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout
