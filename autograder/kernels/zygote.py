"""A warm process: it has imported what notebooks import, and forks a kernel for each request.

    python -m autograder.kernels.zygote SOCKET lean|jupyter MODULE ...

It executes no TensorFlow operation: a process in which one has run has threads, and a child forked from it hangs at its
first traced function. So it checks before every fork that it has only one thread, and refuses otherwise.

A request is one line of JSON on the Unix socket: `{"connection", "folder", "sockets", "environment", "bubblewrap",
"limits", "hidden"}`, the limits being null for a kernel without a room. A lean kernel (see `driver`) has been made
before the fork; with the request comes the descriptor of the socket over which it gets its cells, and `connection` and
`sockets` are null. On the same socket the answer is
`{"started": pid, "room": pid}`, the room's being that of its first process, or null; later `{"exit": code}`, or
`{"error": text}`. In the meantime it receives `{"signal": number}`.
When the socket closes, the kernel is killed.

A line on standard input retires the process: it takes no more requests, and ends with its last kernel.
"""

import contextlib
import fcntl
import gc
import importlib
import json
import os
import select
import signal
import socket
import sys
import tempfile
from pathlib import Path
from typing import Any, NoReturn

from autograder.ipython_exit import without_exit
from autograder.kernels.sandbox import (
    NO_COPY,
    SCRATCH,
    NoRoom,
    Room,
    RoomLimits,
    copy_handed_in,
    die_with_parent,
    enter,
    give_up_privileges,
    stand_back,
)
from autograder.lab import surroundings

MAX_REQUEST = 1_000_000
LINE, NOWHERE = 3, 4
"""A lean kernel's descriptors besides standard ones: of the socket to the grader, and of the null device."""
PATROL_S = 0.1
"""Seconds between two checks of what no kernel limit in the room covers."""
RETIREMENT_S = 0.5
"""Seconds between a retired process's checks whether one of its kernels still runs."""


def main(path: str, kind: str, modules: list[str]) -> NoReturn:
    """Import, then serve requests until the process is killed or standard input closes, as it does when its owner ends.

    (A death signal would not work: it comes when the owner's *thread* that started this process ends.)
    """
    for name in modules:
        importlib.import_module(name)
    surroundings.remember()  # kernels need not look through the modules again
    if kind == "lean":
        importlib.import_module("autograder.kernels.driver").make()
    gc.collect()
    gc.freeze()  # children share these objects' pages for as long as nobody touches them
    server = socket.socket(socket.AF_UNIX)
    server.bind(path)
    server.listen(64)
    signal.signal(signal.SIGCHLD, _reap)
    os.write(1, b"ready\n")  # a lean kernel has its own `print`
    waiting: list[Any] = [server, 0]
    while True:
        ready, _, _ = select.select(waiting, [], [])
        if 0 in ready:
            if not os.read(0, 100):
                os.killpg(0, signal.SIGKILL)
            server.close()
            _end_with_the_last_kernel()
        connection, _address = server.accept()
        threads = len(os.listdir("/proc/self/task"))
        if threads != 1:
            _close(_read_request(connection)[1])  # a socket closed with unread data would lose the answer
            _say(connection, {"error": f"the warm process has {threads} threads; a fork of it would hang"})
            connection.close()
            continue
        if os.fork() == 0:
            server.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            with contextlib.suppress(BaseException):
                _guard(connection)
            os._exit(0)
        connection.close()


def _reap(*_signal: Any) -> None:
    """Take note of wardens that have ended. Their CPU seconds become this process's, and so the grader's."""
    with contextlib.suppress(ChildProcessError):  # nobody is left
        while os.waitpid(-1, os.WNOHANG) != (0, 0):
            pass


def _end_with_the_last_kernel() -> NoReturn:
    with contextlib.suppress(ChildProcessError):  # nobody is left
        while os.waitpid(-1, os.WNOHANG):
            if select.select([0], [], [], RETIREMENT_S)[0]:
                os.killpg(0, signal.SIGKILL)
    os._exit(0)


def _guard(connection: socket.socket) -> None:
    """Start one kernel, pass signals on to it, report its end, and leave nothing of it behind."""
    die_with_parent()
    request, descriptors = _read_request(connection)
    limits = RoomLimits(**request["limits"]) if request["limits"] is not None else None
    room = None
    try:
        if limits is not None:
            room = Room(
                Path(request["folder"]),
                Path(request["sockets"]) if request["sockets"] else None,
                limits,
                request["bubblewrap"],
                hidden=request["hidden"],
            )
        middle, kernel = _fork_kernel(request, room, limits, descriptors)
    except (NoRoom, OSError) as error:
        _say(connection, {"error": str(error)})
        if room is not None:
            room.close()
        return
    _close(descriptors)  # then the socket closes for good when the kernel ends
    _say(connection, {"started": kernel, "room": room and room.first_pid})
    try:
        _say(connection, {"exit": _watch(connection, middle, kernel, room)})
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(kernel, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):  # it was waited for when it ended by itself
            os.waitpid(middle, 0)
        if room is not None:
            room.close()
        else:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(kernel, signal.SIGKILL)


