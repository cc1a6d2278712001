"""A lean kernel is Jupyter's kernel: the same cells give the same outputs, faults and observations."""

import re
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from nbformat import NotebookNode

from autograder.authoring.release import solved_by_a_student
from autograder.grading.course import Course, load_assignment
from autograder.kernels.run import SEED_VARIABLE, run
from autograder.kernels.sandbox import why_not
from autograder.notebooks import loads, role
from autograder.values.submitted import Execution, KernelKind, KernelSettings, Limits

SANDBOXED = why_not() is None
ASSIGNMENTS = sorted(path.name for path in (Path(__file__).parent.parent / "source").iterdir() if path.is_dir())
forked = pytest.mark.skipif(sys.platform != "linux", reason="kernels are forked on Linux only")

CELLS = {
    "a value": "1 + 1",
    "printed text": "import sys\nprint('out')\nprint('err', file=sys.stderr)\nprint('out again')",
    "an exception": "def f(x):\n    return 1 / x\n\nf(0)",
    "an error in the middle": "print('before')\nraise ValueError('a\\nb')\nprint('after')",
    "a syntax error": "def f(:\n    pass",
    "an indentation error": "if True:\nx = 1",
    "a magic": "%%capture kept\nprint('kept')",
    "what a magic kept": "print(kept.stdout)",
    "a magic in the middle": "x = 2\n%who_ls",
    "a line without a percent sign": "pwd",
    "an unknown magic": "%nowhere",
    "help": "x = 2\nx?",
    "a program": "!echo out; echo err >&2",
    "a program's answer": "lines = !echo a; echo b\nlines",
    "a prompt that was copied": ">>> x = 5\n>>> x + 1",
    "a prompt in a text": '"""\n>>> x = 5\n"""',
    "a blank first line": "\n\n1 / 0",
    "a semicolon": "7;",
    "several results": "1\n2\n3",
    "the result before": "_ + 1",
    "what was typed": "In[1], Out[1]",
    "awaited": "import asyncio\nawait asyncio.sleep(0.01)\n'awake'",
    "a task that goes on": "task = asyncio.ensure_future(asyncio.sleep(0.01, 'done'))\nNone",
    "its end": "await task",
    "a loop in a loop": "asyncio.run(asyncio.sleep(0))",
    "beside Python": "import os\nos.system('echo from the system')\nos.write(1, b'raw ')\nNone",
    "a library's standard error": "os.write(2, b'past Python')\nNone",
    "a child that prints": "import multiprocessing\n\n\ndef work():\n    print('from the child')\n\n\n"
    "child = multiprocessing.get_context('fork').Process(target=work)\nchild.start()\nchild.join()",
    "a thread that prints": "import threading\n\nthread = threading.Thread(target=print, args=('from a thread',))\n"
    "thread.start()\nthread.join()",
    "a picture": "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()",
    "a picture at the end": "plt.plot([1, 2]);",
    "a display": "from IPython.display import HTML, Markdown, clear_output, display\ndisplay(HTML('<b>bold</b>'), 5)",
    "a display that changes": "handle = display('before', display_id='one')\nhandle.update('after')",
    "a display of an earlier cell": "handle.update('later')",
    "cleared output": "print('gone')\nclear_output()\nprint('left')",
    "output cleared later": "print('gone')\nclear_output(wait=True)\ndisplay('left')",
    "a bar": "print('1 %', end='\\r')\nprint('100 %')\nprint('a\\bb')",
    "no number": "display({'application/json': {'a': float('nan')}}, raw=True)",
    "half a character": "print('\\udc80' + 'x')\n'after'",
    "a rich object": "class Rich:\n    def _repr_html_(self):\n        return '<i>rich</i>'\n\n\nRich()",
    "a broken object": "class Broken:\n    def __repr__(self):\n        return 1 / 0\n\n\nBroken()",
    "a warning": "import warnings\n\nwarnings.warn('careful')",
    "input": "input('name?')",
    "a password": "import getpass\n\ngetpass.getpass()",
    "an exit": "exit()",
    "an exit in Python": "raise SystemExit(3)",
    "an interrupt of its own": "raise KeyboardInterrupt",
    "a signal of its own": "import signal\n\nos.kill(os.getpid(), signal.SIGINT)\nfor _ in range(10**7):\n    pass",
    "the environment": "sorted(name for name in os.environ if name != 'JPY_PARENT_PID'), os.getcwd(), sys.argv",
    "the shell": "get_ipython().__class__.__name__, 'IPKernelApp' in get_ipython().config, __name__",
    "its folders": "get_ipython().ipython_dir, get_ipython().profile_dir.location, _dh",
    "a file of its own": "%%writefile kept.py\nvalue = 3",
    "its import": "import kept as module\nmodule.value",
    "stored": "%store x",
    "much text": "print('x' * 300_000)",
    "many lines": "for number in range(3000):\n    print(number)",
    "an observation": "from IPython.display import publish_display_data\n"
    "publish_display_data({'application/vnd.autograder.observation+json': '{}\\n{}', 'text/plain': ''})",
    "too long": "import time\n\nprint('began')\ntime.sleep(60)",
    "the end of the process": "print('last words', flush=True)\ntime.sleep(0.1)\nos._exit(3)",
    "what is left": "x",
}


def executed(node: NotebookNode, kind: KernelKind, folder: Path, limits: Limits, **settings: Any) -> Execution:
    return run(node, folder=folder, limits=limits, settings=KernelSettings(SANDBOXED, kind=kind, **settings))


