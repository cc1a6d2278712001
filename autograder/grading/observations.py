"""Reads what a recorder published. Nothing is unpickled or evaluated, and every size is checked before it is read.

The form of the messages is described at `autograder.lab.experiment.Recorder._record`. The texts come from a process
that ran a student's code, so they can contain anything.
"""

import base64
import builtins
import json
import math
import re
import sys
from collections.abc import Sequence
from typing import Any

import numpy as np

from autograder.reasons import Reason, Why, because
from autograder.values.observed import (
    Array,
    Experiment,
    Observation,
    Outcome,
    Plain,
    Raised,
    Returned,
    Unusable,
)

MAX_MESSAGE = 400_000
"""Characters of one observation. An array of 20,000 float64 takes 213,000."""
MAX_MESSAGES = 2_000
MAX_ELEMENTS = 20_000
MAX_DEPTH = 6
MAX_TEXT = 10_000
"""Characters of a text: it counts in full, or not at all."""


_NPY = re.compile(
    rb"\x93NUMPY\x01\x00.."
    rb"\{'descr': '(?P<dtype>[<>|=][biuf]\d{1,2})', 'fortran_order': (?P<fortran>True|False), "
    rb"'shape': \((?P<shape>|\d{1,18},|\d{1,18}(?:, \d{1,18}){1,31})\), \} *\n",
    re.DOTALL,
)


class _Refused(Exception):
    """The text is not a valid observation."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


def parse(messages: Sequence[str]) -> Experiment:
    """The observations in a hidden cell's messages; what cannot be read becomes `Unusable`."""
    exercise, facets, observations = "", (), []  # type: str, tuple[tuple[str, float], ...], list[Observation]
    guard = 0.0
    for message in messages[: MAX_MESSAGES + 1]:
        try:
            data = _object(message)
        except _Refused as refused:
            observations.append(Observation("", "", Unusable(refused.reason)))
            continue
        if isinstance(data.get("facets"), dict):
            if not exercise:
                exercise = _label(data.get("exercise"))
                facets = tuple((_label(name), _finite(points) or 0.0) for name, points in data["facets"].items())
                guard = _finite(data.get("guard")) or 0.0
            continue
        facet, aspect = _label(data.get("facet")), _label(data.get("aspect"))
        observations.append(Observation(facet, aspect, _outcome(data), _finite(data.get("tolerance"))))
    return Experiment(exercise, facets, tuple(observations), guard)


def _object(message: str) -> dict[str, Any]:
    if len(message) > MAX_MESSAGE:
        raise _Refused(because(Why.TOO_LARGE))
    try:
        data = json.loads(message)
    except (ValueError, RecursionError):
        data = None
    if not isinstance(data, dict):
        raise _Refused(because(Why.UNREADABLE))
    return data


def _finite(number: Any) -> float | None:
    """A number in the message; None for anything else. To `json`, 1e999 is infinity, and an int can have any length."""
    usable = isinstance(number, (int, float)) and abs(number) <= sys.float_info.max
    return float(number) if usable else None


def _label(text: Any) -> str:
    """A name that can be printed anywhere: no control characters that steer a terminal, no lone surrogates."""
    return "".join(sign if sign.isprintable() else "?" for sign in text[:200]) if isinstance(text, str) else ""


def _outcome(data: dict[str, Any]) -> Outcome:
    if "raised" in data:
        return Raised(_label(data["raised"]), _label(data.get("name")), _label(data.get("outside")))
    try:
        return Returned(_value(data.get("returned"), 0))
    except _Refused as refused:
        return Unusable(refused.reason)


