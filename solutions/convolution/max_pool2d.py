"""Answers to `max_pool2d`: right ones written in other ways, and wrong ones with a sentence each."""

import numpy as np

from autograder.grading.catalogue import misconception, variant
from autograder.values.observed import GUARD

from .conv_output_shape import by_counting_positions, by_other_formulas
from .same_padding import by_the_remainder
from .windows import _halves, _padded, _pads, _pair, _refuse, _refuse_window, _shape, _surround, _valid

# ---------------------------------------------------------------- right answers in other ways


@variant()
def by_clipped_windows(x, pool_size=2, strides=None, padding="valid"):
    """Loops; at the border the window is clipped, and nothing is padded."""
    if x.ndim != 3:
        raise ValueError("axes")
    strides = pool_size if strides is None else strides
    _refuse_window(x.shape, 1, pool_size, strides, padding)
    (height, width, channels), (ph, pw), (sh, sw) = x.shape, _pair(pool_size), _pair(strides)
    rows, columns, _ = by_counting_positions(x.shape, 1, pool_size, strides, padding)
    top = left = 0
    if padding == "same":
        (top, _), (left, _) = by_the_remainder(height, ph, sh), by_the_remainder(width, pw, sw)
    out = np.zeros((rows, columns, channels), x.dtype)
    for i, j, c in np.ndindex(out.shape):
        row, column = i * sh - top, j * sw - left
        out[i, j, c] = x[max(row, 0) : row + ph, max(column, 0) : column + pw, c].max()
    return out


@variant()
def by_padding_with_the_lowest(x, pool_size=2, strides=None, padding="valid"):
    """A frame of the dtype's lowest value, and sliding windows."""
    if x.ndim != 3:
        raise ValueError("axes")
    strides = pool_size if strides is None else strides
    _refuse_window(x.shape, 1, pool_size, strides, padding)
    lowest = np.iinfo(x.dtype).min if np.issubdtype(x.dtype, np.integer) else np.finfo(x.dtype).min
    (sh, sw), window = _pair(strides), _pair(pool_size)
    framed = _surround(x, window, strides, padding, lowest)
    return np.lib.stride_tricks.sliding_window_view(framed, window, axis=(0, 1))[::sh, ::sw].max(axis=(3, 4))


@variant()
def by_repeating_the_edge(x, pool_size=2, strides=None, padding="valid"):
    """Repeats the border instead of padding: what is repeated is in the window anyway."""
    if x.ndim != 3:
        raise ValueError("axes")
    (ph, pw), (sh, sw) = _pair(pool_size), _pair(pool_size if strides is None else strides)
    _refuse_window(x.shape, 1, (ph, pw), (sh, sw), padding)
    if padding == "same":
        x = np.pad(x, (by_the_remainder(len(x), ph, sh), by_the_remainder(x.shape[1], pw, sw), (0, 0)), mode="edge")
    bottom, right = len(x) - ph + 1, x.shape[1] - pw + 1
    shifted = [x[u : u + bottom : sh, v : v + right : sw] for u in range(ph) for v in range(pw)]
    return np.maximum.reduce(shifted)


@variant()
def as_the_third_hint_says_of_pooling(x, pool_size=2, strides=None, padding="valid"):
    """Hint 3: nothing is padded; what lies before the map is cut off by max(start, 0), what lies behind it by numpy."""
    if x.ndim != 3:
        raise ValueError("axes")
    strides = pool_size if strides is None else strides
    rows, columns, channels = by_other_formulas(x.shape, x.shape[2], pool_size, strides, padding)
    (ph, pw), (sh, sw) = _pair(pool_size), _pair(strides)
    top = left = 0
    if padding == "same":
        top, left = by_the_remainder(x.shape[0], ph, sh)[0], by_the_remainder(x.shape[1], pw, sw)[0]
    out = np.empty((rows, columns, channels), x.dtype)
    for i in range(rows):
        for j in range(columns):
            row, column = i * sh - top, j * sw - left
            out[i, j] = x[max(row, 0) : row + ph, max(column, 0) : column + pw].max(axis=(0, 1))
    return out


# ---------------------------------------------------------------- wrong answers


