"""The verdict trusts nothing of the student's side and tells nothing of the other; a diagnosis is sure."""

import base64
import io
import json
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from autograder.grading.diagnose import diagnose
from autograder.grading.judge import agree, judge, same
from autograder.grading.observations import parse
from autograder.reasons import Why, because
from autograder.values.graded import FacetVerdict
from autograder.values.observed import (
    GUARD,
    Array,
    Experiment,
    Observation,
    Outcome,
    Raised,
    Returned,
    Trial,
    Unusable,
)
from autograder.words import in_words, sentence

NAN, INFINITY = math.nan, math.inf


def words(verdict):
    return in_words(verdict.reason)


def array(*values, kind="f", dtype=""):
    return Array((len(values),), values, kind, dtype)


def scalar(value, kind="f"):
    return Array((), (value,), kind, "")


def seen(value, facet="values", aspect="value", tolerance=None):
    return Observation(facet, aspect, Returned(value), tolerance)


def raised(name, facet="values", nearest="other"):
    return Observation(facet, "value", Raised(nearest, name))


def experiment(*observations, **facets):
    return Experiment("exercise", tuple((facets or {"values": 1.0}).items()), observations)


def agrees(expected, got, tolerance=None):
    return agree(seen(expected, tolerance=tolerance), seen(got))


def published(value) -> Experiment:
    """What is read of a value that was sent as the recorder sends it."""
    message = {"facet": "values", "aspect": "value", "returned": value}
    return replace(parse([json.dumps(message)]), facets=(("values", 1.0),))


def saved(numbers) -> dict[str, str]:
    file = io.BytesIO()
    np.save(file, numbers)
    return {"array": base64.b64encode(file.getvalue()).decode()}


finite = st.floats(allow_nan=False, allow_infinity=False, width=32)
kinds = st.sampled_from(["b", "i", "u", "f"])
dtypes = st.sampled_from(["", "uint8", "float32", "int64"])


@st.composite
def some_array(draw, elements=finite):
    values = draw(st.lists(elements, max_size=4))
    return Array((len(values),), tuple(values), draw(kinds), draw(dtypes))


def plain(elements=finite):
    leaves = st.none() | st.booleans() | st.text(max_size=5) | some_array(elements)
    return st.recursive(leaves, lambda inner: st.lists(inner, max_size=3).map(tuple), max_leaves=6)


facets = st.sampled_from(["first", "second", "third"])
names = st.sampled_from(["ValueError", "TypeError", "other", "OutOfTime", "CallTookTooLong"])
outcomes = st.one_of(
    plain().map(Returned),
    st.builds(Raised, names, st.sampled_from(["ValueError", "OopsError"])),
    st.builds(Unusable, st.sampled_from([because(Why.TOO_LARGE), because(Why.UNREADABLE)])),
)
calls = st.builds(
    Observation,
    facets,
    st.sampled_from(["value", "form", "purity", "library"]),
    outcomes,
    st.none() | st.sampled_from([0.0, 1e-3]),
)
worths = st.floats(0, 100)
experiments = st.builds(
    Experiment,
    st.just("exercise"),
    st.fixed_dictionaries({"first": worths, "second": worths, "third": worths}).map(lambda found: tuple(found.items())),
    st.lists(calls, max_size=6).map(tuple),
)


@given(experiments)
def test_an_experiment_of_finite_values_agrees_with_itself(one):
    assert same(one, one)
    observed = {observation.facet for observation in one.observations}
    for verdict in judge(one, one):
        assert verdict.points == (verdict.worth if verdict.name in observed else 0)


