"""Which of the course's own cells no mark of a submission can depend on: they are not run where it is graded.

A notebook comes with examples, pictures and tables. One of them is left out if no cell that is run reads a name that it
defines or an object that it changes, and if it sets nothing up. A student's code is read the same way, and everything
is run where it looks names up by their text or is not Python.
"""

import builtins
import functools
import re
from dataclasses import dataclass

from nbformat import NotebookNode

from autograder.code_cells import Cell
from autograder.notebooks import MasterNotebook, role

SKIP = "skip-execution"
"""nbclient's tag for a cell that is not to be run."""
_LOOKED_UP = frozenset({"globals", "locals", "vars", "eval", "exec", "compile", "get_ipython", "In", "Out"})
"""Names whose use may reach any other name, or what earlier cells have shown."""
_SHOWN_BEFORE = re.compile(r"_{1,3}|_i{0,3}|_i?\d+|_[io]h")
"""IPython's names for what cells were and have shown."""
_BUILT_IN = frozenset(dir(builtins))
_NAMESPACES = re.compile(r"\b(__main__|__dict__|__globals__|f_globals|f_locals|user_ns|user_global_ns)\b")


@dataclass(frozen=True, slots=True)
class _Facts:
    """What matters of a cell's code.

    Attributes:
        reads: Names that it may take from other cells; None if that could be any.
        stores: Names that it defines, or of whose objects it sets a part.
        uses: Names whose objects a call in it may change.
        functions: Names of functions, classes and modules among those that it defines.
        is_example: Whether it sets nothing up, checks nothing, and reaches no name by its text.
    """

    reads: frozenset[str] | None
    stores: frozenset[str]
    uses: frozenset[str]
    functions: frozenset[str]
    is_example: bool


def leave_out_unneeded(node: NotebookNode, master: MasterNotebook) -> None:
    """Tag the course's own cells that no mark can depend on, so that they are not run; the notebook is changed."""
    for index in unneeded(node, master):
        node.cells[index].metadata["tags"] = [*node.cells[index].metadata.get("tags", ()), SKIP]


def unneeded(node: NotebookNode, master: MasterNotebook) -> frozenset[int]:
    """Positions of the cells that need not run.

    Args:
        node: A submission's notebook as it is to be run: what is locked is as the course has it.
        master: The course's notebook.
    """
    own = {cell.grade_id: cell.source for cell in master.cells if cell.locked}
    examples: dict[int, _Facts] = {}
    needed: set[str] = set()
    functions: set[str] = set()
    for index, cell in enumerate(node.cells):
        if cell.cell_type != "code":
            continue
        of_cell = role(cell)
        # A hidden test stands in the submission as in the source, and in the solved notebook without its marks.
        is_ours = own.get(of_cell.grade_id) == cell.source or (of_cell.grade and of_cell.locked)
        facts = _facts(str(cell.source), of_cell.grade_id, is_ours=is_ours, is_graded=of_cell.grade)
        functions |= facts.functions
        if is_ours and facts.is_example:
            examples[index] = facts
        elif facts.reads is None:
            return frozenset()
        else:  # a function of a student's may read later what its cell defines, and an example may have changed
            needed |= facts.reads if is_ours else facts.reads | facts.stores
    while found := [index for index, facts in examples.items() if needed & (facts.stores | (facts.uses - functions))]:
        for index in found:
            needed |= examples.pop(index).reads or frozenset()
    return frozenset(examples)


@functools.lru_cache(maxsize=4096)  # most cells are the same in every submission
def _facts(source: str, name: str, *, is_ours: bool, is_graded: bool) -> _Facts:
    cell = Cell(0, name, source, is_graded=is_graded, is_given=is_ours)
    shown = any(map(_SHOWN_BEFORE.fullmatch, cell.reads))
    by_text = shown or bool(cell.reads & _LOOKED_UP or _NAMESPACES.search(source))
    reads: frozenset[str] | None = cell.reads - _BUILT_IN
    if cell.tree is None or by_text:
        # A hidden test of ours names what it looks up, to replace it; a student may put a name together.
        reads = (cell.reads - _BUILT_IN) | cell.looked_up if is_ours and cell.tree is not None else None
    is_example = is_ours and not (is_graded or by_text or cell.tree is None or cell.sets_up or cell.is_check)
    return _Facts(reads, cell.stores, cell.uses_in_calls - _BUILT_IN, cell.functions, is_example)
