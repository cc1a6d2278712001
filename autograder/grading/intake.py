"""Finds the assignment's notebooks among the files that were handed in, whatever they are called and wherever they are.

A file's content shows what it is, not its name: a browser, a learning system or a hosted notebook gives it another
suffix, or puts a folder or an archive around it. `arrange` puts the notebook that counts where grading looks for it,
with the files next to it, and reports what it did. Arranging twice changes nothing more.
"""

import contextlib
import functools
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any

from autograder.grading.archives import is_archive, unpack
from autograder.grading.inert import inert_name
from autograder.notebooks import MasterNotebook, is_as_released, role, source_of
from autograder.reasons import Reason, Why, because
from autograder.values.submitted import Assignment, Fault, Submission

MAX_FILE_BYTES = 20_000_000
"""Of one file of a submission; a notebook counts without its outputs."""
MAX_UNPACKED_BYTES = 100_000_000
"""Of a submission, once its archive is opened."""
MAX_ARCHIVES = 20
"""How many archives are opened."""
MAX_NAMED = 10
"""How many files that were not extracted from an archive are named."""
_SHORT = 20
"""Texts of cells with fewer characters do not show where they come from."""


# ---------------------------------------------------------------- which notebook a file is

Marks = frozenset[str]
"""What a notebook is recognised by: the ids of its cells, their grade ids, and their longer texts."""


def marks(notebook: Mapping[str, Any]) -> Marks:
    """The marks of a notebook, as parsed JSON of whatever quality."""
    found = set()
    for cell in cells_of(notebook):
        found |= {f"id {name}" for name in _names(cell)}
        text = _source(cell)
        if len(text) >= _SHORT:
            found.add(f"text {text}")
    return frozenset(found)


@functools.lru_cache(maxsize=200)
def _marks_of_text(notebook: str) -> Marks:
    return marks(_object(json.loads(notebook)))


@functools.lru_cache(maxsize=200)
def _marks_of_file(path: Path, _changed: int, _size: int) -> Marks:
    """The marks of a file, cached while it stays as it is: they are needed for every submission."""
    return marks(_object(json.loads(path.read_text(encoding="utf-8"))))


def marks_of_others(source: Path, assignment: str) -> Mapping[str, Marks]:
    """The marks of the course's other assignments, by name.

    Args:
        source: The folder with a folder for each assignment.
        assignment: The one that is left out.
    """
    found: dict[str, Marks] = {}
    for path in sorted(source.glob("*/*.ipynb")):
        if path.parent.name != assignment:
            with contextlib.suppress(OSError, ValueError, RecursionError):
                about = path.stat()
                known = _marks_of_file(path, about.st_mtime_ns, about.st_size)
                found[path.parent.name] = found.get(path.parent.name, frozenset()) | known
    return found


def belongs_to(path: str, notebook: Mapping[str, Any], master: MasterNotebook, others: Mapping[str, Marks]) -> str:
    """The other assignment that a notebook shares more with than with `master`; "" if there is none.

    Ids count before texts, which an assignment and its copy for a resit share, and which a correction changes. With the
    name of `master` and half of its ids, or no fewer than of another's, a notebook is never another's.

    Args:
        path: What the notebook is called.
        notebook: The notebook, as parsed JSON of whatever quality.
        master: The notebook of the assignment.
        others: Marks of the course's other assignments, by name.
    """
    mine = marks(notebook)

    def shared(known: Marks) -> tuple[int, int]:
        both = mine & known
        ids = sum(mark.startswith("id ") for mark in both)
        return ids, len(both) - ids

    own = shared(_marks_of_text(master.release))
    best = max(others, key=lambda name: shared(others[name]), default="")
    if not best or shared(others[best]) <= own:
        return ""
    enough = min(shared(others[best])[0], len(_ids(master.release)) / 2)
    sure = _stem(path) == master.name.casefold() and 0 < own[0] >= enough
    return "" if sure else best


# ---------------------------------------------------------------- putting files in place


