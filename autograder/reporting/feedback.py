"""The page that a student reads: what was won, what was not, and the likely cause, beside the student's own code."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from autograder.reporting.pages import pages
from autograder.reporting.text import (
    Lead,
    advice,
    code_lines,
    final_score,
    lead,
    repairs,
    share,
    state,
    troubles,
    unreadable,
)
from autograder.values import ExerciseVerdict, Fault, Grade

MAX_FAULTS = 30
"""Faults that a page lists of each kind; a notebook can be made to have thousands."""


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
        code: The student's own lines; empty if there are none.
        regraded: A person gave other points than the facets add up to.
    """

    verdict: ExerciseVerdict
    anchor: str
    state: str
    share: float
    lead: Lead | None
    told: bool
    code: Sequence[str]
    regraded: bool


def feedback_page(grade: Grade, *, assignment: str, answers: Mapping[str, str], sandboxed: bool = True) -> str:
    """One self-contained HTML page for one student. It runs no script, and loads nothing.

    Args:
        grade: The submission's grade.
        assignment: The assignment's name.
        answers: The student's own code by the exercise's name.
        sandboxed: Whether the submission ran in a sandbox.
    """
    sections = [_section(index, verdict, grade, answers) for index, verdict in enumerate(grade.exercises, start=1)]
    to_win = [section for section in sections if section.state in ("part", "open")]
    # What has a recognised cause is the quickest to mend, there where most points are missing; else simply the first.
    next_step = max(to_win, key=_missing_for_a_known_cause, default=None)
    return (
        pages()
        .get_template("feedback.html.j2")
        .render(
            grade=grade,
            assignment=assignment,
            sandboxed=sandboxed,
            total=final_score(grade),
            total_share=share(final_score(grade), grade.max_score),
            sections=sections,
            complete=sum(section.state == "complete" for section in sections),
            known=sum(section.lead is not None and section.lead.known for section in sections),
            waiting=sum(section.verdict.worth for section in sections if section.state == "waits"),
            next_step=next_step,
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


def _section(index: int, verdict: ExerciseVerdict, grade: Grade, answers: Mapping[str, str]) -> _Section:
    code = answers.get(verdict.name, "")
    facet_points = sum(facet.points for facet in verdict.facets)
    return _Section(
        verdict=verdict,
        anchor=f"exercise-{index}",
        state=state(verdict),
        share=share(verdict.points, verdict.worth),
        lead=lead(verdict),
        told=bool(verdict.facets or code.strip() or not unreadable(grade)),
        code=code_lines(code) if code.strip() else (),
        regraded=bool(verdict.facets) and not verdict.needs_person and abs(facet_points - verdict.points) > 1e-6,
    )


def _missing_for_a_known_cause(section: _Section) -> float:
    known = section.lead is not None and section.lead.known
    return section.verdict.worth - section.verdict.points if known else 0.0


def _first(faults: Sequence[Fault]) -> Sequence[Fault]:
    return faults[:MAX_FAULTS]
