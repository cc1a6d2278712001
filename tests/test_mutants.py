"""Mutants of right answers: what is changed, and what becomes of it in the experiments."""

from pathlib import Path

import pytest
from tiny_course import ASSIGNMENT, make_tiny_course

from autograder.course.mutants import LISTED, mutation_test
from autograder.course.operators import changes
from autograder.errors import CourseError, UsageError
from autograder.grading.course import Course

SAME = '''\
def same_padding(size: int, kernel: int = 3, *, stride=1) -> "tuple[int, int]":
    """Zeros before and after."""
    if size < 1 or kernel < 1:
        raise ValueError(f"{size} is below 1")
    total = max((-(-size // stride) - 1) * stride + kernel - size, 0)
    model.trainable = False
    model.compile("adam")
    return np.round(total / 2).astype("float32")[0, :2], total
'''


@pytest.fixture(scope="module")
def lines() -> set[tuple[str, str]]:
    return {(change.was, change.now) for change in changes(SAME)}


@pytest.mark.parametrize(
    ("was", "now"),
    [
        ("size < 1 or kernel", "size <= 1 or kernel"),
        ("size < 1 or kernel", "size >= 1 or kernel"),
        ("if size < 1 or kernel < 1:", "if size < 1 and kernel < 1:"),
        ("if size < 1 or kernel < 1:", "if kernel < 1:"),
        ("size < 1", "size < 2"),
        ("size < 1", "size < 0"),
        ("raise ValueError", "raise RuntimeError"),
        ("stride + kernel", "stride - kernel"),
        ("-(-size // stride)", "-(-(-(-size) // (stride)))"),
        ("- size, 0)", "- size)"),
        ("max(", "min("),
        ("model.trainable = False", "model.trainable = True"),
        ("model.trainable = False", ""),
        ("model.trainable = False / model.compile", "model.compile"),
        ('"float32"', "'float64'"),
        ('.astype("float32")', "[0, :2]"),
        ("[0, :2]", "[:2, 0]"),
        ("[0, :2], total", "total, "),
        ("kernel: int = 3", "kernel: int,"),
        ("stride=1", "stride=2"),
    ],
)
def test_a_slip_of_each_kind_is_among_the_mutants(lines: set[tuple[str, str]], was: str, now: str) -> None:
    assert any(was in before and now in after for before, after in lines)


def test_no_mutant_touches_what_no_exercise_promises() -> None:
    for change in changes(SAME):
        assert 'Zeros before and after."""' in change.source
        assert 'f"{size} is below 1"' in change.source or "raise" not in change.source
        assert '-> "tuple[int, int]"' in change.source


def test_every_mutant_is_another_program_that_compiles() -> None:
    sources = [change.source for change in changes(SAME)]
    assert len(set(sources)) == len(sources) > 60
    for source in sources:
        compile(source, "mutant", "exec")


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    return make_tiny_course(tmp_path_factory.mktemp("mutants"))


def test_a_mutant_that_is_another_function_loses_points_and_one_that_is_the_same_does_not(course: Course) -> None:
    test = mutation_test(course, ASSIGNMENT, seed=3)
    double, largest = test.scores
    assert (double.exercise, largest.exercise) == ("double", "largest")
    assert double.killed >= 2
    assert {mutant.now for mutant, _fate in double.survived} == set()


def test_the_same_seed_draws_the_same_mutants_and_the_same_fates(course: Course) -> None:
    first, second = (mutation_test(course, ASSIGNMENT, seed=3, sample=4) for _turn in range(2))
    assert first == second
    assert sum(score.killed + len(score.survived) + len(score.equivalent) for score in first.scores) == 4


def test_an_unknown_exercise_is_refused_with_the_known_ones(course: Course) -> None:
    with pytest.raises(UsageError, match="largest") as refused:
        mutation_test(course, ASSIGNMENT, exercise="larges")
    assert "double" in str(refused.value)


def test_a_list_without_reasons_is_refused(course: Course, tmp_path: Path) -> None:
    own = make_tiny_course(tmp_path)
    listed = own.root / "solutions" / ASSIGNMENT / LISTED
    listed.write_text('[[mutant]]\nexercise = "double"\nfunction = "double"\nwas = "a"\nnow = "b"\nreason = ""\n')
    with pytest.raises(CourseError, match="no reason"):
        mutation_test(own, ASSIGNMENT)
