"""The recorder of a hidden test: it calls a student's function and writes down what came back.

A hidden test asserts nothing and expects nothing. It says

    observe, rng = begin("max_pool2d", {"2x2 default": 1, "negative": 1.25})
    observe("2x2 default", max_pool2d, rng.normal(size=(6, 8, 3)))

and each call of `observe` publishes one observation at once, as a display message that holds a JSON text. What the
answer should have been is known in another process, which ran the same cell on the solved notebook; see
`autograder.grading.judge`. Whoever changes this module in his own process changes his own observations, nothing else.

The form of a message is written down at `Recorder._publish`; `autograder.grading.observations` reads it.
"""

import base64
import contextlib
import copy
import importlib
import io
import json
import os
import signal
import sys
import time
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

MIME = "application/vnd.autograder.observation+json"
SEED_VARIABLE = "AUTOGRADER_SEED"
CALL_LIMIT_S = 5.0
"""Wall seconds that one observed call may take."""
CELL_LIMIT_S = 20.0
"""Wall seconds after which an experiment stops calling the student's functions."""
MAX_ELEMENTS = 20_000
MAX_DEPTH = 4
MAX_TEXT = 200

_ERRORS = (ValueError, KeyError, IndexError, TypeError, NotImplementedError, NameError)


class NotGraded(RuntimeError):
    """A hidden test was run by something that cannot judge it. Plain nbgrader gives 0 for the error: it fails safe."""


class CallTookTooLong(BaseException):
    """Raised inside a student's function when its time is over; no ordinary `except` swallows it."""


def begin(exercise: str, facets: Mapping[str, float]) -> "tuple[Recorder, np.random.Generator]":
    """Open the experiment of one exercise.

    Args:
        exercise: Name of the exercise's solution cell.
        facets: Name of each facet and its points, in the order in which they are shown. The points count only when
            this is run on the solved notebook.

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
    recorder = Recorder(exercise)
    recorder.declare(facets)
    return recorder, np.random.default_rng([int(seed), zlib.crc32(exercise.encode())])


class Recorder:
    """Calls functions and publishes what they do. Calling it records a value; its methods record other aspects."""

    def __init__(self, exercise: str) -> None:
        self._exercise = exercise
        self._ends_at = time.monotonic() + CELL_LIMIT_S
        self._too_long = 0

    def declare(self, facets: Mapping[str, float]) -> None:
        """Publish the facets and their points."""
        self._publish({"exercise": self._exercise, "facets": {name: float(points) for name, points in facets.items()}})

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
            exact: Floats must agree to the last bit. Counts on the solved side only.
            atol: Absolute and relative tolerance of floats instead of 1e-4. Counts on the solved side only.
            **kwargs: Its keyword arguments; copies too.
        """
        tolerance = 0.0 if exact else atol
        self._observe(facet, "value", lambda: _encode(function(*_copies(args), **_copies(kwargs))), tolerance=tolerance)

    def form(self, facet: str, function: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
        """Record the Python types or the dtype of what comes back, such as `tuple[int, int]` or `ndarray[float32]`."""
        self._observe(facet, "form", lambda: _text(_form(function(*_copies(args), **_copies(kwargs)))))

    def purity(self, facet: str, function: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
        """Record whether the arguments are as before, and whether numpy's global random state is."""

        def call() -> dict[str, Any]:
            given, named = _copies(args), _copies(kwargs)
            before = _fingerprint((given, named))
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
                function(*_copies(args), **_copies(kwargs))
            return _text(", ".join(sorted(calls)))

        self._observe(facet, "library", call)

    def _observe(
        self, facet: str, aspect: str, call: Callable[[], dict[str, Any]], *, tolerance: float | None = None
    ) -> None:
        message: dict[str, Any] = {"facet": facet, "aspect": aspect}
        if tolerance is not None:
            message["tolerance"] = tolerance
        if time.monotonic() > self._ends_at or self._too_long >= 2:
            self._publish({**message, "raised": "OutOfTime", "name": "OutOfTime"})
            return
        try:
            with _time_limit(CALL_LIMIT_S), _silenced():
                message["returned"] = call()
        except CallTookTooLong:
            self._too_long += 1
            message |= {"raised": "CallTookTooLong", "name": "CallTookTooLong"}
        except (
            BaseException
        ) as error:  # also SystemExit and KeyboardInterrupt: what a student's code raises is a result
            nearest = next((known.__name__ for known in _ERRORS if isinstance(error, known)), "other")
            message |= {"raised": nearest, "name": type(error).__name__[:MAX_TEXT]}
        self._publish(message)

    def _publish(self, message: Mapping[str, Any]) -> None:
        """Send one message: a display of the type `MIME` whose data is a JSON text.

        The first message of an experiment is `{"exercise", "facets": {name: points}}`; each later one is
        `{"facet", "aspect", "tolerance"?, "returned": value}` or `{"facet", "aspect", "raised": class, "name": class}`.
        A value is an object with one key: `none`, `bool`, `int` (text), `float` (text), `text`, `array` (base64 of a
        .npy file), `items` (list of values), `pairs` (list of [value, value]) or `other` (a type's name).
        """
        from IPython.display import publish_display_data

        publish_display_data({MIME: json.dumps(message), "text/plain": ""})


def _copies(arguments: Any) -> Any:
    """Deep copies of arguments, so that a student's function can spoil its own only; functions stay what they are."""
    if isinstance(arguments, dict):
        return {name: _copy(value) for name, value in arguments.items()}
    return tuple(_copy(value) for value in arguments)


def _copy(value: Any) -> Any:
    return value if callable(value) else copy.deepcopy(value)


def _encode(value: Any, depth: int = 0) -> dict[str, Any]:
    """A value as plain JSON data; what is no plain value is recorded by the name of its type."""
    if value is None:
        return {"none": None}
    if isinstance(value, (bool, np.bool_)):
        return {"bool": bool(value)}
    if isinstance(value, (int, np.integer)):
        # The text of a huge integer is refused by Python itself, and takes long; it is wrong in any case.
        return {"int": str(int(value))} if int(value).bit_length() < 256 else {"other": "huge int"}
    if isinstance(value, (float, np.floating)):
        return {"float": repr(float(value))}
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, (tuple, list)) and depth < MAX_DEPTH and len(value) <= MAX_ELEMENTS:
        return {"items": [_encode(item, depth + 1) for item in value]}
    if isinstance(value, dict) and depth < MAX_DEPTH and len(value) <= MAX_ELEMENTS:
        return {"pairs": [[_encode(key, depth + 1), _encode(item, depth + 1)] for key, item in value.items()]}
    if isinstance(value, np.ndarray) or hasattr(value, "__array__"):
        return _encode_array(np.array(value))
    return {"other": type(value).__name__[:MAX_TEXT]}


def _encode_array(array: Any) -> dict[str, Any]:
    if array.dtype.kind not in "biuf":
        return {"other": f"array of {array.dtype}"[:MAX_TEXT]}
    if array.size > MAX_ELEMENTS:
        return {"other": "array too large"}
    file = io.BytesIO()
    np.save(file, np.ascontiguousarray(array) if array.ndim else array, allow_pickle=False)
    return {"array": base64.b64encode(file.getvalue()).decode()}


def _text(text: str) -> dict[str, Any]:
    return {"text": str(text)[:MAX_TEXT]}


def _form(value: Any, depth: int = 0) -> str:
    """The types of a value, without its numbers and sizes."""
    if isinstance(value, (tuple, list)) and depth < MAX_DEPTH:
        return f"{type(value).__name__}[{', '.join(_form(item, depth + 1) for item in value[:16])}]"
    if isinstance(value, np.ndarray):
        return f"ndarray[{value.dtype}]"
    return type(value).__name__


def _fingerprint(arguments: Any) -> bytes:
    """Bytes that change when an argument does. Arrays count by dtype, shape and content, containers by their items."""
    parts: list[bytes] = []

    def visit(value: Any) -> None:
        if isinstance(value, np.ndarray):
            parts.append(f"{value.dtype}{value.shape}".encode() + value.tobytes())
        elif isinstance(value, (tuple, list)):
            parts.append(type(value).__name__.encode())
            for item in value:
                visit(item)
        elif isinstance(value, dict):
            for key, item in value.items():
                parts.append(repr(key).encode())
                visit(item)
        elif not callable(value):
            parts.append(repr(value).encode())

    visit(arguments)
    return b"|".join(parts)


def _random_state() -> tuple[Any, ...]:
    name, keys, position, *rest = np.random.get_state()
    return (name, np.asarray(keys).tobytes(), position, *rest)


@contextlib.contextmanager
def _time_limit(seconds: float) -> Iterator[None]:
    """Raise `CallTookTooLong` in the block after `seconds`. Without POSIX timers the cell's own limit has to do."""
    if not hasattr(signal, "setitimer"):
        yield
        return

    def stop(_signal: int, _frame: Any) -> None:
        raise CallTookTooLong

    earlier = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, earlier)


