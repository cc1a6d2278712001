"""Remembers each grade, so that grading again after three late arrivals costs three submissions.

One JSON file for each student, under report/<assignment>/grades/. It is written after the gradebook was, and it names
what the grade was made from: the submission's files, the assignment and the code that judges. When one of these has
changed, or the gradebook has lost the grade, the submission is graded again. It names the conditions under which the
notebook ran, too, since more time can make another grade of a cell that was stopped.
"""

import dataclasses
import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from autograder.files import replace_file
from autograder.values import Assignment, Grade, Submission
from autograder.version import digest

SCHEMA = 3
"""The form of a remembered grade. One of an earlier form is made anew: in form 1, reasons were sentences."""
_GRADES = TypeAdapter(Grade)
TIMEOUT = "timeout"
"""The kind of fault of a cell that was stopped."""
RUN, SEED = "run.json", "seed.json"
JUDGES, DRAWS = ("grading", "kernels", "lab", "notebooks.py", "reasons.py", "values.py"), ("lab/pictures",)
"""The modules on which a verdict depends, and those among them that only draw for people."""


@dataclass(frozen=True)
class CutOffRun:
    """A run that did not come to its end.

    Attributes:
        seed: The seed that it proved; None if the assignment has no experiments.
        again: Students whose submissions it was to grade again, changed or not (`--force`), and did not come to.
    """

    seed: int | None
    again: frozenset[str]


@dataclass(frozen=True, slots=True)
class MadeFrom:
    """What a grade depends on, but for the seed and the conditions.

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
        """Whether a grade that was made under other conditions stands under these.

        More time matters to a cell only that was stopped. Less takes no grade away: an option that was given once need
        not be given each time.
        """
        stopped = any(fault.kind == TIMEOUT for fault in grade.faults)
        return self.sandboxed == before.sandboxed and not (stopped and self.cell_s > before.cell_s)


def version_of(assignment: Assignment) -> str:
    """What all grades of an assignment depend on."""
    return f"{digest(JUDGES, without=DRAWS)[:16]} {assignment.digest}"


def fingerprint(submission: Submission, assignment: Assignment) -> MadeFrom:
    """What the grade of a submission depends on."""
    found = hashlib.sha256(submission.timestamp.encode())
    for path, content in sorted(submission.files.items()):
        found.update(f"{path} {len(content)} ".encode("utf-8", "surrogateescape") + content)
    return MadeFrom(version_of(assignment), found.hexdigest())


def remember(folder: Path, made_from: MadeFrom, grade: Grade, conditions: Conditions) -> None:
    """Write a grade down; a reader sees the old file or the new one, never a half."""
    path = _path(folder, grade.student)
    path.parent.mkdir(parents=True, exist_ok=True)
    given = {"made_from": dataclasses.asdict(made_from), "conditions": dataclasses.asdict(conditions)}
    _write(path, {"schema": SCHEMA, **given, "grade": _GRADES.dump_python(grade, mode="json")})
    run = _read(folder / RUN)
    if run and grade.student in run["again"]:
        _write(folder / RUN, {**run, "again": [student for student in run["again"] if student != grade.student]})


def recall(folder: Path, made_from: MadeFrom, student: str, conditions: Conditions) -> Grade | None:
    """The grade that was made from exactly this, or None: it was never written, by another version, or in less time."""
    if graded_from(folder, student) != made_from:
        return None
    try:
        grade = _grade(_read(_path(folder, student)))
    except ValueError:
        return None
    before = graded_under(folder, student)
    return grade if before is not None and conditions.give_the_same(grade, before) else None


def graded_under(folder: Path, student: str) -> Conditions | None:
    """How the notebook of a remembered grade ran; None where that was not written down."""
    try:
        return Conditions(**_read(_path(folder, student))["conditions"])
    except (KeyError, TypeError):
        return None


def graded_from(folder: Path, student: str) -> MadeFrom | None:
    """What a remembered grade was made from; of one that an early version wrote, nothing that is there now."""
    found = _read(_path(folder, student))
    if not found:
        return None
    try:
        return MadeFrom(**found["made_from"])
    except (KeyError, TypeError):
        return MadeFrom("", "")


def begin_run(folder: Path, assignment: Assignment, seed: int | None, again: Collection[str]) -> None:
    """Write down a run's proven seed and whom it grades again, so that a run that is cut off can be gone on with."""
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / RUN, {"assignment": version_of(assignment), "seed": seed, "again": sorted(again)})


def end_run(folder: Path, cut_off: CutOffRun | None, students: Collection[str]) -> None:
    """The run came to its end. Whom an earlier one was to grade again, and nobody did, still waits, with its seed.

    Args:
        folder: The assignment's report.
        cut_off: The earlier run.
        students: All who handed in.
    """
    run = _read(folder / RUN)
    again = [student for student in run.get("again", ()) if student in students]
    if again:
        _write(folder / RUN, {**run, "seed": cut_off.seed if cut_off else run["seed"], "again": again})
    else:
        (folder / RUN).unlink(missing_ok=True)


def cut_off_run(folder: Path, assignment: Assignment) -> CutOffRun | None:
    """An earlier run of this very assignment that did not come to its end; None if there is none."""
    run = _read(folder / RUN)
    try:
        same = run["assignment"] == version_of(assignment)
        seed = None if run["seed"] is None else int(run["seed"])
        return CutOffRun(seed, frozenset(map(str, run["again"]))) if same else None
    except (ValueError, KeyError, TypeError):
        return None


def keep_seed(folder: Path, seed: int) -> None:
    """Make a seed that was proven the assignment's: later runs begin with it, so that all meet the same inputs."""
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / SEED, {"seed": seed})


def kept_seed(folder: Path) -> int | None:
    """The assignment's seed; None before its first run."""
    seed = _read(folder / SEED).get("seed")
    return seed if isinstance(seed, int) else None


def recall_all(folder: Path, *, except_for: Sequence[str] = ()) -> list[Grade]:
    """Every remembered grade of an assignment but those of some students."""
    grades = []
    for path in (folder / "grades").glob("*.json"):
        try:
            one = _grade(_read(path))
        except ValueError:
            continue
        if one.student not in except_for:
            grades.append(one)
    return grades


def _grade(remembered: Mapping[str, Any]) -> Grade:
    """The grade in a file.

    Raises:
        ValueError: It has none, or one of another form.
    """
    if remembered.get("schema") != SCHEMA:
        raise ValueError("a grade of an earlier form")
    return _GRADES.validate_python(remembered.get("grade"))


def _write(path: Path, data: dict[str, object]) -> None:
    replace_file(path, json.dumps(data, indent=1))


def _read(path: Path) -> dict[str, Any]:
    """The object in a JSON file; empty if there is none."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _path(folder: Path, student: str) -> Path:
    return folder / "grades" / f"{student}.json"
