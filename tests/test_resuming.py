"""A grading run that is interrupted at any moment, and run again, ends as an undisturbed one does."""

import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from made_up import hearing
from tiny_course import ASSIGNMENT, RIGHT, SQUARES, answer, make_tiny_course, solve, submit, written

from autograder.cli.progress_bar import ProgressBar
from autograder.errors import MachineError
from autograder.grading import grade as grading
from autograder.grading import gradebook as books
from autograder.grading import journal
from autograder.grading.course import Course, load_assignment, load_course
from autograder.grading.grade import Cohort, Options
from autograder.grading.listener import Progress

pytestmark = pytest.mark.processes

SEED = 41
STUDENTS = ("ada", "bob", "cyd")


def _hand_in(root: Path) -> Course:
    course = make_tiny_course(root)
    submit(course, "ada", solve)
    submit(course, "bob", solve, answer("double", SQUARES))
    submit(course, "cyd", answer("largest", RIGHT["largest"]))
    return course


def _grade(course: Course, **options: object) -> Cohort:
    return grading.grade(course, ASSIGNMENT, Options(jobs=2, sandboxed=False, **options))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, object]:
    course = _hand_in(tmp_path_factory.mktemp("undisturbed") / "course")
    _grade(course, seed=SEED)
    return written(course)


KILLED_AT = {
    "after the seed was written down": ("autograder.grading.grade.begin_run", "after", 1),
    "while the second notebook runs": ("autograder.grading.grade.record", "before", 1),
    "inside the second transaction": ("autograder.grading.record._verdicts", "before", 2),
    "before the second autograded folder is in place": ("os.replace", "before", 3),
    "between the gradebook and the journal": ("autograder.grading.grade.remember", "before", 2),
    "in the middle of the journal": ("autograder.grading.journal._key", "before", 4),
    "when all is done but the end": ("autograder.grading.grade.end_run", "before", 1),
}
"""The function, whether the process kills itself before or after calling it, and at which call.

`os.replace` puts in place the assignment's seed, then each submission's autograded folder.
"""

_KILLER = """\
import os, pkgutil, signal, sys
from pathlib import Path
from unittest import mock
from autograder.grading import grade
from autograder.grading.course import load_course

root, assignment, seed, target, when, nth = sys.argv[1:]
module, _, name = target.rpartition(".")
original, calls = getattr(pkgutil.resolve_name(module), name), []

def deadly(*args, **named):
    calls.append(1)
    if when == "before" and len(calls) == int(nth):
        os.kill(os.getpid(), signal.SIGKILL)
    result = original(*args, **named)
    if len(calls) == int(nth):
        os.kill(os.getpid(), signal.SIGKILL)
    return result

with mock.patch(target, deadly):
    grade.grade(load_course(Path(root)), assignment, grade.Options(jobs=2, sandboxed=False, seed=int(seed)))
"""


@pytest.mark.parametrize("moment", KILLED_AT)
def test_a_run_killed_at_any_moment_resumes_and_ends_as_an_undisturbed_one(
    moment: str, tmp_path: Path, undisturbed: Mapping[str, object]
) -> None:
    course = _hand_in(tmp_path / "course")
    target, when, nth = KILLED_AT[moment]
    command = [sys.executable, "-c", _KILLER, str(course.root), ASSIGNMENT, str(SEED), target, when, str(nth)]
    killed = subprocess.run(command, capture_output=True, text=True, check=False)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    cohort = _grade(load_course(course.root))  # no seed is given: it is the killed run's
    assert cohort.seed == SEED
    assert [one.student for one in cohort.grades] == list(STUDENTS) and not cohort.failed
    assert written(course) == undisturbed
    assert not list((course.root / "autograded").rglob(".new-*"))


