"""What has changed since the marks were written before: a small snapshot, and the difference of two.

The snapshot is report/<assignment>/marks.json. It holds the marks as they are, and those before them that differed; so
writing the report again, with nothing changed, shows the same changes again.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from autograder.reporting.text import final_score
from autograder.values import Grade

SCHEMA = 1


@dataclass(frozen=True, slots=True)
class Mark:
    """A student's marks: points after a late penalty, what there is to win, and the points of each exercise."""

    score: float
    max_score: float
    exercises: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))


Marks = Mapping[str, Mark]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The marks of a cohort at one time.

    Attributes:
        written: When, in ISO 8601.
        marks: By student.
        before: The marks before these, which differed; empty with `before_written` "" if there were none.
        before_written: When those were written.
        seed: The seed of the run.
        sandboxed: Whether the submissions of the run ran in a sandbox.
        limit_s: Seconds for a cell, as `Limits` count them, in the run; None if they were the course's.
    """

    written: str
    marks: Marks
    before: Marks = field(default_factory=lambda: MappingProxyType({}))
    before_written: str = ""
    seed: int | None = None
    sandboxed: bool = True
    limit_s: float | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """A student whose marks are others now; `exercises` names those with other points."""

    student: str
    before: Mark
    after: Mark
    exercises: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed between two snapshots, by student."""

    since: str
    changed: tuple[Change, ...] = ()
    new: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()


def marks(grades: Sequence[Grade]) -> Marks:
    """The marks of a cohort, as a snapshot keeps them."""
    return {
        grade.student: Mark(
            _round(final_score(grade)),
            _round(grade.max_score),
            {verdict.name: _round(verdict.points) for verdict in grade.exercises},
        )
        for grade in sorted(grades, key=lambda grade: grade.student)
    }


def follow(
    old: Snapshot | None,
    grades: Sequence[Grade],
    *,
    written: str,
    seed: int | None,
    sandboxed: bool,
    limit_s: float | None = None,
) -> Snapshot:
    """The snapshot that takes the place of `old`."""
    now = marks(grades)
    fresh = Snapshot(written, now, seed=seed, sandboxed=sandboxed, limit_s=limit_s)
    if old is None:
        return fresh
    if old.marks == now:
        return replace(fresh, written=old.written, before=old.before, before_written=old.before_written)
    return replace(fresh, before=old.marks, before_written=old.written)


def changes(snapshot: Snapshot) -> Changes | None:
    """What changed since the marks before; None if there were none."""
    if not snapshot.before_written:
        return None
    before, after = snapshot.before, snapshot.marks
    return Changes(
        since=snapshot.before_written,
        changed=tuple(
            Change(student, before[student], after[student], _differing(before[student], after[student]))
            for student in sorted(before.keys() & after.keys())
            if before[student] != after[student]
        ),
        new=tuple(sorted(after.keys() - before.keys())),
        gone=tuple(sorted(before.keys() - after.keys())),
    )


def dumps(snapshot: Snapshot, *, assignment: str) -> str:
    """The snapshot as JSON of schema 1."""
    data = {
        "schema": SCHEMA,
        "assignment": assignment,
        "seed": snapshot.seed,
        "sandboxed": snapshot.sandboxed,
        "limit_s": snapshot.limit_s,
        "written": snapshot.written,
        "marks": _plain(snapshot.marks),
        "before": {"written": snapshot.before_written, "marks": _plain(snapshot.before)},
    }
    return json.dumps(data, indent=1) + "\n"


def loads(text: str) -> Snapshot | None:
    """A snapshot from its JSON; None if it is of another version, or damaged."""
    try:
        data = json.loads(text)
        if data["schema"] != SCHEMA:
            return None
        return Snapshot(
            written=str(data["written"]),
            marks=_marks(data["marks"]),
            before=_marks(data["before"]["marks"]),
            before_written=str(data["before"]["written"]),
            seed=None if data["seed"] is None else int(data["seed"]),
            sandboxed=bool(data["sandboxed"]),
            limit_s=None if (limit_s := data.get("limit_s")) is None else float(limit_s),
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _differing(before: Mark, after: Mark) -> tuple[str, ...]:
    names = dict.fromkeys((*after.exercises, *before.exercises))
    return tuple(name for name in names if before.exercises.get(name) != after.exercises.get(name))


def _plain(found: Marks) -> dict[str, Any]:
    return {
        student: {"score": mark.score, "max_score": mark.max_score, "exercises": dict(mark.exercises)}
        for student, mark in found.items()
    }


def _marks(data: dict[str, Any]) -> Marks:
    return {
        student: Mark(
            float(one["score"]),
            float(one["max_score"]),
            {name: float(points) for name, points in one["exercises"].items()},
        )
        for student, one in data.items()
    }


def _round(value: float) -> float:
    return round(float(value), 6)
