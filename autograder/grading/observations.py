"""Reads what a recorder published. Nothing is unpickled or evaluated, and every size is checked before it is read.

The form of the messages stands at `autograder.lab.experiment.Recorder._publish`. The texts come from a process that ran
a student's code, so any text can be here.
"""

import base64
import binascii
import io
import json
import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from autograder.language import _
from autograder.values import Array, Experiment, Observation, Outcome, Plain, Raised, Returned, Unusable

MAX_MESSAGE = 400_000
"""Characters of one observation. An array of 20,000 float64 takes 213,000."""
MAX_MESSAGES = 2_000
MAX_ELEMENTS = 20_000
MAX_DEPTH = 6


class _Refused(Exception):
    """The text is no valid observation; the message is a phrase for the student."""


def parse(messages: Sequence[str]) -> Experiment:
    """The observations in a hidden cell's messages; what cannot be read becomes `Unusable`."""
    exercise, facets, observations = "", (), []  # type: str, tuple[tuple[str, float], ...], list[Observation]
    for message in messages[: MAX_MESSAGES + 1]:
        try:
            data = _object(message)
        except _Refused as refused:
            observations.append(Observation("", "", Unusable(str(refused))))
            continue
        if isinstance(data.get("facets"), dict):
            if not exercise:
                exercise = str(data.get("exercise"))[:200]
                facets = tuple((str(name)[:200], _points(points)) for name, points in data["facets"].items())
            continue
        tolerance = data.get("tolerance")
        observations.append(
            Observation(
                str(data.get("facet"))[:200],
                str(data.get("aspect"))[:20],
                _outcome(data),
                float(tolerance) if isinstance(tolerance, (int, float)) else None,
            )
        )
    return Experiment(exercise, facets, tuple(observations))


def _object(message: str) -> dict[str, Any]:
    if len(message) > MAX_MESSAGE:
        raise _Refused(_("what came back is too large"))
    try:
        data = json.loads(message)
    except (ValueError, RecursionError):
        data = None
    if not isinstance(data, dict):
        raise _Refused(_("what came back could not be read"))
    return data


def _points(points: Any) -> float:
    return float(points) if isinstance(points, (int, float)) and math.isfinite(points) else 0.0


def _outcome(data: dict[str, Any]) -> Outcome:
    if "raised" in data:
        return Raised(str(data["raised"])[:200], str(data.get("name"))[:200])
    try:
        return Returned(_value(data.get("returned"), 0))
    except _Refused as refused:
        return Unusable(str(refused))


def _value(data: Any, depth: int) -> Plain:
    """A value in the recorder's form as plain data: numbers as `Array`, containers as tuples."""
    if not isinstance(data, dict) or len(data) != 1 or depth > MAX_DEPTH:
        raise _Refused(_("what came back could not be read"))
    ((kind, content),) = data.items()
    if kind == "none":
        return None
    if kind == "bool" and isinstance(content, bool):
        return content
    if kind == "text" and isinstance(content, str):
        return content[:200]
    if kind in ("int", "float") and isinstance(content, str) and len(content) < 100:
        return _number(kind, content)
    if kind == "array" and isinstance(content, str):
        return _array(content)
    if kind == "items" and isinstance(content, list) and len(content) <= MAX_ELEMENTS:
        return _items(tuple(_value(item, depth + 1) for item in content))
    if kind == "pairs" and isinstance(content, list) and len(content) <= MAX_ELEMENTS:
        return tuple(_pair(pair, depth) for pair in content)
    if kind == "other" and isinstance(content, str):
        raise _Refused(_("a {type} came back, which cannot be compared").format(type=content[:60]))
    raise _Refused(_("what came back could not be read"))


def _pair(pair: Any, depth: int) -> Plain:
    if not isinstance(pair, list) or len(pair) != 2:
        raise _Refused(_("what came back could not be read"))
    return (_value(pair[0], depth + 1), _value(pair[1], depth + 1))


def _number(kind: str, text: str) -> Array:
    try:
        value = float(text)
    except (ValueError, OverflowError):
        raise _Refused(_("what came back could not be read")) from None
    return Array((), (value,), "i" if kind == "int" else "f", kind)


def _array(content: str) -> Array:
    """A .npy file, read without pickle. The header is checked first: it can promise more than the file holds."""
    try:
        file = io.BytesIO(base64.b64decode(content, validate=True))
        version = np.lib.format.read_magic(file)
        read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        shape, _fortran, dtype = read(file)
        if dtype.kind not in "biuf" or math.prod(shape) > MAX_ELEMENTS or dtype.itemsize > 16:
            raise _Refused(_("what came back is too large or holds no numbers"))
        file.seek(0)
        array = np.load(file, allow_pickle=False)
    except (ValueError, TypeError, EOFError, OSError, SyntaxError, MemoryError, OverflowError, binascii.Error):
        raise _Refused(_("what came back could not be read")) from None
    numbers = array.astype(np.float64).ravel().tolist()
    return Array(tuple(int(side) for side in shape), tuple(numbers), dtype.kind, str(dtype))


def _items(items: tuple[Plain, ...]) -> Plain:
    """A sequence of numbers, or of equal-shaped sequences of numbers, counts as the array that it would make."""
    arrays = [item for item in items if isinstance(item, Array)]
    if not items or len(arrays) != len(items) or len({array.shape for array in arrays}) > 1:
        return items
    kinds = {array.kind for array in arrays}
    kind = kinds.pop() if len(kinds) == 1 else "f" if "f" in kinds else "i"
    values = tuple(value for array in arrays for value in array.values)
    return Array((len(items), *arrays[0].shape), values, kind, "")
