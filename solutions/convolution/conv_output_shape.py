"""Answers to `conv_output_shape`: right ones written in other ways, and wrong ones with a sentence each."""

import math

import numpy as np

from autograder.grading.catalogue import misconception, variant
from autograder.values.observed import GUARD

from .windows import _pair, _refuse, _refuse_large, _refuse_small, _refuse_window, _same, _shape, _valid

# ---------------------------------------------------------------- right answers in other ways


@variant()
def by_other_formulas(input_shape, filters, kernel_size, strides=1, padding="valid"):
    """'same' as (n - 1) // s + 1 and 'valid' as ceil((n - k + 1) / s)."""
    _refuse_window(input_shape, filters, kernel_size, strides, padding)
    sides = []
    for n, k, s in zip(input_shape, _pair(kernel_size), _pair(strides), strict=False):
        sides.append((n - 1) // s + 1 if padding == "same" else math.ceil((n - k + 1) / s))
    return sides[0], sides[1], filters


@variant()
def by_counting_positions(input_shape, filters, kernel_size, strides=1, padding="valid"):
    """Counts the positions of the window's upper left corner."""
    _refuse_window(input_shape, filters, kernel_size, strides, padding)
    kh, kw = (1, 1) if padding == "same" else _pair(kernel_size)
    (sh, sw), (height, width, _) = _pair(strides), input_shape
    return len(range(0, height - kh + 1, sh)), len(range(0, width - kw + 1, sw)), filters


@variant()
def with_an_error_of_its_own(input_shape, filters, kernel_size, strides=1, padding="valid"):
    """Refuses with a subclass of ValueError."""

    class ImpossibleError(ValueError):
        pass

    try:
        return by_other_formulas(input_shape, filters, kernel_size, strides, padding)
    except ValueError as error:
        raise ImpossibleError from error


@variant()
def as_the_third_hint_says_of_shapes(input_shape, filters, kernel_size, strides=1, padding="valid"):
    """Hint 3: "same" divides and rounds up; "valid" subtracts, divides, rounds down, and adds the first place."""
    _refuse_window(input_shape, filters, kernel_size, strides, padding)
    height, width, _ = input_shape
    (kh, kw), (sh, sw) = _pair(kernel_size), _pair(strides)
    if padding == "same":
        return math.ceil(height / sh), math.ceil(width / sw), filters
    return math.floor((height - kh) / sh) + 1, math.floor((width - kw) / sw) + 1, filters


# ---------------------------------------------------------------- wrong answers


@misconception("valid")
def counts_a_window_that_sticks_out(input_shape, filters, kernel_size, strides=1, padding="valid"):
    """Your output counts a last window that sticks out of the picture."""
    return _shape(input_shape, filters, kernel_size, strides, padding, valid=lambda n, k, s: -(-(n - k) // s) + 1)


@misconception("valid")
def forgets_the_first_window(input_shape, filters, kernel_size, strides=1, padding="valid"):
    """Count the window positions in a picture just as wide as the window: there is one."""
    return _shape(input_shape, filters, kernel_size, strides, padding, valid=lambda n, k, s: (n - k) // s)


@misconception("valid")
def divides_before_the_window_moves(input_shape, filters, kernel_size, strides=1, padding="valid"):
    """You shrink the picture by the stride before the window has moved; look at what the stride acts on."""
    return _shape(input_shape, filters, kernel_size, strides, padding, valid=lambda n, k, s: n // s - k + 1)


@misconception("valid")
def loses_a_last_window_that_fits(input_shape, filters, kernel_size, strides=1, padding="valid"):
    """For some sizes you lose the last window, although it fits exactly."""
    return _shape(input_shape, filters, kernel_size, strides, padding, valid=lambda n, k, s: (n - k + 1) // s)


@misconception("same")
def same_keeps_the_size_for_every_stride(input_shape, filters, kernel_size, strides=1, padding="valid"):
    """Padding keeps the size only if the window moves one pixel at a time."""
    return _shape(input_shape, filters, kernel_size, strides, padding, same=lambda n, k, s: n)


@misconception("same")
def same_rounds_down(input_shape, filters, kernel_size, strides=1, padding="valid"):
    """With 'same' you count one position too few where the stride does not divide the size."""
    return _shape(input_shape, filters, kernel_size, strides, padding, same=lambda n, k, s: n // s)


@misconception("same")
def same_pads_half_a_window_on_both_sides(input_shape, filters, kernel_size, strides=1, padding="valid"):
    """With an even window your padding adds one pixel too many."""
    same = lambda n, k, s: _valid(n + k // 2 * 2, k, s)  # noqa: E731
    return _shape(input_shape, filters, kernel_size, strides, padding, same=same)


@misconception("valid", "same")
def rounds_to_the_nearest(input_shape, filters, kernel_size, strides=1, padding="valid"):
    """Half windows are sometimes rounded up in your answer; a window is there or not."""
    valid, same = lambda n, k, s: round((n - k) / s) + 1, lambda n, k, s: round(n / s)
    return _shape(input_shape, filters, kernel_size, strides, padding, valid, same)


@misconception("valid")
def rounds_halves_up(input_shape, filters, kernel_size, strides=1, padding="valid"):
    """Half windows are sometimes rounded up in your answer; a window is there or not."""
    return _shape(input_shape, filters, kernel_size, strides, padding, lambda n, k, s: int((n - k) / s + 0.5) + 1)


@misconception("pairs and non-square")
def takes_pairs_as_width_and_height(input_shape, filters, kernel_size, strides=1, padding="valid"):
    """Height and width change places somewhere; try a picture that is not square."""
    return _shape(input_shape, filters, _pair(kernel_size)[::-1], _pair(strides)[::-1], padding)


@misconception("pairs and non-square")
def takes_strides_as_width_and_height(input_shape, filters, kernel_size, strides=1, padding="valid"):
    """Height and width change places somewhere; try a picture that is not square."""
    return _shape(input_shape, filters, kernel_size, _pair(strides)[::-1], padding)


@misconception("pairs and non-square")
def takes_the_kernel_as_width_and_height(input_shape, filters, kernel_size, strides=1, padding="valid"):
    """Height and width change places somewhere; try a picture that is not square."""
    return _shape(input_shape, filters, _pair(kernel_size)[::-1], strides, padding)


@misconception("pairs and non-square")
def answers_width_before_height(input_shape, filters, kernel_size, strides=1, padding="valid"):
    """Height and width change places somewhere; try a picture that is not square."""
    height, width, filters = _shape(input_shape, filters, kernel_size, strides, padding)
    return width, height, filters


@misconception("pairs and non-square")
def ignores_the_second_of_a_pair(input_shape, filters, kernel_size, strides=1, padding="valid"):
    """Only one of the two entries of a pair has an effect."""
    return _shape(input_shape, filters, _pair(kernel_size)[0], _pair(strides)[0], padding)


@misconception(GUARD)
def ignores_the_second_stride_of_same(input_shape, filters, kernel_size, strides=1, padding="valid"):
    """Only one of the two entries of a pair has an effect."""
    _refuse(input_shape, filters, kernel_size, strides, padding)
    strides = _pair(strides)[0] if padding == "same" else strides
    return _shape(input_shape, filters, kernel_size, strides, padding)


@misconception("pairs and non-square")
def takes_no_list_as_a_pair(input_shape, filters, kernel_size, strides=1, padding="valid"):
    """A pair may come as a list, too."""
    if isinstance(kernel_size, list) or isinstance(strides, list):
        raise TypeError("unsupported operand")  # as arithmetic on a list does
    return _shape(input_shape, filters, kernel_size, strides, padding)


@misconception("valid")
def keeps_the_depth_of_the_input(input_shape, filters, kernel_size, strides=1, padding="valid"):
    """The depth of the output is not inherited from the input."""
    return *_shape(input_shape, filters, kernel_size, strides, padding)[:2], input_shape[2]


@misconception("valid")
def answers_channels_first(input_shape, filters, kernel_size, strides=1, padding="valid"):
    """Look at the order of the three numbers: where does a channels-last shape carry its depth?"""
    height, width, filters = _shape(input_shape, filters, kernel_size, strides, padding)
    return filters, height, width


@misconception("errors")
def answers_for_a_window_that_does_not_fit(input_shape, filters, kernel_size, strides=1, padding="valid"):
    """Your function reports a size for a window that fits nowhere."""
    _refuse(input_shape, filters, kernel_size, strides, padding)
    count = _valid if padding == "valid" else _same
    sizes = zip(input_shape, _pair(kernel_size), _pair(strides), strict=False)
    return *(count(n, k, s) for n, k, s in sizes), filters


@misconception("errors")
def refuses_negative_sizes_only(input_shape, filters, kernel_size, strides=1, padding="valid"):
    """Your function reports a size for a window that fits nowhere."""
    answer = answers_for_a_window_that_does_not_fit(input_shape, filters, kernel_size, strides, padding)
    if min(answer) < 0:
        raise ValueError("negative size")
    return answer


@misconception("errors")
def truncates_towards_zero(input_shape, filters, kernel_size, strides=1, padding="valid"):
    """int() rounds towards zero, negative numbers too; try a window just larger than the picture, with a stride."""
    _refuse(input_shape, filters, kernel_size, strides, padding)
    sizes = zip(input_shape, _pair(kernel_size), _pair(strides), strict=False)
    valid = padding == "valid"
    answer = tuple(int((n - k) / s) + 1 if valid else math.ceil(n / s) for n, k, s in sizes)
    _refuse_small(*answer)
    return *answer, filters


@misconception("errors")
def checks_the_fit_of_the_height_only(input_shape, filters, kernel_size, strides=1, padding="valid"):
    """You check on one axis only whether the window fits."""
    answer = answers_for_a_window_that_does_not_fit(input_shape, filters, kernel_size, strides, padding)
    _refuse_large(input_shape[:1], kernel_size, padding)
    return answer


@misconception("same")
def refuses_a_large_window_with_same(input_shape, filters, kernel_size, strides=1, padding="valid"):
    """You refuse a case that padding makes possible."""
    _refuse_large(input_shape, kernel_size, "valid")
    return _shape(input_shape, filters, kernel_size, strides, padding)


@misconception("errors")
def takes_unknown_padding_as_valid(input_shape, filters, kernel_size, strides=1, padding="valid"):
    """A misspelt padding passes silently through your function."""
    return _shape(input_shape, filters, kernel_size, strides, "same" if padding == "same" else "valid")


@misconception("errors")
def takes_padding_in_capitals(input_shape, filters, kernel_size, strides=1, padding="valid"):
    """A misspelt padding passes silently through your function."""
    return _shape(input_shape, filters, kernel_size, strides, padding.lower())


@misconception("errors")
def takes_unknown_padding_as_same(input_shape, filters, kernel_size, strides=1, padding="valid"):
    """A misspelt padding passes silently through your function."""
    return _shape(input_shape, filters, kernel_size, strides, "valid" if padding == "valid" else "same")


@misconception("errors")
def takes_shapes_of_any_length(input_shape, filters, kernel_size, strides=1, padding="valid"):
    """A shape without channels, or with a batch axis, passes silently through your function."""
    return _shape((*input_shape[:2], 1), filters, kernel_size, strides, padding)


@misconception("errors")
def takes_sizes_below_one(input_shape, filters, kernel_size, strides=1, padding="valid"):
    """A size or a stride below 1 has no answer; refuse it with a ValueError."""
    if len(input_shape) != 3 or padding not in ("valid", "same"):
        raise ValueError("no such shape or padding")
    _refuse_large(input_shape, kernel_size, padding)
    sizes = zip(input_shape, _pair(kernel_size), _pair(strides), strict=False)
    return *((_valid if padding == "valid" else _same)(n, k, s) for n, k, s in sizes), filters


@misconception("errors")
def refuses_with_an_assertion(input_shape, filters, kernel_size, strides=1, padding="valid"):
    """You refuse what has to be refused, but with another kind of exception than the one asked for."""
    try:
        return _shape(input_shape, filters, kernel_size, strides, padding)
    except ValueError as error:
        raise AssertionError from error


@misconception("same")
def same_pads_half_a_window_rounded_down(input_shape, filters, kernel_size, strides=1, padding="valid"):
    """With an even window your padding is one pixel short."""
    same = lambda n, k, s: _valid(n + (k - 1) // 2 * 2, k, s)  # noqa: E731
    return _shape(input_shape, filters, kernel_size, strides, padding, same=same)


@misconception("type")
def answers_with_a_list(input_shape, filters, kernel_size, strides=1, padding="valid"):
    """The values are right, the form is not: look at the types that were asked for."""
    return list(_shape(input_shape, filters, kernel_size, strides, padding))


@misconception("type")
def answers_with_numpy_integers(input_shape, filters, kernel_size, strides=1, padding="valid"):
    """The values are right, the form is not: look at the types that were asked for."""
    return tuple(np.array(_shape(input_shape, filters, kernel_size, strides, padding)))


@misconception("type")
def answers_with_floats(input_shape, filters, kernel_size, strides=1, padding="valid"):
    """The values are right, the form is not: look at the types that were asked for."""
    height, width, filters = _shape(input_shape, filters, kernel_size, strides, padding)
    return float(height), float(width), filters  # np.floor and np.ceil give floats


@misconception("valid", "same", "pairs and non-square")
def ignores_the_strides_of_the_layer(input_shape, filters, kernel_size, strides=1, padding="valid"):
    """The stride has no effect on your answer."""
    _shape(input_shape, filters, kernel_size, strides, padding)
    return _shape(input_shape, filters, kernel_size, 1, padding)


@misconception("same", rare=True)
def ignores_the_padding_of_the_layer(input_shape, filters, kernel_size, strides=1, padding="valid"):
    """The padding has no effect on your answer."""
    _refuse(input_shape, filters, kernel_size, strides, padding)
    return _shape(input_shape, filters, kernel_size, strides)


@misconception("valid", "same", "pairs and non-square")
def exchanges_valid_and_same(input_shape, filters, kernel_size, strides=1, padding="valid"):
    """Your two kinds of padding have changed places."""
    return _shape(input_shape, filters, kernel_size, strides, padding, valid=_same, same=_valid)


@misconception("valid")
def counts_half_windows_on_both_sides(input_shape, filters, kernel_size, strides=1, padding="valid"):
    """With an even window you count one position too few."""
    return _shape(
        input_shape, filters, kernel_size, strides, padding, valid=lambda n, k, s: (n - k // 2 * 2 - 1) // s + 1
    )


@misconception("valid")
def refuses_a_window_as_large_as_the_picture(input_shape, filters, kernel_size, strides=1, padding="valid"):
    """A window just as large as the picture has one position; you refuse it."""
    answer = _shape(input_shape, filters, kernel_size, strides, padding)
    if padding == "valid" and any(k == n for n, k in zip(input_shape, _pair(kernel_size), strict=False)):
        raise ValueError("the window does not fit")
    return answer


@misconception("pairs and non-square")
def takes_no_pair(input_shape, filters, kernel_size, strides=1, padding="valid"):
    """Your function stops at a pair; a window may be higher than wide."""
    if not isinstance(kernel_size, int) or not isinstance(strides, int):
        raise TypeError("unsupported operand")  # as arithmetic on a tuple does
    return _shape(input_shape, filters, kernel_size, strides, padding)


@misconception("all")
def stops_at_every_question(input_shape, filters, kernel_size, strides=1, padding="valid"):
    """Every call ends with a TypeError; are the number and the names of the arguments those of the statement?"""
    raise TypeError("unexpected argument")