def facts(execution: Execution) -> list[Any]:
    """All that a run gives, without what differs from one run to the next."""
    cells = [
        (cell.source, cell.execution_count, [_steady(output) for output in cell.outputs])
        for cell in execution.notebook.cells
        if cell.cell_type == "code"
    ]
    return [*cells, execution.messages, execution.faults]


def _steady(value: Any) -> Any:
    match value:
        case dict():
            return {name: _steady(part) for name, part in value.items()}
        case list():
            return [_steady(part) for part in value]
        case str():
            value = re.sub(r"ipykernel_\d+/\d+\.py|\b\d{5,}\.py", "ipykernel", value)
            value = re.sub(r"0x[0-9a-f]+", "0x", value)
            value = re.sub(r"\S+\.py:\d+: (UserWarning: Message serialization)(.|\n)*", r"\1", value)
            return re.sub(r"\d+(\.\d+)?(e-\d+)? ?(ms|us|μs|s)\b", "a moment", value)
    return value


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> dict[KernelKind, list[Any]]:
    node = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in CELLS.values()])
    kinds: tuple[KernelKind, ...] = ("lean", "jupyter")
    return {
        kind: facts(executed(node, kind, tmp_path_factory.mktemp(kind), Limits(cell_s=3.0, output_bytes=500_000)))
        for kind in kinds
    }


@forked
@pytest.mark.processes
@pytest.mark.xdist_group("lean")  # they run once
@pytest.mark.parametrize("name", CELLS)
def test_a_cell_has_the_same_outputs_in_both_kernels(both: dict[KernelKind, list[Any]], name: str) -> None:
    place = list(CELLS).index(name)
    assert both["lean"][place] == both["jupyter"][place]


@forked
@pytest.mark.processes
@pytest.mark.xdist_group("lean")
def test_a_child_that_a_cell_forks_ends_with_the_cell(tmp_path: Path) -> None:
    """One of Jupyter's lives on, and both take cells."""
    cells = ("import os\nown = os.getpid()\nif child := os.fork():\n    os.wait()\nos.getpid() == own", "2")
    node = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in cells])
    found = facts(executed(node, "lean", tmp_path, Limits()))
    assert [output["data"]["text/plain"] for cell in found[:2] for output in cell[2]] == ["True", "2"]


@forked
@pytest.mark.processes
@pytest.mark.xdist_group("lean")
def test_both_kernels_have_the_same_faults_and_observations(both: dict[KernelKind, list[Any]]) -> None:
    assert both["lean"][-2:] == both["jupyter"][-2:]
    assert [fault.kind for fault in both["lean"][-1]] == ["timeout", "kernel-died"]
    assert list(both["lean"][-2].values()) == [("{}", "{}")]


@forked
@pytest.mark.slow
@pytest.mark.processes
@pytest.mark.parametrize("assignment", ASSIGNMENTS)
@pytest.mark.parametrize("which", ["solved", "released"])
def test_a_notebook_of_the_course_has_the_same_outputs_in_both_kernels(
    course: Course, assignment: str, which: str, tmp_path: Path
) -> None:
    for notebook in load_assignment(course, assignment).notebooks:
        node = loads(solved_by_a_student(notebook) if which == "solved" else notebook.release)
        seed = {SEED_VARIABLE: "7"}
        lean, jupyter = (
            executed(node, kind, tmp_path, Limits(), modules=notebook.modules, environment=seed)
            for kind in ("lean", "jupyter")
        )
        for output in (
            output for one in (lean, jupyter) for cell in one.notebook.cells for output in cell.get("outputs", ())
        ):
            if output.output_type == "stream":  # TensorFlow's threads print when they get to it
                output.text = "\n".join(sorted(output.text.split("\n")))
        for one, other in zip(facts(lean), facts(jupyter), strict=True):
            assert one == other


# ---------------------------------------------------------------- plain Python

PIECES = (
    *("x = 1\n", "y\n", "def f():\n    return 2\n", "(\n", ")\n", "# %\n", "await x\n", "f'{x!r}'\n", "a %b\n", "\\\n"),
    *("%time x\n", "!ls\n", "x?\n", "%%bash\n", "x = !ls\n", "x = %time 3\n", "pwd\n", ";", ",f x\n", "/f x\n"),
    *(">>> x\n", "... y\n", "In [1]: x\n", "...: y\n", "[nav] In [3]: x\n"),
    *('"""', "'''", "  y\n", "\n", "\t", "\r\n", "\x0c"),
)


@given(st.lists(st.sampled_from(PIECES), max_size=8).map("".join))
@example("x\ny")
@example("In [1]: x\ny = 2\n")
def test_what_is_called_plain_python_is_what_ipython_leaves_as_it_is(cell: str) -> None:
    from IPython.core.inputtransformer2 import TransformerManager

    from autograder.kernels.driver import is_plain

    if is_plain(cell):
        assert TransformerManager().transform_cell(cell) == (cell if cell.endswith("\n") else cell + "\n")


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_most_cells_of_the_course_are_plain_python(course: Course, assignment: str) -> None:
    from autograder.kernels.driver import is_plain

    (notebook,) = load_assignment(course, assignment).notebooks
    code = [cell.source for cell in notebook.solution.cells if cell.cell_type == "code" and not role(cell).grade]
    assert sum(map(is_plain, code)) > 0.7 * len(code)
