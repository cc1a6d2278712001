"""What is wrong first about an answer: its shape, its values, its types."""

from typing import Any

import numpy as np

from autograder.lab.answers import as_array, whatever_as_array
from autograder.lab.brief import brief
from autograder.reasons import Reason, Why, because

ATOL = 1e-4


def first_difference(answer: Any, expected: Any, *, are_pixels: bool = False) -> tuple[Reason, ...]:
    """Shape before values: what is wrong first, and details; nothing if they agree.

    Whole numbers agree exactly, and a float agrees with the expected value within `ATOL`, however that is written: 1
    and 1.0 are the same. Pixels, of dtype uint8, may be off by one, as in a hidden experiment.
    """
    short = brief(answer, typed=False), brief(expected, typed=False)  # a dtype that counts is `other_type`'s
    different = because(Why.DIFFERENT, got=short[0], expected=short[1])
    if _is_table(answer) or _is_table(expected):
        if _same(answer, expected):
            return ()
        return _cells(answer, expected) if short[0] == short[1] else (different,)
    got, wanted = as_array(answer), whatever_as_array(expected)
    if got is None or wanted is None:
        return () if _same(answer, expected) else (different,)
    if got.shape == wanted.shape == () and (got.dtype == bool) != (wanted.dtype == bool):
        return (different,)  # True is not a number, although numpy counts it as one
    if got.shape != wanted.shape:
        return different, because(Why.SHAPES, got=str(got.shape), expected=str(wanted.shape))
    if are_pixels or wanted.dtype == np.uint8:
        off = ~(np.abs(got.astype(float) - wanted.astype(float)) <= 1)
    elif wanted.dtype.kind == "b" or (wanted.dtype.kind in "iu" and got.dtype.kind in "biu"):
        off = got != wanted
    else:  # as in a hidden experiment, NaN and infinity agree with nothing, not even with themselves
        off = ~_close(got.astype(float), wanted.astype(float))
    if not off.any():
        return ()
    where = tuple(int(i) for i in np.argwhere(off)[0])
    if not where:
        return (different,)
    first = because(Why.FIRST_DIFFERENCE, where=str(list(where)), **_numbers(got[where], wanted[where]))
    return different, first, because(Why.SHARE, wrong=int(off.sum()), all=off.size)


def _close(got: Any, wanted: Any) -> Any:
    return np.isfinite(wanted) & np.isclose(got, wanted, rtol=ATOL, atol=ATOL)


def _same(answer: Any, expected: Any) -> bool:
    """Whether answers that are not arrays of numbers agree, item by item if they have items."""
    if isinstance(answer, (list, tuple)) and isinstance(expected, (list, tuple)):
        return len(answer) == len(expected) and all(
            not first_difference(got, wanted) for got, wanted in zip(answer, expected, strict=True)
        )
    if isinstance(answer, dict) and isinstance(expected, dict):
        return answer.keys() == expected.keys() and all(
            not first_difference(answer[key], expected[key]) for key in expected
        )
    if isinstance(answer, str) and isinstance(expected, str):
        return str(answer) == str(expected)
    if isinstance(answer, (set, frozenset)) and isinstance(expected, (set, frozenset)):
        return set(answer) == set(expected)
    if type(answer) is not type(expected):
        return False
    try:
        return bool(_whole_equality(answer)(expected))
    except Exception:  # a student's class
        return False


def _is_table(value: Any) -> bool:
    """Whether it is a table with named columns or rows, such as pandas's: its names count too."""
    return hasattr(type(value), "equals") and hasattr(type(value), "__array__")


def _cells(answer: Any, expected: Any) -> tuple[Reason, ...]:
    """Tables that look alike in short form: their shapes, or the first cell that differs."""
    got, wanted = np.asarray(answer, object), np.asarray(expected, object)
    shapes = because(Why.DIFFERENT, got=str(got.shape), expected=str(wanted.shape))
    if got.shape != wanted.shape:
        return (shapes,)
    off = [place for place in np.ndindex(*got.shape) if repr(got[place]) != repr(wanted[place])]
    if not off:
        return shapes, because(Why.LABELS)
    cells = {"got": repr(got[off[0]])[:80], "expected": repr(wanted[off[0]])[:80]}
    return shapes, because(Why.FIRST_DIFFERENCE, where=str(list(off[0])), **cells)


def _whole_equality(table: Any) -> Any:
    """How to get one truth value for all of a value: a pandas table compares cell by cell with `==`."""
    return getattr(table, "equals", None) or table.__eq__


def _numbers(got: Any, expected: Any) -> dict[str, str]:
    """Both numbers in short form, unless that would make them look the same."""
    texts = {"got": f"{got.item():.6g}", "expected": f"{expected.item():.6g}"}
    return texts if texts["got"] != texts["expected"] else {"got": str(got), "expected": str(expected)}


def other_type(answer: Any, dtype: str | None, form: str | None) -> Reason | None:
    """What is wrong with the type of an answer whose values are right, or None."""
    found = np.asarray(answer).dtype if dtype is not None else None
    if dtype not in (None, "integer") and isinstance(answer, (list, tuple)):
        return because(Why.SEQUENCE_FOR_ARRAY, got=type(answer).__name__, expected=str(dtype))
    if dtype == "integer" and found is not None:
        if not np.issubdtype(found, np.integer):
            return because(Why.NOT_WHOLE, got=type_of(answer))
    elif dtype is not None and str(found) != dtype:
        return because(Why.OTHER_DTYPE, got=str(found), expected=dtype)
    if form is not None and type_of(answer) != form:
        return because(Why.OTHER_KIND, got=type_of(answer), expected=form)
    return None


def both_types(answer: Any, dtype: str | None, form: str | None) -> tuple[str, str]:
    """The type that an answer has and the expected one, in a word each."""
    if form is not None or dtype == "integer":
        return type_of(answer), form or "int"
    if isinstance(answer, (list, tuple)):
        return type(answer).__name__, str(dtype)
    return str(np.asarray(answer).dtype), str(dtype)


def type_of(answer: Any) -> str:
    """Types as `form=` names them, such as "tuple[int, int]"."""
    from autograder.lab.experiment import form_or_name  # as an experiment records it

    return str(next(iter(form_or_name(answer).values())))
