"""What has changed since the marks were last written: a small snapshot, and the difference of two.

The snapshot is report/<assignment>/marks.json. It contains the current marks, and the last ones that differed; so
writing the report again, with nothing changed, shows the same changes again.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace

from pydantic import TypeAdapter

from autograder.reporting.text import final_score
from autograder.values.graded import Grade, RunFacts

SCHEMA = 1


@dataclass(frozen=True, slots=True)
class Mark:
    """A student's marks: points after a late penalty, the maximum, and the points for each exercise."""

    score: float
    max_score: float
    exercises: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Earlier:
    """The marks before those of a snapshot: when they were written, "" if never, and what they were, by student."""

    written: str = ""
    marks: Mapping[str, Mark] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The marks of a cohort at one time.

    Attributes:
        written: When, in ISO 8601.
        marks: By student.
        before: The marks before these, which differed.
        seed: The seed of the run.
        sandboxed: Whether the submissions of the run ran in a sandbox.
        limit_s: Seconds for a cell, as `Limits` count them, in the run; None if they were the course's.
    """

    written: str
    marks: Mapping[str, Mark]
    before: Earlier = Earlier()
    seed: int | None = None
    sandboxed: bool = True
    limit_s: float | None = None

    @property
    def run(self) -> RunFacts:
        """How the run was made."""
        return RunFacts(self.seed, self.sandboxed, self.limit_s)


_SNAPSHOTS = TypeAdapter(Snapshot)


@dataclass(frozen=True, slots=True)
class Change:
    """A student whose marks have changed; `exercises` names those with different points."""

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


def marks(grades: Sequence[Grade]) -> Mapping[str, Mark]:
    """The marks of a cohort, as a snapshot keeps them."""
    return {
        grade.student: Mark(
            _round(final_score(grade)),
            _round(grade.max_score),
            {verdict.name: _round(verdict.points) for verdict in grade.exercises},
        )
        for grade in sorted(grades, key=lambda grade: grade.student)
    }


def follow(old: Snapshot | None, grades: Sequence[Grade], *, written: str, run: RunFacts) -> Snapshot:
    """The snapshot that replaces `old`."""
    now = marks(grades)
    fresh = Snapshot(written, now, **asdict(run))
    if old is None:
        return fresh
    if old.marks == now:
        return replace(fresh, written=old.written, before=old.before)
    return replace(fresh, before=Earlier(old.written, old.marks))


def changes(snapshot: Snapshot) -> Changes | None:
    """What changed since the previous marks; None if there were none."""
    if not snapshot.before.written:
        return None
    before, after = snapshot.before.marks, snapshot.marks
    return Changes(
        since=snapshot.before.written,
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
    data = {"schema": SCHEMA, "assignment": assignment, **_SNAPSHOTS.dump_python(snapshot)}
    return json.dumps(data, indent=1) + "\n"


def loads(text: str) -> Snapshot | None:
    """A snapshot from its JSON; None if it is of another version, or damaged."""
    try:
        data = json.loads(text)
        return _SNAPSHOTS.validate_python(data) if data["schema"] == SCHEMA else None
    except (ValueError, KeyError, TypeError):
        return None


def _differing(before: Mark, after: Mark) -> tuple[str, ...]:
    names = dict.fromkeys((*after.exercises, *before.exercises))
    return tuple(name for name in names if before.exercises.get(name) != after.exercises.get(name))


def _round(value: float) -> float:
    return round(float(value), 6)