def _read_request(connection: socket.socket) -> tuple[dict[str, Any], list[int]]:
    """The request, and the descriptors that came with it."""
    data, descriptors, _flags, _address = socket.recv_fds(connection, 65536, 1)
    while not data.endswith(b"\n") and len(data) < MAX_REQUEST:
        data += connection.recv(65536) or b"\n"
    return json.loads(data), descriptors


def _close(descriptors: list[int]) -> None:
    for descriptor in descriptors:
        os.close(descriptor)


def _fork_kernel(
    request: dict[str, Any], room: Room | None, limits: RoomLimits | None, descriptors: list[int]
) -> tuple[int, int]:
    """Fork twice: the first child enters the room, where the second one is born; pids of both, as seen here."""
    reader, writer = os.pipe()
    middle = os.fork()
    if middle == 0:
        os.close(reader)
        try:
            die_with_parent()
            if room is not None:
                stand_back()
                room.count()
                enter(room.first_pid)
            kernel = os.fork()
            if kernel == 0:
                os.close(writer)
                _become_kernel(request, limits, descriptors)
            _close(descriptors)
            os.write(writer, f"{kernel}\n".encode())
            os.close(writer)
            _pid, status = os.waitpid(kernel, 0)
            os._exit(os.waitstatus_to_exitcode(status) & 0xFF)
        except BaseException as error:
            os.write(writer, f"{error}\n".encode())
        os._exit(1)
    os.close(writer)
    with os.fdopen(reader) as pipe:
        answer = pipe.readline().strip()
    if not answer.isdecimal():
        raise NoRoom(answer or "the kernel's process could not be made")
    return middle, int(answer)


def _watch(connection: socket.socket, middle: int, kernel: int, room: Room | None) -> int:
    """Pass on signals until the kernel ends (its exit code), nobody listens, or the room is over its limits."""
    ended = os.pidfd_open(middle)
    waiting: list[Any] = [connection, ended]
    rest = b""
    while True:
        ready, _, _ = select.select(waiting, [], [], None if room is None else PATROL_S)
        if not ready and room is not None and room.overfull():
            return -signal.SIGKILL
        if ended in ready:
            _pid, status = os.waitpid(middle, 0)
            return os.waitstatus_to_exitcode(status)
        if connection not in ready:
            continue
        data = connection.recv(4096)
        if not data:
            return -signal.SIGKILL
        *lines, rest = (rest + data).split(b"\n")
        for line in lines:
            with contextlib.suppress(ProcessLookupError, ValueError, KeyError):
                os.kill(kernel, int(json.loads(line)["signal"]))


def _become_kernel(request: dict[str, Any], limits: RoomLimits | None, descriptors: list[int]) -> NoReturn:
    """In the last child: an ordinary kernel, in the state of a freshly started one."""
    try:
        os.setpgid(0, 0)
        die_with_parent()
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        nowhere = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1, 2):
            os.dup2(nowhere, descriptor)
        if descriptors:
            os.dup2(fcntl.fcntl(descriptors[0], fcntl.F_DUPFD, 64), LINE)
            os.dup2(0, NOWHERE)
            os.closerange(NOWHERE + 1, 4096)
        else:
            os.closerange(3, 4096)
        if limits is None:
            os.chdir(request["folder"])
        else:
            try:
                copy_handed_in()
            except OSError:
                os._exit(NO_COPY)
            os.chdir(SCRATCH)
        os.environ.clear()
        os.environ.update(request["environment"])
        tempfile.tempdir = None
        if not descriptors:
            gc.unfreeze()
        if limits is not None:
            give_up_privileges(limits)
        _forget_randomness()
        sys.argv = ["ipykernel_launcher.py"]
        if sys.path[0] != "":
            sys.path.insert(0, "")
        if descriptors:
            with without_exit():
                _drive(request["environment"]["HOME"])
            os._exit(0)
        from ipykernel.kernelapp import IPKernelApp

        app = IPKernelApp.instance()
        app.initialize(["-f", request["connection"], "--HistoryManager.enabled=False"])
        _draw_inline(app.shell)
        with without_exit():  # one in a function would end a kernel in each cell that calls it
            app.start()
        os._exit(0)
    except SystemExit as end:
        os._exit(end.code if isinstance(end.code, int) else 0)
    except BaseException:
        os._exit(1)


def _drive(home: str) -> None:
    from IPython.core.interactiveshell import InteractiveShell

    driver = importlib.import_module("autograder.kernels.driver")
    _draw_inline(InteractiveShell.instance())
    driver.serve(socket.socket(fileno=LINE), home=home, nowhere=NOWHERE)


def _draw_inline(shell: Any) -> None:
    """Whatever `%matplotlib` asks for, figures appear below their cells: a room has no screen, and nobody looks."""
    enable = shell.enable_matplotlib
    shell.enable_matplotlib = lambda _gui=None: enable("inline")


def _forget_randomness() -> None:
    """A forked process has its parent's random state; a new one has its own."""
    import random

    random.seed()
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed()


def _say(connection: socket.socket, message: dict[str, Any]) -> None:
    with contextlib.suppress(OSError):
        connection.sendall(json.dumps(message).encode() + b"\n")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
