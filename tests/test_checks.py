"""The visible check: one line when right; when wrong, where and how, and never a traceback."""

import array
import ast
import builtins
import collections
import itertools
import json
import math
import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from IPython.core.autocall import ExitAutocall, ZMQExitAutocall
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

from autograder.grading.beside import causes_of_first_answers
from autograder.grading.catalogue import Misconception, load, whole_text
from autograder.grading.judge import agree
from autograder.grading.observations import parse
from autograder.grading.proving import Answered
from autograder.lab import NotStarted, check
from autograder.lab.brief import brief_error
from autograder.lab.checks import CAUSES_FILE, CheckFailed
from autograder.lab.experiment import _value
from autograder.reasons import Failure, Why, because
from autograder.words import on_one_line
from convnets import lab


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """A working directory without likely causes."""
    monkeypatch.delenv("AUTOGRADER_CAUSES", raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def answering(answer):
    def answer_of(*args, **kwargs):
        return answer

    return answer_of


def complaint(answer, expected, **options) -> str:
    """What a check says of an answer that is wrong."""
    with pytest.raises(CheckFailed) as failed:
        check(answering(answer), expected=expected, **options)
    return str(failed.value)


def is_right(answer, expected) -> bool:
    with check.recorded() as record:
        check(answering(answer), expected=expected)
    ((_digest, right),) = record
    return right


def digest(answer, *args, expected=0, **kwargs) -> str:
    with check.recorded() as record:
        check(answering(answer), *args, expected=expected, **kwargs)
    return record[0][0]


# ---------------------------------------------------------------- right answers


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (3, 3),
        (3.0, 3),
        (np.int64(3), 3),
        ((2, 2, 1), (2, 2, 1)),
        ([2, 2, 1], (2, 2, 1)),
        (np.array([2, 2, 1]), (2, 2, 1)),
        (1.00009, 1.0),
        (10_000.9, 10_000.0),
        ([[1.0, 2.0]], np.array([[1, 2]])),
        (True, True),
        ("valid", "valid"),
        (["a", "b"], ("a", "b")),
        (("a", np.zeros((2, 2))), ("a", np.zeros((2, 2)))),
        ({"a": 1}, {"a": 1}),
        ([], ()),
    ],
)
def test_a_right_answer_prints_one_line(capsys, answer, expected):
    check(answering(answer), expected=expected)
    out, err = capsys.readouterr()
    assert out == "✔ answer_of()\n" and err == ""


def test_the_line_shows_the_call(capsys):
    check(answering(1), (4, 4, 1), np.zeros((9, 9, 3)), len, kernel="a\nb", expected=1)
    line = "✔ answer_of((4, 4, 1), array of shape (9, 9, 3), float64, len, kernel='a\\nb')\n"
    assert capsys.readouterr().out == line


finite = st.floats(-1e6, 1e6)
shapes = hnp.array_shapes(min_dims=0, max_dims=3, max_side=3)


@given(shapes.flatmap(lambda shape: hnp.arrays(float, shape, elements=finite)), st.floats(-0.99, 0.99))
def test_floats_within_a_ten_thousandth_are_right_and_beyond_it_wrong(expected, part):
    bound = 1e-4 + 1e-4 * np.abs(expected)
    assert is_right(expected + part * bound, expected)
    assert not is_right(expected + math.copysign(1.01, part) * bound, expected)


@given(st.lists(st.integers(-(2**62), 2**62), min_size=1, max_size=4), st.data())
def test_integers_are_exact(expected, data):
    """Beyond what a float64 can tell apart, too."""
    wrong = list(expected)
    wrong[data.draw(st.integers(0, len(wrong) - 1))] += data.draw(st.sampled_from([-1, 1]))
    assert is_right(tuple(expected), expected)
    assert not is_right(tuple(wrong), expected)


# ---------------------------------------------------------------- wrong answers


def test_a_wrong_answer_says_the_call_what_came_what_was_due_where_and_how_many():
    with pytest.raises(CheckFailed) as failed:
        check(answering([[1, 2], [5, 6]]), (2, 2), stride=1, expected=[[1, 2], [3, 4]])
    assert str(failed.value).splitlines() == [
        "answer_of((2, 2), stride=1)",
        "  got:      [[1, 2], [5, 6]]",
        "  expected: [[1, 2], [3, 4]]",
        "  first difference at [1, 0]: got 5, expected 3",
        "  2 of 4 values differ",
    ]


def test_another_shape_is_said_in_place_of_a_position():
    said = complaint(np.zeros((2, 3)), np.zeros((3, 2)))
    assert "the shape is (2, 3), and (3, 2) was expected" in said and "first difference" not in said


@pytest.mark.parametrize(
    ("got", "expected"),
    [([1_234_567, 2], [1_234_568, 2]), ([3.00040001, 1], [3.0, 1]), ([True, False], [2, 0]), ([1, 2], [True, False])],
)
def test_two_numbers_that_differ_do_not_look_the_same(got, expected):
    (line,) = [line for line in complaint(got, expected).splitlines() if "first difference" in line]
    said, due = line.split(": got ")[1].split(", expected ")
    assert said != due


@pytest.mark.parametrize("got", [[0, False], [[0, False]]])
def test_false_among_numbers_is_no_zero(got):
    """Neither is it to the grader."""
    assert "got:" in complaint(got, np.zeros_like(np.array(got), dtype=int).tolist())


def test_a_wrong_answer_that_is_another_one_the_second_time_is_said_to_be_unsteady(capsys):
    asked = []

    def noisy(x):
        print("noise")
        asked.append(x)
        return np.full(2, len(asked))

    with pytest.raises(CheckFailed, match="likely cause: asked a second time, it gives a different answer"):
        check(noisy, 1, expected=[7, 7])
    assert len(asked) == 2 and capsys.readouterr().out.count("noise") == 1
    check(noisy, 1, expected=[3, 3])
    assert len(asked) == 3  # a right answer is asked for once


