"""Warm kernels: to a notebook they are as fresh ones, and the process that they come from does not stay dead."""

import ast
import contextlib
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import nbformat
import psutil
import pytest

from autograder.errors import CourseError, MachineError
from autograder.grading.course import load_course
from autograder.kernels import warm
from autograder.kernels.run import Stopped, run
from autograder.kernels.sandbox import why_not
from autograder.values.submitted import Execution, KernelKind, KernelSettings, Limits

SANDBOXED = why_not() is None
pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="kernels are forked on Linux only"),
    pytest.mark.processes,
]


def notebook(*cells: str) -> nbformat.NotebookNode:
    node = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    node.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return node


def answers(execution: Execution) -> list[Any]:
    """What each cell evaluated to; the name of the error where it raised one."""
    found: list[Any] = []
    for cell in execution.notebook.cells:
        results = [output for output in cell.outputs if output.output_type in ("execute_result", "error")]
        texts = [one.data["text/plain"] if "data" in one else repr(one.ename) for one in results]
        found.append(ast.literal_eval(texts[-1]) if texts else None)
    return found


def ask(folder: Path, *cells: str, limits: Limits | None = None) -> list[Any]:
    execution = run(notebook(*cells), folder=folder, limits=limits or Limits(), settings=KernelSettings(SANDBOXED))
    assert execution.faults == ()
    return answers(execution)


def warm_pid() -> int:
    process = warm.shared((), "lean")._process
    assert process is not None
    return process.pid


@pytest.fixture
def asked(tmp_path: Path) -> Path:
    """A folder; the warm process runs."""
    assert ask(tmp_path, "1") == [1]
    return tmp_path


RANDOM = "import random, uuid, os, numpy, tempfile"
DRAWS = "[random.random(), float(numpy.random.rand()), str(uuid.uuid4()), os.urandom(4), tempfile.mktemp()]"


def test_a_kernel_has_nearly_all_that_it_imports_from_the_warm_process(tmp_path: Path) -> None:
    """IPython's debugger alone takes 0.06 CPU seconds."""
    warmed = "import importlib, sys\nfor name in sys.argv[1:]: importlib.import_module(name)\nprint(*sys.modules)"
    modules = ("autograder.kernels.driver", "autograder.kernels.zygote", *warm.BASE_MODULES)
    command = [sys.executable, "-c", warmed, *modules]
    before = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    (after,) = ask(tmp_path, "import sys; ' '.join(sys.modules)")
    assert len({*after.split()} - {*before}) < 30


def test_a_course_can_name_modules_that_are_imported_before_the_fork(tmp_path: Path) -> None:
    (tmp_path / "nbgrader_config.py").write_text(
        "c = get_config()\nc.WarmKernels.modules = ['wave']\nc.WarmKernels.modules_of = {'one': ['cmd']}\n"
    )
    assert load_course(tmp_path).warm_modules("one") == ("wave", "cmd")
    modules = load_course(tmp_path).warm_modules("any")
    assert modules == ("wave",)
    loaded = "import sys; 'wave' in sys.modules"
    for extra, expected in (((), False), (tuple(modules), True)):
        execution = run(notebook(loaded), folder=tmp_path, limits=Limits(), settings=KernelSettings(SANDBOXED, extra))
        assert answers(execution) == [expected]


def test_a_course_does_not_have_the_settings_of_the_folder_from_which_it_is_graded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("here", "there"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "nbgrader_config.py").write_text("c = get_config()\n")
    (tmp_path / "here" / "nbgrader_config.py").write_text("c = get_config()\nc.WarmKernels.modules = ['wave']\n")
    monkeypatch.chdir(tmp_path / "here")
    assert load_course(tmp_path / "there").warm_modules("any") == ()
    assert load_course(Path()).warm_modules("any") == ("wave",)


def test_a_module_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(MachineError, match="No module named 'no_such_module'"):
        run(notebook("1"), folder=tmp_path, limits=Limits(), settings=KernelSettings(SANDBOXED, ("no_such_module",)))


def test_a_list_of_modules_that_is_none_is_a_broken_course(tmp_path: Path) -> None:
    (tmp_path / "nbgrader_config.py").write_text("c = get_config()\nc.WarmKernels.modules = 3\n")
    with pytest.raises(CourseError, match="modules"):
        load_course(tmp_path).warm_modules("any")


