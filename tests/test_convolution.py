"""Claims about the assignment `convolution`: its notebook, its experiments, what is generated from it."""

import json
from pathlib import Path

import nbformat
import pytest
from course_facts import as_shipped

from autograder.authoring.release import solved_by_a_student
from autograder.grading import proving
from autograder.grading.course import Course, load_catalogue, load_course
from autograder.grading.grade import execute, judge_all, prepare
from autograder.grading.judge import judge
from autograder.grading.record import register
from autograder.values.observed import GUARD, Expectations
from autograder.values.submitted import Assignment, Limits, Submission

pytestmark = pytest.mark.processes

EMPTIED = {
    "conv_output_shape": """
def conv_output_shape(input_shape, filters, kernel_size, strides=1, padding="valid"):
    raise NotImplementedError
""",
    "same_padding": """
def same_padding(size, kernel, stride):
    return None
""",
}
CALLING = {
    "conv2d": """
def conv2d(x, kernel, bias=None, strides=1, padding="valid"):
    if x.ndim != 3 or kernel.ndim != 4 or x.shape[2] != kernel.shape[2]:
        raise ValueError("picture and kernel")
    if bias is not None and bias.shape != kernel.shape[3:]:
        raise ValueError("bias")
    (kh, kw), (sh, sw) = kernel.shape[:2], pair(strides)
    out = np.zeros(conv_output_shape(x.shape, kernel.shape[3], (kh, kw), strides, padding), "float32")
    if padding == "same":
        x = np.pad(x, [same_padding(x.shape[0], kh, sh), same_padding(x.shape[1], kw, sw), (0, 0)])
    for i, j in np.ndindex(out.shape[:2]):
        patch = x[i * sh : i * sh + kh, j * sw : j * sw + kw].astype(float)
        out[i, j] = np.tensordot(patch, kernel.astype(float), 3) + (0 if bias is None else bias)
    return out
""",
    "max_pool2d": """
def max_pool2d(x, pool_size=2, strides=None, padding="valid"):
    if x.ndim != 3:
        raise ValueError("axes")
    strides = pool_size if strides is None else strides
    (ph, pw), (sh, sw) = pair(pool_size), pair(strides)
    out = np.zeros(conv_output_shape(x.shape, x.shape[2], pool_size, strides, padding), x.dtype)
    top = left = 0
    if padding == "same":
        top, left = same_padding(x.shape[0], ph, sh)[0], same_padding(x.shape[1], pw, sw)[0]
    for i, j in np.ndindex(out.shape[:2]):
        row, column = i * sh - top, j * sw - left
        out[i, j] = x[max(row, 0) : row + ph, max(column, 0) : column + pw].max(axis=(0, 1))
    return out
""",
}


def cells(text: str) -> list[nbformat.NotebookNode]:
    return list(nbformat.reads(text, as_version=4).cells)


def source_cells(course: Course) -> list[nbformat.NotebookNode]:
    return cells((course.root / "source/convolution/convolution.ipynb").read_text(encoding="utf-8"))


@as_shipped
def test_every_bullet_that_belongs_here_has_a_place(course: Course) -> None:
    covered = {item for cell in source_cells(course) for item in cell.metadata.get("autograder", {}).get("covers", [])}
    bullets = {f"B{number:03}" for number in range(1, 37)}
    worked = {f"A1-W{number}" for number in range(1, 6)} | {f"A1-P{number}" for number in range(1, 5)}
    assert bullets | worked <= covered


def test_another_seed_asks_other_questions(course: Course, convolution: Assignment, expectations: Expectations) -> None:
    other = proving.observe(convolution, load_catalogue(course, "convolution"), expectations.seed + 1)
    same = [cell for cell in other.experiments if other.experiments[cell] == expectations.experiments[cell]]
    # Letters are letters; and the padding of a picture depends on what is left over by the stride, not on its size.
    assert same == ["same_padding_hidden", "choice_hidden"]


@pytest.mark.parametrize(
    ("id", "facet"),
    [
        ("conv_output_shape/takes_no_pair", "pairs and non-square"),
        ("conv_output_shape/ignores_the_second_stride_of_same", GUARD),
        ("same_padding/puts_the_odd_pixel_before", "even kernel"),
        ("conv2d/takes_no_pair_of_strides", "strides"),
        ("conv2d/ignores_the_strides", "strides"),
        ("conv2d/asks_whether_the_bias_is_true", "bias"),
        ("conv2d/turns_the_kernel_of_same", GUARD),
        ("count_conv2d_params/counts_square_windows_only", "pairs"),
        ("shift_image/rolls_the_picture", "shift values"),
        ("shift_image/compares_the_vacated_border", "error 0 for equivariant maps"),
        ("max_pool2d/pools_no_pair", "pairs"),
        ("max_pool2d/same_pads_with_zeros", "negative values"),
        ("max_pool2d/same_pads_as_if_windows_lay_side_by_side", GUARD),
        ("receptive_field/starts_from_nothing", "stride 1"),
    ],
)
def test_one_slip_costs_one_facet(id: str, facet: str, expectations: Expectations) -> None:
    cell = f"{id.partition('/')[0]}_hidden"
    (trial,) = [trial for trial in expectations.trials[cell] if trial.id == id]
    due = expectations.experiments[cell]
    verdicts = judge(due, trial.experiment)
    lost = {verdict.name: verdict.worth - verdict.points for verdict in verdicts if verdict.points < verdict.worth}
    assert lost == {facet: {**dict(due.facets), GUARD: due.guard}[facet]}  # the whole of it, whatever it is worth


def test_the_visible_check_can_name_every_misconception(course: Course) -> None:
    """Each sentence is stored for a wrong answer to a visible example: no slip that is known has a green check."""
    stored = json.loads((course.root / "release/convolution/likely_causes.json").read_text(encoding="utf-8"))
    shown = {sentence for sentences in stored["causes"].values() for sentence in sentences}
    known = {
        wrong.sentence
        for wrong in load_catalogue(course, "convolution").misconceptions
        if wrong.exercise != "choice"
        and wrong.id
        != "max_pool2d/starts_at_the_smallest_positive_number"  # its 1e-38 looks like the zero of another one
    }
    assert known <= shown


def test_an_earlier_exercise_that_is_not_solved_costs_nothing_further_down(
    course: Course, convolution: Assignment, expectations: Expectations, tmp_path: Path
) -> None:
    """The text calls it good style to use one's own functions: a mistake in them is counted once."""
    (notebook,) = convolution.notebooks
    handed_in = nbformat.reads(solved_by_a_student(notebook), as_version=4)
    for cell in handed_in.cells:
        cell.source = (EMPTIED | CALLING).get(cell.metadata.get("nbgrader", {}).get("grade_id"), cell.source)
    beside = load_course(course.root)
    beside.paths.db_url = f"sqlite:///{tmp_path / 'gradebook.db'}"
    register(beside, convolution)
    submission = Submission("ada", {"convolution.ipynb": nbformat.writes(handed_in).encode()})
    prepared = prepare(beside, convolution, submission)
    ran = execute(prepared, assignment=convolution, seed=expectations.seed, limits=Limits(cell_s=120))
    judged = judge_all(prepared, convolution, ran, expectations)
    verdicts = [verdict for one in judged.notebooks for verdict in one.verdicts]
    assert {verdict.name for verdict in verdicts if verdict.points < verdict.worth} == set(EMPTIED)