@given(experiments, plain(), st.sampled_from([NAN, INFINITY, -INFINITY]))
def test_what_holds_nan_or_infinity_wins_nothing_and_may_coincide_with_a_misconception(one, value, bad):
    spoiled = replace(one, observations=(*one.observations, seen((value, array(1.0, bad)), facet="first")))
    assert same(spoiled, spoiled)
    for other in {NAN, INFINITY, -INFINITY, 1.0} - {bad}:
        if str(other) != str(bad):
            different = replace(one, observations=(*one.observations, seen((value, array(1.0, other)), facet="first")))
            assert not same(spoiled, different) and not same(different, spoiled)
    assert {verdict.name: verdict.points for verdict in judge(spoiled, spoiled)}["first"] == 0


@given(experiments, experiments)
def test_points_lie_between_0_and_worth_and_a_lost_facet_has_a_reason(one, other):
    verdicts = judge(one, other)
    assert [(verdict.name, verdict.worth) for verdict in verdicts] == list(one.facets)
    for verdict in verdicts:
        assert 0 <= verdict.points <= verdict.worth
        assert verdict.points in (0, verdict.worth)
        assert verdict.reason or (verdict.points == verdict.worth)


@given(experiments, st.data())
def test_a_facet_is_won_only_when_each_of_its_observations_agrees(one, data):
    assume(one.observations)
    at = data.draw(st.integers(0, len(one.observations) - 1))
    wrong = replace(one.observations[at], outcome=Raised("other", "NeverRaisedElsewhere" * 2))
    assume(not agree(one.observations[at], wrong))
    changed = replace(one, observations=(*one.observations[:at], wrong, *one.observations[at + 1 :]))
    for before, after in zip(judge(one, one), judge(one, changed), strict=True):
        assert after.points == (0 if after.name == wrong.facet else before.points)


@given(experiments, st.data())
def test_a_missing_or_an_extra_observation_loses_its_facet_and_no_other(one, data):
    assume(one.observations)
    at = data.draw(st.integers(0, len(one.observations) - 1))
    here = one.observations[at]
    fewer = replace(one, observations=one.observations[:at] + one.observations[at + 1 :])
    more = replace(one, observations=(*one.observations[:at], here, *one.observations[at:]))
    for changed in (fewer, more):
        for before, after in zip(judge(one, one), judge(one, changed), strict=True):
            assert after.points == (0 if after.name == here.facet else before.points)


def test_the_same_answers_in_another_order_lose_the_facet():
    right = experiment(seen(scalar(1.0)), seen(scalar(2.0)))
    assert judge(right, right)[0].points == 1
    assert judge(right, replace(right, observations=right.observations[::-1]))[0].points == 0


@given(experiments, st.lists(calls, max_size=4))
def test_observations_of_facets_that_nobody_declared_change_nothing(one, extra):
    noise = tuple(replace(call, facet="bonus") for call in extra)
    assert judge(one, replace(one, observations=noise + one.observations)) == judge(one, one)


@given(experiments, experiments, experiments.map(lambda found: found.facets), st.floats(0, 1e9))
def test_what_a_student_declares_counts_for_nothing(one, other, declared, tolerance):
    """Neither a student's points, facets or tolerances, nor the exercise's name."""
    lenient = tuple(replace(call, tolerance=tolerance) for call in other.observations)
    mine = (("bonus", 1000.0), *declared)
    assert judge(one, Experiment("mine", mine, lenient)) == judge(one, other)


def guarded(*observations, guard=0.5, **facets):
    return replace(experiment(*observations, **facets), guard=guard)


def test_a_guard_takes_its_points_where_every_facet_is_won():
    right = guarded(seen(scalar(1.0)), seen(scalar(2.0), facet=GUARD))
    slip = replace(right, observations=(seen(scalar(1.0)), seen(scalar(3.0), facet=GUARD)))
    assert judge(right, right) == (FacetVerdict("values", 1.0, 1.0),)
    won, taken = judge(right, slip)
    assert won.points == 1
    assert (taken.name, taken.points, taken.worth, taken.is_guard) == (GUARD, -0.5, 0.0, True)
    assert "right on its own" in sentence(diagnose(slip, (won, taken), ()))


