"""Finds pairs of submissions that share more code than chance and the exercise explain.

The method is winnowing, of Python's tokens: every name is one token, a string another, comments and layout are none. A
pair is a reason to read both notebooks; it proves nothing. Own code, since the kept library for it (copydetect) brings
Pygments and a comparison of all pairs, for what are a hundred lines here.

Source: Schleimer, Wilkerson and Aiken, Winnowing: local algorithms for document fingerprinting, SIGMOD 2003.
"""

import io
import keyword
import re
import token
import tokenize
import warnings
import zlib
from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

GRAM = 10
"""Tokens in one gram: shorter common passages are noise."""
WINDOW = 4
"""Grams in a window: a common passage of GRAM + WINDOW - 1 tokens is always found."""
MIN_SHARED = 20
MIN_SHARE = 0.6
COMMON_SHARE = 0.25
COMMON_AT_LEAST = 8
"""What more than a quarter of a cohort wrote, and more than eight, says nothing about two of them."""
MAX_CODE = 200_000
"""Characters that are read of one submission."""

_MODULUS = (1 << 61) - 1
_BASE = 1_000_003
_LAYOUT = frozenset(
    {token.NEWLINE, token.INDENT, token.DEDENT, token.ENDMARKER, tokenize.NL, tokenize.COMMENT, tokenize.ENCODING}
)
# Strings with values inside are several tokens from Python 3.12 on, and templates from 3.14 on.
_OPENING = frozenset(getattr(token, name, -1) for name in ("FSTRING_START", "TSTRING_START"))
_CLOSING = frozenset(getattr(token, name, -1) for name in ("FSTRING_END", "TSTRING_END"))
# For code that Python cannot read. Every alternative takes at least one character, and an open string ends by itself.
_ROUGHLY = re.compile(
    r"(?P<string>'''(?s:.)*?(?:'''|\Z)|\"\"\"(?s:.)*?(?:\"\"\"|\Z)"
    r"|'(?:\\.|[^'\\\n])*'?|\"(?:\\.|[^\"\\\n])*\"?)"
    r"|(?P<comment>#[^\n]*)|(?P<number>\d[\w.]*)|(?P<name>\w+)"
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
    code = code[:MAX_CODE]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Python warns of a number that runs into a word
            return tuple(_read(code))
    except (SyntaxError, tokenize.TokenError, ValueError):
        return tuple(_read_roughly(code))


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
    """Position and value of those that stand for all: the least of each window, and one that was chosen stays.

    Of equal values the last one of a window is chosen, but none anew while the earlier choice is in the window; this is
    what the paper calls robust winnowing.
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
    """Every gram of what all students were given, or may be expected to write: it tells nothing about a pair."""
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


def similar_pairs(submissions: Mapping[str, frozenset[int]]) -> tuple[Pair, ...]:
    """The pairs with at least MIN_SHARED common fingerprints that are more than MIN_SHARE of one of the two.

    Args:
        submissions: Fingerprints by student.

    Returns:
        The most alike first.
    """
    students = sorted(submissions)
    holders: defaultdict[int, list[int]] = defaultdict(list)
    for index, student in enumerate(students):
        for value in submissions[student]:
            holders[value].append(index)
    common = max(COMMON_AT_LEAST, int(COMMON_SHARE * len(students)))
    sizes, shared = Counter[int](), Counter[tuple[int, int]]()
    for who in holders.values():
        if len(who) <= common:
            sizes.update(who)
            shared.update(combinations(who, 2))
    pairs = [
        Pair(students[a], students[b], count, count / min(sizes[a], sizes[b]))
        for (a, b), count in shared.items()
        if count >= MIN_SHARED and count > MIN_SHARE * min(sizes[a], sizes[b])
    ]
    return tuple(sorted(pairs, key=lambda pair: (-pair.share, -pair.shared, pair.one, pair.other)))


def _read(code: str) -> Iterable[str]:
    depth = 0
    for kind, text, *_where in tokenize.generate_tokens(io.StringIO(code).readline):
        if kind in _CLOSING:
            depth -= 1
        elif kind in _OPENING:
            depth += 1
            if depth == 1:
                yield "s"
        elif depth or kind in _LAYOUT:
            continue
        elif kind == token.NAME:
            yield text if keyword.iskeyword(text) else "n"
        elif kind == token.STRING:
            yield "s"
        elif text.strip():
            yield text


def _read_roughly(code: str) -> Iterable[str]:
    for match in _ROUGHLY.finditer(code):
        text = match.group()
        if match.lastgroup == "name":
            # A string's prefix is a name here; the string follows it.
            if not (text.lower() in _PREFIXES and code[match.end() : match.end() + 1] in ("'", '"')):
                yield text if keyword.iskeyword(text) else "n"
        elif match.lastgroup == "string":
            yield "s"
        elif match.lastgroup != "comment":
            yield text


_PREFIXES = frozenset({"r", "u", "b", "f", "t", "br", "rb", "fr", "rf", "tr", "rt"})
