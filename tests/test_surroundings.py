"""What a notebook does outside an exercise's own function: the visible check and the experiment agree about it."""

import ast
import builtins
import importlib
import json
import math
import os
import subprocess
import symtable
import sys
import textwrap
import warnings
from pathlib import Path
from types import SimpleNamespace

import nbformat
import numpy as np
import pytest
from tiny_course import ASSIGNMENT, make_tiny_course

from autograder.authoring.release import solved_by_a_student
from autograder.checking.check import check
from autograder.checking.table import OK
from autograder.grading.course import load_assignment, load_catalogue
from autograder.grading.grade import execute, judge_all, prepare
from autograder.grading.observations import parse
from autograder.grading.proving import prove
from autograder.grading.record import register
from autograder.kernels.run import _apart
from autograder.lab import experiment, surroundings
from autograder.lab.surroundings import as_promised
from autograder.notebooks import loads
from autograder.values.observed import Raised
from autograder.values.submitted import Limits, Submission
from autograder.words import sentence

ROOT = Path(__file__).parent.parent
SEED = "7"
HEADER = (
    "import numpy as np\nfrom autograder.lab.experiment import begin\nobserve, rng = begin('double', {'values': 1.0})\n"
)


@pytest.fixture
def notebook(monkeypatch):
    """Runs an experiment along with a notebook's names, as a kernel does, and gives what it published."""
    import IPython

    def run(names, body):
        published = []
        shell = SimpleNamespace(user_ns=names, events=SimpleNamespace(register=lambda *_: None))
        monkeypatch.setattr(IPython, "get_ipython", lambda: shell)
        monkeypatch.setattr(
            "IPython.display.publish_display_data",
            lambda data, **_: published.extend(data[experiment.MIME].split("\n")),
        )
        experiment.apart(HEADER + body, SEED)
        experiment.publish()
        return parse(published).observations

    monkeypatch.delenv(experiment.SEED_VARIABLE, raising=False)
    return run


def double(x):
    return x + x


OVERWRITTEN = {name: 0 for name in dir(builtins) if name.islower() and not name.startswith("_")}


def test_an_experiment_uses_the_true_builtins_whatever_a_notebook_calls_so(notebook):
    body = "observe('values', lambda x: sum(map(float, list(range(max(len([x]), 2))))) + double(x), 2)"
    (found,) = notebook({**OVERWRITTEN, "__builtins__": {}, "double": double}, body)
    assert found.outcome == number(5.0)


def number(value):
    message = {"facet": "", "aspect": "value", "returned": {"float": repr(value)}}
    return parse([json.dumps(message)]).observations[0].outcome


def test_a_students_function_keeps_the_names_of_its_notebook(notebook):
    names = {"max": min}
    exec("def largest(values):\n    return max(values)", names)
    (found,) = notebook(names, "observe('values', largest, [1.0, 2.0])")
    assert found.outcome == number(1.0)


def test_an_experiment_has_its_seed_where_the_environment_was_emptied(notebook):
    assert experiment.SEED_VARIABLE not in os.environ
    (found,) = notebook({"double": double}, "observe('values', double, 1.5)")
    assert found.outcome == number(3.0)
    assert experiment.SEED_VARIABLE not in os.environ
    cell = nbformat.v4.new_code_cell(
        "from autograder.lab.experiment import begin", metadata={"nbgrader": {"grade": True}}
    )
    assert _apart(cell, "12").endswith(", '12')")


@pytest.mark.parametrize(
    ("body", "outside"),
    [
        ("observe('values', double)", ""),
        ("observe('values', lambda x: len(double(x)), 1)", "int"),
        ("observe('values', lambda x: len(nothing(x)), 1)", "NoneType"),
        ("observe('values', lambda x: nothing(x).shape, 1)", "NoneType"),
        ("observe('values', lambda x: len(double(x)), None)", ""),
        ("observe('values', lambda x: double(x, x), 1)", ""),
    ],
)
def test_it_is_told_whether_an_exception_rose_in_the_function_or_in_what_was_done_with_its_answer(
    notebook, body, outside
):
    (found,) = notebook({"double": double, "nothing": lambda x: None}, body)
    assert isinstance(found.outcome, Raised) and found.outcome.outside == outside


