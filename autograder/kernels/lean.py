"""The grader's end of a lean kernel, which is forked ready-made and takes its cells over one socket; see `driver`.

What comes back is the student's process talking: a line of the wrong form is dropped, and so is one that is too long.
"""

import asyncio
import contextlib
import json
import os
import re
import secrets
import signal
import socket
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from jupyter_client.session import json_unpacker
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

from autograder.kernels.messages import MAX_MESSAGE_BYTES, is_well_formed
from autograder.kernels.meter import LOOK_S, Meter, spent
from autograder.kernels.outputs import ANSWER_S, START_S, TIMED_OUT, Keeper, Outputs
from autograder.kernels.warm import Forked, request_of, shared
from autograder.values.submitted import KernelSettings

_PART = 262_144
_CARRIAGE_RETURN = re.compile(r".*\r(?=[^\n])")


class LeanKernel:
    """One kernel of a run."""

    def __init__(self, node: NotebookNode, keeper: Keeper, folder: Path) -> None:
        self.meter: Meter | None = None
        self._node, self._keeper, self._folder = node, keeper, folder
        self._outputs = Outputs(node, keeper)
        self._forked = Forked()
        self._line: _Lines | None = None
        self._count = 0

    @property
    def could_not_copy(self) -> bool:
        """Whether it ended because what was handed in does not fit into its room."""
        return self._forked.could_not_copy

    async def start(self, settings: KernelSettings) -> None:
        """Start it. `could_not_copy` says afterwards whether what was handed in does not fit into its room.

        Raises:
            RuntimeError, TimeoutError, OSError: It does not start.
        """
        request = request_of(
            connection=None,
            folder=str(self._folder),
            sockets=None,
            environment={**os.environ, **settings.environment},
            sandboxed=settings.sandboxed,
            hidden=settings.hidden,
        )
        mine, its = socket.socketpair()
        self._line = _Lines(mine)
        process = shared(settings.modules, "lean")
        try:
            await asyncio.get_running_loop().run_in_executor(None, self._forked.start, process, request, [its.fileno()])
        finally:
            its.close()
        try:
            if await self._line.next(until=time.monotonic() + START_S) is None:
                raise TimeoutError("no word from the kernel")
        except DeadKernelError as error:
            raise RuntimeError(f"the kernel ended at once, with {await self.exit_code()}") from error
        self.meter = Meter(self._forked.processes)

    async def execute(self, index: int, source: str) -> dict[str, Any]:
        """Execute `source` as the cell at `index`, whose outputs become its.

        Returns:
            The content of the kernel's reply, or of one in its place.

        Raises:
            DeadKernelError: It ended.
            CellTimeoutError: No interrupt stops the cell.
        """
        assert self._line is not None
        keeper, cell = self._keeper, self._node.cells[index]
        if self._outputs.skip_cells_with_tag in cell.metadata.get("tags", []):
            return {}
        self._count += 1
        cell.outputs, cell.execution_count, self._outputs.clear_before_next_output = [], self._count, False
        name = secrets.token_hex(8)  # one that no earlier cell can have replied to
        self._line.send({"cell": name, "code": source})
        before, limit_s, over = keeper.look(), keeper.limit_of(cell), None
        look_at = time.monotonic() + LOOK_S
        while True:
            message = await self._line.next(until=look_at)
            if message is None:
                look_at = time.monotonic() + LOOK_S
                spent_now = spent(keeper.look() - before, limit_s)
                if spent_now and over is not None:
                    raise CellTimeoutError.error_from_timeout_and_cell("no end of its output", round(ANSWER_S), cell)
                if spent_now:
                    over = keeper.timed_out = spent_now
                    self._forked.signal(signal.SIGINT)
                    before, limit_s = keeper.look(), ANSWER_S
            elif message["parent_header"]["msg_id"] == name:
                if message["msg_type"] == "execute_reply":
                    break
                self._outputs.process_message(message, cell, index)
        content: dict[str, Any] = {**TIMED_OUT, "status": "error"} if over is not None else message["content"]
        cell.execution_count = self._count  # a message can have said something else
        cell.outputs = joined(cell.outputs)
        return content

    async def answers(self) -> bool:
        """Whether the kernel still does: an interrupt can be ignored. `execute` has had its reply."""
        return True

    async def exit_code(self) -> int | None:
        """How it ended; None while it runs."""
        for _look in range(100):  # the socket closes first, and the warden tells a moment later
            if (code := self._forked.poll()) is not None:
                return code
            await asyncio.sleep(0.02)
        return None

    async def clean_up(self) -> None:
        """Kill the kernel, if there is one, and close what leads to it."""
        await self._forked.end()
        if self._line is not None:
            self._line.close()
            self._line = None


