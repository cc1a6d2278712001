"""Proofs are made once: kept for a run with the same source, and never used when anything has changed."""

import gzip
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from tiny_course import ASSIGNMENT, answer, edit_source, make_tiny_course, solve, submit

from autograder.authoring.audit import audit_assignment
from autograder.authoring.release import prove_ahead
from autograder.errors import CourseError
from autograder.grading import grade as grading
from autograder.grading import proofs, proving
from autograder.grading.course import Course, imported_files, load_assignment, load_catalogue
from autograder.grading.grade import Cohort, Options, grade
from autograder.grading.proofs import (
    Pool,
    Published,
    keep_answers,
    keep_proof,
    kept_answers,
    kept_proof,
    pool_of,
    proven_seeds,
)
from autograder.values.observed import Expectations

ALL_RIGHT = 8.0
"""Points of a solved notebook; a person gives the other three."""
ONE, OTHER = Published(1, {"a_hidden": ("{}", "{}")}, {"a/b": ()}), Published(2, {}, {})


@pytest.fixture
def pool(tmp_path: Path) -> Pool:
    return Pool(tmp_path / "proofs", "abc")


@pytest.fixture
def course(tmp_path: Path) -> Course:
    return make_tiny_course(tmp_path)


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The seeds for which experiments really ran."""
    seeds: list[int] = []
    publish: Callable[..., Published] = proving.publish

    def note(assignment, catalogue, seed, **how):
        seeds.append(seed)
        return publish(assignment, catalogue, seed, **how)

    monkeypatch.setattr(proving, "publish", note)
    return seeds


def test_what_is_kept_comes_back(pool: Pool) -> None:
    keep_proof(pool, OTHER)
    keep_proof(pool, ONE)
    assert (kept_proof(pool, 1), kept_proof(pool, 2), kept_proof(pool, 3)) == (ONE, OTHER, None)
    assert proven_seeds(pool) == [1, 2]


def test_a_proof_made_from_something_else_is_not_used_and_goes_with_the_next(pool: Pool) -> None:
    keep_proof(pool, ONE)
    changed = Pool(pool.folder, "def")
    assert kept_proof(changed, 1) is None and proven_seeds(changed) == []
    keep_proof(changed, OTHER)
    assert [path.name for path in pool.folder.iterdir()] == ["2-def.json.gz"]


@pytest.mark.parametrize("how", ["half of it", "another seed's", "no gzip", "another form"])
def test_a_damaged_proof_is_not_used(pool: Pool, how: str) -> None:
    keep_proof(pool, ONE)
    keep_proof(pool, OTHER)
    path, other = (pool.folder / f"{seed}-abc.json.gz" for seed in (1, 2))
    whole = path.read_bytes()
    damaged = {
        "half of it": whole[: len(whole) // 2],
        "another seed's": other.read_bytes(),
        "no gzip": b"{}",
        "another form": gzip.compress(b'{"seed": 1}'),
    }
    path.write_bytes(damaged[how])
    assert kept_proof(pool, 1) is None


def test_only_the_newest_proofs_are_kept(pool: Pool) -> None:
    for seed in range(proofs.MOST + 3):
        keep_proof(pool, Published(seed, {}, {}))
    assert len(proven_seeds(pool)) == proofs.MOST


def test_what_the_checks_published_is_kept_too_and_is_no_seed(pool: Pool) -> None:
    assert kept_answers(pool) is None
    keep_answers(pool, {"a_check ": ("{}",), "a_check a/b": ()})
    keep_proof(pool, ONE)
    assert kept_answers(pool) == {"a_check ": ("{}",), "a_check a/b": ()}
    assert proven_seeds(pool) == [1]


def test_the_packages_and_the_source_name_the_pool(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    assignment = load_assignment(course, ASSIGNMENT)
    first = pool_of(course, assignment)
    assert pool_of(course, assignment) == first
    assert first.folder.is_relative_to(course.root / "build")
    monkeypatch.setattr(proofs, "distributions", lambda: ())
    assert pool_of(course, assignment).made_from != first.made_from
    monkeypatch.undo()
    edit_source(
        course, answer("double", "def double(x):\n    ### BEGIN SOLUTION\n    return x + x\n    ### END SOLUTION")
    )
    assert pool_of(course, load_assignment(course, ASSIGNMENT)).made_from != first.made_from


def test_a_grade_depends_on_modules_that_the_modules_of_its_experiments_import(tmp_path: Path) -> None:
    texts = {"probes": "import mine.deep", "deep": "import numpy\nfrom mine.deeper import x", "deeper": "", "other": ""}
    for name, text in texts.items():
        (tmp_path / "mine").mkdir(exist_ok=True)
        (tmp_path / "mine" / f"{name}.py").write_text(text, encoding="utf-8")
    found = imported_files(["from mine import probes\nimport autograder.files", "%no Python"], tmp_path)
    assert [path.stem for path in found] == ["deep", "deeper", "probes"]


def graded(course: Course, **options) -> Cohort:
    return grade(course, ASSIGNMENT, Options(jobs=1, sandboxed=False, **options))


@pytest.mark.processes
def test_a_proof_is_made_once_and_says_the_same_again(course: Course, made: list[int]) -> None:
    assignment, catalogue = load_assignment(course, ASSIGNMENT), load_catalogue(course, ASSIGNMENT)

    def prove() -> Expectations:
        return proving.prove(assignment, catalogue, 7, pool=pool_of(course, assignment))

    assert prove() == prove() == proving.observe(assignment, catalogue, 7)
    assert made == [7, 7]  # the second one is `observe`, which always runs


@pytest.mark.processes
@pytest.mark.parametrize("jobs", [2, 5])
def test_several_kernels_find_what_one_finds(course: Course, jobs: int) -> None:
    assignment, catalogue = load_assignment(course, ASSIGNMENT), load_catalogue(course, ASSIGNMENT)
    assert proving.publish(assignment, catalogue, 7, jobs=jobs) == proving.publish(assignment, catalogue, 7)


@pytest.mark.processes
def test_late_arrivals_are_graded_without_another_proof(course: Course, made: list[int]) -> None:
    submit(course, "ada", solve)
    first = graded(course)
    submit(course, "bob", solve)
    late = graded(course)
    assert made == [first.seed] and late.seed == first.seed
    assert [one.score for one in late.grades] == [first.grades[0].score] * 2


@pytest.mark.processes
def test_the_first_run_takes_the_seed_that_the_audit_has_drawn_and_proven(course: Course, made: list[int]) -> None:
    audit_assignment(course, ASSIGNMENT, seed=5)  # somebody knows this one
    drawn = audit_assignment(course, ASSIGNMENT).seed
    submit(course, "ada", solve)
    assert graded(course).seed == drawn
    assert made == [5, drawn]


@pytest.mark.processes
def test_seeds_that_a_release_has_proven_are_there_when_grading_begins(course: Course, made: list[int]) -> None:
    ahead = prove_ahead(course, ASSIGNMENT, 2, jobs=2)
    assert len(set(ahead)) == 2 and sorted(made) == ahead == prove_ahead(course, ASSIGNMENT, 1)
    submit(course, "ada", solve)
    assert graded(course).seed in ahead
    assert sorted(made) == ahead


@pytest.fixture
def run_seeds(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The seeds with which submissions ran, as each run ends."""
    seeds: list[int] = []
    execute = grading.execute

    def note(*what, seed, **how):
        ran = execute(*what, seed=seed, **how)
        seeds.append(seed)
        return ran

    monkeypatch.setattr(grading, "execute", note)
    return seeds


