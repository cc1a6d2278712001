"""The recorder of a hidden test: it calls a student's function and writes down what came back.

A hidden test asserts nothing and expects nothing. It says

    observe, rng = begin("max_pool2d", {"2x2 default": 1, "negative": 1.25})
    observe("2x2 default", max_pool2d, rng.normal(size=(6, 8, 3)))

and each call of `observe` records one observation. They are published facet by facet, as display messages that hold
JSON texts: what ends the process costs the facet that it happened in, and none before it. What the answer should have
been is known in another process, which ran the same cell on the solved notebook; see `autograder.grading.judge`. A
student who changes this module in their own process changes their own observations, and nothing else.

The form of a message is written down at `Recorder._record`; `autograder.grading.observations` reads it.
"""

import base64
import builtins
import contextlib
import copy
import importlib
import io
import json
import math
import os
import re
import signal
import sys
import sysconfig
import threading
import time
import traceback
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from autograder.ipython_exit import without_exit
from autograder.lab.sent import wait_until_sent
from autograder.lab.surroundings import as_promised, folders_of_the_course
from autograder.values.observed import GUARD

MIME = "application/vnd.autograder.observation+json"
SEED_VARIABLE = "AUTOGRADER_SEED"
NOTEBOOK = "_names_of_the_notebook"
CELL = "<experiment>"
"""What Python calls an experiment's cell in a traceback."""
CALL_LIMIT_S = 10.0
"""CPU seconds that one observed call may take. A right answer can cost ten times what the solution does."""
WAIT_LIMIT_S = 20.0
"""Seconds that one observed call may wait, such as in `time.sleep`. Waiting for a processor does not count."""
CELL_LIMIT_S = 100.0
"""CPU seconds after which an experiment stops calling the student's functions."""
TICK_S = 0.25
"""Wall seconds between two checks of what a call has used; a function that ignores a timeout gets another one."""
PATIENCE = 20.0
"""Of this many wall seconds without CPU, one counts as waiting if the system does not say what a thread waited for."""
MAX_ELEMENTS = 20_000
MAX_DEPTH = 4
MAX_TEXT = 200
"""Characters of a name that are kept; a longer one is cut."""
MAX_ANSWER = 10_000
"""Characters of a text answer; a longer one is refused, just as an array that is too large."""
MAX_MESSAGE = 400_000
"""Characters of one message; the reader refuses longer ones."""

_ERRORS = (ValueError, KeyError, IndexError, TypeError, NotImplementedError, NameError)


class NotGraded(RuntimeError):
    """A hidden test was run by something that cannot judge it. Plain nbgrader gives 0 for the error, which is safe."""

    def _render_traceback_(self) -> list[str]:
        return [str(self)]


class InputCalled(RuntimeError):
    """Raised in a student's function that calls `input()`: during grading, nobody is there to answer."""


class CallTookTooLong(BaseException):
    """Raised inside a student's function when it has computed too long; no `except Exception` swallows it."""


class CallWaitedTooLong(CallTookTooLong):
    """Raised likewise when it has waited too long."""


def begin(exercise: str, facets: Mapping[str, float], *, guard: float = 0.0) -> "tuple[Recorder, np.random.Generator]":
    """Open the experiment of one exercise.

    Args:
        exercise: Name of the exercise's solution cell.
        facets: Name of each facet and its points, in the order in which they are shown. The points count only when
            this is run on the solved notebook.
        guard: Points that the guard takes, at least a quarter of the exercise; 0 if there is none. See
            `Recorder.guard`.

    Returns:
        The recorder, and a generator seeded by the grading run's seed and the exercise's name.

    Raises:
        NotGraded: There is no seed: the notebook is not run by the autograder.
    """
    seed = os.environ.get(SEED_VARIABLE)
    if seed is None:
        raise NotGraded(
            f"The experiment of {exercise} is judged by the autograder, and it is not what runs this notebook. "
            "Instructors: grade with `autograder grade`, or with nbgrader and the course's nbgrader_config.py."
        )
    rng = np.random.default_rng([int(seed), zlib.crc32(exercise.encode())])
    recorder = Recorder(exercise, rng)
    recorder.declare(facets, guard)
    return recorder, rng


