"""Grades a cohort: the one module that knows the order of the steps, and what runs in parallel.

Submissions are prepared, judged and recorded one after another by the coordinator, in one thread; their notebooks run
in parallel, each in its own kernel. The other threads wait for kernels and do nothing else, because much of what
prepares and records is not thread-safe: nbgrader, SQLAlchemy, Python's warning filters. The order in which notebooks
finish changes no result.
"""

import contextlib
import dataclasses
import errno
import functools
import os
import tempfile
import threading
import time
from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path

import nbformat

from autograder.errors import AutograderError, UsageError, did_you_mean, of_the_system
from autograder.grading import proving
from autograder.grading.course import (
    Course,
    demand_that_files_fit,
    files_to_put_back,
    load_assignment,
    load_catalogue,
    load_submission,
    make_room,
    students,
    unused,
)
from autograder.grading.gradebook import survive
from autograder.grading.intake import arrange, marks_of_others
from autograder.grading.journal import (
    Conditions,
    CutOffRun,
    MadeFrom,
    begin_run,
    cut_off_run,
    end_run,
    entries,
    fingerprint,
    keep_seed,
    kept_seed,
    recall,
    remember,
)
from autograder.grading.listener import SILENT, Listener, Progress
from autograder.grading.proofs import Pool, pool_of, proven_seeds
from autograder.grading.record import record, register, reread, seed_of_all
from autograder.grading.sanitize import sanitize
from autograder.grading.verdicts import judge_notebook
from autograder.kernels.run import SEED_VARIABLE, run
from autograder.kernels.sandbox import demand_sandbox
from autograder.kernels.warm import renew
from autograder.language import _
from autograder.notebooks import HIDDEN, MasterNotebook, copied
from autograder.reasons import Diagnosis, Why, because
from autograder.values.graded import ExerciseVerdict, Grade, Judged, JudgedNotebook
from autograder.values.observed import Expectations
from autograder.values.submitted import (
    UNSANDBOXED,
    Assignment,
    Execution,
    Fault,
    KernelKind,
    KernelSettings,
    Limits,
    Sanitized,
    Submission,
)
from autograder.words import in_words


@dataclass(frozen=True, slots=True)
class Options:
    """How a cohort is graded.

    Attributes:
        students: Ids to grade; all who handed in if empty.
        jobs: Notebooks that run at the same time.
        seed: Seed of the experiments; drawn if None.
        limits: What a submission may use.
        force: Grade again what is already graded.
        sandboxed: Whether each submission runs in a sandbox.
        every_cell: Whether the course's examples and pictures run too, though no mark depends on them.
        kernel: Which kernels run notebooks.
    """

    students: tuple[str, ...] = ()
    jobs: int = 1
    seed: int | None = None
    limits: Limits = Limits()
    force: bool = False
    sandboxed: bool = True
    every_cell: bool = False
    kernel: KernelKind = "lean"

    @property
    def conditions(self) -> Conditions:
        """The parts that a grade can depend on."""
        return Conditions(self.limits.cell_s, self.sandboxed)


@dataclass(frozen=True, slots=True)
class Cohort:
    """The result of grading.

    Attributes:
        assignment: Its name.
        seed: The seed of this run; if nothing ran, the one that all grades were made with; None without experiments.
        grades: One for each requested submission, by student.
        others: Earlier grades of other submissions of the assignment.
        known_from: What the grades that were made before were made from, by student: submissions that have not changed.
        failed: Why a submission has no grade, by student: the grader failed on it, twice.
        retried: What failed on the first try, by student, for those who got a grade on the second.
        sandboxed: Whether the submissions of this run ran in a sandbox.
        limit_s: Seconds for a cell, as `Limits` count them, in this run.
    """

    assignment: str
    seed: int | None
    grades: tuple[Grade, ...]
    others: tuple[Grade, ...]
    known_from: Mapping[str, MadeFrom]
    failed: Mapping[str, str]
    retried: Mapping[str, str]
    sandboxed: bool
    limit_s: float

    @property
    def unchanged(self) -> int:
        """How many of the grades were made before."""
        return len(self.known_from)


AHEAD = 4
"""For each job so many submissions run while the seed is still being proven; they wait for their verdict."""
STEP_S = 5.0
"""Seconds without a grade before progress is reported again: a notebook with endless loops takes minutes."""


