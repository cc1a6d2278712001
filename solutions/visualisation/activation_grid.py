"""Answers to `activation_grid`: right ones written in other ways, and wrong ones with a sentence each."""

import math

import numpy as np

from autograder.grading.catalogue import misconception, variant

# ---------------------------------------------------------------- right answers in other ways


@variant()
def cell_by_cell(activation, columns=16, margin=1):
    """Builds rows of cells with padding around them, in float32 but for the statistics."""
    maps = np.array(activation, dtype="float32")
    if maps.ndim == 4:
        if maps.shape[0] != 1:
            raise ValueError("a batch")
        maps = maps.squeeze(0)
    if maps.ndim != 3 or columns <= 0 or margin < 0:
        raise ValueError("no map")
    exact = np.asarray(activation).reshape(maps.shape).astype("float64")
    cells = []
    for number in range(math.ceil(maps.shape[2] / columns) * columns):
        cell = np.zeros(maps.shape[:2])
        if number < maps.shape[2]:
            values = exact[..., number]
            std = values.std()
            if std > 1e-12 * max(1, abs(values).max()):
                cell = np.maximum(np.minimum((values - values.mean()) * (64 / std) + 128, 255), 0)
        cells.append(np.pad(cell, ((0, margin), (0, margin))))
    rows = [np.concatenate(cells[start : start + columns], axis=1) for start in range(0, len(cells), columns)]
    grid = np.concatenate(rows, axis=0)
    return grid[: grid.shape[0] - margin, : grid.shape[1] - margin].astype("uint8")


@variant()
def as_hint_3_says_of_grids(activation, columns=16, margin=1):
    """Hint 3, word for word."""
    maps = np.array(activation, np.float64)
    if maps.ndim == 4 and maps.shape[0] == 1:
        maps = maps[0]
    if maps.ndim != 3 or columns < 1 or margin < 0:
        raise ValueError("no grid")
    height, width, count = maps.shape
    rows = math.ceil(count / columns)
    grid = np.zeros((rows * height + (rows - 1) * margin, columns * width + (columns - 1) * margin), np.uint8)
    for c in range(count):
        row, column = divmod(c, columns)
        y, x = row * (height + margin), column * (width + margin)
        a = maps[:, :, c]
        if a.max() != a.min():
            scaled = (a - a.mean()) / a.std() * 64 + 128
            grid[y : y + height, x : x + width] = np.clip(scaled, 0, 255).astype(np.uint8)
    return grid


@variant()
def in_float32_all_along(activation, columns=16, margin=1):
    """Scales in float32; asks for the maximum and the minimum before."""
    maps = np.asarray(activation, np.float32)
    maps = maps[0] if maps.ndim == 4 and len(maps) == 1 else maps
    if maps.ndim != 3 or min(columns - 1, margin) < 0:
        raise ValueError("no grid")
    height, width, count = maps.shape
    rows = (count + columns - 1) // columns
    grid = np.zeros((rows * (height + margin), columns * (width + margin)), np.uint8)
    for c in range(count):
        a = maps[..., c]
        if np.ptp(a) > 0:
            y, x = c // columns * (height + margin), c % columns * (width + margin)
            grid[y : y + height, x : x + width] = np.clip(64 * (a - a.mean()) / a.std() + 128, 0, 255)
    return grid[: len(grid) - margin, : grid.shape[1] - margin]


# ---------------------------------------------------------------- wrong answers

_LAYOUT, _VALUES, _CONSTANT, _LAST = (
    "layout",
    "per-channel values",
    "constant channel, partial last row",
    "one picture, dtype, array left alone, errors",
)


def _standard(values):
    """One channel as it should be."""
    if values.max() == values.min():
        return np.zeros(values.shape, np.uint8)
    return np.clip((values - values.mean()) / values.std() * 64 + 128, 0, 255).astype("uint8")


def _map(activation, columns, margin):
    """The map of one picture; refuses what activation_grid refuses."""
    maps = np.asarray(activation)
    if maps.ndim == 4 and len(maps) == 1:
        maps = maps[0]
    if maps.ndim != 3 or columns < 1 or margin < 0:
        raise ValueError("no such grid")
    return maps


