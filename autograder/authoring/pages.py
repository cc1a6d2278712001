"""Writes a graded cohort's pages: feedback for each student, the report and the results for the instructor."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from autograder.authoring.cohort_report import (
    WrittenReport,
    digest_of,
    forget_the_gone,
    last_run,
    made_by,
    write_report,
)
from autograder.authoring.examples import visible_examples
from autograder.files import replace_file
from autograder.grading.course import Course
from autograder.grading.grade import Cohort
from autograder.grading.gradebook import transaction
from autograder.grading.journal import made, stamp
from autograder.grading.kept import Kept, kept, standing
from autograder.grading.lock import alone
from autograder.grading.record import reread
from autograder.grading.recorded import by_hand
from autograder.notebooks import role, source_of
from autograder.reporting.feedback import FeedbackContext, feedback_page
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
    now = standing(course, assignment, everyone, cohort.known_from)
    forget_the_gone(course, assignment.name)
    run = RunFacts(cohort.seed, cohort.sandboxed, limit_s)
    report = write_report(course, assignment, everyone, run=run, standing=now)
    return Pages(
        course.folder("feedback", "x", "x").parent.parent,
        course.report(cohort.assignment) / "index.html",
        report.notices,
    )


def rewrite_pages(course: Course, name: str) -> tuple[Kept, WrittenReport]:
    """Write all pages of an assignment again from the last run's kept results and what people have done by hand since.

    The page of a submission that was graded elsewhere, such as by `nbgrader autograde`, is left alone.

    Raises:
        UsageError: There is no such assignment, or it was never graded.
        MachineError: Another run is working on it.
    """
    with alone(course, name, "report"):
        found = kept(course, name)
        run = last_run(course, name, found.grades)
        mine = [grade for grade in found.grades if grade.student not in found.elsewhere]
        write_feedback(course, found.assignment, mine, sandboxed=run.sandboxed)
        forget_the_gone(course, name)
        report = write_report(course, found.assignment, found.grades, run=run, standing=found.standing)
    return found, report


def write_feedback(course: Course, assignment: Assignment, grades: Iterable[Grade], *, sandboxed: bool) -> None:
    """Write each student's pages, one for each notebook; a page that would be the same is left as it is."""
    with transaction(course) as gradebook:
        people = by_hand(gradebook, assignment.name)
    example_of = visible_examples(course, assignment.name)
    basis = f"{made_by(course, assignment)} {sandboxed}"
    with made(course.report(assignment.name), "feedback") as pages:
        for grade in grades:
            said = people.get(grade.student, ByHand())
            told = f"{basis} {grade} {sorted(said.comments.items())} {sorted(said.scored)}"
            for notebook in assignment.notebooks:
                graded = course.folder("autograded", grade.student, assignment.name) / f"{notebook.name}.ipynb"
                page = course.folder("feedback", grade.student, assignment.name) / f"{notebook.name}.html"
                made_from = f"{digest_of(told)} {stamp(graded)}"
                if not page.is_file() or pages.get(grade.student, notebook.name, made_from) != stamp(page):
                    mine = _of_notebook(grade, notebook.name, whole=len(assignment.notebooks) == 1)
                    # What stands in for a notebook that could not be read is the released one; it is nobody's answer.
                    node = {} if unreadable(mine) else json.loads(graded.read_text(encoding="utf-8"))
                    examples = {verdict.name: example_of(verdict) for verdict in mine.exercises}
                    context = FeedbackContext(
                        answers=_answers(node),
                        by_hand=_in_notebook(said, notebook.name),
                        examples={name: example for name, example in examples.items() if example is not None},
                        earlier_comments=node.get("metadata", {}).get("autograder", {}).get("earlier_comments", {}),
                    )
                    page.parent.mkdir(parents=True, exist_ok=True)
                    text = feedback_page(
                        mine, assignment=assignment.name, notebook=notebook.name, sandboxed=sandboxed, context=context
                    )
                    replace_file(page, text)
                    pages.put(grade.student, notebook.name, made_from, stamp(page))


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


def _answers(notebook: Mapping[str, Any]) -> Mapping[str, str]:
    """The student's own text for each exercise."""
    return {role(cell).grade_id: source_of(cell) for cell in notebook.get("cells", ()) if role(cell).solution}