def apart(source: str, seed: str | None = None) -> None:
    """Execute a cell that sees the notebook's names, and leave the notebook's names alone.

    The grader runs experiments like this: a student may have a helper `begin` or a variable `rng`, and the student's
    functions, which look up names in the notebook, must not find the experiment's. What they should find goes through
    `replaced`. The cell itself uses Python's own `max` and `len`, even if the notebook redefines those names, and finds
    settings and libraries as `lab.check` does.

    Args:
        source: The cell's text. It imports the modules that it uses: a notebook's `keras` may be anything.
        seed: The grading run's; by default the environment's, which a notebook can have emptied.
    """
    from IPython import get_ipython

    shell = get_ipython()
    names = {name: value for name, value in shell.user_ns.items() if not hasattr(builtins, name)}
    names.pop("__builtins__", None)
    names[NOTEBOOK] = shell.user_ns
    with as_promised(), _variable(SEED_VARIABLE, seed):
        exec(compile(source, CELL, "exec"), names)


@contextlib.contextmanager
def _variable(name: str, value: str | None) -> Iterator[None]:
    """Set an environment variable within the block; None leaves it as it is."""
    earlier = os.environ.get(name)
    if value is not None:
        os.environ[name] = value
    try:
        yield
    finally:
        if value is not None and earlier is None:
            os.environ.pop(name, None)
        elif value is not None and earlier is not None:
            os.environ[name] = earlier


@contextlib.contextmanager
def replaced(names: dict[str, Any], name: str, value: Any) -> Iterator[None]:
    """Within the block, let the student's functions find another value under one of the notebook's names.

    Args:
        names: `globals()` of the experiment.
        name: For instance another exercise's function, whose mistakes are counted in its own exercise.
        value: What replaces it.
    """
    notebook = names.get(NOTEBOOK, names)
    missing = object()
    earlier = notebook.get(name, missing)
    notebook[name] = value
    try:
        yield
    finally:
        if earlier is missing:
            notebook.pop(name, None)
        else:
            notebook[name] = earlier


def cpu_seconds() -> float:
    """What this process has used, with all its threads and the children that it waited for."""
    return sum(os.times()[:4])


class Stopwatch:
    """Measures what a call has used and waited since this was made, however busy the machine is.

    Its CPU seconds are the same on a busy machine. The other wall seconds are spent queuing for a processor or waiting;
    Linux counts the queue for each thread.
    """

    def __init__(self) -> None:
        self._cpu_s = cpu_seconds()
        self._before: tuple[float, float, float] | None = None

    @property
    def cpu_s(self) -> float:
        """CPU seconds."""
        return cpu_seconds() - self._cpu_s

    def look(self) -> float:
        """Seconds waited since the first look; 0 while there is a child, which may be computing."""
        now = (time.monotonic(), cpu_seconds(), _queued_s())
        if self._before is None or _has_children():
            self._before = now
        wall, cpu, queued = (after - before for before, after in zip(self._before, now, strict=True))
        return wall / PATIENCE if math.isnan(queued) else max(0.0, wall - cpu - queued)


def _queued_s() -> float:
    """Seconds that this process's threads were ready to run but had no processor; NaN if nobody counts them."""
    try:
        threads = os.listdir("/proc/self/task")
    except OSError:
        return math.nan
    nanoseconds = 0
    for thread in threads:
        ended_meanwhile = contextlib.suppress(FileNotFoundError, ProcessLookupError)
        with ended_meanwhile, open(f"/proc/self/task/{thread}/schedstat", "rb") as file:
            nanoseconds += int(file.read().split()[1])
    return nanoseconds / 1e9 if nanoseconds else math.nan


def _has_children() -> bool:
    """Whether this process has a child that it has not waited for."""
    if not hasattr(os, "waitid"):
        return False
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return False
    return True


