"""Claims about the assignment `feature_extraction`: its notebook, its experiments, laws of its right answers."""

import re
import tempfile
import warnings
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import nbformat
import numpy as np
import pytest
from course_facts import FACETS, as_shipped
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from autograder.grading.catalogue import load

NAME = "feature_extraction"
ROOT = Path(__file__).parents[1]
SEED = 20260303


def cells(text: str) -> list[nbformat.NotebookNode]:
    return list(nbformat.reads(text, as_version=4).cells)


def source_cells() -> list[nbformat.NotebookNode]:
    return cells((ROOT / f"source/{NAME}/{NAME}.ipynb").read_text(encoding="utf-8"))


# ---------------------------------------------------------------- the notebook


@as_shipped
def test_every_bullet_that_belongs_here_has_a_place() -> None:
    covered = {item for cell in source_cells() for item in cell.metadata.get("autograder", {}).get("covers", [])}
    bullets = {f"B{number:03}" for number in range(66, 87)} | {"B040", "B047", "B102", "B108", "B122", "N10", "N14"}
    worked = {f"A3-W{number}" for number in range(1, 4)} | {f"A3-P{number}" for number in range(1, 3)}
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


# ---------------------------------------------------------------- laws that need no TensorFlow

quickly = settings(max_examples=60)
pictures = st.tuples(st.integers(1, 3), st.integers(1, 5), st.integers(1, 5)).flatmap(
    lambda shape: hnp.arrays(np.float32, (*shape, 3), elements=st.integers(0, 200))
)
arrays = st.tuples(st.integers(0, 4), st.integers(1, 3)).flatmap(
    lambda shape: hnp.arrays(st.sampled_from([np.float16, np.float32, np.int64, np.uint8]), shape)
)


def answers_of(*names: str, **imported: Any) -> SimpleNamespace:
    """Functions of the solved notebook."""
    sources = {cell.id: cell.source for cell in source_cells()}
    notebook: dict[str, Any] = {"np": np, "Path": Path, **imported}
    exec("\n\n".join(sources[name] for name in names if name in sources), notebook)
    return SimpleNamespace(**{name: value for name, value in notebook.items() if name.isidentifier()})


@pytest.fixture(scope="module")
def answers() -> SimpleNamespace:
    return answers_of("preprocess_vgg16", "save_features", keras=SimpleNamespace())


def wrong(id: str) -> Any:
    """The function of a misconception."""
    catalogue = load(ROOT / f"solutions/{NAME}/{id.partition('/')[0]}.py").misconceptions
    return next(each.function for each in catalogue if each.id == id)


@quickly
@given(images=pictures, brighter=st.integers(-50, 50))
def test_a_brighter_picture_is_brighter_by_as_much(answers, images, brighter) -> None:
    f = answers.preprocess_vgg16
    np.testing.assert_allclose(f(images + np.float32(brighter)), f(images) + brighter, atol=1e-3)


def test_dividing_by_255_breaks_the_law_of_brightness() -> None:
    f, images = wrong("preprocess_vgg16/divides_by_255"), np.ones((1, 2, 2, 3), np.float32)
    assert not np.allclose(f(images + 50), f(images) + 50)


@quickly
@given(images=pictures)
def test_exchanging_red_and_blue_exchanges_the_outer_channels_up_to_the_means(answers, images) -> None:
    f, means = answers.preprocess_vgg16, np.array([103.939, 116.779, 123.68])
    np.testing.assert_allclose(f(images[..., ::-1]) + means, (f(images) + means)[..., ::-1], atol=1e-3)


@quickly
@given(images=pictures)
def test_a_batch_is_its_pictures_one_by_one(answers, images) -> None:
    f = answers.preprocess_vgg16
    np.testing.assert_array_equal(f(images), np.stack([f(image) for image in images]))


