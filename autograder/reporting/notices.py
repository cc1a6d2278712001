"""What a person must know before using marks: which are not final, out of date, or impossible."""

from collections.abc import Callable, Sequence

from autograder.language import _
from autograder.plain_text import clean
from autograder.reporting.text import number, state
from autograder.values.graded import CURRENT, ExerciseVerdict, Grade, Standing


def notices(grades: Sequence[Grade], standing: Standing = CURRENT, *, assignment: str) -> tuple[str, ...]:
    """Sentences, each with names; none if all marks are final, current and possible.

    Args:
        grades: One for each submission.
        standing: Whose marks are out of date.
        assignment: The assignment's name.
    """
    told = [
        (_("Answers wait for a person, so these marks are not final: {names}"), _with(grades, _waits)),
        (
            _("Points given by hand belong to an earlier answer, which a person has to look at again: {names}"),
            _with(grades, lambda one: state(one) == "again"),
        ),
        (_("Points given by hand exceed the maximum: {names}"), _above(grades)),
        (
            _("Marks from an earlier version, which `autograder grade {assignment}` updates: {names}"),
            standing.stale,
        ),
        (
            _("Handed in again since these marks were made; `autograder grade {assignment}` grades it: {names}"),
            standing.anew,
        ),
        (
            _("A cell was stopped that may take longer now; `autograder grade {assignment}` grades again: {names}"),
            standing.stopped,
        ),
        (_("In the gradebook, but no longer among the submissions: {names}"), standing.gone),
    ]
    return tuple(
        text.format(names=", ".join(clean(name, 200) for name in names), assignment=clean(assignment, 200))
        for text, names in told
        if names
    )


def _waits(verdict: ExerciseVerdict) -> bool:
    return state(verdict) == "waits"


def _with(grades: Sequence[Grade], claim: Callable[[ExerciseVerdict], bool]) -> list[str]:
    return sorted(grade.student for grade in grades if any(map(claim, grade.exercises)))


def _above(grades: Sequence[Grade]) -> list[str]:
    """Students, with each exercise and its points out of its worth."""
    return [
        f"{grade.student} ({verdict.name}: {number(verdict.points)} / {number(verdict.worth)})"
        for grade in sorted(grades, key=lambda one: one.student)
        for verdict in grade.exercises
        if verdict.above
    ]
