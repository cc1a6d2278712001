"""Answers to `shift_image`: right ones written in other ways, and wrong ones with a sentence each."""

import numpy as np

from autograder.grading.catalogue import misconception, variant
from autograder.values.observed import GUARD

# ---------------------------------------------------------------- right answers in other ways


@variant()
def by_padding_and_cropping(x, dy, dx, fill=0.0):
    """A frame of `fill` around the picture, and a window that moves over it."""
    height, width = x.shape[:2]
    framed = np.pad(x, ((height, height), (width, width), (0, 0)), constant_values=fill)
    top, left = height - np.clip(dy, -height, height), width - np.clip(dx, -width, width)
    return framed[top : top + height, left : left + width].copy()


@variant()
def by_single_pixels(x, dy, dx, fill=0.0):
    """Each pixel asks where it comes from."""
    out = np.empty_like(x)
    for i, j in np.ndindex(x.shape[:2]):
        inside = 0 <= i - dy < x.shape[0] and 0 <= j - dx < x.shape[1]
        out[i, j] = x[i - dy, j - dx] if inside else fill
    return out


@variant()
def by_rolling_and_overwriting(x, dy, dx, fill=0.0):
    """numpy.roll, and then the rows and columns that came in on the other side are overwritten."""
    out = np.roll(x, (dy, dx), axis=(0, 1))
    rows, columns = np.arange(x.shape[0]) - dy, np.arange(x.shape[1]) - dx
    out[(rows < 0) | (rows >= x.shape[0])] = fill
    out[:, (columns < 0) | (columns >= x.shape[1])] = fill
    return out


@variant(replaces="equivariance_error")
def through_a_mask(f, x, dy, dx, stride=1):
    """Shifts a picture of ones along, to see which cells have an origin; float64 by numpy's own rules."""
    a, b = f(by_single_pixels(x, stride * dy, stride * dx)), f(x)
    inside = by_single_pixels(np.ones(b.shape), dy, dx) == 1
    if not inside.any():
        raise ValueError("nothing is left to compare")
    return np.abs(a.astype(float) - by_single_pixels(b.astype(float), dy, dx))[inside].max()


@variant(replaces="equivariance_error")
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


@variant()
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


@variant(replaces="equivariance_error")
def as_the_third_hint_says_of_errors(f, x, dy, dx, stride=1):
    """Hint 3: an array of ones is shifted in the same way; where it stays one, A and B are compared."""
    a = f(as_the_third_hint_says_of_shifts(x, stride * dy, stride * dx)).astype(np.float64)
    b = f(x).astype(np.float64)
    ones = as_the_third_hint_says_of_shifts(np.ones(b.shape), dy, dx)
    if not (ones == 1).any():
        raise ValueError("nothing is left to compare")
    return float(np.abs(a - as_the_third_hint_says_of_shifts(b, dy, dx))[ones == 1].max())


# ---------------------------------------------------------------- wrong answers


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


_EDGES, _ZERO, _VALUE = (
    "shift edge cases, dtype, purity",
    "error 0 for equivariant maps",
    "error of other maps, calls, errors",
)


@misconception("shift values")
def rolls_the_picture(x, dy, dx, fill=0.0):
    """What leaves on one side comes in on the other."""
    return np.roll(x, (dy, dx), axis=(0, 1))


@misconception("shift values")
def shifts_against_the_arrow(x, dy, dx, fill=0.0):
    """Your picture moves the other way: positive is down, and to the right."""
    return _shift(x, -dy, -dx, fill)


@misconception("shift values")
def exchanges_the_shifts(x, dy, dx, fill=0.0):
    """Vertical and horizontal shift have changed places."""
    return _shift(x, dx, dy, fill)


@misconception("shift values")
def wraps_negative_shifts(x, dy, dx, fill=0.0):
    """Shifts up or left go wrong."""
    out = np.full_like(x, fill)
    for i, j in np.ndindex(x.shape[:2]):
        if i + dy < x.shape[0] and j + dx < x.shape[1]:
            out[i + dy, j + dx] = x[i, j]  # a negative index counts from the end
    return out


@misconception("shift values", rare=True)
def loses_negative_shifts(x, dy, dx, fill=0.0):
    """Shifts up or left go wrong."""
    out = np.full_like(x, fill)
    if 0 <= dy < x.shape[0] and 0 <= dx < x.shape[1]:
        out[dy:, dx:] = x[: x.shape[0] - dy, : x.shape[1] - dx]
    return out


@misconception("shift values")
def rolls_and_clears_the_first_cells(x, dy, dx, fill=0.0):
    """Shifts up or left go wrong."""
    out = np.roll(x, (dy, dx), axis=(0, 1))
    out[: abs(dy)] = fill
    out[:, : abs(dx)] = fill
    return out


