"""Results that one notebook saves and another one compares: test accuracies of the ladder's steps.

A notebook that has trained a step of the ladder, with one or several seeds, says

    results.save("augmented", [{"seed": 1, "test": 0.83}, {"seed": 2, "test": 0.85}])

and the last notebook asks for `results.ladder()`. If a step was never saved on this machine, the results shipped with
the course are used instead, and say so.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np

from autograder.files import replace_file
from autograder.lab.plainly import plainly
from autograder.language import _
from convnets.dataset import _cache

STEPS = ("scratch", "augmented", "cached", "one block")
"""The steps of the ladder that are compared: from scratch, augmentation, feature extraction, fine-tuning."""
SHIPPED = "ladder.json"


@dataclass(frozen=True)
class Rung:
    """One step of the ladder.

    Attributes:
        step: One of `STEPS`, or another name that was saved or shipped.
        tests: Test accuracy of each run, from 0 to 1.
        own: Whether they were saved on this machine; otherwise they are those shipped with the course.
    """

    step: str
    tests: tuple[float, ...]
    own: bool


@plainly
def save(step: str, runs: Sequence[Mapping[str, Any]], *, folder: Path | str | None = None) -> Path:
    """Keep the results of one step; earlier results of it are replaced.

    Args:
        step: Such as "scratch"; letters, digits, spaces and hyphens.
        runs: One mapping for each run, with "test", the accuracy on the test pictures from 0 to 1, and whatever else
            JSON can hold, such as "seed" and "history"; numpy's numbers are kept as plain ones.
        folder: Where to keep them; by default a folder in the user's cache, which all notebooks share.

    Returns:
        The file.

    Raises:
        ValueError: The step's name is invalid, there is no run, or a test accuracy is missing or impossible.
    """
    if not re.fullmatch(r"[\w -]{1,40}", step):
        said = _("not the name of a step\n  expected: such as {steps}\n  got:      {step!r}")
        raise ValueError(said.format(steps=", ".join(STEPS), step=step))
    kept = [dict(run) for run in runs]
    if not kept or not all(_possible(run.get("test")) for run in kept):
        said = _('no results\n  expected: runs with a "test" from 0 to 1\n  got:      {kept}')
        raise ValueError(said.format(kept=f"{kept!r:.200}"))
    path = _file(step, folder)
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_file(path, json.dumps({"step": step, "runs": kept}, indent=1, default=float) + "\n")
    return path


@plainly
def ladder(steps: Sequence[str] = STEPS, *, folder: Path | str | None = None) -> list[Rung]:
    """The steps of the ladder on the course's drawings, from the results saved here or else from the shipped ones.

    Args:
        steps: Their names, in the desired order.
        folder: As for `save`.

    Raises:
        ValueError: A step was neither saved nor shipped.
    """
    return [_rung(step, folder) for step in steps]


def _rung(step: str, folder: Path | str | None) -> Rung:
    own = _saved(step, folder)
    if own:
        return Rung(step, own, own=True)
    text = (resources.files("convnets") / "data" / SHIPPED).read_text(encoding="utf-8")
    runs = json.loads(text)["sets"]["drawings"]["runs"]
    shipped = tuple(float(run["test"]) for run in runs if run["step"] == step)
    if not shipped:
        known = ", ".join(dict.fromkeys(run["step"] for run in runs))
        said = _("no results of this step\n  expected: one of {known}\n  got:      {step!r}")
        raise ValueError(said.format(known=known, step=step))
    return Rung(step, shipped, own=False)


def _saved(step: str, folder: Path | str | None) -> tuple[float, ...]:
    """Saved test accuracies; nothing if there is no readable file, and then the shipped ones are used."""
    try:
        runs = json.loads(_file(step, folder).read_text(encoding="utf-8"))["runs"]
        tests = tuple(float(run["test"]) for run in runs)
    except (OSError, ValueError, KeyError, TypeError):
        return ()
    return tests if all(map(_possible, tests)) else ()


def _possible(accuracy: object) -> bool:
    if isinstance(accuracy, bool) or not isinstance(accuracy, (int, float, np.floating)):
        return False
    return bool(0 <= accuracy <= 1)


def _file(step: str, folder: Path | str | None) -> Path:
    place = _cache() / "results" if folder is None else Path(folder)
    return place / f"{step.replace(' ', '-')}.json"
