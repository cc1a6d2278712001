"""From what was handed in to a notebook that can be run: every cell in place, locked ones as the instructor wrote them.

In an assignment with experiments the notebook is first put in order by `restore`, so that a deleted, copied, moved,
renamed or edited cell costs its authors nothing but their own mistakes. Then nbgrader's own preprocessors do what they
always do. An assignment without experiments goes only through those, as with plain `nbgrader autograde`.
"""

import functools
import hashlib
import itertools
import json
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import nbformat
from nbformat import NotebookNode, ValidationError
from nbgrader.preprocessors import CheckCellMetadata, ClearHiddenTests, OverwriteCells

from autograder.grading.course import QUIET, Course, resources
from autograder.grading.gradebook import transaction
from autograder.grading.inert import inert_name
from autograder.grading.intake import (
    MAX_FILE_BYTES,
    Marks,
    belongs_to,
    cells_of,
    decoded,
    marks_of_others,
    parsed,
    what_it_is,
)
from autograder.grading.private import leans_on_private_keras
from autograder.grading.unneeded import SKIP, leave_out_unneeded
from autograder.language import _
from autograder.notebooks import MasterCell, MasterNotebook, from_json, is_as_released, role, source_of
from autograder.reasons import Fact, Reason, Why, because
from autograder.values.submitted import Assignment, Fault, Sanitized, Submission


