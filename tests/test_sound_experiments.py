"""What an instructor's own experiments may not do, since marks would be wrong, and marks where they may."""

from pathlib import Path

import nbformat
import pytest
from tiny_course import (
    ASSIGNMENT,
    Edit,
    add_ordinary_notebook,
    answer,
    cell,
    delete,
    edit_source,
    make_tiny_course,
    solve,
    submit,
)

from autograder.authoring.audit import audit_assignment
from autograder.errors import CourseError
from autograder.grading.course import Course, load_assignment, load_catalogue
from autograder.grading.grade import Options, grade
from autograder.grading.proving import observe

pytestmark = pytest.mark.processes

BEGIN = "from autograder.lab.experiment import begin\n"
ONLY_HIDDEN = delete("double_assert")
"""An edit: a number below zero is asked for by the experiment alone."""


@pytest.fixture
def course(tmp_path: Path) -> Course:
    return make_tiny_course(tmp_path)


def replace(grade_id: str, old: str, new: str) -> Edit:
    """An edit: `new` for `old` in the cell `grade_id`, where it has to stand."""

    def edit(node: nbformat.NotebookNode) -> None:
        changed = cell(node, grade_id)
        assert old in changed.source
        changed.source = changed.source.replace(old, new)

    return edit


def worth(grade_id: str, points: float) -> Edit:
    """An edit: the cell `grade_id` is worth so many points."""

    def edit(node: nbformat.NotebookNode) -> None:
        cell(node, grade_id).metadata.nbgrader.points = points

    return edit


def observed(course: Course) -> None:
    observe(load_assignment(course, ASSIGNMENT), load_catalogue(course, ASSIGNMENT), seed=1)


@pytest.mark.parametrize(
    ("solution", "said"),
    [
        ("raise RuntimeError", "RuntimeError"),  # any mistake of a student would be taken for it
        ("raise NotImplementedError('later')", "NotImplementedError"),
        ("return nothing_like_it", "NameError"),
    ],
)
def test_what_any_mistake_would_win_is_no_right_answer(course: Course, solution: str, said: str) -> None:
    edit_source(
        course, ONLY_HIDDEN, replace("double", "return 2 * x", f"if x < 0:\n        {solution}\n    return 2 * x")
    )
    with pytest.raises(CourseError) as refused:
        observed(course)
    assert "double_hidden" in refused.value.what and said in refused.value.got
    assert "ValueError" in refused.value.expected


def test_a_promised_exception_is_a_right_answer(course: Course) -> None:
    edit_source(
        course,
        ONLY_HIDDEN,
        replace("double", "return 2 * x", "if x < 0:\n        raise OverflowError\n    return 2 * x"),
    )
    with pytest.raises(CourseError, match="double_hidden"):
        observed(course)
    edit_source(course, replace("double", "raise OverflowError", "raise UnicodeError"))  # a ValueError
    observed(course)


def test_a_solution_that_takes_too_long_is_refused(course: Course) -> None:
    """Else an endless loop would win what is due, and a right answer lose it."""
    slow = replace("double", "return 2 * x", "while x < 0:\n        pass\n    return 2 * x")
    edit_source(
        course, ONLY_HIDDEN, slow, replace("double_hidden", BEGIN, f"{BEGIN}import autograder.lab.experiment as m\n")
    )
    edit_source(course, replace("double_hidden", "observe, rng", "m.CALL_LIMIT_S = 0.1\nobserve, rng"))
    with pytest.raises(CourseError) as refused:
        observed(course)
    assert "CallTookTooLong" in refused.value.got


def test_an_experiment_whose_recorder_comes_from_elsewhere_is_refused(course: Course) -> None:
    """It would not be recognised, and nbgrader gives full marks to a cell without an error."""
    edit_source(course, replace("double_hidden", BEGIN, ""), replace("setup", "import numpy", f"{BEGIN}import numpy"))
    with pytest.raises(CourseError) as refused:
        observed(course)
    assert "double_hidden" in refused.value.what and "begin" in refused.value.expected


def test_two_notebooks_may_not_share_the_name_of_an_experiment(course: Course) -> None:
    edit_source(course, replace("double", "2 * x", "x + x"), name="second")
    with pytest.raises(CourseError) as refused:
        observed(course)
    assert "double_hidden" in refused.value.got


def test_fractions_of_points_add_up_to_what_the_cell_is_worth(course: Course) -> None:
    """0.1 + 0.2 is more than 0.3 to a computer, and nbgrader refuses more points than there are."""
    facets = replace(
        "double_hidden",
        '"positive numbers": 1, "negative numbers": 2',
        '"positive numbers": 0.1, "negative numbers": 0.2',
    )
    edit_source(course, facets, worth("double_hidden", 0.3))
    submit(course, "ada", solve)
    submit(course, "bob", solve, answer("double", "def double(x):\n    return abs(x) * 2"))
    cohort = grade(course, ASSIGNMENT, Options(seed=1, sandboxed=False))
    won = {one.student: {verdict.name: verdict.points for verdict in one.exercises} for one in cohort.grades}
    assert won["ada"]["double"] == 0.3
    assert won["bob"]["double"] == 0.1
    assert not [fault for one in cohort.grades for fault in one.faults]


def test_the_audit_sees_a_check_that_the_blank_notebook_passes_and_a_misspelt_exercise(course: Course) -> None:
    edit_source(
        course,
        replace("double_assert", "assert double(1) == 2", "assert True"),
        replace("double_assert", "assert double(-4) == -8", "assert True"),
    )
    (course.solutions(ASSIGNMENT) / "double.py").rename(course.solutions(ASSIGNMENT) / "duoble.py")
    findings = {finding.claim: finding for finding in audit_assignment(course, ASSIGNMENT, seed=1).findings}
    blank = findings["the blank notebook gets 0"]
    assert not blank.holds and blank.against == ("double_assert: 1 points",)
    assert findings["the solved notebook gets full marks"].holds
    nowhere = findings["every catalogued answer belongs to an exercise"]
    said = "duoble.py has answers, and tiny has no exercise duoble. Did you mean 'double'?"
    assert nowhere.against == (said,)


def test_an_audit_solves_a_notebook_without_experiments_too(course: Course) -> None:
    add_ordinary_notebook(course)
    assert [found for found in audit_assignment(course, ASSIGNMENT, seed=5).findings if not found.holds] == []