@pytest.mark.parametrize("answer", [3, [math.nan], "a", object(), {"a": 1}, [1, object()]])
def test_a_wrong_answer_that_stays_is_not_called_unsteady(answer):
    assert "second time" not in complaint(answer, [1, 2])


def test_a_known_cause_comes_before_the_question_whether_it_is_steady(folder):
    answers = iter(range(9))
    write_causes(folder, {digest(0, expected=5): "You count from zero."})

    def answer_of():
        return next(answers)

    with pytest.raises(CheckFailed, match="You count from zero"):
        check(answer_of, expected=5)
    assert next(answers) == 1


@pytest.mark.parametrize("expected", [[0.0, 1.0], [0, 1], [0.0, math.nan], [0.0, math.inf]])
def test_nan_is_wrong(expected):
    assert "first difference at [1]: got nan" in complaint([0.0, math.nan], expected)


@pytest.mark.parametrize("bad", [math.inf, -math.inf])
def test_infinity_is_wrong_without_a_warning(bad):
    assert "inf" in complaint([0.0, bad], [0.0, 1.0])
    assert not is_right([math.inf], [-math.inf])
    assert not is_right([5.0], [bad])


@pytest.mark.parametrize("bad", [math.inf, -math.inf, math.nan])
def test_infinity_and_nan_are_not_even_right_where_they_are_expected(bad):
    """A hidden experiment refuses them."""
    assert not is_right(bad, bad) and not is_right([bad, 1.0], [bad, 1.0])


@pytest.mark.parametrize(
    "kind",
    [
        range,
        lambda n: collections.deque(range(n)),
        lambda n: array.array("d", range(n)),
        lambda n: memoryview(bytes(range(n))),
    ],
)
def test_numbers_in_a_form_that_no_hidden_experiment_compares_are_wrong(kind):
    assert not is_right(kind(3), [0, 1, 2])
    assert not is_right((kind(3), 4), ([0, 1, 2], 4))
    assert is_right([0, 1, 2], kind(3))


class Unprintable:
    def __repr__(self):
        raise ZeroDivisionError

    def __array__(self, *args, **kwargs):
        raise ZeroDivisionError


def itself():
    items = list[object]()
    items.append(items)
    return items


@pytest.mark.parametrize(
    "answer",
    [
        "2",
        [[1, 2], [3]],
        [1, None],
        [1, "2"],
        {"a": 1},
        {1, 2},
        object(),
        Unprintable(),
        itself(),
        (i for i in range(2)),
        len,
        1j,
        10**5000,
        np.array([1j, 2]),
        np.array([None, 1]),
        np.array(["a", "b"]),
        [np.zeros(2), "a"],
        "a\nb" * 100,
    ],
    ids=lambda value: type(value).__name__,
)
@pytest.mark.parametrize("expected", [[1, 2], ("a", np.ones(2)), "b", [[1.0, 2.0], [3.0, 4.0]]], ids=type)
def test_an_answer_of_another_type_is_wrong_and_shown(answer, expected):
    lines = complaint(answer, expected).splitlines()
    assert lines[1].startswith("  got: ") and lines[2].startswith("  expected: ")


def test_none_asks_for_the_return():
    assert "`return`" in complaint(None, 3)


@pytest.mark.parametrize("error", [NotStarted("pooling"), NotImplementedError()])
def test_an_exercise_that_was_not_started_says_so(error):
    def stub():
        raise error

    with pytest.raises(CheckFailed, match="has not been started yet"):
        check(stub, expected=1)
    with pytest.raises(CheckFailed, match="has not been started yet"):
        check(stub, raises=ValueError)


def test_an_exercise_whose_library_or_other_exercise_is_not_there_was_started():
    """TensorFlow raises NotImplementedError too."""

    def symbolic():
        raise NotImplementedError("Cannot convert a symbolic tensor")

    with pytest.raises(CheckFailed, match="it raised NotImplementedError: Cannot convert"):
        check(symbolic, expected=1)


def test_input_is_refused_at_once_and_comes_back(capsys):
    def asking(x):
        return int(input("x? "))

    before = builtins.input
    with pytest.raises(CheckFailed, match=r"it calls input\(\).*from the arguments"):
        check(asking, 1, expected=1)
    assert builtins.input is before


def test_an_interrupted_answer_is_said_and_a_recording_ends():
    def interrupted():
        raise KeyboardInterrupt

    with pytest.raises(CheckFailed, match="it was stopped; is there a loop"):
        check(interrupted, expected=1)
    with check.recorded(), pytest.raises(KeyboardInterrupt):
        check(interrupted, expected=1)


def test_an_exception_in_the_answer_is_one_line():
    with pytest.raises(CheckFailed) as failed:
        check(lambda: [][3], expected=1)
    assert str(failed.value).splitlines()[1:] == [
        "  it raised IndexError: list index out of range; an answer was expected"
    ]


def test_what_an_exception_says_and_what_was_expected_are_two_sentences():
    with pytest.raises(CheckFailed) as failed:
        check(lambda: bool(np.ones(2)), expected=1)
    assert str(failed.value).endswith("Use a.any() or a.all(); an answer was expected")


def test_a_release_knows_an_exception_in_whatever_words_it_is_said(folder):
    """The digest of a release that students have."""
    write_causes(folder, {"495269a789bc753002b2": "You count from 1."})
    with pytest.raises(CheckFailed, match="likely cause: You count from 1"):
        check(lambda: [][3], expected=1)


def leaving(how):
    def left(x):
        how()

    return left


@pytest.mark.parametrize("how", [sys.exit, ExitAutocall(), ZMQExitAutocall()])
def test_a_function_that_ends_python_is_told_to_return(how):
    own = ExitAutocall.__call__, ZMQExitAutocall.__call__
    with pytest.raises(CheckFailed, match=r"left\(3\)\n  it ends Python \(exit\(\), .*; use return instead"):
        check(leaving(how), 3, expected=1)
    assert own == (ExitAutocall.__call__, ZMQExitAutocall.__call__)