@contextlib.contextmanager
def _silenced() -> Iterator[None]:
    """Keep what a student's function prints or warns out of the notebook: in an experiment it counts for nothing."""
    import warnings

    with (
        contextlib.redirect_stdout(io.StringIO()),
        contextlib.redirect_stderr(io.StringIO()),
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("ignore")
        yield


@contextlib.contextmanager
def _counted(names: Sequence[str], function: Callable[..., Any]) -> Iterator[set[str]]:
    """Note calls of library functions: in their own module, and where the student's notebook imported them by name."""
    calls: set[str] = set()
    patched: list[tuple[dict[str, Any], str, Any]] = []
    notebook = getattr(function, "__globals__", {})
    for dotted in names:
        module_name, _, attribute = dotted.rpartition(".")
        if module_name not in sys.modules:
            if module_name.partition(".")[0] not in sys.modules:
                continue  # never imported, so never called
            with contextlib.suppress(ImportError):
                importlib.import_module(module_name)
        original = getattr(sys.modules.get(module_name), attribute, None)
        if original is None:
            continue

        def counting(*args: Any, _original: Any = original, _dotted: str = dotted, **kwargs: Any) -> Any:
            calls.add(_dotted)
            return _original(*args, **kwargs)

        patched.append((sys.modules[module_name].__dict__, attribute, original))
        patched += [(notebook, name, original) for name, value in notebook.items() if value is original]
        for namespace, name, _original in patched:
            if namespace[name] is original:
                namespace[name] = counting
    try:
        yield calls
    finally:
        for namespace, name, original in reversed(patched):
            namespace[name] = original