def _pool(x, pool_size=2, strides=None, padding="valid", pick=np.max, pad=None, low=-np.inf):
    """max_pool2d with a part exchanged."""
    if x.ndim != 3:
        raise ValueError("a picture has three axes")
    strides = pool_size if strides is None else strides
    _shape(x.shape, 1, pool_size, strides, padding)
    values = x.astype("float64")
    if padding == "same":
        values = (pad or _padded)(values, pool_size, strides, constant_values=low)
    (ph, pw), (sh, sw) = _pair(pool_size), _pair(strides)
    height, width = _valid(len(values), ph, sh), _valid(values.shape[1], pw, sw)
    windows = [values[i * sh : i * sh + ph, j * sw : j * sw + pw] for i in range(height) for j in range(width)]
    return np.reshape([pick(window, axis=(0, 1)) for window in windows], (height, width, -1)).astype(x.dtype)


_SIZES = "odd sizes, strides"
_PAIRS = "pairs"
_PADDED = "same padding"
_NEGATIVE = "negative values"
_DTYPE = "dtype, errors, purity"
_MAXIMA = ("2x2 default", _SIZES, _PAIRS, _PADDED, _NEGATIVE, _DTYPE)


@misconception(_NEGATIVE)
def starts_at_zero(x, pool_size=2, strides=None, padding="valid"):
    """Zero wins although no such value is in the window."""
    return np.maximum(_pool(x, pool_size, strides, padding), x.dtype.type(0))


@misconception(_NEGATIVE)
def same_pads_with_zeros(x, pool_size=2, strides=None, padding="valid"):
    """A padded cell beats the real values at the border."""
    return _pool(x, pool_size, strides, padding, low=0)


@misconception(_NEGATIVE)
def same_pads_with_a_small_number(x, pool_size=2, strides=None, padding="valid"):
    """However small a number you pad with, a real value may be smaller."""
    return _pool(x, pool_size, strides, padding, low=-1e9)


@misconception(_NEGATIVE)
def starts_at_minus_one(x, pool_size=2, strides=None, padding="valid"):
    """However small a number you start from, a real value may be smaller."""
    return np.maximum(_pool(x, pool_size, strides, padding).astype("float64"), -1).astype(x.dtype)


@misconception(_NEGATIVE)
def starts_at_minus_999(x, pool_size=2, strides=None, padding="valid"):
    """However small a number you start from, a real value may be smaller."""
    return np.maximum(_pool(x, pool_size, strides, padding).astype("float64"), -999).astype(x.dtype)


@misconception(_NEGATIVE, rare=True)
def starts_at_the_smallest_positive_number(x, pool_size=2, strides=None, padding="valid"):
    """The number nearest to zero is not the smallest one: some are below zero."""
    floats = _pool(x, pool_size, strides, padding).astype("float64")
    return np.maximum(floats, np.finfo("float32").tiny).astype(x.dtype)


@misconception(_NEGATIVE)
def same_pads_with_minus_999(x, pool_size=2, strides=None, padding="valid"):
    """However small a number you pad with, a real value may be smaller."""
    return _pool(x, pool_size, strides, padding, low=-999)


@misconception(*_MAXIMA)
def averages(x, pool_size=2, strides=None, padding="valid"):
    """You return a value that may occur nowhere in the window."""
    return _pool(x, pool_size, strides, padding, np.nanmean, low=np.nan)


@misconception(*_MAXIMA)
def takes_the_smallest(x, pool_size=2, strides=None, padding="valid"):
    """Your value is in the window, but look which of them it is."""
    return _pool(x, pool_size, strides, padding, np.min, low=np.inf)


@misconception("2x2 default")
def moves_by_one_without_strides(x, pool_size=2, strides=None, padding="valid"):
    """Without a stride your windows overlap; what does Keras take then?"""
    return _pool(x, pool_size, 1 if strides is None else strides, padding)


@misconception(_SIZES)
def moves_by_two_without_strides(x, pool_size=2, strides=None, padding="valid"):
    """Your windows move by two if no stride is given; what does Keras take then?"""
    return _pool(x, pool_size, 2 if strides is None else strides, padding)


