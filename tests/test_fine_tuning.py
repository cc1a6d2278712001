"""Claims about the assignment `fine_tuning`: its notebook, its experiments, laws of its right answers."""

import ast
import re
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pytest
from course_facts import FACETS, as_shipped
from hypothesis import given
from hypothesis import strategies as st

from autograder.grading.catalogue import load
from convnets import probes, spies

NAME = "fine_tuning"
ROOT = Path(__file__).parents[1]
SEED = 20260304


def cells(text: str) -> list[nbformat.NotebookNode]:
    return list(nbformat.reads(text, as_version=4).cells)


def source_cells() -> list[nbformat.NotebookNode]:
    return cells((ROOT / f"source/{NAME}/{NAME}.ipynb").read_text(encoding="utf-8"))


# ---------------------------------------------------------------- the notebook


@as_shipped
def test_every_bullet_that_belongs_here_has_a_place() -> None:
    covered = {item for cell in source_cells() for item in cell.metadata.get("autograder", {}).get("covers", [])}
    bullets = {f"B{number:03}" for number in range(87, 104)} | {"B069", "B085", "B122", "N10", "N15"}
    worked = {f"A4-W{number}" for number in range(1, 5)} | {f"A4-P{number}" for number in range(1, 3)}
    assert bullets | worked <= covered


def test_vgg16_comes_without_weights() -> None:
    """A graded notebook must not wait for a download."""
    for cell in source_cells():
        if cell.cell_type == "code" and "VGG16(" in cell.source:
            assert "weights=None" in cell.source


def test_one_cell_decides_about_base_and_pictures() -> None:
    """Whoever changes that cell runs everything else on other pictures and another base."""
    deciding = [
        cell.id
        for cell in source_cells()
        if cell.cell_type == "code" and re.search(r"lab\.(cats_and_dogs|pretrained_base|photographs)\(", cell.source)
    ]
    assert deciding == ["choose"]


# ---------------------------------------------------------------- laws of the right answers


