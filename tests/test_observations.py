"""Whatever a student's process publishes becomes plain values: nothing is evaluated, unpickled or believed."""

import base64
import io
import json
import pickle
import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from autograder.grading import observations
from autograder.grading.observations import parse
from autograder.reasons import Why, because
from autograder.values.observed import (
    Array,
    Experiment,
    Observation,
    Raised,
    Returned,
    Unusable,
)

FAITHFUL = "{{'descr': {dtype!r}, 'fortran_order': False, 'shape': {shape}, }}\n"


def observed(value) -> str:
    """A message as the recorder would write it about `value`."""
    return json.dumps({"facet": "values", "aspect": "value", "returned": value})


def outcome(message: str):
    (observation,) = parse([message]).observations
    return observation.outcome


def saved(array, **options) -> str:
    file = io.BytesIO()
    np.save(file, array, **options)
    return base64.b64encode(file.getvalue()).decode()


def forged(header: str, body: bytes = b"", version: tuple[int, int] = (1, 0)) -> str:
    """A .npy file with a header of one's own choice."""
    length = len(header).to_bytes(2 if version == (1, 0) else 4, "little")
    return base64.b64encode(b"\x93NUMPY" + bytes(version) + length + header.encode() + body).decode()


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
keys = st.sampled_from(["exercise", "facets", "facet", "aspect", "tolerance", "returned", "raised", "name"])
kinds = st.sampled_from(["none", "bool", "int", "float", "text", "array", "items", "pairs", "other"])
values = st.recursive(
    st.dictionaries(kinds, anything, max_size=2) | anything,
    lambda inner: st.dictionaries(kinds, st.lists(inner, max_size=3), max_size=2),
    max_leaves=8,
)


@given(st.lists(st.text(max_size=60) | anything.map(json.dumps), max_size=5))
def test_any_text_is_read_without_an_exception(messages):
    """Each message is one observation, or declares the facets."""
    assert len(parse(messages).observations) <= len(messages)


@given(st.dictionaries(keys, values, max_size=6))
def test_messages_with_the_right_names_and_any_content_are_read(message):
    experiment = parse([json.dumps(message)])
    assert isinstance(experiment, Experiment)
    for observation in experiment.observations:
        assert isinstance(observation.outcome, Returned | Raised | Unusable)
        assert observation.facet.isprintable() and observation.aspect.isprintable()


@given(st.binary(max_size=200))
def test_any_bytes_in_the_place_of_an_array_are_refused(content):
    assert isinstance(outcome(observed({"array": base64.b64encode(content).decode()})), Unusable)


@given(st.binary(max_size=60), st.integers(0, 140))
def test_a_damaged_array_is_read_or_refused(noise, at):
    file = bytearray(base64.b64decode(saved(np.arange(4.0))))
    file[at : at + len(noise)] = noise
    assert isinstance(outcome(observed({"array": base64.b64encode(bytes(file)).decode()})), Returned | Unusable)


class Bomb:
    """Unpickling it would be noticed."""

    went_off = False

    def __reduce__(self):
        return (setattr, (Bomb, "went_off", True))


def test_a_pickled_array_is_refused_and_not_unpickled():
    array = np.empty(1, dtype=object)
    array[0] = Bomb()
    assert isinstance(outcome(observed({"array": saved(array, allow_pickle=True)})), Unusable)
    raw = base64.b64encode(pickle.dumps(Bomb())).decode()
    assert isinstance(outcome(observed({"array": raw})), Unusable)
    assert not Bomb.went_off


@pytest.mark.parametrize(
    "header",
    [
        "__import__('pathlib').Path('evaluated').touch()\n",
        "+".join("1" * 4500) + "\n",
        "-" * 9000 + "1\n",
        "(" * 9000 + "\n",
        "'''no end\n",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (1L,), }\n",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (1is 1,), }\n",
        "{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (1,), }\n",
        "{'descr': '<f8,(1000000,1000000)f8', 'fortran_order': False, 'shape': (1,), }\n",
        "{'descr': '<f3', 'fortran_order': False, 'shape': (1,), }\n",
        "{'descr': '|O', 'fortran_order': False, 'shape': (1,), }\n",
        "{'descr': '<c16', 'fortran_order': False, 'shape': (1,), }\n",
        "",
    ],
)
def test_a_header_made_to_do_harm_is_refused(header, tmp_path, monkeypatch):
    """numpy's own reader evaluates a header: several of these end it with an exception that it does not announce."""
    monkeypatch.chdir(tmp_path)
    assert isinstance(outcome(observed({"array": forged(header, bytes(8))})), Unusable)
    assert not (tmp_path / "evaluated").exists()


@pytest.mark.parametrize("shape", ["(1000000000000,)", "(1000000, 1000000)", "(20001,)", f"({'9' * 18}, {'9' * 18})"])
def test_a_header_that_promises_too_much_is_refused_before_room_is_made(shape):
    message = observed({"array": forged(FAITHFUL.format(dtype="<f8", shape=shape))})
    tracemalloc.start()
    refused = outcome(message)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert isinstance(refused, Unusable) and refused.reason == because(Why.TOO_LARGE)
    assert peak < 1_000_000


