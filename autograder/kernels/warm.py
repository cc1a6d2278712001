"""Kernels that are forked from a warm process, offered to Jupyter as a kernel provisioner.

A kernelspec whose metadata names the provisioner `autograder-warm` starts its kernels here:

    {"kernel_provisioner": {"provisioner_name": "autograder-warm", "config": {"modules": ["keras"], "sandbox": true}}}

The warm process is started at the first request for its list of modules, shared by all kernels of this process, started
again when it has died, and ends with this process. One that grew, or whose packages have changed since, is replaced by
a new one, and lives on for those of its kernels that still run.
"""

import asyncio
import atexit
import contextlib
import json
import os
import shutil
import site
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from jupyter_client.provisioning import KernelProvisionerBase
from traitlets import Bool, List, Unicode

from autograder.kernels.meter import Process, from_process, in_a_room
from autograder.kernels.sandbox import NO_COPY, SCRATCH, RoomLimits, find_bubblewrap
from autograder.values.submitted import KernelKind

PROVISIONER = "autograder-warm"
BASE_MODULES = (
    "IPython.core.interactiveshell",
    "IPython.core.debugger",
    "IPython.core.oinspect",
    "ipykernel.kernelapp",
    "ipykernel.ipkernel",
    "ipykernel.debugger",
    "numpy",
    "numpy.random",
    "autograder.lab",
    "autograder.lab.experiment",
)
"""What a kernel itself imports when it starts, and what a check and an experiment need.

Not matplotlib_inline: if imported before there is a kernel, it never shows a figure at the end of a cell.
"""
PASSED_ON = frozenset(
    {
        *("AUTOGRADER_CACHE", "AUTOGRADER_CAUSES", "AUTOGRADER_LANGUAGE", "AUTOGRADER_QUIET", "AUTOGRADER_SEED"),
        *("NBGRADER_EXECUTION", "NBGRADER_VALIDATING"),
        *("LANG", "LANGUAGE", "TZ", "OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"),
    }
)
"""Environment variables that a kernel gets in addition to those of `PASSED_ON_BEGINNINGS`; all others stay outside.

They are named one by one: others of ours or nbgrader's may be the instructor's settings, with a password in them.
"""
PASSED_ON_BEGINNINGS = ("KERAS_", "TF_", "LC_")
START_LIMIT_S = 900.0
"""Wall seconds for a kernel to be ready, with the imports of the warm process; on a busy machine it takes long."""
END_LIMIT_S = 60.0
"""Wall seconds for a room to be taken down; if it takes longer, nobody waits for it."""
LOST = -255
"""The exit code of a kernel that ended with its warm process, so that its own end is unknown."""
PACKAGE = Path(__file__).parent.parent
_GROWTH, _GROWTH_BYTES = 1.5, 100_000_000
"""A warm process that takes this many times what it took at first, and these bytes more, has grown."""


