"""What the gradebook holds follows what has happened since: extensions, due dates, and what was handed in again."""

import datetime
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from alembic.script import ScriptDirectory
from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.coursedir import CourseDirectory
from nbgrader.dbutil import ALEMBIC_DIR
from nbgrader.utils import determine_grade
from tiny_course import ASSIGNMENT, WORTH, answer, delete, make_tiny_course, solve, submit
from traitlets.config import Config

from autograder.errors import MachineError
from autograder.grading import plugin
from autograder.grading.course import Course, load_course
from autograder.grading.grade import Options, grade
from autograder.grading.gradebook import transaction
from autograder.grading.kept import kept
from autograder.grading.record import refuse_impossible_points
from autograder.values.graded import Grade
from autograder.words import in_words

PENALTY = """
from nbgrader.plugins import BasePlugin


class TwoPoints(BasePlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return 2.0


c.AssignLatePenalties.plugin_class = TwoPoints
"""


def _grade(course: Course) -> Grade:
    cohort = grade(course, ASSIGNMENT, Options(seed=11, sandboxed=False))
    assert cohort.failed == {}
    (one,) = cohort.grades
    return one


@pytest.fixture
def late(tmp_path: Path) -> Course:
    """A course in which ada's right submission came a day late and has lost two points."""
    root = make_tiny_course(tmp_path).root
    with (root / "nbgrader_config.py").open("a", encoding="utf-8") as file:
        file.write(PENALTY)
    course = load_course(root)
    (submit(course, "ada", solve).parent / "timestamp.txt").write_text("2026-05-10 12:00:00 UTC", encoding="utf-8")
    with Gradebook(course.db_url, course.paths.course_id) as gradebook:
        gradebook.update_or_create_assignment(ASSIGNMENT, duedate="2026-05-09 12:00:00 UTC")
    one = _grade(course)
    assert (one.penalty, [fault.kind for fault in one.faults]) == (2, ["late"])
    return course


def _move_the_due_date(course: Course, day: int) -> None:
    with Gradebook(course.db_url, course.paths.course_id) as gradebook:
        gradebook.update_or_create_assignment(ASSIGNMENT, duedate=f"2026-05-{day:02} 12:00:00 UTC")


def _grant_an_extension(course: Course) -> None:
    with Gradebook(course.db_url, course.paths.course_id) as gradebook:
        gradebook.find_submission(ASSIGNMENT, "ada").extension = datetime.timedelta(days=3)
        gradebook.db.commit()


@pytest.mark.processes
def test_an_extension_gives_back_what_lateness_took(late: Course) -> None:
    _grant_an_extension(late)
    one = _grade(late)
    assert (one.penalty, one.faults) == (0, ())
    with Gradebook(late.db_url, late.paths.course_id) as gradebook:
        assert gradebook.find_submission(ASSIGNMENT, "ada").late_submission_penalty == 0


@pytest.mark.processes
def test_an_export_has_the_points_that_a_moved_due_date_gives_back_and_takes(late: Course) -> None:
    _move_the_due_date(late, 11)
    (one,) = kept(late, ASSIGNMENT).grades
    assert (one.penalty, one.faults) == (0, ())
    _move_the_due_date(late, 8)
    (one,) = kept(late, ASSIGNMENT).grades
    (fault,) = one.faults
    assert (
        one.penalty == 2 and "48 h 0 min" in in_words(fault.reason) and "2 points are taken" in in_words(fault.reason)
    )


@pytest.mark.processes
def test_a_changed_price_of_lateness_holds_for_those_who_were_graded_before(late: Course) -> None:
    config = late.root / "nbgrader_config.py"
    config.write_text(config.read_text(encoding="utf-8").replace("return 2.0", "return 3.0"), encoding="utf-8")
    (one,) = grade(load_course(late.root), ASSIGNMENT, Options(sandboxed=False)).grades
    (fault,) = one.faults
    assert one.penalty == 3 and "3 points are taken" in in_words(fault.reason)


@pytest.mark.processes
def test_a_late_notebook_that_cannot_be_read_keeps_no_penalty_of_an_earlier_attempt(late: Course) -> None:
    submit(late, "ada", text="no notebook")
    one = _grade(late)
    assert (one.score, one.penalty) == (0, 0)