def _value(data: Any, depth: int) -> Plain:
    """A value in the recorder's form as plain data: numbers as `Array`, containers as tuples."""
    if not isinstance(data, dict) or len(data) != 1 or depth > MAX_DEPTH:
        raise _Refused(because(Why.UNREADABLE))
    ((kind, content),) = data.items()
    if kind == "none":
        return None
    if kind == "bool" and isinstance(content, bool):
        return content
    if kind == "text" and isinstance(content, str):
        if len(content) > MAX_TEXT:
            raise _Refused(because(Why.TOO_LARGE))
        return content
    if kind in ("int", "float") and isinstance(content, str) and len(content) < 100:
        return _number(kind, content)
    if kind == "array" and isinstance(content, str):
        return _array(content)
    if kind == "items" and isinstance(content, list) and len(content) <= MAX_ELEMENTS:
        return _items(tuple(_value(item, depth + 1) for item in content))
    if kind == "pairs" and isinstance(content, list) and len(content) <= MAX_ELEMENTS:
        return tuple(_pair(pair, depth) for pair in content)
    if kind == "other" and isinstance(content, str) and content.endswith(", too large"):
        raise _Refused(because(Why.TOO_LARGE))
    if kind == "other" and isinstance(content, str):
        raise _Refused(because(Why.NOT_COMPARABLE, type=_type_name(content)))
    raise _Refused(because(Why.UNREADABLE))


def _type_name(name: str) -> str | Reason:
    """A type's name if it is one that everybody has; a student's own class can have any text as its name."""
    known = isinstance(getattr(builtins, name, None), type) or name in _TYPES
    return name if known or _ARRAY.fullmatch(name) else because(Why.OWN_CLASS)


_ARRAY = re.compile(r"array of (object|complex\d{2,3}|[<>|]?[SU]\d{0,3})")
_TYPES = (
    "array too large",
    "huge int",
    "generator",
    "function",
    "module",
    "EagerTensor",
    "SymbolicTensor",
    "KerasTensor",
    "Variable",
    "Sequential",
    "Functional",
    "DataFrame",
    "Series",
    "Image",
    "Figure",
)


def _pair(pair: Any, depth: int) -> Plain:
    if not isinstance(pair, list) or len(pair) != 2:
        raise _Refused(because(Why.UNREADABLE))
    return (_value(pair[0], depth + 1), _value(pair[1], depth + 1))


def _number(kind: str, text: str) -> Array:
    try:
        value = int(text) if kind == "int" else float(text)
    except ValueError:
        raise _Refused(because(Why.UNREADABLE)) from None
    return Array((), (value,), "i" if kind == "int" else "f", kind)


def _array(content: str) -> Plain:
    """A .npy file of numbers, in the form that `numpy.save` writes.

    `numpy.load` is not used: it evaluates the header as a Python literal, which a malicious header can make fail in
    many ways, and it allocates what the header promises before it checks that the file contains it.
    """
    try:
        file = base64.b64decode(content, validate=True)
        header = _NPY.match(file)
        if header is None:
            raise _Refused(because(Why.UNREADABLE))
        dtype = np.dtype(header["dtype"].decode())
        shape = tuple(int(side) for side in re.findall(rb"\d+", header["shape"]))
        if math.prod(shape) > MAX_ELEMENTS:
            raise _Refused(because(Why.TOO_LARGE))
        flat = np.frombuffer(file, dtype, offset=header.end())
        array = flat.reshape(shape, order="F" if header["fortran"] == b"True" else "C")
    except (ValueError, TypeError):
        raise _Refused(because(Why.UNREADABLE)) from None
    if dtype.kind == "f":
        with np.errstate(all="ignore"):  # a long double may be infinite as a double
            array = array.astype(np.float64)
    if dtype.kind == "b" and not shape:
        return bool(array)
    return Array(shape, tuple(array.ravel().tolist()), dtype.kind, dtype.name)


def _items(items: tuple[Plain, ...]) -> Plain:
    """A sequence of numbers, or of equal-shaped sequences of numbers, counts as the array that it would make."""
    if all(isinstance(item, bool) for item in items):
        return Array((len(items),), tuple(float(item) for item in items if isinstance(item, bool)), "b", "")
    arrays = [item for item in items if isinstance(item, Array)]
    if len(arrays) != len(items) or len({array.shape for array in arrays}) > 1:
        return items
    kinds = {array.kind for array in arrays}
    kind = kinds.pop() if len(kinds) == 1 else "f" if "f" in kinds else "i"
    values = tuple(value for array in arrays for value in array.values)
    return Array((len(items), *arrays[0].shape), values, kind, "")