@pytest.fixture(scope="module")
def right() -> dict[str, Any]:
    """The functions of the notebook's solution cells."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # TensorFlow's own, at import
        from convnets.lab import start_keras

        start_keras(seed=None)
        import keras
        import tensorflow as tf
    functions: dict[str, Any] = {"keras": keras, "np": np, "tf": tf}
    for cell in source_cells():
        if cell.id in FACETS[NAME]:
            exec(compile(ast.parse(cell.source), cell.id, "exec"), functions)
    return functions


def chain() -> Any:
    """A base of three convolutions and two normalizations."""
    import keras
    from keras import layers

    inputs = keras.Input((8, 7, 2), name="pictures")
    maps = layers.BatchNormalization(momentum=0.5, name="norm_1")(
        layers.Conv2D(3, 2, activation="elu", name="low")(inputs)
    )
    maps = layers.MaxPooling2D(2, name="pool")(layers.Conv2D(4, 2, activation="elu", name="middle")(maps))
    maps = layers.Conv2D(5, 2, activation="elu", name="high")(maps)
    return keras.Model(inputs, layers.BatchNormalization(momentum=0.5, name="norm_2")(maps))


def with_head(base: Any, make: Callable[..., Any]) -> Any:
    import keras
    from keras import layers

    inputs = keras.Input((8, 7, 2))
    vector = layers.GlobalAveragePooling2D()(base(inputs))
    return make(inputs, layers.Dense(1, activation="sigmoid")(vector))


def pictures(count: int = 8) -> tuple[Any, Any]:
    rng = np.random.default_rng(count)
    return rng.normal(size=(count, 8, 7, 2)).astype("float32"), (np.arange(count) % 2).astype("float32")


@given(st.lists(st.tuples(st.sampled_from(["low", "norm_1", "middle", "pool", "high"]), st.booleans()), max_size=3))
def test_what_was_open_before_plays_no_part(right: dict[str, Any], calls: list[tuple[str, bool]]) -> None:
    used, new = chain(), chain()
    for first_layer, keep in calls:
        right["unfreeze_from"](used, first_layer, keep)
    assert right["unfreeze_from"](used, "middle") == right["unfreeze_from"](new, "middle")
    flags = [[layer.trainable for layer in base.layers if layer.weights] for base in (used, new)]
    assert flags[0] == flags[1] == [False, False, True, True, False]


def test_trainable_and_other_numbers_add_up(right: dict[str, Any]) -> None:
    import keras

    base = chain()
    model = with_head(base, keras.Model)
    for first_layer in ("low", "middle", "high"):
        right["unfreeze_from"](base, first_layer)
        summary = right["trainable_summary"](model)
        assert summary["trainable"] + summary["non_trainable"] == model.count_params()
        assert summary["layers"][-1].startswith("dense") and summary["layers"][0] == first_layer
    model.trainable = False
    assert right["trainable_summary"](model)["trainable"] == 0


def test_layers_below_the_first_one_are_identical_at_start_and_end(right: dict[str, Any]) -> None:
    import tensorflow as tf

    base = chain()
    model, trainings = with_head(base, spies.watched_model)
    dataset = tf.data.Dataset.from_tensor_slices(pictures()).batch(4)
    right["fine_tune"](model, base, dataset, dataset, "middle", (2, 1), (0.01, 0.001))
    first, second = trainings
    moved = [not np.array_equal(*pair) for pair in zip(first["before"], second["after"], strict=True)]
    owners = {id(weight): layer.name for layer in base.layers for weight in layer.weights}
    names = [owners.get(id(weight), "head") for weight in model.weights]
    assert {name for name, flag in zip(names, moved, strict=True) if flag} == {"middle", "high", "head"}
    assert all(np.array_equal(*pair) for pair in zip(first["after"], second["before"], strict=True))


probabilities = st.lists(st.tuples(st.booleans(), st.floats(0, 1)), min_size=1, max_size=30)


@given(probabilities, st.randoms(use_true_random=False))
def test_the_order_of_samples_plays_no_part(right: dict[str, Any], samples: list[Any], random: Any) -> None:
    shuffled = samples[:]
    random.shuffle(shuffled)
    one, other = (right["accuracy_and_bce"](*map(np.array, zip(*many, strict=True))) for many in (samples, shuffled))
    assert one == pytest.approx(other)


@given(probabilities)
def test_the_classes_can_change_places(right: dict[str, Any], samples: list[Any]) -> None:
    y, p = (np.array(part, float) for part in zip(*samples, strict=True))
    # What rounds to 1 - p is not a mirror of p near the clipping bound: 1 - (1 - 1e-7) is not 1e-7.
    assert right["accuracy_and_bce"](y, p)[1] == pytest.approx(right["accuracy_and_bce"](1 - y, 1 - p)[1], abs=1e-6)


@given(st.lists(st.sampled_from([0, 1]), min_size=2, max_size=200))
def test_there_is_a_counterexample_for_all_labels(right: dict[str, Any], labels: list[int]) -> None:
    y = np.array(labels)
    first, second = (right["accuracy_and_bce"](y, p) for p in right["make_counterexample"](y))
    assert second[0] > first[0] and second[1] >= first[1] + 0.1


# ---------------------------------------------------------------- the watched model


def test_a_watched_training_keeps_to_the_plan_of_its_compile(right: dict[str, Any]) -> None:
    """As a traced step does: what is opened afterwards moves at the next compile only."""
    import keras

    base = chain()
    model, trainings = with_head(base, spies.watched_model)
    x, y = pictures()
    base.trainable = False
    model.compile(keras.optimizers.RMSprop(0.01), "binary_crossentropy")
    model.fit(x, y, verbose=0)
    base.trainable = True
    base.get_layer("norm_1").trainable = base.get_layer("norm_2").trainable = False
    model.fit(x, y, verbose=0)
    model.compile(keras.optimizers.RMSprop(0.01), "binary_crossentropy")
    model.fit(x, y, verbose=0)
    moved = [
        sum(not np.array_equal(*pair) for pair in zip(training["before"], training["after"], strict=True))
        for training in trainings
    ]
    assert moved == [2, 2, 8]
    assert [training["tensors"] for training in trainings] == [2, 8, 8]
    assert [training["compiled"] for training in trainings] == [True, False, True]
    assert [training["new optimizer"] for training in trainings] == [True, False, True]


@pytest.mark.slow
def test_a_traced_training_keeps_to_the_same_plan(right: dict[str, Any]) -> None:
    """What the watched model imitates: Keras itself, with tracing."""
    import keras

    base = chain()
    model = with_head(base, keras.Model)
    x, y = pictures()
    base.trainable = False
    model.compile(keras.optimizers.RMSprop(0.01), "binary_crossentropy")
    model.fit(x, y, verbose=0)
    base.trainable = True
    base.get_layer("norm_1").trainable = base.get_layer("norm_2").trainable = False
    changes = probes.weight_changes(model, lambda: model.fit(x, y, verbose=0))
    assert sum(change > 0 for change in changes) == 2
    model.compile(keras.optimizers.RMSprop(0.01), "binary_crossentropy")
    changes = probes.weight_changes(model, lambda: model.fit(x, y, verbose=0))
    assert sum(change > 0 for change in changes) == 8


@pytest.mark.slow
@pytest.mark.parametrize(
    ("steps", "moves"),
    [
        ("freeze, compile, train", False),
        ("compile, freeze, train", False),
        ("freeze, compile, open, train", True),
        ("freeze, compile, train, open, train", False),
        ("compile, train, freeze, train", True),
        ("compile, train, freeze, train on fewer", False),
        ("freeze, compile, train, open, compile, train", True),
    ],
)
def test_the_first_step_after_compile_settles_what_is_trained(right: dict[str, Any], steps: str, moves: bool) -> None:
    """What the notebook says after its five steps, and the glossary under Compile: Keras itself, traced."""
    base, model = _after(steps.split(", ")[:-1])
    before = base.get_weights()
    _take(steps.split(", ")[-1], base, model)
    assert any(not np.array_equal(*pair) for pair in zip(before, base.get_weights(), strict=True)) == moves


@pytest.mark.slow
def test_a_layer_that_is_opened_between_batches_of_two_sizes_is_unknown_to_the_optimizer(right: dict[str, Any]) -> None:
    base, model = _after(["freeze", "compile", "train", "open"])
    with pytest.raises(ValueError, match="Unknown variable"):
        _take("train on fewer", base, model)


def _after(steps: list[str]) -> tuple[Any, Any]:
    """A base in a model, after these steps."""
    import keras

    base = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])
    inputs = keras.Input((4,))
    model = keras.Model(inputs, keras.layers.Dense(1)(base(inputs)))
    for step in steps:
        _take(step, base, model)
    return base, model


def _take(step: str, base: Any, model: Any) -> None:
    if step == "compile":
        model.compile("sgd", "mse")
    elif step.startswith("train"):
        count = 3 if step == "train on fewer" else 8
        model.train_on_batch(np.ones((count, 4), "float32"), np.zeros(count, "float32"))
    else:
        base.trainable = step == "open"


def test_a_watched_training_that_breaks_off_is_written_down(right: dict[str, Any]) -> None:
    import keras

    base = chain()
    model, trainings = with_head(base, spies.watched_model)
    x, y = pictures()
    base.trainable = False
    optimizer = keras.optimizers.RMSprop(0.01)
    model.compile(optimizer, "binary_crossentropy")
    model.fit(x, y, verbose=0)
    base.trainable = True
    model.compile(optimizer, "binary_crossentropy")
    with pytest.raises(ValueError, match="Unknown variable"):
        model.fit(x, y, verbose=0)
    assert [training["new optimizer"] for training in trainings] == [True, False]
    assert len(trainings[1]["after"]) == len(model.weights)


# ---------------------------------------------------------------- the wrong answers are wrong where they should be


def test_a_single_sure_mistake_is_averaged_away_from_23_samples_on() -> None:
    file = load(ROOT / f"solutions/{NAME}/accuracy_and_bce.py")
    (wrong,) = [entry.function for entry in file.misconceptions if entry.name == "one_sure_mistake"]

    def works(count: int) -> bool:
        y = np.ones(count)
        first, second = wrong(y)
        costs = [float(-np.log(np.clip(p, 1e-7, 1 - 1e-7)).mean()) for p in (first, second)]
        return costs[1] >= costs[0] + 0.1

    assert works(22) and not works(23)