def test_a_function_that_ends_python_the_second_time_only_is_wrong_as_it_was_the_first_time():
    answers = iter([1])
    with pytest.raises(CheckFailed, match="got: +1"):
        check(lambda: next(answers, None) or sys.exit(), expected=2)


def test_a_name_that_is_no_function_fails_as_a_check():
    with pytest.raises(
        CheckFailed, match=r"check\(3, 1\)\n  a check takes a function, by its name alone; 3 is not one"
    ):
        check(3, 1, expected=1)  # type: ignore[arg-type]  # a student's slip


@pytest.mark.parametrize(("given", "meant"), [("conv2d", "conv2d"), ("conv", "conv2d"), ("pool", "pool")])
def test_a_name_in_quotation_marks_is_answered_with_the_function_that_was_meant(folder, given, meant):
    listed = [{"name": "conv2d"}, {"name": "same_padding"}]
    (folder / CAUSES_FILE).write_text(json.dumps({"exercises": listed}), encoding="utf-8")
    with pytest.raises(CheckFailed, match=rf"without quotation marks: lab.check\({meant}, \.\.\.\)"):
        check(given, 1, expected=1)


def test_a_check_without_a_right_answer_asks_for_one():
    assert "add expected=..." in complaint(3, None)


class MyValueError(ValueError):
    pass


@pytest.mark.parametrize("error", [ValueError, MyValueError])
def test_the_exception_that_is_due_or_a_subclass_is_right(capsys, error):
    def refusing(x):
        raise error("no")

    check(refusing, 5, raises=ValueError)
    assert capsys.readouterr().out == "✔ refusing(5)\n"


def test_another_exception_than_the_one_due_is_wrong():
    with pytest.raises(CheckFailed, match="it raised IndexError.*; ValueError was expected"):
        check(lambda: [][3], raises=ValueError)


@pytest.mark.parametrize("answer", [0, None])
def test_an_answer_in_place_of_an_exception_is_wrong(answer):
    with pytest.raises(CheckFailed, match=f"got: +{answer}\n.*the exception ValueError"):
        check(answering(answer), raises=ValueError)


def test_a_dtype_counts_when_it_is_asked_for():
    right = np.ones(2, "float32")
    check(answering(right), expected=[1, 1], dtype="float32")
    check(answering(right.astype("float64")), expected=[1, 1])
    said = complaint(right.astype("float64"), [1, 1], dtype="float32")
    assert "values are right" in said and "float64" in said and "float32 was expected" in said
    assert "first difference" in complaint(2 * right.astype("float64"), [1, 1], dtype="float32")


@pytest.mark.parametrize(
    ("answer", "option", "said"),
    [
        ([1.0, 1.0], {"dtype": "integer"}, "their type is list[float, float], and whole numbers (int) were expected"),
        ((1, 1.0), {"dtype": "integer"}, "their type is tuple[int, float], and whole numbers"),
        ([1, 1], {"form": "tuple[int, int]"}, "the type is list[int, int], and tuple[int, int] was expected"),
        (tuple(np.array([1, 1])), {"form": "tuple[int, int]"}, "the type is tuple[int64, int64], and"),
    ],
)
def test_types_count_when_they_are_asked_for(capsys, answer, option, said):
    assert said in complaint(answer, (1, 1), **option)
    for right in ((1, 1), tuple(np.array([1, 1])) if "dtype" in option else (1, 1)):
        check(answering(right), expected=(1, 1), **option)
    assert "first difference" in complaint([1.0, 2.0], (1, 1), **option)


def test_two_wrong_types_are_two_answers_and_the_right_one_is_another():
    """So that each can have its own likely cause."""
    answers = ((1, 1), [1, 1], (1.0, 1.0))
    assert len({digest(answer, expected=(1, 1), form="tuple[int, int]") for answer in answers}) == 3


@pytest.mark.parametrize("answer", [[[1.0, 2.0]], ((1.0, 2.0),)])
def test_a_list_where_an_array_is_due_is_named(answer):
    """A hidden test takes it for another type, too; numpy would make the right array of it in silence."""
    said = complaint(answer, np.array([[1.0, 2.0]]), dtype="float64")
    assert f"the type is {type(answer).__name__}, and an array of float64 was expected" in said
    examples = list[dict[str, object]]()
    with check.recorded(examples):
        check(answering(answer), expected=[[1.0, 2.0]], dtype="float64")
    assert (examples[0]["got"], examples[0]["expected"]) == (type(answer).__name__, "float64")


def test_an_example_tells_both_types():
    examples = list[dict[str, object]]()
    with check.recorded(examples):
        check(answering([1, 1]), expected=(1, 1), form="tuple[int, int]")
    assert examples == [{"call": "answer_of()", "got": "list[int, int]", "expected": "tuple[int, int]"}]


numbers = st.one_of(st.integers(-3, 3), st.booleans(), st.sampled_from([0.0, 1.0, -2.5]))
arrays = hnp.arrays(st.sampled_from(["float32", "int64", "uint8", "bool"]), shapes, elements=st.integers(0, 1))
leaves = st.one_of(
    numbers, arrays, st.sampled_from(["a", "b"]), numbers.map(np.asarray), numbers.map(np.array(0).__add__)
)
some = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.lists(inner, max_size=3).map(tuple),
        st.dictionaries(st.sampled_from(["k", "l"]), inner, max_size=2),
    ),
    max_leaves=4,
)


@settings(max_examples=500)
@given(some, some, st.data())
def test_what_a_check_accepts_the_grader_accepts_too(expected, other, data):
    """A check that is more lenient than the hidden test lets a student hand in what loses points."""
    answer = data.draw(st.sampled_from([other, expected, *another_form(expected)]))
    assume(is_right(answer, expected))
    sent = [json.dumps({"facet": "a", "aspect": "value", "returned": _value(each)}) for each in (expected, answer)]
    due, got = parse(sent).observations
    assert agree(due, got)


