"""Writes grades into nbgrader's gradebook, together with the autograded notebook. Nothing else writes there.

The scores go through nbgrader's own preprocessors, so that a cell's grade, a comment and a late penalty are what plain
`nbgrader autograde` records for the same outputs.
"""

import contextlib
import dataclasses
import json
import math
import os
import re
import shutil
import tempfile
import warnings
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.preprocessors import ExecutePreprocessor
from nbgrader.api import Gradebook, MissingEntry, SubmittedAssignment
from nbgrader.preprocessors import AssignLatePenalties, CheckCellMetadata
from nbgrader.utils import determine_grade
from sqlalchemy.exc import SAWarning

from autograder.errors import CourseError
from autograder.grading.course import QUIET, Course, resources, students
from autograder.grading.gradebook import transaction
from autograder.grading.inert import inert_markdown
from autograder.grading.journal import Made, kept_seed, made, stamp
from autograder.grading.judge import exception_name
from autograder.grading.recorded import Recorded, add_indexes, penalties, recorded
from autograder.grading.times import read_time
from autograder.notebooks import HIDDEN, Form, MasterCell, MasterNotebook, copied, loads, role
from autograder.reasons import Diagnosis, Reason, Why, because
from autograder.values.graded import ExerciseVerdict, Grade, Judged, JudgedNotebook
from autograder.values.submitted import Assignment, Fault, Submission
from autograder.words import in_words


def register(course: Course, assignment: Assignment) -> None:
    """Make the gradebook know the assignment's cells as its source has them; does nothing if it already does.

    Raises:
        CourseError: Cells were added or removed after students' submissions were graded.
    """
    with transaction(course) as gradebook:
        add_indexes(gradebook)
        if all(_registered(gradebook, assignment.name, notebook) for notebook in assignment.notebooks):
            return
        gradebook.update_or_create_assignment(assignment.name)
        for notebook in assignment.notebooks:
            _save_cells(course, assignment.name, notebook.name)


def _save_cells(course: Course, assignment: str, notebook: str) -> None:
    """Run the steps of `nbgrader generate_assignment` up to the one that saves the cells in the gradebook."""
    folder = course.folder("source", ".", assignment)
    names = [step.__name__ for step in course.generate.preprocessors]
    node = nbformat.read(folder / f"{notebook}.ipynb", as_version=4)
    facts: dict[str, Any] = resources(course, assignment, ".", notebook)
    facts["metadata"] = {"name": notebook, "path": str(folder)}
    try:
        for step in course.generate.preprocessors[: names.index("SaveCells") + 1]:
            preprocessor = step(parent=course.generate)
            preprocessor.log = QUIET
            with contextlib.chdir(course.root):  # headers and autotests.yml are looked for from here
                node, facts = preprocessor(node, facts)
    except RuntimeError as error:
        raise CourseError(
            f"The gradebook cannot take the new version of {assignment}.",
            expected="the cells that were there when the first submission was graded",
            got=str(error),
            next_step="keep the released cells, or remove the assignment's submissions from the gradebook",
        ) from error


