"""Claims about the assignment `training_from_scratch`: its notebook, its experiments, laws of its right answers."""

import contextlib
import importlib
import re
import warnings
from collections import Counter
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import nbformat
import numpy as np
import pytest
from course_facts import as_shipped
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from autograder.grading.catalogue import Misconception, Variant
from autograder.grading.course import Course, load_catalogue
from autograder.grading.judge import judge
from autograder.grading.observations import parse
from autograder.lab import experiment
from autograder.values.observed import GUARD, Experiment
from convnets import lab, probes

NAME = "training_from_scratch"
ROOT = Path(__file__).parents[1]
SEED = 20260302


def cells(text: str) -> list[nbformat.NotebookNode]:
    return list(nbformat.reads(text, as_version=4).cells)


def source_cells() -> list[nbformat.NotebookNode]:
    return cells((ROOT / f"source/{NAME}/{NAME}.ipynb").read_text(encoding="utf-8"))


# ---------------------------------------------------------------- the notebook


@as_shipped
def test_every_bullet_that_belongs_here_has_a_place() -> None:
    covered = {item for cell in source_cells() for item in cell.metadata.get("autograder", {}).get("covers", [])}
    bullets = {f"B{number:03}" for number in range(37, 66)}
    worked = {f"A2-W{number}" for number in range(1, 6)} | {f"A2-P{number}" for number in range(1, 4)}
    assert bullets | worked <= covered


def test_the_old_listing_is_text_and_never_run() -> None:
    for cell in source_cells():
        if cell.cell_type == "code":
            assert "ImageDataGenerator" not in cell.source
            assert "fit_generator" not in cell.source


def test_the_table_of_the_network_adds_up() -> None:
    """The printed numbers of A2-W3 are those of the layers' formulas."""
    text = next(cell.source for cell in source_cells() if cell.id == "part_5")
    printed = [int(number.replace(",", "")) for number in re.findall(r"\| ([\d,]+) \|$", text, flags=re.M)]
    side, channels, counts = 150, 3, []
    for depth in (32, 64, 128, 128):
        counts += [(9 * channels + 1) * depth, 0]
        side, channels = (side - 2) // 2, depth
    counts += [0, (side * side * channels + 1) * 512, 513]
    (total,) = re.findall(r"\*\*([\d,]+)\*\* \|$", text, flags=re.M)
    assert printed == counts
    assert int(total.replace(",", "")) == sum(counts)


# ---------------------------------------------------------------- what its experiments lean on


def test_hashes_of_texts_are_those_of_another_process_while_the_block_runs() -> None:
    """A split by `hash` is another one tomorrow, and a hidden test cannot wait so long."""
    today = hash("cat"), hash(("cat", 7)), hash(7)
    with probes.other_hashes():
        tomorrow = hash("cat"), hash(("cat", 7)), hash(7)
        assert hash("cat") == tomorrow[0]
    assert (hash("cat"), hash(("cat", 7)), hash(7)) == today
    assert tomorrow[0] != today[0] and tomorrow[1] != today[1] and tomorrow[2] == today[2]


def test_a_set_of_many_texts_hangs_on_the_order_in_which_they_went_in() -> None:
    """So the experiment of `split_files` needs no second process to see a split that leans on a set."""
    names = [f"kind{number}.{number}.jpg" for number in range(70)]
    orders = (names, names[::-1], sorted(names), sorted(names)[::-1], names[1::2] + names[::2])
    assert len({tuple(set(order)) for order in orders}) > 1


# ---------------------------------------------------------------- one slip, one facet; check and experiment agree

CHEAP = ("split_files", "decode_image", "steps_per_epoch", "shift_nearest", "overfit_gap")
"""Exercises on plain values, whose experiments take milliseconds. `autograder audit --seeds` asks all."""


