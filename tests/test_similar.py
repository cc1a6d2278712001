"""Similar pairs: what is copied is found under other names, what everybody has is not, and no code is too broken."""

import random
import string
import zlib

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from autograder.reporting.similar import (
    COMMON_AT_LEAST,
    GRAM,
    MAX_CODE,
    MIN_SHARED,
    WINDOW,
    fingerprints,
    grams,
    similar_pairs,
    tokens,
    winnow,
)
from autograder.reporting.similar import given as grams_of

COPIED = '''
def conv_output_shape(height, width, kernel, stride=1, padding="valid"):
    """The shape."""
    results = []
    for size, k, s in zip((height, width), kernel, stride):
        if padding == "valid":
            length = (size - k) // s + 1
        elif padding == "same":
            length = -(-size // s)
        else:
            raise ValueError(f"unknown padding {padding!r}")
        results.append(max(length, 0))
    return tuple(results)

def same_padding(size, kernel, stride):
    total = max((-(-size // stride) - 1) * stride + kernel - size, 0)
    before = total // 2
    while before > total - before:
        before -= 1
    return before, total - before
'''
RENAMED = (
    COPIED.replace("size", "n")
    .replace("length", "outcome")
    .replace("results", "found")
    .replace('"""The shape."""', '"""Something else entirely."""  # mine')
    .replace("unknown padding", "I know no")
    .replace("    ", "  ")
)
OWN = """
def conv_output_shape(shape, kernel, stride, padding):
    assert padding in {"valid", "same"}
    extents = np.asarray(shape), np.asarray(kernel), np.asarray(stride)
    image, window, step = extents
    if padding == "same":
        return tuple(int(value) for value in np.ceil(image / step))
    spots = np.floor((image - window) / step) + 1
    return tuple(spots.clip(0).astype(int).tolist())

same_padding = lambda size, kernel, stride: divmod(max(0, kernel - (size % stride or stride)), 2)
"""


def program(seed: int, statements: int) -> str:
    """Code that nobody else writes."""
    draw = random.Random(seed)
    signs = ["+", "-", "*", "//", "%", "&", "|", "^", "<", ">="]
    lines = []
    for _ in range(statements):
        parts = [draw.choice(["x", "f(x)", "x[1]", "(x, 2)", str(draw.randrange(50))]) for _ in range(4)]
        lines.append("x = " + f" {draw.choice(signs)} ".join(parts))
    return "\n".join(lines)


def test_a_copy_with_other_names_comments_strings_and_indentation_is_the_same_code() -> None:
    assert RENAMED != COPIED
    assert fingerprints([RENAMED]) == fingerprints([COPIED])


def test_a_copy_is_listed_with_both_names_and_independent_work_is_not() -> None:
    pairs = similar_pairs({"zoe": fingerprints([COPIED]), "ada": fingerprints([RENAMED]), "own": fingerprints([OWN])})
    assert [(pair.one, pair.other, pair.share) for pair in pairs] == [("ada", "zoe", 1.0)]
    assert pairs[0].shared == len(fingerprints([COPIED])) >= MIN_SHARED


def test_a_copy_within_a_longer_program_is_found() -> None:
    """The share is taken of the shorter one."""
    longer = fingerprints([program(1, 60), RENAMED, program(2, 60)])
    (pair,) = similar_pairs({"ada": fingerprints([COPIED]), "zoe": longer})
    assert pair.share == 1.0


def test_what_was_released_and_what_the_reference_has_makes_no_pair() -> None:
    leave_out = grams_of([COPIED])
    assert fingerprints([RENAMED], leave_out) == frozenset()
    both = {"ada": fingerprints([RENAMED], leave_out), "zoe": fingerprints([COPIED], leave_out)}
    assert similar_pairs(both) == ()


def test_what_everybody_wrote_makes_no_pair_and_what_two_wrote_beside_it_does() -> None:
    everybody = [f"s{index}" for index in range(COMMON_AT_LEAST + 3)]
    common = [COPIED, program(77, 60)]
    codes = {name: [*common, program(index + 10, 12)] for index, name in enumerate(everybody)}
    assert similar_pairs({name: fingerprints(code) for name, code in codes.items()}) == ()
    codes["s1"] = codes["s0"]
    pairs = similar_pairs({name: fingerprints(code) for name, code in codes.items()})
    assert [(pair.one, pair.other) for pair in pairs] == [("s0", "s1")]


def test_too_little_in_common_is_no_pair() -> None:
    short = fingerprints(["def f(a, b):\n    return [a * i + b for i in range(a) if i % b]\n"])
    assert 0 < len(short) < MIN_SHARED
    assert similar_pairs({"ada": short, "zoe": short}) == ()


