"""What a shell offers on Tab. It only looks at folders and imports nothing that takes time."""

import functools
import os
import re
from collections.abc import Callable, Iterable
from pathlib import Path

import typer

_DEEP = 3
"""Levels of folders in which notebooks are looked for."""
FORMATS = ("annotations", "canvas", "csv", "gradescope", "junit", "markdown", "moodle")
"""The names of `autograder.reporting.exports`, whose import would take too long for a press of Tab."""
_Complete = Callable[[typer.Context, str], list[str]]


def _harmless(complete: _Complete) -> _Complete:
    """Whatever goes wrong, a press of Tab offers nothing, and prints nothing."""

    @functools.wraps(complete)
    def offer(ctx: typer.Context, incomplete: str) -> list[str]:
        try:
            return complete(ctx, incomplete)
        except Exception:
            return []

    return offer


@_harmless
def assignments(ctx: typer.Context, incomplete: str) -> list[str]:
    """The course's assignments."""
    return _offered({path.parent.name for path in (_course(ctx) / "source").glob("*/*.ipynb")}, incomplete)


@_harmless
def students(ctx: typer.Context, incomplete: str) -> list[str]:
    """Those who handed in the assignment, or any if it is not given yet."""
    assignment = ctx.params.get("assignment") or "*"
    found = (_course(ctx) / "submitted").glob(f"*/{assignment}")
    return _offered({path.parent.name for path in found if path.is_dir()}, incomplete)


@_harmless
def formats(ctx: typer.Context, incomplete: str) -> list[str]:
    """The forms of an export."""
    return _offered(FORMATS, incomplete)


@_harmless
def notebooks(ctx: typer.Context, incomplete: str) -> list[str]:
    """Notebooks in the folder typed so far, and a few folders below."""
    begun = os.path.split(incomplete)[0]
    found = []
    for place, inside, files in os.walk(begun or "."):
        below = len(Path(place).relative_to(begun or ".").parts)
        inside[:] = sorted(name for name in inside if not name.startswith(".") and below + 1 < _DEEP)
        paths = [os.path.join(begun, os.path.relpath(place, begun or "."), name) for name in sorted(files)]
        found += [os.path.normpath(path) for path in paths if path.endswith(".ipynb")]
    return _offered(found, incomplete)


@_harmless
def folders(ctx: typer.Context, incomplete: str) -> list[str]:
    """Folders, as the shell itself would offer them."""
    begun, name = os.path.split(incomplete)
    found = [entry.name for entry in os.scandir(begun or ".") if entry.is_dir()]
    shown = [one for one in found if name.startswith(".") or not one.startswith(".")]
    return _offered((os.path.join(begun, one) for one in shown), incomplete)


def _course(ctx: typer.Context) -> Path:
    return Path(ctx.params.get("course") or ".")


def _offered(names: Iterable[str], incomplete: str) -> list[str]:
    """Those that begin with what was typed. Bash uses them as they are, so spaces are escaped for it."""
    found = sorted(name for name in names if name.startswith(incomplete))
    in_bash = os.environ.get("_AUTOGRADER_COMPLETE") == "complete_bash"
    return [re.sub(r"([\s'\"\\$&;()<>|*?`!#\[\]])", r"\\\1", name) for name in found] if in_bash else found
