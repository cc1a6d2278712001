"""Mutants of right answers: what is changed, and what becomes of it in the experiments."""

import json
from pathlib import Path

import numpy as np
import pytest
from nbformat import NotebookNode
from tiny_course import ASSIGNMENT, Edit, cell, delete, edit_source, make_tiny_course

from autograder.authoring import mutants, seeds
from autograder.authoring.effort import Effort
from autograder.authoring.mutants import LISTED, mutation_test
from autograder.authoring.operators import rewrites
from autograder.authoring.seeds import try_seeds
from autograder.errors import CourseError, UsageError
from autograder.grading.course import Course, load_assignment, load_catalogue
from autograder.grading.draws import general
from autograder.reporting.mutation_lines import mutation_lines
from autograder.reporting.seed_lines import seed_lines, seed_results

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
    return {(change.was, change.now) for change in rewrites(SAME)}


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
    for change in rewrites(SAME):
        assert 'Zeros before and after."""' in change.source
        assert 'f"{size} is below 1"' in change.source or "raise" not in change.source
        assert '-> "tuple[int, int]"' in change.source


def test_every_mutant_is_another_program_that_compiles() -> None:
    sources = [change.source for change in rewrites(SAME)]
    assert len(set(sources)) == len(sources) > 60
    for source in sources:
        compile(source, "mutant", "exec")


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    return make_tiny_course(tmp_path_factory.mktemp("mutants"))


@pytest.mark.processes
def test_a_mutant_that_is_another_function_loses_points(course: Course) -> None:
    test = mutation_test(course, ASSIGNMENT, seed=3)
    double, largest = test.scores
    assert (double.exercise, largest.exercise) == ("double", "largest")
    assert double.killed >= 2
    assert {mutant.now for mutant, _fate in double.survived} == set()


@pytest.mark.processes
def test_the_same_seed_draws_the_same_mutants_and_the_same_fates(course: Course) -> None:
    first, second = (mutation_test(course, ASSIGNMENT, seed=3, sample=4) for _turn in range(2))
    assert first == second
    assert sum(score.killed + len(score.survived) + len(score.equivalent) for score in first.scores) == 4


def test_an_unknown_exercise_is_refused_with_the_known_ones(course: Course) -> None:
    with pytest.raises(UsageError, match="largest") as refused:
        mutation_test(course, ASSIGNMENT, effort=Effort("larges"))
    assert "double" in str(refused.value)


def test_a_list_without_reasons_is_refused(course: Course, tmp_path: Path) -> None:
    own = make_tiny_course(tmp_path)
    listed = own.root / "solutions" / ASSIGNMENT / LISTED
    listed.write_text('[[mutant]]\nexercise = "double"\nfunction = "double"\nwas = "a"\nnow = "b"\nreason = ""\n')
    with pytest.raises(CourseError, match="no reason"):
        mutation_test(own, ASSIGNMENT)


@pytest.mark.processes
def test_a_mutant_that_no_experiment_tells_apart_survives_with_a_call_that_does(tmp_path: Path) -> None:
    own = make_tiny_course(tmp_path)
    add(own, "double", VARIANTS)
    test = mutation_test(own, ASSIGNMENT, seed=3, effort=Effort("double"))
    survived = {mutant.now: fate.call for mutant, fate in test.scores[0].survived}
    assert survived["return 3 * x if x in (0, 1, 2) else x + x"] in ("double(1)", "double(2)")
    assert "return 2 * x if x in (1, 0, 2) else x + x" in {mutant.now for mutant in test.scores[0].equivalent}
    assert not test.passed
    assert any("differs at double(" in line for line in mutation_lines(test, 1.0))


@pytest.mark.processes
def test_a_mutant_that_leaves_something_behind_is_no_reason_to_count_the_others_as_killed(tmp_path: Path) -> None:
    """The solution itself is tried again after them."""
    own = make_tiny_course(tmp_path)
    add(own, "largest", LEAVES_SOMETHING)
    with pytest.raises(CourseError, match="differs after its mutants have run"):
        mutation_test(own, ASSIGNMENT, seed=3, effort=Effort("largest"))


