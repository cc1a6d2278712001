"""Grades a cohort: the one module that knows the order of the steps, and what runs beside what.

Submissions are prepared and recorded one after another by the coordinator; their notebooks run in parallel, each in a
kernel of its own. The order in which they finish changes no result.
"""

import contextlib
import dataclasses
import errno
import functools
import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path

import nbformat

from autograder.errors import AutograderError, UsageError, did_you_mean, of_the_system
from autograder.grading import expectations as trusted
from autograder.grading.course import (
    Course,
    files_to_put_back,
    load_assignment,
    load_catalogues,
    load_submission,
    make_room,
    students,
)
from autograder.grading.journal import (
    CutOffRun,
    begin_run,
    cut_off_run,
    end_run,
    fingerprint,
    recall,
    recall_all,
    remember,
)
from autograder.grading.record import record, register, reread
from autograder.grading.sanitize import sanitize
from autograder.grading.verdicts import judge_notebook
from autograder.kernels.run import run
from autograder.kernels.sandbox import demand_sandbox
from autograder.language import _
from autograder.notebooks import dumps, loads
from autograder.values import (
    Assignment,
    ExerciseVerdict,
    Expectations,
    Fault,
    Grade,
    Judged,
    JudgedNotebook,
    Limits,
    MasterNotebook,
    Sanitized,
    Submission,
)


@dataclass(frozen=True, slots=True)
class Options:
    """How a cohort is graded.

    Attributes:
        students: Ids to grade; all who handed in if empty.
        jobs: Notebooks that run at the same time.
        seed: Seed of the experiments; drawn if None.
        limits: What a submission may use.
        force: Grade again what is graded already.
        sandboxed: Whether each submission runs in a sandbox.
    """

    students: tuple[str, ...] = ()
    jobs: int = 1
    seed: int | None = None
    limits: Limits = Limits()
    force: bool = False
    sandboxed: bool = True


@dataclass(frozen=True, slots=True)
class Cohort:
    """The result of grading.

    Attributes:
        assignment: Its name.
        seed: The seed of this run; if nothing ran, the one that all grades were made with; None without experiments.
        grades: One for each submission that was asked for, by student.
        others: Earlier grades of other submissions of the assignment.
        unchanged: How many of the grades were made before, of submissions that have not changed.
        failed: Why a submission has no grade, by student: a failure of the grader, not of the student.
        sandboxed: Whether the submissions of this run ran in a sandbox.
        limit_s: Seconds for a cell, as `Limits` count them, in this run.
    """

    assignment: str
    seed: int | None
    grades: tuple[Grade, ...]
    others: tuple[Grade, ...]
    unchanged: int
    failed: Mapping[str, str]
    sandboxed: bool
    limit_s: float


STEP_S = 5.0
"""After so long without a grade it is told again how far a run is: a notebook with endless loops takes minutes."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is.

    Attributes:
        total: Submissions that were asked for.
        done: Those that have a grade, or none for a failure of the grader.
        running: Students whose submissions run now.
        faults: Faults in the grades so far.
    """

    total: int
    done: int = 0
    running: tuple[str, ...] = ()
    faults: int = 0


def default_jobs() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def grade(
    course: Course,
    name: str,
    options: Options,
    *,
    on_start: Callable[[int, int | None], None] = lambda _count, _seed: None,
    on_grade: Callable[[Grade], None] = lambda _grade: None,
    on_step: Callable[[Progress], None] = lambda _progress: None,
    on_progress: Callable[[str], None] = lambda _text: None,
) -> Cohort:
    """Grade the submissions of an assignment into the course's gradebook.

    Args:
        course: The course.
        name: The assignment.
        options: How.
        on_start: Told the number of submissions and the proven seed, before the first one runs.
        on_grade: Told each grade as it is recorded.
        on_step: Told how far the run is, whenever that has changed.
        on_progress: Told what is being prepared, in words.

    Raises:
        UsageError: There is no such assignment or student.
        CourseError: The course is broken; nothing was graded.
        MachineError: No kernel starts.
    """
    assignment = load_assignment(course, name)
    assignment = dataclasses.replace(assignment, files=files_to_put_back(course, assignment))
    wanted = _wanted(course, name, options.students)
    register(course, assignment)
    cut_off = cut_off_run(course.report(name), assignment)
    known = {} if options.force else _known(course, assignment, wanted, cut_off)
    waiting = [student for student in wanted if student not in known]
    expectations: Expectations | None = None
    if waiting:
        if options.sandboxed:
            demand_sandbox("--no-sandbox", hidden=course.private)
        if assignment.has_experiments:
            seed = _first_seed(options.seed, cut_off)
            expectations = trusted.prove(assignment, load_catalogues(course, name), seed, on_progress=on_progress)
            again = {*(waiting if options.force else ()), *(cut_off.again if cut_off else ())}
            begin_run(course.report(name), assignment, expectations.seed, again)
    on_start(len(wanted), expectations.seed if expectations else None)
    for grade_before in known.values():
        on_grade(grade_before)
    before = Progress(len(wanted), done=len(known), faults=sum(len(one.faults) for one in known.values()))
    grades, failed = _grade_all(course, assignment, waiting, expectations, options, before, on_grade, on_step)
    end_run(course.report(name))
    return Cohort(
        assignment=name,
        seed=expectations.seed if expectations else _common_seed(known.values()),
        grades=_by_student((known | grades).values()),
        others=_by_student(recall_all(course.report(name), except_for=wanted)),
        unchanged=len(known),
        failed=failed,
        sandboxed=options.sandboxed,
        limit_s=options.limits.cell_s,
    )


