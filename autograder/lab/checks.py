"""The visible check: a student's function on an example whose right answer may be seen.

    check(max_pool2d, image, expected=[[5, 7], [6, 1]])
    check(conv_output_shape, (4, 4, 1), 1, 5, raises=ValueError)

A right answer prints one line. A wrong one says which call, what came back, what was expected, the first position where
they differ, and a likely cause, and draws images and feature maps side by side. Then it raises `CheckFailed`, which
shows no traceback: the reader's mistake is in the cell above, not in the check.
"""

import contextlib
import inspect
import re
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import FrameType
from typing import Any

import numpy as np

from autograder.errors import near
from autograder.ipython_exit import without_exit
from autograder.lab import companion
from autograder.lab.answers import as_array, as_lists, digest, holds_numbers, plain, rounded
from autograder.lab.brief import argument, brief, brief_error, call_text, lasting
from autograder.lab.differences import both_types, first_difference, other_type, type_of
from autograder.lab.plainly import frames_of_notebook, line_of
from autograder.lab.session import Session, State
from autograder.lab.surroundings import as_promised
from autograder.language import _
from autograder.reasons import Fact, Failure, Reason, Why, because
from autograder.words import in_words, lines

CAUSES_FILE = companion.LIKELY_CAUSES
"""Next to the released notebook: digests of wrong answers to the visible examples, each with its sentence."""
WORTH_ASKING_AGAIN_S = 2.0
"""Seconds that a wrong answer may have taken for the function to be called once more."""
LARGEST_SHOWN_INPUT = 36
"""Values of a one-channel input that is shown in full next to a wrong answer."""
LARGEST_EXAMPLE = 600
"""Values of a wrong answer that is kept to be drawn on a feedback page."""


class CheckFailed(AssertionError):
    """The answer to a visible example is not right yet.

    Args:
        failure: What is wrong.
    """

    def __init__(self, failure: Failure) -> None:
        self.failure = failure
        super().__init__(failure)

    def __str__(self) -> str:
        return "\n".join(lines(self.failure))

    def _render_traceback_(self) -> list[str]:
        return [f"✘ {self}"]


class NotStarted(NotImplementedError):
    """What the stub of an exercise raises: one line instead of a traceback, wherever the function is called.

    Args:
        exercise: The exercise's name.
    """

    def __init__(self, exercise: str) -> None:
        self.exercise = exercise
        self.failure = Failure("", because(Why.UNTOUCHED, exercise=exercise))
        super().__init__(in_words(self.failure.reason))

    def _render_traceback_(self) -> list[str]:
        return [f"✎ {self}"]


@dataclass(frozen=True, slots=True)
class _Due:
    """What is due, as `Check` is told."""

    expected: Any
    raises: type[Exception] | None
    dtype: str | None
    form: str | None