@pytest.mark.parametrize("shape", ["(-1,)", "(-2, -1)", "(-1, 0)", "(-1, -1)"])
def test_a_negative_side_is_refused(shape):
    message = observed({"array": forged(FAITHFUL.format(dtype="<f8", shape=shape), bytes(16))})
    assert isinstance(outcome(message), Unusable)


@pytest.mark.parametrize("size", [0, 8, 23, 25, 32])
def test_a_file_that_is_shorter_or_longer_than_its_header_says_is_refused(size):
    message = observed({"array": forged(FAITHFUL.format(dtype="<f8", shape="(3,)"), bytes(size))})
    assert isinstance(outcome(message), Unusable)


@pytest.mark.parametrize("version", [(9, 9), (0, 0), (2, 0), (255, 255)])
def test_another_version_of_the_format_is_refused(version):
    message = observed({"array": forged(FAITHFUL.format(dtype="<f8", shape="(1,)"), bytes(8), version)})
    assert isinstance(outcome(message), Unusable)


numbers = hnp.boolean_dtypes() | hnp.integer_dtypes() | hnp.unsigned_integer_dtypes() | hnp.floating_dtypes()
arrays = numbers.flatmap(
    lambda dtype: hnp.arrays(dtype, hnp.array_shapes(min_dims=1, max_dims=4, min_side=0, max_side=4))
)


@given(arrays)
def test_an_array_comes_out_as_it_went_in(array):
    """Integers of 64 bits too, which a float64 cannot hold."""
    value = outcome(observed({"array": saved(array)})).value
    assert (value.shape, value.kind, value.dtype) == (array.shape, array.dtype.kind, array.dtype.name)
    with np.errstate(all="ignore"):
        wanted = array.astype(float) if array.dtype.kind == "f" else array
    assert all(a == b or (a != a and b != b) for a, b in zip(value.values, wanted.ravel().tolist(), strict=True))


@given(arrays)
def test_the_order_in_memory_and_the_order_of_bytes_do_not_matter(array):
    plain = outcome(observed({"array": saved(np.ascontiguousarray(array))})).value
    other = np.asfortranarray(array.astype(array.dtype.newbyteorder()))
    swapped = outcome(observed({"array": saved(other)})).value
    assert repr((plain, plain.values)) == repr((swapped, swapped.values))


def test_fortran_order_comes_out_row_by_row():
    array = np.asfortranarray(np.arange(6.0).reshape(2, 3))
    assert b"'fortran_order': True" in base64.b64decode(saved(array))
    assert outcome(observed({"array": saved(array)})).value.values == (0, 1, 2, 3, 4, 5)


def test_a_long_double_beyond_a_double_is_infinite_without_a_warning():
    array = np.array([np.longdouble("1e4000")])
    if np.isinf(array[0]):
        pytest.skip("long double is double on this machine")
    assert outcome(observed({"array": saved(array)})).value.values == (float("inf"),)


def test_bytes_that_are_no_bool_are_read_as_true():
    message = observed({"array": forged(FAITHFUL.format(dtype="|b1", shape="(3,)"), bytes([0, 1, 7]))})
    assert outcome(message).value == Array((3,), (False, True, True), "b", "bool")


@pytest.mark.parametrize("text", ["1e999", "NaN", "-Infinity", "1_0", "0x10", "", "１"])
def test_an_integer_that_is_none_is_refused_or_plain(text):
    found = outcome(observed({"int": text}))
    assert isinstance(found, Unusable) or isinstance(found.value.values[0], int)


def test_huge_floats_and_nan_are_values_and_no_errors():
    assert outcome(observed({"float": "1e999"})).value.values == (float("inf"),)
    (nan,) = outcome(observed({"float": "nan"})).value.values
    assert nan != nan
    assert isinstance(outcome(observed({"float": "1" * 100})), Unusable)


def test_integers_are_kept_to_the_last_digit():
    assert outcome(observed({"int": str(2**200 + 1)})).value.values == (2**200 + 1,)
    assert isinstance(outcome(observed({"int": "1" * 5000})), Unusable)


@pytest.mark.parametrize("literal", ["NaN", "Infinity", "-Infinity", "1e999", "1" + "0" * 400, "[]", '"2"', "{}"])
def test_points_and_tolerances_that_are_no_numbers_are_left_out(literal):
    """`json` reads NaN and 1e999, and integers without an end."""
    declared = f'{{"exercise": "e", "facets": {{"a": {literal}}}}}'
    call = f'{{"facet": "a", "aspect": "value", "tolerance": {literal}, "returned": {{"none": null}}}}'
    experiment = parse([declared, call])
    assert experiment.facets == (("a", 0.0),)
    assert experiment.observations == (Observation("a", "value", Returned(None), None),)