@misconception(_SIZES)
def keeps_incomplete_windows(x, pool_size=2, strides=None, padding="valid"):
    """You pool a window that is not complete."""
    answer = _pool(x, pool_size, strides, padding)
    if padding == "same":
        return answer
    (ph, pw), (sh, sw) = _pair(pool_size), _pair(pool_size if strides is None else strides)
    rows, columns = -(-(len(x) - ph) // sh) + 1, -(-(x.shape[1] - pw) // sw) + 1
    windows = [x[i * sh : i * sh + ph, j * sw : j * sw + pw] for i in range(rows) for j in range(columns)]
    # Where the stride is larger than the window, the last may be empty; numpy would refuse it.
    return np.reshape([window.max(axis=(0, 1), initial=x.min()) for window in windows], (rows, columns, -1)).astype(
        x.dtype
    )


@misconception("2x2 default")
def mixes_the_channels(x, pool_size=2, strides=None, padding="valid"):
    """The channels are mixed; each one keeps its own maximum."""
    answer = _pool(x, pool_size, strides, padding)
    return np.broadcast_to(answer.max(axis=2, keepdims=True), answer.shape)


@misconception(*_MAXIMA)
def drops_the_channels(x, pool_size=2, strides=None, padding="valid"):
    """Your output has lost its depth."""
    return _pool(x, pool_size, strides, padding).max(axis=2)


@misconception(_DTYPE)
def pads_integers_with_infinity(x, pool_size=2, strides=None, padding="valid"):
    """Integers have no infinity."""
    answer = _pool(x, pool_size, strides, padding)
    if padding == "same":
        _padded(x, pool_size, pool_size if strides is None else strides, constant_values=-np.inf)
    return answer


@misconception(_DTYPE)
def starts_integers_at_infinity(x, pool_size=2, strides=None, padding="valid"):
    """Integers have no infinity."""
    answer = _pool(x, pool_size, strides, padding)
    start = np.empty_like(answer)
    start[...] = -np.inf  # OverflowError
    return np.maximum(start, answer)


@misconception(_SIZES, _PADDED)
def reshapes_into_blocks(x, pool_size=2, strides=None, padding="valid"):
    """Your method works for non-overlapping windows that divide the size only."""
    _pool(x, pool_size, strides, padding)
    (ph, pw), (height, width, channels) = _pair(pool_size), x.shape
    return x.reshape(height // ph, ph, width // pw, pw, channels).max(axis=(1, 3))


@misconception(_SIZES, _PADDED)
def crops_and_reshapes_into_blocks(x, pool_size=2, strides=None, padding="valid"):
    """Your method works for non-overlapping windows that divide the size only."""
    _pool(x, pool_size, strides, padding)
    (ph, pw), (height, width, channels) = _pair(pool_size), x.shape
    rows, columns = height // ph, width // pw
    return x[: rows * ph, : columns * pw].reshape(rows, ph, columns, pw, channels).max(axis=(1, 3))


@misconception(_NEGATIVE)
def takes_the_largest_magnitude(x, pool_size=2, strides=None, padding="valid"):
    """A strongly negative value is not a maximum."""

    def pick(window, axis):
        high, low = np.nanmax(window, axis), np.nanmin(window, axis)
        return np.where(-low > high, low, high)

    return _pool(x, pool_size, strides, padding, pick, low=np.nan)


@misconception(_NEGATIVE)
def answers_with_magnitudes(x, pool_size=2, strides=None, padding="valid"):
    """A strongly negative value is not a maximum."""
    return _pool(x, pool_size, strides, padding, lambda window, axis: np.nanmax(np.abs(window), axis), low=np.nan)


@misconception(_PAIRS)
def swaps_pool_and_strides(x, pool_size=2, strides=None, padding="valid"):
    """Height and width of the window are exchanged."""
    return _pool(x, _pair(pool_size)[::-1], None if strides is None else _pair(strides)[::-1], padding)


@misconception(_PAIRS)
def swaps_the_pool_only(x, pool_size=2, strides=None, padding="valid"):
    """Height and width of the window are exchanged."""
    return _pool(x, _pair(pool_size)[::-1], pool_size if strides is None else strides, padding)


@misconception(_PAIRS)
def swaps_the_strides_only(x, pool_size=2, strides=None, padding="valid"):
    """The two strides act on the wrong axes."""
    return _pool(x, pool_size, _pair(pool_size if strides is None else strides)[::-1], padding)


@misconception(_PAIRS)
def uses_the_first_of_a_pair(x, pool_size=2, strides=None, padding="valid"):
    """Only one of the two entries of a pair has an effect."""
    _pool(x, pool_size, strides, padding)
    return _pool(x, _pair(pool_size)[0], None if strides is None else _pair(strides)[0], padding)


@misconception(_SIZES)
def ignores_the_strides_of_pooling(x, pool_size=2, strides=None, padding="valid"):
    """The stride has no effect on your answer."""
    _pool(x, pool_size, strides, padding)
    return _pool(x, pool_size, pool_size, padding)


def _pool_padded(x, pool_size, strides, padding, pads):
    pad = lambda x, k, s, **how: _padded(x, k, s, pads, **how)  # noqa: E731
    return _pool(x, pool_size, strides, padding, pad=pad)


@misconception(_PADDED)
def same_pads_half_the_window(x, pool_size=2, strides=None, padding="valid"):
    """Your padding is symmetric; find a case in which an odd number of pixels must be shared out."""
    return _pool_padded(x, pool_size, strides, padding, lambda n, k, s: (k // 2, k // 2))


@misconception(_PADDED)
def same_pads_the_pool_before(x, pool_size=2, strides=None, padding="valid"):
    """The total is right, but the surplus pixel is on the other side in TensorFlow."""
    return _pool_padded(x, pool_size, strides, padding, lambda n, k, s: _pads(n, k, s)[::-1])


@misconception(_PADDED)
def same_pads_the_pool_for_stride_one(x, pool_size=2, strides=None, padding="valid"):
    """You pad as if the window moved by one; where does the last window begin?"""
    return _pool_padded(x, pool_size, strides, padding, lambda n, k, s: _halves(k - 1))


@misconception(_PADDED)
def same_pads_below_and_on_the_right_only(x, pool_size=2, strides=None, padding="valid"):
    """All your padding lies below and on the right; the surplus pixel does, but the rest is shared out."""
    return _pool_padded(x, pool_size, strides, padding, lambda n, k, s: (0, sum(_pads(n, k, s))))


@misconception(_PADDED)
def ignores_the_padding_of_pooling(x, pool_size=2, strides=None, padding="valid"):
    """The padding has no effect on your answer."""
    _pool(x, pool_size, strides, padding)
    return _pool(x, pool_size, strides)


@misconception(_PADDED)
def exchanges_the_paddings_of_the_axes_of_pooling(x, pool_size=2, strides=None, padding="valid"):
    """Each axis has a size, a window and a stride of its own, and so a padding of its own."""

    def pad(x, pool_size, strides, **how):
        sides = zip(x.shape, _pair(pool_size), _pair(strides), strict=False)
        rows, columns = (_pads(n, k, s) for n, k, s in sides)
        return np.pad(x, (columns, rows, (0, 0)), **how)

    return _pool(x, pool_size, strides, padding, pad=pad)


@misconception(_PADDED)
def pools_with_the_padding_of_the_height(x, pool_size=2, strides=None, padding="valid"):
    """Each axis has a size, a window and a stride of its own, and so a padding of its own."""

    def pad(x, pool_size, strides, **how):
        rows = _pads(len(x), _pair(pool_size)[0], _pair(strides)[0])
        return np.pad(x, (rows, rows, (0, 0)), **how)

    return _pool(x, pool_size, strides, padding, pad=pad)


@misconception(_PADDED)
def same_pools_too_few_windows(x, pool_size=2, strides=None, padding="valid"):
    """With padding 'same' the last row or column of windows is sometimes missing."""
    answer = _pool(x, pool_size, strides, padding)
    sh, sw = _pair(pool_size if strides is None else strides)
    return answer[: x.shape[0] // sh, : x.shape[1] // sw] if padding == "same" else answer


@misconception(_PADDED)
def refuses_to_pool_a_large_window(x, pool_size=2, strides=None, padding="valid"):
    """You refuse a case that padding makes possible."""
    answer = _pool(x, pool_size, strides, padding)
    if any(k > n for n, k in zip(x.shape, _pair(pool_size), strict=False)):
        raise ValueError("the window does not fit")
    return answer


@misconception(_DTYPE)
def pools_into_float64(x, pool_size=2, strides=None, padding="valid"):
    """Pooling selects values, it need not change their type."""
    return _pool(x, pool_size, strides, padding).astype("float64")


@misconception(_DTYPE)
def pools_into_float32(x, pool_size=2, strides=None, padding="valid"):
    """Pooling selects values, it need not change their type."""
    return _pool(x, pool_size, strides, padding).astype("float32")


@misconception(_DTYPE)
def pools_through_float32(x, pool_size=2, strides=None, padding="valid"):
    """Large whole numbers lose their last digits on the way through your function."""
    return _pool(x.astype("float32"), pool_size, strides, padding).astype("float64").astype(x.dtype)


@misconception(_DTYPE)
def adds_a_channel_axis(x, pool_size=2, strides=None, padding="valid"):
    """A picture without channels passes silently through your function."""
    return _pool(x[:, :, None] if x.ndim == 2 else x, pool_size, strides, padding)


@misconception(_DTYPE)
def pools_nothing_for_a_large_window(x, pool_size=2, strides=None, padding="valid"):
    """An empty map comes back for a window that fits nowhere."""
    _refuse(x.shape, 1, pool_size, pool_size if strides is None else strides, padding)
    if padding == "valid" and any(k > n for n, k in zip(x.shape, _pair(pool_size), strict=False)):
        return x[:0, :0]
    return _pool(x, pool_size, strides, padding)


@misconception(_DTYPE)
def pools_with_any_padding(x, pool_size=2, strides=None, padding="valid"):
    """A misspelt padding passes silently through your function."""
    return _pool(x, pool_size, strides, "same" if padding == "same" else "valid")


@misconception(_DTYPE)
def pools_with_padding_in_capitals(x, pool_size=2, strides=None, padding="valid"):
    """A misspelt padding passes silently through your function."""
    return _pool(x, pool_size, strides, padding.lower())


@misconception(_DTYPE)
def takes_a_stride_of_zero_as_none(x, pool_size=2, strides=None, padding="valid"):
    """None and zero are not the same stride, although both count as false."""
    return _pool(x, pool_size, strides or pool_size, padding)


@misconception(_DTYPE)
def refuses_pictures_with_an_assertion(x, pool_size=2, strides=None, padding="valid"):
    """You refuse what has to be refused, but with another kind of exception than the one asked for."""
    try:
        return _pool(x, pool_size, strides, padding)
    except ValueError as error:
        raise AssertionError from error


@misconception(_DTYPE)
def sorts_the_windows_in_place(x, pool_size=2, strides=None, padding="valid"):
    """The input array is different after the call."""
    answer = _pool(x, pool_size, strides, padding)
    x[-1, :] = x.min()
    return answer


@misconception(_PAIRS)
def pools_no_pair(x, pool_size=2, strides=None, padding="valid"):
    """Your function stops at a pair; a window may be higher than wide."""
    if not isinstance(pool_size, int) or not isinstance(strides, (int, type(None))):
        raise TypeError("unsupported operand")  # as arithmetic on a tuple does
    return _pool(x, pool_size, strides, padding)


@misconception(GUARD)
def moves_by_the_first_of_a_pair_without_strides(x, pool_size=2, strides=None, padding="valid"):
    """Without a stride, a window that is a pair moves by its first entry in both directions."""
    return _pool(x, pool_size, _pair(pool_size)[0] if strides is None else strides, padding)


@misconception(GUARD)
def same_pads_as_if_windows_lay_side_by_side(x, pool_size=2, strides=None, padding="valid"):
    """You pad as if the stride were as large as the window, also where it is another one."""
    return _pool_padded(x, pool_size, strides, padding, lambda n, k, s: _pads(n, k, k))
