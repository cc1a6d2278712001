"""Executes a notebook in its own kernel, and returns outputs, published observations and faults.

It behaves as nbgrader's `Execute` does (errors are kept and the next cell runs, a cell that takes too long is
interrupted), except that "too long" means what the kernel's processes have used; see `meter`. And it continues where
nbgrader gives up: a kernel that ended, or that no interrupt stops, is started again, the earlier cells are run again,
and the notebook continues after the cell that caused it.
"""

import contextlib
import functools
import signal
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable
from concurrent.futures import wait
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import nbformat
from anyio import CancelScope
from anyio.from_thread import start_blocking_portal
from jupyter_client.kernelspec import NoSuchKernel
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

from autograder.errors import MachineError
from autograder.kernels.jupyter import JupyterKernel
from autograder.kernels.lean import LeanKernel
from autograder.kernels.meter import PATIENCE, Spent, Use, spent
from autograder.kernels.outputs import TIMED_OUT
from autograder.kernels.start import is_plain_python
from autograder.kernels.warm import LOST
from autograder.language import _
from autograder.notebooks import EXPERIMENT, copied, role
from autograder.reasons import Reason, Why, because
from autograder.values.submitted import UNSANDBOXED, Execution, Fault, KernelSettings, Limits

SEED_VARIABLE = "AUTOGRADER_SEED"
MAX_MESSAGES = 2_001
MAX_MESSAGE_BYTES = 16_000_000
"""Bytes of one cell's published observations."""
MAX_NOTEBOOK_BYTES = 100_000_000
"""Bytes of everything that a notebook's cells print, show and publish."""
_CRASHES = (signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGILL, signal.SIGFPE)
_BY_CHANCE = frozenset({LOST, *(-number for number in _CRASHES), *(256 - number for number in _CRASHES)})
"""Exit codes, a process's own or as the warm process passes them on, of an end that may not be the code's doing."""


def run(
    notebook: NotebookNode,
    *,
    folder: Path,
    limits: Limits,
    settings: KernelSettings = UNSANDBOXED,
    on_cell: Callable[[int], None] = lambda _index: None,
    stop: threading.Event | None = None,
) -> Execution:
    """Execute every code cell from top to bottom.

    If the process that carries the kernel ends, which is not the notebook's doing, everything is run again, once; and
    also if the kernel crashes, since TensorFlow does so now and then whatever the code. If
    the files in `folder` do not fit into the notebook's room, it runs without them, with a fault.

    Args:
        notebook: The notebook, format 4; it stays as it is.
        folder: The kernel's working directory.
        limits: What it may use.
        settings: What the kernel is given.
        on_cell: Called with the position of each cell before it is executed.
        stop: When another thread sets it, the kernel is killed and the run ends with `Stopped`.

    Raises:
        Stopped: `stop` was set.
        MachineError: No kernel of the notebook's name is installed, or it or its room does not start.
    """
    again, left_out = False, tuple[Fault, ...]()
    job = _Job(folder, limits, settings, on_cell)
    with contextlib.ExitStack() as stack:
        while True:
            runner = _Runner(copied(notebook), job, again=again, bare=bool(left_out))
            try:
                _in_a_thread(runner.run, stop or threading.Event())
                break
            except _KernelLost:
                again = True
            except _Overfull:
                left_out = (Fault("left-out-file", "", because(Why.FILES_DO_NOT_FIT)),)
                empty = stack.enter_context(tempfile.TemporaryDirectory(prefix="submission-"))
                job = replace(job, folder=Path(empty))
    return Execution(
        notebook=runner.node,
        messages={index: tuple(messages) for index, messages in runner.messages.items()},
        faults=(*left_out, *runner.faults),
        seconds=runner.seconds,
        start_s=runner.start_s,
    )


class _KernelLost(Exception):
    """The kernel's carrier ended, or no kernel started; another one may work."""


class _Overfull(Exception):
    """The files next to the notebook do not fit into its room."""


