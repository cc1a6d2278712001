"""Receives a kernel's messages, and drops those that no kernel sends.

A student's code shares its process with the kernel, and with the kernel's key: it can send anything on every channel,
as fast as it likes. What passes here has the form of Jupyter's protocol, a size that fits in memory, and no deep
nesting. Whether it is true is another question; see `autograder.grading.judge`.
"""

import asyncio
import time
from collections.abc import Mapping
from queue import Empty
from types import NoneType
from typing import Any

import zmq
from jupyter_client.asynchronous import AsyncKernelClient
from jupyter_client.channels import AsyncZMQSocketChannel
from traitlets import Type

MAX_MESSAGE_BYTES = 16_000_000
"""A connection that delivers a larger message is closed, and opened again."""
MAX_WAITING = 100
"""Messages that wait here to be read; more wait in the kernel's own memory."""
MAX_DEPTH = 20
"""Nested containers in one message. Whatever handles it later may be recursive."""

_TYPES: Mapping[str, type | tuple[type, ...]] = {
    "status": str,
    "execution_state": str,
    "ename": str,
    "evalue": str,
    "name": str,
    "text": str,
    "code": str,
    "traceback": list,
    "payload": list,
    "data": dict,
    "metadata": dict,
    "transient": (dict, NoneType),
    "execution_count": (int, NoneType),
}
_NEEDED: Mapping[str, frozenset[str]] = {
    "execute_reply": frozenset({"status"}),
    "status": frozenset({"execution_state"}),
    "stream": frozenset({"name", "text"}),
    "error": frozenset({"ename", "evalue", "traceback"}),
    "display_data": frozenset({"data", "metadata"}),
    "update_display_data": frozenset({"data", "metadata", "transient"}),
    "execute_result": frozenset({"data", "metadata", "execution_count"}),
}


def is_well_formed(message: Mapping[str, Any]) -> bool:
    """Whether a message has the fields of its kind, each of the right type."""
    kind, parent, content = message["msg_type"], message["parent_header"], message["content"]
    return (
        isinstance(kind, str)
        and isinstance(parent, dict)
        and isinstance(content, dict)
        and _is_shallow(content)
        and (kind != "stream" or content.get("name") in ("stdout", "stderr"))
        and content.keys() >= _NEEDED.get(kind, frozenset())
        and all(isinstance(content[name], kinds) for name, kinds in _TYPES.items() if name in content)
        and all(isinstance(line, str) for line in content.get("traceback", ()))
    )


def _is_shallow(content: Any) -> bool:
    level = [content]
    for _depth in range(MAX_DEPTH):
        containers = [item for item in level if isinstance(item, (dict, list))]
        level = [part for item in containers for part in (item.values() if isinstance(item, dict) else item)]
        if not level:
            return True
    return False


class _Channel(AsyncZMQSocketChannel):  # type: ignore[misc]  # jupyter_client's traits are untyped
    async def get_msg(self, timeout: float | None = None) -> dict[str, Any]:
        ends_at = None if timeout is None else time.monotonic() + timeout
        while True:
            await asyncio.sleep(0)  # a flood must not keep the loop from checking its limits
            left = None if ends_at is None else ends_at - time.monotonic()
            if left is not None and left <= 0:
                raise Empty  # even if messages wait: they may be endless
            try:
                message: dict[str, Any] = await super().get_msg(left)
                if is_well_formed(message):
                    return message
            except Empty:
                raise
            except Exception:  # not a message at all: frames, signature, JSON, header
                continue


class Client(AsyncKernelClient):  # type: ignore[misc]
    """Jupyter's client of a kernel that is not trusted."""

    shell_channel_class = Type(_Channel)
    iopub_channel_class = Type(_Channel)

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        # For all sockets made from now on: a socket that is connected takes no limits any more.
        self.context.setsockopt(zmq.MAXMSGSIZE, MAX_MESSAGE_BYTES)
        self.context.setsockopt(zmq.RCVHWM, MAX_WAITING)