class Recorder:
    """Calls functions and publishes what they do. Calling it records a value; its methods record other aspects.

    Args:
        exercise: Name of the exercise's solution cell.
        rng: The experiment's generator. What is drawn from it during a call comes from that call's own stream: an
            answer that ends a call early must not change what later calls get.
    """

    def __init__(self, exercise: str, rng: np.random.Generator) -> None:
        self._exercise, self._rng = exercise, rng
        self._number_of_calls = 0
        self._stopwatch, self._cpu_s, self._next_look = Stopwatch(), 0.0, 0.0
        self._too_long = 0
        self._facet: str | None = None

    def declare(self, facets: Mapping[str, float], guard: float = 0.0) -> None:
        """Record the facets and their points, and what the guard takes."""
        declared: dict[str, Any] = {name: float(points) for name, points in facets.items()}
        message = {"exercise": self._exercise, "facets": declared}
        self._record(message | ({"guard": float(guard)} if guard else {}))

    def __call__(
        self,
        facet: str,
        function: Callable[..., Any],
        *args: Any,
        exact: bool = False,
        atol: float | None = None,
        **kwargs: Any,
    ) -> None:
        """Record the value that `function(*args, **kwargs)` returns, or the class of the exception that it raises.

        Args:
            facet: One of the declared facets.
            function: The student's function.
            *args: Its arguments; it gets copies.
            exact: Floats must agree to the last bit. Counts only on the solved side.
            atol: Absolute and relative tolerance of floats instead of 1e-4. Counts only on the solved side.
            **kwargs: Its keyword arguments; copies too.
        """
        tolerance = 0.0 if exact else atol
        self._observe(facet, "value", lambda: _value(function(*copies(args), **copies(kwargs))), tolerance=tolerance)

    def guard(
        self,
        function: Callable[..., Any],
        *args: Any,
        exact: bool = False,
        atol: float | None = None,
        **kwargs: Any,
    ) -> None:
        """Record a value as calling the recorder does, for the guard: on inputs where everything comes together.

        A facet's inputs are chosen so that a slip elsewhere does not show in them. What shows only where two things
        meet passes them all; the guard sees it. It takes its points only if every facet is won.
        """
        self(GUARD, function, *args, exact=exact, atol=atol, **kwargs)

    def form(self, facet: str, function: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
        """Record the Python types or the dtype of what comes back, such as `tuple[int, int]` or `ndarray[float32]`."""
        self._observe(facet, "form", lambda: form_or_name(function(*copies(args), **copies(kwargs))))

    def purity(self, facet: str, function: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
        """Record whether the arguments are as before, and whether numpy's global random state is."""

        def call() -> dict[str, Any]:
            given, named = copies(args), copies(kwargs)
            before = _fingerprint((given, named))
            np.random.random()  # advance it: a function that seeds again and again would otherwise find its own state
            state = _random_state()
            with contextlib.suppress(ValueError):
                function(*given, **named)
            changed = [] if _fingerprint((given, named)) == before else ["arguments"]
            return _text(" and ".join(changed + ([] if _random_state() == state else ["random state"])))

        self._observe(facet, "purity", call)

    def library(
        self, facet: str, names: Sequence[str], function: Callable[..., Any], *args: Any, **kwargs: Any
    ) -> None:
        """Record which of the library functions `names` (dotted) were called during `function(*args, **kwargs)`."""

        def call() -> dict[str, Any]:
            with _counted(names, function) as calls:
                function(*copies(args), **copies(kwargs))
            return _text(", ".join(sorted(calls)))

        self._observe(facet, "library", call)

    def _observe(
        self, facet: str, aspect: str, call: Callable[[], dict[str, Any]], *, tolerance: float | None = None
    ) -> None:
        self._number_of_calls += 1
        message: dict[str, Any] = {"facet": facet, "aspect": aspect}
        if tolerance is not None:
            message["tolerance"] = tolerance
        if self._used_s() > CELL_LIMIT_S or self._too_long >= 2:
            self._record({**message, "raised": "OutOfTime", "name": "OutOfTime"})
            return
        if self._facet not in (None, facet):
            publish()
            wait_until_sent()  # a call that ends the process costs only its own facet
        try:
            with (
                _draws_of(self._number_of_calls, self._rng),
                silenced(),
                without_input(),
                without_exit(),
                _time_limit(),
            ):
                message["returned"] = call()
        except CallTookTooLong as end:
            self._too_long += 1
            message |= {"raised": "CallTookTooLong", "name": type(end).__name__}
        except (
            BaseException
        ) as error:  # also SystemExit and KeyboardInterrupt: what a student's code raises is a result
            nearest = next((known.__name__ for known in _ERRORS if issubclass(type(error), known)), "other")
            if nearest == "NotImplementedError" and not is_stub(error, of=self._exercise):
                nearest = "other"  # from a library or another exercise: this one was started
            message |= {"raised": nearest, "name": _type_name(error)}
            with contextlib.suppress(Exception):  # whatever a student's exceptions do
                message |= {"outside": _unusable_type(error)} if _rose_afterwards(error) else {}
        self._record(message)

    def _used_s(self) -> float:
        """CPU seconds of the experiment so far, read anew every `TICK_S`."""
        if time.monotonic() >= self._next_look:
            self._cpu_s, self._next_look = self._stopwatch.cpu_s, time.monotonic() + TICK_S
        return self._cpu_s

    def _record(self, message: Mapping[str, Any]) -> None:
        """Keep one message, a JSON text, until its facet is complete.

        The first message of an experiment is `{"exercise", "facets": {name: points}, "guard"?}`; each later one is
        `{"facet", "aspect", "tolerance"?, "returned": value}` or
        `{"facet", "aspect", "raised": class, "name": class, "outside"?: type}`.
        A value is an object with one key: `none`, `bool`, `int` (text), `float` (text), `text`, `array` (base64 of a
        .npy file), `items` (list of values), `pairs` (list of [value, value]) or `other` (a type's name).
        """
        facet, text = message.get("facet"), json.dumps(message)
        if self._facet not in (None, facet) or sum(map(len, _waiting)) + len(text) > MAX_MESSAGE:
            publish()
        self._facet = facet
        _waiting.append(text)
        if not _published_behind_the_cell():
            publish()


@contextlib.contextmanager
def _draws_of(number: int, rng: np.random.Generator) -> Iterator[None]:
    """Let a generator give different numbers within the block, far beyond those that it gives afterwards."""
    bits = rng.bit_generator
    state = bits.state
    bits.advance(number << 64)  # type: ignore[attr-defined]  # PCG64, as `default_rng` makes it
    try:
        yield
    finally:
        bits.state = state


_waiting: list[str] = []
"""Messages that were recorded and not published yet."""


def publish(_result: Any = None) -> None:
    """Send what was recorded: one display of the type `MIME` whose data is the JSON texts, one per line.

    Sent one by one, they would take longer than the functions that they report on. IPython calls this after each cell.
    """
    from IPython.display import publish_display_data

    if _waiting:
        texts = "\n".join(_waiting)
        _waiting.clear()
        publish_display_data({MIME: texts, "text/plain": ""})


def _published_behind_the_cell() -> bool:
    """Let IPython publish what is left when the cell ends; False if there is no IPython."""
    from IPython import get_ipython

    shell = get_ipython()
    if shell is None:
        return False
    shell.events.register("post_run_cell", publish)
    return True


def copies(arguments: Any) -> Any:
    """Deep copies of arguments, so that a student's function can spoil only its own; functions are not copied."""
    if isinstance(arguments, dict):
        return {name: _copy(value) for name, value in arguments.items()}
    return tuple(_copy(value) for value in arguments)


def _copy(value: Any) -> Any:
    return value if callable(value) else copy.deepcopy(value)


class _TooLarge(Exception):
    """A value has more parts than fit into one observation."""


def _value(value: Any) -> dict[str, Any]:
    """What came back as plain JSON data. An unreadable object is not an exception of the student's function."""
    try:
        encoded = _encode(value, [2 * MAX_ELEMENTS])
        if len(json.dumps(encoded)) < MAX_MESSAGE - 1000:  # the rest is for the message around it
            return encoded
    except _TooLarge:
        pass
    except Exception:
        return {"other": _type_name(value)}
    return {"other": f"{_type_name(value)}, too large"}


def _encode(value: Any, room: list[int], depth: int = 0) -> dict[str, Any]:
    """A value as plain JSON data; what is not a plain value is recorded by its type's name. `room` says what fits."""
    _take(room, 1)
    if value is None:
        return {"none": None}
    if isinstance(value, (bool, np.bool_)):
        return {"bool": bool(value)}
    if isinstance(value, (int, np.integer)):
        # Python itself refuses the text of a huge integer, which also takes long; it is wrong in any case.
        return {"int": str(int(value))} if int(value).bit_length() < 256 else {"other": "huge int"}
    if isinstance(value, (float, np.floating)):
        return {"float": repr(float(value))}
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, (set, frozenset)) and depth < MAX_DEPTH:
        parts = [_encode(item, room, depth + 1) for item in value]
        return {"pairs": [[{"text": "set"}, part] for part in sorted(parts, key=json.dumps)]}  # it has no order
    if isinstance(value, (tuple, list)) and depth < MAX_DEPTH:
        return {"items": [_encode(item, room, depth + 1) for item in value]}
    if isinstance(value, dict) and depth < MAX_DEPTH:
        pairs = [[_encode(key, room, depth + 1), _encode(item, room, depth + 1)] for key, item in value.items()]
        return {"pairs": sorted(pairs, key=lambda pair: json.dumps(pair[0]))}  # the order of keys is no answer
    if isinstance(value, np.ndarray) or hasattr(value, "__array__"):
        array = np.asarray(value)  # no copy: a broadcast array may be larger than the memory
        if array.dtype.kind in "OU" and depth < MAX_DEPTH:  # text, also in a table with names
            _take(room, array.size)
            names = [list(getattr(value, name)) for name in ("columns", "index") if hasattr(type(value), name)]
            return _encode([*names, array.tolist()] if names else array.tolist(), room, depth + 1)
        _take(room, array.size)
        return _encode_array(array)
    return {"other": _type_name(value)}


def _take(room: list[int], parts: int) -> None:
    room[0] -= parts
    if room[0] < 0:
        raise _TooLarge


def _encode_array(array: Any) -> dict[str, Any]:
    if array.dtype.kind not in "biuf":
        return {"other": f"array of {array.dtype}"[:MAX_TEXT]}
    if array.size > MAX_ELEMENTS:
        raise _TooLarge
    file = io.BytesIO()
    np.save(file, np.ascontiguousarray(array) if array.ndim else array, allow_pickle=False)
    return {"array": base64.b64encode(file.getvalue()).decode()}


def _text(text: str) -> dict[str, Any]:
    if str.__len__(text) > MAX_ANSWER:  # a subclass of str may have its own ways
        raise _TooLarge
    return {"text": str.__getitem__(text, slice(None))}


def _type_name(value: Any) -> str:
    """The name of a value's type, bypassing what a metaclass says about it."""
    name: str = type.__dict__["__name__"].__get__(type(value))
    return name[:MAX_TEXT]


def form_or_name(value: Any) -> dict[str, Any]:
    """The types of a value as a message, or its class's name if they cannot be determined."""
    try:
        return _text(_form(value))
    except Exception:
        return {"other": _type_name(value)}


def _form(value: Any, depth: int = 0) -> str:
    """The types of a value, without its numbers and sizes."""
    if isinstance(value, (tuple, list)) and depth < MAX_DEPTH:
        return f"{type(value).__name__}[{', '.join(_form(item, depth + 1) for item in value[:16])}]"
    if isinstance(value, np.ndarray):
        return f"ndarray[{value.dtype}]"
    return _type_name(value)


def _fingerprint(arguments: Any) -> list[bytes]:
    """Texts that change when an argument does. Arrays count by dtype, shape and content, containers by their items."""
    parts: list[bytes] = []

    def visit(value: Any) -> None:
        if isinstance(value, np.ndarray):
            parts.append(f"{value.dtype}{value.shape}".encode() + value.tobytes())
        elif isinstance(value, (tuple, list)):
            parts.append(f"{type(value).__name__}{len(value)}".encode())
            for item in value:
                visit(item)
        elif isinstance(value, dict):
            parts.append(f"dict{len(value)}".encode())
            for key, item in value.items():
                parts.append(repr(key).encode())
                visit(item)
        elif not callable(value):
            parts.append(repr(value).encode())

    visit(arguments)
    return parts


def _random_state() -> tuple[Any, ...]:
    name, keys, position, *rest = np.random.get_state()
    return (name, np.asarray(keys).tobytes(), position, *rest)


@contextlib.contextmanager
def _time_limit() -> Iterator[None]:
    """Raise `CallTookTooLong` in a block that uses too much, and again as long as a bare `except:` swallows it.

    Without POSIX timers, which only the main thread may set, the cell's own limit has to suffice.
    """
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    stopwatch: Stopwatch | None = None

    def look(_signal: int, _frame: Any) -> None:
        nonlocal stopwatch
        stopwatch = stopwatch or Stopwatch()  # most calls end before this, and the system adds up all threads for it
        if stopwatch.cpu_s >= CALL_LIMIT_S:
            raise CallTookTooLong
        if stopwatch.look() >= WAIT_LIMIT_S:
            raise CallWaitedTooLong

    earlier = signal.signal(signal.SIGALRM, look)
    signal.setitimer(signal.ITIMER_REAL, TICK_S, TICK_S)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, earlier)


