"""The pictures of the assignment `training_from_scratch`: galleries, learning curves, gaps over several runs.

Two of them
train networks; they are given the function that does it, so that grading does not train either.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from autograder.lab.pictures import style
from autograder.lab.pictures.panels import as_pixels
from autograder.lab.pictures.style import PALETTE, bare, card, for_a_reader, in_course_style, open_frame
from autograder.language import _

History = Mapping[str, Sequence[float]]
"""What `model.fit(...).history` holds: a list for each metric, one value for each epoch."""
LAST = 5
"""Epochs at the end over which a gap is averaged, as in exercise A2.8."""


@for_a_reader
@in_course_style
def gallery(images: Sequence[Any], titles: Sequence[str] = (), *, columns: int = 4) -> None:
    """Show pictures side by side.

    Args:
        images: Shape (height, width, 3) each, uint8 or floats from 0 to 1.
        titles: One for each picture, or none.
        columns: Pictures in a row.
    """
    rows = -(-len(images) // columns)
    figure = card(1.75 * columns + 0.4, (1.95 if titles else 1.75) * rows + 0.3)
    panels = figure.subplots(rows, columns, squeeze=False).ravel()
    for axes in panels:
        bare(axes)
    for number, (axes, image) in enumerate(zip(panels, images, strict=False)):
        axes.imshow(as_pixels(image))
        if titles:
            axes.set_title(titles[number], fontsize=9)
    if titles:
        alt = _("Pictures in {rows} rows of {columns}: {titles}.").format(
            rows=rows, columns=columns, titles=", ".join(titles)
        )
    else:
        alt = _("{count} versions of a picture in {rows} rows of {columns}.").format(
            count=len(images), rows=rows, columns=columns
        )
    style.show(figure, alt)


@for_a_reader
@in_course_style
def learning_curves(train: Callable[..., History], *, seed: int) -> None:
    """Train, and show accuracy and loss on training and validation pictures with the gap between them.

    Args:
        train: Called with `seed`; returns the history.
        seed: Of the run.
    """
    history = train(seed=seed)
    figure = card(9.2, 3.7)
    panels = figure.subplots(1, 2)
    for axes, metric, name in zip(panels, ("accuracy", "loss"), (_("accuracy"), _("loss")), strict=True):
        training, validation = (np.asarray(history[key], float) for key in (metric, f"val_{metric}"))
        epochs = np.arange(1, len(training) + 1)
        axes.fill_between(epochs, training, validation, color=PALETTE.accent, alpha=0.12, linewidth=0)
        axes.plot(epochs, training, color=PALETTE.input, marker="o", markersize=3, linewidth=1.5)
        axes.plot(epochs, validation, color=PALETTE.kernel, marker="s", markersize=3, linewidth=1.5)
        _end_label(axes, epochs[-1], training[-LAST:].mean(), _("training"), PALETTE.input)
        _end_label(axes, epochs[-1], validation[-LAST:].mean(), _("validation"), PALETTE.kernel)
        gap = abs(training[-LAST:].mean() - validation[-LAST:].mean())
        axes.set_title(_("{name}: gap {gap:.2f} over the last {last} epochs").format(name=name, gap=gap, last=LAST))
        axes.set_xlabel(_("epoch"))
        axes.set_xlim(0, len(epochs) * 1.3)
        axes.set_xticks(range(0, len(epochs) + 1, 5))
        open_frame(axes)
    panels[0].set_ylim(0.4, 1.02)
    panels[1].set_ylim(bottom=0)
    alt = _(
        "Accuracy and loss over {epochs} epochs. At the end the training accuracy is {training:.2f} and that on the "
        "validation pictures {validation:.2f}; the area between the curves is shaded."
    )
    style.show(
        figure,
        alt.format(
            epochs=len(history["accuracy"]),
            training=float(np.mean(history["accuracy"][-LAST:])),
            validation=float(np.mean(history["val_accuracy"][-LAST:])),
        ),
    )


@for_a_reader
@in_course_style
def gaps(
    train: Callable[[], Mapping[tuple[bool, int], History]],
    gap: Callable[[History], float],
    smooth: Callable[[Sequence[float]], Sequence[float]],
) -> None:
    """Train several times with and without augmentation; show every curve, every gap, and print the means.

    Args:
        train: Returns the history of each run, by (augmented, seed).
        gap: The student's `overfit_gap`.
        smooth: The student's `smooth_curve`.
    """
    runs = train()
    names = {False: _("without augmentation"), True: _("with augmentation")}
    measured: dict[bool, dict[str, list[float]]] = {
        augmented: {
            "training": [_end(history["accuracy"]) for (kind, _seed), history in runs.items() if kind == augmented],
            "validation": [
                _end(history["val_accuracy"]) for (kind, _seed), history in runs.items() if kind == augmented
            ],
            "gap": [float(gap(history)) for (kind, _seed), history in runs.items() if kind == augmented],
        }
        for augmented in names
    }

    figure = card(10.4, 3.8)
    *curves, points = figure.subplots(1, 3, width_ratios=(1, 1, 1.15))
    for axes, augmented in zip(curves, names, strict=True):
        for (kind, _seed), history in runs.items():
            if kind == augmented:
                epochs = range(1, len(history["accuracy"]) + 1)
                axes.plot(epochs, smooth(history["accuracy"]), color=PALETTE.input, linewidth=1.4)
                axes.plot(epochs, smooth(history["val_accuracy"]), color=PALETTE.kernel, linewidth=1.4)
        axes.set_title(names[augmented])
        axes.set_xlabel(_("epoch"))
        axes.set_ylim(0.4, 1.02)
        open_frame(axes)
    curves[0].set_ylabel(_("accuracy, smoothed"))
    curves[0].annotate(_("training"), (0.97, 0.9), xycoords="axes fraction", ha="right", color=PALETTE.input)
    curves[0].annotate(_("validation"), (0.97, 0.1), xycoords="axes fraction", ha="right", color=PALETTE.kernel)

    styles = (("training", PALETTE.input, "o"), ("validation", PALETTE.kernel, "s"), ("gap", PALETTE.accent, "D"))
    for place, (what, colour, marker) in enumerate(styles):
        for side, augmented in enumerate(names):
            values = measured[augmented][what]
            where = place + 0.36 * side - 0.18 + np.linspace(-0.06, 0.06, len(values))
            face = colour if augmented else "white"
            points.plot(
                where, values, linestyle="none", marker=marker, markersize=7, color=colour, markerfacecolor=face
            )
    points.set_xticks(range(3), [_("training"), _("validation"), _("gap")])
    points.set_xlim(-0.5, 2.5)
    points.set_ylim(-0.08, 1.02)
    points.axhline(0, color=PALETTE.line, linewidth=1, zorder=0)
    points.set_title(_("last {last} epochs; filled: augmented").format(last=LAST))
    open_frame(points)

    means = {
        augmented: {what: float(np.mean(values)) for what, values in found.items()}
        for augmented, found in measured.items()
    }
    alt = _(
        "Accuracy curves of {runs} runs without and with augmentation, and every run's training accuracy, validation "
        "accuracy and gap. The mean gap is {without:.2f} without and {augmented:.2f} with augmentation."
    )
    style.show(figure, alt.format(runs=len(runs), without=means[False]["gap"], augmented=means[True]["gap"]))
    for augmented, name in names.items():
        each = ", ".join(f"{value:.2f}" for value in measured[augmented]["gap"])
        line = _("{name:22}training {training:.2f}  validation {validation:.2f}  gap {gap:.2f}  (runs: {each})")
        print(line.format(name=name, each=each, **means[augmented]))


def _end(curve: Sequence[float]) -> float:
    return float(np.mean(curve[-LAST:]))


def _end_label(axes: Axes, epoch: float, height: float, text: str, colour: str) -> None:
    axes.annotate(text, (epoch, height), xytext=(7, 0), textcoords="offset points", va="center", color=colour)
