"""What is wrong first about an answer: its shape, its values, its types."""

from typing import Any

import numpy as np

from autograder.lab.answers import as_array, whatever_as_array
from autograder.lab.brief import brief
from autograder.language import _

ATOL = 1e-4


def first_difference(answer: Any, expected: Any, *, are_pixels: bool = False) -> str | None:
    """Shape before values: the first thing that is wrong, or None.

    Whole numbers agree exactly, and a float agrees with what is due within `ATOL`, however that is written: 1 is due
    where 1.0 is. Pixels, of dtype uint8, may be one off, as in a hidden experiment.
    """
    lines = [
        _("got:      {got}").format(got=brief(answer, typed=False)),  # a dtype that counts has a sentence below
        _("expected: {expected}").format(expected=brief(expected, typed=False)),
    ]
    if _is_table(answer) or _is_table(expected):
        if _same(answer, expected):
            return None
        look_alike = brief(answer, typed=False) == brief(expected, typed=False)
        return "\n".join(_cells(answer, expected) if look_alike else lines)
    got, wanted = as_array(answer), whatever_as_array(expected)
    if got is None or wanted is None:
        return None if _same(answer, expected) else "\n".join(lines)
    if got.shape == wanted.shape == () and (got.dtype == bool) != (wanted.dtype == bool):
        return "\n".join(lines)  # True is no number, although numpy counts it as one
    if got.shape != wanted.shape:
        shapes = _("the shape is {got}, and {expected} was expected").format(got=got.shape, expected=wanted.shape)
        return "\n".join([*lines, shapes])
    if are_pixels or wanted.dtype == np.uint8:
        off = ~(np.abs(got.astype(float) - wanted.astype(float)) <= 1)
    elif wanted.dtype.kind == "b" or (wanted.dtype.kind in "iu" and got.dtype.kind in "biu"):
        off = got != wanted
    else:  # as in a hidden experiment, NaN and infinity agree with nothing, not even with themselves
        off = ~_close(got.astype(float), wanted.astype(float))
    if off.any():
        where = tuple(int(i) for i in np.argwhere(off)[0])
        if not where:
            return "\n".join(lines)
        first = _("first difference at {where}: got {got}, expected {expected}").format(
            where=list(where), **_numbers(got[where], wanted[where])
        )
        count = _("{wrong} of {all} values differ").format(wrong=int(off.sum()), all=off.size)
        return "\n".join([*lines, first, count])
    return None


def _close(got: Any, wanted: Any) -> Any:
    return np.isfinite(wanted) & np.isclose(got, wanted, rtol=ATOL, atol=ATOL)


def _same(answer: Any, expected: Any) -> bool:
    """Whether answers that are no arrays of numbers agree, item by item where they have items."""
    if isinstance(answer, (list, tuple)) and isinstance(expected, (list, tuple)):
        return len(answer) == len(expected) and all(
            first_difference(got, wanted) is None for got, wanted in zip(answer, expected, strict=True)
        )
    if isinstance(answer, dict) and isinstance(expected, dict):
        return answer.keys() == expected.keys() and all(
            first_difference(answer[key], expected[key]) is None for key in expected
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
    """Whether it is a table with named columns or rows, such as pandas's: its names count, too."""
    return hasattr(type(value), "equals") and hasattr(type(value), "__array__")


def _cells(answer: Any, expected: Any) -> list[str]:
    """Tables that look alike in short: their shapes, or the first cell that is another."""
    got, wanted = np.asarray(answer, object), np.asarray(expected, object)
    lines = [_("got:      {got}").format(got=got.shape), _("expected: {expected}").format(expected=wanted.shape)]
    if got.shape == wanted.shape:
        off = [place for place in np.ndindex(*got.shape) if repr(got[place]) != repr(wanted[place])]
        if not off:
            return [*lines, _("the values are the same; the names of rows and columns or the types are not")]
        first = _("first difference at {where}: got {got}, expected {expected}")
        where = list(off[0])
        return [*lines, first.format(where=where, got=repr(got[off[0]])[:80], expected=repr(wanted[off[0]])[:80])]
    return lines


def _whole_equality(table: Any) -> Any:
    """How to ask for one truth about all of a value: a table, such as pandas has, compares cell by cell with `==`."""
    return getattr(table, "equals", None) or table.__eq__


def _numbers(got: Any, expected: Any) -> dict[str, str]:
    """Both numbers as short as a reader likes them, unless that would make them look the same."""
    texts = {"got": f"{got.item():.6g}", "expected": f"{expected.item():.6g}"}
    return texts if texts["got"] != texts["expected"] else {"got": str(got), "expected": str(expected)}


def other_type(answer: Any, dtype: str | None, form: str | None) -> str | None:
    """What is wrong with the type of an answer whose values are right, or None."""
    found = np.asarray(answer).dtype if dtype is not None else None
    if dtype not in (None, "integer") and isinstance(answer, (list, tuple)):
        return _("the values are right, the type is {got}, and an array of {expected} was expected").format(
            got=type(answer).__name__, expected=dtype
        )
    if dtype == "integer" and found is not None:
        if not np.issubdtype(found, np.integer):
            return _("the values are right, their type is {got}, and whole numbers (int) were expected").format(
                got=type_of(answer)
            )
    elif dtype is not None and str(found) != dtype:
        return _("the values are right, the dtype is {got}, and {expected} was expected").format(
            got=found, expected=dtype
        )
    if form is not None and type_of(answer) != form:
        return _("the values are right, the type is {got}, and {expected} was expected").format(
            got=type_of(answer), expected=form
        )
    return None


def both_types(answer: Any, dtype: str | None, form: str | None) -> tuple[str, str]:
    """The type that an answer has and the one that is due, in a word each."""
    if form is not None or dtype == "integer":
        return type_of(answer), form or "int"
    if isinstance(answer, (list, tuple)):
        return type(answer).__name__, str(dtype)
    return str(np.asarray(answer).dtype), str(dtype)


def type_of(answer: Any) -> str:
    """Types as `form=` names them, such as "tuple[int, int]"."""
    from autograder.lab.experiment import form_or_name  # as an experiment tells it

    return str(next(iter(form_or_name(answer).values())))
