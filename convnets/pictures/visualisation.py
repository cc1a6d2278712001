"""The pictures of the assignment `visualisation`: activation grids, filter pictures, heat maps, and the whole ladder.

What has to
be trained or measured first is given as a function, so that grading does not do it either.
"""

import importlib.util
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.patches import Rectangle
from numpy.typing import NDArray
from PIL import Image, ImageOps

from autograder.lab.pictures import style
from autograder.lab.pictures.style import PALETTE, bare, card, for_a_reader, in_course_style, open_frame
from autograder.language import _
from convnets.results import Rung

Images = NDArray[Any]
Box = tuple[float, float, float, float]
"""Left, top, right, bottom, in pixels."""

WIDTH = 9.4  # inches, of the wide figures
EXAMPLES = 6  # hits, and misses, that are shown


@dataclass(frozen=True)
class HeatMap:
    """One row of the figure that explains predictions.

    Attributes:
        picture: Shape (height, width, 3), uint8.
        heat: Shape (h, w), from 0 to 1, for the class in `title`.
        veiled: The picture with the heat over it, shape (height, width, 3), uint8.
        title: What is shown: the class that is explained, and what the picture is.
    """

    picture: Images
    heat: Images
    veiled: Images
    title: str


class Pointing(NamedTuple):
    """What became of one picture in the pointing game."""

    veiled: Images  # the picture with the heat over it
    box: Box  # the face
    peak: tuple[float, float]  # column and row of the hottest place, in pixels

    @property
    def hit(self) -> bool:
        """Whether the hottest place lies on the face."""
        left, top, right, bottom = self.box
        return left <= self.peak[0] <= right and top <= self.peak[1] <= bottom


@for_a_reader
@in_course_style
def activations(picture: Callable[[], Images], grids: Callable[[], Mapping[str, Images]]) -> None:
    """Show a picture, and below it the grid of each layer with all its channels.

    Args:
        picture: Returns shape (height, width, 3), uint8.
        grids: Returns for each layer's name its grid, uint8, from the first layer to the last.
    """
    pixels, found = picture(), grids()
    heights = [WIDTH * 0.92 * grid.shape[0] / grid.shape[1] for grid in found.values()]
    figure = card(WIDTH, 1.7 + sum(heights) + 0.42 * len(heights))
    panels = figure.subplots(len(found) + 1, 1, height_ratios=[1.5, *heights])
    for axes in panels:
        bare(axes)
    panels[0].imshow(pixels, interpolation="nearest")
    for axes, (name, grid) in zip(panels[1:], found.items(), strict=True):
        axes.imshow(grid, cmap="viridis", vmin=0, vmax=255, interpolation="nearest")
        axes.set_title(name)
    alt = _(
        "A picture and the channels of {layers}, each channel a small tile. In the first grid the outline of the "
        "picture shows in most tiles, in the last one only a few coarse spots are left."
    )
    style.show(figure, alt.format(layers=", ".join(found)))


@for_a_reader
@in_course_style
def filters(grown: Callable[[], Mapping[str, Sequence[Images]]]) -> None:
    """Show the pictures that filters respond to most, a row for each layer.

    Args:
        grown: Returns for each layer's name its pictures, shape (height, width, 3), uint8.
    """
    found = grown()
    columns = max(len(pictures) for pictures in found.values())
    side = WIDTH / columns
    figure = card(WIDTH, (side + 0.24) * len(found) + 0.3)
    _draw_close(figure)
    rows = figure.subplots(len(found), columns, squeeze=False)
    for row, (name, pictures) in zip(rows, found.items(), strict=True):
        for axes, picture in zip(row, pictures, strict=False):
            axes.imshow(picture, interpolation="nearest")
        for axes in row:
            bare(axes)
        row[0].set_title(name, loc="left", fontsize=10)
    alt = _(
        "Pictures that filters of {layers} respond to most. Those of the first layer are plain colours and stripes, "
        "those of the last layer have shapes that repeat."
    )
    style.show(figure, alt.format(layers=", ".join(found)))


