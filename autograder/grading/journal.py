"""Remembers each grade, so that grading again after three late arrivals costs three submissions.

The journal is an SQLite file, report/<assignment>/journal.db. A grade is written after the gradebook, in a transaction
of its own, and its row names what it was made from: the submission's files, the assignment and the code that judges.
When one of these has changed, or the gradebook has lost the grade, the submission is graded again. It also names the
conditions under which the notebook ran, because more time can change the grade of a cell that was stopped.

An early version wrote one JSON file for each student, under report/<assignment>/grades/. None of them is read: these
submissions are graded again, and then their files are removed.
"""

import contextlib
import errno
import hashlib
import json
import sqlite3
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from autograder.errors import MachineError, of_the_system
from autograder.files import replace_file
from autograder.values.graded import Grade
from autograder.values.submitted import Assignment, Submission
from autograder.version import digest

FORM = 5
"""The form of a grade. One in an earlier form is made again: in form 3, misconceptions had numbers."""
TIMEOUT = "timeout"
"""The kind of fault of a cell that was stopped."""
FILE, SEED, EARLY = "journal.db", "seed.json", "grades"
JUDGES = ("code_cells.py", "grading", "kernels", "lab", "notebooks.py", "reasons.py", "values")
"""The modules of this package on which a verdict depends."""
BUSY_S = 60
"""Seconds to wait for another program that has the file open."""
_TABLES = """
CREATE TABLE IF NOT EXISTS grade (
    student BLOB PRIMARY KEY, form INTEGER, version TEXT, submission TEXT, cell_s REAL, sandboxed INTEGER,
    stopped INTEGER, grade TEXT
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS made (
    what TEXT, student BLOB, name TEXT, made_from TEXT, result TEXT, PRIMARY KEY (what, student, name)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS run (assignment TEXT, seed INTEGER);
CREATE TABLE IF NOT EXISTS waiting (student BLOB PRIMARY KEY) WITHOUT ROWID;
"""
_GRADE = TypeAdapter(Grade)


@dataclass(frozen=True, slots=True)
class CutOffRun:
    """A run that did not finish.

    Attributes:
        assignment: What all grades of the assignment depended on.
        seed: The seed that it proved; None if the assignment has no experiments.
        again: Students whose submissions it was to grade again, changed or not (`--force`), and did not reach.
    """

    assignment: str
    seed: int | None
    again: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MadeFrom:
    """What a grade depends on, except the seed and the conditions.

    Attributes:
        version: Digest of the assignment, its misconceptions and the code that judges.
        submission: Digest of what was handed in.
    """

    version: str
    submission: str


@dataclass(frozen=True, slots=True)
class Conditions:
    """How a notebook ran.

    Attributes:
        cell_s: Seconds for a cell, as `Limits` count them.
        sandboxed: Whether in a sandbox.
    """

    cell_s: float
    sandboxed: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """What is known about a grade without reading it.

    Attributes:
        made_from: What it was made from; of one in an earlier form, nothing that there is.
        conditions: How its notebook ran.
        stopped: Whether a cell was stopped.
    """

    made_from: MadeFrom
    conditions: Conditions
    stopped: bool = False

    def is_valid_under(self, now: Conditions) -> bool:
        """Whether the grade that was made under other conditions is valid under these.

        More time matters only to a cell that was stopped. Less time invalidates no grade: an option that was given once
        need not be given each time.
        """
        before = self.conditions
        return now.sandboxed == before.sandboxed and not (self.stopped and now.cell_s > before.cell_s)


_EARLY = Entry(MadeFrom("", ""), Conditions(0.0, sandboxed=False))


def version_of(assignment: Assignment) -> str:
    """What all grades of an assignment depend on."""
    return f"{digest(JUDGES)[:16]} {assignment.digest}"


def fingerprint(submission: Submission, assignment: Assignment) -> MadeFrom:
    """What the grade of a submission depends on."""
    found = hashlib.sha256(submission.timestamp.encode())
    for path, content in sorted(submission.files.items()):
        found.update(f"{path} {len(content)} ".encode("utf-8", "surrogateescape") + content)
    return MadeFrom(version_of(assignment), found.hexdigest())


