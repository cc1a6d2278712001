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
from autograder.exits import without_exit
from autograder.lab import companion
from autograder.lab.answers import as_array, as_lists, digest, holds_numbers, plain, rounded
from autograder.lab.brief import argument, brief, brief_error, call_text, lasting
from autograder.lab.differences import both_types, first_difference, other_type, type_of
from autograder.lab.plainly import frames_of_notebook, line_of
from autograder.lab.session import Session, State
from autograder.lab.surroundings import as_promised
from autograder.language import _

CAUSES_FILE = companion.FILE
"""Beside the released notebook: digests of wrong answers to the visible examples, each with its sentence."""
WORTH_ASKING_AGAIN_S = 2.0
"""Seconds that a wrong answer may have taken to be asked for once more."""
PLACE = "  ↳ "
"""Begins the line of a message that says where an exception rose."""
LARGEST_SHOWN_INPUT = 36
"""Values of a one-channel input that is shown whole beside a wrong answer."""
LARGEST_EXAMPLE = 600
"""Values of a wrong answer that is kept to be drawn on a feedback page."""


class CheckFailed(AssertionError):
    """The answer to a visible example is not right yet."""

    def _render_traceback_(self) -> list[str]:
        return [f"✘ {self}"]


class NotStarted(NotImplementedError):
    """What the stub of an exercise raises: one line instead of a traceback, wherever the function is called.

    Args:
        exercise: The exercise's name.
    """

    def __init__(self, exercise: str) -> None:
        self.exercise = exercise
        super().__init__(_("{exercise} has not been started yet").format(exercise=exercise))

    def _render_traceback_(self) -> list[str]:
        return [f"✎ {self}"]


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
        at types, with `observe.form` say, a check asks for them by `dtype` or `form`, so as not to promise more.

        Args:
            function: The student's function.
            *args: Its arguments; it gets copies.
            expected: The right answer: numbers, tuples, lists or arrays. Integers agree exactly, floats within 1e-4,
                NaN and infinity with nothing. With dtype="uint8", pixels may be one off.
            raises: The exception that is due instead of an answer.
            dtype: The dtype that the answer must have, such as "float32", or "integer" for whole numbers of any
                kind; any if None.
            form: The Python types that the answer must have, such as "tuple[int, int]"; any if None.
            **kwargs: Its keyword arguments.

        Raises:
            CheckFailed: The answer is not right; the message says where and how.
        """
        asker = sys._getframe(1)
        how = {"expected": expected, "raises": raises, "dtype": dtype, "form": form}
        with as_promised():
            self._check(function, args, kwargs, asker=asker, **how)

    def _check(
        self,
        function: Callable[..., Any],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        *,
        expected: Any,
        raises: type[Exception] | None,
        dtype: Any,
        form: str | None,
        asker: FrameType,
    ) -> None:
        text = call_text(function, args, kwargs)
        key = digest((getattr(function, "__name__", "?"), plain(args), plain(kwargs)))
        noted = None if self._record is not None else self.session.begin(getattr(function, "__name__", "?"))
        began = time.monotonic()
        asked = _ask(function, args, kwargs, raises=raises, asker=asker)
        answer, problem = asked.answer, asked.problem
        if problem == was_stopped() and self._record is not None:
            raise KeyboardInterrupt  # nobody reads it: who stopped the recording wants the end of it
        dtype = None if dtype is None else str(dtype)
        compared = problem is None and raises is None
        different = first_difference(answer, expected, are_pixels=dtype == "uint8") if compared else None
        odd_type = other_type(answer, dtype, form) if problem is None and raises is None and not different else None
        right = problem is None and not different and not odd_type
        said = plain(answer) if problem is None else lasting(asked.known_as or problem)
        got = digest((key, said, type_of(answer)) if odd_type else (key, said))
        if self._record is not None:
            self._record.append((got, right))
            if self._examples is not None and not right and (problem is None or "\n" in problem):  # an answer came
                due = lasting(brief(expected, typed=False)) if raises is None else raises.__name__
                inputs = _small_inputs(function, args, kwargs)
                types = both_types(answer, dtype, form) if odd_type else None
                self._examples.append(
                    _example(text, answer, expected, due=due, types=types, problem=problem, inputs=inputs)
                )
            return
        if noted is not None:
            untried = problem == _not_started()
            self.session.end(noted, State.PASSED if right else State.UNTRIED if untried else State.WRONG)
        if right:
            print(f"✔ {text}")
            return
        cause = _cause(got)
        if different and not cause and time.monotonic() - began < WORTH_ASKING_AGAIN_S:
            cause = _unsteady(function, args, kwargs, answer)
        if problem is None and expected is None:
            problem = _("got:      {got}").format(got=brief(answer)) + "\n" + _nothing_due()
        elif problem is None:
            problem = different or odd_type or ""
            _draw(answer, expected, title=text, inputs=_small_inputs(function, args, kwargs))
        shown = [] if problem == _not_started() else _input_lines(_small_inputs(function, args, kwargs))
        place = [PLACE + asked.where] if asked.where else []
        raise CheckFailed("\n".join([text, *shown, *_indented(problem), *place, *cause]))

    def choice(self, answers: Mapping[str, Any], letters: str = "abcd", several: Sequence[str] = ()) -> None:
        """Look at the form of choice answers only; whether they are right is seen after grading.

        Args:
            answers: Name of each answer and what the student put there.
            letters: The letters that can be chosen.
            several: Names of the items where all that apply are asked for.

        Raises:
            CheckFailed: An answer is missing or is no letter of the list.
        """
        noted = None if self._record is not None else self.session.begin("choice")
        untouched = all(answer is None or answer is ... for answer in answers.values())
        for name, answer in answers.items():
            problem = None
            if answer is None or answer is ...:
                problem = _("is still empty")
            elif not isinstance(answer, str):
                problem = _("is {got}; write letters between quotation marks").format(got=brief(answer))
            elif (bare := _letters_alone(answer, letters)) != answer and len(bare) == 1:
                problem = _('is {got}; write the letter alone: "{letter}"').format(got=brief(answer), letter=bare)
            elif bare not in ("", answer) and name in several:
                problem = _('is {got}; write the letters together: "{letters}"').format(got=brief(answer), letters=bare)
            elif name not in several and len(answer) != 1:
                problem = _("is {got}; choose exactly one letter").format(got=brief(answer))
            elif answer != answer.lower() and not set(answer.lower()) - set(letters):
                problem = _("is {got}; small letters, please").format(got=brief(answer))
            elif not answer or set(answer) - set(letters):
                problem = _("is {got}; choose among {letters}").format(got=brief(answer), letters=", ".join(letters))
            elif list(answer) != sorted(set(answer)):
                problem = _("is {got}; write each letter once, in alphabetical order").format(got=brief(answer))
            if self._record is not None:
                self._record.append((digest(name), problem is None))  # a digest of the answer could be guessed
            elif problem is not None:
                if noted is not None:
                    self.session.end(noted, State.UNTRIED if untouched else State.WRONG)
                raise CheckFailed(f"{name} {problem}.")
        if noted is not None:
            self.session.end(noted, State.FORMAL)
            print("✔ " + _("All answers have the right form; whether they are right, you see after grading."))

    @contextlib.contextmanager
    def recorded(self, examples: list[dict[str, Any]] | None = None) -> Iterator[list[tuple[str, bool]]]:
        """Within the block, write down each answer's digest and whether it is right, instead of telling the student.

        Args:
            examples: Gets the call of each wrong answer, what came back and what was due, as data for JSON.
        """
        record: list[tuple[str, bool]] = []
        self._record, self._examples = record, examples
        try:
            yield record
        finally:
            self._record = self._examples = None


check = Check()


@dataclass(frozen=True, slots=True)
class Told:
    """What a failure's message tells, each on one line.

    Attributes:
        reason: The call, and what is wrong first.
        place: The line of the student's code in which an exception rose, or "".
        cause: The likely cause, or "".
    """

    reason: str
    place: str = ""
    cause: str = ""


def told(message: str) -> Told:
    """The parts of a failure's message."""
    call, *rest = message.split("\n")
    cause_sign = _("  likely cause: {sentence}").split("{sentence}")[0]
    cause = next((line.removeprefix(cause_sign) for line in rest if line.startswith(cause_sign)), "")
    place = next((line.removeprefix(PLACE) for line in rest if line.startswith(PLACE)), "")
    problem = [
        line.strip()
        for line in rest
        if line.startswith("  ")
        and not line.startswith(("    ", cause_sign, PLACE))
        and not line.endswith("[:, :, 0]:")
    ]
    is_pair = len(problem) > 1 and problem[0].startswith(_("got:      {got}").split("{got}")[0].strip())
    look_alike = is_pair and len({line.split(":", 1)[-1].strip() for line in problem[:2]}) == 1
    first = problem[2:3] if look_alike else problem[: 2 if is_pair else 1]
    parts = [call, ", ".join(first)]
    return Told(" ".join(": ".join(part for part in parts if part).split()), place, cause)


