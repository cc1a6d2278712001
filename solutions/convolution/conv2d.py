"""Answers to `conv2d`: right ones written in other ways, and wrong ones with a sentence each."""

import numpy as np

from autograder.grading.catalogue import misconception, variant
from autograder.values.observed import GUARD

from .same_padding import by_the_remainder
from .windows import (
    _conv,
    _dot,
    _halves,
    _padded,
    _pads,
    _pair,
    _refuse,
    _refuse_conv,
    _refuse_shapes,
    _refuse_small,
    _slide,
    _surround,
)

# ---------------------------------------------------------------- right answers in other ways


@variant()
def by_loops_over_everything(x, kernel, bias=None, strides=1, padding="valid"):
    """Five loops; the frame of zeros is only imagined."""
    _refuse_conv(x, kernel, bias, strides, padding)
    (height, width, _), (kh, kw, _, filters), (sh, sw) = x.shape, kernel.shape, _pair(strides)
    top = left = 0
    rows, columns = (height - kh) // sh + 1, (width - kw) // sw + 1
    if padding == "same":
        rows, columns = -(-height // sh), -(-width // sw)
        top, left = max((rows - 1) * sh + kh - height, 0) // 2, max((columns - 1) * sw + kw - width, 0) // 2
    out = np.zeros((rows, columns, filters))
    for i in range(rows):
        for j in range(columns):
            for u in range(kh):
                for v in range(kw):
                    row, column = i * sh - top + u, j * sw - left + v
                    if 0 <= row < height and 0 <= column < width:
                        out[i, j] += x[row, column].astype(float) @ kernel[u, v].astype(float)
            if bias is not None:
                out[i, j] += bias
    return out.astype(np.float32)


@variant()
def by_sliding_windows(x, kernel, bias=None, strides=1, padding="valid"):
    """sliding_window_view and einsum, in float32."""
    _refuse_conv(x, kernel, bias, strides, padding)
    (kh, kw), (sh, sw) = kernel.shape[:2], _pair(strides)
    framed = _surround(x.astype("float32"), (kh, kw), strides, padding, 0)
    windows = np.lib.stride_tricks.sliding_window_view(framed, (kh, kw), axis=(0, 1))[::sh, ::sw]
    maps = np.einsum("ijcuv,uvcf->ijf", windows, kernel.astype("float32"))
    return maps if bias is None else (maps + bias).astype("float32")


@variant()
def by_columns_and_one_product(x, kernel, bias=None, strides=1, padding="valid"):
    """Each patch becomes a row of a matrix (im2col); one matrix product does the rest, in float64."""
    _refuse_conv(x, kernel, bias, strides, padding)
    (kh, kw, _, filters), (sh, sw) = kernel.shape, _pair(strides)
    framed = _surround(x.astype("float64"), (kh, kw), strides, padding, 0)
    rows, columns = range(0, len(framed) - kh + 1, sh), range(0, framed.shape[1] - kw + 1, sw)
    patches = np.stack([framed[i : i + kh, j : j + kw].ravel() for i in rows for j in columns])
    maps = patches @ kernel.reshape(-1, filters).astype("float64")
    maps += 0 if bias is None else bias
    return maps.reshape(len(rows), len(columns), filters).astype("float32")


@variant()
def by_shifted_pictures(x, kernel, bias=None, strides=1, padding="valid"):
    """One shifted copy of the picture for each cell of the kernel; all are added up in float32."""
    _refuse_conv(x, kernel, bias, strides, padding)
    (kh, kw), (sh, sw) = kernel.shape[:2], _pair(strides)
    framed = _surround(x.astype("float32"), (kh, kw), strides, padding, 0)
    bottom, right = len(framed) - kh + 1, framed.shape[1] - kw + 1
    cells = np.ndindex(kh, kw)
    total = sum(framed[u : u + bottom : sh, v : v + right : sw] @ kernel[u, v].astype("float32") for u, v in cells)
    return total if bias is None else total + np.asarray(bias, "float32")


@variant()
def as_the_third_hint_says(x, kernel, bias=None, strides=1, padding="valid"):
    """Hint 3: pad first, forget about padding, multiply patch and filter, add all up; floats before, float32 after."""
    _refuse_conv(x, kernel, bias, strides, padding)
    (kh, kw, _, filters), (sh, sw) = kernel.shape, _pair(strides)
    if padding == "same":
        x = np.pad(x, (by_the_remainder(x.shape[0], kh, sh), by_the_remainder(x.shape[1], kw, sw), (0, 0)))
    x, kernel = x.astype("float32"), kernel.astype("float32")
    out = np.zeros(((x.shape[0] - kh) // sh + 1, (x.shape[1] - kw) // sw + 1, filters))
    for i, j, f in np.ndindex(out.shape):
        patch = x[i * sh : i * sh + kh, j * sw : j * sw + kw]
        out[i, j, f] = (patch * kernel[..., f]).sum() + (0 if bias is None else bias[f])
    return out.astype("float32")


# ---------------------------------------------------------------- wrong answers

_LAST = "errors, dtype, purity, no library"
_MAPS = ("one channel, one filter", "channels and filters", "bias", "strides", "same padding", _LAST)


@misconception("one channel, one filter")
def flips_the_kernel(x, kernel, bias=None, strides=1, padding="valid"):
    """Your kernel is read back to front; a symmetric kernel hides it."""
    return _conv(x, kernel, bias, strides, padding, number=lambda patch, kernel: _dot(patch, kernel[::-1, ::-1]))


@misconception("one channel, one filter")
def transposes_the_kernel(x, kernel, bias=None, strides=1, padding="valid"):
    """Rows and columns of the kernel are exchanged."""
    _refuse_shapes(x, kernel, bias)
    return _conv(x, kernel.swapaxes(0, 1), bias, strides, padding)


@misconception("channels and filters")
def uses_the_first_channel_only(x, kernel, bias=None, strides=1, padding="valid"):
    """Some channels of the input never reach your result."""
    number = lambda patch, kernel: _dot(patch[:, :, :1], kernel[:, :, :1])  # noqa: E731
    return _conv(x, kernel, bias, strides, padding, number=number)


@misconception("channels and filters")
def averages_over_channels(x, kernel, bias=None, strides=1, padding="valid"):
    """Your answer is smaller by a factor that depends on the depth."""
    number = lambda patch, kernel: _dot(patch, kernel) / kernel.shape[2]  # noqa: E731
    return _conv(x, kernel, bias, strides, padding, number=number)


@misconception("channels and filters")
def gives_each_filter_one_channel(x, kernel, bias=None, strides=1, padding="valid"):
    """Each output map of a convolution looks at all input channels."""

    def number(patch, kernel):
        channels, filters = kernel.shape[2:]
        return [np.sum(patch[:, :, f % channels] * kernel[:, :, f % channels, f]) for f in range(filters)]

    return _conv(x, kernel, bias, strides, padding, number=number)


@misconception("channels and filters")
def sums_over_filters(x, kernel, bias=None, strides=1, padding="valid"):
    """Your output has lost its depth."""
    number = lambda patch, kernel: _dot(patch, kernel).sum(keepdims=True)  # noqa: E731
    return _conv(x, kernel, bias, strides, padding, number=number)


@misconception("channels and filters")
def uses_the_first_filter_only(x, kernel, bias=None, strides=1, padding="valid"):
    """All your maps are alike: which filter makes them?"""
    number = lambda patch, kernel: _dot(patch, kernel[..., :1]).repeat(kernel.shape[3])  # noqa: E731
    return _conv(x, kernel, bias, strides, padding, number=number)


@misconception("channels and filters")
def takes_the_kernel_apart_in_another_order(x, kernel, bias=None, strides=1, padding="valid"):
    """With one filter you are right: in which order do the kernel's numbers lie in memory when there are more?"""
    number = lambda patch, kernel: kernel.reshape(kernel.shape[3], -1) @ patch.ravel()  # noqa: E731
    return _conv(x, kernel, bias, strides, padding, number=number)


@misconception("channels and filters")
def flattens_channels_before_cells(x, kernel, bias=None, strides=1, padding="valid"):
    """With one channel you are right: do patch and kernel put their channels in the same order?"""
    number = lambda patch, kernel: patch.transpose(2, 0, 1).ravel() @ kernel.reshape(-1, kernel.shape[3])  # noqa: E731
    return _conv(x, kernel, bias, strides, padding, number=number)


@misconception(*_MAPS)
def drops_the_axis_of_one_map(x, kernel, bias=None, strides=1, padding="valid"):
    """The axis of the maps stays, also if there is just one map."""
    maps = _conv(x, kernel, bias, strides, padding)
    return maps[:, :, 0] if maps.shape[2] == 1 else maps


@misconception(*_MAPS)
def puts_the_maps_first(x, kernel, bias=None, strides=1, padding="valid"):
    """Look at the order of your axes: where does a channels-last array carry its maps?"""
    return _conv(x, kernel, bias, strides, padding).transpose(2, 0, 1)


@misconception(*_MAPS)
def misses_the_last_position(x, kernel, bias=None, strides=1, padding="valid"):
    """The last row and the last column of window positions are missing."""
    return _conv(x, kernel, bias, strides, padding)[:-1, :-1]


@misconception("bias")
def adds_the_bias_to_every_product(x, kernel, bias=None, strides=1, padding="valid"):
    """The bias enters your sum more than once."""
    _refuse_shapes(x, kernel, bias)
    return _conv(x, kernel, None if bias is None else bias * kernel[..., 0].size, strides, padding)


@misconception("bias")
def adds_the_bias_for_every_channel(x, kernel, bias=None, strides=1, padding="valid"):
    """The bias enters your sum more than once."""
    _refuse_shapes(x, kernel, bias)
    return _conv(x, kernel, None if bias is None else bias * kernel.shape[2], strides, padding)


@misconception("bias")
def ignores_the_bias(x, kernel, bias=None, strides=1, padding="valid"):
    """One of the arguments has no effect on your result."""
    _refuse_shapes(x, kernel, bias)
    return _conv(x, kernel, None, strides, padding)


@misconception("bias")
def uses_the_first_bias_only(x, kernel, bias=None, strides=1, padding="valid"):
    """All your maps are raised by the same amount."""
    _refuse_shapes(x, kernel, bias)
    return _conv(x, kernel, None if bias is None else np.full_like(bias, bias[0]), strides, padding)


@misconception("bias", _LAST)
def sums_into_the_bias(x, kernel, bias=None, strides=1, padding="valid"):
    """You start each sum from the bias itself and change it: the next position starts from another number."""
    _refuse_shapes(x, kernel, bias)
    maps = _conv(x, kernel, None, strides, padding)
    if bias is not None:
        for position in np.ndindex(maps.shape[:2]):
            bias += maps[position].astype(bias.dtype)
            maps[position] = bias
    return maps


@misconception("strides")
def strides_over_the_output_only(x, kernel, bias=None, strides=1, padding="valid"):
    """Your windows overlap more than the stride allows."""
    return _conv(x, kernel, bias, strides, padding, starts=(1, 1))


@misconception("strides")
def swaps_the_strides(x, kernel, bias=None, strides=1, padding="valid"):
    """The two strides act on the wrong axes."""
    return _conv(x, kernel, bias, _pair(strides)[::-1], padding)


@misconception("strides")
def uses_the_first_stride_only(x, kernel, bias=None, strides=1, padding="valid"):
    """Only one of the two entries of a pair has an effect."""
    return _conv(x, kernel, bias, min(_pair(strides)) if min(_pair(strides)) < 1 else _pair(strides)[0], padding)


@misconception("strides")
def ignores_the_strides(x, kernel, bias=None, strides=1, padding="valid"):
    """The stride has no effect on your answer."""
    _refuse_small(*_pair(strides))
    return _conv(x, kernel, bias, 1, padding)


def _conv_padded(x, kernel, bias, strides, padding, pads):
    return _conv(x, kernel, bias, strides, padding, pad=lambda x, k, s: _padded(x, k, s, pads))


@misconception("same padding")
def same_pads_half_the_kernel(x, kernel, bias=None, strides=1, padding="valid"):
    """Your padded result is right for odd kernels with stride 1 only."""
    return _conv_padded(x, kernel, bias, strides, padding, lambda n, k, s: (k // 2, k // 2))


@misconception("same padding")
def same_pads_half_the_kernel_less_one(x, kernel, bias=None, strides=1, padding="valid"):
    """Your padded result is right for odd kernels with stride 1 only."""
    return _conv_padded(x, kernel, bias, strides, padding, lambda n, k, s: ((k - 1) // 2, (k - 1) // 2))


@misconception("same padding")
def same_pads_for_stride_one(x, kernel, bias=None, strides=1, padding="valid"):
    """You pad as if the window moved by one; where does the last window begin?"""
    return _conv_padded(x, kernel, bias, strides, padding, lambda n, k, s: _halves(k - 1))


@misconception("same padding")
def same_pads_the_odd_pixel_before(x, kernel, bias=None, strides=1, padding="valid"):
    """The total is right, but the surplus pixel is on the other side in TensorFlow."""
    return _conv_padded(x, kernel, bias, strides, padding, lambda n, k, s: _pads(n, k, s)[::-1])


@misconception("same padding")
def same_pads_both_axes_for_the_height(x, kernel, bias=None, strides=1, padding="valid"):
    """Each axis has a size, a window and a stride of its own, and so a padding of its own."""
    rows = lambda x, k, s: (*(_pads(len(x), k[0], _pair(s)[0]),) * 2, (0, 0))  # noqa: E731
    return _conv(x, kernel, bias, strides, padding, pad=lambda x, k, s: np.pad(x, rows(x, k, s)))


@misconception("same padding")
def ignores_the_padding(x, kernel, bias=None, strides=1, padding="valid"):
    """The padding has no effect on your answer."""
    _refuse(x.shape, 1, kernel.shape[:2], strides, padding)
    return _conv(x, kernel, bias, strides, "valid")


@misconception("same padding")
def same_repeats_the_edge(x, kernel, bias=None, strides=1, padding="valid"):
    """The pixels outside the picture are not zero in your answer."""
    return _conv(x, kernel, bias, strides, padding, pad=lambda x, k, s: _padded(x, k, s, mode="edge"))


@misconception("same padding")
def same_mirrors_the_edge(x, kernel, bias=None, strides=1, padding="valid"):
    """The pixels outside the picture are not zero in your answer."""
    return _conv(x, kernel, bias, strides, padding, pad=lambda x, k, s: _padded(x, k, s, mode="symmetric"))


@misconception("same padding")
def same_wraps_around(x, kernel, bias=None, strides=1, padding="valid"):
    """The pixels outside the picture are not zero in your answer."""
    return _conv(x, kernel, bias, strides, padding, pad=lambda x, k, s: _padded(x, k, s, mode="wrap"))


@misconception(_LAST)
def computes_in_the_type_of_the_input(x, kernel, bias=None, strides=1, padding="valid"):
    """Large sums come out with the wrong sign: which type holds them?"""
    return (
        _conv(x, kernel, bias, strides, padding).astype("int64").astype(x.dtype).astype("float32")
        if (x.dtype.kind in "iu")
        else _conv(x, kernel, bias, strides, padding)
    )


@misconception(_LAST)
def multiplies_in_the_type_of_the_input(x, kernel, bias=None, strides=1, padding="valid"):
    """Large sums come out with the wrong sign: which type holds them?"""
    answer = _conv(x, kernel, bias, strides, padding)
    if x.dtype != kernel.dtype or x.dtype.kind != "i":
        return answer
    # The products wrap; their sum does not, since np.sum adds small integers up in int64.
    number = lambda patch, kernel: (patch[..., None] * kernel).sum(axis=(0, 1, 2))  # noqa: E731
    maps = _slide(_padded(x, kernel.shape[:2], strides) if padding == "same" else x, kernel, strides, number)
    return (maps if bias is None else maps + bias).astype("float32")


@misconception(_LAST)
def rounds_the_kernel_to_the_type_of_the_input(x, kernel, bias=None, strides=1, padding="valid"):
    """Fractions of the kernel are lost when the picture holds whole numbers."""
    return _conv(x, kernel.astype(x.dtype), bias, strides, padding)


@misconception(_LAST)
def answers_in_float64(x, kernel, bias=None, strides=1, padding="valid"):
    """Right values, other type than asked for."""
    return _conv(x, kernel, bias, strides, padding).astype("float64")


@misconception(_LAST)
def answers_in_the_widest_type(x, kernel, bias=None, strides=1, padding="valid"):
    """Right values, other type than asked for."""
    return _conv(x, kernel, bias, strides, padding).astype(np.result_type(x, kernel, "float32"))


@misconception(*(facet for facet in _MAPS if facet != "bias"))
def averages_the_products(x, kernel, bias=None, strides=1, padding="valid"):
    """You return a mean of the products."""
    number = lambda patch, kernel: _dot(patch, kernel) / kernel[:, :, 0, 0].size  # noqa: E731
    return _conv(x, kernel, bias, strides, padding, number=number)


@misconception("one channel, one filter")
def applies_relu(x, kernel, bias=None, strides=1, padding="valid"):
    """No negative number ever leaves your function."""
    return np.maximum(_conv(x, kernel, bias, strides, padding), 0)


@misconception(_LAST)
def writes_into_the_picture(x, kernel, bias=None, strides=1, padding="valid"):
    """The input array is different after the call."""
    maps = _conv(x, kernel, bias, strides, padding)
    if padding == "same":
        x *= 0  # as whoever fills the padded border in place does to some of it
    return maps


@misconception(*_MAPS)
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


@misconception(_LAST)
def calls_a_library(x, kernel, bias=None, strides=1, padding="valid"):
    """The numbers are right, but a library did the work; the loops are the exercise."""
    import keras  # here, since reading the catalogue needs no library

    answer = _conv(x, kernel, bias, strides, padding)  # for its errors: the library's are of other kinds
    floats = x[None].astype("float32"), kernel.astype("float32")
    maps = np.asarray(keras.ops.conv(*floats, strides=_pair(strides), padding=padding))[0]
    return (maps if bias is None else maps + bias).astype(answer.dtype)


@misconception(*_MAPS)
def never_fills_the_result(x, kernel, bias=None, strides=1, padding="valid"):
    """The result stays zero everywhere; where is it filled in?"""
    return np.zeros_like(_conv(x, kernel, bias, strides, padding))


@misconception(_LAST)
def stretches_the_bias(x, kernel, bias=None, strides=1, padding="valid"):
    """A bias that does not fit the filters is stretched silently."""
    maps = _conv(x, kernel, None, strides, padding)
    return maps if bias is None else (maps + bias).astype("float32")


@misconception(_LAST)
def stretches_the_channels(x, kernel, bias=None, strides=1, padding="valid"):
    """Picture and kernel of different depth pass silently through your function."""
    if x.ndim == 3 and kernel.ndim == 4 and 1 in (x.shape[2], kernel.shape[2]):
        depth = max(x.shape[2], kernel.shape[2])
        x, kernel = x.repeat(depth // x.shape[2], axis=2), kernel.repeat(depth // kernel.shape[2], axis=2)
    return _conv(x, kernel, bias, strides, padding)


@misconception(_LAST)
def completes_missing_axes(x, kernel, bias=None, strides=1, padding="valid"):
    """A picture without channels, or a kernel without filters, passes silently through your function."""
    return _conv(x, kernel[..., None] if kernel.ndim == 3 else kernel, bias, strides, padding)


@misconception(_LAST)
def takes_padding_in_capitals_here(x, kernel, bias=None, strides=1, padding="valid"):
    """A misspelt padding passes silently through your function."""
    return _conv(x, kernel, bias, strides, padding.lower())


@misconception(_LAST)
def takes_any_padding_as_valid(x, kernel, bias=None, strides=1, padding="valid"):
    """A misspelt padding passes silently through your function."""
    return _conv(x, kernel, bias, strides, "same" if padding == "same" else "valid")


@misconception(_LAST)
def answers_nothing_for_a_large_kernel(x, kernel, bias=None, strides=1, padding="valid"):
    """Your function reports a size for a window that fits nowhere."""
    _refuse(x.shape, 1, kernel.shape[:2], strides, padding)
    if padding == "valid" and x.ndim == 3 and (kernel.shape[0] > x.shape[0] or kernel.shape[1] > x.shape[1]):
        return np.zeros((0, 0, kernel.shape[3]), "float32")
    return _conv(x, kernel, bias, strides, padding)


@misconception("bias")
def asks_whether_the_bias_is_true(x, kernel, bias=None, strides=1, padding="valid"):
    """With a bias of several numbers your function stops: an array as a whole is neither true nor false."""
    maps = _conv(x, kernel, bias, strides, padding)
    if bias is not None and bias.size > 1:
        raise ValueError("the truth value of an array is ambiguous")  # as `if bias:` does
    return maps


@misconception(GUARD)
def forgets_the_bias_of_same(x, kernel, bias=None, strides=1, padding="valid"):
    """With padding 'same' your bias has no effect."""
    maps = _conv(x, kernel, bias, strides, padding)
    return _conv(x, kernel, None, strides, padding) if padding == "same" else maps


@misconception(_LAST)
def rounds_the_bias_to_the_type_of_the_input(x, kernel, bias=None, strides=1, padding="valid"):
    """Fractions of the bias are lost when the picture holds whole numbers."""
    return _conv(x, kernel, None if bias is None else bias.astype(x.dtype), strides, padding)


@misconception("same padding")
def exchanges_the_paddings_of_the_axes(x, kernel, bias=None, strides=1, padding="valid"):
    """Each axis has a size, a window and a stride of its own, and so a padding of its own."""

    def pad(x, kernel_size, strides):
        rows, columns = (_pads(n, k, s) for n, k, s in zip(x.shape, kernel_size, _pair(strides), strict=False))
        return np.pad(x, (columns, rows, (0, 0)))

    return _conv(x, kernel, bias, strides, padding, pad=pad)


@misconception("same padding")
def ignores_the_strides_of_same(x, kernel, bias=None, strides=1, padding="valid"):
    """With padding 'same' the stride has no effect on your answer."""
    maps = _conv(x, kernel, bias, strides, padding)
    return _conv(x, kernel, bias, 1, padding) if padding == "same" else maps


@misconception("same padding")
def same_makes_too_few_positions(x, kernel, bias=None, strides=1, padding="valid"):
    """With padding 'same' the last row or column of positions is sometimes missing."""
    maps = _conv(x, kernel, bias, strides, padding)
    (sh, sw) = _pair(strides)
    return maps[: x.shape[0] // sh, : x.shape[1] // sw] if padding == "same" else maps


@misconception(*(facet for facet in _MAPS if facet != "same padding"))
def moves_half_windows_around_a_middle(x, kernel, bias=None, strides=1, padding="valid"):
    """With an even window a row or a column of positions is missing."""
    maps = _conv(x, kernel, bias, strides, padding)
    if padding == "same":
        return maps
    (kh, kw), (sh, sw) = kernel.shape[:2], _pair(strides)
    rows, columns = range(kh // 2, len(x) - kh // 2, sh), range(kw // 2, x.shape[1] - kw // 2, sw)
    return maps[: len(rows), : len(columns)]


@misconception("same padding")
def refuses_a_large_kernel_with_same(x, kernel, bias=None, strides=1, padding="valid"):
    """You refuse a case that padding makes possible."""
    maps = _conv(x, kernel, bias, strides, padding)
    if kernel.shape[0] > x.shape[0] or kernel.shape[1] > x.shape[1]:
        raise ValueError("the window does not fit")
    return maps


@misconception(_LAST)
def refuses_shapes_with_an_assertion(x, kernel, bias=None, strides=1, padding="valid"):
    """You refuse what has to be refused, but with another kind of exception than the one asked for."""
    try:
        return _conv(x, kernel, bias, strides, padding)
    except ValueError as error:
        raise AssertionError from error


@misconception(GUARD)
def turns_the_kernel_of_same(x, kernel, bias=None, strides=1, padding="valid"):
    """Without padding your kernel lies as it should; with 'same' it is read back to front."""
    _refuse_shapes(x, kernel, bias)
    return _conv(x, kernel[::-1, ::-1] if padding == "same" else kernel, bias, strides, padding)


@misconception("strides")
def takes_no_pair_of_strides(x, kernel, bias=None, strides=1, padding="valid"):
    """Your function stops at a pair; the strides of height and width may differ."""
    if not isinstance(strides, int):
        raise TypeError("unsupported operand")  # as arithmetic on a tuple does
    return _conv(x, kernel, bias, strides, padding)


@misconception(GUARD)
def swaps_the_strides_of_same(x, kernel, bias=None, strides=1, padding="valid"):
    """With padding 'same' the two strides act on the wrong axes."""
    return _conv(x, kernel, bias, _pair(strides)[::-1] if padding == "same" else strides, padding)


@misconception(GUARD)
def same_pads_both_axes_for_the_first_stride(x, kernel, bias=None, strides=1, padding="valid"):
    """With 'same' and a pair of strides, both axes are padded for the first of them."""
    return _conv(x, kernel, bias, strides, padding, pad=lambda x, k, s: _padded(x, k, _pair(s)[0]))


@misconception("one channel, one filter")
def takes_square_kernels_only(x, kernel, bias=None, strides=1, padding="valid"):
    """A kernel may be higher than wide; your windows are square."""
    maps = _conv(x, kernel, bias, strides, padding)
    if kernel.shape[0] != kernel.shape[1]:
        raise ValueError("operands could not be broadcast together")  # as a square patch times the kernel does
    return maps
