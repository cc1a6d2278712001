"""A namespace in which some names stand for something else for a while: a notebook's, a module's, the environment."""

import contextlib
from collections.abc import Iterator, Mapping, MutableMapping
from typing import Any


@contextlib.contextmanager
def overridden(names: MutableMapping[str, Any], others: Mapping[str, Any]) -> Iterator[None]:
    """The namespace with the values of `others` for the length of a block; names that were not there go again."""
    before = {name: names[name] for name in others if name in names}
    names.update(others)
    try:
        yield
    finally:
        for name in others.keys() - before.keys():
            names.pop(name, None)
        names.update(before)
