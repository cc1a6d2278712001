"""The catalogue of an assignment: its named wrong answers, and right answers written in other ways.

A course keeps them as plain functions in `solutions/<assignment>/<exercise>.py`, each under a decorator of this module:

    @misconception("2x2 default")
    def averages(x, pool_size=2, strides=None, padding="valid"):
        '''The sentence that a student reads who answers like this.'''

The exercise comes from the file's name, and the answer's name is the function's: this one's id is
`max_pool2d/averages`. What several exercises share is in other files next to theirs, `from .windows import ...`. The
decorators only attach a record to the function, so nothing is registered anywhere else.
"""

import ast
import importlib
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

from autograder.errors import CourseError
from autograder.parsing import syntax_tree

Function = Callable[..., Any]
Decorated = TypeVar("Decorated", bound=Function)

COMMON_FACETS = ("first", "last", "all", "errors")
"""What a misconception common to all exercises must lose: their first, last or every facet, or that of the errors."""

_RECORD = "__catalogued__"


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer to one exercise.

    Attributes:
        exercise: Name of the solution cell.
        name: Of the function.
        replaces: Global name that it replaces.
        sentence: Its docstring.
        function: The answer itself.
    """

    exercise: str
    name: str
    replaces: str
    sentence: str
    function: Function

    @property
    def id(self) -> str:
        """What the course calls it everywhere, such as `conv2d/flips_the_kernel`."""
        return f"{self.exercise}/{self.name}"


@dataclass(frozen=True, slots=True)
class Misconception(Answer):
    """A wrong answer; its sentence is for the student.

    Attributes:
        facets: Those that it must lose.
        rare: Whether a visible check names only other misconceptions that begin with the same answer.
    """

    facets: tuple[str, ...]
    rare: bool


@dataclass(frozen=True, slots=True)
class Variant(Answer):
    """A right answer written differently: it must get full marks. Its sentence says what differs."""


@dataclass(frozen=True, slots=True)
class Common:
    """A wrong answer that any function can give; `function` makes it from the right one."""

    name: str
    facet: str  # one of COMMON_FACETS
    sentence: str  # for the student
    function: Callable[[Function], Function]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What some files contain, in their order.

    Attributes:
        files: The files.
        misconceptions: Wrong answers to their exercises.
        variants: Right ones.
        commons: Wrong answers to any exercise.
    """

    files: tuple[Path, ...] = ()
    misconceptions: tuple[Misconception, ...] = ()
    variants: tuple[Variant, ...] = ()
    commons: tuple[Common, ...] = ()

    @property
    def answers(self) -> tuple[Answer, ...]:
        """The wrong ones and the right ones."""
        return *self.misconceptions, *self.variants


def misconception(*facets: str, replaces: str = "", rare: bool = False) -> Callable[[Decorated], Decorated]:
    """Mark a function as a named wrong answer; its docstring is the sentence for the student.

    Args:
        *facets: The facet or facets that it must lose.
        replaces: The name that it replaces, by default the exercise's.
        rare: If another misconception begins with the same answer to the visible check, the check names only that
            one.

    Raises:
        CourseError: A facet is missing, or the docstring is.
    """

    def mark(function: Decorated) -> Decorated:
        if not facets or not all(isinstance(name, str) and name for name in facets):
            raise _wrong(function, "names no facet that it must lose", expected="the name of a facet", got=repr(facets))
        return _attach(function, Misconception(*_answer(function, replaces), facets, rare))

    return mark


def variant(*, replaces: str = "") -> Callable[[Decorated], Decorated]:
    """Mark a function as a right answer written in another way; its docstring says what differs.

    Args:
        replaces: The name that it replaces, by default the exercise's.

    Raises:
        CourseError: The docstring is missing.
    """

    def mark(function: Decorated) -> Decorated:
        return _attach(function, Variant(*_answer(function, replaces)))

    return mark


def common(facet: str) -> Callable[[Decorated], Decorated]:
    """Mark a function that turns a right answer, whichever it is, into a wrong one.

    Args:
        facet: One of `COMMON_FACETS`.

    Raises:
        CourseError: The facet is unknown, or the docstring is missing.
    """

    def mark(function: Decorated) -> Decorated:
        if facet not in COMMON_FACETS:
            raise _wrong(
                function, "must lose a facet that is unknown", expected=", ".join(COMMON_FACETS), got=repr(facet)
            )
        return _attach(function, Common(function.__name__, facet, _sentence(function), function))

    return mark