@pytest.mark.parametrize(
    "place", ["autograder.grading.record._write_autograded", "autograder.grading.journal._writing", "tempfile.mkdtemp"]
)
def test_a_full_disk_stops_the_run_with_a_next_step_and_nothing_is_lost(
    place: str, tmp_path: Path, undisturbed: Mapping[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    course = _hand_in(tmp_path / "course")

    def full(*_args: object, **_named: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        graded: list[str] = []
        patch.setattr(grading, "begin_run", _then(journal.begin_run, lambda: patch.setattr(place, full)))
        listener = hearing(grade=lambda one: graded.append(one.student))
        with pytest.raises(MachineError, match="No space left on device"):
            grading.grade(course, ASSIGNMENT, Options(seed=SEED, sandboxed=False), listener=listener)
    cohort = _grade(course)
    assert cohort.seed == SEED
    assert written(course) == undisturbed


def _then(function: object, afterwards: object) -> object:
    def both(*args: object, **named: object) -> None:
        function(*args, **named)  # type: ignore[operator]
        afterwards()  # type: ignore[operator]

    return both


@pytest.fixture
def locked(tmp_path: Path) -> Iterator[tuple[Course, sqlite3.Connection]]:
    """A course whose gradebook another program has locked."""
    course = _hand_in(tmp_path / "course")
    _grade(course, students=("ada",), seed=SEED)
    other = sqlite3.connect(course.root / "gradebook.db", check_same_thread=False, isolation_level=None)
    other.execute("begin immediate")
    yield course, other
    other.close()


def test_a_busy_gradebook_is_waited_for(
    locked: tuple[Course, sqlite3.Connection], undisturbed: Mapping[str, object]
) -> None:
    course, other = locked
    written_at_last = threading.Event()

    def commit() -> None:
        written_at_last.set()
        other.execute("commit")

    timer = threading.Timer(2, commit)
    timer.start()
    cohort = _grade(course, seed=SEED)
    assert written_at_last.is_set()
    timer.join()
    assert not cohort.failed
    assert written(course) == undisturbed


def test_a_gradebook_that_stays_locked_is_a_broken_machine(
    locked: tuple[Course, sqlite3.Connection], monkeypatch: pytest.MonkeyPatch
) -> None:
    course, _other = locked
    monkeypatch.setattr(books, "BUSY_S", 0.2)
    books.engine_of.cache_clear()
    with pytest.raises(MachineError, match="database is locked"):
        _grade(course, seed=SEED)
    books.engine_of.cache_clear()


def test_a_gradebook_transaction_is_written_as_a_whole_or_not_at_all(tmp_path: Path) -> None:
    course = _hand_in(tmp_path / "course")
    _grade(course, students=("ada",), seed=SEED)
    before = written(course)

    def fail() -> None:
        with books.transaction(course) as gradebook:
            gradebook.update_or_create_student("zoe")  # which nbgrader commits
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert written(course) == before
    with books.transaction(course) as gradebook:
        assert [student.id for student in gradebook.students] == ["ada"]


def test_threads_wait_for_each_other_at_the_gradebook(tmp_path: Path) -> None:
    """Each sees the gradebook of its own course: two audits of one process, for instance."""
    courses = [_hand_in(tmp_path / name) for name in ("one", "two")]

    def add(course: Course, student: str) -> list[str]:
        with books.transaction(course) as gradebook:
            gradebook.update_or_create_student(student)
            time.sleep(0.05)
            return [one.id for one in gradebook.students]

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(add, courses * 4, "aabbccdd"))
    assert sorted(map(len, found)) == [1, 1, 2, 2, 3, 3, 4, 4]


def test_three_late_arrivals_cost_three_submissions(tmp_path: Path) -> None:
    course = _hand_in(tmp_path / "course")
    first = _grade(course, seed=SEED)
    for name in ("xaver", "yan", "zoe"):
        submit(course, name, solve)
    stamps = {path: os.stat(path).st_mtime_ns for path in (course.root / "autograded").rglob("*.ipynb")}
    again = _grade(course, seed=SEED + 1)
    assert again.unchanged == 3
    assert {one.student: one.seed for one in again.grades} == {
        **dict.fromkeys(STUDENTS, first.seed),
        **dict.fromkeys(("xaver", "yan", "zoe"), again.seed),
    }
    assert all(os.stat(path).st_mtime_ns == stamp for path, stamp in stamps.items())


def _with_force_and_cut_off(root: Path) -> Course:
    """All were graded, and then the first one again with another seed, by a run that was to grade all."""
    course = _hand_in(root / "course")
    _grade(course, seed=SEED)

    def interrupt(_grade: object) -> None:
        raise KeyboardInterrupt

    forced = Options(seed=SEED + 1, force=True, jobs=1, sandboxed=False)
    with pytest.raises(KeyboardInterrupt):
        grading.grade(course, ASSIGNMENT, forced, listener=hearing(grade=interrupt))
    return course


def test_a_run_with_force_that_is_cut_off_is_gone_on_with_by_a_run_without(tmp_path: Path) -> None:
    course = _with_force_and_cut_off(tmp_path)
    cohort = _grade(course)
    assert (cohort.seed, cohort.unchanged) == (SEED + 1, 1)
    assert {one.seed for one in cohort.grades} == {SEED + 1}
    assert _grade(course).unchanged == 3  # and that was its end


def test_who_waits_for_a_run_with_force_that_was_cut_off_still_waits_behind_a_run_for_somebody_else(
    tmp_path: Path,
) -> None:
    course = _with_force_and_cut_off(tmp_path)
    assert _grade(course, students=("bob",), seed=SEED + 2).unchanged == 0
    cohort = _grade(course)
    assert {one.student: one.seed for one in cohort.grades} == {"ada": SEED + 1, "bob": SEED + 2, "cyd": SEED + 1}
    assert _grade(course).unchanged == 3


def test_a_run_is_over_when_nobody_waits_who_still_hands_in(tmp_path: Path) -> None:
    assignment = load_assignment(make_tiny_course(tmp_path / "course"), ASSIGNMENT)
    journal.begin_run(tmp_path, assignment, None, ("ada", "gone"))
    earlier = journal.cut_off_run(tmp_path, assignment)
    assert earlier is not None and (earlier.seed, earlier.again) == (None, ("ada", "gone"))
    journal.begin_run(tmp_path, assignment, 7, earlier.again)
    journal.end_run(tmp_path, earlier, ("ada", "bob"))
    left = journal.cut_off_run(tmp_path, assignment)
    assert left is not None and (left.seed, left.again) == (None, ("ada",))
    journal.end_run(tmp_path, earlier, ("bob",))
    assert journal.cut_off_run(tmp_path, assignment) is None


def test_the_progress_tells_what_is_done_what_runs_and_how_many_faults(tmp_path: Path) -> None:
    course = _hand_in(tmp_path / "course")
    submit(course, "dee", text="no notebook")
    steps: list[Progress] = []
    grading.grade(course, ASSIGNMENT, Options(jobs=2, seed=SEED, sandboxed=False), listener=hearing(step=steps.append))
    assert {step.total for step in steps} == {4}
    assert [step.done for step in steps] == sorted(step.done for step in steps)
    assert max(len(step.running) for step in steps) == 2
    assert {student for step in steps for student in step.running} <= {*STUDENTS, "dee"}
    assert steps[-1].done < 4 and steps[-1].running  # the last change is the end itself
    assert max(step.faults for step in steps) <= 1


def test_a_submission_that_takes_long_is_named_in_a_log_while_it_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(grading, "AHEAD", 0)
    monkeypatch.setattr(grading, "STEP_S", 0.05)
    monkeypatch.setattr(ProgressBar, "EVERY_S", 0.1)
    course = _hand_in(tmp_path / "course")
    with ProgressBar() as bar:
        grading.grade(course, ASSIGNMENT, Options(jobs=1, seed=SEED, sandboxed=False), listener=hearing(step=bar.step))
    said = capsys.readouterr().err
    assert all(f"running: {student}" in said for student in STUDENTS)