class Stopped(BaseException):
    """The run was stopped from outside; there is no result."""


def _in_a_thread(work: Callable[[], Awaitable[None]], stop: threading.Event) -> None:
    """Run `work` in its own loop and thread, until it ends, `stop` is set, or Ctrl-C ends the caller's thread.

    The caller may be inside a running loop, as Jupyter's server is when formgrader autogrades.
    """
    with start_blocking_portal(name="notebook") as portal:  # an exception in this block cancels the work
        running = portal.start_task_soon(work)
        while not wait([running], timeout=0.1).done:
            if stop.is_set():
                raise Stopped
        running.result()


def _is_experiment(cell: NotebookNode) -> bool:
    return EXPERIMENT in cell.source and role(cell).grade


@functools.lru_cache(maxsize=1000)
def _is_python(source: str) -> bool:
    try:
        compile(source, "cell", "exec", dont_inherit=True)  # no syntax tree: this is not the thread to make one in
    except (SyntaxError, ValueError, RecursionError):
        return False
    return True


def _apart(cell: NotebookNode, seed: str | None) -> str:
    """What is executed for a cell: an experiment's names must not meet the student's, see `experiment.apart`."""
    if not _is_experiment(cell):
        return str(cell.source)
    if not _is_python(cell.source):
        return str(cell.source)  # with a magic, for instance
    return f"__import__({EXPERIMENT!r}, fromlist=['apart']).apart({cell.source!r}, {seed!r})"


@dataclass(frozen=True, slots=True)
class _Job:
    """What `run` is asked for."""

    folder: Path
    limits: Limits
    settings: KernelSettings
    on_cell: Callable[[int], None]


