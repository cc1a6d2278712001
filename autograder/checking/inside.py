"""Runs inside the student's kernel: remembers the notebook's names after each cell, and restores them.

It remembers names and what they are bound to, and the states of Python's and numpy's random numbers. An object that was
changed in place stays changed. `Workbench` runs the cell that made it again if it can see that a cell changed it; what
it cannot see, such as a change by a function, a fresh `autograder check` sees.
"""

import json
import random
import re
import sys
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from autograder.reasons import Failure

MIME = "application/vnd.autograder.failure+json"
_OWN = ("In", "Out", "get_ipython", "exit", "quit", "open")
_IPYTHONS = re.compile(r"_{1,3}|_i{1,3}|_i?\d+|_(?:ih|oh|dh|inside|exit_code)|__\w+__")
"""Its history, and what belongs to the module; a student's own name may begin with an underscore too."""
_after: dict[int, dict[str, Any]] = {}
_changes: dict[int, tuple[dict[str, Any], set[str]]] = {}
_random: dict[int, tuple[Any, Any]] = {}
_current: dict[str, Any] = {}


def mark(key: int) -> None:
    """Remember what there is now, and what was added and removed since the last mark, under a number."""
    now = {name: value for name, value in _space().items() if not _is_own(name)}
    came = {name: value for name, value in now.items() if name not in _current or _current[name] is not value}
    _changes[key] = (came, _current.keys() - now.keys())
    _after[key] = now
    _random[key] = _random_states()
    _follow(now)


def rewind(key: int) -> None:
    """Restore the state at that mark."""
    space, then = _space(), _after[key]
    for name in [name for name in space if not _is_own(name) and name not in then]:
        del space[name]
    space.update(then)
    _follow(then)
    own, numpys = _random[key]
    random.setstate(own)
    if numpys is not None:
        sys.modules["numpy"].random.set_state(numpys)


def reuse(old: int, new: int) -> None:
    """Repeat, without running it, what the cell before a mark did to the names; then mark it again."""
    came, went = _changes[old]
    space = _space()
    space.update(came)
    for name in went:
        space.pop(name, None)
    mark(new)


def keep(keys: Iterable[int]) -> None:
    """Forget all other marks."""
    kept = set(keys)
    for memory in (_after, _changes, _random):
        for key in memory.keys() - kept:
            del memory[key]


class Ended:
    """What the last cell's exception knows about a failed check, as JSON under `MIME`."""

    def _repr_mimebundle_(self, **_wanted: Any) -> dict[str, str]:
        failure = getattr(getattr(sys, "last_value", None), "failure", None)
        return {MIME: json.dumps(asdict(failure) if isinstance(failure, Failure) else None)}


def _follow(now: dict[str, Any]) -> None:
    _current.clear()
    _current.update(now)


def _space() -> dict[str, Any]:
    from IPython import get_ipython

    space: dict[str, Any] = get_ipython().user_ns
    return space


def _is_own(name: str) -> bool:
    return name in _OWN or _IPYTHONS.fullmatch(name) is not None


def _random_states() -> tuple[Any, Any]:
    numpy = sys.modules.get("numpy")
    return random.getstate(), numpy.random.get_state() if numpy is not None else None