def record(course: Course, assignment: Assignment, judged: Judged, seed: int | None) -> Grade:
    """Write one submission's grades and autograded notebooks.

    Returns:
        The grade as the gradebook now has it.
    """
    student = judged.submission.student
    faults = list(judged.faults)
    verdicts: list[ExerciseVerdict] = []
    written: dict[str, str] = {}
    with transaction(course) as gradebook:
        faults += _open(gradebook, assignment, judged.submission)
        for master, notebook in zip(assignment.notebooks, judged.notebooks, strict=True):
            node = copied(notebook.notebook)
            before = _graded_before(course, assignment.name, student, master.name)
            read = _read_by_a_person(gradebook, assignment.name, student, master, before)
            if notebook.missing:
                _zero(gradebook, assignment.name, student, notebook.name)
                _assign_late_penalty(course, assignment.name, student, notebook.name)
            else:
                found = refuse_impossible_points(node)
                faults += [dataclasses.replace(fault, notebook=master.name) for fault in found]
                _forget_deleted(gradebook, assignment.name, student, master, node)
                node = _save(course, assignment.name, student, notebook.name, node)
            gradebook.db.expire_all()  # nbgrader's steps wrote through their own sessions
            _keep_as_read(gradebook, assignment.name, student, master, node, read)
            _note_earlier_comments(gradebook, assignment.name, student, master, before, node)
            written[f"{master.name}.ipynb"] = nbformat.writes(node) + "\n"
            verdicts += _verdicts(gradebook, assignment, student, master, notebook, node)
        submission = gradebook.find_submission(assignment.name, student)
        penalty = float(submission.late_submission_penalty or 0)
        faults += _lateness(submission)
        score, max_score = float(submission.score), float(submission.max_score)
        _write_autograded(course, assignment, judged, written)
    return Grade(
        student=student,
        score=score,
        max_score=max_score,
        penalty=penalty,
        seconds=judged.seconds,
        start_s=judged.start_s,
        seed=seed,
        faults=tuple(faults),
        exercises=tuple(verdicts),
    )


def reread(course: Course, assignment: Assignment, grades: Iterable[Grade]) -> list[Grade]:
    """Remembered grades with the points that the gradebook now has.

    Those that it has lost are left out, and those for which another run has judged a newer submission, or the same one
    with another seed.

    A person may have given points by hand. An instructor may have granted an extension, moved the due date or changed
    what lateness costs: the penalty for what is or was late is calculated again and written.
    """
    with transaction(course) as gradebook:
        rows = recorded(gradebook, assignment.name)
        with made(course.report(assignment.name), "seed") as seeds:
            fresh = [
                one
                for grade in grades
                if (row := rows.get(grade.student)) and (one := _reread(course, assignment, grade, row, seeds))
            ]
        if late := [one.student for one in fresh if any(fault.kind == "late" for fault in one.faults)]:
            for student in late:
                for notebook in assignment.notebooks:
                    _assign_late_penalty(course, assignment.name, student, notebook.name)
            now = penalties(gradebook, assignment.name)
            for student in late:
                rows[student].late_submission_penalty = now.get(student, 0.0)
    return [_with_lateness(one, rows[one.student]) for one in fresh]


def _reread(course: Course, assignment: Assignment, grade: Grade, row: Recorded, seeds: Made) -> Grade | None:
    """The grade with its present points, and with a fault for lateness if there was or is any."""
    folder = course.folder("autograded", grade.student, assignment.name)
    if not folder.is_dir():
        return None
    try:
        kept = [row.cells[verdict.notebook, verdict.cell] for verdict in grade.exercises]
    except KeyError:
        return None
    if any(map(_was_judged_again, kept, grade.exercises)):
        return None
    now = stamp(*(folder / f"{notebook.name}.ipynb" for notebook in assignment.notebooks))
    if (seed := seeds.get(grade.student, "", now)) is None:
        seed = str(seed_of(course, assignment.name, grade.student))
        seeds.put(grade.student, "", now, seed)
    if seed not in ("None", str(grade.seed)):
        return None
    exercises = tuple(map(by_now, grade.exercises, kept))
    late = () if any(fault.kind == "late" for fault in grade.faults) else _lateness(row)
    return dataclasses.replace(grade, score=row.score, faults=(*grade.faults, *late), exercises=exercises)


def _with_lateness(grade: Grade, row: Recorded) -> Grade:
    others = (fault for fault in grade.faults if fault.kind != "late")
    return dataclasses.replace(grade, penalty=row.late_submission_penalty, faults=(*others, *_lateness(row)))


def seed_of(course: Course, name: str, student: str) -> int | None:
    """The seed that a student's autograded notebooks were judged with, whichever command did; None without one."""
    seeds = []
    for path in sorted(course.folder("autograded", student, name).glob("*.ipynb")):
        try:
            seeds.append(json.loads(path.read_text(encoding="utf-8"))["metadata"]["autograder"]["seed"])
        except (OSError, ValueError, KeyError, TypeError):
            continue  # of an ordinary notebook, or of a placeholder
    return next((seed for seed in seeds if isinstance(seed, int)), None)