@misconception("shift values")
def rolls_and_clears_up_to_the_shift(x, dy, dx, fill=0.0):
    """Shifts up or left go wrong."""
    out = np.roll(x, (dy, dx), axis=(0, 1))
    if dy:
        out[:dy] = fill
    if dx:
        out[:, :dx] = fill
    return out


@misconception("shift values")
def loses_shifts_of_zero(x, dy, dx, fill=0.0):
    """A shift by zero along one axis is a shift, too; what is x[:-0]?"""
    out = np.full_like(x, fill)
    if abs(dy) < x.shape[0] and abs(dx) < x.shape[1]:
        to = slice(dy, None) if dy >= 0 else slice(None, dy), slice(dx, None) if dx >= 0 else slice(None, dx)
        out[to] = x[
            slice(None, -dy) if dy >= 0 else slice(-dy, None), slice(None, -dx) if dx >= 0 else slice(-dx, None)
        ]
    return out


@misconception("shift values")
def shifts_one_axis_only(x, dy, dx, fill=0.0):
    """One of the two shifts has no effect."""
    return _shift(x, dy, 0, fill)


@misconception("shift values")
def repeats_the_border(x, dy, dx, fill=0.0):
    """The border is repeated where the fill belongs."""
    rows = np.clip(np.arange(x.shape[0]) - dy, 0, x.shape[0] - 1)
    columns = np.clip(np.arange(x.shape[1]) - dx, 0, x.shape[1] - 1)
    return x[rows][:, columns]


@misconception(_EDGES)
def leaves_the_picture_for_large_shifts(x, dy, dx, fill=0.0):
    """A shift beyond the border is allowed; what is left to see?"""
    return x.copy() if abs(dy) >= x.shape[0] or abs(dx) >= x.shape[1] else _shift(x, dy, dx, fill)


@misconception(_EDGES)
def refuses_large_shifts(x, dy, dx, fill=0.0):
    """A shift beyond the border is allowed; what is left to see?"""
    if abs(dy) >= x.shape[0] or abs(dx) >= x.shape[1]:
        raise ValueError("could not broadcast")  # as slices of unequal length do
    return _shift(x, dy, dx, fill)


@misconception(_EDGES)
def ignores_the_fill(x, dy, dx, fill=0.0):
    """The vacated cells do not get the value asked for."""
    return _shift(x, dy, dx)


@misconception(_EDGES)
def shifts_into_float64(x, dy, dx, fill=0.0):
    """Right values, other type than asked for."""
    return _shift(x.astype("float64"), dy, dx, fill)


@misconception(_EDGES)
def hands_the_picture_itself_back(x, dy, dx, fill=0.0):
    """Your answer is the argument itself when nothing has to move: whoever writes into one changes the other."""
    return x if dy == dx == 0 else _shift(x, dy, dx, fill)


@misconception(_EDGES)
def shifts_the_picture_in_place(x, dy, dx, fill=0.0):
    """The input array is different after the call."""
    x[...] = _shift(x, dy, dx, fill)
    return x


@misconception(_ZERO, replaces="equivariance_error")
def compares_the_vacated_border(f, x, dy, dx, stride=1):
    """You find an error even for a perfect convolution: look at the cells that the shift has emptied."""
    differences, _ = _differences(f, x, dy, dx, stride)
    return float(differences.max())


@misconception(_ZERO, replaces="equivariance_error")
def shifts_the_input_without_the_stride(f, x, dy, dx, stride=1):
    """One step of the output is not one step of the input."""
    differences, inside = _differences(f, x, dy, dx, before=(dy, dx))
    return float(differences[inside].max())


@misconception(_ZERO, replaces="equivariance_error")
def shifts_the_output_by_the_stride(f, x, dy, dx, stride=1):
    """One step of the output is not one step of the input."""
    differences, inside = _differences(f, x, dy, dx, stride, after=(stride * dy, stride * dx))
    return float(differences[inside].max())


@misconception(_VALUE, replaces="equivariance_error")
def averages_the_error(f, x, dy, dx, stride=1):
    """You average the error away."""
    differences, inside = _differences(f, x, dy, dx, stride)
    return float(differences[inside].mean())


@misconception(_VALUE, replaces="equivariance_error")
def adds_the_errors_up(f, x, dy, dx, stride=1):
    """Your measure grows with the number of cells; one greatest difference was asked for."""
    differences, inside = _differences(f, x, dy, dx, stride)
    return float(differences[inside].sum())


