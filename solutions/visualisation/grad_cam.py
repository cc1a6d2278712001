"""Answers to `grad_cam`: right ones written in other ways, and wrong ones with a sentence each."""

import numpy as np
from PIL import Image

from autograder.grading.catalogue import misconception, variant

# ---------------------------------------------------------------- right answers in other ways


def _parts(model, image, layer, class_index, score):
    """The gradient and the maps, of one picture."""
    import keras
    import tensorflow as tf

    names = [each.name for each in model.layers]
    image = np.asarray(image)
    if image.ndim == 3:
        image = np.expand_dims(image, 0)
    if layer not in names or len(model.get_layer(layer).output.shape) != 4 or image.shape[0] != 1:
        raise ValueError("no such layer or picture")
    outputs = int(model.outputs[0].shape[1])
    if class_index is not None and class_index not in range(outputs):
        raise ValueError("no such class")
    inner = keras.Model(model.inputs[0], {"maps": model.get_layer(layer).output, "answers": model.outputs[0]})
    with tf.GradientTape() as tape:
        found = inner(tf.cast(image, "float32"), training=False)
        if class_index is None:
            class_index = int(tf.argmax(found["answers"][0]))
        number = score(found["answers"][0, class_index])
    return tape.gradient(number, found["maps"]).numpy()[0], found["maps"].numpy()[0]


def _finished(evidence):
    evidence = np.clip(evidence, 0, None)
    return (evidence / (np.max(evidence) or 1)).astype("float32")


@variant()
def sums_the_gradient(model, image, layer, class_index=None):
    """The sum over the places in place of the mean: a positive factor, which the scaling removes."""
    gradient, maps = _parts(model, image, layer, class_index, lambda score: score)
    return _finished(maps @ gradient.sum(axis=(0, 1)))


@variant()
def averages_the_weighted_maps(model, image, layer, class_index=None):
    """The mean over the channels in place of the sum."""
    gradient, maps = _parts(model, image, layer, class_index, lambda score: score)
    return _finished((maps * gradient.mean(axis=(0, 1))).mean(axis=2))


@variant()
def takes_the_logarithm_of_a_probability(model, image, layer, class_index=None):
    """The logarithm of a softmax's or sigmoid's output: again a positive factor. Logits stay as they are."""
    import tensorflow as tf

    kind = model.layers[-1].activation.__name__
    gradient, maps = _parts(
        model, image, layer, class_index, tf.math.log if kind in ("softmax", "sigmoid") else lambda score: score
    )
    return _finished((maps * gradient.mean(axis=(0, 1))).sum(axis=2))


@variant()
def as_hint_3_says(model, image, layer, class_index=None):
    """Hint 3, word for word."""
    import keras
    import tensorflow as tf

    maps = model.get_layer(layer).output
    batch = np.asarray(image, "float32")
    batch = batch[None] if batch.ndim == 3 else batch
    outputs = model.outputs[0].shape[-1]
    if len(maps.shape) != 4 or len(batch) != 1 or class_index not in (None, *range(outputs)):
        raise ValueError("no such map, picture or class")
    both = keras.Model(model.inputs[0], [maps, model.outputs[0]])
    with tf.GradientTape() as tape:
        activations, answers = both(batch, training=False)
        score = answers[0, int(tf.argmax(answers[0])) if class_index is None else class_index]
    alpha = tf.reduce_mean(tape.gradient(score, activations), axis=(1, 2))
    heat = tf.nn.relu(tf.reduce_sum(alpha * activations, axis=-1))[0].numpy()
    return heat / heat.max() if heat.max() > 0 else heat


@variant()
def adds_a_little_to_the_maximum(model, image, layer, class_index=None):
    """Divides by the maximum and a ten-millionth, which is never zero."""
    gradient, maps = _parts(model, image, layer, class_index, lambda score: score)
    evidence = np.maximum((maps * gradient.mean(axis=(0, 1))).sum(axis=2), 0)
    return (evidence / (evidence.max() + 1e-7)).astype("float32")


# ---------------------------------------------------------------- wrong answers


def _kind(layer):
    return type(layer).__name__


_SUM, _SCORE, _CLASS, _MEAN, _RELU, _RANGE, _FORM, _USE = (
    "weighted sum of the maps",
    "score of the class",
    "class choice",
    "mean of the gradient",
    "ReLU on the sum",
    "from 0 to 1, empty map",
    "layer, size, type",
    "as in use, errors",
)


def _over_places(gradient):
    return gradient.mean(axis=(0, 1))


def _weighted(alpha, maps):
    return np.maximum((alpha * maps).sum(axis=-1), 0)


def _to_one(evidence):
    return evidence / evidence.max() if evidence.max() > 0 else evidence


def _choice(answers, class_index):
    return int(np.argmax(answers)) if class_index is None else class_index


