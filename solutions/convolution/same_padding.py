"""Answers to `same_padding`: right ones written in other ways, and wrong ones with a sentence each."""

import math

import numpy as np

from autograder.grading.catalogue import misconception, variant
from autograder.values.observed import GUARD

from .windows import _halves, _pads, _refuse_small, _same

# ---------------------------------------------------------------- right answers in other ways


@variant()
def by_the_remainder(size, kernel, stride):
    """The formula of TensorFlow's documentation, which asks whether the stride divides the size."""
    if size < 1 or kernel < 1 or stride < 1:
        raise ValueError("sizes")
    total = max(kernel - (size % stride or stride), 0)
    return total // 2, total - total // 2


@variant()
def by_the_end_of_the_last_window(size, kernel, stride):
    """Asks how far the last window sticks out, in numpy integers and as a list."""
    if min(size, kernel, stride) < 1:
        raise ValueError("sizes")
    sticks_out = np.arange(0, size, stride)[-1] + kernel - size
    total = np.maximum(sticks_out, 0)
    return [total // 2, (total + 1) // 2]


@variant()
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


# ---------------------------------------------------------------- wrong answers


@misconception("even kernel", "stride above 1")
def pads_half_the_kernel_on_both_sides(size, kernel, stride):
    """Your padding is symmetric; find a case in which an odd number of pixels must be shared out."""
    _refuse_small(size, kernel, stride)
    return kernel // 2, kernel // 2


@misconception("even kernel", "stride above 1")
def pads_half_the_kernel_less_one_on_both_sides(size, kernel, stride):
    """With an even window one padded pixel is missing."""
    _refuse_small(size, kernel, stride)
    return (kernel - 1) // 2, (kernel - 1) // 2


@misconception("stride above 1")
def pads_for_stride_one(size, kernel, stride):
    """You pad as if the window moved by one; where does the last window begin?"""
    _refuse_small(size, kernel, stride)
    return _halves(kernel - 1)


@misconception("even kernel")
def puts_the_odd_pixel_before(size, kernel, stride):
    """The total is right, but the surplus pixel is on the other side in TensorFlow."""
    return _pads(size, kernel, stride)[::-1]


@misconception("never negative, errors")
def pads_below_zero(size, kernel, stride):
    """A padding below zero would cut the picture."""
    _refuse_small(size, kernel, stride)
    return _halves((_same(size, kernel, stride) - 1) * stride + kernel - size)


@misconception("never negative, errors")
def pads_the_magnitude(size, kernel, stride):
    """A total below zero is not the same number of pixels above it."""
    _refuse_small(size, kernel, stride)
    return _halves(abs((_same(size, kernel, stride) - 1) * stride + kernel - size))


@misconception("stride above 1")
def counts_the_windows_rounded_down(size, kernel, stride):
    """You count one window too few, so the padding is too small."""
    _refuse_small(size, kernel, stride)
    return _halves(max((size // stride - 1) * stride + kernel - size, 0))


@misconception("stride 1, odd kernel", "even kernel", "stride above 1")
def counts_one_window_more(size, kernel, stride):
    """You count one window too many, so the padding is too large."""
    _refuse_small(size, kernel, stride)
    return _halves(max(size // stride * stride + kernel - size, 0))


@misconception("stride above 1", "never negative, errors")
def keeps_the_size_for_every_stride(size, kernel, stride):
    """You keep the size at the price of an enormous border; what does 'same' promise for stride 2?"""
    _refuse_small(size, kernel, stride)
    return _halves((size - 1) * stride + kernel - size)


@misconception("stride above 1")
def pads_as_if_the_stride_divided_the_size(size, kernel, stride):
    """You pad as if the stride always divided the size."""
    _refuse_small(size, kernel, stride)
    return _halves(max(kernel - stride, 0))


@misconception("even kernel", "never negative, errors")
def pads_half_pixels(size, kernel, stride):
    """Half a pixel cannot be padded."""
    total = sum(_pads(size, kernel, stride))
    return total / 2, total / 2


@misconception("never negative, errors")
def answers_with_float_pixels(size, kernel, stride):
    """The values are right, the form is not: look at the types that were asked for."""
    before, after = _pads(size, kernel, stride)
    return float(before), float(after)


@misconception("stride 1, odd kernel")
def refuses_a_large_kernel(size, kernel, stride):
    """You refuse a case that padding makes possible."""
    if kernel > size:
        raise ValueError("the window does not fit")
    return _pads(size, kernel, stride)


@misconception("never negative, errors")
def pads_for_sizes_below_one(size, kernel, stride):
    """A size or a stride below 1 has no answer; refuse it with a ValueError."""
    return _halves(max((math.ceil(size / stride) - 1) * stride + kernel - size, 0))


@misconception("never negative, errors")
def refuses_sizes_with_an_assertion(size, kernel, stride):
    """You refuse what has to be refused, but with another kind of exception than the one asked for."""
    assert min(size, kernel, stride) >= 1
    return _pads(size, kernel, stride)


@misconception("even kernel")
def rounds_the_half_to_the_nearest(size, kernel, stride):
    """The surplus pixel is sometimes before the picture and sometimes behind it in your answer."""
    total = sum(_pads(size, kernel, stride))
    return round(total / 2), total - round(total / 2)  # round(0.5) is 0, round(1.5) is 2


@misconception("stride 1, odd kernel", "even kernel", "stride above 1")
def pads_as_much_as_valid(size, kernel, stride):
    """You pad nothing, as with 'valid', even where the last window sticks out of the picture."""
    _refuse_small(size, kernel, stride)
    return 0, 0


@misconception("stride 1, odd kernel", "even kernel")
def pads_behind_only(size, kernel, stride):
    """The total is right, but all of it lies behind the picture."""
    return 0, sum(_pads(size, kernel, stride))


@misconception(GUARD)
def puts_the_odd_pixel_before_with_a_stride(size, kernel, stride):
    """With a stride above 1 your surplus pixel lies before the picture."""
    before, after = _pads(size, kernel, stride)
    return (before, after) if stride == 1 else (after, before)
