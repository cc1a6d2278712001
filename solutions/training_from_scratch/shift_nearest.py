"""Answers to `shift_nearest`: right ones written in other ways, and wrong ones with a sentence each."""

import numpy as np

from autograder.grading.catalogue import misconception, variant
from autograder.values.observed import GUARD

# ---------------------------------------------------------------- right answers in other ways


@variant()
def by_padding_and_cropping(x, dy, dx):
    """numpy.pad with mode 'edge', and a window that moves over it."""
    if x.ndim not in (3, 4):
        raise ValueError("axes")
    frame = [(0, 0)] * (x.ndim - 3) + [(abs(dy), abs(dy)), (abs(dx), abs(dx)), (0, 0)]
    framed = np.pad(x, frame, mode="edge")
    height, width = x.shape[-3:-1]
    top, left = abs(dy) - dy, abs(dx) - dx
    return framed[..., top : top + height, left : left + width, :].copy()


@variant()
def by_single_pixels(x, dy, dx):
    """Each cell of the result asks where it comes from."""
    if len(x.shape) == 4:
        return np.stack([by_single_pixels(one, dy, dx) for one in x])
    if len(x.shape) != 3:
        raise ValueError("axes")
    out = np.empty_like(x)
    for i, j in np.ndindex(x.shape[:2]):
        out[i, j] = x[min(max(i - dy, 0), x.shape[0] - 1), min(max(j - dx, 0), x.shape[1] - 1)]
    return out


@variant(replaces="flip_horizontal")
def by_numpy_flip(x):
    """numpy.flip along the axis before the last, copied."""
    if np.ndim(x) < 3 or np.ndim(x) > 4:
        raise ValueError("axes")
    return np.array(np.flip(x, axis=-2))


@variant()
def hint_3_of_shift_nearest(x, dy, dx):
    """The third hint, word for word: clipped rows and columns as indices."""
    if np.ndim(x) not in (3, 4):
        raise ValueError("axes")
    height, width = x.shape[-3], x.shape[-2]
    rows, columns = np.clip(np.arange(height) - dy, 0, height - 1), np.clip(np.arange(width) - dx, 0, width - 1)
    return x[..., rows[:, None], columns, :]


@variant(replaces="flip_horizontal")
def hint_3_of_flip_horizontal(x):
    """The third hint, word for word: a slice backwards, copied."""
    if np.ndim(x) not in (3, 4):
        raise ValueError("axes")
    return x[..., ::-1, :].copy()


# ---------------------------------------------------------------- wrong answers

SHIFT, FLIP, RANK = "shift", "flip", "batches, large shifts, dtype, purity, errors"


def _refuse_rank(x):
    if np.ndim(x) not in (3, 4):
        raise ValueError("axes")


def _shift(x, dy, dx, source=lambda size, d: np.clip(np.arange(size) - d, 0, size - 1)):
    """shift_nearest; `source` says which row or column each one comes from."""
    _refuse_rank(x)
    height, width = x.shape[-3:-1]
    return x[..., source(height, dy), :, :][..., source(width, dx), :]


@misconception(SHIFT)
def wraps_around(x, dy, dx):
    """Pixels come back on the other side."""
    return _shift(x, dy, dx, source=lambda size, d: (np.arange(size) - d) % size)


@misconception(SHIFT)
def fills_with_zeros(x, dy, dx):
    """The new cells are black."""
    rows, columns = (np.arange(size) - d for size, d in zip(x.shape[-3:-1], (dy, dx), strict=True))
    out = _shift(x, dy, dx)
    out[..., (rows < 0) | (rows >= len(rows)), :, :] = 0
    out[..., (columns < 0) | (columns >= len(columns)), :] = 0
    return out


@misconception(SHIFT)
def mirrors_the_border(x, dy, dx):
    """The border is mirrored instead of repeated."""

    def source(size, d):
        there_and_back = np.r_[np.arange(size), np.arange(size)[::-1]]
        return there_and_back[(np.arange(size) - d) % (2 * size)]

    return _shift(x, dy, dx, source=source)


