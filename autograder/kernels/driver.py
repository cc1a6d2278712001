"""The lean kernel: Jupyter's own IPython kernel, without its sockets and threads.

An ordinary kernel takes longer to start, and to pass messages on, than most cells of a notebook take. This one is made
once, in the warm process, and only forked for each notebook. There it reads cells from one socket, executes them with
ipykernel's `IPythonKernel`, and writes what ipykernel would publish to the same socket: transforms, magics, displays,
top-level `await`, tracebacks and replies are ipykernel's and IPython's. `tests/test_lean.py` compares the two.

Each line in is `{"cell": name, "code": text}`. Each line out is `{"kind", "content", "cell"}`, with the kinds and
contents of Jupyter's messages; the first is `{"kind": "ready"}`, and `execute_reply` is a cell's last. A line begins
with a line end, too: if the student's code breaks one off, the next is whole.
"""

import asyncio
import io
import json
import logging
import os
import re
import select
import signal
import socket
import sys
import threading
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NoReturn

from ipykernel import ipkernel
from ipykernel.compiler import get_tmp_directory
from ipykernel.displayhook import ZMQDisplayHook
from ipykernel.kernelapp import IPKernelApp
from IPython.core.compilerop import CachingCompiler
from IPython.core.inputtransformer2 import TransformerManager
from IPython.core.profiledir import ProfileDir
from jupyter_client.session import Session, extract_header, json_packer
from tornado.ioloop import IOLoop

from autograder.parsing import syntax_tree

FLUSH_S = 0.2
"""Wall seconds after which printed text is sent even if its cell still runs, as in ipykernel."""
FLUSH_CHARACTERS = 65_536
_PROMPT = re.compile(r"^\s*(>>>|\.{3}|In \[|\[nav\]|\[ins\])", re.MULTILINE)
_SENT = frozenset(
    {
        *("stream", "display_data", "execute_result", "update_display_data", "error", "execute_reply"),
        *("clear_output", "comm_open", "comm_msg", "comm_close"),
    }
)


class _Line:
    """The socket to the grader. Whoever sends cannot be interrupted between two bytes of a message."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._lock = threading.RLock()
        self._process = os.getpid()
        self._main = threading.main_thread().ident
        self._held = self._noted = False

    @property
    def is_own(self) -> bool:
        """Whether this is the process that was made for the notebook, and not a child of it."""
        return os.getpid() == self._process

    def send(self, message: Mapping[str, Any]) -> None:
        """Send a message. From a child of this process nothing is sent, as in Jupyter."""
        if not self.is_own:
            return
        data = b"\n" + json_packer(message) + b"\n"
        with self.whole(), self._lock:
            self._connection.sendall(data)

    @contextmanager
    def whole(self) -> Iterator[None]:
        """In the block an interrupt of the main thread waits."""
        handler = signal.getsignal(signal.SIGINT)
        if threading.get_ident() != self._main or self._held or handler is None:  # None: a library's, not in Python
            yield
            return
        self._held = True
        signal.signal(signal.SIGINT, self._note)
        try:
            yield
        finally:
            self._held = False
            signal.signal(signal.SIGINT, handler)
            if self._noted:
                self._noted = False
                signal.raise_signal(signal.SIGINT)

    def expect_interrupts(self) -> None:
        """From now on an interrupt raises KeyboardInterrupt, as before Jupyter runs a cell."""
        self._noted = False
        signal.signal(signal.SIGINT, signal.default_int_handler)

    def _note(self, *_signal: Any) -> None:
        self._noted = True


class _Session(Session):  # type: ignore[misc]  # jupyter_client's traits are untyped
    """Writes messages to `line` in place of a ZeroMQ socket."""

    line: _Line | None = None
    before_reply: Callable[[], None] = staticmethod(lambda: None)

    def msg(
        self,
        msg_type: str,
        content: dict[str, Any] | None = None,
        parent: dict[str, Any] | None = None,
        header: dict[str, Any] | None = None,
        metadata: dict[str, Any] | None = None,
    ) -> dict[str, Any]:
        return {
            "header": header or {"msg_type": msg_type, "msg_id": ""},
            "msg_type": msg_type,
            "parent_header": extract_header(parent) if parent else {},
            "content": content or {},
            "metadata": metadata or {},
        }

    def send(self, _stream: Any, msg_or_type: Any, content: Any = None, parent: Any = None, **_rest: Any) -> Any:
        known = isinstance(msg_or_type, dict)
        message = msg_or_type if known else self.msg(msg_or_type, content, parent)
        if self.line is not None and message["msg_type"] in _SENT:
            if message["msg_type"] == "execute_reply":
                self.before_reply()
            cell = message["parent_header"].get("msg_id")
            self.line.send({"kind": message["msg_type"], "content": message["content"], "cell": cell})
        return message


class _Stream(io.TextIOBase):
    """Python's standard output or error. As in ipykernel, text belongs to the cell in whose context it is written."""

    encoding = "UTF-8"
    errors = "replace"

    def __init__(self, name: str, session: _Session) -> None:
        super().__init__()
        self.name = name
        self.descriptor = {"stdout": 1, "stderr": 2}[name]
        self.process = os.getpid()
        self.nowhere = self.descriptor
        self._session = session
        self._context: ContextVar[dict[str, Any]] = ContextVar(f"parent of {name}")
        self._latest: dict[str, Any] = {}
        self._lock = threading.RLock()
        self._waiting: defaultdict[str, list[str]] = defaultdict(list)
        self._size = 0
        self._late = threading.Event()
        self._flusher: threading.Thread | None = None

    def set_parent(self, parent: dict[str, Any]) -> None:
        """Say to which request text belongs from now on; ipykernel calls this."""
        self._latest = extract_header(parent)
        self._context.set(self._latest)

    def fileno(self) -> int:
        """A descriptor that leads nowhere, as a kernel's does that nobody looks at."""
        return self.nowhere

    def writable(self) -> bool:
        return True

    def isatty(self) -> bool:
        return False

    def close(self) -> None:
        """Stay open: later cells print too."""

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text)}")
        if os.getpid() != self.process:  # a child's text goes the way of what programs write
            os.write(self.descriptor, text.encode("utf-8", "replace"))
            return len(text)
        line = self._session.line
        if line is None:
            return len(text)
        with line.whole(), self._lock:
            self._waiting[self._context.get(self._latest).get("msg_id", "")].append(text)
            self._size += len(text)
            if self._size > FLUSH_CHARACTERS or not self._is_flushed_late():
                self.flush()
            else:
                self._late.set()
        return len(text)

    def flush(self) -> None:
        line = self._session.line
        if line is None or os.getpid() != self.process:
            return
        with line.whole(), self._lock:
            self._late.clear()
            parts, self._size = list(self._waiting.items()), 0
            self._waiting.clear()
            for cell, texts in parts:
                line.send({"kind": "stream", "content": {"name": self.name, "text": "".join(texts)}, "cell": cell})

    def _is_flushed_late(self) -> bool:
        """Whether there is a thread for that; the student's code may have used up all that there can be."""
        if self._flusher is None:
            flusher = threading.Thread(target=self._flush_late, daemon=True)
            try:
                flusher.start()
            except RuntimeError:
                return False
            self._flusher = flusher
        return True

    def _flush_late(self) -> NoReturn:
        pause = threading.Event()
        while True:
            self._late.wait()
            pause.wait(FLUSH_S)
            self.flush()


