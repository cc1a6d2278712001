"""Verdicts and grades, and what pages show with them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from autograder.notebooks import HIDDEN, Form
from autograder.reasons import Diagnosis, Reason
from autograder.values.observed import GUARD
from autograder.values.submitted import Fault, Submission

if TYPE_CHECKING:
    from nbformat import NotebookNode


@dataclass(frozen=True, slots=True)
class FacetVerdict:
    """Whether a facet was won. For one that was lost, `reason` says what was seen of the student's answer.

    A lost guard is one too: it is worth nothing and takes points, so its `points` are negative.
    """

    name: str
    points: float
    worth: float
    reason: Reason | None = None

    @property
    def is_guard(self) -> bool:
        """Whether it is the guard, and takes points."""
        return self.name == GUARD


@dataclass(frozen=True, slots=True)
class ExerciseVerdict:
    """The verdict on one graded cell. An ordinary nbgrader cell has no facets.

    Attributes:
        name: What it is called in the assignment, and nothing else there: see `Assignment.called`.
        cell: The graded cell's grade id.
        points: Points as the gradebook has them.
        worth: Points that can be won.
        facets: Verdicts of an experiment.
        diagnosis: What there is to say about it; None when all is right.
        form: What the cell is.
        notebook: The notebook that it is in, without ".ipynb".
        needs_person: A person has to read the answer.
        earlier: A person gave the points to an earlier answer, or out of another maximum; they count until a person
            has read this one.
        above: A person gave more points than the cell is worth.
        failed: The check failed, whatever it is worth.
        unread: The notebook that it is in could not be read; another one of the submission may have been.
    """

    name: str
    cell: str
    points: float
    worth: float
    facets: tuple[FacetVerdict, ...] = ()
    diagnosis: Diagnosis | None = None
    form: Form = Form.EXPERIMENT
    notebook: str = ""
    needs_person: bool = False
    earlier: bool = False
    above: bool = False
    failed: bool = False
    unread: bool = False

    @property
    def exercise(self) -> str:
        """The grade id of the cell with the student's answer, which catalogues and hints know."""
        return self.cell.removesuffix(HIDDEN)


@dataclass(frozen=True, slots=True)
class JudgedNotebook:
    """One notebook of a submission after the verdict.

    Attributes:
        name: File name without ".ipynb".
        notebook: The notebook with the judged outputs.
        verdicts: One for each experiment; ordinary cells get theirs when they are recorded.
        missing: No notebook could be read: everything in it is 0.
    """

    name: str
    notebook: "NotebookNode" = field(repr=False)
    verdicts: tuple[ExerciseVerdict, ...]
    missing: bool = False


@dataclass(frozen=True, slots=True)
class Judged:
    """A submission after the verdict, ready to be recorded."""

    submission: Submission
    notebooks: tuple[JudgedNotebook, ...]
    faults: tuple[Fault, ...]
    seconds: float
    start_s: float


@dataclass(frozen=True, slots=True)
class RunFacts:
    """How a grading run was made.

    Attributes:
        seed: The seed of its experiments; None in a course without, or if there were several.
        sandboxed: Whether its submissions ran in a sandbox.
        limit_s: Seconds for a cell, as `Limits` count them; None if they were the course's.
    """

    seed: int | None = None
    sandboxed: bool = True
    limit_s: float | None = None


@dataclass(frozen=True, slots=True)
class Grade:
    """A submission as the gradebook has it.

    Attributes:
        student: The student's id.
        score: Points, before a late penalty.
        max_score: Points that can be won.
        penalty: Points taken for lateness.
        seconds: Wall seconds that grading took.
        start_s: The part of them that is start-up of the kernel and its imports.
        seed: The seed of the experiments; None in a course without.
        faults: What was repaired or went wrong.
        exercises: One for each graded cell.
    """

    student: str
    score: float
    max_score: float
    penalty: float
    seconds: float
    start_s: float
    seed: int | None
    faults: tuple[Fault, ...]
    exercises: tuple[ExerciseVerdict, ...]

    @property
    def status(self) -> str:
        """A stable word: "graded", or "needs_manual_grade" while a person has to read an answer."""
        return "needs_manual_grade" if any(exercise.needs_person for exercise in self.exercises) else "graded"


Place = tuple[str, str]
"""A cell of an assignment: its notebook's name, and its grade id, which another notebook may have too."""


@dataclass(frozen=True, slots=True)
class ByHand:
    """What people did to a submission in formgrader.

    Attributes:
        comments: What they wrote, by the notebook's name and the cell's grade id.
        scored: Graded cells whose points a person set, named likewise.
    """

    comments: Mapping[Place, str] = field(default_factory=dict)
    scored: frozenset[Place] = frozenset()


@dataclass(frozen=True, slots=True)
class Example:
    """A visible example, and what a known misconception answers to it. None of it comes from a submission.

    Attributes:
        call: The call, as the visible check prints it.
        got: What a function with this mistake gives, in words.
        expected: What is expected, in words.
        picture: A PNG of both and their difference; empty if they cannot be drawn.
        width: The picture's width in CSS pixels.
        alt: What the picture shows, in words.
    """

    call: str
    got: str
    expected: str
    picture: bytes = field(default=b"", repr=False)
    width: int = 0
    alt: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """Students whose marks are out of date.

    Attributes:
        stale: Those graded with an earlier version of the assignment, of its misconceptions or of the grader.
        anew: Those who have handed in something else since.
        gone: Those whose submission is no longer there.
        stopped: Those with a cell that was stopped when cells had less time than the course now gives them.
    """

    stale: tuple[str, ...] = ()
    anew: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    stopped: tuple[str, ...] = ()


CURRENT = Standing()