def _cam(
    model,
    image,
    layer,
    class_index,
    *,
    choose=_choice,
    score=lambda answers, chosen: answers[0, chosen],
    pool=_over_places,
    join=_weighted,
    scale=_to_one,
    training=False,
    where=lambda model, layer: layer,
    score_layer=None,
):
    """grad_cam with a part exchanged."""
    import keras
    import tensorflow as tf

    maps = model.get_layer(layer).output
    batch = np.asarray(image, "float32")
    batch = batch[None] if batch.ndim == 3 else batch
    answer = model.outputs[0]
    wrong_class = class_index is not None and not 0 <= class_index < answer.shape[-1]
    if len(maps.shape) != 4 or batch.ndim != 4 or len(batch) != 1 or wrong_class:
        raise ValueError("no such map, picture or class")
    maps = model.get_layer(where(model, layer)).output
    if score_layer is not None:
        answer = score_layer(model, answer)
    both = keras.Model(model.inputs[0], [maps, model.outputs[0], answer])
    pixels = tf.constant(batch)
    with tf.GradientTape() as tape:
        tape.watch(pixels)
        activations, answers, scores = both(pixels, training=training)
        number = score(scores, choose(answers[0].numpy(), class_index))
    gradient = tape.gradient(number, activations)[0].numpy()
    with np.errstate(all="ignore"):
        return scale(join(pool(gradient), activations[0].numpy())).astype("float32")


@misconception(_RELU)
def keeps_negative_evidence(model, image, layer, class_index=None):
    """Evidence against the class shows in your map."""
    return _cam(model, image, layer, class_index, join=lambda alpha, maps: (alpha * maps).sum(axis=-1))


@misconception(_RELU)
def takes_the_absolute_value(model, image, layer, class_index=None):
    """You show evidence against as evidence for."""
    return _cam(model, image, layer, class_index, join=lambda alpha, maps: np.abs((alpha * maps).sum(axis=-1)))


@misconception(_RELU)
def cuts_before_weighting(model, image, layer, class_index=None):
    """You cut below 0 too early: before the channels were added up."""
    return _cam(model, image, layer, class_index, join=lambda alpha, maps: _weighted(alpha, np.maximum(maps, 0)))


@misconception(_SUM)
def cuts_the_weights(model, image, layer, class_index=None):
    """A channel that speaks against the class cannot do so in your map."""
    return _cam(model, image, layer, class_index, pool=lambda gradient: np.maximum(_over_places(gradient), 0))


@misconception(_SUM)
def takes_the_absolute_value_of_the_weights(model, image, layer, class_index=None):
    """A channel that speaks against the class counts for it in your map."""
    return _cam(model, image, layer, class_index, pool=lambda gradient: np.abs(_over_places(gradient)))


@misconception(_MEAN)
def weighs_each_place_by_itself(model, image, layer, class_index=None):
    """Your weights differ from place to place; importance belongs to a channel."""
    return _cam(model, image, layer, class_index, pool=lambda gradient: gradient)


@misconception(_MEAN)
def takes_the_greatest_gradient(model, image, layer, class_index=None):
    """One place decides how important a channel is."""
    return _cam(model, image, layer, class_index, pool=lambda gradient: gradient.max(axis=(0, 1)))


@misconception(_SUM, _CLASS)
def averages_the_gradient_over_the_channels_too(model, image, layer, class_index=None):
    """All channels have the same weight in your map."""
    return _cam(model, image, layer, class_index, pool=lambda gradient: gradient.mean())


@misconception(_SUM, _CLASS)
def averages_the_maps_without_weights(model, image, layer, class_index=None):
    """Your map does not depend on the class."""
    return _cam(model, image, layer, class_index, pool=lambda gradient: np.ones(gradient.shape[-1]))


@misconception(_CLASS)
def takes_class_0_for_no_class(model, image, layer, class_index=None):
    """Class 0 is answered as if no class had been given."""
    return _cam(model, image, layer, class_index, choose=lambda answers, index: int(index or np.argmax(answers)))


@misconception(_CLASS)
def explains_the_greatest_class_always(model, image, layer, class_index=None):
    """You answer for the predicted class only."""
    return _cam(model, image, layer, class_index, choose=lambda answers, index: int(np.argmax(answers)))


@misconception(_CLASS)
def takes_no_class_for_class_0(model, image, layer, class_index=None):
    """Without a class the model's own choice is wanted."""
    return _cam(model, image, layer, class_index, choose=lambda answers, index: index or 0)


@misconception(_SCORE, _CLASS)
def adds_up_all_classes(model, image, layer, class_index=None):
    """You explain all classes together instead of one."""
    import tensorflow as tf

    return _cam(model, image, layer, class_index, score=lambda answers, chosen: tf.reduce_sum(answers[0]))