def test_a_guard_costs_nothing_where_a_facet_is_lost():
    right = guarded(seen(scalar(1.0)), seen(scalar(2.0), facet=GUARD))
    wrong = replace(right, observations=(seen(scalar(5.0)), seen(scalar(3.0), facet=GUARD)))
    assert [(verdict.name, verdict.points) for verdict in judge(right, wrong)] == [("values", 0.0)]


def test_a_guard_that_was_not_reached_takes_its_points():
    right = guarded(seen(scalar(1.0)), seen(scalar(2.0), facet=GUARD))
    assert judge(right, replace(right, observations=right.observations[:1]))[-1].points == -0.5


@given(experiments, experiments, st.floats(0.1, 50))
def test_what_a_student_says_of_the_guard_counts_for_nothing(one, other, guard):
    one = replace(one, guard=0.25)
    assert judge(one, replace(other, guard=guard)) == judge(one, other)


def test_a_listed_slip_that_only_the_guard_sees_has_its_sentence():
    right = guarded(seen(scalar(1.0)), seen(scalar(2.0), facet=GUARD))
    slip = replace(right, observations=(seen(scalar(1.0)), seen(scalar(3.0), facet=GUARD)))
    trial = Trial("pool/turns_the_kernel", "You turn the kernel where you pad.", (GUARD,), slip)
    assert sentence(diagnose(slip, judge(right, slip), [trial])) == trial.sentence


@given(st.sampled_from([NAN, INFINITY, -INFINITY]), finite | st.just(NAN) | st.just(INFINITY), st.booleans(), dtypes)
def test_nan_and_infinity_agree_with_nothing_on_either_side(bad, other, turned, dtype):
    """An expected infinity widens its own tolerance to infinity: a misconception that pads with it must not fit all."""
    pair = array(bad, dtype=dtype), array(other, dtype=dtype)
    assert not agrees(*(pair[::-1] if turned else pair))
    assert not agrees(array(bad), array(bad))


@given(st.integers(-(2**63), 2**64 - 1), st.integers(1, 5), st.sampled_from(["i", "u"]))
def test_integers_agree_exactly(number, off, kind):
    assert agrees(scalar(number, kind), scalar(number, "f"))
    assert not agrees(scalar(number, kind), scalar(number + off, kind))
    assert not agrees(scalar(number, kind), scalar(number - off, kind))


def test_large_integers_agree_exactly_from_the_message_on():
    for sent in ({"int": str(2**60)}, saved(np.array([2**60]))):
        other = {"int": str(2**60 + 1)} if "int" in sent else saved(np.array([2**60 + 1]))
        assert judge(published(sent), published(sent))[0].points == 1
        assert judge(published(sent), published(other))[0].points == 0


@given(st.floats(-1e6, 1e6), st.floats(-0.99, 0.99))
def test_floats_agree_within_an_absolute_and_a_relative_ten_thousandth(number, part):
    bound = 1e-4 + 1e-4 * abs(number)
    assert agrees(scalar(number), scalar(number + part * bound))
    beyond = math.copysign(1.01, part) * bound
    assert not agrees(scalar(number), scalar(number + beyond))


@given(st.floats(-1e3, 1e3), st.sampled_from([1e-2, 1e-3, 1e-6]))
def test_the_expected_side_may_set_another_tolerance(number, tolerance):
    bound = tolerance + tolerance * abs(number)
    assert agrees(scalar(number), scalar(number + 0.99 * bound), tolerance)
    assert not agrees(scalar(number), scalar(number + 1.01 * bound), tolerance)


@given(finite, finite)
def test_tolerance_0_is_exact(number, other):
    assert agrees(scalar(number), scalar(other), 0.0) == (number == other)


@pytest.mark.parametrize("dtype", ["uint8", "float32"])
def test_tolerance_0_is_exact_for_pixels_too(dtype):
    kind = "u" if dtype == "uint8" else "f"
    assert not agrees(array(7, kind=kind, dtype=dtype), array(8, kind=kind, dtype=dtype), 0.0)


