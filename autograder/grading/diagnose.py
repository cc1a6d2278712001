"""What there is to say about an exercise that lost points: known misconceptions with the same answers, or else why."""

from collections.abc import Sequence

from autograder.grading.judge import exception_name, same
from autograder.reasons import Cause, Diagnosis, Reason, Why, because
from autograder.values.graded import FacetVerdict
from autograder.values.observed import GUARD, Experiment, Raised, Trial

NO_ANSWER = frozenset(
    {"CallTookTooLong", "OutOfTime", "NotStarted", "NotImplementedError", "InputCalled", "SystemExit"}
)
"""What an experiment records as an exception, but has its own reason."""


def diagnose(
    got: Experiment, verdicts: Sequence[FacetVerdict], trials: Sequence[Trial], *, stopped: Reason | None = None
) -> Diagnosis | None:
    """Name the likely cause of lost facets, or say neutrally which facet was lost first; None if nothing was lost.

    Args:
        got: What the submission's experiment observed.
        verdicts: The facets' verdicts.
        trials: What the experiment observes of each misconception.
        stopped: Why the cell stopped before its end, if it did.
    """
    lost = [verdict for verdict in verdicts if verdict.points < verdict.worth]
    if not lost:
        return None
    if not got.observations:
        return Diagnosis(stopped or because(Why.NOT_MADE))
    whole, found = causes(got, [verdict.name for verdict in lost], trials)
    before = None if whole else stopped
    if before or found:
        return Diagnosis(before, tuple(found))
    raised = {each.outcome.name for each in got.observations if isinstance(each.outcome, Raised)}
    if len(raised) == 1 and _only_raises(got) and not raised & NO_ANSWER:
        return Diagnosis(because(Why.ALWAYS_RAISES, error=exception_name(raised.pop())))
    first = lost[0]
    assert first.reason is not None
    if first.name == GUARD:
        return Diagnosis(because(Why.NOT_TOGETHER, reason=first.reason))
    return Diagnosis(because(Why.LOOK_AGAIN, facet=first.name, reason=first.reason))


def causes(got: Experiment, lost: Sequence[str], trials: Sequence[Trial]) -> tuple[bool, list[Cause]]:
    """The misconceptions that fit, by their sentences, and whether they fit the whole exercise.

    A misconception that matches the submission on the whole exercise comes first. Otherwise each lost facet is matched
    separately, so that two independent slips give two sentences. Only misconceptions that are meant for the facet count
    there, and of them only those that would have lost nothing that the submission has won; if they would say different
    things, none is named. And if all calls of a facet end with an exception in the function itself, that says nothing
    about the reason. `benchmarks/causes.py` measures how often a sentence is false.

    Args:
        got: What the submission's experiment observed.
        lost: Names of the facets that were not won.
        trials: What the experiment observes of each misconception.
    """
    whole = _one_cause([trial for trial in trials if same(trial.experiment, got)])
    if whole:
        return True, [whole]
    observed = {observation.facet for observation in got.observations}  # one that was not reached reveals no cause
    possible = [trial for trial in trials if set(trial.facets) <= set(lost)]
    found = [
        _one_cause([one for one in possible if facet in one.facets and same(one.experiment, got, facet)])
        for facet in lost
        if facet in observed and not _only_raises(got, facet)
    ]
    ids: dict[str, dict[str, None]] = {}  # by sentence, each once and in order
    for cause in filter(None, found):
        ids.setdefault(cause.sentence, {}).update(dict.fromkeys(cause.misconceptions))
    return False, [Cause(tuple(each), sentence) for sentence, each in ids.items()]


def _only_raises(got: Experiment, facet: str | None = None) -> bool:
    """Whether each call of a facet, or of all of them, ended with an exception in the student's own code."""
    outcomes = [each.outcome for each in got.observations if facet in (None, each.facet)]
    return all(isinstance(outcome, Raised) and not outcome.outside for outcome in outcomes)


def _one_cause(trials: Sequence[Trial]) -> Cause | None:
    """What all of them say; None if they say different things, or nothing."""
    sentences = {trial.sentence for trial in trials}
    return Cause(tuple(trial.id for trial in trials), sentences.pop()) if len(sentences) == 1 else None
