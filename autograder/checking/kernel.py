"""A Jupyter kernel of this Python, on the student's own machine: no sandbox, and only jupyter_client."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from queue import Empty
from typing import Any

from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import KernelManager
from pydantic import TypeAdapter

from autograder.checking import inside
from autograder.errors import MachineError
from autograder.kernels.meter import LOOK_S, Meter, Spent, from_process, spent
from autograder.lab.pictures.style import QUIET_VARIABLE
from autograder.language import _
from autograder.reasons import Failure

START_S = 300.0
"""Wall seconds within which a kernel has to answer for the first time; one that ended is noticed at once."""
INTERRUPT_S = 3.0
"""Seconds, computed or waited, within which a cell has to end after an interrupt."""
TICK_S = 0.05
_KNOWING = ("CheckFailed", "NotStarted")
"""Exceptions that have a `failure`."""
_FAILURES: TypeAdapter[Failure | None] = TypeAdapter(Failure | None)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What happened to a cell.

    Attributes:
        kind: "ok", "error", "timeout", "died", "stopped" (by us), or "blocked" (not run).
        name: The exception's class; for a blocked cell, the function that does not end.
        message: The exception's message.
        failure: What a visible check found, if that ended it.
        spent: Which limit a cell of kind "timeout" reached.
        is_alive: Whether the kernel still answers.
        place: Where in the notebook it was raised: the function if there is one, the line in its cell, and the line's
            text as far as it is known.
    """

    kind: str
    name: str = ""
    message: str = ""
    is_alive: bool = True
    failure: Failure | None = None
    spent: Spent | None = None
    place: tuple[str, int, str] | None = None


class Kernel:
    """A running kernel; close it."""

    def __init__(self, folder: Path) -> None:
        self._manager = KernelManager(kernel_spec_manager=_ThisPython())
        self._client: Any = None
        environment = {name: value for name, value in os.environ.items() if name != "AUTOGRADER_SEED"}
        try:
            self._manager.start_kernel(
                cwd=str(folder),
                env={**environment, QUIET_VARIABLE: "1"},
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            provisioner: Any = self._manager.provisioner
            self._meter = Meter(lambda: from_process(provisioner.pid))
            self._client = self._manager.client()
            self._client.start_channels(shell=True, iopub=False, stdin=False, hb=False, control=False)
            self._demand_answer()
        except BaseException:
            self.close()
            raise

    def run(
        self, code: str, *, limit_s: float, silent: bool = False, stop: Callable[[], bool] = lambda: False
    ) -> Outcome:
        """Execute code and wait until it ends, its time is over, or `stop` says so.

        `limit_s` is CPU seconds of the kernel and its children, and as many in which they wait; see `meter`.
        """
        how = {"allow_stdin": False, "stop_on_error": False}  # the next request comes after the end of this one
        request = self._client.execute(code, silent=silent, store_history=not silent, **how)
        before, look_at = self._meter.look(), time.monotonic() + LOOK_S
        while True:
            reply = self._reply(request)
            if reply is not None:
                return self._ended(reply)
            if not self._manager.is_alive():
                return Outcome("died", is_alive=False)
            over = None
            if time.monotonic() > look_at:
                over, look_at = spent(self._meter.look() - before, limit_s), time.monotonic() + LOOK_S
            kind = "stopped" if stop() else "timeout" if over else ""
            if kind:
                reply = self._interrupted(request)
                ended = self._ended(reply) if reply else Outcome(kind, is_alive=False)
                return replace(ended, kind=kind, spent=over)

    def close(self) -> None:
        """End the process."""
        if self._client is not None:
            self._client.stop_channels()
        if self._manager.has_kernel:
            self._manager.shutdown_kernel(now=True)

    def _ended(self, reply: dict[str, Any]) -> Outcome:
        outcome = _outcome(reply)
        return replace(outcome, failure=self._failure()) if outcome.name in _KNOWING else outcome

    def _failure(self) -> Failure | None:
        """What the exception that just ended a cell knows about a failed check."""
        asked = {"ended": f"__import__('importlib').import_module({inside.__name__!r}).Ended()"}
        request = self._client.execute("", silent=True, store_history=False, user_expressions=asked)
        before = self._meter.look()
        while not spent(self._meter.look() - before, INTERRUPT_S):
            reply = self._reply(request)
            if reply is not None:
                data = reply.get("user_expressions", {}).get("ended", {}).get("data", {})
                return _FAILURES.validate_json(data.get(inside.MIME, "null"))
        return None

    def _interrupted(self, request: str) -> dict[str, Any] | None:
        """The reply, if the cell ended after an interrupt; a second one is for code that swallowed the first."""
        for _attempt in range(2):
            self._manager.interrupt_kernel()
            before = self._meter.look()
            while not spent(self._meter.look() - before, INTERRUPT_S):
                reply = self._reply(request)
                if reply is not None:
                    return reply
        return None

    def _reply(self, request: str) -> dict[str, Any] | None:
        try:
            message = self._client.get_shell_msg(timeout=TICK_S)
        except Empty:
            return None
        return message["content"] if message["parent_header"].get("msg_id") == request else None

    def _demand_answer(self) -> None:
        request, ends_at = self._client.kernel_info(), time.monotonic() + START_S
        while self._reply(request) is None:
            if not self._manager.is_alive() or time.monotonic() > ends_at:
                raise MachineError(
                    _("Python did not start to run your notebook."),
                    expected=_("a Jupyter kernel that answers within {seconds:g} s").format(seconds=START_S),
                    got=_("it ended") if not self._manager.is_alive() else _("no answer"),
                    next_step="python -m ipykernel --version",
                )


class _ThisPython(KernelSpecManager):  # type: ignore[misc]  # jupyter_client's traits are untyped
    """Whatever kernels are installed, the one with this package."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        launch = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        return KernelSpec(argv=launch, display_name=kernel_name, language="python")


def _outcome(reply: dict[str, Any]) -> Outcome:
    if any(item.get("source") == "ask_exit" for item in reply.get("payload") or []):
        return Outcome("died", "SystemExit", is_alive=False)
    if reply.get("status") == "ok":
        return Outcome("ok")
    place = _place("\n".join(map(str, reply.get("traceback") or [])))
    return Outcome("error", str(reply.get("ename", "")), str(reply.get("evalue", "")), place=place)


def _place(traceback: str) -> tuple[str, int, str] | None:
    """The innermost line of the notebook in a traceback as IPython prints it."""
    text = re.sub(r"\x1b\[[0-9;]*m", "", traceback)
    found = list(re.finditer(r"^ *Cell In\[\d+\], line (\d+)(?:, in ([\w.]+))?", text, re.MULTILINE))
    if not found:
        return None
    last = found[-1]
    source = re.search(rf"^-*> *{last[1]} (.*)$", text[last.end() :], re.MULTILINE)
    return last[2] or "", int(last[1]), source[1].strip() if source else ""
