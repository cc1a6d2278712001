"""A gradebook on a PostgreSQL server: the same marks, two graders at once, a server that goes away, copies of it."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import uuid4

import postgres
import pytest
from nbgrader.api import Base, Gradebook
from sqlalchemy import create_engine, select, text
from sqlalchemy.pool import NullPool
from tiny_course import ASSIGNMENT, answer, make_tiny_course, solve, submit

from autograder.errors import MachineError, UsageError
from autograder.grading import grade as grading
from autograder.grading import gradebook as books
from autograder.grading.course import Course, load_course
from autograder.grading.grade import Cohort, Options, grade
from autograder.grading.gradebook import NotForTheGradebook, engine_of, transaction
from autograder.grading.lock import alone
from autograder.grading.moving import copy_gradebook
from autograder.grading.record import record

pytestmark = [
    pytest.mark.processes,
    pytest.mark.skipif(postgres.why_not() is not None, reason=str(postgres.why_not())),
    pytest.mark.xdist_group("postgres"),
]
BIN = Path(sys.executable).parent
SEED = 7


@pytest.fixture(scope="module")
def server() -> Iterator[postgres.Server]:
    with postgres.server() as started:
        yield started


@pytest.fixture
def address(server: postgres.Server) -> Iterator[str]:
    url = server.url(f"db{uuid4().hex}")
    yield url
    engine_of(url).dispose()


def with_gradebook(root: Path, url: str | None) -> Course:
    course = make_tiny_course(root)
    if url is not None:
        config = root / "nbgrader_config.py"
        config.write_text(config.read_text() + f"\nc.CourseDirectory.db_url = {url!r}\n", encoding="utf-8")
    submit(course, "ada", solve)
    submit(course, "bob", answer("double", "def double(x):\n    return 3 * x"))
    submit(course, "eve", text="no notebook")
    return load_course(root)


def graded(course: Course, **options: Any) -> Cohort:
    return grade(course, ASSIGNMENT, Options(jobs=2, seed=SEED, sandboxed=False, **options))


def rows(url: str) -> Mapping[str, list[dict[str, Any]]]:
    """What a gradebook holds, without ids that are drawn and times."""
    drawn = {"id", "timestamp", "assignment_id", "notebook_id", "cell_id"}
    with engine_of(url).connect() as connection:
        return {
            table.name: sorted(
                ({name: value for name, value in row.items() if name not in drawn} for row in found), key=repr
            )
            for table in Base.metadata.sorted_tables
            for found in [connection.execute(select(table)).mappings()]
        }


def run(course: Course, *command: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
    program = [str(BIN / command[0]), *command[1:]]
    return subprocess.run(program, cwd=course.root, env=environment, capture_output=True, text=True, check=False)


def test_the_gradebook_holds_what_an_sqlite_file_holds(address: str, tmp_path: Path) -> None:
    course, beside = with_gradebook(tmp_path / "server", address), with_gradebook(tmp_path / "file", None)
    marks = [(one.student, one.score, one.exercises) for one in graded(course).grades]
    assert marks == [(one.student, one.score, one.exercises) for one in graded(beside).grades]
    assert rows(address) == rows(beside.db_url)
    for one in (course, beside):
        with transaction(one) as gradebook:
            for found in gradebook.find_submission(ASSIGNMENT, "ada").notebooks[0].grades:
                found.manual_score = 2.0 if found.name == "why" else None
            gradebook.db.commit()
        submit(one, "bob", solve)
        graded(one)
    assert rows(address) == rows(beside.db_url)
    assert [row["manual_score"] for row in rows(address)["grade"] if row["manual_score"] is not None] == [2.0]


def test_the_commands_work_on_it(address: str, tmp_path: Path) -> None:
    course = with_gradebook(tmp_path, address)
    graded(course)
    for command in (
        ("autograder", "report", ASSIGNMENT),
        ("autograder", "export", ASSIGNMENT, "--format", "csv"),
        ("autograder", "grade", ASSIGNMENT, "--no-sandbox"),
        ("nbgrader", "autograde", ASSIGNMENT, "--force", "--student", "ada"),
        ("nbgrader", "generate_feedback", ASSIGNMENT, "--force", "--student", "ada"),
        ("nbgrader", "export"),
    ):
        done = run(course, *command)
        assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    assert "ada" in (tmp_path / "grades.csv").read_text()
    with Gradebook(address, "tiny") as gradebook:
        assert {student.id for student in gradebook.students} == {"ada", "bob", "eve"}


def test_two_graders_in_two_folders_lose_no_mark(address: str, tmp_path: Path) -> None:
    """Each has the same students, whom both enter into the gradebook, and another assignment."""
    courses = []
    for name in ("first", "second"):
        course = with_gradebook(tmp_path / name, address)
        for part in ("source", "release"):
            (course.root / part / ASSIGNMENT).rename(course.root / part / name)
        (course.root / "solutions" / ASSIGNMENT).rename(course.root / "solutions" / name)
        for student in course.root.joinpath("submitted").iterdir():
            (student / ASSIGNMENT).rename(student / name)
        courses.append((load_course(course.root), name))
    with ThreadPoolExecutor(2) as pool:
        done = [pool.submit(run, course, "autograder", "grade", name, "--no-sandbox") for course, name in courses]
        for future in done:
            assert future.result().returncode == 0, future.result().stderr
    with Gradebook(address, "tiny") as gradebook:
        submissions = [one for name in ("first", "second") for one in gradebook.assignment_submissions(name)]
        found = {(one.student.id, one.assignment.name): one.score for one in submissions}
    assert len(found) == 6 and all(found[student, "first"] == found[student, "second"] for student, _name in found)


def test_a_second_run_on_an_assignment_is_refused_in_another_folder_too(address: str, tmp_path: Path) -> None:
    here, there = (with_gradebook(tmp_path / name, address) for name in ("here", "there"))
    with alone(here, ASSIGNMENT, "grade", begins=True):
        refused = pytest.raises(MachineError, match="Another run is working on tiny")
        with refused, alone(there, ASSIGNMENT, "grade", begins=True):
            pass
        with alone(there, "other", "grade", begins=True):
            pass
    with alone(there, ASSIGNMENT, "export", shared=True), alone(here, ASSIGNMENT, "export", shared=True):
        pass


def test_points_that_a_person_gives_meanwhile_are_kept(address: str, tmp_path: Path) -> None:
    course = with_gradebook(tmp_path, address)
    graded(course)
    written = threading.Event()

    def give_points() -> None:  # as formgrader in another process does
        with create_engine(address, poolclass=NullPool).begin() as connection:
            connection.execute(text("UPDATE grade SET manual_score = 1.5 WHERE id = :id"), {"id": grade_id})
        written.set()

    with transaction(course) as gradebook:
        grade_id = gradebook.find_grade("why", "tiny", ASSIGNMENT, "ada").id
    person = threading.Thread(target=give_points)
    with transaction(course) as gradebook:
        person.start()
        assert not written.wait(0.5)
        gradebook.find_grade("why", "tiny", ASSIGNMENT, "ada").extra_credit = 0.5
        gradebook.db.commit()
    person.join()
    with Gradebook(address, "tiny") as gradebook:
        found = gradebook.find_grade("why", "tiny", ASSIGNMENT, "ada")
        assert (found.manual_score, found.extra_credit) == (1.5, 0.5)


@pytest.fixture
def restarting(server: postgres.Server) -> Iterator[Callable[[], None]]:
    """Stops the server, and starts it again a moment later."""
    timers = []

    def restart() -> None:
        server.stop()
        timers.append(threading.Timer(1.5, server.start))
        timers[-1].start()

    yield restart
    for timer in timers:
        timer.join()


def test_a_server_that_comes_back_costs_no_mark(
    address: str, tmp_path: Path, restarting: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    course, beside = with_gradebook(tmp_path / "server", address), with_gradebook(tmp_path / "file", None)
    graded(beside)
    times: list[Any] = []

    def record_and_lose(*what: Any) -> Any:
        times.append(what)
        if len(times) == 2:
            restarting()
        return record(*what)

    monkeypatch.setattr(grading, "record", record_and_lose)
    cohort = graded(course)
    assert not cohort.failed and len(times) > 3
    monkeypatch.undo()
    assert rows(address) == rows(beside.db_url)


def test_a_server_that_stays_away_is_a_broken_machine(
    address: str, tmp_path: Path, server: postgres.Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    course = with_gradebook(tmp_path, address)
    monkeypatch.setattr(books, "LOST_S", (0.1, 0.1))
    server.stop()
    try:
        with pytest.raises(MachineError, match="The gradebook cannot be used"):
            graded(course)
    finally:
        server.start()
    assert len(graded(course).grades) == 3


def test_a_name_that_is_too_long_costs_nobody_else_a_grade(address: str, tmp_path: Path) -> None:
    course = with_gradebook(tmp_path, address)
    long = "z" * 129
    submit(course, long, solve)
    cohort = graded(course)
    assert [one.student for one in cohort.grades] == ["ada", "bob", "eve"]
    assert list(cohort.failed) == [long] and "too long" in cohort.failed[long]
    with pytest.raises(NotForTheGradebook), transaction(course) as gradebook:
        gradebook.add_student(long)


def test_a_copy_holds_every_row_and_comes_back_as_it_was(server: postgres.Server, address: str, tmp_path: Path) -> None:
    course = with_gradebook(tmp_path / "course", None)
    graded(course)
    counts = copy_gradebook(course.db_url, address)
    assert counts["grade"] == 15 and counts["student"] == 3
    back = f"sqlite:///{tmp_path / 'back.db'}"
    assert copy_gradebook(address, back) == counts
    assert rows(back) == rows(address) == rows(course.db_url)
    moved = with_gradebook(tmp_path / "moved", address)
    assert len(graded(moved).grades) == 3
    with pytest.raises(UsageError, match="has a gradebook"):
        copy_gradebook(course.db_url, address)
    done = run(course, "autograder", "gradebook", "copy", "--to", server.url("by_command"))
    assert done.returncode == 0 and "15 grade" in done.stdout


def test_what_cannot_be_copied_leaves_the_other_database_as_it_was(address: str, tmp_path: Path) -> None:
    course = with_gradebook(tmp_path / "course", None)
    with transaction(course) as gradebook:
        gradebook.add_student("y" * 129)
    with pytest.raises(MachineError, match="row of the table student") as caught:
        copy_gradebook(course.db_url, address)
    assert "too long" in caught.value.got
    nowhere = tmp_path / "none.db"
    with pytest.raises(UsageError, match="no gradebook to copy"):
        copy_gradebook(f"sqlite:///{nowhere}", address)
    assert not nowhere.exists()
    with transaction(course) as gradebook:
        gradebook.remove_student("y" * 129)
    assert copy_gradebook(course.db_url, address)["student"] == 0