@misconception(_VALUE, replaces="equivariance_error")
def forgets_the_magnitude(f, x, dy, dx, stride=1):
    """A difference can be negative."""
    _, inside = _differences(f, x, dy, dx, stride)
    a, b = f(_shift(x, stride * dy, stride * dx)), _shift(f(x), dy, dx)
    return float((a.astype("float64") - b)[inside].max())


@misconception(_ZERO, _VALUE, replaces="equivariance_error")
def finds_no_error(f, x, dy, dx, stride=1):
    """Your measure finds nothing, even where a map depends on the position."""
    _differences(f, x, dy, dx, stride)
    return 0.0


@misconception(_ZERO, _VALUE, replaces="equivariance_error")
def checks_invariance(f, x, dy, dx, stride=1):
    """You test whether the output stays the same, not whether it moves along."""
    differences, inside = _differences(f, x, dy, dx, stride, after=(0, 0))
    return float(differences[inside].max())


@misconception(_VALUE, replaces="equivariance_error")
def squares_the_difference(f, x, dy, dx, stride=1):
    """Your error is not the difference itself, but its square."""
    differences, inside = _differences(f, x, dy, dx, stride)
    return float((differences[inside] ** 2).max())


@misconception(_ZERO, replaces="equivariance_error")
def cuts_the_vacated_cells_in_front_only(f, x, dy, dx, stride=1):
    """Your comparison goes wrong for shifts up or left: which cells are vacated then?"""
    differences, _ = _differences(f, x, dy, dx, stride)
    return float(differences[dy:, dx:].max())


@misconception(_ZERO, replaces="equivariance_error")
def loses_all_cells_for_a_shift_of_zero(f, x, dy, dx, stride=1):
    """A shift by zero along one axis is a shift, too; what is x[:-0]?"""
    differences, _ = _differences(f, x, dy, dx, stride)
    rows = slice(dy, None) if dy > 0 else slice(None, dy)
    columns = slice(dx, None) if dx > 0 else slice(None, dx)
    return float(differences[rows, columns].max())  # of no cells: ValueError


@misconception(_ZERO, replaces="equivariance_error")
def exchanges_the_shifts_of_the_input(f, x, dy, dx, stride=1):
    """Vertical and horizontal shift have changed places."""
    differences, inside = _differences(f, x, dy, dx, before=(stride * dx, stride * dy))
    return float(differences[inside].max())


@misconception(_VALUE, replaces="equivariance_error")
def lets_bytes_wrap_around(f, x, dy, dx, stride=1):
    """A byte cannot hold every difference of two bytes."""
    a, b = f(_shift(x, stride * dy, stride * dx)), f(x)
    if abs(dy) >= b.shape[0] or abs(dx) >= b.shape[1]:
        raise ValueError("nothing is left to compare")
    inside = _overlap(b.shape[0], dy)[0], _overlap(b.shape[1], dx)[0]
    return float(np.abs(a - _shift(b, dy, dx))[inside].max())


@misconception(_VALUE, replaces="equivariance_error")
def asks_f_more_than_twice(f, x, dy, dx, stride=1):
    """Your function asks f more often than it needs to."""
    f(x)  # for the shape alone
    differences, inside = _differences(f, x, dy, dx, stride)
    return float(differences[inside].max())


@misconception(_VALUE, replaces="equivariance_error")
def finds_no_error_where_nothing_is_left(f, x, dy, dx, stride=1):
    """Where no cell is left to compare there is nothing to measure; your function returns a number all the same."""
    try:
        differences, inside = _differences(f, x, dy, dx, stride)
    except ValueError:
        return 0.0
    return float(differences[inside].max())


@misconception(_VALUE, replaces="equivariance_error")
def leaves_out_both_borders(f, x, dy, dx, stride=1):
    """You leave out cells that the shift has not emptied."""
    differences, _ = _differences(f, x, dy, dx, stride)
    height, width = differences.shape[:2]
    return float(differences[abs(dy) : height - abs(dy), abs(dx) : width - abs(dx)].max(initial=0))


@misconception(GUARD, replaces="equivariance_error")
def leaves_out_the_border_of_the_input(f, x, dy, dx, stride=1):
    """You leave out cells that the shift has not emptied."""
    differences, _ = _differences(f, x, dy, dx, stride)
    inside = _overlap(len(differences), stride * dy)[0], _overlap(differences.shape[1], stride * dx)[0]
    return float(differences[inside].max(initial=0))


@misconception(GUARD)
def leaves_zeros_after_a_shift_up_or_left(x, dy, dx, fill=0.0):
    """Shifts up or left leave zeros where the fill belongs."""
    out = _shift(x, dy, dx)
    out[: max(dy, 0)] = fill
    out[:, : max(dx, 0)] = fill
    return out