def _grid(
    activation, columns, margin, *, scale=_standard, place=divmod, rows=None, rim=0, size=None, dtype="uint8", maps=None
):
    """activation_grid with a part exchanged."""
    if maps is None:
        maps = _map(activation, columns, margin).astype("float64")
    height, width = size or maps.shape[:2]
    channels = maps.shape[2]
    rows = -(-channels // columns) if rows is None else rows
    grid = np.zeros((rows * (height + margin) - margin + 2 * rim, columns * (width + margin) - margin + 2 * rim), dtype)
    for channel in range(channels):
        row, column = place(channel, columns)
        top, left = row * (height + margin) + rim, column * (width + margin) + rim
        cell = grid[top : top + height, left : left + width]
        with np.errstate(all="ignore"):
            cell[...] = np.asarray(scale(maps[:, :, channel]))[: cell.shape[0], : cell.shape[1]]
    return grid


@misconception(_VALUES)
def scales_all_channels_together(activation, columns=16, margin=1):
    """Weak channels vanish next to a strong one."""
    maps = _map(activation, columns, margin).astype("float64")
    mean, std = maps.mean(), maps.std() or 1

    def scale(values):
        flat = values.max() == values.min()
        return 0 * values if flat else np.clip((values - mean) / std * 64 + 128, 0, 255)

    return _grid(activation, columns, margin, scale=scale)


@misconception(_LAYOUT)
def fills_columns_first(activation, columns=16, margin=1):
    """Your grid is filled column by column, not row by row."""
    rows = -(-_map(activation, columns, margin).shape[2] // columns)
    return _grid(activation, columns, margin, place=lambda channel, _columns: divmod(channel, rows)[::-1])


@misconception(_LAYOUT)
def exchanges_height_and_width_of_the_frame(activation, columns=16, margin=1):
    """Your cells are cut off where a map is not square."""
    height, width = _map(activation, columns, margin).shape[:2]

    def scale(values):
        cell = np.zeros((width, height), np.uint8)
        part = _standard(values)[:width, :height]
        cell[: part.shape[0], : part.shape[1]] = part
        return cell

    return _grid(activation, columns, margin, scale=scale, size=(width, height))


@misconception(_CONSTANT)
def drops_the_last_row_if_it_is_not_full(activation, columns=16, margin=1):
    """Some channels are missing."""
    maps = _map(activation, columns, margin).astype("float64")
    rows = maps.shape[2] // columns
    if rows == 0:
        return np.zeros((0, columns * (maps.shape[1] + margin) - margin), np.uint8)
    return _grid(activation, columns, margin, maps=maps[:, :, : rows * columns], rows=rows)


@misconception(_CONSTANT)
def shows_a_constant_channel_in_grey(activation, columns=16, margin=1):
    """A channel without variation is not black in your grid."""

    def scale(values):
        flat = values.max() == values.min()
        return np.full(values.shape, 128) if flat else _standard(values)

    return _grid(activation, columns, margin, scale=scale)


@misconception(_CONSTANT)
def divides_by_a_standard_deviation_of_zero(activation, columns=16, margin=1):
    """For a channel without variation your function divides by zero."""
    maps = _map(activation, columns, margin).astype("float64")
    channels = [(values - values.mean()) / values.std() * 64 + 128 for values in np.moveaxis(maps, -1, 0)]
    cells = iter(np.nan_to_num(np.clip(channels, 0, 255)))
    return _grid(activation, columns, margin, scale=lambda _values: next(cells))


@misconception(_CONSTANT)
def trusts_the_float32_deviation(activation, columns=16, margin=1):
    """A constant channel is not always recognised: in float32 its standard deviation is not quite zero."""
    given = _map(activation, columns, margin)
    maps = given.astype("float64") if given.dtype.kind != "f" else given

    def scale(values):
        std = values.std()
        return 0 * values if std == 0 else np.clip((values - values.mean()) / std * 64 + 128, 0, 255)

    return _grid(activation, columns, margin, scale=scale, maps=maps)


@misconception(_LAYOUT)
def puts_a_margin_around_the_outside(activation, columns=16, margin=1):
    """Your grid has a margin around the outside, too."""
    return _grid(activation, columns, margin, rim=margin)


@misconception(_VALUES)
def converts_before_clipping(activation, columns=16, margin=1):
    """Bright spots turn black: a byte holds nothing above 255."""

    def scale(values):
        if values.max() == values.min():
            return 0 * values
        return ((values - values.mean()) / values.std() * 64 + 128).astype("int64") % 256

    return _grid(activation, columns, margin, scale=scale)


@misconception(_VALUES)
def scales_from_minimum_to_maximum(activation, columns=16, margin=1):
    """One outlier decides the scale of a channel."""

    def scale(values):
        low, high = values.min(), values.max()
        return 0 * values if low == high else (values - low) / (high - low) * 255

    return _grid(activation, columns, margin, scale=scale)


@misconception(_LAST)
def scales_in_place(activation, columns=16, margin=1):
    """The array has been changed by drawing it."""
    grid = _grid(activation, columns, margin)
    maps = _map(activation, columns, margin)
    for channel in range(maps.shape[2]):
        maps[:, :, channel] -= maps[:, :, channel].mean().astype(maps.dtype)
    return grid


@misconception(_LAST)
def returns_floats(activation, columns=16, margin=1):
    """Grey values are whole numbers from 0 to 255, and their dtype says so."""
    return _grid(activation, columns, margin, dtype="float64")


@misconception(_LAST)
def shows_the_first_picture_of_a_batch(activation, columns=16, margin=1):
    """Of several pictures you show the first and are silent about the others."""
    activation = np.asarray(activation)
    return _grid(activation[0] if activation.ndim == 4 else activation, columns, margin)