@given(st.integers(0, 255), st.integers(-3, 3) | st.integers(-255, 255) | st.floats(-3, 3))
def test_pixels_agree_within_one(number, off):
    expected = array(number, kind="u", dtype="uint8")
    assert agrees(expected, array(number + off, kind="i")) == (abs(number + off - number) <= 1)


@given(some_array(), kinds, dtypes)
def test_the_dtype_of_an_answer_does_not_matter(value, kind, dtype):
    assert agrees(value, replace(value, kind=kind, dtype=dtype))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"items": [{"int": "1"}, {"int": "2"}]}, saved(np.array([1, 2]))),
        ({"items": [{"int": "1"}, {"int": "2"}]}, saved(np.array([1, 2], "float32"))),
        ({"items": [{"items": [{"int": "1"}]}, {"items": [{"int": "2"}]}]}, saved(np.array([[1], [2]], ">i2"))),
        ({"items": [{"bool": True}, {"bool": False}]}, saved(np.array([True, False]))),
        ({"items": []}, saved(np.zeros(0))),
        ({"items": [{"items": []}, {"items": []}]}, saved(np.zeros((2, 0)))),
        ({"int": "5"}, saved(np.array(5))),
        ({"bool": True}, saved(np.array(True))),
    ],
)
def test_tuple_list_and_array_of_the_same_numbers_agree(one, other):
    assert judge(published(one), published(other))[0].points == 1
    assert judge(published(other), published(one))[0].points == 1


@pytest.mark.parametrize(
    ("expected", "got"),
    [
        (scalar(1, "i"), True),
        (scalar(1, "i"), "1"),
        (scalar(1, "i"), None),
        (scalar(1, "i"), array(1, kind="i")),
        (array(1.0, 2.0), Array((2, 1), (1.0, 2.0), "f", "")),
        (array(1.0, 2.0), array(1.0)),
        (True, False),
        (True, "True"),
        ("a", "b"),
        (None, ()),
        ((None, "a"), (None,)),
        ((None, "a"), ("a", None)),
    ],
)
def test_values_of_another_kind_shape_or_content_do_not_agree(expected, got):
    assert agrees(expected, expected)
    assert not agrees(expected, got)


def test_another_aspect_of_the_same_value_does_not_agree():
    assert not agree(seen("", aspect="purity"), seen("", aspect="library"))


def test_of_an_exception_only_the_nearest_class_counts():
    mine = raised("MyValueError", nearest="ValueError")
    assert agree(raised("ValueError", nearest="ValueError"), mine)
    assert not agree(raised("TypeError", nearest="TypeError"), mine)
    assert not agree(seen(None), mine)


secrets = st.integers(10_000_000, 99_999_999)


@given(secrets, st.lists(outcomes, max_size=3), st.sampled_from(["value", "form", "purity", "library"]))
def test_a_reason_never_tells_an_expected_value(secret, got, aspect):
    """The secret stands in every place of the expected side where a value can be."""
    held: list[Outcome] = [
        Returned(scalar(secret, "i")),
        Returned(array(secret + 0.5, 1.0)),
        Returned((f"text {secret}", (scalar(float(secret)),))),
        Raised("ValueError", f"Error{secret}"),
        Unusable(because(Why.NOT_COMPARABLE, type=f"{secret}")),
    ]
    for outcome in held:
        expected = experiment(*(Observation("values", aspect, outcome, secret) for _ in range(2)))
        mine = experiment(*(Observation("values", aspect, answer) for answer in got))
        trial = Trial("pool/slip", "A sentence.", ("values",), expected)
        verdicts = judge(expected, mine)
        assert str(secret) not in words(verdicts[0])
        assert str(secret) not in sentence(diagnose(mine, verdicts, [trial]))


