"""What the spies see, and that they leave nothing behind."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from convnets import spies

BATCHES = ["a", "b", "c"]


def test_batches_can_be_walked_again_and_again() -> None:
    batches = spies.Batches(BATCHES)
    assert [list(batches), list(batches)] == [BATCHES, BATCHES]
    assert (batches.rounds, batches.draws) == (2, 6)


def test_a_round_that_stops_early_counts_what_was_drawn_only() -> None:
    batches = spies.Batches(BATCHES)
    assert next(iter(batches)) == "a"
    assert (batches.rounds, batches.draws) == (1, 1)


def test_a_stream_comes_once() -> None:
    stream = spies.Stream(BATCHES)
    assert [list(stream), list(stream)] == [BATCHES, []]
    assert stream.draws == 3


def test_a_stream_is_its_own_iterator_like_a_generator() -> None:
    stream = spies.Stream(BATCHES)
    assert isinstance(stream, Iterator)
    assert [next(stream), *stream] == BATCHES


def test_an_endless_stream_begins_again() -> None:
    stream = spies.Stream(BATCHES, endless=True)
    assert [next(stream) for _ in range(5)] == ["a", "b", "c", "a", "b"]


def test_an_endless_stream_ends_with_an_error_that_is_no_stop() -> None:
    """`list(stream)` must not come back with what was drawn so far."""
    stream = spies.Stream(BATCHES, endless=True, most=7)
    with pytest.raises(spies.TooMuchDrawn):
        list(stream)
    assert stream.draws == 7


def test_a_new_folder_is_the_working_directory_and_is_gone_afterwards() -> None:
    before = Path.cwd()
    with spies.new_folder() as folder:
        Path("deep/er").mkdir(parents=True)
        Path("deep/er/one.npz").write_bytes(b"")
        Path("two").write_bytes(b"")
        assert spies.files(folder) == ["deep/er/one.npz", "two"]
    assert Path.cwd() == before
    assert not folder.exists()


def test_the_working_directory_comes_back_after_an_error() -> None:
    before = Path.cwd()
    with pytest.raises(ValueError, match="inside"), spies.new_folder():
        raise ValueError("inside")
    assert Path.cwd() == before


def test_a_change_of_one_bit_is_seen() -> None:
    def touch(array: np.ndarray) -> None:
        array[0] = np.nextafter(array[0], 2)

    one, other = np.ones(3), np.ones(3)
    assert spies.changed(lambda first, second: touch(second), one, other) == [False, True]


def test_a_change_through_a_view_is_seen_in_the_array_that_it_is_a_view_of() -> None:
    def darken(view: np.ndarray) -> None:
        view -= 1

    whole = np.ones((4, 6))
    assert spies.changed(darken, whole[1:, ::2], watched=[whole]) == [True, True]


def test_a_function_that_changes_nothing_is_said_to_change_nothing() -> None:
    whole = np.ones((4, 6))
    assert spies.changed(np.sum, whole[1:, ::2], watched=[whole]) == [False, False]


@pytest.mark.slow
def test_within_the_block_functions_run_step_by_step_and_afterwards_as_before() -> None:
    import tensorflow as tf

    before = tf.config.functions_run_eagerly()
    with spies.eagerly():
        assert tf.config.functions_run_eagerly()
    assert tf.config.functions_run_eagerly() == before


@pytest.mark.slow
def test_drawn_weights_depend_on_the_generator_only() -> None:
    import keras

    def weights(seed: int) -> list[np.ndarray]:
        model = keras.Sequential(
            [
                keras.Input((5, 6, 2)),
                keras.layers.Conv2D(3, 2),
                keras.layers.BatchNormalization(),
                keras.layers.Dense(4),
            ]
        )
        spies.draw_weights(model.weights, np.random.default_rng(seed))
        return [np.asarray(weight) for weight in model.get_weights()]

    first, again, other = weights(1), weights(1), weights(2)
    assert all(np.array_equal(*pair) for pair in zip(first, again, strict=True))
    assert not any(np.array_equal(*pair) for pair in zip(first, other, strict=True))


@pytest.mark.slow
def test_drawn_statistics_are_far_from_a_usual_start_and_variances_positive() -> None:
    import keras

    layer = keras.layers.BatchNormalization()
    layer.build((None, 8))
    spies.draw_weights(layer.weights, np.random.default_rng(3))
    values = {weight.name: np.asarray(weight.numpy()) for weight in layer.weights}
    assert values["moving_variance"].min() >= 0.5
    assert values["gamma"].min() >= 0.5
    assert values["moving_mean"].min() >= 0.2
    assert values["beta"].min() >= 0.2
