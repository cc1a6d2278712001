"""Right answers to the exercises of `convolution`, written in other ways: each must get full marks.

V01 to V05 are those of the course's specification; VA.. are more of them. They share as little as they can, since a
student shares nothing with the course's solution.
"""

import math

import numpy as np

from autograder.grading.catalogue import variant


def _pair(value):
    return tuple(value) if isinstance(value, (tuple, list)) else (value, value)


def _refuse(input_shape, filters, kernel_size, strides, padding):
    if padding not in {"valid", "same"}:
        raise ValueError(padding)
    if len(input_shape) != 3 or any(n < 1 for n in (*input_shape, filters, *_pair(kernel_size), *_pair(strides))):
        raise ValueError("sizes")
    if padding == "valid" and any(k > n for n, k in zip(input_shape, _pair(kernel_size), strict=False)):
        raise ValueError("the window does not fit")


def _refuse_conv(x, kernel, bias, strides, padding):
    if np.ndim(x) != 3 or np.ndim(kernel) != 4 or x.shape[2] != kernel.shape[2]:
        raise ValueError("picture and kernel")
    if bias is not None and bias.shape != (kernel.shape[3],):
        raise ValueError("bias")
    _refuse(x.shape, kernel.shape[3], kernel.shape[:2], strides, padding)


