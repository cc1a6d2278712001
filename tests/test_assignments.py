"""Claims that hold for each of the five assignments: its notebook, what is generated from it, its experiments.

What is true of one assignment only stands in a file of its own, such as test_convolution.py.
"""

import json
import os
import re
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from course_facts import FACETS, TEXTS, TOTALS
from nbgrader.utils import determine_grade

from autograder.authoring import release as releasing
from autograder.authoring.audit import audit_assignment
from autograder.authoring.effort import Effort
from autograder.authoring.examples import visible_examples
from autograder.authoring.seeds import try_seeds
from autograder.grading import proving
from autograder.grading.catalogue import Catalogue
from autograder.grading.course import Course, load_assignment, load_catalogue
from autograder.grading.judge import judge
from autograder.kernels.run import run
from autograder.notebooks import loads
from autograder.reasons import Cause, Diagnosis, Why, because
from autograder.reporting.seed_lines import seed_lines
from autograder.values.graded import ExerciseVerdict, FacetVerdict
from autograder.values.submitted import Assignment, Limits

NAMES = ("convolution", "training_from_scratch", "feature_extraction", "fine_tuning", "visualisation")
SEED = 20260303
CORES = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set()
DRAWN_EVERYWHERE = {"text/plain", "text/html", "text/markdown", "image/png"}
"""What JupyterLab, VS Code and Colab all show, without an extension."""
SECRETS = ("BEGIN HIDDEN", "BEGIN SOLUTION", "MARK SCHEME", "observe(", "rng = begin(", "@misconception")
quick_first = pytest.mark.parametrize(
    "name", [NAMES[0], *(pytest.param(name, marks=pytest.mark.slow) for name in NAMES[1:])]
)
"""The assignment without training in every run of the tests, the others with the slow ones."""


@pytest.fixture(params=NAMES)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def assignment(course: Course, name: str) -> Assignment:
    return load_assignment(course, name)


def cells(text: str) -> list[nbformat.NotebookNode]:
    return list(nbformat.reads(text, as_version=4).cells)


def source_cells(course: Course, name: str) -> list[nbformat.NotebookNode]:
    return cells((course.root / f"source/{name}/{name}.ipynb").read_text(encoding="utf-8"))


def test_the_source_has_no_outputs_and_stable_ids(course: Course, name: str) -> None:
    for cell in source_cells(course, name):
        assert not cell.get("outputs")
        assert cell.get("execution_count") is None
        if "nbgrader" in cell.metadata:
            assert cell.id == cell.metadata.nbgrader.grade_id


def test_every_exercise_has_a_solution_cell_a_check_and_three_hints(course: Course, name: str) -> None:
    (notebook,) = assignment(course, name).notebooks
    kinds = {cell.grade_id: cell for cell in notebook.cells}
    texts = {cell.id: cell.source for cell in source_cells(course, name)}
    for experiment in notebook.experiments:
        exercise = experiment.grade_id.removesuffix("_hidden")
        assert kinds[exercise].metadata["solution"]
        assert kinds[f"{exercise}_check"].locked
        assert len(re.findall("<summary>Hint [123]", texts[f"{exercise}_hints"])) == 3


def test_the_release_holds_no_secret(course: Course, name: str) -> None:
    (notebook,) = assignment(course, name).notebooks
    solved = {cell.id: cell.source for cell in cells(notebook.solved)}
    for path in (course.root / "release" / name).rglob("*"):
        if path.is_file():
            text = path.read_text(encoding="utf-8")
            assert not [secret for secret in SECRETS if secret in text], path
    for cell in cells(notebook.release):
        if cell.metadata.get("nbgrader", {}).get("solution"):
            body = solved[cell.id].split('"""')[-1].strip()
            assert body not in cell.source


