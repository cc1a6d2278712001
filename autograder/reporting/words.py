"""The words of reasons and diagnoses, in the reader's language. Nothing else makes them, and nothing reads them."""

from autograder.language import _
from autograder.reasons import Diagnosis, Reason, Why


def in_words(reason: Reason) -> str:
    """A reason as people read it: a phrase for a facet, a sentence for an exercise."""
    facts = {name: in_words(fact) if isinstance(fact, Reason) else fact for name, fact in reason.facts}
    return _form(reason.kind).format(**facts)


def sentence(diagnosis: Diagnosis) -> str:
    """All that a diagnosis says; "" where it says nothing."""
    first = [in_words(diagnosis.reason)] if diagnosis.reason is not None else []
    return " ".join([*first, *dict.fromkeys(cause.sentence for cause in diagnosis.causes)])


def _form(kind: Why) -> str:
    """The words of a kind, with places for its facts."""
    match kind:
        case Why.NOT_OBSERVED:
            return _("nothing was observed: the experiment did not get this far")
        case Why.CUT_SHORT:
            return _("the experiment stopped before its end")
        case Why.MORE_THAN_OBSERVED:
            return _("more was recorded than the experiment observes")
        case Why.SOME_CALLS:
            return _("{said} ({wrong} of {all} calls)")
        case Why.NOT_STARTED:
            return _("the exercise has not been started")
        case Why.OTHER_NOT_STARTED:
            return _("it needs the function of another exercise, which has not been started")
        case Why.DEFINED_BELOW_CHECK:
            return _("its function is defined further down")
        case Why.OUT_OF_TIME:
            return _("the time for this experiment was over")
        case Why.WAITED:
            return _("a call waited too long: for a pause, an input or the network")
        case Why.COMPUTED:
            return _("a call computed too long")
        case Why.INPUT:
            return _("a call used input(), which cannot be answered: the answer has to come from the arguments")
        case Why.EXIT:
            return _("a call stopped at an exit(), a quit() or a sys.exit()")
        case Why.RAISED:
            return _("a call raised {error}")
        case Why.RAISED_ANOTHER:
            return _("a call raised {error}; the exercise's text says which exception is due")
        case Why.RAISED_NOTHING:
            return _(
                "at least one answer is not right: {form} came back where the exercise's text asks for an exception"
            )
        case Why.NONE:
            return _("nothing came back (None)")
        case Why.NOT_ANSWERED:
            return _("not answered yet")
        case Why.NOT_DESCRIBED:
            return _("what came back is not of the kind that the exercise's text describes")
        case Why.NOT_FINITE:
            return _("what came back holds NaN or infinity")
        case Why.OTHER_FORM:
            return _("what came back has another shape, or another number of parts: it is {form}, and {due} is due")
        case Why.OTHER_LENGTHS:
            return _("what came back has another shape: {form}, as is due, with other lengths")
        case Why.OTHER_VALUES:
            return _("at least one answer is not right: {form} came back, as is due, with other values")
        case Why.OTHER_NUMBER_OF_PARTS:
            return _("what came back has another number of parts")
        case Why.WRONG:
            return _("at least one answer is not right")
        case Why.OTHER_TYPE:
            return _("the type or dtype of what came back is another one")
        case Why.TYPE_INSTEAD:
            return _("the type or dtype of what came back is {form}, and {due} is due")
        case Why.IMPURE:
            return _("a call changed its arguments or the global random state")
        case Why.LIBRARY:
            return _("a library function did the work")
        case Why.TOO_LARGE:
            return _("what came back is too large")
        case Why.UNREADABLE:
            return _("what came back could not be read")
        case Why.NOT_COMPARABLE:
            return _("what came back cannot be compared ({type})")
        case Why.OWN_EXCEPTION:
            return _("an exception of its own")
        case Why.OWN_CLASS:
            return _("an object of a class of its own")
        case Why.FORM_NONE:
            return "None"
        case Why.FORM_TRUTH:
            return _("True or False")
        case Why.FORM_TEXT:
            return _("a text")
        case Why.FORM_NUMBER:
            return _("a number")
        case Why.FORM_AXIS:
            return _("an array or a sequence with one axis")
        case Why.FORM_AXES:
            return _("an array with {count} axes")
        case Why.FORM_PARTS:
            return _("a sequence of several parts")
    return _form_for_an_exercise(kind)


def _form_for_an_exercise(kind: Why) -> str:
    match kind:
        case Why.NOT_MADE:
            return _("The check could not be made; only your own functions are asked.")
        case Why.ALWAYS_RAISES:
            return _("Every call of the hidden test ends with {error}, also where an answer is due.")
        case Why.LOOK_AGAIN:
            return _("Look again at “{facet}”: {reason}.")
        case Why.NOT_TOGETHER:
            return _("Each part is right on its own, but not all of them together: {reason}.")
        case Why.EXPERIMENT_TIMEOUT:
            return _("The experiment took too long and was stopped; is there an endless loop?")
        case Why.ENDED_PYTHON:
            return _("Your function ended the Python process.")
        case Why.NOT_FINISHED:
            return _("The experiment could not be finished.")
        case Why.UNDEFINED:
            return _("The notebook defines no `{name}`.")
        case Why.UNDEFINED_SOMETHING:
            return _("The notebook defines no such name.")
        case Why.DEFINED_BELOW:
            return _(
                "`{name}` is defined below its check, too late: a notebook runs from top to bottom. Move the cell up."
            )
        case Why.CELL_SYNTAX:
            return _("Python cannot read the cell of `{name}`: it has a syntax error.")
        case Why.CELL_SYNTAX_AT:
            return _("Python cannot read the cell of `{name}`, line {line}: {said}.")
        case Why.CELL_EXIT:
            return _("The cell of `{name}` stops at an exit() or a quit(); take it out.")
        case Why.CELL_INPUT:
            return _("The cell of `{name}` calls input(), which nobody answers where it is graded.")
        case Why.CELL_ENDED_PYTHON:
            return _(
                "The cell of `{name}` ended the Python process; is there an os._exit() in it, "
                "or did the memory run out?"
            )
        case Why.CELL_TIMEOUT:
            return _("The cell of `{name}` took too long and was stopped; is there an endless loop in it?")
        case Why.CELL_IMPORT:
            return _("The cell of `{name}` imports `{module}`, which is not installed where it is graded.")
        case Why.CELL_RAISED:
            return _("The cell of `{name}` ended with {error} before it was done.")
        case Why.NO_NOTEBOOK:
            return _("No notebook could be read.")
        case Why.NO_CELL:
            return _("The cell is not in the notebook.")
        case Why.NO_ANSWER:
            return _("No answer was given.")
        case Why.PARTIAL:
            return _("The check gave {points:g} of {worth:g} points.")
        case Why.CHECK_RAISED:
            return _("The check raised {error}.")
        case Why.CHECK_FALSE:
            return _("The check's result is False, which is no points.")
        case Why.CHECK_IMPOSSIBLE:
            return _("The cell's result is no number of points from 0 to {worth:g}; it counts as 0.")
        case Why.STDERR:
            return _("The cell wrote to stderr, and nbgrader gives no points to a check that does.")
    raise ValueError(f"no words for {kind}")
