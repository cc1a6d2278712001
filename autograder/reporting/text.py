"""The words that all reports share."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from autograder.language import _
from autograder.plain_text import clean
from autograder.reasons import Reason, Why
from autograder.values.graded import ExerciseVerdict, FacetVerdict, Grade
from autograder.values.submitted import ADVICE, REPAIRED, UNREADABLE, Fault
from autograder.words import in_words, sentence

MAX_LINES = 400


def number(value: float) -> str:
    """Points or seconds with at most two digits after the point: "2.5", "3", "0.33"."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def percent(share: float) -> str:
    """A share between 0 and 1 as "75 %"; only the whole is 100 and only nothing is 0."""
    rounded = round(100 * share)
    if 0 < share < 1:
        rounded = min(max(rounded, 1), 99)
    return f"{rounded} %"


def final_score(grade: Grade) -> float:
    """Points after the late penalty."""
    return max(0.0, grade.score - grade.penalty)


def share(part: float, whole: float) -> float:
    """`part` of `whole`, between 0 and 1; 1 if there is nothing to win."""
    return min(max(part / whole, 0.0), 1.0) if whole > 0 else 1.0


def state(exercise: ExerciseVerdict) -> str:
    """How far an exercise is: "waits", "again", "complete", "part", "missed" or "open".

    "again" has a person's points for an earlier answer, which count until a person has looked at this one. "missed" was
    answered, and no facet was won.
    """
    if exercise.needs_person:
        return "again" if exercise.earlier else "waits"
    if exercise.points >= exercise.worth - 1e-9 and not exercise.failed:
        return "complete"
    if exercise.points > 0:
        return "part"
    return "missed" if any(_was_answered(facet) for facet in exercise.facets) else "open"


_WITHOUT_ANSWER = frozenset({Why.NOT_STARTED, Why.NOT_OBSERVED, Why.DEFINED_BELOW_CHECK})


def _was_answered(facet: FacetVerdict) -> bool:
    return facet.reason is None or facet.reason.kind not in _WITHOUT_ANSWER


def share_won(exercise: ExerciseVerdict) -> float:
    """The share of its points that was won; 0 for a failed check that is worth nothing."""
    return 0.0 if exercise.failed and not exercise.worth else share(exercise.points, exercise.worth)


def lost_facets(exercise: ExerciseVerdict) -> tuple[FacetVerdict, ...]:
    """The facets that were not won."""
    return tuple(facet for facet in exercise.facets if facet.points < facet.worth)


def unreadable(grade: Grade) -> bool:
    """Whether no notebook of the submission could be read; of several, some may have been."""
    return bool(unread(grade.faults)) and all(verdict.unread for verdict in grade.exercises)


def unread(faults: Iterable[Fault]) -> tuple[Fault, ...]:
    """Why a notebook could not be read."""
    return tuple(fault for fault in faults if fault.kind in UNREADABLE)


def troubles(faults: Iterable[Fault]) -> tuple[Fault, ...]:
    """What went wrong on the way: neither repaired nor advice nor about lateness."""
    return tuple(fault for fault in faults if fault.kind not in REPAIRED | ADVICE and fault.kind != "late")


def advice(faults: Iterable[Fault]) -> tuple[Fault, ...]:
    """What cost no points, but should be done differently."""
    return tuple(fault for fault in faults if fault.kind in ADVICE)


def repairs(faults: Iterable[Fault]) -> tuple[Fault, ...]:
    """What the grader put right."""
    return tuple(fault for fault in faults if fault.kind in REPAIRED)


@dataclass(frozen=True, slots=True)
class Lead:
    """The first thing to say about an exercise that is not complete.

    Attributes:
        label: What kind of sentence it is.
        sentence: The sentence.
        shared_reason: The one reason that every lost facet has and that the sentence already gives; None otherwise.
        known: A cause was recognised; otherwise the sentence only says where to look.
    """

    label: str
    sentence: str
    shared_reason: Reason | None = None
    known: bool = False


def lead(exercise: ExerciseVerdict) -> Lead | None:
    """What to say first about an exercise; None if there is nothing to say.

    A diagnosis that only repeats the first lost facet and its reason names no cause, and is not announced as one.
    """
    said = exercise.diagnosis
    if said is None or state(exercise) == "complete":
        return None
    words, lost = sentence(said), lost_facets(exercise)
    if not lost:
        return Lead(_("What happened"), words)
    reason = lost[0].reason
    alike = reason is not None and all(facet.reason == reason for facet in lost)
    if said.is_seen_only:
        if lost[0].is_guard:
            return Lead(_("Where to look"), words, shared_reason=reason)
        if alike and reason is not None:
            words = in_words(reason)
            return Lead(_("What was seen"), f"{words[:1].upper()}{words[1:]}.", shared_reason=reason)
        return Lead(_("Where to look"), words)
    kinds = {facet.reason.kind for facet in lost if facet.reason is not None}
    if kinds == {Why.NOT_STARTED}:  # a blank exercise has its own sentence, but no cause to look for
        return Lead(_("Not started"), words, shared_reason=reason)
    if kinds and kinds <= {Why.NOT_OBSERVED, Why.DEFINED_BELOW_CHECK}:  # the sentence says why
        return Lead(_("What happened"), words, shared_reason=reason, known=True)
    return Lead(_("Likely cause"), words, known=True)


def code_lines(code: str) -> Sequence[str]:
    """Clean code as lines, at most MAX_LINES; one more line says that the rest is left out."""
    lines = clean(code).strip("\n").expandtabs(4).split("\n")
    return lines if len(lines) <= MAX_LINES else [*lines[: MAX_LINES - 1], _("… the rest is in the notebook")]
