"""Claims about the assignment `convolution`: its notebook, its experiments, what is generated from it."""

import json
import re
import time
from pathlib import Path

import nbformat
import pytest

from autograder.course import release as releasing
from autograder.course.audit import audit
from autograder.grading import expectations as trusted
from autograder.grading.course import Course, load_catalogues
from autograder.kernels.run import run
from autograder.values import Assignment, Expectations, Limits

EXERCISES = {
    "conv_output_shape": 3.0,
    "same_padding": 2.0,
    "conv2d": 6.0,
    "count_conv2d_params": 2.0,
    "shift_image": 3.0,
    "max_pool2d": 4.0,
    "receptive_field": 2.0,
    "choice": 2.0,
}
FACETS = {
    "conv_output_shape": [1, 0.5, 0.75, 0.5, 0.25],
    "same_padding": [0.5, 0.5, 0.75, 0.25],
    "conv2d": [1.5, 1, 0.5, 1, 1, 1],
    "count_conv2d_params": [1, 0.75, 0.25],
    "shift_image": [1, 0.5, 0.75, 0.75],
    "max_pool2d": [1, 1, 1.25, 0.75],
    "receptive_field": [0.5, 1.25, 0.25],
    "choice": [0.4] * 5,
}
SECRETS = ("BEGIN HIDDEN", "BEGIN SOLUTION", "observe(", "begin(", "@misconception")


def cells(text: str) -> list[nbformat.NotebookNode]:
    return list(nbformat.reads(text, as_version=4).cells)


def source_cells(course: Course) -> list[nbformat.NotebookNode]:
    return cells((course.root / "source/convolution/convolution.ipynb").read_text(encoding="utf-8"))


def test_there_are_eight_exercises_worth_24_points(convolution: Assignment) -> None:
    (notebook,) = convolution.notebooks
    points = {cell.grade_id.removesuffix("_hidden"): cell.points for cell in notebook.cells if cell.graded}
    assert points == EXERCISES
    assert sum(points.values()) == 24


def test_each_exercise_has_one_solution_cell_a_check_and_an_experiment(convolution: Assignment) -> None:
    (notebook,) = convolution.notebooks
    kinds = {cell.grade_id: cell for cell in notebook.cells}
    for name in EXERCISES:
        assert kinds[name].metadata["solution"]
        assert kinds[f"{name}_check"].locked
        assert kinds[f"{name}_hidden"].is_experiment
    assert {cell.grade_id for cell in notebook.cells if cell.metadata["solution"]} == set(EXERCISES)


def test_the_facets_have_the_points_that_the_exercises_say(expectations: Expectations) -> None:
    worth = {
        cell.removesuffix("_hidden"): [points for _name, points in experiment.facets]
        for cell, experiment in expectations.experiments.items()
    }
    assert worth == FACETS


def test_the_source_has_no_outputs_and_stable_ids(course: Course) -> None:
    for cell in source_cells(course):
        assert not cell.get("outputs")
        assert cell.get("execution_count") is None
        if "nbgrader" in cell.metadata:
            assert cell.id == cell.metadata.nbgrader.grade_id


def test_every_bullet_that_belongs_here_has_a_place(course: Course) -> None:
    covered = {item for cell in source_cells(course) for item in cell.metadata.get("autograder", {}).get("covers", [])}
    bullets = {f"B{number:03}" for number in range(1, 37)}
    worked = {f"A1-W{number}" for number in range(1, 6)} | {f"A1-P{number}" for number in range(1, 5)}
    assert bullets | worked <= covered


def test_what_is_generated_is_fresh(course: Course) -> None:
    """Generating release/ and solutions/ again changes nothing."""
    assert releasing.stale(course, releasing.make(course, "convolution")) == []


def test_the_release_holds_no_secret(course: Course, convolution: Assignment) -> None:
    solved = {cell.id: cell.source for cell in cells(convolution.notebooks[0].solved)}
    for path in (course.root / "release").rglob("*"):
        if path.is_file():
            text = path.read_text(encoding="utf-8")
            assert not [secret for secret in SECRETS if secret in text], path
    for cell in cells(convolution.notebooks[0].release):
        if cell.metadata.get("nbgrader", {}).get("solution"):
            body = solved[cell.id].split('"""')[-1].strip()
            assert body not in cell.source


def test_the_likely_causes_hold_digests_and_sentences_only(course: Course) -> None:
    causes = json.loads((course.root / "release/convolution/likely_causes.json").read_text(encoding="utf-8"))["causes"]
    sentences = {
        wrong.sentence for file in load_catalogues(course, "convolution").values() for wrong in file.misconceptions
    }
    assert len(causes) > 50
    assert all(re.fullmatch("[0-9a-f]{20}", digest) for digest in causes)
    assert set(causes.values()) <= sentences


def test_students_run_everything_in_a_minute_without_a_warning(convolution: Assignment, tmp_path: Path) -> None:
    """The released notebook, from top to bottom: no stderr, and no error but those that say what is not started."""
    began = time.monotonic()
    execution = run(convolution.notebooks[0].release, folder=tmp_path, limits=Limits(cell_s=60))
    assert time.monotonic() - began < 60
    kinds = set()
    for cell in cells(execution.notebook):
        for output in cell.get("outputs", ()):
            assert output.get("name") != "stderr", output.text
            if output.output_type == "error":
                kinds.add(output.ename)
                allowed = "raises-exception" in cell.metadata.get("tags", [])
                assert allowed, f"{cell.id}: Run All would stop here"
    assert kinds <= {"CheckFailed", "NotStarted"}
    assert execution.faults == ()


def test_the_audit_is_clean(course: Course) -> None:
    found = audit(course, "convolution", seed=7)
    assert [(finding.claim, finding.against) for finding in found.findings if not finding.holds] == []
    assert found.caught == found.misconceptions
    assert found.points == 24


def test_every_catalogued_misconception_is_there(course: Course) -> None:
    numbers = {
        wrong.number for file in load_catalogues(course, "convolution").values() for wrong in file.misconceptions
    }
    assert {f"M{number:03}" for number in range(1, 84)} <= numbers


def test_variants_of_right_answers_are_there(course: Course) -> None:
    numbers = {variant.number for file in load_catalogues(course, "convolution").values() for variant in file.variants}
    assert {f"V{number:02}" for number in range(1, 6)} <= {number[:3] for number in numbers}


def test_a_seed_gives_the_same_observations_again(
    course: Course, convolution: Assignment, expectations: Expectations
) -> None:
    again = trusted.observe(convolution, load_catalogues(course, "convolution"), expectations.seed)
    assert again.experiments == expectations.experiments


def test_another_seed_asks_other_questions(course: Course, convolution: Assignment, expectations: Expectations) -> None:
    other = trusted.observe(convolution, load_catalogues(course, "convolution"), expectations.seed + 1)
    same = [cell for cell in other.experiments if other.experiments[cell] == expectations.experiments[cell]]
    # Letters are letters; and the padding of a picture depends on what is left over by the stride, not on its size.
    assert same == ["same_padding_hidden", "choice_hidden"]


@pytest.mark.parametrize("name", sorted(EXERCISES))
def test_every_exercise_has_three_hints(course: Course, name: str) -> None:
    text = next(cell.source for cell in source_cells(course) if cell.id == f"{name}_hints")
    assert len(re.findall("<summary>Hint [123]", text)) == 3
