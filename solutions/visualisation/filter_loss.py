"""Answers to `filter_loss`: right ones written in other ways, and wrong ones with a sentence each."""

import contextlib

import numpy as np

from autograder.grading.catalogue import misconception, variant

# ---------------------------------------------------------------- right answers in other ways


@variant()
def through_a_longer_model(model, layer_name, filter_index, images):
    """Pools with a layer and gathers the channel."""
    import keras
    import tensorflow as tf

    if layer_name not in [layer.name for layer in model.layers]:
        raise ValueError(layer_name)
    maps = model.get_layer(layer_name).output
    if len(maps.shape) != 4 or filter_index not in range(maps.shape[3]):
        raise ValueError("no such filter")
    means = keras.layers.GlobalAveragePooling2D()(maps)
    return tf.gather(keras.Model(model.inputs[0], means)(images, training=False), filter_index, axis=1)


@variant()
def as_hint_3_says_of_filters(model, layer_name, filter_index, images):
    """Hint 3, word for word."""
    import keras
    import tensorflow as tf

    output = model.get_layer(layer_name).output
    if len(output.shape) != 4 or filter_index < 0 or filter_index >= output.shape[-1]:
        raise ValueError("no such filter")
    maps = keras.Model(model.inputs[0], output)(images, training=False)
    return tf.reduce_mean(maps[..., filter_index], axis=(1, 2))


# ---------------------------------------------------------------- wrong answers


def _responses(model, layer_name, filter_index, images, *, training=False, negative=False):
    """The maps of all filters; refuses what filter_loss refuses."""
    import keras

    maps = model.get_layer(layer_name).output
    if len(maps.shape) != 4:
        raise ValueError("no map")
    count = maps.shape[-1]
    if not (-count if negative else 0) <= filter_index < count:
        raise ValueError("no such filter")
    return keras.Model(model.inputs[0], maps)(images, training=training)


def _mean(maps, axis=(1, 2)):
    import tensorflow as tf

    return tf.reduce_mean(maps, axis=axis)


@misconception("values")
def averages_over_the_whole_layer(model, layer_name, filter_index, images):
    """All filters give the same number in your answer."""
    return _mean(_responses(model, layer_name, filter_index, images), (1, 2, 3))


@misconception("per picture, float32")
def averages_over_the_batch(model, layer_name, filter_index, images):
    """Your pictures share one loss."""
    return _mean(_responses(model, layer_name, filter_index, images)[..., filter_index], (0, 1, 2))


@misconception("values")
def takes_the_maximum(model, layer_name, filter_index, images):
    """Only one position decides."""
    import tensorflow as tf

    return tf.reduce_max(_responses(model, layer_name, filter_index, images)[..., filter_index], axis=(1, 2))


@misconception("gradient exists")
def goes_through_numpy(model, layer_name, filter_index, images):
    """No gradient finds its way from your loss back to the picture."""
    import tensorflow as tf

    return tf.constant(np.asarray(_responses(model, layer_name, filter_index, images))[..., filter_index].mean((1, 2)))


@misconception("values")
def turns_the_sign(model, layer_name, filter_index, images):
    """Your loss becomes large when the filter is silent."""
    return -_mean(_responses(model, layer_name, filter_index, images)[..., filter_index])


@misconception("values")
def takes_a_row_for_a_channel(model, layer_name, filter_index, images):
    """You take one row out of all maps instead of one map."""
    return _mean(_responses(model, layer_name, filter_index, images)[:, filter_index])


@misconception("errors")
def counts_from_the_back(model, layer_name, filter_index, images):
    """A negative index passes unnoticed."""
    return _mean(_responses(model, layer_name, filter_index, images, negative=True)[..., filter_index])


@misconception("as in use")
def calls_in_training_mode(model, layer_name, filter_index, images):
    """Your loss is not that of the model as it predicts: some layers behave differently in training."""
    with _statistics_kept(model):
        return _mean(_responses(model, layer_name, filter_index, images, training=True)[..., filter_index])


@contextlib.contextmanager
def _statistics_kept(model):
    """Training mode moves the statistics of a normalisation; the next trial needs them as they were."""
    before = [np.array(weight) for weight in model.weights]
    yield
    for weight, values in zip(model.weights, before, strict=True):
        weight.assign(values)