def default_jobs() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def grade(
    course: Course,
    name: str,
    options: Options,
    *,
    listener: Listener = SILENT,
) -> Cohort:
    """Grade the submissions of an assignment into the course's gradebook.

    Args:
        course: The course.
        name: The assignment.
        options: How to grade.
        listener: Hears how it goes.

    Raises:
        UsageError: There is no such assignment or student.
        CourseError: The course is broken; nothing was graded.
        MachineError: No kernel starts.
    """
    assignment = load_assignment(course, name)
    assignment = dataclasses.replace(assignment, files=files_to_put_back(course, assignment))
    wanted = _wanted(course, name, options.students)
    survive(lambda: register(course, assignment))
    cut_off = cut_off_run(course.report(name), assignment)
    known, made_from = ({}, {}) if options.force else _known(course, assignment, wanted, cut_off, options.conditions)
    waiting = [student for student in wanted if student not in known]
    if waiting and options.sandboxed:
        demand_sandbox("--no-sandbox", hidden=course.private)
        demand_that_files_fit(course, assignment)
    again = {*(waiting if options.force else ()), *(cut_off.again if cut_off else ())}
    with contextlib.ExitStack() as stack:
        seed = expectations = None
        if waiting and assignment.has_experiments:
            pool = pool_of(course, assignment)
            seed = _first_seed(options.seed, cut_off, seed_of_all(course, name), waiting, pool=pool)
        runs = stack.enter_context(_Runs(course, assignment, options, waiting, seed))
        if seed is not None:
            if seed not in proven_seeds(pool):
                runs.fill(AHEAD * options.jobs)
            catalogue = load_catalogue(course, name)
            expectations = proving.prove(
                assignment, catalogue, seed, pool=pool, jobs=options.jobs, on_progress=listener.prepare
            )
            if expectations.seed != seed:  # what has run would be judged by experiments that are not proven
                runs.close()
                seed = expectations.seed
                runs = stack.enter_context(_Runs(course, assignment, options, waiting, seed))
            if kept_seed(course.report(name)) is None or set(waiting) == set(students(course, name)):
                keep_seed(course.report(name), seed)
        if waiting:
            begin_run(course.report(name), assignment, seed, again)
        listener.start(len(wanted), seed)
        for grade_before in known.values():
            listener.grade(grade_before)
        before = Progress(len(wanted), done=len(known), faults=sum(len(one.faults) for one in known.values()))
        grades, failed = _grade_all(runs, expectations, listener, before)
    retried: dict[str, str] = {}
    if failed:
        # Alone, and in kernels of new warm processes: what went wrong was chance, or happens again.
        listener.prepare(f"{len(failed)} failed through no fault of their own; trying again, one by one")
        renew()
        alone, faults = dataclasses.replace(options, jobs=1), sum(len(one.faults) for one in grades.values())
        done = Progress(before.total, done=before.done + len(grades), faults=before.faults + faults)
        with _Runs(course, assignment, alone, list(failed), seed) as runs:
            late, still = _grade_all(runs, expectations, listener, done)
        retried = {student: reason for student, reason in failed.items() if student in late}
        grades, failed = grades | late, still
    end_run(course.report(name), cut_off, frozenset(students(course, name)))
    return Cohort(
        assignment=name,
        seed=seed if waiting else _common_seed(known.values()),
        grades=_by_student((known | grades).values()),
        others=_by_student(recall(course.report(name), except_for=frozenset(wanted))),
        known_from={student: made_from[student] for student in known},
        failed=failed,
        retried=retried,
        sandboxed=options.sandboxed,
        limit_s=options.limits.cell_s,
    )


def _first_seed(
    asked: int | None,
    cut_off: CutOffRun | None,
    kept: int | None,
    waiting: Collection[str],
    *,
    pool: Pool,
) -> int:
    """The seed to prove first: the requested one, else the assignment's, or a fresh one.

    Only those whom an interrupted run was to grade again may have another one: it was requested then.
    """
    if asked is not None:
        return asked
    if cut_off and cut_off.seed is not None and set(cut_off.again).issuperset(waiting):
        return cut_off.seed
    return proving.fresh_seed(pool) if kept is None else kept


def _known(
    course: Course, assignment: Assignment, students: Sequence[str], cut_off: CutOffRun | None, conditions: Conditions
) -> tuple[dict[str, Grade], dict[str, MadeFrom]]:
    """Grades that need not be made again: of submissions that have not changed and do not wait for a forced run.

    Also what each submission's grade would be made from now.
    """
    folder = course.report(assignment.name)
    before, again = entries(folder), frozenset(cut_off.again if cut_off else ())
    made_from: dict[str, MadeFrom] = {}
    for student in students:
        with _contained(student, {}):  # it happens again and is reported when the submission is prepared
            made_from[student] = fingerprint(load_submission(course, assignment.name, student), assignment)
    unchanged = {
        student
        for student, now in made_from.items()
        if (entry := before.get(student)) and entry.made_from == now and entry.is_valid_under(conditions)
    }
    grades = reread(course, assignment, recall(folder, only=unchanged - again))
    return {one.student: one for one in grades}, made_from


