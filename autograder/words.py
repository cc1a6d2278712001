"""The words of reasons and diagnoses, in the reader's language. Nothing else makes them, and nothing reads them."""

from collections.abc import Mapping

from autograder.language import _, later
from autograder.reasons import Diagnosis, Fact, Failure, Reason, Why


def in_words(reason: Reason | None) -> str:
    """A reason as people read it: a phrase for a facet, a sentence for an exercise; "" if there is none."""
    if reason is None:
        return ""
    facts = {name: in_words(fact) if isinstance(fact, Reason) else fact for name, fact in reason.facts}
    return _(FORMS[reason.kind]).format(**facts)


def lines(failure: Failure) -> list[str]:
    """Everything that a visible check says about a failure, line by line."""
    said = [in_words(reason).split("\n") for reason in (failure.reason, *failure.details)]
    return [
        *([failure.call] if failure.call else []),
        *failure.inputs,
        *(("  " if failure.call else "") + line for each in said for line in each),
        *(["  ↳ " + in_words(failure.place)] if failure.place is not None else []),
        *(["  " + likely_cause(failure)] if failure.cause is not None else []),
    ]


def on_one_line(failure: Failure) -> str:
    """The call, and what is wrong first: a difference, if both answers look alike."""
    facts = dict(failure.reason.facts)
    looks_alike = failure.reason.kind is Why.DIFFERENT and facts["got"] == facts["expected"]
    reason = in_words(failure.details[0] if looks_alike and failure.details else failure.reason)
    parts = filter(None, (failure.call, reason.replace("\n", ", ")))
    return " ".join(": ".join(parts).split())


def likely_cause(failure: Failure) -> str:
    """The likely cause in a sentence that says so; "" if none is known."""
    said = cause(failure)
    return _("likely cause: {sentence}").format(sentence=said) if said else ""


def cause(failure: Failure) -> str:
    """Only the likely cause; "" if none is known."""
    return _fact(failure.cause)


def _fact(fact: Fact | None) -> str:
    return in_words(fact) if isinstance(fact, Reason) else str(fact or "")


