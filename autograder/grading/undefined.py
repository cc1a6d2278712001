"""Why a notebook has no function with the name that an experiment needs, though a cell was to define it.

What is said comes from the cell's text, read here, and from the name of its error. An error's own words come from a
process that has seen hidden tests.
"""

import ast
import importlib.util
import re
import sys
import warnings
from collections.abc import Iterator, Sequence

from nbformat import NotebookNode

from autograder.grading.judge import exception_name
from autograder.notebooks import role
from autograder.parsing import syntax_tree
from autograder.plain_text import one_line
from autograder.reasons import Reason, Why, because

_SYNTAX = ("SyntaxError", "IndentationError", "TabError")
_IMPORT = ("ImportError", "ModuleNotFoundError")
_STUB = re.compile(r"raise (?:lab\.)?(?:NotStarted|NotImplementedError)\b")
_ENDINGS = {
    "SystemExit": Why.CELL_EXIT,
    "StdinNotImplementedError": Why.CELL_INPUT,
    "KernelDied": Why.CELL_ENDED_PYTHON,
    "CellTimeoutError": Why.CELL_TIMEOUT,
}
_WAITS = ("NotImplementedError", "NotStarted", "CheckFailed")


MAX_NAME = 60


def why_undefined(name: str, cells: Sequence[NotebookNode]) -> Reason:
    """Why there is no `name`.

    Args:
        name: The name that was looked for; "" if that is not known.
        cells: The cells that were executed before, with their outputs.
    """
    missing = because(Why.UNDEFINED, name=name[:MAX_NAME]) if name else because(Why.UNDEFINED_SOMETHING)
    return what_ended(name, cells) or missing


def what_ended(name: str, cells: Sequence[NotebookNode]) -> Reason | None:
    """What ended the cell that should define `name`, or has that name; None if nothing did."""
    cell = _that_defines(name, cells)
    return _ended(name[:MAX_NAME], cell) if cell is not None else None


def defined_below(name: str, above: Sequence[NotebookNode], below: Sequence[NotebookNode]) -> Reason | None:
    """That only a cell below an experiment defines the function that it needs; None if that is not so.

    A stub defines nothing.
    """
    above, below = ([cell for cell in cells if not _STUB.search(cell.source)] for cells in (above, below))
    if _defining(name, above) or not _defining(name, below):
        return None
    return because(Why.DEFINED_BELOW, name=name[:MAX_NAME])


def _defining(name: str, cells: Sequence[NotebookNode]) -> list[NotebookNode]:
    """The code cells whose text defines the name."""
    word = re.escape(name)
    defines = re.compile(
        rf"^[ \t]*(?:(?:async[ \t]+)?def|class)[ \t]+{word}\b|^{word}[ \t]*(?::[^=\n]*)?=", re.MULTILINE
    )
    return [cell for cell in cells if cell.cell_type == "code" and defines.search(cell.source)]


def _that_defines(name: str, cells: Sequence[NotebookNode]) -> NotebookNode | None:
    """The last cell whose text defines the name, or else the one with that name."""
    if not name:
        return None
    code = [cell for cell in cells if cell.cell_type == "code"]
    defining = _defining(name, code)
    called = [cell for cell in code if role(cell).grade_id == name]
    return next(reversed(defining or called), None)


def _ended(name: str, cell: NotebookNode) -> Reason | None:
    """What ended the cell of a name; None if nothing did or it waits for its author."""
    error = next((str(output.ename) for output in reversed(cell.outputs) if output.output_type == "error"), "")
    if error in ("", "NotRun", *_WAITS):
        return None
    if error in _SYNTAX:
        line, said = _first_error(cell.source)
        at = because(Why.CELL_SYNTAX_AT, name=name, line=line, said=said)
        return at if line else because(Why.CELL_SYNTAX, name=name)
    if error in _ENDINGS:
        return because(_ENDINGS[error], name=name)
    if error in _IMPORT and (module := next(_missing_modules(cell.source), "")):
        return because(Why.CELL_IMPORT, name=name, module=module[:MAX_NAME])
    return because(Why.CELL_RAISED, name=name, error=exception_name(error))


def _first_error(source: str) -> tuple[int, str]:
    """The line at which Python stops reading, and its words, found by reading the text once more; 0 for no line."""
    from IPython.core.inputtransformer2 import TransformerManager

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            syntax_tree(TransformerManager().transform_cell(source))
    except SyntaxError as error:
        return error.lineno or 0, one_line(error.msg, 120)
    except (ValueError, RecursionError, MemoryError):
        pass
    return 0, ""


def _missing_modules(source: str) -> Iterator[str]:
    """Modules that a cell imports but this Python, which ran it, does not find."""
    try:
        tree = syntax_tree(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    for node in ast.walk(tree):
        modules: list[str] = []
        if isinstance(node, ast.Import):
            modules = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            modules = [node.module]
        for module in modules:
            top = module.partition(".")[0]
            if top not in sys.modules and importlib.util.find_spec(top) is None:
                yield top
