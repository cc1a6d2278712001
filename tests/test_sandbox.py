"""What a student's code can't do. Each claim is attacked from inside a notebook; the attack must fail.

The attacks that leave the kernel alive share one run: each is a cell that ends by showing what it got. Those that may
kill it have a run of their own.
"""

import ast
import contextlib
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import nbformat
import pytest

from autograder.errors import MachineError
from autograder.kernels import sandbox, seccomp, warm
from autograder.kernels.run import run
from autograder.kernels.sandbox import NICENESS, RoomLimits, demand_sandbox, why_not
from autograder.values.submitted import Execution, KernelKind, KernelSettings, Limits

REASON = why_not()
pytestmark = [
    pytest.mark.skipif(REASON is not None, reason=f"no sandbox on this machine: {REASON}"),
    pytest.mark.processes,
]

ROOT = Path(__file__).parent.parent
SECRET = "the-grader-knows-this-word"
LIMITS = Limits(cell_s=60, notebook_s=300)

PRELUDE = """
import ctypes, errno, os, resource, signal, socket, subprocess, sys, threading, time
libc = ctypes.CDLL(None, use_errno=True)

def tried(attack, *given):
    "The name of the error that an attack ended with, or what it got."
    try:
        return attack(*given)
    except OSError as error:
        return errno.errorcode.get(error.errno, type(error).__name__)
    except Exception as error:
        return type(error).__name__

def read(path):
    with open(path, "rb") as file:
        return file.read(200)

def write(path):
    with open(path, "w") as file:
        file.write("overwritten")
    return "written"

def called(result):
    "The result of a C function: 'done', or the name of the error."
    return "done" if result >= 0 else errno.errorcode[ctypes.get_errno()]

def everywhere():
    "What can be read of memory, environments and command lines, of every process that can be seen."
    for process in filter(str.isdigit, os.listdir("/proc")):
        for name in ("environ", "cmdline"):
            got = tried(read, f"/proc/{process}/{name}")
            yield got if isinstance(got, bytes) else got.encode()
"""


def notebook(*cells: str) -> nbformat.NotebookNode:
    node = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in (PRELUDE, *cells)])
    node.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return node


def answers(execution: Execution) -> list[Any]:
    """What each attack's cell evaluated to; the text of the error where it raised one."""
    found: list[Any] = []
    for cell in execution.notebook.cells[1:]:
        results = [output for output in cell.outputs if output.output_type in ("execute_result", "error")]
        texts = [one.data["text/plain"] if "data" in one else repr(one.ename) for one in results]
        found.append(ast.literal_eval(texts[-1]) if texts else None)
    return found


def attack(
    folder: Path, *cells: str, limits: Limits = LIMITS, kind: KernelKind = "lean"
) -> tuple[Execution, list[Any]]:
    execution = run(notebook(*cells), folder=folder, limits=limits, settings=KernelSettings(True, kind=kind))
    return execution, answers(execution)


def assert_the_next_run_works(folder: Path) -> None:
    execution, (answer,) = attack(folder, "6 * 7")
    assert answer == 42 and execution.faults == ()


def processes_with(marker: str) -> list[int]:
    """Processes of this machine, seen from outside, that carry the marker in their arguments."""
    found = []
    for process in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError):
            if marker.encode() in Path(f"/proc/{process}/cmdline").read_bytes():
                found.append(int(process))
    return found


