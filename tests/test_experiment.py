"""The recorder writes down what a student's function does, whatever that is, and goes on."""

import collections
import enum
import itertools
import json
import math
import random
import signal
import subprocess
import sys
import time
import tracemalloc
import types
import warnings
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from IPython.core.autocall import ExitAutocall, ZMQExitAutocall
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

from autograder.grading.judge import agree
from autograder.grading.observations import MAX_MESSAGE, parse
from autograder.lab import NotStarted, experiment
from autograder.lab.experiment import MIME, NotGraded, _value, begin
from autograder.reasons import Why, because
from autograder.values.observed import Array, Raised, Returned, Unusable
from autograder.values.submitted import Limits

LIBRARY = "library_of_the_tests"


@pytest.fixture(scope="module")
def _published():
    """The messages that recorders publish, without a notebook."""
    found: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AUTOGRADER_SEED", "7")
        patch.setattr("IPython.display.publish_display_data", lambda data: found.append(data[MIME]))
        yield found


@pytest.fixture(autouse=True)
def messages(_published):
    _published.clear()
    return _published


def opened():
    observe, _rng = begin("exercise", {"a": 1, "b": 2})
    return observe


def observations(messages):
    return parse(messages).observations


def test_what_a_call_draws_changes_nothing_of_what_later_calls_get(messages):
    """A function that raises ends the call before its other numbers are drawn."""
    later = []
    for fails in (False, True):
        observe, rng = begin("exercise", {"a": 1, "b": 2})

        def call(x, rng=rng, fails=fails):
            if fails:
                raise ValueError
            return [x, *rng.normal(size=3), int(rng.integers(9))]

        before = rng.random()
        observe("a", call, 1.0)
        observe("a", call, 1.0)
        later.append((before, rng.random(), int(rng.integers(1000)), rng.normal()))
    assert later[0] == later[1]
    experiment.publish()
    first, second, *_failed = observations(messages)
    assert first.outcome != second.outcome, "each call has a stream of its own"


@pytest.fixture(scope="module")
def outcome(_published):
    """What is observed of a call."""

    def of(function, *args, method="__call__", before=(), **kwargs):
        _published.clear()
        getattr(opened(), method)("a", *before, function, *args, **kwargs)
        (observation,) = observations(_published)
        return observation.outcome

    return of


@pytest.fixture(scope="module")
def returned(outcome):
    """What is observed of a function that returns `value`."""
    return lambda value, method="__call__": outcome(lambda: value, method=method)


# ---------------------------------------------------------------- a value that goes in comes out


def same_value(value, seen) -> bool:
    """Whether what was read is what was returned: by type for plain values, by numbers for arrays and sequences."""
    if value is None or isinstance(value, bool | np.bool_ | str):
        return type(seen) is (bool if isinstance(value, np.bool_) else type(value)) and seen == value
    if isinstance(value, np.ndarray) and value.dtype.kind == "b" and not value.ndim:
        return seen is bool(value)
    if isinstance(value, dict):
        remaining = [(key, item) for key, item in value.items()]
        for key, item in seen:
            match = [pair for pair in remaining if same_value(pair[0], key) and same_value(pair[1], item)]
            if not match:
                return False
            remaining.remove(match[0])
        return not remaining
    if isinstance(seen, tuple):
        return len(seen) == len(value) and all(same_value(*pair) for pair in zip(value, seen, strict=True))
    array = np.asarray(value, dtype=object if _holds_large_integers(value) else None)
    numbers = array.ravel().tolist()
    return seen.shape == array.shape and all(
        a == b or (a != a and b != b) for a, b in zip(numbers, seen.values, strict=True)
    )


def _holds_large_integers(value) -> bool:
    if isinstance(value, list | tuple):
        return any(_holds_large_integers(item) for item in value)
    return isinstance(value, int) and abs(value) >= 2**53


texts = st.text(max_size=20)
dtypes = st.one_of(
    hnp.boolean_dtypes(),
    hnp.integer_dtypes(endianness="?"),
    hnp.unsigned_integer_dtypes(endianness="?"),
    hnp.floating_dtypes(endianness="?", sizes=(16, 32, 64)),
)
arrays = hnp.arrays(dtypes, hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4))
numbers = st.integers(-(2**200), 2**200) | st.floats()
leaves = st.none() | st.booleans() | numbers | texts | arrays
nested = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=4) | st.lists(inner, max_size=4).map(tuple), max_leaves=8
)