@pytest.mark.parametrize(
    ("got", "reason"),
    [
        ((), "did not get this far"),
        ((seen(scalar(1.0)),), "stopped before its end"),
        ((seen(scalar(1.0)),) * 3, "more was recorded"),
        ((seen(scalar(1.0)), seen(scalar(3.0))), "wrong"),
        ((seen(None),), "None"),
        ((seen(array(NAN)),), "NaN"),
        ((raised("IndexError"),), "raised IndexError"),
        ((raised("CallTookTooLong", nearest="CallTookTooLong"),), "took too long to compute"),
        ((raised("CallWaitedTooLong", nearest="CallTookTooLong"),), "waited too long"),
        ((raised("x", nearest="OutOfTime"),), "ran out"),
        ((raised("NotStarted", nearest="NotImplementedError"),), "the exercise has not been started"),
        ((raised("NotStarted"),), "another exercise"),
        ((raised("InputCalled"),), "used input()"),
        ((Observation("values", "value", Unusable(because(Why.NOT_COMPARABLE, type="generator"))),), "(generator)"),
    ],
)
def test_a_reason_says_what_was_seen(got, reason):
    right = experiment(seen(scalar(1.0)), seen(scalar(1.0)))
    assert reason in words(judge(right, experiment(*got))[0])


def test_a_question_without_an_answer_is_not_answered_yet():
    assert words(judge(experiment(seen("b")), experiment(seen(None)))[0]) == "not answered yet"


@pytest.mark.parametrize(("aspect", "reason"), [("form", "dtype"), ("purity", "arguments"), ("library", "library")])
def test_a_reason_names_the_aspect_that_is_wrong(aspect, reason):
    right = experiment(seen("due", aspect=aspect))
    assert reason in words(judge(right, experiment(seen("another", aspect=aspect)))[0])


@pytest.mark.parametrize(
    ("due", "got", "reason"),
    [
        (Returned(array(1.0, 2.0)), Returned(array(1.0)), "wrong shape"),
        (Returned((scalar(1.0), scalar(2.0))), Returned(scalar(1.0)), "number of parts"),
        (Returned((scalar(1.0), scalar(2.0))), Returned((scalar(1.0),)), "number of parts"),
        (Returned((scalar(1.0), scalar(2.0))), Returned((scalar(1.0), scalar(3.0))), "wrong"),
        (Raised("ValueError", "ValueError"), Raised("TypeError", "TypeError"), "says which exception"),
        (Raised("ValueError", "ValueError"), Returned(scalar(1.0)), "wrong"),
        (Returned(scalar(1.0)), Raised("TypeError", "TypeError"), "raised TypeError"),
    ],
)
def test_a_reason_tells_the_form_of_an_answer_and_not_what_was_due(due, got, reason):
    said = judge(experiment(Observation("values", "value", due)), experiment(Observation("values", "value", got)))
    assert reason in words(said[0]) and "ValueError" not in words(said[0])


@pytest.mark.parametrize(
    ("due", "got", "reason"),
    [
        (array(1.0, 2.0), scalar(1.0), "it is a number, and should be an array or a sequence with one axis"),
        (Array((1, 2, 3), (0.0,) * 6, "f", ""), array(1.0), "and should be an array with 3 axes"),
        (Array((2, 3), (0.0,) * 6, "f", ""), Array((3, 2), (0.0,) * 6, "f", ""), "with other lengths"),
        (scalar(1.0), "one", "it is a string, and should be a number"),
        (scalar(1.0), Array((1,) * 30, (0.0,), "f", ""), "an array with 9 axes"),
    ],
)
def test_a_reason_tells_the_form_that_came_and_the_one_due(due, got, reason):
    assert reason in words(judge(experiment(seen(due)), experiment(seen(got)))[0])


