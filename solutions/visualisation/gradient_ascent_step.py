"""Answers to `gradient_ascent_step`: right ones written in other ways, and wrong ones with a sentence each."""

import numpy as np

from autograder.grading.catalogue import misconception, variant

# ---------------------------------------------------------------- right answers in other ways


@variant()
def in_float64(loss_fn, image, step=1.0):
    """Computes in float64 behind the gradient, on a variable."""
    import tensorflow as tf

    picture = tf.Variable(image)
    with tf.GradientTape() as tape:
        loss = tf.squeeze(loss_fn(tf.convert_to_tensor(picture)))
    gradient = tape.gradient(loss, picture)
    if gradient is None:
        raise ValueError("no way from the loss to the picture")
    gradient = gradient.numpy().astype("float64")
    moved = image.astype("float64") + step * gradient / ((gradient**2).mean() ** 0.5 + 1e-5)
    return moved.astype("float32"), loss.numpy().item()


@variant()
def as_hint_3_says_of_steps(loss_fn, image, step=1.0):
    """Hint 3, word for word."""
    import tensorflow as tf

    picture = tf.constant(image)
    with tf.GradientTape() as tape:
        tape.watch(picture)
        loss = loss_fn(picture)
    g = tape.gradient(loss, picture)
    if g is None:
        raise ValueError("the loss does not depend on the picture")
    moved = picture + step * g / (tf.sqrt(tf.reduce_mean(g**2)) + 1e-5)
    return moved.numpy(), loss.numpy().item()


# ---------------------------------------------------------------- wrong answers

_DIRECTION, _LENGTH, _ZERO, _LOSS, _ALONE = (
    "direction",
    "length of the step",
    "zero gradient",
    "loss before the step",
    "types, image left alone, errors",
)


def _ascent(
    loss_fn, image, step, normalised=lambda g: g / (np.sqrt(np.mean(g**2)) + 1e-5), sign=1, after=False, place=False
):
    """gradient_ascent_step with a part exchanged."""
    import tensorflow as tf

    picture = tf.constant(image)
    with tf.GradientTape() as tape:
        tape.watch(picture)
        loss = loss_fn(picture)
    gradient = tape.gradient(loss, picture)
    if gradient is None:
        raise ValueError("no gradient")
    with np.errstate(all="ignore"):
        change = (sign * step * normalised(gradient.numpy())).astype("float32")
    if place:
        image += change
    moved = image if place else image + change
    return moved, float(np.sum(loss_fn(tf.constant(moved)) if after else loss))


@misconception(_DIRECTION)
def goes_downhill(loss_fn, image, step=1.0):
    """Your picture gets less of what the filter likes."""
    return _ascent(loss_fn, image, step, sign=-1)


@misconception(_LENGTH)
def does_not_normalise(loss_fn, image, step=1.0):
    """With a steeper gradient your step is longer; only its direction should count."""
    return _ascent(loss_fn, image, step, normalised=lambda g: g)


@misconception(_LENGTH)
def divides_by_the_norm(loss_fn, image, step=1.0):
    """Large pictures get smaller steps."""
    return _ascent(loss_fn, image, step, normalised=lambda g: g / (np.sqrt(np.sum(g**2)) + 1e-5))


@misconception(_LENGTH)
def divides_by_the_maximum(loss_fn, image, step=1.0):
    """One pixel decides your step."""
    return _ascent(loss_fn, image, step, normalised=lambda g: g / (np.abs(g).max() + 1e-5))


@misconception(_ZERO)
def divides_zero_by_zero(loss_fn, image, step=1.0):
    """Where the gradient is 0 you divide zero by zero."""
    return _ascent(
        loss_fn, image, step, normalised=lambda g: g / np.sqrt(np.mean(g**2)) / (1 + 1e-5 / np.sqrt(np.mean(g**2)))
    )


@misconception(_DIRECTION)
def takes_the_sign_only(loss_fn, image, step=1.0):
    """Strong and weak pixels move alike."""
    return _ascent(loss_fn, image, step, normalised=np.sign)


@misconception(_LOSS)
def reports_the_loss_after_the_step(loss_fn, image, step=1.0):
    """You report the loss after the step; that of the given picture was asked for."""
    return _ascent(loss_fn, image, step, after=True)


@misconception(_LENGTH)
def ignores_the_step(loss_fn, image, step=1.0):
    """One of the arguments has no effect."""
    return _ascent(loss_fn, image, 1.0)


@misconception(_ALONE)
def writes_into_the_picture(loss_fn, image, step=1.0):
    """The picture has been changed in place."""
    return _ascent(loss_fn, image, step, place=True)


@misconception(_ALONE)
def leaves_a_constant_loss_alone(loss_fn, image, step=1.0):
    """A loss that does not depend on the picture passes unnoticed, or ends in another kind of error."""
    try:
        return _ascent(loss_fn, image, step)
    except ValueError:
        return image.copy(), float(np.sum(loss_fn(image)))


@misconception(_LOSS)
def takes_an_array_of_one_number_for_a_number(loss_fn, image, step=1.0):
    """A loss of shape (1,) is an array with one number: `float` refuses it, until you take the number out."""

    def number(picture):
        loss = loss_fn(picture)
        if loss.shape.rank:
            raise TypeError("only 0-dimensional arrays can be converted to Python scalars")
        return loss

    return _ascent(number, image, step)


@misconception(_LENGTH)
def adds_the_small_number_under_the_root(loss_fn, image, step=1.0):
    """Your small number stands under the root, where it is a large one: short gradients move the picture too little."""
    return _ascent(loss_fn, image, step, normalised=lambda g: g / np.sqrt(np.mean(g**2) + 1e-5))
