"""Claims about the probes: what they tell of models and datasets, and what they take for equal."""

import subprocess
import sys
import warnings
from typing import Any

import numpy as np
import pytest

from autograder.lab import experiment
from convnets import probes

pytestmark = pytest.mark.slow  # imports TensorFlow


@pytest.fixture(scope="module")
def keras() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its imports of other libraries warn; none of that is ours
        from convnets.lab import start_keras

        start_keras(7)
        import keras

    return keras


@pytest.fixture
def network(keras: Any) -> Any:
    layers = keras.layers
    model = keras.Sequential(
        [keras.Input((6, 7, 2)), layers.Conv2D(3, 3, activation="relu"), layers.Flatten(), layers.Dense(1)]
    )
    model.compile(keras.optimizers.RMSprop(0.01), loss="mse", metrics=["mae"])
    return model


def test_probes_are_imported_without_keras() -> None:
    code = "import sys; from convnets import probes; print('keras' in sys.modules, 'tensorflow' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.split() == ["False", "False"]


def test_a_model_within_a_model_is_told_layer_by_layer(keras: Any) -> None:
    layers = keras.layers
    inner = [layers.Conv2D(3, 3), layers.MaxPooling2D(2)]
    flat = keras.Sequential([keras.Input((8, 8, 1)), *inner, layers.Flatten()])
    nested = keras.Sequential([keras.Input((8, 8, 1)), keras.Sequential(inner), layers.Flatten()])
    assert probes.structure(nested) == probes.structure(flat)
    assert [kind for kind, _ in probes.structure(nested)] == ["Conv2D", "MaxPooling2D", "Flatten"]


def test_a_functional_model_looks_like_a_sequential_one(keras: Any, network: Any) -> None:
    layers = keras.layers
    inputs = keras.Input((6, 7, 2))
    x = layers.Activation(keras.activations.relu)(layers.Conv2D(3, 3)(inputs))
    outputs = layers.Dense(1)(layers.Dropout(0.0)(layers.Flatten()(x)))
    assert probes.structure(keras.Model(inputs, outputs)) == probes.structure(network)


def test_the_place_of_a_dropout_is_told(keras: Any) -> None:
    layers = keras.layers
    model = keras.Sequential([keras.Input((4,)), layers.Dense(3), layers.Dropout(0.25), layers.Dense(1)])
    assert probes.structure(model)[1] == ("Dropout", {"rate": 0.25})


def test_a_number_and_a_symmetric_pair_are_the_same_factor(keras: Any) -> None:
    layers = keras.layers
    one = keras.Sequential([layers.RandomRotation(0.1), layers.RandomTranslation(0.2, 0.1)])
    other = keras.Sequential([layers.RandomRotation((-0.1, 0.1)), layers.RandomTranslation((-0.2, 0.2), (-0.1, 0.1))])
    assert probes.structure(one) == probes.structure(other)


def test_a_zoom_that_keeps_proportions_looks_different(keras: Any) -> None:
    layers = keras.layers
    one, other = keras.Sequential([layers.RandomZoom(0.1)]), keras.Sequential([layers.RandomZoom(0.1, 0.1)])
    assert probes.structure(one) != probes.structure(other)


def test_random_layers_have_no_parameters(keras: Any) -> None:
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dropout(0.5), keras.layers.Dense(3)])
    assert probes.parameters(model) == {"all": 15, "trainable": 15}
    model.layers[-1].trainable = False
    assert probes.parameters(model) == {"all": 15, "trainable": 0}
    assert probes.trainable(model) == [("Dense", False)]


def test_shapes_of_a_model_that_is_not_built_are_none(keras: Any, network: Any) -> None:
    assert probes.shapes(keras.Sequential([keras.layers.Dense(3)])) == []
    assert probes.shapes(network) == [(3, 3, 2, 3), (3,), (60, 1), (1,)]


@pytest.mark.parametrize("how", ["name", "short name", "function", "object", "logits"])
def test_a_loss_has_one_name_however_it_is_given(keras: Any, network: Any, how: str) -> None:
    losses = keras.losses
    given = {
        "name": "binary_crossentropy",
        "short name": "bce",
        "function": losses.binary_crossentropy,
        "object": losses.BinaryCrossentropy(),
        "logits": losses.BinaryCrossentropy(from_logits=True),
    }[how]
    network.compile(keras.optimizers.Adam(0.25), loss=given)
    name = "binary_crossentropy" + (" from logits" if how == "logits" else "")
    assert probes.compilation(network) == {"loss": name, "optimizer": "Adam", "learning_rate": 0.25}


def test_a_step_of_training_moves_the_weights_and_a_look_does_not(network: Any) -> None:
    x, y = np.ones((4, 6, 7, 2), "float32"), np.arange(4, dtype="float32")
    assert probes.weight_changes(network, lambda: probes.outputs(network, x)) == [0, 0, 0, 0]
    logs: dict[str, float] = {}
    changes = probes.weight_changes(network, lambda: logs.update(probes.train_step(network, x, y)))
    assert len(changes) == 4 and changes[-1] > 0
    assert sorted(logs) == ["loss", "mae"]


def test_outputs_take_the_flag_of_training(keras: Any) -> None:
    model = keras.Sequential([keras.Input((50,)), keras.layers.Dropout(0.5)])
    x = np.ones((1, 50), "float32")
    np.testing.assert_array_equal(probes.outputs(model, x, training=False), x)
    assert (probes.outputs(model, x, training=True) != x).any()


def test_a_dataset_is_told_by_its_spec_and_its_passes(keras: Any) -> None:
    import tensorflow as tf

    dataset = tf.data.Dataset.range(5).map(lambda n: (tf.cast(n, tf.float32), n)).batch(2)
    assert probes.spec(dataset) == [((-1,), "float32"), ((-1,), "int64")]
    first, second = probes.passes(dataset, 2)
    assert [numbers.tolist() for _, numbers in first] == [[0, 1], [2, 3], [4]]
    assert [numbers.tolist() for _, numbers in second] == [[0, 1], [2, 3], [4]]


def test_an_unknown_shape_is_told_and_an_endless_pass_is_cut(keras: Any) -> None:
    import tensorflow as tf

    unknown = tf.data.Dataset.range(3).map(lambda n: tf.numpy_function(lambda n: n, [n], tf.int64))
    assert probes.spec(unknown) == [((-2,), "int64")]
    (cut,) = probes.passes(unknown.repeat(), most=7)
    assert len(cut) == 7


def test_distinct_counts_arrays_that_differ_in_a_bit() -> None:
    one = np.zeros((2, 3), "float32")
    other = one.copy()
    other[1, 2] = 1e-30
    assert probes.distinct([one, other, one.copy(), other.T.copy().T]) == 2


def test_what_a_probe_cannot_do_with_an_answer_did_not_rise_in_the_students_function():
    with pytest.raises(Exception, match=".") as raised:
        probes.structure(None)
    here = raised.value.__traceback__
    assert here is not None and experiment._rose_afterwards(raised.value.with_traceback(here.tb_next))