class Check:
    """Compares a student's answers with the visible examples; `check` is its one instance."""

    def __init__(self) -> None:
        self._record: list[tuple[str, bool]] | None = None
        self._examples: list[dict[str, Any]] | None = None
        self.session = Session()

    def __call__(
        self,
        function: Callable[..., Any],
        *args: Any,
        expected: Any = None,
        raises: type[Exception] | None = None,
        dtype: Any = None,
        form: str | None = None,
        **kwargs: Any,
    ) -> None:
        """Call `function(*args, **kwargs)` and compare what comes back.

        Numbers agree whatever their types are, as in a hidden experiment's `observe`. Where an experiment also looks
        at types, for example with `observe.form`, a check asks for them by `dtype` or `form`, and otherwise not.

        Args:
            function: The student's function.
            *args: Its arguments; it gets copies.
            expected: The right answer: numbers, tuples, lists or arrays. Integers agree exactly, floats within 1e-4,
                NaN and infinity with nothing. With dtype="uint8", pixels may be off by one.
            raises: The exception that is expected instead of an answer.
            dtype: The dtype that the answer must have, such as "float32", or "integer" for whole numbers of any
                kind; any if None.
            form: The Python types that the answer must have, such as "tuple[int, int]"; any if None.
            **kwargs: Its keyword arguments.

        Raises:
            CheckFailed: The answer is not right; the message says where and how.
        """
        asker = sys._getframe(1)
        due = _Due(expected, raises, None if dtype is None else str(dtype), form)
        with as_promised(for_check=True):
            self._check(function, args, kwargs, due, asker)

    def _check(
        self,
        function: Callable[..., Any],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        due: "_Due",
        asker: FrameType,
    ) -> None:
        text = call_text(function, args, kwargs)
        key = digest((getattr(function, "__name__", "?"), plain(args), plain(kwargs)))
        noted = None if self._record is not None else self.session.begin(getattr(function, "__name__", "?"))
        began = time.monotonic()
        asked = _ask(function, args, kwargs, raises=due.raises, asker=asker)
        answer, problem = asked.answer, asked.reason
        if problem is not None and problem.kind is Why.STOPPED and self._record is not None:
            raise KeyboardInterrupt  # nobody reads it: whoever stopped the recording wants it to end
        compared = problem is None and due.raises is None
        different = first_difference(answer, due.expected, are_pixels=due.dtype == "uint8") if compared else ()
        odd_type = other_type(answer, due.dtype, due.form) if compared and not different else None
        right = problem is None and not different and odd_type is None
        said = plain(answer) if problem is None else asked.known_as()
        got = digest((key, said, type_of(answer)) if odd_type is not None else (key, said))
        inputs = _small_inputs(function, args, kwargs)
        if self._record is not None:
            self._record.append((got, right))
            came = problem is None or problem.kind is Why.ANSWER_FOR_ERROR
            if self._examples is not None and not right and came:
                types = both_types(answer, due.dtype, due.form) if odd_type is not None else None
                self._examples.append({"call": lasting(text), **_example(answer, due, types, inputs)})
            return
        is_stub = problem is not None and problem.kind is Why.STUB
        if noted is not None:
            self.session.end(noted, State.PASSED if right else State.UNTRIED if is_stub else State.WRONG)
        if right:
            print(f"✔ {text}")
            return
        cause = _cause(got)
        if different and cause is None and time.monotonic() - began < WORTH_ASKING_AGAIN_S:
            cause = _unsteady(function, args, kwargs, answer)
        if compared and due.expected is None:
            reasons: tuple[Reason, ...] = (because(Why.NOTHING_DUE, got=brief(answer)),)
        elif problem is not None:
            reasons = (problem,)
        else:
            reasons = different or tuple(filter(None, [odd_type]))
            _draw(answer, due.expected, title=text, inputs=inputs)
        shown = [] if is_stub else _input_lines(inputs)
        raise CheckFailed(Failure(text, reasons[0], reasons[1:], tuple(shown), asked.place, cause))

    def choice(self, answers: Mapping[str, Any], letters: str = "abcd", several: Sequence[str] = ()) -> None:
        """Check only the form of choice answers; whether they are right is seen after grading.

        Args:
            answers: Name of each answer and what the student wrote there.
            letters: The letters that can be chosen.
            several: Names of the items that ask for all that apply.

        Raises:
            CheckFailed: An answer is missing or not a letter of the list.
        """
        noted = None if self._record is not None else self.session.begin("choice")
        untouched = all(answer is None or answer is ... for answer in answers.values())
        for name, answer in answers.items():
            problem = _problem_of_choice(name, answer, letters, several)
            if self._record is not None:
                self._record.append((digest(name), problem is None))  # a digest of the answer could be guessed
            elif problem is not None:
                if noted is not None:
                    self.session.end(noted, State.UNTRIED if untouched else State.WRONG)
                raise CheckFailed(Failure("", because(Why.OF_CHOICE, name=name, problem=problem)))
        if noted is not None:
            self.session.end(noted, State.FORMAL)
            print("✔ " + _("All answers have the right form; whether they are right, you see after grading."))

    @contextlib.contextmanager
    def recorded(self, examples: list[dict[str, Any]] | None = None) -> Iterator[list[tuple[str, bool]]]:
        """Within the block, record each answer's digest and whether it is right, instead of telling the student.

        Args:
            examples: Gets the call of each wrong answer, what came back and what was expected, as data for JSON.
        """
        record: list[tuple[str, bool]] = []
        self._record, self._examples = record, examples
        try:
            yield record
        finally:
            self._record = self._examples = None


check = Check()


def _problem_of_choice(name: str, answer: Any, letters: str, several: Sequence[str]) -> Reason | None:
    """What is wrong about the form of an answer, or None."""
    got = brief(answer)
    if answer is None or answer is ...:
        return because(Why.EMPTY)
    if not isinstance(answer, str):
        return because(Why.NOT_QUOTED, got=got)
    bare = _letters_alone(answer, letters)
    if bare != answer and len(bare) == 1:
        return because(Why.LETTER_ALONE, got=got, letter=bare)
    if bare not in ("", answer) and name in several:
        return because(Why.LETTERS_TOGETHER, got=got, letters=bare)
    if name not in several and len(answer) != 1:
        return because(Why.ONE_LETTER, got=got)
    if answer != answer.lower() and not set(answer.lower()) - set(letters):
        return because(Why.SMALL_LETTERS, got=got)
    if not answer or set(answer) - set(letters):
        return because(Why.OTHER_LETTERS, got=got, letters=", ".join(letters))
    if list(answer) != sorted(set(answer)):
        return because(Why.LETTERS_IN_ORDER, got=got)
    return None


