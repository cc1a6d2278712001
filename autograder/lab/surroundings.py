"""The settings and library functions that a check and an experiment promise, whatever else a notebook has done.

A notebook can set a different precision for Keras, turn warnings into errors or replace `np.sum` with its own function.
None of that is part of an exercise; so `lab.check` and a hidden experiment both call a student's function with
everything as it was when the course was imported, and afterwards restore what the notebook had. Both do the same: what
one accepts, the other accepts.
"""

import builtins
import contextlib
import operator
import os
import re
import sys
import tempfile
import types
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np

RECURSION = 1000
"""Python's own limit: at least this many nested calls are allowed."""
_BY_NAME = ("PIL.Image", "PIL.ImageOps", "builtins", "functools", "io", "itertools", "json", "math", "os", "os.path",
            "pathlib", "random", "time", "zlib")  # fmt: skip
_BY_FORM = re.compile(
    r"numpy(\.random|\.linalg)?"
    r"|keras(\.(?!src\b|_)\w+)*"
    r"|tensorflow(\._api\.v2\.(?!compat\b|raw_ops\b)\w+)?"
)
"""Modules as people name them: behind them a library keeps its own state, which continues."""
_OF_THE_SHELL = ("display", "exit", "get_ipython", "input", "open", "quit")
"""Builtins that a Jupyter kernel replaces for itself, even between two cells."""

_courses_own: set[str] = set()
"""Modules of a course with which its experiments look at answers: see `protect`."""
_originals: dict[str, "_Original"] = {}
"""By name: modules and classes as they were when they were first seen."""
_others: set[str] = set()
"""Modules that are not kept, so that their names need not be looked at again: each check and each experiment asks."""
_latest: tuple[int, str] | None = None
"""How many modules there were when `remember` last looked at them, and the newest; None if it has to look again."""
_unchanged_in: Any = None
"""The shell whose cell, the one that runs, had replaced nothing when its first check began; None if there is none."""


def protect(module: str) -> None:
    """Keep what a module of the course's own holds, too: its experiments look at answers with it.

    The module's last line says so, and what it holds is noted at once: the cell that imports it may change it.
    """
    _courses_own.add(module)
    _originals[module] = _Original(sys.modules[module])


def folders_of_the_course() -> tuple[str, ...]:
    """The folders of the protected modules, each with a separator at its end."""
    files = (getattr(sys.modules.get(name), "__file__", None) for name in _courses_own)
    return tuple({os.path.join(os.path.dirname(file), "") for file in files if file})


def remember() -> None:
    """Note what the known modules contain. What was noted before stays: it was there first."""
    global _latest
    _watch_cells()
    latest: tuple[int, str] | None = (len(sys.modules), next(reversed(sys.modules), ""))
    if latest == _latest:
        return  # nothing was imported since
    for name in sys.modules.keys() - _others:
        module = sys.modules.get(name)
        if name in _originals:
            continue
        if not (name in _BY_NAME or _BY_FORM.fullmatch(name)):
            _others.add(name)
            continue
        spec = getattr(module, "__spec__", None)
        if not isinstance(module, types.ModuleType) or getattr(spec, "_initializing", False):
            latest = None  # it is just being imported
            continue
        _originals[name] = _Original(module)
        if name.startswith("keras"):
            for value in vars(module).values():
                if isinstance(value, type):
                    _originals.setdefault(f"{value.__module__}.{value.__qualname__}", _Original(value))
    _latest = latest


_KINDS_OF_METHODS = (types.FunctionType, property, classmethod, staticmethod)
_GONE = object()
_all, _map, _import = all, map, builtins.__import__
"""Python's own: a notebook can replace these, too, and that has to be noticed."""


class _Original:
    """A module or a class as it was when it was first seen: its public names, or a class's methods."""

    def __init__(self, owner: Any) -> None:
        self.owner = owner
        self._now = vars(owner)  # it changes with the owner
        held = _worth_noting(self._now, methods=isinstance(owner, type))
        self._names, self._values = tuple(held), tuple(held.values())
        self._all_of_them = operator.itemgetter(*held) if len(held) > 1 else lambda now: [now[name] for name in held]
        self._there = frozenset(self._now) if isinstance(owner, type) else None

    def changes(self) -> list[tuple[str, Any]]:
        """What is no longer as it was: names with their original values, `_GONE` for what was not there."""
        now, there = self._now, self._there
        found: list[tuple[str, Any]] = []
        if not self._is_unchanged():
            found = [
                (name, value)
                for name, value in zip(self._names, self._values, strict=True)
                if now.get(name, _GONE) is not value and not (self.owner is builtins and name in _OF_THE_SHELL)
            ]
        if there is not None and not now.keys() <= there:
            found += [(name, _GONE) for name in now.keys() - there if self._covers(name)]
        return found

    def _is_unchanged(self) -> bool:
        try:
            return _all(_map(operator.is_, self._all_of_them(self._now), self._values))
        except KeyError:
            return False

    def _covers(self, name: str) -> bool:
        """Whether a name of the class hides a method that it inherits."""
        inherited = (vars(parent).get(name) for parent in self.owner.__mro__[1:])
        return any(isinstance(method, _KINDS_OF_METHODS) for method in inherited)


