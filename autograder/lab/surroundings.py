"""The settings and library functions that a check and an experiment promise, whatever else a notebook has done.

A notebook can set a different precision for Keras, turn warnings into errors or replace `np.sum` with its own function.
None of that is part of an exercise; so `lab.check` and a hidden experiment both call a student's function with
everything as it was when the course was imported, and afterwards restore what the notebook had. Both do the same: what
one accepts, the other accepts.
"""

import builtins
import contextlib
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
_BY_FORM = re.compile(r"numpy(\.random|\.linalg)?|keras(\.(?!src\b|_)\w+)*|tensorflow(\._api\.v2\.(?!compat\b)\w+)?")
"""Modules as people name them: behind them a library keeps its own state, which continues."""
_OF_THE_SHELL = ("display", "exit", "get_ipython", "input", "open", "quit")
"""Builtins that a Jupyter kernel replaces for itself, even between two cells."""

_courses_own: set[str] = set()
"""Modules of a course with which its experiments look at answers: see `protect`."""
_originals: dict[str, tuple[Any, dict[str, Any]]] = {}
"""By name: a module or a class, and what it held when it was first seen: its public names, or a class's methods."""


def protect(module: str) -> None:
    """Keep what a module of the course's own holds, too: its experiments look at answers with it."""
    _courses_own.add(module)


def folders_of_the_course() -> tuple[str, ...]:
    """The folders of the protected modules, each with a separator at its end."""
    files = (getattr(sys.modules.get(name), "__file__", None) for name in _courses_own)
    return tuple({os.path.join(os.path.dirname(file), "") for file in files if file})


def remember() -> None:
    """Note what the known modules contain. What was noted before stays: it was there first."""
    for name, module in list(sys.modules.items()):
        if name in _originals or not (name in _BY_NAME or name in _courses_own or _BY_FORM.fullmatch(name)):
            continue
        spec = getattr(module, "__spec__", None)
        if not isinstance(module, types.ModuleType) or getattr(spec, "_initializing", False):
            continue  # it is just being imported
        _originals[name] = module, _worth_noting(vars(module))
        if name.startswith("keras"):
            for value in vars(module).values():
                if isinstance(value, type):
                    _originals.setdefault(
                        f"{value.__module__}.{value.__qualname__}", (value, _worth_noting(vars(value), methods=True))
                    )


_KINDS_OF_METHODS = (types.FunctionType, property, classmethod, staticmethod)


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


def _covering(owner: Any, held: dict[str, Any]) -> list[str]:
    """Methods that a class has acquired since then, ahead of those that it inherits."""
    if not isinstance(owner, type):
        return []
    inherited = owner.__mro__[1:]
    return [
        name
        for name in vars(owner)
        if name not in held and any(isinstance(vars(parent).get(name), _KINDS_OF_METHODS) for parent in inherited)
    ]


@contextlib.contextmanager
def as_promised() -> Iterator[None]:
    """Within the block, settings and library functions are as the course promises; after it, as they were before."""
    with contextlib.ExitStack() as stack:
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
    gone = object()
    found: list[tuple[Any, str, Any]] = []
    for owner, held in _originals.values():
        now = vars(owner)
        for name, original in held.items():
            if now.get(name, gone) is not original and not (owner is builtins and name in _OF_THE_SHELL):
                found.append((owner, name, now.get(name, gone)))
                setattr(owner, name, original)
        for name in _covering(owner, held):
            found.append((owner, name, vars(owner)[name]))
            delattr(owner, name)
    try:
        yield
    finally:
        for owner, name, value in found:
            if value is gone:
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
