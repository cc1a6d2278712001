"""Writes a graded cohort's pages: feedback for each student, the report and the results for the instructor."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from autograder.grading.course import Course
from autograder.grading.grade import Cohort
from autograder.reporting.cohort import cohort_page
from autograder.reporting.feedback import feedback_page
from autograder.reporting.results import results
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
    links: dict[str, str] = {}
    report = course.report(cohort.assignment)
    report.mkdir(parents=True, exist_ok=True)
    for grade in cohort.grades:
        folder = course.folder("feedback", grade.student, cohort.assignment)
        folder.mkdir(parents=True, exist_ok=True)
        for notebook in assignment.notebooks:
            mine = _of_notebook(grade, {cell.grade_id for cell in notebook.cells}, whole=len(assignment.notebooks) == 1)
            # What stands in for a notebook that could not be read is the released one; it is nobody's answer.
            answers = {} if unreadable(grade) else _answers(course, cohort.assignment, grade, notebook.name)
            page = feedback_page(mine, assignment=cohort.assignment, answers=answers, sandboxed=cohort.sandboxed)
            _replace(folder / f"{notebook.name}.html", page)
    everyone = sorted((*cohort.grades, *cohort.others), key=lambda one: one.student)
    first = f"{assignment.notebooks[0].name}.html"
    for grade in everyone:
        page_of = course.folder("feedback", grade.student, cohort.assignment) / first
        if page_of.is_file():
            links[grade.student] = quote(os.path.relpath(page_of, report))
    page = cohort_page(
        everyone, assignment=cohort.assignment, seed=cohort.seed, sandboxed=cohort.sandboxed, links=links
    )
    _replace(report / "index.html", page)
    data = results(everyone, assignment=cohort.assignment, seed=cohort.seed)
    _replace(report / "results.json", json.dumps(data, indent=1, ensure_ascii=False) + "\n")
    return Pages(course.folder("feedback", "x", "x").parent.parent, report / "index.html")


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


def _replace(path: Path, text: str) -> None:
    """Write a file so that a reader sees the old or the new one, never a half."""
    fresh = path.with_name(f".{path.name}.new")
    fresh.write_text(text, encoding="utf-8")
    os.replace(fresh, path)
