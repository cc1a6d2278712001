"""Answers to `count_conv2d_params`: right ones written in other ways, and wrong ones with a sentence each."""

import math

import numpy as np

from autograder.grading.catalogue import misconception, variant
from autograder.values.observed import GUARD

from .conv_output_shape import by_counting_positions, by_other_formulas, takes_sizes_below_one
from .windows import _pair, _refuse_small, _shape, _valid

# ---------------------------------------------------------------- right answers in other ways


@variant()
def by_weights_and_biases(in_channels, filters, kernel_size, use_bias=True):
    """Weights and biases counted apart, in numpy integers."""
    shape = np.array([*_pair(kernel_size), in_channels, filters])
    if (shape < 1).any():
        raise ValueError("sizes")
    return np.prod(shape) + (filters if use_bias else 0)


@variant()
def by_one_filter(in_channels, filters, kernel_size, use_bias=True):
    """What one filter needs, added up over the filters."""
    kh, kw = _pair(kernel_size)
    if in_channels < 1 or filters < 1 or kh < 1 or kw < 1:
        raise ValueError("sizes")
    one = kh * kw * in_channels
    return sum(one + 1 if use_bias else one for _ in range(filters))


@variant(replaces="count_activations")
def by_numpy_product(input_shape, filters, kernel_size, strides=1, padding="valid"):
    """numpy.prod of the shape, a numpy integer."""
    return np.prod(by_other_formulas(input_shape, filters, kernel_size, strides, padding))


@variant(replaces="count_activations")
def by_counting_rows_and_columns(input_shape, filters, kernel_size, strides=1, padding="valid"):
    """Rows times columns times filters, each counted."""
    rows, columns, depth = by_counting_positions(input_shape, filters, kernel_size, strides, padding)
    return rows * columns * depth


@variant()
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


# ---------------------------------------------------------------- wrong answers


@misconception("parameters")
def counts_a_bias_for_every_kernel(in_channels, filters, kernel_size, use_bias=True):
    """You count more biases than there are output maps."""
    kh, kw = _pair(kernel_size)
    _refuse_small(in_channels, filters, kh, kw)
    return (kh * kw + use_bias) * in_channels * filters


@misconception("parameters")
def forgets_the_depth_of_the_input(in_channels, filters, kernel_size, use_bias=True):
    """A filter is as deep as its input."""
    kh, kw = _pair(kernel_size)
    _refuse_small(in_channels, filters, kh, kw)
    return (kh * kw + use_bias) * filters


@misconception("parameters", "pairs", "bias flag, errors")
def counts_the_weights_at_every_position(in_channels, filters, kernel_size, use_bias=True):
    """The same weights are used at every position; you count them again each time."""
    kh, kw = _pair(kernel_size)
    _refuse_small(in_channels, filters, kh, kw)
    positions = _valid(28, kh, 1) * _valid(28, kw, 1)  # the chapter's pictures are 28 by 28
    return (kh * kw * in_channels + use_bias) * filters * positions


@misconception("bias flag, errors")
def counts_the_bias_always(in_channels, filters, kernel_size, use_bias=True):
    """Switching the bias off changes nothing in your count."""
    kh, kw = _pair(kernel_size)
    _refuse_small(in_channels, filters, kh, kw)
    return (kh * kw * in_channels + 1) * filters


@misconception("parameters")
def counts_one_bias_for_the_layer(in_channels, filters, kernel_size, use_bias=True):
    """You count one bias for the whole layer; how many maps does it make?"""
    kh, kw = _pair(kernel_size)
    _refuse_small(in_channels, filters, kh, kw)
    return kh * kw * in_channels * filters + use_bias


@misconception("parameters")
def counts_no_bias(in_channels, filters, kernel_size, use_bias=True):
    """Your count has no bias in it, whether there is one or not."""
    kh, kw = _pair(kernel_size)
    _refuse_small(in_channels, filters, kh, kw)
    return kh * kw * in_channels * filters


@misconception("parameters", "bias flag, errors")
def counts_the_bias_when_there_is_none(in_channels, filters, kernel_size, use_bias=True):
    """You count the bias exactly when there is none."""
    kh, kw = _pair(kernel_size)
    _refuse_small(in_channels, filters, kh, kw)
    return (kh * kw * in_channels + (0 if use_bias else 1)) * filters


@misconception("parameters")
def counts_a_bias_for_every_channel(in_channels, filters, kernel_size, use_bias=True):
    """Channels and filters have changed places: to which of them does a bias belong?"""
    kh, kw = _pair(kernel_size)
    _refuse_small(in_channels, filters, kh, kw)
    return (kh * kw * filters + use_bias) * in_channels


