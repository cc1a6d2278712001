"""The words of reasons and diagnoses, in the reader's language. Nothing else makes them, and nothing reads them."""

from collections.abc import Mapping

from autograder.language import _, later
from autograder.reasons import Diagnosis, Fact, Failure, Reason, Why


def in_words(reason: Reason | None) -> str:
    """A reason as people read it: a phrase for a facet, a sentence for an exercise; "" where there is none."""
    if reason is None:
        return ""
    facts = {name: in_words(fact) if isinstance(fact, Reason) else fact for name, fact in reason.facts}
    return _(FORMS[reason.kind]).format(**facts)


def lines(failure: Failure) -> list[str]:
    """All that a visible check says of a failure, line by line."""
    said = [in_words(reason).split("\n") for reason in (failure.reason, *failure.details)]
    return [
        *([failure.call] if failure.call else []),
        *failure.inputs,
        *(("  " if failure.call else "") + line for each in said for line in each),
        *(["  ↳ " + in_words(failure.place)] if failure.place is not None else []),
        *(["  " + likely_cause(failure)] if failure.cause is not None else []),
    ]


def on_one_line(failure: Failure) -> str:
    """The call, and what is wrong first: a difference, where both answers look alike."""
    facts = dict(failure.reason.facts)
    looks_alike = failure.reason.kind is Why.DIFFERENT and facts["got"] == facts["expected"]
    reason = in_words(failure.details[0] if looks_alike and failure.details else failure.reason)
    parts = filter(None, (failure.call, reason.replace("\n", ", ")))
    return " ".join(": ".join(parts).split())


def likely_cause(failure: Failure) -> str:
    """The likely cause in a sentence that says so; "" where none is known."""
    said = cause(failure)
    return _("likely cause: {sentence}").format(sentence=said) if said else ""


def cause(failure: Failure) -> str:
    """The likely cause alone; "" where none is known."""
    return _fact(failure.cause)


def _fact(fact: Fact | None) -> str:
    return in_words(fact) if isinstance(fact, Reason) else str(fact or "")


def sentence(diagnosis: Diagnosis | None) -> str:
    """All that a diagnosis says; "" where there is none."""
    if diagnosis is None:
        return ""
    sentences = [in_words(diagnosis.reason), *dict.fromkeys(cause.sentence for cause in diagnosis.causes)]
    return " ".join(filter(None, sentences))


