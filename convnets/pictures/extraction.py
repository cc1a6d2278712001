"""The pictures of the assignment `feature_extraction`: the maps of a base, three ways to train, features by depth.

Two of them
show what was trained or measured; they are given the function that does it, so that grading does not do it either.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from autograder.lab.pictures import style
from autograder.lab.pictures.panels import as_pixels, colour_scale
from autograder.lab.pictures.style import PALETTE, bare, card, for_a_reader, in_course_style, open_frame
from autograder.language import _
from convnets.bases import Base

MOST_BLOCKS = 5
CHANNELS = 7
"""Maps shown of each block: those with the highest average."""


@dataclass(frozen=True)
class Run:
    """One network, trained once.

    Attributes:
        history: What `fit(...).history` holds: "accuracy" and "val_accuracy", one value for each epoch.
        test: Accuracy on the test pictures.
    """

    history: Mapping[str, Sequence[float]]
    test: float

    @property
    def gap(self) -> float:
        """Training accuracy less validation accuracy, on average over the last five epochs."""
        return float(np.mean(self.history["accuracy"][-5:]) - np.mean(self.history["val_accuracy"][-5:]))


@for_a_reader
@in_course_style
def maps(base: Base, picture: Callable[[], NDArray[Any]]) -> None:
    """Show what the blocks of a base make of one picture: the strongest channels at the end of each block.

    Args:
        base: Any base.
        picture: Returns the picture, shape (base.size, base.size, 3), values from 0 to 255.
    """
    import keras

    pixels = picture()
    chosen = sorted(set(np.linspace(0, len(base.blocks) - 1, MOST_BLOCKS).round().astype(int).tolist()))
    names = [base.layers(base.blocks[number])[-1] for number in chosen]
    figure = card(9.4, 1.22 * len(names) + 1.6)
    panels = figure.subplots(len(names) + 1, CHANNELS + 1, squeeze=False)
    for axes in panels[0]:
        axes.axis("off")
    panels[0, 1].imshow(as_pixels(pixels))
    for row, name in zip(panels[1:], names, strict=True):
        part = keras.Model(base.model.inputs[0], base.model.get_layer(name).output)
        activations = np.asarray(part(base.preprocess(pixels[None]), training=False))[0]
        strongest = np.argsort(-activations.mean(axis=(0, 1)), kind="stable")[:CHANNELS]
        height, width, channels = activations.shape
        bare(row[0])
        row[0].text(
            0.98,
            0.5,
            f"{name}\n{height} × {width} × {channels}",
            ha="right",
            va="center",
            fontsize=9,
            transform=row[0].transAxes,
        )
        for axes, channel in zip(row[1:], strongest, strict=False):
            bare(axes)
            axes.imshow(activations[:, :, channel], cmap=colour_scale(PALETTE.output), interpolation="nearest")
    style.show(
        figure,
        _(
            "The {channels} strongest maps at the end of {blocks} blocks. The first ones show the outline of the "
            "animal in detail, the last ones only a few places."
        ).format(channels=CHANNELS, blocks=len(names)),
    )


@for_a_reader
@in_course_style
def ways(train: Callable[[], Mapping[str, Sequence[Run]]]) -> None:
    """Train in several ways with several seeds; show all curves and print gaps and test accuracies.

    Args:
        train: Returns the runs of each way, by its name.
    """
    runs = train()
    figure = card(3.2 * len(runs) + 0.5, 3.7)
    panels = figure.subplots(1, len(runs), sharey=True, squeeze=False)[0]
    for axes, (name, found) in zip(panels, runs.items(), strict=True):
        for run in found:
            epochs = range(1, len(run.history["accuracy"]) + 1)
            axes.plot(epochs, run.history["accuracy"], color=PALETTE.input, linewidth=1.4)
            axes.plot(epochs, run.history["val_accuracy"], color=PALETTE.kernel, linewidth=1.4, linestyle="--")
        axes.set_title(_("{name}: gap {gap:.2f}").format(name=name, gap=np.mean([run.gap for run in found])))
        axes.set_xlabel(_("epoch"))
        axes.set_ylim(0.4, 1.02)
        open_frame(axes)
    panels[0].set_ylabel(_("accuracy"))
    panels[0].plot([], [], color=PALETTE.input, label=_("training"))
    panels[0].plot([], [], color=PALETTE.kernel, linestyle="--", label=_("validation"))
    panels[0].legend(loc="lower right")
    parts = [
        _("{name}: mean gap {gap:.2f}").format(name=name, gap=np.mean([run.gap for run in found]))
        for name, found in runs.items()
    ]
    style.show(figure, _("Training and validation accuracy by epoch. {parts}.").format(parts="; ".join(parts)))
    print(f"{'':28}{_('gap'):>22}{_('accuracy on test pictures'):>32}")
    for name, found in runs.items():
        print(f"{name:28}{_spread([run.gap for run in found]):>22}{_spread([run.test for run in found]):>32}")


@for_a_reader
@in_course_style
def depths(measure: Callable[[], Mapping[str, tuple[float, Mapping[str, Sequence[float]]]]]) -> None:
    """Show how well a linear classifier does on the features of each depth, and print it.

    Args:
        measure: Returns for each task, by its name, the accuracy of guessing and, by the name of the layer from the
            input to the output, the accuracies of several repetitions.
    """
    tasks = measure()
    figure = card(8.6, 4.0)
    axes = figure.subplots()
    styles = [
        (PALETTE.input, "o", "-"),
        (PALETTE.kernel, "s", "-"),
        (PALETTE.muted, "^", "--"),
        (PALETTE.accent, "D", "--"),
    ]
    names: list[str] = []
    for (task, (guessing, accuracies)), (colour, marker, line) in zip(tasks.items(), styles, strict=False):
        names = list(accuracies)
        _line(axes, accuracies, colour=colour, marker=marker, line=line, label=task)
        axes.axhline(guessing, color=colour, linewidth=0.9, linestyle=":")
    axes.set_xticks(range(len(names)), names, rotation=0 if len(names) < 6 else 30)
    axes.set_ylim(0, 1.04)
    axes.set_ylabel(_("accuracy of a linear probe"))
    axes.legend(loc="lower right", bbox_to_anchor=(1, 0.1))
    open_frame(axes)
    ends = [
        _("{task}: {first:.2f} at first, {last:.2f} at the end").format(
            task=task, first=np.mean(accuracies[names[0]]), last=np.mean(accuracies[names[-1]])
        )
        for task, (_guessing, accuracies) in tasks.items()
    ]
    style.show(figure, _("Accuracy of a linear probe by depth. {ends}.").format(ends="; ".join(ends)))
    print()
    for task, (_guessing, accuracies) in tasks.items():
        print(task)
        for name, values in accuracies.items():
            print(f"  {name:24}{_spread(values)}")


def _line(
    axes: Axes, accuracies: Mapping[str, Sequence[float]], *, colour: str, marker: str, line: str, label: str
) -> None:
    """Means, and a bar from the lowest to the highest repetition."""
    means = np.array([np.mean(values) for values in accuracies.values()])
    below = means - [min(values) for values in accuracies.values()]
    above = np.array([max(values) for values in accuracies.values()]) - means
    axes.errorbar(
        range(len(means)),
        means,
        yerr=(below, above),
        color=colour,
        marker=marker,
        linestyle=line,
        linewidth=1.5,
        capsize=3,
        label=label,
    )


def _spread(values: Sequence[float]) -> str:
    return f"{np.mean(values):.2f} ({min(values):.2f} to {max(values):.2f})"