def _no_function(given: Any) -> Reason:
    if not isinstance(given, str):
        return because(Why.NO_FUNCTION, value=brief(given))
    known = [name for exercise in companion.exercises() for name in (exercise.name, *exercise.names)]
    name = given if given in known else next(iter(near(given, known)), given if given.isidentifier() else "conv2d")
    return because(Why.NAME_IN_QUOTES, example=f"lab.check({name}, ...)")


_KEYS = {
    Why.RAISED_FOR_ANSWER: "it raised {error}, an answer was expected",
    Why.RAISED_IN_CHECK: "it raised {error}, an answer was expected",
    Why.RAISED_FOR_ERROR: "it raised {error}, {due} was expected",
    Why.NO_RETURN: "nothing came back (None): does the function end with a `return`?",
    Why.NONE: "nothing came back (None): does the function end with a `return`?",
    Why.ANSWER_FOR_ERROR: "got:      {got}",
}
"""How `likely_causes.json` names outcomes that are not answers: the words of the first release, in no language. They
stay as they are when a sentence is reworded, because students have that file."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a call gave.

    Attributes:
        answer: What came back, or None.
        reason: Why the answer need not be compared, or None.
        place: The line of the student's code that raised the exception.
        error: The exception in brief.
    """

    answer: Any = None
    reason: Reason | None = None
    place: Reason | None = None
    error: str = ""

    def known_as(self) -> str:
        """What an outcome that is not an answer has in common with others like it."""
        assert self.reason is not None
        facts = {**dict(self.reason.facts), "error": self.error}
        return lasting(_KEYS.get(self.reason.kind, self.reason.kind).format(**facts))


def _ask(
    function: Callable[..., Any],
    args: Any,
    kwargs: Mapping[str, Any],
    *,
    raises: type[Exception] | None,
    asker: FrameType,
) -> _Asked:
    """Call a function. `asker` is what called the check."""
    from autograder.lab.experiment import InputCalled, copies, without_input  # as an experiment does

    def where(error: BaseException) -> Reason | None:
        with contextlib.suppress(Exception):  # whatever a student's objects do
            return _where(error, function, asker.f_code.co_filename)
        return None

    if not callable(function):
        return _Asked(reason=_no_function(function))
    try:
        with without_input(), without_exit():
            answer = function(*copies(args), **copies(dict(kwargs)))
    except KeyboardInterrupt as error:
        return _Asked(None, because(Why.STOPPED), where(error))
    except SystemExit as error:
        return _Asked(None, because(Why.ENDS_PYTHON), where(error))
    except InputCalled as error:
        return _Asked(None, because(Why.CALLS_INPUT), where(error))
    except Exception as error:
        if raises is not None and isinstance(error, raises):
            return _Asked()
        if isinstance(error, NotImplementedError):
            missing = _of_a_stub(error, asker.f_code.co_filename)
            if missing is not None:
                return _Asked(None, missing, where(error) if missing.kind is not Why.STUB else None)
        in_brief, advice = brief_error(error), _advice(f"{error} {error.__cause__}")
        raised = _behind_a_wrapper(error) or in_brief
        if raises is not None:
            due = raises.__name__
            reason = because(Why.RAISED_FOR_ERROR, error=_without_full_stop(raised), due=due, advice=advice)
        elif _rose_in_the_check(error, function, asker):
            reason = because(Why.RAISED_IN_CHECK, error=raised, advice=advice)
        else:
            reason = because(Why.RAISED_FOR_ANSWER, error=_without_full_stop(raised), advice=advice)
        return _Asked(None, reason, where(error), in_brief)
    if raises is not None:
        return _Asked(answer, because(Why.ANSWER_FOR_ERROR, got=brief(answer), due=raises.__name__))
    if answer is None:  # a function of the check does return
        return _Asked(None, because(Why.NONE if _is_of_the_check(function, asker) else Why.NO_RETURN))
    return _Asked(answer)