class _Runner:
    """One notebook's run. It holds a kernel, so it is not a value; only `run` uses it."""

    def __init__(self, node: NotebookNode, job: _Job, *, again: bool, bare: bool) -> None:
        self.node, self.folder, self.limits = node, job.folder, job.limits
        self._settings, self._on_cell = job.settings, job.on_cell
        self._again, self._bare = again, bare
        self.messages: defaultdict[int, list[str]] = defaultdict(list)
        self.faults: list[Fault] = []
        self.seconds = self.start_s = 0.0
        self.timed_out: Spent | None = None
        self.replaying = False
        self._ended = Use()
        self._message_bytes: defaultdict[int, int] = defaultdict(int)
        self._output_bytes: defaultdict[int, int] = defaultdict(int)
        self._kept_bytes = 0
        self._cut: set[int] = set()
        self._deadly: set[int] = set()
        self._restarts = 0
        self._kernel = self._new_kernel()

    async def run(self) -> None:
        began = time.monotonic()
        try:
            await self._start()
            for index, cell in enumerate(self.node.cells):
                if cell.cell_type != "code" or not cell.source.strip():
                    continue
                if over := spent(self.look(), self.limits.notebook_s):
                    self._fault("notebook-timeout", index, _of_the_notebook(over, self.limits.notebook_s))
                    self._leave_out(index)
                    break
                self._on_cell(index)
                if not await self._execute(index):
                    self._leave_out(index + 1)
                    break
                if not self.start_s:
                    self.start_s = time.monotonic() - began
        finally:
            with CancelScope(shield=True):  # a run that is stopped leaves no kernel behind
                await self._stop()
            self.seconds = time.monotonic() - began

    def look(self) -> Use:
        """What all kernels of this run have used so far."""
        meter = self._kernel.meter
        return self._ended + meter.look() if meter is not None else self._ended

    def limit_of(self, cell: NotebookNode) -> float:
        """What a cell may use: a cell with an experiment gets enough for its recorder's limits."""
        return max(self.limits.cell_s, self.limits.experiment_s) if _is_experiment(cell) else self.limits.cell_s

    def keep_messages(self, index: int, published: Any) -> None:
        """Keep published observations, one per line, unless there are too many: the judge counts what is missing."""
        if not isinstance(published, str):
            return
        self._message_bytes[index] += len(published)
        if self._message_bytes[index] <= MAX_MESSAGE_BYTES and self._has_room(len(published)):
            self.messages[index] += published.split("\n")
            del self.messages[index][MAX_MESSAGES:]

    def keep_output(self, index: int, size: int) -> bool:
        """Count output of a cell; False when it is more than the limit."""
        self._output_bytes[index] += size
        if self._output_bytes[index] <= self.limits.output_bytes and self._has_room(size):
            return True
        if index not in self._cut:
            self._fault("output-limit", index, because(Why.OUTPUT_LIMIT, limit=self.limits.output_bytes / 1e6))
        return False

    def _has_room(self, size: int) -> bool:
        """Whether this many more bytes may be kept; if so, they are counted."""
        fits = self._kept_bytes + size <= MAX_NOTEBOOK_BYTES
        self._kept_bytes += size if fits else 0
        return fits

    def marked_as_cut(self, index: int) -> bool:
        """Whether the reader already knows that output is left out; from now on they do."""
        told = index in self._cut
        self._cut.add(index)
        return told

    async def _execute(self, index: int) -> bool:
        """Execute one cell; False when the notebook cannot go on."""
        self.timed_out = None
        try:
            reply = await self._execute_once(index)
        except DeadKernelError:
            await self._demand_word_of_the_end()
            self._note_death(index)
            return await self._start_again(index)
        except CellTimeoutError:
            self._note_timeout(index)
            return await self._start_again(index)
        if self.timed_out:
            self._note_timeout(index)
            if not await self._kernel.answers():
                return await self._start_again(index)
        elif _asks_to_exit(reply):
            self._note_death(index)
            return await self._start_again(index)
        return True

    async def _execute_once(self, index: int) -> dict[str, Any]:
        """The content of the kernel's reply."""
        cell = self.node.cells[index]
        reply = await self._kernel.execute(index, _apart(cell, self._settings.environment.get(SEED_VARIABLE)))
        _add_missing_error(cell, reply)
        return reply

    async def _demand_word_of_the_end(self) -> None:
        """Give up this first run of the notebook if the kernel did not end by itself, or may have crashed by chance."""
        if not self._again and await self._kernel.exit_code() in _BY_CHANCE:
            raise _KernelLost

    def _note_death(self, index: int) -> None:
        self._deadly.add(index)
        self._fault("kernel-died", index, because(Why.PROCESS_ENDED))
        self.node.cells[index].outputs.append(
            nbformat.v4.new_output(
                "error",
                ename="KernelDied",
                evalue="",
                traceback=["KernelDied: " + _("this cell ended the Python process")],
            )
        )

    def _note_timeout(self, index: int) -> None:
        self._deadly.add(index)
        cell = self.node.cells[index]
        self._fault("timeout", index, _of_a_cell(self.timed_out, self.limit_of(cell)))
        if not any(output.output_type == "error" for output in self.node.cells[index].outputs):
            self.node.cells[index].outputs.append(nbformat.v4.new_output("error", **TIMED_OUT))

    def _leave_out(self, first: int) -> None:
        """Mark the cells from `first` on as not run: a check without output would count as passed."""
        for cell in self.node.cells[first:]:
            if cell.cell_type == "code" and cell.source.strip():
                text = "NotRun: " + _("the notebook was stopped before this cell")
                cell.outputs = [nbformat.v4.new_output("error", ename="NotRun", evalue="", traceback=[text])]

    async def _start_again(self, index: int) -> bool:
        """A new kernel in the state before cell `index` + 1, without the cells that ended or blocked the old one."""
        await self._stop()
        self._restarts += 1
        if self._restarts > self.limits.restarts:
            self._fault("kernel-died", index, because(Why.TOO_MANY_ENDED, n=self.limits.restarts))
            return False
        self._kernel = self._new_kernel()
        await self._start()
        for earlier, cell in enumerate(self.node.cells[: index + 1]):
            again = cell.cell_type == "code" and cell.source.strip() and earlier not in self._deadly
            if again and earlier not in self.messages and not await self._replay(earlier):
                return await self._start_again(index)
        return True

    async def _replay(self, index: int) -> bool:
        """Run a cell again only for its effects: what it prints and publishes was kept the first time."""
        silent = NotebookNode(self.node.cells[index] | {"outputs": []})
        original, self.node.cells[index] = self.node.cells[index], silent
        self.timed_out, self.replaying = None, True
        try:
            reply = await self._execute_once(index)
        except DeadKernelError:
            await self._demand_word_of_the_end()
            self._deadly.add(index)
            return False
        except CellTimeoutError:
            self._deadly.add(index)
            return False
        finally:
            self.node.cells[index] = original
            self.replaying = False
        if self.timed_out or _asks_to_exit(reply):
            self._deadly.add(index)
            return False
        return True

    def _new_kernel(self) -> JupyterKernel | LeanKernel:
        name = str(self.node.metadata.get("kernelspec", {}).get("name", ""))
        kind = LeanKernel if self._settings.kind == "lean" and is_plain_python(name) else JupyterKernel
        return kind(self.node, self, self.folder)

    async def _start(self) -> None:
        try:
            await self._kernel.start(self._settings)
        except NoSuchKernel as error:
            raise MachineError(
                f"There is no Jupyter kernel named {error.name}.",
                expected="the kernel that the notebook's metadata names",
                got="`jupyter kernelspec list` does not have it",
                next_step="install it, or change the kernelspec of the source notebook and release it again",
            ) from None
        except (RuntimeError, TimeoutError, OSError) as error:
            if self._kernel.could_not_copy and not self._bare:
                raise _Overfull from error
            if not self._again:
                raise _KernelLost from error
            raise MachineError(
                "The Jupyter kernel did not start.",
                expected="a kernel that answers within a minute",
                got=str(error) or type(error).__name__,
                next_step="`jupyter execute` on any notebook shows more; no grade was changed",
            ) from error

    async def _stop(self) -> None:
        self._ended, self._kernel.meter = self.look(), None
        await self._kernel.clean_up()

    def _fault(self, kind: str, index: int, reason: Reason) -> None:
        self.faults.append(Fault(kind, _label(self.node.cells[index], index), reason))


