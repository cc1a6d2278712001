"""Finds pairs of submissions that share more code than chance and the exercise explain.

The method is winnowing, of Python's tokens: every name is one token, a string another, comments and layout are none. A
pair is a reason to read both notebooks; it proves nothing.

One regular expression reads the tokens, whether Python can read the code or not, in a time that grows with its length
alone. Pygments' lexer, which copydetect builds on, can take a time that grows with the square of the length: 6 s for
20,000 characters of blank lines that hold a space, and a student can hand in ten times as many.

Source: Schleimer, Wilkerson and Aiken, Winnowing: local algorithms for document fingerprinting, SIGMOD 2003.
"""

import keyword
import re
import zlib
from collections import deque
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np

GRAM = 10
"""Tokens in one gram: shorter common passages are noise."""
WINDOW = 4
"""Grams in a window: a common passage of GRAM + WINDOW - 1 tokens is always found."""
MIN_SHARED = 20
MIN_SHARE = 0.6
COMMON_SHARE = 0.25
COMMON_AT_LEAST, COMMON_AT_MOST = 8, 100
"""What more than a quarter of a cohort, and more than eight students, wrote says nothing about two of them; nor does
what more than a hundred wrote."""
MAX_CODE = 200_000
"""Characters that are read of one submission."""

_MODULUS = (1 << 61) - 1
_BASE = 1_000_003
# Every alternative takes at least one character, and a string that nobody closes ends with its line or the text.
_TOKEN = re.compile(
    r"(?P<string>(?i:[bfrtu]{0,2})(?:'{3}(?s:.)*?(?:'{3}|\Z)|\"{3}(?s:.)*?(?:\"{3}|\Z)"
    r"|'(?:(?s:\\.)|[^'\\\n])*'?|\"(?:(?s:\\.)|[^\"\\\n])*\"?))"
    r"|(?P<layout>#[^\n]*|\\\n)|(?P<number>\d[\w.]*)|(?P<name>\w+)"
    r"|(?P<sign>\*\*=?|//=?|>>=?|<<=?|->|:=|[-+*/%@&|^=!<>]=|\S)"
)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two submissions that are alike.

    Attributes:
        one: A student's id.
        other: The other student's, later in the alphabet.
        shared: Fingerprints that both have.
        share: Their share of the fingerprints of the one that has fewer, above MIN_SHARE.
    """

    one: str
    other: str
    shared: int
    share: float


def tokens(code: str) -> tuple[str, ...]:
    """The code as normalised tokens: "n" for a name, "s" for a string, all others as they are written."""
    found = ((match.lastgroup, match.group()) for match in _TOKEN.finditer(code[:MAX_CODE]))
    return tuple(
        "s" if kind == "string" else "n" if kind == "name" and not keyword.iskeyword(text) else text
        for kind, text in found
        if kind != "layout"
    )


def grams(code: str) -> tuple[int, ...]:
    """One number for each passage of GRAM tokens; equal passages have equal numbers, on every machine."""
    numbers = [zlib.crc32(text.encode("utf-8", "surrogatepass")) + 1 for text in tokens(code)]
    if len(numbers) < GRAM:
        return ()
    highest = pow(_BASE, GRAM - 1, _MODULUS)
    value = 0
    for number in numbers[:GRAM]:
        value = (value * _BASE + number) % _MODULUS
    found = [value]
    for gone, number in zip(numbers, numbers[GRAM:], strict=False):
        value = ((value - gone * highest) * _BASE + number) % _MODULUS
        found.append(value)
    return tuple(found)


def winnow(values: Sequence[int]) -> tuple[tuple[int, int], ...]:
    """Position and value of those that represent all: the least of each window; one that was chosen stays.

    Of equal values the last one in a window is chosen, but no new one while the earlier choice is in the window; the
    paper calls this robust winnowing.
    """
    chosen: list[tuple[int, int]] = []
    least: deque[int] = deque()  # positions whose values rise, the window's least first
    for position, value in enumerate(values):
        while least and values[least[-1]] > value:
            least.pop()
        least.append(position)
        first = position - WINDOW + 1
        while least[0] < first:
            least.popleft()
        if first < 0 and position < len(values) - 1:
            continue
        if chosen and chosen[-1][0] >= first and chosen[-1][1] == values[least[0]]:
            continue
        last = max(at for at in least if values[at] == values[least[0]])
        chosen.append((last, values[last]))
    return tuple(chosen)


def given(codes: Iterable[str]) -> frozenset[int]:
    """Every gram of what all students were given, or may be expected to write: it says nothing about a pair."""
    return frozenset(gram for code in codes for gram in grams(code))


def fingerprints(codes: Iterable[str], leave_out: frozenset[int] = frozenset()) -> frozenset[int]:
    """The fingerprints of one submission.

    Args:
        codes: The text of each of its cells.
        leave_out: What `given` returned for the released notebook and the reference solution.
    """
    found: set[int] = set()
    left = MAX_CODE
    for code in codes:
        own = [gram for gram in grams(code[:left]) if gram not in leave_out]
        found.update(value for _position, value in winnow(own))
        left = max(0, left - len(code))
    return frozenset(found)


def similar_pairs(submissions: Mapping[str, Collection[int]]) -> tuple[Pair, ...]:
    """The pairs with at least MIN_SHARED common fingerprints that are more than MIN_SHARE of one of the two.

    The time grows with the number of fingerprints, because none that is compared has more than COMMON_AT_MOST holders.

    Args:
        submissions: Fingerprints by student, each once.

    Returns:
        The most alike first.
    """
    students = sorted(submissions)
    lengths = [len(submissions[student]) for student in students]
    values = np.fromiter(chain.from_iterable(submissions[student] for student in students), np.int64, sum(lengths))
    order = np.argsort(values, kind="stable")
    holders = np.repeat(np.arange(len(students), dtype=np.int32), lengths)[order]
    _values, counts = np.unique(values, return_counts=True)
    common = min(max(COMMON_AT_LEAST, int(COMMON_SHARE * len(students))), COMMON_AT_MOST)
    holders = holders[np.repeat(counts <= common, counts)]
    counts = counts[counts <= common]
    ends = np.repeat(np.cumsum(counts), counts)  # of each holder, where those of the same fingerprint end
    sizes = np.bincount(holders, minlength=len(students))
    places = np.argsort(holders, kind="stable")
    pairs, first = [], 0
    for one, size in enumerate(sizes):
        mine = places[first : first + size]
        first += size
        later = ends[mine] - mine - 1  # holders of a fingerprint stand in the order of their names
        others = np.repeat(mine + 1 - np.cumsum(later) + later, later) + np.arange(later.sum())
        others, shared = np.unique(holders[others], return_counts=True)
        least = np.minimum(sizes[others], size)
        for at in np.flatnonzero((shared >= MIN_SHARED) & (shared > MIN_SHARE * least)):
            pairs.append(Pair(students[one], students[others[at]], int(shared[at]), float(shared[at] / least[at])))
    return tuple(sorted(pairs, key=lambda pair: (-pair.share, -pair.shared, pair.one, pair.other)))