@dataclass(frozen=True, slots=True)
class Prepared:
    """A submission that is ready to run: its notebooks, None for one that could not be read, and what was repaired.

    `made_from` says what the grade depends on.
    """

    made_from: MadeFrom
    submission: Submission
    notebooks: tuple[Sanitized | None, ...]
    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True)
class Ran:
    """What came back of each notebook, None for one that could not be read, and wall seconds in all."""

    executions: tuple[Execution | None, ...]
    seconds: float


class _Runs:
    """Submissions that run in threads, each prepared when there is room for it. Closing it stops those that run.

    Args:
        course: The course.
        assignment: The assignment.
        options: How to grade.
        students: Whose submissions run.
        seed: What experiments draw from; None without experiments.
    """

    def __init__(
        self, course: Course, assignment: Assignment, options: Options, students: Iterable[str], seed: int | None
    ) -> None:
        self.course, self.assignment, self.options, self.seed = course, assignment, options, seed
        self.running: dict[Future[Ran], Prepared] = {}
        self.failed: dict[str, str] = {}
        self._waiting, self._stop = deque(students), threading.Event()
        self._pool = ThreadPoolExecutor(max_workers=max(1, options.jobs), thread_name_prefix="submission")
        self._execute = functools.partial(
            execute,
            seed=seed,
            limits=options.limits,
            stop=self._stop,
            settings=KernelSettings(options.sandboxed, hidden=course.private, kind=options.kernel),
        )

    def fill(self, most: int) -> bool:
        """Start runs until there are `most`; whether any runs."""
        while self._waiting and len(self.running) < most:
            student = self._waiting.popleft()
            with _contained(student, self.failed):
                submission = load_submission(self.course, self.assignment.name, student)
                given = (self.course, self.assignment, submission)
                prepared = survive(functools.partial(prepare, *given, every_cell=self.options.every_cell))
                self.running[self._pool.submit(self._execute, prepared, self.assignment)] = prepared
        return bool(self.running)

    def ended(self) -> list[tuple[Future[Ran], Prepared]]:
        """Those that have ended since; if none has, after `STEP_S`."""
        done, _rest = wait(self.running, timeout=STEP_S, return_when=FIRST_COMPLETED)
        return [(future, self.running.pop(future)) for future in done]

    def close(self) -> None:
        """Stop what runs, and wait for it."""
        self._stop.set()
        for future in self.running:
            future.cancel()
        self._pool.shutdown()

    def __enter__(self) -> "_Runs":
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()


def _grade_all(
    runs: _Runs, expectations: Expectations | None, listener: Listener, before: Progress
) -> tuple[dict[str, Grade], dict[str, str]]:
    """Judge and record submissions one after another, while others run.

    Returns:
        The grades, and why a submission has none, by student. An unexpected failure of the grader costs only the
        submission that it happened on its grade in this run.
    """
    course, assignment, options = runs.course, runs.assignment, runs.options
    grades: dict[str, Grade] = {}
    faults = before.faults
    while runs.fill(2 * options.jobs):
        finished = before.done + len(grades) + len(runs.failed)
        listener.step(Progress(before.total, finished, _students(runs.running)[: options.jobs], faults))
        for future, prepared in runs.ended():
            student = prepared.submission.student
            with _contained(student, runs.failed):
                judged = judge_all(prepared, assignment, future.result(), expectations)
                recording = functools.partial(record, course, assignment, judged, runs.seed)
                graded = survive(recording, lambda: listener.prepare(_("waiting for the gradebook's server")))
                remember(course.report(assignment.name), prepared.made_from, graded, options.conditions)
                grades[student] = graded
                faults += len(graded.faults)
                listener.grade(graded)
    return grades, runs.failed


@contextlib.contextmanager
def _contained(student: str, failed: dict[str, str]) -> Iterator[None]:
    """Note an unexpected failure on one submission and continue; a broken course or machine still stops the run."""
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


def take_in(course: Course, assignment: Assignment, submission: Submission) -> Submission:
    """What was handed in, with the notebooks in place and without files that are in the way of the course's."""
    others = marks_of_others(course.folder("source", ".", assignment.name).parent, assignment.name)
    return make_room(arrange(submission, assignment, others), assignment)


