"""The pictures of the assignment `fine_tuning`: blocks that are opened, the five steps, curves, losses and accuracy.

One of them
trains networks; it is given the function that does it, so that grading does not train either.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle

from autograder.lab.pictures import style
from autograder.lab.pictures.style import PALETTE, card, for_a_reader, in_course_style, open_frame
from autograder.language import _

History = Mapping[str, Sequence[float]]
"""What `model.fit(...).history` holds: a list for each metric, one value for each epoch."""
LAST = 5
"""Epochs at the end of a phase over which the printed accuracies are averaged."""
_EVEN = float(np.log(2))
"""The loss of a probability of one half: below it a sample is predicted right, above it wrong."""
_LEAST = 0.01
"""Losses below it are drawn there: a logarithmic axis has no place for 0."""
_MOST = 25.0
_STEPS = (
    # what is done, and whether the lower base, the upper base and the head are trainable; None: not there yet
    (_("1 · new head\non the base"), (True, True, True)),
    (_("2 · freeze\nthe base"), (False, False, True)),
    (_("3 · train\nthe head"), (False, False, True)),
    (_("4 · open the\nupper layers"), (False, True, True)),
    (_("5 · train both,\nsmall steps"), (False, True, True)),
)
_TRAININGS = (2, 4)
"""The steps, counted from 0, that train; `compile` stands before each."""


@for_a_reader
@in_course_style
def opened_blocks(blocks: Mapping[str, int]) -> None:
    """Show how many parameters can move when a base is opened from each of its blocks upward.

    Args:
        blocks: Parameters of each block, from the input to the output.
    """
    names, counts = list(blocks), np.array(list(blocks.values()))
    opened = counts[::-1].cumsum()[::-1]
    figure = card(8.4, 3.4)
    axes = figure.subplots()
    axes.bar(names, opened / 1e6, color=PALETTE.kernel, alpha=0.3, label=_("the blocks after it"))
    axes.bar(names, counts / 1e6, color=PALETTE.kernel, label=_("the block itself"))
    for place, count in enumerate(opened):
        axes.annotate(
            f"{count:,}", (place, count / 1e6), xytext=(0, 4), textcoords="offset points", ha="center", fontsize=9
        )
    axes.set_title(_("parameters that can change if you open from this block upward"))
    axes.set_ylabel(_("millions"))
    axes.set_ylim(top=opened[0] / 1e6 * 1.35)
    axes.legend(loc="upper right", ncols=2)
    open_frame(axes)
    alt = _("Bars for {count} blocks. From {last} upward {few:,} parameters can change, from {first} upward {all:,}.")
    style.show(figure, alt.format(count=len(names), last=names[-1], few=opened[-1], first=names[0], all=opened[0]))


@for_a_reader
@in_course_style
def five_steps() -> None:
    """Show the five steps of fine-tuning, what is open in each, and the two places of `compile`."""
    figure = card(9.6, 3.6)
    axes = figure.subplots()
    axes.set_axis_off()
    axes.set_xlim(-0.75, 4.75)
    axes.set_ylim(-1.15, 4.5)
    for place, (title, states) in enumerate(_STEPS):
        names = (_("lower base"), _("upper base"), _("head"))
        for level, (name, is_open) in enumerate(zip(names, states, strict=True)):
            face = PALETTE.kernel if is_open else PALETTE.padding
            axes.add_patch(Rectangle((place - 0.33, level), 0.66, 0.86, facecolor=face, edgecolor="none"))
            axes.text(place, level + 0.43, name, ha="center", va="center", color="white" if is_open else PALETTE.ink)
        axes.text(place, 3.2, title, ha="center", va="bottom", linespacing=1.35)
        if place in _TRAININGS:
            axes.plot([place - 0.5] * 2, [-0.3, 4.1], color=PALETTE.accent, linewidth=1.6, linestyle=(0, (4, 2)))
            axes.text(place - 0.5, -0.42, "compile", ha="center", va="top", color=PALETTE.accent, weight="bold")
            axes.text(place, -0.42, "fit", ha="center", va="top", color=PALETTE.ink, weight="bold")
    figure.legend(
        handles=[
            Patch(color=PALETTE.kernel, label=_("trainable")),
            Patch(color=PALETTE.padding, label=_("frozen")),
        ],
        loc="outside lower center",
        ncols=2,
    )
    alt = _(
        "Five steps from left to right, each with a stack of lower base, upper base and head. From step 2 the base is "
        "frozen; from step 4 its upper part is trainable again. compile comes before steps 3 and 5, which train."
    )
    style.show(figure, alt)


@for_a_reader
@in_course_style
def tuning_curves(
    train: Callable[[], Mapping[int, Mapping[str, History]]], smooth: Callable[[Sequence[float]], Sequence[float]]
) -> None:
    """Fine-tune several times; show accuracy and loss of every run before and after step 5, and print the means.

    Args:
        train: Returns for each seed the histories of both phases, under "head" and "fine".
        smooth: Smooths a curve.
    """
    runs = train()
    figure = card(9.8, 4.0)
    panels = figure.subplots(1, 2)
    border = 0.0
    for axes, metric, name in zip(panels, ("accuracy", "loss"), (_("accuracy"), _("loss")), strict=True):
        for phases in runs.values():
            first = 1
            for phase in ("head", "fine"):
                for key, colour in ((metric, PALETTE.input), (f"val_{metric}", PALETTE.kernel)):
                    curve = phases[phase][key]
                    epochs = np.arange(first, first + len(curve))
                    axes.plot(epochs, smooth(curve), color=colour, linewidth=1.4)
                    axes.plot(epochs, curve, color=colour, marker=".", markersize=4, linestyle="none", alpha=0.35)
                first += len(phases[phase][metric])
            border = len(phases["head"][metric]) + 0.5
        axes.axvline(border, color=PALETTE.accent, linewidth=1.6, linestyle=(0, (4, 2)))
        axes.set_title(_("{name}: before and after step 5").format(name=name))
        axes.set_xlabel(_("epoch"))
        open_frame(axes)
    panels[0].set_ylim(0.4, 1.02)
    panels[1].set_ylim(bottom=0)
    figure.legend(
        handles=[
            Line2D([], [], color=PALETTE.input, label=_("training")),
            Line2D([], [], color=PALETTE.kernel, label=_("validation")),
            Line2D([], [], color=PALETTE.accent, linestyle=(0, (4, 2)), label=_("compile, with upper layers open")),
        ],
        loc="outside lower center",
        ncols=3,
    )
    before, after = (
        float(np.mean([_end(phases[phase]["val_accuracy"]) for phases in runs.values()])) for phase in ("head", "fine")
    )
    alt = _(
        "Accuracy and loss of {runs} runs, points and smoothed lines, with a dashed line where the upper layers are "
        "opened. The mean validation accuracy is {before:.2f} at the end of the first phase and {after:.2f} at the end."
    )
    style.show(figure, alt.format(runs=len(runs), before=before, after=after))
    for seed, phases in runs.items():
        ends = {
            f"{key} {phase}": _end(phases[phase][key])
            for phase in ("head", "fine")
            for key in ("accuracy", "val_accuracy")
        }
        print(
            _(
                "seed {seed}:  validation {before:.3f} -> {after:.3f}   "
                "training {train_before:.3f} -> {train_after:.3f}   (means of the last {last} epochs of each phase)"
            ).format(
                seed=seed,
                before=ends["val_accuracy head"],
                after=ends["val_accuracy fine"],
                train_before=ends["accuracy head"],
                train_after=ends["accuracy fine"],
                last=LAST,
            )
        )


@for_a_reader
@in_course_style
def losses(y_true: Any, sets: Mapping[str, Any]) -> None:
    """Show how the losses of several sets of answers are distributed, with accuracy and mean loss of each.

    Args:
        y_true: Shape (n,), each 0 or 1.
        sets: Probabilities of class 1, shape (n,), under the name of the set.
    """
    y = np.asarray(y_true, float).ravel()
    figure = card(8.8, 1.45 * len(sets) + 1.2)
    panels = figure.subplots(len(sets), 1, sharex=True, squeeze=False).ravel()
    borders = np.geomspace(_LEAST, _EVEN, 15), np.geomspace(_EVEN, _MOST, 13)[1:]  # ln 2 is a border
    told = []
    for axes, (name, p) in zip(panels, sets.items(), strict=True):
        q = np.clip(np.asarray(p, float).ravel(), 1e-7, 1 - 1e-7)
        each = -np.log(np.where(y == 1, q, 1 - q))
        right = (np.asarray(p, float).ravel() > 0.5) == (y == 1)
        accuracy, mean = float(right.mean()), float(each.mean())
        shown = [np.clip(each[flags], _LEAST, _MOST) for flags in (right, ~right)]
        colours = [PALETTE.output, PALETTE.kernel]
        axes.hist(shown, bins=np.concatenate(borders).tolist(), stacked=True, color=colours, rwidth=0.9)
        axes.axvline(_EVEN, color=PALETTE.ink, linewidth=1.2, linestyle=(0, (4, 2)))
        axes.plot([mean], [0], marker="^", markersize=11, color=PALETTE.accent, clip_on=False, zorder=5)
        axes.set_xscale("log")
        axes.set_xlim(_LEAST, _MOST)
        axes.set_yticks([])
        axes.set_title(
            _("{name}: accuracy {accuracy:.3f}, mean loss {mean:.3f}").format(name=name, accuracy=accuracy, mean=mean)
        )
        told.append(f"{name}: {accuracy:.3f}, {mean:.3f}")
        open_frame(axes)
    panels[-1].set_xticks([0.01, 0.1, 1, 10], ["0.01", "0.1", "1", "10"])
    panels[-1].set_xlabel(_("loss of one sample, on a logarithmic axis"))
    figure.legend(
        handles=[
            Patch(color=PALETTE.output, label=_("predicted right")),
            Patch(color=PALETTE.kernel, label=_("predicted wrong")),
            Line2D([], [], color=PALETTE.ink, linestyle=(0, (4, 2)), label="ln 2"),
            Line2D([], [], color=PALETTE.accent, marker="^", markersize=9, linestyle="none", label=_("mean loss")),
        ],
        loc="outside lower center",
        ncols=4,
    )
    alt = _("Histograms of the losses of single samples, below and above ln 2. Accuracy and mean loss of {sets}.")
    style.show(figure, alt.format(sets="; ".join(told)))


@for_a_reader
def counterexample(make: Callable[[Any], tuple[Any, Any]], y_true: Any) -> None:
    """Show the two sets of answers that a student's function makes.

    Args:
        make: The student's `make_counterexample`.
        y_true: Shape (n,), each 0 or 1.
    """
    first, second = make(y_true)
    losses(y_true, {_("first set"): first, _("second set"): second})


def _end(curve: Sequence[float]) -> float:
    return float(np.mean(curve[-LAST:]))
