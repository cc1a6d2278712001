"""Answers as numbers, and in a form in which equal ones are equal on every machine."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import numpy as np


def as_array(value: Any) -> Any:
    """An answer as an array of numbers, or None for what a hidden experiment cannot compare, such as a range."""
    return whatever_as_array(value) if _can_be_observed(value) else None


def _can_be_observed(value: Any, depth: int = 0) -> bool:
    """Whether it is of a kind that an experiment sends: numbers, arrays, and lists of them at any depth."""
    if isinstance(value, (list, tuple)):
        return depth < 8 and all(_can_be_observed(item, depth + 1) for item in value)
    return isinstance(value, (bool, int, float, np.generic)) or hasattr(type(value), "__array__")


def whatever_as_array(value: Any) -> Any:
    """Whatever numpy can turn into an array of numbers, or None."""
    if isinstance(value, (list, tuple)) and len(_truths(value)) > 1:
        return None  # numbers, and True or False among them
    try:
        array = np.asarray(value)
    except Exception:
        return None
    return array if array.dtype.kind in "biuf" else None


def _truths(value: Any, depth: int = 0) -> set[bool]:
    """Whether the items of lists, at any depth, are True or False: both, if there are two kinds."""
    if isinstance(value, (list, tuple)):
        return set().union(*(_truths(item, depth + 1) for item in value)) if depth < 8 else set()
    if isinstance(value, np.ndarray):
        return {bool(value.shape == () and value.dtype == bool)}
    return {isinstance(value, (bool, np.bool_))}


def holds_numbers(value: Any, depth: int = 0) -> bool:
    """Whether it is an array of numbers, or lists of them at any depth."""
    if isinstance(value, (list, tuple)):
        return depth < 8 and all(holds_numbers(item, depth + 1) for item in value)
    return as_array(value) is not None


def plain(value: Any, depth: int = 0) -> Any:
    """A form in which equal answers are equal on every machine: plain lists, floats to four digits."""
    array = whatever_as_array(value)
    if array is not None:
        return [list(array.shape), (np.round(array.astype(float), 4) + 0.0).ravel().tolist()]  # -0.0 + 0.0 is 0.0
    if depth > 8:
        return type(value).__name__  # a list can contain itself
    if isinstance(value, Mapping):
        return {str(name): plain(item, depth + 1) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item, depth + 1) for item in value]
    return getattr(value, "__name__", None) or safe_repr(value)


def digest(value: Any) -> str:
    """Twenty hex digits that identify a plain form."""
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=repr).encode()).hexdigest()[:20]


def rounded(value: Any) -> Any:
    """A number, or a sequence of them, with six digits, as each machine computes them."""
    if isinstance(value, (list, tuple)):
        return type(value)(map(rounded, value)) if type(value) in (list, tuple) else value
    if isinstance(value, np.generic):
        value = value.item()
    return float(f"{value:.6g}") if isinstance(value, float) else value


def as_lists(array: Any) -> Any:
    """An array as nested lists, floats to four digits; whole numbers stay whole."""
    return (np.round(array.astype(float), 4) + 0.0 if array.dtype.kind == "f" else array).tolist()


def safe_repr(value: Any) -> str:
    """Python's text for a value, whatever its class does."""
    try:
        return repr(value)
    except Exception:  # a student's class, or an integer of more digits than Python prints
        return f"<{type(value).__name__}>"