def seed_of_all(course: Course, name: str) -> int | None:
    """The assignment's seed; if the report was removed, that of most autograded notebooks. None before the first."""
    kept = kept_seed(course.report(name))
    if kept is not None:
        return kept
    seeds = Counter(seed_of(course, name, student) for student in students(course, name, "autograded"))
    del seeds[None]
    return seeds.most_common(1)[0][0] if seeds else None


def by_now(verdict: ExerciseVerdict, kept: Any) -> ExerciseVerdict:
    """A verdict with what the gradebook's row for its cell now contains: a person may have read it since."""
    by_hand, waits = kept.manual_score is not None, bool(kept.needs_manual_grade)
    return dataclasses.replace(
        verdict,
        points=float(kept.score or 0),
        needs_person=waits,
        earlier=waits and by_hand,
        above=by_hand and float(kept.manual_score) > float(kept.max_score) + 1e-9,
        failed=verdict.failed and not by_hand,
    )


def _was_judged_again(kept: Any, verdict: ExerciseVerdict) -> bool:
    """Whether its automatic points are no longer those of its facets, as after `nbgrader autograde`.

    What is stored would describe an answer that was handed in before.
    """
    if not verdict.facets or kept.auto_score is None:
        return False
    return abs(float(kept.auto_score) - math.fsum(facet.points for facet in verdict.facets)) > 1e-6


def _registered(gradebook: Gradebook, assignment: str, notebook: MasterNotebook) -> bool:
    """Whether the gradebook has exactly these cells."""
    try:
        recorded = gradebook.find_notebook(notebook.name, assignment)
    except MissingEntry:
        return False
    sources = {cell.name: (cell.source, cell.checksum) for cell in recorded.source_cells}
    points = {cell.name: float(cell.max_score) for cell in (*recorded.grade_cells, *recorded.task_cells)}
    if {cell.grade_id: cell.points for cell in notebook.cells if cell.graded} != points:
        return False
    return {cell.grade_id: (cell.source, cell.metadata.get("checksum")) for cell in notebook.cells} == sources


def _open(gradebook: Gradebook, assignment: Assignment, submission: Submission) -> list[Fault]:
    """Make the student and the submission exist in the gradebook."""
    faults = []
    with warnings.catch_warnings():
        # nbgrader 0.9.6 makes a submission before it adds it to the session; SQLAlchemy warns, the rows are right.
        warnings.filterwarnings("ignore", message="Object of type <Submitted", category=SAWarning)
        gradebook.update_or_create_student(submission.student)
        time = read_time(submission.timestamp)
        if submission.timestamp and time is None:
            faults.append(Fault("timestamp", "", because(Why.UNREADABLE_TIME, time=submission.timestamp)))
        # An unreadable time replaces an earlier one; without a file the gradebook knows best.
        facts = {"timestamp": time} if submission.timestamp else {}
        gradebook.update_or_create_submission(assignment.name, submission.student, **facts)
    return faults


IMPOSSIBLE = "ImpossiblePoints"
"""The error for a graded cell whose result is not points: its value is the reason's kind, its traceback the words."""
_NUMPY_NUMBER = re.compile(r"np\.[a-z]+\d*\('?([^'()]+)'?\)")


def refuse_impossible_points(node: nbformat.NotebookNode) -> list[Fault]:
    """Make a graded cell fail if its result is not a possible number of points: too many, negative, NaN, or False.

    Plain nbgrader gives up on the whole submission for the first, and gives full points for the others. It also gives
    full points for numpy numbers, whose text is "np.float64(0.5)" since numpy 2; here they are numbers, as before.

    Args:
        node: An executed notebook; it is changed in place.
    """
    faults = []
    for cell in node.cells:
        known = role(cell)
        if cell.cell_type != "code" or not known.grade or known.solution:
            continue
        _read_numpy_number(cell)
        if _result(cell) in ("False", "np.False_") and determine_grade(cell, QUIET)[0] != 0:
            _fail(cell, because(Why.CHECK_FALSE))
        elif not _is_possible(cell):
            impossible = because(Why.CHECK_IMPOSSIBLE, worth=known.points)
            _fail(cell, impossible)
            faults.append(Fault("impossible-points", known.grade_id, impossible))
    return faults


