"""Why something is as it is, as values: a kind, and the facts that its sentence needs.

There are no words here. `autograder.words` makes them, in the reader's language, when a person reads. So two
reasons are the same when they are equal, whatever language they are read in, and nobody parses a sentence.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Union


class Why(StrEnum):
    """The kinds of reasons. The comment names a kind's facts; one with a star can be a reason itself."""

    # ---- of a facet that was lost
    NOT_OBSERVED = "not-observed"
    CUT_SHORT = "cut-short"
    MORE_THAN_OBSERVED = "more-than-observed"
    SOME_CALLS = "some-calls"  # said*, wrong, all
    NOT_STARTED = "not-started"
    OTHER_NOT_STARTED = "other-not-started"
    DEFINED_BELOW_CHECK = "defined-below-check"
    OUT_OF_TIME = "out-of-time"
    WAITED = "waited"
    COMPUTED = "computed"
    INPUT = "input"
    EXIT = "exit"
    RAISED = "raised"  # error*
    RAISED_ANOTHER = "raised-another"  # error*
    RAISED_NOTHING = "raised-nothing"  # form*
    NONE = "none"
    NOT_ANSWERED = "not-answered"
    NOT_DESCRIBED = "not-described"
    NOT_FINITE = "not-finite"
    OTHER_FORM = "other-form"  # form*, due*
    OTHER_LENGTHS = "other-lengths"  # form*
    OTHER_VALUES = "other-values"  # form*
    OTHER_NUMBER_OF_PARTS = "other-number-of-parts"
    WRONG = "wrong"
    OTHER_TYPE = "other-type"
    TYPE_INSTEAD = "type-instead"  # form, due
    IMPURE = "impure"
    LIBRARY = "library"
    TOO_LARGE = "too-large"
    UNREADABLE = "unreadable"
    NOT_COMPARABLE = "not-comparable"  # type*

    # ---- parts of these
    OWN_EXCEPTION = "own-exception"
    OWN_CLASS = "own-class"
    FORM_NONE = "form-none"
    FORM_TRUTH = "form-truth"
    FORM_TEXT = "form-text"
    FORM_NUMBER = "form-number"
    FORM_AXIS = "form-axis"
    FORM_AXES = "form-axes"  # count
    FORM_PARTS = "form-parts"

    # ---- of an exercise
    NOT_MADE = "not-made"
    ALWAYS_RAISES = "always-raises"  # error*
    LOOK_AGAIN = "look-again"  # facet, reason*
    NOT_TOGETHER = "not-together"  # reason*
    EXPERIMENT_TIMEOUT = "experiment-timeout"
    ENDED_PYTHON = "ended-python"
    NOT_FINISHED = "not-finished"
    UNDEFINED = "undefined"  # name
    UNDEFINED_SOMETHING = "undefined-something"
    DEFINED_BELOW = "defined-below"  # name
    CELL_SYNTAX = "cell-syntax"  # name
    CELL_SYNTAX_AT = "cell-syntax-at"  # name, line, said
    CELL_EXIT = "cell-exit"  # name
    CELL_INPUT = "cell-input"  # name
    CELL_ENDED_PYTHON = "cell-ended-python"  # name
    CELL_TIMEOUT = "cell-timeout"  # name
    CELL_IMPORT = "cell-import"  # name, module
    CELL_RAISED = "cell-raised"  # name, error*

    # ---- of a cell that nbgrader marks, or a person
    NO_NOTEBOOK = "no-notebook"
    NO_CELL = "no-cell"
    NO_ANSWER = "no-answer"
    PARTIAL = "partial"  # points, worth
    CHECK_RAISED = "check-raised"  # error*
    CHECK_FALSE = "check-false"
    CHECK_IMPOSSIBLE = "check-impossible"  # worth
    STDERR = "stderr"

    # ---- of a submission: what is not as it should be, or was put right
    NOT_HANDED_IN = "not-handed-in"  # name
    OTHERS_HANDED_IN = "others-handed-in"  # name, others
    A_FILE_THAT_IS = "a-file-that-is"  # file, what*
    SEVERAL = "several"  # one*, others*
    OTHER_ASSIGNMENTS = "other-assignments"  # path, other, assignment
    EMPTY_FILE = "empty-file"  # name
    LARGE_NOTEBOOK = "large-notebook"  # name
    NO_READABLE_NOTEBOOK = "no-readable-notebook"  # name, error*
    BROKEN_FORMAT = "broken-format"  # name, format, error
    REFUSED_BY_NBGRADER = "refused-by-nbgrader"  # error
    CONVERTED = "converted"  # name, format
    METADATA_LEFT_OUT = "metadata-left-out"  # n
    MANY_CELLS = "many-cells"  # n, said*
    PRIVATE_KERAS = "private-keras"
    COPIED_CELL = "copied-cell"
    UNKNOWN_CELL = "unknown-cell"  # id
    RECOGNISED_CELL = "recognised-cell"
    ANSWER_BELOW = "answer-below"
    CELL_PUT_BACK = "cell-put-back"
    SOLUTION_MISSING = "solution-missing"
    CELL_TYPE = "cell-type"
    EARLIER_RELEASE = "earlier-release"
    EDITED_CELL = "edited-cell"
    CELL_METADATA = "cell-metadata"
    BEFORE_ITS_SOLUTION = "before-its-solution"
    BEHIND_ANSWERS = "behind-answers"
    LEFT_OUT_CELL = "left-out-cell"
    HANDED_IN_TOO = "handed-in-too"  # other, name
    RENAMED = "renamed"  # got, name
    OPENED_ARCHIVE = "opened-archive"  # name
    FILE_LEFT_OUT = "file-left-out"  # name, reason*
    FILES_DO_NOT_FIT = "files-do-not-fit"
    UNREADABLE_TIME = "unreadable-time"  # time
    LATE = "late"  # hours, minutes, penalty, due, came
    OUTPUT_LIMIT = "output-limit"  # limit
    CELL_COMPUTED = "cell-computed"  # limit
    CELL_WAITED = "cell-waited"  # limit
    CELL_TOOK = "cell-took"  # limit
    CELL_WITHOUT_END = "cell-without-end"
    NOTEBOOK_COMPUTED = "notebook-computed"  # limit
    NOTEBOOK_WAITED = "notebook-waited"  # limit
    NOTEBOOK_TOOK = "notebook-took"  # limit
    PROCESS_ENDED = "process-ended"
    TOO_MANY_ENDED = "too-many-ended"  # n

    # ---- of a file: what it is, and why it was left out
    WEB_PAGE = "web-page"
    LFS_POINTER = "lfs-pointer"
    MERGE_CONFLICT = "merge-conflict"
    PDF_FILE = "pdf-file"
    DAMAGED_ARCHIVE = "damaged-archive"
    OTHER_ARCHIVE = "other-archive"
    OTHER_ENCODING = "other-encoding"
    CUT_OFF = "cut-off"  # line
    NOT_JSON = "not-json"  # line
    LINK = "link"
    IN_A_NOTEBOOKS_FOLDER = "in-a-notebooks-folder"
    LONG_NAME = "long-name"
    LARGE_FILE = "large-file"  # size
    LARGE_SUBMISSION = "large-submission"  # most
    TOO_MUCH = "too-much"  # files, most
    UNREADABLE_FILE = "unreadable-file"  # error
    UNREADABLE_IN_ARCHIVE = "unreadable-in-archive"
    COURSES_PLACE = "courses-place"
    FOLDERS_NAME = "folders-name"
    BESIDE_THE_NOTEBOOK = "beside-the-notebook"  # name
    NO_NOTEBOOK_OF_THIS = "no-notebook-of-this"
    ARCHIVES_NAME = "archives-name"

    # ---- of a visible check: what a call gave
    STUB = "stub"
    UNTOUCHED = "untouched"  # exercise
    NEEDS = "needs"  # exercise
    STOPPED = "stopped"
    ENDS_PYTHON = "ends-python"
    CALLS_INPUT = "calls-input"
    NO_FUNCTION = "no-function"  # value
    NAME_IN_QUOTES = "name-in-quotes"  # example
    RAISED_FOR_ANSWER = "raised-for-answer"  # error, advice*
    RAISED_FOR_ERROR = "raised-for-error"  # error, due, advice*
    RAISED_IN_CHECK = "raised-in-check"  # error, advice*
    WHAT_WORKS = "what-works"  # code
    ANSWER_FOR_ERROR = "answer-for-error"  # got, due
    NO_RETURN = "no-return"
    NOTHING_DUE = "nothing-due"  # got
    DIFFERENT = "different"  # got, expected
    SHAPES = "shapes"  # got, expected
    FIRST_DIFFERENCE = "first-difference"  # where, got, expected
    SHARE = "share"  # wrong, all
    LABELS = "labels"
    SEQUENCE_FOR_ARRAY = "sequence-for-array"  # got, expected
    NOT_WHOLE = "not-whole"  # got
    OTHER_DTYPE = "other-dtype"  # got, expected
    OTHER_KIND = "other-kind"  # got, expected

    # ---- of a choice
    OF_CHOICE = "of-choice"  # name, problem*
    EMPTY = "empty"
    NOT_QUOTED = "not-quoted"  # got
    LETTER_ALONE = "letter-alone"  # got, letter
    LETTERS_TOGETHER = "letters-together"  # got, letters
    ONE_LETTER = "one-letter"  # got
    SMALL_LETTERS = "small-letters"  # got
    OTHER_LETTERS = "other-letters"  # got, letters
    LETTERS_IN_ORDER = "letters-in-order"  # got

    # ---- of a visible check: where, and the likely cause
    LINE = "line"  # line, source
    LINE_IN = "line-in"  # function, line, source
    CALLED_IN = "called-in"  # place*, function, line
    ONE_OR_OTHER = "one-or-other"  # one*, other
    UNSTEADY = "unsteady"

    # ---- of a notebook on its author's machine
    OF_CALL = "of-call"  # call, reason*
    NO_LONGER = "no-longer"  # reason*
    CHECK_GONE = "check-gone"  # cell
    IN_CELL = "in-cell"  # name, what*
    IN_CELL_AT = "in-cell-at"  # name, what*, place*
    EDITED = "edited"  # name
    UNWRITTEN = "unwritten"  # name
    CELL_ENDS_PYTHON = "cell-ends-python"
    COMPUTED_FOR = "computed-for"  # limit
    WAITED_FOR = "waited-for"  # limit
    TOOK = "took"  # limit
    DIED = "died"
    NOT_RUN = "not-run"  # name
    NO_INPUT_HERE = "no-input-here"
    ENDED_WITH = "ended-with"  # error


