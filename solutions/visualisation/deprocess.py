"""Answers to `deprocess`: right ones written in other ways, and wrong ones with a sentence each."""

import numpy as np

from autograder.grading.catalogue import misconception, variant

# ---------------------------------------------------------------- right answers in other ways


@variant()
def with_integers_at_the_end(x):
    """Works in float32 but for the mean, and clips the numbers of 0 to 255."""
    picture = np.array(x, dtype="float64")
    if picture.ndim == 4 and picture.shape[0] == 1:
        picture = picture.reshape(picture.shape[1:])
    if picture.ndim != 3:
        raise ValueError("no picture")
    picture -= np.mean(picture)
    picture = (25.5 * picture / (np.std(picture) + 1e-5) + 127.5).astype("float32")
    return np.clip(picture, 0, 255).astype("uint8")


@variant()
def as_hint_3_says_of_colours(x):
    """Hint 3, word for word."""
    x = np.asarray(x, np.float64)
    if x.ndim == 4 and len(x) == 1:
        x = x[0]
    if x.ndim != 3:
        raise ValueError("no picture")
    z = (x - x.mean()) / (x.std() + 1e-5)
    return (np.clip(0.1 * z + 0.5, 0, 1) * 255).astype("uint8")


# ---------------------------------------------------------------- wrong answers

_ALL, _CLIP, _FLAT, _ARGUMENT, _FORM = (
    "values",
    "clip without wrap-around",
    "constant picture",
    "argument left alone, integers",
    "shape, dtype, errors",
)


def _picture(x):
    """One picture; refuses what deprocess refuses."""
    x = np.asarray(x)
    if x.ndim == 4 and len(x) == 1:
        x = x[0]
    if x.ndim != 3:
        raise ValueError("not one picture")
    return x.astype("float64")


def _deprocess(x, *, axis=None, spread=0.1, small=1e-5, wrap=False, scale=None):
    """The right deprocess, with a part exchanged."""
    values = _picture(x)
    if scale is None:
        with np.errstate(all="ignore"):
            scaled = (values - values.mean(axis)) / (values.std(axis) + small) * spread + 0.5
    else:
        scaled = scale(values)
    if wrap:
        return ((scaled * 255).astype("int64") % 256).astype("uint8")
    return (np.clip(scaled, 0, 1) * 255).astype("uint8")


@misconception(_CLIP)
def lets_uint8_wrap(x):
    """Bright specks turn dark: a byte holds nothing above 255."""
    return _deprocess(x, wrap=True)


@misconception(_ALL)
def stretches_from_minimum_to_maximum(x):
    """One extreme pixel makes the rest flat."""

    def scale(values):
        low, high = values.min(), values.max()
        return np.full(values.shape, 0.5) if low == high else (values - low) / (high - low)

    return _deprocess(x, scale=scale)


@misconception(_ALL)
def evens_out_each_channel(x):
    """You scale each colour on its own, so a tint of the whole picture is lost."""
    return _deprocess(x, axis=(0, 1))


@misconception(_ALL)
def keeps_the_deviation_at_one(x):
    """Too much contrast: nearly all is black or white."""
    return _deprocess(x, spread=1.0)


@misconception(_FLAT)
def divides_a_flat_picture_by_zero(x):
    """A picture of a single value is allowed, and your function divides by zero."""
    values = _picture(x)
    if values.max() == values.min():
        raise ZeroDivisionError("division by zero")
    return _deprocess(x)


@misconception(_FLAT)
def makes_a_flat_picture_of_nothing(x):
    """For a flat picture your function divides zero by zero, and what it shows is no grey."""
    values = _picture(x)
    if values.max() == values.min():
        return np.zeros(values.shape, "uint8")
    return _deprocess(x)


@misconception(_FORM)
def returns_fractions(x):
    """Your picture has values from 0 to 1 still; bytes were asked for."""
    values = _picture(x)
    return np.clip((values - values.mean()) / (values.std() + 1e-5) * 0.1 + 0.5, 0, 1)


@misconception(_FLAT)
def trusts_the_float32_mean(x):
    """A flat picture is not quite flat in your function: in float32 its mean is not quite its value."""
    values = np.asarray(x)
    _picture(values)
    values = values[0] if values.ndim == 4 else values
    z = (values - values.mean()) / (values.std() + 1e-5)
    return (np.clip(0.1 * z + 0.5, 0, 1) * 255).astype("uint8")


@misconception(_ALL)
def rounds_the_greys(x):
    """Your greys are rounded; the decimals should be dropped."""
    values = _picture(x)
    scaled = (values - values.mean()) / (values.std() + 1e-5) * 0.1 + 0.5
    greys = np.floor(np.round(np.clip(scaled, 0, 1) * 255) if np.ptp(values) else 127.5 + 0 * values)
    return greys.astype("uint8")


@misconception(_ARGUMENT)
def scales_the_argument_itself(x):
    """The array has been changed by showing it."""
    picture = _deprocess(x)
    if isinstance(x, np.ndarray) and x.dtype.kind == "f":
        x -= x.mean()
    return picture
