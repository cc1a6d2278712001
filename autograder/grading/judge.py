"""The verdict: a comparison of two lists of observations. It runs nothing and trusts nothing from the student's side.

Facets, their points and the tolerances are always taken from the expected side. A reason says what was seen of the
student's answer, such as an exception that it raised, and of the right answer only its form.
"""

import builtins
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from autograder.reasons import Reason, Why, because
from autograder.values.graded import FacetVerdict
from autograder.values.observed import (
    GUARD,
    Array,
    Experiment,
    Observation,
    Outcome,
    Plain,
    Raised,
    Returned,
    Unusable,
)

TOLERANCE = 1e-4
"""Floats agree when |a - b| <= TOLERANCE + TOLERANCE * |b|, b being the expected one."""

MANY = 9
"""The largest number of axes that a reason reports; what has more is reported as having this many."""
KNOWN_TYPES = frozenset({"bool", "dict", "float", "int", "list", "ndarray", "str", "tuple", "NoneType", "EagerTensor"})
"""Types whose names a reason repeats. A student's own class can have any text as its name."""


def judge(expected: Experiment, got: Experiment) -> tuple[FacetVerdict, ...]:
    """Compare what a submission's experiment observed with what the solved notebook's did, facet by facet.

    A facet is won when all its observations agree, in number and in content. If all facets are won and the guard's
    observations do not agree, a last verdict takes the guard's points.
    """
    wanted, seen = _by_facet(expected), _by_facet(got)
    verdicts = [_judge_facet(name, worth, wanted.get(name, ()), seen.get(name, ())) for name, worth in expected.facets]
    if expected.guard and all(verdict.reason is None for verdict in verdicts):
        guard = _judge_facet(GUARD, expected.guard, wanted.get(GUARD, ()), seen.get(GUARD, ()))
        if guard.reason is not None:
            verdicts.append(FacetVerdict(GUARD, -expected.guard, 0.0, guard.reason))
    return tuple(verdicts)


def same(first: Experiment, second: Experiment, facet: str | None = None) -> bool:
    """Whether two experiments match in every observation, or in every one of a facet.

    It is stricter about exceptions than a mark is: they must be raised in the same place (the functions themselves or
    what was done with their answers), and if experiments do not distinguish their class, they must have the same name.
    And two wrong answers may match in NaN and infinity, which are never right.
    """
    wanted, seen = _by_facet(_finite_everywhere(first)), _by_facet(_finite_everywhere(second))
    facets = [facet] if facet is not None else sorted(wanted.keys() | seen.keys())
    return all(
        _agree_all(wanted.get(name, ()), seen.get(name, ()))
        and all(map(_fail_alike, wanted.get(name, ()), seen.get(name, ())))
        for name in facets
    )


def _finite_everywhere(experiment: Experiment) -> Experiment:
    """The experiment with a separate number for NaN and each infinity, so that they can be compared."""

    def plain(value: Plain) -> Plain:
        match value:
            case Array(values=values) if not all(map(_finite, values)):
                return replace(value, values=tuple(one if _finite(one) else _STANDS_FOR[str(one)] for one in values))
            case tuple():
                return tuple(map(plain, value))
        return value

    observations = tuple(
        replace(one, outcome=Returned(plain(one.outcome.value))) if isinstance(one.outcome, Returned) else one
        for one in experiment.observations
    )
    return replace(experiment, observations=observations)


_STANDS_FOR = {"nan": 1e301, "inf": 2e301, "-inf": -2e301}


def _fail_alike(one: Observation, other: Observation) -> bool:
    match one.outcome, other.outcome:
        case Raised(nearest, name, outside), Raised(_nearest, other_name, other_outside):
            return outside == other_outside and (nearest != "other" or name == other_name)
    return True


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
    wrong = [pair for pair in zip(expected, got, strict=False) if not agree(*pair)]
    return FacetVerdict(name, 0.0, worth, _reason(expected, got, wrong))


_Wrong = Sequence[tuple[Observation, Observation]]


def _reason(expected: tuple[Observation, ...], got: tuple[Observation, ...], wrong: _Wrong) -> Reason:
    if not got:
        return because(Why.NOT_OBSERVED)
    if not wrong:
        return because(Why.CUT_SHORT if len(got) < len(expected) else Why.MORE_THAN_OBSERVED)
    said = _seen(wrong[0][0], wrong[0][1].outcome)
    if len(expected) < 2 or said.kind == Why.NOT_STARTED:
        return said
    return because(Why.SOME_CALLS, said=said, wrong=len(wrong), all=len(expected))