@pytest.mark.processes
def test_who_lists_a_mutant_with_a_reason_has_one_survivor_less_and_a_stale_entry_is_told(tmp_path: Path) -> None:
    own = make_tiny_course(tmp_path)
    folder = own.root / "solutions" / ASSIGNMENT
    add(own, "double", VARIANTS)
    entry = """[[mutant]]
exercise = "double"
function = "with_small_ones_apart"
was = "return 2 * x if x in (0, 1, 2) else x + x"
now = "return {} * x if x in (0, 1, 2) else x + x"
reason = "small numbers count for nothing here"
"""
    (folder / LISTED).write_text(entry.format(3) + entry.format(77), encoding="utf-8")
    test = mutation_test(own, ASSIGNMENT, seed=3)
    double = next(score for score in test.scores if score.exercise == "double")
    assert "return 3 * x if x in (0, 1, 2) else x + x" not in {mutant.now for mutant, _fate in double.survived}
    assert len(test.stale) == 1 and "77" in test.stale[0]


def test_general_arguments_change_plain_values_and_leave_models_alone() -> None:
    model, given = object(), (4, "same", np.ones((3, 5)))
    seen = [
        general(((model, *given), {"stride": 2}), [((model, 9, "valid", given[2]), {})], np.random.default_rng(n))
        for n in range(60)
    ]
    assert all(args[0] is model for args, _named in seen)
    assert {args[2] for args, _named in seen} == {"same", "valid"}
    assert len({args[1] for args, _named in seen}) > 5
    assert len({args[3].shape for args, _named in seen}) > 5
    assert len({named["stride"] for _args, named in seen}) > 3
    assert given[2].shape == (3, 5) and (given[2] == 1).all()


# ---------------------------------------------------------------- many seeds


@pytest.mark.processes
def test_many_seeds_say_the_same_of_every_catalogued_answer_and_are_not_tried_twice(
    course: Course, tmp_path: Path
) -> None:
    said: list[str] = []
    first = try_seeds(course, ASSIGNMENT, count=3, first=10, into=tmp_path)
    assert first.passed
    assert [trial.seed for trial in first.trials] == [10, 11, 12]
    assert first.trials[0].lost["double/drops_the_sign"] == {"negative numbers"}
    again = try_seeds(course, ASSIGNMENT, count=4, first=10, into=tmp_path, effort=Effort(on_progress=said.append))
    assert said[0] == "tiny: 1 seeds to try from 10 on, 3 done before"
    assert again.trials[:3] == first.trials


@pytest.mark.processes
def test_the_exercises_of_two_notebooks_are_tried_each_and_told_together(tmp_path: Path) -> None:
    """A line of the one does not stand for the other, whose misconceptions would then count as proven."""
    own = make_tiny_course(tmp_path / "course")
    edit_source(own, delete("double", "double_check", "double_hidden", "double_assert"), name="another")
    edit_source(own, delete("largest", "largest_check", "largest_hidden", "largest_partial"))
    said: list[str] = []
    first = try_seeds(own, ASSIGNMENT, count=2, first=10, into=tmp_path / "build")
    assert [set(trial.lost) for trial in first.trials] == [
        {"double/squares", "double/drops_the_sign", "largest/starts_at_zero"}
    ] * 2
    double, largest = sorted((tmp_path / "build").iterdir())
    assert [len(kept.read_text(encoding="utf-8").splitlines()) for kept in (double, largest)] == [2, 2]
    double.write_text(double.read_text(encoding="utf-8").splitlines()[1] + "\n", encoding="utf-8")
    again = try_seeds(
        own, ASSIGNMENT, count=2, first=10, into=tmp_path / "build", effort=Effort(on_progress=said.append)
    )
    assert said[0] == "tiny: 1 seeds to try from 10 on, 1 done before"
    assert [trial.lost for trial in again.trials] == [trial.lost for trial in first.trials]
    assert [len(kept.read_text(encoding="utf-8").splitlines()) for kept in (double, largest)] == [2, 2]


def put(name: str, old: str, new: str) -> Edit:
    """An edit: a cell's text is another one."""

    def edit(node: NotebookNode) -> None:
        assert old in cell(node, name).source
        cell(node, name).source = cell(node, name).source.replace(old, new, 1)

    return edit


def add(own: Course, name: str, text: str) -> None:
    """More at the end of a file of the catalogue."""
    with (own.solutions(ASSIGNMENT) / f"{name}.py").open("a", encoding="utf-8") as file:
        file.write(f"\n\n{text}")


