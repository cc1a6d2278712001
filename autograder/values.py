"""The plain values that travel from step to step. They are frozen.

A submission is sanitized, run, judged, recorded and reported; each step takes some of these values and returns others.
A student's mistake is one of them too: a `Fault`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from autograder.notebooks import HIDDEN, Form, MasterNotebook
from autograder.reasons import Diagnosis, Reason

if TYPE_CHECKING:
    from nbformat import NotebookNode

UNREADABLE = frozenset({"missing-notebook", "empty-notebook", "large-notebook", "broken-notebook", "broken-metadata"})
"""Kinds of fault that leave a notebook without a grade."""
REPAIRED = frozenset(
    {
        "archive",
        "cell-id",
        "cell-metadata",
        "cell-type",
        "copied-cell",
        "earlier-release",
        "edited-cell",
        "left-out-file",
        "missing-cell",
        "moved-answer",
        "moved-cell",
        "notebook-format",
        "notebook-metadata",
        "renamed-notebook",
        "unknown-cell",
    }
)
"""Kinds of fault that the grader put right."""
ADVICE = frozenset({"private-keras", "other-notebook", "timestamp"})
"""Kinds of fault that cost nothing and changed nothing, but that a student should know about. Besides these three there
are "late", and what went wrong on the way: timeout, notebook-timeout, kernel-died, output-limit."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something about a submission that is not as it should be, or that was repaired. It never stops the cohort.

    Attributes:
        kind: A stable word, such as "timeout" or "late", or one of `UNREADABLE`, `REPAIRED` or `ADVICE`.
        cell: The cell's grade id, "cell 12" for a cell without one, "" for the whole submission.
        reason: What a student and an instructor read, not yet in words.
        notebook: The notebook that it was found in, without ".ipynb"; "" for the whole submission.
    """

    kind: str
    cell: str
    reason: Reason
    notebook: str = ""


# ---------------------------------------------------------------- the course

GUARD = "all at once"
"""The name under which an experiment's guard is observed and judged: see `Experiment.guard`."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """What grading needs to know about an assignment.

    Attributes:
        name: Its name in nbgrader.
        notebooks: Its notebooks by name.
        files: Other files of its source, by path relative to the assignment's folder.
        digest: Changes when any of this does, or a misconception.
    """

    name: str
    notebooks: tuple[MasterNotebook, ...]
    files: Mapping[str, bytes] = field(repr=False)
    digest: str

    @property
    def has_experiments(self) -> bool:
        """Whether any notebook has one; otherwise, grading is nbgrader's own."""
        return any(notebook.experiments for notebook in self.notebooks)

    def called(self, notebook: str, cell: str) -> str:
        """What a graded cell is called: the exercise's name, and more if something else would have the same name."""
        graded = [(one.name, other.grade_id) for one in self.notebooks for other in one.cells if other.graded]
        name = cell.removesuffix(HIDDEN)
        if any(other == name != cell for _notebook, other in graded):
            name = cell
        alike = {one for one, other in graded if other.removesuffix(HIDDEN) == cell.removesuffix(HIDDEN)}
        return f"{notebook}: {name}" if len(alike) > 1 else name


@dataclass(frozen=True, slots=True)
class Submission:
    """What a student handed in.

    Attributes:
        student: The student's id.
        files: Content of each file by path relative to the submission's folder.
        timestamp: When it was handed in, as nbgrader's timestamp.txt says; "" if unknown.
        left_out: Files that were not read, and why.
    """

    student: str
    files: Mapping[str, bytes] = field(repr=False)
    timestamp: str = ""
    left_out: tuple[Fault, ...] = ()


# ---------------------------------------------------------------- the run


@dataclass(frozen=True, slots=True)
class Limits:
    """What a submission may use.

    Attributes:
        cell_s: CPU seconds for a cell, and as many in which all its processes wait.
        experiment_s: The same for a cell with an experiment, if that is more: its recorder has its own limits.
        notebook_s: The same for a notebook.
        output_bytes: Bytes of output kept of one cell.
        restarts: How often a kernel that ended is started again for one notebook.
    """

    cell_s: float = 30.0
    experiment_s: float = 150.0
    notebook_s: float = 900.0
    output_bytes: int = 1_000_000
    restarts: int = 10


@dataclass(frozen=True, slots=True)
class KernelSettings:
    """What a notebook's kernel is given.

    Attributes:
        sandboxed: Whether it runs in its own room, and sees a copy of the notebook's folder there.
        modules: What a warm kernel has imported besides the usual modules.
        hidden: Folders and files that a room never shows, such as the course's, wherever they are.
        environment: Variables besides a short list of this process's own.
    """

    sandboxed: bool = False
    modules: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)