@misconception(_SUM, _SCORE, _CLASS, _MEAN, _RELU)
def follows_a_loss(model, image, layer, class_index=None):
    """Your sign shows what would lower the score."""
    return _cam(model, image, layer, class_index, score=lambda answers, chosen: -answers[0, chosen])


@misconception(_SCORE)
def explains_the_score_before_the_softmax(model, image, layer, class_index=None):
    """You explain another number than the model's output."""

    def without_activation(model, _answer):
        import keras

        head = model.layers[-1]
        twin = keras.layers.Dense(head.units, name=f"{head.name}_twin")
        answer = twin(head.input)
        for mine, theirs in zip(twin.weights, head.weights, strict=True):
            mine.assign(theirs)
        return answer

    return _cam(model, image, layer, class_index, score_layer=without_activation)


@misconception(_SCORE)
def applies_softmax_again(model, image, layer, class_index=None):
    """You apply a softmax to what the model puts out; its output is what should be explained."""
    import tensorflow as tf

    return _cam(model, image, layer, class_index, score=lambda answers, chosen: tf.nn.softmax(answers)[0, chosen])


@misconception(_SCORE)
def takes_the_logarithm_of_the_score(model, image, layer, class_index=None):
    """The logarithm of a score that may be negative is no number."""
    import tensorflow as tf

    return _cam(model, image, layer, class_index, score=lambda answers, chosen: tf.math.log(answers[0, chosen]))


@misconception(_RANGE)
def divides_by_a_maximum_of_zero(model, image, layer, class_index=None):
    """Without any evidence for the class you divide by zero."""
    return _cam(model, image, layer, class_index, scale=lambda evidence: evidence / evidence.max())


@misconception(_RANGE)
def stretches_a_flat_map(model, image, layer, class_index=None):
    """For a map of a single value you divide by a range of zero."""
    return _cam(model, image, layer, class_index, scale=lambda evidence: (evidence - evidence.min()) / np.ptp(evidence))


@misconception(_RELU)
def stretches_before_cutting(model, image, layer, class_index=None):
    """Your 0 is the strongest evidence against the class; it should be no evidence at all."""
    return _cam(
        model,
        image,
        layer,
        class_index,
        join=lambda alpha, maps: (alpha * maps).sum(axis=-1),
        scale=lambda evidence: np.maximum((evidence - evidence.min()) / (np.ptp(evidence) or 1), 0),
    )


@misconception(_RANGE)
def divides_by_the_greatest_absolute_value(model, image, layer, class_index=None):
    """Your map does not reach 1: by which of its values do you divide?"""
    return _cam(
        model,
        image,
        layer,
        class_index,
        join=lambda alpha, maps: (alpha * maps).sum(axis=-1),
        scale=lambda evidence: np.maximum(evidence, 0) / (np.abs(evidence).max() or 1),
    )


@misconception(_RANGE)
def does_not_scale_the_map(model, image, layer, class_index=None):
    """Your map is not scaled to 1: its values depend on the size of the weights."""
    return _cam(model, image, layer, class_index, scale=lambda evidence: evidence)


@misconception(_FORM)
def transposes_the_map(model, image, layer, class_index=None):
    """Height and width are exchanged."""
    return _cam(model, image, layer, class_index).T


@misconception(_FORM)
def resizes_to_the_picture(model, image, layer, class_index=None):
    """The map was wanted in the layer's own size."""
    found = Image.fromarray(_cam(model, image, layer, class_index))
    height, width = np.shape(image)[-3:-1]
    return np.asarray(found.resize((width, height), Image.Resampling.BILINEAR))


@misconception(_FORM)
def looks_at_the_last_convolution_always(model, image, layer, class_index=None):
    """The layer asked for has no effect."""

    def last(model, _layer):
        return [layer.name for layer in model.layers if _kind(layer) == "Conv2D"][-1]

    return _cam(model, image, layer, class_index, where=last)


@misconception(_CLASS)
def explains_a_low_output(model, image, layer, class_index=None):
    """With a single output you explain its opposite when it is low; there is one output to explain."""

    def score(answers, chosen):
        return 1 - answers[0, 0] if answers.shape[-1] == 1 else answers[0, chosen]

    return _cam(model, image, layer, class_index, score=score)


@misconception(_USE)
def leaves_the_inference_mode(model, image, layer, class_index=None):
    """Two calls with the same picture give two different maps."""
    return _cam(model, image, layer, class_index, training=True)


@misconception(_FORM)
def removes_every_axis_of_length_1(model, image, layer, class_index=None):
    """A map that is one place high or wide loses that axis in your answer."""
    return np.squeeze(_cam(model, image, layer, class_index))


@misconception(_USE)
def accepts_a_negative_class(model, image, layer, class_index=None):
    """A negative class number passes unnoticed."""
    if class_index is not None and class_index < 0:
        class_index += model.outputs[0].shape[-1]
    return _cam(model, image, layer, class_index)
