"""A page of Markdown for the summary of a CI job: a table of marks, and what each student's feedback says."""

from collections.abc import Sequence

from autograder.language import _
from autograder.reporting import markdown_text
from autograder.reporting.exports.form import Export, Gradesheet, about, comments, in_order, points
from autograder.reporting.exports.plain import compared
from autograder.reporting.terminal import compact, find
from autograder.reporting.text import final_score
from autograder.values.graded import Grade


def export(gradesheet: Gradesheet) -> Export:
    """One page. It says no more than the students' own pages; what does not fit is left out."""
    grades = in_order(gradesheet.grades)
    blocks = [
        f"## {markdown_text.text(gradesheet.assignment)}",
        _head(gradesheet),
        *(markdown_text.text(notice) for notice in about(gradesheet)),
        *([_table(grades)] if grades else []),
        *(_feedback(grade) for grade in grades if comments(grade)),
    ]
    page = markdown_text.within(blocks, _("The rest is left out; the students' pages have all of it."))
    return compared({"": page}, gradesheet)


def _head(gradesheet: Gradesheet) -> str:
    seeds = sorted({grade.seed for grade in gradesheet.grades if grade.seed is not None})
    lines = [_("Submissions graded: {count}.").format(count=len(gradesheet.grades))]
    if seeds:
        lines.append(_("Seed of the experiments: {seed}.").format(seed=", ".join(map(str, seeds[:5]))))
    if gradesheet.ungraded:
        names = markdown_text.text(", ".join(gradesheet.ungraded))
        lines.append(f"**{_('Handed in and not graded:')}** {names}")
    return " ".join(lines)


def _table(grades: Sequence[Grade]) -> str:
    names = list(dict.fromkeys(exercise.name for grade in grades for exercise in grade.exercises))
    rows = [
        [
            markdown_text.text(grade.student),
            f"{points(final_score(grade))} / {points(grade.max_score)}",
            *(compact(find(grade, name)) for name in names),
        ]
        for grade in grades
    ]
    header = [_("student"), _("marks") + ":", *(f"{markdown_text.text(name)}:" for name in names)]
    legend = _("✓ all points, – none, ? waits for a person")
    return "\n".join([*markdown_text.table(header, rows), "", legend])


def _feedback(grade: Grade) -> str:
    return "\n".join(
        [f"**{markdown_text.text(grade.student)}**\n", *(f"- {markdown_text.prose(x)}" for x in comments(grade))]
    )