@dataclass(frozen=True, slots=True)
class _PossibleNotebook:
    """A file that may be the notebook."""

    path: str
    named: bool  # by its own name, without suffixes and folders
    shared: int  # marks that the released notebook has too
    work: int  # what somebody has done in it

    def better(self, wanted: str) -> tuple[int, bool, bool, int, list[tuple[str, int, str]]]:
        """A key that is greatest for the best one: of two copies, the second."""
        return (self.work, self.path == wanted, self.named, self.shared, _natural(self.path))


def arrange(submission: Submission, assignment: Assignment, others: Mapping[str, Marks]) -> Submission:
    """The submission with each notebook of the assignment under its name, if one was handed in at all.

    The notebook with the right name is taken, wherever it is; else the one with most of its cells. One in which
    somebody worked is preferred to one that is as released. What is next to it moves with it. Archives are opened if
    there is no notebook otherwise.

    Args:
        submission: What was handed in.
        assignment: The assignment.
        others: Marks of the course's other assignments, by name.
    """
    submission = replace(submission, files={name: _lean(content) for name, content in submission.files.items()})
    faults: list[Fault] = []
    submission = _opened(submission, assignment, others, faults)
    files = dict(submission.files)
    for master in assignment.notebooks:
        _put_in_place(files, master, assignment, others, faults)
    return replace(submission, files=files, left_out=(*faults, *submission.left_out))


def _put_in_place(
    files: dict[str, bytes],
    master: MasterNotebook,
    assignment: Assignment,
    others: Mapping[str, Marks],
    faults: list[Fault],
) -> None:
    wanted = f"{master.name}.ipynb"
    found = _candidates(files, master, assignment, others)
    if not found:
        return
    best = max(found, key=lambda one: one.better(wanted))
    for other in found:
        if other is not best:
            reason = because(Why.HANDED_IN_TOO, other=inert_name(other.path), name=inert_name(best.path))
            faults.append(Fault("other-notebook", "", reason))
    if best.path == wanted:
        return
    faults.append(Fault("renamed-notebook", "", because(Why.RENAMED, got=inert_name(best.path), name=wanted)))
    places = {f"{notebook.name}.ipynb" for notebook in assignment.notebooks}
    folder = PurePosixPath(best.path).parent
    content = files.pop(best.path)
    if folder != PurePosixPath("."):
        for path in [path for path in files if folder in PurePosixPath(path).parents]:
            moved = PurePosixPath(path).relative_to(folder).as_posix()
            if moved in places:
                continue  # it stays where it is, as one of the files that may be that notebook
            if files.get(moved, files[path]) != files[path]:
                faults.append(left_out_file(moved, because(Why.BESIDE_THE_NOTEBOOK, name=inert_name(path))))
            files[moved] = files.pop(path)
    if wanted in files and wanted not in {one.path for one in found}:
        faults.append(left_out_file(wanted, because(Why.NO_NOTEBOOK_OF_THIS)))
    files[wanted] = content


def _candidates(
    files: Mapping[str, bytes], master: MasterNotebook, assignment: Assignment, others: Mapping[str, Marks]
) -> list[_PossibleNotebook]:
    """The files that are the notebook, by content or by name."""
    expected = {f"{notebook.name}.ipynb" for notebook in assignment.notebooks} - {f"{master.name}.ipynb"}
    of_master = _marks_of_text(master.release)
    found = []
    for path, content in files.items():
        notebook = None if path in expected else parsed(content)
        if notebook is None or belongs_to(path, notebook, master, others):
            continue
        named = _stem(path) == master.name.casefold()
        mine = marks(notebook)
        shared = len(mine & of_master)
        if named or (shared and not _is_anothers(path, mine, shared, master, assignment)):
            work = _work(notebook, master)
            found.append(_PossibleNotebook(path, named, shared, work if shared else min(work, _NOTED)))
    return found


_UNTOUCHED, _NOTED, _ANSWERED = range(3)