FORMS: Mapping[Why, str] = {
    Why.NOT_OBSERVED: later("nothing was observed: the experiment did not get this far"),
    Why.CUT_SHORT: later("the experiment stopped before its end"),
    Why.MORE_THAN_OBSERVED: later("more was recorded than the experiment observes"),
    Why.SOME_CALLS: later("{said} ({wrong} of {all} calls)"),
    Why.NOT_STARTED: later("the exercise has not been started"),
    Why.OTHER_NOT_STARTED: later("it needs the function of another exercise, which has not been started"),
    Why.DEFINED_BELOW_CHECK: later("its function is defined further down"),
    Why.OUT_OF_TIME: later("the time for this experiment was over"),
    Why.WAITED: later("a call waited too long: for a pause, an input or the network"),
    Why.COMPUTED: later("a call computed too long"),
    Why.INPUT: later("a call used input(), which cannot be answered: the answer has to come from the arguments"),
    Why.EXIT: later("a call stopped at an exit(), a quit() or a sys.exit()"),
    Why.RAISED: later("a call raised {error}"),
    Why.RAISED_ANOTHER: later("a call raised {error}; the exercise's text says which exception is due"),
    Why.RAISED_NOTHING: later(
        "at least one answer is not right: {form} came back where the exercise's text asks for an exception"
    ),
    Why.NONE: later("nothing came back (None)"),
    Why.NOT_ANSWERED: later("not answered yet"),
    Why.NOT_DESCRIBED: later("what came back is not of the kind that the exercise's text describes"),
    Why.NOT_FINITE: later("what came back holds NaN or infinity"),
    Why.OTHER_FORM: later(
        "what came back has another shape, or another number of parts: it is {form}, and {due} is due"
    ),
    Why.OTHER_LENGTHS: later("what came back has another shape: {form}, as is due, with other lengths"),
    Why.OTHER_VALUES: later("at least one answer is not right: {form} came back, as is due, with other values"),
    Why.OTHER_NUMBER_OF_PARTS: later("what came back has another number of parts"),
    Why.WRONG: later("at least one answer is not right"),
    Why.OTHER_TYPE: later("the type or dtype of what came back is another one"),
    Why.TYPE_INSTEAD: later("the type or dtype of what came back is {form}, and {due} is due"),
    Why.IMPURE: later("a call changed its arguments or the global random state"),
    Why.LIBRARY: later("a library function did the work"),
    Why.TOO_LARGE: later("what came back is too large"),
    Why.UNREADABLE: later("what came back could not be read"),
    Why.NOT_COMPARABLE: later("what came back cannot be compared ({type})"),
    Why.OWN_EXCEPTION: later("an exception of its own"),
    Why.OWN_CLASS: later("an object of a class of its own"),
    Why.FORM_NONE: "None",
    Why.FORM_TRUTH: later("True or False"),
    Why.FORM_TEXT: later("a text"),
    Why.FORM_NUMBER: later("a number"),
    Why.FORM_AXIS: later("an array or a sequence with one axis"),
    Why.FORM_AXES: later("an array with {count} axes"),
    Why.FORM_PARTS: later("a sequence of several parts"),
    Why.NOT_MADE: later("The check could not be made; only your own functions are asked."),
    Why.ALWAYS_RAISES: later("Every call of the hidden test ends with {error}, also where an answer is due."),
    Why.LOOK_AGAIN: later("Look again at “{facet}”: {reason}."),
    Why.NOT_TOGETHER: later("Each part is right on its own, but not all of them together: {reason}."),
    Why.EXPERIMENT_TIMEOUT: later("The experiment took too long and was stopped; is there an endless loop?"),
    Why.ENDED_PYTHON: later("Your function ended the Python process."),
    Why.NOT_FINISHED: later("The experiment could not be finished."),
    Why.UNDEFINED: later("The notebook defines no `{name}`."),
    Why.UNDEFINED_SOMETHING: later("The notebook defines no such name."),
    Why.DEFINED_BELOW: later(
        "`{name}` is defined below its check, too late: a notebook runs from top to bottom. Move the cell up."
    ),
    Why.CELL_SYNTAX: later("Python cannot read the cell of `{name}`: it has a syntax error."),
    Why.CELL_SYNTAX_AT: later("Python cannot read the cell of `{name}`, line {line}: {said}."),
    Why.CELL_EXIT: later("The cell of `{name}` stops at an exit() or a quit(); take it out."),
    Why.CELL_INPUT: later("The cell of `{name}` calls input(), which nobody answers where it is graded."),
    Why.CELL_ENDED_PYTHON: later(
        "The cell of `{name}` ended the Python process; is there an os._exit() in it, or did the memory run out?"
    ),
    Why.CELL_TIMEOUT: later("The cell of `{name}` took too long and was stopped; is there an endless loop in it?"),
    Why.CELL_IMPORT: later("The cell of `{name}` imports `{module}`, which is not installed where it is graded."),
    Why.CELL_RAISED: later("The cell of `{name}` ended with {error} before it was done."),
    Why.NO_NOTEBOOK: later("No notebook could be read."),
    Why.NO_CELL: later("The cell is not in the notebook."),
    Why.NO_ANSWER: later("No answer was given."),
    Why.PARTIAL: later("The check gave {points:g} of {worth:g} points."),
    Why.CHECK_RAISED: later("The check raised {error}."),
    Why.CHECK_FALSE: later("The check's result is False, which is no points."),
    Why.CHECK_IMPOSSIBLE: later("The cell's result is no number of points from 0 to {worth:g}; it counts as 0."),
    Why.STDERR: later("The cell wrote to stderr, and nbgrader gives no points to a check that does."),
    Why.STUB: later("This exercise has not been started yet: write your code where it says YOUR CODE HERE."),
    Why.UNTOUCHED: later("{exercise} has not been started yet"),
    Why.NEEDS: later("it needs {exercise}, which has not been started yet"),
    Why.STOPPED: later("it was stopped; is there a loop that does not end?"),
    Why.ENDS_PYTHON: later("it ends Python (exit(), quit() or sys.exit()); use return instead"),
    Why.CALLS_INPUT: later("it calls input(), which cannot be used here: the answer has to come from the arguments"),
    Why.NO_FUNCTION: later("a check takes a function, its name alone; {value} is none"),
    Why.NAME_IN_QUOTES: later("a check takes the function itself, without quotation marks: {example}"),
    Why.RAISED_FOR_ANSWER: later("it raised {error}; an answer was expected{advice}"),
    Why.RAISED_FOR_ERROR: later("it raised {error}; {due} was expected{advice}"),
    Why.RAISED_IN_CHECK: later("what came back does not do what the check asks of it: {error}{advice}"),
    Why.WHAT_WORKS: later("; what works: {code}"),
    Why.ANSWER_FOR_ERROR: later("got:      {got}\nexpected: the exception {due}"),
    Why.NO_RETURN: later("nothing came back (None): does the function end with a `return`?"),
    Why.NOTHING_DUE: later(
        "got:      {got}\n"
        "nothing to compare it with: add expected=... with the right answer, or raises=... with an exception"
    ),
    Why.DIFFERENT: later("got:      {got}\nexpected: {expected}"),
    Why.SHAPES: later("the shape is {got}, and {expected} was expected"),
    Why.FIRST_DIFFERENCE: later("first difference at {where}: got {got}, expected {expected}"),
    Why.SHARE: later("{wrong} of {all} values differ"),
    Why.LABELS: later("the values are the same; the names of rows and columns or the types are not"),
    Why.SEQUENCE_FOR_ARRAY: later("the values are right, the type is {got}, and an array of {expected} was expected"),
    Why.NOT_WHOLE: later("the values are right, their type is {got}, and whole numbers (int) were expected"),
    Why.OTHER_DTYPE: later("the values are right, the dtype is {got}, and {expected} was expected"),
    Why.OTHER_KIND: later("the values are right, the type is {got}, and {expected} was expected"),
    Why.OF_CHOICE: "{name} {problem}.",
    Why.EMPTY: later("is still empty"),
    Why.NOT_QUOTED: later("is {got}; write letters between quotation marks"),
    Why.LETTER_ALONE: later('is {got}; write the letter alone: "{letter}"'),
    Why.LETTERS_TOGETHER: later('is {got}; write the letters together: "{letters}"'),
    Why.ONE_LETTER: later("is {got}; choose exactly one letter"),
    Why.SMALL_LETTERS: later("is {got}; small letters, please"),
    Why.OTHER_LETTERS: later("is {got}; choose among {letters}"),
    Why.LETTERS_IN_ORDER: later("is {got}; write each letter once, in alphabetical order"),
    Why.LINE: later("line {line}: {source}"),
    Why.LINE_IN: later("in {function}, line {line}: {source}"),
    Why.CALLED_IN: later("{place}; called in {function}, line {line}"),
    Why.ONE_OR_OTHER: later("{one} Or: {other}"),
    Why.UNSTEADY: later(
        "asked a second time, it gives another answer. "
        "Is there chance in it, such as a layer in training mode, or does it keep something from the first call?"
    ),
    Why.OF_CALL: "{call}: {reason}",
    Why.NO_LONGER: later("right at first, and no longer behind the cells that follow, where it is graded: {reason}"),
    Why.CHECK_GONE: later("its check is missing: take the cell {cell} from the notebook that you were given"),
    Why.IN_CELL: later("cell {name}: {what}"),
    Why.IN_CELL_AT: later("cell {name}: {what}, {place}"),
    Why.EDITED: later("cell {name}: it was edited; graded is the text that you were given"),
    Why.UNWRITTEN: later("cell {name}: your written answer is still empty"),
    Why.CELL_ENDS_PYTHON: later(
        "it ends Python (exit(), quit() or sys.exit()); take that out, or use return in a function"
    ),
    Why.COMPUTED_FOR: later("stopped after {limit:g} s of computing; is there a loop that does not end?"),
    Why.WAITED_FOR: later("stopped after {limit:g} s of waiting; is there a pause, or what it waits for never comes?"),
    Why.TOOK: later("stopped after {limit:g} s on a busy machine; try again when it has less to do"),
    Why.DIED: later("it ended Python itself; is there an exit() in it, or did the memory run out?"),
    Why.NOT_RUN: later("not run, since {name} was stopped before"),
    Why.NO_INPUT_HERE: later("it calls input(), which cannot be used here"),
    Why.ENDED_WITH: "{error}",
}
"""The words of each kind, with places for its facts."""
