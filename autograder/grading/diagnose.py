"""The sentence for a student whose answers are those of a known misconception."""

from collections.abc import Sequence

from autograder.grading.judge import exception_name, same
from autograder.language import _
from autograder.values import GUARD, Experiment, FacetVerdict, Raised, Said, Trial

NO_ANSWER = frozenset(
    {"CallTookTooLong", "OutOfTime", "NotStarted", "NotImplementedError", "InputCalled", "SystemExit"}
)
"""What an experiment records as an exception and has a reason of its own."""


def diagnose(
    got: Experiment, verdicts: Sequence[FacetVerdict], trials: Sequence[Trial], *, stopped: str = ""
) -> tuple[Said, str]:
    """Name the likely cause of lost facets, or say neutrally which facet was lost first.

    Args:
        got: What the submission's experiment observed.
        verdicts: The facets' verdicts.
        trials: What the experiment observes of each misconception.
        stopped: Why the cell stopped before its end, "" if it did not.

    Returns:
        What is said, as a kind and as a sentence; "" where nothing was lost.
    """
    lost = [verdict for verdict in verdicts if verdict.points < verdict.worth]
    if not lost:
        return Said.CAUSE, ""
    if not got.observations:
        return Said.CAUSE, stopped or _("The check could not be made; only your own functions are asked.")
    whole, sentences = causes(got, [verdict.name for verdict in lost], trials)
    if stopped and not whole:
        sentences = [stopped, *sentences]
    if sentences:
        return Said.CAUSE, " ".join(sentences)
    raised = {each.outcome.name for each in got.observations if isinstance(each.outcome, Raised)}
    if len(raised) == 1 and _only_raises(got) and not raised & NO_ANSWER:
        said = _("Every call of the hidden test ends with {error}, also where an answer is due.")
        return Said.CAUSE, said.format(error=exception_name(raised.pop()))
    if lost[0].name == GUARD:
        text = _("Each part is right on its own, but not all of them together: {reason}.")
    else:
        text = _("Look again at “{facet}”: {reason}.")
    return Said.FACET, text.format(facet=lost[0].name, reason=lost[0].reason)


def causes(got: Experiment, lost: Sequence[str], trials: Sequence[Trial]) -> tuple[bool, list[str]]:
    """The sentences of the misconceptions that fit, and whether they fit the whole exercise.

    A misconception that coincides with the submission on the whole exercise comes first. Otherwise each lost facet is
    matched alone, so that two independent slips give two sentences. Only misconceptions that are meant for the facet
    count there, and of them only those that would have lost nothing which the submission has won; where they would say
    different things none is named. And where all calls of a facet end with an exception in the function itself, that
    says nothing about its reason. `benchmarks/causes.py` measures how often a sentence is false.

    Args:
        got: What the submission's experiment observed.
        lost: Names of the facets that were not won.
        trials: What the experiment observes of each misconception.
    """
    whole = _one_sentence([trial for trial in trials if same(trial.experiment, got)])
    if whole:
        return True, [whole]
    observed = {observation.facet for observation in got.observations}  # one that was not reached tells of no cause
    possible = [trial for trial in trials if set(trial.facets) <= set(lost)]
    found = [
        _one_sentence([one for one in possible if facet in one.facets and same(one.experiment, got, facet)])
        for facet in lost
        if facet in observed and not _only_raises(got, facet)
    ]
    return False, list(dict.fromkeys(sentence for sentence in found if sentence))


def _only_raises(got: Experiment, facet: str | None = None) -> bool:
    """Whether each call of a facet, or of all of them, ended with an exception in the student's own code."""
    outcomes = [each.outcome for each in got.observations if facet in (None, each.facet)]
    return all(isinstance(outcome, Raised) and not outcome.outside for outcome in outcomes)


def _one_sentence(trials: Sequence[Trial]) -> str:
    sentences = {trial.sentence for trial in trials}
    return sentences.pop() if len(sentences) == 1 else ""
