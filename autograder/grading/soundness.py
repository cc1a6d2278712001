"""Decides whether what an experiment observes of the solution can serve as the measure for other answers."""

from autograder.grading.judge import judge
from autograder.values.observed import GUARD, Experiment, Outcome, Raised, Unusable
from autograder.words import in_words

PROMISED = ("ValueError", "TypeError", "KeyError", "IndexError")
"""Exceptions that an exercise can ask for; their subclasses count too."""


def problem(experiment: Experiment, points: float) -> str | None:
    """Why it cannot; None if everything is there, finite, and worth the cell's points.

    Args:
        experiment: What was observed of the solution.
        points: What the cell is worth.
    """
    worth = sum(points for _name, points in experiment.facets)
    observed = {observation.facet for observation in experiment.observations}
    declared = {name for name, _points in experiment.facets} | ({GUARD} if experiment.guard else set())
    unusable = [
        f"in “{each.facet}” {in_words(each.outcome.reason)}"
        for each in experiment.observations
        if isinstance(each.outcome, Unusable)
    ]
    accidents = [observation for observation in experiment.observations if _is_accident(observation.outcome)]
    if not experiment.exercise:
        return "the cell published nothing"
    if abs(worth - points) > 1e-9:
        return f"the facets are worth {worth:g} points, the cell {points:g}"
    if experiment.guard and not worth / 4 <= experiment.guard <= worth:
        return f"the guard takes {experiment.guard:g} of {worth:g} points"
    if observed != declared:
        return f"facets declared or observed only: {', '.join(sorted(observed ^ declared))}"
    if unusable:
        return unusable[0]
    if accidents:
        return f"in “{accidents[0].facet}” the solution gives {accidents[0].outcome}"
    if any(verdict.reason is not None for verdict in judge(experiment, experiment)):
        return "an observation does not agree with itself: NaN or infinity?"
    return None


def _is_accident(outcome: Outcome) -> bool:
    """Whether it is not an answer that an exercise can ask for.

    An endless loop would win the points if the solution took too long, and any mistake would if it raised an exception
    that experiments do not distinguish from others.
    """
    return isinstance(outcome, Raised) and outcome.nearest not in PROMISED