def test_a_text_is_graded_by_a_person_and_untouched_it_is_worth_nothing(course: Course, name: str) -> None:
    (notebook,) = assignment(course, name).notebooks
    for released, solved in zip(cells(notebook.release), cells(notebook.solved), strict=True):
        facts = SimpleNamespace(**released.metadata.get("nbgrader", {"grade": False, "solution": False}))
        if facts.grade and facts.solution:
            assert released.cell_type == "markdown"
            assert determine_grade(released) == (0, facts.points)
            assert "0.5" in solved.source and "0.5" not in released.source  # the scheme stays with the course


def test_the_likely_causes_hold_digests_and_sentences_only(course: Course, name: str) -> None:
    causes = json.loads((course.root / f"release/{name}/likely_causes.json").read_text(encoding="utf-8"))["causes"]
    sentences = {wrong.sentence for wrong in load_catalogue(course, name).misconceptions}
    assert len(causes) > 20
    assert all(re.fullmatch("[0-9a-f]{20}", digest) for digest in causes)
    assert all(set(told) <= sentences and len(told) in (1, 2) for told in causes.values())


def test_the_visible_examples_are_of_known_misconceptions_and_can_be_drawn(course: Course, name: str) -> None:
    """What a page may show is a call of the visible check; the wrong answers stay with the solutions."""
    kept = json.loads((course.solutions(name) / releasing.EXAMPLES_FILE).read_text(encoding="utf-8"))
    wrong = {entry.id: entry for entry in load_catalogue(course, name).misconceptions}
    (notebook,) = assignment(course, name).notebooks
    checks = {cell.grade_id: cell.source for cell in notebook.cells if cell.grade_id.endswith("_check")}
    drawn = [0]
    example_of = visible_examples(course, name)
    assert set(kept) <= set(wrong)
    assert all(kept[id]["call"].split("(")[0] in checks[f"{wrong[id].exercise}_check"] for id in kept)
    for exercise in {wrong[id].exercise for id in kept}:
        for id in [id for id in kept if wrong[id].exercise == exercise][:2]:
            facets = tuple(FacetVerdict(name, 0.0, 1.0, because(Why.WRONG)) for name in wrong[id].facets)
            cause = Cause((id,), wrong[id].sentence)
            verdict = ExerciseVerdict(exercise, f"{exercise}_hidden", 0.0, 1.0, facets, Diagnosis(causes=(cause,)))
            example = example_of(verdict)
            assert example is not None
            assert example_of(replace(verdict, diagnosis=Diagnosis(because(Why.NOT_MADE)))) is None
            another = FacetVerdict("another facet", 0.0, 1.0, because(Why.WRONG))
            assert example_of(replace(verdict, facets=(*facets, another))) is None
            assert example_of(replace(verdict, diagnosis=Diagnosis(causes=(cause, Cause(("M",), "Another."))))) is None
            assert bool(example.picture) == bool(example.alt)
            drawn.append(len(example.picture))
    assert len(drawn) > 5 and max(drawn) < 100_000
    assert not (course.folder("release", ".", name) / releasing.EXAMPLES_FILE).exists()


@pytest.mark.processes
@quick_first
def test_what_is_generated_is_fresh(course: Course, name: str) -> None:
    """Generating release/ and solutions/ again changes nothing."""
    assert releasing.stale_files(course, releasing.make_release(course, name)) == []


@pytest.mark.processes
@quick_first
def test_a_student_runs_the_blank_notebook_without_a_warning(course: Course, name: str, tmp_path: Path) -> None:
    """From top to bottom: no stderr, and no error but those that say what is not started."""
    execution = run(assignment(course, name).notebooks[0].released, folder=tmp_path, limits=Limits(cell_s=120))
    kinds = set()
    for cell in execution.notebook.cells:
        for output in cell.get("outputs", ()):
            assert output.get("name") != "stderr", output.text
            assert set(output.get("data", ())) <= DRAWN_EVERYWHERE
            if output.output_type == "error":
                kinds.add(output.ename)
                allowed = "raises-exception" in cell.metadata.get("tags", [])
                assert allowed, f"{cell.id}: Run All would stop here"
    assert kinds <= {"CheckFailed", "NotStarted"}
    assert execution.faults == ()


