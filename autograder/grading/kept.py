"""Reads back what is stored about a graded cohort, from the journal and the gradebook, without running anything."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from nbgrader.api import Gradebook, MissingEntry, SubmittedAssignment

from autograder.errors import UsageError
from autograder.grading.course import Course, files_to_put_back, load_assignment, load_submission, students
from autograder.grading.gradebook import transaction
from autograder.grading.journal import MadeFrom, fingerprint, recall_all, remembered, version_of, was_written
from autograder.grading.record import by_now, reread, seed_of
from autograder.values.graded import CURRENT, ExerciseVerdict, Grade, Standing
from autograder.values.submitted import Assignment


@dataclass(frozen=True, slots=True)
class Kept:
    """A graded cohort as it is stored.

    Attributes:
        assignment: The assignment.
        grades: One for each submission in the gradebook, by student, with the points that it has now.
        ungraded: Students who handed in and have no grade.
        elsewhere: Students whose grade was made elsewhere, or by a version that wrote grades in another form: it has
            only points.
        also_called: Other names of a student that the gradebook knows: e-mail address, id in the learning platform.
        standing: Whose marks are out of date.
    """

    assignment: Assignment
    grades: tuple[Grade, ...]
    ungraded: tuple[str, ...] = ()
    elsewhere: frozenset[str] = frozenset()
    also_called: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    standing: Standing = CURRENT


def kept(course: Course, name: str) -> Kept:
    """The cohort as it was last graded.

    A submission that was graded elsewhere, such as by `nbgrader autograde` or an earlier version, has only its points.

    Raises:
        UsageError: There is no such assignment, or it was never graded.
        MachineError: The gradebook cannot be read.
    """
    assignment = load_assignment(course, name, demand_fresh=False)
    if not _has_gradebook(course):
        raise _never_graded(course, name)
    grades = {one.student: one for one in reread(course, assignment, recall_all(course.report(name)))}
    mine = frozenset(grades)
    with transaction(course) as gradebook:
        for submission in _submissions(course, gradebook, name):
            if submission.student.id not in grades:
                grades[submission.student.id] = _points_only(course, assignment, submission)
        names = {
            student.id: tuple(str(other) for other in (student.email, student.lms_user_id) if other)
            for student in gradebook.students
            if student.id in grades
        }
    if not grades:
        raise _never_graded(course, name)
    return Kept(
        assignment=assignment,
        grades=tuple(sorted(grades.values(), key=lambda one: one.student)),
        ungraded=tuple(student for student in students(course, name) if student not in grades),
        elsewhere=frozenset(grades) - mine,
        also_called=names,
        standing=standing(course, assignment, grades.values()),
    )


def standing(course: Course, assignment: Assignment, grades: Iterable[Grade]) -> Standing:
    """Whose marks are out of date: the assignment, the grader, a submission or the limit of a cell has changed.

    For a submission that was graded elsewhere, it is unknown what its marks were made from.
    """
    assignment = replace(assignment, files=files_to_put_back(course, assignment))
    there = set(students(course, assignment.name))
    stale, anew, gone, stopped = [], [], [], []
    for grade in sorted(grades, key=lambda grade: grade.student):
        student = grade.student
        folder = course.report(assignment.name)
        found = remembered(folder, student)
        if there and student not in there:
            gone.append(student)
        elif found is None or found.made_from.version != version_of(assignment):
            stale += [student] if was_written(folder, student) else []
        elif student in there:
            if found.made_from != _there_now(course, assignment, student):
                anew.append(student)
            elif not replace(found.conditions, cell_s=course.cell_limit_s).give_the_same(grade, found.conditions):
                stopped.append(student)
    return Standing(tuple(stale), tuple(anew), tuple(gone), tuple(stopped))


def _there_now(course: Course, assignment: Assignment, student: str) -> MadeFrom | None:
    """What a grade would be made from; None if the grader fails on it, which `grade` reports."""
    try:
        return fingerprint(load_submission(course, assignment.name, student), assignment)
    except Exception:
        return None


def _has_gradebook(course: Course) -> bool:
    """Whether there is one: to open an SQLite file that does not exist would make it."""
    url = course.db_url
    return not url.startswith("sqlite:///") or Path(url.removeprefix("sqlite:///")).is_file()


def _submissions(course: Course, gradebook: Gradebook, name: str) -> list[SubmittedAssignment]:
    try:
        found: list[SubmittedAssignment] = gradebook.assignment_submissions(name)
    except MissingEntry:
        return []
    return [one for one in found if _was_graded(course, one, name)]


def _was_graded(course: Course, submission: SubmittedAssignment, name: str) -> bool:
    """Whether a row in the gradebook is a grade: when `nbgrader autograde` fails, it leaves one without a score."""
    rows = [row for notebook in submission.notebooks for row in notebook.grades]
    scored = any(row.auto_score is not None or row.manual_score is not None for row in rows)
    return scored or (bool(rows) and course.folder("autograded", submission.student.id, name).is_dir())


def _points_only(course: Course, assignment: Assignment, submission: SubmittedAssignment) -> Grade:
    """A grade that only the gradebook and the autograded notebooks know about."""
    found = {(notebook.name, one.name): one for notebook in submission.notebooks for one in notebook.grades}
    return Grade(
        student=submission.student.id,
        score=float(submission.score),
        max_score=float(submission.max_score),
        penalty=float(submission.late_submission_penalty or 0),
        seconds=0.0,
        start_s=0.0,
        seed=seed_of(course, assignment.name, submission.student.id),
        faults=(),
        exercises=tuple(
            by_now(
                ExerciseVerdict(
                    name=assignment.called(notebook.name, cell.grade_id),
                    cell=cell.grade_id,
                    points=0.0,
                    worth=float(kept.max_score),
                    form=cell.form,
                    notebook=notebook.name,
                ),
                kept,
            )
            for notebook in assignment.notebooks
            for cell in notebook.cells
            if (kept := found.get((notebook.name, cell.grade_id)))
        ),
    )


def _never_graded(course: Course, name: str) -> UsageError:
    return UsageError(
        f"{name} was never graded in this course.",
        expected=f"grades in {course.gradebook_name}",
        got="none",
        next_step=f"autograder grade {name}",
    )