def _fail(cell: nbformat.NotebookNode, reason: Reason) -> None:
    error = nbformat.v4.new_output("error", ename=IMPOSSIBLE, evalue=str(reason.kind), traceback=[in_words(reason)])
    cell.outputs.insert(0, error)


def _result(cell: nbformat.NotebookNode) -> str:
    """The text of the result that nbgrader reads as partial credit; "" if there is none."""
    result = next((output for output in cell.outputs if output.output_type == "execute_result"), None)
    return str(result["data"].get("text/plain", "")).strip() if result is not None else ""


def _read_numpy_number(cell: nbformat.NotebookNode) -> None:
    """Replace a numpy number by a plain one, if it is the cell's result."""
    if number := _NUMPY_NUMBER.fullmatch(_result(cell)):
        result = next(output for output in cell.outputs if output.output_type == "execute_result")
        result["data"]["text/plain"] = number.group(1)


def _is_possible(cell: nbformat.NotebookNode) -> bool:
    """Whether nbgrader can read a cell's points, and what it would read is 0 or more if it is a number."""
    try:
        points = determine_grade(cell, QUIET)[0]
    except Exception:
        return False
    if points == 0:
        return True
    try:
        return float(_result(cell)) >= 0  # NaN compares false
    except ValueError:
        return True  # a result that is not a number gives full points, as in nbgrader


def _save(
    course: Course, assignment: str, student: str, notebook: str, node: nbformat.NotebookNode
) -> nbformat.NotebookNode:
    """Run the course's autograde preprocessors except the executing one: they save grades, comments, penalties."""
    facts: dict[str, Any] = resources(course, assignment, student, notebook)
    for step in course.autograde.autograde_preprocessors:
        if issubclass(step, ExecutePreprocessor) or step is CheckCellMetadata:
            continue  # what was sanitized has passed the check, and a run changes nothing that is checked
        preprocessor = step(parent=course.autograde)
        preprocessor.log = QUIET
        node, facts = preprocessor(node, facts)
    return node


def _zero(gradebook: Gradebook, assignment: str, student: str, notebook: str) -> None:
    """Give every cell of a notebook that could not be read 0, with no need for a person to look."""
    submission = gradebook.find_submission_notebook(notebook, assignment, student)
    for grade in submission.grades:
        grade.auto_score, grade.needs_manual_grade = 0, grade.manual_score is not None
    gradebook.db.commit()


def _forget_deleted(
    gradebook: Gradebook, assignment: str, student: str, master: MasterNotebook, node: nbformat.NotebookNode
) -> None:
    """Take an earlier attempt's points from a graded cell that is missing: nbgrader saves only what is there.

    Its row becomes what plain nbgrader leaves at a first attempt: no points yet, and a person has to look. Points that
    a person has given stay.
    """
    there = {role(cell).grade_id for cell in node.cells}
    deleted = {cell.grade_id for cell in master.cells if cell.graded} - there
    for grade in gradebook.find_submission_notebook(master.name, assignment, student).grades:
        if grade.name in deleted:
            grade.auto_score, grade.needs_manual_grade = None, True
    gradebook.db.commit()


_Answer = tuple[object, ...]


def _graded_before(course: Course, assignment: str, student: str, notebook: str) -> nbformat.NotebookNode | None:
    """The notebook as it was last graded; None if it never was."""
    try:
        node = loads((course.folder("autograded", student, assignment) / f"{notebook}.ipynb").read_text("utf-8"))
        return node if all(isinstance(cell.source, str) for cell in node.cells) else None
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return None