def another_form(value):
    """The same, as a student may write it."""
    if isinstance(value, (list, tuple)):
        return [list(value), tuple(value), [each for item in value for each in another_form(item)]]
    if isinstance(value, np.ndarray):
        return [value.tolist(), value.astype(float), value.astype(bool), list(value) if value.ndim else value.item()]
    return [float(value), int(value), bool(value), np.float32(value)] if isinstance(value, (int, float)) else [value]


def test_arguments_are_copies(capsys):
    image, sizes = np.ones((2, 2)), [3]

    def spoiling(image, sizes):
        image[:] = 0
        sizes.append(4)
        return 1

    check(spoiling, image, sizes=sizes, expected=1)
    assert capsys.readouterr().out == "✔ spoiling([[1., 1.], [1., 1.]], sizes=[3])\n"
    assert image.all() and sizes == [3]


# ---------------------------------------------------------------- pictures


@pytest.fixture
def shell():
    yield InteractiveShell.instance()
    InteractiveShell.clear_instance()


@pytest.mark.parametrize(
    ("answer", "expected", "pictures"),
    [
        (np.zeros((3, 4)), np.ones((3, 4)), 1),
        (np.zeros((3, 4, 2)), np.ones((3, 4, 2)), 1),
        (np.zeros((3, 4, 3), "uint8"), np.full((3, 4, 3), 9, "uint8"), 1),
        (np.zeros((2, 2)), np.ones((3, 4)), 1),
        (np.zeros((2, 2)), np.ones((2, 2, 1)), 1),
        (np.full((3, 4), np.nan), np.ones((3, 4)), 1),
        (np.full((3, 4), np.inf), np.ones((3, 4)), 1),
        ([[1, 2], [3, 4]], [[1, 2], [3, 5]], 1),
        (1, 2, 0),
        ((1, 2), (1, 3), 0),
        (np.zeros((0, 2)), np.ones((2, 2)), 0),
        (np.zeros(3), np.ones((3, 4)), 0),
        (np.zeros((3, 4)), np.ones(3), 0),
        (np.zeros((2, 2, 2, 2)), np.ones((2, 2, 2, 2)), 1),
        (np.zeros((2, 2, 2, 2)), np.ones((2, 3, 2, 2)), 1),
        (np.zeros((2, 2, 2)), np.ones((1, 2, 2, 2)), 1),
        (np.zeros((2, 2, 2, 2, 2)), np.ones((2, 2, 2, 2, 2)), 0),
        (np.zeros((4, 5), bool), np.ones((4, 5), bool), 1),
        (np.zeros((40, 50), bool), np.ones((40, 50), bool), 1),
        (np.zeros((4, 5), "float32"), np.ones((4, 5), bool), 1),
        (np.zeros((7, 9), "float32"), np.linspace(0, 1, 63).reshape(7, 9), 1),
        (np.zeros((7, 9)), np.linspace(0, 1, 42).reshape(6, 7), 1),
        ([np.zeros((2, 2)), np.zeros((3, 3))], [np.zeros((2, 2)), np.ones((3, 3))], 1),
        ((np.zeros((3, 3)), "a"), (np.ones((3, 3)), "a"), 1),
        ((np.zeros((3, 3)), "a"), (np.zeros((3, 3)), "b"), 0),
        ("a", np.ones((3, 4)), 0),
        (None, np.ones((3, 4)), 0),
        (np.ones((3, 4)), np.ones((3, 4)), 0),
    ],
)
def test_a_wrong_image_or_stack_of_maps_is_drawn_and_nothing_else(shell, answer, expected, pictures):
    with capture_output() as captured:
        is_wrong = False
        try:
            check(answering(answer), expected=expected)
        except CheckFailed:
            is_wrong = True
    assert is_wrong == (not is_right(answer, expected))
    assert len(captured.outputs) == pictures
    for output in captured.outputs:
        assert "image/png" in output.data
        assert "Expected answer, your answer" in str(output.metadata)


# ---------------------------------------------------------------- no traceback


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("check(lambda: 1, expected=2)", ["✘ <lambda>()", "  got:      1", "  expected: 2"]),
        ("check.choice({'answer_1': None})", ["✘ answer_1 is still empty."]),
        ("raise NotStarted('max_pool2d')", ["✎ max_pool2d has not been started yet"]),
        (
            "lab.draw('cat', 1, size=3)",
            [
                "✘ too small to show an animal",
                "  expected: a size of at least 16 pixels",
                "  got:      3",
                "  ↳ line 2: lab.draw('cat', 1, size=3)",
            ],
        ),
    ],
)
def test_a_notebook_shows_the_sentence_and_no_traceback(shell, source, lines):
    with capture_output() as captured:
        result = shell.run_cell(f"from convnets import lab; from autograder.lab import NotStarted, check\n{source}")
    assert isinstance(result.error_in_exec, CheckFailed | NotStarted | ValueError)
    shown = captured.stdout + captured.stderr
    assert shown.strip().splitlines() == lines


@pytest.mark.parametrize(
    "source",
    [
        "lab.photographs('nothing there')",
        "lab.photographs('.')",
        "lab.cats_and_dogs(train=3)",
        "lab.pretrained_base('vgg99')",
        "lab.draw('kat', 1)",
        "lab.pictures.window_positions(6, 6, 3, 1, 'vali')",
        "results.ladder(['x'])",
        "results.save('/', [])",
    ],
)
def test_a_readers_mistake_is_said_without_a_traceback_through_our_code(shell, source):
    with capture_output() as captured:
        result = shell.run_cell(f"from convnets import lab\nfrom convnets import results\n{source}")
    assert result.error_in_exec is not None
    shown = captured.stdout.strip().splitlines()
    assert shown[0].startswith("✘ ") and shown[-1] == f"  ↳ line 3: {source}"
    assert not any("autograder" in line or "convnets" in line for line in shown[:-1])


