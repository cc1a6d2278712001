"""From what was handed in to a notebook that can be run: every cell in place, locked ones as the instructor wrote them.

In an assignment with experiments the notebook is first put in order by `restore`, so that a deleted, copied, moved,
renamed or edited cell costs its author nothing that he did not lose himself. Then nbgrader's own preprocessors do what
they always do. An assignment without experiments goes through those alone, as with plain `nbgrader autograde`.
"""

import functools
import hashlib
import itertools
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader.preprocessors import CheckCellMetadata, ClearHiddenTests, OverwriteCells
from nbgrader.utils import is_grade, is_locked

from autograder.grading.course import QUIET, Course, resources
from autograder.grading.gradebook import transaction
from autograder.grading.inert import inert_name
from autograder.grading.private import leans_on_private_keras
from autograder.language import _
from autograder.notebooks import dumps
from autograder.values import Assignment, Fault, MasterCell, MasterNotebook, Sanitized, Submission

MAX_NOTEBOOK_BYTES = 20_000_000


class _Unreadable(Exception):
    """No notebook can be made of the file; the message is a sentence for the student."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


def sanitize(
    submission: Submission, assignment: Assignment, course: Course
) -> tuple[tuple[Sanitized | None, ...], tuple[Fault, ...]]:
    """Prepare each notebook of the assignment.

    Returns:
        For each notebook of the assignment the one to run, or None where none could be read; and the faults of the
        submission as a whole.
    """
    faults: list[Fault] = list(submission.left_out)
    prepared: list[Sanitized | None] = []
    for master in assignment.notebooks:
        try:
            node, found = _find(submission, master, assignment)
            faults += found
            repaired: tuple[Fault, ...] = ()
            if assignment.has_experiments:
                repaired = restore(node, master)
            node = _nbgrader_sanitizes(node, course, assignment.name, submission.student, master)
        except _Unreadable as unreadable:
            faults.append(Fault(unreadable.kind, "", str(unreadable)))
            prepared.append(None)
        else:
            repaired = (*repaired, *leave_out_no_check(node))
            prepared.append(Sanitized(master.name, dumps(node), repaired))
    return tuple(prepared), tuple(faults)


def _find(
    submission: Submission, master: MasterNotebook, assignment: Assignment
) -> tuple[NotebookNode, tuple[Fault, ...]]:
    """The student's notebook: under its name, or else the one file that is it under another name."""
    wanted = f"{master.name}.ipynb"
    expected = {f"{notebook.name}.ipynb" for notebook in assignment.notebooks}
    others = [path for path in submission.files if path.endswith(".ipynb") and path not in expected]
    if wanted in submission.files:
        node, faults = _read(wanted, submission.files[wanted])
        return node, (*faults, *_left_aside(others, submission, master))
    if not others:
        usual = {*expected, *assignment.files, "timestamp.txt"}
        raise _Unreadable("missing-notebook", _no_notebook(wanted, submission, usual))
    likely = list(_look_alike(others, submission, master))
    if len(likely) != 1:
        message = _("There is no notebook named {name}; found {others}.")
        raise _Unreadable(
            "missing-notebook", message.format(name=wanted, others=", ".join(map(inert_name, others[:5])))
        )
    path, node, faults = likely[0]
    message = _("The notebook is named {got}; it was graded as {name}.").format(got=inert_name(path), name=wanted)
    return node, (Fault("renamed-notebook", "", message), *faults)


def _look_alike(
    paths: Sequence[str], submission: Submission, master: MasterNotebook
) -> Iterator[tuple[str, NotebookNode, tuple[Fault, ...]]]:
    """Those of the files that hold cells of the notebook."""
    ours = {cell.grade_id for cell in master.cells}
    for path in paths:
        try:
            node, faults = _read(path, submission.files[path])
        except _Unreadable:
            continue
        if ours & _grade_ids(node):
            yield path, node, faults


def _left_aside(paths: Sequence[str], submission: Submission, master: MasterNotebook) -> Iterator[Fault]:
    """A second copy, as a browser makes one: the student may have worked in that one."""
    for path, _node, _faults in _look_alike(paths, submission, master):
        message = _("{other} was handed in, too; {name} is what was graded.")
        yield Fault("other-notebook", "", message.format(other=inert_name(path), name=f"{master.name}.ipynb"))


def _no_notebook(wanted: str, submission: Submission, usual: Collection[str]) -> str:
    """That it is missing, and what was handed in beside the usual files: perhaps an archive, or a script."""
    found = [inert_name(path) for path in submission.files if path not in usual]
    if not found:
        return _("No notebook was handed in; expected {name}.").format(name=wanted)
    message = _("No notebook was handed in; expected {name}, found {others}.")
    return message.format(name=wanted, others=", ".join(found[:5]))