@pytest.fixture(scope="module")
def notebook() -> dict[str, Any]:
    """The names of the solved notebook, as far as the cheap exercises need them."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of its imports
        importlib.import_module("tensorflow")  # some answers use it, and a call has no time for the import
    sources = {cell.id: cell.source for cell in source_cells()}
    names: dict[str, Any] = {"__name__": "__main__", "lab": lab}
    imports = "import io\nfrom pathlib import Path\nimport numpy as np\nfrom PIL import Image, ImageOps"
    for source in (imports, *(sources[name] for name in CHEAP if name in sources)):
        exec(source, names)
    return names


def with_another(notebook: dict[str, Any], entry: Misconception | Variant | None, suffix: str, exercise: str) -> None:
    """Run a check or an experiment while a catalogued answer stands for the right one."""
    (cell,) = [cell for cell in source_cells() if cell.id == exercise + suffix]
    names = dict(notebook)
    if entry is not None:
        names[entry.replaces] = entry.function
    exec(compile(cell.source, cell.id, "exec"), names)


def observed(notebook: dict[str, Any], entry: Misconception | Variant | None, exercise: str) -> Experiment:
    """What an experiment observes, with the seed that is set."""
    texts: list[str] = []

    def keep(_result: Any = None) -> None:
        texts.extend(experiment._waiting)
        experiment._waiting.clear()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(experiment, "publish", keep)
        with_another(notebook, entry, "_hidden", exercise)
        keep()
    return parse(texts)


@pytest.mark.slow
@pytest.mark.parametrize("exercise", CHEAP)
def test_a_slip_costs_the_facets_that_it_names_and_no_other(
    course: Course, notebook: dict[str, Any], exercise: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At every seed: what a facet is about does not appear in the inputs of the others."""
    slips = [wrong for wrong in load_catalogue(course, NAME).misconceptions if wrong.exercise == exercise]
    for seed in (1, 2, 3):
        monkeypatch.setenv(experiment.SEED_VARIABLE, str(seed))
        right = observed(notebook, None, exercise)
        lost = {
            slip.id: {facet.name for facet in judge(right, observed(notebook, slip, exercise)) if facet.reason}
            for slip in slips
        }
        assert lost == {slip.id: set(slip.facets) for slip in slips}