def placed(facets: Iterable[str], names: Sequence[str]) -> tuple[str, ...]:
    """The facets that a misconception must lose; a common one names them by their place.

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


def load(*paths: Path) -> Catalogue:
    """Read the files of an assignment's exercises, and that of the common misconceptions.

    Args:
        *paths: Python files of the course.

    Returns:
        Their records in the order of the files.

    Raises:
        CourseError: A file cannot be read or run, or a name stands for two things.
    """
    records: list[Any] = []
    for path in paths:
        # Of two functions with one name only the second would be seen: a misconception would vanish silently.
        _refuse_twice(path, _defined(path))
        records += [found for value in _run(path) if (found := getattr(value, _RECORD, None)) is not None]
    commons = tuple(record for record in records if isinstance(record, Common))
    for record in records:
        if not isinstance(record, Common) and record.name in {one.name for one in commons}:
            raise _wrong(record.function, "has a common misconception's name", expected="its own", got=record.name)
    return Catalogue(
        paths,
        tuple(record for record in records if isinstance(record, Misconception)),
        tuple(record for record in records if isinstance(record, Variant)),
        commons,
    )


def whole_text(path: Path) -> str:
    """A file's source, with imports from neighbouring files replaced by the source of those files."""
    return _whole_text(path, set())


def _whole_text(path: Path, before: set[Path]) -> str:
    before.add(path)
    text = path.read_text(encoding="utf-8")
    lines = text.split("\n")
    for node in syntax_tree(text).body:
        if isinstance(node, ast.ImportFrom) and node.level:
            beside = path.with_name(f"{node.module}.py")
            imported = "" if beside in before else _whole_text(beside, before)
            lines[node.lineno - 1 : node.end_lineno] = [imported] + [""] * ((node.end_lineno or 0) - node.lineno)
    return "\n".join(lines)


def _defined(path: Path) -> list[str]:
    """The names that a file defines, and the files of its folder that it imports from."""
    try:
        body = syntax_tree(whole_text(path)).body
    except (OSError, SyntaxError, ValueError) as error:
        raise _unusable(path, error) from error
    names = []
    for node in body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            names.append(node.name)
        elif isinstance(node, ast.Assign):
            parts = [part for target in node.targets for part in ast.walk(target)]
            names += [part.id for part in parts if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)]
    return names


def _run(path: Path) -> list[Any]:
    """Import the file, with its folder as a temporary package, and return what the file itself defines, in order."""
    package = ModuleType(f"_catalogue_{path.parent.name}")
    package.__path__ = [str(path.parent)]
    name = f"{package.__name__}.{path.stem}"
    sys.modules[package.__name__] = package
    importlib.invalidate_caches()
    try:
        module = importlib.import_module(name)
    except CourseError:
        raise
    except Exception as error:
        raise _unusable(path, error) from error
    finally:
        for left in [known for known in sys.modules if known.partition(".")[0] == package.__name__]:
            del sys.modules[left]
    return [value for value in vars(module).values() if getattr(value, "__module__", None) == name]


def _answer(function: Function, replaces: str) -> tuple[str, str, str, str, Function]:
    """What an `Answer` consists of; the exercise is named like the file."""
    exercise = function.__module__.rpartition(".")[2]
    return exercise, function.__name__, replaces or exercise, _sentence(function), function


def _attach(function: Decorated, record: Answer | Common) -> Decorated:
    if hasattr(function, _RECORD):
        raise _wrong(function, "is catalogued twice", expected="one decorator", got="a second one")
    setattr(function, _RECORD, record)
    return function


def _sentence(function: Function) -> str:
    sentence = " ".join((function.__doc__ or "").split())
    if not sentence:
        raise _wrong(function, "has no docstring", expected="one sentence", got="none")
    return sentence


def _wrong(function: Function, what: str, *, expected: str, got: str) -> CourseError:
    place = f"{function.__code__.co_filename}:{function.__code__.co_firstlineno}"
    return CourseError(
        f"{place}: {function.__name__} {what}.", expected=expected, got=got, next_step="correct the decorated function"
    )


def _unusable(path: Path, error: Exception) -> CourseError:
    return CourseError(
        f"{path} cannot be read as a catalogue.",
        expected="a Python file that runs",
        got=f"{type(error).__name__}: {error}",
        next_step=f"correct {path}",
    )


def _refuse_twice(path: Path, names: Iterable[str]) -> None:
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise CourseError(
            f"{path} uses {twice[0]} more than once.",
            expected="each once, here and in the files that it imports from",
            got=f"twice: {', '.join(twice)}",
            next_step="give one of them another",
        )