class _Unreadable(Exception):
    """The file cannot be made into a notebook."""

    def __init__(self, kind: str, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason
        self.kind = kind


def sanitize(
    submission: Submission, assignment: Assignment, course: Course, *, every_cell: bool = False
) -> tuple[tuple[Sanitized | None, ...], tuple[Fault, ...]]:
    """Prepare each notebook of the assignment.

    Args:
        submission: What was handed in.
        assignment: The assignment.
        course: Its course.
        every_cell: Whether examples and pictures run too: see `unneeded`.

    Returns:
        For each notebook of the assignment the one to run, or None if none could be read; and the faults of the
        submission as a whole.
    """
    faults: list[Fault] = list(submission.left_out)
    prepared: list[Sanitized | None] = []
    others = marks_of_others(course.folder("source", ".", assignment.name).parent, assignment.name)
    for master in assignment.notebooks:
        try:
            node, found = _find(submission, master, assignment, others)
            faults += found
            repaired: tuple[Fault, ...] = ()
            if assignment.has_experiments:
                repaired = restore(node, master)
            node = _nbgrader_sanitizes(node, course, assignment.name, submission.student, master)
        except _Unreadable as unreadable:
            faults.append(Fault(unreadable.kind, "", unreadable.reason))
            prepared.append(None)
        else:
            repaired = (*repaired, *leave_out_no_check(node))
            if master.experiments and not every_cell:
                leave_out_unneeded(node, master)
            prepared.append(Sanitized(master.name, node, repaired))
    return tuple(prepared), tuple(faults)


def _find(
    submission: Submission, master: MasterNotebook, assignment: Assignment, others: Mapping[str, Marks]
) -> tuple[NotebookNode, tuple[Fault, ...]]:
    """The student's notebook, which `intake.arrange` has put in its place if there is one."""
    wanted = f"{master.name}.ipynb"
    for path in (wanted, *(path for path in submission.files if path != wanted)):
        notebook = parsed(submission.files.get(path, b""))
        other = belongs_to(path, notebook, master, others) if notebook is not None else ""
        if other and (path == wanted or wanted not in submission.files):
            facts = {"path": inert_name(path), "other": other, "assignment": assignment.name}
            raise _Unreadable("missing-notebook", because(Why.OTHER_ASSIGNMENTS, **facts))
    if wanted in submission.files:
        return _read(wanted, submission.files[wanted])
    usual = {*(f"{notebook.name}.ipynb" for notebook in assignment.notebooks), *assignment.files, "timestamp.txt"}
    raise _Unreadable("missing-notebook", _no_notebook(wanted, submission, usual))


def _no_notebook(wanted: str, submission: Submission, usual: Collection[str]) -> Reason:
    """That it is missing, and what was handed in besides the usual files: perhaps an archive, or a script."""
    beside = [path for path in submission.files if path not in usual][:5]
    if not beside:
        return because(Why.NOT_HANDED_IN, name=wanted)
    others: Fact = ""
    for path in reversed(beside):
        what = what_it_is(submission.files[path])
        name = inert_name(path)
        one: Fact = name if what is None else because(Why.A_FILE_THAT_IS, file=name, what=what)
        others = because(Why.SEVERAL, one=one, others=others) if others else one
    return because(Why.OTHERS_HANDED_IN, name=wanted, others=others)


def _read(path: str, content: bytes) -> tuple[NotebookNode, tuple[Fault, ...]]:
    """Parse a notebook of any format that nbformat knows; an older one is brought up to date, a newer one is tried."""
    if not content.strip():
        raise _Unreadable("empty-notebook", because(Why.EMPTY_FILE, name=inert_name(path)))
    if len(content) > MAX_FILE_BYTES:
        raise _Unreadable("large-notebook", because(Why.LARGE_NOTEBOOK, name=inert_name(path)))
    try:
        data = parsed(content) or json.loads(decoded(content))
        if not isinstance(data, dict) or not isinstance(data.get("nbformat"), int):
            raise ValueError("no notebook format is named")
    except (ValueError, RecursionError) as error:
        said = what_it_is(content) or _where_it_breaks(error) or inert_name(str(error)) or type(error).__name__
        reason = because(Why.NO_READABLE_NOTEBOOK, name=inert_name(path), error=said)
        raise _Unreadable("broken-notebook", reason) from None
    faults: tuple[Fault, ...] = ()
    written = inert_name(f"{data['nbformat']}.{data.get('nbformat_minor', 0)}", 20)
    try:
        node = nbformat.from_dict(data)
        if node.nbformat > 4:
            node.update(nbformat=4, nbformat_minor=5)  # cells have been a list of objects ever since
            faults = (_format_fault(path, written),)
        elif node.nbformat < 4:
            faults = (_format_fault(path, written),)
        elif not isinstance(node.get("nbformat_minor"), int) or node.nbformat_minor > 5:
            node.nbformat_minor = 5
            faults = (_format_fault(path, written),)
        for cell in cells_of(node):
            _make_readable(cell)
        # nbformat's own `reads` also checks that all is valid; here that comes below.
        node = from_json(node) if node.nbformat == 4 else nbformat.reads(json.dumps(node), as_version=4)
        tidy(node)
        if dropped := _drop_what_is_invalid(node):
            faults = (*faults, Fault("notebook-metadata", "", because(Why.METADATA_LEFT_OUT, n=dropped)))
    except Exception as error:
        text = inert_name(str(error).split("\n")[0]) or type(error).__name__
        reason = because(Why.BROKEN_FORMAT, name=inert_name(path), format=written, error=text)
        raise _Unreadable("broken-notebook", reason) from None
    return node, faults


def _where_it_breaks(error: Exception) -> Reason | None:
    """Why a text is not JSON, for a reader who has never seen the inside of a notebook; None if it is JSON."""
    if not isinstance(error, json.JSONDecodeError):
        return None
    text = error.doc.strip()
    if text.startswith("{") and not text.endswith("}"):
        return because(Why.CUT_OFF, line=error.doc.rstrip().count("\n") + 1)
    return because(Why.NOT_JSON, line=error.lineno)


def _make_readable(cell: dict[str, Any]) -> None:
    """Leave out what nbformat fails on before it can say what is wrong."""
    if not isinstance(cell.get("metadata"), dict):
        cell["metadata"] = NotebookNode()
    attachments = cell.get("attachments", {})
    if not isinstance(attachments, dict) or not all(isinstance(one, dict) for one in attachments.values()):
        del cell["attachments"]
    outputs = cell.get("outputs", [])
    if not isinstance(outputs, list) or not all(isinstance(one, dict) for one in outputs):
        cell["outputs"] = []
    elif not all(isinstance(one.get("data", {}), dict) for one in outputs):
        cell["outputs"] = [one for one in outputs if isinstance(one.get("data", {}), dict)]


def _drop_what_is_invalid(node: NotebookNode) -> int:
    """Make a notebook valid, as strictly as nbconvert asks, by leaving out what is not valid in its metadata.

    Returns:
        How many entries were left out or put right.

    Raises:
        ValidationError: Something other than metadata is not valid.
    """
    count = sum(_keep_texts_once(cell.metadata) for cell in node.cells)
    if not _errors(node):
        return count
    count += _mend(NotebookNode({**node, "cells": []}), None)
    for cell in node.cells:
        # Each separately: of a cell among others, the schema says only that something in it is wrong.
        count += _mend(cell, f"{cell.cell_type}_cell")
    if errors := _errors(node):
        raise errors[0]
    return count


def _keep_texts_once(metadata: NotebookNode) -> int:
    """Make the texts in a list of tags unique. Finding out that they are not costs the square of its length."""
    tags = metadata.get("tags")
    if not isinstance(tags, list):
        return 0
    metadata["tags"] = list(dict.fromkeys(tag for tag in tags if isinstance(tag, str)))
    return len(tags) - len(metadata["tags"])


def _errors(part: NotebookNode, kind: str | None = None) -> list[ValidationError]:
    """What is not valid in a notebook, or in a part of one that the schema has a name for."""
    return list(nbformat.validator.iter_validate(part, ref=kind, version=4, version_minor=5, relax_add_props=True))


def _mend(part: NotebookNode, kind: str | None) -> int:
    """Leave out what is not valid in a notebook without cells, or in one cell."""
    count = 0
    for _pass in range(MAX_PASSES):
        errors = {tuple(error.absolute_path): error for error in _errors(part, kind)}
        if not errors:
            break
        for path, error in sorted(errors.items(), reverse=True):  # from the end, so that places in lists stay right
            if "metadata" not in path and "attachments" not in path:
                raise error
            _leave_out_entry(part, path)
        count += len(errors)
    return count


MAX_PASSES = 5
"""Passes over one cell, each of which repairs all that it sees: fixing one entry can reveal another."""


def _leave_out_entry(part: NotebookNode, path: Sequence[Any]) -> None:
    parent: Any = functools.reduce(lambda place, key: place[key], path[:-1], part)
    value = parent[path[-1]]
    if path[-1] == "kernelspec" and isinstance(value, dict) and isinstance(value.get("name"), str):
        parent["kernelspec"] = NotebookNode({"display_name": value["name"], "name": value["name"]})
    elif path[-1] == "metadata":
        parent["metadata"] = NotebookNode()
    else:
        del parent[path[-1]]


def _format_fault(path: str, written: str) -> Fault:
    return Fault("notebook-format", "", because(Why.CONVERTED, name=inert_name(path), format=written))


def tidy(node: NotebookNode) -> None:
    """Add what a hand-edited or merged file may lack, so that one odd cell does not cost the notebook."""
    seen: set[str] = set()
    if not isinstance(node.get("cells"), list):
        raise ValueError("it has no cells")
    if not isinstance(node.get("metadata"), dict):
        node.metadata = NotebookNode()
    for key in ("kernelspec", "language_info"):
        if not isinstance(node.metadata.get(key, {}), dict):
            del node.metadata[key]
    node.cells = [cell for cell in node.cells if isinstance(cell, dict) and cell.get("cell_type") in _CELL_TYPES]
    for cell in node.cells:
        cell.source = source_of(cell).replace("\r\n", "\n")
        if not isinstance(cell.get("metadata"), dict):
            cell.metadata = NotebookNode()
        facts = cell.metadata.get("nbgrader", {})
        if not isinstance(facts, dict) or not isinstance(facts.get("grade_id", ""), str):
            del cell.metadata["nbgrader"]
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
        else:
            cell.pop("outputs", None)
            cell.pop("execution_count", None)
        if not isinstance(cell.get("id"), str) or not _CELL_ID.fullmatch(cell.id) or cell.id in seen:
            cell.pop("id", None)
        else:
            seen.add(cell.id)
    if node.get("nbformat_minor", 0) < 5:
        node.nbformat_minor = 5
    for index, cell in enumerate(node.cells):
        if "id" not in cell:
            cell.id = next(name for name in (f"cell-{index}", f"cell-{index}-again") if name not in seen)


_CELL_TYPES = ("code", "markdown", "raw")
_CELL_ID = re.compile(r"[a-zA-Z0-9-_]{1,64}")
"""The form that nbformat asks for."""


# ---------------------------------------------------------------- putting cells in order


def restore(node: NotebookNode, master: MasterNotebook) -> tuple[Fault, ...]:
    """Put every cell that nbgrader knows into the notebook once, with its metadata and, if locked, its text.

    A cell is recognised by its grade id, else by its cell id, else by its text. Copies stay in the notebook as plain
    cells, before the one that counts, the last. A check or experiment before its solution is moved after it, and what
    all answers build on, such as imports, before them. Restoring twice changes nothing more.

    Args:
        node: The student's notebook; it is changed in place.
        master: The instructor's.

    Returns:
        What was repaired.
    """
    faults: list[Fault] = []
    found = _recognise(node, master, faults)
    _take_up_answers(node, master, found, faults)
    for position, cell in enumerate(master.cells):
        if cell.grade_id not in found:
            needed = cell.locked or cell.graded
            if needed:
                place = _place(node, master, position, found)
                found[cell.grade_id] = new = _cell_of(cell)
                node.cells.insert(place, new)
            reason = because(Why.CELL_PUT_BACK if needed else Why.SOLUTION_MISSING)
            faults.append(Fault("missing-cell", cell.grade_id, reason))
    for cell in master.cells:
        if cell.grade_id in found:
            _put_right(found[cell.grade_id], cell, faults)
    _order(node, master, found, faults)
    return (*_counted(faults), *_advice(node))


def _counted(faults: Sequence[Fault]) -> Iterator[Fault]:
    """The faults; what happened to many cells is reported once, with their number."""
    alike = Counter((fault.kind, fault.reason) for fault in faults)
    for fault in faults:
        count = alike.pop((fault.kind, fault.reason), 0)
        if count > NAMED_CELLS:
            yield Fault(fault.kind, "", because(Why.MANY_CELLS, n=count, said=fault.reason))
        elif count:
            yield from (one for one in faults if (one.kind, one.reason) == (fault.kind, fault.reason))


NAMED_CELLS = 4
"""Up to this many cells with the same fault are named."""


def _advice(node: NotebookNode) -> Iterator[Fault]:
    """What costs no points now, but will break one day."""
    for index, cell in enumerate(node.cells):
        if cell.cell_type == "code" and leans_on_private_keras(cell.source):
            yield Fault("private-keras", role(cell).grade_id or f"cell {index + 1}", because(Why.PRIVATE_KERAS))


def _recognise(node: NotebookNode, master: MasterNotebook, faults: list[Fault]) -> dict[str, NotebookNode]:
    """The student's cell for each of the master's; nbgrader's metadata is removed from every other cell."""
    known = {cell.grade_id for cell in master.cells}
    found: dict[str, NotebookNode] = {}
    for cell in reversed(node.cells):
        grade_id = role(cell).grade_id
        if grade_id in known and grade_id not in found:
            found[grade_id] = cell
        elif grade_id in known:
            faults.append(Fault("copied-cell", grade_id, because(Why.COPIED_CELL)))
        elif grade_id:
            name = inert_name(grade_id, 60)
            faults.append(Fault("unknown-cell", name, because(Why.UNKNOWN_CELL, id=f"'{name}'")))
    taken = {id(cell) for cell in found.values()}
    for cell in master.cells:
        lookalike = None if cell.grade_id in found else _lookalike(node, cell, taken)
        if lookalike is not None:
            found[cell.grade_id] = lookalike
            taken.add(id(lookalike))
            faults.append(Fault("cell-id", cell.grade_id, because(Why.RECOGNISED_CELL)))
    for cell in node.cells:
        if id(cell) not in taken:
            cell.metadata.pop("nbgrader", None)
    return found


def _lookalike(node: NotebookNode, wanted: MasterCell, taken: set[int]) -> NotebookNode | None:
    """The student's cell that has the master's cell id, or else its released text."""
    free = [cell for cell in node.cells if id(cell) not in taken]
    text = _released(wanted.source).strip()
    by_id = (cell for cell in free if cell.id == wanted.grade_id)
    by_text = (cell for cell in free if text and cell.source.strip() == text)
    return next(by_id, None) or next(by_text, None)


def _take_up_answers(
    node: NotebookNode, master: MasterNotebook, found: Mapping[str, NotebookNode], faults: list[Fault]
) -> None:
    """Move a written answer in new cells below the unchanged answer cell into that cell, so that a person reads it."""
    known = {id(cell) for cell in found.values()}
    released = {_plain_text(cell) for cell in master.released.cells}
    for cell in master.cells:
        mine = found.get(cell.grade_id)
        if mine is None or cell.locked or not cell.graded or cell.cell_type != "markdown":
            continue
        if _plain_text(mine) != _released(cell.source).strip():
            continue
        below = itertools.takewhile(
            lambda one: id(one) not in known and one.cell_type == "markdown" and _plain_text(one) not in released,
            node.cells[_position(node, mine) + 1 :],
        )
        answer = "\n\n".join(text for one in below if (text := _plain_text(one)))
        if answer:
            mine.source = answer
            faults.append(Fault("moved-answer", cell.grade_id, because(Why.ANSWER_BELOW)))


def _plain_text(cell: NotebookNode) -> str:
    return str(cell.source).strip()


def _place(node: NotebookNode, master: MasterNotebook, position: int, found: Mapping[str, NotebookNode]) -> int:
    """Where a missing cell is put back: the master's cell at `position`, by the cells around it that were found."""
    earlier, later = master.cells[:position], master.cells[position + 1 :]
    behind = [_position(node, found[cell.grade_id]) + 1 for cell in earlier if cell.grade_id in found]
    before = [_position(node, found[cell.grade_id]) for cell in later if cell.grade_id in found]
    if all(cell.locked for cell in earlier):  # the answers build on it
        return max(behind, default=min(before, default=0))
    if any(not cell.locked and cell.grade_id in found for cell in earlier):
        return max(behind)
    # The answers before it are looked for in unknown cells, so these come first.
    return max(*behind, min(before, default=len(node.cells)), 0)


def _cell_of(cell: MasterCell) -> NotebookNode:
    make: Any = nbformat.v4.new_code_cell if cell.cell_type == "code" else nbformat.v4.new_markdown_cell
    name = hashlib.sha256(cell.grade_id.encode()).hexdigest()[:8]  # another cell may have the cell's own id by now
    text = _released(cell.source)
    if cell.role.solution:
        # As released it would count as not answered. The answer may be in a cell that was not recognised.
        text = _("This cell was missing. Look for the answer in the other cells of the notebook.")
        text = f"# {text}" if cell.cell_type == "code" else text
    return make(text, id=f"restored-{name}", metadata={"nbgrader": dict(cell.metadata)})


def _put_right(cell: NotebookNode, master: MasterCell, faults: list[Fault]) -> None:
    """The master's metadata, type and, for a locked cell, text."""
    if cell.cell_type != master.cell_type:
        faults.append(Fault("cell-type", master.grade_id, because(Why.CELL_TYPE)))
        cell.cell_type = master.cell_type
        for key in ("outputs", "execution_count"):
            cell.pop(key, None)
        if master.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    given = cell.metadata.get("nbgrader", {})
    if master.locked:
        if cell.source.strip() not in (_released(master.source).strip(), master.source.strip()):
            if is_as_released(cell):
                faults.append(Fault("earlier-release", master.grade_id, because(Why.EARLIER_RELEASE)))
            else:
                faults.append(Fault("edited-cell", master.grade_id, because(Why.EDITED_CELL)))
        cell.source = master.source
    elif any(given.get(key) != master.metadata.get(key) for key in ("grade", "solution", "points", "task")) and given:
        faults.append(Fault("cell-metadata", master.grade_id, because(Why.CELL_METADATA)))
    cell.metadata["nbgrader"] = NotebookNode(master.metadata)


def _order(node: NotebookNode, master: MasterNotebook, found: Mapping[str, NotebookNode], faults: list[Fault]) -> None:
    """Put checks and experiments after the solution that they follow in the master, and what precedes all before."""
    _order_preamble(node, master, found, faults)
    solution: NotebookNode | None = None
    for cell in master.cells:
        if not cell.locked:
            solution = found.get(cell.grade_id)
            continue
        mine = found[cell.grade_id]
        if solution is None or _position(node, mine) > _position(node, solution):
            continue
        node.cells.pop(_position(node, mine))
        earlier = [
            found[other.grade_id] for other in master.cells[: master.cells.index(cell)] if other.grade_id in found
        ]
        behind = [other for other in earlier if _position(node, other) >= _position(node, solution)]
        node.cells.insert(_position(node, behind[-1]) + 1, mine)
        faults.append(Fault("moved-cell", cell.grade_id, because(Why.BEFORE_ITS_SOLUTION)))


def _order_preamble(
    node: NotebookNode, master: MasterNotebook, found: Mapping[str, NotebookNode], faults: list[Fault]
) -> None:
    """Put locked cells that precede all solutions in the master, such as imports, before them."""
    solutions = [found[cell.grade_id] for cell in master.cells if not cell.locked and cell.grade_id in found]
    for index, cell in enumerate(itertools.takewhile(lambda cell: cell.locked, master.cells)):
        mine = found[cell.grade_id]
        if all(_position(node, mine) < _position(node, solution) for solution in solutions):
            continue
        node.cells.pop(_position(node, mine))
        later = [found[other.grade_id] for other in master.cells[index + 1 :] if other.grade_id in found]
        node.cells.insert(min(_position(node, other) for other in later), mine)
        faults.append(Fault("moved-cell", cell.grade_id, because(Why.BEHIND_ANSWERS)))


def _position(node: NotebookNode, wanted: NotebookNode) -> int:
    return next(index for index, cell in enumerate(node.cells) if cell is wanted)


@functools.lru_cache(maxsize=1000)
def _released(source: str) -> str:
    """A master cell's text as students have it: without hidden tests."""
    node = nbformat.v4.new_code_cell(source)
    ClearHiddenTests(enforce_metadata=False).preprocess_cell(node, {}, 0)
    return str(node.source)


def _has_the_sources_cells(node: NotebookNode, master: MasterNotebook) -> bool:
    """Whether the cells that nbgrader knows are the source's, each once and in order, except what students fill in."""
    found = [cell for cell in node.cells if "nbgrader" in cell.metadata]
    return len(found) == len(master.cells) and all(
        cell.metadata["nbgrader"] == wanted.metadata
        and cell.cell_type == wanted.cell_type
        and (cell.source == wanted.source or not wanted.locked)
        for cell, wanted in zip(found, master.cells, strict=True)
    )


def leave_out_no_check(node: NotebookNode) -> tuple[Fault, ...]:
    """Remove nbclient's tag for a cell that is not to be run from graded and locked cells.

    A check without output counts as passed. nbgrader itself keeps the tag, so this is done in every assignment, with
    experiments or without.

    Args:
        node: A notebook whose metadata nbgrader has repaired; it is changed in place.

    Returns:
        A fault for each cell that had the tag.
    """
    faults = []
    for cell in node.cells:
        known = role(cell)
        if cell.cell_type != "code" or not (known.grade or known.locked):
            continue
        tags = cell.metadata.get("tags", [])
        kept = [tag for tag in tags if tag != SKIP] if isinstance(tags, list) else []  # nbclient searches any text
        if kept != tags:
            cell.metadata["tags"] = kept
            faults.append(Fault("cell-metadata", inert_name(known.grade_id, 60), because(Why.LEFT_OUT_CELL)))
    return tuple(faults)


def _nbgrader_sanitizes(
    node: NotebookNode, course: Course, assignment: str, student: str, master: MasterNotebook
) -> NotebookNode:
    """Run the course's sanitize preprocessors over the notebook.

    Raises:
        _Unreadable: nbgrader refuses the notebook, such as for metadata that it cannot repair.
    """
    facts: dict[str, Any] = resources(course, assignment, student, master.name)
    with transaction(course):
        for step in course.autograde.sanitize_preprocessors:
            preprocessor = step(parent=course.autograde)
            if getattr(preprocessor, "restores_cells", False):
                continue  # the course's plug-in does what `restore` has already done
            if step in (OverwriteCells, CheckCellMetadata) and _has_the_sources_cells(node, master):
                continue  # there is nothing to overwrite, and the metadata were checked with the source
            preprocessor.log = QUIET
            try:
                node, facts = preprocessor(node, facts)
            except Exception as error:
                text = inert_name(str(error).split("\n")[0], 160)
                reason = because(Why.REFUSED_BY_NBGRADER, error=text or type(error).__name__)
                raise _Unreadable("broken-metadata", reason) from error
            for cell in node.cells:
                if (
                    cell.metadata.get("nbgrader") == {}
                ):  # left by DeduplicateIds on a copied cell; a later step refuses it
                    del cell.metadata["nbgrader"]
    return node
