"""A kernel as Jupyter runs it: ipykernel, or another language's, spoken to by nbclient over ZeroMQ."""

import asyncio
import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from queue import Empty
from typing import Any

from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

from autograder.kernels.messages import Client
from autograder.kernels.meter import LOOK_S, Meter, spent
from autograder.kernels.nbclient_internals import CellClient
from autograder.kernels.outputs import ANSWER_S, START_S, TIMED_OUT, Keeper, Outputs
from autograder.kernels.start import kernel_manager, meter_of
from autograder.kernels.warm import WarmProvisioner
from autograder.values.submitted import KernelSettings


class JupyterKernel(Outputs, CellClient):
    """One kernel of a run."""

    def __init__(self, node: NotebookNode, keeper: Keeper, folder: Path) -> None:
        super().__init__(
            node,
            keeper,
            timeout=None,
            startup_timeout=START_S,
            allow_errors=True,
            shutdown_kernel="immediate",
            store_widget_state=False,
            record_timing=False,
            coalesce_streams=True,  # where text is split into messages is chance
            resources={"metadata": {"path": str(folder)}},
        )
        self.meter: Meter | None = None
        self.could_not_copy = False
        self._folder, self._sockets = folder, ""

    async def start(self, settings: KernelSettings) -> None:
        """Start it. `could_not_copy` says afterwards whether what was handed in does not fit into its room.

        Raises:
            NoSuchKernel: It is not installed.
            RuntimeError, TimeoutError, OSError: It does not start.
        """
        provisioner = None
        try:
            self._sockets = tempfile.mkdtemp(prefix="kernel-", dir="/tmp" if os.path.isdir("/tmp") else None)
            name = str(self.nb.metadata.get("kernelspec", {}).get("name", ""))
            self.km = kernel_manager(name, settings=settings, sockets=Path(self._sockets))
            self.km.client_factory = Client
            environment = {**os.environ, **settings.environment}
            # Nobody sees what a kernel writes to its file descriptors, bypassing Jupyter: it could steer a terminal.
            await self.async_start_new_kernel(
                cwd=str(self._folder), env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
            provisioner = self.km.provisioner  # gone when the next step fails
            await self.async_start_new_kernel_client()
        except (RuntimeError, TimeoutError, OSError):
            self.could_not_copy = isinstance(provisioner, WarmProvisioner) and provisioner.could_not_copy
            raise
        self.kc.allow_stdin = False
        self.meter = meter_of(self.km)

    async def execute(self, index: int, source: str) -> dict[str, Any]:
        """Execute `source` as the cell at `index`, whose outputs become its.

        Returns:
            The content of the kernel's reply, or of one in its place.

        Raises:
            DeadKernelError: It ended.
            CellTimeoutError: No interrupt stops the cell, or its output.
        """
        reply: dict[str, Any] = {}
        cell = self.nb.cells[index]

        def keep_reply(*, execute_reply: dict[str, Any], **_: Any) -> None:
            reply.update(execute_reply["content"])

        self.on_cell_executed = keep_reply
        written, cell.source = cell.source, source
        try:
            await self.async_execute_cell(cell, index, execution_count=self.code_cells_executed + 1)
        finally:
            cell.source = written
        return reply

    async def reply_to(
        self, request: str, cell: NotebookNode, *, outputs: asyncio.Future[Any], watch: asyncio.Future[Any]
    ) -> dict[str, Any]:
        """Wait for a cell's reply and its outputs as nbclient does, but count what it uses, not wall seconds."""
        keeper, limit_s = self.keeper, self.keeper.limit_of(cell)
        before, reply = keeper.look(), None
        while reply is None:
            reply = await self._reply_within(LOOK_S, request)
            if reply is None and (over := spent(keeper.look() - before, limit_s)):
                watch.cancel()
                if not await self.kc.is_alive():
                    raise DeadKernelError("Kernel died")
                keeper.timed_out = over
                await self.km.interrupt_kernel()
                reply = {"parent_header": {"msg_id": request}, "content": {**TIMED_OUT, "status": "error"}}
        before = keeper.look()
        while not (await asyncio.wait([outputs], timeout=LOOK_S))[0]:
            if spent(keeper.look() - before, ANSWER_S):
                watch.cancel()
                raise CellTimeoutError.error_from_timeout_and_cell("no end of its output", round(ANSWER_S), cell)
        watch.cancel()
        outputs.result()
        return reply

    async def _reply_within(self, seconds: float, msg_id: str) -> dict[str, Any] | None:
        """The kernel's reply to a message; None if there is none yet. There may be endless other replies."""
        ends_at = time.monotonic() + seconds
        while (left := ends_at - time.monotonic()) > 0:
            try:
                message: dict[str, Any] = await self.kc.shell_channel.get_msg(timeout=left)
            except Empty:
                return None
            if message["parent_header"].get("msg_id") == msg_id:
                return message
        return None

    async def answers(self) -> bool:
        """Whether the kernel still does: an interrupt can be ignored."""
        request, before = self.kc.kernel_info(), self.keeper.look()
        while await self._reply_within(LOOK_S, request) is None:
            if spent(self.keeper.look() - before, ANSWER_S):
                return False
        return True

    async def exit_code(self) -> int | None:
        """How it ended; None while it runs."""
        code: int | None = await self.km.provisioner.poll()
        return code

    async def clean_up(self) -> None:
        """Kill the kernel, if there is one, and close what leads to it."""
        try:
            if self.km is not None and self.km.has_kernel:
                try:
                    if await self.km.is_alive():
                        await self.km.shutdown_kernel(now=True)
                finally:
                    await self.km.cleanup_resources()
                    if self.kc is not None:
                        self.kc.stop_channels()
        finally:
            if self._sockets:
                shutil.rmtree(self._sockets, ignore_errors=True)
                self._sockets = ""
