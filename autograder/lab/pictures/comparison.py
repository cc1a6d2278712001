"""The picture of a check: what was expected, what came, and where they part."""

from __future__ import annotations

import textwrap
from typing import TypeGuard

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from autograder.lab.pictures.panels import (
    channels_last,
    colour_scale,
    diverging_scale,
    draw_cells,
    empty_panel,
    limits_of,
    mark_cell,
    panel_side,
    symmetric_limits,
)
from autograder.lab.pictures.style import PALETTE, Array, bare, card, in_course_style
from autograder.language import _

MOST_ROWS = 3  # channels shown below one another
RELATIVE_TOLERANCE = 1e-4
CHARACTERS_AN_INCH = 9  # of a title; wide letters are rare in a call


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


@in_course_style
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
    Pictures (uint8, three channels) are shown in colour. Of a batch the first picture that differs is shown.

    Args:
        expected: Shape (length,), (height, width), (height, width, channels) or (batch, height, width, channels).
        got: What a student's function returned: anything. If its shape differs, the title of its panel
            says so and there is no difference.
        title: Stands above the panels.
        difference: The shape of expected; by default got - expected.
        tolerance: See `first_wrong`.
        given: Name and values, of shape (height, width), of the input; it gets a panel on the left.

    Returns:
        The figure; hand it to `show`. The boxes have the gid `FIRST_WRONG`.
    """
    whole, answered = np.asarray(expected), _drawable(got)
    same_shape = answered is not None and answered.shape == whole.shape
    if answered is not None and same_shape and whole.ndim == 4:
        number = _first_wrong_picture(whole, answered, difference, tolerance)
        picked: tuple[int, ...] = (number,)
        if difference is not None:
            difference = np.asarray(difference)[number]
    else:
        number, picked = 0, ()
    wanted = whole[number] if whole.ndim == 4 else whole
    answer = answered[number] if answered is not None and answered.ndim == 4 else answered
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
    left, mark = channels_last(wanted), _position(wrong)
    right = None if answer is None else channels_last(answer)
    shown = [0] if is_photo else _shown_channels(left, right, mark)

    columns, before = 3 if delta is not None else 2, 0 if given is None else 1
    side = panel_side(left)
    figure = card((side + 0.4) * (columns + before) + 0.3, (side + 0.3) * len(shown) + 0.8)
    grid = figure.subplots(len(shown), columns + before, squeeze=False)
    panels = grid[:, before:]
    lines = textwrap.wrap(title, int(figure.get_figwidth() * CHARACTERS_AN_INCH)) or [""]
    if picked:
        lines.append(_("picture {number} of the batch").format(number=number))
    figure.suptitle("\n".join(lines))
    if given is not None:
        name, matrix = given
        draw_cells(grid[0, 0], np.asarray(matrix), colours=colour_scale(PALETTE.ink), side=side)
        grid[0, 0].set_title(name)
        for axes in grid[1:, 0]:
            bare(axes)
    for row, channel in enumerate(shown):
        both = [values[..., channel].ravel() for values in (left, right) if _has_channel(values, channel)]
        limits = limits_of(np.concatenate(both).astype(float))
        note = "" if is_photo or len(shown) == 1 else "  " + _("channel {number}").format(number=channel)
        for axes, values, name in ((panels[row, 0], left, _("expected")), (panels[row, 1], right, _("got"))):
            if not _has_channel(values, channel):
                empty_panel(axes, _kind_of(got) if values is None else _("no such channel"))
            elif is_photo:
                bare(axes)
                axes.imshow(values)
            else:
                draw_cells(axes, values[..., channel], colours=colour_scale(PALETTE.input), limits=limits, side=side)
            axes.set_title(name + note)
        if not same_shape and row == 0:
            panels[0, 1].set_title(
                _("got: {got}\nexpected: {expected}").format(
                    got=_kind_of(got) if answered is None else shape_text(answered.shape),
                    expected=shape_text(whole.shape),
                ),
                color=PALETTE.accent,
            )
        if delta is not None:
            stacked = channels_last(delta)
            change = np.abs(stacked).max(axis=2) if is_photo else stacked[..., channel]
            draw_cells(panels[row, 2], change, colours=diverging_scale(), limits=symmetric_limits(change), side=side)
            panels[row, 2].set_title((_("largest difference") if is_photo else _("got - expected")) + note)
        if mark is not None and (is_photo or channel == mark[2]):
            for axes in panels[row]:
                mark_cell(axes, mark[0], mark[1], left.shape)
    if wrong is not None:
        place = ", ".join(map(str, picked + wrong))
        text = _("The box marks the first wrong position: [{place}]").format(place=place)
        figure.supxlabel(text, color=PALETTE.accent, fontsize=10.5)
    return figure


def _first_wrong_picture(expected: Array, got: Array, difference: ArrayLike | None, tolerance: float) -> int:
    """Which picture of a batch differs first; the first one if none does."""
    if difference is not None:
        got = np.asarray(difference, dtype=float)
        expected = np.zeros_like(got)
    wrong = first_wrong(expected, got, tolerance=tolerance)
    return 0 if wrong is None else wrong[0]


def _has_channel(values: Array | None, channel: int) -> TypeGuard[Array]:
    return values is not None and channel < values.shape[2]


def _drawable(got: object) -> Array | None:
    """The answer as an array of rank 1 to 4 with real numbers in it, or None."""
    try:
        values = np.asarray(got)
    except (ValueError, TypeError, RuntimeError):  # ragged lists; objects that refuse to become arrays
        return None
    if values.dtype.kind not in "biuf" or not 1 <= values.ndim <= 4 or values.size == 0:
        return None
    return values


def _kind_of(got: object) -> str:
    """What a thing is that cannot be drawn, in a few words."""
    if isinstance(got, np.ndarray):
        return f"{got.dtype}, {shape_text(got.shape)}"
    return type(got).__name__


def shape_text(shape: tuple[int, ...]) -> str:
    """A shape as it is said in a title."""
    return _("shape {shape}").format(shape=shape)


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
