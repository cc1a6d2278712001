"""Parts that several pictures are made of: planes of numbers, colour scales, boxes, rulers."""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Colormap, LinearSegmentedColormap, Normalize, to_rgb
from matplotlib.patches import Rectangle

from autograder.lab.pictures.style import PALETTE, Array, Picture, bare

LARGEST_NUMBERED_SIDE = 12  # above it, cells are too small for numbers
FIRST_WRONG = "first-wrong"
"""The gid of the boxes that mark the first wrong position, see `compare`."""
SMALL = 9.0
_SIGN_SIZE = 20.0


def channels_last(values: Array) -> Array:
    """Rank 1 and 2 with the axes they lack: shape (height, width, channels)."""
    if values.ndim == 1:
        return values[None, :, None]
    return values[..., None] if values.ndim == 2 else values


def as_pixels(picture: Picture) -> Array:
    """Shape (height, width) or (height, width, channels); one channel is dropped, floats go to 0..1."""
    values = np.asarray(picture)
    if values.ndim == 3 and values.shape[2] == 1:
        values = values[..., 0]
    if values.ndim not in (2, 3):
        raise ValueError(
            "not a picture\n  expected: shape (height, width) or (height, width, channels)\n"
            f"  got:      shape {values.shape}"
        )
    if values.ndim == 3 and values.dtype != np.uint8:
        low, high = float(values.min()), float(values.max())
        if low < 0 or high > 1:
            values = (values - low) / ((high - low) or 1)
    return values


def short_number(value: float) -> str:
    """At most about five characters."""
    if not math.isfinite(value):
        return str(float(value))
    if float(value).is_integer():
        return str(int(value)) if abs(value) < 100_000 else f"{value:.0e}"
    if abs(value) < 0.005:
        return f"{value:.0e}"
    if abs(value) >= 1000:
        return f"{value:.0f}"
    return (f"{value:.2f}" if abs(value) < 10 else f"{value:.1f}").rstrip("0").rstrip(".")


def size_text(shape: Sequence[int]) -> str:
    """Sides as they are said: 6×7."""
    return "×".join(str(side) for side in shape)


def limits_of(values: Array) -> tuple[float, float]:
    """Smallest and largest finite value; apart from one another, so that colours can be given."""
    finite = values[np.isfinite(values)]
    if finite.size == 0:
        return 0.0, 1.0
    low, high = float(finite.min()), float(finite.max())
    return (low, high) if high > low else (low - 0.5, high + 0.5)


def symmetric_limits(values: Array) -> tuple[float, float]:
    """Limits on both sides of 0, as far as the finite value that is farthest from it."""
    finite = np.abs(values[np.isfinite(values)])
    reach = float(finite.max()) if finite.size and finite.max() > 0 else 1.0
    return -reach, reach


def mixed(colour: str, share: float) -> tuple[float, float, float]:
    """So much of the colour, the rest white."""
    red, green, blue = (1 - share * (1 - part) for part in to_rgb(colour))
    return red, green, blue


@functools.cache
def colour_scale(colour: str, *, dark: bool = False) -> Colormap:
    """From almost white to the colour, or from black to the colour."""
    start: Any = "#000000" if dark else mixed(colour, 0.04)
    return LinearSegmentedColormap.from_list(f"course {colour}", [start, colour])


@functools.cache
def diverging_scale() -> Colormap:
    """Blue below zero, white at zero, vermilion above."""
    return LinearSegmentedColormap.from_list("course difference", [PALETTE.input, "#FFFFFF", PALETTE.kernel])


def panel_side(values: Array) -> float:
    """Side of a panel in inches: enough for the numbers, if there will be numbers."""
    return 3.3 if 8 < max(values.shape[:2]) <= LARGEST_NUMBERED_SIDE else 2.5


def empty_panel(axes: Axes, text: str) -> None:
    """A panel without a picture, that says why."""
    bare(axes)
    axes.text(0.5, 0.5, text, ha="center", va="center", color=PALETTE.muted, transform=axes.transAxes, fontsize=11)
    axes.set_box_aspect(1)


