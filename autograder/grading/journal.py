"""Remembers each grade, so that grading again after three late arrivals costs three submissions.

There is one JSON file for each student, under report/<assignment>/grades/. It is written after the gradebook, and it
names what the grade was made from: the submission's files, the assignment and the code that judges. When one of these
has changed, or the gradebook has lost the grade, the submission is graded again. It also names the conditions under
which the notebook ran, because more time can change the grade of a cell that was stopped.
"""

import hashlib
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import TypeAdapter

from autograder.files import replace_file
from autograder.values.graded import Grade
from autograder.values.submitted import Assignment, Submission
from autograder.version import digest

SCHEMA: Literal[4] = 4
TIMEOUT = "timeout"
"""The kind of fault of a cell that was stopped."""
RUN, SEED = "run.json", "seed.json"
JUDGES = ("grading", "kernels", "lab", "notebooks.py", "reasons.py", "values")
"""The modules of this package on which a verdict depends."""


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

    def give_the_same(self, grade: Grade, before: "Conditions") -> bool:
        """Whether a grade that was made under other conditions is valid under these.

        More time matters only to a cell that was stopped. Less time invalidates no grade: an option that was given once
        need not be given each time.
        """
        stopped = any(fault.kind == TIMEOUT for fault in grade.faults)
        return self.sandboxed == before.sandboxed and not (stopped and self.cell_s > before.cell_s)


@dataclass(frozen=True, slots=True)
class Remembered:
    """A grade, what it was made from, and how its notebook ran.

    Attributes:
        schema: The form. A grade in an earlier form is made again: in form 3, misconceptions had numbers.
    """

    schema: Literal[4]
    made_from: MadeFrom
    conditions: Conditions
    grade: Grade


_Value = TypeVar("_Value")
_REMEMBERED, _RUN, _SEED = TypeAdapter(Remembered), TypeAdapter(CutOffRun), TypeAdapter(dict[str, int])


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
    """Store a grade; a reader sees the old file or the new one, never half of one."""
    path = _path(folder, grade.student)
    path.parent.mkdir(parents=True, exist_ok=True)
    _write(_REMEMBERED, path, Remembered(SCHEMA, made_from, conditions, grade))
    run = _read(_RUN, folder / RUN)
    if run and grade.student in run.again:
        again = tuple(student for student in run.again if student != grade.student)
        _write(_RUN, folder / RUN, replace(run, again=again))


def recall(folder: Path, made_from: MadeFrom, student: str, conditions: Conditions) -> Grade | None:
    """The grade made from exactly this; None if there is none, or another version or a shorter limit made it."""
    found = remembered(folder, student)
    if found is None or found.made_from != made_from or not conditions.give_the_same(found.grade, found.conditions):
        return None
    return found.grade


def remembered(folder: Path, student: str) -> Remembered | None:
    """What is stored about a student's grade; None if nothing is, or an early version wrote it."""
    return _read(_REMEMBERED, _path(folder, student))


def was_written(folder: Path, student: str) -> bool:
    """Whether something is stored, in whatever form."""
    return _path(folder, student).is_file()


def begin_run(folder: Path, assignment: Assignment, seed: int | None, again: Collection[str]) -> None:
    """Store a run's proven seed and whom it grades again, so that an interrupted run can be continued."""
    folder.mkdir(parents=True, exist_ok=True)
    _write(_RUN, folder / RUN, CutOffRun(version_of(assignment), seed, tuple(sorted(again))))


def end_run(folder: Path, cut_off: CutOffRun | None, students: Collection[str]) -> None:
    """The run has finished. Students whom an earlier run was to grade again, but did not, still wait, with its seed.

    Args:
        folder: The assignment's report.
        cut_off: The earlier run.
        students: All who handed in.
    """
    run = _read(_RUN, folder / RUN)
    again = tuple(student for student in run.again if student in students) if run else ()
    if run and again:
        _write(_RUN, folder / RUN, replace(run, seed=cut_off.seed if cut_off else run.seed, again=again))
    else:
        (folder / RUN).unlink(missing_ok=True)


def cut_off_run(folder: Path, assignment: Assignment) -> CutOffRun | None:
    """An earlier run of exactly this assignment that did not finish; None if there is none."""
    run = _read(_RUN, folder / RUN)
    return run if run and run.assignment == version_of(assignment) else None


def keep_seed(folder: Path, seed: int) -> None:
    """Make a proven seed the assignment's: later runs start with it, so that all meet the same inputs."""
    folder.mkdir(parents=True, exist_ok=True)
    _write(_SEED, folder / SEED, {"seed": seed})


def kept_seed(folder: Path) -> int | None:
    """The assignment's seed; None before its first run."""
    return (_read(_SEED, folder / SEED) or {}).get("seed")


def recall_all(folder: Path, *, except_for: Sequence[str] = ()) -> list[Grade]:
    """Every remembered grade of an assignment except those of some students."""
    found = [_read(_REMEMBERED, path) for path in (folder / "grades").glob("*.json")]
    return [one.grade for one in found if one and one.grade.student not in except_for]


def _write(form: TypeAdapter[_Value], path: Path, value: _Value) -> None:
    replace_file(path, json.dumps(form.dump_python(value, mode="json"), indent=1))


def _read(form: TypeAdapter[_Value], path: Path) -> _Value | None:
    """The value in a JSON file; None if there is none, or it has another form."""
    try:
        return form.validate_python(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return None


def _path(folder: Path, student: str) -> Path:
    return folder / "grades" / f"{student}.json"
