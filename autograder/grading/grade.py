"""Grades a cohort: the one module that knows the order of the steps, and what runs beside what.

Submissions are prepared and recorded one after another by the coordinator; their notebooks run in parallel, each in a
kernel of its own. The order in which they finish changes no result.
"""

import dataclasses
import os
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path

import nbformat

from autograder.errors import MachineError, UsageError
from autograder.grading import expectations as trusted
from autograder.grading.course import (
    Course,
    files_to_put_back,
    load_assignment,
    load_catalogues,
    load_submission,
    students,
)
from autograder.grading.journal import fingerprint, recall, remember
from autograder.grading.record import record, register, reread
from autograder.grading.sanitize import sanitize
from autograder.grading.verdicts import judge_notebook
from autograder.kernels.run import run
from autograder.kernels.sandbox import why_not
from autograder.language import _
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
        seed: The proven seed; None without experiments.
        grades: One for each submission, by student.
        sandboxed: Whether the submissions of this run ran in a sandbox.
    """

    assignment: str
    seed: int | None
    grades: tuple[Grade, ...]
    sandboxed: bool


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
    on_progress: Callable[[str], None] = lambda _text: None,
) -> Cohort:
    """Grade the submissions of an assignment into the course's gradebook.

    Args:
        course: The course.
        name: The assignment.
        options: How.
        on_start: Told the number of submissions and the proven seed, before the first one runs.
        on_grade: Told each grade as it is recorded.
        on_progress: Told what is being prepared, in words.

    Raises:
        UsageError: There is no such assignment or student.
        CourseError: The course is broken; nothing was graded.
        MachineError: No kernel starts.
    """
    if options.sandboxed:
        _demand_sandbox()
    assignment = load_assignment(course, name)
    assignment = dataclasses.replace(assignment, files=files_to_put_back(course, assignment))
    wanted = _wanted(course, name, options.students)
    expectations: Expectations | None = None
    if assignment.has_experiments:
        seed = trusted.draw_seed() if options.seed is None else options.seed
        expectations = trusted.prove(assignment, load_catalogues(course, name), seed, on_progress=on_progress)
    register(course, assignment)
    proven = expectations.seed if expectations else None
    on_start(len(wanted), proven)
    journal = course.report(name)
    grades: dict[str, Grade] = {}
    made_from: dict[str, str] = {}
    stop = threading.Event()
    with ThreadPoolExecutor(max_workers=max(1, options.jobs), thread_name_prefix="submission") as pool:
        waiting = list(wanted)
        running: set[Future[Judged]] = set()
        try:
            while waiting or running:
                while waiting and len(running) < 2 * options.jobs:
                    submission = load_submission(course, name, waiting.pop(0))
                    made_from[submission.student] = fingerprint(submission, assignment)
                    known = (
                        None if options.force else recall(journal, made_from[submission.student], submission.student)
                    )
                    known = known and reread(course, assignment, known)
                    if known:
                        grades[known.student] = known
                        on_grade(known)
                        continue
                    prepared, faults = sanitize(submission, assignment, course)
                    arguments = (
                        submission,
                        assignment,
                        prepared,
                        faults,
                        expectations,
                        options.limits,
                        stop,
                        options.sandboxed,
                    )
                    running.add(pool.submit(examine, *arguments))
                if not running:
                    continue
                done, running = wait(running, return_when=FIRST_COMPLETED)
                for future in done:
                    graded = record(course, assignment, future.result(), proven)
                    remember(journal, made_from[graded.student], graded)
                    grades[graded.student] = graded
                    on_grade(graded)
        except BaseException:
            stop.set()
            for future in running:
                future.cancel()
            raise
    return Cohort(name, proven, tuple(grades[student] for student in sorted(grades)), options.sandboxed)


def examine(
    submission: Submission,
    assignment: Assignment,
    prepared: Sequence[Sanitized | None],
    faults: Sequence[Fault],
    expectations: Expectations | None,
    limits: Limits,
    stop: threading.Event | None = None,
    sandboxed: bool = False,
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
                stop=stop,
            )
        start_s += execution.start_s
        found += [*sanitized.faults, *execution.faults]
        judged.append(judge_notebook(master, execution, expectations))
    return Judged(submission, tuple(judged), tuple(found), time.monotonic() - began, start_s)


def _demand_sandbox() -> None:
    """Refuse to run strangers' code in the open.

    Raises:
        MachineError: This machine has no sandbox.
    """
    reason = why_not()
    if reason is not None:
        raise MachineError(
            "There is no sandbox on this machine, and submissions are strangers' code.",
            expected="Linux with bubblewrap (Debian package: bubblewrap), and a kernel that lets users make namespaces",
            got=reason,
            next_step="`autograder doctor`, or --no-sandbox if you trust every student; no grade was changed",
        )


def _wanted(course: Course, name: str, chosen: Sequence[str]) -> list[str]:
    there = students(course, name)
    unknown = [student for student in chosen if student not in there]
    if unknown:
        raise UsageError(
            f"There is no submission of {name} by {', '.join(unknown)}.",
            expected=", ".join(there[:20]) or f"a folder in {course.folder('submitted', '<student>', name)}",
            got=", ".join(unknown),
            next_step="give ids of folders in submitted/ by --student",
        )
    return sorted(set(chosen)) if chosen else there


def _without_notebook(
    master: MasterNotebook, expectations: Expectations | None, faults: Sequence[Fault]
) -> JudgedNotebook:
    """Where no notebook could be read: 0 for everything, on the released notebook with the reason on top."""
    node = nbformat.reads(master.release, as_version=4)
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
        verdicts.append(ExerciseVerdict(name, cell.grade_id, 0.0, worth, diagnosis=_("No notebook could be read.")))
    return JudgedNotebook(master.name, nbformat.writes(node), tuple(verdicts), missing=True)


def _fill(scratch: Path, submission: Submission, assignment: Assignment) -> None:
    """The student's files, and over them the course's, as nbgrader lays them out."""
    for name, data in {**submission.files, **assignment.files}.items():
        path = scratch / name
        if name.endswith(".ipynb") and name in submission.files:
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
