"""Runs one exercise's experiment or visible check in the test's own process: no kernel, no sandbox, no grader.

The trusted side does the same in a kernel (`autograder.grading.proving`). Here one exercise is asked.
"""

import contextlib
import io
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from unittest.mock import patch

import nbformat

from autograder.grading.observations import parse
from autograder.lab.checks import check
from autograder.lab.experiment import MIME
from autograder.values.observed import Experiment

ROOT = Path(__file__).parents[1]


def code_cells(assignment: str) -> dict[str, str]:
    """The code of a source notebook by cell id, in order."""
    notebook = nbformat.read(ROOT / f"source/{assignment}/{assignment}.ipynb", as_version=4)
    return {cell.id: cell.source for cell in notebook.cells if cell.cell_type == "code"}


def observed(assignment: str, exercise: str, names: Mapping[str, Any], *, seed: int) -> Experiment:
    """What the exercise's experiment observes where the notebook has these global names."""
    texts: list[str] = []

    def publish(data: Mapping[str, str]) -> None:
        texts.extend(data[MIME].split("\n"))

    with (
        patch.dict("os.environ", AUTOGRADER_SEED=str(seed)),
        patch("IPython.display.publish_display_data", publish),
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("ignore")  # of libraries, as in a notebook; none of it is asserted
        exec(code_cells(assignment)[f"{exercise}_hidden"], {"__name__": "__main__", **names})
    return parse(texts)


def answered(assignment: str, exercise: str, names: dict[str, Any], *, keep: bool = False) -> list[bool]:
    """Which calls of the visible check get right answers; those after an exception are not made.

    `keep` leaves what the check defines in `names`, as a notebook does.
    """
    with check.recorded() as answers, contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with contextlib.suppress(Exception):
            exec(code_cells(assignment)[f"{exercise}_check"], names if keep else {"__name__": "__main__", **names})
    return [right for _digest, right in answers]
