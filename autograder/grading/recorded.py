"""What the gradebook has about all submissions of an assignment, read at once.

Nbgrader's objects ask the database again for each student, notebook and cell. Here, one statement reads all rows of a
kind, however many students there are. What nbgrader does ask for each submission finds its rows by an index.
"""

import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from nbgrader.api import (
    Assignment,
    BaseCell,
    Comment,
    Grade,
    Gradebook,
    GradeCell,
    MissingEntry,
    Notebook,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
    TaskCell,
)
from sqlalchemy import Index, func, select

from autograder.values.graded import ByHand, Place

INDEXES = [
    Index("autograder_notebooks_of_submission", SubmittedNotebook.__table__.c.assignment_id),
    Index("autograder_grades_of_notebook", Grade.__table__.c.notebook_id),
    Index("autograder_comments_of_notebook", Comment.__table__.c.notebook_id),
]
"""Nbgrader's tables have none of these, so it reads all grades of the course to add up those of one submission."""


class Points(NamedTuple):
    """A graded cell's row, with nbgrader's names."""

    auto_score: float | None
    manual_score: float | None
    score: float
    needs_manual_grade: bool
    max_score: float


@dataclass(slots=True)
class Recorded:
    """A submission in the gradebook, with nbgrader's names.

    Attributes:
        timestamp: When it was handed in.
        duedate: When it was due, with the student's extension.
        max_score: Points that can be won.
        late_submission_penalty: Points taken for lateness.
        cells: The rows of its graded cells.
    """

    timestamp: datetime | None
    duedate: datetime | None
    max_score: float
    late_submission_penalty: float = 0.0
    cells: dict[Place, Points] = field(default_factory=dict)

    @property
    def total_seconds_late(self) -> float:
        """As nbgrader calculates it."""
        if self.timestamp is None or self.duedate is None:
            return 0.0
        return max(0.0, (self.timestamp - self.duedate).total_seconds())

    @property
    def score(self) -> float:
        """All points, before a late penalty."""
        return math.fsum(row.score for row in self.cells.values())


def add_indexes(gradebook: Gradebook) -> None:
    """Let a gradebook find the rows of one submission without reading all; does nothing if it already does."""
    for index in INDEXES:
        index.create(gradebook.db.connection(), checkfirst=True)


def recorded(gradebook: Gradebook, assignment: str) -> dict[str, Recorded]:
    """Every submission of an assignment, by student."""
    try:
        about = gradebook.find_assignment(assignment)
    except MissingEntry:
        return {}
    due, worth = about.duedate, float(about.max_score or 0)
    times = select(SubmittedAssignment.student_id, SubmittedAssignment.timestamp, SubmittedAssignment.extension)
    found = {
        student: Recorded(came, due + extension if due and extension else due, worth)
        for student, came, extension in gradebook.db.execute(times.where(SubmittedAssignment.assignment == about))
    }
    for student, penalty in penalties(gradebook, assignment).items():
        found[student].late_submission_penalty = penalty
    worths = {
        cell: float(points or 0)
        for kind in (GradeCell, TaskCell)
        for cell, points in gradebook.db.execute(select(kind.id, kind.max_score))
    }
    points = _of(assignment, Grade, Grade.auto_score, Grade.manual_score, Grade.score, Grade.needs_manual_grade)
    for student, notebook, cell, name, *row in gradebook.db.execute(points):
        auto_score, manual_score, score, waits = row
        kept = Points(auto_score, manual_score, float(score or 0), waits, worths.get(cell, 0.0))
        found[student].cells[notebook, name] = kept
    return found


def penalties(gradebook: Gradebook, assignment: str) -> dict[str, float]:
    """Points that lateness costs, by student; of those whom it costs any."""
    taken = (
        select(SubmittedAssignment.student_id, func.sum(SubmittedNotebook.late_submission_penalty))
        .join(SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
        .join(Assignment, SubmittedAssignment.assignment_id == Assignment.id)
        .where(Assignment.name == assignment, SubmittedNotebook.late_submission_penalty.is_not(None))
        .group_by(SubmittedAssignment.student_id)
    )
    return {student: float(penalty) for student, penalty in gradebook.db.execute(taken)}


def by_hand(gradebook: Gradebook, assignment: str) -> dict[str, ByHand]:
    """What people wrote and which points they set in formgrader, by student; of those for whom they did."""
    comments: defaultdict[str, dict[Place, str]] = defaultdict(dict)
    scored: defaultdict[str, set[Place]] = defaultdict(set)
    said = _of(assignment, Comment, Comment.manual_comment).where(Comment.manual_comment.is_not(None))
    for student, notebook, _cell, name, text in gradebook.db.execute(said):
        if text.strip():
            comments[student][notebook, name] = text
    for student, notebook, _cell, name in gradebook.db.execute(
        _of(assignment, Grade).where(Grade.manual_score.is_not(None))
    ):
        scored[student].add((notebook, name))
    return {
        student: ByHand(comments.get(student, {}), frozenset(scored.get(student, ())))
        for student in comments.keys() | scored.keys()
    }


def other_names(gradebook: Gradebook) -> Mapping[str, tuple[str, ...]]:
    """What students are also called, by id: e-mail address, id in the learning platform."""
    rows = gradebook.db.execute(select(Student.id, Student.email, Student.lms_user_id))
    return {student: tuple(str(other) for other in others if other) for student, *others in rows}


def _of(assignment: str, kind: Any, *columns: Any) -> Any:
    """The statement for rows that belong to a submission's cells: student, notebook, cell id, cell, and columns."""
    return (
        select(SubmittedAssignment.student_id, Notebook.name, BaseCell.id, BaseCell.name, *columns)
        .select_from(kind)
        .join(SubmittedNotebook, kind.notebook_id == SubmittedNotebook.id)
        .join(SubmittedAssignment, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
        .join(Assignment, SubmittedAssignment.assignment_id == Assignment.id)
        .join(Notebook, SubmittedNotebook.notebook_id == Notebook.id)
        .join(BaseCell, kind.cell_id == BaseCell.id)
        .where(Assignment.name == assignment)
    )
