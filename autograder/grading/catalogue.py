"""The catalogue of an assignment: its named wrong answers, and right answers written in other ways.

A course keeps them as plain functions in `solutions/`, each under a decorator of this module:

    @misconception("M063", exercise="max_pool2d", facet="2x2 default")
    def averages(x, pool_size=2, strides=None, padding="valid"):
        '''The sentence that a student reads who answers like this.'''

`load` reads such a file. The decorators only attach a record to the function, so nothing is registered anywhere else.
"""

import ast
import importlib.util
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from autograder.errors import CourseError
from autograder.parsing import syntax_tree

Function = Callable[..., Any]
Decorated = TypeVar("Decorated", bound=Function)

COMMON_FACETS = ("first", "last", "all", "errors")
"""What a misconception common to all exercises must lose: their first, last or every facet, or that of the errors."""

_NUMBER = re.compile(r"[A-Z]{1,2}[0-9]{2,3}[a-z]?")
_RECORD = "__catalogued__"


@dataclass(frozen=True, slots=True)
class Misconception:
    """A named wrong answer to one exercise."""

    number: str
    exercise: str  # name of the solution cell
    replaces: str  # global name under which the wrong answer is put
    facets: tuple[str, ...]  # those that it must lose
    sentence: str  # for the student
    function: Function
    name: str


@dataclass(frozen=True, slots=True)
class Variant:
    """A right answer written in another way: it must get full marks."""

    number: str
    exercise: str  # name of the solution cell
    replaces: str  # global name under which it is put
    sentence: str  # what differs
    function: Function
    name: str