class _Compiler(CachingCompiler):  # type: ignore[misc]
    """Names cells as ipykernel's compiler does, which takes 2 ms for each to compute a checksum."""

    def get_code_name(self, raw_code: str, _code: str, _number: int) -> str:
        folder = get_tmp_directory()  # type: ignore[no-untyped-call]
        return f"{folder}/{zlib.crc32(raw_code.encode('utf-8', 'replace'))}.py"


def spare_plain_python(manager: TransformerManager) -> None:
    """Make IPython look for its own syntax only in cells that are not plain Python, unless somebody adds to that."""

    def transforms() -> tuple[Any, ...]:
        return (*manager.cleanup_transforms, *manager.line_transforms, *manager.token_transformers)

    usual, transform = transforms(), manager.transform_cell

    def transform_cell(cell: str) -> str:
        if is_plain(cell) and transforms() == usual:
            return cell if cell.endswith("\n") else cell + "\n"
        return str(transform(cell))

    manager.transform_cell = transform_cell


def is_plain(cell: str) -> bool:
    """Whether IPython's transforms leave a cell as it is: more than a line of Python, and nothing like a prompt.

    A single line can be a magic without its percent sign, or a call without its parentheses.
    """
    if len(cell.splitlines()) < 2 or cell[0].isspace() or not cell.splitlines()[0].strip() or _PROMPT.search(cell):
        return False
    try:
        syntax_tree(cell)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


class _NoDebugger:
    """JupyterLab's debugger, which nobody uses here."""

    def __init__(self, *_settings: Any) -> None: ...


class _Kernel(ipkernel.IPythonKernel):
    compiler_class = _Compiler
    debugger_class = _NoDebugger


class _App(IPKernelApp):
    """ipykernel's application, without all that talks to sockets."""

    kernel_class = _Kernel
    outstream_class = None
    displayhook_class = ""

    def init_connection_file(self) -> None: ...
    def init_poller(self) -> None: ...
    def init_sockets(self) -> None: ...
    def init_heartbeat(self) -> None: ...
    def write_connection_file(self, **_settings: Any) -> None: ...
    def log_connection_info(self) -> None: ...

    def init_io(self) -> None:
        self.session = _Session(parent=self)
        sys.stdout, sys.stderr = _Stream("stdout", self.session), _Stream("stderr", self.session)
        self.displayhook = sys.displayhook = ZMQDisplayHook(self.session, None)  # type: ignore[no-untyped-call]
        self.patch_io()  # type: ignore[no-untyped-call]

    def init_kernel(self) -> None:
        self.kernel = _Kernel.instance(
            parent=self, session=self.session, log=self.log, profile_dir=self.profile_dir, user_ns=self.user_ns
        )
        self.displayhook.get_execution_count = lambda: self.kernel.execution_count


