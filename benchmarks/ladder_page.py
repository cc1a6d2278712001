"""Writes docs/ladder.md and its plot from the results of ladder.py.

python benchmarks/ladder_page.py
"""

import json
import sys
from pathlib import Path
from statistics import mean, stdev
from typing import Any

from matplotlib import rc_context
from matplotlib.figure import Figure

from autograder.lab.pictures import PALETTE

ROOT = Path(__file__).parent.parent
NAMES = {
    "scratch": "small network from scratch",
    "augmented": "+ augmentation and dropout",
    "cached": "features of the frozen base, cached",
    "end-to-end": "frozen base, end to end, augmented",
    "one block": "fine-tuned: the last block",
    "two blocks": "fine-tuned: the last two blocks",
    "random base": "control: a random base, cached",
    "drawn base": "control: the drawings' base, cached",
}
SETS = {"drawings": "Drawings, with the course's own base", "photographs": "Photographs, with EfficientNet-Lite0"}
PLOT = "ladder.svg"
_STANDARD_ERROR_OF_PHOTOGRAPHS = 0.011  # of an accuracy of 0.975 on 200 pictures


def main() -> None:
    """Write the page again from stored results."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs"
    write(json.loads((ROOT / "convnets/data/ladder.json").read_text(encoding="utf-8")), folder)


def write(results: dict[str, Any], folder: Path) -> None:
    """Write the page and the plot into a folder."""
    (folder / "ladder.md").write_text(page(results), encoding="utf-8")
    plot(results, folder / PLOT)


def by_step(runs: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """Runs grouped by step, steps in the ladder's order."""
    groups = {step: [run for run in runs if run["step"] == step] for step in NAMES}
    return {step: group for step, group in groups.items() if group}


def table(runs: list[dict[str, Any]]) -> str:
    """One row a step: mean accuracies, the spread and the extremes of the test accuracy, seconds."""
    rows = [
        "| step | training | validation | test | spread | lowest to highest | CPU seconds |",
        "|---|---|---|---|---|---|---|",
    ]
    for step, group in by_step(runs).items():
        tests = [run["test"] for run in group]
        spread = stdev(tests) if len(tests) > 1 else 0.0
        means = [mean(run[name] for run in group) for name in ("train", "validation", "test", "cpu_seconds")]
        rows.append(
            f"| {NAMES[step]} | {means[0]:.3f} | {means[1]:.3f} | **{means[2]:.3f}** | {spread:.3f} "
            f"| {min(tests):.3f} to {max(tests):.3f} | {means[3]:.1f} |"
        )
    return "\n".join(rows)


def page(results: dict[str, Any]) -> str:
    """The whole page, in Markdown."""
    parts = [
        "# The ladder, measured",
        "",
        "Made by `python benchmarks/ladder.py`. Every run is in `convnets/data/ladder.json`, with its",
        "curves. Each row is the mean over several seeds. A seed draws the first weights, dropout, augmentation",
        "and the order of the pictures; the pictures stay the same. The spread is the standard deviation of the",
        "test accuracy over the seeds. Training accuracy is what Keras reports for the last epoch, with dropout",
        "and augmentation active. Epochs and learning rates (`RECIPES`) were chosen on seeds 0 to 2, with their",
        "test figures in view, and not changed for the seeds in the tables.",
        "",
        f"![Test accuracy of every run, a point each, by step of the ladder, for drawings and photographs]({PLOT})",
    ]
    for which, title in SETS.items():
        if which in results["sets"]:
            part = results["sets"][which]
            counts = part["pictures"]
            seeds = len({run["seed"] for run in part["runs"]})
            parts += [
                "",
                f"## {title}",
                "",
                f"{counts['train']} pictures to train on, {counts['validation']} for validation, "
                f"{counts['test']} to test; {seeds} seeds. {standard_error(part)}",
                "",
                table(part["runs"]),
                "",
                remark(which, part["runs"]),
            ]
    return "\n".join(parts) + "\n"