@quickly
@given(features=arrays, labels=arrays, name=st.sampled_from(["f", "f.npz", "run.v2", "a/b"]))
def test_what_is_saved_comes_back_and_one_file_is_left(answers, features, labels, name) -> None:
    labels = np.resize(labels, len(features)) if labels.size else np.zeros(len(features))
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(2):
            path = answers.save_features(Path(folder) / name, features, labels)
        back = answers.load_features(Path(folder) / name)
        assert [file for file in Path(folder).rglob("*") if file.is_file()] == [path]
    for got, kept in zip(back, (features, labels), strict=True):
        assert got.dtype == kept.dtype
        np.testing.assert_array_equal(got, kept)


# ---------------------------------------------------------------- what the notebook says of Keras


def test_layers_that_vary_pictures_do_so_unless_they_are_told_that_this_is_no_training(keras) -> None:
    """As the notebook says before A3.6, and as the stand-in in its experiment and its visible check do."""
    picture = np.arange(24, dtype="float32").reshape(1, 4, 6, 1)

    def answers(function: Any, **how: Any) -> int:
        return len({np.asarray(function(picture, **how)).tobytes() for _ in range(16)})

    flip, dropout = keras.layers.RandomFlip("horizontal"), keras.layers.Dropout(0.5)
    inputs = keras.Input((4, 6, 1))
    inside = keras.Model(inputs, dropout(keras.layers.RandomFlip("horizontal")(inputs)))
    assert answers(dropout) == answers(dropout, training=False) == 1
    assert answers(flip) > 1
    assert answers(inside) > 1
    assert answers(flip, training=False) == answers(inside, training=False) == 1
    for cell in ("build_transfer_model_check", "build_transfer_model_hidden"):
        source = next(each.source for each in source_cells() if each.id == cell)
        assert "def call(self, x, training=True):" in source


def test_the_librarys_preprocessing_works_in_place_on_floats_and_leaves_integers(keras) -> None:
    from keras.applications.vgg16 import preprocess_input

    whole = np.full((2, 1, 1, 3), 100, np.float32)
    first = preprocess_input(whole[:1])
    assert first.ravel() == pytest.approx([-3.939, -16.779, -23.68], abs=1e-3)
    assert whole[0, 0, 0] == pytest.approx([-23.68, -16.779, -3.939], abs=1e-3)  # through a view, too
    assert preprocess_input(first).ravel() != pytest.approx([-3.939, -16.779, -23.68], abs=1)
    integers = np.full((1, 1, 1, 3), 100, np.uint8)
    preprocess_input(integers)
    assert set(integers.ravel()) == {100}


def test_a_sequential_has_inputs_and_its_layers_have_outputs(keras) -> None:
    """What hint 2 of A3.2 says works."""
    base = keras.Sequential([keras.Input((4, 6, 1)), keras.layers.Conv2D(2, 3)])
    model = keras.Sequential([base, keras.layers.Flatten(), keras.layers.Dense(1)])
    assert model.inputs[0].shape == (None, 4, 6, 1)
    assert model.layers[-1].output.shape == model.outputs[0].shape == (None, 1)
    with pytest.raises(AttributeError):
        model.output  # noqa: B018 - that it cannot be asked for is the point


# ---------------------------------------------------------------- laws of models


@pytest.fixture(scope="module")
def keras() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its imports of other libraries warn; none of that is ours
        from convnets.lab import start_keras

        start_keras(7)
        import keras

    return keras


@pytest.fixture(scope="module")
def models(keras: Any) -> SimpleNamespace:
    names = [name for name in FACETS[NAME] if name not in ("preprocess_vgg16", "save_features")]
    return answers_of(*names, keras=keras)


@pytest.fixture
def base(keras: Any) -> Any:
    from convnets import spies

    inputs = keras.Input((8, 7, 2))
    maps = keras.layers.Conv2D(3, 3, activation="relu", name="low")(inputs)
    maps = keras.layers.BatchNormalization(name="norm")(maps)
    maps = keras.layers.Dropout(0.5, name="drop")(maps)
    model = keras.Model(inputs, keras.layers.Conv2D(4, (6, 5), name="high")(maps))
    spies.draw_weights(model.weights, np.random.default_rng(1))
    return model