@pytest.mark.parametrize("kind", ["lean", "jupyter"])
@pytest.mark.parametrize("busy", ["while True: pass", "import time; time.sleep(900)", "while True: print('x' * 9000)"])
def test_a_run_that_is_stopped_leaves_no_kernel_and_no_folder_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, busy: str, kind: KernelKind
) -> None:
    stop, folders, make = threading.Event(), list[str](), tempfile.mkdtemp

    def noted(**how: Any) -> str:
        folders.append(make(**how))
        return folders[-1]

    monkeypatch.setattr(tempfile, "mkdtemp", noted)
    whose = f"import os, pathlib; pathlib.Path({str(tmp_path / 'pid')!r}).write_text(str(os.getpid()))"
    with pytest.raises(Stopped):
        run(
            notebook(whose, busy),
            folder=tmp_path,
            limits=Limits(),
            settings=KernelSettings(kind=kind),
            on_cell=lambda index: threading.Timer(1, stop.set).start() if index == 1 else None,
            stop=stop,
        )
    left = [one for one in psutil.process_iter() if one.pid == int((tmp_path / "pid").read_text())]
    assert psutil.wait_procs(left, timeout=60)[1] == []
    rooms = [folder for folder in folders if Path(folder).name.startswith("kernel-")]
    assert bool(rooms) == (kind == "jupyter") and not any(map(os.path.exists, rooms))


def test_two_kernels_draw_different_random_numbers(tmp_path: Path) -> None:
    one, other = (ask(tmp_path, RANDOM, DRAWS)[1] for _ in range(2))
    assert [a for a, b in zip(one, other, strict=True) if a == b] == []


def test_a_seed_gives_the_same_numbers_in_every_kernel(tmp_path: Path) -> None:
    seeded = "random.seed(1); numpy.random.seed(1); [random.random(), float(numpy.random.rand())]"
    assert ask(tmp_path, RANDOM, seeded) == ask(tmp_path, RANDOM, seeded)


def test_a_set_has_the_same_order_in_the_kernels_of_every_warm_process(tmp_path: Path) -> None:
    """Code that goes over a set gets the same mark whenever it is graded."""
    order = "[*{f'photo_{n}.jpg' for n in range(20)}]"
    (first,) = ask(tmp_path, order)
    warm.renew()
    (other,) = ask(tmp_path, order)
    assert other == first


def test_every_variable_that_the_lab_reads_reaches_a_kernel() -> None:
    """They are named one by one, and a new one is easily forgotten."""
    texts = [path.read_text() for path in (*(warm.PACKAGE / "lab").rglob("*.py"), warm.PACKAGE / "language.py")]
    read = set(re.findall(r'"(AUTOGRADER_[A-Z_]+)"', "".join(texts)))
    assert "AUTOGRADER_SEED" in read and read <= warm.PASSED_ON


def test_main_is_as_clean_as_in_a_fresh_kernel(tmp_path: Path) -> None:
    names = "import sys\nsorted(name for name in vars(sys.modules['__main__']) if not name.startswith('_'))"
    (found,) = ask(tmp_path, names)
    assert found == ["In", "Out", "exit", "get_ipython", "open", "quit", "sys"]


def test_the_module_main_is_the_notebooks(tmp_path: Path) -> None:
    assert ask(tmp_path, "x = 5", "import __main__\n[__main__.x, __name__, hasattr(__main__, '_guard')]")[1] == [
        5,
        "__main__",
        False,
    ]


def test_no_history_is_kept(tmp_path: Path) -> None:
    history = "import os\n[get_ipython().history_manager.enabled, len(In), "
    history += "[name for _t, _d, names in os.walk(os.environ['IPYTHONDIR']) for name in names if 'history' in name]]"
    assert ask(tmp_path, history) == [[False, 2, []]]


def test_a_kernel_starts_in_the_submissions_files(tmp_path: Path) -> None:
    (tmp_path / "data.txt").write_text("seven")
    (text, folder, first) = ask(
        tmp_path, "open('data.txt').read()", "import os; os.getcwd()", "import sys; sys.path[0]"
    )
    assert (text, first) == ("seven", "")
    assert folder == ("/scratch" if SANDBOXED else str(tmp_path))


def test_asking_the_student_for_input_raises(tmp_path: Path) -> None:
    assert ask(tmp_path, "input('name? ')") == ["StdinNotImplementedError"]


def test_a_plot_is_shown_below_its_cell(tmp_path: Path) -> None:
    plot = "import matplotlib.pyplot as plt\nplt.plot([1, 2]);"
    execution = run(notebook(plot), folder=tmp_path, limits=Limits(), settings=KernelSettings(SANDBOXED))
    outputs = execution.notebook.cells[0].outputs
    assert any("image/png" in output.get("data", {}) for output in outputs)
    assert [output for output in outputs if output.get("name") == "stderr"] == []