def _read_by_a_person(
    gradebook: Gradebook, assignment: str, student: str, master: MasterNotebook, before: nbformat.NotebookNode | None
) -> dict[str, _Answer]:
    """What people have read and given points for: the answer as it was graded before, by the cell's grade id."""
    if before is None:
        return {}
    graded = gradebook.find_submission_notebook(master.name, assignment, student).grades
    done = {one.name: one.auto_score for one in graded if one.manual_score is not None and not one.needs_manual_grade}
    return {cell: _answer(before, cell, auto_score) for cell, auto_score in done.items()}


def _keep_as_read(
    gradebook: Gradebook,
    assignment: str,
    student: str,
    master: MasterNotebook,
    node: nbformat.NotebookNode,
    read: Mapping[str, _Answer],
) -> None:
    """Do not ask a person again who has read the same answer, out of the same number of points.

    nbgrader asks for a person whenever a cell with points by hand is graded again.
    """
    for one in gradebook.find_submission_notebook(master.name, assignment, student).grades:
        if one.name in read and read[one.name] == _answer(node, one.name, one.auto_score):
            one.needs_manual_grade = False
    gradebook.db.commit()


def _answer(node: nbformat.NotebookNode, grade_id: str, auto_score: float | None) -> _Answer:
    """What a person who gives points to a cell looks at: its answer, its maximum and what the grader gave.

    For a check that is the cell of the same exercise, or else every solution; for a task, all that is the student's.
    """
    cells = [(inert_markdown(cell.source), role(cell)) for cell in node.cells]
    solutions = {known.grade_id: source for source, known in cells if known.solution}
    own = next((known for _source, known in cells if known.grade_id == grade_id), None)
    exercise = grade_id.removesuffix(HIDDEN)
    if own is not None and own.task:
        answer = tuple(source for source, known in cells if not known.marked_locked)
    elif exercise in solutions:
        answer = (solutions[exercise],)
    else:
        answer = tuple(solutions.values())
    return (own is not None, own.points if own is not None else 0.0, auto_score, *answer)


def _note_earlier_comments(
    gradebook: Gradebook,
    assignment: str,
    student: str,
    master: MasterNotebook,
    before: nbformat.NotebookNode | None,
    node: nbformat.NotebookNode,
) -> None:
    """Note in the graded notebook which comments were written about an earlier answer."""
    if before is None:
        return
    known = before.metadata.get("autograder", {}).get("earlier_comments", {})
    earlier = {}
    for comment in gradebook.find_submission_notebook(master.name, assignment, student).comments:
        said, cell = str(comment.manual_comment or "").strip(), str(comment.name)
        changed = _answer(before, cell, None)[3:] != _answer(node, cell, None)[3:]
        if said and (changed or known.get(cell) == said):
            earlier[cell] = said
    if earlier:
        node.metadata["autograder"] = {**node.metadata.get("autograder", {}), "earlier_comments": earlier}


def _assign_late_penalty(course: Course, assignment: str, student: str, notebook: str) -> None:
    """Calculate a notebook's penalty from the points, the due date and the extension that the gradebook now has."""
    facts: dict[str, Any] = resources(course, assignment, student, notebook)
    for step in course.autograde.autograde_preprocessors:
        if issubclass(step, AssignLatePenalties):
            preprocessor = step(parent=course.autograde)
            preprocessor.log = QUIET
            preprocessor(nbformat.v4.new_notebook(), facts)


def _verdicts(
    gradebook: Gradebook,
    assignment: Assignment,
    student: str,
    master: MasterNotebook,
    notebook: JudgedNotebook,
    node: nbformat.NotebookNode,
) -> list[ExerciseVerdict]:
    """One verdict for each graded cell, in the notebook's order, with the points that the gradebook has."""
    judged = {verdict.cell: verdict for verdict in notebook.verdicts}
    cells = {role(cell).grade_id: cell for cell in node.cells}
    recorded = gradebook.find_submission_notebook(notebook.name, assignment.name, student)
    grades = {grade.name: grade for grade in recorded.grades}
    return [
        by_now(
            dataclasses.replace(
                judged.get(cell.grade_id)
                or _of_ordinary_cell(cell, cells.get(cell.grade_id), grades[cell.grade_id], notebook.missing),
                name=assignment.called(master.name, cell.grade_id),
                notebook=master.name,
            ),
            grades[cell.grade_id],
        )
        for cell in master.cells
        if cell.graded
    ]