@pytest.mark.processes
def test_submissions_run_while_their_seed_is_proven(
    course: Course, run_seeds: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    has_run = threading.Event()
    prove, execute = proving.prove, grading.execute

    def prove_late(*what, **how):
        assert has_run.wait(120)
        return prove(*what, **how)

    def execute_and_say(*what, **how):
        ran = execute(*what, **how)
        has_run.set()
        return ran

    monkeypatch.setattr(proving, "prove", prove_late)
    monkeypatch.setattr(grading, "execute", execute_and_say)
    for student in ("ada", "bob", "eve"):
        submit(course, student, solve)
    cohort = graded(course, seed=5)
    assert [one.score for one in cohort.grades] == 3 * [ALL_RIGHT]
    assert run_seeds == [5, 5, 5]


@pytest.mark.processes
def test_what_ran_with_a_seed_that_is_not_proven_runs_again_with_one_that_is(
    course: Course, run_seeds: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    prove = proving.prove
    monkeypatch.setattr(
        proving, "prove", lambda assignment, catalogue, _seed, **how: prove(assignment, catalogue, 6, **how)
    )
    submit(course, "ada", solve)
    cohort = graded(course, seed=5)
    assert cohort.seed == 6 and {one.seed for one in cohort.grades} == {6}
    assert [one.score for one in cohort.grades] == [ALL_RIGHT]
    assert run_seeds[-1] == 6


@pytest.mark.processes
def test_what_runs_while_no_seed_can_be_proven_is_stopped(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_what, **_how):
        raise CourseError("no", expected="yes", got="no", next_step="look")

    monkeypatch.setattr(proving, "prove", fail)
    submit(course, "ada", answer("double", "while True: pass"))
    with pytest.raises(CourseError):
        graded(course)
    assert not [one for one in threading.enumerate() if one.name.startswith("submission")]
