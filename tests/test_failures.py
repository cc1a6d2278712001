"""A failure of the grader on one submission is tried again, then told; threads share what is made for it only."""

import ast
import builtins
import json
import re
import subprocess
import sys
import threading
import time
import types
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from nbformat import NotebookNode
from tiny_course import (
    ASSIGNMENT,
    SQUARES,
    answer,
    cell,
    edit_source,
    make_tiny_course,
    solve,
    submit,
    written,
)

from autograder import parsing
from autograder.grading import grade as grading
from autograder.grading import kept as reading
from autograder.grading.course import Course, load_submission
from autograder.grading.grade import Cohort, Options
from autograder.kernels import warm

pytestmark = pytest.mark.processes

PACKAGE = Path(parsing.__file__).parent
SEED = 41


def _hand_in(root: Path) -> Course:
    course = make_tiny_course(root)
    submit(course, "ada", solve)
    submit(course, "bob", solve, answer("double", SQUARES))
    submit(course, "cyd")
    return course


def _grade(course: Course) -> Cohort:
    return grading.grade(course, ASSIGNMENT, Options(jobs=2, sandboxed=False, seed=SEED))


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, object]:
    course = _hand_in(tmp_path_factory.mktemp("undisturbed") / "course")
    assert _grade(course).retried == {}
    return written(course)


STEPS = ("execute", "record")


def failing(step: str, times: int) -> Callable[..., Any]:
    """A step of grading that fails so many times on bob."""
    original, failed = getattr(grading, step), list[str]()

    def fail(*given: Any, **named: Any) -> Any:
        is_bobs = "bob" in given or any("bob" in repr(value) for value in given)
        if is_bobs and len(failed) < times and len(given) > 1:
            failed.append(step)
            raise SystemError("AST constructor recursion depth mismatch (before=63, after=66)")
        return original(*given, **named)

    return fail


