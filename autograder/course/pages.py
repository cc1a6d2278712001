"""Writes a graded cohort's pages: feedback for each student, the report and the results for the instructor."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from autograder.course.examples import visible_examples
from autograder.course.report import last_run, write_report
from autograder.files import replace_file
from autograder.grading.course import Course
from autograder.grading.grade import Cohort
from autograder.grading.kept import Kept, kept
from autograder.grading.record import by_hand, reread
from autograder.reporting.feedback import feedback_page
from autograder.reporting.text import unreadable
from autograder.values import Assignment, ByHand, Grade


@dataclass(frozen=True, slots=True)
class Pages:
    """Where the pages lie."""

    feedback: Path
    report: Path


def write_pages(course: Course, assignment: Assignment, cohort: Cohort) -> Pages:
    """Write feedback/<student>/<assignment>/<notebook>.html for each student, and report/<assignment>/.

    The pages lie where nbgrader keeps feedback, so that `nbgrader release_feedback` hands them out.
    """
    write_feedback(course, assignment, cohort.grades, sandboxed=cohort.sandboxed)
    others = reread(course, assignment, cohort.others)  # a person may have graded by hand since
    everyone = (*cohort.grades, *others)
    limit_s = cohort.limit_s if cohort.limit_s != course.cell_limit_s else None
    write_report(course, assignment, everyone, seed=cohort.seed, sandboxed=cohort.sandboxed, limit_s=limit_s)
    return Pages(course.folder("feedback", "x", "x").parent.parent, course.report(cohort.assignment) / "index.html")


def rewrite_pages(course: Course, name: str) -> tuple[Kept, dict[str, object]]:
    """Write all pages of an assignment anew from what is kept of the last run, with what people did by hand since.

    The page of a submission that was graded elsewhere, such as by `nbgrader autograde`, is left alone.

    Returns:
        The cohort, and the report as plain data for JSON.

    Raises:
        UsageError: There is no such assignment, or it was never graded.
    """
    found = kept(course, name)
    seed, sandboxed, limit_s = last_run(course, name, found.grades)
    mine = [grade for grade in found.grades if grade.student not in found.elsewhere]
    write_feedback(course, found.assignment, mine, sandboxed=sandboxed)
    data = write_report(course, found.assignment, found.grades, seed=seed, sandboxed=sandboxed, limit_s=limit_s)
    return found, data


def write_feedback(course: Course, assignment: Assignment, grades: Iterable[Grade], *, sandboxed: bool) -> None:
    """Write each student's pages, one for each notebook."""
    grades = list(grades)
    people = by_hand(course, assignment, (grade.student for grade in grades))
    example_of = visible_examples(course, assignment.name)
    for grade in grades:
        folder = course.folder("feedback", grade.student, assignment.name)
        folder.mkdir(parents=True, exist_ok=True)
        for notebook in assignment.notebooks:
            mine = _of_notebook(grade, {cell.grade_id for cell in notebook.cells}, whole=len(assignment.notebooks) == 1)
            # What stands in for a notebook that could not be read is the released one; it is nobody's answer.
            answers = {} if unreadable(mine) else _answers(course, assignment.name, grade, notebook.name)
            examples = {verdict.name: example_of(verdict) for verdict in mine.exercises}
            page = feedback_page(
                mine,
                assignment=assignment.name,
                answers=answers,
                sandboxed=sandboxed,
                notebook=notebook.name,
                by_hand=_in_notebook(people.get(grade.student, ByHand()), {cell.grade_id for cell in notebook.cells}),
                examples={name: example for name, example in examples.items() if example is not None},
            )
            replace_file(folder / f"{notebook.name}.html", page)


def _in_notebook(people: ByHand, cells: set[str]) -> ByHand:
    """What people did to one notebook of an assignment."""
    return replace(people, comments={cell: text for cell, text in people.comments.items() if cell in cells})


def _of_notebook(grade: Grade, cells: set[str], *, whole: bool) -> Grade:
    """The part of a grade that concerns one notebook of an assignment with several.

    What lateness costs is said, and taken off the assignment as a whole, on no page of a part.
    """
    if whole:
        return grade
    exercises = tuple(exercise for exercise in grade.exercises if exercise.cell in cells)
    return Grade(
        student=grade.student,
        score=sum(exercise.points for exercise in exercises),
        max_score=sum(exercise.worth for exercise in exercises),
        penalty=0.0,
        seconds=grade.seconds,
        start_s=grade.start_s,
        seed=grade.seed,
        faults=tuple(fault for fault in grade.faults if not fault.cell or fault.cell in cells),
        exercises=exercises,
    )


def _answers(course: Course, assignment: str, grade: Grade, notebook: str) -> Mapping[str, str]:
    """The student's own text for each exercise, from the autograded notebook."""
    path = course.folder("autograded", grade.student, assignment) / f"{notebook}.ipynb"
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    texts = {}
    for cell in cells:
        metadata = cell["metadata"].get("nbgrader", {})
        if metadata.get("solution"):
            source = cell["source"]
            texts[metadata["grade_id"]] = source if isinstance(source, str) else "".join(source)
    return texts
