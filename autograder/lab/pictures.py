"""The explanatory pictures of the course, one function and one line in a notebook each.

All pictures share one palette, one card as background (white, with round corners, so that they can be
read on light and on dark notebooks) and one way to the screen, `show`, which never comes without a text
for those who cannot see the picture. Nothing here touches pyplot: a student's own plots stay untouched.
"""

from __future__ import annotations

import functools
import io
import math
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ParamSpec, TypeAlias, TypeGuard, TypeVar

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Colormap, LinearSegmentedColormap, Normalize, to_rgb
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.lines import Line2D
from matplotlib.patches import FancyBboxPatch, Patch, Rectangle
from numpy.typing import ArrayLike, NDArray
from PIL import Image

from autograder.lab.drawings import draw
from autograder.language import _

Array: TypeAlias = NDArray[Any]
Picture: TypeAlias = Image.Image | ArrayLike
Pair: TypeAlias = tuple[int, int]
Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


@dataclass(frozen=True)
class Palette:
    """What a colour means, in every picture of the course; told apart by colour-blind readers too."""

    input: str = "#0072B2"  # blue: what goes in
    kernel: str = "#D55E00"  # vermilion: windows, kernels, weights
    output: str = "#008F69"  # green: what comes out
    padding: str = "#C3C9D0"  # grey: cells that were never in the picture
    accent: str = "#A8327A"  # magenta: look here
    ink: str = "#1F2933"
    muted: str = "#5B6770"
    line: str = "#D5DAE0"
    card: str = "#FFFFFF"


PALETTE = Palette()
RED_GREEN_BLUE = ("#C62828", "#2E7D32", "#1565C0")

CSS_PIXELS_PER_INCH = 96
RETINA = 2  # device pixels for each CSS pixel
LARGEST_NUMBERED_SIDE = 12  # above it, cells are too small for numbers
MOST_ROWS = 3  # channels shown below one another
RELATIVE_TOLERANCE = 1e-4
LONGEST_SIDE = 16  # of a grid whose cells can still be told apart
MOST_PLANES = 8
FIRST_WRONG = "first-wrong"
"""The gid of the boxes that mark the first wrong position, see `compare`."""

_STYLE: Any = {
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 10,
    "axes.titlesize": 10.5,
    "axes.titleweight": "normal",
    "axes.titlecolor": PALETTE.ink,
    "axes.titlelocation": "center",
    "axes.facecolor": "none",
    "axes.edgecolor": PALETTE.muted,
    "axes.labelcolor": PALETTE.ink,
    "axes.labelsize": 10,
    "axes.grid": False,
    "axes.unicode_minus": False,
    "figure.titlesize": 12.5,
    "figure.titleweight": "bold",
    "hatch.linewidth": 0.8,
    "legend.fontsize": 9.5,
    "legend.frameon": False,
    "text.color": PALETTE.ink,
    "text.usetex": False,
    "xtick.color": PALETTE.muted,
    "ytick.color": PALETTE.muted,
}
_EXAMPLE_SEED = 60  # a ginger cat, all of it in the picture
_SMALL = 9.0
_SIGN_SIZE = 20.0
_STEP_IMAGE = np.repeat([[0, 0, 0, 0, 1, 1, 1, 1]], 6, axis=0)
_EDGE_KERNEL = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])
_CROSS = np.array([[0, 1, 0], [1, 1, 1], [0, 1, 0]])
_SPARSE_MAP = np.array(
    [
        [0, 0, 0, 0, 0, 0],
        [0, 9, 0, 0, 0, 0],
        [0, 0, 0, 7, 0, 0],
        [0, 0, 0, 0, 0, 0],
        [0, 0, 0, 0, 8, 0],
        [6, 0, 0, 0, 0, 0],
    ]
)


def show(figure: Figure, alt: str) -> None:
    """Display a figure as a sharp PNG with a text for those who cannot see it, and let go of the figure.

    Outside a notebook nothing is displayed; the figure is drawn all the same, so mistakes come to light.

    Args:
        figure: Any matplotlib figure; it is empty afterwards.
        alt: What there is to see, in one or two sentences.

    Raises:
        ValueError: The text is empty.
    """
    if not alt.strip():
        raise ValueError("a picture needs a text that says what there is to see; got an empty one")
    with matplotlib.rc_context(_STYLE):
        buffer = io.BytesIO()
        figure.savefig(buffer, format="png", dpi=CSS_PIXELS_PER_INCH * RETINA)
    width = round(figure.get_figwidth() * CSS_PIXELS_PER_INCH)
    if "matplotlib.pyplot" in sys.modules:  # else it cannot be one of pyplot's figures
        sys.modules["matplotlib.pyplot"].close(figure)
    figure.clear()

    from IPython import display, get_ipython

    if get_ipython() is not None:
        picture = display.Image(data=buffer.getvalue(), format="png", width=width, alt=alt)
        display.display(picture)


def nobody_looks() -> bool:
    """Whether the notebook runs for grading: drawing would be most of its time, and nobody sees the pictures."""
    return "AUTOGRADER_SEED" in os.environ


def _for_a_reader(function: Callable[Parameters, None]) -> Callable[Parameters, None]:
    """Draw nothing while the notebook runs for grading."""

    @functools.wraps(function)
    def drawn(*args: Parameters.args, **kwargs: Parameters.kwargs) -> None:
        if not nobody_looks():
            function(*args, **kwargs)

    return drawn


