"""Windows that slide over a grid: where they stop, and how they are drawn."""

from __future__ import annotations

import math
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle

from autograder.lab.pictures.panels import mixed, size_text
from autograder.lab.pictures.style import PALETTE, Pair, bare
from autograder.language import _

LONGEST_SIDE = 16  # of a grid whose cells can still be told apart


def as_pair(value: int | Pair) -> Pair:
    """Height and width; one number stands for both."""
    return (value, value) if isinstance(value, int) else (value[0], value[1])


def _stops(size: int, window: int, stride: int, padding: str) -> list[int]:
    """First cells of the windows along one axis; negative ones lie in the padding."""
    if padding == "valid":
        return list(range(0, size - window + 1, stride))
    stops = [number * stride for number in range(math.ceil(size / stride))]
    overhang = max(stops[-1] + window - size, 0)
    return [stop - overhang // 2 for stop in stops]


def draw_windows(axes: Axes, size: Pair, kernel: Pair, stride: Pair, padding: str) -> Pair:
    """Draw grid, padding, windows and their middles; return how many positions there are."""
    if padding not in ("valid", "same"):
        raise ValueError(f"unknown padding\n  expected: 'valid' or 'same'\n  got:      {padding!r}")
    if min(kernel + stride) < 1 or not all(1 <= side <= LONGEST_SIDE for side in size):
        raise ValueError(
            "cannot draw these windows\n  expected: height and width in 1..16, kernel and stride at least 1\n"
            f"  got:      height and width {size}, kernel {kernel}, stride {stride}"
        )
    rows, columns = (_stops(*axis, padding) for axis in zip(size, kernel, stride, strict=True))
    if not rows or not columns:
        raise ValueError(
            f"the window is larger than the picture\n  expected: at most {size}\n  got:      kernel {kernel}"
        )
    top, left = min(rows[0], 0), min(columns[0], 0)
    bottom = max(rows[-1] + kernel[0], size[0])
    right = max(columns[-1] + kernel[1], size[1])
    for row in range(top, bottom):
        for column in range(left, right):
            inside = 0 <= row < size[0] and 0 <= column < size[1]
            axes.add_patch(_cell_patch(row, column, inside=inside))
    windows: list[tuple[int, int, Any, float]] = [(rows[0], columns[0], "-", 0.10)]
    if len(columns) > 1:
        windows.append((rows[0], columns[1], (0, (4, 2)), 0.17))
    if len(rows) * len(columns) > 2:
        windows.append((rows[-1], columns[-1], (0, (1, 1.2)), 0.10))
    for number, (row, column, dashes, inset) in enumerate(windows):
        corner = (column - 0.5 + inset, row - 0.5 + inset)
        sides = (kernel[1] - 2 * inset, kernel[0] - 2 * inset)
        style: dict[str, Any] = {
            "edgecolor": PALETTE.kernel,
            "linewidth": 2.4,
            "linestyle": dashes,
            "zorder": 4,
        }
        if number == 0:
            axes.add_patch(Rectangle(corner, *sides, facecolor=PALETTE.kernel, alpha=0.22, zorder=3))
        axes.add_patch(Rectangle(corner, *sides, fill=False, **style))
    middles = [(column + (kernel[1] - 1) / 2, row + (kernel[0] - 1) / 2) for row in rows for column in columns]
    across, down = zip(*middles, strict=True)
    axes.scatter(across, down, s=46, color=PALETTE.output, edgecolor=PALETTE.card, linewidth=1, zorder=5)
    bare(axes)
    axes.set_aspect("equal")
    axes.set_xlim(left - 0.6, right - 0.4)
    axes.set_ylim(bottom - 0.4, top - 0.6)
    title = _("kernel {kernel}, stride {stride}, '{padding}'\noutput {output}")
    axes.set_title(
        title.format(
            kernel=size_text(kernel),
            stride=stride[0] if stride[0] == stride[1] else stride,
            padding=padding,
            output=size_text((len(rows), len(columns))),
        )
    )
    return len(rows), len(columns)


def _cell_patch(row: int, column: int, *, inside: bool) -> Rectangle:
    corner = (column - 0.5, row - 0.5)
    if inside:
        return Rectangle(corner, 1, 1, facecolor=mixed(PALETTE.input, 0.14), edgecolor=PALETTE.card, linewidth=1.5)
    return Rectangle(
        corner,
        1,
        1,
        facecolor=mixed(PALETTE.padding, 0.3),
        edgecolor=PALETTE.padding,
        linewidth=0.8,
        hatch="////",
    )


def window_legend(figure: Figure, *, columns: int) -> None:
    """Say what the windows' lines, dots and hatching mean."""
    line: dict[str, Any] = {"color": PALETTE.kernel, "linewidth": 2.4}
    handles = [
        Line2D([], [], **line, label=_("first window")),
        Line2D([], [], **line, linestyle=(0, (4, 2)), label=_("second")),
        Line2D([], [], **line, linestyle=(0, (1, 1.2)), label=_("last")),
        Line2D([], [], marker="o", color=PALETTE.output, linestyle="", label=_("one output number")),
        Patch(
            facecolor=mixed(PALETTE.padding, 0.3),
            edgecolor=PALETTE.padding,
            hatch="////",
            label=_("padding (zeros)"),
        ),
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=columns, columnspacing=1.2, handlelength=1.9)