def sentence(diagnosis: Diagnosis | None) -> str:
    """Everything that a diagnosis says; "" if there is none."""
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
    Why.OUT_OF_TIME: later("the time for this experiment ran out"),
    Why.WAITED: later("a call waited too long, for a pause, for input or for the network"),
    Why.COMPUTED: later("a call took too long to compute"),
    Why.INPUT: later("a call used input(), but nobody is there to type: compute the answer from the arguments"),
    Why.EXIT: later("a call stopped at an exit(), a quit() or a sys.exit()"),
    Why.RAISED: later("a call raised {error}"),
    Why.RAISED_ANOTHER: later("a call raised {error}; the exercise says which exception to raise"),
    Why.RAISED_NOTHING: later(
        "at least one answer is wrong: {form} came back where the exercise asks for an exception"
    ),
    Why.NONE: later("nothing came back (None)"),
    Why.NOT_ANSWERED: later("not answered yet"),
    Why.NOT_DESCRIBED: later("what came back is not what the exercise describes"),
    Why.NOT_FINITE: later("what came back contains NaN or infinity"),
    Why.OTHER_FORM: later("what came back has the wrong shape or number of parts: it is {form}, and should be {due}"),
    Why.OTHER_LENGTHS: later("what came back has the wrong shape: {form}, as it should be, but with other lengths"),
    Why.OTHER_VALUES: later("at least one answer is wrong: {form} came back, as it should, but with other values"),
    Why.OTHER_NUMBER_OF_PARTS: later("what came back has the wrong number of parts"),
    Why.WRONG: later("at least one answer is wrong"),
    Why.OTHER_TYPE: later("what came back has the wrong type or dtype"),
    Why.TYPE_INSTEAD: later("the type or dtype of what came back is {form}, and should be {due}"),
    Why.IMPURE: later("a call changed its arguments or the global random state"),
    Why.LIBRARY: later("a library function did the work"),
    Why.TOO_LARGE: later("what came back is too large"),
    Why.UNREADABLE: later("what came back could not be read"),
    Why.NOT_COMPARABLE: later("what came back cannot be compared ({type})"),
    Why.OWN_EXCEPTION: later("an exception of its own"),
    Why.OWN_CLASS: later("an object of a class of its own"),
    Why.FORM_NONE: "None",
    Why.FORM_TRUTH: later("True or False"),
    Why.FORM_TEXT: later("a string"),
    Why.FORM_NUMBER: later("a number"),
    Why.FORM_AXIS: later("an array or a sequence with one axis"),
    Why.FORM_AXES: later("an array with {count} axes"),
    Why.FORM_PARTS: later("a sequence of several parts"),
    Why.NOT_MADE: later(
        "The experiment could not run: something in the notebook gets in its way. It calls your own functions only."
    ),
    Why.ALWAYS_RAISES: later("Every call in the hidden test raises {error}, even where an answer is expected."),
    Why.LOOK_AGAIN: later("Look again at “{facet}”: {reason}."),
    Why.NOT_TOGETHER: later("Each part is right on its own, but they do not work together: {reason}."),
    Why.EXPERIMENT_TIMEOUT: later("The experiment took too long and was stopped; is there an endless loop?"),
    Why.ENDED_PYTHON: later("Your function ended the Python process."),
    Why.NOT_FINISHED: later("The experiment could not be finished."),
    Why.UNDEFINED: later("The notebook does not define `{name}`."),
    Why.UNDEFINED_SOMETHING: later("The notebook does not define this name."),
    Why.DEFINED_BELOW: later(
        "`{name}` is defined below its check, which is too late: a notebook runs from top to bottom. Move the cell up."
    ),
    Why.CELL_SYNTAX: later("Python cannot read the cell of `{name}`: it has a syntax error."),
    Why.CELL_SYNTAX_AT: later("Python cannot read the cell of `{name}`, line {line}: {said}."),
    Why.CELL_EXIT: later("The cell of `{name}` stops at an exit() or a quit(); remove it."),
    Why.CELL_INPUT: later("The cell of `{name}` calls input(), and nobody is there to answer when it is graded."),
    Why.CELL_ENDED_PYTHON: later(
        "The cell of `{name}` ended the Python process; does it call os._exit(), or did it run out of memory?"
    ),
    Why.CELL_TIMEOUT: later("The cell of `{name}` took too long and was stopped; is there an endless loop in it?"),
    Why.CELL_IMPORT: later("The cell of `{name}` imports `{module}`, which is not installed where it is graded."),
    Why.CELL_RAISED: later("The cell of `{name}` stopped with {error} before it finished."),
    Why.NO_NOTEBOOK: later("No notebook could be read."),
    Why.NO_CELL: later("The cell is not in the notebook."),
    Why.NO_ANSWER: later("No answer was given."),
    Why.PARTIAL: later("The check gave {points:g} of {worth:g} points."),
    Why.CHECK_RAISED: later("The check raised {error}."),
    Why.CHECK_FALSE: later("The check's result is False, which gives no points."),
    Why.CHECK_IMPOSSIBLE: later("The cell's result is not a number of points from 0 to {worth:g}, so it counts as 0."),
    Why.STDERR: later("The cell wrote to stderr, and nbgrader gives no points to a check that does."),
    Why.NOT_HANDED_IN: later("No notebook was handed in; expected {name}."),
    Why.OTHERS_HANDED_IN: later("No notebook was handed in; expected {name}, found {others}."),
    Why.A_FILE_THAT_IS: "{file} ({what})",
    Why.SEVERAL: "{one}, {others}",
    Why.OTHER_ASSIGNMENTS: later("{path} is the notebook of {other}; the one for {assignment} was not handed in."),
    Why.EMPTY_FILE: later("{name} is an empty file."),
    Why.LARGE_NOTEBOOK: later("{name} is too large to be a notebook."),
    Why.NO_READABLE_NOTEBOOK: later("{name} is not a readable notebook: {error}."),
    Why.BROKEN_FORMAT: later("{name} has the notebook format {format}, which could not be read: {error}."),
    Why.REFUSED_BY_NBGRADER: later("nbgrader refuses the notebook: {error}."),
    Why.CONVERTED: later("{name} was written in the notebook format {format}; it was converted."),
    Why.METADATA_LEFT_OUT: later("Invalid entries in the notebook's metadata ({n}) were left out."),
    Why.MANY_CELLS: later("{n} cells: {said}"),
    Why.PRIVATE_KERAS: later("You use a part of Keras that is private or no longer exists."),
    Why.COPIED_CELL: later("The cell appears more than once; the last copy counts."),
    Why.UNKNOWN_CELL: later("The notebook has a cell with the unknown id {id}; it was run as an ordinary cell."),
    Why.RECOGNISED_CELL: later("The cell had lost its id; it was recognised and restored."),
    Why.ANSWER_BELOW: later("The answer is in a new cell below; it was taken from there."),
    Why.CELL_PUT_BACK: later("The cell was missing; it was put back."),
    Why.SOLUTION_MISSING: later(
        "The solution cell is missing; what it should define was looked for in the other cells."
    ),
    Why.CELL_TYPE: later("The cell's type was changed; it was restored."),
    Why.EARLIER_RELEASE: later("The cell comes from an earlier release; the current text was used."),
    Why.EDITED_CELL: later("The cell is locked, but was edited; the original was restored."),
    Why.CELL_METADATA: later("The cell's metadata was changed; it was restored."),
    Why.BEFORE_ITS_SOLUTION: later("The cell came before its solution; it was moved after it."),
    Why.BEHIND_ANSWERS: later("The cell came after answers that depend on it; it was moved before them."),
    Why.LEFT_OUT_CELL: later("The cell was marked to be skipped; it was run."),
    Why.HANDED_IN_TOO: later("{other} was handed in as well; {name} is what was graded."),
    Why.RENAMED: later("The notebook is named {got}; it was graded as {name}."),
    Why.OPENED_ARCHIVE: later("{name} is an archive; it was opened."),
    Why.FILE_LEFT_OUT: later("{name} was left out: {reason}."),
    Why.FILES_DO_NOT_FIT: later(
        "The files next to the notebook do not fit into the folder where it runs; it ran without them."
    ),
    Why.UNREADABLE_TIME: later(
        "The submission's time, “{time}”, cannot be read. No points are taken off for lateness."
    ),
    Why.LATE: later(
        "Handed in {hours} h {minutes} min after the deadline; {penalty:g} points are taken off for it. "
        "It was due on {due} and came on {came}."
    ),
    Why.OUTPUT_LIMIT: later("The output is larger than {limit:g} MB; the rest of it was left out."),
    Why.CELL_COMPUTED: later("This cell computed for longer than {limit:g} s and was stopped."),
    Why.CELL_WAITED: later(
        "This cell waited for longer than {limit:g} s, for a pause, for input or for the network, and was stopped."
    ),
    Why.CELL_TOOK: later("This cell took longer than {limit:g} s on a busy machine and was stopped."),
    Why.CELL_WITHOUT_END: later("This cell did not end, and was stopped."),
    Why.NOTEBOOK_COMPUTED: later(
        "The notebook computed for longer than {limit:g} s; the cells from here on were not run."
    ),
    Why.NOTEBOOK_WAITED: later("The notebook waited for longer than {limit:g} s; the cells from here on were not run."),
    Why.NOTEBOOK_TOOK: later(
        "The notebook took longer than {limit:g} s on a busy machine; the cells from here on were not run."
    ),
    Why.PROCESS_ENDED: later("This cell ended the Python process; the cells after it ran in a new one."),
    Why.TOO_MANY_ENDED: later("The Python process had to be restarted more than {n} times; the rest was not run."),
    Why.WEB_PAGE: later("it is a saved web page"),
    Why.LFS_POINTER: later("it is a Git LFS pointer; the notebook itself was not handed in"),
    Why.MERGE_CONFLICT: later("it contains the conflict markers of an unfinished merge"),
    Why.PDF_FILE: later("it is a PDF file"),
    Why.DAMAGED_ARCHIVE: later(
        "it is an archive in which the notebook cannot be read; perhaps it is damaged, or protected by a password"
    ),
    Why.OTHER_ARCHIVE: later("it is an archive that does not contain the notebook"),
    Why.OTHER_ENCODING: later("its text is not in UTF-8 (Korean in CP949?)"),
    Why.CUT_OFF: later("it stops in the middle, on line {line}; perhaps only a part was copied or uploaded"),
    Why.NOT_JSON: later("it is not valid JSON from line {line} on; perhaps it was edited outside Jupyter"),
    Why.LINK: later("it is a link, or not an ordinary file"),
    Why.IN_A_NOTEBOOKS_FOLDER: later("it is in a folder that is named like a notebook"),
    Why.LONG_NAME: later("its name is too long"),
    Why.LARGE_FILE: later("it is too large ({size:.0f} MB)"),
    Why.LARGE_SUBMISSION: later("the submission as a whole is too large; {most:.0f} MB of it are read"),
    Why.TOO_MUCH: later(
        "the folder where the notebook runs holds at most {files} files and folders, and {most:.0f} MB"
    ),
    Why.UNREADABLE_FILE: later("it cannot be read ({error})"),
    Why.UNREADABLE_IN_ARCHIVE: later("it cannot be read in the archive"),
    Why.COURSES_PLACE: later("the course has a file or a folder in its place"),
    Why.FOLDERS_NAME: later("a folder has the same name"),
    Why.BESIDE_THE_NOTEBOOK: later("{name} is next to the notebook"),
    Why.NO_NOTEBOOK_OF_THIS: later("it is not a readable notebook of this assignment"),
    Why.ARCHIVES_NAME: later("it is not a readable notebook, and the archive has one with its name"),
    Why.STUB: later("This exercise has not been started yet: write your code where it says YOUR CODE HERE."),
    Why.UNTOUCHED: later("{exercise} has not been started yet"),
    Why.NEEDS: later("it needs {exercise}, which has not been started yet"),
    Why.STOPPED: later("it was stopped; is there a loop that does not end?"),
    Why.ENDS_PYTHON: later("it ends Python (exit(), quit() or sys.exit()); use return instead"),
    Why.CALLS_INPUT: later("it calls input(), which cannot be used here: compute the answer from the arguments"),
    Why.NO_FUNCTION: later("a check takes a function, by its name alone; {value} is not one"),
    Why.NAME_IN_QUOTES: later("a check takes the function itself, without quotation marks: {example}"),
    Why.RAISED_FOR_ANSWER: later("it raised {error}; an answer was expected{advice}"),
    Why.RAISED_FOR_ERROR: later("it raised {error}; {due} was expected{advice}"),
    Why.RAISED_IN_CHECK: later("the check cannot use what came back: {error}{advice}"),
    Why.WHAT_WORKS: later("; use {code} instead"),
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
    Why.LABELS: later("the values are the same, but not the names of rows and columns, or the types"),
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
    Why.SMALL_LETTERS: later("is {got}; use lower-case letters"),
    Why.OTHER_LETTERS: later("is {got}; choose among {letters}"),
    Why.LETTERS_IN_ORDER: later("is {got}; write each letter once, in alphabetical order"),
    Why.LINE: later("line {line}: {source}"),
    Why.LINE_IN: later("in {function}, line {line}: {source}"),
    Why.CALLED_IN: later("{place}; called in {function}, line {line}"),
    Why.ONE_OR_OTHER: later("{one} Or: {other}"),
    Why.UNSTEADY: later(
        "asked a second time, it gives a different answer. "
        "Does it use randomness, such as a layer in training mode, or keep something from the first call?"
    ),
    Why.OF_CALL: "{call}: {reason}",
    Why.NO_LONGER: later(
        "right at first, but no longer after the cells that follow, which is where it is graded: {reason}"
    ),
    Why.CHECK_GONE: later("its check is missing: take the cell {cell} from the notebook that you were given"),
    Why.IN_CELL: later("cell {name}: {what}"),
    Why.IN_CELL_AT: later("cell {name}: {what}, {place}"),
    Why.EDITED: later("cell {name}: it was edited; the text that you were given is what is graded"),
    Why.UNWRITTEN: later("cell {name}: your written answer is still empty"),
    Why.CELL_ENDS_PYTHON: later(
        "it ends Python (exit(), quit() or sys.exit()); remove that, or use return in a function"
    ),
    Why.COMPUTED_FOR: later("stopped after {limit:g} s of computing; is there a loop that does not end?"),
    Why.WAITED_FOR: later(
        "stopped after {limit:g} s of waiting; is there a pause, or does it wait for something that never comes?"
    ),
    Why.TOOK: later("stopped after {limit:g} s on a busy machine; try again when it has less to do"),
    Why.DIED: later("it ended Python itself; is there an exit() in it, or did it run out of memory?"),
    Why.NOT_RUN: later("not run, because {name} was stopped before"),
    Why.NO_INPUT_HERE: later("it calls input(), which cannot be used here"),
    Why.ENDED_WITH: "{error}",
}
"""The words of each kind, with places for its facts."""
