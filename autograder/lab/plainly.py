"""Explains a reader's mistake in a call of ours in our words, without a traceback through our code."""

import functools
import linecache
import traceback
from collections.abc import Callable
from types import FrameType
from typing import ParamSpec, TypeVar

from autograder.reasons import Reason, Why, because
from autograder.words import in_words

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")
LONGEST_SOURCE = 80
_GENERATED = "__autograph_generated_file"
"""In the name of a file with what AutoGraph made of a notebook's function; it runs under the notebook's name."""


def plainly(function: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """Wraps a function of `lab`: a notebook shows the message of its package's exception, and no traceback.

    An exception from a library that we call keeps its traceback, and every exception keeps its class.
    """
    package = function.__module__.partition(".")[0]

    @functools.wraps(function)
    def called(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Result:
        try:
            return function(*args, **kwargs)
        except (ValueError, OSError, RuntimeError) as error:
            *_passed, (last, _line) = traceback.walk_tb(error.__traceback__)
            if last.f_globals.get("__name__", "").startswith(package):
                error._render_traceback_ = functools.partial(_rendered, error)  # type: ignore[union-attr]  # IPython's
            raise

    return called


def _rendered(error: BaseException) -> list[str]:
    frames = frames_of_notebook(error)
    return [f"✘ {error}", *([f"  ↳ {in_words(line_of(*frames[-1]))}"] if frames else [])]


def frames_of_notebook(error: BaseException) -> list[tuple[FrameType, int]]:
    """Frames of the notebook that an exception passed, innermost last, each with the line that was running."""
    passed = traceback.walk_tb(error.__traceback__)
    own = ((frame, line) for frame, line in passed if frame.f_globals.get("__name__") == "__main__")
    return [(frame, line) for frame, line in own if _GENERATED not in frame.f_code.co_filename]


def line_of(frame: FrameType, number: int, called: str = "") -> Reason:
    """A line of a cell, such as `in conv2d, line 3: return x[7]`.

    Args:
        frame: Where it ran.
        number: The line, from the top of the cell.
        called: What to call the function, if not by its name.
    """
    source = linecache.getline(frame.f_code.co_filename, number).strip()
    source = source if len(source) <= LONGEST_SOURCE else source[: LONGEST_SOURCE - 3] + "..."
    called = called or frame.f_code.co_name
    if called == "<module>":
        return because(Why.LINE, line=number, source=source)
    return because(Why.LINE_IN, function=called, line=number, source=source)