def _surround(x, window, strides, padding, value):
    """X in a frame of `value`, wide enough for 'same'."""
    if padding == "valid":
        return x
    (height, width, channels), (kh, kw), (sh, sw) = x.shape, window, _pair(strides)
    down = max((math.ceil(height / sh) - 1) * sh + kh - height, 0)
    right = max((math.ceil(width / sw) - 1) * sw + kw - width, 0)
    framed = np.full((height + down, width + right, channels), value, x.dtype)
    framed[down // 2 : down // 2 + height, right // 2 : right // 2 + width] = x
    return framed


# ---------------------------------------------------------------- conv_output_shape


@variant("V01", exercise="conv_output_shape")
def by_other_formulas(input_shape, filters, kernel_size, strides=1, padding="valid"):
    """'same' as (n - 1) // s + 1 and 'valid' as ceil((n - k + 1) / s)."""
    _refuse(input_shape, filters, kernel_size, strides, padding)
    sides = []
    for n, k, s in zip(input_shape, _pair(kernel_size), _pair(strides), strict=False):
        sides.append((n - 1) // s + 1 if padding == "same" else math.ceil((n - k + 1) / s))
    return sides[0], sides[1], filters


@variant("VA01", exercise="conv_output_shape")
def by_counting_positions(input_shape, filters, kernel_size, strides=1, padding="valid"):
    """Counts the positions of the window's upper left corner."""
    _refuse(input_shape, filters, kernel_size, strides, padding)
    kh, kw = (1, 1) if padding == "same" else _pair(kernel_size)
    (sh, sw), (height, width, _) = _pair(strides), input_shape
    return len(range(0, height - kh + 1, sh)), len(range(0, width - kw + 1, sw)), filters


@variant("VA02", exercise="conv_output_shape")
def with_an_error_of_its_own(input_shape, filters, kernel_size, strides=1, padding="valid"):
    """Refuses with a subclass of ValueError."""

    class ImpossibleError(ValueError):
        pass

    try:
        return by_other_formulas(input_shape, filters, kernel_size, strides, padding)
    except ValueError as error:
        raise ImpossibleError from error


@variant("VA03", exercise="conv_output_shape")
def as_the_third_hint_says_of_shapes(input_shape, filters, kernel_size, strides=1, padding="valid"):
    """Hint 3: "same" divides and rounds up; "valid" subtracts, divides, rounds down, and adds the first place."""
    _refuse(input_shape, filters, kernel_size, strides, padding)
    height, width, _ = input_shape
    (kh, kw), (sh, sw) = _pair(kernel_size), _pair(strides)
    if padding == "same":
        return math.ceil(height / sh), math.ceil(width / sw), filters
    return math.floor((height - kh) / sh) + 1, math.floor((width - kw) / sw) + 1, filters


# ---------------------------------------------------------------- same_padding


@variant("VA01", exercise="same_padding")
def by_the_remainder(size, kernel, stride):
    """The formula of TensorFlow's documentation, which asks whether the stride divides the size."""
    if size < 1 or kernel < 1 or stride < 1:
        raise ValueError("sizes")
    total = max(kernel - (size % stride or stride), 0)
    return total // 2, total - total // 2


@variant("VA02", exercise="same_padding")
def by_the_end_of_the_last_window(size, kernel, stride):
    """Asks how far the last window sticks out, in numpy integers and as a list."""
    if min(size, kernel, stride) < 1:
        raise ValueError("sizes")
    sticks_out = np.arange(0, size, stride)[-1] + kernel - size
    total = np.maximum(sticks_out, 0)
    return [total // 2, (total + 1) // 2]


@variant("VA03", exercise="same_padding")
def as_the_third_hint_says_of_padding(size, kernel, stride):
    """Hint 3: where the last window begins and ends, what reaches beyond the picture, never less than zero, halved."""
    for number in (size, kernel, stride):
        if number < 1:
            raise ValueError("sizes")
    windows = math.ceil(size / stride)
    total = (windows - 1) * stride + kernel - size
    if total < 0:
        total = 0
    before = math.floor(total / 2)
    return before, total - before


# ---------------------------------------------------------------- conv2d


@variant("V02a", exercise="conv2d")
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


@variant("V02b", exercise="conv2d")
def by_sliding_windows(x, kernel, bias=None, strides=1, padding="valid"):
    """sliding_window_view and einsum, in float32."""
    _refuse_conv(x, kernel, bias, strides, padding)
    (kh, kw), (sh, sw) = kernel.shape[:2], _pair(strides)
    framed = _surround(x.astype("float32"), (kh, kw), strides, padding, 0)
    windows = np.lib.stride_tricks.sliding_window_view(framed, (kh, kw), axis=(0, 1))[::sh, ::sw]
    maps = np.einsum("ijcuv,uvcf->ijf", windows, kernel.astype("float32"))
    return maps if bias is None else (maps + bias).astype("float32")


@variant("V02c", exercise="conv2d")
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


@variant("V02d", exercise="conv2d")
def by_shifted_pictures(x, kernel, bias=None, strides=1, padding="valid"):
    """One shifted copy of the picture for each cell of the kernel; all are added up in float32."""
    _refuse_conv(x, kernel, bias, strides, padding)
    (kh, kw), (sh, sw) = kernel.shape[:2], _pair(strides)
    framed = _surround(x.astype("float32"), (kh, kw), strides, padding, 0)
    bottom, right = len(framed) - kh + 1, framed.shape[1] - kw + 1
    cells = np.ndindex(kh, kw)
    total = sum(framed[u : u + bottom : sh, v : v + right : sw] @ kernel[u, v].astype("float32") for u, v in cells)
    return total if bias is None else total + np.asarray(bias, "float32")


@variant("VA01", exercise="conv2d")
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


# ---------------------------------------------------------------- count_conv2d_params, count_activations


@variant("VA01", exercise="count_conv2d_params")
def by_weights_and_biases(in_channels, filters, kernel_size, use_bias=True):
    """Weights and biases counted apart, in numpy integers."""
    shape = np.array([*_pair(kernel_size), in_channels, filters])
    if (shape < 1).any():
        raise ValueError("sizes")
    return np.prod(shape) + (filters if use_bias else 0)


@variant("VA02", exercise="count_conv2d_params")
def by_one_filter(in_channels, filters, kernel_size, use_bias=True):
    """What one filter needs, added up over the filters."""
    kh, kw = _pair(kernel_size)
    if in_channels < 1 or filters < 1 or kh < 1 or kw < 1:
        raise ValueError("sizes")
    one = kh * kw * in_channels
    return sum(one + 1 if use_bias else one for _ in range(filters))


@variant("VA03", exercise="count_conv2d_params", replaces="count_activations")
def by_numpy_product(input_shape, filters, kernel_size, strides=1, padding="valid"):
    """numpy.prod of the shape, a numpy integer."""
    return np.prod(by_other_formulas(input_shape, filters, kernel_size, strides, padding))


@variant("VA04", exercise="count_conv2d_params", replaces="count_activations")
def by_counting_rows_and_columns(input_shape, filters, kernel_size, strides=1, padding="valid"):
    """Rows times columns times filters, each counted."""
    rows, columns, depth = by_counting_positions(input_shape, filters, kernel_size, strides, padding)
    return rows * columns * depth


@variant("VA05", exercise="count_conv2d_params")
def as_the_third_hint_says_of_parameters(in_channels, filters, kernel_size, use_bias=True):
    """Hint 3: height times width times channels, plus 1 for the bias, times the filters."""
    kh, kw = _pair(kernel_size)
    for number in (in_channels, filters, kh, kw):
        if number < 1:
            raise ValueError("sizes")
    one = kh * kw * in_channels
    if use_bias:
        one += 1
    return one * filters


# ---------------------------------------------------------------- shift_image, equivariance_error


@variant("V05a", exercise="shift_image")
def by_padding_and_cropping(x, dy, dx, fill=0.0):
    """A frame of `fill` around the picture, and a window that moves over it."""
    height, width = x.shape[:2]
    framed = np.pad(x, ((height, height), (width, width), (0, 0)), constant_values=fill)
    top, left = height - np.clip(dy, -height, height), width - np.clip(dx, -width, width)
    return framed[top : top + height, left : left + width].copy()


@variant("V05b", exercise="shift_image")
def by_single_pixels(x, dy, dx, fill=0.0):
    """Each pixel asks where it comes from."""
    out = np.empty_like(x)
    for i, j in np.ndindex(x.shape[:2]):
        inside = 0 <= i - dy < x.shape[0] and 0 <= j - dx < x.shape[1]
        out[i, j] = x[i - dy, j - dx] if inside else fill
    return out


@variant("V05c", exercise="shift_image")
def by_rolling_and_overwriting(x, dy, dx, fill=0.0):
    """numpy.roll, and then the rows and columns that came in on the other side are overwritten."""
    out = np.roll(x, (dy, dx), axis=(0, 1))
    rows, columns = np.arange(x.shape[0]) - dy, np.arange(x.shape[1]) - dx
    out[(rows < 0) | (rows >= x.shape[0])] = fill
    out[:, (columns < 0) | (columns >= x.shape[1])] = fill
    return out


@variant("V05d", exercise="shift_image", replaces="equivariance_error")
def through_a_mask(f, x, dy, dx, stride=1):
    """Shifts a picture of ones along, to see which cells have an origin; float64 by numpy's own rules."""
    a, b = f(by_single_pixels(x, stride * dy, stride * dx)), f(x)
    inside = by_single_pixels(np.ones(b.shape), dy, dx) == 1
    if not inside.any():
        raise ValueError("nothing is left to compare")
    return np.abs(a.astype(float) - by_single_pixels(b.astype(float), dy, dx))[inside].max()


@variant("V05e", exercise="shift_image", replaces="equivariance_error")
def through_slices(f, x, dy, dx, stride=1):
    """Crops both maps to the cells that have an origin, and moves nothing back."""
    plain = f(x).astype("float64")
    height, width = plain.shape[:2]
    if abs(dy) >= height or abs(dx) >= width:
        raise ValueError("nothing is left to compare")
    moved = f(by_padding_and_cropping(x, stride * dy, stride * dx)).astype("float64")
    moved = moved[max(0, dy) : height + min(0, dy), max(0, dx) : width + min(0, dx)]
    plain = plain[max(0, -dy) : height - max(0, dy), max(0, -dx) : width - max(0, dx)]
    return float(np.max(np.abs(moved - plain)))


@variant("VA01", exercise="shift_image")
def as_the_third_hint_says_of_shifts(x, dy, dx, fill=0.0):
    """Hint 3: the target begins at max(dy, 0), the source at max(-dy, 0), and both are height - |dy| rows long."""
    height, width = x.shape[:2]
    out = np.full_like(x, fill)
    rows, columns = height - abs(dy), width - abs(dx)
    if rows > 0 and columns > 0:
        top, left = max(-dy, 0), max(-dx, 0)
        part = x[top : top + rows, left : left + columns]
        out[max(dy, 0) : max(dy, 0) + rows, max(dx, 0) : max(dx, 0) + columns] = part
    return out


@variant("VA02", exercise="shift_image", replaces="equivariance_error")
def as_the_third_hint_says_of_errors(f, x, dy, dx, stride=1):
    """Hint 3: an array of ones is shifted in the same way; where it stays one, A and B are compared."""
    a = f(as_the_third_hint_says_of_shifts(x, stride * dy, stride * dx)).astype(np.float64)
    b = f(x).astype(np.float64)
    ones = as_the_third_hint_says_of_shifts(np.ones(b.shape), dy, dx)
    if not (ones == 1).any():
        raise ValueError("nothing is left to compare")
    return float(np.abs(a - as_the_third_hint_says_of_shifts(b, dy, dx))[ones == 1].max())


# ---------------------------------------------------------------- max_pool2d


@variant("V03a", exercise="max_pool2d")
def by_clipped_windows(x, pool_size=2, strides=None, padding="valid"):
    """Loops; at the border the window is clipped, and nothing is padded."""
    if x.ndim != 3:
        raise ValueError("axes")
    strides = pool_size if strides is None else strides
    _refuse(x.shape, 1, pool_size, strides, padding)
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


@variant("V03b", exercise="max_pool2d")
def by_padding_with_the_lowest(x, pool_size=2, strides=None, padding="valid"):
    """A frame of the dtype's lowest value, and sliding windows."""
    if x.ndim != 3:
        raise ValueError("axes")
    strides = pool_size if strides is None else strides
    _refuse(x.shape, 1, pool_size, strides, padding)
    lowest = np.iinfo(x.dtype).min if np.issubdtype(x.dtype, np.integer) else np.finfo(x.dtype).min
    (sh, sw), window = _pair(strides), _pair(pool_size)
    framed = _surround(x, window, strides, padding, lowest)
    return np.lib.stride_tricks.sliding_window_view(framed, window, axis=(0, 1))[::sh, ::sw].max(axis=(3, 4))


@variant("VA01", exercise="max_pool2d")
def by_repeating_the_edge(x, pool_size=2, strides=None, padding="valid"):
    """Repeats the border instead of padding: what is repeated is in the window anyway."""
    if x.ndim != 3:
        raise ValueError("axes")
    (ph, pw), (sh, sw) = _pair(pool_size), _pair(pool_size if strides is None else strides)
    _refuse(x.shape, 1, (ph, pw), (sh, sw), padding)
    if padding == "same":
        x = np.pad(x, (by_the_remainder(len(x), ph, sh), by_the_remainder(x.shape[1], pw, sw), (0, 0)), mode="edge")
    bottom, right = len(x) - ph + 1, x.shape[1] - pw + 1
    shifted = [x[u : u + bottom : sh, v : v + right : sw] for u in range(ph) for v in range(pw)]
    return np.maximum.reduce(shifted)


@variant("VA02", exercise="max_pool2d")
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


# ---------------------------------------------------------------- receptive_field


@variant("V04a", exercise="receptive_field")
def forwards(layers):
    """From the input on, with the field and the step, as hint 3 says."""
    field = step = 1
    for kernel, stride in layers:
        if min(kernel, stride) < 1:
            raise ValueError("sizes")
        field += (kernel - 1) * step
        step *= stride
    return field


@variant("V04b", exercise="receptive_field")
def backwards(layers):
    """From the output back: r becomes (r - 1) * s + k."""
    if any(k < 1 or s < 1 for k, s in layers):
        raise ValueError("sizes")
    field = 1
    for kernel, stride in reversed(layers):
        field = (field - 1) * stride + kernel
    return field


@variant("VA01", exercise="receptive_field")
def by_products_of_strides(layers):
    """One sum over the layers, in numpy integers."""
    sizes = np.array(layers, int).reshape(-1, 2)
    if (sizes < 1).any():
        raise ValueError("sizes")
    steps = np.cumprod([1, *sizes[:, 1]])[:-1]
    return 1 + np.sum((sizes[:, 0] - 1) * steps)
