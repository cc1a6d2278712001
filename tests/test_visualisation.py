"""Claims about the assignment `visualisation`: its notebook, its experiments, its laws, what it draws and compares."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import nbformat
import numpy as np
import pytest
from course_facts import FACETS, as_shipped
from numpy.testing import assert_allclose, assert_array_equal

from autograder.authoring.requirements import rubrics
from autograder.grading.catalogue import Misconception, load
from autograder.grading.judge import judge
from autograder.grading.observations import parse
from autograder.lab.experiment import SEED_VARIABLE, Recorder
from autograder.values.observed import Experiment
from convnets import pictures, results

ROOT = Path(__file__).parents[1]
NAME = "visualisation"
SEED = 20260305


def source_cells() -> list[nbformat.NotebookNode]:
    text = (ROOT / "source" / NAME / f"{NAME}.ipynb").read_text(encoding="utf-8")
    return list(nbformat.reads(text, as_version=4).cells)


# The notebook ----------------------------------------------------------------------------------------


@as_shipped
def test_every_bullet_that_belongs_here_has_a_place() -> None:
    covered = {item for cell in source_cells() for item in cell.metadata.get("autograder", {}).get("covers", [])}
    bullets = {f"B{number}" for number in range(104, 124)} | {"N15", "N16"}
    worked = {f"A5-W{number}" for number in range(1, 5)} | {f"A5-P{number}" for number in range(1, 5)}
    exercises = {f"A5.{number}" for number in range(1, 10)}
    assert bullets | worked | exercises <= covered


# Laws, each with a wrong answer that breaks it -------------------------------------------------------

CATALOGUE = load(*(ROOT / "solutions" / NAME).glob("*.py"))
MISCONCEPTIONS = {wrong.id: wrong for wrong in CATALOGUE.misconceptions}


def answers(wrong: Misconception | None = None) -> SimpleNamespace:
    """The functions of the solved notebook, with one of them replaced if asked for."""
    namespace: dict[str, Any] = {}
    exec(
        "from collections.abc import Callable\nimport matplotlib\nimport numpy as np\nfrom PIL import Image\n"
        "from convnets import lab\nlab.start_keras(seed=7)\nimport keras\nimport tensorflow as tf\n",
        namespace,
    )
    for cell in source_cells():
        if cell.id in FACETS[NAME]:
            exec(cell.source, namespace)
    if wrong is not None:
        namespace[wrong.replaces] = wrong.function
    return SimpleNamespace(**{name: value for name, value in namespace.items() if name.isidentifier()})


def a_channel_has_a_scale_of_its_own(notebook: SimpleNamespace, rng: np.random.Generator) -> None:
    maps = rng.normal(size=(4, 5, 6))
    louder = maps * rng.uniform(0.1, 50, size=6) + rng.normal(size=6)
    got, wanted = (notebook.activation_grid(each, columns=3).astype(int) for each in (louder, maps))
    assert np.abs(got - wanted).max() <= 1


def permuted_channels_are_permuted_cells(notebook: SimpleNamespace, rng: np.random.Generator) -> None:
    maps, order = rng.normal(size=(3, 4, 6)), rng.permutation(6)
    grid, permuted = (notebook.activation_grid(each, columns=3, margin=0) for each in (maps, maps[:, :, order]))
    cells, moved = (
        [g[r * 3 : r * 3 + 3, c * 4 : c * 4 + 4] for r in (0, 1) for c in (0, 1, 2)] for g in (grid, permuted)
    )
    assert_array_equal(moved, [cells[channel] for channel in order])


def no_more_is_dead_than_is_zero(notebook: SimpleNamespace, rng: np.random.Generator) -> None:
    activation = rng.integers(-1, 2, size=(2, 3, 4, 5)).astype("float32")
    activation[..., 2], activation[0, 0, 0, 1:], activation[0, 0, 1, 1:] = 0, 1, -1
    activation[:, 1:] = activation[0, 2] = 0
    zeros, dead = notebook.sparsity(activation)
    assert dead <= zeros
    assert notebook.sparsity(-3 * activation) == (zeros, dead)


def another_scale_is_the_same_picture(notebook: SimpleNamespace, rng: np.random.Generator) -> None:
    x = rng.normal(size=(6, 5, 3))
    got, wanted = (notebook.deprocess(each).astype(int) for each in (1000 * x - 70, x))
    assert np.abs(got - wanted).max() <= 1
    order = rng.permutation(x.size)
    assert_array_equal(
        notebook.deprocess(x.ravel()[order].reshape(x.shape)).ravel(), notebook.deprocess(x).ravel()[order]
    )


def a_step_moves_as_far_as_it_says(notebook: SimpleNamespace, rng: np.random.Generator) -> None:
    import tensorflow as tf

    weights = tf.constant(rng.normal(size=(1, 5, 6, 3)), tf.float32)
    image = rng.normal(size=(1, 5, 6, 3)).astype("float32")
    for scale in (0.1, 1.0, 100.0):
        moved, loss = notebook.gradient_ascent_step(lambda x, s=scale: s * tf.reduce_sum(weights * x), image, 0.25)
        assert_allclose(np.sqrt(np.mean((moved - image) ** 2)), 0.25, rtol=1e-3)
        assert scale * np.sum(weights * moved) > loss


def _scored(keras: Any, rng: np.random.Generator) -> tuple[Any, Any]:
    inputs = keras.Input((7, 6, 2))
    maps = keras.layers.Conv2D(5, 3, activation="relu", name="maps")(inputs)
    dense = keras.layers.Dense(3, name="scores")
    model = keras.Model(inputs, dense(keras.layers.GlobalAveragePooling2D()(maps)))
    for weight in model.weights:
        weight.assign(rng.normal(size=tuple(weight.shape)).astype("float32"))
    return model, dense


def a_map_is_1_somewhere_and_knows_no_scale_of_the_weights(notebook: SimpleNamespace, rng: np.random.Generator) -> None:
    model, dense = _scored(notebook.keras, rng)
    image = rng.normal(size=(7, 6, 2)).astype("float32")
    before = [notebook.grad_cam(model, image, "maps", number) for number in range(3)]
    dense.kernel.assign(dense.kernel * 7)
    after = [notebook.grad_cam(model, image, "maps", number) for number in range(3)]
    assert_allclose(after, before, atol=1e-4)
    for heat in before:
        assert heat.min() >= 0
        assert heat.max() == 1 or not heat.any()


def a_picture_is_its_own_affair(notebook: SimpleNamespace, rng: np.random.Generator) -> None:
    model, _dense = _scored(notebook.keras, rng)
    images = rng.normal(size=(3, 7, 6, 2)).astype("float32")
    together = np.asarray(notebook.filter_loss(model, "maps", 2, images))
    alone = [np.asarray(notebook.filter_loss(model, "maps", 2, images[i : i + 1]))[0] for i in range(3)]
    assert_allclose(together, alone, atol=1e-5)


def the_map_is_on_the_way_to_the_answer(notebook: SimpleNamespace, rng: np.random.Generator) -> None:
    model, dense = _scored(notebook.keras, rng)
    images = rng.normal(size=(2, 7, 6, 2)).astype("float32")
    maps = np.asarray(notebook.activation_model(model, ["maps"])(images)["maps"])
    assert_allclose(np.asarray(dense(maps.mean(axis=(1, 2)))), np.asarray(model(images)), atol=1e-4)


def without_colour_nothing_changes(notebook: SimpleNamespace, rng: np.random.Generator) -> None:
    image, heat = rng.integers(0, 256, size=(5, 7, 3), dtype=np.uint8), rng.random((2, 3))
    assert_array_equal(notebook.overlay(image, heat, 0.0), image)
    assert_array_equal(notebook.overlay(image, heat, 1.0), notebook.overlay(255 - image, heat, 1.0))


# What a slip costs ------------------------------------------------------------------------------------

PLAIN = ("activation_grid", "sparsity", "deprocess", "overlay")
"""The exercises whose experiments need no network."""
OF_NETWORKS = ("activation_model", "filter_loss", "gradient_ascent_step", "grad_cam")
SEEDS_OF_OLD = (11, 16, 673754189, 837885621)
"""At the first three the third hint of `deprocess` lost half a point, at the last one a wrong `grad_cam` passed."""


def solved(exercise: str) -> dict[str, Any]:
    """The names of the solved notebook, or of as much of it as an exercise without a network needs."""
    if exercise in OF_NETWORKS:
        return vars(answers())
    names: dict[str, Any] = {}
    exec("import matplotlib\nimport numpy as np\nfrom PIL import Image\n", names)
    exec(next(cell.source for cell in source_cells() if cell.id == exercise), names)
    return names


def observed(exercise: str, names: dict[str, Any], seed: int, answer: Any = None) -> Experiment:
    """What the hidden experiment observes of the solution, or of another answer."""
    hidden = next(cell.source for cell in source_cells() if cell.id == f"{exercise}_hidden")
    texts: list[str] = []
    with (
        patch.dict(os.environ, {SEED_VARIABLE: str(seed)}),
        patch.object(Recorder, "_record", lambda _recorder, message: texts.append(json.dumps(message))),
    ):
        exec(compile(hidden, exercise, "exec"), {**names, exercise: answer or names[exercise]})
    return parse(texts)


def lost(due: Experiment, got: Experiment) -> set[str]:
    return {verdict.name for verdict in judge(due, got) if verdict.points < verdict.worth}


@pytest.mark.parametrize("exercise", [*PLAIN, *(pytest.param(name, marks=pytest.mark.slow) for name in OF_NETWORKS)])
def test_a_slip_costs_the_facets_it_names_and_no_other_at_every_seed(exercise: str) -> None:
    names = solved(exercise)
    for seed in SEEDS_OF_OLD if exercise in OF_NETWORKS else (*SEEDS_OF_OLD, *range(6)):
        due = observed(exercise, names, seed)
        for id, wrong in MISCONCEPTIONS.items():
            if wrong.exercise == exercise:
                got = observed(exercise, names, seed, wrong.function)
                assert (id, lost(due, got)) == (id, set(wrong.facets)), f"seed {seed}"


@pytest.mark.parametrize("exercise", [*PLAIN, *(pytest.param(name, marks=pytest.mark.slow) for name in OF_NETWORKS)])
def test_a_third_hint_written_down_word_for_word_has_full_marks(exercise: str) -> None:
    names = solved(exercise)
    right = [variant for variant in CATALOGUE.variants if variant.exercise == exercise]
    assert any(variant.sentence == "Hint 3, word for word." for variant in right)
    for seed in SEEDS_OF_OLD:
        due = observed(exercise, names, seed)
        assert {each.id: lost(due, observed(exercise, names, seed, each.function)) for each in right} == {
            each.id: set() for each in right
        }


def test_one_line_costs_a_part_of_an_exercise() -> None:
    """Such as `class_index or ...`, a softmax on the scores, a gradient that is not pooled, `image += ...`."""
    for rubric in rubrics(ROOT / "source" / NAME / f"{NAME}.ipynb"):
        worth = dict(rubric.exercise.facets)
        for id, wrong in MISCONCEPTIONS.items():
            if wrong.exercise == rubric.exercise.name:
                share = sum(worth[facet] for facet in wrong.facets) / rubric.exercise.points
                assert share <= (0.75 if id == "grad_cam/follows_a_loss" else 0.5), id  # the opposite of all


def test_what_the_statements_let_try_is_so() -> None:
    """In float32, many equal numbers have another mean, and a spread; an array of one number is not a number."""
    assert np.full((9, 7, 3), 3.7, "float32").mean() != np.float32(3.7)
    assert np.full((7, 6), 3.7, "float32").std() > 0
    with pytest.raises(TypeError):
        float(np.array([1.5]))


Law = Callable[[SimpleNamespace, np.random.Generator], None]


def breaks(law: Law, notebook: SimpleNamespace, seed: int) -> bool:
    try:
        law(notebook, np.random.default_rng(seed))
    except (AssertionError, IndexError, TypeError):
        return True
    return False


LAWS: list[tuple[Law, str]] = [
    (a_channel_has_a_scale_of_its_own, "activation_grid/scales_all_channels_together"),
    (permuted_channels_are_permuted_cells, "activation_grid/fills_columns_first"),
    (no_more_is_dead_than_is_zero, "sparsity/counts_negative_values"),
    (another_scale_is_the_same_picture, "deprocess/evens_out_each_channel"),
    (a_step_moves_as_far_as_it_says, "gradient_ascent_step/does_not_normalise"),
    (a_map_is_1_somewhere_and_knows_no_scale_of_the_weights, "grad_cam/does_not_scale_the_map"),
    (a_picture_is_its_own_affair, "filter_loss/averages_over_the_batch"),
    (the_map_is_on_the_way_to_the_answer, "activation_model/looks_at_a_clone"),
    (without_colour_nothing_changes, "overlay/exchanges_the_shares"),
]
NAMES = [law.__name__ for law, _id in LAWS]


@pytest.mark.slow
@pytest.mark.parametrize(("law", "broken_by"), LAWS, ids=NAMES)
def test_the_solution_keeps_the_law_and_a_misconception_breaks_it(law: Law, broken_by: str) -> None:
    solved, wrong = answers(), answers(MISCONCEPTIONS[broken_by])
    for seed in range(5):
        law(solved, np.random.default_rng(seed))
    assert any(breaks(law, wrong, seed) for seed in range(5))


# What it draws and compares --------------------------------------------------------------------------


def test_saved_results_are_preferred_to_the_shipped_ones(tmp_path: Path) -> None:
    results.save("cached", [{"seed": 1, "test": 0.9}, {"seed": 2, "test": 0.92}], folder=tmp_path)
    rungs = {rung.step: rung for rung in results.ladder(folder=tmp_path)}
    assert list(rungs) == list(results.STEPS)
    assert rungs["cached"] == results.Rung("cached", (0.9, 0.92), own=True)
    assert not rungs["scratch"].own
    assert len(rungs["scratch"].tests) >= 3


def test_numbers_of_numpy_are_results_as_well(tmp_path: Path) -> None:
    runs = [
        {"seed": np.int64(number), "test": test} for number, test in enumerate((np.float32(0.8), np.float64(0.9), 1))
    ]
    saved = results.save("cached", [*runs, {"test": 0.5, "history": [np.float32(0.25)]}], folder=tmp_path)
    assert results.ladder(["cached"], folder=tmp_path)[0].tests == pytest.approx((0.8, 0.9, 1, 0.5))
    assert json.loads(saved.read_text(encoding="utf-8"))["runs"][-1]["history"] == [0.25]


def test_results_that_cannot_be_written_leave_the_old_ones(tmp_path: Path) -> None:
    results.save("cached", [{"test": 0.9}], folder=tmp_path)
    with pytest.raises(TypeError):
        results.save("cached", [{"test": 0.8, "history": object()}], folder=tmp_path)
    assert results.ladder(["cached"], folder=tmp_path)[0].tests == (0.9,)
    assert [path.name for path in tmp_path.iterdir()] == ["cached.json"]


@pytest.mark.parametrize("content", ["", "{}", '{"runs": [{"test": 7}]}', '{"runs": [{}]}', "[1]"])
def test_a_spoilt_file_of_results_counts_as_none(tmp_path: Path, content: str) -> None:
    results.save("cached", [{"test": 0.9}], folder=tmp_path).write_text(content, encoding="utf-8")
    assert not results.ladder(["cached"], folder=tmp_path)[0].own


@pytest.mark.parametrize(
    ("step", "runs"),
    [
        ("cached", []),
        ("cached", [{"seed": 1}]),
        ("../x", [{"test": 0.5}]),
        ("cached", [{"test": True}]),
        ("cached", [{"test": np.float32(1.5)}]),
        ("cached", [{"test": np.nan}]),
        ("cached", [{"test": "1"}]),
    ],
)
def test_impossible_results_are_refused(tmp_path: Path, step: str, runs: list[dict[str, float]]) -> None:
    with pytest.raises(ValueError, match="expected"):
        results.save(step, runs, folder=tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_step_that_nobody_measured_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no results of this step"):
        results.ladder(["guessing"], folder=tmp_path)


def test_the_ladder_says_whose_results_it_shows(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    results.save("scratch", [{"test": 0.7}, {"test": 0.72}], folder=tmp_path)
    pictures.ladder(results.ladder(folder=tmp_path))
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].endswith("2 runs, yours")
    assert all(line.endswith("shipped with the course") for line in lines[1:])


def test_the_pointing_game_counts_hits(capsys: pytest.CaptureFixture[str]) -> None:
    picture = np.zeros((8, 8, 3), np.uint8)
    played = [pictures.Pointing(picture, (2, 2, 6, 6), peak) for peak in [(4.0, 3.0), (2.0, 6.0), (1.0, 4.0)]]
    assert [each.hit for each in played] == [True, True, False]
    pictures.pointing_game(lambda: played)
    assert "2 of 3" in (printed := capsys.readouterr().out)
    assert "25.0%" in printed


def test_nothing_is_trained_or_drawn_while_a_notebook_is_graded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUTOGRADER_SEED", "1")

    def never() -> Any:
        raise AssertionError("asked for while grading")

    pictures.activations(never, never)
    for draw in (
        pictures.filters,
        pictures.heat_maps,
        pictures.sparsity,
        pictures.pointing_game,
    ):
        draw(never)


def test_there_is_a_photograph_on_every_machine() -> None:
    image, content = pictures.photograph(96)
    assert image.shape == (96, 96, 3)
    assert image.dtype == np.uint8
    assert content in ("cat", "person")


def test_the_source_is_written_as_the_others_are() -> None:
    text = (ROOT / "source" / NAME / f"{NAME}.ipynb").read_text(encoding="utf-8")
    assert text == json.dumps(json.loads(text), indent=1, ensure_ascii=False) + "\n"


@pytest.mark.slow
def test_in_half_precision_a_heat_map_can_be_empty_for_no_reason() -> None:
    """What the cell after the limits of a heat map shows."""
    names = vars(answers())
    source = next(cell.source for cell in source_cells() if cell.id == "half_precision")
    exec(source.partition("\n\n\nif ")[0], names)
    assert names["zeros_in_the_gradient"]("float32") == 0
    assert names["zeros_in_the_gradient"]("mixed_float16") > 0.5