def _work(notebook: Mapping[str, Any], master: MasterNotebook) -> int:
    """What somebody has done in a notebook: answered, in code or in writing; noted something elsewhere; nothing.

    A cell of an earlier release is not work, nor is a locked one, which is always restored.
    """
    texts, answers, locked = _places(master.release)
    found = _UNTOUCHED
    for cell in cells_of(notebook):
        names, text = _names(cell), _source(cell)
        if not text or text in texts or names & locked or is_as_released(cell):
            continue
        if names & answers or (cell.get("cell_type") == "code" and not names & _ids(master.release)):
            return _ANSWERED
        found = _NOTED
    return found


@functools.lru_cache(maxsize=200)
def _places(release: str) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """Of a released notebook: the texts of its cells, and the names of answer cells and of locked ones."""
    texts, answers, locked = set(), set(), set()
    for cell in cells_of(_object(json.loads(release))):
        texts.add(_source(cell))
        known, names = role(cell), _names(cell)
        if known.solution or known.task:
            answers |= names
        elif known.locked:
            locked |= names
    return frozenset(texts), frozenset(answers), frozenset(locked)


def _ids(release: str) -> frozenset[str]:
    return frozenset(mark.removeprefix("id ") for mark in _marks_of_text(release) if mark.startswith("id "))


def _is_anothers(path: str, mine: Marks, shared: int, master: MasterNotebook, assignment: Assignment) -> bool:
    """Whether a file is rather another notebook of the assignment, by its cells, or else by the start of its name."""

    def fits(notebook: MasterNotebook) -> tuple[int, bool]:
        count = shared if notebook is master else len(mine & _marks_of_text(notebook.release))
        return count, _stem(path).startswith(notebook.name.casefold())

    return any(fits(other) > fits(master) for other in assignment.notebooks if other is not master)


_HALF = re.compile(r"\\u[dD][89a-fA-F]")
"""What may be half of a surrogate pair: valid JSON, and no text that anybody could write."""