def make() -> None:
    """Make this process's kernel, once and before any fork. It starts no thread and opens no socket."""
    app = _App.instance(log=logging.getLogger("autograder.lean"))
    app.log.addHandler(logging.NullHandler())
    app.log.propagate = False
    # ipykernel pauses before each reply, so that its channels do not overtake one another: here there is one.
    app.initialize(["--HistoryManager.enabled=False", "--IPythonKernel._execute_sleep=0"])
    spare_plain_python(app.shell.input_transformer_manager)


def serve(connection: socket.socket, *, home: str, nowhere: int) -> None:
    """In a fork of the process that called `make`: execute what comes until the socket closes.

    Args:
        connection: To the grader.
        home: Where IPython keeps what students ask it to.
        nowhere: Descriptor of the null device.
    """
    app = _App.instance()
    kernel, shell, line = app.kernel, app.shell, _Line(connection)
    streams: tuple[Any, ...] = (sys.stdout, sys.stderr)
    for stream in streams:
        stream.process, stream.nowhere = os.getpid(), nowhere
    pipes = _Pipes(streams)

    def finish_output() -> None:
        with line.whole():
            pipes.drain()
            for stream in streams:
                stream.flush()

    app.session.line, app.session.before_reply = line, finish_output
    shell.init_environment()
    shell.ipython_dir = f"{home}/.ipython"
    shell.profile_dir = app.profile_dir = ProfileDir(location=f"{shell.ipython_dir}/profile_default")
    shell.user_ns["_dh"][:] = [Path.cwd()]
    shell.starting_dir = os.getcwd()
    kernel.shell_channel_thread = SimpleNamespace(parent_thread=threading.main_thread())
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    asyncio.run(_serve(connection, kernel, line))


async def _serve(connection: socket.socket, kernel: Any, line: _Line) -> None:
    kernel.io_loop = IOLoop.current()
    loop = asyncio.get_running_loop()
    connection.setblocking(True)
    line.send({"kind": "ready", "content": {}, "cell": ""})
    pending = b""
    while True:
        while b"\n" not in pending:
            await _readable(loop, connection)
            part = connection.recv(1_048_576)
            if not part:
                return
            pending += part
        request, _, pending = pending.partition(b"\n")
        asked = json.loads(request)
        await _execute(kernel, line, str(asked["cell"]), asked["code"])


async def _readable(loop: asyncio.AbstractEventLoop, connection: socket.socket) -> None:
    """Wait for the grader; meanwhile the student's own tasks go on, as they do in ipykernel."""
    ready: asyncio.Future[None] = loop.create_future()
    loop.add_reader(connection, _end, ready)
    try:
        await ready
    finally:
        loop.remove_reader(connection)


def _end(ready: asyncio.Future[None]) -> None:
    if not ready.done():
        ready.set_result(None)


async def _execute(kernel: Any, line: _Line, cell: str, code: str) -> None:
    header = {"msg_id": cell, "msg_type": "execute_request", "session": "", "username": ""}
    content = {"code": code, "silent": False, "store_history": True, "allow_stdin": False, "stop_on_error": False}
    request = {"header": header, "content": content, "metadata": {}, "parent_header": {}}
    kernel.set_parent([], request, "shell")
    try:
        line.expect_interrupts()
        await kernel.execute_request(None, [], request)
    except KeyboardInterrupt:  # it came before the cell's first line or after its last
        error = {"status": "error", "ename": "KeyboardInterrupt", "evalue": "", "traceback": ["KeyboardInterrupt"]}
        line.send({"kind": "execute_reply", "content": error, "cell": cell})
    finally:
        if not line.is_own:  # a child that the cell forked, and that would take the next cell
            os._exit(0)
        signal.signal(signal.SIGINT, signal.SIG_IGN)


class _Pipes:
    """What is written to this process's standard output and error past Python: by programs, libraries and children."""

    def __init__(self, streams: Iterable[_Stream]) -> None:
        self._readers: dict[int, _Stream] = {}
        self._lock = threading.Lock()
        for stream in streams:
            reader, writer = os.pipe()
            os.dup2(writer, stream.descriptor)
            os.close(writer)
            os.set_blocking(reader, False)
            self._readers[reader] = stream
        threading.Thread(target=self._watch, daemon=True).start()

    def drain(self) -> None:
        """Move what has been written so far into the streams."""
        with self._lock:
            for reader, stream in self._readers.items():
                with suppress(BlockingIOError):
                    while data := os.read(reader, 65_536):
                        stream.write(data.decode(errors="replace"))

    def _watch(self) -> None:
        while True:
            select.select(list(self._readers), [], [])
            self.drain()