FIRST_CALL = 'observe("positive numbers"'


@pytest.mark.processes
@pytest.mark.parametrize(
    ("edit", "anew"),
    [
        (put("double_hidden", FIRST_CALL, f"{FIRST_CALL}, double, 40); {FIRST_CALL}"), {"double"}),
        (put("double_hidden", "### END", "# a remark\n### END"), set()),
        (put("double", "return", "return 0 +"), {"double", "largest"}),
    ],
    ids=["another call", "a remark", "another solution"],
)
def test_a_change_of_one_experiment_leaves_what_was_found_of_the_others(
    tmp_path: Path, edit: Edit, anew: set[str]
) -> None:
    own = make_tiny_course(tmp_path / "course")
    try_seeds(own, ASSIGNMENT, count=1, first=10, into=tmp_path / "build")
    before = set((tmp_path / "build").iterdir())
    edit_source(own, edit)
    try_seeds(own, ASSIGNMENT, count=1, first=10, into=tmp_path / "build")
    assert {kept.name.split("-")[1] for kept in set((tmp_path / "build").iterdir()) - before} == anew


def test_a_trial_depends_on_its_exercises_file_and_on_what_that_imports(tmp_path: Path) -> None:
    own = make_tiny_course(tmp_path)
    folder = own.solutions(ASSIGNMENT)
    (folder / "sums.py").write_text("def _twice(x):\n    return 2 * x\n", encoding="utf-8")
    add(own, "double", "from .sums import _twice\n")

    def digests() -> dict[str, str]:
        (notebook,) = load_assignment(own, ASSIGNMENT).notebooks
        return {
            known: seeds._digest(notebook, known, load_catalogue(own, ASSIGNMENT), own.root)
            for known in ("double", "largest")
        }

    found = [digests()]
    for name, text in (("largest", "# a remark\n"), ("largest", "DUE = 0\n"), ("sums", "DUE = 0\n")):
        add(own, name, text)
        found.append(digests())
    assert [len({each["double"] for each in found[:last]}) for last in (2, 3, 4)] == [1, 1, 2]
    assert [len({each["largest"] for each in found[:last]}) for last in (2, 3, 4)] == [1, 2, 2]


def test_what_a_variant_calls_in_a_file_beside_its_own_is_changed_too(tmp_path: Path) -> None:
    own = make_tiny_course(tmp_path)
    (own.solutions(ASSIGNMENT) / "sums.py").write_text("def _twice(x):\n    return 2 * x\n", encoding="utf-8")
    add(own, "double", "from .sums import _twice\n" + VARIANTS.replace("return 2 * x\n\n", "return _twice(x)\n\n", 1))
    (notebook,) = load_assignment(own, ASSIGNMENT).notebooks
    made = [one for one in mutants._mutants(notebook, load_catalogue(own, ASSIGNMENT)) if one.function == "_twice"]
    assert {one.variant for one in made} == {"double/times_two"}
    assert "return 3 * x" in {one.now for one in made}


@pytest.mark.processes
def test_seeds_of_one_exercise_say_nothing_of_the_others(course: Course, tmp_path: Path) -> None:
    (trial,) = try_seeds(course, ASSIGNMENT, count=1, first=10, effort=Effort("largest"), into=tmp_path).trials
    assert set(trial.lost) == {"largest/starts_at_zero"}
    with pytest.raises(UsageError, match="no exercise 'larges'"):
        try_seeds(course, ASSIGNMENT, count=1, effort=Effort("larges"), into=tmp_path)