def _first_seed(asked: int | None, cut_off: CutOffRun | None) -> int:
    """The seed to prove first: the one asked for, else that of a run that was cut off, else a fresh one."""
    if asked is not None:
        return asked
    return cut_off.seed if cut_off else trusted.draw_seed()


def _known(
    course: Course, assignment: Assignment, students: Sequence[str], cut_off: CutOffRun | None
) -> dict[str, Grade]:
    """Grades that need not be made again: of submissions that have not changed since, nor wait for a forced run."""
    folder = course.report(assignment.name)
    before = []
    for student in students:
        submission = make_room(load_submission(course, assignment.name, student), assignment)
        remembered = recall(folder, fingerprint(submission, assignment), student)
        if remembered and not (cut_off and cut_off.leaves(remembered)):
            before.append(remembered)
    return {one.student: one for one in reread(course, assignment, before)}


def _grade_all(
    course: Course,
    assignment: Assignment,
    students: Sequence[str],
    expectations: Expectations | None,
    options: Options,
    before: Progress,
    on_grade: Callable[[Grade], None],
    on_step: Callable[[Progress], None],
) -> tuple[dict[str, Grade], dict[str, str]]:
    """Run the submissions in parallel; prepare and record them one after another.

    Returns:
        The grades, and why a submission has none, by student. An unexpected failure of the grader costs the one
        submission that it happened on its grade in this run, and no other.
    """
    grades: dict[str, Grade] = {}
    failed: dict[str, str] = {}
    waiting, running = list(students), dict[Future[Judged], str]()
    seed, stop = expectations.seed if expectations else None, threading.Event()
    run_one = functools.partial(
        examine,
        expectations=expectations,
        limits=options.limits,
        stop=stop,
        sandboxed=options.sandboxed,
        modules=course.warm_modules,
        hidden=course.private,
    )
    with ThreadPoolExecutor(max_workers=max(1, options.jobs), thread_name_prefix="submission") as pool:
        try:
            while waiting or running:
                while waiting and len(running) < 2 * options.jobs:
                    student = waiting.pop(0)
                    with _contained(student, failed):
                        submission = make_room(load_submission(course, assignment.name, student), assignment)
                        prepared, faults = sanitize(submission, assignment, course)
                        running[pool.submit(run_one, submission, assignment, prepared, faults)] = student
                finished = before.done + len(grades) + len(failed)
                found = before.faults + sum(len(one.faults) for one in grades.values())
                on_step(Progress(before.total, finished, tuple(running.values())[: options.jobs], found))
                done, _rest = wait(running, timeout=STEP_S, return_when=FIRST_COMPLETED)
                for future in done:
                    student = running.pop(future)
                    with _contained(student, failed):
                        judged = future.result()
                        graded = record(course, assignment, judged, seed)
                        made_from = fingerprint(judged.submission, assignment)
                        remember(course.report(assignment.name), made_from, graded)
                        grades[student] = graded
                        on_grade(graded)
        except BaseException:
            stop.set()
            for future in running:
                future.cancel()
            raise
    return grades, failed