@contextlib.contextmanager
def silenced() -> Iterator[None]:
    """Keep what a student's function prints or warns out of the notebook: in an experiment it does not count."""
    import warnings

    with (
        contextlib.redirect_stdout(io.StringIO()),
        contextlib.redirect_stderr(io.StringIO()),
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("ignore")
        yield


@contextlib.contextmanager
def without_input() -> Iterator[None]:
    """In the block, `input()` raises `InputCalled` instead of waiting for somebody who types."""

    def refuse(*_args: Any, **_kwargs: Any) -> str:
        raise InputCalled

    earlier = builtins.input
    builtins.input = refuse
    try:
        yield
    finally:
        builtins.input = earlier


_LAB = os.path.join(os.path.dirname(__file__), "")
_LIBRARIES = tuple(
    os.path.join(path, "") for path in {*sysconfig.get_paths().values(), os.path.dirname(os.path.dirname(__file__))}
)
"""Folders of code that is not the student's."""
_UNUSABLE = re.compile(r"'(\w+)' object|(?:of type|not) '(\w+)'|non-iterable (\w+) object")
"""How Python names the type of a value that cannot do what is asked of it."""


_DOES_NOT_FIT = re.compile(r"\w\(\) (missing|takes|got) ")
"""What Python says about a call with the wrong arguments: no line of the function has run."""


def _rose_afterwards(error: BaseException) -> bool:
    """Whether an exception was raised in what the experiment does with an answer, not in a student's function."""
    names = [frame.f_code.co_filename for frame, _line in traceback.walk_tb(error.__traceback__)]
    helpers = (_LAB, *folders_of_the_course())
    has_own_code = any(not name.startswith(("<", *_LIBRARIES, *helpers)) for name in names)
    has_helper = any(name == CELL or (name.startswith(helpers) and name != __file__) for name in names)
    return has_helper and not has_own_code and not _DOES_NOT_FIT.search(str(error))


def _unusable_type(error: BaseException) -> str:
    found = _UNUSABLE.search(str(error))
    return next((name for name in found.groups() if name), "object") if found else "object"


def is_stub(error: BaseException, *, of: str) -> bool:
    """Whether it is what the stub of the exercise `of` raises: `NotStarted`, or nbgrader's `NotImplementedError()`."""
    named = getattr(error, "exercise", None)
    return named in (of, None) if type(error).__name__ == "NotStarted" else not error.args


@contextlib.contextmanager
def _counted(names: Sequence[str], function: Callable[..., Any]) -> Iterator[set[str]]:
    """Note calls of library functions: in their own module, and where the student's notebook imported them by name."""
    calls: set[str] = set()
    patched: list[tuple[dict[str, Any], str, Any]] = []
    # A decorated function's globals are those of the decorator's module; the notebook is `__main__` all the same.
    importers = [getattr(function, "__globals__", {}), sys.modules["__main__"].__dict__]
    for dotted in names:
        module_name, _, attribute = dotted.rpartition(".")
        if module_name not in sys.modules:
            if module_name.partition(".")[0] not in sys.modules:
                continue  # never imported, so never called
            with contextlib.suppress(ImportError):
                importlib.import_module(module_name)
        original = getattr(sys.modules.get(module_name), "__dict__", {}).get(attribute)
        if original is None:
            continue

        def counting(*args: Any, _original: Any = original, _dotted: str = dotted, **kwargs: Any) -> Any:
            calls.add(_dotted)
            return _original(*args, **kwargs)

        patched.append((sys.modules[module_name].__dict__, attribute, original))
        patched += [
            (space, name, original) for space in importers for name, value in space.items() if value is original
        ]
        for namespace, name, _original in patched:
            if namespace[name] is original:
                namespace[name] = counting
    try:
        yield calls
    finally:
        for namespace, name, original in reversed(patched):
            namespace[name] = original
