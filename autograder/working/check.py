"""`autograder check`: the visible checks of a notebook, once, in a fresh kernel."""

from pathlib import Path

from autograder.working.bench import Bench
from autograder.working.plan import plan, read
from autograder.working.report import Report, report


def check(notebook: Path, *, limit_s: float) -> Report:
    """Run the cells that the checks need.

    Args:
        notebook: The student's notebook; it is read only.
        limit_s: Seconds that a cell may take.

    Raises:
        UsageError: It is no notebook.
        MachineError: No kernel starts.
    """
    planned = plan(read(notebook))
    with Bench(notebook.resolve().parent, limit_s=limit_s) as bench:
        outcomes = bench.run(planned.cells)
    assert outcomes is not None  # nobody stops it
    return report(planned, outcomes, limit_s=limit_s)