class WarmProcess:
    """The client's side of one warm process."""

    def __init__(self, modules: tuple[str, ...], kind: KernelKind) -> None:
        self._modules, self._kind = modules, kind
        self._lock = threading.Lock()
        self._process: subprocess.Popen[str] | None = None
        self._retired: list[subprocess.Popen[str]] = []
        self._folder = ""
        self._most_bytes = 0.0
        self._packages: tuple[tuple[str, int], ...] = ()

    def connect(self) -> socket.socket:
        """A connection to the process; it is started if it does not run, and replaced if it grew or is out of date.

        Raises:
            RuntimeError: It does not start.
        """
        with self._lock:
            if self._process is not None and self._process.poll() is None and self._is_stale(self._process):
                self._retire(self._process)
            if self._process is None or self._process.poll() is not None:
                self._start()
            connection = socket.socket(socket.AF_UNIX)
            try:
                connection.connect(f"{self._folder}/warm")
            except OSError:
                connection.close()
                raise
            return connection

    def renew(self) -> None:
        """Make the next kernel come from a new process."""
        with self._lock:
            if self._process is not None and self._process.poll() is None:
                self._retire(self._process)

    def close(self) -> None:
        """End the process and every kernel that was forked from it."""
        with self._lock:
            for process in filter(None, (self._process, *self._retired)):
                process.kill()
                process.communicate()
            self._process, self._retired = None, []
            if self._folder:
                shutil.rmtree(self._folder, ignore_errors=True)
                self._folder = ""

    def _is_stale(self, process: subprocess.Popen[str]) -> bool:
        return _resident_bytes(process.pid) > self._most_bytes or packages() != self._packages

    def _retire(self, process: subprocess.Popen[str]) -> None:
        """Let the process end with the last of its kernels."""
        assert process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            process.stdin.write("retire\n")
            process.stdin.flush()
        for ended in [one for one in self._retired if one.poll() is not None]:
            ended.communicate()  # this closes its pipes
            self._retired.remove(ended)
        self._retired.append(process)
        self._process = None

    def _start(self) -> None:
        if self._process is not None:
            self._process.communicate()  # it has ended; this closes its pipes
        if self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)
        self._folder = tempfile.mkdtemp(prefix="warm-", dir="/tmp")
        self._packages = packages()
        # /proc/self/environ keeps what a process was started with, so it is started with almost nothing.
        environment = _passed_on(os.environ) | {
            "HOME": self._folder,
            "PATH": "/usr/bin:/bin",
            "MPLCONFIGDIR": matplotlib_cache(),
            "MPLBACKEND": "module://matplotlib_inline.backend_inline",
            "OPENBLAS_NUM_THREADS": "1",  # more would be threads before the fork
            "OMP_NUM_THREADS": "1",
            "KERAS_BACKEND": "tensorflow",
            "TF_CPP_MIN_LOG_LEVEL": "2",
            "TF_ENABLE_ONEDNN_OPTS": "0",
            "CUDA_VISIBLE_DEVICES": "-1",
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONHASHSEED": "0",  # code that goes over a set has the same mark in every process
        }
        environment.pop("AUTOGRADER_SEED", None)
        arguments = [f"{self._folder}/warm", self._kind, *self._modules]
        command = [sys.executable, "-m", "autograder.kernels.zygote", *arguments]
        with open(f"{self._folder}/log", "w", encoding="utf-8") as log:
            self._process = subprocess.Popen(
                command,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                cwd="/",
                start_new_session=True,
            )
        assert self._process.stdout is not None
        if self._process.stdout.readline() != "ready\n":
            said = Path(f"{self._folder}/log").read_text(encoding="utf-8").strip().splitlines()
            raise RuntimeError(said[-1] if said else "the warm process ended without a word")
        self._most_bytes = _resident_bytes(self._process.pid) * _GROWTH + _GROWTH_BYTES


def packages() -> tuple[tuple[str, int], ...]:
    """A value that changes when the packages that a warm process imports change.

    Installing and removing changes the time of the packages' folder; this package may be edited in place.
    """
    folders = [folder for folder in site.getsitepackages() if os.path.isdir(folder)]
    modules = [f"{top}/{name}" for top, _folders, names in os.walk(PACKAGE) for name in names if name.endswith(".py")]
    times = []
    for path in (*folders, *modules):
        with contextlib.suppress(FileNotFoundError):  # an editor is just replacing it
            times.append((path, os.stat(path).st_mtime_ns))
    return tuple(times)


def _resident_bytes(process: int) -> int:
    try:
        return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (FileNotFoundError, ProcessLookupError):
        return 0  # it ended in the meantime, and is started again


_processes: dict[tuple[tuple[str, ...], KernelKind], WarmProcess] = {}
_processes_lock = threading.Lock()


def shared(modules: tuple[str, ...], kind: KernelKind = "jupyter") -> WarmProcess:
    """This process's warm process for such kernels.

    Args:
        modules: What it has imported besides `BASE_MODULES`.
        kind: Of which kind the kernels are.
    """
    modules = (*BASE_MODULES, *modules)
    with _processes_lock:
        if (modules, kind) not in _processes:
            _processes[modules, kind] = WarmProcess(modules, kind)
            if len(_processes) == 1:
                atexit.register(close_all)
        return _processes[modules, kind]


def renew() -> None:
    """Make every kernel from now on come from a new warm process; running ones continue."""
    for process in list(_processes.values()):
        process.renew()


def close_all() -> None:
    """End every warm process of this process."""
    for process in list(_processes.values()):
        process.close()