def test_what_a_library_finds_wrong_keeps_its_traceback(shell):
    with capture_output() as captured:
        shell.run_cell("from convnets import lab\nlab.draw('cat', -1)")
    assert "Traceback" in captured.stdout and "non-negative" in captured.stdout


def shown_by_the_check(shell, *cells):
    for source in ("from autograder.lab import NotStarted, check", *cells[:-1]):
        assert shell.run_cell(source).success
    with capture_output() as captured:
        result = shell.run_cell(cells[-1])
    assert isinstance(result.error_in_exec, CheckFailed)
    return (captured.stdout + captured.stderr).strip().splitlines()[1:]


def test_an_exception_names_the_line_of_the_students_own_code(shell):
    function = "def first(rows):\n    rows = list(rows)\n    return rows[7]"
    assert shown_by_the_check(shell, function, "check(first, [1, 2], expected=1)") == [
        "  it raised IndexError: list index out of range; an answer was expected",
        "  ↳ in first, line 3: return rows[7]",
    ]


def test_of_a_function_that_the_answer_calls_the_arguments_are_shown_briefly(shell):
    half = "import numpy as np\ndef half(x, by=2):\n    return [int(row) for row in x] / by"
    caller = "def first(x):\n    return half(np.asarray(x))"
    assert shown_by_the_check(shell, half, caller, "check(first, [[1] * 20] * 3, expected=1)")[-1] == (
        "  ↳ in half(x=array of shape (3, 20), by=2), line 3: return [int(row) for row in x] / by; "
        "called in first, line 2"
    )


def test_a_line_of_a_library_or_of_the_check_is_none_of_the_students(shell):
    function = "import json\ndef read(text):\n    return json.loads(text)"
    checking = "def reads(text):\n    return read(text)\ncheck(reads, '', expected=1)"
    assert shown_by_the_check(shell, function, checking)[-1] == "  ↳ in read(text=''), line 3: return json.loads(text)"
    nothing = shown_by_the_check(shell, "def broken(text):\n    return [][0]\ncheck(broken, '', expected=1)")
    assert len(nothing) == 1


@pytest.mark.parametrize("end", ["exit()", "quit()", "import sys; sys.exit(1)"])
def test_an_answer_that_ends_python_names_the_line_and_the_notebook_goes_on(shell, end):
    function = f"def first(rows):\n    if rows:\n        {end}"
    assert shown_by_the_check(shell, function, "check(first, [1, 2], expected=1)") == [
        "  it ends Python (exit(), quit() or sys.exit()); use return instead",
        f"  ↳ in first, line 3: {end}",
    ]
    assert not shell.exit_now


def test_an_exercise_that_needs_another_one_says_which(shell):
    stub = "def half(x):\n    raise NotStarted('half')"
    quarter = "def quarter(x):\n    return half(half(x))"
    assert shown_by_the_check(shell, stub, quarter, "check(quarter, 4, expected=1)") == [
        "  it needs half, which has not been started yet",
        "  ↳ in half(x=4), line 2: raise NotStarted('half'); called in quarter, line 2",
    ]
    assert "This exercise has not been started" in shown_by_the_check(shell, stub, "check(half, 4, expected=2)")[0]


def test_the_lines_for_a_notebook_are_a_list_of_texts():
    for error in (CheckFailed(Failure("half(2)", because(Why.NO_RETURN))), NotStarted("pooling")):
        rendered = error._render_traceback_()
        assert isinstance(rendered, list) and all(isinstance(line, str) for line in rendered)
        assert str(error) in rendered[0] and "Traceback" not in rendered[0]


# ---------------------------------------------------------------- likely causes


def write_causes(folder, causes):
    content = {"assignment": "pooling", "causes": {answer: [sentence] for answer, sentence in causes.items()}}
    (folder / CAUSES_FILE).write_text(json.dumps(content), encoding="utf-8")


def test_the_likely_cause_of_this_very_answer_is_named(folder):
    write_causes(folder, {digest([1, 2], expected=[3, 4]): "You added — where you should multiply."})
    assert complaint([1, 2], [3, 4]).splitlines()[-1] == "  likely cause: You added — where you should multiply."
    assert "likely cause" not in complaint([1, 3], [3, 4])


def test_the_likely_cause_of_an_exception_that_is_missing_or_another_is_named(folder):
    def silent(x):
        return 0

    with check.recorded() as record:
        check(silent, 1, raises=ValueError)
    write_causes(folder, {record[0][0]: "You refuse nothing."})
    with pytest.raises(CheckFailed, match="likely cause: You refuse nothing."):
        check(silent, 1, raises=ValueError)


def causes_of(**answers):
    """What a release would store for misconceptions, given the digests of their wrong answers, first to last."""
    known = [Misconception("pool", name, "pool", f"{name}.", len, ("x",), name.startswith("rare")) for name in answers]
    given = {one.id: Answered([("right", True), *((each, False) for each in answers[one.name])]) for one in known}
    return causes_of_first_answers({"pool_check": given}, known)


def test_only_the_first_wrong_answer_has_a_cause_since_a_check_stops_there():
    assert causes_of(one=["a", "b"], two=["b"], rare=[]) == {"a": ["one."], "b": ["two."]}


def test_of_misconceptions_with_the_same_answer_the_one_that_is_not_rare_is_told_or_both_of_a_kind():
    assert causes_of(one=["a"], rare_1=["a"], rare_2=["a"]) == {"a": ["one."]}
    both = causes_of(rare_1=["a"], two=["b"], one=["b"], rare_2=["a"])
    assert both == {"a": ["rare_1.", "rare_2."], "b": ["two.", "one."]}