def sign_panel(axes: Axes, sign: str, *, below: str = "") -> None:
    """A sign between two panels, with a word below it."""
    axes.axis("off")
    axes.text(0.5, 0.5, sign, ha="center", va="center", fontsize=_SIGN_SIZE, transform=axes.transAxes)
    axes.text(0.5, 0.36, below, ha="center", va="center", color=PALETTE.muted, transform=axes.transAxes)


def draw_cells(
    axes: Axes,
    values: Array,
    *,
    colours: Colormap,
    limits: tuple[float, float] | None = None,
    side: float = 2.5,
    look: Literal["numbers", "no numbers", "one colour"] = "numbers",
) -> Any:
    """Draw a matrix as coloured cells, with its numbers where they are large enough to be read.

    Args:
        axes: An empty panel.
        values: Shape (height, width).
        colours: From the smallest to the largest of the limits.
        limits: Values of the first and of the last colour; by default the extremes of the values.
        side: About how large the panel will be, in inches; the numbers' size follows from it.
        look: Whether the cells of a small matrix have numbers in them; with "one colour" these are what counts, and
            all cells are light.
    """
    bare(axes)
    low, high = limits_of(values) if limits is None else limits
    norm = Normalize(low, high, clip=True)
    shown = np.full(values.shape, low + 0.22 * (high - low)) if look == "one colour" else values
    drawn = axes.imshow(np.ma.masked_invalid(shown.astype(float)), cmap=colours, norm=norm, interpolation="nearest")
    if max(values.shape) > LARGEST_NUMBERED_SIDE:
        for spine in axes.spines.values():
            spine.set(visible=True, color=PALETTE.line)
        return drawn
    rule(axes, values.shape)
    if look == "no numbers":
        return drawn
    texts = [[short_number(value) for value in line] for line in values.tolist()]
    longest = max(len(text) for line in texts for text in line)
    cell = 72 * side / max(values.shape)  # points
    font = min(13.0, 0.42 * cell, 0.88 * cell / (0.62 * longest))
    if font < 5:
        return drawn
    for row, line in enumerate(texts):
        for column, text in enumerate(line):
            red, green, blue, alpha = colours(norm(float(shown[row, column])))
            dark = 0.299 * red + 0.587 * green + 0.114 * blue < 0.55 and alpha > 0
            colour = PALETTE.card if dark and math.isfinite(values[row, column]) else PALETTE.ink
            axes.text(column, row, text, ha="center", va="center", fontsize=font, color=colour)
    return drawn


def rule(axes: Axes, shape: tuple[int, ...]) -> None:
    """Thin lines around all cells."""
    axes.hlines(np.arange(shape[0] + 1) - 0.5, -0.5, shape[1] - 0.5, color=PALETTE.line, linewidth=0.8)
    axes.vlines(np.arange(shape[1] + 1) - 0.5, -0.5, shape[0] - 0.5, color=PALETTE.line, linewidth=0.8)
    axes.set_xlim(-0.53, shape[1] - 0.47)
    axes.set_ylim(shape[0] - 0.47, -0.53)


def outline(
    axes: Axes,
    corner: tuple[int, int],
    shape: Sequence[int],
    colour: str,
    *,
    width: float = 2.6,
    gid: str | None = None,
) -> None:
    """A box around cells; its corner is a row and a column, and lies half a cell before them."""
    row, column = corner
    box = Rectangle((column - 0.5, row - 0.5), shape[1], shape[0], fill=False, edgecolor=colour, linewidth=width)
    box.set_zorder(5)
    box.set_clip_on(False)
    box.set_gid(gid)
    axes.add_patch(box)


def mark_cell(axes: Axes, row: int, column: int, shape: Sequence[int]) -> None:
    """A box around one cell, with room around it where the cells are too small to be seen."""
    largest = max(shape[:2])
    room = round(0.03 * largest) if largest > LARGEST_NUMBERED_SIDE else 0
    side = 1 + 2 * room
    outline(axes, (row - room, column - room), (side, side), PALETTE.accent, gid=FIRST_WRONG)