@pytest.mark.processes
def test_a_seed_is_proven_by_the_beginning_of_an_experiment_as_by_the_whole(
    course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = make_tiny_course(tmp_path)
    edit_source(own, tries_negative_numbers_now_and_then)
    unproven = []
    for whole in (30, 0):
        monkeypatch.setattr(seeds, "WHOLE", whole)
        found = try_seeds(own, ASSIGNMENT, count=30, first=0, into=tmp_path / str(whole))
        unproven.append([(trial.seed, trial.kept) for trial in found.unproven])
    assert unproven[0] == unproven[1] != []


@pytest.mark.processes
def test_a_half_written_line_of_a_run_that_was_ended_is_tried_again(course: Course, tmp_path: Path) -> None:
    try_seeds(course, ASSIGNMENT, count=2, first=10, into=tmp_path)
    kept = min(tmp_path.iterdir())
    kept.write_text(kept.read_text()[:-30])
    assert [trial.seed for trial in try_seeds(course, ASSIGNMENT, count=2, first=10, into=tmp_path).trials] == [10, 11]


@pytest.mark.processes
def test_a_facet_that_a_misconception_loses_with_some_seeds_only_is_told_with_the_seeds(tmp_path: Path) -> None:
    own = make_tiny_course(tmp_path)
    edit_source(own, tries_negative_numbers_now_and_then)
    found = try_seeds(own, ASSIGNMENT, count=30, first=0, into=tmp_path / "build")
    assert not found.passed
    assert set(found.wavering["double/drops_the_sign"]) == {frozenset(), frozenset({"negative numbers"})}
    assert found.unproven
    text = "\n".join(seed_lines(found))
    assert "NO  every misconception loses the same facets with each of 30" in text
    assert json.loads(json.dumps(seed_results([found])))["passed"] is False


def asks_one_facet_about_the_calls_of_the_other(node: NotebookNode) -> None:
    hidden = cell(node, "double_hidden")
    hidden.source = hidden.source.replace(
        "### END HIDDEN TESTS",
        "asked = []\n"
        'observe("positive numbers", lambda x: asked.append(x) or double(x), 3)\n'
        'observe("negative numbers", lambda x: double(x) - len(asked), -5)\n'
        "### END HIDDEN TESTS",
    )


@pytest.mark.processes
def test_a_facet_that_hangs_on_the_calls_of_another_is_told(tmp_path: Path) -> None:
    """A mistake would cost both of them."""
    own = make_tiny_course(tmp_path)
    edit_source(own, asks_one_facet_about_the_calls_of_the_other)
    found = try_seeds(own, ASSIGNMENT, count=1, first=0, into=tmp_path / "build")
    assert not found.passed
    said = "double_hidden: what is observed hangs on the calls of other facets: ['negative numbers']"
    assert found.unproven[0].unsound == (said,)


HANGS = """

from autograder.lab.experiment import CallTookTooLong


@misconception("positive numbers", "negative numbers")
def hangs(x):
    \"""Your function has no end for positive numbers.\"""
    if x > 0:
        raise CallTookTooLong
    return 2 * x
"""


@pytest.mark.processes
def test_an_answer_whose_calls_hang_on_one_another_is_tried_with_all_of_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After two calls without an end no other call is made: all facets are lost, which one call does not show."""
    own = make_tiny_course(tmp_path)
    add(own, "double", HANGS)
    for whole in (3, 0):
        monkeypatch.setattr(seeds, "WHOLE", whole)
        found = try_seeds(own, ASSIGNMENT, count=3, first=0, into=tmp_path / str(whole))
        assert found.passed
    assert {kept for trial in found.trials for kept in trial.kept.values()} == {frozenset()}


@pytest.mark.processes
def test_a_right_variant_that_loses_points_is_told_with_the_seeds(tmp_path: Path) -> None:
    own = make_tiny_course(tmp_path)
    add(own, "double", VARIANTS)
    found = try_seeds(own, ASSIGNMENT, count=2, first=0, into=tmp_path / "build")
    assert dict(found.losing) == {"double/of_the_size": (0, 1)}
    assert "double/of_the_size with 2 seeds (0, 1)" in "\n".join(seed_lines(found))


LEAVES_SOMETHING = '''\
import builtins

from autograder.grading.catalogue import variant


@variant()
def by_sorting(values):
    """The last one in order."""
    if len(values) < 1:
        builtins.max = min
    return sorted(values)[-1]
'''


def tries_negative_numbers_now_and_then(node: NotebookNode) -> None:
    hidden = cell(node, "double_hidden")
    hidden.source = hidden.source.replace("-int(", "int(rng.choice([-1, 1])) * int(")


VARIANTS = '''\
from autograder.grading.catalogue import variant


@variant()
def times_two(x):
    """A product."""
    return 2 * x


@variant()
def of_the_size(x):
    """Is no right variant."""
    return 2 * abs(x)


@variant()
def with_small_ones_apart(x):
    """No experiment asks for the small ones."""
    return 2 * x if x in (0, 1, 2) else x + x
'''