@pytest.mark.processes
@pytest.mark.parametrize(
    ("text", "penalty"),
    [
        ("2026-05-09 12:30:00 +0100", 0),  # half an hour before the deadline
        ("2026-05-09 21:30:00 KST", 2),
        ("2026-05-09 20:30:00 KST", 0),
    ],
)
def test_an_offset_in_the_timestamp_decides_who_is_late(late: Course, text: str, penalty: float) -> None:
    path = late.folder("submitted", "ada", ASSIGNMENT) / "timestamp.txt"
    path.write_text(text, encoding="utf-8")
    assert _grade(late).penalty == penalty


@pytest.mark.processes
def test_a_time_that_is_ambiguous_takes_the_place_of_an_earlier_one_and_costs_nothing(late: Course) -> None:
    """The page says once what is known: no lateness appears next to it."""
    (late.folder("submitted", "ada", ASSIGNMENT) / "timestamp.txt").write_text("10/05/2026 12:00", encoding="utf-8")
    one = _grade(late)
    assert (one.penalty, [fault.kind for fault in one.faults]) == (0, ["timestamp"])
    assert "10/05/2026 12:00" in in_words(one.faults[0].reason)


@pytest.mark.processes
def test_nbgrader_reads_the_time_as_we_do(late: Course) -> None:
    folder = late.folder("submitted", "ada", ASSIGNMENT)
    plugin.configure(Config())
    directory = CourseDirectory()
    for text, time in (("2026-05-09 12:30:00 +0100", datetime.datetime(2026, 5, 9, 11, 30)), ("10/05/2026", None)):
        (folder / "timestamp.txt").write_text(text, encoding="utf-8")
        assert directory.get_existing_timestamp(str(folder)) == time


def without_experiments(node: NotebookNode) -> None:
    node.cells = [cell for cell in node.cells if not cell.id.endswith("_hidden")]


@pytest.mark.processes
def test_a_check_that_is_deleted_from_an_ordinary_assignment_keeps_no_points_of_an_earlier_attempt(
    tmp_path: Path,
) -> None:
    """What is not in the notebook nbgrader does not write; the rows of the first attempt would stay."""
    course = make_tiny_course(tmp_path)
    for step in ("source", "release"):
        path = course.folder(step, ".", ASSIGNMENT) / f"{ASSIGNMENT}.ipynb"
        node = nbformat.read(path, as_version=4)
        without_experiments(node)
        nbformat.write(node, path)
    submit(course, "ada", solve)
    first = _grade(course)
    assert {one.cell: one.points for one in first.exercises} == {"double_assert": 1, "largest_partial": 2, "why": 0}
    with Gradebook(course.db_url, course.paths.course_id) as gradebook:
        gradebook.find_grade("why", ASSIGNMENT, ASSIGNMENT, "ada").manual_score = 3
        gradebook.db.commit()
    submit(course, "ada", solve, answer("double", "def double(x):\n    return 0"), delete("double_assert", "why"))
    second = _grade(course)
    assert {one.cell: one.points for one in second.exercises} == {"double_assert": 0, "largest_partial": 2, "why": 3}
    assert second.score == WORTH["largest_partial"] + 3
    assert {one.cell: one.needs_person for one in second.exercises} == {
        "double_assert": True,
        "largest_partial": False,
        "why": True,
    }


@pytest.mark.parametrize(
    ("result", "points"),
    [
        ("1.5", 1.5),
        ("0", 0),
        ("-0.0", 0),
        ("'text'", 2),
        ("3", 0),
        ("inf", 0),
        ("nan", 0),
        ("-1", 0),
        ("-inf", 0),
        ("np.float64(0.5)", 0.5),
        ("np.int64(2)", 2),
        ("np.float64(3.0)", 0),
        ("np.float32(nan)", 0),
        ("True", 2),
        ("np.True_", 2),
        ("False", 0),
        ("np.False_", 0),
        ("'False'", 2),
    ],
)
def test_a_result_is_points_only_from_none_to_all(result: str, points: float) -> None:
    """Plain nbgrader gives full points for what is negative or NaN, a number of numpy's, or False."""
    facts = {"grade": True, "grade_id": "a", "solution": False, "locked": True, "points": 2, "schema_version": 3}
    shown = nbformat.v4.new_output("execute_result", data={"text/plain": result})
    check = nbformat.v4.new_code_cell("f(1)", metadata={"nbgrader": facts}, outputs=[shown])
    faults = refuse_impossible_points(nbformat.v4.new_notebook(cells=[check]))
    assert determine_grade(check)[0] == points
    assert [fault.kind for fault in faults] == ["impossible-points"] * any(
        number in result for number in ("3", "inf", "nan", "-1")
    )