@dataclass(frozen=True, slots=True)
class Common:
    """A wrong answer that any function can give; `function` makes it from the right one."""

    number: str
    facet: str  # one of COMMON_FACETS
    sentence: str  # for the student
    function: Callable[[Function], Function]
    name: str


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What one file holds, in the order in which it stands there."""

    misconceptions: tuple[Misconception, ...]
    variants: tuple[Variant, ...]
    commons: tuple[Common, ...]


def misconception(
    number: str, *, exercise: str, facet: str | tuple[str, ...], replaces: str = ""
) -> Callable[[Decorated], Decorated]:
    """Mark a function as a named wrong answer; its docstring is the sentence for the student.

    Args:
        number: Such as "M001"; unique within the exercise.
        exercise: Name of the exercise's solution cell.
        facet: The facet or facets that it must lose.
        replaces: The name that it takes the place of, by default the exercise's.

    Raises:
        CourseError: The number has another form, a facet is missing, or the docstring is.
    """

    def mark(function: Decorated) -> Decorated:
        facets = (facet,) if isinstance(facet, str) else tuple(facet)
        if not facets or not all(isinstance(name, str) and name for name in facets):
            raise _wrong(function, "names no facet that it must lose", expected="the name of a facet", got=repr(facet))
        return _attach(
            function,
            Misconception(
                _checked(function, number),
                exercise,
                replaces or exercise,
                facets,
                _sentence(function),
                function,
                function.__name__,
            ),
        )

    return mark


def variant(number: str, *, exercise: str, replaces: str = "") -> Callable[[Decorated], Decorated]:
    """Mark a function as a right answer written in another way; its docstring says what differs.

    Args:
        number: Such as "V01", or "V02a" for one of several forms; unique within the exercise.
        exercise: Name of the exercise's solution cell.
        replaces: The name that it takes the place of, by default the exercise's.

    Raises:
        CourseError: The number has another form, or the docstring is missing.
    """

    def mark(function: Decorated) -> Decorated:
        number_, sentence = _checked(function, number), _sentence(function)
        return _attach(
            function, Variant(number_, exercise, replaces or exercise, sentence, function, function.__name__)
        )

    return mark


def common(number: str, *, facet: str) -> Callable[[Decorated], Decorated]:
    """Mark a function that turns a right answer, whichever it is, into a wrong one.

    Args:
        number: Such as "M342".
        facet: One of `COMMON_FACETS`.

    Raises:
        CourseError: The number has another form, the facet is unknown, or the docstring is missing.
    """

    def mark(function: Decorated) -> Decorated:
        if facet not in COMMON_FACETS:
            raise _wrong(
                function, "must lose a facet that is unknown", expected=", ".join(COMMON_FACETS), got=repr(facet)
            )
        return _attach(
            function, Common(_checked(function, number), facet, _sentence(function), function, function.__name__)
        )

    return mark


def placed(facets: Iterable[str], names: Sequence[str]) -> tuple[str, ...]:
    """The facets that a misconception must lose, where a common one names them by their place.

    Args:
        facets: Names, or some of `COMMON_FACETS`.
        names: The exercise's facets in order.
    """
    places: Mapping[str, Sequence[str]] = {
        "first": names[:1],
        "last": names[-1:],
        "all": names,
        "errors": [name for name in names if "errors" in name],
    }
    return tuple(name for facet in facets for name in ((facet,) if facet in names else places.get(facet, (facet,))))


def load(path: Path) -> Catalogue:
    """Read a file of misconceptions, variants or common misconceptions.

    Args:
        path: A Python file of the course.

    Returns:
        Its records in the order of the file.

    Raises:
        CourseError: The file cannot be read or run, defines a name twice, or uses a number twice for one exercise.
    """
    try:
        source = path.read_text(encoding="utf-8")
        defined = [node.name for node in syntax_tree(source).body if isinstance(node, ast.FunctionDef)]
    except (OSError, SyntaxError, ValueError) as error:
        raise _unusable(path, error) from error
    # Of two functions with one name only the second would be seen: a misconception would vanish without a word.
    _refuse_twice(path, "the function", defined)
    records = [found for value in _run(path) if (found := getattr(value, _RECORD, None)) is not None]
    catalogue = Catalogue(
        tuple(record for record in records if isinstance(record, Misconception)),
        tuple(record for record in records if isinstance(record, Variant)),
        tuple(record for record in records if isinstance(record, Common)),
    )
    for group in (catalogue.misconceptions, catalogue.variants):
        _refuse_twice(path, "the number", [f"{record.number} of {record.exercise}" for record in group])
    _refuse_twice(path, "the number", [record.number for record in catalogue.commons])
    return catalogue


def _run(path: Path) -> list[Any]:
    """Run the file as a module and return what it defines itself, in order."""
    name = f"_catalogue_{path.parent.name}_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise _unusable(path, ImportError("not a Python file"))
    module = importlib.util.module_from_spec(spec)
    earlier = sys.modules.get(name)
    sys.modules[name] = module  # a dataclass in the file looks its own module up
    try:
        spec.loader.exec_module(module)
    except CourseError:
        raise
    except Exception as error:
        raise _unusable(path, error) from error
    finally:
        if earlier is None:
            sys.modules.pop(name, None)
        else:
            sys.modules[name] = earlier
    return [value for value in vars(module).values() if getattr(value, "__module__", None) == name]


def _attach(function: Decorated, record: Misconception | Variant | Common) -> Decorated:
    if hasattr(function, _RECORD):
        raise _wrong(function, "is catalogued twice", expected="one decorator", got="a second one")
    setattr(function, _RECORD, record)
    return function


def _checked(function: Function, number: str) -> str:
    if not _NUMBER.fullmatch(number):
        raise _wrong(function, "has no proper number", expected="such as M001, MA01 or V02a", got=repr(number))
    return number


def _sentence(function: Function) -> str:
    sentence = " ".join((function.__doc__ or "").split())
    if not sentence:
        raise _wrong(function, "has no docstring", expected="one sentence", got="none")
    return sentence


def _wrong(function: Function, what: str, *, expected: str, got: str) -> CourseError:
    place = f"{function.__code__.co_filename}:{function.__code__.co_firstlineno}"
    return CourseError(
        f"{place}: {function.__name__} {what}.", expected=expected, got=got, next_step="mend the decorated function"
    )


def _unusable(path: Path, error: Exception) -> CourseError:
    return CourseError(
        f"{path} cannot be read as a catalogue.",
        expected="a Python file that runs",
        got=f"{type(error).__name__}: {error}",
        next_step=f"python {path}",
    )


def _refuse_twice(path: Path, what: str, names: Iterable[str]) -> None:
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise CourseError(
            f"{path} uses {what} {twice[0]} more than once.",
            expected="each once",
            got=f"twice: {', '.join(twice)}",
            next_step="give one of them another",
        )
