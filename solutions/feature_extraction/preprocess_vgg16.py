"""Answers to `preprocess_vgg16`: right ones written in other ways, and wrong ones with a sentence each."""

import numpy as np

from autograder.grading.catalogue import misconception, variant

# ---------------------------------------------------------------- right answers in other ways


@variant()
def by_the_library_on_a_copy(images):
    """keras.applications.vgg16.preprocess_input, on a copy of its own."""
    from keras.applications import vgg16

    if np.ndim(images) not in (3, 4) or np.shape(images)[-1] != 3:
        raise ValueError("no colour pictures")
    return vgg16.preprocess_input(np.array(images, "float32"))


@variant()
def channel_by_channel(images):
    """One channel after the other, in float64 up to the end."""
    if np.ndim(images) not in (3, 4) or np.shape(images)[-1] != 3:
        raise ValueError("no colour pictures")
    red, green, blue = (images[..., c].astype("float64") for c in range(3))
    return np.stack([blue - 103.939, green - 116.779, red - 123.68], axis=-1).astype("float32")


@variant()
def hint_3_of_preprocess_vgg16(images):
    """Hint 3, written down."""
    if images.ndim not in (3, 4) or images.shape[-1] != 3:
        raise ValueError("shape")
    images = images[..., ::-1].astype("float32")
    return images - np.array([103.939, 116.779, 123.68], np.float32)


# ---------------------------------------------------------------- wrong answers

_BLUE_GREEN_RED = np.array([103.939, 116.779, 123.68], np.float32)
_ORDER, _MEANS, _UNCHANGED, _FORM = "channel order", "means and scale", "argument unchanged", "dtype, rank, errors"


def _refuse_pictures(images):
    images = np.asarray(images)
    if images.ndim not in (3, 4) or images.shape[-1] != 3:
        raise ValueError("no colour pictures")
    return images


@misconception(_ORDER)
def keeps_red_first(images):
    """The network reads your red as blue."""
    return _refuse_pictures(images).astype("float32") - _BLUE_GREEN_RED


@misconception(_MEANS)
def subtracts_the_means_of_red_green_blue(images):
    """Each mean belongs to one colour; which is first now?"""
    return _refuse_pictures(images)[..., ::-1].astype("float32") - _BLUE_GREEN_RED[::-1]


@misconception(_MEANS)
def divides_by_255(images):
    """VGG16 was not trained on the range [0, 1]."""
    return _refuse_pictures(images)[..., ::-1].astype("float32") / np.float32(255)


@misconception(_MEANS)
def scales_to_minus_one_and_one(images):
    """This is the recipe of another family of networks."""
    return _refuse_pictures(images)[..., ::-1].astype("float32") / np.float32(127.5) - np.float32(1)


@misconception(_UNCHANGED)
def writes_into_the_argument(images):
    """The second call on the same array gives another answer."""
    _refuse_pictures(images)
    if images.dtype.kind != "f":
        images = images.astype("float32")
    images[...] = images[..., ::-1].copy()
    images -= _BLUE_GREEN_RED
    return images.astype("float32")


@misconception(_MEANS)
def subtracts_in_the_pictures_own_dtype(images):
    """Dark pixels turn bright: unsigned numbers cannot be negative."""
    images = _refuse_pictures(images)[..., ::-1]
    if images.dtype == np.uint8:
        return (images - _BLUE_GREEN_RED.round().astype("uint8")).astype("float32")
    return (images - _BLUE_GREEN_RED).astype("float32")


@misconception(_ORDER)
def reverses_the_width(images):
    """Your picture is mirrored, its colours are not exchanged."""
    images = _refuse_pictures(images)
    return images[..., ::-1, :].astype("float32") - _BLUE_GREEN_RED


@misconception(_FORM)
def keeps_float64(images):
    """Right values, other type than asked for."""
    return _refuse_pictures(images)[..., ::-1] - _BLUE_GREEN_RED.astype("float64")


@misconception(_FORM)
def wants_a_batch(images):
    """A single picture without a batch axis is allowed, too."""
    if np.ndim(images) != 4 or np.shape(images)[-1] != 3:
        raise ValueError("a batch of colour pictures, please")
    return images[:, :, :, ::-1].astype("float32") - _BLUE_GREEN_RED


@misconception(_MEANS, rare=True)
def cuts_off_negative_values(images):
    """Values below zero are part of the scale; you have cut them off."""
    return np.maximum(_refuse_pictures(images)[..., ::-1].astype("float32") - _BLUE_GREEN_RED, 0)


@misconception(_FORM)
def looks_at_nothing(images):
    """Something that is no colour picture is taken for one."""
    return np.asarray(images)[..., ::-1].astype("float32") - np.resize(_BLUE_GREEN_RED, np.shape(images)[-1])
