"""Calls, values and errors on one line, as a check shows them."""

import re
import tempfile
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from autograder.lab.answers import as_array, safe_repr
from autograder.language import _


def call_text(function: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]) -> str:
    """The call as a line of code, with long arguments shortened."""
    given = [argument(value) for value in args] + [f"{name}={argument(value)}" for name, value in kwargs.items()]
    if not callable(function):
        return f"check({', '.join([argument(function), *given])})"
    return f"{getattr(function, '__name__', 'function')}({', '.join(given)})"


def argument(value: Any) -> str:
    """An argument as a call shows it: long ones by their first item and their length."""
    if isinstance(value, bytes) and len(value) > 16:
        return _("{count} bytes").format(count=len(value))
    if isinstance(value, str) and len(value) > 40:
        return f"'...{value[-30:]}'"
    if isinstance(value, (list, tuple, dict)) and value and len(safe_repr(value)) > 60:
        opening, closing = {list: ("[", "]"), tuple: ("(", ")")}.get(type(value), ("{", "}"))
        first = next(iter(value))
        text = f"{argument(first)}: {argument(value[first])}" if isinstance(value, dict) else argument(first)
        rest = _(", ... {count} in all").format(count=len(value)) if len(value) > 1 else ""
        return f"{opening}{text}{rest}{closing}"
    return brief(value)


def brief(value: Any, *, typed: bool = True) -> str:
    """One line that a reader recognises: small arrays in full, large ones by shape and, if it matters, dtype."""
    if callable(value):
        return str(getattr(value, "__name__", type(value).__name__))
    array = as_array(value) if hasattr(value, "__array__") else None
    if array is not None:
        if array.ndim == 0:
            return repr(array.item())
        if array.size <= 16 and array.ndim <= 2:
            return np.array2string(array, separator=", ", precision=4).replace("\n", "")
        if not typed or array.dtype == int:  # the dtype that numpy gives a list of whole numbers was nobody's choice
            return _("array of shape {shape}").format(shape=array.shape)
        return _("array of shape {shape}, {dtype}").format(shape=array.shape, dtype=array.dtype)
    text = safe_repr(value).replace("\n", " ")
    return text if len(text) <= 120 else text[:117] + "..."


def brief_error(error: Exception) -> str:
    """The class and the line of an exception that says what is wrong.

    That is the first, except in a function that `tf.data` traces: there "in user code:" and a traceback come first.
    """
    name, lines = type(error).__name__, [line.strip() for line in str(error).split("\n")]
    if lines[0] == "in user code:":
        lines = [line.removeprefix(f"{name}: ") for line in lines if line.startswith(f"{name}: ")] or lines
    text = lines[0][:200]
    return f"{name}: {text}" if text else name


def lasting(problem: str) -> str:
    """The first line of a problem without the parts that vary: addresses, temporary files, Keras's counters."""
    line = problem.split("\n")[0].replace(tempfile.gettempdir(), "<folder>")
    line = re.sub(r"(?<=[a-z0-9])_\d+\b", "", line)  # flatten_3, the third of its kind
    return re.sub(r"<folder>[^\s'\"]*|0x[0-9a-fA-F]+", "...", line)