def _is_of_the_check(function: Callable[..., Any], asker: FrameType) -> bool:
    """Whether it is a function in the check's own cell that calls one in another cell and looks at its answer."""
    own, file = inspect.unwrap(function), asker.f_code.co_filename
    code = getattr(own, "__code__", None)
    if code is None or code.co_filename != file:
        return False
    called = [own.__globals__.get(name) for name in code.co_names]
    return any(
        getattr(other, "__module__", "") == "__main__" and other.__code__.co_filename != file
        for other in called
        if hasattr(other, "__code__")
    )


def _rose_in_the_check(error: Exception, function: Callable[..., Any], asker: FrameType) -> bool:
    """Whether the check's own function raised: the student's function has answered, but with something unusable."""
    with contextlib.suppress(Exception):  # whatever a student's objects do
        file = asker.f_code.co_filename
        passed = [frame.f_code.co_filename for frame, _line in traceback.walk_tb(error.__traceback__)]
        return _is_of_the_check(function, asker) and file in passed and not _own_frames(error, file)
    return False


def _advice(message: str) -> Reason | str:
    """What to write today, if code for an earlier numpy or Pillow ends with an exception; otherwise ""."""
    for said, instead in (
        ("only 0-dimensional arrays", "a.item()"),
        ("has no attribute 'in1d'", "np.isin"),
        ("has no attribute 'trapz'", "np.trapezoid"),
        ("has no attribute 'product'", "np.prod"),
        ("is read-only", "np.array(a)"),
    ):
        if said in message:
            return because(Why.WHAT_WORKS, code=instead)
    return ""


def _behind_a_wrapper(error: Exception) -> str:
    """What TensorFlow says about an exception in a function that it traced, such as that of `dataset.map`; else "".

    It puts the line "in user code:" first, and what went wrong last.
    """
    lines = [line.strip() for line in str(error).split("\n") if line.strip()]
    if len(lines) < 2 or not lines[0].startswith("in user code"):
        return ""
    last = next((line for line in reversed(lines) if re.match(r"\w+(Error|Exception)?: ", line)), lines[-1])
    place = next((line for line in lines if line.startswith("File ")), "")
    number = re.search(r"line \d+, in \w+", place)
    return f"{last[:200]} ({number[0].rstrip()})" if number else last[:200]


def _without_full_stop(text: str) -> str:
    return text if text.endswith("..") else text.removesuffix(".")


def _of_a_stub(error: NotImplementedError, asker: str) -> Reason | None:
    """That the function, or one that it calls, is not written yet; None if a library raised the exception."""
    if type(error) is NotImplementedError and not error.args:
        return because(Why.STUB)
    if not isinstance(error, NotStarted):
        return None
    if len(_own_frames(error, asker)) < 2:  # the stub alone, and no function that calls it
        return because(Why.STUB)
    return because(Why.NEEDS, exercise=error.exercise)


def _where(error: BaseException, function: Callable[..., Any], asker: str) -> Reason | None:
    """The line of the student's own code that raised an exception: the innermost one outside the check.

    If that is in a helper in another cell, such as one given by the notebook, the line that calls it is named too.
    """
    asked = getattr(inspect.unwrap(function), "__code__", None)
    frames = _own_frames(error, asker)
    if not frames:
        return None
    innermost, number = frames[-1]
    # A comprehension has a frame of its own, but neither a name nor arguments.
    frame = next((each for each, _line in reversed(frames) if each.f_code.co_name[0] != "<"), innermost)
    code, called = frame.f_code, frame.f_code.co_name.strip("<>")
    if code is not asked:  # its arguments are not in a line above
        parameters = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
        given = (f"{each}={argument(frame.f_locals[each])}" for each in parameters if each in frame.f_locals)
        called += f"({', '.join(given)})"
    place = line_of(innermost, number, called)
    mine = [each for each in frames if asked is not None and each[0].f_code.co_filename == asked.co_filename]
    if not mine or mine[-1][0] is innermost:
        return place
    caller, line = mine[-1]
    return because(Why.CALLED_IN, place=place, function=caller.f_code.co_name, line=line)


def _own_frames(error: BaseException, asker: str) -> list[tuple[FrameType, int]]:
    """The notebook's frames that an exception passed, except those of the cell that asks."""
    return [(frame, line) for frame, line in frames_of_notebook(error) if frame.f_code.co_filename != asker]