SETTINGS = {
    "numpy's errors": (lambda: np.seterr(all="raise"), lambda: np.log(np.zeros(1))),
    "numpy's printing": (lambda: np.set_printoptions(precision=1), lambda: str(np.array([0.123]))),
    "warnings": (lambda: warnings.simplefilter("error"), lambda: warnings.warn("so", stacklevel=1)),
    "a patched function": (lambda: setattr(np, "sum", None), lambda: float(np.sum([1.0, 2.0]))),
    "a patched number": (lambda: setattr(math, "pi", 3), lambda: math.pi),
    "a patched builtin": (lambda: setattr(builtins, "hex", None), lambda: hex(1)),
    "patched imports": (lambda: setattr(builtins, "__import__", None), lambda: __import__("math").pi),
    "a deleted function": (lambda: delattr(np, "mean"), lambda: float(np.mean([1.0]))),
    "few calls within calls": (lambda: sys.setrecursionlimit(400), lambda: deep(600)),
}


def deep(calls):
    return 0 if calls == 0 else deep(calls - 1)


@pytest.fixture
def put_back():
    """Whatever a test sets is as before it."""
    limit = sys.getrecursionlimit()
    with warnings.catch_warnings(), np.errstate(), np.printoptions(), pytest.MonkeyPatch.context() as patch:
        for place, name in ((np, "sum"), (np, "mean"), (math, "pi"), (builtins, "hex"), (builtins, "__import__")):
            patch.setattr(place, name, getattr(place, name))
        yield
    sys.setrecursionlimit(limit)


@pytest.mark.parametrize("name", SETTINGS)
def test_settings_are_as_promised_within_the_block_and_the_notebooks_after_it(name, put_back):
    spoil, use = SETTINGS[name]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with np.errstate(all="ignore"):
            wanted = repr(use())
    spoil()
    try:
        spoiled = repr(use())
    except BaseException as error:
        spoiled = type(error).__name__
    assert spoiled != wanted
    with as_promised(), warnings.catch_warnings(record=True):
        assert repr(use()) == wanted
    try:
        after = repr(use())
    except BaseException as error:
        after = type(error).__name__
    assert after == spoiled


def test_what_a_notebook_adds_to_a_library_stays(put_back, monkeypatch):
    """Code of an earlier numpy is often helped with `np.float = float`; a right answer may need it."""
    monkeypatch.setattr(np, "float", float, raising=False)
    with as_promised():
        assert vars(np)["float"] is float