@given(leaves)
def test_a_plain_value_that_goes_in_comes_out(returned, value):
    """Of many dtypes, byte orders and shapes; NaN and infinity too."""
    assert same_value(value, returned(value).value)


@given(nested.filter(lambda value: _depth(value) <= 4))
def test_a_nested_value_that_goes_in_comes_out(returned, value):
    seen = returned(value)
    assert isinstance(seen, Returned)
    if isinstance(value, list | tuple) and value and all(isinstance(item, int | float) for item in value):
        kinds = {isinstance(item, bool) for item in value}
        assert len(kinds) == 2 or same_value(value, seen.value)
    if isinstance(value, list | tuple) and isinstance(seen.value, tuple):
        assert all(same_part(item, part) for item, part in zip(value, seen.value, strict=True))


def same_part(value, seen) -> bool:
    return isinstance(value, list | tuple) or same_value(value, seen)


def _depth(value) -> int:
    return 1 + max(map(_depth, value), default=0) if isinstance(value, list | tuple) else 0


@given(st.dictionaries(texts, st.integers() | texts, max_size=5), st.randoms(use_true_random=False))
def test_the_order_of_a_dictionary_is_no_answer(returned, value, shuffler: random.Random):
    pairs = list(value.items())
    shuffler.shuffle(pairs)
    seen = returned(value)
    assert same_value(value, seen.value)
    assert seen == returned(dict(pairs))


@pytest.mark.parametrize("order", ["C", "F"])
def test_the_order_of_an_array_in_memory_does_not_matter(returned, order):
    array = np.arange(24.0).reshape(2, 3, 4)
    repeated = np.broadcast_to(array[:, :1], (2, 3, 4))
    for view in (np.asarray(array, order=order), array[::-1, :, ::2], array.T, repeated):
        assert same_value(view, returned(view).value)


class Five(int):
    def __repr__(self):
        return "five"

    def __int__(self):
        return 5


class Name(str):
    def __str__(self):
        return "another"

    def __getitem__(self, key):
        return object()


class Half(float):
    def __repr__(self):
        return "half"


class Colour(enum.IntEnum):
    RED = 3


Point = collections.namedtuple("Point", "x y")


