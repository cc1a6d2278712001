"""General arguments, made from those of an experiment, on which two functions are compared.

An experiment's own arguments are chosen so that each shows one thing. Here they are crossed with those of other calls
of the same function, and changed in value and size. What is not a plain value, such as a model, stays.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

Arguments = tuple[Sequence[Any], Mapping[str, Any]]
"""Positional and named ones."""
_SIZES = (0, 1, 1, 2, 3, 4, 5, 6, 7, 8, 9, -1)


@dataclass(frozen=True, slots=True)
class Call:
    """A call that an experiment made, without what is not a plain value: a model would stay in memory.

    Attributes:
        name: The function's.
        arguments: Its arguments.
        text: As somebody would type it, with arrays by their dtype and shape.
    """

    name: str
    arguments: Arguments
    text: str


def noted(name: str, arguments: Arguments) -> Call:
    """The call of a function."""
    args, kwargs = arguments
    parts = [*map(_shown, args), *(f"{key}={_shown(value)}" for key, value in kwargs.items())]
    plain = {key: value for key, value in kwargs.items() if is_plain(value)}
    return Call(
        name, ([value if is_plain(value) else _MISSING for value in args], plain), f"{name}({', '.join(parts)})"
    )


def general(arguments: Arguments, others: Sequence[Arguments], rng: np.random.Generator) -> Arguments:
    """Arguments like `arguments`, with at least one plain one changed.

    Args:
        arguments: Positional and named ones, as an experiment gave them.
        others: Those of other calls of the same function.
        rng: What decides.
    """
    args, kwargs = list(arguments[0]), dict(arguments[1])
    places: list[Any] = [place for place, value in enumerate(args) if is_plain(value)]
    places += [name for name, value in kwargs.items() if is_plain(value)]
    changed = [place for place in places if rng.random() < 0.5] or places[:1]
    for place in changed:
        here: Any = kwargs if isinstance(place, str) else args
        there = [found for one in others if (found := _at(one, place)) is not _MISSING and is_plain(found)]
        if there and rng.random() < 0.5:
            here[place] = there[int(rng.integers(len(there)))]
        else:
            here[place] = _other(here[place], rng)
    return args, kwargs


def is_plain(value: Any) -> bool:
    """Whether it is a number, text, an array of numbers, None, or a sequence of these."""
    if isinstance(value, (tuple, list)):
        return all(is_plain(item) for item in value)
    if isinstance(value, np.ndarray):
        return value.dtype.kind in "biuf"
    return value is None or isinstance(value, (bool, int, float, str, np.number, np.bool_))


_MISSING = object()


def _at(arguments: Arguments, place: int | str) -> Any:
    args, kwargs = arguments
    if isinstance(place, str):
        return kwargs.get(place, _MISSING)
    return args[place] if place < len(args) else _MISSING


def _other(value: Any, rng: np.random.Generator) -> Any:
    """Another value of the same kind."""
    kinds: list[tuple[Any, Callable[[Any, np.random.Generator], Any]]] = [
        ((bool, np.bool_), lambda value, _rng: not value),
        ((int, np.integer), _other_integer),
        (
            (float, np.floating),
            lambda value, rng: type(value)(rng.choice([0.0, 1.0, -value, value * rng.uniform(0, 2)])),
        ),
        (np.ndarray, _other_array),
        ((tuple, list), lambda value, rng: type(value)(_other(item, rng) for item in value)),
    ]
    for kind, change in kinds:
        if isinstance(value, kind):
            return change(value, rng)
    return value  # text or None: only another call knows a sensible alternative


def _other_integer(value: Any, rng: np.random.Generator) -> Any:
    near = [int(value) - 1, int(value) + 1, int(value) * 2]
    return type(value)(max(int(rng.choice([*near, *_SIZES])), -1))


def _other_array(value: Any, rng: np.random.Generator) -> Any:
    """Smaller along some axes, with other values of the same range."""
    array = value
    if value.size and rng.random() < 0.6:
        array = value[
            tuple(
                slice(0, int(rng.integers(1, side + 1))) if rng.random() < 0.4 else slice(None) for side in value.shape
            )
        ]
    if array.ndim >= 2 and rng.random() < 0.3:
        array = np.swapaxes(array, 0, 1)
    if array.dtype.kind == "f" and rng.random() < 0.5:
        scale = float(np.abs(array[np.isfinite(array)]).max(initial=0.0)) or 1.0
        return rng.normal(scale=scale, size=array.shape).astype(array.dtype)
    return rng.permuted(array.ravel()).reshape(array.shape).astype(array.dtype) if rng.random() < 0.7 else array.copy()


def _shown(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return f"{value.dtype} {value.shape}" if value.size > 6 else f"{value.dtype} {value.tolist()}"
    if isinstance(value, (tuple, list)):
        inside = ", ".join(map(_shown, value))
        return f"[{inside}]" if isinstance(value, list) else f"({inside}{',' * (len(value) == 1)})"
    return repr(value) if is_plain(value) else f"<{type(value).__name__}>"