def test_an_answer_that_three_misconceptions_share_says_too_little():
    assert causes_of(one=["a"], two=["a"], three=["a"], rare=["b"]) == {"b": ["rare."]}


layer_number = itertools.count(1)


@pytest.mark.parametrize("fresh", [tempfile.mkdtemp, lambda: object(), lambda: f"flatten_{next(layer_number)}"])
def test_a_message_that_names_a_folder_an_address_or_a_layers_number_has_the_same_likely_cause_each_time(folder, fresh):
    def broken(x):
        raise OSError(f"cannot read {str(fresh())!r}")

    with check.recorded() as record:
        check(broken, 1, expected=1)
        check(broken, 1, expected=1)
    assert record[0] == record[1]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"3",
        b"null",
        b'"text"',
        b"{}",
        b'{"causes": []}',
        b'{"causes": 3}',
        b"\xff\xfe",
        b"[" * 100_000,
    ],
)
def test_a_file_of_likely_causes_that_cannot_be_read_is_passed_over(folder, content):
    (folder / CAUSES_FILE).write_bytes(content)
    assert "likely cause" not in complaint(1, 2)


def test_without_a_file_or_with_a_folder_of_its_name_there_is_no_likely_cause(folder):
    assert "likely cause" not in complaint(1, 2)
    (folder / CAUSES_FILE).mkdir()
    assert "likely cause" not in complaint(1, 2)


# ---------------------------------------------------------------- digests

arrays = st.one_of(
    hnp.arrays(np.int32, hnp.array_shapes(max_dims=3, max_side=3)),
    hnp.arrays(float, hnp.array_shapes(max_dims=3, max_side=3), elements=st.floats(-1e3, 1e3)),
)


def as_tuples(items):
    return tuple(as_tuples(item) for item in items) if isinstance(items, list) else items


@given(arrays)
def test_a_digest_is_that_of_the_numbers_in_whatever_they_come(array):
    forms = [array, np.asfortranarray(array), array.astype(float), array.tolist(), as_tuples(array.tolist())]
    assert len({digest(form) for form in forms}) == 1
    assert digest(array) != digest(array + 1)
    assert digest(array) != digest(array[None])


def test_a_zero_has_one_digest_whatever_its_sign():
    assert digest([0.0, 1.0]) == digest([-0.0, 1.0]) == digest([-0.00001, 1.0])


def test_a_digest_belongs_to_the_call():
    assert (
        len({digest(1), digest(1, 2), digest(1, 3), digest(1, [2, 3]), digest(1, kernel=2), digest(1, stride=2)}) == 6
    )


def test_an_answer_that_holds_itself_has_a_digest():
    assert digest(itself()) == digest(itself())


def test_recorded_notes_instead_of_telling(capsys):
    with check.recorded() as record:
        check(answering(1), expected=1)
        check(answering(np.zeros((2, 2))), expected=np.ones((2, 2)))
        check(answering(1), raises=ValueError)
        check.choice({"answer_1": "a", "answer_2": None})
    assert [right for _digest, right in record] == [True, False, False, True, False]
    assert capsys.readouterr().out == ""


def test_after_recording_a_check_tells_again():
    with pytest.raises(RuntimeError), check.recorded():
        raise RuntimeError
    with pytest.raises(CheckFailed):
        check(answering(1), expected=2)


# ---------------------------------------------------------------- choice


def test_choices_of_the_right_form_print_one_line_that_does_not_judge(capsys):
    check.choice({"answer_1": "a", "answer_2": "d", "answer_3": "bd"}, several=("answer_3",))
    out = capsys.readouterr().out
    assert out.count("\n") == 1 and "right form" in out and "after grading" in out


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (None, "is still empty"),
        (..., "is still empty"),
        (3, "is 3; write letters between quotation marks"),
        (["a"], "write letters"),
        ("", "exactly one letter"),
        ("ab", "exactly one letter"),
        ("e", "choose among a, b, c, d"),
        ("A", "lower-case letters"),
        ("X", "choose among"),
        (" ", "choose among"),
        ("(a) ", "is '(a) '; write the letter alone"),
        ("a, b", "exactly one letter"),
        ("e.", "exactly one letter"),
    ],
)
def test_a_choice_of_another_form_is_named_with_its_item(answer, said):
    with pytest.raises(CheckFailed) as failed:
        check.choice({"answer_0": "a", "answer_1": answer})
    assert str(failed.value).startswith("answer_1 ") and said in str(failed.value)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("", "choose among"),
        ("ba", "alphabetical"),
        ("aa", "each letter once"),
        ("ae", "choose among"),
        ("a,e", "choose among"),
        ("a,b", 'write the letters together: "ab"'),
        ("a, b, d", "is 'a, b, d'; write the letters together: \"abd\""),
        ("d and b", 'together: "bd"'),
        ("a.", 'write the letter alone: "a"'),
    ],
)
def test_a_choice_of_several_is_letters_once_and_in_order(answer, said):
    with pytest.raises(CheckFailed, match=said):
        check.choice({"answer_1": answer}, several=("answer_1",))


@given(st.sets(st.sampled_from("abc"), min_size=1))
def test_every_selection_in_order_has_the_right_form(letters):
    with check.recorded() as record:
        check.choice({"answer_1": "".join(sorted(letters))}, letters="abc", several=("answer_1",))
    assert record[0][1]


@pytest.mark.parametrize("wrong", ["B", "bda"])
def test_the_digest_of_a_choice_does_not_tell_it(wrong):
    """Letters are so few that whoever has the file of likely causes could try them all."""
    with check.recorded() as record:
        check.choice({"answer_1": wrong})
        check.choice({"answer_1": "a"})
    assert record[0][0] == record[1][0]


# ---------------------------------------------------------------- the input next to the answer