@pytest.mark.slow
@pytest.mark.parametrize("exercise", CHEAP)
def test_the_check_accepts_what_the_experiment_accepts(
    course: Course, notebook: dict[str, Any], exercise: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(experiment.SEED_VARIABLE, "1")
    found = load_catalogue(course, NAME).variants
    right = observed(notebook, None, exercise)
    for variant in [None, *(variant for variant in found if variant.exercise == exercise)]:
        assert not [facet.reason for facet in judge(right, observed(notebook, variant, exercise)) if facet.reason]
        with lab.check.recorded() as answers:
            with_another(notebook, variant, "_check", exercise)
        assert answers and all(right for _digest, right in answers), variant


@pytest.mark.slow
@pytest.mark.parametrize("exercise", CHEAP)
def test_the_check_complains_about_every_slip_but_those_of_the_guard(
    course: Course, notebook: dict[str, Any], exercise: str
) -> None:
    found = load_catalogue(course, NAME).misconceptions
    for slip in [wrong for wrong in found if wrong.exercise == exercise and GUARD not in wrong.facets]:
        with lab.check.recorded() as answers, contextlib.suppress(Exception):
            with_another(notebook, slip, "_check", exercise)
        assert not all(right for _digest, right in answers), slip.id


# ---------------------------------------------------------------- what the library does


@pytest.mark.slow
def test_the_cells_to_try_show_what_the_text_beside_them_says(capsys: pytest.CaptureFixture[str]) -> None:
    sources = {cell.id: cell.source for cell in source_cells()}
    names: dict[str, Any] = {"__name__": "__main__"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of TensorFlow's imports
        for name in ("setup", "units_in_numbers", "ways_to_resize", "spent_generator", "other_layers"):
            exec(sources[name], names)
    shown = capsys.readouterr().out
    for line in (
        "RandomRotation(20) is refused",
        "RandomRotation((-20, 20)) turns by a share between (-20, 20)",
        "Pillow, bilinear                          brightness from  46 to  73",
        "tf.image.resize, and the layer Resizing   brightness from   0 to   0",
        "ten steps:  [5, 2, 2]",
        "no number:    [5, 5, 5]",
        "RandomCrop cuts 1 window(s)",
        "RandomTranslation draws 64 shifts",
        "RandomFlip changes pictures: True; Dropout does: False",
    ):
        assert line in shown
    contrast = re.search(r"contrast by ([\d.]+) to ([\d.]+)", shown)
    assert contrast and 1 <= float(contrast[1]) < float(contrast[2]) <= 1.2
    added = re.findall(r"adds ([-\d.]+) to ([-\d.]+)", shown)
    assert float(added[0][1]) > 10 and -0.2 <= float(added[1][0]) < 0 < float(added[1][1]) <= 0.2


# ---------------------------------------------------------------- laws that need no TensorFlow


@pytest.fixture(scope="module")
def answers() -> SimpleNamespace:
    """The functions of the solved notebook that work on plain values."""
    sources = {cell.id: cell.source for cell in source_cells()}
    imports = "import io\nimport numpy as np\nfrom PIL import Image, ImageOps\n"
    notebook: dict[str, Any] = {}
    exec("\n\n".join([imports, *(sources[name] for name in CHEAP if name in sources)]), notebook)
    return SimpleNamespace(**{name: value for name, value in notebook.items() if name.isidentifier()})


quickly = settings(max_examples=60)
classes = st.dictionaries(st.sampled_from(["cat", "dog", "catfish"]), st.integers(6, 12), min_size=1)
small_sizes = st.tuples(st.integers(0, 2), st.integers(0, 2), st.integers(0, 2))
pixels = st.tuples(st.integers(1, 6), st.integers(1, 6), st.integers(1, 3)).flatmap(
    lambda shape: hnp.arrays(np.uint8, shape)
)
curves = st.lists(st.floats(0, 1), min_size=1, max_size=12)
factors = st.floats(0, 0.95)


@quickly
@given(counts=classes, sizes=small_sizes, seed=st.integers(0, 1000), order=st.randoms())
def test_sets_are_disjoint_balanced_and_do_not_depend_on_the_order(answers, counts, sizes, seed, order) -> None:
    names = [f"{kind}.{number}.jpg" for kind, count in counts.items() for number in range(count)]
    split = answers.split_files(names, sizes, seed)
    found = [name for part in split.values() for name in part]
    assert len(found) == len(set(found)) and set(found) <= set(names)
    for part, size in zip(("train", "validation", "test"), sizes, strict=True):
        assert Counter(name.split(".")[0] for name in split[part]) == Counter({kind: size for kind in counts if size})
    shuffled = order.sample(names, len(names))
    assert answers.split_files(shuffled, sizes, seed) == split


@quickly
@given(pixels)
def test_a_grey_file_gives_three_equal_channels_in_any_format(answers, picture) -> None:
    import io

    from PIL import Image

    decoded = []
    for name in ("PNG", "BMP", "GIF"):
        file = io.BytesIO()
        Image.fromarray(picture[:, :, 0]).save(file, name)
        decoded.append(answers.decode_image(file.getvalue(), picture.shape[:2]))
    np.testing.assert_array_equal(decoded[0][:, :, 0], picture[:, :, 0] / np.float32(255))
    for other in (decoded[0][:, :, ::-1], *decoded[1:]):
        np.testing.assert_array_equal(decoded[0], other)


@quickly
@given(samples=st.integers(1, 5000), batch=st.integers(1, 200))
def test_steps_hold_all_samples_and_one_step_less_does_not(answers, samples, batch) -> None:
    steps = answers.steps_per_epoch(samples, batch)
    assert steps * batch >= samples > (steps - 1) * batch
    assert answers.validation_steps(samples, batch) == steps


@quickly
@given(x=pixels, dy=st.integers(-9, 9), dx=st.integers(-9, 9))
def test_a_mirror_turns_the_shift_around(answers, x, dy, dx) -> None:
    mirrored = answers.flip_horizontal(answers.shift_nearest(x, dy, dx))
    np.testing.assert_array_equal(mirrored, answers.shift_nearest(answers.flip_horizontal(x), dy, -dx))
    np.testing.assert_array_equal(answers.flip_horizontal(answers.flip_horizontal(x)), x)
    np.testing.assert_array_equal(answers.shift_nearest(x, 0, 0), x)


@quickly
@given(x=pixels, dy=st.integers(-9, 9), dx=st.integers(-9, 9))
def test_a_shift_of_a_batch_shifts_each_picture(answers, x, dy, dx) -> None:
    batch = np.stack([x, 255 - x])
    for one, shifted in zip(batch, answers.shift_nearest(batch, dy, dx), strict=True):
        np.testing.assert_array_equal(shifted, answers.shift_nearest(one, dy, dx))


@quickly
@given(points=curves, factor=factors)
def test_a_smoothed_value_lies_between_the_extremes_so_far(answers, points, factor) -> None:
    for n, value in enumerate(answers.smooth_curve(points, factor), start=1):
        assert min(points[:n]) - 1e-9 <= value <= max(points[:n]) + 1e-9
    assert answers.smooth_curve(points, 0.0) == points


@quickly
@given(points=curves, factor=factors, scale=st.floats(-3, 3), shift=st.floats(-3, 3))
def test_smoothing_is_linear(answers, points, factor, scale, shift) -> None:
    changed = answers.smooth_curve([scale * point + shift for point in points], factor)
    expected = [scale * value + shift for value in answers.smooth_curve(points, factor)]
    np.testing.assert_allclose(changed, expected, atol=1e-9)


@quickly
@given(training=curves, last=st.integers(1, 8))
def test_a_model_that_does_equally_well_has_no_gap(answers, training, last) -> None:
    history = dict.fromkeys(("accuracy", "val_accuracy", "loss", "val_loss"), training)
    assert answers.overfit_gap(history, "accuracy", last) == 0
    assert answers.overfit_gap(history, "loss", last) == 0


@quickly
@given(training=curves, worse=st.floats(0.01, 1), last=st.integers(1, 8))
def test_positive_always_means_overfitting(answers, training, worse, last) -> None:
    lower = [value - worse for value in training]
    as_accuracy = answers.overfit_gap({"accuracy": training, "val_accuracy": lower}, "accuracy", last)
    as_loss = answers.overfit_gap({"loss": lower, "val_loss": training}, "loss", last)
    np.testing.assert_allclose([as_accuracy, as_loss], worse, atol=1e-9)