def _in_course_style(function: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """Draw with the course's style, whatever style the notebook has set, and put that back afterwards."""

    @functools.wraps(function)
    def styled(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Result:
        with matplotlib.rc_context(_STYLE):
            return function(*args, **kwargs)

    return styled


# Pictures of assignment 1 ----------------------------------------------------------------------------


@_for_a_reader
@_in_course_style
def feature_map_stack(image: Picture | None = None) -> None:
    """Show that a picture is a tensor of rank 3: height x width x channels.

    Args:
        image: Shape (height, width, channels), or a Pillow picture; by default a drawn cat.
            Three channels are taken for red, green, blue. Of more than eight, eight are shown.
    """
    pixels = _pixels(draw("cat", _EXAMPLE_SEED).image if image is None else image)
    pixels = pixels[..., None] if pixels.ndim == 2 else pixels
    height, width, channels = pixels.shape
    coloured = channels == 3
    shown = min(channels, MOST_PLANES)

    figure = _figure(7.8, 3.7)
    left, right = figure.subplots(1, 2, width_ratios=(1, 1.5))
    _bare(left)
    if coloured:
        left.imshow(pixels)
        left.set_title(_("the picture"))
    else:
        left.imshow(pixels[..., 0], cmap=_scale(PALETTE.input))
        left.set_title(_("channel 0"))

    _bare(right)
    step = max(height, width) * (0.26 if shown < 5 else 0.12)
    names = (_("red"), _("green"), _("blue"))
    for channel in reversed(range(shown)):
        plane = pixels[..., channel]
        corner = channel * step
        extent = (corner, corner + width, height - corner, -corner)
        colour = RED_GREEN_BLUE[channel] if coloured else PALETTE.input
        right.imshow(plane, cmap=_scale(colour, dark=coloured), extent=extent, zorder=2 * (shown - channel))
        frame = Rectangle((corner, -corner), width, height, fill=False, edgecolor=colour, linewidth=1.8)
        frame.set_zorder(2 * (shown - channel) + 1)
        right.add_patch(frame)
        if coloured:
            place = (corner + width + 0.03 * width, height - corner - 0.02 * height)
            right.annotate(names[channel], place, color=colour, va="bottom", fontsize=10, weight="bold")
    reach = (shown - 1) * step
    gap = 0.07 * max(height, width)
    _measure(right, (-gap, 0), (-gap, height), f"{_('height')} {height}", turned=True)
    _measure(right, (0, height + gap), (width, height + gap), f"{_('width')} {width}")
    if shown > 1:
        start, end = (-gap * 0.7, -gap * 0.7), (reach - gap * 0.7, -reach - gap * 0.7)
        _measure(right, start, end, f"{_('channels')} {channels}", sideways=True)
    right.set_xlim(-3 * gap, width + reach + 3 * gap)
    right.set_ylim(height + 2.6 * gap, -reach - 1.5 * gap)
    right.set_title(
        _("the same numbers: {height} × {width} × {channels}").format(height=height, width=width, channels=channels)
    )
    alt = _(
        "A picture, and beside it the same picture as a stack of {channels} planes, one for each channel; "
        "arrows name the axes: height {height}, width {width}, channels {channels}."
    )
    show(figure, alt.format(height=height, width=width, channels=channels))


@_for_a_reader
@_in_course_style
def patch_times_kernel(
    image2d: Picture | None = None,
    kernel: ArrayLike = _EDGE_KERNEL,
    row: int = 2,
    column: int = 3,
) -> None:
    """Show how one patch and one kernel give one number: products, then their sum.

    Args:
        image2d: Shape (height, width), any numbers; by default a small picture with an edge.
        kernel: Shape (kernel height, kernel width), not larger than the picture.
        row: Top row of the patch, counted from 0.
        column: Left column of the patch, counted from 0.

    Raises:
        ValueError: A shape is wrong, or the patch does not lie inside the picture.
    """
    default = _STEP_IMAGE * 5 + np.arange(6)[:, None] % 3
    image = _plane(default if image2d is None else image2d, "image2d")
    weights = _plane(kernel, "kernel")
    height, width = weights.shape
    lowest, rightmost = image.shape[0] - height, image.shape[1] - width
    if not (0 <= row <= lowest and 0 <= column <= rightmost):
        raise ValueError(
            f"the patch leaves the picture\n"
            f"  expected: row in 0..{lowest} and column in 0..{rightmost}\n"
            f"  got:      row {row}, column {column}"
        )
    patch = image[row : row + height, column : column + width]
    products = patch * weights
    total = products.sum()

    figure = _figure(9.8, 2.4)
    panels = figure.subplots(1, 9, width_ratios=(1.6, 0.24, 1, 0.2, 1, 0.2, 1, 0.36, 0.8))
    _cells(panels[0], image, colours=_scale(PALETTE.input), side=2.0)
    _outline(panels[0], row, column, weights.shape, PALETTE.kernel)
    panels[0].set_title(_("picture"))
    _cells(panels[2], patch, colours=_scale(PALETTE.input), limits=_limits(image), side=1.05)
    panels[2].set_title(_("patch"))
    _cells(panels[4], weights, colours=_scale(PALETTE.kernel), flat=True, side=1.05)
    panels[4].set_title(_("kernel"))
    _cells(panels[6], products, colours=_scale(PALETTE.output), flat=True, side=1.05)
    panels[6].set_title(_("products"))
    _cells(panels[8], np.array([[total]]), colours=_scale(PALETTE.output), side=0.8, flat=True)
    panels[8].set_title(_("one number"))
    for place, sign in ((1, "\N{RIGHTWARDS ARROW}"), (3, "\N{MULTIPLICATION SIGN}"), (5, "=")):
        _sign(panels[place], sign)
    _sign(panels[7], "\N{RIGHTWARDS ARROW}", below=_("sum"))
    alt = _(
        "A patch of {height} by {width} numbers is cut from a picture at row {row}, column {column}, "
        "and multiplied number by number with the kernel; the sum of the products is {total}."
    )
    show(figure, alt.format(height=height, width=width, row=row, column=column, total=_number(total)))


@_for_a_reader
@_in_course_style
def edge_response(
    image: Picture | None = None,
    kernel: ArrayLike = _EDGE_KERNEL,
    response: ArrayLike | None = None,
) -> None:
    """Show a picture, a kernel, and the map in which the kernel answers.

    Args:
        image: Shape (height, width), (height, width, 1) or (height, width, 3), or a Pillow picture; by
            default a step from dark to bright.
        kernel: Shape (kernel height, kernel width); by default it answers to vertical edges.
        response: Shape (height, width) or (height, width, 1): what your own convolution gave. Without
            it the response of the gray picture is drawn.
    """
    pixels = _pixels(_STEP_IMAGE if image is None else image)
    weights = _plane(kernel, "kernel")
    gray = pixels.astype(float) if pixels.ndim == 2 else pixels.mean(axis=2)
    answer = _slide(gray, weights) if response is None else _plane(response, "response")

    figure = _figure(8.6, 2.9)
    left, times, middle, becomes, right = figure.subplots(1, 5, width_ratios=(1.25, 0.16, 0.8, 0.16, 1.45))
    if pixels.ndim == 3 and pixels.shape[2] == 3:
        _bare(left)
        left.imshow(pixels)
    else:
        _cells(left, gray, colours=_scale(PALETTE.input), side=2.0)
    left.set_title(f"{_('picture')}  {_size(gray.shape)}")
    _cells(middle, weights, colours=_diverging(), limits=_symmetric(weights), side=1.2)
    middle.set_title(f"{_('kernel')}  {_size(weights.shape)}")
    _sign(times, "\N{ASTERISK OPERATOR}")
    _sign(becomes, "\N{RIGHTWARDS ARROW}")
    drawn = _cells(right, answer, colours=_diverging(), limits=_symmetric(answer), side=2.1)
    right.set_title(f"{_('response')}  {_size(answer.shape)}")
    bar = figure.colorbar(drawn, ax=right, shrink=0.75, pad=0.03)
    bar.outline.set_visible(False)
    bar.ax.tick_params(labelsize=_SMALL, length=2)
    alt = _(
        "Three panels: a picture, a kernel of {size} numbers, and the response map. The response is strong, "
        "red or blue, where the picture changes as the kernel does, and white where it is even."
    )
    show(figure, alt.format(size=_size(weights.shape)))


@_for_a_reader
@_in_course_style
def window_positions(
    height: int = 6,
    width: int = 7,
    kernel: int | Pair = 3,
    stride: int | Pair = 1,
    padding: str = "valid",
) -> None:
    """Show where the window stops on its way over a picture, one dot for each number of the output.

    Args:
        height: Rows of the picture, 1..16.
        width: Columns of the picture, 1..16.
        kernel: Side of the window, or (height, width), in pixels.
        stride: Step of the window, or (down, right), in pixels.
        padding: 'valid' or 'same'.

    Raises:
        ValueError: The padding is neither of the two, or a number does not fit.
    """
    figure = _figure(5.6, 5.4)
    axes = figure.subplots()
    positions = _draw_windows(axes, (height, width), _pair(kernel), _pair(stride), padding)
    _window_legend(figure, columns=3)
    alt = _(
        "A grid of {height} by {width} cells with the first windows outlined and a dot at the middle of each "
        "of the {rows} by {columns} positions. Padded cells are hatched."
    )
    show(figure, alt.format(height=height, width=width, rows=positions[0], columns=positions[1]))


@_for_a_reader
@_in_course_style
def window_positions_grid(height: int = 6, width: int = 7, kernel: int = 3, strides: Sequence[int] = (1, 2)) -> None:
    """Show the window's positions for several strides (rows) and both paddings (columns).

    Args:
        height: Rows of the picture, 1..16.
        width: Columns of the picture, 1..16.
        kernel: Side of the window, in pixels.
        strides: One row of panels for each.

    Raises:
        ValueError: There is no stride, or a number does not fit.
    """
    if not strides:
        raise ValueError("nothing to draw\n  expected: at least one stride\n  got:      none")
    figure = _figure(8.4, 3.9 * len(strides) + 0.4)
    panels = figure.subplots(len(strides), 2, squeeze=False)
    sizes = []
    for row, stride in enumerate(strides):
        for axes, padding in zip(panels[row], ("valid", "same"), strict=True):
            rows, columns = _draw_windows(axes, (height, width), _pair(kernel), _pair(stride), padding)
            sizes.append(f"{_('stride')} {stride}, '{padding}': {rows} x {columns}")
    across = np.array([axes.get_xlim() for axes in panels.flat])
    down = np.array([axes.get_ylim() for axes in panels.flat])
    for axes in panels.flat:  # cells of one size everywhere
        axes.set_xlim(across[:, 0].min(), across[:, 1].max())
        axes.set_ylim(down[:, 0].max(), down[:, 1].min())
    _window_legend(figure, columns=5)
    alt = _(
        "A grid of {height} by {width} cells and the positions of a window of side {kernel}. Output sizes: {sizes}."
    )
    show(figure, alt.format(height=height, width=width, kernel=kernel, sizes="; ".join(sizes)))


@_for_a_reader
@_in_course_style
def receptive_fields(layers: int = 4, kernel: int = 3, pool: int = 2) -> None:
    """Show how much of the picture one output number sees, layer by layer, with and without pooling.

    Args:
        layers: Number of convolutions, 1..6.
        kernel: Side of their kernels, in pixels, at least 1.
        pool: Side and stride of the pooling after each convolution, in pixels, at least 1.

    Raises:
        ValueError: A number is out of range.
    """
    if not (1 <= layers <= 6 and kernel >= 1 and pool >= 1):
        raise ValueError(
            "cannot draw this chain\n  expected: layers in 1..6, kernel and pool at least 1\n"
            f"  got:      layers {layers}, kernel {kernel}, pool {pool}"
        )
    plain = [1 + (kernel - 1) * (depth + 1) for depth in range(layers)]
    # One cell of the deepest map is pool**depth pixels wide; each convolution adds its own width on top.
    pooled = [
        pool**depth + (kernel - 1) * sum(pool**earlier for earlier in range(depth + 1)) for depth in range(layers)
    ]
    figure = _figure(7.0, 3.9)
    axes = figure.subplots()
    places = np.arange(layers)
    without = axes.bar(places - 0.2, plain, 0.38, color=PALETTE.input, label=_("convolutions only"))
    label = _("with {pool}×{pool} pooling after each").format(pool=pool)
    within = axes.bar(places + 0.2, pooled, 0.38, color=PALETTE.output, label=label)
    for bars in (without, within):
        axes.bar_label(bars, padding=2, fontsize=10.5, color=PALETTE.ink)
    names = [_("convolution {number}").format(number=number + 1) for number in range(layers)]
    axes.set_xticks(places, names, color=PALETTE.ink)
    axes.set_ylabel(_("receptive field (pixels wide)"))
    axes.set_ylim(0, max(plain + pooled) * 1.15)
    _open_frame(axes)
    axes.legend(loc="upper left")
    figure.suptitle(_("What one number of a {kernel}×{kernel} convolution sees").format(kernel=kernel))
    alt = _("Bars: without pooling the receptive field grows to {plain} pixels, with pooling to {pooled}.")
    show(figure, alt.format(plain=", ".join(map(str, plain)), pooled=", ".join(map(str, pooled))))


@_for_a_reader
@_in_course_style
def pooling_comparison(feature_map: ArrayLike | None = None) -> None:
    """Show one sparse map, pooled in tiles of 2x2 in three ways: maximum, mean, one cell picked.

    Args:
        feature_map: Shape (height, width), both even; by default few large numbers among zeros.

    Raises:
        ValueError: The map does not divide into tiles.
    """
    values = _plane(_SPARSE_MAP if feature_map is None else feature_map, "feature_map")
    if values.shape[0] % 2 or values.shape[1] % 2:
        raise ValueError(f"tiles of 2x2 need even sides\n  expected: even height and width\n  got:      {values.shape}")
    tiles = np.stack([values[top::2, left::2] for top in (0, 1) for left in (0, 1)])
    strongest = tiles.max(axis=0)
    ways = (
        (_("maximum"), strongest),
        (_("mean"), tiles.mean(axis=0)),
        (_("stride 2: top left cell"), tiles[0]),
    )
    limits = _limits(values)
    figure = _figure(9.2, 3.3)
    panels = figure.subplots(1, 4, width_ratios=(1.55, 1, 1, 1))
    _cells(panels[0], values, colours=_scale(PALETTE.input), limits=limits, side=2.5)
    for top in range(0, values.shape[0], 2):
        for left in range(0, values.shape[1], 2):
            _outline(panels[0], top, left, (2, 2), PALETTE.kernel, width=1.8)
    panels[0].set_title(_("feature map, tiles of 2×2"))
    peaks = strongest > 0
    for axes, (title, pooled) in zip(panels[1:], ways, strict=True):
        kept = int((peaks & (pooled == strongest)).sum())
        _cells(axes, pooled, colours=_scale(PALETTE.output), limits=limits, side=1.7)
        axes.set_title(title)
        caption = _("{kept} of {all} peaks at full height").format(kept=kept, all=int(peaks.sum()))
        axes.set_xlabel(caption, color=PALETTE.muted, fontsize=_SMALL)
    alt = _(
        "A sparse map and three pooled maps of half its side. The maximum keeps every large number, the mean "
        "makes them small, and picking every second cell loses most of them."
    )
    show(figure, alt)


@_for_a_reader
@_in_course_style
def pooled_maps(feature_map: ArrayLike, pooled: ArrayLike) -> None:
    """Show a feature map and its pooled version side by side, in the same colours.

    Args:
        feature_map: Shape (height, width) or (height, width, channels); three channels are shown.
        pooled: The same after pooling.
    """
    before, after = _stack(feature_map, "feature_map"), _stack(pooled, "pooled")
    rows = min(before.shape[2], after.shape[2], MOST_ROWS)
    side = _panel_side(before)
    figure = _figure(2 * side + 1.2, 0.5 + (side + 0.4) * rows)
    panels = figure.subplots(rows, 2, squeeze=False)
    for channel in range(rows):
        left, right = before[..., channel], after[..., channel]
        note = "" if rows == 1 else "  " + _("channel {number}").format(number=channel)
        for axes, values, name, colour in (
            (panels[channel, 0], left, _("feature map"), PALETTE.input),
            (panels[channel, 1], right, _("pooled"), PALETTE.output),
        ):
            _cells(axes, values, colours=_scale(colour), limits=_limits(left), side=side)
            axes.set_title(f"{name}  {_size(values.shape)}{note}")
    alt = _("A feature map of {before} cells beside its pooled version of {after} cells, in the same shades.")
    show(figure, alt.format(before=_size(before.shape[:2]), after=_size(after.shape[:2])))


@_for_a_reader
@_in_course_style
def shift_and_filter(first: Pair = (1, 2), second: Pair = (7, 6), side: int = 12) -> None:
    """Show a cross that moves over a field: the convolution map moves along, its global maximum stays.

    Args:
        first: Row and column of the cross's top left corner, before.
        second: The same, after.
        side: Side of the field, in cells, 5..16.

    Raises:
        ValueError: The cross leaves the field.
    """
    last = side - len(_CROSS)
    if not 5 <= side <= LONGEST_SIDE or any(not 0 <= place <= last for place in (*first, *second)):
        raise ValueError(
            f"the cross leaves the field\n  expected: side in 5..16, rows and columns in 0..{last}\n"
            f"  got:      side {side}, first {first}, second {second}"
        )
    figure = _figure(8.6, 5.9)
    panels = figure.subplots(2, 5, width_ratios=(1, 0.16, 1, 0.16, 0.5))
    strongest = []
    for row, (place, name) in enumerate(((first, _("before")), (second, _("after the shift")))):
        field, conv_map, maximum = panels[row, 0], panels[row, 2], panels[row, 4]
        values = np.zeros((side, side))
        values[place[0] : place[0] + 3, place[1] : place[1] + 3] = _CROSS
        answer = _slide(values, _CROSS)
        strongest.append(answer.max())
        _cells(field, values, colours=_scale(PALETTE.input), numbers=False)
        _outline(field, place[0], place[1], _CROSS.shape, PALETTE.accent)
        field.set_ylabel(name, fontsize=11, weight="bold")
        _cells(conv_map, answer, colours=_scale(PALETTE.output), side=2.5)
        _outline(conv_map, place[0], place[1], (1, 1), PALETTE.accent)
        _cells(maximum, np.array([[answer.max()]]), colours=_scale(PALETTE.output), limits=(0, 5), side=0.8)
        _sign(panels[row, 1], "\N{RIGHTWARDS ARROW}")
        _sign(panels[row, 3], "\N{RIGHTWARDS ARROW}")
        if row == 0:
            field.set_title(f"{_('field')}  {_size(values.shape)}")
            conv_map.set_title(_("convolution with a cross"))
            maximum.set_title(_("global maximum"))
        else:
            conv_map.set_xlabel(_("moves along: equivariant"), color=PALETTE.muted)
            maximum.set_xlabel(_("stays: invariant"), color=PALETTE.muted)
    alt = _(
        "Two rows, before and after a cross was moved over a field. The bright spot of the convolution map "
        "moves as the cross does; the global maximum is {before} before and {after} after."
    )
    show(figure, alt.format(before=_number(strongest[0]), after=_number(strongest[1])))


@_for_a_reader
@_in_course_style
def dense_against_convolution(side: int = 6, kernel: int = 3) -> None:
    """Show which input pixels two output units see, and which weights they use.

    Args:
        side: Side of the input, in pixels, 3..8.
        kernel: Side of the convolution's window, in pixels, 2 <= kernel < side.

    Raises:
        ValueError: A number is out of range.
    """
    if not (3 <= side <= 8 and 2 <= kernel < side):
        raise ValueError(
            "cannot draw this\n  expected: side in 3..8 and 2 <= kernel < side\n"
            f"  got:      side {side}, kernel {kernel}"
        )
    pixels, weights = side * side, kernel * kernel
    figure = _figure(7.4, 6.9)
    panels = figure.subplots(2, 2)
    order = np.arange(1, pixels + 1).reshape(side, side)
    window = np.arange(1, weights + 1).reshape(kernel, kernel)
    far = side - kernel
    corners = ((0, 0), (far, far))
    for unit in (0, 1):
        dense, local = panels[0, unit], panels[1, unit]
        seen = order + unit * pixels
        _weights(dense, seen, (0, 0), side=side, last=2 * pixels)
        dense.set_title(_("unit {name}: {count} weights of its own").format(name="AB"[unit], count=pixels))
        _weights(local, window, corners[unit], side=side, last=weights)
        _outline(local, *corners[unit], window.shape, PALETTE.kernel)
        local.set_title(_("unit {name}: {count} weights, shared").format(name="AB"[unit], count=weights))
    panels[0, 0].set_ylabel(_("Dense: the whole input"), fontsize=11.5, weight="bold")
    panels[1, 0].set_ylabel(_("convolution: a window"), fontsize=11.5, weight="bold")
    figure.supxlabel(
        _("w1, w2, ... are the weights. The same name is the same weight; blank pixels are not seen."),
        fontsize=10,
        color=PALETTE.muted,
    )
    alt = _(
        "Above, two units of a dense layer: each sees all {pixels} pixels, every pixel with a weight of "
        "its own. Below, two units of a convolution: each sees a window, both use the same {weights} weights."
    )
    show(figure, alt.format(pixels=pixels, weights=weights))


@_for_a_reader
@_in_course_style
def parameters_and_activations(
    side: int = 28, filters: tuple[int, int, int] = (32, 64, 64), kernel: int = 3, units: int = 512
) -> None:
    """Compare a net of three convolutions with and without 2x2 pooling: what grows, and what does not.

    Args:
        side: Side of the square gray picture, in pixels.
        filters: Filters of the three convolutions.
        kernel: Side of their kernels, in pixels; no padding.
        units: Units of the dense layer after the last map.

    Raises:
        ValueError: The picture is too small for three convolutions with pooling.
    """
    sides = {"without": [side], "with": [side]}
    for depth in range(3):
        sides["without"].append(sides["without"][-1] - kernel + 1)
        before = sides["with"][-1] // 2 if depth else side
        sides["with"].append(before - kernel + 1)
    if sides["with"][-1] < 1:
        raise ValueError(f"the picture is too small for this net\n  expected: a larger side\n  got:      {side}")
    inputs = (1, *filters[:-1])
    shared = [(kernel**2 * before + 1) * after for before, after in zip(inputs, filters, strict=True)]
    last = {net: sides[net][-1] ** 2 * filters[-1] for net in sides}
    dense = {net: (last[net] + 1) * units for net in sides}

    figure = _figure(8.2, 6.2)
    top, bottom = figure.subplots(2, 1, height_ratios=(1, 1.15))
    rows = [
        (
            _("convolution {number}").format(number=depth + 1),
            f"{_size((sides['without'][depth + 1],) * 2)} × {filters[depth]}",
            f"{_size((sides['with'][depth + 1],) * 2)} × {filters[depth]}",
            f"{shared[depth]:,}",
        )
        for depth in range(3)
    ]
    total = (_("sum of parameters"), "", "", f"{sum(shared):,}")
    header = (_("layer"), _("map without pooling"), _("map with 2×2 pooling"), _("parameters"))
    _table(top, header, [*rows, total])

    groups = (
        (_("parameters of the\nthree convolutions"), sum(shared), sum(shared)),
        (_("activations of\nthe last map"), last["without"], last["with"]),
        (_("parameters of\nDense({units}) after it").format(units=units), dense["without"], dense["with"]),
    )
    places = np.arange(len(groups))
    for offset, column, colour, label in (
        (-0.2, 1, PALETTE.input, _("without pooling")),
        (0.2, 2, PALETTE.output, _("with pooling")),
    ):
        values = [group[column] for group in groups]
        bars = bottom.barh(places + offset, values, 0.38, color=colour, label=label)
        bottom.bar_label(bars, [f"{value:,}" for value in values], padding=4, fontsize=10)
    bottom.set_yticks(places, [str(group[0]) for group in groups], color=PALETTE.ink)
    bottom.invert_yaxis()
    bottom.set_xscale("log")
    bottom.set_xlim(100, 30 * max(dense.values()))
    bottom.set_xlabel(_("how many (each gridline is ten times the one before)"))
    bottom.grid(axis="x", color=PALETTE.line, linewidth=0.8)
    bottom.set_axisbelow(True)
    _open_frame(bottom)
    bottom.minorticks_off()
    bottom.legend(loc="upper right")
    alt = _(
        "A table and bars for the same net without and with pooling. Parameters of the convolutions: "
        "{shared} in both. Activations of the last map: {maps}. Parameters of the dense layer: {dense}."
    )
    show(
        figure,
        alt.format(
            shared=f"{sum(shared):,}",
            maps=" / ".join(f"{count:,}" for count in last.values()),
            dense=" / ".join(f"{count:,}" for count in dense.values()),
        ),
    )


# The picture of a check ------------------------------------------------------------------------------


def first_wrong(
    expected: ArrayLike, got: ArrayLike, *, tolerance: float = RELATIVE_TOLERANCE
) -> tuple[int, ...] | None:
    """Find the first position at which two arrays of one shape disagree.

    Args:
        expected: Any numbers.
        got: The same shape.
        tolerance: Absolute tolerance; a relative one of 1e-4 comes on top. NaN agrees with NaN alone.

    Returns:
        The position, or None if the arrays agree everywhere.
    """
    left, right = np.asarray(expected, dtype=float), np.asarray(got, dtype=float)
    agree = np.isclose(right, left, rtol=RELATIVE_TOLERANCE, atol=tolerance, equal_nan=True)
    wrong = np.argwhere(~agree)
    return tuple(int(index) for index in wrong[0]) if len(wrong) else None


@_in_course_style
def compare(
    expected: ArrayLike,
    got: object,
    *,
    title: str,
    difference: ArrayLike | None = None,
    tolerance: float = RELATIVE_TOLERANCE,
    given: tuple[str, ArrayLike] | None = None,
) -> Figure:
    """Draw what was expected, what came, and the difference; a box marks the first wrong position.

    A colour means the same number in what was expected and in what came. Numbers stand in the cells of small
    maps. Of several channels up to three are shown, one a row, among them the one with the first wrong position.
    Pictures (uint8, three channels) are shown in colour.

    Args:
        expected: Shape (length,), (height, width) or (height, width, channels).
        got: What a student's function returned: anything. If its shape differs, the title of its panel
            says so and there is no difference.
        title: Stands above the panels.
        difference: The shape of expected; by default got - expected.
        tolerance: See `first_wrong`.
        given: Name and values, of shape (height, width), of the input; it gets a panel on the left.

    Returns:
        The figure; hand it to `show`. The boxes have the gid `FIRST_WRONG`.
    """
    wanted = np.asarray(expected)
    answer = _drawable(got)
    same_shape = answer is not None and answer.shape == wanted.shape
    wrong, delta = None, None
    if answer is not None and same_shape:
        with np.errstate(invalid="ignore"):  # infinity minus infinity
            delta = answer.astype(float) - wanted if difference is None else np.asarray(difference, dtype=float)
        zeros = np.zeros_like(delta)
        wrong = (
            first_wrong(wanted, answer, tolerance=tolerance)
            if difference is None
            else first_wrong(zeros, delta, tolerance=tolerance)
        )
    is_photo = same_shape and all(
        values.dtype == np.uint8 and values.ndim == 3 and values.shape[2] == 3
        for values in (wanted, answer)
        if values is not None
    )
    left, mark = _channels_last(wanted), _position(wrong)
    right = None if answer is None else _channels_last(answer)
    shown = [0] if is_photo else _shown_channels(left, right, mark)

    columns, before = 3 if delta is not None else 2, 0 if given is None else 1
    side = _panel_side(left)
    figure = _figure((side + 0.4) * (columns + before) + 0.3, (side + 0.3) * len(shown) + 0.8)
    grid = figure.subplots(len(shown), columns + before, squeeze=False)
    panels = grid[:, before:]
    figure.suptitle(title)
    if given is not None:
        name, matrix = given
        _cells(grid[0, 0], np.asarray(matrix), colours=_scale(PALETTE.ink), side=side)
        grid[0, 0].set_title(name)
        for axes in grid[1:, 0]:
            _bare(axes)
    for row, channel in enumerate(shown):
        both = [values[..., channel].ravel() for values in (left, right) if _has_channel(values, channel)]
        limits = _limits(np.concatenate(both).astype(float))
        note = "" if is_photo or len(shown) == 1 else "  " + _("channel {number}").format(number=channel)
        for axes, values, name in ((panels[row, 0], left, _("expected")), (panels[row, 1], right, _("got"))):
            if not _has_channel(values, channel):
                _empty(axes, _kind_of(got) if values is None else _("no such channel"))
            elif is_photo:
                _bare(axes)
                axes.imshow(values)
            else:
                _cells(axes, values[..., channel], colours=_scale(PALETTE.input), limits=limits, side=side)
            axes.set_title(name + note)
        if not same_shape and row == 0:
            panels[0, 1].set_title(
                _("got: {got}\nexpected: {expected}").format(
                    got=_kind_of(got) if answer is None else _shape_text(answer.shape),
                    expected=_shape_text(wanted.shape),
                ),
                color=PALETTE.accent,
            )
        if delta is not None:
            stacked = _channels_last(delta)
            change = np.abs(stacked).max(axis=2) if is_photo else stacked[..., channel]
            _cells(panels[row, 2], change, colours=_diverging(), limits=_symmetric(change), side=side)
            panels[row, 2].set_title((_("largest difference") if is_photo else _("got - expected")) + note)
        if mark is not None and (is_photo or channel == mark[2]):
            for axes in panels[row]:
                _mark(axes, mark[0], mark[1], left.shape)
    if wrong is not None:
        place = ", ".join(map(str, wrong))
        text = _("The box marks the first wrong position: [{place}]").format(place=place)
        figure.supxlabel(text, color=PALETTE.accent, fontsize=10.5)
    return figure


def _has_channel(values: Array | None, channel: int) -> TypeGuard[Array]:
    return values is not None and channel < values.shape[2]


def _drawable(got: object) -> Array | None:
    """The answer as an array of rank 1 to 3 with real numbers in it, or None."""
    try:
        values = np.asarray(got)
    except (ValueError, TypeError, RuntimeError):  # ragged lists; objects that refuse to become arrays
        return None
    if values.dtype.kind not in "biuf" or not 1 <= values.ndim <= 3 or values.size == 0:
        return None
    return values


def _kind_of(got: object) -> str:
    """What a thing is that cannot be drawn, in a few words."""
    if isinstance(got, np.ndarray):
        return f"{got.dtype}, {_shape_text(got.shape)}"
    return type(got).__name__


def _shape_text(shape: tuple[int, ...]) -> str:
    return _("shape {shape}").format(shape=shape)


def _channels_last(values: Array) -> Array:
    """Rank 1 and 2 with the axes they lack: shape (height, width, channels)."""
    if values.ndim == 1:
        return values[None, :, None]
    return values[..., None] if values.ndim == 2 else values


def _position(wrong: tuple[int, ...] | None) -> tuple[int, int, int] | None:
    """The position in the array with channels last."""
    if wrong is None:
        return None
    if len(wrong) == 1:
        return 0, wrong[0], 0
    return wrong[0], wrong[1], wrong[2] if len(wrong) == 3 else 0


def _shown_channels(left: Array, right: Array | None, mark: tuple[int, int, int] | None) -> list[int]:
    channels = max(left.shape[2], 0 if right is None else right.shape[2])
    shown = list(range(min(channels, MOST_ROWS)))
    if mark is not None and mark[2] not in shown:
        shown[-1] = mark[2]
    return shown


# Windows ---------------------------------------------------------------------------------------------


def _pair(value: int | Pair) -> Pair:
    return (value, value) if isinstance(value, int) else (value[0], value[1])


def _stops(size: int, window: int, stride: int, padding: str) -> list[int]:
    """First cells of the windows along one axis; negative ones lie in the padding."""
    if padding == "valid":
        return list(range(0, size - window + 1, stride))
    stops = [number * stride for number in range(math.ceil(size / stride))]
    overhang = max(stops[-1] + window - size, 0)
    return [stop - overhang // 2 for stop in stops]


def _draw_windows(axes: Axes, size: Pair, kernel: Pair, stride: Pair, padding: str) -> Pair:
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
    _bare(axes)
    axes.set_aspect("equal")
    axes.set_xlim(left - 0.6, right - 0.4)
    axes.set_ylim(bottom - 0.4, top - 0.6)
    title = _("kernel {kernel}, stride {stride}, '{padding}'\noutput {output}")
    axes.set_title(
        title.format(
            kernel=_size(kernel),
            stride=stride[0] if stride[0] == stride[1] else stride,
            padding=padding,
            output=_size((len(rows), len(columns))),
        )
    )
    return len(rows), len(columns)


def _cell_patch(row: int, column: int, *, inside: bool) -> Rectangle:
    corner = (column - 0.5, row - 0.5)
    if inside:
        return Rectangle(corner, 1, 1, facecolor=_mixed(PALETTE.input, 0.14), edgecolor=PALETTE.card, linewidth=1.5)
    return Rectangle(
        corner,
        1,
        1,
        facecolor=_mixed(PALETTE.padding, 0.3),
        edgecolor=PALETTE.padding,
        linewidth=0.8,
        hatch="////",
    )


def _window_legend(figure: Figure, *, columns: int) -> None:
    line: dict[str, Any] = {"color": PALETTE.kernel, "linewidth": 2.4}
    handles = [
        Line2D([], [], **line, label=_("first window")),
        Line2D([], [], **line, linestyle=(0, (4, 2)), label=_("second")),
        Line2D([], [], **line, linestyle=(0, (1, 1.2)), label=_("last")),
        Line2D([], [], marker="o", color=PALETTE.output, linestyle="", label=_("one output number")),
        Patch(
            facecolor=_mixed(PALETTE.padding, 0.3),
            edgecolor=PALETTE.padding,
            hatch="////",
            label=_("padding (zeros)"),
        ),
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=columns, columnspacing=1.2, handlelength=1.9)


# Numbers and colours ---------------------------------------------------------------------------------


def _pixels(picture: Picture) -> Array:
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


def _plane(values: Picture, name: str) -> Array:
    """Shape (height, width), float; a single channel is dropped."""
    plane = np.asarray(values, dtype=float)
    if plane.ndim == 3 and plane.shape[2] == 1:
        plane = plane[..., 0]
    if plane.ndim != 2 or plane.size == 0:
        raise ValueError(f"{name} is not a plane\n  expected: shape (height, width)\n  got:      {plane.shape}")
    return plane


def _stack(values: ArrayLike, name: str) -> Array:
    stack = np.asarray(values, dtype=float)
    if stack.ndim not in (2, 3) or stack.size == 0:
        raise ValueError(
            f"{name} is not a feature map\n  expected: shape (height, width) or (height, width, channels)\n"
            f"  got:      shape {stack.shape}"
        )
    return _channels_last(stack)


def _slide(plane: Array, kernel: Array) -> Array:
    """The kernel's answer at every position inside the plane.

    It goes by way of the Fourier transform, so that the plain way is left for you to write.
    """
    spectrum = np.fft.rfft2(plane) * np.conj(np.fft.rfft2(kernel, plane.shape))
    rows, columns = (side - reach + 1 for side, reach in zip(plane.shape, kernel.shape, strict=True))
    if rows < 1 or columns < 1:
        raise ValueError(
            f"the kernel is larger than the picture\n  expected: at most {plane.shape}\n  got:      {kernel.shape}"
        )
    return np.round(np.fft.irfft2(spectrum, plane.shape)[:rows, :columns], 9) + 0.0


def _number(value: float) -> str:
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


def _size(shape: Sequence[int]) -> str:
    return "×".join(str(side) for side in shape)


def _limits(values: Array) -> tuple[float, float]:
    """Smallest and largest finite value; apart from one another, so that colours can be given."""
    finite = values[np.isfinite(values)]
    if finite.size == 0:
        return 0.0, 1.0
    low, high = float(finite.min()), float(finite.max())
    return (low, high) if high > low else (low - 0.5, high + 0.5)


def _symmetric(values: Array) -> tuple[float, float]:
    finite = np.abs(values[np.isfinite(values)])
    reach = float(finite.max()) if finite.size and finite.max() > 0 else 1.0
    return -reach, reach


def _mixed(colour: str, share: float) -> tuple[float, float, float]:
    """So much of the colour, the rest white."""
    red, green, blue = (1 - share * (1 - part) for part in to_rgb(colour))
    return red, green, blue


@functools.cache
def _scale(colour: str, *, dark: bool = False) -> Colormap:
    """From almost white to the colour, or from black to the colour."""
    start: Any = "#000000" if dark else _mixed(colour, 0.04)
    return LinearSegmentedColormap.from_list(f"course {colour}", [start, colour])


@functools.cache
def _diverging() -> Colormap:
    """Blue below zero, white at zero, vermilion above."""
    return LinearSegmentedColormap.from_list("course difference", [PALETTE.input, "#FFFFFF", PALETTE.kernel])


# Panels ----------------------------------------------------------------------------------------------


def _figure(width: float, height: float) -> Figure:
    """An empty card of this size, in inches."""
    layout = ConstrainedLayoutEngine(w_pad=0.17, h_pad=0.15)
    figure = Figure(figsize=(width, height), layout=layout, facecolor="none")
    edge, corner = 0.03, 0.12
    card = FancyBboxPatch(
        (edge + corner, edge + corner),
        width - 2 * (edge + corner),
        height - 2 * (edge + corner),
        boxstyle=f"round,pad={corner}",
        facecolor=PALETTE.card,
        edgecolor=PALETTE.line,
        linewidth=1,
        transform=figure.dpi_scale_trans,
        zorder=-10,
    )
    card.set_in_layout(False)
    figure.add_artist(card)
    return figure


def _bare(axes: Axes) -> None:
    """Neither ticks nor frame; labels stay possible."""
    axes.set_xticks([])
    axes.set_yticks([])
    for spine in axes.spines.values():
        spine.set_visible(False)


def _open_frame(axes: Axes) -> None:
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(length=0)


def _panel_side(values: Array) -> float:
    """Side of a panel in inches: enough for the numbers, if there will be numbers."""
    return 3.3 if 8 < max(values.shape[:2]) <= LARGEST_NUMBERED_SIDE else 2.5


def _empty(axes: Axes, text: str) -> None:
    """A panel without a picture, that says why."""
    _bare(axes)
    axes.text(0.5, 0.5, text, ha="center", va="center", color=PALETTE.muted, transform=axes.transAxes, fontsize=11)
    axes.set_box_aspect(1)


def _sign(axes: Axes, sign: str, *, below: str = "") -> None:
    """A sign between two panels, with a word below it."""
    axes.axis("off")
    axes.text(0.5, 0.5, sign, ha="center", va="center", fontsize=_SIGN_SIZE, transform=axes.transAxes)
    axes.text(0.5, 0.36, below, ha="center", va="center", color=PALETTE.muted, transform=axes.transAxes)


def _cells(
    axes: Axes,
    values: Array,
    *,
    colours: Colormap,
    limits: tuple[float, float] | None = None,
    side: float = 2.5,
    numbers: bool = True,
    flat: bool = False,
) -> Any:
    """Draw a matrix as coloured cells, with its numbers where they are large enough to be read.

    Args:
        axes: An empty panel.
        values: Shape (height, width).
        colours: From the smallest to the largest of the limits.
        limits: Values of the first and of the last colour; by default the extremes of the values.
        side: About how large the panel will be, in inches; the numbers' size follows from it.
        numbers: Whether to write numbers into the cells of a small matrix.
        flat: One light colour for all cells, where the number is what counts.
    """
    _bare(axes)
    low, high = _limits(values) if limits is None else limits
    norm = Normalize(low, high, clip=True)
    shown = np.full(values.shape, low + 0.22 * (high - low)) if flat else values
    drawn = axes.imshow(np.ma.masked_invalid(shown.astype(float)), cmap=colours, norm=norm, interpolation="nearest")
    if max(values.shape) > LARGEST_NUMBERED_SIDE:
        for spine in axes.spines.values():
            spine.set(visible=True, color=PALETTE.line)
        return drawn
    _rule(axes, values.shape)
    if not numbers:
        return drawn
    texts = [[_number(value) for value in line] for line in values.tolist()]
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


def _rule(axes: Axes, shape: tuple[int, ...]) -> None:
    """Thin lines around all cells."""
    axes.hlines(np.arange(shape[0] + 1) - 0.5, -0.5, shape[1] - 0.5, color=PALETTE.line, linewidth=0.8)
    axes.vlines(np.arange(shape[1] + 1) - 0.5, -0.5, shape[0] - 0.5, color=PALETTE.line, linewidth=0.8)
    axes.set_xlim(-0.53, shape[1] - 0.47)
    axes.set_ylim(shape[0] - 0.47, -0.53)


def _outline(
    axes: Axes,
    row: int,
    column: int,
    shape: Sequence[int],
    colour: str,
    *,
    width: float = 2.6,
    gid: str | None = None,
) -> None:
    """A box around cells; its corner is at (column - 0.5, row - 0.5)."""
    box = Rectangle((column - 0.5, row - 0.5), shape[1], shape[0], fill=False, edgecolor=colour, linewidth=width)
    box.set_zorder(5)
    box.set_clip_on(False)
    box.set_gid(gid)
    axes.add_patch(box)


def _mark(axes: Axes, row: int, column: int, shape: Sequence[int]) -> None:
    """A box around one cell, with room around it where the cells are too small to be seen."""
    largest = max(shape[:2])
    room = round(0.03 * largest) if largest > LARGEST_NUMBERED_SIDE else 0
    side = 1 + 2 * room
    _outline(axes, row - room, column - room, (side, side), PALETTE.accent, gid=FIRST_WRONG)


def _weights(axes: Axes, names: Array, corner: Pair, *, side: int, last: int) -> None:
    """Name the weight that each seen pixel is multiplied with; colour tells weights apart, too."""
    _bare(axes)
    numbers = np.full((side, side), np.nan)
    numbers[corner[0] : corner[0] + names.shape[0], corner[1] : corner[1] + names.shape[1]] = names
    axes.imshow(np.ma.masked_invalid(numbers), cmap=_scale(PALETTE.kernel), norm=Normalize(1, last * 1.8))
    _rule(axes, numbers.shape)
    for row, column in np.argwhere(np.isfinite(numbers)).tolist():
        text = f"w{int(numbers[row, column])}"
        axes.text(column, row, text, ha="center", va="center", fontsize=min(10.0, 66 / side), color=PALETTE.ink)


def _measure(
    axes: Axes,
    start: tuple[float, float],
    end: tuple[float, float],
    text: str,
    *,
    turned: bool = False,
    sideways: bool = False,
) -> None:
    """An arrow with two heads and a word beside it."""
    arrow: dict[str, Any] = {
        "arrowstyle": "<->",
        "color": PALETTE.muted,
        "linewidth": 1.4,
        "shrinkA": 0,
        "shrinkB": 0,
    }
    axes.annotate("", xy=end, xytext=start, arrowprops=arrow, annotation_clip=False)
    middle = ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
    place: dict[str, Any]
    if turned:
        place = {"xytext": (-5, 0), "ha": "right", "va": "center", "rotation": 90}
    elif sideways:
        place = {"xytext": (-7, 3), "ha": "right", "va": "bottom"}
    else:
        place = {"xytext": (0, -5), "ha": "center", "va": "top"}
    axes.annotate(text, middle, textcoords="offset points", fontsize=10.5, annotation_clip=False, **place)


def _table(axes: Axes, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table of texts: the first column to the left, the others to the right; the last row is a sum."""
    axes.axis("off")
    edges = (0.0, 0.48, 0.78, 1.0)
    axes.set_xlim(0, 1)
    axes.set_ylim(len(rows) + 0.6, -0.6)
    for number, cells in enumerate([header, *rows]):
        strong = number in (0, len(rows))
        for column, text in enumerate(cells):
            axes.text(
                edges[column],
                number,
                text,
                ha="left" if column == 0 else "right",
                va="center",
                fontsize=10.5,
                weight="bold" if strong else "normal",
                color=(PALETTE.ink, PALETTE.input, PALETTE.output, PALETTE.ink)[column],
            )
    for height in (0.5, len(rows) - 0.5):
        axes.axhline(height, color=PALETTE.line, linewidth=1.2)
