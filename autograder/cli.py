"""The command line: options, progress and exit codes. Everything that does the work is elsewhere."""

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TextIO

import typer

from autograder.errors import AutograderError, UsageError

if TYPE_CHECKING:
    from autograder.grading.course import Course
    from autograder.grading.grade import Progress
    from autograder.values import Grade

app = typer.Typer(
    help="Releases, audits and grades the assignments of a course; hidden tests are judged as experiments.",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

CourseOption = Annotated[Path, typer.Option("--course", metavar="DIR", help="The course's folder.")]
SeedOption = Annotated[
    int | None,
    typer.Option("--seed", metavar="S", min=0, max=2**31 - 1, help="Seed of the experiments; drawn if not given."),
]
JsonOption = Annotated[
    str | None, typer.Option("--json", metavar="FILE", help="Also write the result as JSON; - for standard output.")
]
TimeoutOption = Annotated[
    float, typer.Option("--timeout", metavar="SECONDS", min=0.1, help="Time for a cell; one that imports gets more.")
]
INTERRUPTED = 130


@app.command()
def release(
    assignment: Annotated[str, typer.Argument(help="The assignment's name.")],
    course: CourseOption = Path("."),
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit 1 if a generated file is not fresh.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print nothing.")] = False,
) -> None:
    """Make release/ and solutions/ from source/.

    Example: autograder release convolution
    """
    from autograder.course import release as releasing

    opened = _open(course)
    if check:
        outdated = releasing.stale(opened, releasing.make(opened, assignment))
        for path in outdated:
            print(path)
        raise typer.Exit(1 if outdated else 0)
    released = releasing.release(opened, assignment)
    if not quiet:
        for path in sorted(released.files):
            print(path)


@app.command()
def grade(
    assignment: Annotated[str, typer.Argument(help="The assignment's name.")],
    course: CourseOption = Path("."),
    student: Annotated[
        list[str] | None, typer.Option("--student", metavar="ID", help="Grade this student only; can be repeated.")
    ] = None,
    jobs: Annotated[
        int | None, typer.Option("--jobs", metavar="N", min=1, help="Notebooks at the same time.  [default: the cores]")
    ] = None,
    seed: SeedOption = None,
    timeout: Annotated[
        float | None,
        typer.Option("--timeout", metavar="SECONDS", min=0.1, help="Time for a cell.  [default: the course's setting]"),
    ] = None,
    json_file: JsonOption = None,
    force: Annotated[
        bool, typer.Option("--force", help="Grade again what is graded already and has not changed.")
    ] = False,
    no_sandbox: Annotated[
        bool, typer.Option("--no-sandbox", help="Run submissions as you, with all that you may do; the report says so.")
    ] = False,
) -> None:
    """Grade the submissions of an assignment into nbgrader's gradebook, with feedback pages and a report.

    Example: autograder grade convolution --jobs 2 --json marks.json
    """
    _grade(_open(course), assignment, student or [], jobs, seed, timeout, json_file, force, not no_sandbox)


@app.command()
def audit(
    assignment: Annotated[str | None, typer.Argument(help="The assignment's name; all of them if not given.")] = None,
    course: CourseOption = Path("."),
    seed: SeedOption = None,
    json_file: JsonOption = None,
) -> None:
    """Prove that an assignment's tests tell right from wrong; exit 1 if a claim does not hold.

    Example: autograder audit convolution
    """
    from autograder.course.audit import audit as run_audit
    from autograder.grading.course import assignments
    from autograder.reporting.audit import audit_lines, audit_results

    opened = _open(course)
    audits = []
    out = sys.stderr if json_file == "-" else sys.stdout
    for name in [assignment] if assignment else assignments(opened):
        began = time.monotonic()
        with _interruptible("nothing was changed"):
            found = run_audit(opened, name, seed=seed, on_progress=_say)
        audits.append(found)
        print("\n".join(audit_lines(found, time.monotonic() - began)), file=out)
    _write_json(json_file, audit_results(audits))
    raise typer.Exit(0 if all(found.passed for found in audits) else 1)


@app.command()
def bundle(
    assignment: Annotated[list[str], typer.Argument(help="Names of released assignments.")],
    course: CourseOption = Path("."),
    into: Annotated[Path, typer.Option("--into", metavar="DIR", help="Where the archives are written.")] = Path("dist"),
) -> None:
    """Pack a released assignment for students: notebook, requirements, how to start, and the package's wheel.

    Example: autograder bundle convolution
    """
    from autograder.course.bundle import bundle as pack

    for name in assignment:
        print(pack(_open(course), name, into))


@app.command()
def demo(
    assignment: Annotated[str, typer.Argument(help="The assignment's name.")] = "convolution",
    course: CourseOption = Path("."),
    into: Annotated[Path, typer.Option("--into", metavar="DIR", help="Folder of the demo; made anew.")] = Path(
        "build/demo"
    ),
    every: Annotated[
        bool, typer.Option("--all", help="Every assignment of the course, each in a folder of its own; takes minutes.")
    ] = False,
    jobs: Annotated[int | None, typer.Option("--jobs", metavar="N", min=1, help="Notebooks at the same time.")] = None,
    seed: SeedOption = None,
    json_file: JsonOption = None,
) -> None:
    """Grade a cohort of simulated students, made from the solved notebook.

    Example: autograder demo
    """
    from autograder.grading.course import assignments

    if not every:
        _demo(course, assignment, into, jobs, seed, json_file)
        return
    if json_file is not None:
        raise UsageError(
            "The results of several assignments do not go into one file.",
            expected="--all or --json",
            got="both",
            next_step="give the assignments one by one",
        )
    for name in assignments(_open(course)):
        _demo(course, name, Path(f"{into}-{name}"), jobs, seed, None)


def _demo(course: Path, assignment: str, into: Path, jobs: int | None, seed: int | None, json_file: str | None) -> None:
    from autograder.course import demo as demonstration
    from autograder.grading.course import find_assignment
    from autograder.kernels.sandbox import why_not

    opened = _open(course)
    find_assignment(opened, assignment)  # before a folder is made anew for it
    graded, students = demonstration.write(opened, assignment, into)
    _say(f"wrote {len(students)} submissions to {into}")
    reason = why_not()
    if reason is not None:
        _say(f"without a sandbox, since these submissions are our own: {reason}")
    _grade(graded, assignment, [], jobs, seed, 20.0, json_file, force=True, sandboxed=reason is None)


@app.command()
def check(
    notebook: Annotated[list[Path], typer.Argument(help="Your notebook; can be several.")],
    json_file: JsonOption = None,
    summary: Annotated[
        str | None, typer.Option("--summary", metavar="FILE", help="Also write a page of Markdown.")
    ] = None,
    junit: Annotated[str | None, typer.Option("--junit", metavar="FILE", help="Also write JUnit XML.")] = None,
    annotations: Annotated[
        str | None,
        typer.Option("--annotations", metavar="FILE", help="Also write annotations as GitHub's workflow commands."),
    ] = None,
    timeout: TimeoutOption = 60.0,
) -> None:
    """Run the visible checks of a notebook, in a fresh Python; exit 1 if one of them does not pass.

    Your notebook runs on this machine, with all that you may do, and stays as it is. Pictures are not drawn. Each FILE
    can be - for standard output.

    Example: autograder check convolution/convolution.ipynb
    """
    from autograder.language import _
    from autograder.working import exports
    from autograder.working.check import checked
    from autograder.working.report import table

    files = (json_file, summary, junit, annotations)
    _demand_places(*files)
    found = []
    with _interruptible(_("your notebook was not changed")):
        for path in notebook:
            one = checked(path, limit_s=timeout)
            found.append(one)
            if one.report is not None:
                _console(sys.stderr if "-" in files else sys.stdout).print(table(one.report, title=str(path)))
            else:
                _say(str(one.trouble))
    _write_json(json_file, exports.as_json(found))
    _write(summary, exports.as_markdown(found))
    _write(junit, exports.as_junit(found))
    _write(annotations, exports.as_annotations(found))
    readable = all(one.trouble is None for one in found)
    raise typer.Exit(0 if all(one.passed for one in found) else 1 if readable else UsageError.exit_code)


@app.command()
def watch(
    notebook: Annotated[Path, typer.Argument(help="Your notebook.")],
    timeout: TimeoutOption = 60.0,
) -> None:
    """Run the visible checks again each time the notebook is saved, in a Python that stays warm. Ctrl-C ends it.

    Only what a change reaches is run again. `autograder check`, in a fresh Python, has the last word.

    Example: autograder watch convolution/convolution.ipynb
    """
    from autograder.language import _
    from autograder.working.plan import read
    from autograder.working.report import Report, plain, table
    from autograder.working.watch import watch as keep_watching

    read(notebook)  # a wrong path is said before Python is started

    def show(found: Report, seconds: float) -> None:
        below = _("{seconds:.1f} s. Waiting for the next save; Ctrl-C ends this.").format(seconds=seconds)
        if sys.stdout.isatty():
            console = _console(sys.stdout)
            console.clear()
            console.print(table(found, title=notebook.name))
            console.print(below, markup=False, highlight=False)
        else:
            print("\n".join([*plain(found), below]), flush=True)

    with _interruptible(_("your notebook was not changed")):
        _say(_("starting Python; the first run takes some seconds"))
        keep_watching(notebook, limit_s=timeout, on_report=show, on_trouble=lambda error: _say(str(error)))


@app.command()
def doctor() -> None:
    """Tell whether this machine can grade: the sandbox, the warm kernels, and how to get what is missing.

    Example: autograder doctor
    """
    from autograder.kernels.doctor import examinations

    fit = True
    for found in examinations():
        print(f"{'yes' if found.fit else 'NO '} {found.what}: {found.detail}")
        if not found.fit:
            print(f"      next: {found.next_step}")
        fit = fit and found.fit
    raise typer.Exit(0 if fit else 4)


@app.command()
def kernelspec(
    name: Annotated[
        str, typer.Option("--name", help="The kernel's name; python3 takes the place of the usual kernel.")
    ] = "autograder-warm",
    prefix: Annotated[
        Path | None,
        typer.Option("--prefix", metavar="DIR", help="Install below DIR.  [default: this Python's environment]"),
    ] = None,
    user: Annotated[bool, typer.Option("--user", help="Install for this user.")] = False,
    module: Annotated[
        list[str] | None,
        typer.Option(
            "--module", metavar="M", help="Module to keep imported; can be repeated.  [default: TensorFlow's]"
        ),
    ] = None,
    no_sandbox: Annotated[bool, typer.Option("--no-sandbox", help="Kernels run as you, in the open.")] = False,
) -> None:
    """Install a Jupyter kernel whose processes are forked from a warm one and live in a sandbox.

    Whatever runs notebooks can use it: nbclient, `jupyter execute`, nbgrader without our configuration. In the sandbox
    a notebook works on a copy of its folder, so the files that it writes are gone afterwards.

    Example: autograder kernelspec --name python3
    """
    import tempfile

    from jupyter_client.kernelspec import KernelSpecManager

    from autograder.kernels.start import HEAVY_MODULES
    from autograder.kernels.warm import PROVISIONER

    if user and prefix:
        raise UsageError(
            "A kernel is installed in one place.",
            expected="--user or --prefix",
            got="both",
            next_step="leave one of them out; nothing was installed",
        )
    settings = {"modules": module or list(HEAVY_MODULES), "sandbox": not no_sandbox}
    spec = {
        "argv": [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
        "display_name": f"Python 3 (warm, {'in the open' if no_sandbox else 'sandboxed'})",
        "language": "python",
        "metadata": {"kernel_provisioner": {"provisioner_name": PROVISIONER, "config": settings}},
    }
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "kernel.json").write_text(json.dumps(spec, indent=1) + "\n", encoding="utf-8")
        place = {"user": True} if user else {"prefix": str(prefix or sys.prefix)}
        print(KernelSpecManager().install_kernel_spec(folder, name, **place))


@app.command()
def report(
    assignment: Annotated[str, typer.Argument(help="The assignment's name.")],
    course: CourseOption = Path("."),
    json_file: JsonOption = None,
    csv_file: Annotated[
        str | None, typer.Option("--csv", metavar="FILE", help="Also write the marks as CSV; - for standard output.")
    ] = None,
) -> None:
    """Write the report and the feedback pages anew, with the points and comments that people gave since.

    Nothing is run: all is made from what is kept of the last run.

    Example: autograder report convolution --csv marks.csv
    """
    from autograder.course.pages import rewrite_pages
    from autograder.reporting.exports.plain import grades_table

    _demand_places(json_file, csv_file)
    opened = _open(course)
    kept, data = rewrite_pages(opened, assignment)
    out = sys.stderr if "-" in (json_file, csv_file) else sys.stdout
    print(f"report:    {_short(opened.report(assignment) / 'index.html')}", file=out)
    print(f"{len(kept.grades)} submissions, none of them run", file=out)
    if kept.ungraded:
        _say(f"handed in and not graded: {', '.join(kept.ungraded)}")
    _write_json(json_file, data)
    _write(csv_file, grades_table(kept.grades))


@app.command()
def export(
    assignment: Annotated[str, typer.Argument(help="The assignment's name.")],
    format_name: Annotated[
        str,
        typer.Option(
            "--format", metavar="FORMAT", help="canvas, moodle, gradescope, junit, csv, markdown or annotations."
        ),
    ],
    course: CourseOption = Path("."),
    roster: Annotated[
        Path | None, typer.Option("--roster", metavar="FILE", help="The other system's list of students, as CSV.")
    ] = None,
    into: Annotated[
        Path | None,
        typer.Option(
            "--into",
            metavar="PATH",
            help="The file, or gradescope's folder.  [default: report/ASSIGNMENT/export/FORMAT...]",
        ),
    ] = None,
    id_column: Annotated[
        str,
        typer.Option("--id-column", metavar="NAME", help="The roster's column with our ids; found if not given."),
    ] = "",
    column: Annotated[
        str, typer.Option("--column", metavar="NAME", help="The assignment's name there, if it is another.")
    ] = "",
    strict: Annotated[
        bool,
        typer.Option("--strict", help="Exit 1 if anything is listed, such as a missing student."),
    ] = False,
) -> None:
    """Write the marks in another system's form: points after a late penalty, as the gradebook has them.

    Who is in the gradebook and not in the roster, or the other way round, is listed on standard error.

    Example: autograder export convolution --format canvas --roster canvas-gradebook.csv
    """
    from autograder.course.report import export as write_export
    from autograder.reporting.exports import FORMATS
    from autograder.reporting.text import one_line

    if format_name not in FORMATS:
        raise UsageError(
            f"There is no export {format_name!r}.",
            expected=", ".join(FORMATS),
            got=format_name,
            next_step="give one of these by --format; nothing was written",
        )
    made, place = write_export(
        _open(course), assignment, format_name, roster=roster, into=into, id_column=id_column, column=column
    )
    listed = [
        *(f"in the gradebook, not in the roster: {student}" for student in made.unknown),
        *(f"in the roster, no submission: {student}" for student in made.missing),
        *made.notices,
    ]
    for line in listed:
        _say(one_line(line, 1000))
    print(_short(place.resolve()))
    raise typer.Exit(1 if strict and listed else 0)


def _grade(
    course: "Course",
    assignment: str,
    students: list[str],
    jobs: int | None,
    seed: int | None,
    timeout: float | None,
    json_file: str | None,
    force: bool,
    sandboxed: bool,
) -> None:
    from autograder.course.pages import write_pages
    from autograder.grading import grade as grading
    from autograder.grading.course import load_assignment
    from autograder.reporting.results import results
    from autograder.reporting.terminal import table
    from autograder.values import Limits

    options = grading.Options(
        students=tuple(students),
        jobs=jobs or grading.default_jobs(),
        seed=seed,
        limits=Limits(cell_s=timeout or course.cell_limit_s),
        force=force,
        sandboxed=sandboxed,
    )
    began = time.monotonic()
    _demand_places(json_file)
    with _interruptible("what was graded so far is in the gradebook, and is not graded again"), _Progress() as progress:
        cohort = grading.grade(
            course,
            assignment,
            options,
            on_start=progress.start,
            on_grade=progress.grade,
            on_step=progress.step,
            on_progress=progress.prepare,
        )
    written = write_pages(course, load_assignment(course, assignment), cohort)
    out = sys.stderr if json_file == "-" else sys.stdout
    _console(out).print(table(cohort.grades, assignment=assignment))
    shown = cohort.seed if cohort.seed is not None else "none of this run: see the report"
    print(f"seed:      {shown}", file=out)
    print(f"feedback:  {_short(written.feedback)}", file=out)
    print(f"gradebook: {course.db_url}", file=out)
    print(f"report:    {_short(written.report)}", file=out)
    unchanged = f", {cohort.unchanged} of them unchanged since they were graded" if cohort.unchanged else ""
    print(f"{len(cohort.grades)} submissions in {time.monotonic() - began:.1f} s{unchanged}", file=out)
    _write_json(json_file, results(cohort.grades, assignment=assignment, seed=cohort.seed))
    for name, reason in cohort.failed.items():
        _say(f"NOT GRADED: {name}: the grader failed on this submission: {reason}")
    if cohort.failed:
        raise typer.Exit(4)


class _Progress:
    """A bar on a terminal, plain lines in a log; both on standard error."""

    EVERY_S = 30.0
    """Between two lines of a log that tell how far the run is."""

    def __init__(self) -> None:
        self._bar: Any = None
        self._task: Any = None
        self._began = self._told = time.monotonic()
        self._before: int | None = None

    def __enter__(self) -> "_Progress":
        if sys.stderr.isatty():
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

            columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
            self._bar = Progress(*columns, console=_console(sys.stderr), transient=True)
            self._task = self._bar.add_task("preparing", total=None)
            self._bar.start()
        return self

    def __exit__(self, *_error: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def prepare(self, text: str) -> None:
        if self._bar is not None:
            self._bar.update(self._task, description=text)
        else:
            _say(text)

    def start(self, count: int, seed: int | None) -> None:
        self._began = self._told = time.monotonic()
        if self._bar is None:
            _say(f"grading {count} submissions" + (f" with seed {seed}" if seed is not None else ""))

    def grade(self, grade: "Grade") -> None:
        if self._bar is None:
            from autograder.reporting.terminal import plain_line

            _say(plain_line(grade))

    def step(self, progress: "Progress") -> None:
        now = time.monotonic()
        if self._before is None:
            self._before = progress.done  # these took no time
        text = f"{progress.running} running"
        made, left = progress.done - self._before, progress.total - progress.done
        if made >= 3:
            text += f", about {_duration((now - self._began) / made * left)} left"
        if progress.faults:
            text += f", {progress.faults} faults"
        if self._bar is not None:
            self._bar.update(self._task, total=progress.total, completed=progress.done, description=text)
        elif now - self._told > self.EVERY_S:
            self._told = now
            _say(f"-- {progress.done} of {progress.total} done, {text}")


def _duration(seconds: float) -> str:
    minutes = seconds / 60
    return f"{seconds:.0f} s" if minutes < 2 else f"{minutes:.0f} min" if minutes < 120 else f"{minutes / 60:.1f} h"


def _open(folder: Path) -> "Course":
    from autograder.grading.course import load_course

    return load_course(folder)


def _short(path: Path) -> str:
    """A path as the reader would type it."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def _console(file: TextIO) -> Any:
    from rich.console import Console

    return Console(file=file, width=None if file.isatty() else 100)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _write_json(file: str | None, data: dict[str, Any]) -> None:
    _write(file, json.dumps(data, indent=1, ensure_ascii=False) + "\n")


def _write(file: str | None, text: str) -> None:
    """Write a result to a file, or to standard output if that is called "-"."""
    if file == "-":
        print(text, end="")
    elif file is not None:
        Path(file).write_text(text, encoding="utf-8", newline="\n")


def _demand_places(*files: str | None) -> None:
    """Find out before any work, and not after it, that the results have no place."""
    if files.count("-") > 1:
        raise UsageError(
            "Two results do not go to standard output.",
            expected="- for one of them",
            got="- for several",
            next_step="give a file for the others; nothing was written",
        )
    for file in files:
        if file not in (None, "-") and not Path(str(file)).resolve().parent.is_dir():
            raise UsageError(
                f"The results cannot be written to {file}.",
                expected="a file in a folder that exists",
                got=f"there is no folder {Path(str(file)).resolve().parent}",
                next_step="make the folder, or give another file; nothing was run",
            )


@contextmanager
def _interruptible(what: str) -> Iterator[None]:
    """Ctrl-C ends with a sentence and 130."""
    try:
        yield
    except KeyboardInterrupt:
        _say(f"stopped; {what}")
        raise typer.Exit(INTERRUPTED) from None


@contextmanager
def _explained() -> Iterator[None]:
    """A broken course or machine ends with its message and its exit code, without a traceback."""
    try:
        yield
    except AutograderError as error:
        _say(str(error))
        sys.exit(error.exit_code)
    except PermissionError as error:
        _say(
            f"{error.filename or error} cannot be written or read.\n  next:     mend the permissions, or work on a copy"
        )
        sys.exit(4)


def main() -> None:
    """Run the command line."""
    with _explained():
        app()
