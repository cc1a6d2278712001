"""Writes a graded cohort's pages: feedback for each student, the report and the results for the instructor."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from autograder.course.report import replace, write_report
from autograder.grading.course import Course
from autograder.grading.grade import Cohort
from autograder.grading.record import reread
from autograder.reporting.feedback import feedback_page
from autograder.reporting.text import unreadable
from autograder.values import Assignment, Grade


@dataclass(frozen=True, slots=True)
class Pages:
    """Where the pages lie."""

    feedback: Path
    report: Path


def write_pages(course: Course, assignment: Assignment, cohort: Cohort) -> Pages:
    """Write feedback/<student>/<assignment>/<notebook>.html for each student, and report/<assignment>/.

    The pages lie where nbgrader keeps feedback, so that `nbgrader release_feedback` hands them out.
    """
    for grade in cohort.grades:
        folder = course.folder("feedback", grade.student, cohort.assignment)
        folder.mkdir(parents=True, exist_ok=True)
        for notebook in assignment.notebooks:
            mine = _of_notebook(grade, {cell.grade_id for cell in notebook.cells}, whole=len(assignment.notebooks) == 1)
            # What stands in for a notebook that could not be read is the released one; it is nobody's answer.
            answers = {} if unreadable(grade) else _answers(course, cohort.assignment, grade, notebook.name)
            page = feedback_page(mine, assignment=cohort.assignment, answers=answers, sandboxed=cohort.sandboxed)
            replace(folder / f"{notebook.name}.html", page)
    others = reread(course, assignment, cohort.others)  # a person may have graded by hand since
    everyone = (*cohort.grades, *others)
    write_report(course, assignment, everyone, seed=cohort.seed, sandboxed=cohort.sandboxed)
    return Pages(course.folder("feedback", "x", "x").parent.parent, course.report(cohort.assignment) / "index.html")


def _of_notebook(grade: Grade, cells: set[str], *, whole: bool) -> Grade:
    """The part of a grade that concerns one notebook of an assignment with several."""
    if whole:
        return grade
    exercises = tuple(exercise for exercise in grade.exercises if exercise.cell in cells)
    return Grade(
        student=grade.student,
        score=sum(exercise.points for exercise in exercises),
        max_score=sum(exercise.worth for exercise in exercises),
        penalty=grade.penalty,
        seconds=grade.seconds,
        start_s=grade.start_s,
        seed=grade.seed,
        faults=grade.faults,
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