def _of_ordinary_cell(
    master: MasterCell, cell: nbformat.NotebookNode | None, grade: Any, missing: bool
) -> ExerciseVerdict:
    """The verdict on a cell that nbgrader itself graded, or asks a person to read."""
    points, worth = float(grade.score or 0), float(grade.max_score)
    reason = because(Why.NO_NOTEBOOK) if missing else _reason(cell, master)
    failed = reason is not None and master.form == Form.CHECK
    if reason is None and points < worth and master.form == Form.CHECK:
        reason = because(Why.PARTIAL, points=points, worth=worth)
    return ExerciseVerdict(
        name=master.grade_id,
        cell=master.grade_id,
        points=points,
        worth=worth,
        diagnosis=Diagnosis(reason) if reason is not None else None,
        form=master.form,
        failed=failed,
        unread=missing,
    )


def _reason(cell: nbformat.NotebookNode | None, master: MasterCell) -> Reason | None:
    """Why an ordinary nbgrader cell has no points; None if its outputs do not show it."""
    if cell is None:
        return because(Why.NO_CELL)
    if master.form != Form.CHECK:
        return because(Why.NO_ANSWER) if role(cell).solution and determine_grade(cell)[0] == 0 else None
    for output in cell.get("outputs", ()):
        if output.output_type == "error" and output.ename == IMPOSSIBLE:
            is_false = output.evalue == Why.CHECK_FALSE
            return because(Why.CHECK_FALSE) if is_false else because(Why.CHECK_IMPOSSIBLE, worth=master.points)
        if output.output_type == "error":
            return because(Why.CHECK_RAISED, error=exception_name(str(output.ename)))
        if output.output_type == "stream" and output.name == "stderr":
            return because(Why.STDERR)
    return None


def _lateness(submission: SubmittedAssignment | Recorded) -> tuple[Fault, ...]:
    """How late a submission came, as the gradebook now has it: the deadline may have been moved since."""
    seconds, penalty = float(submission.total_seconds_late or 0), float(submission.late_submission_penalty or 0)
    if seconds <= 0:
        return ()
    hours, minutes = divmod(int(seconds // 60), 60)
    times = {"due": submission.duedate, "came": submission.timestamp}
    shown = {name: f"{time:%Y-%m-%d %H:%M} UTC" for name, time in times.items()}  # as nbgrader keeps them
    return (Fault("late", "", because(Why.LATE, hours=hours, minutes=minutes, penalty=penalty, **shown)),)


def _write_autograded(course: Course, assignment: Assignment, judged: Judged, notebooks: dict[str, str]) -> None:
    """Put the student's files, the course's and the autograded notebooks in place, all at once."""
    target = course.folder("autograded", judged.submission.student, assignment.name)
    target.parent.mkdir(parents=True, exist_ok=True)
    files = {path: data for path, data in judged.submission.files.items() if not path.endswith(".ipynb")}
    files |= assignment.files
    files |= {name: text.encode() for name, text in notebooks.items()}
    for unfinished in target.parent.glob(".new-*"):  # from a run that was killed here
        shutil.rmtree(unfinished, ignore_errors=True)
    fresh = Path(tempfile.mkdtemp(prefix=".new-", dir=target.parent))
    permissions = int(str(course.autograde.permissions), 8)
    for name, data in files.items():
        path = fresh / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        path.chmod(permissions)
    fresh.chmod(0o755)
    shutil.rmtree(target, ignore_errors=True)
    os.replace(fresh, target)