def says_not_started(message: str) -> bool:
    """Whether a failure's message tells that the function is still the stub."""
    return _not_started() in message


def _not_started() -> str:
    return _("This exercise has not been started yet: write your code where it says YOUR CODE HERE.")


def _nothing_due() -> str:
    return _("nothing to compare it with: add expected=... with the right answer, or raises=... with an exception")


def _no_function(given: Any) -> str:
    if not isinstance(given, str):
        return _("a check takes a function, its name alone; {value} is none").format(value=brief(given))
    known = [name for exercise in companion.exercises() for name in (exercise.name, *exercise.names)]
    name = given if given in known else next(iter(near(given, known)), given if given.isidentifier() else "conv2d")
    return _("a check takes the function itself, without quotation marks: {example}").format(
        example=f"lab.check({name}, ...)"
    )


def was_stopped() -> str:
    """What a check says of a function that was interrupted."""
    return _("it was stopped; is there a loop that does not end?")


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a call gave.

    Attributes:
        answer: What came back, or None.
        problem: Says why the answer need not be compared, or None; it has two lines if an answer came.
        where: The line of the student's code in which an exception rose, or "".
        known_as: By which text `likely_causes.json` knows the problem, if that is not the sentence itself.
    """

    answer: Any = None
    problem: str | None = None
    where: str = ""
    known_as: str = ""


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

    def where(error: BaseException) -> str:
        with contextlib.suppress(Exception):  # whatever a student's objects do
            return _where(error, function, asker.f_code.co_filename)
        return ""

    if not callable(function):
        return _Asked(problem=_no_function(function))
    try:
        with without_input(), without_exit():
            answer = function(*copies(args), **copies(dict(kwargs)))
    except KeyboardInterrupt as error:
        return _Asked(problem=was_stopped(), where=where(error))
    except SystemExit as error:
        said = _("it ends Python (exit(), quit() or sys.exit()); use return instead")
        return _Asked(problem=said, where=where(error))
    except InputCalled as error:
        said = _("it calls input(), which cannot be used here: the answer has to come from the arguments")
        return _Asked(problem=said, where=where(error))
    except Exception as error:
        if raises is not None and isinstance(error, raises):
            return _Asked()
        if isinstance(error, NotImplementedError):
            said = _of_a_stub(error, asker.f_code.co_filename)
            if said:
                return _Asked(problem=said, where=where(error) if said != _not_started() else "")
        raised = brief_error(error)
        shown = _behind_a_wrapper(error) or raised
        wanted = (
            _("an answer was expected") if raises is None else _("{error} was expected").format(error=raises.__name__)
        )
        said = _("it raised {error}; {wanted}").format(error=_without_full_stop(shown), wanted=wanted)
        if raises is None and _rose_in_the_check(error, function, asker):
            said = _("what came back does not do what the check asks of it: {error}").format(error=shown)
        said += _advice(f"{error} {error.__cause__}")
        # What a release has stored stays known when the sentence is put better, and in every language.
        known_as = f"it raised {raised}, {'an answer' if raises is None else raises.__name__} was expected"
        return _Asked(problem=said, where=where(error), known_as=known_as)
    if raises is not None:
        said = _("got:      {got}\nexpected: the exception {error}").format(got=brief(answer), error=raises.__name__)
        return _Asked(answer, said)
    if answer is None:
        said = _("nothing came back (None): does the function end with a `return`?")
        if _is_of_the_check(function, asker):  # that function has one
            return _Asked(problem=_("nothing came back (None)"), known_as=said)
        return _Asked(problem=said)
    return _Asked(answer)


def _is_of_the_check(function: Callable[..., Any], asker: FrameType) -> bool:
    """Whether it is a function of the check's own cell, which calls one of another cell and looks at its answer."""
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
    """Whether an exception rose in the check's own function: the student's has answered, and with what does not do."""
    with contextlib.suppress(Exception):  # whatever a student's objects do
        file = asker.f_code.co_filename
        passed = [frame.f_code.co_filename for frame, _line in traceback.walk_tb(error.__traceback__)]
        return _is_of_the_check(function, asker) and file in passed and not _own_frames(error, file)
    return False