@contextlib.contextmanager
def _contained(student: str, failed: dict[str, str]) -> Iterator[None]:
    """Note an unexpected failure on one submission and go on; a broken course or machine still stops the run."""
    try:
        yield
    except AutograderError:
        raise
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EROFS, errno.EDQUOT, errno.EMFILE, errno.ENOMEM):
            raise of_the_system(error) from error
        failed[student] = f"{type(error).__name__}: {error}"
    except Exception as error:
        failed[student] = f"{type(error).__name__}: {error}"


def _by_student(grades: Iterable[Grade]) -> tuple[Grade, ...]:
    return tuple(sorted(grades, key=lambda one: one.student))


def _common_seed(grades: Iterable[Grade]) -> int | None:
    """The seed that all these grades were made with; None if they differ."""
    seeds = {one.seed for one in grades}
    return seeds.pop() if len(seeds) == 1 else None


def examine(
    submission: Submission,
    assignment: Assignment,
    prepared: Sequence[Sanitized | None],
    faults: Sequence[Fault],
    expectations: Expectations | None,
    limits: Limits,
    *,
    stop: threading.Event | None = None,
    sandboxed: bool = False,
    modules: Sequence[str] = (),
    hidden: Sequence[str] = (),
) -> Judged:
    """Run and judge the notebooks of one submission. It touches nothing outside a scratch folder.

    Raises:
        Stopped: `stop` was set.
    """
    began = time.monotonic()
    found, judged, start_s = list(faults), [], 0.0
    for master, sanitized in zip(assignment.notebooks, prepared, strict=True):
        if sanitized is None:
            judged.append(_without_notebook(master, expectations, found))
            continue
        with tempfile.TemporaryDirectory(prefix="submission-", ignore_cleanup_errors=True) as scratch:
            _fill(Path(scratch), submission, assignment)
            environment = {"NBGRADER_EXECUTION": "autograde"}
            if expectations is not None:
                environment["AUTOGRADER_SEED"] = str(expectations.seed)
            execution = run(
                sanitized.notebook,
                folder=Path(scratch),
                limits=limits,
                environment=environment,
                sandboxed=sandboxed,
                modules=modules,
                hidden=hidden,
                stop=stop,
            )
        start_s += execution.start_s
        found += [*sanitized.faults, *execution.faults]
        judged.append(judge_notebook(master, execution, expectations))
    return Judged(submission, tuple(judged), tuple(found), time.monotonic() - began, start_s)


def _wanted(course: Course, name: str, chosen: Sequence[str]) -> list[str]:
    there = students(course, name)
    if not there:
        raise UsageError(
            f"Nobody has handed in {name}.",
            expected=f"folders such as {course.folder('submitted', '<student>', name)}",
            got="none",
            next_step="put the submissions there, or give the course's folder by --course",
        )
    unknown = [student for student in chosen if student not in there]
    if unknown:
        raise UsageError(
            f"There is no submission of {name} by {', '.join(unknown)}.{did_you_mean(unknown[0], there)}",
            expected=", ".join(there[:20]) or f"a folder in {course.folder('submitted', '<student>', name)}",
            got=", ".join(unknown),
            next_step="give ids of folders in submitted/ by --student",
        )
    return sorted(set(chosen)) if chosen else there


def _without_notebook(
    master: MasterNotebook, expectations: Expectations | None, faults: Sequence[Fault]
) -> JudgedNotebook:
    """Where no notebook could be read: 0 for everything, on the released notebook with the reason on top."""
    node = loads(master.release)
    reasons = " ".join(fault.message for fault in faults)
    notice = nbformat.v4.new_markdown_cell(_("**No notebook could be graded.**") + f"\n\n{reasons}", id="no-notebook")
    if (node.nbformat, node.nbformat_minor) < (4, 5):
        del notice["id"]
    node.cells.insert(0, notice)
    verdicts = []
    for cell in master.experiments if expectations else ():
        assert expectations is not None
        worth = sum(points for _name, points in expectations.experiments[cell.grade_id].facets)
        name = cell.grade_id.removesuffix("_hidden")
        reason = _("No notebook could be read.")
        verdicts.append(ExerciseVerdict(name, cell.grade_id, 0.0, worth, diagnosis=reason, unread=True))
    return JudgedNotebook(master.name, dumps(node), tuple(verdicts), missing=True)


def _fill(scratch: Path, submission: Submission, assignment: Assignment) -> None:
    """The student's files, and over them the course's, as nbgrader lays them out."""
    for name, data in {**submission.files, **assignment.files}.items():
        path = scratch / name
        if name.endswith(".ipynb") and name in submission.files:
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
