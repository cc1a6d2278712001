"""What was handed in, and what became of it until it was run. A student's mistake is one of these values: a `Fault`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from autograder.notebooks import HIDDEN, MasterNotebook
from autograder.reasons import Reason

if TYPE_CHECKING:
    from nbformat import NotebookNode


UNREADABLE = frozenset({"missing-notebook", "empty-notebook", "large-notebook", "broken-notebook", "broken-metadata"})
"""Kinds of fault that leave a notebook without a grade."""


REPAIRED = frozenset(
    {
        "archive",
        "cell-id",
        "cell-metadata",
        "cell-type",
        "copied-cell",
        "earlier-release",
        "edited-cell",
        "left-out-file",
        "missing-cell",
        "moved-answer",
        "moved-cell",
        "notebook-format",
        "notebook-metadata",
        "renamed-notebook",
        "unknown-cell",
    }
)
"""Kinds of fault that the grader put right."""


ADVICE = frozenset({"private-keras", "other-notebook", "timestamp"})
"""Kinds of fault that cost nothing and changed nothing, but that a student should know about. Besides these three there
are "late", and what went wrong on the way: timeout, notebook-timeout, kernel-died, output-limit."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something about a submission that is not as it should be, or that was repaired. It never stops the cohort.

    Attributes:
        kind: A stable word, such as "timeout" or "late", or one of `UNREADABLE`, `REPAIRED` or `ADVICE`.
        cell: The cell's grade id, "cell 12" for a cell without one, "" for the whole submission.
        reason: What a student and an instructor read, not yet in words.
        notebook: The notebook that it was found in, without ".ipynb"; "" for the whole submission.
    """

    kind: str
    cell: str
    reason: Reason
    notebook: str = ""


@dataclass(frozen=True, slots=True)
class Assignment:
    """What grading needs to know about an assignment.

    Attributes:
        name: Its name in nbgrader.
        notebooks: Its notebooks by name.
        files: Other files of its source, by path relative to the assignment's folder.
        digest: Changes when any of this does, or a misconception.
    """

    name: str
    notebooks: tuple[MasterNotebook, ...]
    files: Mapping[str, bytes] = field(repr=False)
    digest: str

    @property
    def has_experiments(self) -> bool:
        """Whether any notebook has one; otherwise, grading is nbgrader's own."""
        return any(notebook.experiments for notebook in self.notebooks)

    def called(self, notebook: str, cell: str) -> str:
        """What a graded cell is called: the exercise's name, and more if something else would have the same name."""
        graded = [(one.name, other.grade_id) for one in self.notebooks for other in one.cells if other.graded]
        name = cell.removesuffix(HIDDEN)
        if any(other == name != cell for _notebook, other in graded):
            name = cell
        alike = {one for one, other in graded if other.removesuffix(HIDDEN) == cell.removesuffix(HIDDEN)}
        return f"{notebook}: {name}" if len(alike) > 1 else name


@dataclass(frozen=True, slots=True)
class Submission:
    """What a student handed in.

    Attributes:
        student: The student's id.
        files: Content of each file by path relative to the submission's folder.
        timestamp: When it was handed in, as nbgrader's timestamp.txt says; "" if unknown.
        left_out: Files that were not read, and why.
    """

    student: str
    files: Mapping[str, bytes] = field(repr=False)
    timestamp: str = ""
    left_out: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True)
class Limits:
    """What a submission may use.

    Attributes:
        cell_s: CPU seconds for a cell, and as many in which all its processes wait.
        experiment_s: The same for a cell with an experiment, if that is more: its recorder has its own limits.
        notebook_s: The same for a notebook.
        output_bytes: Bytes of output kept of one cell.
        restarts: How often a kernel that ended is started again for one notebook.
    """

    cell_s: float = 30.0
    experiment_s: float = 150.0
    notebook_s: float = 900.0
    output_bytes: int = 1_000_000
    restarts: int = 10


KernelKind = Literal["lean", "jupyter"]
"""A kernel that is forked ready-made, see `autograder.kernels.driver`, or Jupyter's own."""


@dataclass(frozen=True, slots=True)
class KernelSettings:
    """What a notebook's kernel is given.

    Attributes:
        sandboxed: Whether it runs in its own room, and sees a copy of the notebook's folder there.
        modules: What a warm kernel has imported besides the usual modules.
        hidden: Folders and files that a room never shows, such as the course's, wherever they are.
        environment: Variables besides a short list of this process's own.
        kind: "lean" for a kernel that is forked ready-made, if the notebook asks for a plain Python kernel and the
            machine can fork one; "jupyter" for Jupyter's own.
    """

    sandboxed: bool = False
    modules: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    kind: KernelKind = "lean"


UNSANDBOXED = KernelSettings()


@dataclass(frozen=True, slots=True)
class Sanitized:
    """A notebook that is ready to run, and what was repaired."""

    name: str
    notebook: "NotebookNode" = field(repr=False)
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True)
class Execution:
    """A notebook that was run.

    Attributes:
        notebook: The notebook with outputs.
        messages: Texts that each cell's recorder published, by the cell's position in the notebook.
        faults: What went wrong on the way.
        seconds: Wall seconds in all.
        start_s: Wall seconds until the kernel was ready and the notebook's first code cell, its imports, was done.
    """

    notebook: "NotebookNode" = field(repr=False)
    messages: Mapping[int, tuple[str, ...]] = field(repr=False)
    faults: tuple[Fault, ...]
    seconds: float
    start_s: float