def _read(path: str, content: bytes) -> tuple[NotebookNode, tuple[Fault, ...]]:
    """Parse a notebook of any format that nbformat knows; an older one is brought up to date, a newer one is tried."""
    if not content.strip():
        raise _Unreadable("empty-notebook", _("{name} is an empty file.").format(name=inert_name(path)))
    if len(content) > MAX_NOTEBOOK_BYTES:
        raise _Unreadable("large-notebook", _("{name} is too large to be a notebook.").format(name=inert_name(path)))
    try:
        data = json.loads(_decoded(content))
        if not isinstance(data, dict) or not isinstance(data.get("nbformat"), int):
            raise ValueError("no notebook format is named")
    except (ValueError, RecursionError) as error:
        text = inert_name(str(error).split("\n")[0]) or type(error).__name__
        message = _("{name} is no notebook that can be read: {error}.").format(name=inert_name(path), error=text)
        raise _Unreadable("broken-notebook", message) from None
    faults: tuple[Fault, ...] = ()
    written = inert_name(f"{data['nbformat']}.{data.get('nbformat_minor', 0)}", 20)
    try:
        if data["nbformat"] > 4:
            data |= {"nbformat": 4, "nbformat_minor": 5}  # cells have been a list of objects ever since
            faults = (_format_fault(path, written),)
        elif data["nbformat"] < 4:
            faults = (_format_fault(path, written),)
        elif not isinstance(data.get("nbformat_minor"), int) or data["nbformat_minor"] > 5:
            data["nbformat_minor"] = 5
            faults = (_format_fault(path, written),)
        # Halves of surrogate pairs, as "\\ud800", are valid JSON and no text: nothing could be written of them.
        text = json.dumps(data, ensure_ascii=False).encode("utf-8", "replace").decode()
        node = nbformat.reads(text, as_version=4)
        tidy(node)
        nbformat.validate(node, relax_add_props=True)  # as strict as nbconvert is
    except Exception as error:
        text = inert_name(str(error).split("\n")[0]) or type(error).__name__
        message = _("{name} has the notebook format {format}, which could not be read: {error}.")
        message = message.format(name=inert_name(path), format=written, error=text)
        raise _Unreadable("broken-notebook", message) from None
    return node, faults


def _decoded(content: bytes) -> str:
    """A notebook's text: UTF-8, or UTF-16 where it begins with that mark."""
    utf_16 = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    return content.decode("utf-16" if utf_16 else "utf-8-sig")


def _format_fault(path: str, written: str) -> Fault:
    message = _("{name} was written in the notebook format {format}; it was converted.")
    return Fault("notebook-format", "", message.format(name=inert_name(path), format=written))


def tidy(node: NotebookNode) -> None:
    """What a hand-edited or merged file may lack, so that one odd cell does not cost the notebook."""
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
        source = cell.get("source", "")
        text = "".join(map(str, source)) if isinstance(source, list) else str(source)
        cell.source = text.replace("\r\n", "\n")
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
        if not isinstance(cell.get("id"), str) or cell.id in seen:
            cell.pop("id", None)
        else:
            seen.add(cell.id)
    if node.get("nbformat_minor", 0) < 5:
        node.nbformat_minor = 5
    for index, cell in enumerate(node.cells):
        if "id" not in cell:
            cell.id = next(name for name in (f"cell-{index}", f"cell-{index}-again") if name not in seen)


_CELL_TYPES = ("code", "markdown", "raw")


# ---------------------------------------------------------------- putting cells in order


def restore(node: NotebookNode, master: MasterNotebook) -> tuple[Fault, ...]:
    """Make every cell that nbgrader knows stand in the notebook once, with its metadata and, if locked, its text.

    A cell is recognised by its grade id, else by its cell id, else by its text. Copies stay in the notebook as plain
    cells, before the one that counts, the last. A check or experiment that stands before its solution is moved behind
    it, and what all answers build on, such as imports, before them. Restoring twice changes nothing more.

    Args:
        node: The student's notebook; it is changed in place.
        master: The instructor's.

    Returns:
        What was repaired.
    """
    faults: list[Fault] = []
    found = _recognise(node, master, faults)
    for position, cell in enumerate(master.cells):
        if cell.grade_id not in found:
            kind, message = _missing(cell)
            if cell.locked or cell.graded:
                place = _place(node, master, position, found)
                found[cell.grade_id] = new = _cell_of(cell)
                node.cells.insert(place, new)
            faults.append(Fault(kind, cell.grade_id, message))
    for cell in master.cells:
        if cell.grade_id in found:
            _put_right(found[cell.grade_id], cell, faults)
    _order(node, master, found, faults)
    return (*faults, *_advice(node))


