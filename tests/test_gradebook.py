"""What the gradebook holds follows what has happened since: extensions, due dates, and what was handed in anew."""

import datetime
from pathlib import Path

import pytest
from nbgrader.api import Gradebook
from tiny_course import ASSIGNMENT, make_tiny_course, solve, submit

from autograder.grading.course import Course, load_course
from autograder.grading.grade import Options, grade
from autograder.grading.kept import kept
from autograder.values import Grade

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


def test_an_extension_gives_back_what_lateness_took(late: Course) -> None:
    _grant_an_extension(late)
    one = _grade(late)
    assert (one.penalty, one.faults) == (0, ())
    with Gradebook(late.db_url, late.paths.course_id) as gradebook:
        assert gradebook.find_submission(ASSIGNMENT, "ada").late_submission_penalty == 0


def test_an_export_has_the_points_that_a_moved_due_date_gives_back_and_takes(late: Course) -> None:
    _move_the_due_date(late, 11)
    (one,) = kept(late, ASSIGNMENT).grades
    assert (one.penalty, one.faults) == (0, ())
    _move_the_due_date(late, 8)
    (one,) = kept(late, ASSIGNMENT).grades
    (fault,) = one.faults
    assert one.penalty == 2 and "48 h 0 min" in fault.message and "2 points are taken" in fault.message


def test_a_late_notebook_that_cannot_be_read_keeps_no_penalty_of_an_earlier_attempt(late: Course) -> None:
    submit(late, "ada", text="no notebook")
    one = _grade(late)
    assert (one.score, one.penalty) == (0, 0)