UNSANDBOXED = KernelSettings()


@dataclass(frozen=True, slots=True)
class Sanitized:
    """A notebook that is ready to run, and what was repaired."""

    name: str
    notebook: "NotebookNode" = field(repr=False)
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True)
class Execution:
    """A notebook that was run.

    Attributes:
        notebook: The notebook with outputs.
        messages: Texts that each cell's recorder published, by the cell's position in the notebook.
        faults: What went wrong on the way.
        seconds: Wall seconds in all.
        start_s: Wall seconds until the kernel was ready and the notebook's first code cell, its imports, was done.
    """

    notebook: "NotebookNode" = field(repr=False)
    messages: Mapping[int, tuple[str, ...]] = field(repr=False)
    faults: tuple[Fault, ...]
    seconds: float
    start_s: float


# ---------------------------------------------------------------- observations and verdicts


@dataclass(frozen=True, slots=True)
class Array:
    """Numbers as an observation has them: row-major, whole ones exactly, and the kind of their dtype (b, i, u, f)."""

    shape: tuple[int, ...]
    values: tuple[float, ...] = field(repr=False)
    kind: str
    dtype: str


Plain = None | bool | str | Array | tuple["Plain", ...]
"""What a function may return in an experiment; pairs of a dictionary are tuples of two."""


@dataclass(frozen=True, slots=True)
class Returned:
    """A value came back."""

    value: Plain


@dataclass(frozen=True, slots=True)
class Raised:
    """An exception.

    Attributes:
        nearest: The class that counts.
        name: The one that was raised.
        outside: "" if it passed the student's code. If it was raised afterwards, in what the experiment does with the
            answer, the type of the unusable answer, such as "NoneType", or "object" if that is not known.
    """

    nearest: str
    name: str
    outside: str = ""


@dataclass(frozen=True, slots=True)
class Unusable:
    """What came back is not a valid observation, and why."""

    reason: Reason


Outcome = Returned | Raised | Unusable


@dataclass(frozen=True, slots=True)
class Observation:
    """One observed call: which facet it belongs to, which aspect was recorded, and what came back."""

    facet: str
    aspect: str
    outcome: Outcome
    tolerance: float | None = None


@dataclass(frozen=True, slots=True)
class Experiment:
    """All that one hidden cell published.

    Attributes:
        exercise: The exercise's name; "" if the cell published nothing that can be read.
        facets: Name and points of each facet in order, as this process declared them.
        observations: In the order of the calls.
        guard: Points that the guard takes; 0 if there is none. Facets test one thing at a time, so that a slip costs
            one of them. The guard, observed as `GUARD`, tests everything at once. It costs points only if every facet
            is won.
    """

    exercise: str
    facets: tuple[tuple[str, float], ...]
    observations: tuple[Observation, ...]
    guard: float = 0.0


@dataclass(frozen=True, slots=True)
class Trial:
    """What the experiment observes of one misconception (or of a right variant, then `facets` is empty)."""

    id: str
    sentence: str
    facets: tuple[str, ...]
    experiment: Experiment


@dataclass(frozen=True, slots=True)
class Expectations:
    """What one seed's experiments observe on the solved notebook and on each misconception.

    Attributes:
        seed: The proven seed.
        experiments: By the grade id of the hidden cell.
        trials: Misconceptions, by the grade id of the hidden cell.
    """

    seed: int
    experiments: Mapping[str, Experiment] = field(repr=False)
    trials: Mapping[str, tuple[Trial, ...]] = field(repr=False)


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
class Finding:
    """One claim that an audit tested: whether it holds, and the evidence against it."""

    claim: str
    holds: bool
    against: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Audit:
    """What an audit of one assignment found.

    Attributes:
        assignment: Its name.
        seed: The seed of the experiments.
        misconceptions: How many were tried, those common to all exercises counted for each.
        caught: How many lost every facet that they should.
        variants: How many right variants were tried.
        points: What the assignment is worth.
        findings: One for each claim.
    """

    assignment: str
    seed: int
    misconceptions: int
    caught: int
    variants: int
    points: float
    findings: tuple[Finding, ...]

    @property
    def passed(self) -> bool:
        """Whether every claim holds."""
        return all(finding.holds for finding in self.findings)