def _seen(expected: Observation, outcome: Outcome) -> Reason:
    """What came back. Of what was expected it reveals only the type or form, as the exercise's text does."""
    match outcome:
        case Unusable(reason):
            return reason
        case Raised(nearest="OutOfTime"):
            return because(Why.OUT_OF_TIME)
        case Raised(nearest="CallTookTooLong", name="CallWaitedTooLong"):
            return because(Why.WAITED)
        case Raised(nearest="CallTookTooLong"):
            return because(Why.COMPUTED)
        case Raised(nearest="NotImplementedError"):
            return because(Why.NOT_STARTED)
        case Raised(name="NotStarted"):
            return because(Why.OTHER_NOT_STARTED)
        case Raised(name="InputCalled"):
            return because(Why.INPUT)
        case Raised(name="SystemExit"):
            return because(Why.EXIT)
        case Raised(name=name) if isinstance(expected.outcome, Raised):
            return because(Why.RAISED_ANOTHER, error=exception_name(name))
        case Raised(outside="NoneType"):
            return because(Why.NONE)
        case Raised(outside=outside) if outside:
            return because(Why.NOT_DESCRIBED)
        case Raised(name=name):
            return because(Why.RAISED, error=exception_name(name))
        case Returned(value) if isinstance(expected.outcome, Raised):
            return because(Why.RAISED_NOTHING, form=_form(value))
        case Returned(None) if isinstance(expected.outcome, Returned) and isinstance(expected.outcome.value, str):
            return because(Why.NOT_ANSWERED)
        case Returned(None):
            return because(Why.NONE)
        case Returned(Array(values=values)) if not all(_finite(value) for value in values):
            return because(Why.NOT_FINITE)
        case Returned(value) if expected.aspect == "value" and isinstance(expected.outcome, Returned):
            return _unlike(expected.outcome.value, value)
        case Returned(str(form)) if expected.aspect == "form":
            due = expected.outcome.value if isinstance(expected.outcome, Returned) else None
            if isinstance(due, str) and _is_known_form(form) and _is_known_form(due):
                return because(Why.TYPE_INSTEAD, form=form, due=due)
    of_aspects = {"form": Why.OTHER_TYPE, "purity": Why.IMPURE, "library": Why.LIBRARY}
    return because(of_aspects.get(expected.aspect, Why.WRONG))


def _unlike(due: Plain, value: Plain) -> Reason:
    """How an answer differs from what is expected: in form, or if that is right in content.

    The exercise's text and its signature say which form is expected. How long something is may be the question itself,
    and is not revealed.
    """
    form, right_form = _form(value), _form(due)
    if form != right_form:
        return because(Why.OTHER_FORM, form=form, due=right_form)
    match due, value:
        case (Array(shape=sides), Array(shape=other)) if sides != other:
            return because(Why.OTHER_LENGTHS, form=form)
        case Array(), Array():
            return because(Why.OTHER_VALUES, form=form)
        case (tuple(parts), tuple(others)) if len(parts) != len(others):
            return because(Why.OTHER_NUMBER_OF_PARTS)
    return because(Why.WRONG)


def _form(value: Plain) -> Reason:
    """What kind of value it is, from a short list: what a student's process sends can be anything."""
    match value:
        case None:
            return because(Why.FORM_NONE)
        case bool():
            return because(Why.FORM_TRUTH)
        case str():
            return because(Why.FORM_TEXT)
        case Array(shape=()):
            return because(Why.FORM_NUMBER)
        case Array(shape=(_one,)):
            return because(Why.FORM_AXIS)
        case Array(shape=shape):
            return because(Why.FORM_AXES, count=min(len(shape), MANY))
        case _:
            return because(Why.FORM_PARTS)


def _is_known_form(form: str) -> bool:
    words = re.findall(r"\w+", form)
    return len(words) <= MANY and all(word in KNOWN_TYPES or re.fullmatch(r"u?int\d+|float\d+", word) for word in words)


def exception_name(name: str) -> str | Reason:
    """An exception's name if Python knows it; a student's own class can have any text as its name."""
    known = getattr(builtins, name, None)
    if isinstance(known, type) and issubclass(known, BaseException):
        return name
    return name if name in ("NotStarted", "CheckFailed") else because(Why.OWN_EXCEPTION)


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