@for_a_reader
@in_course_style
def heat_maps(explained: Callable[[], Sequence[HeatMap]]) -> None:
    """Show picture, heat map and overlay side by side, a row for each prediction.

    Args:
        explained: Returns the rows.
    """
    rows = explained()
    figure = card(6.6, 2.35 * len(rows) + 0.3)
    for panels, row in zip(figure.subplots(len(rows), 3, squeeze=False), rows, strict=True):
        for axes in panels:
            bare(axes)
        panels[0].imshow(row.picture, interpolation="nearest")
        panels[1].imshow(row.heat, cmap="jet", vmin=0, vmax=1, interpolation="nearest")
        panels[2].imshow(row.veiled, interpolation="nearest")
        height, width = row.heat.shape
        panels[0].set_title(row.title, loc="left")
        panels[1].set_title(_("{height} × {width} map").format(height=height, width=width), fontsize=9)
        panels[2].set_title(_("overlay"), fontsize=9)
    alt = _("For each of {count} predictions the picture, its heat map and the overlay: {titles}.")
    style.show(figure, alt.format(count=len(rows), titles="; ".join(row.title for row in rows)))


@for_a_reader
@in_course_style
def sparsity(measure: Callable[[], Mapping[str, tuple[float, float]]]) -> None:
    """Show the share of zeros and of dead channels by depth, and print them.

    Args:
        measure: Returns for each layer's name, from the first to the last, share of zeros and share of dead channels.
    """
    found = measure()
    figure = card(7.6, 3.6)
    axes = figure.subplots()
    names = (_("values that are 0"), _("channels that are dead"))
    for number, (name, colour, marker) in enumerate(
        zip(names, (PALETTE.input, PALETTE.kernel), ("o", "s"), strict=True)
    ):
        shares = [pair[number] for pair in found.values()]
        axes.plot(shares, color=colour, marker=marker, linewidth=1.8, label=name)
    axes.set_xticks(range(len(found)), [name.replace("_", "\n") for name in found], fontsize=8.5)
    axes.set_ylim(-0.03, 1)
    axes.set_ylabel(_("share"))
    axes.legend()
    open_frame(axes)
    first, *_between, last = found.values()
    alt = _(
        "Share of zeros by layer, from {first:.2f} in the first layer to {last:.2f} in the last; and of dead channels."
    )
    style.show(figure, alt.format(first=first[0], last=last[0]))
    for name, (zeros, dead) in found.items():
        print(_("{name:14} zeros {zeros:.2f}   dead channels {dead:.2f}").format(name=name, zeros=zeros, dead=dead))


@for_a_reader
@in_course_style
def pointing_game(play: Callable[[], Sequence[Pointing]]) -> None:
    """Show hits and misses of the pointing game, and print the share of hits next to that of chance.

    Args:
        play: Returns what became of each picture.
    """
    played = play()
    hits, misses = [each for each in played if each.hit], [each for each in played if not each.hit]
    groups = [(name, group) for name, group in ((_("hits"), hits), (_("misses"), misses)) if group]
    figure = card(WIDTH, 1.72 * len(groups) + 0.35)
    _draw_close(figure)
    rows = figure.subplots(len(groups), EXAMPLES, squeeze=False)
    for row, (name, group) in zip(rows, groups, strict=True):
        chosen = np.unique(np.linspace(0, len(group) - 1, EXAMPLES).round().astype(int))
        for axes in row:
            bare(axes)
        for axes, number in zip(row, chosen, strict=False):
            _point(axes, group[number])
        row[0].set_title(name, loc="left")
    share = len(hits) / len(played)
    chance = float(np.mean([_share_of_the_picture(each) for each in played]))
    alt = _(
        "Overlays with a white box around the face and a cross at the hottest place: {hits} examples where the cross "
        "is in the box, {misses} where it is outside. The share of hits is {share:.2f}."
    )
    examples = [min(len(group), EXAMPLES) for group in (hits, misses)]
    style.show(figure, alt.format(hits=examples[0], misses=examples[1], share=share))
    print(
        _(
            "hits: {hits} of {all} = {share:.1%}    by chance: {chance:.1%} (the mean share of a picture that is face)"
        ).format(hits=len(hits), all=len(played), share=share, chance=chance)
    )


def _draw_close(figure: Figure) -> None:
    """Little room between the panels, and the usual room around them all."""
    layout = figure.get_layout_engine()
    width, height = figure.get_size_inches()
    edge_x, edge_y = 0.14 / width, 0.12 / height
    if isinstance(layout, ConstrainedLayoutEngine):
        layout.set(w_pad=0.04, h_pad=0.04, wspace=0, hspace=0, rect=(edge_x, edge_y, 1 - 2 * edge_x, 1 - 2 * edge_y))


def _point(axes: Axes, played: Pointing) -> None:
    axes.imshow(played.veiled, interpolation="nearest")
    left, top, right, bottom = played.box
    axes.add_patch(
        Rectangle((left - 0.5, top - 0.5), right - left, bottom - top, fill=False, edgecolor="white", linewidth=1.6)
    )
    axes.plot(played.peak[0] - 0.5, played.peak[1] - 0.5, marker="x", color="black", markersize=9, markeredgewidth=2.2)