@pytest.mark.parametrize(
    ("got", "reason"),
    [
        ("ndarray[float64]", "what came back is ndarray[float64], and should be ndarray[float32]"),
        ("The answer is 42", "what came back has the wrong type or dtype"),
        (", ".join(["int"] * 10), "what came back has the wrong type or dtype"),
    ],
)
def test_of_a_type_only_known_names_are_repeated(got, reason):
    right = experiment(seen("ndarray[float32]", aspect="form"))
    assert reason in words(judge(right, experiment(seen(got, aspect="form")))[0])


def test_a_reason_says_how_many_calls_are_wrong():
    right = experiment(*(seen(scalar(float(number))) for number in range(3)))
    (lost,) = judge(right, experiment(seen(scalar(0.0)), seen(scalar(5.0)), seen(scalar(2.0))))
    assert words(lost).endswith("(1 of 3 calls)")


@pytest.mark.parametrize(
    ("outside", "reason"),
    [("NoneType", "nothing came back (None)"), ("list", "not what the exercise describes"), ("", "raised TypeErr")],
)
def test_an_exception_behind_an_answer_is_told_as_what_the_answer_was(outside, reason):
    got = Observation("values", "value", Raised("TypeError", "TypeError", outside))
    assert reason in words(judge(experiment(seen(scalar(1.0))), experiment(got))[0])


def test_a_facet_without_any_observation_is_never_won():
    assert judge(experiment(), experiment())[0].points == 0


# ---------------------------------------------------------------- diagnosis

CUT = {"stopped": because(Why.NOT_FINISHED)}
STOPPED = "The experiment could not be finished."
RIGHT = {"small": 1.0, "large": 10.0}


def answers(small=RIGHT["small"], large=RIGHT["large"]) -> Experiment:
    observations = seen(scalar(small), facet="small"), seen(scalar(large), facet="large")
    return Experiment("exercise", (("small", 2.0), ("large", 3.0)), observations)


def trial(sentence, facets=("small",), **wrong) -> Trial:
    return Trial("M", sentence, facets, answers(**wrong))


def diagnosis(got, *trials, **options):
    return sentence(diagnose(got, judge(answers(), got), trials, **options))


def test_who_lost_nothing_is_told_nothing():
    assert diagnosis(answers(), trial("Wrong.", small=1.0), **CUT) == ""


def test_a_misconception_that_fits_the_whole_exercise_comes_first():
    whole = trial("Both at once.", ("small", "large"), small=2.0, large=20.0)
    parts = trial("Small only.", small=2.0), trial("Large only.", ("large",), large=20.0)
    assert diagnosis(answers(small=2.0, large=20.0), *parts, whole) == "Both at once."


def test_two_independent_slips_give_two_sentences():
    parts = trial("Small slip.", small=2.0), trial("Large slip.", ("large",), large=20.0)
    assert diagnosis(answers(small=2.0, large=20.0), *parts) == "Small slip. Large slip."


def test_one_sentence_that_fits_two_facets_is_said_once():
    parts = trial("Same slip.", small=2.0), trial("Same slip.", ("large",), large=20.0)
    assert diagnosis(answers(small=2.0, large=20.0), *parts) == "Same slip."


def test_a_slip_beside_an_unknown_mistake_is_named_alone():
    assert diagnosis(answers(small=2.0, large=99.0), trial("Small slip.", small=2.0)) == "Small slip."


def test_a_misconception_meant_for_another_facet_is_not_named_where_it_happens_to_fit():
    other = trial("Other.", ("large",), small=2.0, large=8.0)
    assert diagnosis(answers(small=2.0, large=9.0), other).startswith("Look again at “small”")
    assert diagnosis(answers(small=2.0, large=9.0), other, trial("Meant.", small=2.0)) == "Meant."


def test_a_misconception_that_would_have_lost_what_was_won_is_not_named():
    both = trial("Both.", ("small", "large"), small=2.0, large=8.0)
    assert diagnosis(answers(small=2.0, large=8.5), both) == "Both."
    assert diagnosis(answers(small=2.0), both).startswith("Look again at “small”")


