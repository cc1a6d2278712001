"""Annotations for GitHub: each incomplete exercise, at its cell in the notebook that was handed in.

GitHub shows the first ten of each level for a step of a job; all others are in the step's log.
"""

from collections.abc import Iterator

from autograder.language import _
from autograder.plain_text import clean
from autograder.reporting.ci_annotations import Annotation, command
from autograder.reporting.exports.form import Export, Gradesheet, comment, in_order
from autograder.reporting.exports.plain import compared
from autograder.reporting.text import troubles, unreadable
from autograder.values.graded import Grade
from autograder.words import in_words


def export(gradesheet: Gradesheet) -> Export:
    """Workflow commands, one per line: errors for what is not graded, then what could not be read, then lost points."""
    ungraded = [
        Annotation("error", "", 1, student, _("This submission is not graded; the job's log says why."))
        for student in gradesheet.ungraded
    ]
    found = [annotation for grade in in_order(gradesheet.grades) for annotation in _annotations(grade, gradesheet)]
    found.sort(key=lambda annotation: annotation.level, reverse=True)  # warnings before notices
    text = "".join(f"{command(annotation)}\n" for annotation in [*ungraded, *found])
    return compared({"": text}, gradesheet)


def _annotations(grade: Grade, gradesheet: Gradesheet) -> Iterator[Annotation]:
    if unreadable(grade):
        said = "\n".join(clean(in_words(fault.reason)) for fault in troubles(grade.faults) if not fault.cell)
        yield Annotation("warning", "", 1, grade.student, said)
        return
    for exercise in grade.exercises:
        said = comment(exercise)
        if said:
            file, line = gradesheet.place(grade.student, exercise)
            yield Annotation("notice", file, line, f"{grade.student}: {exercise.name}", said)
