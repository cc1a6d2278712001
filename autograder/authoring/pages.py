"""Writes a graded cohort's pages: feedback for each student, the report and the results for the instructor."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from autograder.authoring.cohort_report import last_run, write_report
from autograder.authoring.examples import visible_examples
from autograder.files import replace_file
from autograder.grading.course import Course
from autograder.grading.grade import Cohort
from autograder.grading.kept import Kept, kept, standing
from autograder.grading.lock import alone
from autograder.grading.record import by_hand, reread
from autograder.notebooks import role, source_of
from autograder.reporting.feedback import FeedbackContext, feedback_page
from autograder.reporting.notices import notices
from autograder.reporting.text import unreadable
from autograder.values.graded import ByHand, Grade, RunFacts
from autograder.values.submitted import Assignment


@dataclass(frozen=True, slots=True)
class Pages:
    """Where the pages are, and what a person must know about the marks on them."""

    feedback: Path
    report: Path
    notices: tuple[str, ...]


def write_pages(course: Course, assignment: Assignment, cohort: Cohort) -> Pages:
    """Write feedback/<student>/<assignment>/<notebook>.html for each student, and report/<assignment>/.

    The pages are where nbgrader keeps feedback, so that `nbgrader release_feedback` hands them out.
    """
    write_feedback(course, assignment, cohort.grades, sandboxed=cohort.sandboxed)
    others = reread(course, assignment, cohort.others)  # a person may have graded by hand since
    everyone = (*cohort.grades, *others)
    limit_s = cohort.limit_s if cohort.limit_s != course.cell_limit_s else None
    now = standing(course, assignment, everyone)
    write_report(course, assignment, everyone, run=RunFacts(cohort.seed, cohort.sandboxed, limit_s), standing=now)
    return Pages(
        course.folder("feedback", "x", "x").parent.parent,
        course.report(cohort.assignment) / "index.html",
        notices(everyone, now, assignment=assignment.name),
    )


def rewrite_pages(course: Course, name: str) -> tuple[Kept, dict[str, Any]]:
    """Write all pages of an assignment again from the last run's kept results and what people have done by hand since.

    The page of a submission that was graded elsewhere, such as by `nbgrader autograde`, is left alone.

    Returns:
        The cohort, and the report as plain data for JSON.

    Raises:
        UsageError: There is no such assignment, or it was never graded.
        MachineError: Another run is working on it.
    """
    with alone(course, name, "report"):
        found = kept(course, name)
        run = last_run(course, name, found.grades)
        mine = [grade for grade in found.grades if grade.student not in found.elsewhere]
        write_feedback(course, found.assignment, mine, sandboxed=run.sandboxed)
        data = write_report(course, found.assignment, found.grades, run=run, standing=found.standing)
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
            mine = _of_notebook(grade, notebook.name, whole=len(assignment.notebooks) == 1)
            # What stands in for a notebook that could not be read is the released one; it is nobody's answer.
            node = {} if unreadable(mine) else _graded(course, assignment.name, grade, notebook.name)
            examples = {verdict.name: example_of(verdict) for verdict in mine.exercises}
            page = feedback_page(
                mine,
                assignment=assignment.name,
                notebook=notebook.name,
                sandboxed=sandboxed,
                context=FeedbackContext(
                    answers=_answers(node),
                    by_hand=_in_notebook(people.get(grade.student, ByHand()), notebook.name),
                    examples={name: example for name, example in examples.items() if example is not None},
                    earlier_comments=node.get("metadata", {}).get("autograder", {}).get("earlier_comments", {}),
                ),
            )
            replace_file(folder / f"{notebook.name}.html", page)


def _in_notebook(people: ByHand, notebook: str) -> ByHand:
    """What people did to one notebook of an assignment."""
    return replace(people, comments={place: text for place, text in people.comments.items() if place[0] == notebook})


def _of_notebook(grade: Grade, notebook: str, *, whole: bool) -> Grade:
    """The part of a grade that concerns one notebook of an assignment with several.

    The cost of lateness is taken off the assignment as a whole, and not shown on the pages of parts.
    """
    if whole:
        return grade
    exercises = tuple(exercise for exercise in grade.exercises if exercise.notebook == notebook)
    return replace(
        grade,
        score=sum(exercise.points for exercise in exercises),
        max_score=sum(exercise.worth for exercise in exercises),
        penalty=0.0,
        faults=tuple(fault for fault in grade.faults if fault.notebook in ("", notebook)),
        exercises=exercises,
    )


def _graded(course: Course, assignment: str, grade: Grade, notebook: str) -> Mapping[str, Any]:
    """The autograded notebook."""
    path = course.folder("autograded", grade.student, assignment) / f"{notebook}.ipynb"
    found: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def _answers(notebook: Mapping[str, Any]) -> Mapping[str, str]:
    """The student's own text for each exercise."""
    return {role(cell).grade_id: source_of(cell) for cell in notebook.get("cells", ()) if role(cell).solution}
