"""The page that a student reads: what was won, what was not, and the likely cause, next to the student's own code."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from markupsafe import Markup

from autograder.notebooks import Form
from autograder.reporting.plots import address
from autograder.reporting.templating import pages
from autograder.reporting.text import (
    Lead,
    advice,
    code_lines,
    final_score,
    lead,
    repairs,
    share,
    share_won,
    state,
    troubles,
    unreadable,
)
from autograder.values.graded import ByHand, Example, ExerciseVerdict, Grade
from autograder.values.submitted import Fault

MAX_FAULTS = 30
"""Faults that a page lists of each kind; a notebook can be made to have thousands."""


@dataclass(frozen=True, slots=True)
class FeedbackContext:
    """What a student's page shows besides the grade.

    Attributes:
        answers: The student's own code or text by the grade id of its cell.
        by_hand: What people wrote and set by hand.
        examples: What the known cause does to a visible example, by the exercise's name.
        earlier_comments: Comments that were written about an earlier answer, by the grade id of its cell.
    """

    answers: Mapping[str, str] = field(default_factory=dict)
    by_hand: ByHand = ByHand()
    examples: Mapping[str, Example] = field(default_factory=dict)
    earlier_comments: Mapping[str, str] = field(default_factory=dict)


NO_CONTEXT = FeedbackContext()


@dataclass(frozen=True, slots=True)
class _Section:
    """One exercise on the page.

    Attributes:
        verdict: Its verdict.
        anchor: Name of its section in the page.
        state: As `autograder.reporting.text.state`.
        share: Share of its points that was won.
        lead: What is said first.
        told: There is more to say than that no notebook could be read, which the page says once.
        code: The student's own lines of code; empty if there are none.
        text: The student's own text, Markdown; "" if the answer is code.
        regraded: A person set the points, or they differ from the sum of the facets.
        comment: What a person wrote about it; "" if nobody did.
        comment_is_earlier: It was written about an earlier answer.
        example: What its known cause does to a visible example; None if there is none.
        picture: The example's picture as a data: address; "" if there is none.
    """

    verdict: ExerciseVerdict
    anchor: str
    state: str
    share: float
    lead: Lead | None
    told: bool
    code: Sequence[str]
    text: str
    regraded: bool
    comment: str
    comment_is_earlier: bool
    example: Example | None
    picture: Markup | str

    @property
    def missing(self) -> float:
        """Points that can still be won."""
        return self.verdict.worth - self.verdict.points

    @property
    def answered(self) -> bool:
        """Whether there is an answer to show."""
        return bool(self.code or self.text)

    @property
    def may_lack(self) -> bool:
        """Whether the notebook should contain an answer to it: a check has none of its own."""
        return self.verdict.form != Form.CHECK


def feedback_page(
    grade: Grade,
    *,
    assignment: str,
    notebook: str = "",
    sandboxed: bool = True,
    context: FeedbackContext = NO_CONTEXT,
) -> str:
    """One self-contained HTML page for one student. It runs no script, and loads nothing.

    Args:
        grade: The submission's grade.
        assignment: The assignment's name.
        notebook: The notebook's name; the assignment's if "".
        sandboxed: Whether the submission ran in a sandbox.
        context: What else it shows.
    """
    sections = [_section(index, verdict, grade, context) for index, verdict in enumerate(grade.exercises, start=1)]
    to_win = [section for section in sections if section.state in ("part", "missed", "open") and section.missing > 0]
    # A recognised cause is the quickest to fix: the one where most points are missing; else simply the first.
    next_step = max(to_win, key=_missing_for_a_known_cause, default=None)
    of_sections = {(one.notebook, cell) for one in grade.exercises for cell in (one.exercise, one.cell)}
    return (
        pages()
        .get_template("feedback.html.j2")
        .render(
            grade=grade,
            assignment=assignment,
            notebook=notebook or assignment,
            sandboxed=sandboxed,
            total=final_score(grade),
            total_share=share(final_score(grade), grade.max_score),
            sections=sections,
            complete=sum(section.state == "complete" for section in sections),
            known=sum(section.lead is not None and section.lead.known for section in sections),
            waiting=sum(section.verdict.worth for section in sections if section.state == "waits"),
            next_step=next_step,
            to_win=sorted(to_win, key=lambda section: -section.missing),
            other_comments=[
                (cell, text, context.earlier_comments.get(cell) == text.strip())
                for (place, cell), text in context.by_hand.comments.items()
                if (place, cell) not in of_sections
            ],
            unreadable=unreadable(grade),
            late=[fault for fault in grade.faults if fault.kind == "late"],
            troubles=_first(troubles(grade.faults)),
            more_troubles=max(0, len(troubles(grade.faults)) - MAX_FAULTS),
            advice=_first(advice(grade.faults)),
            more_advice=max(0, len(advice(grade.faults)) - MAX_FAULTS),
            repairs=_first(repairs(grade.faults)),
            more_repairs=max(0, len(repairs(grade.faults)) - MAX_FAULTS),
        )
    )


def _section(index: int, verdict: ExerciseVerdict, grade: Grade, context: FeedbackContext) -> _Section:
    answer, by_hand = context.answers.get(verdict.exercise, ""), context.by_hand
    is_text = verdict.form == Form.TEXT
    said = ((cell, by_hand.comments.get((verdict.notebook, cell), "").strip()) for cell in _cells(verdict))
    cell, comment = next((one for one in said if one[1]), ("", ""))
    facet_points = sum(facet.points for facet in verdict.facets)
    changed = bool(verdict.facets) and abs(facet_points - verdict.points) > 1e-6
    shown = context.examples.get(verdict.name) if state(verdict) in ("part", "missed", "open") else None
    return _Section(
        verdict=verdict,
        anchor=f"exercise-{index}",
        state=state(verdict),
        share=share_won(verdict),
        lead=lead(verdict),
        told=bool(verdict.facets or answer.strip() or comment or not unreadable(grade)),
        code=code_lines(answer) if answer.strip() and not is_text else (),
        text=answer.strip() if is_text else "",
        regraded=not verdict.needs_person and ((verdict.notebook, verdict.cell) in by_hand.scored or changed),
        comment=comment,
        comment_is_earlier=bool(comment) and context.earlier_comments.get(cell) == comment,
        example=shown,
        picture=address(shown.picture) if shown is not None and shown.picture else "",
    )


def _cells(verdict: ExerciseVerdict) -> tuple[str, str]:
    """The cells that a comment on an exercise may stand at."""
    return verdict.exercise, verdict.cell


def _missing_for_a_known_cause(section: _Section) -> float:
    known = section.lead is not None and section.lead.known
    return section.missing if known else 0.0


def _first(faults: Sequence[Fault]) -> Sequence[Fault]:
    return faults[:MAX_FAULTS]
