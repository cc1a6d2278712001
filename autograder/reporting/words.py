"""The words of reasons and diagnoses, in the reader's language. Nothing else makes them, and nothing reads them."""

from collections.abc import Mapping

from autograder.language import _, later
from autograder.reasons import Diagnosis, Reason, Why


def in_words(reason: Reason | None) -> str:
    """A reason as people read it: a phrase for a facet, a sentence for an exercise; "" where there is none."""
    if reason is None:
        return ""
    facts = {name: in_words(fact) if isinstance(fact, Reason) else fact for name, fact in reason.facts}
    return _(FORMS[reason.kind]).format(**facts)


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
}
"""The words of each kind, with places for its facts."""