def test_dtypes_that_do_not_count_are_not_shown():
    said = complaint(np.zeros((4, 5), "float32"), np.ones((4, 5), int))
    assert said.splitlines()[1:3] == ["  got:      array of shape (4, 5)", "  expected: array of shape (4, 5)"]


def test_the_call_shows_no_dtype_of_whole_numbers(capsys):
    check(answering(1), np.ones((5, 5), int), np.ones((5, 5), "uint8"), expected=1)
    assert capsys.readouterr().out == "✔ answer_of(array of shape (5, 5), array of shape (5, 5), uint8)\n"


def test_a_small_picture_of_one_channel_is_shown_under_its_name():
    def pool(x, size):
        return 0

    with pytest.raises(CheckFailed) as failed:
        check(pool, np.arange(6).reshape(2, 3, 1), size=2, expected=5)
    assert str(failed.value).splitlines() == [
        "pool(array of shape (2, 3, 1), size=2)",
        "  x[:, :, 0]:",
        "    [[0, 1, 2],",
        "     [3, 4, 5]]",
        "  got:      0",
        "  expected: 5",
    ]


@pytest.mark.parametrize("shape", [(2, 3, 2), (2, 3), (1, 2, 3, 1), (0, 3, 1), (6, 7, 1)])
def test_other_inputs_are_not_shown(shape):
    with pytest.raises(CheckFailed) as failed:
        check(answering(1), np.zeros(shape), expected=2)
    assert ":, 0]" not in str(failed.value)


def test_the_input_of_what_has_not_been_started_is_not_shown():
    def stub(x):
        raise NotImplementedError

    with pytest.raises(CheckFailed) as failed:
        check(stub, np.zeros((2, 2, 1)), expected=1)
    assert ":, 0]" not in str(failed.value)


# ---------------------------------------------------------------- from the catalogue to the student

ROOT = Path(__file__).parents[1]
RELEASED = ROOT / "release" / "convolution"
SOLUTIONS = ROOT / "solutions" / "convolution"


def put_in(function, name):
    """A notebook in which a student wrote a catalogued wrong answer under the name of the exercise."""
    (definition,) = (
        node
        for node in ast.parse(whole_text(Path(function.__code__.co_filename))).body
        if isinstance(node, ast.FunctionDef) and node.name == function.__name__
    )
    definition.name, definition.decorator_list = name, []
    notebook = dict(function.__globals__) | {"np": np, "lab": lab}
    exec(ast.unparse(definition), notebook)
    return notebook


@pytest.mark.parametrize(
    "id",
    [
        "conv_output_shape/same_keeps_the_size_for_every_stride",
        "same_padding/puts_the_odd_pixel_before",
        "conv2d/flips_the_kernel",
        "count_conv2d_params/forgets_the_depth_of_the_input",
        "shift_image/rolls_the_picture",
        "max_pool2d/moves_by_one_without_strides",
        "receptive_field/ignores_the_strides_of_layers",
        "conv2d/misses_the_last_position",
    ],
)
def test_a_student_with_a_catalogued_wrong_answer_reads_its_sentence(monkeypatch, id):
    monkeypatch.chdir(RELEASED)
    exercise = id.partition("/")[0]
    (wrong,) = (wrong for wrong in load(SOLUTIONS / f"{exercise}.py").misconceptions if wrong.id == id)
    notebook = put_in(wrong.function, wrong.replaces)
    cells = json.loads((RELEASED / "convolution.ipynb").read_text(encoding="utf-8"))["cells"]
    checks = {cell["id"]: ast.parse("".join(cell["source"])) for cell in cells if cell["id"].endswith("_check")}
    for cell in checks.values():  # a check may use a function that an earlier check has defined
        for node in cell.body:
            if isinstance(node, ast.FunctionDef):
                exec(ast.unparse(node), notebook)
    with pytest.raises(CheckFailed) as failed:
        exec(ast.unparse(checks[f"{exercise}_check"]), notebook)
    cause = str(failed.value).splitlines()[-1]
    assert cause.startswith("  likely cause: ") and wrong.sentence in cause.split(": ", 1)[1].split(" Or: ")


def test_on_one_line_the_first_difference_stands_for_answers_that_look_alike():
    large = np.zeros((5, 6))
    with pytest.raises(CheckFailed) as failed:
        check(answering(large + np.eye(5, 6)), expected=large)
    reason = on_one_line(failed.value.failure)
    assert "first difference at [0, 0]: got 1, expected 0" in reason
    assert "array of shape" not in reason


@pytest.mark.parametrize(
    ("argument", "said"),
    [
        (b"\x89PNG and so on, and on", "22 bytes"),
        (["/a/long/way/to/train/cats/cat.0.jpg"] * 12, "['/a/long/way/to/train/cats/cat.0.jpg', ... 12 in all]"),
        ("/a/very/long/way/that/no/line/holds/to/train/cats/cat.0.jpg", "'.../holds/to/train/cats/cat.0.jpg'"),
        (
            [(np.zeros((3, 6, 8, 1)), [0, 1, 1])] * 3,
            "[(array of shape (3, 6, 8, 1), float64, ... 2 in all), ... 3 in all]",
        ),
        ({"accuracy": [0.5] * 40, "loss": [0.5]}, "{'accuracy': [0.5, ... 40 in all], ... 2 in all}"),
        ([(3, 1)] * 18, "[(3, 1), ... 18 in all]"),
        ([(3, 1)] * 3, "[(3, 1), (3, 1), (3, 1)]"),
    ],
)
def test_a_long_argument_is_told_by_its_first_item_and_its_length(capsys, argument, said):
    def count(given):
        return len(given)

    check(count, argument, expected=len(argument))
    assert capsys.readouterr().out == f"✔ count({said})\n"


def test_an_example_tells_what_came_in_place_of_an_exception():
    examples = list[dict[str, object]]()
    with check.recorded(examples):
        check(lambda x: None, 1, raises=ValueError)
        check(lambda x: [x], 1, raises=ValueError)
    assert [(one["got"], one["expected"]) for one in examples] == [("None", "ValueError"), ("[1]", "ValueError")]