@dataclass(frozen=True)
class Host:
    """The machine's side: what there is to steal, and who listens."""

    root: Path
    submission: Path
    loopback: int
    abstract: str
    path_socket: str
    heard: list[str]


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    root = tmp_path_factory.mktemp("course")
    for name in ("source/a/a.ipynb", "solutions/a/a.ipynb", "gradebook.db", "submitted/bob/a/a.ipynb"):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(SECRET)
    submission = root / "submitted/ada/a"
    submission.mkdir(parents=True)
    (submission / "mine.txt").write_text("mine")
    heard: list[str] = []
    abstract, path_socket = f"\0autograder-test-{os.getpid()}", f"/tmp/autograder-test-{os.getpid()}.socket"
    listeners = {
        "loopback": socket.create_server(("127.0.0.1", 0)),
        "abstract": socket.socket(socket.AF_UNIX),
        "path": socket.socket(socket.AF_UNIX),
    }
    listeners["abstract"].bind(abstract)
    listeners["path"].bind(path_socket)

    def listen(name: str, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                listener.accept()[0].close()
                heard.append(name)

    for name, listener in listeners.items():
        listener.listen()
        threading.Thread(target=listen, args=(name, listener), daemon=True).start()
    port = listeners["loopback"].getsockname()[1]
    for family, address in ((socket.AF_INET, ("127.0.0.1", port)), (socket.AF_UNIX, abstract)):
        with socket.socket(family) as probe:
            probe.connect(address)  # they do listen
    while len(heard) < 2:
        time.sleep(0.01)
    assert sorted(heard) == ["abstract", "loopback"]
    heard.clear()
    yield Host(root, submission, port, abstract, path_socket, heard)
    for listener in listeners.values():
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
    os.unlink(path_socket)


def attacks(host: Host) -> dict[str, str]:
    """The cells of the run that all quiet attacks share, by name."""
    stolen = [str(host.root / name) for name in ("source/a/a.ipynb", "solutions/a/a.ipynb", "gradebook.db")]
    stolen += [str(host.root / "submitted/bob/a/a.ipynb"), str(host.submission / "mine.txt")]
    stolen += [str(ROOT / "source"), str(ROOT / "solutions"), "/etc/passwd", "/etc/shadow", "/etc/hostname"]
    stolen += [os.path.expanduser("~/.bashrc"), "/var/lib", "/run", "/sys/kernel", "/boot"]
    site_packages = str(Path(nbformat.__file__).parent.parent)
    targets = [
        f"{site_packages}/x.pth",
        f"{site_packages}/nbformat/__init__.py",
        "/usr/x",
        "/usr/bin/env",
        "/handed-in/mine.txt",
        "/handed-in/x",
        str(ROOT / "autograder" / "x.py"),
        "/etc/x",
        "/x",
        "/dev/x",
        "/usr/share/jupyter/kernels/x",
        str(Path.home() / ".local/share/jupyter/kernels/x"),
        str(Path.home() / "x"),
        str(host.submission / "x"),
        "/proc/sys/kernel/core_pattern",
        "/proc/sys/vm/drop_caches",
        "/proc/sysrq-trigger",
    ]
    return {
        "read": f"[(path, tried(os.listdir if os.path.isdir(path) else read, path)) for path in {stolen!r}]",
        "environment of the grader": f"any({SECRET.encode()!r} in got for got in everywhere())",
        "own environment": "sorted(os.environ)",
        "processes": "[sorted(filter(str.isdigit, os.listdir('/proc'))), os.getpid(), os.getppid()]",
        "memory": """
def peek(process):
    local = ctypes.create_string_buffer(8)
    iov = (ctypes.c_ulong * 2)(ctypes.addressof(local), 8)
    far = (ctypes.c_ulong * 2)(id(None), 8)
    return {
        "ptrace": called(libc.ptrace(16, process, 0, 0)),
        "process_vm_readv": called(libc.process_vm_readv(process, iov, 1, far, 1, 0)),
    }
[peek(1), peek(os.getppid() or 1)]""",
        "write": f"[(path, tried(write, path)) for path in {targets!r}]",
        "writable": """
found = []
for top, folders, files in os.walk("/"):
    if top in ("/scratch", "/tmp", "/dev/shm", "/dev/pts") or top.startswith("/proc/self"):
        folders.clear()
        continue
    if top.count("/") >= 4:
        folders.clear()
    folders[:] = [name for name in folders if not (top == "/proc" and name.isdigit())]
    for path in (os.path.join(top, name) for name in (*folders, *files)):
        if os.access(path, os.W_OK) and not os.path.islink(path):
            found.append(path)
sorted(set(found))""",
        "devices": "[tried(os.chmod, '/dev/null', 0o600), tried(os.utime, '/dev/zero')]",
        "own copy": "[read('mine.txt'), tried(write, 'mine.txt'), tried(os.remove, 'mine.txt'), os.getcwd()]",
        "network": f"""
def connect(family, address):
    with socket.socket(family) as one:
        one.settimeout(3)
        one.connect(address)
    return "connected"
[tried(connect, socket.AF_INET, ("127.0.0.1", {host.loopback})), tried(connect, socket.AF_INET, ("192.0.2.1", 80)),
 tried(connect, socket.AF_UNIX, {host.abstract!r}), tried(connect, socket.AF_UNIX, {host.path_socket!r}),
 tried(socket.getaddrinfo, "example.org", 80), tried(socket.socket, 40, socket.SOCK_STREAM),
 [name for _n, name in socket.if_nameindex()]]""",
        "signals": """
def everyone():
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    os.kill(-1, 0)
[tried(os.kill, os.getppid(), 9) if os.getppid() else "no parent", tried(os.kill, 1, 9), tried(os.kill, 99999, 9)]""",
        "namespaces": """
def cloned(flags):
    process = libc.syscall({"x86_64": 56, "aarch64": 220}[os.uname().machine], flags | 17, 0, 0, 0, 0)
    if process == 0:
        os._exit(0)
    return called(process)
[subprocess.run(["unshare", "-Ur", "true"], capture_output=True).returncode != 0,
 called(libc.unshare(0x10000000)), cloned(0x10000000), called(libc.setns(os.open("/proc/self/ns/user", 0), 0)),
 called(libc.syscall(435, 0, 0))]""",
        "mount": """[called(libc.mount(b"none", b"/tmp", b"tmpfs", 0, None)), called(libc.umount2(b"/proc", 2)),
 called(libc.mount(None, b"/proc", None, 32, None))]""",
        "status": """
[line.split() for line in open("/proc/self/status") if line.startswith(("Cap", "NoNew", "Seccomp:"))]""",
        "set-user-id": "[tried(os.setuid, 0), tried(os.setgid, 0), tried(os.setgroups, [])]",
        "file size": """
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
def large():
    with open("/tmp/large", "wb") as file:
        file.truncate(100_000_001)
tried(large)""",
        "full": """
def fill(folder):
    written = 0
    try:
        for number in range(100):
            with open(f"{folder}/{number}", "wb", buffering=0) as file:
                for _ in range(50):
                    written += file.write(bytes(1_000_000))
    except OSError as error:
        return errno.errorcode[error.errno], written < 201_000_000
    finally:
        for number in range(100):
            tried(os.remove, f"{folder}/{number}")
[fill("/scratch"), fill("/tmp"), fill("/dev/shm")]""",
        "many files": """
def litter():
    for number in range(100_000):
        os.close(os.open(f"/tmp/litter-{number}", os.O_CREAT))
answer = tried(litter)
for name in os.listdir("/tmp"):
    if name.startswith("litter"):
        os.remove(f"/tmp/{name}")
answer""",
        "files": """
def open_all():
    held = []
    try:
        while len(held) < 5_000:
            held.append(open("/dev/null"))
        return len(held)
    finally:
        count.append(len(held))
        for file in held:
            file.close()
count = []
[tried(open_all), count[0] <= 512]""",
        "memory of nobody": """[called(libc.memfd_create(b"x", 0)), called(libc.shmget(0, 4096, 0o1600)),
 called(libc.msgget(0, 0o1600)), called(libc.syscall(447, 0))]""",
        "place in the queue": """
[os.getpriority(os.PRIO_PROCESS, 0), int(read("/proc/self/oom_score_adj")),
 [int(line.split()[-1]) for line in [tried(read, "/proc/self/autogroup")] if line != "ENOENT"]]""",
        "memory bomb": "tried(lambda: len(bytearray(4_000_000_000)))",
        "threads": """
def use(n):
    with __import__("concurrent.futures").futures.ThreadPoolExecutor(n) as pool:
        return sum(pool.map(abs, range(n)))
[use(20), subprocess.run(["true"]).returncode]""",
        "limits": """
[resource.getrlimit(resource.RLIMIT_CORE), tried(resource.setrlimit, resource.RLIMIT_NOFILE, (4096, 4096))]""",
    }


@pytest.fixture(scope="module")
def got(host: Host) -> dict[str, Any]:
    """What each attack got."""
    cells = attacks(host)
    with pytest.MonkeyPatch.context() as patch:
        for name in ("PLANTED", "NBGRADER_DB_URL", "AUTOGRADER_TOKEN", "LANGUAGE_KEY"):
            patch.setenv(name, SECRET)
        execution, found = attack(host.submission, *cells.values())
    assert execution.faults == ()
    return dict(zip(cells, found, strict=True))


def test_nothing_of_the_course_the_other_students_or_the_host_can_be_read(got: dict[str, Any]) -> None:
    assert {answer for _path, answer in got["read"]} == {"ENOENT"}, got["read"]


@pytest.fixture
def in_python() -> Iterator[Path]:
    """A folder inside Python's environment, which every room shows."""
    if not os.access(sys.prefix, os.W_OK):
        pytest.skip("this user cannot write into Python's environment")
    with tempfile.TemporaryDirectory(prefix="test-", dir=os.path.realpath(sys.prefix)) as folder:
        yield Path(folder)


def test_a_course_and_an_exchange_inside_a_folder_that_is_shown_are_covered(in_python: Path, tmp_path: Path) -> None:
    names = ("course/solutions/a/a.ipynb", "course/submitted/bob/a/a.ipynb", "exchange/a/inbound/bob+a", "gradebook.db")
    paths = [in_python / name for name in names]
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(SECRET)
    (in_python / "shown.txt").write_text("shown")
    hidden = [str(in_python / name) for name in ("course", "exchange", "gradebook.db", "not-there")]
    look = f"[tried(read, path) for path in {[str(path) for path in (*paths, in_python / 'shown.txt')]!r}]"
    touch = f"[tried(write, path + '/x') for path in {hidden[:2]!r}]"
    execution = run(
        notebook(look, touch), folder=tmp_path, limits=LIMITS, settings=KernelSettings(True, hidden=tuple(hidden))
    )
    found, wrote = answers(execution)
    assert found == ["ENOENT", "ENOENT", "ENOENT", "EACCES", b"shown"]
    assert wrote == ["EROFS", "EROFS"]


def test_nbgraders_exchange_is_covered_where_no_course_is_known(
    in_python: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in a notebook that JupyterLab runs in the sandboxed kernel."""
    monkeypatch.setattr(sandbox, "EXCHANGE", str(in_python))
    (in_python / "bob+a").write_text(SECRET)
    assert in_a_room(tmp_path, f"ls -A {in_python}") == ""


def test_python_inside_the_course_is_shown_and_what_is_beside_it_is_not(
    in_python: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in (".venv/python", ".venv/exchange/bob+a", "package/module", "solutions/a.ipynb"):
        path = in_python / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(SECRET)
    course, environment, package = (str(in_python / name) for name in ("", ".venv", "package"))
    found = sandbox._python()
    monkeypatch.setattr(sandbox, "_python", lambda: sorted([*found, environment, package]))
    seen = in_a_room(tmp_path, f"cd {in_python} && find . -type f", hidden=[course, f"{environment}/exchange"])
    assert sorted(seen.split()) == ["./.venv/python", "./package/module"]


def test_python_in_the_very_folder_of_the_course_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As `python -m venv .` makes it: nothing parts the two."""
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    with pytest.raises(MachineError, match="show the course to its students") as refused:
        demand_sandbox("--no-sandbox", hidden=[str(tmp_path)])
    assert str(tmp_path) in str(refused.value) and "python -m venv .venv" in str(refused.value)
    with pytest.raises(sandbox.NoRoom, match="must not be shown"):
        sandbox.Room(tmp_path, tmp_path, RoomLimits(), sandbox.find_bubblewrap(), hidden=[str(tmp_path)])


def in_a_room(folder: Path, script: str, *, hidden: Sequence[str] = ()) -> str:
    """What a shell script says in a room."""
    program = sandbox.find_bubblewrap()
    assert program is not None
    room = sandbox._command(program, folder, folder, RoomLimits(), hidden=hidden)
    done = subprocess.run([*room, "sh", "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_graders_environment_is_not_in_any_process_that_is_seen(got: dict[str, Any]) -> None:
    assert got["environment of the grader"] is False


def test_a_kernel_has_the_short_list_of_variables_only(got: dict[str, Any]) -> None:
    passed = ("KERAS_", "TF_", "LC_", "OPENBLAS_")
    named = {f"AUTOGRADER_{name}" for name in ("CACHE", "CAUSES", "LANGUAGE", "QUIET", "SEED")}
    named |= {"NBGRADER_EXECUTION", "NBGRADER_VALIDATING", "LANG", "LANGUAGE"}
    short = named | {"PATH", "HOME", "IPYTHONDIR", "MPLCONFIGDIR", "MPLBACKEND", "OMP_NUM_THREADS", "TMPDIR", "TZ"}
    set_by_ipykernel = {"JPY_PARENT_PID", "TERM", "CLICOLOR", "CLICOLOR_FORCE", "FORCE_COLOR", "PAGER", "GIT_PAGER"}
    set_by_ipykernel |= {"PYDEVD_USE_FRAME_EVAL", "JPY_SESSION_NAME"}
    others = {name for name in got["own environment"] if not name.startswith(passed)} - short - set_by_ipykernel
    assert others == set()


def test_only_the_rooms_own_processes_are_seen(got: dict[str, Any]) -> None:
    seen, own, parent = got["processes"]
    assert len(seen) <= 3 and str(own) in seen and parent == 0


def test_no_memory_of_another_process_can_be_read(got: dict[str, Any]) -> None:
    assert got["memory"] == [{"ptrace": "EPERM", "process_vm_readv": "EPERM"}] * 2


def test_nothing_outside_the_scratch_can_be_written(got: dict[str, Any], host: Host) -> None:
    wrote = [path for path, answer in got["write"] if answer == "written"]
    # A home below /tmp lies in the room's own /tmp, of which the host sees nothing.
    assert [path for path in wrote if os.path.lexists(path) or not path.startswith("/tmp/")] == []
    assert sorted(os.listdir(host.submission)) == ["mine.txt"]


def test_the_only_writable_places_are_scratch_folders_and_devices(got: dict[str, Any]) -> None:
    devices = {f"/dev/{name}" for name in ("full", "null", "random", "tty", "urandom", "zero")}
    assert {"/scratch", "/tmp"} <= set(got["writable"])
    assert set(got["writable"]) - devices == {"/scratch", "/tmp", "/dev/shm", "/dev/pts"}


def test_the_hosts_device_files_cannot_be_changed(got: dict[str, Any]) -> None:
    assert got["devices"] == ["EROFS", "EROFS"] or got["devices"] == ["EPERM", "EPERM"]


def test_a_submission_changes_a_copy_of_its_files(got: dict[str, Any], host: Host) -> None:
    assert got["own copy"] == [b"mine", "written", None, "/scratch"]
    assert (host.submission / "mine.txt").read_text() == "mine"


def test_no_network_and_no_socket_of_the_host_is_reached(got: dict[str, Any], host: Host) -> None:
    *tries, interfaces = got["network"]
    assert tries == ["ECONNREFUSED", "ENETUNREACH", "ECONNREFUSED", "ENOENT", tries[4], "EAFNOSUPPORT"]
    assert isinstance(tries[4], str) and interfaces == ["lo"]
    assert host.heard == []


def test_no_process_outside_can_be_signalled(got: dict[str, Any]) -> None:
    assert got["signals"] == ["no parent", None, "ESRCH"]  # a signal to the room's first process is ignored


def test_no_namespace_is_made_or_entered(got: dict[str, Any]) -> None:
    assert got["namespaces"] == [True, "EPERM", "EPERM", "EPERM", "ENOSYS"]


def test_a_room_allows_no_user_namespace_even_without_the_filter_of_calls(tmp_path: Path) -> None:
    program = sandbox.find_bubblewrap()
    assert program is not None
    version = subprocess.run([program, "--version"], capture_output=True, text=True).stdout.split()[-1]
    if [int(part) for part in version.split(".")] < [0, 8]:
        pytest.skip(f"bubblewrap {version} has no --disable-userns")
    room = sandbox._command(program, tmp_path, tmp_path, RoomLimits())
    tried = subprocess.run([*room, "unshare", "--user", "true"], capture_output=True, text=True)
    assert (tried.returncode, tried.stderr) == (1, "unshare: unshare failed: No space left on device\n")


def test_nothing_is_mounted(got: dict[str, Any]) -> None:
    assert got["mount"] == ["EPERM"] * 3


def test_a_kernel_has_no_capability_and_gets_none(got: dict[str, Any]) -> None:
    status = {name.rstrip(":"): value for name, value in got["status"]}
    for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
        assert int(status[name], 16) == 0, name
    assert status["NoNewPrivs"] == "1" and status["Seccomp"] == "2"
    assert got["set-user-id"] == ["EINVAL", "EINVAL", "EPERM"]


def test_a_file_has_a_largest_size(got: dict[str, Any]) -> None:
    assert got["file size"] == "EFBIG"


def test_a_disk_bomb_fills_its_own_room(got: dict[str, Any]) -> None:
    assert got["full"] == [("ENOSPC", True)] * 3


def test_the_number_of_files_is_bounded(got: dict[str, Any]) -> None:
    assert got["many files"] == "ENOSPC"


def test_open_files_and_limits_are_bounded_and_stay_so(got: dict[str, Any]) -> None:
    assert got["files"] == ["EMFILE", True]
    assert got["limits"][0] == (0, 0) and got["limits"][1] in ("ValueError", "EPERM")


def test_a_memory_bomb_is_a_memory_error(got: dict[str, Any]) -> None:
    assert got["memory bomb"] == "MemoryError"


def test_memory_that_belongs_to_no_process_is_not_given(got: dict[str, Any]) -> None:
    assert got["memory of nobody"] == ["EPERM"] * 4


def test_a_room_stands_back_behind_the_grader(got: dict[str, Any]) -> None:
    niceness, first_to_be_ended, session = got["place in the queue"]
    assert niceness == min(os.getpriority(os.PRIO_PROCESS, 0) + NICENESS, 19) and first_to_be_ended == 1000
    assert session in ([NICENESS], [])


def test_threads_and_programs_still_work(got: dict[str, Any]) -> None:
    assert got["threads"] == [190, 0]


def test_signalling_everyone_leaves_the_grader_alive(tmp_path: Path) -> None:
    execution, _answers = attack(tmp_path, "os.kill(-1, 9)\ntime.sleep(5)", "os.kill(os.getpid(), 9)", "1")
    assert {fault.kind for fault in execution.faults} <= {"kernel-died"} and execution.faults
    assert_the_next_run_works(tmp_path)


def test_a_daemon_is_gone_after_the_run(tmp_path: Path) -> None:
    marker = f"daemon-{os.getpid()}-{time.monotonic_ns()}"
    start = f"""
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.execv(sys.executable, [sys.executable, "-S", "-c", "import time; time.sleep(600)", {marker!r}])
    os._exit(0)
os.wait()
while not any({marker.encode()!r} in got for got in everywhere()):
    time.sleep(0.05)
True"""
    _execution, (lived,) = attack(tmp_path, start)
    assert lived is True
    assert processes_with(marker) == []


def test_a_room_that_is_closed_at_once_is_gone(tmp_path: Path) -> None:
    """bubblewrap's option --die-with-parent works only some time after the room is ready; here it never does."""
    slow = tmp_path / "bwrap"
    forget = 'for one do shift; [ "$one" = --die-with-parent ] || set -- "$@" "$one"; done'
    slow.write_text(f'#!/bin/sh\n{forget}\nexec {sandbox.find_bubblewrap()} "$@"\n')
    slow.chmod(0o755)
    room = sandbox.Room(tmp_path, tmp_path, RoomLimits(), str(slow))
    room.close()
    while Path("/proc", str(room.first_pid), "root", "scratch").exists():
        time.sleep(0.01)  # what was killed is not gone at once; what was not stays until the test's time is over


def test_a_fork_bomb_is_bounded(tmp_path: Path) -> None:
    bomb = """
made = 0
try:
    for _ in range(3000):
        if os.fork() == 0:
            time.sleep(600)
            os._exit(0)
        made += 1
except OSError as error:
    pass
time.sleep(1)
made"""
    _execution, (made,) = attack(tmp_path, bomb)
    assert made == "KernelDied" or made < 300
    assert_the_next_run_works(tmp_path)


def _root_is_held() -> bool:
    """Whether this machine lets root bound a room's processes by a control group."""
    group = sandbox._make_group(f"autograder-{os.getpid()}", 5)
    if group is not None:
        sandbox._remove_group(group)
    return group is not None


def test_a_fork_bomb_that_doubles_is_bounded(tmp_path: Path) -> None:
    """It outruns whoever only looks from time to time; as root no limit of the process holds it either."""
    if os.getuid() == 0 and not _root_is_held():
        pytest.skip("root cannot make control groups on this machine, and nothing else holds root")
    bomb = """
while True:
    try:
        os.fork()
    except OSError:
        pass"""
    most, ended = [0], threading.Event()

    def count() -> None:
        while not ended.wait(0.02):
            most[0] = max(most[0], len([name for name in os.listdir("/proc") if name.isdecimal()]))

    before = len([name for name in os.listdir("/proc") if name.isdecimal()])
    counter = threading.Thread(target=count)
    counter.start()
    try:
        attack(tmp_path, bomb, limits=Limits(cell_s=2, restarts=0))
    finally:
        ended.set()
        counter.join()
    assert most[0] - before < 600
    assert_the_next_run_works(tmp_path)


def test_a_thread_bomb_is_bounded(tmp_path: Path) -> None:
    bomb = """
threading.stack_size(65536)
made = 0
try:
    for _ in range(3000):
        threading.Thread(target=time.sleep, args=(600,), daemon=True).start()
        made += 1
except RuntimeError:
    pass
time.sleep(1)
made"""
    _execution, (made,) = attack(tmp_path, bomb)
    assert made == "KernelDied" or made < 300
    assert_the_next_run_works(tmp_path)


TAKE = {
    "in many processes": """
for _ in range(8):
    if os.fork() == 0:
        held = b"x" * 100_000_000
        time.sleep(60)
""",
    "in processes that forbid a look at them": """
for _ in range(8):
    if os.fork() == 0:
        libc.prctl(4, 0, 0, 0, 0)
        held = b"x" * 100_000_000
        time.sleep(60)
""",
    "in a shared mapping": """
import mmap
held = mmap.mmap(-1, 800_000_000)
for start in range(0, len(held), 1_000_000):
    held[start : start + 1_000_000] = b"x" * 1_000_000
""",
    "shared by so many that a look takes long": """
held = b"x" * 300_000_000
for _ in range(10):
    if os.fork() == 0:
        time.sleep(60)
""",
    "in a process and in files": """
held = b"x" * 350_000_000
for number in range(3):
    with open(f"/{('tmp', 'scratch')[number % 2]}/{number}", "wb") as file:
        file.write(held[:90_000_000])
""",
}


@pytest.fixture
def small_rooms(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warm, "RoomLimits", partial(RoomLimits, room_bytes=600_000_000))


@pytest.mark.usefixtures("small_rooms")
@pytest.mark.parametrize("take", TAKE.values(), ids=TAKE)
def test_a_room_that_takes_too_much_memory_is_taken_down(take: str, tmp_path: Path) -> None:
    execution, _answers = attack(tmp_path, f"{take}\ntime.sleep(90)")
    assert [fault.kind for fault in execution.faults] == ["kernel-died"]  # before its time was over


@pytest.mark.usefixtures("small_rooms")
def test_memory_that_processes_share_is_counted_once(tmp_path: Path) -> None:
    share = """
held = b"x" * 300_000_000
children = []
for _ in range(4):
    children.append(os.fork())
    if children[-1] == 0:
        time.sleep(1)
        os._exit(0)
[os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]"""
    execution, (codes,) = attack(tmp_path, share)
    assert execution.faults == () and codes == [0] * 4


def test_a_flood_of_files_among_the_sockets_ends_the_kernel(tmp_path: Path) -> None:
    """The folder of sockets is the one place that lies on the host's disk."""
    flood = """
place = next(line.split()[1] for line in open("/proc/mounts") if "/kernel-" in line)
for number in range(100):
    with open(f"{place}/{number}", "wb") as file:
        file.write(bytes(1_000_000))
time.sleep(600)"""
    execution, _answers = attack(tmp_path, flood, kind="jupyter")
    assert [fault.kind for fault in execution.faults] == ["kernel-died"]


def test_a_room_of_a_lean_kernel_has_no_place_on_the_hosts_disk(tmp_path: Path) -> None:
    """All that can be written to is in memory, with a size."""
    look = "[line.split()[:3] for line in open('/proc/mounts') if 'rw' in line.split()[3].split(',')]"
    _execution, (places,) = attack(tmp_path, look)
    assert {kind for _device, _place, kind in places} <= {"tmpfs", "proc", "devpts", "mqueue"}, places


def test_a_memory_bomb_of_small_pieces_ends_in_a_fault_or_an_error(tmp_path: Path) -> None:
    bomb = "held = []\nwhile len(held) < 80:\n    held.append(bytearray(50_000_000))"
    _execution, (answer,) = attack(tmp_path, bomb)
    assert answer in ("MemoryError", "KernelDied")
    assert_the_next_run_works(tmp_path)


def test_a_kernel_that_ignores_every_signal_is_stopped(tmp_path: Path) -> None:
    stuck = """
for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    signal.signal(number, signal.SIG_IGN)
while True:
    pass"""
    execution, (_stuck, after) = attack(tmp_path, stuck, "6 * 7", limits=Limits(cell_s=1))
    assert [fault.kind for fault in execution.faults] == ["timeout"] and after == 42


def test_a_killed_kernel_is_a_fault_and_the_notebook_goes_on(tmp_path: Path) -> None:
    execution, (_killed, after) = attack(tmp_path, "os.kill(os.getpid(), 9)", "6 * 7")
    assert [fault.kind for fault in execution.faults] == ["kernel-died"] and after == 42


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_every_jump_of_the_filter_stays_inside_it(machine: str) -> None:
    code = seccomp.program(machine)
    for at, (_operation, yes, no, _constant) in enumerate(code):
        assert at + 1 + max(yes, no) < len(code) or (yes, no) == (0, 0)
    assert code[-1][0] == 0x06


def test_files_that_do_not_fit_into_the_room_are_left_out_and_the_notebook_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The grader leaves out what is too much beforehand; nbgrader's own autograde does not."""
    monkeypatch.setattr(warm, "RoomLimits", lambda: sandbox.RoomLimits(scratch_bytes=20_000_000))
    (tmp_path / "small.txt").write_text("here", encoding="utf-8")
    look = "[path for path in os.listdir() if not path.startswith('.')]"
    execution, (found,) = attack(tmp_path, look)
    assert found == ["small.txt"] and execution.faults == ()
    (tmp_path / "large.bin").write_bytes(bytes(25_000_000))
    execution, (found,) = attack(tmp_path, look)
    assert found == []
    assert [fault.kind for fault in execution.faults] == ["left-out-file"]


def test_what_experiments_import_of_the_courses_own_package_is_in_the_room(tmp_path: Path) -> None:
    _execution, (name,) = attack(tmp_path, "__import__('convnets.spies').spies.__name__")
    assert name == "convnets.spies"