def test_where_two_sentences_fit_neither_is_said():
    two = trial("One.", small=2.0), trial("Another.", small=2.0)
    said = diagnosis(answers(small=2.0), *two)
    form = "a number came back, as it should, but with other values"
    assert said == f"Look again at “small”: at least one answer is wrong: {form}."


def test_two_misconceptions_with_one_sentence_are_no_ambiguity():
    assert diagnosis(answers(small=2.0), trial("One.", small=2.0), trial("One.", small=2.0)) == "One."


def test_an_unknown_mistake_is_named_by_its_first_lost_facet():
    said = diagnosis(answers(small=5.0, large=50.0), trial("Small slip.", small=2.0))
    assert "“small”" in said and "large" not in said


def test_a_misconception_of_infinite_values_does_not_fit_finite_ones():
    assert "slip" not in diagnosis(answers(small=2.0), trial("A slip.", small=INFINITY))


def test_a_facet_that_was_not_reached_has_no_likely_cause():
    """A trial without observations of the facet would coincide with nothing at all."""
    half = replace(answers(), observations=(raised("Oops", facet="small"),))
    silent = Trial("M", "A slip.", ("large",), replace(answers(), observations=answers().observations[:1]))
    assert diagnosis(half, silent, **CUT) == STOPPED


def test_a_cell_that_stopped_says_so_before_the_slips_that_it_shows():
    half = replace(answers(small=2.0), observations=answers(small=2.0).observations[:1])
    assert diagnosis(half, trial("Small slip.", small=2.0), **CUT) == f"{STOPPED} Small slip."


def test_a_cell_that_observed_nothing_says_why_or_that_it_asks_functions_only():
    nothing = replace(answers(), observations=())
    assert diagnosis(nothing, **CUT) == STOPPED
    assert "calls your own functions only" in diagnosis(nothing)


# ---------------------------------------------------------------- exceptions tell little


def raising(*outsides, name="TypeError", nearest="TypeError") -> Experiment:
    facets = (("small", 2.0), ("large", 3.0))
    observations = [
        Observation(facet, "value", Raised(nearest, name, outside))
        for (facet, _points), outside in zip(facets, outsides, strict=True)
    ]
    return Experiment("exercise", facets, tuple(observations))


NOTHING = Trial("pool/prints_the_result", "Nothing comes back.", ("small",), raising("NoneType", "NoneType"))


def test_what_is_said_of_an_answer_is_not_said_of_a_function_that_raises():
    assert diagnosis(raising("NoneType", "NoneType"), NOTHING) == "Nothing comes back."
    said = diagnosis(raising("", ""), NOTHING)
    assert said == "Every call in the hidden test raises TypeError, even where an answer is expected."
    assert "Nothing comes back" not in diagnosis(raising("list", "list"), NOTHING)


def test_exceptions_of_other_names_are_no_likeness_though_no_mark_tells_them_apart():
    one, other = (raising("", "", name=name, nearest="other") for name in ("AttributeError", "InvalidArgumentError"))
    assert not same(one, other) and same(one, one)
    assert agree(one.observations[0], other.observations[0])


def test_a_facet_of_exceptions_alone_names_no_cause():
    """Whoever forgets a tape.watch and whoever counts arguments wrongly: both end with a TypeError."""
    slip = Trial("M", "One slip.", ("small",), raising("", "", name="TypeError"))
    got = Experiment("exercise", slip.experiment.facets, (slip.experiment.observations[0], answers().observations[1]))
    assert "One slip." not in diagnosis(got, slip)


def test_of_a_stub_or_an_endless_loop_it_is_not_said_that_an_exception_ends_it():
    for name in ("NotImplementedError", "CallTookTooLong"):
        assert "Every call" not in diagnosis(raising("", "", name=name, nearest=name))