# ---------------------------------------------------------------- as a hidden experiment compares


class Table:
    """What pandas's tables have of what a check meets: names, `equals`, and `==` cell by cell."""

    def __init__(self, values, names):
        self.values, self.columns = np.array(values, object), list(names)

    def __array__(self, *_how, **_named):
        return self.values

    def __eq__(self, other):
        return self.values == other.values

    def equals(self, other):
        return self.columns == other.columns and bool((self.values == other.values).all())

    def __repr__(self):
        return "a table"


def test_a_float_agrees_with_a_whole_number_within_the_tolerance_and_whole_numbers_exactly():
    check(lambda: np.array([0.99999, 0.0]), expected=[1, 0])
    check(lambda: 2.00001, expected=2)
    with pytest.raises(CheckFailed):
        check(lambda: np.array([0.99, 0.0]), expected=[1, 0])
    with pytest.raises(CheckFailed):
        check(lambda: 100_001, expected=100_000)


def test_pixels_may_be_one_off_as_in_an_experiment():
    check(lambda: np.array([[7, 254]], np.uint8), expected=[[8, 255]], dtype="uint8")
    with pytest.raises(CheckFailed):
        check(lambda: np.array([[7, 253]], np.uint8), expected=[[8, 255]], dtype="uint8")
    with pytest.raises(CheckFailed):
        check(lambda: np.array([[7, 254]]), expected=[[8, 255]])


def test_sets_and_tables_with_text_are_compared():
    check(lambda: {"b", "a"}, expected={"a", "b"})
    with pytest.raises(CheckFailed):
        check(lambda: {"b"}, expected={"a", "b"})
    check(lambda: Table([["x", 1]], "ab"), expected=Table([["x", 1]], "ab"))
    with pytest.raises(CheckFailed, match=r"first difference at \[0, 1\]: got 2, expected 1"):
        check(lambda: Table([["x", 2]], "ab"), expected=Table([["x", 1]], "ab"))
    with pytest.raises(CheckFailed, match="but not the names of rows and columns"):
        check(lambda: Table([["x", 1]], "ac"), expected=Table([["x", 1]], "ab"))


def test_of_an_exception_in_a_traced_function_the_last_line_is_told():
    def make():
        raise TypeError(
            'in user code:\n\n    File "/tmp/1.py", line 3, in load  *\n        open(path)\n\n'
            "    TypeError: expected str, bytes or os.PathLike object, not Tensor\n"
        )

    with pytest.raises(CheckFailed) as told_:
        check(make, expected=1)
    assert "expected str, bytes or os.PathLike object, not Tensor (line 3, in load)" in str(told_.value)
    assert "in user code" not in str(told_.value)


def test_code_that_tensorflow_wrote_itself_is_not_shown_as_the_students(cell):
    """`dataset.map` runs what AutoGraph makes of a function, such as `ag__.converted_call(...)`, in another file."""
    given = students("def area(x):\n    return tf__load(x)")
    made = "def tf__load(path):\n    raise TypeError('no path')"
    exec(compile(made, "/tmp/__autograph_generated_file0a.py", "exec"), given)
    found = cell("check(area, 3, expected=1)", **given)
    assert "it raised TypeError: no path" in found and "in area, line 2" in found and "tf__load" not in found


@pytest.fixture
def cell():
    """Runs a check's cell, with its own functions, and a student's function; gives the message."""

    def run(source, **names):
        space = {"check": check, "__name__": "__main__", **names}
        with pytest.raises(CheckFailed) as failed:
            exec(compile(source, "/cells/check.py", "exec"), space)
        return str(failed.value)

    return run


def students(source):
    space = {"__name__": "__main__", "np": np}
    exec(compile(source, "/cells/answer.py", "exec"), space)
    return space


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("def area(x):\n    return [x]", "the check cannot use what came back: AttributeError"),
        ("def area(x):\n    return x.nothing", "it raised AttributeError"),
    ],
)
def test_an_exception_in_the_checks_own_function_is_said_of_the_answer(cell, answer, said):
    found = cell("def side(x):\n    return area(x).shape\ncheck(side, 3, expected=(1,))", **students(answer))
    assert said in found


def test_of_nothing_in_the_checks_own_function_no_return_is_asked_for(cell):
    source = "def zoom(x):\n    return area(x)[0]\ncheck(zoom, 3, expected=1)"
    found = cell(source, **students("def area(x):\n    return [None]"))
    assert "nothing came back (None)" in found and "return" not in found


@pytest.mark.parametrize(
    ("answer", "instead"),
    [
        ("float(np.array([1.5]))", "a.item()"),
        ("np.zeros(2).__setitem__(0, np.array([2.0]))", "a.item()"),
        ("np.in1d([1], [1])", "np.isin"),
        ("np.trapz([1.0])", "np.trapezoid"),
        ("np.broadcast_to(0, 3).__setitem__(0, 1)", "np.array(a)"),
    ],
)
def test_where_code_of_an_earlier_numpy_ends_it_is_said_what_works_today(cell, answer, instead):
    found = cell("check(area, 3, expected=1)", **students(f"def area(x):\n    return {answer}"))
    assert f"use {instead} instead" in found


def test_an_error_in_a_traced_function_is_told_by_its_own_message() -> None:
    """TensorFlow begins with "in user code:", which helps nobody."""
    traced = TypeError(
        'in user code:\n\n    File "<ipython>", line 3, in load  *\n        open(path)\n\n    TypeError: expected str, '
        "bytes or os.PathLike object, not SymbolicTensor\n"
    )
    assert brief_error(traced) == "TypeError: expected str, bytes or os.PathLike object, not SymbolicTensor"
    assert brief_error(ValueError("first\nsecond")) == "ValueError: first"
    assert brief_error(KeyError()) == "KeyError"