def _of_a_cell(over: Spent | None, limit_s: float) -> Reason:
    match over:
        case "computed":
            return because(Why.CELL_COMPUTED, limit=limit_s)
        case "waited":
            return because(Why.CELL_WAITED, limit=limit_s)
        case "took":
            return because(Why.CELL_TOOK, limit=PATIENCE * limit_s)
    return because(Why.CELL_WITHOUT_END)


def _of_the_notebook(over: Spent, limit_s: float) -> Reason:
    match over:
        case "computed":
            return because(Why.NOTEBOOK_COMPUTED, limit=limit_s)
        case "waited":
            return because(Why.NOTEBOOK_WAITED, limit=limit_s)
        case "took":
            return because(Why.NOTEBOOK_TOOK, limit=PATIENCE * limit_s)


def _label(cell: NotebookNode, index: int) -> str:
    return role(cell).grade_id or f"cell {index + 1}"


def _add_missing_error(cell: NotebookNode, reply: dict[str, Any]) -> None:
    """As nbgrader does: an error that no output shows, such as a timeout, becomes an output, so the cell fails."""
    if reply.get("status") != "error":
        return
    name = reply.get("ename", "Error")
    if not any(output.output_type == "error" and output.ename == name for output in cell.outputs):
        traceback = reply.get("traceback") or ["ERROR: An error occurred while showtraceback was disabled"]
        cell.outputs.append(
            nbformat.v4.new_output("error", ename=name, evalue=reply.get("evalue", ""), traceback=traceback)
        )


def _asks_to_exit(reply: dict[str, Any]) -> bool:
    payload = reply.get("payload")
    return any(isinstance(item, dict) and item.get("source") == "ask_exit" for item in payload or [])