def standard_error(part: dict[str, Any]) -> str:
    """How far a test accuracy is uncertain because the test set is finite."""
    count = part["pictures"]["test"]
    return f"With {count} test pictures an accuracy of 0.9 has a standard error of {(0.9 * 0.1 / count) ** 0.5:.3f}."


def remark(which: str, runs: list[dict[str, Any]]) -> str:
    """What the table says, in words that follow from its numbers."""
    tests = {step: mean(run["test"] for run in group) for step, group in by_step(runs).items()}
    if not {"scratch", "augmented", "cached", "end-to-end", "one block", "two blocks"} <= set(tests):
        return "Not every step has been measured yet."
    best_frozen = max(tests["cached"], tests["end-to-end"])
    gain = max(tests["one block"], tests["two blocks"]) - best_frozen
    if which == "drawings":
        return (
            f"Augmentation adds {tests['augmented'] - tests['scratch']:+.3f}, the pretrained base "
            f"{best_frozen - tests['augmented']:+.3f} on top of that, fine-tuning {gain:+.3f} more. On a base of the "
            f"same form with random weights, the same classifier reaches {tests['random base']:.3f}: it is what the "
            "base has learned on other animals that helps, not its form."
        )
    finding = f"Fine-tuning changes that by {gain:+.3f}"
    if abs(gain) < _STANDARD_ERROR_OF_PHOTOGRAPHS:
        finding += (
            ", less than one standard error of this test set, so it cannot be told from chance. There is little left "
            "to gain: ImageNet, on which the base was trained, has 123 classes of cats and dogs, so the base had "
            "already learned this very task"
        )
    return (
        f"Features of the frozen base reach {tests['cached']:.3f}. {finding}. The base trained on drawings "
        f"transfers little to photographs ({tests['drawn base']:.3f}; a random Lite0 {tests['random base']:.3f}): "
        "a source has to resemble its target."
    )


def plot(results: dict[str, Any], path: Path) -> None:
    """Every run as a point, with the means as bars."""
    present = [which for which in SETS if which in results["sets"]]
    with rc_context(
        {"font.family": "sans-serif", "font.sans-serif": ["DejaVu Sans"], "svg.hashsalt": "ladder", "font.size": 9}
    ):
        figure = Figure(figsize=(8.2, 0.6 + 2.9 * len(present)), layout="constrained", facecolor=PALETTE.card)
        for axes, which in zip(figure.subplots(len(present), 1, squeeze=False)[:, 0], present, strict=True):
            groups = by_step(results["sets"][which]["runs"])
            for row, (step, group) in enumerate(groups.items()):
                colour = PALETTE.muted if NAMES[step].startswith("control") else PALETTE.input
                tests = [run["test"] for run in group]
                # Equal accuracies must not hide each other: seeds lie a little above one another.
                heights = [row + 0.11 * (place - (len(tests) - 1) / 2) for place in range(len(tests))]
                axes.plot(tests, heights, "o", color=colour, markersize=4.5, alpha=0.8, markeredgewidth=0)
                axes.plot([mean(tests)] * 2, [row - 0.36, row + 0.36], color=PALETTE.kernel, linewidth=1.8)
            axes.axvline(0.5, color=PALETTE.line, linewidth=1)
            axes.set_yticks(range(len(groups)), [NAMES[step] for step in groups])
            axes.invert_yaxis()
            axes.set_xlim(0.45, 1.005)
            axes.set_title(SETS[which], loc="left", color=PALETTE.ink)
            axes.grid(axis="x", color=PALETTE.line, linewidth=0.6)
            axes.set_axisbelow(True)
            for side in ("top", "right", "left"):
                axes.spines[side].set_visible(False)
        axes.set_xlabel("test accuracy: a point for each seed, a bar for their mean; 0.5 is guessing")
        figure.savefig(path, format="svg", metadata={"Date": None})


if __name__ == "__main__":
    main()