@pytest.mark.slow
def test_the_solved_notebook_runs_without_a_warning_or_an_error(course: Course, name: str, tmp_path: Path) -> None:
    """With its trainings and pictures: those that a student sees who has solved everything."""
    solved = loads(releasing.solved_by_a_student(assignment(course, name).notebooks[0]))
    execution = run(solved, folder=tmp_path, limits=Limits(cell_s=300, notebook_s=900))
    for cell in execution.notebook.cells:
        for output in cell.get("outputs", ()):
            assert output.get("name") != "stderr", output.text
            assert set(output.get("data", ())) <= DRAWN_EVERYWHERE
            assert output.output_type != "error", f"{cell.id}: {output}"


def test_the_exercises_have_the_points_of_their_facets(course: Course, name: str) -> None:
    (notebook,) = assignment(course, name).notebooks
    points = {cell.grade_id.removesuffix("_hidden"): cell.points for cell in notebook.cells if cell.graded}
    by_person = {"text": TEXTS[name]} if name in TEXTS else {}
    assert points == {exercise: sum(worth) for exercise, worth in FACETS[name].items()} | by_person
    assert sum(points.values()) == TOTALS[name]


@pytest.mark.processes
@quick_first
def test_the_experiments_have_the_facets_that_the_statements_promise(course: Course, name: str) -> None:
    found = proving.observe(assignment(course, name), Catalogue(), SEED).experiments
    worth = {cell.removesuffix("_hidden"): [points for _name, points in each.facets] for cell, each in found.items()}
    assert worth == FACETS[name]


@pytest.mark.processes
@quick_first
def test_the_audit_is_clean(course: Course, name: str) -> None:
    found = audit_assignment(course, name, seed=7)
    assert [(finding.claim, finding.against) for finding in found.findings if not finding.holds] == []
    assert found.caught == found.misconceptions


@pytest.mark.processes
@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("convolution", 3),
        *(pytest.param(name, 50, marks=[pytest.mark.slow, pytest.mark.timeout(4 * 3600)]) for name in NAMES),
    ],
)
def test_a_misconception_loses_the_same_facets_with_every_seed_and_a_right_variant_none(
    course: Course, name: str, count: int, tmp_path: Path
) -> None:
    found = try_seeds(course, name, count=count, first=SEED, effort=Effort(jobs=len(CORES) or 1), into=tmp_path)
    assert len(found.trials) == count and all(trial.whole and trial.with_variants for trial in found.trials)
    assert found.passed, "\n".join(seed_lines(found))


@pytest.mark.processes
@quick_first
def test_a_seed_gives_the_same_observations_again(course: Course, name: str) -> None:
    seeds = (SEED, SEED, SEED + 1)
    first, again, other = (proving.observe(assignment(course, name), Catalogue(), seed).experiments for seed in seeds)
    assert again == first
    same = [cell for cell in first if other[cell] == first[cell]]
    # A choice is asked in the same way each time, and padding is tried on all small sizes.
    assert set(same) <= {"choice_hidden", "same_padding_hidden"}


@pytest.mark.processes
@quick_first
@pytest.mark.skipif(len(CORES) < 2, reason="one core, or a system that binds no process to one")
def test_the_verdict_is_the_same_on_another_number_of_threads(course: Course, name: str) -> None:
    many = proving.observe(assignment(course, name), Catalogue(), SEED)
    try:
        os.sched_setaffinity(0, {min(CORES)})  # TensorFlow takes as many threads as it may use cores
        one = proving.observe(assignment(course, name), Catalogue(), SEED)
    finally:
        os.sched_setaffinity(0, CORES)
    assert many.experiments
    for cell, experiment in many.experiments.items():
        assert all(verdict.points == verdict.worth for verdict in judge(experiment, one.experiments[cell])), cell
