"""Wrong answers to the exercises of `convolution`, each with the sentence that its student should read.

M001 to M083 are those of the course's specification; MA.. were found on the way, MC.. are right letters in a
form that was not asked for. A hidden experiment that lets one of them through is broken.
"""

import math

import numpy as np

from autograder.grading.catalogue import misconception
from autograder.values import GUARD

# ---------------------------------------------------------------- what wrong answers share with right ones


def _pair(value):
    return (value, value) if isinstance(value, (int, np.integer)) else tuple(value)


def _valid(n, k, s):
    return (n - k) // s + 1


def _same(n, k, s):
    return -(-n // s)


def _refuse_small(*sizes):
    if min(sizes) < 1:
        raise ValueError("sizes are at least 1")


def _refuse(input_shape, filters, kernel_size, strides, padding):
    """Everything that conv_output_shape refuses, but a window that does not fit."""
    if len(input_shape) != 3 or padding not in ("valid", "same"):
        raise ValueError("no such shape or padding")
    _refuse_small(*input_shape, filters, *_pair(kernel_size), *_pair(strides))


def _refuse_large(input_shape, kernel_size, padding):
    if padding == "valid" and any(k > n for n, k in zip(input_shape, _pair(kernel_size), strict=False)):
        raise ValueError("the window does not fit")


def _shape(input_shape, filters, kernel_size, strides=1, padding="valid", valid=_valid, same=_same):
    """conv_output_shape with a formula exchanged."""
    _refuse(input_shape, filters, kernel_size, strides, padding)
    _refuse_large(input_shape, kernel_size, padding)
    count = valid if padding == "valid" else same
    (height, width, _), (kh, kw), (sh, sw) = input_shape, _pair(kernel_size), _pair(strides)
    return count(height, kh, sh), count(width, kw, sw), filters


def _halves(total):
    return total // 2, total - total // 2


def _pads(size, kernel, stride):
    """same_padding, right."""
    _refuse_small(size, kernel, stride)
    return _halves(max((_same(size, kernel, stride) - 1) * stride + kernel - size, 0))


def _dot(patch, kernel):
    return np.tensordot(patch, kernel, 3)


def _padded(x, kernel_size, strides, pads=_pads, **how):
    rows, columns = (pads(n, k, s) for n, k, s in zip(x.shape, _pair(kernel_size), _pair(strides), strict=False))
    return np.pad(x, (rows, columns, (0, 0)), **how)


def _slide(x, kernel, strides, number=_dot, starts=None):
    """'valid' windows of x, each made into one number per filter."""
    (kh, kw), (sh, sw), (rows, columns) = kernel.shape[:2], _pair(strides), starts or _pair(strides)
    height, width = _valid(len(x), kh, sh), _valid(x.shape[1], kw, sw)
    positions = ((i * rows, j * columns) for i in range(height) for j in range(width))
    maps = [number(x[i : i + kh, j : j + kw], kernel) for i, j in positions]
    return np.reshape(maps, (height, width, -1))


def _refuse_shapes(x, kernel, bias):
    if x.ndim != 3 or kernel.ndim != 4 or x.shape[2] != kernel.shape[2]:
        raise ValueError("picture and kernel do not fit")
    if bias is not None and np.shape(bias) != kernel.shape[3:]:
        raise ValueError("one bias for each filter")


def _conv(x, kernel, bias=None, strides=1, padding="valid", pad=_padded, slide=_slide, **how):
    """conv2d with a part exchanged."""
    _refuse_shapes(x, kernel, bias)
    _shape(x.shape, kernel.shape[3], kernel.shape[:2], strides, padding)
    x, kernel = x.astype("float64"), kernel.astype("float64")
    if padding == "same":
        x = pad(x, kernel.shape[:2], strides)
    maps = slide(x, kernel, strides, **how)
    return (maps if bias is None else maps + bias).astype("float32")


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


def _overlap(size, shift):
    """Where the kept part of an axis goes to, and where it comes from."""
    to = slice(min(max(shift, 0), size), max(size + min(shift, 0), 0))
    return to, slice(min(max(-shift, 0), size), max(size - max(shift, 0), 0))


def _shift(x, dy, dx, fill=0.0):
    """shift_image, right."""
    out = np.full_like(x, fill)
    (to_row, row), (to_column, column) = _overlap(x.shape[0], dy), _overlap(x.shape[1], dx)
    out[to_row, to_column] = x[row, column]
    return out


def _differences(f, x, dy, dx, stride=1, before=None, after=None):
    """|A - B| of equivariance_error on all cells, and where B's cells have an origin."""
    a = f(_shift(x, *(before or (stride * dy, stride * dx)))).astype("float64")
    b = f(x).astype("float64")
    if abs(dy) >= b.shape[0] or abs(dx) >= b.shape[1]:
        raise ValueError("nothing is left to compare")
    inside = _overlap(b.shape[0], dy)[0], _overlap(b.shape[1], dx)[0]
    return np.abs(a - _shift(b, *(after or (dy, dx)))), inside


def _field(layers, grow=lambda field, step, k, s: field + (k - 1) * step, widen=lambda step, k, s: step * s):
    """receptive_field with a rule exchanged."""
    field, step = 1, 1
    for k, s in layers:
        _refuse_small(k, s)
        field, step = grow(field, step, k, s), widen(step, k, s)
    return field


# ---------------------------------------------------------------- conv_output_shape


@misconception("M001", exercise="conv_output_shape", facet="valid")
def counts_a_window_that_sticks_out(input_shape, filters, kernel_size, strides=1, padding="valid"):
    """Your output counts a last window that sticks out of the picture."""
    return _shape(input_shape, filters, kernel_size, strides, padding, valid=lambda n, k, s: -(-(n - k) // s) + 1)


@misconception("M002", exercise="conv_output_shape", facet="valid")
def forgets_the_first_window(input_shape, filters, kernel_size, strides=1, padding="valid"):
    """Count the window positions in a picture just as wide as the window: there is one."""
    return _shape(input_shape, filters, kernel_size, strides, padding, valid=lambda n, k, s: (n - k) // s)


@misconception("M003", exercise="conv_output_shape", facet="valid")
def divides_before_the_window_moves(input_shape, filters, kernel_size, strides=1, padding="valid"):
    """You shrink the picture by the stride before the window has moved; look at what the stride acts on."""
    return _shape(input_shape, filters, kernel_size, strides, padding, valid=lambda n, k, s: n // s - k + 1)


@misconception("M004", exercise="conv_output_shape", facet="valid")
def loses_a_last_window_that_fits(input_shape, filters, kernel_size, strides=1, padding="valid"):
    """For some sizes you lose the last window, although it fits exactly."""
    return _shape(input_shape, filters, kernel_size, strides, padding, valid=lambda n, k, s: (n - k + 1) // s)


@misconception("M005", exercise="conv_output_shape", facet="same")
def same_keeps_the_size_for_every_stride(input_shape, filters, kernel_size, strides=1, padding="valid"):
    """Padding keeps the size only if the window moves one pixel at a time."""
    return _shape(input_shape, filters, kernel_size, strides, padding, same=lambda n, k, s: n)


@misconception("M006", exercise="conv_output_shape", facet="same")
def same_rounds_down(input_shape, filters, kernel_size, strides=1, padding="valid"):
    """With 'same' you count one position too few where the stride does not divide the size."""
    return _shape(input_shape, filters, kernel_size, strides, padding, same=lambda n, k, s: n // s)


@misconception("M007", exercise="conv_output_shape", facet="same")
def same_pads_half_a_window_on_both_sides(input_shape, filters, kernel_size, strides=1, padding="valid"):
    """With an even window your padding adds one pixel too many."""
    same = lambda n, k, s: _valid(n + k // 2 * 2, k, s)  # noqa: E731
    return _shape(input_shape, filters, kernel_size, strides, padding, same=same)


@misconception("M008", exercise="conv_output_shape", facet=("valid", "same"))
def rounds_to_the_nearest(input_shape, filters, kernel_size, strides=1, padding="valid"):
    """Half windows are sometimes rounded up in your answer; a window is there or not."""
    valid, same = lambda n, k, s: round((n - k) / s) + 1, lambda n, k, s: round(n / s)
    return _shape(input_shape, filters, kernel_size, strides, padding, valid, same)


@misconception("MA01", exercise="conv_output_shape", facet="valid")
def rounds_halves_up(input_shape, filters, kernel_size, strides=1, padding="valid"):
    """Half windows are sometimes rounded up in your answer; a window is there or not."""
    return _shape(input_shape, filters, kernel_size, strides, padding, lambda n, k, s: int((n - k) / s + 0.5) + 1)


@misconception("M009", exercise="conv_output_shape", facet="pairs and non-square")
def takes_pairs_as_width_and_height(input_shape, filters, kernel_size, strides=1, padding="valid"):
    """Height and width change places somewhere; try a picture that is not square."""
    return _shape(input_shape, filters, _pair(kernel_size)[::-1], _pair(strides)[::-1], padding)


@misconception("MA02", exercise="conv_output_shape", facet="pairs and non-square")
def takes_strides_as_width_and_height(input_shape, filters, kernel_size, strides=1, padding="valid"):
    """Height and width change places somewhere; try a picture that is not square."""
    return _shape(input_shape, filters, kernel_size, _pair(strides)[::-1], padding)


@misconception("MA03", exercise="conv_output_shape", facet="pairs and non-square")
def takes_the_kernel_as_width_and_height(input_shape, filters, kernel_size, strides=1, padding="valid"):
    """Height and width change places somewhere; try a picture that is not square."""
    return _shape(input_shape, filters, _pair(kernel_size)[::-1], strides, padding)


@misconception("MA04", exercise="conv_output_shape", facet="pairs and non-square")
def answers_width_before_height(input_shape, filters, kernel_size, strides=1, padding="valid"):
    """Height and width change places somewhere; try a picture that is not square."""
    height, width, filters = _shape(input_shape, filters, kernel_size, strides, padding)
    return width, height, filters


@misconception("M010", exercise="conv_output_shape", facet="pairs and non-square")
def ignores_the_second_of_a_pair(input_shape, filters, kernel_size, strides=1, padding="valid"):
    """Only one of the two entries of a pair has an effect."""
    return _shape(input_shape, filters, _pair(kernel_size)[0], _pair(strides)[0], padding)


@misconception("MA05", exercise="conv_output_shape", facet=GUARD)
def ignores_the_second_stride_of_same(input_shape, filters, kernel_size, strides=1, padding="valid"):
    """Only one of the two entries of a pair has an effect."""
    _refuse(input_shape, filters, kernel_size, strides, padding)
    strides = _pair(strides)[0] if padding == "same" else strides
    return _shape(input_shape, filters, kernel_size, strides, padding)


@misconception("MA06", exercise="conv_output_shape", facet="pairs and non-square")
def takes_no_list_as_a_pair(input_shape, filters, kernel_size, strides=1, padding="valid"):
    """A pair may come as a list, too."""
    if isinstance(kernel_size, list) or isinstance(strides, list):
        raise TypeError("unsupported operand")  # as arithmetic on a list does
    return _shape(input_shape, filters, kernel_size, strides, padding)


@misconception("M011", exercise="conv_output_shape", facet="valid")
def keeps_the_depth_of_the_input(input_shape, filters, kernel_size, strides=1, padding="valid"):
    """The depth of the output is not inherited from the input."""
    return *_shape(input_shape, filters, kernel_size, strides, padding)[:2], input_shape[2]


@misconception("MA07", exercise="conv_output_shape", facet="valid")
def answers_channels_first(input_shape, filters, kernel_size, strides=1, padding="valid"):
    """Look at the order of the three numbers: where does a channels-last shape carry its depth?"""
    height, width, filters = _shape(input_shape, filters, kernel_size, strides, padding)
    return filters, height, width


@misconception("M012", exercise="conv_output_shape", facet="errors")
def answers_for_a_window_that_does_not_fit(input_shape, filters, kernel_size, strides=1, padding="valid"):
    """Your function reports a size for a window that fits nowhere."""
    _refuse(input_shape, filters, kernel_size, strides, padding)
    count = _valid if padding == "valid" else _same
    sizes = zip(input_shape, _pair(kernel_size), _pair(strides), strict=False)
    return *(count(n, k, s) for n, k, s in sizes), filters


@misconception("MA08", exercise="conv_output_shape", facet="errors")
def refuses_negative_sizes_only(input_shape, filters, kernel_size, strides=1, padding="valid"):
    """Your function reports a size for a window that fits nowhere."""
    answer = answers_for_a_window_that_does_not_fit(input_shape, filters, kernel_size, strides, padding)
    if min(answer) < 0:
        raise ValueError("negative size")
    return answer


@misconception("MA09", exercise="conv_output_shape", facet="errors")
def truncates_towards_zero(input_shape, filters, kernel_size, strides=1, padding="valid"):
    """int() rounds towards zero, negative numbers too; try a window just larger than the picture, with a stride."""
    _refuse(input_shape, filters, kernel_size, strides, padding)
    sizes = zip(input_shape, _pair(kernel_size), _pair(strides), strict=False)
    valid = padding == "valid"
    answer = tuple(int((n - k) / s) + 1 if valid else math.ceil(n / s) for n, k, s in sizes)
    _refuse_small(*answer)
    return *answer, filters


@misconception("MA10", exercise="conv_output_shape", facet="errors")
def checks_the_fit_of_the_height_only(input_shape, filters, kernel_size, strides=1, padding="valid"):
    """You check on one axis only whether the window fits."""
    answer = answers_for_a_window_that_does_not_fit(input_shape, filters, kernel_size, strides, padding)
    _refuse_large(input_shape[:1], kernel_size, padding)
    return answer


@misconception("M013", exercise="conv_output_shape", facet="same")
def refuses_a_large_window_with_same(input_shape, filters, kernel_size, strides=1, padding="valid"):
    """You refuse a case that padding makes possible."""
    _refuse_large(input_shape, kernel_size, "valid")
    return _shape(input_shape, filters, kernel_size, strides, padding)


@misconception("M014", exercise="conv_output_shape", facet="errors")
def takes_unknown_padding_as_valid(input_shape, filters, kernel_size, strides=1, padding="valid"):
    """A misspelt padding passes silently through your function."""
    return _shape(input_shape, filters, kernel_size, strides, "same" if padding == "same" else "valid")


@misconception("MA11", exercise="conv_output_shape", facet="errors")
def takes_padding_in_capitals(input_shape, filters, kernel_size, strides=1, padding="valid"):
    """A misspelt padding passes silently through your function."""
    return _shape(input_shape, filters, kernel_size, strides, padding.lower())


@misconception("MA12", exercise="conv_output_shape", facet="errors")
def takes_unknown_padding_as_same(input_shape, filters, kernel_size, strides=1, padding="valid"):
    """A misspelt padding passes silently through your function."""
    return _shape(input_shape, filters, kernel_size, strides, "valid" if padding == "valid" else "same")


@misconception("MA13", exercise="conv_output_shape", facet="errors")
def takes_shapes_of_any_length(input_shape, filters, kernel_size, strides=1, padding="valid"):
    """A shape without channels, or with a batch axis, passes silently through your function."""
    return _shape((*input_shape[:2], 1), filters, kernel_size, strides, padding)


@misconception("MA14", exercise="conv_output_shape", facet="errors")
def takes_sizes_below_one(input_shape, filters, kernel_size, strides=1, padding="valid"):
    """A size or a stride below 1 has no answer; refuse it with a ValueError."""
    if len(input_shape) != 3 or padding not in ("valid", "same"):
        raise ValueError("no such shape or padding")
    _refuse_large(input_shape, kernel_size, padding)
    sizes = zip(input_shape, _pair(kernel_size), _pair(strides), strict=False)
    return *((_valid if padding == "valid" else _same)(n, k, s) for n, k, s in sizes), filters


@misconception("MA15", exercise="conv_output_shape", facet="errors")
def refuses_with_an_assertion(input_shape, filters, kernel_size, strides=1, padding="valid"):
    """You refuse what has to be refused, but with another kind of exception than the one asked for."""
    try:
        return _shape(input_shape, filters, kernel_size, strides, padding)
    except ValueError as error:
        raise AssertionError from error


@misconception("MA16", exercise="conv_output_shape", facet="same")
def same_pads_half_a_window_rounded_down(input_shape, filters, kernel_size, strides=1, padding="valid"):
    """With an even window your padding is one pixel short."""
    same = lambda n, k, s: _valid(n + (k - 1) // 2 * 2, k, s)  # noqa: E731
    return _shape(input_shape, filters, kernel_size, strides, padding, same=same)


@misconception("M015", exercise="conv_output_shape", facet="type")
def answers_with_a_list(input_shape, filters, kernel_size, strides=1, padding="valid"):
    """The values are right, the form is not: look at the types that were asked for."""
    return list(_shape(input_shape, filters, kernel_size, strides, padding))


@misconception("MA17", exercise="conv_output_shape", facet="type")
def answers_with_numpy_integers(input_shape, filters, kernel_size, strides=1, padding="valid"):
    """The values are right, the form is not: look at the types that were asked for."""
    return tuple(np.array(_shape(input_shape, filters, kernel_size, strides, padding)))


@misconception("MA18", exercise="conv_output_shape", facet="type")
def answers_with_floats(input_shape, filters, kernel_size, strides=1, padding="valid"):
    """The values are right, the form is not: look at the types that were asked for."""
    height, width, filters = _shape(input_shape, filters, kernel_size, strides, padding)
    return float(height), float(width), filters  # np.floor and np.ceil give floats


@misconception("MA19", exercise="conv_output_shape", facet=("valid", "same", "pairs and non-square"))
def ignores_the_strides_of_the_layer(input_shape, filters, kernel_size, strides=1, padding="valid"):
    """The stride has no effect on your answer."""
    _shape(input_shape, filters, kernel_size, strides, padding)
    return _shape(input_shape, filters, kernel_size, 1, padding)


@misconception("MA20", exercise="conv_output_shape", facet="same")
def ignores_the_padding_of_the_layer(input_shape, filters, kernel_size, strides=1, padding="valid"):
    """The padding has no effect on your answer."""
    _refuse(input_shape, filters, kernel_size, strides, padding)
    return _shape(input_shape, filters, kernel_size, strides)


@misconception("MA21", exercise="conv_output_shape", facet=("valid", "same", "pairs and non-square"))
def exchanges_valid_and_same(input_shape, filters, kernel_size, strides=1, padding="valid"):
    """Your two kinds of padding have changed places."""
    return _shape(input_shape, filters, kernel_size, strides, padding, valid=_same, same=_valid)


@misconception("MA22", exercise="conv_output_shape", facet="valid")
def counts_half_windows_on_both_sides(input_shape, filters, kernel_size, strides=1, padding="valid"):
    """With an even window you count one position too few."""
    return _shape(
        input_shape, filters, kernel_size, strides, padding, valid=lambda n, k, s: (n - k // 2 * 2 - 1) // s + 1
    )


@misconception("MA23", exercise="conv_output_shape", facet="valid")
def refuses_a_window_as_large_as_the_picture(input_shape, filters, kernel_size, strides=1, padding="valid"):
    """A window just as large as the picture has one position; you refuse it."""
    answer = _shape(input_shape, filters, kernel_size, strides, padding)
    if padding == "valid" and any(k == n for n, k in zip(input_shape, _pair(kernel_size), strict=False)):
        raise ValueError("the window does not fit")
    return answer


@misconception("MA24", exercise="conv_output_shape", facet="pairs and non-square")
def takes_no_pair(input_shape, filters, kernel_size, strides=1, padding="valid"):
    """Your function stops at a pair; a window may be higher than wide."""
    if not isinstance(kernel_size, int) or not isinstance(strides, int):
        raise TypeError("unsupported operand")  # as arithmetic on a tuple does
    return _shape(input_shape, filters, kernel_size, strides, padding)


@misconception("MA25", exercise="conv_output_shape", facet="all")
def stops_at_every_question(input_shape, filters, kernel_size, strides=1, padding="valid"):
    """Every call ends with a TypeError; are the number and the names of the arguments those of the statement?"""
    raise TypeError("unexpected argument")


# ---------------------------------------------------------------- same_padding


@misconception("M016", exercise="same_padding", facet=("even kernel", "stride above 1"))
def pads_half_the_kernel_on_both_sides(size, kernel, stride):
    """Your padding is symmetric; find a case in which an odd number of pixels must be shared out."""
    _refuse_small(size, kernel, stride)
    return kernel // 2, kernel // 2


@misconception("M017", exercise="same_padding", facet=("even kernel", "stride above 1"))
def pads_half_the_kernel_less_one_on_both_sides(size, kernel, stride):
    """With an even window one padded pixel is missing."""
    _refuse_small(size, kernel, stride)
    return (kernel - 1) // 2, (kernel - 1) // 2


@misconception("M018", exercise="same_padding", facet="stride above 1")
def pads_for_stride_one(size, kernel, stride):
    """You pad as if the window moved by one; where does the last window begin?"""
    _refuse_small(size, kernel, stride)
    return _halves(kernel - 1)


@misconception("M019", exercise="same_padding", facet="even kernel")
def puts_the_odd_pixel_before(size, kernel, stride):
    """The total is right, but the surplus pixel is on the other side in TensorFlow."""
    return _pads(size, kernel, stride)[::-1]


@misconception("M020", exercise="same_padding", facet="never negative, errors")
def pads_below_zero(size, kernel, stride):
    """A padding below zero would cut the picture."""
    _refuse_small(size, kernel, stride)
    return _halves((_same(size, kernel, stride) - 1) * stride + kernel - size)


@misconception("MA01", exercise="same_padding", facet="never negative, errors")
def pads_the_magnitude(size, kernel, stride):
    """A total below zero is not the same number of pixels above it."""
    _refuse_small(size, kernel, stride)
    return _halves(abs((_same(size, kernel, stride) - 1) * stride + kernel - size))


@misconception("M021", exercise="same_padding", facet="stride above 1")
def counts_the_windows_rounded_down(size, kernel, stride):
    """You count one window too few, so the padding is too small."""
    _refuse_small(size, kernel, stride)
    return _halves(max((size // stride - 1) * stride + kernel - size, 0))


@misconception("MA02", exercise="same_padding", facet=("stride 1, odd kernel", "even kernel", "stride above 1"))
def counts_one_window_more(size, kernel, stride):
    """You count one window too many, so the padding is too large."""
    _refuse_small(size, kernel, stride)
    return _halves(max(size // stride * stride + kernel - size, 0))


@misconception("M022", exercise="same_padding", facet=("stride above 1", "never negative, errors"))
def keeps_the_size_for_every_stride(size, kernel, stride):
    """You keep the size at the price of an enormous border; what does 'same' promise for stride 2?"""
    _refuse_small(size, kernel, stride)
    return _halves((size - 1) * stride + kernel - size)


@misconception("MA03", exercise="same_padding", facet="stride above 1")
def pads_as_if_the_stride_divided_the_size(size, kernel, stride):
    """You pad as if the stride always divided the size."""
    _refuse_small(size, kernel, stride)
    return _halves(max(kernel - stride, 0))


@misconception("MA04", exercise="same_padding", facet=("even kernel", "never negative, errors"))
def pads_half_pixels(size, kernel, stride):
    """Half a pixel cannot be padded."""
    total = sum(_pads(size, kernel, stride))
    return total / 2, total / 2


@misconception("MA05", exercise="same_padding", facet="never negative, errors")
def answers_with_float_pixels(size, kernel, stride):
    """The values are right, the form is not: look at the types that were asked for."""
    before, after = _pads(size, kernel, stride)
    return float(before), float(after)


@misconception("MA06", exercise="same_padding", facet="stride 1, odd kernel")
def refuses_a_large_kernel(size, kernel, stride):
    """You refuse a case that padding makes possible."""
    if kernel > size:
        raise ValueError("the window does not fit")
    return _pads(size, kernel, stride)


@misconception("MA07", exercise="same_padding", facet="never negative, errors")
def pads_for_sizes_below_one(size, kernel, stride):
    """A size or a stride below 1 has no answer; refuse it with a ValueError."""
    return _halves(max((math.ceil(size / stride) - 1) * stride + kernel - size, 0))


@misconception("MA08", exercise="same_padding", facet="never negative, errors")
def refuses_sizes_with_an_assertion(size, kernel, stride):
    """You refuse what has to be refused, but with another kind of exception than the one asked for."""
    assert min(size, kernel, stride) >= 1
    return _pads(size, kernel, stride)


@misconception("MA09", exercise="same_padding", facet="even kernel")
def rounds_the_half_to_the_nearest(size, kernel, stride):
    """The surplus pixel is sometimes before the picture and sometimes behind it in your answer."""
    total = sum(_pads(size, kernel, stride))
    return round(total / 2), total - round(total / 2)  # round(0.5) is 0, round(1.5) is 2


@misconception("MA10", exercise="same_padding", facet=("stride 1, odd kernel", "even kernel", "stride above 1"))
def pads_as_much_as_valid(size, kernel, stride):
    """You pad nothing, as with 'valid', even where the last window sticks out of the picture."""
    _refuse_small(size, kernel, stride)
    return 0, 0


@misconception("MA11", exercise="same_padding", facet=("stride 1, odd kernel", "even kernel"))
def pads_behind_only(size, kernel, stride):
    """The total is right, but all of it lies behind the picture."""
    return 0, sum(_pads(size, kernel, stride))


@misconception("MA12", exercise="same_padding", facet=GUARD)
def puts_the_odd_pixel_before_with_a_stride(size, kernel, stride):
    """With a stride above 1 your surplus pixel lies before the picture."""
    before, after = _pads(size, kernel, stride)
    return (before, after) if stride == 1 else (after, before)


# ---------------------------------------------------------------- conv2d

_LAST = "errors, dtype, purity, no library"
_MAPS = ("one channel, one filter", "channels and filters", "bias", "strides", "same padding", _LAST)


@misconception("M023", exercise="conv2d", facet="one channel, one filter")
def flips_the_kernel(x, kernel, bias=None, strides=1, padding="valid"):
    """Your kernel is read back to front; a symmetric kernel hides it."""
    return _conv(x, kernel, bias, strides, padding, number=lambda patch, kernel: _dot(patch, kernel[::-1, ::-1]))


@misconception("M024", exercise="conv2d", facet="one channel, one filter")
def transposes_the_kernel(x, kernel, bias=None, strides=1, padding="valid"):
    """Rows and columns of the kernel are exchanged."""
    _refuse_shapes(x, kernel, bias)
    return _conv(x, kernel.swapaxes(0, 1), bias, strides, padding)


@misconception("M025", exercise="conv2d", facet="channels and filters")
def uses_the_first_channel_only(x, kernel, bias=None, strides=1, padding="valid"):
    """Some channels of the input never reach your result."""
    number = lambda patch, kernel: _dot(patch[:, :, :1], kernel[:, :, :1])  # noqa: E731
    return _conv(x, kernel, bias, strides, padding, number=number)


@misconception("M026", exercise="conv2d", facet="channels and filters")
def averages_over_channels(x, kernel, bias=None, strides=1, padding="valid"):
    """Your answer is smaller by a factor that depends on the depth."""
    number = lambda patch, kernel: _dot(patch, kernel) / kernel.shape[2]  # noqa: E731
    return _conv(x, kernel, bias, strides, padding, number=number)


@misconception("M027", exercise="conv2d", facet="channels and filters")
def gives_each_filter_one_channel(x, kernel, bias=None, strides=1, padding="valid"):
    """Each output map of a convolution looks at all input channels."""

    def number(patch, kernel):
        channels, filters = kernel.shape[2:]
        return [np.sum(patch[:, :, f % channels] * kernel[:, :, f % channels, f]) for f in range(filters)]

    return _conv(x, kernel, bias, strides, padding, number=number)


@misconception("M028", exercise="conv2d", facet="channels and filters")
def sums_over_filters(x, kernel, bias=None, strides=1, padding="valid"):
    """Your output has lost its depth."""
    number = lambda patch, kernel: _dot(patch, kernel).sum(keepdims=True)  # noqa: E731
    return _conv(x, kernel, bias, strides, padding, number=number)


@misconception("MA01", exercise="conv2d", facet="channels and filters")
def uses_the_first_filter_only(x, kernel, bias=None, strides=1, padding="valid"):
    """All your maps are alike: which filter makes them?"""
    number = lambda patch, kernel: _dot(patch, kernel[..., :1]).repeat(kernel.shape[3])  # noqa: E731
    return _conv(x, kernel, bias, strides, padding, number=number)


@misconception("MA02", exercise="conv2d", facet="channels and filters")
def takes_the_kernel_apart_in_another_order(x, kernel, bias=None, strides=1, padding="valid"):
    """With one filter you are right: in which order do the kernel's numbers lie in memory when there are more?"""
    number = lambda patch, kernel: kernel.reshape(kernel.shape[3], -1) @ patch.ravel()  # noqa: E731
    return _conv(x, kernel, bias, strides, padding, number=number)


@misconception("MA03", exercise="conv2d", facet="channels and filters")
def flattens_channels_before_cells(x, kernel, bias=None, strides=1, padding="valid"):
    """With one channel you are right: do patch and kernel put their channels in the same order?"""
    number = lambda patch, kernel: patch.transpose(2, 0, 1).ravel() @ kernel.reshape(-1, kernel.shape[3])  # noqa: E731
    return _conv(x, kernel, bias, strides, padding, number=number)


@misconception("MA04", exercise="conv2d", facet=_MAPS)
def drops_the_axis_of_one_map(x, kernel, bias=None, strides=1, padding="valid"):
    """The axis of the maps stays, also if there is just one map."""
    maps = _conv(x, kernel, bias, strides, padding)
    return maps[:, :, 0] if maps.shape[2] == 1 else maps


@misconception("MA05", exercise="conv2d", facet=_MAPS)
def puts_the_maps_first(x, kernel, bias=None, strides=1, padding="valid"):
    """Look at the order of your axes: where does a channels-last array carry its maps?"""
    return _conv(x, kernel, bias, strides, padding).transpose(2, 0, 1)


@misconception("MA06", exercise="conv2d", facet=_MAPS)
def misses_the_last_position(x, kernel, bias=None, strides=1, padding="valid"):
    """The last row and the last column of window positions are missing."""
    return _conv(x, kernel, bias, strides, padding)[:-1, :-1]


@misconception("M029", exercise="conv2d", facet="bias")
def adds_the_bias_to_every_product(x, kernel, bias=None, strides=1, padding="valid"):
    """The bias enters your sum more than once."""
    _refuse_shapes(x, kernel, bias)
    return _conv(x, kernel, None if bias is None else bias * kernel[..., 0].size, strides, padding)


@misconception("MA07", exercise="conv2d", facet="bias")
def adds_the_bias_for_every_channel(x, kernel, bias=None, strides=1, padding="valid"):
    """The bias enters your sum more than once."""
    _refuse_shapes(x, kernel, bias)
    return _conv(x, kernel, None if bias is None else bias * kernel.shape[2], strides, padding)


@misconception("M030", exercise="conv2d", facet="bias")
def ignores_the_bias(x, kernel, bias=None, strides=1, padding="valid"):
    """One of the arguments has no effect on your result."""
    _refuse_shapes(x, kernel, bias)
    return _conv(x, kernel, None, strides, padding)


@misconception("M031", exercise="conv2d", facet="bias")
def uses_the_first_bias_only(x, kernel, bias=None, strides=1, padding="valid"):
    """All your maps are raised by the same amount."""
    _refuse_shapes(x, kernel, bias)
    return _conv(x, kernel, None if bias is None else np.full_like(bias, bias[0]), strides, padding)


@misconception("MA08", exercise="conv2d", facet=("bias", _LAST))
def sums_into_the_bias(x, kernel, bias=None, strides=1, padding="valid"):
    """You start each sum from the bias itself and change it: the next position starts from another number."""
    _refuse_shapes(x, kernel, bias)
    maps = _conv(x, kernel, None, strides, padding)
    if bias is not None:
        for position in np.ndindex(maps.shape[:2]):
            bias += maps[position].astype(bias.dtype)
            maps[position] = bias
    return maps


@misconception("M032", exercise="conv2d", facet="strides")
def strides_over_the_output_only(x, kernel, bias=None, strides=1, padding="valid"):
    """Your windows overlap more than the stride allows."""
    return _conv(x, kernel, bias, strides, padding, starts=(1, 1))


@misconception("M033", exercise="conv2d", facet="strides")
def swaps_the_strides(x, kernel, bias=None, strides=1, padding="valid"):
    """The two strides act on the wrong axes."""
    return _conv(x, kernel, bias, _pair(strides)[::-1], padding)


@misconception("MA09", exercise="conv2d", facet="strides")
def uses_the_first_stride_only(x, kernel, bias=None, strides=1, padding="valid"):
    """Only one of the two entries of a pair has an effect."""
    return _conv(x, kernel, bias, min(_pair(strides)) if min(_pair(strides)) < 1 else _pair(strides)[0], padding)


@misconception("MA10", exercise="conv2d", facet="strides")
def ignores_the_strides(x, kernel, bias=None, strides=1, padding="valid"):
    """The stride has no effect on your answer."""
    _refuse_small(*_pair(strides))
    return _conv(x, kernel, bias, 1, padding)


def _conv_padded(x, kernel, bias, strides, padding, pads):
    return _conv(x, kernel, bias, strides, padding, pad=lambda x, k, s: _padded(x, k, s, pads))


@misconception("M034", exercise="conv2d", facet="same padding")
def same_pads_half_the_kernel(x, kernel, bias=None, strides=1, padding="valid"):
    """Your padded result is right for odd kernels with stride 1 only."""
    return _conv_padded(x, kernel, bias, strides, padding, lambda n, k, s: (k // 2, k // 2))


@misconception("MA11", exercise="conv2d", facet="same padding")
def same_pads_half_the_kernel_less_one(x, kernel, bias=None, strides=1, padding="valid"):
    """Your padded result is right for odd kernels with stride 1 only."""
    return _conv_padded(x, kernel, bias, strides, padding, lambda n, k, s: ((k - 1) // 2, (k - 1) // 2))


@misconception("MA12", exercise="conv2d", facet="same padding")
def same_pads_for_stride_one(x, kernel, bias=None, strides=1, padding="valid"):
    """You pad as if the window moved by one; where does the last window begin?"""
    return _conv_padded(x, kernel, bias, strides, padding, lambda n, k, s: _halves(k - 1))


@misconception("MA13", exercise="conv2d", facet="same padding")
def same_pads_the_odd_pixel_before(x, kernel, bias=None, strides=1, padding="valid"):
    """The total is right, but the surplus pixel is on the other side in TensorFlow."""
    return _conv_padded(x, kernel, bias, strides, padding, lambda n, k, s: _pads(n, k, s)[::-1])


@misconception("MA14", exercise="conv2d", facet="same padding")
def same_pads_both_axes_for_the_height(x, kernel, bias=None, strides=1, padding="valid"):
    """Each axis has a size, a window and a stride of its own, and so a padding of its own."""
    rows = lambda x, k, s: (*(_pads(len(x), k[0], _pair(s)[0]),) * 2, (0, 0))  # noqa: E731
    return _conv(x, kernel, bias, strides, padding, pad=lambda x, k, s: np.pad(x, rows(x, k, s)))


@misconception("MA15", exercise="conv2d", facet="same padding")
def ignores_the_padding(x, kernel, bias=None, strides=1, padding="valid"):
    """The padding has no effect on your answer."""
    _refuse(x.shape, 1, kernel.shape[:2], strides, padding)
    return _conv(x, kernel, bias, strides, "valid")


@misconception("M035", exercise="conv2d", facet="same padding")
def same_repeats_the_edge(x, kernel, bias=None, strides=1, padding="valid"):
    """The pixels outside the picture are not zero in your answer."""
    return _conv(x, kernel, bias, strides, padding, pad=lambda x, k, s: _padded(x, k, s, mode="edge"))


@misconception("MA16", exercise="conv2d", facet="same padding")
def same_mirrors_the_edge(x, kernel, bias=None, strides=1, padding="valid"):
    """The pixels outside the picture are not zero in your answer."""
    return _conv(x, kernel, bias, strides, padding, pad=lambda x, k, s: _padded(x, k, s, mode="symmetric"))


@misconception("MA17", exercise="conv2d", facet="same padding")
def same_wraps_around(x, kernel, bias=None, strides=1, padding="valid"):
    """The pixels outside the picture are not zero in your answer."""
    return _conv(x, kernel, bias, strides, padding, pad=lambda x, k, s: _padded(x, k, s, mode="wrap"))


@misconception("M036", exercise="conv2d", facet=_LAST)
def computes_in_the_type_of_the_input(x, kernel, bias=None, strides=1, padding="valid"):
    """Large sums come out with the wrong sign: which type holds them?"""
    return (
        _conv(x, kernel, bias, strides, padding).astype("int64").astype(x.dtype).astype("float32")
        if (x.dtype.kind in "iu")
        else _conv(x, kernel, bias, strides, padding)
    )


@misconception("MA18", exercise="conv2d", facet=_LAST)
def multiplies_in_the_type_of_the_input(x, kernel, bias=None, strides=1, padding="valid"):
    """Large sums come out with the wrong sign: which type holds them?"""
    answer = _conv(x, kernel, bias, strides, padding)
    if x.dtype != kernel.dtype or x.dtype.kind != "i":
        return answer
    # The products wrap; their sum does not, since np.sum adds small integers up in int64.
    number = lambda patch, kernel: (patch[..., None] * kernel).sum(axis=(0, 1, 2))  # noqa: E731
    maps = _slide(_padded(x, kernel.shape[:2], strides) if padding == "same" else x, kernel, strides, number)
    return (maps if bias is None else maps + bias).astype("float32")


@misconception("MA19", exercise="conv2d", facet=_LAST)
def rounds_the_kernel_to_the_type_of_the_input(x, kernel, bias=None, strides=1, padding="valid"):
    """Fractions of the kernel are lost when the picture holds whole numbers."""
    return _conv(x, kernel.astype(x.dtype), bias, strides, padding)


@misconception("M037", exercise="conv2d", facet=_LAST)
def answers_in_float64(x, kernel, bias=None, strides=1, padding="valid"):
    """Right values, other type than asked for."""
    return _conv(x, kernel, bias, strides, padding).astype("float64")


@misconception("MA20", exercise="conv2d", facet=_LAST)
def answers_in_the_widest_type(x, kernel, bias=None, strides=1, padding="valid"):
    """Right values, other type than asked for."""
    return _conv(x, kernel, bias, strides, padding).astype(np.result_type(x, kernel, "float32"))


@misconception("M038", exercise="conv2d", facet=tuple(facet for facet in _MAPS if facet != "bias"))
def averages_the_products(x, kernel, bias=None, strides=1, padding="valid"):
    """You return a mean of the products."""
    number = lambda patch, kernel: _dot(patch, kernel) / kernel[:, :, 0, 0].size  # noqa: E731
    return _conv(x, kernel, bias, strides, padding, number=number)


@misconception("M039", exercise="conv2d", facet="one channel, one filter")
def applies_relu(x, kernel, bias=None, strides=1, padding="valid"):
    """No negative number ever leaves your function."""
    return np.maximum(_conv(x, kernel, bias, strides, padding), 0)


@misconception("M040", exercise="conv2d", facet=_LAST)
def writes_into_the_picture(x, kernel, bias=None, strides=1, padding="valid"):
    """The input array is different after the call."""
    maps = _conv(x, kernel, bias, strides, padding)
    if padding == "same":
        x *= 0  # as whoever fills the padded border in place does to some of it
    return maps


@misconception("MA21", exercise="conv2d", facet=_MAPS)
def multiplies_the_patch_in_place(x, kernel, bias=None, strides=1, padding="valid"):
    """The input array is different after the call."""
    maps = _conv(x, kernel, bias, strides, padding).astype("float64")
    (kh, kw, _, _), (sh, sw) = kernel.shape, _pair(strides)
    padded = _padded(x, (kh, kw), strides) if padding == "same" else x  # only np.pad makes a copy
    for i, j, f in np.ndindex(maps.shape):
        patch = padded[i * sh : i * sh + kh, j * sw : j * sw + kw]
        patch[...] = patch * kernel[..., f]
        maps[i, j, f] = patch.sum() + (0 if bias is None else bias[f])
    return maps.astype("float32")


@misconception("M041", exercise="conv2d", facet=_LAST)
def calls_a_library(x, kernel, bias=None, strides=1, padding="valid"):
    """The numbers are right, but a library did the work; the loops are the exercise."""
    import keras  # here, since reading the catalogue needs no library

    answer = _conv(x, kernel, bias, strides, padding)  # for its errors: the library's are of other kinds
    floats = x[None].astype("float32"), kernel.astype("float32")
    maps = np.asarray(keras.ops.conv(*floats, strides=_pair(strides), padding=padding))[0]
    return (maps if bias is None else maps + bias).astype(answer.dtype)


@misconception("M042", exercise="conv2d", facet=_MAPS)
def never_fills_the_result(x, kernel, bias=None, strides=1, padding="valid"):
    """The result stays zero everywhere; where is it filled in?"""
    return np.zeros_like(_conv(x, kernel, bias, strides, padding))


@misconception("MA22", exercise="conv2d", facet=_LAST)
def stretches_the_bias(x, kernel, bias=None, strides=1, padding="valid"):
    """A bias that does not fit the filters is stretched silently."""
    maps = _conv(x, kernel, None, strides, padding)
    return maps if bias is None else (maps + bias).astype("float32")


@misconception("MA23", exercise="conv2d", facet=_LAST)
def stretches_the_channels(x, kernel, bias=None, strides=1, padding="valid"):
    """Picture and kernel of different depth pass silently through your function."""
    if x.ndim == 3 and kernel.ndim == 4 and 1 in (x.shape[2], kernel.shape[2]):
        depth = max(x.shape[2], kernel.shape[2])
        x, kernel = x.repeat(depth // x.shape[2], axis=2), kernel.repeat(depth // kernel.shape[2], axis=2)
    return _conv(x, kernel, bias, strides, padding)


@misconception("MA24", exercise="conv2d", facet=_LAST)
def completes_missing_axes(x, kernel, bias=None, strides=1, padding="valid"):
    """A picture without channels, or a kernel without filters, passes silently through your function."""
    return _conv(x, kernel[..., None] if kernel.ndim == 3 else kernel, bias, strides, padding)


@misconception("MA25", exercise="conv2d", facet=_LAST)
def takes_padding_in_capitals_here(x, kernel, bias=None, strides=1, padding="valid"):
    """A misspelt padding passes silently through your function."""
    return _conv(x, kernel, bias, strides, padding.lower())


@misconception("MA26", exercise="conv2d", facet=_LAST)
def takes_any_padding_as_valid(x, kernel, bias=None, strides=1, padding="valid"):
    """A misspelt padding passes silently through your function."""
    return _conv(x, kernel, bias, strides, "same" if padding == "same" else "valid")


@misconception("MA27", exercise="conv2d", facet=_LAST)
def answers_nothing_for_a_large_kernel(x, kernel, bias=None, strides=1, padding="valid"):
    """Your function reports a size for a window that fits nowhere."""
    _refuse(x.shape, 1, kernel.shape[:2], strides, padding)
    if padding == "valid" and x.ndim == 3 and (kernel.shape[0] > x.shape[0] or kernel.shape[1] > x.shape[1]):
        return np.zeros((0, 0, kernel.shape[3]), "float32")
    return _conv(x, kernel, bias, strides, padding)


@misconception("MA28", exercise="conv2d", facet="bias")
def asks_whether_the_bias_is_true(x, kernel, bias=None, strides=1, padding="valid"):
    """With a bias of several numbers your function stops: an array as a whole is neither true nor false."""
    maps = _conv(x, kernel, bias, strides, padding)
    if bias is not None and bias.size > 1:
        raise ValueError("the truth value of an array is ambiguous")  # as `if bias:` does
    return maps


@misconception("MA29", exercise="conv2d", facet=GUARD)
def forgets_the_bias_of_same(x, kernel, bias=None, strides=1, padding="valid"):
    """With padding 'same' your bias has no effect."""
    maps = _conv(x, kernel, bias, strides, padding)
    return _conv(x, kernel, None, strides, padding) if padding == "same" else maps


@misconception("MA30", exercise="conv2d", facet=_LAST)
def rounds_the_bias_to_the_type_of_the_input(x, kernel, bias=None, strides=1, padding="valid"):
    """Fractions of the bias are lost when the picture holds whole numbers."""
    return _conv(x, kernel, None if bias is None else bias.astype(x.dtype), strides, padding)


@misconception("MA31", exercise="conv2d", facet="same padding")
def exchanges_the_paddings_of_the_axes(x, kernel, bias=None, strides=1, padding="valid"):
    """Each axis has a size, a window and a stride of its own, and so a padding of its own."""

    def pad(x, kernel_size, strides):
        rows, columns = (_pads(n, k, s) for n, k, s in zip(x.shape, kernel_size, _pair(strides), strict=False))
        return np.pad(x, (columns, rows, (0, 0)))

    return _conv(x, kernel, bias, strides, padding, pad=pad)


@misconception("MA32", exercise="conv2d", facet="same padding")
def ignores_the_strides_of_same(x, kernel, bias=None, strides=1, padding="valid"):
    """With padding 'same' the stride has no effect on your answer."""
    maps = _conv(x, kernel, bias, strides, padding)
    return _conv(x, kernel, bias, 1, padding) if padding == "same" else maps


@misconception("MA33", exercise="conv2d", facet="same padding")
def same_makes_too_few_positions(x, kernel, bias=None, strides=1, padding="valid"):
    """With padding 'same' the last row or column of positions is sometimes missing."""
    maps = _conv(x, kernel, bias, strides, padding)
    (sh, sw) = _pair(strides)
    return maps[: x.shape[0] // sh, : x.shape[1] // sw] if padding == "same" else maps


@misconception("MA34", exercise="conv2d", facet=tuple(facet for facet in _MAPS if facet != "same padding"))
def moves_half_windows_around_a_middle(x, kernel, bias=None, strides=1, padding="valid"):
    """With an even window a row or a column of positions is missing."""
    maps = _conv(x, kernel, bias, strides, padding)
    if padding == "same":
        return maps
    (kh, kw), (sh, sw) = kernel.shape[:2], _pair(strides)
    rows, columns = range(kh // 2, len(x) - kh // 2, sh), range(kw // 2, x.shape[1] - kw // 2, sw)
    return maps[: len(rows), : len(columns)]


@misconception("MA35", exercise="conv2d", facet="same padding")
def refuses_a_large_kernel_with_same(x, kernel, bias=None, strides=1, padding="valid"):
    """You refuse a case that padding makes possible."""
    maps = _conv(x, kernel, bias, strides, padding)
    if kernel.shape[0] > x.shape[0] or kernel.shape[1] > x.shape[1]:
        raise ValueError("the window does not fit")
    return maps


@misconception("MA36", exercise="conv2d", facet=_LAST)
def refuses_shapes_with_an_assertion(x, kernel, bias=None, strides=1, padding="valid"):
    """You refuse what has to be refused, but with another kind of exception than the one asked for."""
    try:
        return _conv(x, kernel, bias, strides, padding)
    except ValueError as error:
        raise AssertionError from error


@misconception("MA37", exercise="conv2d", facet=GUARD)
def turns_the_kernel_of_same(x, kernel, bias=None, strides=1, padding="valid"):
    """Without padding your kernel lies as it should; with 'same' it is read back to front."""
    _refuse_shapes(x, kernel, bias)
    return _conv(x, kernel[::-1, ::-1] if padding == "same" else kernel, bias, strides, padding)


@misconception("MA38", exercise="conv2d", facet="strides")
def takes_no_pair_of_strides(x, kernel, bias=None, strides=1, padding="valid"):
    """Your function stops at a pair; the strides of height and width may differ."""
    if not isinstance(strides, int):
        raise TypeError("unsupported operand")  # as arithmetic on a tuple does
    return _conv(x, kernel, bias, strides, padding)


@misconception("MA39", exercise="conv2d", facet=GUARD)
def swaps_the_strides_of_same(x, kernel, bias=None, strides=1, padding="valid"):
    """With padding 'same' the two strides act on the wrong axes."""
    return _conv(x, kernel, bias, _pair(strides)[::-1] if padding == "same" else strides, padding)


@misconception("MA40", exercise="conv2d", facet=GUARD)
def same_pads_both_axes_for_the_first_stride(x, kernel, bias=None, strides=1, padding="valid"):
    """With 'same' and a pair of strides, both axes are padded for the first of them."""
    return _conv(x, kernel, bias, strides, padding, pad=lambda x, k, s: _padded(x, k, _pair(s)[0]))


@misconception("MA41", exercise="conv2d", facet="one channel, one filter")
def takes_square_kernels_only(x, kernel, bias=None, strides=1, padding="valid"):
    """A kernel may be higher than wide; your windows are square."""
    maps = _conv(x, kernel, bias, strides, padding)
    if kernel.shape[0] != kernel.shape[1]:
        raise ValueError("operands could not be broadcast together")  # as a square patch times the kernel does
    return maps


# ---------------------------------------------------------------- count_conv2d_params, count_activations


@misconception("M043", exercise="count_conv2d_params", facet="parameters")
def counts_a_bias_for_every_kernel(in_channels, filters, kernel_size, use_bias=True):
    """You count more biases than there are output maps."""
    kh, kw = _pair(kernel_size)
    _refuse_small(in_channels, filters, kh, kw)
    return (kh * kw + use_bias) * in_channels * filters


@misconception("M044", exercise="count_conv2d_params", facet="parameters")
def forgets_the_depth_of_the_input(in_channels, filters, kernel_size, use_bias=True):
    """A filter is as deep as its input."""
    kh, kw = _pair(kernel_size)
    _refuse_small(in_channels, filters, kh, kw)
    return (kh * kw + use_bias) * filters


@misconception("M045", exercise="count_conv2d_params", facet=("parameters", "pairs", "bias flag, errors"))
def counts_the_weights_at_every_position(in_channels, filters, kernel_size, use_bias=True):
    """The same weights are used at every position; you count them again each time."""
    kh, kw = _pair(kernel_size)
    _refuse_small(in_channels, filters, kh, kw)
    positions = _valid(28, kh, 1) * _valid(28, kw, 1)  # the chapter's pictures are 28 by 28
    return (kh * kw * in_channels + use_bias) * filters * positions


@misconception("M046", exercise="count_conv2d_params", facet="bias flag, errors")
def counts_the_bias_always(in_channels, filters, kernel_size, use_bias=True):
    """Switching the bias off changes nothing in your count."""
    kh, kw = _pair(kernel_size)
    _refuse_small(in_channels, filters, kh, kw)
    return (kh * kw * in_channels + 1) * filters


@misconception("MA01", exercise="count_conv2d_params", facet="parameters")
def counts_one_bias_for_the_layer(in_channels, filters, kernel_size, use_bias=True):
    """You count one bias for the whole layer; how many maps does it make?"""
    kh, kw = _pair(kernel_size)
    _refuse_small(in_channels, filters, kh, kw)
    return kh * kw * in_channels * filters + use_bias


@misconception("MA02", exercise="count_conv2d_params", facet="parameters")
def counts_no_bias(in_channels, filters, kernel_size, use_bias=True):
    """Your count has no bias in it, whether there is one or not."""
    kh, kw = _pair(kernel_size)
    _refuse_small(in_channels, filters, kh, kw)
    return kh * kw * in_channels * filters


@misconception("MA11", exercise="count_conv2d_params", facet=("parameters", "bias flag, errors"))
def counts_the_bias_when_there_is_none(in_channels, filters, kernel_size, use_bias=True):
    """You count the bias exactly when there is none."""
    kh, kw = _pair(kernel_size)
    _refuse_small(in_channels, filters, kh, kw)
    return (kh * kw * in_channels + (0 if use_bias else 1)) * filters


@misconception("MA03", exercise="count_conv2d_params", facet="parameters")
def counts_a_bias_for_every_channel(in_channels, filters, kernel_size, use_bias=True):
    """Channels and filters have changed places: to which of them does a bias belong?"""
    kh, kw = _pair(kernel_size)
    _refuse_small(in_channels, filters, kh, kw)
    return (kh * kw * filters + use_bias) * in_channels


@misconception("M049", exercise="count_conv2d_params", facet="pairs")
def squares_the_first_side(in_channels, filters, kernel_size, use_bias=True):
    """Only square windows are counted rightly."""
    kh, kw = _pair(kernel_size)
    _refuse_small(in_channels, filters, kh, kw)
    return (kh * kh * in_channels + use_bias) * filters


@misconception("MA12", exercise="count_conv2d_params", facet="pairs")
def squares_the_second_side(in_channels, filters, kernel_size, use_bias=True):
    """Only square windows are counted rightly."""
    kh, kw = _pair(kernel_size)
    _refuse_small(in_channels, filters, kh, kw)
    return (kw * kw * in_channels + use_bias) * filters


@misconception("MA13", exercise="count_conv2d_params", facet="pairs")
def counts_square_windows_only(in_channels, filters, kernel_size, use_bias=True):
    """Your function stops at a pair; a window may be higher than wide."""
    kh, kw = _pair(kernel_size)
    _refuse_small(in_channels, filters, kh, kw)
    if not isinstance(kernel_size, int):
        raise TypeError("unsupported operand")  # as (3, 5) ** 2 does
    return (kh * kw * in_channels + use_bias) * filters


@misconception("MA04", exercise="count_conv2d_params", facet="bias flag, errors")
def counts_sizes_below_one(in_channels, filters, kernel_size, use_bias=True):
    """A size or a stride below 1 has no answer; refuse it with a ValueError."""
    kh, kw = _pair(kernel_size)
    return (kh * kw * in_channels + use_bias) * filters


@misconception("MA05", exercise="count_conv2d_params", facet="bias flag, errors")
def counts_in_floats(in_channels, filters, kernel_size, use_bias=True):
    """The values are right, the form is not: look at the types that were asked for."""
    return (
        float(counts_sizes_below_one(in_channels, filters, kernel_size, use_bias))
        if (min(in_channels, filters, *_pair(kernel_size)) > 0)
        else _refuse_small(0)
    )


@misconception("M047", exercise="count_conv2d_params", replaces="count_activations", facet="activations")
def counts_positions(input_shape, filters, kernel_size, strides=1, padding="valid"):
    """You count positions, not values."""
    height, width, _ = _shape(input_shape, filters, kernel_size, strides, padding)
    return height * width


@misconception("M048", exercise="count_conv2d_params", replaces="count_activations", facet="activations")
def counts_the_size_of_the_input(input_shape, filters, kernel_size, strides=1, padding="valid"):
    """You count a position for each pixel of the input; does the window fit at every one?"""
    _shape(input_shape, filters, kernel_size, strides, padding)
    return input_shape[0] * input_shape[1] * filters


@misconception("MA06", exercise="count_conv2d_params", replaces="count_activations", facet="activations")
def counts_the_values_of_stride_one(input_shape, filters, kernel_size, strides=1, padding="valid"):
    """The stride has no effect on your answer."""
    _shape(input_shape, filters, kernel_size, strides, padding)
    return math.prod(_shape(input_shape, filters, kernel_size, 1, padding))


@misconception("MA07", exercise="count_conv2d_params", replaces="count_activations", facet="activations")
def counts_the_values_without_padding(input_shape, filters, kernel_size, strides=1, padding="valid"):
    """The padding has no effect on your answer."""
    _shape(input_shape, filters, kernel_size, strides, padding)
    return math.prod(_shape(input_shape, filters, kernel_size, strides))


@misconception("MA08", exercise="count_conv2d_params", replaces="count_activations", facet="activations")
def counts_each_channel_of_the_input(input_shape, filters, kernel_size, strides=1, padding="valid"):
    """A map has one value at each position, however deep the input is."""
    return math.prod(_shape(input_shape, filters, kernel_size, strides, padding)) * input_shape[2]


@misconception(
    "MA09", exercise="count_conv2d_params", replaces="count_activations", facet=("activations", "bias flag, errors")
)
def counts_the_weights(input_shape, filters, kernel_size, strides=1, padding="valid"):
    """You count weights where values were asked for: which of the two grows with the picture?"""
    _shape(input_shape, filters, kernel_size, strides, padding)
    return (math.prod(_pair(kernel_size)) * input_shape[2] + 1) * filters


@misconception("MA14", exercise="count_conv2d_params", replaces="count_activations", facet="activations")
def counts_with_the_depth_of_the_input(input_shape, filters, kernel_size, strides=1, padding="valid"):
    """The depth of the output is not inherited from the input."""
    return math.prod(_shape(input_shape, filters, kernel_size, strides, padding)[:2]) * input_shape[2]


@misconception("MA10", exercise="count_conv2d_params", replaces="count_activations", facet="bias flag, errors")
def counts_activations_of_sizes_below_one(input_shape, filters, kernel_size, strides=1, padding="valid"):
    """A size or a stride below 1 has no answer; refuse it with a ValueError."""
    return math.prod(takes_sizes_below_one(input_shape, filters, kernel_size, strides, padding))


@misconception("MA15", exercise="count_conv2d_params", replaces="count_activations", facet=GUARD)
def counts_activations_with_the_first_of_a_pair(input_shape, filters, kernel_size, strides=1, padding="valid"):
    """Only one of the two entries of a pair has an effect."""
    _shape(input_shape, filters, kernel_size, strides, padding)
    return math.prod(_shape(input_shape, filters, _pair(kernel_size)[0], _pair(strides)[0], padding))


# ---------------------------------------------------------------- shift_image, equivariance_error

_EDGES, _ZERO, _VALUE = (
    "shift edge cases, dtype, purity",
    "error 0 for equivariant maps",
    "error of other maps, calls, errors",
)


@misconception("M050", exercise="shift_image", facet="shift values")
def rolls_the_picture(x, dy, dx, fill=0.0):
    """What leaves on one side comes in on the other."""
    return np.roll(x, (dy, dx), axis=(0, 1))


@misconception("M051", exercise="shift_image", facet="shift values")
def shifts_against_the_arrow(x, dy, dx, fill=0.0):
    """Your picture moves the other way: positive is down, and to the right."""
    return _shift(x, -dy, -dx, fill)


@misconception("M052", exercise="shift_image", facet="shift values")
def exchanges_the_shifts(x, dy, dx, fill=0.0):
    """Vertical and horizontal shift have changed places."""
    return _shift(x, dx, dy, fill)


@misconception("M053", exercise="shift_image", facet="shift values")
def wraps_negative_shifts(x, dy, dx, fill=0.0):
    """Shifts up or left go wrong."""
    out = np.full_like(x, fill)
    for i, j in np.ndindex(x.shape[:2]):
        if i + dy < x.shape[0] and j + dx < x.shape[1]:
            out[i + dy, j + dx] = x[i, j]  # a negative index counts from the end
    return out


@misconception("MA01", exercise="shift_image", facet="shift values")
def loses_negative_shifts(x, dy, dx, fill=0.0):
    """Shifts up or left go wrong."""
    out = np.full_like(x, fill)
    if 0 <= dy < x.shape[0] and 0 <= dx < x.shape[1]:
        out[dy:, dx:] = x[: x.shape[0] - dy, : x.shape[1] - dx]
    return out


@misconception("MA17", exercise="shift_image", facet="shift values")
def rolls_and_clears_the_first_cells(x, dy, dx, fill=0.0):
    """Shifts up or left go wrong."""
    out = np.roll(x, (dy, dx), axis=(0, 1))
    out[: abs(dy)] = fill
    out[:, : abs(dx)] = fill
    return out


@misconception("MA18", exercise="shift_image", facet="shift values")
def rolls_and_clears_up_to_the_shift(x, dy, dx, fill=0.0):
    """Shifts up or left go wrong."""
    out = np.roll(x, (dy, dx), axis=(0, 1))
    if dy:
        out[:dy] = fill
    if dx:
        out[:, :dx] = fill
    return out


@misconception("MA02", exercise="shift_image", facet="shift values")
def loses_shifts_of_zero(x, dy, dx, fill=0.0):
    """A shift by zero along one axis is a shift, too; what is x[:-0]?"""
    out = np.full_like(x, fill)
    if abs(dy) < x.shape[0] and abs(dx) < x.shape[1]:
        to = slice(dy, None) if dy >= 0 else slice(None, dy), slice(dx, None) if dx >= 0 else slice(None, dx)
        out[to] = x[
            slice(None, -dy) if dy >= 0 else slice(-dy, None), slice(None, -dx) if dx >= 0 else slice(-dx, None)
        ]
    return out


@misconception("MA03", exercise="shift_image", facet="shift values")
def shifts_one_axis_only(x, dy, dx, fill=0.0):
    """One of the two shifts has no effect."""
    return _shift(x, dy, 0, fill)


@misconception("MA04", exercise="shift_image", facet="shift values")
def repeats_the_border(x, dy, dx, fill=0.0):
    """The border is repeated where the fill belongs."""
    rows = np.clip(np.arange(x.shape[0]) - dy, 0, x.shape[0] - 1)
    columns = np.clip(np.arange(x.shape[1]) - dx, 0, x.shape[1] - 1)
    return x[rows][:, columns]


@misconception("M054", exercise="shift_image", facet=_EDGES)
def leaves_the_picture_for_large_shifts(x, dy, dx, fill=0.0):
    """A shift beyond the border is allowed; what is left to see?"""
    return x.copy() if abs(dy) >= x.shape[0] or abs(dx) >= x.shape[1] else _shift(x, dy, dx, fill)


@misconception("MA05", exercise="shift_image", facet=_EDGES)
def refuses_large_shifts(x, dy, dx, fill=0.0):
    """A shift beyond the border is allowed; what is left to see?"""
    if abs(dy) >= x.shape[0] or abs(dx) >= x.shape[1]:
        raise ValueError("could not broadcast")  # as slices of unequal length do
    return _shift(x, dy, dx, fill)


@misconception("M055", exercise="shift_image", facet=_EDGES)
def ignores_the_fill(x, dy, dx, fill=0.0):
    """The vacated cells do not get the value asked for."""
    return _shift(x, dy, dx)


@misconception("MA06", exercise="shift_image", facet=_EDGES)
def shifts_into_float64(x, dy, dx, fill=0.0):
    """Right values, other type than asked for."""
    return _shift(x.astype("float64"), dy, dx, fill)


@misconception("MA07", exercise="shift_image", facet=_EDGES)
def hands_the_picture_itself_back(x, dy, dx, fill=0.0):
    """Your answer is the argument itself when nothing has to move: whoever writes into one changes the other."""
    return x if dy == dx == 0 else _shift(x, dy, dx, fill)


@misconception("MA08", exercise="shift_image", facet=_EDGES)
def shifts_the_picture_in_place(x, dy, dx, fill=0.0):
    """The input array is different after the call."""
    x[...] = _shift(x, dy, dx, fill)
    return x


@misconception("M056", exercise="shift_image", replaces="equivariance_error", facet=_ZERO)
def compares_the_vacated_border(f, x, dy, dx, stride=1):
    """You find an error even for a perfect convolution: look at the cells that the shift has emptied."""
    differences, _ = _differences(f, x, dy, dx, stride)
    return float(differences.max())


@misconception("M057", exercise="shift_image", replaces="equivariance_error", facet=_ZERO)
def shifts_the_input_without_the_stride(f, x, dy, dx, stride=1):
    """One step of the output is not one step of the input."""
    differences, inside = _differences(f, x, dy, dx, before=(dy, dx))
    return float(differences[inside].max())


@misconception("MA09", exercise="shift_image", replaces="equivariance_error", facet=_ZERO)
def shifts_the_output_by_the_stride(f, x, dy, dx, stride=1):
    """One step of the output is not one step of the input."""
    differences, inside = _differences(f, x, dy, dx, stride, after=(stride * dy, stride * dx))
    return float(differences[inside].max())


@misconception("M058", exercise="shift_image", replaces="equivariance_error", facet=_VALUE)
def averages_the_error(f, x, dy, dx, stride=1):
    """You average the error away."""
    differences, inside = _differences(f, x, dy, dx, stride)
    return float(differences[inside].mean())


@misconception("MA10", exercise="shift_image", replaces="equivariance_error", facet=_VALUE)
def adds_the_errors_up(f, x, dy, dx, stride=1):
    """Your measure grows with the number of cells; one greatest difference was asked for."""
    differences, inside = _differences(f, x, dy, dx, stride)
    return float(differences[inside].sum())


@misconception("MA11", exercise="shift_image", replaces="equivariance_error", facet=_VALUE)
def forgets_the_magnitude(f, x, dy, dx, stride=1):
    """A difference can be negative."""
    _, inside = _differences(f, x, dy, dx, stride)
    a, b = f(_shift(x, stride * dy, stride * dx)), _shift(f(x), dy, dx)
    return float((a.astype("float64") - b)[inside].max())


@misconception("M059", exercise="shift_image", replaces="equivariance_error", facet=(_ZERO, _VALUE))
def finds_no_error(f, x, dy, dx, stride=1):
    """Your measure finds nothing, even where a map depends on the position."""
    _differences(f, x, dy, dx, stride)
    return 0.0


@misconception("M060", exercise="shift_image", replaces="equivariance_error", facet=(_ZERO, _VALUE))
def checks_invariance(f, x, dy, dx, stride=1):
    """You test whether the output stays the same, not whether it moves along."""
    differences, inside = _differences(f, x, dy, dx, stride, after=(0, 0))
    return float(differences[inside].max())


@misconception("MA19", exercise="shift_image", replaces="equivariance_error", facet=_VALUE)
def squares_the_difference(f, x, dy, dx, stride=1):
    """Your error is not the difference itself, but its square."""
    differences, inside = _differences(f, x, dy, dx, stride)
    return float((differences[inside] ** 2).max())


@misconception("MA20", exercise="shift_image", replaces="equivariance_error", facet=_ZERO)
def cuts_the_vacated_cells_in_front_only(f, x, dy, dx, stride=1):
    """Your comparison goes wrong for shifts up or left: which cells are vacated then?"""
    differences, _ = _differences(f, x, dy, dx, stride)
    return float(differences[dy:, dx:].max())


@misconception("MA21", exercise="shift_image", replaces="equivariance_error", facet=_ZERO)
def loses_all_cells_for_a_shift_of_zero(f, x, dy, dx, stride=1):
    """A shift by zero along one axis is a shift, too; what is x[:-0]?"""
    differences, _ = _differences(f, x, dy, dx, stride)
    rows = slice(dy, None) if dy > 0 else slice(None, dy)
    columns = slice(dx, None) if dx > 0 else slice(None, dx)
    return float(differences[rows, columns].max())  # of no cells: ValueError


@misconception("MA22", exercise="shift_image", replaces="equivariance_error", facet=_ZERO)
def exchanges_the_shifts_of_the_input(f, x, dy, dx, stride=1):
    """Vertical and horizontal shift have changed places."""
    differences, inside = _differences(f, x, dy, dx, before=(stride * dx, stride * dy))
    return float(differences[inside].max())


@misconception("MA12", exercise="shift_image", replaces="equivariance_error", facet=_VALUE)
def lets_bytes_wrap_around(f, x, dy, dx, stride=1):
    """A byte cannot hold every difference of two bytes."""
    a, b = f(_shift(x, stride * dy, stride * dx)), f(x)
    if abs(dy) >= b.shape[0] or abs(dx) >= b.shape[1]:
        raise ValueError("nothing is left to compare")
    inside = _overlap(b.shape[0], dy)[0], _overlap(b.shape[1], dx)[0]
    return float(np.abs(a - _shift(b, dy, dx))[inside].max())


@misconception("MA13", exercise="shift_image", replaces="equivariance_error", facet=_VALUE)
def asks_f_more_than_twice(f, x, dy, dx, stride=1):
    """Your function asks f more often than it needs to."""
    f(x)  # for the shape alone
    differences, inside = _differences(f, x, dy, dx, stride)
    return float(differences[inside].max())


@misconception("MA14", exercise="shift_image", replaces="equivariance_error", facet=_VALUE)
def finds_no_error_where_nothing_is_left(f, x, dy, dx, stride=1):
    """Where no cell is left to compare there is nothing to measure; your function returns a number all the same."""
    try:
        differences, inside = _differences(f, x, dy, dx, stride)
    except ValueError:
        return 0.0
    return float(differences[inside].max())


@misconception("MA15", exercise="shift_image", replaces="equivariance_error", facet=_VALUE)
def leaves_out_both_borders(f, x, dy, dx, stride=1):
    """You leave out cells that the shift has not emptied."""
    differences, _ = _differences(f, x, dy, dx, stride)
    height, width = differences.shape[:2]
    return float(differences[abs(dy) : height - abs(dy), abs(dx) : width - abs(dx)].max(initial=0))


@misconception("MA16", exercise="shift_image", replaces="equivariance_error", facet=GUARD)
def leaves_out_the_border_of_the_input(f, x, dy, dx, stride=1):
    """You leave out cells that the shift has not emptied."""
    differences, _ = _differences(f, x, dy, dx, stride)
    inside = _overlap(len(differences), stride * dy)[0], _overlap(differences.shape[1], stride * dx)[0]
    return float(differences[inside].max(initial=0))


@misconception("MA23", exercise="shift_image", facet=GUARD)
def leaves_zeros_after_a_shift_up_or_left(x, dy, dx, fill=0.0):
    """Shifts up or left leave zeros where the fill belongs."""
    out = _shift(x, dy, dx)
    out[: max(dy, 0)] = fill
    out[:, : max(dx, 0)] = fill
    return out


# ---------------------------------------------------------------- max_pool2d

_SIZES = "odd sizes, strides"
_PAIRS = "pairs"
_PADDED = "same padding"
_NEGATIVE = "negative values"
_DTYPE = "dtype, errors, purity"
_MAXIMA = ("2x2 default", _SIZES, _PAIRS, _PADDED, _NEGATIVE, _DTYPE)


@misconception("M061", exercise="max_pool2d", facet=_NEGATIVE)
def starts_at_zero(x, pool_size=2, strides=None, padding="valid"):
    """Zero wins although no such value is in the window."""
    return np.maximum(_pool(x, pool_size, strides, padding), x.dtype.type(0))


@misconception("M062", exercise="max_pool2d", facet=_NEGATIVE)
def same_pads_with_zeros(x, pool_size=2, strides=None, padding="valid"):
    """A padded cell beats the real values at the border."""
    return _pool(x, pool_size, strides, padding, low=0)


@misconception("MA01", exercise="max_pool2d", facet=_NEGATIVE)
def same_pads_with_a_small_number(x, pool_size=2, strides=None, padding="valid"):
    """However small a number you pad with, a real value may be smaller."""
    return _pool(x, pool_size, strides, padding, low=-1e9)


@misconception("MA25", exercise="max_pool2d", facet=_NEGATIVE)
def starts_at_minus_one(x, pool_size=2, strides=None, padding="valid"):
    """However small a number you start from, a real value may be smaller."""
    return np.maximum(_pool(x, pool_size, strides, padding).astype("float64"), -1).astype(x.dtype)


@misconception("MA26", exercise="max_pool2d", facet=_NEGATIVE)
def starts_at_minus_999(x, pool_size=2, strides=None, padding="valid"):
    """However small a number you start from, a real value may be smaller."""
    return np.maximum(_pool(x, pool_size, strides, padding).astype("float64"), -999).astype(x.dtype)


@misconception("MA27", exercise="max_pool2d", facet=_NEGATIVE)
def starts_at_the_smallest_positive_number(x, pool_size=2, strides=None, padding="valid"):
    """The number nearest to zero is not the smallest one: some are below zero."""
    floats = _pool(x, pool_size, strides, padding).astype("float64")
    return np.maximum(floats, np.finfo("float32").tiny).astype(x.dtype)


@misconception("MA28", exercise="max_pool2d", facet=_NEGATIVE)
def same_pads_with_minus_999(x, pool_size=2, strides=None, padding="valid"):
    """However small a number you pad with, a real value may be smaller."""
    return _pool(x, pool_size, strides, padding, low=-999)


@misconception("M063", exercise="max_pool2d", facet=_MAXIMA)
def averages(x, pool_size=2, strides=None, padding="valid"):
    """You return a value that may occur nowhere in the window."""
    return _pool(x, pool_size, strides, padding, np.nanmean, low=np.nan)


@misconception("MA02", exercise="max_pool2d", facet=_MAXIMA)
def takes_the_smallest(x, pool_size=2, strides=None, padding="valid"):
    """Your value is in the window, but look which of them it is."""
    return _pool(x, pool_size, strides, padding, np.min, low=np.inf)


@misconception("M064", exercise="max_pool2d", facet="2x2 default")
def moves_by_one_without_strides(x, pool_size=2, strides=None, padding="valid"):
    """Without a stride your windows overlap; what does Keras take then?"""
    return _pool(x, pool_size, 1 if strides is None else strides, padding)


@misconception("MA03", exercise="max_pool2d", facet=_SIZES)
def moves_by_two_without_strides(x, pool_size=2, strides=None, padding="valid"):
    """Your windows move by two if no stride is given; what does Keras take then?"""
    return _pool(x, pool_size, 2 if strides is None else strides, padding)


@misconception("M065", exercise="max_pool2d", facet=_SIZES)
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


@misconception("M066", exercise="max_pool2d", facet="2x2 default")
def mixes_the_channels(x, pool_size=2, strides=None, padding="valid"):
    """The channels are mixed; each one keeps its own maximum."""
    answer = _pool(x, pool_size, strides, padding)
    return np.broadcast_to(answer.max(axis=2, keepdims=True), answer.shape)


@misconception("MA04", exercise="max_pool2d", facet=_MAXIMA)
def drops_the_channels(x, pool_size=2, strides=None, padding="valid"):
    """Your output has lost its depth."""
    return _pool(x, pool_size, strides, padding).max(axis=2)


@misconception("M067", exercise="max_pool2d", facet=_DTYPE)
def pads_integers_with_infinity(x, pool_size=2, strides=None, padding="valid"):
    """Integers have no infinity."""
    answer = _pool(x, pool_size, strides, padding)
    if padding == "same":
        _padded(x, pool_size, pool_size if strides is None else strides, constant_values=-np.inf)
    return answer


@misconception("MA05", exercise="max_pool2d", facet=_DTYPE)
def starts_integers_at_infinity(x, pool_size=2, strides=None, padding="valid"):
    """Integers have no infinity."""
    answer = _pool(x, pool_size, strides, padding)
    start = np.empty_like(answer)
    start[...] = -np.inf  # OverflowError
    return np.maximum(start, answer)


@misconception("M068", exercise="max_pool2d", facet=(_SIZES, _PADDED))
def reshapes_into_blocks(x, pool_size=2, strides=None, padding="valid"):
    """Your method works for non-overlapping windows that divide the size only."""
    _pool(x, pool_size, strides, padding)
    (ph, pw), (height, width, channels) = _pair(pool_size), x.shape
    return x.reshape(height // ph, ph, width // pw, pw, channels).max(axis=(1, 3))


@misconception("MA06", exercise="max_pool2d", facet=(_SIZES, _PADDED))
def crops_and_reshapes_into_blocks(x, pool_size=2, strides=None, padding="valid"):
    """Your method works for non-overlapping windows that divide the size only."""
    _pool(x, pool_size, strides, padding)
    (ph, pw), (height, width, channels) = _pair(pool_size), x.shape
    rows, columns = height // ph, width // pw
    return x[: rows * ph, : columns * pw].reshape(rows, ph, columns, pw, channels).max(axis=(1, 3))


@misconception("M069", exercise="max_pool2d", facet=_NEGATIVE)
def takes_the_largest_magnitude(x, pool_size=2, strides=None, padding="valid"):
    """A strongly negative value is not a maximum."""

    def pick(window, axis):
        high, low = np.nanmax(window, axis), np.nanmin(window, axis)
        return np.where(-low > high, low, high)

    return _pool(x, pool_size, strides, padding, pick, low=np.nan)


@misconception("MA24", exercise="max_pool2d", facet=_NEGATIVE)
def answers_with_magnitudes(x, pool_size=2, strides=None, padding="valid"):
    """A strongly negative value is not a maximum."""
    return _pool(x, pool_size, strides, padding, lambda window, axis: np.nanmax(np.abs(window), axis), low=np.nan)


@misconception("M070", exercise="max_pool2d", facet=_PAIRS)
def swaps_pool_and_strides(x, pool_size=2, strides=None, padding="valid"):
    """Height and width of the window are exchanged."""
    return _pool(x, _pair(pool_size)[::-1], None if strides is None else _pair(strides)[::-1], padding)


@misconception("MA07", exercise="max_pool2d", facet=_PAIRS)
def swaps_the_pool_only(x, pool_size=2, strides=None, padding="valid"):
    """Height and width of the window are exchanged."""
    return _pool(x, _pair(pool_size)[::-1], pool_size if strides is None else strides, padding)


@misconception("MA08", exercise="max_pool2d", facet=_PAIRS)
def swaps_the_strides_only(x, pool_size=2, strides=None, padding="valid"):
    """The two strides act on the wrong axes."""
    return _pool(x, pool_size, _pair(pool_size if strides is None else strides)[::-1], padding)


@misconception("MA09", exercise="max_pool2d", facet=_PAIRS)
def uses_the_first_of_a_pair(x, pool_size=2, strides=None, padding="valid"):
    """Only one of the two entries of a pair has an effect."""
    _pool(x, pool_size, strides, padding)
    return _pool(x, _pair(pool_size)[0], None if strides is None else _pair(strides)[0], padding)


@misconception("MA10", exercise="max_pool2d", facet=_SIZES)
def ignores_the_strides_of_pooling(x, pool_size=2, strides=None, padding="valid"):
    """The stride has no effect on your answer."""
    _pool(x, pool_size, strides, padding)
    return _pool(x, pool_size, pool_size, padding)


def _pool_padded(x, pool_size, strides, padding, pads):
    pad = lambda x, k, s, **how: _padded(x, k, s, pads, **how)  # noqa: E731
    return _pool(x, pool_size, strides, padding, pad=pad)


@misconception("MA11", exercise="max_pool2d", facet=_PADDED)
def same_pads_half_the_window(x, pool_size=2, strides=None, padding="valid"):
    """Your padding is symmetric; find a case in which an odd number of pixels must be shared out."""
    return _pool_padded(x, pool_size, strides, padding, lambda n, k, s: (k // 2, k // 2))


@misconception("MA12", exercise="max_pool2d", facet=_PADDED)
def same_pads_the_pool_before(x, pool_size=2, strides=None, padding="valid"):
    """The total is right, but the surplus pixel is on the other side in TensorFlow."""
    return _pool_padded(x, pool_size, strides, padding, lambda n, k, s: _pads(n, k, s)[::-1])


@misconception("MA13", exercise="max_pool2d", facet=_PADDED)
def same_pads_the_pool_for_stride_one(x, pool_size=2, strides=None, padding="valid"):
    """You pad as if the window moved by one; where does the last window begin?"""
    return _pool_padded(x, pool_size, strides, padding, lambda n, k, s: _halves(k - 1))


@misconception("MA14", exercise="max_pool2d", facet=_PADDED)
def same_pads_below_and_on_the_right_only(x, pool_size=2, strides=None, padding="valid"):
    """All your padding lies below and on the right; the surplus pixel does, but the rest is shared out."""
    return _pool_padded(x, pool_size, strides, padding, lambda n, k, s: (0, sum(_pads(n, k, s))))


@misconception("MA15", exercise="max_pool2d", facet=_PADDED)
def ignores_the_padding_of_pooling(x, pool_size=2, strides=None, padding="valid"):
    """The padding has no effect on your answer."""
    _pool(x, pool_size, strides, padding)
    return _pool(x, pool_size, strides)


@misconception("MA29", exercise="max_pool2d", facet=_PADDED)
def exchanges_the_paddings_of_the_axes_of_pooling(x, pool_size=2, strides=None, padding="valid"):
    """Each axis has a size, a window and a stride of its own, and so a padding of its own."""

    def pad(x, pool_size, strides, **how):
        sides = zip(x.shape, _pair(pool_size), _pair(strides), strict=False)
        rows, columns = (_pads(n, k, s) for n, k, s in sides)
        return np.pad(x, (columns, rows, (0, 0)), **how)

    return _pool(x, pool_size, strides, padding, pad=pad)


@misconception("MA30", exercise="max_pool2d", facet=_PADDED)
def pools_with_the_padding_of_the_height(x, pool_size=2, strides=None, padding="valid"):
    """Each axis has a size, a window and a stride of its own, and so a padding of its own."""

    def pad(x, pool_size, strides, **how):
        rows = _pads(len(x), _pair(pool_size)[0], _pair(strides)[0])
        return np.pad(x, (rows, rows, (0, 0)), **how)

    return _pool(x, pool_size, strides, padding, pad=pad)


@misconception("MA31", exercise="max_pool2d", facet=_PADDED)
def same_pools_too_few_windows(x, pool_size=2, strides=None, padding="valid"):
    """With padding 'same' the last row or column of windows is sometimes missing."""
    answer = _pool(x, pool_size, strides, padding)
    sh, sw = _pair(pool_size if strides is None else strides)
    return answer[: x.shape[0] // sh, : x.shape[1] // sw] if padding == "same" else answer


@misconception("MA32", exercise="max_pool2d", facet=_PADDED)
def refuses_to_pool_a_large_window(x, pool_size=2, strides=None, padding="valid"):
    """You refuse a case that padding makes possible."""
    answer = _pool(x, pool_size, strides, padding)
    if any(k > n for n, k in zip(x.shape, _pair(pool_size), strict=False)):
        raise ValueError("the window does not fit")
    return answer


@misconception("M071", exercise="max_pool2d", facet=_DTYPE)
def pools_into_float64(x, pool_size=2, strides=None, padding="valid"):
    """Pooling selects values, it need not change their type."""
    return _pool(x, pool_size, strides, padding).astype("float64")


@misconception("MA16", exercise="max_pool2d", facet=_DTYPE)
def pools_into_float32(x, pool_size=2, strides=None, padding="valid"):
    """Pooling selects values, it need not change their type."""
    return _pool(x, pool_size, strides, padding).astype("float32")


@misconception("MA17", exercise="max_pool2d", facet=_DTYPE)
def pools_through_float32(x, pool_size=2, strides=None, padding="valid"):
    """Large whole numbers lose their last digits on the way through your function."""
    return _pool(x.astype("float32"), pool_size, strides, padding).astype("float64").astype(x.dtype)


@misconception("MA18", exercise="max_pool2d", facet=_DTYPE)
def adds_a_channel_axis(x, pool_size=2, strides=None, padding="valid"):
    """A picture without channels passes silently through your function."""
    return _pool(x[:, :, None] if x.ndim == 2 else x, pool_size, strides, padding)


@misconception("MA19", exercise="max_pool2d", facet=_DTYPE)
def pools_nothing_for_a_large_window(x, pool_size=2, strides=None, padding="valid"):
    """An empty map comes back for a window that fits nowhere."""
    _refuse(x.shape, 1, pool_size, pool_size if strides is None else strides, padding)
    if padding == "valid" and any(k > n for n, k in zip(x.shape, _pair(pool_size), strict=False)):
        return x[:0, :0]
    return _pool(x, pool_size, strides, padding)


@misconception("MA20", exercise="max_pool2d", facet=_DTYPE)
def pools_with_any_padding(x, pool_size=2, strides=None, padding="valid"):
    """A misspelt padding passes silently through your function."""
    return _pool(x, pool_size, strides, "same" if padding == "same" else "valid")


@misconception("MA21", exercise="max_pool2d", facet=_DTYPE)
def pools_with_padding_in_capitals(x, pool_size=2, strides=None, padding="valid"):
    """A misspelt padding passes silently through your function."""
    return _pool(x, pool_size, strides, padding.lower())


@misconception("MA22", exercise="max_pool2d", facet=_DTYPE)
def takes_a_stride_of_zero_as_none(x, pool_size=2, strides=None, padding="valid"):
    """None and zero are not the same stride, although both count as false."""
    return _pool(x, pool_size, strides or pool_size, padding)


@misconception("MA33", exercise="max_pool2d", facet=_DTYPE)
def refuses_pictures_with_an_assertion(x, pool_size=2, strides=None, padding="valid"):
    """You refuse what has to be refused, but with another kind of exception than the one asked for."""
    try:
        return _pool(x, pool_size, strides, padding)
    except ValueError as error:
        raise AssertionError from error


@misconception("MA23", exercise="max_pool2d", facet=_DTYPE)
def sorts_the_windows_in_place(x, pool_size=2, strides=None, padding="valid"):
    """The input array is different after the call."""
    answer = _pool(x, pool_size, strides, padding)
    x[-1, :] = x.min()
    return answer


@misconception("MA34", exercise="max_pool2d", facet=_PAIRS)
def pools_no_pair(x, pool_size=2, strides=None, padding="valid"):
    """Your function stops at a pair; a window may be higher than wide."""
    if not isinstance(pool_size, int) or not isinstance(strides, (int, type(None))):
        raise TypeError("unsupported operand")  # as arithmetic on a tuple does
    return _pool(x, pool_size, strides, padding)


@misconception("MA35", exercise="max_pool2d", facet=GUARD)
def moves_by_the_first_of_a_pair_without_strides(x, pool_size=2, strides=None, padding="valid"):
    """Without a stride, a window that is a pair moves by its first entry in both directions."""
    return _pool(x, pool_size, _pair(pool_size)[0] if strides is None else strides, padding)


@misconception("MA36", exercise="max_pool2d", facet=GUARD)
def same_pads_as_if_windows_lay_side_by_side(x, pool_size=2, strides=None, padding="valid"):
    """You pad as if the stride were as large as the window, also where it is another one."""
    return _pool_padded(x, pool_size, strides, padding, lambda n, k, s: _pads(n, k, k))


# ---------------------------------------------------------------- receptive_field

_STRIDES = "strides and pooling"
_EMPTY = "empty list, errors"


@misconception("M072", exercise="receptive_field", facet=_STRIDES)
def ignores_the_strides_of_layers(layers):
    """Your window grows as if nothing were ever downsampled."""
    return _field(layers, widen=lambda step, k, s: 1)


@misconception("M073", exercise="receptive_field", facet=_STRIDES)
def counts_the_own_stride_already(layers):
    """A layer's stride acts on those after it."""
    return _field(layers, grow=lambda field, step, k, s: field + (k - 1) * step * s)


@misconception("M074", exercise="receptive_field", facet=("stride 1", _STRIDES))
def multiplies_the_kernels(layers):
    """Stacked windows overlap: they add up, they do not multiply."""
    _field(layers)
    return math.prod(k for k, _ in layers)


@misconception("M075", exercise="receptive_field", facet=("stride 1", _STRIDES))
def adds_the_kernels(layers):
    """Neighbouring windows share pixels that you count twice."""
    _field(layers)
    return sum(k for k, _ in layers) if layers else 1


@misconception("MA01", exercise="receptive_field", facet=("stride 1", _STRIDES, _EMPTY))
def adds_the_kernels_by_the_step(layers):
    """Neighbouring windows share pixels that you count twice."""
    return _field(layers, grow=lambda field, step, k, s: field + k * step)


@misconception("MA19", exercise="receptive_field", facet=("stride 1", _STRIDES))
def exchanges_kernel_and_stride(layers):
    """A layer is (kernel, stride), in this order."""
    return _field([(stride, kernel) for kernel, stride in layers])


@misconception("MA02", exercise="receptive_field", facet="stride 1")
def starts_from_nothing(layers):
    """Start from one unit, which sees one pixel: your answer is one too small."""
    return _field(layers) - 1


@misconception("M076", exercise="receptive_field", facet=_STRIDES)
def walks_the_list_backwards(layers):
    """The order of the layers matters."""
    return _field(layers[::-1])


@misconception("M077", exercise="receptive_field", facet=_STRIDES)
def uses_the_previous_stride_only(layers):
    """Two downsamplings in a row act together."""
    return _field(layers, widen=lambda step, k, s: s)


@misconception("MA03", exercise="receptive_field", facet=_STRIDES)
def adds_the_strides(layers):
    """Two strides in a row do not add up."""
    return _field(layers, widen=lambda step, k, s: step + s - 1)


@misconception("MA04", exercise="receptive_field", facet=_STRIDES)
def scales_the_whole_field(layers):
    """A stride stretches what comes after it, not what the earlier layers see already."""
    return _field(layers, grow=lambda field, step, k, s: (field + k - 1) * s, widen=lambda step, k, s: 1)


@misconception("MA05", exercise="receptive_field", facet=_STRIDES)
def forgets_layers_of_kernel_one(layers):
    """A window of one pixel sees no more, but its stride still counts."""
    return _field([(k, s) for k, s in layers if k != 1])


@misconception("MA12", exercise="receptive_field", facet=_STRIDES)
def ends_at_the_border_of_a_picture(layers):
    """Your answer stops at the size of a picture; a field can be larger than the picture."""
    return min(_field(layers), 224)


@misconception("MA13", exercise="receptive_field", facet=_STRIDES)
def ends_at_the_border_of_a_larger_picture(layers):
    """Your answer stops at the size of a picture; a field can be larger than the picture."""
    return min(_field(layers), 256)


@misconception("MA14", exercise="receptive_field", facet=("stride 1", _STRIDES))
def counts_half_windows_to_both_sides(layers):
    """An even window does not reach equally far to both sides."""
    return _field(layers, grow=lambda field, step, k, s: field + k // 2 * 2 * step)


@misconception("MA15", exercise="receptive_field", facet=("stride 1", _STRIDES))
def counts_half_windows_less_one_to_both_sides(layers):
    """An even window does not reach equally far to both sides."""
    return _field(layers, grow=lambda field, step, k, s: field + (k - 1) // 2 * 2 * step)


@misconception("MA16", exercise="receptive_field", facet=_STRIDES)
def stretches_all_layers_by_all_strides(layers):
    """You stretch each layer by all strides; which of them lie before it?"""
    return (_field(layers, widen=lambda step, k, s: 1) - 1) * math.prod(s for _, s in layers) + 1


@misconception("MA17", exercise="receptive_field", facet=_STRIDES)
def stretches_each_layer_by_its_own_stride(layers):
    """A layer's stride acts on those after it."""
    return _field(layers, grow=lambda field, step, k, s: field + (k - 1) * s)


@misconception("M078", exercise="receptive_field", facet=_EMPTY)
def sees_nothing_without_layers(layers):
    """Without layers each unit sees its own pixel."""
    return _field(layers) if layers else 0


@misconception("MA06", exercise="receptive_field", facet=_EMPTY)
def needs_a_first_layer(layers):
    """Without layers each unit sees its own pixel."""
    return _field(layers) if layers[0] else 0


@misconception("MA07", exercise="receptive_field", facet=_EMPTY)
def refuses_an_empty_list(layers):
    """Without layers each unit sees its own pixel."""
    if not layers:
        raise ValueError("no layers")
    return _field(layers)


@misconception("MA08", exercise="receptive_field", facet=_EMPTY)
def takes_layers_below_one(layers):
    """A size or a stride below 1 has no answer; refuse it with a ValueError."""
    field, step = 1, 1
    for k, s in layers:
        field, step = field + (k - 1) * step, step * s
    return field


@misconception("MA18", exercise="receptive_field", facet=_EMPTY)
def refuses_layers_with_an_assertion(layers):
    """You refuse what has to be refused, but with another kind of exception than the one asked for."""
    assert all(min(layer) >= 1 for layer in layers)
    return _field(layers)


@misconception("MA09", exercise="receptive_field", facet=_EMPTY)
def checks_the_first_layer_only(layers):
    """You check only some of the layers for impossible numbers."""
    _field(layers[:1])
    return takes_layers_below_one(layers)


@misconception("MA10", exercise="receptive_field", facet=_EMPTY)
def empties_the_list(layers):
    """The list of layers is another one after the call."""
    answer = _field(layers)
    layers.clear()
    return answer


@misconception("MA11", exercise="receptive_field", facet=_EMPTY)
def answers_with_a_float_field(layers):
    """The values are right, the form is not: look at the types that were asked for."""
    return float(_field(layers))


# ---------------------------------------------------------------- choice: the value is what is put under the name


@misconception("M079", exercise="choice", replaces="answer_1_8a", facet="a")
def thinks_that_fewer_layers_are_local():
    """Local means that a unit sees a small window."""
    return "c"


@misconception("MA01", exercise="choice", replaces="answer_1_8a", facet="a")
def exchanges_dense_and_convolution():
    """Which of the two uses the same weights at every place?"""
    return "a"


@misconception("MA02", exercise="choice", replaces="answer_1_8a", facet="a")
def thinks_that_a_visit_is_global():
    """A window visits the whole picture; how much of it does it see at a time?"""
    return "d"


@misconception("M080", exercise="choice", replaces="answer_1_8b", facet="b")
def calls_the_convolution_invariant():
    """The map moves along with the input; what then stays the same?"""
    return "b"


@misconception("MA03", exercise="choice", replaces="answer_1_8b", facet="b")
def trains_anew_after_a_shift():
    """The same weights look everywhere; what would be left to learn after a shift?"""
    return "c"


@misconception("MA04", exercise="choice", replaces="answer_1_8b", facet="b")
def lets_the_maximum_grow():
    """A shift moves the numbers of a map; it does not change them."""
    return "d"


@misconception("M081", exercise="choice", replaces="answer_1_8c", facet="c")
def thinks_that_the_second_kernel_is_larger():
    """The kernels are equal; look at what their inputs stand for."""
    return "a"


@misconception("MA05", exercise="choice", replaces="answer_1_8c", facet="c")
def thinks_of_more_filters():
    """More filters see more kinds of patterns, not larger ones."""
    return "b"


@misconception("MA06", exercise="choice", replaces="answer_1_8c", facet="c")
def thinks_of_padding():
    """Padding puts zeros around the picture; no pattern grows by it."""
    return "d"


@misconception("M082", exercise="choice", replaces="answer_1_8d", facet="d")
def takes_activations_for_weights():
    """Height × width × depth counts values of one map; the weights do not know the picture's size."""
    return "a"


@misconception("MA07", exercise="choice", replaces="answer_1_8d", facet="d")
def takes_activations_for_all_parameters():
    """Height × width × depth counts values of one map; the weights do not know the picture's size."""
    return "b"


@misconception("MA08", exercise="choice", replaces="answer_1_8d", facet="d")
def takes_activations_for_multiplications():
    """One value of a map needs one multiplication for each number of a kernel, however many windows there are."""
    return "c"


@misconception("M083", exercise="choice", replaces="answer_1_8e", facet="e")
def thinks_that_pooling_saves_weights():
    """Count the parameters of a 3×3 layer before and after pooling."""
    return "abcd"


@misconception("MA09", exercise="choice", replaces="answer_1_8e", facet="e")
def thinks_that_pooling_only_saves_weights():
    """Count the parameters of a 3×3 layer before and after pooling."""
    return "c"


@misconception("MA10", exercise="choice", replaces="answer_1_8e", facet="e")
def thinks_that_pooling_saves_values_and_weights():
    """Count the parameters of a 3×3 layer before and after pooling."""
    return "ac"


@misconception("MA11", exercise="choice", replaces="answer_1_8e", facet="e")
def thinks_that_pooling_saves_weights_and_widens():
    """Count the parameters of a 3×3 layer before and after pooling."""
    return "bc"


@misconception("MA12", exercise="choice", replaces="answer_1_8e", facet="e")
def thinks_that_pooling_saves_weights_and_tells_presence():
    """Count the parameters of a 3×3 layer before and after pooling."""
    return "cd"


@misconception("MA13", exercise="choice", replaces="answer_1_8e", facet="e")
def misses_only_presence_and_takes_weights():
    """Count the parameters of a 3×3 layer before and after pooling."""
    return "abc"


@misconception("MA14", exercise="choice", replaces="answer_1_8e", facet="e")
def misses_only_the_field_and_takes_weights():
    """Count the parameters of a 3×3 layer before and after pooling."""
    return "acd"


@misconception("MA15", exercise="choice", replaces="answer_1_8e", facet="e")
def misses_only_the_values_and_takes_weights():
    """Count the parameters of a 3×3 layer before and after pooling."""
    return "bcd"


# Right letters in a form that was not asked for. The sentences must not tell that the letters are right.


@misconception("MC01", exercise="choice", replaces="answer_1_8a", facet="a")
def writes_a_in_capitals():
    """Small letters, please: "a" can be an answer, "A" is none."""
    return "B"


@misconception("MC02", exercise="choice", replaces="answer_1_8b", facet="b")
def writes_b_in_capitals():
    """Small letters, please: "a" can be an answer, "A" is none."""
    return "A"


@misconception("MC03", exercise="choice", replaces="answer_1_8c", facet="c")
def writes_c_in_capitals():
    """Small letters, please: "a" can be an answer, "A" is none."""
    return "C"


@misconception("MC04", exercise="choice", replaces="answer_1_8d", facet="d")
def writes_d_in_capitals():
    """Small letters, please: "a" can be an answer, "A" is none."""
    return "D"


@misconception("MC05", exercise="choice", replaces="answer_1_8e", facet="e")
def writes_e_in_capitals():
    """Small letters, please: "a" can be an answer, "A" is none."""
    return "ABD"


@misconception("MC06", exercise="choice", replaces="answer_1_8e", facet="e")
def writes_adb():
    """Write each letter once, in alphabetical order."""
    return "adb"


@misconception("MC07", exercise="choice", replaces="answer_1_8e", facet="e")
def writes_bad():
    """Write each letter once, in alphabetical order."""
    return "bad"


@misconception("MC08", exercise="choice", replaces="answer_1_8e", facet="e")
def writes_bda():
    """Write each letter once, in alphabetical order."""
    return "bda"


@misconception("MC09", exercise="choice", replaces="answer_1_8e", facet="e")
def writes_dab():
    """Write each letter once, in alphabetical order."""
    return "dab"


@misconception("MC10", exercise="choice", replaces="answer_1_8e", facet="e")
def writes_dba():
    """Write each letter once, in alphabetical order."""
    return "dba"


@misconception("MC11", exercise="choice", replaces="answer_1_8e", facet="e")
def writes_e_with_commas():
    """Nothing but letters, please: "bc" has the form of an answer, "b, c" has not."""
    return "a,b,d"


@misconception("MC12", exercise="choice", replaces="answer_1_8e", facet="e")
def writes_e_with_commas_and_spaces():
    """Nothing but letters, please: "bc" has the form of an answer, "b, c" has not."""
    return "a, b, d"


@misconception("MC13", exercise="choice", replaces="answer_1_8e", facet="e")
def writes_e_with_spaces():
    """Nothing but letters, please: "bc" has the form of an answer, "b, c" has not."""
    return "a b d"


@misconception("MC14", exercise="choice", replaces="answer_1_8e", facet="e")
def writes_e_as_a_list():
    """Nothing but letters, please: "bc" has the form of an answer, "b, c" has not."""
    return ["a", "b", "d"]