def _set_to_one_point(course: Course, column: str) -> None:
    """What another program writes into ada's row of `double_hidden`."""
    with Gradebook(course.db_url, course.paths.course_id) as gradebook:
        notebook = gradebook.find_submission_notebook(ASSIGNMENT, ASSIGNMENT, "ada")
        (row,) = (row for row in notebook.grades if row.name == "double_hidden")
        setattr(row, column, 1.0)
        gradebook.db.commit()


@pytest.mark.processes
def test_what_another_run_has_judged_since_has_points_and_no_facets(tmp_path: Path) -> None:
    """`nbgrader autograde` leaves the journal as it is; what that tells is of an answer that was handed in before."""
    course = make_tiny_course(tmp_path)
    submit(course, "ada", solve)
    before = _grade(course)
    _set_to_one_point(course, "auto_score")
    found = kept(course, ASSIGNMENT)
    assert found.elsewhere == {"ada"}
    (one,) = found.grades
    verdicts = {verdict.cell: verdict for verdict in one.exercises}
    assert (verdicts["double_hidden"].points, verdicts["double_hidden"].facets) == (1.0, ())
    assert _grade(course).score == before.score, "graded again by the next run"


@pytest.mark.processes
def test_points_that_a_person_gives_leave_the_facets(tmp_path: Path) -> None:
    course = make_tiny_course(tmp_path)
    submit(course, "ada", solve)
    _grade(course)
    _set_to_one_point(course, "manual_score")
    found = kept(course, ASSIGNMENT)
    assert not found.elsewhere
    (verdict,) = (verdict for verdict in found.grades[0].exercises if verdict.cell == "double_hidden")
    assert verdict.points == 1.0 and verdict.facets


@pytest.mark.processes
@pytest.mark.parametrize("command", ["autograder", "nbgrader"])
def test_a_new_gradebook_has_nbgrader_s_form_without_its_program_alembic(command: str, tmp_path: Path) -> None:
    """The environment of a course is often used without being activated, and then alembic is not on PATH."""
    course = make_tiny_course(tmp_path)
    submit(course, "ada", solve)
    call = {
        "autograder": ["grade", ASSIGNMENT, "--no-sandbox"],
        "nbgrader": ["generate_assignment", ASSIGNMENT, "--force"],
    }
    done = subprocess.run(
        [sys.executable, "-m", command, *call[command]],
        cwd=course.root,
        env={**os.environ, "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    with sqlite3.connect(course.root / "gradebook.db") as database:
        (form,) = database.execute("select version_num from alembic_version").fetchone()
    assert form == ScriptDirectory(ALEMBIC_DIR).get_current_head()


@pytest.mark.parametrize("url", ["postgresql+psycopg://ann:s3cret@db.example/marks", "postgresql:s3cret"])
def test_no_message_holds_the_databases_password(tmp_path: Path, url: str) -> None:
    course = make_tiny_course(tmp_path)
    course.paths.db_url = url
    assert "s3cret" not in course.gradebook_name and course.gradebook_name.startswith("postgresql")


def test_a_missing_driver_is_told_with_what_installs_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    course = make_tiny_course(tmp_path)
    course.paths.db_url = "postgresql+psycopg://ann:s3cret@localhost/none"
    with pytest.raises(MachineError, match="driver of the gradebook's database") as caught, transaction(course):
        pass
    assert "convnet-course[postgresql]" in caught.value.next_step and "s3cret" not in str(caught.value)