def remember(folder: Path, made_from: MadeFrom, grade: Grade, conditions: Conditions) -> None:
    """Store a grade; a reader sees the old one or the new one, never half of one."""
    stopped = any(fault.kind == TIMEOUT for fault in grade.faults)
    told = json.dumps(_GRADE.dump_python(grade, mode="json"), ensure_ascii=False).encode("utf-8", "replace").decode()
    values = (FORM, made_from.version, made_from.submission, conditions.cell_s, conditions.sandboxed, stopped, told)
    with _writing(folder) as journal:
        journal.execute("REPLACE INTO grade VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (_key(grade.student), *values))
        journal.execute("DELETE FROM waiting WHERE student = ?", (_key(grade.student),))
    (folder / EARLY / f"{grade.student}.json").unlink(missing_ok=True)


def entries(folder: Path) -> dict[str, Entry]:
    """What is known about each stored grade, by student, in whatever form it is."""
    found = {path.stem: _EARLY for path in (folder / EARLY).glob("*.json")}
    with _reading(folder) as journal:
        rows = journal.execute("SELECT form, student, version, submission, cell_s, sandboxed, stopped FROM grade")
        for form, student, version, submission, cell_s, sandboxed, stopped in rows:
            known = Entry(MadeFrom(version, submission), Conditions(cell_s, bool(sandboxed)), bool(stopped))
            found[_name(student)] = known if form == FORM else _EARLY
    return found


def recall(folder: Path, *, only: Collection[str] | None = None, except_for: Collection[str] = ()) -> Iterator[Grade]:
    """The remembered grades of an assignment, one after another: those of some students, or of all others."""
    with _reading(folder) as journal:
        for student, told in journal.execute(
            "SELECT student, grade FROM grade WHERE form = ? ORDER BY student", (FORM,)
        ):
            name = _name(student)
            if (only is None or name in only) and name not in except_for:
                with contextlib.suppress(ValidationError):
                    yield _GRADE.validate_json(told)


def forget(folder: Path, students: Collection[str]) -> None:
    """Remove what is stored about students."""
    with _writing(folder) as journal:
        for table in ("grade", "waiting", "made"):
            journal.executemany(f"DELETE FROM {table} WHERE student = ?", [(_key(student),) for student in students])


class Made:
    """What was made of each student's files, with what it was made from, so that it is not made again."""

    def __init__(self, before: dict[tuple[str, str], tuple[str, str]]) -> None:
        self._before, self.fresh = before, dict[tuple[str, str], tuple[str, str]]()

    def get(self, student: str, name: str, made_from: str) -> str | None:
        """What was made from exactly this; None if nothing was."""
        kept_from, result = self._before.get((student, name), ("", ""))
        return result if kept_from == made_from else None

    def put(self, student: str, name: str, made_from: str, result: str) -> None:
        """Keep what has been made."""
        self.fresh[student, name] = made_from, result


@contextlib.contextmanager
def made(folder: Path, what: str) -> Iterator[Made]:
    """What of a kind was made before. What the block makes is stored at its end, if there is a report at all."""
    with _reading(folder) as journal:
        rows = journal.execute("SELECT student, name, made_from, result FROM made WHERE what = ?", (what,))
        known = Made({(_name(student), name): (made_from, result) for student, name, made_from, result in rows})
    yield known
    if known.fresh and folder.is_dir():
        stored = [(what, _key(student), name, *values) for (student, name), values in known.fresh.items()]
        with _writing(folder) as journal:
            journal.executemany("REPLACE INTO made VALUES (?, ?, ?, ?, ?)", stored)


def stamp(*paths: Path) -> str:
    """What changes whenever a file is written, or another one takes its place: no content is read for it."""
    found = []
    for path in paths:
        with contextlib.suppress(OSError):
            about = path.stat()
            found.append(f"{path.name} {about.st_ino} {about.st_size} {about.st_ctime_ns}")
    return ", ".join(found)


def begin_run(folder: Path, assignment: Assignment, seed: int | None, again: Collection[str]) -> None:
    """Store a run's proven seed and whom it grades again, so that an interrupted run can be continued."""
    with _writing(folder) as journal:
        _store_run(journal, CutOffRun(version_of(assignment), seed, tuple(again)))


def end_run(folder: Path, cut_off: CutOffRun | None, students: Collection[str]) -> None:
    """The run has finished. Students whom an earlier run was to grade again, but did not, still wait, with its seed.

    Args:
        folder: The assignment's report.
        cut_off: The earlier run.
        students: All who handed in.
    """
    with contextlib.suppress(OSError):
        (folder / EARLY).rmdir()  # unless somebody's grade is still in it
    with _reading(folder) as journal:
        run = _stored_run(journal)
    if run is not None:
        with _writing(folder) as journal:
            again = tuple(student for student in run.again if student in students)
            seed = cut_off.seed if cut_off else run.seed
            _store_run(journal, CutOffRun(run.assignment, seed, again) if again else None)


def cut_off_run(folder: Path, assignment: Assignment) -> CutOffRun | None:
    """An earlier run of exactly this assignment that did not finish; None if there is none."""
    with _reading(folder) as journal:
        run = _stored_run(journal)
    return run if run and run.assignment == version_of(assignment) else None


def keep_seed(folder: Path, seed: int) -> None:
    """Make a proven seed the assignment's: later runs start with it, so that all meet the same inputs."""
    folder.mkdir(parents=True, exist_ok=True)
    replace_file(folder / SEED, json.dumps({"seed": seed}, indent=1))


def kept_seed(folder: Path) -> int | None:
    """The assignment's seed; None before its first run."""
    try:
        return int(json.loads((folder / SEED).read_text(encoding="utf-8"))["seed"])
    except (OSError, ValueError, LookupError, TypeError):
        return None


def _store_run(journal: sqlite3.Connection, run: CutOffRun | None) -> None:
    journal.execute("DELETE FROM run")
    journal.execute("DELETE FROM waiting")
    if run is not None:
        journal.execute("INSERT INTO run VALUES (?, ?)", (run.assignment, run.seed))
        journal.executemany("INSERT INTO waiting VALUES (?)", [(_key(student),) for student in run.again])


def _stored_run(journal: sqlite3.Connection) -> CutOffRun | None:
    again = tuple(_name(student) for (student,) in journal.execute("SELECT student FROM waiting ORDER BY student"))
    run = journal.execute("SELECT assignment, seed FROM run").fetchone()
    return None if run is None else CutOffRun(run[0], run[1], again)


def _key(student: str) -> bytes:
    """A student's id in the journal: a folder may have a name that is not text."""
    return student.encode("utf-8", "surrogateescape")


def _name(key: bytes) -> str:
    return key.decode("utf-8", "surrogateescape")


@contextlib.contextmanager
def _writing(folder: Path) -> Iterator[sqlite3.Connection]:
    """The journal in one transaction: what is written in the block is there at its end, or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    with _opened(folder / FILE) as journal, journal:
        yield journal


@contextlib.contextmanager
def _reading(folder: Path) -> Iterator[sqlite3.Connection]:
    """The journal; an empty one if there is none."""
    path = folder / FILE
    with _opened(path if path.is_file() else Path(":memory:")) as journal:
        yield journal


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    try:
        with contextlib.closing(sqlite3.connect(path, timeout=BUSY_S)) as journal:
            journal.execute("PRAGMA secure_delete = ON")
            journal.executescript(_TABLES)
            yield journal
    except sqlite3.Error as error:
        if "disk is full" in str(error):
            raise of_the_system(OSError(errno.ENOSPC, str(error))) from error
        raise MachineError(
            "The journal of the grades cannot be used.",
            expected=f"an SQLite file that can be read and written: {path}",
            got=str(error),
            next_step="check its permissions; if it is damaged, remove it, and `autograder grade` grades again",
        ) from error