def test_kernels_at_the_same_time_share_no_state(tmp_path: Path) -> None:
    folders = [tmp_path / str(number) for number in range(3)]
    for folder in folders:
        folder.mkdir()

    def own(number: int) -> list[Any]:
        change = f"import math, os, time\nmath.pi = {number}\nopen('own', 'w').write('{number}' * 3)\ntime.sleep(0.5)"
        return ask(folders[number], change, "[math.pi, open('own').read()]")

    with ThreadPoolExecutor(3) as pool:
        found = [answer[1] for answer in pool.map(own, range(3))]
    assert found == [[number, str(number) * 3] for number in range(3)]


def test_what_a_notebook_changes_in_a_library_is_gone_in_the_next_kernel(tmp_path: Path) -> None:
    ask(tmp_path, "import numpy, builtins\nnumpy.allclose = builtins.sum = lambda *_: True")
    assert ask(tmp_path, "import numpy\n[bool(numpy.allclose([1], [2])), sum([1, 2])]") == [[False, 3]]


def test_a_warm_process_that_was_killed_is_started_again(asked: Path) -> None:
    before = warm_pid()
    os.kill(before, signal.SIGKILL)
    assert ask(asked, "2") == [2]
    assert warm_pid() != before


@pytest.mark.parametrize(("kills", "faults"), [(1, []), (2, ["kernel-died"])])
def test_a_notebook_whose_warm_process_is_killed_is_run_again_once(asked: Path, kills: int, faults: list[str]) -> None:
    """No student pays for what the machine did; what ends it twice is a fault."""
    begun: list[int] = []

    def kill(index: int) -> None:
        begun.append(index)
        if index == 1 and begun.count(1) <= kills:
            threading.Timer(0.7, os.kill, (warm_pid(), signal.SIGKILL)).start()

    cells = notebook("print('kept')", "import time\ntime.sleep(5)", "print('reached')")
    execution = run(cells, folder=asked, limits=Limits(), settings=KernelSettings(SANDBOXED), on_cell=kill)
    assert [fault.kind for fault in execution.faults] == faults
    outputs = [cell.outputs for cell in execution.notebook.cells]
    assert [outputs[0][0].text, outputs[2][0].text] == ["kept\n", "reached\n"]
    assert begun == [0, 1, 0, 1, 2]
    assert ask(asked, "2") == [2]


CRASHES = """
import os, signal
with open("crashed", "a+") as file:
    before = file.tell()
    file.write("x")
if before < {times}:
    os.kill(os.getpid(), signal.{signal})
"""


@pytest.mark.parametrize(
    ("times", "crash", "faults"),
    [(1, "SIGSEGV", []), (1, "SIGABRT", []), (2, "SIGSEGV", ["kernel-died"]), (1, "SIGKILL", ["kernel-died"])],
)
def test_a_crash_may_be_chance_and_the_notebook_is_run_again_once(
    tmp_path: Path, times: int, crash: str, faults: list[str]
) -> None:
    cells = notebook("print('kept')", CRASHES.format(times=times, signal=crash), "print('reached')")
    execution = run(cells, folder=tmp_path, limits=Limits())
    assert [fault.kind for fault in execution.faults] == faults
    outputs = [cell.outputs for cell in execution.notebook.cells]
    assert [outputs[0][0].text, outputs[2][0].text] == ["kept\n", "reached\n"]


OWNER = """
import sys
from autograder.kernels import warm
process = warm.WarmProcess(("json",), "jupyter")
process.connect()
print(process._process.pid, flush=True)
sys.stdin.read()
"""


def test_what_a_cell_prints_again_for_a_new_kernel_is_not_counted_again(tmp_path: Path) -> None:
    """Behind a cell that ends its kernel, the cells before it are run again in the next one."""
    cells = ("print('x' * 600)", "import os; os._exit(1)", "6 * 7")
    execution = run(
        notebook(*cells), folder=tmp_path, limits=Limits(output_bytes=1_000), settings=KernelSettings(SANDBOXED)
    )
    assert [fault.kind for fault in execution.faults] == ["kernel-died"]
    first, _killed, last = execution.notebook.cells
    assert [output.text for output in first.outputs] == ["x" * 600 + "\n"]
    assert last.outputs[0].data["text/plain"] == "42"