def test_a_working_directory_that_is_gone_is_no_trouble(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    gone = tmp_path / "gone"
    gone.mkdir()
    os.chdir(gone)
    gone.rmdir()
    with as_promised():
        assert Path.cwd().is_dir()


def test_a_module_that_is_imported_later_is_known_from_then_on(monkeypatch):
    import zlib

    surroundings.remember()
    original = zlib.crc32
    monkeypatch.setattr(zlib, "crc32", None)
    with as_promised():
        assert zlib.crc32 is original


@pytest.mark.processes
def test_keras_is_known_before_a_cell_can_change_it():
    """The first cell imports the course before Keras, and the next one may be a student's."""
    script = """
        from convnets import lab
        lab.start_keras(seed=None)
        import keras
        original, keras.layers.Conv2D = keras.layers.Conv2D, None
        from autograder.lab.surroundings import as_promised
        inherited, keras.Model.fit = keras.Model.fit, None
        original.__call__ = None
        keras.config.set_max_epochs(1)
        with as_promised():
            assert keras.layers.Conv2D is original
            assert keras.Model.fit is inherited
            assert original.__call__ is keras.layers.Layer.__call__
            assert keras.config.max_epochs() is None
        assert keras.layers.Conv2D is None
        assert keras.Model.fit is None
        assert keras.config.max_epochs() == 1
    """
    subprocess.run([sys.executable, "-c", textwrap.dedent(script)], check=True)


def experiments():
    for path in sorted((ROOT / "source").glob("*/*.ipynb")):
        for cell in loads(path.read_text(encoding="utf-8")).cells:
            if cell.metadata.get("nbgrader", {}).get("grade") and "autograder.lab.experiment" in cell.source:
                yield path.stem, cell.metadata.nbgrader.grade_id, cell.source


def test_an_experiment_takes_nothing_from_the_notebook_but_what_its_solution_cells_define():
    """Not `keras` or `np`: a notebook can call something else so. The experiment imports them itself."""
    for assignment, name, source in experiments():
        notebook = loads((ROOT / "source" / assignment / f"{assignment}.ipynb").read_text(encoding="utf-8"))
        answers = {
            node.id if isinstance(node, ast.Name) else node.name
            for cell in notebook.cells
            if cell.metadata.get("nbgrader", {}).get("solution") and cell.cell_type == "code"
            for node in ast.walk(ast.parse(cell.source))
            if isinstance(node, ast.FunctionDef | ast.Name)
        }
        taken = taken_from_outside(source)
        assert taken and taken <= answers, f"{name}: {sorted(taken - answers)}"


def taken_from_outside(source):
    top = symtable.symtable(source, "cell", "exec")
    own = {symbol.get_name() for symbol in top.get_symbols() if symbol.is_assigned() or symbol.is_imported()}
    tables, used = [top], set()
    while tables:
        table = tables.pop()
        tables += table.get_children()
        used |= {s.get_name() for s in table.get_symbols() if s.is_global() or (table is top and s.is_referenced())}
    return used - own - set(dir(builtins))


# ---------------------------------------------------------------- whole notebooks

SURROUNDINGS = {
    "max in a loop": "max = 0\nfor value in [1, 5, 2]:\n    if value > max: max = value",
    "sum in a loop": "sum = 0\nfor value in [1, 2]:\n    sum += value",
    "list, type and id": "list = [1]\ntype = 'a'\nid = 7",
    "all names of numpy": "from numpy import *",
    "pylab": "%pylab inline",
    "print and zip": "print = None\nzip = 'archive.zip'",
    "range, int and float": "range = (0, 1)\nint = 3\nfloat = 0.5",
    "a patched builtin": "import builtins\nbuiltins.hex = None",
    "names of the recorder": "observe = rng = begin = experiment = probes = spies = 5",
    "a library's name": "os = random = json = 'taken'",
    "half precision": "import keras\nkeras.mixed_precision.set_global_policy('mixed_float16')",
    "double precision": "import keras\nkeras.config.set_floatx('float64')",
    "channels first": "import keras\nkeras.config.set_image_data_format('channels_first')",
    "a large epsilon": "import keras\nkeras.config.set_epsilon(0.1)",
    "step by step": "import tensorflow as tf\ntf.config.run_functions_eagerly(True)",
    "another seed of Keras": "import keras\nkeras.utils.set_random_seed(99)",
    "numpy's seed": "import numpy\nnumpy.random.seed(1)\nimport random as chance\nchance.seed(1)",
    "numpy's errors": "import numpy\nnumpy.seterr(all='raise')",
    "numpy's printing": "import numpy\nnumpy.set_printoptions(precision=1, threshold=2, suppress=True)",
    "warnings are errors": "import warnings\nwarnings.simplefilter('error')",
    "another folder": "import os as system, tempfile\nsystem.chdir(tempfile.gettempdir())",
    "an empty environment": "import os as system\nsystem.environ.clear()",
    "few calls within calls": "import sys\nsys.setrecursionlimit(800)",
    "a patched sum": "import numpy\nnumpy.sum = lambda *args, **kwargs: 0",
    "a patched generator": "import numpy\nnumpy.random.default_rng = None",
    "a patched layer": "import keras\nkeras.layers.Conv2D = None",
    "a patched method": "import keras\nkeras.Model.summary = keras.Model.get_layer = None",
    "a patched clock": "import time\ntime.ctime = None",
    "a patched function of maths": "import math\nmath.floor = None",
    "a patched training": "import keras\nkeras.Model.fit = keras.Model.compile = keras.Sequential.compile = None",
    "a patched call": "import keras\nkeras.layers.Dense.__call__ = lambda self, *args, **kwargs: None",
    "short trainings": "import keras\nkeras.config.set_max_epochs(1)\nkeras.config.set_max_steps_per_epoch(1)",
    "patched probes": "from convnets import probes, spies\nprobes.outputs = spies.draw_weights = None",
    "no imports": "import builtins\nbuiltins.__import__ = None",
    "a library's name is Keras's": "keras = layers = None",
    "numpy's name is taken": "np = 3",
    "an old copy further down": None,
}
"""A student's own cells, after the first cell; None means a wrong function between check and hidden test."""
AT_ONCE = (
    "max in a loop",
    "names of the recorder",
    "numpy's errors",
    "numpy's printing",
    "warnings are errors",
    "another folder",
    "an empty environment",
    "few calls within calls",
    "a patched generator",
    "a patched clock",
    "a patched function of maths",
    "half precision",
    "double precision",
    "channels first",
    "a large epsilon",
    "numpy's seed",
    "another seed of Keras",
    "a patched method",
)
"""They do not touch what an exercise's solution uses, so that all of them together cost nothing."""
ASSIGNMENTS = sorted(path.name for path in (ROOT / "source").iterdir() if path.is_dir())


def surrounded(assignment, names):
    """The solved notebook with cells of a student's own."""
    notebook = loads(solved_by_a_student(next(iter(assignment.notebooks))))
    setup = next(place for place, cell in enumerate(notebook.cells) if cell.cell_type == "code")
    cells = []
    for place, cell in enumerate(notebook.cells):
        exercise, is_hidden, _ = cell.metadata.get("nbgrader", {}).get("grade_id", "").partition("_hidden")
        if is_hidden and any(SURROUNDINGS[name] is None for name in names):
            cells.append(own(f"{exercise} = 1"))
        cells.append(cell)
        if place == setup:
            cells += [own(SURROUNDINGS[name]) for name in names if SURROUNDINGS[name] is not None]
    notebook.cells = cells
    return nbformat.writes(notebook)


def own(source):
    return nbformat.v4.new_code_cell(source)


def disagreeing(course, assignment, expectations, names, folder):
    """Exercises that lose points in a notebook in which `autograder check` finds nothing wrong with them."""
    text = surrounded(assignment, names)
    name = next(iter(assignment.notebooks)).name
    submission = Submission("ada", {f"{name}.ipynb": text.encode()})
    register(course, assignment)
    prepared = prepare(course, assignment, submission)
    ran = execute(prepared, assignment, seed=expectations.seed, limits=Limits(cell_s=120))
    judged = judge_all(prepared, assignment, ran, expectations)
    lost = {
        verdict.name: verdict.diagnosis and sentence(verdict.diagnosis)
        for found in judged.notebooks
        for verdict in found.verdicts
        if verdict.points < verdict.worth
    }
    if not lost:
        return {}
    path = folder / f"{name}.ipynb"
    path.write_text(text, encoding="utf-8")
    fine = {line.exercise for line in check(path, limit_s=60).lines if line.state == OK}
    return {exercise: said for exercise, said in lost.items() if exercise in fine}


def test_there_are_at_least_25_surroundings():
    assert len(SURROUNDINGS) >= 25 and set(AT_ONCE) <= set(SURROUNDINGS)


@pytest.mark.processes
def test_many_surroundings_at_once_cost_a_tiny_assignment_nothing(tmp_path):
    """Those that need no Keras."""
    tiny = make_tiny_course(tmp_path)
    opened = load_assignment(tiny, ASSIGNMENT)
    names = [name for name in AT_ONCE if "keras" not in (SURROUNDINGS[name] or "") and name != "max in a loop"]
    assert len(names) >= 9
    proven = prove(opened, load_catalogue(tiny, ASSIGNMENT), 11)
    assert disagreeing(tiny, opened, proven, names, tmp_path) == {}


@pytest.mark.slow
def test_many_surroundings_at_once_cost_convolution_nothing(course, convolution, expectations, tmp_path):
    assert disagreeing(course, convolution, expectations, AT_ONCE, tmp_path) == {}


@pytest.mark.slow
@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_whatever_surrounds_an_exercise_what_check_accepts_wins_its_points(course, assignment, tmp_path):
    opened = load_assignment(course, assignment)
    proven = prove(opened, load_catalogue(course, assignment), 11)
    groups = [AT_ONCE, *([name] for name in SURROUNDINGS if name not in AT_ONCE)]
    found = {names[0]: disagreeing(course, opened, proven, names, tmp_path) for names in groups}
    assert {name: lost for name, lost in found.items() if lost} == {}


def test_the_checks_of_a_cell_look_for_replaced_functions_once_and_those_of_the_next_again(monkeypatch):
    from IPython.core.interactiveshell import InteractiveShell

    shell = InteractiveShell()
    monkeypatch.setattr(surroundings, "_shell", lambda: shell)
    monkeypatch.setattr(surroundings, "_unchanged_in", None)
    monkeypatch.setattr(np, "sum", np.sum)
    looks: list[None] = []
    remember = surroundings.remember

    def look() -> None:
        looks.append(None)
        remember()

    monkeypatch.setattr(surroundings, "remember", look)
    own, wrong = np.sum, (lambda _values: -1)
    shell.user_ns |= {"np": np, "own": own, "wrong": wrong, "found": []}
    shell.user_ns["promised"] = lambda: as_promised(for_check=True)
    check = "with promised(): found.append(np.sum is own)\n"

    def run(cell):
        assert shell.run_cell(cell, silent=True).success
        return len(looks)

    assert run(3 * check) == 1
    assert run("np.sum = wrong\n" + 3 * check) == 4  # what is replaced is put back for each check
    assert run("np.sum = own\n" + check) == 5
    assert run("np.sum = wrong") == 5
    assert run(check) == 6
    assert shell.user_ns["found"] == 8 * [True]


def test_a_notebook_without_imports_gets_them_back_with_the_next_cell(monkeypatch):
    from IPython.core.interactiveshell import InteractiveShell

    shell = InteractiveShell()
    monkeypatch.setattr(surroundings, "_shell", lambda: shell)
    surroundings.remember()
    own = builtins.__import__
    with monkeypatch.context() as patched:
        patched.setattr(builtins, "__import__", None)
        shell.events.trigger("pre_execute")
        found = builtins.__import__
    assert found is own


def test_what_a_course_protects_is_kept_from_the_moment_of_its_import(monkeypatch, tmp_path):
    text = "from autograder.lab import surroundings\n\ndef look(): return 1\n\nsurroundings.protect(__name__)\n"
    (tmp_path / "mine_to_protect.py").write_text(text, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(surroundings, "_originals", dict(surroundings._originals))
    monkeypatch.setattr(surroundings, "_courses_own", set(surroundings._courses_own))
    mine = importlib.import_module("mine_to_protect")
    vars(mine)["look"] = None
    with as_promised():
        assert mine.look() == 1
    assert mine.look is None
    assert f"{tmp_path}{os.sep}" in surroundings.folders_of_the_course()
    del sys.modules["mine_to_protect"]