class _Lines:
    """One end of the socket: JSON in lines. Nothing is read ahead of what is asked for, and what nobody reads waits."""

    def __init__(self, end: socket.socket) -> None:
        end.setblocking(False)
        self._end = end
        self._pending = bytearray()
        self._searched = 0
        self._dropping = False
        self._unsent = b""

    def send(self, message: dict[str, Any]) -> None:
        """Send a message, while the next ones are waited for."""
        self._unsent += json.dumps(message).encode() + b"\n"

    async def next(self, *, until: float) -> dict[str, Any] | None:
        """The next message that has the right form, as nbclient knows messages; None if there is none by then.

        Args:
            until: By the clock of `time.monotonic`. After that, it is None even if messages wait: they may be endless.

        Raises:
            DeadKernelError: The other end is closed.
        """
        while (left := until - time.monotonic()) > 0:
            if (line := self._next_line()) is not None:
                if (message := _parsed(line)) is not None:
                    return message
                continue
            try:
                self._send_on()
                part = self._end.recv(_PART)
            except BlockingIOError:
                await self._wait(left)
                continue
            except OSError:
                part = b""
            if not part:
                raise DeadKernelError("Kernel died")
            self._pending += part
        await asyncio.sleep(0)  # a flood must not keep the loop from stopping this run
        return None

    def _send_on(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while self._unsent:
                self._unsent = self._unsent[self._end.send(self._unsent) :]

    async def _wait(self, seconds: float) -> None:
        """Return when there is something to read, or after this time: a `sock_recv` that is cancelled can lose data."""
        loop = asyncio.get_running_loop()
        there: asyncio.Future[None] = loop.create_future()

        def wake() -> None:
            if not there.done():
                there.set_result(None)

        loop.add_reader(self._end, wake)
        if self._unsent:
            loop.add_writer(self._end, wake)
        try:
            await asyncio.wait([there], timeout=seconds)
        finally:
            loop.remove_reader(self._end)
            loop.remove_writer(self._end)

    def _next_line(self) -> bytes | None:
        position = self._pending.find(b"\n", self._searched)
        if position < 0:
            self._searched = len(self._pending)
            if self._searched > MAX_MESSAGE_BYTES:
                self._pending.clear()
                self._searched, self._dropping = 0, True
            return None
        line = b"" if self._dropping else bytes(self._pending[:position])
        del self._pending[: position + 1]
        self._searched, self._dropping = 0, False
        return line

    def close(self) -> None:
        self._end.close()


def _parsed(line: bytes) -> dict[str, Any] | None:
    """A message as Jupyter's protocol has it; None for what no kernel sends."""
    try:
        kind, content, cell = (json_unpacker(line)[name] for name in ("kind", "content", "cell"))
        message = {
            "msg_type": kind,
            "header": {"msg_type": kind},
            "parent_header": {"msg_id": cell},
            "content": content,
            "metadata": {},
            "buffers": [],
        }
        return message if is_well_formed(message) else None
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def joined(outputs: Sequence[NotebookNode]) -> list[NotebookNode]:
    """Outputs with each stream in one piece, as a screen would show it: nbclient's `coalesce_streams`.

    A kernel writes to a stream in pieces whose number is chance. What a carriage return covers is gone, and standard
    output comes before the errors next to it.
    """
    kept: list[NotebookNode] = []
    streams: dict[str, NotebookNode] = {}
    for output in outputs:
        if output.output_type == "stream" and output.name in streams:
            streams[output.name].text += output.text
            continue
        if output.output_type == "stream":
            streams[output.name] = output
        kept.append(output)
    for output in streams.values():
        output.text = _CARRIAGE_RETURN.sub("", output.text)
    for place in range(len(kept) - 1):
        one, other = kept[place : place + 2]
        if (one.get("name"), other.get("name")) == ("stderr", "stdout"):
            kept[place : place + 2] = other, one
    return kept