def test_a_warm_process_ends_when_its_owner_is_killed() -> None:
    owner = subprocess.Popen([sys.executable, "-c", OWNER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert owner.stdout is not None
    process = int(owner.stdout.readline())
    assert alive(process)
    owner.kill()
    owner.communicate()
    assert ends(process)


def alive(process: int) -> bool:
    """Whether it runs; one that nobody has reaped yet does not."""
    try:
        return "\nState:\tZ" not in Path(f"/proc/{process}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False


def ends(process: int) -> bool:
    """True once it has; the test's own time is what a process that does not has."""
    while alive(process):
        time.sleep(0.02)
    return True


@contextlib.contextmanager
def also_imported(folder: Path, name: str, text: str) -> Iterator[None]:
    """Warm processes import a module of this text, too."""
    (folder / f"{name}.py").write_text(text)
    start = subprocess.Popen

    def with_the_module(command: list[str], **options: Any) -> Any:
        if "autograder.kernels.zygote" in command:
            options["env"] = {**options["env"], "PYTHONPATH": str(folder)}
        return start(command, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(warm, "BASE_MODULES", (*warm.BASE_MODULES, name))
        patch.setattr(subprocess, "Popen", with_the_module)
        try:
            yield
        finally:
            warm.shared((), "lean").close()


def test_a_warm_process_with_threads_refuses_to_fork(tmp_path: Path) -> None:
    """A module that starts a thread when it is imported: its children would hang."""
    threads = "import threading, time\nthreading.Thread(target=time.sleep, args=(600,), daemon=True).start()\n"
    refused = pytest.raises(MachineError, match="the warm process has 2 threads; a fork of it would hang")
    with also_imported(tmp_path, "starts_a_thread", threads), refused:
        run(notebook("1"), folder=tmp_path, limits=Limits(), settings=KernelSettings(SANDBOXED))


GROWS = """
import os
held, own = [], os.getpid()
os.register_at_fork(before=lambda: held.append(b"x" * 300_000_000 if os.getpid() == own else b""))
"""


def test_a_warm_process_that_grew_is_replaced_and_ends_with_its_last_kernel(asked: Path) -> None:
    long, began = "import os, time\nwhile not os.path.exists('go'):\n    time.sleep(0.05)\n7", threading.Event()
    with also_imported(asked, "grows", GROWS), ThreadPoolExecutor(1) as pool:
        first = pool.submit(
            run, notebook(long), folder=asked, limits=Limits(cell_s=3600), on_cell=lambda _cell: began.set()
        )
        assert began.wait()
        grown = warm_pid()
        assert ask(asked, "2") == [2]
        assert warm_pid() != grown and alive(grown)
        (asked / "go").touch()
        assert answers(first.result()) == [7]
        assert ends(grown)


@pytest.mark.parametrize("change", ["a package is installed", "this package is edited"])
def test_a_warm_process_is_replaced_when_its_packages_change(
    change: str, asked: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site, package = asked / "site", asked / "package"
    site.mkdir()
    package.mkdir()
    (package / "module.py").write_text("a = 1")
    monkeypatch.setattr("site.getsitepackages", lambda: [str(site)])
    monkeypatch.setattr(warm, "PACKAGE", package)
    assert ask(asked, "1") == [1]
    before = warm_pid()
    assert ask(asked, "2") == [2] and warm_pid() == before
    if change == "a package is installed":
        (site / "new-1.0.dist-info").mkdir()
    else:
        (package / "module.py").write_text("a = 2")
    assert ask(asked, "3") == [3] and warm_pid() != before
    assert ends(before)


@pytest.mark.slow
def test_tensorflow_trains_in_one_kernel_after_the_other(tmp_path: Path) -> None:
    fit = """
import keras, numpy as np, tensorflow as tf
keras.utils.set_random_seed(1)
model = keras.Sequential([keras.Input((8, 8, 1)), keras.layers.Conv2D(2, 3), keras.layers.Flatten(),
                          keras.layers.Dense(1)])
model.compile("sgd", "mse")
data = tf.data.Dataset.from_tensor_slices((np.ones((8, 8, 8, 1), "float32"), np.ones((8, 1), "float32"))).batch(4)
losses = model.fit(data.map(lambda x, y: (x * 0.1, y)).prefetch(1), epochs=2, verbose=0).history["loss"]
losses[1] < losses[0]"""
    tape = """
x = tf.Variable(3.0)
with tf.GradientTape() as record:
    y = x * x
float(record.gradient(y, x))"""
    for _ in range(2):
        assert ask(tmp_path, fit, tape, limits=Limits(cell_s=120)) == [True, 6.0]


@pytest.mark.parametrize("magic", ["%matplotlib widget", "%matplotlib tk", "%pylab qt"])
def test_a_screen_that_is_not_there_ends_no_cell(magic: str, tmp_path: Path) -> None:
    """What comes after such a line is defined, above all a function."""
    assert ask(tmp_path, f"{magic}\ndef double(x):\n    return 2 * x", "double(4)") == [None, 8]
