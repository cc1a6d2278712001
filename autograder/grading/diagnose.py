"""The sentence for a student whose answers are those of a known misconception."""

from collections.abc import Sequence

from autograder.grading.judge import same
from autograder.language import _
from autograder.values import Experiment, FacetVerdict, Trial


def diagnose(got: Experiment, verdicts: Sequence[FacetVerdict], trials: Sequence[Trial], *, stopped: str = "") -> str:
    """Name the likely cause of lost facets, or say neutrally which facet was lost first.

    A misconception that coincides with the submission on the whole exercise comes first. Otherwise each lost facet is
    matched alone, so that two independent slips give two sentences; among those that fit a facet, the ones meant for
    it count, and where they would say different things none is named.

    Args:
        got: What the submission's experiment observed.
        verdicts: The facets' verdicts.
        trials: What the experiment observes of each misconception.
        stopped: Why the cell stopped before its end, "" if it did not.
    """
    lost = [verdict for verdict in verdicts if verdict.points < verdict.worth]
    if not lost:
        return ""
    if not got.observations:
        return stopped or _("The check could not be made; only your own functions are asked.")
    whole = _one_sentence([trial for trial in trials if same(trial.experiment, got)])
    if whole:
        return whole
    sentences: list[str] = [stopped] if stopped else []
    observed = {observation.facet for observation in got.observations}
    for verdict in lost:
        if verdict.name not in observed:
            continue  # a facet that was not reached says nothing of its cause
        fitting = [trial for trial in trials if same(trial.experiment, got, verdict.name)]
        sentence = _one_sentence([trial for trial in fitting if verdict.name in trial.facets]) or _one_sentence(fitting)
        if sentence and sentence not in sentences:
            sentences.append(sentence)
    if sentences:
        return " ".join(sentences)
    return _("Look again at “{facet}”: {reason}.").format(facet=lost[0].name, reason=lost[0].reason)


def _one_sentence(trials: Sequence[Trial]) -> str:
    sentences = {trial.sentence for trial in trials}
    return sentences.pop() if len(sentences) == 1 else ""