def _worth_noting(held: Any, *, methods: bool = False) -> dict[str, Any]:
    """Functions, classes and numbers such as `np.pi`; other values are a library's own state."""
    return {
        name: value
        for name, value in held.items()
        if (
            isinstance(value, _KINDS_OF_METHODS)
            if methods
            else (name[0] != "_" or name == "__import__") and (callable(value) or isinstance(value, float))
        )
    }


@contextlib.contextmanager
def as_promised(*, for_check: bool = False) -> Iterator[None]:
    """Within the block, settings and library functions are as the course promises; after it, as they were before.

    Args:
        for_check: It is one of a cell's many checks. If the first of them found no library function replaced, the
            others do not look again: an experiment looks once for all its calls, too.
    """
    with contextlib.ExitStack() as stack:
        if not for_check or _unchanged_in is None or _unchanged_in is not _shell():
            stack.enter_context(_library())
        stack.enter_context(_keras())
        stack.enter_context(np.errstate(divide="warn", over="warn", under="ignore", invalid="warn"))
        stack.enter_context(np.printoptions(**_PRINTED))
        stack.enter_context(_python())
        yield


_PRINTED: dict[str, Any] = {
    "precision": 8, "threshold": 1000, "edgeitems": 3, "linewidth": 75, "suppress": False, "nanstr": "nan",
    "infstr": "inf", "formatter": None, "sign": "-", "floatmode": "maxprec", "legacy": False,
}  # fmt: skip


@contextlib.contextmanager
def _library() -> Iterator[None]:
    """Restore what was there first in place of what a notebook put there. What it added under new names stays."""
    remember()
    found: list[tuple[Any, str, Any]] = []
    for original in _originals.values():
        owner = original.owner
        for name, value in original.changes():
            found.append((owner, name, vars(owner).get(name, _GONE)))
            _put(owner, name, value)
    if not found:
        _know_this_cell()
    try:
        yield
    finally:
        for owner, name, value in found:
            _put(owner, name, value)


def _shell() -> Any:
    """IPython's shell; None outside of one. It imports nothing, which a notebook can have made impossible."""
    known = getattr(sys.modules.get("IPython.core.interactiveshell"), "InteractiveShell", None)
    return known.instance() if known is not None and known.initialized() else None


def _know_this_cell() -> None:
    """Remember that the cell that runs has replaced nothing, until the next one begins."""
    global _unchanged_in
    _watch_cells()
    _unchanged_in = _shell()


def _watch_cells() -> None:
    shell = _shell()
    if shell is not None:
        shell.events.register("pre_execute", _before_a_cell)


def _before_a_cell() -> None:
    global _unchanged_in
    _unchanged_in = None
    if not callable(builtins.__import__):  # no cell can work without it, an experiment neither
        builtins.__import__ = _import


def _put(owner: Any, name: str, value: Any) -> None:
    """Make a name mean `value`; `_GONE` removes it."""
    if value is _GONE:
        delattr(owner, name)
    else:
        setattr(owner, name, value)


@contextlib.contextmanager
def _keras() -> Iterator[None]:
    """Keras's precision, its order of axes, its training limits, and whether TensorFlow traces functions."""
    config = getattr(sys.modules.get("keras"), "config", None)
    if config is None:
        yield
        return
    promised = {
        "floatx": "float32",
        "epsilon": 1e-7,
        "image_data_format": "channels_last",
        "dtype_policy": "float32",
        "max_epochs": None,  # this one and the next are not in every version
        "max_steps_per_epoch": None,
    }
    settings = [
        (getattr(config, name), getattr(config, f"set_{name}"), value)
        for name, value in promised.items()
        if hasattr(config, f"set_{name}")
    ]
    tensorflow = getattr(sys.modules.get("tensorflow"), "config", None)
    if tensorflow is not None:
        settings.append((tensorflow.functions_run_eagerly, tensorflow.run_functions_eagerly, False))
    with contextlib.ExitStack() as stack:
        for get, change, due in settings:
            earlier = get()
            if getattr(earlier, "name", earlier) != due:
                stack.callback(change, earlier)
                change(due)
        yield


@contextlib.contextmanager
def _python() -> Iterator[None]:
    """A warning is not an exception, functions may call one another, and there is a working directory."""
    limit = sys.getrecursionlimit()
    with warnings.catch_warnings(), contextlib.ExitStack() as stack:
        warnings.filters[:] = [kept for kept in warnings.filters if kept[0] != "error"]  # type: ignore[index]
        if limit < RECURSION:
            sys.setrecursionlimit(RECURSION)
            stack.callback(sys.setrecursionlimit, limit)
        try:
            os.getcwd()
        except OSError:  # it was removed; there is nothing to go back to
            os.chdir(tempfile.gettempdir())
        yield


remember()