@pytest.mark.parametrize(
    ("value", "plain", "form"),
    [
        (Five(5), 5, "Five"),
        (Name("red"), "red", "Name"),
        (Half(0.5), 0.5, "Half"),
        (Colour.RED, 3, "Colour"),
        (Point(1, 2), (1, 2), "Point[int, int]"),
        (collections.OrderedDict(a=1), {"a": 1}, "OrderedDict"),
        (np.float16(0.5), 0.5, "float16"),
        (np.longdouble(0.5), 0.5, np.longdouble.__name__),
        (np.int8(-3), -3, "int8"),
        (np.True_, True, "bool"),
        (np.str_("red"), "red", "str_"),
        (np.ma.masked_array([1.0, 2.0], [True, False]), [1.0, 2.0], "ndarray[float64]"),
        (np.arange(3).view(np.recarray), [0, 1, 2], "ndarray[int64]"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_subclass_counts_by_its_data_and_keeps_its_form(returned, value, plain, form):
    assert same_value(plain, returned(value).value)
    assert returned(value, "form") == Returned(form)


@pytest.mark.parametrize(
    ("value", "form"),
    [
        ((1, 2.0, "a", None), "tuple[int, float, str, NoneType]"),
        ([1, (2,)], "list[int, tuple[int]]"),
        (np.zeros((2, 3), "float32"), "ndarray[float32]"),
        (np.zeros((9, 9), "uint8"), "ndarray[uint8]"),
        (3, "int"),
        (True, "bool"),
        (np.float32(3), "float32"),
    ],
)
def test_a_form_tells_types_and_dtypes_and_no_sizes(returned, value, form):
    assert returned(value, "form") == Returned(form)


# ---------------------------------------------------------------- what cannot be compared


class LyingArray(np.ndarray):
    def __array__(self, *args, **kwargs):
        raise SystemExit

    def __eq__(self, other):
        return True

    __hash__ = None

    def __len__(self):
        return -1

    @property
    def size(self):
        return 0

    @property  # type: ignore[misc]  # numpy can set its own
    def shape(self):
        return (10**12,)

    @property
    def dtype(self):
        return "float99"


LyingInt = type("LyingInt", (), {"__class__": int})


def raising(*_given):
    raise ZeroDivisionError


RaisingClass = type("RaisingClass", (), {"__class__": property(raising)})


class LyingList(list[object]):
    def __len__(self):
        return 0

    def __iter__(self):
        return itertools.repeat(self)


class RaisingArray:
    def __array__(self, *args, **kwargs):
        raise ValueError("no numbers here")


class RaisingLookup:
    def __getattr__(self, name):
        raise KeyError(name)


class HugeInt(int):
    def __int__(self):
        return 10**5000


OfLyingName = type("LyingName", (type,), {"__name__": property(raising)})("OfLyingName", (), {})


def self_referencing():
    items = list[object]()
    items.extend([items] * 20_000)
    return items


def deep():
    value = list[object]()
    for _ in range(100_000):
        value = [value]
    return value


UNUSABLE = {
    "a million elements": lambda: np.zeros(1_000_000),
    "a broadcast array larger than any memory": lambda: np.broadcast_to(np.float64(1), (10**6, 10**6)),
    "a long list": lambda: [0.1] * 1_000_000,
    "a list of lists": lambda: [[[0] * 20_000] * 20_000] * 20_000,
    "a list of large arrays": lambda: [np.zeros(20_000)] * 20_000,
    "a list that repeats itself": self_referencing,
    "deep nesting": deep,
    "an endless list": lambda: LyingList([1]),
    "object": object,
    "generator": lambda: (i for i in range(3)),
    "function": lambda: len,
    "class": lambda: np.ndarray,
    "bytes": lambda: b"12",
    "Fraction": lambda: Fraction(1, 2),
    "complex": lambda: 1j,
    "complex numpy": lambda: np.complex64(1j),
    "complex array": lambda: np.array([1j]),
    "object array": lambda: np.array([object()]),
    "structured array": lambda: np.zeros(3, [("a", "f4"), ("b", "i8", 2)]),
    "date array": lambda: np.zeros(3, "datetime64[s]"),
    "record": lambda: np.rec.fromrecords([(1, 2.0)]),
    "an integer of 5000 digits": lambda: 10**5000,
    "an integer that is another": lambda: HugeInt(1),
    "an object that says it is an int": LyingInt,
    "an object whose class raises": RaisingClass,
    "an object whose array raises": RaisingArray,
    "an object whose lookup raises": RaisingLookup,
    "an object whose type has no name": OfLyingName,
    "a dictionary of objects": lambda: {"a": object()},
}


@pytest.mark.parametrize("value", UNUSABLE.values(), ids=UNUSABLE)
@pytest.mark.parametrize("method", ["__call__", "form"])
def test_what_cannot_be_compared_is_recorded_as_that(messages, value, method):
    """It is not an exception of the student's function, and the next facet is observed."""
    made, observe = value(), opened()
    getattr(observe, method)("a", lambda: made)
    observe("b", lambda: 1)
    assert all(len(message) < MAX_MESSAGE for message in messages)
    first, second = observations(messages)
    assert (first.facet, second.facet) == ("a", "b")
    assert same_value(1, second.outcome.value)
    assert isinstance(first.outcome, Unusable if method == "__call__" else Returned | Unusable)


def test_an_array_that_lies_about_itself_counts_by_its_data(returned):
    array = np.arange(6.0).reshape(2, 3)
    assert same_value(array, returned(array.view(LyingArray)).value)


def test_the_largest_array_that_an_observation_holds_comes_through(returned):
    assert isinstance(returned(np.random.default_rng(0).normal(size=(100, 200))), Returned)
    assert isinstance(returned(np.zeros(20_001)), Unusable)


def test_no_room_is_made_for_an_array_that_is_too_large(returned):
    """A broadcast array takes a number's room, its copy more than a machine has."""
    tracemalloc.start()
    seen = returned(np.broadcast_to(np.float64(1), (2_000, 2_000)))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert isinstance(seen, Unusable) and peak < 1_000_000


def test_a_text_that_is_too_long_is_refused(returned):
    assert returned("a" * 100_000) == Unusable(because(Why.TOO_LARGE))


def test_a_lone_surrogate_comes_through(returned):
    assert returned("\ud800") == Returned("\ud800")


# ---------------------------------------------------------------- exceptions


class MyValueError(ValueError):
    pass


class Custom(BaseException):
    pass


RaisesItsClass = type("RaisesItsClass", (Exception,), {"__class__": property(raising), "__str__": raising})


@pytest.mark.parametrize(
    ("error", "nearest"),
    [
        (ValueError, "ValueError"),
        (MyValueError, "ValueError"),
        (UnicodeError, "ValueError"),
        (TypeError, "TypeError"),
        (KeyError, "KeyError"),
        (IndexError, "IndexError"),
        (NotImplementedError, "NotImplementedError"),
        (UnboundLocalError, "NameError"),
        (RecursionError, "other"),
        (ZeroDivisionError, "other"),
        (MemoryError, "other"),
        (SystemExit, "other"),
        (KeyboardInterrupt, "other"),
        (GeneratorExit, "other"),
        (Custom, "other"),
        (RaisesItsClass, "other"),
    ],
)
@pytest.mark.parametrize("method", ["__call__", "form"])
def test_an_exception_is_an_observation_with_the_nearest_class_that_counts(messages, error, nearest, method):
    def raising():
        raise error

    observe = opened()
    getattr(observe, method)("a", raising)
    observe("b", lambda: None)
    first, second = observations(messages)
    assert first.outcome == Raised(nearest, error.__name__)
    assert second.outcome == Returned(None)


def test_a_call_with_arguments_that_do_not_fit_is_a_type_error(outcome):
    assert outcome(lambda x: x) == Raised("TypeError", "TypeError")


def test_a_name_that_does_not_exist_is_an_observation(outcome):
    assert outcome(lambda: eval("answer_that_nobody_gave")) == Raised("NameError", "NameError")


@pytest.mark.parametrize(
    ("error", "nearest"),
    [
        (NotImplementedError(), "NotImplementedError"),
        (NotStarted("one"), "NotImplementedError"),
        (NotStarted("another"), "other"),
        (NotImplementedError("no gradient"), "other"),
    ],
)
def test_only_the_exercises_own_stub_was_not_started(messages, error, nearest):
    def raising():
        raise error

    begin("one", {"a": 1.0})[0]("a", raising)
    (found,) = observations(messages)
    assert found.outcome == Raised(nearest, type(error).__name__)


def test_input_is_refused_at_once(outcome):
    assert outcome(lambda: input("x? ")) == Raised("other", "InputCalled")


@pytest.mark.parametrize("leave", [ExitAutocall(), ZMQExitAutocall()])
def test_ipythons_exit_is_an_exception_of_the_call_and_works_again_behind_it(outcome, leave):
    own = type(leave).__call__
    assert outcome(lambda: leave()) == Raised("other", "SystemExit")
    assert type(leave).__call__ is own


# ---------------------------------------------------------------- time


def for_ever():
    while True:
        pass


def for_ever_and_swallowing():
    """As students write it."""
    while True:
        try:  # noqa: SIM105
            math.sqrt(2)
        except:  # noqa: E722
            pass


def asleep():
    time.sleep(60)


@pytest.fixture
def short(monkeypatch):
    """Limits that no test has to wait for."""
    monkeypatch.setattr(experiment, "CALL_LIMIT_S", 0.05)
    monkeypatch.setattr(experiment, "WAIT_LIMIT_S", 0.05)
    monkeypatch.setattr(experiment, "TICK_S", 0.01)
    monkeypatch.setattr(experiment, "_has_children", lambda: False)  # warm processes of other tests


@pytest.mark.parametrize(
    ("function", "name"),
    [
        (for_ever, "CallTookTooLong"),
        (for_ever_and_swallowing, "CallTookTooLong"),
        (asleep, "CallWaitedTooLong"),
    ],
)
@pytest.mark.parametrize("method", ["__call__", "form", "purity"])
@pytest.mark.usefixtures("short")
def test_a_function_without_an_end_is_stopped_and_the_next_facet_is_observed(messages, function, name, method):
    observe = opened()
    getattr(observe, method)("a", function)
    observe("b", lambda: None)
    first, second = observations(messages)
    assert first.outcome == Raised("CallTookTooLong", name)
    assert second.outcome == Returned(None)


@pytest.mark.usefixtures("short")
def test_after_two_calls_that_took_too_long_the_function_is_not_called_again(messages):
    observe, called = opened(), list[int]()
    observe("a", for_ever)
    observe("a", called.append, 1)
    observe("a", for_ever)
    for _ in range(3):
        observe("b", called.append, 2)
    assert called == [1]
    nearest = [getattr(found.outcome, "nearest", "returned") for found in observations(messages)]
    assert nearest == ["CallTookTooLong", "returned", "CallTookTooLong", *["OutOfTime"] * 3]


def test_once_the_cell_is_out_of_time_nothing_is_called(outcome, monkeypatch):
    monkeypatch.setattr(experiment, "CELL_LIMIT_S", -1.0)
    called = []
    assert outcome(lambda: called.append(1)) == Raised("OutOfTime", "OutOfTime")
    assert not called


@pytest.mark.parametrize(
    ("wall", "cpu", "queued", "waited"),
    [
        (4.0, 4.0, 0.0, 0.0),  # it computes
        (4.0, 7.5, 0.1, 0.0),  # two threads at work
        (400.0, 4.0, 396.0, 0.0),  # ten other processes have the processor nearly all the time
        (60.0, 0.0, 0.0, 60.0),  # asleep
        (60.0, 1.0, 19.0, 40.0),  # now and then asleep, on a busy machine
        (60.0, 0.0, math.nan, 3.0),  # asleep or lost on a busy machine, where nobody counts the queue
    ],
)
def test_who_waits_for_a_processor_does_not_wait(monkeypatch, wall, cpu, queued, waited):
    monkeypatch.setattr("time.monotonic", iter([100.0, 100.0 + wall]).__next__)
    monkeypatch.setattr(experiment, "cpu_seconds", iter([3.0, 3.0, 3.0 + cpu]).__next__)
    monkeypatch.setattr(experiment, "_queued_s", iter([7.0, 7.0 + queued]).__next__)
    monkeypatch.setattr(experiment, "_has_children", lambda: False)
    stopwatch = experiment.Stopwatch()
    assert stopwatch.look() == 0
    assert stopwatch.look() == pytest.approx(waited)


def test_who_waits_for_a_child_that_may_compute_does_not_wait(monkeypatch):
    monkeypatch.setattr("time.monotonic", itertools.count(100.0, 60.0).__next__)
    monkeypatch.setattr(experiment, "_has_children", lambda: True)
    stopwatch = experiment.Stopwatch()
    assert [stopwatch.look() for _ in range(3)] == [0.0, 0.0, 0.0]


@pytest.mark.usefixtures("short")
def test_a_call_on_a_busy_machine_is_given_the_time_that_it_needs(outcome, monkeypatch):
    """The process is in the queue for a processor: what stops one that sleeps lets this one end."""
    monkeypatch.setattr(experiment, "_queued_s", time.monotonic)
    assert outcome(lambda: time.sleep(0.3)) == Returned(None)


@pytest.mark.processes
@pytest.mark.usefixtures("short")
def test_what_children_have_used_counts(outcome, monkeypatch):
    """Processes that end at once use more than the limit together; each alone does not."""
    monkeypatch.setattr(experiment, "WAIT_LIMIT_S", 3600)

    def spawns():
        while True:
            subprocess.run([sys.executable, "-S", "-c", "for _ in range(100_000): pass"], check=True)

    assert outcome(spawns) == Raised("CallTookTooLong", "CallTookTooLong")


def test_an_experiment_has_room_for_a_right_answer_that_costs_ten_times_what_the_solution_does():
    """The dearest experiment of the course takes 5 CPU seconds; two endless loops end long before the cell does."""
    assert experiment.CELL_LIMIT_S >= 50
    assert Limits().experiment_s > experiment.CELL_LIMIT_S + experiment.CALL_LIMIT_S
    assert 2 * (experiment.CALL_LIMIT_S + experiment.WAIT_LIMIT_S) < experiment.CELL_LIMIT_S


@pytest.mark.usefixtures("short")
def test_no_alarm_is_left_behind(outcome):
    outcome(for_ever)
    outcome(lambda: None)
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


# ---------------------------------------------------------------- arguments


def test_arguments_are_copies(outcome):
    image, sides, options = np.zeros((2, 2)), [1, [2]], {"a": [1]}

    def spoiling(image, sides, *, options):
        image[:] = 9
        sides[1].append(3)
        options["a"].clear()

    for method in ("__call__", "form", "purity"):
        outcome(spoiling, image, sides, options=options, method=method)
    assert not image.any()
    assert (sides, options) == ([1, [2]], {"a": [1]})


def set_item(items):
    items[0] = items[0] + 1


def move_in(items):
    items[0].append(items.pop())


IMPURE = {
    "an array's content": (set_item, np.zeros(3)),
    "an array's shape": (lambda x: x.resize((4, 1)), np.zeros((2, 2))),
    "an array's dtype": (lambda x: setattr(x, "dtype", "int64"), np.zeros(3)),
    "the sign of a zero": (lambda x: np.negative(x, out=x), np.zeros(3)),
    "an array in a list": (lambda x: set_item(x[0]), [np.zeros(3)]),
    "an item": (set_item, [1, 2]),
    "the length": (list.pop, [1, 2]),
    "the order": (list.reverse, [1, 2]),
    "where an item stands": (move_in, [[1], 2]),
    "the type of an item": (lambda x: x.__setitem__(0, tuple(x[0])), [[1]]),
    "a key": (lambda x: x.pop("a"), {"a": 1}),
    "a dictionary's item": (lambda x: x.update(a=2), {"a": 1}),
    "a list in a dictionary": (lambda x: x["a"].append(2), {"a": [1]}),
}


@pytest.mark.parametrize(("function", "argument"), IMPURE.values(), ids=IMPURE)
def test_a_changed_argument_is_seen(outcome, function, argument):
    assert outcome(function, argument, method="purity") == Returned("arguments")
    assert outcome(lambda x: None, argument, method="purity") == Returned("")


def test_a_changed_argument_is_seen_in_front_of_a_value_error(outcome):
    def spoils_and_refuses(items):
        items.append(1)
        raise ValueError

    assert outcome(spoils_and_refuses, [], method="purity") == Returned("arguments")


@pytest.mark.parametrize("change", [lambda: np.random.seed(1), np.random.rand, np.random.normal])
def test_a_change_of_the_global_random_state_is_seen(outcome, change):
    state = np.random.get_state()
    assert outcome(lambda: change() and None, method="purity") == Returned("random state")
    assert outcome(lambda: np.random.default_rng(0).normal(), method="purity") == Returned("")
    np.random.set_state(state)


def test_both_changes_are_seen(outcome):
    state = np.random.get_state()

    def both(items):
        items.append(np.random.rand())

    assert outcome(both, [], method="purity") == Returned("arguments and random state")
    np.random.set_state(state)


# ---------------------------------------------------------------- the library


@pytest.fixture
def library(monkeypatch):
    """A library of two functions, imported."""
    module = types.ModuleType(LIBRARY)
    exec("def convolve(x): return x\ndef pool(x): return x", module.__dict__)
    monkeypatch.setitem(sys.modules, LIBRARY, module)
    return module


def notebook(source):
    names = dict[str, object]()
    exec(source, names)
    return names


LIBRARY_NAMES = tuple(f"{LIBRARY}.{name}" for name in ("convolve", "pool"))
CALLERS = {
    "module attribute": f"import {LIBRARY} as lib\ndef f(x): return lib.convolve(x)",
    "name": f"from {LIBRARY} import convolve\ndef f(x): return convolve(x)",
    "another name": f"from {LIBRARY} import convolve as c\ndef f(x): return c(x)",
    "helper": f"from {LIBRARY} import convolve\ndef g(x): return convolve(x)\ndef f(x): return g(x)",
    "import inside": f"def f(x):\n    from {LIBRARY} import convolve\n    return convolve(x)",
    "before it raises": f"from {LIBRARY} import convolve\ndef f(x):\n    convolve(x)\n    raise SystemExit",
}


@pytest.mark.parametrize("source", CALLERS.values(), ids=CALLERS)
def test_a_call_of_the_library_is_seen_and_everything_is_as_before(outcome, library, source):
    names = notebook(source)
    before = dict(names), dict(library.__dict__)
    seen = outcome(names["f"], 1, method="library", before=(LIBRARY_NAMES,))
    assert seen == (Raised("other", "SystemExit") if "raise" in source else Returned(LIBRARY_NAMES[0]))
    assert (names, library.__dict__) == before


def test_a_library_that_is_not_called_is_not_seen(outcome, library):
    names = notebook(f"from {LIBRARY} import convolve, pool\ndef f(x): return x")
    assert outcome(names["f"], 1, method="library", before=(LIBRARY_NAMES,)) == Returned("")


def test_several_functions_are_named_in_the_order_of_the_alphabet(outcome, library):
    names = notebook(f"from {LIBRARY} import *\ndef f(x): return pool(convolve(pool(x)))")
    seen = outcome(names["f"], 1, method="library", before=(LIBRARY_NAMES[::-1],))
    assert seen == Returned(", ".join(LIBRARY_NAMES))


def test_a_decorated_function_does_not_hide_the_names_of_the_notebook(outcome, library, monkeypatch):
    names = notebook(f"from {LIBRARY} import convolve\ndef f(x): return convolve(x)")
    main = types.ModuleType("__main__")
    main.__dict__.update(names)
    monkeypatch.setitem(sys.modules, "__main__", main)
    exec("def g(x): return convolve(x)", main.__dict__)

    def decorated(x):
        return main.g(x)

    assert outcome(decorated, 1, method="library", before=(LIBRARY_NAMES,)) == Returned(LIBRARY_NAMES[0])


def test_a_library_that_was_never_imported_was_never_called(outcome):
    names = ("no_such_library.convolve", "numpy.no_such_function", "numpy.no_such_module.convolve")
    assert outcome(lambda: None, method="library", before=(names,)) == Returned("")
    assert "no_such_library" not in sys.modules


def test_a_name_that_a_library_makes_up_on_demand_is_passed_over(outcome, library):
    library.__getattr__ = lambda name: len
    assert outcome(lambda: None, method="library", before=((f"{LIBRARY}.correlate",),)) == Returned("")


def test_after_a_call_that_took_too_long_the_library_is_as_before(outcome, library, monkeypatch):
    monkeypatch.setattr(experiment, "CALL_LIMIT_S", 0.05)
    before = dict(library.__dict__)
    assert outcome(for_ever, method="library", before=(LIBRARY_NAMES,)).nearest == "CallTookTooLong"
    assert library.__dict__ == before


# ---------------------------------------------------------------- silence


@pytest.mark.parametrize(
    ("method", "expected"),
    [("__call__", Returned(Array((), (1,), "i", "int"))), ("form", Returned("int")), ("purity", Returned(""))],
)
def test_what_a_function_prints_and_warns_reaches_nobody(outcome, capsys, method, expected):
    def loud():
        print("here")
        print("there", file=sys.stderr)
        warnings.warn("beware", stacklevel=1)
        np.zeros(1) / np.zeros(1)
        return 1

    assert outcome(loud, method=method) == expected
    assert capsys.readouterr() == ("", "")


def test_after_a_function_that_printed_and_raised_one_can_print_again(outcome, capsys):
    def loud():
        sys.stdout = None
        print("here", file=sys.stderr)
        raise KeyboardInterrupt

    streams = sys.stdout, sys.stderr
    outcome(loud)
    assert (sys.stdout, sys.stderr) == streams
    print("now")
    assert capsys.readouterr() == ("now\n", "")


# ---------------------------------------------------------------- begin


def test_without_a_seed_nothing_is_graded(monkeypatch, messages):
    monkeypatch.delenv("AUTOGRADER_SEED")
    with pytest.raises(NotGraded, match="autograder grade"):
        begin("exercise", {"a": 1})
    assert not messages


def test_begin_declares_the_facets_and_their_points_in_order(messages):
    begin("pooling", {"b": 2, "a": 0.25})
    experiment = parse(messages)
    assert (experiment.exercise, experiment.facets) == ("pooling", (("b", 2.0), ("a", 0.25)))


@given(seed=st.integers(0, 2**31 - 1), exercise=texts, other=texts)
def test_draws_are_those_of_the_seed_and_the_exercise(seed, exercise, other):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AUTOGRADER_SEED", str(seed))
        first, again, another = (begin(name, {})[1].integers(2**60, size=3) for name in (exercise, exercise, other))
        patch.setenv("AUTOGRADER_SEED", str(seed + 1))
        next_seed = begin(exercise, {})[1].integers(2**60, size=3)
    assert (first == again).all()
    assert (first != next_seed).any()
    assert (first != another).any() or exercise == other


def test_what_a_function_draws_does_not_change_the_draws(messages):
    _, untouched = begin("exercise", {})
    observe, rng = begin("exercise", {})
    state = np.random.get_state()
    observe("a", lambda: np.random.seed(3))
    np.random.set_state(state)
    assert rng.integers(2**60) == untouched.integers(2**60)


def test_a_tolerance_travels_with_the_observation(messages):
    observe = opened()
    observe("a", lambda: 1.0)
    observe("a", lambda: 1.0, exact=True)
    observe("a", lambda: 1.0, atol=0.01)
    assert [found.tolerance for found in observations(messages)] == [None, 0.0, 0.01]
    assert all(agree(found, found) for found in observations(messages))


def test_each_call_is_published_before_the_next(messages):
    """So that a process that ends later costs no earlier facet."""
    observe, counts = opened(), []
    for _ in range(3):
        observe("a", lambda: counts.append(len(messages)))
    assert counts == [1, 2, 3]


def test_a_notebook_shows_one_empty_text_for_each_facet_and_publishes_the_last_when_the_cell_ends(monkeypatch):
    """In a real IPython shell, where the observations travel with a text for readers."""
    messages, displays = _run_in_a_shell(
        monkeypatch,
        "from autograder.lab.experiment import begin\n"
        "observe, rng = begin('exercise', {'a': 1, 'b': 1})\n"
        "observe('a', lambda: (1, 2.5))\n"
        "observe('a', lambda: nothing)\n"
        "observe('b', lambda: None)\n",
    )
    assert displays == 2
    assert json.loads(messages[0])["facets"] == {"a": 1.0, "b": 1.0}
    first, second, third = observations(messages)
    assert same_value((1, 2.5), first.outcome.value)
    assert second.outcome == Raised("NameError", "NameError")
    assert third.facet == "b"


def test_a_facet_that_is_complete_is_published_before_the_next_one_begins(monkeypatch):
    messages, _displays = _run_in_a_shell(
        monkeypatch,
        "from autograder.lab import experiment\n"
        "observe, rng = experiment.begin('exercise', {'a': 1, 'b': 1})\n"
        "observe('a', lambda: 1)\n"
        "observe('b', lambda: len(experiment._waiting))  # what is lost if the process ends in this call\n",
    )
    assert same_value(0, observations(messages)[1].outcome.value)


def test_what_a_cell_recorded_before_it_failed_is_published(monkeypatch):
    messages, _displays = _run_in_a_shell(
        monkeypatch,
        "from autograder.lab.experiment import begin\n"
        "observe, rng = begin('exercise', {'a': 1})\n"
        "observe('a', lambda: 1)\n"
        "observe('a', no_such_function)\n",
        fails=True,
    )
    assert [observation.facet for observation in observations(messages)] == ["a"]


def _run_in_a_shell(monkeypatch, source, *, fails=False):
    """The messages that a cell published, and the number of its displays."""
    monkeypatch.undo()
    monkeypatch.setenv("AUTOGRADER_SEED", "7")
    import IPython.display

    monkeypatch.setattr(IPython.display, "publish_display_data", _real_publisher())
    shell = InteractiveShell.instance()
    try:
        with capture_output() as captured:
            result = shell.run_cell(source)
        assert result.success is not fails
    finally:
        InteractiveShell.clear_instance()
    assert captured.stdout == "" or fails
    assert [output.data["text/plain"] for output in captured.outputs] == [""] * len(captured.outputs)
    texts = [output.data[MIME] for output in captured.outputs]
    return "\n".join(texts).split("\n"), len(texts)


def _real_publisher():
    from IPython.core.display_functions import publish_display_data

    return publish_display_data


def test_texts_are_kept_whole_and_too_long_ones_are_refused():
    long = "a" * 5000
    assert _value(long) == {"text": long} and _value(long + "b") != _value(long + "c")
    assert _value("a" * 10_001) == {"other": "str, too large"}


def test_a_set_has_no_order_and_is_no_list():
    assert _value({"b", "a", "c"}) == _value({"c", "b", "a"}) != _value(["a", "b", "c"])


def test_an_array_of_texts_is_its_items():
    assert _value(np.array([["a", "b"]])) == _value([["a", "b"]])
    assert _value(np.array(["a", 1], object)) == _value(["a", 1])
