"""Why something is as it is, as values: a kind, and the facts that its sentence needs.

No words stand here. `autograder.reporting.words` makes them, in the reader's language, when a person reads. So two
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
class Cause:
    """Known wrong answers that an answer coincides with, and the sentence that all of them have.

    Attributes:
        misconceptions: Their numbers, in the catalogue's order.
        sentence: The course's own, in the language in which the catalogue was read.
    """

    misconceptions: tuple[str, ...]
    sentence: str


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What there is to say of an exercise: a reason, causes, or first the one and then the others."""

    reason: Reason | None = None
    causes: tuple[Cause, ...] = ()

    @property
    def misconceptions(self) -> tuple[str, ...]:
        """The numbers of all misconceptions that are named."""
        return tuple(number for cause in self.causes for number in cause.misconceptions)

    @property
    def is_seen_only(self) -> bool:
        """Whether it tells no cause, and only which facet to look at."""
        return self.reason is not None and self.reason.kind in (Why.LOOK_AGAIN, Why.NOT_TOGETHER)
