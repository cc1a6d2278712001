"""The explanatory pictures of the assignment `convolution`, one function and one line in the notebook each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.patches import Rectangle
from numpy.typing import ArrayLike

from autograder.lab.pictures import style
from autograder.lab.pictures.comparison import MOST_ROWS
from autograder.lab.pictures.panels import (
    SMALL,
    as_pixels,
    channels_last,
    colour_scale,
    diverging_scale,
    draw_cells,
    limits_of,
    outline,
    panel_side,
    rule,
    short_number,
    sign_panel,
    size_text,
    symmetric_limits,
)
from autograder.lab.pictures.style import (
    PALETTE,
    RED_GREEN_BLUE,
    Array,
    Pair,
    Picture,
    bare,
    card,
    for_a_reader,
    in_course_style,
    open_frame,
)
from autograder.language import _
from convnets.drawings import draw
from convnets.pictures.windows import LONGEST_SIDE, as_pair, draw_windows, window_legend

MOST_PLANES = 8
_EXAMPLE_SEED = 60  # a ginger cat, all of it in the picture
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


@for_a_reader
@in_course_style
def feature_map_stack(image: Picture | None = None) -> None:
    """Show that a picture is a tensor of rank 3: height x width x channels.

    Args:
        image: Shape (height, width, channels), or a Pillow picture; by default a drawn cat.
            Three channels are taken for red, green, blue. Of more than eight, eight are shown.
    """
    pixels = as_pixels(draw("cat", _EXAMPLE_SEED).image if image is None else image)
    pixels = pixels[..., None] if pixels.ndim == 2 else pixels
    height, width, channels = pixels.shape
    coloured = channels == 3
    shown = min(channels, MOST_PLANES)

    figure = card(7.8, 3.7)
    left, right = figure.subplots(1, 2, width_ratios=(1, 1.5))
    bare(left)
    if coloured:
        left.imshow(pixels)
        left.set_title(_("the picture"))
    else:
        left.imshow(pixels[..., 0], cmap=colour_scale(PALETTE.input))
        left.set_title(_("channel 0"))

    bare(right)
    step = max(height, width) * (0.26 if shown < 5 else 0.12)
    names = (_("red"), _("green"), _("blue"))
    for channel in reversed(range(shown)):
        plane = pixels[..., channel]
        corner = channel * step
        extent = (corner, corner + width, height - corner, -corner)
        colour = RED_GREEN_BLUE[channel] if coloured else PALETTE.input
        right.imshow(plane, cmap=colour_scale(colour, dark=coloured), extent=extent, zorder=2 * (shown - channel))
        frame = Rectangle((corner, -corner), width, height, fill=False, edgecolor=colour, linewidth=1.8)
        frame.set_zorder(2 * (shown - channel) + 1)
        right.add_patch(frame)
        if coloured:
            place = (corner + width + 0.03 * width, height - corner - 0.02 * height)
            right.annotate(names[channel], place, color=colour, va="bottom", fontsize=10, weight="bold")
    reach = (shown - 1) * step
    gap = 0.07 * max(height, width)
    measure(right, (-gap, 0), (-gap, height), f"{_('height')} {height}", turned=True)
    measure(right, (0, height + gap), (width, height + gap), f"{_('width')} {width}")
    if shown > 1:
        start, end = (-gap * 0.7, -gap * 0.7), (reach - gap * 0.7, -reach - gap * 0.7)
        measure(right, start, end, f"{_('channels')} {channels}", sideways=True)
    right.set_xlim(-3 * gap, width + reach + 3 * gap)
    right.set_ylim(height + 2.6 * gap, -reach - 1.5 * gap)
    right.set_title(
        _("the same numbers: {height} × {width} × {channels}").format(height=height, width=width, channels=channels)
    )
    alt = _(
        "A picture, and next to it the same picture as a stack of {channels} planes, one for each channel; "
        "arrows name the axes: height {height}, width {width}, channels {channels}."
    )
    style.show(figure, alt.format(height=height, width=width, channels=channels))


@for_a_reader
@in_course_style
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
    image = as_plane(default if image2d is None else image2d, "image2d")
    weights = as_plane(kernel, "kernel")
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

    figure = card(9.8, 2.4)
    panels = figure.subplots(1, 9, width_ratios=(1.6, 0.24, 1, 0.2, 1, 0.2, 1, 0.36, 0.8))
    draw_cells(panels[0], image, colours=colour_scale(PALETTE.input), side=2.0)
    outline(panels[0], (row, column), weights.shape, PALETTE.kernel)
    panels[0].set_title(_("picture"))
    draw_cells(panels[2], patch, colours=colour_scale(PALETTE.input), limits=limits_of(image), side=1.05)
    panels[2].set_title(_("patch"))
    draw_cells(panels[4], weights, colours=colour_scale(PALETTE.kernel), look="one colour", side=1.05)
    panels[4].set_title(_("kernel"))
    draw_cells(panels[6], products, colours=colour_scale(PALETTE.output), look="one colour", side=1.05)
    panels[6].set_title(_("products"))
    draw_cells(panels[8], np.array([[total]]), colours=colour_scale(PALETTE.output), side=0.8, look="one colour")
    panels[8].set_title(_("one number"))
    for place, sign in ((1, "\N{RIGHTWARDS ARROW}"), (3, "\N{MULTIPLICATION SIGN}"), (5, "=")):
        sign_panel(panels[place], sign)
    sign_panel(panels[7], "\N{RIGHTWARDS ARROW}", below=_("sum"))
    alt = _(
        "A patch of {height} by {width} numbers is cut from a picture at row {row}, column {column}, "
        "and multiplied number by number with the kernel; the sum of the products is {total}."
    )
    style.show(figure, alt.format(height=height, width=width, row=row, column=column, total=short_number(total)))


@for_a_reader
@in_course_style
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
    pixels = as_pixels(_STEP_IMAGE if image is None else image)
    weights = as_plane(kernel, "kernel")
    gray = pixels.astype(float) if pixels.ndim == 2 else pixels.mean(axis=2)
    answer = slide(gray, weights) if response is None else as_plane(response, "response")

    figure = card(8.6, 2.9)
    left, times, middle, becomes, right = figure.subplots(1, 5, width_ratios=(1.25, 0.16, 0.8, 0.16, 1.45))
    if pixels.ndim == 3 and pixels.shape[2] == 3:
        bare(left)
        left.imshow(pixels)
    else:
        draw_cells(left, gray, colours=colour_scale(PALETTE.input), side=2.0)
    left.set_title(f"{_('picture')}  {size_text(gray.shape)}")
    draw_cells(middle, weights, colours=diverging_scale(), limits=symmetric_limits(weights), side=1.2)
    middle.set_title(f"{_('kernel')}  {size_text(weights.shape)}")
    sign_panel(times, "\N{ASTERISK OPERATOR}")
    sign_panel(becomes, "\N{RIGHTWARDS ARROW}")
    drawn = draw_cells(right, answer, colours=diverging_scale(), limits=symmetric_limits(answer), side=2.1)
    right.set_title(f"{_('response')}  {size_text(answer.shape)}")
    bar = figure.colorbar(drawn, ax=right, shrink=0.75, pad=0.03)
    bar.outline.set_visible(False)
    bar.ax.tick_params(labelsize=SMALL, length=2)
    alt = _(
        "Three panels: a picture, a kernel of {size} numbers, and the response map. The response is strong, "
        "red or blue, where the picture changes as the kernel does, and white where it is even."
    )
    style.show(figure, alt.format(size=size_text(weights.shape)))


@for_a_reader
@in_course_style
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
    figure = card(5.6, 5.4)
    axes = figure.subplots()
    positions = draw_windows(axes, (height, width), as_pair(kernel), as_pair(stride), padding)
    window_legend(figure, columns=3)
    alt = _(
        "A grid of {height} by {width} cells with the first windows outlined and a dot at the middle of each "
        "of the {rows} by {columns} positions. Padded cells are hatched."
    )
    style.show(figure, alt.format(height=height, width=width, rows=positions[0], columns=positions[1]))


@for_a_reader
@in_course_style
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
    figure = card(8.4, 3.9 * len(strides) + 0.4)
    panels = figure.subplots(len(strides), 2, squeeze=False)
    sizes = []
    for row, stride in enumerate(strides):
        for axes, padding in zip(panels[row], ("valid", "same"), strict=True):
            rows, columns = draw_windows(axes, (height, width), as_pair(kernel), as_pair(stride), padding)
            sizes.append(f"{_('stride')} {stride}, '{padding}': {rows} x {columns}")
    across = np.array([axes.get_xlim() for axes in panels.flat])
    down = np.array([axes.get_ylim() for axes in panels.flat])
    for axes in panels.flat:  # cells of one size everywhere
        axes.set_xlim(across[:, 0].min(), across[:, 1].max())
        axes.set_ylim(down[:, 0].max(), down[:, 1].min())
    window_legend(figure, columns=5)
    alt = _(
        "A grid of {height} by {width} cells and the positions of a window of side {kernel}. Output sizes: {sizes}."
    )
    style.show(figure, alt.format(height=height, width=width, kernel=kernel, sizes="; ".join(sizes)))


@for_a_reader
@in_course_style
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
    figure = card(7.0, 3.9)
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
    open_frame(axes)
    axes.legend(loc="upper left")
    figure.suptitle(_("What one number of a {kernel}×{kernel} convolution sees").format(kernel=kernel))
    alt = _("Bars: without pooling the receptive field grows to {plain} pixels, with pooling to {pooled}.")
    style.show(figure, alt.format(plain=", ".join(map(str, plain)), pooled=", ".join(map(str, pooled))))


@for_a_reader
@in_course_style
def pooling_comparison(feature_map: ArrayLike | None = None) -> None:
    """Show one sparse map, pooled in tiles of 2x2 in three ways: maximum, mean, one cell picked.

    Args:
        feature_map: Shape (height, width), both even; by default few large numbers among zeros.

    Raises:
        ValueError: The map does not divide into tiles.
    """
    values = as_plane(_SPARSE_MAP if feature_map is None else feature_map, "feature_map")
    if values.shape[0] % 2 or values.shape[1] % 2:
        raise ValueError(f"tiles of 2x2 need even sides\n  expected: even height and width\n  got:      {values.shape}")
    tiles = np.stack([values[top::2, left::2] for top in (0, 1) for left in (0, 1)])
    strongest = tiles.max(axis=0)
    ways = (
        (_("maximum"), strongest),
        (_("mean"), tiles.mean(axis=0)),
        (_("stride 2: top left cell"), tiles[0]),
    )
    limits = limits_of(values)
    figure = card(9.2, 3.3)
    panels = figure.subplots(1, 4, width_ratios=(1.55, 1, 1, 1))
    draw_cells(panels[0], values, colours=colour_scale(PALETTE.input), limits=limits, side=2.5)
    for top in range(0, values.shape[0], 2):
        for left in range(0, values.shape[1], 2):
            outline(panels[0], (top, left), (2, 2), PALETTE.kernel, width=1.8)
    panels[0].set_title(_("feature map, tiles of 2×2"))
    peaks = strongest > 0
    for axes, (title, pooled) in zip(panels[1:], ways, strict=True):
        kept = int((peaks & (pooled == strongest)).sum())
        draw_cells(axes, pooled, colours=colour_scale(PALETTE.output), limits=limits, side=1.7)
        axes.set_title(title)
        caption = _("{kept} of {all} peaks at full height").format(kept=kept, all=int(peaks.sum()))
        axes.set_xlabel(caption, color=PALETTE.muted, fontsize=SMALL)
    alt = _(
        "A sparse map and three pooled maps of half its side. The maximum keeps every large number, the mean "
        "makes them small, and picking every second cell loses most of them."
    )
    style.show(figure, alt)


@for_a_reader
@in_course_style
def pooled_maps(feature_map: ArrayLike, pooled: ArrayLike) -> None:
    """Show a feature map and its pooled version side by side, in the same colours.

    Args:
        feature_map: Shape (height, width) or (height, width, channels); three channels are shown.
        pooled: The same after pooling.
    """
    before, after = as_stack(feature_map, "feature_map"), as_stack(pooled, "pooled")
    rows = min(before.shape[2], after.shape[2], MOST_ROWS)
    side = panel_side(before)
    figure = card(2 * side + 1.2, 0.5 + (side + 0.4) * rows)
    panels = figure.subplots(rows, 2, squeeze=False)
    for channel in range(rows):
        left, right = before[..., channel], after[..., channel]
        note = "" if rows == 1 else "  " + _("channel {number}").format(number=channel)
        for axes, values, name, colour in (
            (panels[channel, 0], left, _("feature map"), PALETTE.input),
            (panels[channel, 1], right, _("pooled"), PALETTE.output),
        ):
            draw_cells(axes, values, colours=colour_scale(colour), limits=limits_of(left), side=side)
            axes.set_title(f"{name}  {size_text(values.shape)}{note}")
    alt = _("A feature map of {before} cells next to its pooled version of {after} cells, in the same shades.")
    style.show(figure, alt.format(before=size_text(before.shape[:2]), after=size_text(after.shape[:2])))


@for_a_reader
@in_course_style
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
    figure = card(8.6, 5.9)
    panels = figure.subplots(2, 5, width_ratios=(1, 0.16, 1, 0.16, 0.5))
    strongest = []
    for row, (place, name) in enumerate(((first, _("before")), (second, _("after the shift")))):
        field, conv_map, maximum = panels[row, 0], panels[row, 2], panels[row, 4]
        values = np.zeros((side, side))
        values[place[0] : place[0] + 3, place[1] : place[1] + 3] = _CROSS
        answer = slide(values, _CROSS)
        strongest.append(answer.max())
        draw_cells(field, values, colours=colour_scale(PALETTE.input), look="no numbers")
        outline(field, place, _CROSS.shape, PALETTE.accent)
        field.set_ylabel(name, fontsize=11, weight="bold")
        draw_cells(conv_map, answer, colours=colour_scale(PALETTE.output), side=2.5)
        outline(conv_map, place, (1, 1), PALETTE.accent)
        draw_cells(maximum, np.array([[answer.max()]]), colours=colour_scale(PALETTE.output), limits=(0, 5), side=0.8)
        sign_panel(panels[row, 1], "\N{RIGHTWARDS ARROW}")
        sign_panel(panels[row, 3], "\N{RIGHTWARDS ARROW}")
        if row == 0:
            field.set_title(f"{_('field')}  {size_text(values.shape)}")
            conv_map.set_title(_("convolution with a cross"))
            maximum.set_title(_("global maximum"))
        else:
            conv_map.set_xlabel(_("moves along: equivariant"), color=PALETTE.muted)
            maximum.set_xlabel(_("stays: invariant"), color=PALETTE.muted)
    alt = _(
        "Two rows, before and after a cross was moved over a field. The bright spot of the convolution map "
        "moves as the cross does; the global maximum is {before} before and {after} after."
    )
    style.show(figure, alt.format(before=short_number(strongest[0]), after=short_number(strongest[1])))


@for_a_reader
@in_course_style
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
    figure = card(7.4, 6.9)
    panels = figure.subplots(2, 2)
    order = np.arange(1, pixels + 1).reshape(side, side)
    window = np.arange(1, weights + 1).reshape(kernel, kernel)
    far = side - kernel
    corners = ((0, 0), (far, far))
    for unit in (0, 1):
        dense, local = panels[0, unit], panels[1, unit]
        seen = order + unit * pixels
        weights_panel(dense, seen, (0, 0), side=side, last=2 * pixels)
        dense.set_title(_("unit {name}: {count} weights of its own").format(name="AB"[unit], count=pixels))
        weights_panel(local, window, corners[unit], side=side, last=weights)
        outline(local, corners[unit], window.shape, PALETTE.kernel)
        local.set_title(_("unit {name}: {count} weights, shared").format(name="AB"[unit], count=weights))
    panels[0, 0].set_ylabel(_("Dense: the whole input"), fontsize=11.5, weight="bold")
    panels[1, 0].set_ylabel(_("convolution: a window"), fontsize=11.5, weight="bold")
    figure.supxlabel(
        _("w1, w2, ... are the weights. The same name is the same weight; blank pixels are not seen."),
        fontsize=10,
        color=PALETTE.muted,
    )
    alt = _(
        "Above, two units of a dense layer: each sees all {pixels} pixels, every pixel with its own "
        "weight. Below, two units of a convolution: each sees a window, both use the same {weights} weights."
    )
    style.show(figure, alt.format(pixels=pixels, weights=weights))


@for_a_reader
@in_course_style
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

    figure = card(8.2, 6.2)
    top, bottom = figure.subplots(2, 1, height_ratios=(1, 1.15))
    rows = [
        (
            _("convolution {number}").format(number=depth + 1),
            f"{size_text((sides['without'][depth + 1],) * 2)} × {filters[depth]}",
            f"{size_text((sides['with'][depth + 1],) * 2)} × {filters[depth]}",
            f"{shared[depth]:,}",
        )
        for depth in range(3)
    ]
    total = (_("sum of parameters"), "", "", f"{sum(shared):,}")
    header = (_("layer"), _("map without pooling"), _("map with 2×2 pooling"), _("parameters"))
    table_panel(top, header, [*rows, total])

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
    open_frame(bottom)
    bottom.minorticks_off()
    bottom.legend(loc="upper right")
    alt = _(
        "A table and bars for the same net without and with pooling. Parameters of the convolutions: "
        "{shared} in both. Activations of the last map: {maps}. Parameters of the dense layer: {dense}."
    )
    style.show(
        figure,
        alt.format(
            shared=f"{sum(shared):,}",
            maps=" / ".join(f"{count:,}" for count in last.values()),
            dense=" / ".join(f"{count:,}" for count in dense.values()),
        ),
    )


def as_plane(values: Picture, name: str) -> Array:
    """Shape (height, width), float; a single channel is dropped."""
    plane = np.asarray(values, dtype=float)
    if plane.ndim == 3 and plane.shape[2] == 1:
        plane = plane[..., 0]
    if plane.ndim != 2 or plane.size == 0:
        raise ValueError(f"{name} is not a plane\n  expected: shape (height, width)\n  got:      {plane.shape}")
    return plane


def as_stack(values: ArrayLike, name: str) -> Array:
    """Shape (height, width, channels), float; a plane gets its one channel."""
    stack = np.asarray(values, dtype=float)
    if stack.ndim not in (2, 3) or stack.size == 0:
        raise ValueError(
            f"{name} is not a feature map\n  expected: shape (height, width) or (height, width, channels)\n"
            f"  got:      shape {stack.shape}"
        )
    return channels_last(stack)


def slide(plane: Array, kernel: Array) -> Array:
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


def weights_panel(axes: Axes, names: Array, corner: Pair, *, side: int, last: int) -> None:
    """Name the weight that each seen pixel is multiplied with; colour tells weights apart, too."""
    bare(axes)
    numbers = np.full((side, side), np.nan)
    numbers[corner[0] : corner[0] + names.shape[0], corner[1] : corner[1] + names.shape[1]] = names
    axes.imshow(np.ma.masked_invalid(numbers), cmap=colour_scale(PALETTE.kernel), norm=Normalize(1, last * 1.8))
    rule(axes, numbers.shape)
    for row, column in np.argwhere(np.isfinite(numbers)).tolist():
        text = f"w{int(numbers[row, column])}"
        axes.text(column, row, text, ha="center", va="center", fontsize=min(10.0, 66 / side), color=PALETTE.ink)


def measure(
    axes: Axes,
    start: tuple[float, float],
    end: tuple[float, float],
    text: str,
    *,
    turned: bool = False,
    sideways: bool = False,
) -> None:
    """An arrow with two heads and a word next to it."""
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


def table_panel(axes: Axes, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
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
