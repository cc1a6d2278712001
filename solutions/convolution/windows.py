"""What several exercises of `convolution` share: sizes, paddings, windows, and what is made of them."""

import math

import numpy as np

# ---------------------------------------------------------------- of right answers


def _pair(value):
    return tuple(value) if isinstance(value, (tuple, list)) else (value, value)


def _refuse_window(input_shape, filters, kernel_size, strides, padding):
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
    _refuse_window(x.shape, kernel.shape[3], kernel.shape[:2], strides, padding)


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


# ---------------------------------------------------------------- of wrong answers


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
