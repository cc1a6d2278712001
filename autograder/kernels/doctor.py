"""Checks this machine: can it grade, and if not, what is missing and how to get it."""

import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import nbformat

from autograder.errors import MachineError
from autograder.kernels.packages import misfits
from autograder.kernels.run import run
from autograder.kernels.sandbox import find_bubblewrap, why_not
from autograder.values.submitted import KernelSettings, Limits

NEEDED_BYTES = 2_000_000_000


@dataclass(frozen=True, slots=True)
class Examination:
    """One thing that grading needs: whether it is there, what was seen, and what to do if it is not."""

    what: str
    fit: bool
    detail: str
    next_step: str = ""


def examinations() -> Iterator[Examination]:
    """Examine one thing after the other."""
    version = ".".join(map(str, sys.version_info[:3]))
    yield Examination("Python", sys.version_info >= (3, 11), version, "install Python 3.11 or newer")
    unfit = list(misfits())
    yield Examination(
        "packages",
        not unfit,
        ", ".join(f"{one.name} {one.got}, but {one.wanted} is needed" for one in unfit) or "all there",
        unfit[0].cure if len(unfit) == 1 else "make setup",
    )
    yield Examination(
        "bubblewrap", (path := find_bubblewrap()) is not None, path or "not found", "apt-get install bubblewrap"
    )
    reason = why_not()
    yield Examination("sandbox", reason is None, reason or "a room was built and taken down", _cure(reason or ""))
    free = shutil.disk_usage(tempfile.gettempdir()).free
    yield Examination(
        "disk",
        free > NEEDED_BYTES,
        f"{free / 1e9:.0f} GB free for scratch folders",
        "free some space in the folder TMPDIR",
    )
    yield _kernel(sandboxed=reason is None)


def _cure(reason: str) -> str:
    if "not permitted" in reason.lower() or "denied" in reason.lower():
        return (
            "let users make namespaces: `sysctl kernel.unprivileged_userns_clone=1`, "
            "or in a container give the options in docs/container.md"
        )
    if sys.platform != "linux":
        return "grade in a Linux container; docs/container.md has the commands"
    return "apt-get install bubblewrap"


def _kernel(*, sandboxed: bool) -> Examination:
    """Run a one-line notebook the way that a submission is run."""
    node = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("print(6 * 7)")])
    node.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    try:
        with tempfile.TemporaryDirectory() as folder:
            execution = run(node, folder=Path(folder), limits=Limits(), settings=KernelSettings(sandboxed))
    except MachineError as error:
        return Examination("kernel", False, error.got, error.next_step)
    said = "42" in str(execution.notebook.cells[0].outputs)
    return Examination(
        "kernel", said, f"ready in {execution.start_s:.1f} s", "`jupyter kernelspec list` shows the available kernels"
    )