def _advice(node: NotebookNode) -> Iterator[Fault]:
    """What costs no point, and will break one day."""
    for index, cell in enumerate(node.cells):
        if cell.cell_type == "code" and leans_on_private_keras(cell.source):
            label = cell.metadata.get("nbgrader", {}).get("grade_id") or f"cell {index + 1}"
            yield Fault("private-keras", label, _("You lean on a part of Keras that is private or gone."))


def _recognise(node: NotebookNode, master: MasterNotebook, faults: list[Fault]) -> dict[str, NotebookNode]:
    """The student's cell for each of the master's; nbgrader's metadata of every other cell is taken off."""
    known = {cell.grade_id for cell in master.cells}
    found: dict[str, NotebookNode] = {}
    for cell in reversed(node.cells):
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
        if grade_id in known and grade_id not in found:
            found[grade_id] = cell
        elif grade_id in known:
            faults.append(Fault("copied-cell", grade_id, _("The cell stands more than once; the last one counts.")))
        elif grade_id is not None:
            name, message = (
                inert_name(grade_id, 60),
                _("The notebook has a cell with the unknown id {id}; it was run as a plain cell."),
            )
            faults.append(Fault("unknown-cell", name, message.format(id=f"'{name}'")))
    taken = {id(cell) for cell in found.values()}
    for cell in master.cells:
        lookalike = None if cell.grade_id in found else _lookalike(node, cell, taken)
        if lookalike is not None:
            found[cell.grade_id] = lookalike
            taken.add(id(lookalike))
            message = _("The cell had lost its id; it was recognised and put right.")
            faults.append(Fault("cell-id", cell.grade_id, message))
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


def _missing(cell: MasterCell) -> tuple[str, str]:
    if cell.locked or cell.graded:
        return "missing-cell", _("The cell was missing; it was put back.")
    return "missing-cell", _("The solution cell is missing; what it defines was looked for in the other cells.")


def _place(node: NotebookNode, master: MasterNotebook, position: int, found: Mapping[str, NotebookNode]) -> int:
    """Where a missing cell is put back: the master's cell at `position`, by the cells around it that were found."""
    earlier, later = master.cells[:position], master.cells[position + 1 :]
    behind = [_position(node, found[cell.grade_id]) + 1 for cell in earlier if cell.grade_id in found]
    before = [_position(node, found[cell.grade_id]) for cell in later if cell.grade_id in found]
    if all(cell.locked for cell in earlier):  # the answers build on it
        return max(behind, default=min(before, default=0))
    if any(not cell.locked and cell.grade_id in found for cell in earlier):
        return max(behind)
    # The answers before it are looked for in cells that nobody knows, so these come first.
    return max(*behind, min(before, default=len(node.cells)), 0)


def _cell_of(cell: MasterCell) -> NotebookNode:
    make: Any = nbformat.v4.new_code_cell if cell.cell_type == "code" else nbformat.v4.new_markdown_cell
    name = hashlib.sha256(cell.grade_id.encode()).hexdigest()[:8]  # the cell's own id may be another cell's by now
    text = _released(cell.source)
    if cell.metadata.get("solution"):
        # As it was released it would count as not answered. The answer may stand in a cell that nobody recognised.
        text = _("This cell was missing. Look for the answer in the other cells of the notebook.")
        text = f"# {text}" if cell.cell_type == "code" else text
    return make(text, id=f"restored-{name}", metadata={"nbgrader": dict(cell.metadata)})


def _put_right(cell: NotebookNode, master: MasterCell, faults: list[Fault]) -> None:
    """The master's metadata, type and, for a locked cell, text."""
    if cell.cell_type != master.cell_type:
        faults.append(Fault("cell-type", master.grade_id, _("The cell's type was changed; it was put right.")))
        cell.cell_type = master.cell_type
        for key in ("outputs", "execution_count"):
            cell.pop(key, None)
        if master.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    given = dict(cell.metadata.get("nbgrader", {}))
    if master.locked:
        if cell.source.strip() not in (_released(master.source).strip(), master.source.strip()):
            message = _("The cell is locked and was edited; the original was put back.")
            faults.append(Fault("edited-cell", master.grade_id, message))
        cell.source = master.source
    elif any(given.get(key) != master.metadata.get(key) for key in ("grade", "solution", "points", "task")) and given:
        faults.append(Fault("cell-metadata", master.grade_id, _("The cell's metadata was changed; it was put right.")))
    cell.metadata["nbgrader"] = NotebookNode(master.metadata)


