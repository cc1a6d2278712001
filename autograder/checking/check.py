"""`autograder check`: the visible checks of notebooks, once, each in a fresh kernel."""

import time
from dataclasses import dataclass
from pathlib import Path

from autograder.checking.plan import plan, read
from autograder.checking.table import Report, report
from autograder.checking.workbench import Workbench
from autograder.errors import UsageError
from autograder.reporting.ci_annotations import cell_lines


@dataclass(frozen=True, slots=True)
class Checked:
    """A notebook after its checks.

    Attributes:
        notebook: Its file, as it was named.
        report: What its checks said; None if it could not be read.
        trouble: Why it could not be read.
        lines: Line of the file on which each cell begins.
        seconds: What it took.
    """

    notebook: Path
    report: Report | None
    trouble: UsageError | None = None
    lines: tuple[int, ...] = ()
    seconds: float = 0.0

    @property
    def passed(self) -> bool:
        """Whether it could be read and all its checks pass."""
        return self.report is not None and self.report.passed


def check(notebook: Path, *, limit_s: float) -> Report:
    """Run the cells that the checks need.

    Args:
        notebook: The student's notebook; it is read only.
        limit_s: Seconds that a cell may take.

    Raises:
        UsageError: It is not a notebook.
        MachineError: No kernel starts.
    """
    planned = plan(read(notebook))
    with Workbench(notebook.resolve().parent, limit_s=limit_s) as bench:
        outcomes = bench.run(planned.cells)
    assert outcomes is not None  # nobody stops it
    return report(planned, outcomes, limit_s=limit_s)


def checked(notebook: Path, *, limit_s: float) -> Checked:
    """The same, for one notebook among several: a file that is not a notebook is a value too.

    Raises:
        MachineError: No kernel starts.
    """
    began = time.monotonic()
    try:
        found = check(notebook, limit_s=limit_s)
    except UsageError as error:
        return Checked(notebook, None, error)
    lines = cell_lines(notebook.read_bytes().decode("utf-8-sig"))
    return Checked(notebook, found, None, tuple(lines), time.monotonic() - began)