def _share_of_the_picture(played: Pointing) -> float:
    height, width = played.veiled.shape[:2]
    left, top, right, bottom = played.box
    return float(
        max(min(right, width) - max(left, 0), 0) * max(min(bottom, height) - max(top, 0), 0) / (height * width)
    )


@for_a_reader
@in_course_style
def ladder(rungs: Sequence[Rung]) -> None:
    """Show the test accuracy of every run of every step, with mean and spread, and print them.

    Args:
        rungs: The steps, from the lowest on; `convnets.results.ladder()` has them.
    """
    names = {
        "scratch": _("from scratch"),
        "augmented": _("+ augmentation\nand dropout"),
        "cached": _("feature\nextraction"),
        "one block": _("fine-tuning"),
    }
    figure = card(7.8, 4.2)
    axes = figure.subplots()
    means = [float(np.mean(rung.tests)) for rung in rungs]
    axes.plot(means, color=PALETTE.line, linewidth=1.5, zorder=1)
    for place, (rung, mean) in enumerate(zip(rungs, means, strict=True)):
        where = place + np.linspace(-0.1, 0.1, len(rung.tests)) if len(rung.tests) > 1 else [place]
        face = PALETTE.input if rung.own else "white"
        axes.plot(where, rung.tests, linestyle="none", marker="o", color=PALETTE.input, markerfacecolor=face, zorder=3)
        axes.errorbar(place + 0.22, mean, yerr=_spread(rung), color=PALETTE.kernel, marker="D", capsize=4, zorder=2)
        axes.annotate(f"{mean:.3f}", (place + 0.22, mean), xytext=(9, 0), textcoords="offset points", va="center")
    axes.set_xticks(range(len(rungs)), [names.get(rung.step, rung.step) for rung in rungs])
    axes.set_xlim(-0.4, len(rungs) - 0.35)
    axes.set_ylim(min(0.5, *(min(rung.tests) for rung in rungs)) - 0.02, 1.005)
    axes.axhline(0.5, color=PALETTE.line, linestyle="--", linewidth=1, zorder=0)
    axes.set_ylabel(_("accuracy on the test pictures"))
    axes.set_title(_origin(rungs))
    open_frame(axes)
    steps = ", ".join(f"{names.get(rung.step, rung.step)} {mean:.3f}" for rung, mean in zip(rungs, means, strict=True))
    alt = _("Test accuracy of every run, with mean and spread over the seeds, by step: {steps}.")
    style.show(figure, alt.format(steps=steps.replace("\n", " ")))
    for rung, mean in zip(rungs, means, strict=True):
        print(
            _("{name:30} {mean:.3f} ± {spread:.3f}   {runs} runs, {origin}").format(
                name=names.get(rung.step, rung.step).replace("\n", " "),
                mean=mean,
                spread=_spread(rung),
                runs=len(rung.tests),
                origin=_("yours") if rung.own else _("shipped with the course"),
            )
        )


def _origin(rungs: Sequence[Rung]) -> str:
    own = sum(rung.own for rung in rungs)
    if own == len(rungs):
        return _("all results are yours")
    if own == 0:
        return _("none of your results was saved: all are those shipped with the course (hollow)")
    return _("filled: your results; hollow: shipped with the course, if you have none")


def _spread(rung: Rung) -> float:
    """Standard deviation over the seeds."""
    return float(np.std(rung.tests, ddof=1)) if len(rung.tests) > 1 else math.nan


def photograph(size: int) -> tuple[Images, str]:
    """A photograph that a package on this machine ships, cut to a square and scaled.

    Args:
        size: Height and width, in pixels.

    Returns:
        Shape (size, size, 3), uint8, and what it shows: "cat" where scikit-image is installed, else "person", from
        matplotlib's sample data.
    """
    path, content = Path(matplotlib.get_data_path()) / "sample_data" / "grace_hopper.jpg", "person"
    found = importlib.util.find_spec("skimage")
    if found is not None and found.origin is not None:
        cat = Path(found.origin).parent / "data" / "chelsea.png"
        path, content = (cat, "cat") if cat.is_file() else (path, content)
    with Image.open(path) as image:
        square = ImageOps.fit(image.convert("RGB"), (size, size), Image.Resampling.BILINEAR, centering=(0.5, 0.3))
    return np.asarray(square), content