def prepare(course: Course, assignment: Assignment, submission: Submission, *, every_cell: bool = False) -> Prepared:
    """Find a submission's notebooks and put them in order."""
    made_from = fingerprint(submission, assignment)
    submission = take_in(course, assignment, submission)
    notebooks, faults = sanitize(submission, assignment, course, every_cell=every_cell)
    return Prepared(made_from, submission, tuple(notebooks), tuple(faults))


def execute(
    prepared: Prepared,
    assignment: Assignment,
    *,
    seed: int | None,
    limits: Limits,
    settings: KernelSettings = UNSANDBOXED,
    stop: threading.Event | None = None,
) -> Ran:
    """Run the notebooks of one submission, in any thread. It touches nothing outside a scratch folder.

    Raises:
        Stopped: `stop` was set.
    """
    began = time.monotonic()
    executions: list[Execution | None] = []
    environment = {"NBGRADER_EXECUTION": "autograde"} | ({} if seed is None else {SEED_VARIABLE: str(seed)})
    for master, sanitized in zip(assignment.notebooks, prepared.notebooks, strict=True):
        if sanitized is None:
            executions.append(None)
            continue
        with tempfile.TemporaryDirectory(prefix="submission-", ignore_cleanup_errors=True) as scratch:
            _fill(Path(scratch), prepared.submission, assignment)
            execution = run(
                sanitized.notebook,
                folder=Path(scratch),
                limits=limits,
                settings=dataclasses.replace(settings, modules=master.modules, environment=environment),
                stop=stop,
            )
        executions.append(execution)
    return Ran(tuple(executions), time.monotonic() - began)


def judge_all(prepared: Prepared, assignment: Assignment, ran: Ran, expectations: Expectations | None) -> Judged:
    """The verdict on each notebook of a submission that was run."""
    found, judged, start_s = list(prepared.faults), [], 0.0
    for master, sanitized, execution in zip(assignment.notebooks, prepared.notebooks, ran.executions, strict=True):
        if sanitized is None or execution is None:
            judged.append(_without_notebook(master, expectations, found))
            continue
        start_s += execution.start_s
        found += [dataclasses.replace(fault, notebook=master.name) for fault in (*sanitized.faults, *execution.faults)]
        judged.append(judge_notebook(master, execution, expectations))
    return Judged(prepared.submission, tuple(judged), tuple(found), ran.seconds, start_s)


def _students(running: Mapping[Future[Ran], Prepared]) -> tuple[str, ...]:
    return tuple(prepared.submission.student for prepared in running.values())


def _wanted(course: Course, name: str, chosen: Sequence[str]) -> list[str]:
    there = students(course, name)
    if not there:
        raise UsageError(
            f"Nobody has handed in {name}.",
            expected=f"folders such as {course.folder('submitted', '<student>', name)}",
            got="; ".join(unused(course, name)[:5]) or "none",
            next_step="put the submissions there, or name the course's folder with --course",
        )
    unknown = [student for student in chosen if student not in there]
    if unknown:
        raise UsageError(
            f"There is no submission of {name} by {', '.join(unknown)}.{did_you_mean(unknown[0], there)}",
            expected=", ".join(there[:20]) or f"a folder in {course.folder('submitted', '<student>', name)}",
            got=", ".join(unknown),
            next_step="name folders in submitted/ with --student",
        )
    return sorted(set(chosen)) if chosen else there


def _without_notebook(
    master: MasterNotebook, expectations: Expectations | None, faults: Sequence[Fault]
) -> JudgedNotebook:
    """If no notebook could be read: 0 for everything, on the released notebook with the reason on top."""
    node = copied(master.released)
    reasons = " ".join(in_words(fault.reason) for fault in faults)
    notice = nbformat.v4.new_markdown_cell(_("**No notebook could be graded.**") + f"\n\n{reasons}", id="no-notebook")
    if (node.nbformat, node.nbformat_minor) < (4, 5):
        del notice["id"]
    node.cells.insert(0, notice)
    verdicts = []
    for cell in master.experiments if expectations else ():
        assert expectations is not None
        worth = sum(points for _name, points in expectations.experiments[cell.grade_id].facets)
        name = cell.grade_id.removesuffix(HIDDEN)
        reason = Diagnosis(because(Why.NO_NOTEBOOK))
        verdicts.append(ExerciseVerdict(name, cell.grade_id, 0.0, worth, diagnosis=reason, unread=True))
    return JudgedNotebook(master.name, node, tuple(verdicts), missing=True)


def _fill(scratch: Path, submission: Submission, assignment: Assignment) -> None:
    """The student's files, overlaid with the course's, as nbgrader lays them out."""
    for name, data in {**submission.files, **assignment.files}.items():
        path = scratch / name
        if name.endswith(".ipynb") and name in submission.files:
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
