"""Makes sure that published messages have left a kernel's process, so that its sudden end cannot lose them."""

import contextlib
import os
import sys
import threading
from typing import Any

PATIENCE_S = 5.0
"""Wall seconds at most; then the waiting call continues without."""
_pairs: dict[int, tuple[Any, Any]] = {}
"""By process: two connected sockets of the kernel's own context."""


def wait_until_sent() -> None:
    """Return when all that this process published is in the system's buffers; at once if there is no kernel.

    A message goes from the kernel's publishing thread to ZeroMQ's own thread, which writes it to the socket. Both work
    in order. So it has been written when the first has done something requested later, and a message sent later through
    the second has come back.
    """
    thread = getattr(getattr(_shell(), "kernel", None), "iopub_thread", None)
    socket = getattr(thread, "socket", None)
    if thread is None or socket is None or not sys.platform.startswith("linux"):
        return
    with contextlib.suppress(Exception):  # a notebook can do anything to its kernel; then nothing is promised
        done = threading.Event()
        thread.schedule(done.set)
        done.wait(PATIENCE_S)
        there, back = _pair(socket.context)
        there.send(b"")
        if back.poll(PATIENCE_S * 1000):
            back.recv()


def _shell() -> Any:
    from IPython import get_ipython

    return get_ipython()


def _pair(context: Any) -> tuple[Any, Any]:
    if os.getpid() not in _pairs:
        import zmq

        there, back = zmq.Socket(context, zmq.PAIR), zmq.Socket(context, zmq.PAIR)
        name = f"ipc://@autograder-{os.getpid()}"  # in the namespace of this room's network
        for socket in (there, back):
            socket.linger = 0
        back.bind(name)
        there.connect(name)
        _pairs[os.getpid()] = there, back
    return _pairs[os.getpid()]