@misconception(SHIFT)
def shifts_the_other_way(x, dy, dx):
    """Your content moves the other way."""
    return _shift(x, -dy, -dx)


@misconception(SHIFT)
def exchanges_the_two_shifts(x, dy, dx):
    """Down and right have changed places."""
    return _shift(x, dx, dy)


@misconception(SHIFT)
def fills_rows_only(x, dy, dx):
    """Above and below the border is repeated; at the sides something else happens."""
    _refuse_rank(x)
    height = x.shape[-3]
    return np.roll(x[..., np.clip(np.arange(height) - dy, 0, height - 1), :, :], dx, axis=-2)


@misconception(FLIP, replaces="flip_horizontal")
def flips_upside_down(x):
    """Your mirror lies on the wrong axis."""
    _refuse_rank(x)
    return x[..., ::-1, :, :].copy()


@misconception(FLIP, replaces="flip_horizontal")
def flips_the_channels(x):
    """Colours change instead of sides."""
    _refuse_rank(x)
    return x[..., ::-1].copy()


@misconception(FLIP, replaces="flip_horizontal")
def turns_by_half_a_turn(x):
    """Your picture is turned around, not mirrored: compare the top row."""
    _refuse_rank(x)
    return x[..., ::-1, ::-1, :].copy()


@misconception(RANK)
def counts_axes_from_the_front(x, dy, dx):
    """With a batch another axis is moved."""
    _refuse_rank(x)
    rows, columns = (np.clip(np.arange(size) - d, 0, size - 1) for size, d in zip(x.shape[:2], (dy, dx), strict=True))
    return x[rows][:, columns]


@misconception(RANK, replaces="flip_horizontal")
def flips_the_second_axis(x):
    """With a batch another axis is mirrored."""
    _refuse_rank(x)
    return x[:, ::-1].copy()


@misconception(RANK, replaces="flip_horizontal")
def returns_a_view(x):
    """Writing to the result changes the original."""
    _refuse_rank(x)
    return x[..., ::-1, :]


@misconception(RANK)
def returns_the_picture_itself_if_nothing_moves(x, dy, dx):
    """Writing to the result changes the original, where nothing had to be moved."""
    _refuse_rank(x)
    return x if dy == dx == 0 else _shift(x, dy, dx)


@misconception(RANK)
def fails_for_large_shifts(x, dy, dx):
    """A shift wider than the picture has an answer."""
    height, width = x.shape[-3:-1]
    if abs(dy) >= height or abs(dx) >= width:
        raise IndexError("nothing is left")
    return _shift(x, dy, dx)


@misconception(RANK)
def takes_any_rank(x, dy, dx):
    """An array that is neither a picture nor a batch passes unnoticed."""
    height, width = x.shape[-3:-1] if x.ndim > 2 else x.shape
    rows, columns = np.clip(np.arange(height) - dy, 0, height - 1), np.clip(np.arange(width) - dx, 0, width - 1)
    return x[rows][:, columns] if x.ndim == 2 else x[..., rows, :, :][..., columns, :]


@misconception(RANK)
def returns_another_dtype(x, dy, dx):
    """The values are right, the dtype has changed."""
    return _shift(x, dy, dx).astype("float64") if x.dtype != "float64" else _shift(x, dy, dx).astype("float32")


@misconception(GUARD)
def counts_large_shifts_anew(x, dy, dx):
    """A shift wider than the picture leaves the border everywhere; yours begins again behind it."""
    height, width = x.shape[-3:-1] if np.ndim(x) > 2 else (1, 1)
    return _shift(x, int(np.fmod(dy, height)), int(np.fmod(dx, width)))


@misconception(RANK)
def writes_into_the_picture(x, dy, dx):
    """The picture that was handed over has changed: the result is to be a new array."""
    x[...] = _shift(x, dy, dx)
    return x
