"""Reads back what is stored about a graded cohort, from the journal and the gradebook, without running anything."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from autograder.errors import UsageError
from autograder.grading.course import Course, files_to_put_back, load_assignment, load_submission, students
from autograder.grading.gradebook import transaction
from autograder.grading.journal import MadeFrom, entries, fingerprint, recall, version_of
from autograder.grading.record import by_now, reread, seed_of
from autograder.grading.recorded import Recorded, other_names, recorded
from autograder.values.graded import CURRENT, ExerciseVerdict, Grade, Standing
from autograder.values.submitted import Assignment

NOTHING: Mapping[str, MadeFrom] = {}


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
    grades = {one.student: one for one in reread(course, assignment, recall(course.report(name)))}
    mine = frozenset(grades)
    with transaction(course) as gradebook:
        for student, row in recorded(gradebook, name).items():
            if student not in grades and _was_graded(course, name, student, row):
                grades[student] = _points_only(course, assignment, student, row)
        names = {student: names for student, names in other_names(gradebook).items() if student in grades}
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


def standing(
    course: Course, assignment: Assignment, grades: Iterable[Grade], made_from: Mapping[str, MadeFrom] = NOTHING
) -> Standing:
    """Whose marks are out of date: the assignment, the grader, a submission or the limit of a cell has changed.

    For a submission that was graded elsewhere, it is unknown what its marks were made from.

    Args:
        course: The course.
        assignment: The assignment.
        grades: Everybody's.
        made_from: What grades would be made from now, by student, as far as that is known already.
    """
    assignment = replace(assignment, files=files_to_put_back(course, assignment))
    version, limit_s = version_of(assignment), course.cell_limit_s
    there = set(students(course, assignment.name))
    known = entries(course.report(assignment.name))
    stale, anew, gone, stopped = [], [], [], []
    for student in sorted(grade.student for grade in grades):
        found = known.get(student)
        if there and student not in there:
            gone.append(student)
        elif found is None:
            continue
        elif found.made_from.version != version:
            stale.append(student)
        elif student in there:
            if found.made_from != (made_from.get(student) or _there_now(course, assignment, student)):
                anew.append(student)
            elif not found.is_valid_under(replace(found.conditions, cell_s=limit_s)):
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


def _was_graded(course: Course, name: str, student: str, row: Recorded) -> bool:
    """Whether a submission in the gradebook has a grade: when `nbgrader autograde` fails, it has one without points."""
    scored = any(cell.auto_score is not None or cell.manual_score is not None for cell in row.cells.values())
    return scored or (bool(row.cells) and course.folder("autograded", student, name).is_dir())


def _points_only(course: Course, assignment: Assignment, student: str, row: Recorded) -> Grade:
    """A grade that only the gradebook and the autograded notebooks know about."""
    return Grade(
        student=student,
        score=row.score,
        max_score=row.max_score,
        penalty=row.late_submission_penalty,
        seconds=0.0,
        start_s=0.0,
        seed=seed_of(course, assignment.name, student),
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
            if (kept := row.cells.get((notebook.name, cell.grade_id)))
        ),
    )


def _never_graded(course: Course, name: str) -> UsageError:
    return UsageError(
        f"{name} was never graded in this course.",
        expected=f"grades in {course.gradebook_name}",
        got="none",
        next_step=f"autograder grade {name}",
    )