def test_the_most_alike_come_first_in_an_order_that_does_not_depend_on_the_input() -> None:
    base = program(1, 60)
    codes = {"d": [base], "c": [base], "b": [base + program(3, 12)], "a": [base[: len(base) * 3 // 4] + program(4, 20)]}
    found = {name: fingerprints(code) for name, code in codes.items()}
    pairs = similar_pairs(found)
    assert (pairs[0].one, pairs[0].other) in {("b", "c"), ("b", "d"), ("c", "d")}
    assert [pair.share for pair in pairs] == sorted((pair.share for pair in pairs), reverse=True)
    assert similar_pairs(dict(reversed(found.items()))) == pairs
    assert all(pair.one < pair.other for pair in pairs)


def test_what_more_than_a_hundred_wrote_says_nothing_however_large_the_cohort() -> None:
    copied = fingerprints([program(1, 60)])
    others = {f"z{number}": frozenset({number}) for number in range(500)}
    ring = {f"a{number:03}": copied for number in range(101)}
    assert similar_pairs(others | ring) == ()
    del ring["a000"]
    assert len(similar_pairs(others | ring)) == 100 * 99 / 2


# ---------------------------------------------------------------- winnowing


@given(st.lists(st.integers(0, 8), max_size=60))
def test_every_window_has_a_chosen_one_and_it_is_the_least(values: list[int]) -> None:
    """The promise of winnowing: a common passage as long as a window is always found."""
    chosen = dict(winnow(values))
    assert all(values[position] == value for position, value in chosen.items())
    for start in range(max(0, len(values) - WINDOW + 1)):
        inside = [chosen[at] for at in range(start, start + WINDOW) if at in chosen]
        assert min(values[start : start + WINDOW]) in inside
    assert bool(chosen) == bool(values)


@given(st.integers(0, 9), st.integers(1, 50))
def test_equal_values_are_chosen_once_in_a_window(value: int, length: int) -> None:
    """Robust winnowing: a run of the same gram does not fill the fingerprints."""
    assert len(winnow([value] * length)) <= length // WINDOW + 1


@given(st.integers(0, 10_000), st.integers(0, 10_000), st.integers(0, 10_000))
@settings(max_examples=20)
def test_a_long_enough_common_passage_shares_a_fingerprint_wherever_it_stands(one: int, two: int, three: int) -> None:
    passage = "\n".join(["y = g(y)[0] if y else (y, -y)"] * 2)
    assert len(tokens(passage)) >= GRAM + WINDOW - 1
    a, b = program(one, 10) + "\n" + passage, passage + "\n" + program(two, 10) + "\n" + program(three, 3)
    assert fingerprints([a]) & fingerprints([b])


def test_equal_passages_have_equal_numbers_and_others_do_not() -> None:
    rolled = grams(COPIED + COPIED)
    once = grams(COPIED)
    assert rolled[: len(once)] == once == rolled[-len(once) :]
    assert len(set(grams(program(5, 200)))) > 700


def test_the_numbers_are_the_same_on_every_machine() -> None:
    """Python's own hashes of texts differ from process to process, and with them the choice and the report."""
    value = 0
    for text in ("n", "=", "n", "(", "n", ")", "+", "2", "*", "n"):
        value = (value * 1_000_003 + zlib.crc32(text.encode()) + 1) % (2**61 - 1)
    assert grams("x = f(y) + 2 * z[0]\n")[0] == value


# ---------------------------------------------------------------- whatever a student wrote

BROKEN = [
    "def f(x:\n    return x +",
    "x = '''never closed\n" * 50,
    "  indented\n unindented\n\tmixed",
    "\x00 null \x00",
    "\ud800 = 1",
    "0x 1_ 1__2 0b3 1if 2",
    "(" * 500,
    "f'{f'{f'{'",
    "\\",
    "$ ? ! `",
    "%matplotlib inline\n!pip install x\nimage?",
    "'" + "\\'" * 5000,
    '"' * 1001,
    "",
    "#",
    "a" * 10_000,
    "if x:\n" * 200,
    "漢字 = '김' # 수업",
    "\ufeffx = 1",
    "x = 1\r\ny = 2\rz",
]


@pytest.mark.parametrize("code", BROKEN, ids=range(len(BROKEN)))
def test_broken_code_has_tokens_or_none_and_raises_nothing(code: str) -> None:
    assert all(isinstance(text, str) and text.strip() for text in tokens(code))
    fingerprints([code, COPIED])


@given(st.text(max_size=200))
@example("x = 1 if 0x else 'a")
@settings(max_examples=200)
def test_no_text_crashes_it(code: str) -> None:
    assert fingerprints([code]) == fingerprints([code])
    similar_pairs({"ada": fingerprints([code]), code: fingerprints([code, COPIED])})


@given(st.text(st.sampled_from("'\"\\\n #()[]{}:frb=+x1\t"), max_size=80))
@settings(max_examples=300)
def test_no_broken_quoting_crashes_it(code: str) -> None:
    tokens(code)


def test_code_that_python_cannot_read_is_still_compared() -> None:
    """A missing bracket hides nothing."""
    assert "n" in tokens(COPIED + "\nprint((")
    broken = fingerprints([RENAMED + "\nprint(("])
    (pair,) = similar_pairs({"ada": fingerprints([COPIED]), "zoe": broken})
    assert pair.share > 0.8


def test_of_endless_code_only_the_beginning_is_read() -> None:
    endless = [program(seed, 2000) for seed in range(10)]
    assert len("".join(endless)) > MAX_CODE
    whole = fingerprints(endless)
    assert whole == fingerprints(["".join(endless[:1]), *endless[1:], program(99, 500)])


@given(st.text(string.ascii_lowercase + " ", max_size=40))
def test_what_a_comment_or_a_string_says_does_not_count(text: str) -> None:
    code = "x = 'old' + y  # old\nprint(f'old {x}')"
    assert tokens(code) == tokens(code.replace("old", text))