Fact = Union[str, int, float, "Reason"]


@dataclass(frozen=True, slots=True)
class Reason:
    """A kind, and its facts by name, in the order of the names."""

    kind: Why
    facts: tuple[tuple[str, Fact], ...] = ()


def because(kind: Why, **facts: Fact) -> Reason:
    """The reason of a kind with these facts."""
    return Reason(kind, tuple(sorted(facts.items())))


@dataclass(frozen=True, slots=True)
class Failure:
    """What is wrong with a call in a visible check.

    Attributes:
        call: The call as a line of code; "" if it is not about a call.
        reason: What is wrong first.
        details: More about it, most important first.
        inputs: The arguments that are shown, line by line.
        place: The line of the notebook that raised an exception.
        cause: The likely cause: a sentence of the course, or a reason.
    """

    call: str
    reason: Reason
    details: tuple[Reason, ...] = ()
    inputs: tuple[str, ...] = ()
    place: Reason | None = None
    cause: Fact | None = None


@dataclass(frozen=True, slots=True)
class Cause:
    """Known wrong answers that an answer matches, and the sentence that all of them have.

    Attributes:
        misconceptions: Their ids, in the catalogue's order.
        sentence: The course's own, in the language in which the catalogue was read.
    """

    misconceptions: tuple[str, ...]
    sentence: str


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What there is to say about an exercise: a reason, causes, or a reason followed by causes."""

    reason: Reason | None = None
    causes: tuple[Cause, ...] = ()

    @property
    def misconceptions(self) -> tuple[str, ...]:
        """The ids of all misconceptions that are named."""
        return tuple(id for cause in self.causes for id in cause.misconceptions)

    @property
    def is_seen_only(self) -> bool:
        """Whether it names no cause, and only says which facet to look at."""
        return self.reason is not None and self.reason.kind in (Why.LOOK_AGAIN, Why.NOT_TOGETHER)
