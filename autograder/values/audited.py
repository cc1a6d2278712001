"""What audits, mutants and many seeds tell of an assignment's tests."""

from collections.abc import Mapping
from dataclasses import dataclass, field


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
