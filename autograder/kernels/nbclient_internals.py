"""The one private method of nbclient that we override, under a public name.

nbclient decides before a cell runs how many wall seconds it gets, and offers no other way to stop it. Seen in nbclient
0.11; `tests/test_internals.py` fails when an upgrade takes the method away, calls it in another way, or not at all.
"""

import asyncio
from typing import Any

from nbclient import NotebookClient
from nbformat import NotebookNode


class CellClient(NotebookClient):  # type: ignore[misc]  # nbclient's traits are untyped
    """nbclient, which leaves it to `reply_to` how long a cell may run."""

    async def reply_to(
        self, request: str, cell: NotebookNode, *, outputs: asyncio.Future[Any], watch: asyncio.Future[Any]
    ) -> dict[str, Any]:
        """Wait for the kernel's reply to a cell, and for the cell's outputs.

        Args:
            request: The id of the message that has sent the cell.
            cell: The cell.
            outputs: Ends with the cell's last output.
            watch: Cancels this coroutine when the kernel ends. It is to be cancelled as soon as that is not wanted.

        Returns:
            The reply, or one in place of it.
        """
        raise NotImplementedError

    async def _async_poll_for_reply(
        self,
        msg_id: str,
        cell: NotebookNode,
        timeout: int | None,
        task_poll_output_msg: asyncio.Future[Any],
        task_poll_kernel_alive: asyncio.Future[Any],
    ) -> dict[str, Any]:
        return await self.reply_to(msg_id, cell, outputs=task_poll_output_msg, watch=task_poll_kernel_alive)