def _order(node: NotebookNode, master: MasterNotebook, found: Mapping[str, NotebookNode], faults: list[Fault]) -> None:
    """Checks and experiments stand behind the solution that they follow in the master; what precedes all, before."""
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
        faults.append(
            Fault("moved-cell", cell.grade_id, _("The cell stood before its solution; it was moved behind it."))
        )


def _order_preamble(
    node: NotebookNode, master: MasterNotebook, found: Mapping[str, NotebookNode], faults: list[Fault]
) -> None:
    """Locked cells that precede all solutions in the master, such as imports, stand before them."""
    solutions = [found[cell.grade_id] for cell in master.cells if not cell.locked and cell.grade_id in found]
    for index, cell in enumerate(itertools.takewhile(lambda cell: cell.locked, master.cells)):
        mine = found[cell.grade_id]
        if all(_position(node, mine) < _position(node, solution) for solution in solutions):
            continue
        node.cells.pop(_position(node, mine))
        later = [found[other.grade_id] for other in master.cells[index + 1 :] if other.grade_id in found]
        node.cells.insert(min(_position(node, other) for other in later), mine)
        message = _("The cell stood behind answers that build on it; it was moved before them.")
        faults.append(Fault("moved-cell", cell.grade_id, message))


def _position(node: NotebookNode, wanted: NotebookNode) -> int:
    return next(index for index, cell in enumerate(node.cells) if cell is wanted)


@functools.lru_cache(maxsize=1000)
def _released(source: str) -> str:
    """A master cell's text as students have it: without hidden tests."""
    node = nbformat.v4.new_code_cell(source)
    ClearHiddenTests()._remove_hidden_test_region(node)
    return str(node.source)


def _grade_ids(node: NotebookNode) -> set[str]:
    return {
        str(cell.metadata["nbgrader"]["grade_id"])
        for cell in node.cells
        if "grade_id" in cell.metadata.get("nbgrader", {})
    }


def _has_the_sources_cells(node: NotebookNode, master: MasterNotebook) -> bool:
    """Whether the cells that nbgrader knows are the source's, each once and in order, but for what students fill in."""
    found = [cell for cell in node.cells if "nbgrader" in cell.metadata]
    return len(found) == len(master.cells) and all(
        cell.metadata["nbgrader"] == wanted.metadata
        and cell.cell_type == wanted.cell_type
        and (cell.source == wanted.source or not wanted.locked)
        for cell, wanted in zip(found, master.cells, strict=True)
    )


_SKIP = "skip-execution"
"""nbclient's tag for a cell that is not to be run."""


def leave_out_no_check(node: NotebookNode) -> tuple[Fault, ...]:
    """Take nbclient's tag for a cell that is not to be run off graded and locked cells.

    A check without output counts as passed. nbgrader by itself lets the tag stand, so this is done in every assignment,
    with experiments or without.

    Args:
        node: A notebook whose metadata nbgrader has put right; it is changed in place.

    Returns:
        A fault for each cell that had the tag.
    """
    faults = []
    for cell in node.cells:
        if cell.cell_type != "code" or not (is_grade(cell) or is_locked(cell)):
            continue
        tags = cell.metadata.get("tags", [])
        kept = [tag for tag in tags if tag != _SKIP] if isinstance(tags, list) else []  # nbclient looks into any text
        if kept != tags:
            cell.metadata["tags"] = kept
            message = _("The cell was marked to be left out; it was run.")
            faults.append(Fault("cell-metadata", inert_name(cell.metadata.nbgrader.grade_id, 60), message))
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
                continue  # the course's plug-in does what `restore` has done already
            if step in (OverwriteCells, CheckCellMetadata) and _has_the_sources_cells(node, master):
                continue  # there is nothing to overwrite, and the metadata were checked with the source
            preprocessor.log = QUIET
            try:
                node, facts = preprocessor(node, facts)
            except Exception as error:
                text = inert_name(str(error).split("\n")[0], 160)
                message = _("nbgrader refuses the notebook: {error}.").format(error=text or type(error).__name__)
                raise _Unreadable("broken-metadata", message) from error
            for cell in node.cells:
                if (
                    cell.metadata.get("nbgrader") == {}
                ):  # left by DeduplicateIds on a copied cell; a later step refuses it
                    del cell.metadata["nbgrader"]
    return node