@dataclass(frozen=True, slots=True)
class Mutant:
    """A right answer with one small change.

    Attributes:
        exercise: Name of the exercise's solution cell.
        variant: The id of the right variant that is changed; "" for the solution.
        function: Name of the changed function, in the solution cell or in the exercise's file.
        line: The number of the first changed line in the function.
        was: The lines that it replaces.
        now: The lines that replace them.
        operator: Name of the kind of change.
        source: The changed function.
    """

    exercise: str
    variant: str
    function: str
    line: int
    was: str
    now: str
    operator: str
    source: str = field(repr=False)

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What identifies it in a list: not its line, which moves."""
        return self.exercise, self.function, self.was, self.now


@dataclass(frozen=True, slots=True)
class Fate:
    """What happened to a mutant in an experiment.

    Attributes:
        lost: The facet of the first observation that is not as it should be; "" if nothing was observed, None if no
            points were lost.
        seed: For a mutant that lost none, another seed with which it would lose some; None if none was found.
        call: A call to which it gives an answer other than the right one, though no experiment makes it.
        draws: The number of general draws on which it agreed, if they are too few to call it the same function.
    """

    lost: str | None
    seed: int | None = None
    call: str = ""
    draws: int | None = None

    @property
    def is_same(self) -> bool:
        """Whether it agreed with the right answer wherever they were compared, and that often enough."""
        return self == Fate(None)


@dataclass(frozen=True, slots=True)
class MutationScore:
    """What the hidden tests of one exercise found about its mutants.

    Attributes:
        exercise: Its name.
        killed: How many lost points.
        equivalent: Those that agree with the right answer on every draw, or that somebody listed with a reason.
        survived: The others.
    """

    exercise: str
    killed: int
    equivalent: tuple[Mutant, ...]
    survived: tuple[tuple[Mutant, Fate], ...]

    @property
    def share(self) -> float:
        """The share of killed ones among those that are a different function, from 0 to 1."""
        others = self.killed + len(self.survived)
        return self.killed / others if others else 1.0


@dataclass(frozen=True, slots=True)
class Mutation:
    """A mutation test of one assignment.

    Attributes:
        assignment: Its name.
        seed: Of the experiments, and of the sample.
        made: How many mutants there are, of which those of the scores were tried.
        scores: One for each exercise.
        stale: What is listed as equivalent but is none of the mutants, or lost points.
    """

    assignment: str
    seed: int
    made: int
    scores: tuple[MutationScore, ...]
    stale: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether every mutant that is a different function lost points."""
        return not self.stale and not any(score.survived for score in self.scores)


@dataclass(frozen=True, slots=True)
class SeedTrial:
    """What one seed's experiments found about every catalogued answer of an exercise or an assignment, by its id.

    Attributes:
        seed: The seed.
        unsound: What is wrong with what was observed of the solution itself.
        kept: Facets that a misconception should have lost but did not.
        lost: What each misconception lost, if experiments ran to their end.
        variants: What each right variant lost: nothing, if all is well.
        whole: Whether they did; otherwise each ended when the misconception had lost what it has to.
        with_variants: Whether right variants were tried.
        cpu_s: CPU seconds that it took.
    """

    seed: int
    unsound: tuple[str, ...]
    kept: Mapping[str, frozenset[str]]
    lost: Mapping[str, frozenset[str]]
    variants: Mapping[str, frozenset[str]]
    whole: bool
    with_variants: bool
    cpu_s: float


@dataclass(frozen=True, slots=True)
class Seeds:
    """What many seeds found about an assignment's catalogued answers.

    Attributes:
        assignment: Its name.
        trials: One for each seed.
    """

    assignment: str
    trials: tuple[SeedTrial, ...]

    @property
    def unproven(self) -> tuple[SeedTrial, ...]:
        """Those with which grading could not start."""
        return tuple(trial for trial in self.trials if trial.unsound or any(trial.kept.values()))

    @property
    def wavering(self) -> Mapping[str, Mapping[frozenset[str], tuple[int, ...]]]:
        """Misconceptions that do not always lose the same facets: what they lose, most frequent first, with seeds."""
        found: dict[str, dict[frozenset[str], list[int]]] = {}
        for trial in filter(lambda trial: trial.whole, self.trials):
            for id, lost in trial.lost.items():
                found.setdefault(id, {}).setdefault(lost, []).append(trial.seed)
        return {
            id: {
                lost: tuple(seeds) for lost, seeds in sorted(ways.items(), key=lambda item: len(item[1]), reverse=True)
            }
            for id, ways in found.items()
            if len(ways) > 1
        }

    @property
    def losing(self) -> Mapping[str, tuple[int, ...]]:
        """Right variants that lost points, with the seeds."""
        found: dict[str, list[int]] = {}
        for trial in self.trials:
            for id, lost in trial.variants.items():
                if lost:
                    found.setdefault(id, []).append(trial.seed)
        return {id: tuple(seeds) for id, seeds in found.items()}

    @property
    def passed(self) -> bool:
        """Whether every seed can be used and judges everybody the same way."""
        return not (self.unproven or self.wavering or self.losing)
