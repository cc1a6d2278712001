"""Remembers each grade, so that grading again after three late arrivals costs three submissions.

One JSON file for each student, under report/<assignment>/grades/. It is written after the gradebook was, and it names
what the grade was made from: the submission's files, the assignment and the grader's version. When one of these has
changed, or the gradebook has lost the grade, the submission is graded again.
"""

import dataclasses
import hashlib
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder import __version__
from autograder.files import replace_file
from autograder.values import Assignment, ExerciseVerdict, FacetVerdict, Fault, Grade, Submission

RUN = "run.json"


@dataclass(frozen=True)
class CutOffRun:
    """A run that did not come to its end.

    Attributes:
        seed: The seed that it proved.
        again: Students whose submissions it was to grade again, changed or not (`--force`).
    """

    seed: int
    again: frozenset[str]

    def leaves(self, grade: Grade) -> bool:
        """Whether a grade is one that the run was to make again, and did not come to."""
        return grade.student in self.again and grade.seed != self.seed


def fingerprint(submission: Submission, assignment: Assignment) -> str:
    """What a grade depends on, but for the seed."""
    digest = hashlib.sha256(f"{__version__} {assignment.digest} {submission.timestamp}".encode())
    for path, content in sorted(submission.files.items()):
        digest.update(f"{path} {len(content)} ".encode("utf-8", "surrogateescape") + content)
    return digest.hexdigest()


def remember(folder: Path, made_from: str, grade: Grade) -> None:
    """Write a grade down; a reader sees the old file or the new one, never a half."""
    path = _path(folder, grade.student)
    path.parent.mkdir(parents=True, exist_ok=True)
    _write(path, {"made_from": made_from, "grade": dataclasses.asdict(grade)})


def recall(folder: Path, made_from: str, student: str) -> Grade | None:
    """The grade that was made from exactly this, or None."""
    try:
        data = json.loads(_path(folder, student).read_text(encoding="utf-8"))
        return _grade(data["grade"]) if data["made_from"] == made_from else None
    except (OSError, ValueError, KeyError, TypeError):
        return None  # never written, or by another version: grade again


def begin_run(folder: Path, assignment: Assignment, seed: int, again: Collection[str]) -> None:
    """Write down a run's proven seed and whom it grades again, so that a run that is cut off can be gone on with."""
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / RUN, {"assignment": assignment.digest, "seed": seed, "again": sorted(again)})


def end_run(folder: Path) -> None:
    """The run came to its end: the next one draws a seed of its own."""
    (folder / RUN).unlink(missing_ok=True)


def cut_off_run(folder: Path, assignment: Assignment) -> CutOffRun | None:
    """An earlier run of this very assignment that did not come to its end; None if there is none."""
    try:
        data = json.loads((folder / RUN).read_text(encoding="utf-8"))
        again = frozenset(map(str, data.get("again", ())))
        return CutOffRun(int(data["seed"]), again) if data["assignment"] == assignment.digest else None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def recall_all(folder: Path, *, except_for: Sequence[str] = ()) -> list[Grade]:
    """Every remembered grade of an assignment but those of some students."""
    grades = []
    for path in (folder / "grades").glob("*.json"):
        try:
            one = _grade(json.loads(path.read_text(encoding="utf-8"))["grade"])
        except (OSError, ValueError, KeyError, TypeError):
            continue
        if one.student not in except_for:
            grades.append(one)
    return grades


def _write(path: Path, data: dict[str, object]) -> None:
    replace_file(path, json.dumps(data, indent=1))


def _path(folder: Path, student: str) -> Path:
    return folder / "grades" / f"{student}.json"


def _grade(data: dict[str, object]) -> Grade:
    fields: dict[str, object] = dict(data)
    fields["faults"] = tuple(Fault(**fault) for fault in data["faults"])  # type: ignore[attr-defined]
    fields["exercises"] = tuple(
        ExerciseVerdict(**{**exercise, "facets": tuple(FacetVerdict(**facet) for facet in exercise["facets"])})
        for exercise in data["exercises"]  # type: ignore[attr-defined]
    )
    return Grade(**fields)  # type: ignore[arg-type]