@functools.lru_cache(maxsize=4)
def parsed(content: bytes) -> Mapping[str, Any] | None:
    """A notebook as JSON, in any format, which nobody changes; None for any other file."""
    if content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] != b"{" and content[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        return None
    try:
        text = decoded(content)
        data = json.loads(text)
        if _HALF.search(text):
            data = json.loads(json.dumps(data, ensure_ascii=False).encode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return None
    return data if isinstance(data, dict) and ("cells" in data or "worksheets" in data) else None


def decoded(content: bytes) -> str:
    """A notebook's text: UTF-8, or UTF-16 if it begins with its byte order mark."""
    utf_16 = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    return content.decode("utf-16" if utf_16 else "utf-8-sig")


def _lean(content: bytes) -> bytes:
    """A file; if it is too large and a notebook, without its outputs, which are discarded anyway."""
    return without_outputs(content) if len(content) > MAX_FILE_BYTES else content


def without_outputs(content: bytes) -> bytes:
    """A notebook without outputs and pictures in its texts; anything else as it is."""
    if parsed(content) is None:
        return content
    notebook = json.loads(decoded(content))
    for cell in cells_of(notebook):
        cell.pop("attachments", None)
        if "outputs" in cell:
            cell["outputs"] = []
    return json.dumps(notebook).encode()  # halves of surrogate pairs stay what they are in JSON


# ---------------------------------------------------------------- archives


def _opened(
    submission: Submission, assignment: Assignment, others: Mapping[str, Marks], faults: list[Fault]
) -> Submission:
    """The submission with the files of those archives in it that contain a missing notebook of the assignment."""
    if not _missing(submission.files, assignment, others):
        return submission
    archives = [path for path in sorted(submission.files) if is_archive(submission.files[path])]
    for path in archives[:MAX_ARCHIVES]:
        missing = _missing(submission.files, assignment, others)
        if not missing:
            break
        kept = {name: content for name, content in submission.files.items() if name != path}
        unpacked = unpack(submission.files[path], MAX_UNPACKED_BYTES - sum(map(len, kept.values())))
        files = {name: _lean(content) for name, content in unpacked.files.items()}
        if any(_candidates(files, master, assignment, others) for master in missing):
            faults.append(Fault("archive", "", because(Why.OPENED_ARCHIVE, name=inert_name(path))))
            too_large = because(Why.LARGE_SUBMISSION, most=MAX_UNPACKED_BYTES / 1e6)
            unread = [left_out_file(name, because(Why.UNREADABLE_IN_ARCHIVE)) for name in unpacked.unread]
            faults += (unread + [left_out_file(name, too_large) for name in unpacked.beyond])[:MAX_NAMED]
            broken = _paths(files, assignment, others) & kept.keys() - _paths(kept, assignment, others)
            faults += [left_out_file(name, because(Why.ARCHIVES_NAME)) for name in sorted(broken)]
            kept = {name: content for name, content in kept.items() if name not in broken}
            submission = replace(submission, files=files | kept)
    return submission


def _paths(files: Mapping[str, bytes], assignment: Assignment, others: Mapping[str, Marks]) -> set[str]:
    """The files that may be notebooks of the assignment."""
    return {one.path for master in assignment.notebooks for one in _candidates(files, master, assignment, others)}


def _missing(files: Mapping[str, bytes], assignment: Assignment, others: Mapping[str, Marks]) -> list[MasterNotebook]:
    """The notebooks of the assignment that are missing."""
    return [master for master in assignment.notebooks if not _candidates(files, master, assignment, others)]


def left_out_file(name: str, reason: Reason) -> Fault:
    """That a file was left out, and why."""
    return Fault("left-out-file", "", because(Why.FILE_LEFT_OUT, name=inert_name(printable(name)), reason=reason))


def printable(name: str) -> str:
    """A file's name as text, with question marks for what is not UTF-8."""
    return name.encode("utf-8", "replace").decode()


# ---------------------------------------------------------------- what a file is instead


def what_it_is(content: bytes) -> Reason | None:
    """What a file is that is not a notebook; None if that cannot be told."""
    start = content[:2000].lstrip(b"\xef\xbb\xbf \t\r\n")
    if re.match(rb"<!doctype html|<html|<head", start, re.IGNORECASE):
        return because(Why.WEB_PAGE)
    if start.startswith(b"version https://git-lfs"):
        return because(Why.LFS_POINTER)
    if re.search(rb"^<<<<<<< ", content[:MAX_FILE_BYTES], re.MULTILINE):
        return because(Why.MERGE_CONFLICT)
    if start.startswith(b"%PDF"):
        return because(Why.PDF_FILE)
    if is_archive(content):
        if any(".ipynb" in name.casefold() for name in unpack(content, MAX_UNPACKED_BYTES).unread):
            return because(Why.DAMAGED_ARCHIVE)
        return because(Why.OTHER_ARCHIVE)
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        with contextlib.suppress(UnicodeDecodeError):
            if "{" in content.decode("cp949")[:10]:
                return because(Why.OTHER_ENCODING)
    return None


# ---------------------------------------------------------------- pieces of a notebook


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def cells_of(notebook: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The cells of a notebook of any format; before format 4 they are in worksheets."""
    sheets = notebook.get("worksheets") if "cells" not in notebook else [notebook]
    cells = [_object(sheet).get("cells") for sheet in (sheets if isinstance(sheets, list) else [])]
    return [cell for some in cells if isinstance(some, list) for cell in some if isinstance(cell, dict)]


def _names(cell: Mapping[str, Any]) -> set[str]:
    """A cell's own id and the one that nbgrader knows it by."""
    return {name for name in (cell.get("id"), role(cell).grade_id) if isinstance(name, str) and name}


def _source(cell: Mapping[str, Any]) -> str:
    text = source_of(cell if "source" in cell else {"source": cell.get("input", "")})
    return text.replace("\r\n", "\n").strip()


def _stem(path: str) -> str:
    """A file's own name without what a browser or a system appends: "convolution.ipynb.txt" is "convolution"."""
    name = PurePosixPath(path).name.casefold()
    return name.split(".ipynb")[0] if ".ipynb" in name else name.split(".")[0]


def _natural(path: str) -> list[tuple[str, int, str]]:
    """A key that sorts "a (2)" after "a (1)" and before "a (10)"."""
    found = re.findall(r"(\D*)0*(\d*)", path)
    return [(word, len(number), number) for word, number in found]  # int() takes no more than some thousand digits
