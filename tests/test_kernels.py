"""Warm kernels: to a notebook they are as fresh ones, and the process that they come from does not stay dead."""

import ast
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import nbformat
import pytest

from autograder.errors import MachineError
from autograder.kernels import warm
from autograder.kernels.run import run
from autograder.kernels.sandbox import why_not
from autograder.values import Execution, Limits

SANDBOXED = why_not() is None
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="kernels are forked on Linux only")


def notebook(*cells: str) -> str:
    node = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    node.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return nbformat.writes(node)


def answers(execution: Execution) -> list[Any]:
    """What each cell evaluated to; the name of the error where it raised one."""
    found: list[Any] = []
    for cell in nbformat.reads(execution.notebook, as_version=4).cells:
        results = [output for output in cell.outputs if output.output_type in ("execute_result", "error")]
        texts = [one.data["text/plain"] if "data" in one else repr(one.ename) for one in results]
        found.append(ast.literal_eval(texts[-1]) if texts else None)
    return found


def ask(folder: Path, *cells: str, limits: Limits | None = None) -> list[Any]:
    execution = run(notebook(*cells), folder=folder, limits=limits or Limits(), sandboxed=SANDBOXED)
    assert execution.faults == ()
    return answers(execution)


def warm_pid() -> int:
    process = warm.shared(warm.BASE_MODULES)._process
    assert process is not None
    return process.pid


@pytest.fixture
def asked(tmp_path: Path) -> Path:
    """A folder; the warm process runs."""
    assert ask(tmp_path, "1") == [1]
    return tmp_path


RANDOM = "import random, uuid, os, numpy, tempfile"
DRAWS = "[random.random(), float(numpy.random.rand()), str(uuid.uuid4()), os.urandom(4), tempfile.mktemp()]"


def test_two_kernels_draw_different_random_numbers(tmp_path: Path) -> None:
    one, other = (ask(tmp_path, RANDOM, DRAWS)[1] for _ in range(2))
    assert [a for a, b in zip(one, other, strict=True) if a == b] == []


def test_a_seed_gives_the_same_numbers_in_every_kernel(tmp_path: Path) -> None:
    seeded = "random.seed(1); numpy.random.seed(1); [random.random(), float(numpy.random.rand())]"
    assert ask(tmp_path, RANDOM, seeded) == ask(tmp_path, RANDOM, seeded)


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
    history = "import os\n[get_ipython().history_manager.hist_file, "
    history += "[name for _t, _d, names in os.walk(os.environ['IPYTHONDIR']) for name in names if 'history' in name]]"
    assert ask(tmp_path, history) == [[":memory:", []]]


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
    execution = run(notebook(plot), folder=tmp_path, limits=Limits(), sandboxed=SANDBOXED)
    outputs = nbformat.reads(execution.notebook, as_version=4).cells[0].outputs
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


def test_a_kernel_ends_with_its_warm_process_and_the_next_run_works(asked: Path) -> None:
    victim = warm_pid()
    timer = threading.Timer(1.5, os.kill, (victim, signal.SIGKILL))
    timer.start()
    try:
        execution = run(notebook("import time\ntime.sleep(8)"), folder=asked, limits=Limits(), sandboxed=SANDBOXED)
        assert [fault.kind for fault in execution.faults] == ["kernel-died"]
    finally:
        timer.join()
    assert ask(asked, "2") == [2]


OWNER = """
import sys
from autograder.kernels import warm
process = warm.WarmProcess(("json",))
process.connect()
print(process._process.pid, flush=True)
sys.stdin.read()
"""


def test_a_warm_process_ends_when_its_owner_is_killed() -> None:
    owner = subprocess.Popen([sys.executable, "-c", OWNER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert owner.stdout is not None
    process = Path(f"/proc/{int(owner.stdout.readline())}")
    assert process.exists()
    owner.kill()
    owner.communicate()
    deadline = time.monotonic() + 5
    while alive(process) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not alive(process)


def alive(process: Path) -> bool:
    """Whether it runs; one that nobody has reaped yet does not."""
    try:
        return "\nState:\tZ" not in (process / "status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_a_warm_process_with_threads_refuses_to_fork(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A module that starts a thread when it is imported: its children would hang."""
    module = tmp_path / "starts_a_thread.py"
    module.write_text("import threading, time\nthreading.Thread(target=time.sleep, args=(600,), daemon=True).start()\n")
    monkeypatch.setattr(warm, "BASE_MODULES", (*warm.BASE_MODULES, "starts_a_thread"))
    start = subprocess.Popen

    def with_the_module(command: list[str], **options: Any) -> Any:
        if "autograder.kernels.zygote" in command:
            options["env"] = {**options["env"], "PYTHONPATH": str(tmp_path)}
        return start(command, **options)

    monkeypatch.setattr(warm.subprocess, "Popen", with_the_module)
    try:
        with pytest.raises(MachineError, match="the warm process has 2 threads; a fork of it would hang"):
            run(notebook("1"), folder=tmp_path, limits=Limits(), sandboxed=SANDBOXED)
    finally:
        warm.shared(warm.BASE_MODULES).close()


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