def _advice(message: str) -> str:
    """What to write today, where code of an earlier numpy or Pillow ends with an exception; "" else."""
    for said, instead in (
        ("only 0-dimensional arrays", "a.item()"),
        ("has no attribute 'in1d'", "np.isin"),
        ("has no attribute 'trapz'", "np.trapezoid"),
        ("has no attribute 'product'", "np.prod"),
        ("is read-only", "np.array(a)"),
    ):
        if said in message:
            return _("; what works: {code}").format(code=instead)
    return ""


def _behind_a_wrapper(error: Exception) -> str:
    """What TensorFlow tells of an exception in a function that it traced, such as that of `dataset.map`; "" else.

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


def _of_a_stub(error: NotImplementedError, asker: str) -> str:
    """What to say if nobody has written the function yet, or one that it calls; "" if a library raised it."""
    if type(error) is NotImplementedError and not error.args:
        return _not_started()
    if not isinstance(error, NotStarted):
        return ""
    if len(_own_frames(error, asker)) < 2:  # the stub alone, and no function that calls it
        return _not_started()
    return _("it needs {exercise}, which has not been started yet").format(exercise=error.exercise)


def _where(error: BaseException, function: Callable[..., Any], asker: str) -> str:
    """The line of the student's own code in which an exception rose: the innermost one that is not of the check.

    Where that is a helper in another cell, such as one that the notebook gives, the line that calls it is told, too.
    """
    asked = getattr(inspect.unwrap(function), "__code__", None)
    frames = _own_frames(error, asker)
    if not frames:
        return ""
    innermost, number = frames[-1]
    # A comprehension has a frame of its own, but neither a name nor arguments.
    frame = next((each for each, _line in reversed(frames) if each.f_code.co_name[0] != "<"), innermost)
    code, called = frame.f_code, frame.f_code.co_name.strip("<>")
    if code is not asked:  # its arguments are in no line above
        parameters = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
        given = (f"{each}={argument(frame.f_locals[each])}" for each in parameters if each in frame.f_locals)
        called += f"({', '.join(given)})"
    place = line_of(innermost, number, called)
    mine = [each for each in frames if asked is not None and each[0].f_code.co_filename == asked.co_filename]
    if not mine or mine[-1][0] is innermost:
        return place
    caller, line = mine[-1]
    return _("{place}; called in {function}, line {line}").format(
        place=place, function=caller.f_code.co_name, line=line
    )


def _own_frames(error: BaseException, asker: str) -> list[tuple[FrameType, int]]:
    """The notebook's frames that an exception passed, but for those of the cell that asks."""
    return [(frame, line) for frame, line in frames_of_notebook(error) if frame.f_code.co_filename != asker]