@pytest.mark.parametrize("step", STEPS)
def test_who_was_failed_by_chance_has_the_same_grade_from_a_second_try(
    step: str, tmp_path: Path, undisturbed: Mapping[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    course = _hand_in(tmp_path / "course")
    monkeypatch.setattr(grading, step, failing(step, 1))
    cohort = _grade(course)
    assert cohort.failed == {}
    assert cohort.retried == {"bob": "SystemError: AST constructor recursion depth mismatch (before=63, after=66)"}
    assert written(course) == undisturbed


def test_the_second_try_runs_in_a_new_warm_process_with_nothing_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    course = _hand_in(tmp_path / "course")
    carriers: dict[str, list[int]] = {}
    judge_all, once = grading.judge_all, failing("judge_all", 1)

    def note(prepared: grading.Prepared, *given: Any) -> Any:
        process = warm.shared((), "lean")._process
        assert process is not None
        carriers.setdefault(prepared.submission.student, []).append(process.pid)
        return once(prepared, *given)

    monkeypatch.setattr(grading, "judge_all", note)
    assert set(_grade(course).retried) == {"bob"}
    first, second = carriers["bob"]
    assert first != second and judge_all is not note


PROGRAM = """
import sys
from autograder.grading import grade as grading
judge_all = grading.judge_all
def fail(prepared, *given):
    if prepared.submission.student == "bob":
        raise SystemError("no doing of bob's")
    return judge_all(prepared, *given)
grading.judge_all = fail
from autograder.cli import main
sys.argv = ["autograder", *sys.argv[1:]]
main()
"""


def test_who_was_failed_twice_is_told_with_the_reason_and_the_others_have_grades(tmp_path: Path) -> None:
    course = _hand_in(tmp_path / "course")
    command = [sys.executable, "-c", PROGRAM, "grade", ASSIGNMENT, "--course", str(course.root), "--json", "-"]
    done = subprocess.run([*command, "--no-sandbox"], capture_output=True, text=True, check=False)
    assert done.returncode == 4, done.stderr
    data = json.loads(done.stdout)
    assert data["failed"] == [{"student": "bob", "reason": "SystemError: no doing of bob's"}]
    assert data["retried"] == []
    assert [one["student"] for one in data["submissions"]] == ["ada", "cyd"]
    assert "NOT GRADED: bob: the grader failed on this submission, twice: SystemError" in done.stderr


def test_a_submission_on_whose_reading_the_grader_fails_hurts_nobody_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    course = _hand_in(tmp_path / "course")
    _grade(course)

    def fail(*given: Any) -> Any:
        if "bob" in given:
            raise SystemError("no doing of bob's")
        return load_submission(*given)

    monkeypatch.setattr(grading, "load_submission", fail)
    cohort = _grade(course)
    assert (cohort.unchanged, cohort.failed) == (2, {"bob": "SystemError: no doing of bob's"})
    monkeypatch.setattr(reading, "load_submission", fail)
    found = reading.kept(course, ASSIGNMENT)
    assert [one.student for one in found.grades] == ["ada", "bob", "cyd"]
    assert found.standing.anew == ("bob",)


def test_one_thread_prepares_judges_records_and_makes_syntax_trees(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The others wait for kernels: nbgrader, SQLAlchemy and the filters of warnings are not made for several.

    Nor are syntax trees, whoever makes them: `inspect.signature` of a builtin does, and so may a library's import.
    """
    course = _hand_in(tmp_path / "course")
    threads: dict[str, set[str]] = {}

    def noting(step: str, original: Callable[..., Any]) -> Callable[..., Any]:
        def note(*given: Any, **named: Any) -> Any:
            threads.setdefault(step, set()).add(threading.current_thread().name)
            return original(*given, **named)

        return note

    for step in ("load_submission", "sanitize", "run", "judge_notebook", "record", "remember"):
        monkeypatch.setattr(grading, step, noting(step, getattr(grading, step)))
    compiling = noting("compile", builtins.compile)

    def compile_or_parse(source: Any, filename: Any, mode: str, flags: int = 0, *given: Any, **named: Any) -> Any:
        makes_a_tree = flags & ast.PyCF_ONLY_AST
        return (compiling if makes_a_tree else original_compile)(source, filename, mode, flags, *given, **named)

    original_compile = builtins.compile
    monkeypatch.setattr(builtins, "compile", compile_or_parse)
    _grade(course)
    assert "compile" in threads
    coordinator = threading.current_thread().name
    assert coordinator not in threads.pop("run")
    assert threads and set.union(*threads.values()) == {coordinator}


def test_two_threads_never_make_a_syntax_tree_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    inside, most = [], []

    def slow(source: str) -> ast.Module:
        inside.append(source)
        most.append(len(inside))
        time.sleep(0.02)
        inside.pop()
        return ast.parse(source)

    monkeypatch.setattr(parsing, "ast", types.SimpleNamespace(parse=slow))
    with ThreadPoolExecutor(4) as pool:
        trees = list(pool.map(parsing.syntax_tree, [f"x = {number}" for number in range(8)]))
    assert max(most) == 1 and [tree.body[0].value.value for tree in trees] == [*range(8)]  # type: ignore[attr-defined]


def test_the_package_makes_syntax_trees_behind_one_door_only() -> None:
    makes_one = re.compile(r"\bast\.parse\(|PyCF_ONLY_AST|\bsymtable\.symtable\(")
    found = [path.name for path in PACKAGE.rglob("*.py") if makes_one.search(path.read_text(encoding="utf-8"))]
    assert found == ["parsing.py"]


ENDS_PYTHON = "import os\n\n\ndef double(x):\n    return 2 * x if x > 0 else os._exit(1)"


def asks_one_facet_after_the_other(node: NotebookNode) -> None:
    hidden = cell(node, "double_hidden")
    begins, ends = hidden.source.index("for _ in range(3)"), hidden.source.index("### END HIDDEN")
    calls = "".join(
        f'for x in {numbers}:\n    observe("{facet}", double, x)\n'
        for facet, numbers in [("positive numbers", "(3, 7)"), ("negative numbers", "(-3, -7)")]
    )
    hidden.source = hidden.source[:begins] + calls + hidden.source[ends:]


def test_a_call_that_ends_python_costs_its_own_facet_and_none_before_it(tmp_path: Path) -> None:
    """Each time: what was observed before it has left the process."""
    course = make_tiny_course(tmp_path)
    edit_source(course, asks_one_facet_after_the_other)
    students = ["ada", "bob", "cyd", "dee", "eve"]
    for student in students:
        submit(course, student, solve, answer("double", ENDS_PYTHON))
    cohort = _grade(course)
    (points,) = {
        tuple(facet.points for facet in exercise.facets)
        for grade in cohort.grades
        for exercise in grade.exercises
        if exercise.name == "double"
    }
    assert len(cohort.grades) == len(students) and points == (1.0, 0.0)
