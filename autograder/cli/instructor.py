"""What instructors type: from the source of an assignment to marks in another system."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from autograder.cli import completion
from autograder.cli.ending import interruptible
from autograder.cli.options import (
    AssignmentArgument,
    AssignmentSeedOption,
    CourseOption,
    JobsOption,
    JsonOption,
    SeedOption,
)
from autograder.cli.output import console, demand_places, for_people, say, short, submissions, write, write_json
from autograder.cli.progress_bar import ProgressBar
from autograder.errors import MachineError, UsageError, did_you_mean
from autograder.files import demand_writable
from autograder.values.submitted import KernelKind

if TYPE_CHECKING:
    from autograder.authoring.effort import Effort
    from autograder.grading.course import Course
    from autograder.grading.grade import Options


def release(
    assignment: AssignmentArgument,
    course: CourseOption = Path("."),
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit 1 if a generated file is out of date.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print nothing.")] = False,
    proofs: Annotated[
        int,
        typer.Option(
            "--proofs",
            metavar="N",
            min=0,
            max=7,
            help="Also have N seeds proven, so that grading starts at once. An audit has one proven.",
        ),
    ] = 0,
    json_file: JsonOption = None,
) -> None:
    """Make release/ and solutions/ from source/, and remove what source/ no longer has.

    Example: autograder release convolution
    """
    from autograder.authoring.release import make_release, prove_ahead, stale_files, write_release
    from autograder.grading.grade import default_jobs

    if check and proofs:
        raise UsageError(
            "A check of the release proves no seed.",
            expected="--check or --proofs",
            got="both",
            next_step=f"autograder release {assignment} --proofs {proofs}",
        )
    demand_places(json_file)
    opened = _open(course)
    if not check:
        demand_writable(opened.root)
    with interruptible("the same command makes the rest"):
        released = make_release(opened, assignment)
        outdated = stale_files(opened, released)
        removed = [] if check else write_release(opened, released)
    if check or not quiet:
        for path in outdated if check else [*sorted(released.files), *(f"{path} (removed)" for path in removed)]:
            print(path, file=for_people(json_file))
    for notice in released.notices:
        say(notice)
    if proofs:
        with interruptible("the release is complete; the same command proves the rest"):
            prove_ahead(opened, assignment, proofs, jobs=default_jobs(), on_progress=say)
    facts = {
        "assignment": assignment,
        "files": sorted(released.files),
        "stale": sorted(outdated),
        "removed": removed,
        "written": not check,
        "notices": list(released.notices),
    }
    write_json(json_file, "release", facts)
    raise typer.Exit(1 if check and outdated else 0)


def grade(
    assignment: AssignmentArgument,
    course: CourseOption = Path("."),
    student: Annotated[
        list[str] | None,
        typer.Option(
            "--student",
            metavar="ID",
            help="Grade this student only; can be repeated.",
            autocompletion=completion.students,
        ),
    ] = None,
    jobs: JobsOption = None,
    seed: AssignmentSeedOption = None,
    timeout: Annotated[
        float | None,
        typer.Option(
            "--timeout", metavar="SECONDS", min=0.1, help="CPU seconds for a cell; the course's if not given."
        ),
    ] = None,
    json_file: JsonOption = None,
    force: Annotated[bool, typer.Option("--force", help="Grade everything again, even what has not changed.")] = False,
    no_sandbox: Annotated[
        bool, typer.Option("--no-sandbox", help="Run submissions under your account, unsandboxed; the report says so.")
    ] = False,
    every_cell: Annotated[
        bool,
        typer.Option("--every-cell", help="Run examples and pictures too, though no mark depends on them."),
    ] = False,
    kernel: Annotated[
        KernelKind | None, typer.Option("--kernel", help="Which kernels run notebooks; the course's if not given.")
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit 1 if something in submitted/ belongs to no submission.")
    ] = False,
) -> None:
    """Grade the submissions of an assignment into nbgrader's gradebook, with feedback pages and a report.

    Example: autograder grade convolution --jobs 2 --json marks.json
    """
    demand_places(json_file)
    opened = _open(course)
    demand_writable(opened.root)
    from autograder.grading.grade import Options, default_jobs
    from autograder.values.submitted import Limits

    options = Options(
        students=tuple(student or ()),
        jobs=jobs or default_jobs(),
        seed=seed,
        limits=Limits(cell_s=timeout or opened.cell_limit_s),
        force=force,
        sandboxed=not no_sandbox,
        every_cell=every_cell or opened.every_cell,
        kernel=kernel or opened.kernel,
    )
    data, failed = _grade(opened, assignment, options, json_file)
    write_json(json_file, "grade", data)
    raise typer.Exit(MachineError.exit_code if failed else 1 if strict and data["unused"] else 0)


def audit(
    assignment: Annotated[
        str | None,
        typer.Argument(help="The assignment's name; all of them if not given.", autocompletion=completion.assignments),
    ] = None,
    course: CourseOption = Path("."),
    seed: SeedOption = None,
    mutants: Annotated[
        bool,
        typer.Option(
            "--mutants", help="Try small changes to right answers instead: each that matters has to lose points."
        ),
    ] = False,
    seeds: Annotated[
        int | None,
        typer.Option(
            "--seeds",
            metavar="N",
            min=1,
            help="Try N seeds instead, from --seed on: each has to judge all catalogued answers alike.",
        ),
    ] = None,
    exercise: Annotated[
        str | None, typer.Option("--exercise", metavar="NAME", help="Only mutants or seeds of this exercise.")
    ] = None,
    sample: Annotated[
        int | None, typer.Option("--sample", metavar="N", min=1, help="Only N of the mutants, drawn by the seed.")
    ] = None,
    jobs: JobsOption = None,
    json_file: JsonOption = None,
) -> None:
    """Prove that an assignment's tests tell right from wrong; exit 1 if a claim does not hold.

    Example: autograder audit convolution
    """
    from autograder.authoring.audit import audit_assignment
    from autograder.authoring.effort import Effort
    from autograder.grading.course import assignments
    from autograder.grading.grade import default_jobs
    from autograder.reporting.audit_lines import audit_lines, audit_results

    demand_places(json_file)
    opened = _open(course)
    names = [assignment] if assignment else assignments(opened)
    _demand_one_audit(assignment, mutants, seeds, exercise, sample)
    effort = Effort(exercise, jobs or default_jobs(), say)
    if seeds:
        _try_seeds(opened, names, effort, first=seed, count=seeds, json_file=json_file)
    if mutants:
        _try_mutants(opened, names, effort, seed=seed, sample=sample, json_file=json_file)
    audits = []
    out = for_people(json_file)
    for name in names:
        began = time.monotonic()
        with interruptible("nothing was changed"):
            found = audit_assignment(opened, name, seed=seed, on_progress=say)
        audits.append(found)
        print("\n".join(audit_lines(found, time.monotonic() - began)), file=out)
    write_json(json_file, "audit", audit_results(audits))
    raise typer.Exit(0 if all(found.passed for found in audits) else 1)


def _demand_one_audit(
    assignment: str | None, mutants: bool, seeds: int | None, exercise: str | None, sample: int | None
) -> None:
    """Refuse options that the requested audit cannot use."""
    if mutants and seeds is not None:
        what, expected, got = "Mutants and seeds are separate audits.", "--mutants or --seeds", "both"
    elif sample is not None and not mutants:
        what, expected, got = "Only mutants can be sampled.", "--mutants", "--sample without it"
    elif exercise is not None and not mutants and seeds is None:
        what, expected, got = (
            "Without --mutants or --seeds, all exercises are audited.",
            "--mutants or --seeds",
            "--exercise alone",
        )
    elif exercise is not None and assignment is None:
        what, expected, got = "An exercise belongs to an assignment.", "the assignment's name", f"--exercise {exercise}"
    else:
        return
    raise UsageError(what, expected=expected, got=got, next_step="autograder audit --help; nothing was run")


def _try_seeds(
    course: "Course",
    names: Sequence[str],
    effort: "Effort",
    *,
    first: int | None,
    count: int,
    json_file: str | None,
) -> NoReturn:
    from autograder.authoring.seeds import try_seeds
    from autograder.reporting.seed_lines import seed_lines, seed_results

    found = []
    for name in names:
        with interruptible("the same command with the same --seed continues"):
            found.append(try_seeds(course, name, count=count, first=first, effort=effort))
        print("\n".join(seed_lines(found[-1])), file=for_people(json_file), flush=True)
    write_json(json_file, "audit", seed_results(found))
    raise typer.Exit(0 if all(seeds.passed for seeds in found) else 1)


def _try_mutants(
    course: "Course",
    names: Sequence[str],
    effort: "Effort",
    *,
    seed: int | None,
    sample: int | None,
    json_file: str | None,
) -> NoReturn:
    from autograder.kernels.packages import demand

    demand("mutmut", extra="dev")
    from autograder.authoring.mutants import mutation_test
    from autograder.reporting.mutation_lines import mutation_lines, mutation_results

    tests = []
    for name in names:
        began = time.monotonic()
        with interruptible("nothing was changed"):
            test = mutation_test(course, name, seed=seed, sample=sample, effort=effort)
        tests.append(test)
        print("\n".join(mutation_lines(test, time.monotonic() - began)), file=for_people(json_file), flush=True)
    write_json(json_file, "audit", mutation_results(tests))
    raise typer.Exit(0 if all(test.passed for test in tests) else 1)


def bundle(
    assignment: Annotated[
        list[str], typer.Argument(help="Names of released assignments.", autocompletion=completion.assignments)
    ],
    course: CourseOption = Path("."),
    into: Annotated[
        Path,
        typer.Option(
            "--into", metavar="DIR", help="Where the archives are written.", autocompletion=completion.folders
        ),
    ] = Path("dist"),
    json_file: JsonOption = None,
) -> None:
    """Pack a released assignment for students: notebook, requirements, how to start, and the package's wheel.

    Example: autograder bundle convolution
    """
    from autograder.authoring.bundle import pack
    from autograder.grading.course import find_assignment

    demand_places(json_file)
    opened = _open(course)
    for name in assignment:
        find_assignment(opened, name)  # before the first one takes its time
    archives = []
    with interruptible("an archive is there as a whole or not at all"):
        for name in assignment:
            archive = pack(opened, name, into)
            archives.append({"assignment": name, "archive": str(archive)})
            print(archive, file=for_people(json_file), flush=True)
    write_json(json_file, "bundle", {"archives": archives})


def demo(
    assignment: AssignmentArgument = "convolution",
    course: CourseOption = Path("."),
    into: Annotated[Path, typer.Option("--into", metavar="DIR", help="Folder of the demo; it is replaced.")] = Path(
        "build/demo"
    ),
    every: Annotated[
        bool, typer.Option("--all", help="Every assignment of the course, each in its own folder; takes minutes.")
    ] = False,
    jobs: JobsOption = None,
    seed: SeedOption = None,
    json_file: JsonOption = None,
) -> None:
    """Grade a cohort of simulated students, made from the solved notebook.

    Example: autograder demo
    """
    from autograder.grading.course import assignments

    demand_places(json_file)
    if every:
        cohorts = [
            _demo(course, name, Path(f"{into}-{name}"), jobs, seed, json_file) for name in assignments(_open(course))
        ]
        write_json(json_file, "demo", {"assignments": [data for data, _failed in cohorts]})
    else:
        cohorts = [_demo(course, assignment, into, jobs, seed, json_file)]
        write_json(json_file, "demo", cohorts[0][0])
    raise typer.Exit(MachineError.exit_code if any(failed for _data, failed in cohorts) else 0)


def _demo(
    course: Path, assignment: str, into: Path, jobs: int | None, seed: int | None, json_file: str | None
) -> tuple[dict[str, Any], bool]:
    from autograder.authoring.demo import write_demo
    from autograder.grading.course import find_assignment
    from autograder.grading.grade import Options, default_jobs
    from autograder.kernels.sandbox import why_not
    from autograder.values.submitted import Limits

    opened = _open(course)
    find_assignment(opened, assignment)  # before a folder is replaced for it
    with interruptible("the same command starts again"):
        graded, students = write_demo(opened, assignment, into)
        say(f"wrote {len(students)} submissions to {into}")
        reason = why_not()
    if reason is not None:
        say(f"without a sandbox, because these submissions are our own: {reason}")
    limits, sandboxed = Limits(cell_s=20.0), reason is None
    options = Options((), jobs or default_jobs(), seed, limits, force=True, sandboxed=sandboxed)
    return _grade(graded, assignment, options, json_file)


def report(
    assignment: AssignmentArgument,
    course: CourseOption = Path("."),
    json_file: JsonOption = None,
    csv_file: Annotated[
        str | None, typer.Option("--csv", metavar="FILE", help="Also write the marks as CSV; - for standard output.")
    ] = None,
) -> None:
    """Write the report and the feedback pages again, with points and comments given by hand since.

    Nothing is run: everything is made from the kept results of the last run.

    Example: autograder report convolution --csv marks.csv
    """
    from autograder.authoring.pages import rewrite_pages
    from autograder.plain_text import one_line
    from autograder.reporting.exports.plain import grades_table

    demand_places(json_file, csv_file)
    opened = _open(course)
    demand_writable(opened.root)
    with interruptible("no mark was changed"):
        kept, written = rewrite_pages(opened, assignment)
    out = for_people(json_file, csv_file)
    print(f"report:    {short(opened.report(assignment) / 'index.html')}", file=out)
    print(f"{submissions(len(kept.grades))}, nothing was run", file=out)
    if kept.ungraded:
        say(f"handed in and not graded: {', '.join(kept.ungraded)}")
    for notice in written.notices:
        say(one_line(notice, 1000))
    if json_file:
        write_json(json_file, "report", written.results())
    write(csv_file, grades_table(kept.grades))


def export(
    assignment: AssignmentArgument,
    format_name: Annotated[
        str,
        typer.Option(
            "--format",
            metavar="FORMAT",
            help="canvas, moodle, gradescope, junit, csv, markdown or annotations.",
            autocompletion=completion.formats,
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
            help="The file, or gradescope's folder, in an existing folder; - for standard output; "
            "report/ASSIGNMENT/export/ if not given.",
        ),
    ] = None,
    id_column: Annotated[
        str,
        typer.Option("--id-column", metavar="NAME", help="The roster's column with our ids; found if not given."),
    ] = "",
    column: Annotated[
        str, typer.Option("--column", metavar="NAME", help="The assignment's name there, if it differs.")
    ] = "",
    strict: Annotated[
        bool,
        typer.Option("--strict", help="Exit 1 if anything needs attention, such as a missing student."),
    ] = False,
    json_file: JsonOption = None,
) -> None:
    """Write the marks in another system's form: points after a late penalty, as the gradebook has them.

    Students who are only in the gradebook or only in the roster are listed on standard error.

    If the roster has e-mail addresses, the part before the @ is compared too.

    Example: autograder export convolution --format canvas --roster canvas-gradebook.csv
    """
    from autograder.authoring.cohort_report import STANDARD_OUTPUT, Receiver, write_export
    from autograder.plain_text import one_line
    from autograder.reporting.exports import FORMATS

    to_stdout = into == STANDARD_OUTPUT
    demand_places(json_file, "-" if to_stdout else None)
    if format_name not in FORMATS:
        raise UsageError(
            f"There is no export {format_name!r}.{did_you_mean(format_name, FORMATS)}",
            expected=", ".join(FORMATS),
            got=format_name,
            next_step="name one of these with --format; nothing was written",
        )
    with interruptible("no mark was changed"):
        receiver = Receiver(roster, id_column, column)
        made, place = write_export(_open(course), assignment, format_name, to=receiver, into=into)
    listed = [
        *(f"in the gradebook, not in the roster: {student}" for student in made.unknown),
        *(f"in the roster, no submission: {student}" for student in made.missing),
        *made.notices,
    ]
    for line in (*listed, *made.remarks):
        say(one_line(line, 1000))
    if to_stdout:
        write("-", made.files[""])
    else:
        print(short(place.resolve()), file=for_people(json_file))
    facts = {
        "assignment": assignment,
        "format": format_name,
        "place": str(place),
        "unknown": list(made.unknown),
        "missing": list(made.missing),
        "notices": list(made.notices),
        "remarks": list(made.remarks),
    }
    write_json(json_file, "export", facts)
    raise typer.Exit(1 if strict and listed else 0)


def _grade(
    course: "Course",
    assignment: str,
    options: "Options",
    json_file: str | None,
) -> tuple[dict[str, Any], bool]:
    """Grade, write the pages, and tell people; what other programs read, and whether a submission was not graded."""
    from autograder.authoring.pages import write_pages
    from autograder.grading.course import find_assignment, load_assignment, load_catalogue, unused
    from autograder.grading.grade import grade
    from autograder.grading.lock import alone
    from autograder.grading.proving import belonging_nowhere
    from autograder.plain_text import one_line
    from autograder.reporting.json_results import results, run_results
    from autograder.reporting.terminal import table

    find_assignment(course, assignment)  # a misspelt name is reported before a bar is shown
    began = time.monotonic()
    interrupted = "what was graded so far is in the gradebook, and is not graded again"
    with interruptible(interrupted), alone(course, assignment, "grade", begins=True), ProgressBar() as progress:
        cohort = grade(course, assignment, options, listener=progress)
        opened = load_assignment(course, assignment)
        written = write_pages(course, opened, cohort)
    out = for_people(json_file)
    console(out).print(table(cohort.grades, assignment=assignment))
    shown = cohort.seed if cohort.seed is not None else "none of this run: see the report"
    print(f"seed:      {shown}", file=out)
    print(f"feedback:  {short(written.feedback)}", file=out)
    print(f"gradebook: {course.gradebook_name}", file=out)
    print(f"report:    {short(written.report)}", file=out)
    unchanged = f", {cohort.unchanged} of them unchanged since they were graded" if cohort.unchanged else ""
    print(f"{submissions(len(cohort.grades))} in {time.monotonic() - began:.1f} s{unchanged}", file=out)
    for name, reason in cohort.failed.items():
        say(f"NOT GRADED: {name}: the grader failed on this submission, twice: {reason}")
    for name, reason in cohort.retried.items():
        say(f"graded on the second try: {name}: the grader failed on the first: {reason}")
    stray = (
        belonging_nowhere(opened, load_catalogue(course, assignment)) if cohort.unchanged < len(cohort.grades) else []
    )
    for notice in (*stray, *written.notices):
        say(one_line(notice, 1000))
    left = unused(course, assignment)
    for line in left[:UNUSED_SHOWN]:
        say(f"not used: submitted/{line}")
    if len(left) > UNUSED_SHOWN:
        say(f"not used: {len(left) - UNUSED_SHOWN} more; --json names them all")
    data = results(cohort.grades, assignment=assignment, seed=cohort.seed) if json_file else {}
    return data | run_results(cohort.failed, cohort.retried) | {"unused": left}, bool(cohort.failed)


UNUSED_SHOWN = 20
"""Entries of submitted/ that belong to no submission and are named in a terminal."""


def _open(folder: Path) -> "Course":
    from autograder.kernels.packages import demand

    demand("nbgrader")
    from autograder.grading.course import load_course

    return load_course(folder)


def copy(
    to: Annotated[str, typer.Option("--to", metavar="URL", help="A database without a gradebook.")],
    origin: Annotated[
        str | None, typer.Option("--from", metavar="URL", help="A gradebook; the course's if not given.")
    ] = None,
    course: CourseOption = Path("."),
    json_file: JsonOption = None,
) -> None:
    """Copy a gradebook into another database, such as a server's, and compare every row there.

    Example: autograder gradebook copy --to postgresql+psycopg://ann@db.example/marks
    """
    from autograder.grading.course import without_password
    from autograder.grading.moving import copy_gradebook

    demand_places(json_file)
    source = origin or _open(course).db_url
    with interruptible("the other database is as it was"):
        rows = copy_gradebook(source, to)
    for table, count in rows.items():
        print(f"{count:8} {table}", file=for_people(json_file))
    say(f"next: c.CourseDirectory.db_url in nbgrader_config.py names {without_password(to)}")
    write_json(json_file, "gradebook copy", {"rows": dict(rows)})


COMMANDS = (release, grade, audit, bundle, demo, report, export)