def _small_inputs(function: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments that are a small picture of one channel, as matrices, each under its parameter's name."""
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
    """Input, got, expected and difference side by side, for what can be seen as a picture."""
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
    """What came and what was due as arrays that can be drawn, and where in a list of answers they stand, or None.

    Arrays of at least `least` axes are.
    """
    got, wanted = as_array(answer), as_array(expected)
    if got is not None and wanted is not None:
        fit = got.size > 0 and wanted.size > 0 and all(least <= array.ndim <= 4 for array in (got, wanted))
        return (got, wanted, "") if fit else None
    if not isinstance(answer, (list, tuple)) or not isinstance(expected, (list, tuple)):
        return None
    for index, (one, due) in enumerate(zip(answer, expected, strict=False)):
        pair = _pictures(one, due, least) if first_difference(one, due) is not None else None
        if pair is not None:
            return pair[0], pair[1], f"[{index}]{pair[2]}"
    return None


def _example(
    call: str,
    answer: Any,
    expected: Any,
    *,
    due: str,
    types: tuple[str, str] | None,
    problem: str | None,
    inputs: Mapping[str, Any],
) -> dict[str, Any]:
    """A wrong answer to a visible example: the call, both answers in words, and as numbers where they can be drawn."""
    if problem is not None:
        return {"call": lasting(call), "got": lasting(brief(rounded(answer))), "expected": due}
    if types is not None:
        return {"call": lasting(call), "got": types[0], "expected": types[1]}
    example: dict[str, Any] = {
        "call": lasting(call),
        "got": lasting(brief(rounded(answer), typed=False)),
        "expected": due,
    }
    pair = _pictures(answer, expected, least=1)
    if pair is not None and max(pair[0].size, pair[1].size) <= LARGEST_EXAMPLE:
        given = [[name, as_lists(matrix)] for name, matrix in inputs.items()][:1]
        example["arrays"] = {"got": as_lists(pair[0]), "expected": as_lists(pair[1]), "given": given}
    return example


def _cause(digest: str) -> list[str]:
    """What is known of the misconceptions that give this very answer, where the release ships it."""
    first, *others = companion.causes(digest) or ("",)
    for other in others:
        first = _("{one} Or: {other}").format(one=first, other=other)
    return [_("  likely cause: {sentence}").format(sentence=first)] if first else []


def _unsteady(function: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any], answer: Any) -> list[str]:
    """A sentence if the function, asked once more, answers with other numbers."""
    from autograder.lab.experiment import copies, silenced, without_input

    again = None
    with contextlib.suppress(Exception, SystemExit), silenced(), without_input(), without_exit():
        again = function(*copies(args), **copies(dict(kwargs)))
    if (
        again is None
        or not (holds_numbers(answer) and holds_numbers(again))
        or digest(plain(again)) == digest(plain(answer))
    ):
        return []
    sentence = _(
        "asked a second time, it gives another answer. "
        "Is there chance in it, such as a layer in training mode, or does it keep something from the first call?"
    )
    return [_("  likely cause: {sentence}").format(sentence=sentence)]


def _letters_alone(answer: str, letters: str) -> str:
    """The chosen letters without what parts them, in order; the answer itself where they are written together.

    It is "" where something else than letters of the list is parted.
    """
    words = [word for word in re.findall(r"[^\W_]+", answer) if word != "and"]
    if words == [answer]:
        return answer
    chosen = "".join(words)
    return "".join(sorted(set(chosen))) if set(chosen) <= set(letters) else ""


def _indented(text: str) -> list[str]:
    return ["  " + line for line in text.split("\n")]