@misconception("pairs")
def squares_the_first_side(in_channels, filters, kernel_size, use_bias=True):
    """Only square windows are counted rightly."""
    kh, kw = _pair(kernel_size)
    _refuse_small(in_channels, filters, kh, kw)
    return (kh * kh * in_channels + use_bias) * filters


@misconception("pairs")
def squares_the_second_side(in_channels, filters, kernel_size, use_bias=True):
    """Only square windows are counted rightly."""
    kh, kw = _pair(kernel_size)
    _refuse_small(in_channels, filters, kh, kw)
    return (kw * kw * in_channels + use_bias) * filters


@misconception("pairs")
def counts_square_windows_only(in_channels, filters, kernel_size, use_bias=True):
    """Your function stops at a pair; a window may be higher than wide."""
    kh, kw = _pair(kernel_size)
    _refuse_small(in_channels, filters, kh, kw)
    if not isinstance(kernel_size, int):
        raise TypeError("unsupported operand")  # as (3, 5) ** 2 does
    return (kh * kw * in_channels + use_bias) * filters


@misconception("bias flag, errors")
def counts_sizes_below_one(in_channels, filters, kernel_size, use_bias=True):
    """A size or a stride below 1 has no answer; refuse it with a ValueError."""
    kh, kw = _pair(kernel_size)
    return (kh * kw * in_channels + use_bias) * filters


@misconception("bias flag, errors")
def counts_in_floats(in_channels, filters, kernel_size, use_bias=True):
    """The values are right, the form is not: look at the types that were asked for."""
    return (
        float(counts_sizes_below_one(in_channels, filters, kernel_size, use_bias))
        if (min(in_channels, filters, *_pair(kernel_size)) > 0)
        else _refuse_small(0)
    )


@misconception("activations", replaces="count_activations")
def counts_positions(input_shape, filters, kernel_size, strides=1, padding="valid"):
    """You count positions, not values."""
    height, width, _ = _shape(input_shape, filters, kernel_size, strides, padding)
    return height * width


@misconception("activations", replaces="count_activations")
def counts_the_size_of_the_input(input_shape, filters, kernel_size, strides=1, padding="valid"):
    """You count a position for each pixel of the input; does the window fit at every one?"""
    _shape(input_shape, filters, kernel_size, strides, padding)
    return input_shape[0] * input_shape[1] * filters


@misconception("activations", replaces="count_activations")
def counts_the_values_of_stride_one(input_shape, filters, kernel_size, strides=1, padding="valid"):
    """The stride has no effect on your answer."""
    _shape(input_shape, filters, kernel_size, strides, padding)
    return math.prod(_shape(input_shape, filters, kernel_size, 1, padding))


@misconception("activations", replaces="count_activations")
def counts_the_values_without_padding(input_shape, filters, kernel_size, strides=1, padding="valid"):
    """The padding has no effect on your answer."""
    _shape(input_shape, filters, kernel_size, strides, padding)
    return math.prod(_shape(input_shape, filters, kernel_size, strides))


@misconception("activations", replaces="count_activations")
def counts_each_channel_of_the_input(input_shape, filters, kernel_size, strides=1, padding="valid"):
    """A map has one value at each position, however deep the input is."""
    return math.prod(_shape(input_shape, filters, kernel_size, strides, padding)) * input_shape[2]


@misconception("activations", "bias flag, errors", replaces="count_activations")
def counts_the_weights(input_shape, filters, kernel_size, strides=1, padding="valid"):
    """You count weights where values were asked for: which of the two grows with the picture?"""
    _shape(input_shape, filters, kernel_size, strides, padding)
    return (math.prod(_pair(kernel_size)) * input_shape[2] + 1) * filters


@misconception("activations", replaces="count_activations")
def counts_with_the_depth_of_the_input(input_shape, filters, kernel_size, strides=1, padding="valid"):
    """The depth of the output is not inherited from the input."""
    return math.prod(_shape(input_shape, filters, kernel_size, strides, padding)[:2]) * input_shape[2]


@misconception("bias flag, errors", replaces="count_activations")
def counts_activations_of_sizes_below_one(input_shape, filters, kernel_size, strides=1, padding="valid"):
    """A size or a stride below 1 has no answer; refuse it with a ValueError."""
    return math.prod(takes_sizes_below_one(input_shape, filters, kernel_size, strides, padding))


@misconception(GUARD, replaces="count_activations")
def counts_activations_with_the_first_of_a_pair(input_shape, filters, kernel_size, strides=1, padding="valid"):
    """Only one of the two entries of a pair has an effect."""
    _shape(input_shape, filters, kernel_size, strides, padding)
    return math.prod(_shape(input_shape, filters, _pair(kernel_size)[0], _pair(strides)[0], padding))
