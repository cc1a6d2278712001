"""Makes IPython's `exit()` and `quit()`, which end a kernel after the cell, raise SystemExit, as Python's own do."""

import contextlib
import sys
from collections.abc import Iterator
from typing import Any, NoReturn


@contextlib.contextmanager
def without_exit() -> Iterator[None]:
    """In the block, IPython's `exit()` and `quit()` raise SystemExit, as Python's own do, and no kernel ends."""

    def leave(*_args: Any, **_kwargs: Any) -> NoReturn:
        raise SystemExit

    autocall = sys.modules.get("IPython.core.autocall")  # if nobody has imported it, there is no such object
    kinds = [autocall.ExitAutocall, autocall.ZMQExitAutocall] if autocall is not None else []
    own = [(kind, kind.__call__) for kind in kinds]
    for kind in kinds:
        kind.__call__ = leave
    try:
        yield
    finally:
        for kind, earlier in own:
            kind.__call__ = earlier