def _small_inputs(function: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments that are small one-channel pictures, as matrices, each under its parameter's name."""
    try:
        names = [
            name for name, parameter in inspect.signature(function).parameters.items() if parameter.kind.value <= 1
        ]
    except (TypeError, ValueError):
        names = []
    given = {names[i] if i < len(names) else f"argument {i + 1}": value for i, value in enumerate(args)} | dict(kwargs)
    arrays = {name: as_array(value) for name, value in given.items() if hasattr(value, "__array__")}
    return {
        name: array[:, :, 0]
        for name, array in arrays.items()
        if array is not None and array.shape[2:] == (1,) and 0 < array.size <= LARGEST_SHOWN_INPUT
    }


def _input_lines(inputs: Mapping[str, Any]) -> list[str]:
    lines = []
    for name, matrix in inputs.items():
        rows = np.array2string(matrix, separator=", ", precision=4, max_line_width=120).split("\n")
        lines += [f"  {name}[:, :, 0]:", *("    " + row for row in rows)]
    return lines


def _draw(answer: Any, expected: Any, *, title: str, inputs: Mapping[str, Any]) -> None:
    """Input, got, expected and difference side by side, for what can be shown as a picture."""
    from autograder.lab import pictures

    if pictures.nobody_looks():
        return
    pair = _pictures(answer, expected)
    if pair is None:
        return
    got, wanted, place = pair
    title = f"{title} {place}".rstrip()
    alt = _("Expected answer, your answer and their difference for {call}").format(call=title)
    given = next(iter(inputs.items()), None)
    pictures.show(pictures.compare(wanted, got, title=title, given=given), alt)


def _pictures(answer: Any, expected: Any, least: int = 2) -> tuple[Any, Any, str] | None:
    """What came back and what was expected as drawable arrays, and their place in a list of answers, or None.

    Arrays with at least `least` axes are drawable.
    """
    got, wanted = as_array(answer), as_array(expected)
    if got is not None and wanted is not None:
        fit = got.size > 0 and wanted.size > 0 and all(least <= array.ndim <= 4 for array in (got, wanted))
        return (got, wanted, "") if fit else None
    if not isinstance(answer, (list, tuple)) or not isinstance(expected, (list, tuple)):
        return None
    for index, (one, due) in enumerate(zip(answer, expected, strict=False)):
        pair = _pictures(one, due, least) if first_difference(one, due) else None
        if pair is not None:
            return pair[0], pair[1], f"[{index}]{pair[2]}"
    return None


def _example(answer: Any, due: _Due, types: tuple[str, str] | None, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """A wrong answer to a visible example: both answers in words, and as numbers where they can be drawn."""
    if due.raises is not None:
        return {"got": lasting(brief(rounded(answer))), "expected": due.raises.__name__}
    if types is not None:
        return {"got": types[0], "expected": types[1]}
    example: dict[str, Any] = {
        "got": lasting(brief(rounded(answer), typed=False)),
        "expected": lasting(brief(due.expected, typed=False)),
    }
    pair = _pictures(answer, due.expected, least=1)
    if pair is not None and max(pair[0].size, pair[1].size) <= LARGEST_EXAMPLE:
        given = [[name, as_lists(matrix)] for name, matrix in inputs.items()][:1]
        example["arrays"] = {"got": as_lists(pair[0]), "expected": as_lists(pair[1]), "given": given}
    return example


def _cause(digest: str) -> Fact | None:
    """What is known about the misconceptions that give exactly this answer, if the release has it."""
    cause: Fact | None = None
    for sentence in companion.causes(digest):
        cause = sentence if cause is None else because(Why.ONE_OR_OTHER, one=cause, other=sentence)
    return cause


def _unsteady(
    function: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any], answer: Any
) -> Reason | None:
    """A reason if the function, called once more, answers with different numbers."""
    from autograder.lab.experiment import copies, silenced, without_input

    again = None
    with contextlib.suppress(Exception, SystemExit), silenced(), without_input(), without_exit():
        again = function(*copies(args), **copies(dict(kwargs)))
    if not (holds_numbers(answer) and holds_numbers(again)) or digest(plain(again)) == digest(plain(answer)):
        return None
    return because(Why.UNSTEADY)


def _letters_alone(answer: str, letters: str) -> str:
    """The chosen letters without their separators, in order; the answer itself if they are written together.

    It is "" if anything other than letters of the list is separated.
    """
    words = [word for word in re.findall(r"[^\W_]+", answer) if word != "and"]
    if words == [answer]:
        return answer
    chosen = "".join(words)
    return "".join(sorted(set(chosen))) if set(chosen) <= set(letters) else ""
