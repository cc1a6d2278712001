"""A guard asks for everything at once: it sees a slip between two facets, and takes its points only there."""

from pathlib import Path

import pytest
from tiny_course import ASSIGNMENT, answer, cell, edit_source, make_tiny_course, solve, submit

from autograder.authoring.pages import write_pages
from autograder.errors import CourseError
from autograder.grading.course import Course, load_assignment, load_catalogue
from autograder.grading.grade import Options, grade
from autograder.grading.proving import observe
from autograder.values.observed import GUARD

pytestmark = pytest.mark.processes


@pytest.fixture
def course(tmp_path: Path) -> Course:
    return make_tiny_course(tmp_path)


def guarded(points: float, call: str = "observe.guard(double, float(rng.integers(2, 9)))"):
    """An edit: the experiment of `double` has a guard."""

    def edit(node):
        hidden = cell(node, "double_hidden")
        hidden.source = hidden.source.replace('"negative numbers": 2}', f'"negative numbers": 2}}, guard={points}')
        hidden.source = hidden.source.replace("### END", f"{call}\n### END")

    return edit


def test_a_slip_in_between_costs_the_guards_points_and_is_told_on_the_page(course: Course) -> None:
    """Integers of either sign are doubled rightly, and fractions are what no facet asks for."""
    edit_source(course, guarded(1.5))
    submit(course, "ada", solve)
    submit(course, "bob", solve, answer("double", "def double(x):\n    return 2 * x + isinstance(x, float)"))
    submit(course, "cem", solve, answer("double", "def double(x):\n    return x * x"))
    cohort = grade(course, ASSIGNMENT, Options(seed=1, sandboxed=False))
    assert not cohort.failed
    found = {
        one.student: next(verdict for verdict in one.exercises if verdict.name == "double") for one in cohort.grades
    }
    assert {student: verdict.points for student, verdict in found.items()} == {"ada": 3, "bob": 1.5, "cem": 0}
    assert [facet.name for facet in found["bob"].facets if facet.is_guard] == [GUARD]
    assert not any(facet.is_guard for facet in (*found["ada"].facets, *found["cem"].facets))
    write_pages(course, load_assignment(course, ASSIGNMENT), cohort)
    page = course.folder("feedback", "bob", ASSIGNMENT).joinpath(f"{ASSIGNMENT}.html").read_text("utf-8")
    assert GUARD in page and "right on its own" in page and "−1.5" in page
    assert GUARD not in course.folder("feedback", "ada", ASSIGNMENT).joinpath(f"{ASSIGNMENT}.html").read_text("utf-8")


@pytest.mark.parametrize("points", [0.5, 4])
def test_a_guard_takes_at_least_a_quarter_of_its_exercise_and_at_most_all(course: Course, points: float) -> None:
    edit_source(course, guarded(points))
    with pytest.raises(CourseError, match="guard takes"):
        observe(load_assignment(course, ASSIGNMENT), load_catalogue(course, ASSIGNMENT), seed=1)


def test_a_guard_that_observes_nothing_is_refused(course: Course) -> None:
    edit_source(course, guarded(1, call="pass"))
    with pytest.raises(CourseError, match=GUARD):
        observe(load_assignment(course, ASSIGNMENT), load_catalogue(course, ASSIGNMENT), seed=1)