def test_an_integer_literal_of_a_million_digits_is_refused():
    assert isinstance(outcome('{"facet": ' + "1" * 300_000 + "}"), Unusable)


def test_of_duplicate_keys_the_last_counts():
    assert outcome('{"facet": "a", "returned": {"int": "1"}, "returned": {"int": "2"}}').value.values == (2,)


@pytest.mark.parametrize("depth", [500, 900, 990, 5_000, 100_000])
@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"items": [', "]}"), ('{"a": ', "}")])
def test_deep_nesting_is_refused_wherever_it_stands(depth, opening, closing):
    depth = min(depth, 350_000 // (len(opening) + len(closing)))
    nested = opening * depth + "1" + closing * depth
    for message in (nested, f'{{"facet": {nested}}}', f'{{"returned": {nested}}}', f'{{"facets": {{"a": {nested}}}}}'):
        experiment = parse([message])
        assert all(isinstance(found.outcome, Unusable) for found in experiment.observations)


@pytest.mark.parametrize("kind", ["items", "pairs"])
def test_a_value_may_be_nested_a_few_times_and_no_more(kind):
    def nested(times):
        value: object = {"none": None}
        for _ in range(times):
            value = {kind: [value if kind == "items" else [{"none": None}, value]]}
        return outcome(observed(value))

    assert isinstance(nested(observations.MAX_DEPTH), Returned)
    assert isinstance(nested(observations.MAX_DEPTH + 1), Unusable)


@pytest.mark.parametrize("name", ["facet", "aspect", "raised", "name", "exercise"])
def test_names_that_are_no_texts_are_empty(name):
    message = json.dumps({"facet": "f", "aspect": "a", "raised": "r", "name": "n", name: [1, {"b": 2}]})
    (observation,) = parse([message]).observations
    assert isinstance(observation.outcome, Raised)
    fields = {"facet": observation.facet, "aspect": observation.aspect, "exercise": ""}
    fields |= {"raised": observation.outcome.nearest, "name": observation.outcome.name}
    assert fields[name] == ""


@pytest.mark.parametrize("sign", ["\x1b[2J", "\ud800", "\0", "\u202e", "\n"])
def test_names_hold_nothing_that_a_terminal_or_a_file_would_stumble_on(sign):
    """A lone surrogate cannot be written as UTF-8: it would stop the cohort when the notebook is saved."""
    raised = outcome(json.dumps({"facet": "a", "raised": "other", "name": f"Bad{sign}Error"}))
    assert raised.name.startswith("Bad?") and raised.name.isprintable()
    refused = outcome(observed({"other": f"Thing{sign}"}))
    # A class can have a hidden test for a name.
    assert refused.reason == because(Why.NOT_COMPARABLE, type=because(Why.OWN_CLASS))


def test_a_message_that_is_too_large_costs_one_observation():
    large = observed({"text": "a" * observations.MAX_MESSAGE})
    first, second = parse([large, observed({"none": None})]).observations
    assert first.outcome == Unusable(because(Why.TOO_LARGE)) and second.outcome == Returned(None)


def test_of_too_many_messages_the_rest_is_not_read():
    messages = [observed({"none": None})] * (observations.MAX_MESSAGES + 500)
    assert len(parse(messages).observations) == observations.MAX_MESSAGES + 1


@given(st.lists(st.sampled_from("abc"), min_size=1, max_size=5))
def test_only_the_first_declaration_counts(names):
    """A student's own declaration, printed later, changes nothing."""
    messages = [json.dumps({"exercise": name, "facets": {name: 1}}) for name in names]
    assert parse(messages) == Experiment(names[0], ((names[0], 1.0),), ())


def test_a_value_of_an_unknown_kind_or_of_two_kinds_is_refused():
    two = {"int": "1", "float": "2"}
    values: list[object] = [{}, {"eval": "1"}, two, [], 5, {"items": 3}, {"pairs": [[{"none": None}]]}]
    assert {type(outcome(observed(value))) for value in values} == {Unusable}


def test_sequences_that_numpy_would_make_an_array_are_one():
    one, two = {"int": "1"}, {"float": "2.5"}
    row = {"items": [one, two]}
    assert outcome(observed(row)).value == Array((2,), (1, 2.5), "f", "")
    assert outcome(observed({"items": [row, row]})).value == Array((2, 2), (1, 2.5, 1, 2.5), "f", "")
    assert outcome(observed({"items": [{"bool": True}, {"bool": False}]})).value == Array((2,), (1, 0), "b", "")
    assert outcome(observed({"items": []})).value.shape == (0,)


def test_a_ragged_or_mixed_sequence_stays_a_tuple():
    one = {"int": "1"}
    ragged = outcome(observed({"items": [one, {"items": [one]}]})).value
    assert isinstance(ragged, tuple) and len(ragged) == 2
    mixed = outcome(observed({"items": [{"none": None}, one]})).value
    assert mixed[0] is None


def test_a_bool_array_without_sides_is_a_bool():
    assert outcome(observed({"array": saved(np.array(True))})).value is True