def matplotlib_cache() -> str:
    """A folder where matplotlib keeps its list of fonts, so that it is made once per user, not once per run."""
    folder = Path(tempfile.gettempdir()) / f"autograder-matplotlib-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.stat().st_uid != os.getuid() or folder.is_symlink():
        return tempfile.mkdtemp(prefix="matplotlib-")
    return str(folder)


class Forked:
    """A process that was forked from a warm process, and its warden's end of the connection."""

    def __init__(self) -> None:
        self._connection: socket.socket | None = None
        self._pending = b""
        self._exit_code: int | None = None
        self._kernel = 0
        self._room: int | None = None

    @property
    def exists(self) -> bool:
        """Whether there is a process that has not been cleaned up."""
        return self._connection is not None

    @property
    def could_not_copy(self) -> bool:
        """Whether it ended because what was handed in does not fit into its room."""
        return self._exit_code == NO_COPY

    def start(self, process: WarmProcess, request: Mapping[str, Any], descriptors: Sequence[int] = ()) -> None:
        """Send the request and wait for the first answer; try again if the warm process turns out to have been killed.

        Args:
            process: The warm process.
            request: As `zygote` describes it.
            descriptors: What goes with it.

        Raises:
            RuntimeError: The process cannot be made.
        """
        for _attempt in range(2):
            with contextlib.suppress(ConnectionError):
                if answer := self._ask(process, request, descriptors):
                    break
            self.close()
            time.sleep(0.1)  # until the killed process counts as ended
        else:
            answer = {"error": "the warm process ended"}
        if "error" in answer:
            self.close()
            raise RuntimeError(answer["error"])
        self._kernel, self._room = answer["started"], answer["room"]

    def processes(self) -> list[Process]:
        """The process, and all that came from it."""
        in_its_room = [] if self._room is None else in_a_room(self._room)
        return in_its_room or from_process(self._kernel)

    def poll(self) -> int | None:
        """How it ended; None while it runs."""
        while self._exit_code is None and self._connection is not None:
            try:
                part = self._connection.recv(4096)
            except BlockingIOError:
                break
            except OSError:
                part = b""
            if not part:
                self._exit_code = LOST
                break
            self._pending += part
            for line in self._pending.split(b"\n")[:-1]:
                self._exit_code = int(json.loads(line).get("exit", -9))
        return self._exit_code

    def signal(self, number: int) -> None:
        """Send it a signal."""
        try:
            if self._connection is not None:
                self._connection.sendall(json.dumps({"signal": number}).encode() + b"\n")
        except OSError:
            self._exit_code = self._exit_code if self._exit_code is not None else -9

    def close(self) -> None:
        """Close the connection; the warden then kills what is left."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    async def end(self) -> None:
        """Close the connection when the warden has killed what is left, and taken down the room."""
        if self._connection is None:
            return
        with contextlib.suppress(OSError, TimeoutError):
            self._connection.shutdown(socket.SHUT_WR)
            async with asyncio.timeout(END_LIMIT_S):
                while await asyncio.get_running_loop().sock_recv(self._connection, 4096):
                    pass
        self.close()

    def _ask(
        self, process: WarmProcess, request: Mapping[str, Any], descriptors: Sequence[int]
    ) -> dict[str, Any] | None:
        self._connection = process.connect()
        self._pending, self._exit_code = b"", None
        self._connection.settimeout(START_LIMIT_S)
        asked = json.dumps(request).encode() + b"\n"
        sent = socket.send_fds(self._connection, [asked], descriptors)
        if sent < len(asked):  # sending nothing fails, too, if the answer has come and the connection is closed
            self._connection.sendall(asked[sent:])
        data = b""
        while not data.endswith(b"\n"):
            part = self._connection.recv(65536)
            if not part:
                return None
            data += part
        self._connection.setblocking(False)
        answer: dict[str, Any] = json.loads(data.splitlines()[0])
        self._pending = b"\n".join(data.splitlines()[1:])
        return answer


def request_of(
    *,
    connection: str | None,
    folder: str,
    sockets: str | None,
    environment: Mapping[str, str],
    sandboxed: bool,
    hidden: Sequence[str],
) -> dict[str, Any]:
    """What a warm process is asked for; see `zygote`.

    Args:
        connection: Jupyter's connection file; None for a lean kernel.
        folder: The kernel's working directory; a room gets a copy.
        sockets: Folder of the kernel's Unix sockets; None for a lean kernel.
        environment: Variables, of which the kernel gets a short list.
        sandboxed: Whether the kernel has its own room.
        hidden: Folders and files that the room never shows.
    """
    return {
        "connection": connection,
        "folder": folder,
        "sockets": sockets,
        "environment": kernel_environment(environment, SCRATCH if sandboxed else tempfile.gettempdir()),
        "bubblewrap": find_bubblewrap() if sandboxed else None,
        "limits": asdict(RoomLimits()) if sandboxed else None,
        "hidden": list(hidden),
    }


class WarmProvisioner(KernelProvisionerBase):  # type: ignore[misc]  # jupyter_client's traits are untyped
    """Starts a kernel by asking the warm process for a fork, and controls it through the warm process."""

    modules = List(Unicode(), help="Modules that the warm process imports besides the usual ones.").tag(config=True)
    sandbox = Bool(True, help="Whether the kernel runs in its own room.").tag(config=True)
    hidden = List(Unicode(), help="Folders and files that the room never shows, wherever they are.").tag(config=True)

    _sockets = ""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self._forked = Forked()

    def processes(self) -> list[Process]:
        """The kernel, and all that came from it."""
        return self._forked.processes()

    @property
    def has_process(self) -> bool:
        return self._forked.exists

    @property
    def could_not_copy(self) -> bool:
        """Whether the kernel ended because what was handed in does not fit into its room."""
        return self._forked.could_not_copy

    async def poll(self) -> int | None:
        return self._forked.poll() if self._forked.exists else 0

    async def wait(self) -> int | None:
        while await self.poll() is None:
            await asyncio.sleep(0.01)
        code = self._forked.poll()
        self._forked.close()
        return code

    async def send_signal(self, signum: int) -> None:
        if signum != 0:
            self._forked.signal(signum)

    async def kill(self, restart: bool = False) -> None:
        self._forked.signal(9)

    async def terminate(self, restart: bool = False) -> None:
        self._forked.signal(15)

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        manager = self.parent
        if Path(manager.connection_file).name != "connection.json" or not Path(manager.connection_file).parent.is_dir():
            # Not from `kernel_manager`: TCP does not reach into a room, and the connection file is among others.
            self._sockets = tempfile.mkdtemp(prefix="kernel-", dir="/tmp")
            manager.transport, manager.ip = "ipc", f"{self._sockets}/s"
            manager.connection_file = f"{self._sockets}/connection.json"
        manager.write_connection_file()
        self.connection_info = manager.get_connection_info()
        return dict(await super().pre_launch(cmd=[], **kwargs))

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        request = request_of(
            connection=self.parent.connection_file,
            folder=str(kwargs.get("cwd") or os.getcwd()),
            sockets=str(Path(self.parent.connection_file).parent),
            environment=kwargs.get("env") or os.environ,
            sandboxed=self.sandbox,
            hidden=self.hidden,
        )
        process = shared(tuple(self.modules))
        await asyncio.get_running_loop().run_in_executor(None, self._forked.start, process, request)
        return self.connection_info

    async def cleanup(self, restart: bool = False) -> None:
        self._forked.close()
        if self._sockets and not restart:
            shutil.rmtree(self._sockets, ignore_errors=True)
            self._sockets = ""


def kernel_environment(given: Mapping[str, str], home: str) -> dict[str, str]:
    """The short list of variables that a kernel has."""
    return {
        "PATH": "/usr/bin:/bin",
        "LANG": "C.UTF-8",
        **_passed_on(given),
        "HOME": home,
        "IPYTHONDIR": f"{home}/.ipython",
        "MPLCONFIGDIR": f"{home}/.matplotlib",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "KERAS_BACKEND": given.get("KERAS_BACKEND", "tensorflow"),
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "TMPDIR": "/tmp",
    }


def _passed_on(given: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in given.items() if name in PASSED_ON or name.startswith(PASSED_ON_BEGINNINGS)}
