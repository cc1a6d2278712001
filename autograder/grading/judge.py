"""The verdict: a comparison of two lists of observations. It runs nothing and trusts nothing of the student's side.

Facets, their points and the tolerances are always taken from the expected side. A reason says what was seen of the
student's answer ("it raised IndexError"), and never what the right answer would have been.
"""

import builtins
from collections import defaultdict
from collections.abc import Mapping

from autograder.language import _
from autograder.values import (
    GUARD,
    Array,
    Experiment,
    FacetVerdict,
    Observation,
    Outcome,
    Plain,
    Raised,
    Returned,
    Unusable,
)

TOLERANCE = 1e-4
"""Floats agree when |a - b| <= TOLERANCE + TOLERANCE * |b|, b being the expected one."""


def judge(expected: Experiment, got: Experiment) -> tuple[FacetVerdict, ...]:
    """Compare what a submission's experiment observed with what the solved notebook's did, facet by facet.

    A facet is won when all its observations agree, in number and in content. Where all facets are won and the guard's
    observations do not agree, a last verdict takes the guard's points.
    """
    wanted, seen = _by_facet(expected), _by_facet(got)
    verdicts = [_judge_facet(name, worth, wanted.get(name, ()), seen.get(name, ())) for name, worth in expected.facets]
    if expected.guard and all(not verdict.reason for verdict in verdicts):
        guard = _judge_facet(GUARD, expected.guard, wanted.get(GUARD, ()), seen.get(GUARD, ()))
        if guard.reason:
            verdicts.append(FacetVerdict(GUARD, -expected.guard, 0.0, guard.reason))
    return tuple(verdicts)


def same(first: Experiment, second: Experiment, facet: str | None = None) -> bool:
    """Whether two experiments coincide on every observation, or on every one of a facet."""
    wanted, seen = _by_facet(first), _by_facet(second)
    facets = [facet] if facet is not None else sorted(wanted.keys() | seen.keys())
    return all(_agree_all(wanted.get(name, ()), seen.get(name, ())) for name in facets)


def agree(expected: Observation, got: Observation) -> bool:
    """Whether one observation is what it should be. NaN and infinity never agree with anything."""
    if expected.aspect != got.aspect:
        return False
    match expected.outcome, got.outcome:
        case Returned(value), Returned(other):
            return _equal(value, other, TOLERANCE if expected.tolerance is None else expected.tolerance)
        case Raised(nearest=nearest), Raised(nearest=other_nearest):
            return nearest == other_nearest
        case Unusable(reason), Unusable(other_reason):
            # Two wrong answers can be unusable in the same way. The solved notebook's never are: see `expectations`.
            return reason == other_reason
    return False


def _by_facet(experiment: Experiment) -> Mapping[str, tuple[Observation, ...]]:
    groups: defaultdict[str, list[Observation]] = defaultdict(list)
    for observation in experiment.observations:
        groups[observation.facet].append(observation)
    return {name: tuple(group) for name, group in groups.items()}


def _agree_all(expected: tuple[Observation, ...], got: tuple[Observation, ...]) -> bool:
    return len(expected) == len(got) and all(agree(*pair) for pair in zip(expected, got, strict=True))


def _judge_facet(
    name: str, worth: float, expected: tuple[Observation, ...], got: tuple[Observation, ...]
) -> FacetVerdict:
    if expected and _agree_all(expected, got):
        return FacetVerdict(name, worth, worth)
    return FacetVerdict(name, 0.0, worth, _reason(expected, got))


def _reason(expected: tuple[Observation, ...], got: tuple[Observation, ...]) -> str:
    if not got:
        return _("nothing was observed: the experiment did not get this far")
    wrong = next((pair for pair in zip(expected, got, strict=False) if not agree(*pair)), None)
    if wrong is None:
        if len(got) < len(expected):
            return _("the experiment stopped before its end")
        return _("more was recorded than the experiment observes")
    return _seen(wrong[0], wrong[1].outcome)


def _seen(expected: Observation, outcome: Outcome) -> str:
    """What came back, in words that tell nothing of what was due."""
    match outcome:
        case Unusable(reason):
            return reason
        case Raised(nearest="OutOfTime"):
            return _("the time for this experiment was over")
        case Raised(nearest="CallTookTooLong", name="CallWaitedTooLong"):
            return _("a call waited too long: for a pause, an input or the network")
        case Raised(nearest="CallTookTooLong"):
            return _("a call computed too long")
        case Raised(nearest="NotImplementedError"):
            return _("the exercise has not been started")
        case Raised(name="NotStarted"):
            return _("it needs the function of another exercise, which has not been started")
        case Raised(name="InputCalled"):
            return _("a call used input(), which cannot be answered: the answer has to come from the arguments")
        case Raised(name="SystemExit"):
            return _("a call stopped at an exit(), a quit() or a sys.exit()")
        case Raised(name=name) if isinstance(expected.outcome, Raised):
            said = _("a call raised {error}; the exercise's text says which exception is due")
            return said.format(error=exception_name(name))
        case Raised(name=name):
            return _("a call raised {error}").format(error=exception_name(name))
        case Returned(None) if isinstance(expected.outcome, Returned) and isinstance(expected.outcome.value, str):
            return _("not answered yet")
        case Returned(None):
            return _("nothing came back (None)")
        case Returned(Array(values=values)) if not all(_finite(value) for value in values):
            return _("what came back holds NaN or infinity")
        case Returned() if expected.aspect == "value" and _is_shaped_otherwise(expected.outcome, outcome):
            return _("what came back has another shape, or another number of parts")
    return {
        "form": _("the type or dtype of what came back is another one"),
        "purity": _("a call changed its arguments or the global random state"),
        "library": _("a library function did the work"),
    }.get(expected.aspect, _("at least one answer is not right"))


def _is_shaped_otherwise(expected: Outcome, got: Outcome) -> bool:
    match expected, got:
        case Returned(Array(shape=shape)), Returned(Array(shape=other)):
            return shape != other
        case Returned(tuple(parts)), Returned(tuple(others)):
            return len(parts) != len(others)
        case Returned(value), Returned(other):
            return isinstance(value, tuple) != isinstance(other, tuple)
    return False


def exception_name(name: str) -> str:
    """An exception's name if Python knows it; a student's own class can have any text for a name."""
    known = getattr(builtins, name, None)
    if isinstance(known, type) and issubclass(known, BaseException):
        return name
    return name if name in ("NotStarted", "CheckFailed") else _("an exception of its own")


def _equal(expected: Plain, got: Plain, tolerance: float) -> bool:
    if isinstance(expected, Array) and isinstance(got, Array):
        return _equal_arrays(expected, got, tolerance)
    if isinstance(expected, tuple) and isinstance(got, tuple):
        return len(expected) == len(got) and all(_equal(*pair, tolerance) for pair in zip(expected, got, strict=True))
    return type(expected) is type(got) and expected == got


def _equal_arrays(expected: Array, got: Array, tolerance: float) -> bool:
    if expected.shape != got.shape:
        return False
    if expected.dtype == "uint8" and tolerance:
        return all(abs(a - b) <= 1 for a, b in zip(expected.values, got.values, strict=True))
    if expected.kind != "f":
        tolerance = 0.0
    # "Within", rather than "not beyond": NaN compares false and must not agree. An infinite b would agree with all.
    return all(
        _finite(b) and abs(a - b) <= tolerance + tolerance * abs(b)
        for b, a in zip(expected.values, got.values, strict=True)
    )


def _finite(value: float) -> bool:
    return value - value == 0