def some_pictures(count: int = 7) -> Any:
    return np.random.default_rng(2).normal(size=(count, 8, 7, 2)).astype("float32")


@pytest.mark.slow
def test_features_do_not_depend_on_the_size_of_the_batches(models, base) -> None:
    x, y = some_pictures(), np.arange(7)
    whole, _ = models.extract_features(base, [(x, y)])
    for size in (1, 2, 3):
        batches = [(x[i : i + size], y[i : i + size]) for i in range(0, 7, size)]
        features, labels = models.extract_features(base, batches)
        np.testing.assert_allclose(features, whole, atol=1e-4)
        np.testing.assert_array_equal(labels, y)


@pytest.mark.slow
def test_permuting_pictures_permutes_rows(models, base) -> None:
    x, order = some_pictures(), np.random.default_rng(3).permutation(7)
    features, _ = models.extract_features(base, [(x, np.arange(7))])
    permuted, labels = models.extract_features(base, [(x[order], order)])
    np.testing.assert_allclose(permuted, features[labels], atol=1e-4)
    vectors = models.features_at_depth(base, ["low"], x)["low"]
    np.testing.assert_allclose(models.features_at_depth(base, ["low"], x[order])["low"], vectors[order], atol=1e-4)


@pytest.mark.slow
def test_the_average_of_a_map_of_one_place_is_its_activation(models, base) -> None:
    x = some_pictures()
    features, _ = models.extract_features(base, [(x, np.arange(7))])
    assert features.shape == (7, 1, 1, 4)
    np.testing.assert_allclose(models.features_at_depth(base, ["high"], x)["high"], features[:, 0, 0], atol=1e-4)


@pytest.mark.slow
def test_dropout_adds_no_parameter(models) -> None:
    counts = {models.build_feature_classifier((3, 4, 5), 6, dropout).count_params() for dropout in (0.0, 0.5)}
    assert counts == {60 * 6 + 6 + 7}


@pytest.mark.slow
def test_the_transfer_model_answers_like_the_classifier_on_stored_features(models, base) -> None:
    x = some_pictures()
    transfer = models.build_transfer_model(base, 6)
    features, _ = models.extract_features(base, [(x, np.arange(7))])
    classifier = models.build_feature_classifier(features.shape[1:], 6)
    classifier.set_weights([weight.numpy() for weight in transfer.trainable_weights])
    np.testing.assert_allclose(
        np.asarray(transfer(x, training=False)), np.asarray(classifier(features, training=False)), atol=1e-4
    )


@pytest.mark.slow
@pytest.mark.parametrize("steps", [1, 2, 4])
def test_training_longer_leaves_the_base_as_it_is(models, base, steps) -> None:
    from convnets import probes

    model = models.build_transfer_model(base, 6, learning_rate=0.01)

    def train() -> None:
        for _ in range(steps):
            probes.train_step(model, some_pictures(), np.arange(7) % 2)

    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "__array__ implementation")  # of Keras 3.15, until it takes numpy 2's `copy`
        assert set(probes.weight_changes(base, train)) == {0.0}


@pytest.mark.slow
def test_the_layers_of_both_parts_are_those_of_the_model(keras, models) -> None:
    layers = keras.layers
    chain = [layers.Conv2D(3, 3), layers.MaxPooling2D(2), layers.Flatten(), layers.Dense(2)]
    model = keras.Sequential([keras.Input((8, 7, 2)), *chain])
    base, head = models.split_base_head(model)
    both = [layer for part in (base, head) for layer in part.layers if not isinstance(layer, layers.InputLayer)]
    assert len(both) == len(chain)
    assert all(one is other for one, other in zip(both, chain, strict=True))
    assert base.count_params() + head.count_params() == model.count_params()
