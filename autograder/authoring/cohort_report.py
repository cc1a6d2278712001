"""Writes the instructor's report on an assignment, and exports its marks, from kept results: no submission runs."""

import datetime
import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np

from autograder.authoring.release import EXAMPLES_FILE
from autograder.errors import UsageError
from autograder.files import meant_instead, replace_file
from autograder.grading.course import Course, load_submission, solve
from autograder.grading.gradebook import transaction
from autograder.grading.journal import entries, forget, made, stamp
from autograder.grading.kept import kept
from autograder.grading.lock import alone
from autograder.grading.recorded import other_names
from autograder.language import requested
from autograder.notebooks import role, source_of
from autograder.reporting import changes
from autograder.reporting.ci_annotations import cell_lines
from autograder.reporting.cohort import ReportContext, cohort_page
from autograder.reporting.exports import FORMATS
from autograder.reporting.exports.form import Export, Gradesheet
from autograder.reporting.exports.roster import read_roster
from autograder.reporting.json_results import report_results, results_text
from autograder.reporting.notices import notices
from autograder.reporting.similar import Pair, fingerprints, given, similar_pairs
from autograder.reporting.text import unreadable
from autograder.values.graded import ExerciseVerdict, Grade, Place, RunFacts, Standing
from autograder.values.submitted import Assignment
from autograder.version import version

PAGE, RESULTS, SNAPSHOT = "index.html", "results.json", "marks.json"
PLACES = {
    "canvas": "canvas.csv",
    "moodle": "moodle.csv",
    "gradescope": "gradescope",
    "junit": "junit.xml",
    "csv": "marks.csv",
    "markdown": "summary.md",
    "annotations": "annotations.txt",
}
"""Where each format is written, below report/<assignment>/export/; Gradescope's is a folder."""
STANDARD_OUTPUT = Path("-")


def last_run(course: Course, name: str, grades: Sequence[Grade]) -> RunFacts:
    """How the last run was made; its seed is None if these grades do not share one."""
    snapshot = _snapshot(course.report(name) / SNAPSHOT)
    run = RunFacts() if snapshot is None else snapshot.run
    seeds = {grade.seed for grade in grades}
    seed = run.seed if run.seed in seeds else None
    if seed is None and len(seeds - {None}) == 1:
        (seed,) = seeds - {None}
    return replace(run, seed=seed)


@dataclass(frozen=True, slots=True)
class WrittenReport:
    """A report that is written.

    Attributes:
        notices: What a person must know about the marks.
        results: Makes the report as plain data for JSON.
    """

    notices: tuple[str, ...]
    results: Callable[[], dict[str, Any]]


def write_report(
    course: Course,
    assignment: Assignment,
    grades: Sequence[Grade],
    *,
    run: RunFacts,
    standing: Standing,
) -> WrittenReport:
    """Write report/<assignment>/: the page, the results, and the snapshot that shows next time what has changed.

    A report that would be the same is left as it is.

    Args:
        course: The course.
        assignment: The assignment.
        grades: Everybody's.
        run: How the last run was made.
        standing: Whose marks are out of date.
    """
    folder = course.report(assignment.name)
    folder.mkdir(parents=True, exist_ok=True)
    everyone = sorted(grades, key=lambda one: one.student)
    similar = cache(partial(_similar, course, assignment, everyone))
    links = _links(course, assignment, everyone)
    places = [folder / file for file in (PAGE, RESULTS, SNAPSHOT)]
    autograded = (path for grade in everyone for path in _autograded(course, assignment, grade))
    facts = (made_by(course, assignment), _from_here(course), run, standing, links)
    made_from = digest_of(*map(str, facts), *map(str, everyone), *map(stamp, autograded))
    with made(folder, "report") as reports:
        if not all(map(Path.is_file, places)) or reports.get("", "", made_from) != stamp(*places):
            written = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
            snapshot = changes.follow(_snapshot(folder / SNAPSHOT), everyone, written=written, run=run)
            context = ReportContext(
                course=_from_here(course),
                links=links,
                similar=similar(),
                changes=changes.changes(snapshot),
                standing=standing,
            )
            page = cohort_page(everyone, assignment=assignment.name, run=run, context=context)
            replace_file(folder / PAGE, page)
            replace_file(folder / RESULTS, results_text(everyone, assignment=assignment.name, seed=run.seed))
            replace_file(folder / SNAPSHOT, changes.dumps(snapshot, assignment=assignment.name))
            reports.put("", "", made_from, stamp(*places))

    def as_data() -> dict[str, Any]:
        snapshot = _snapshot(folder / SNAPSHOT)
        changed = None if snapshot is None else changes.changes(snapshot)
        data = report_results(everyone, assignment=assignment.name, seed=run.seed, similar=similar(), changes=changed)
        return data | {"notices": list(said)}

    said = notices(everyone, standing, assignment=assignment.name)
    return WrittenReport(said, as_data)


def forget_the_gone(course: Course, name: str) -> None:
    """Remove from the journal whom the gradebook no longer has: its instructor has removed them."""
    folder = course.report(name)
    with transaction(course) as gradebook:
        if gone := entries(folder).keys() - other_names(gradebook).keys():
            forget(folder, gone)


def made_by(course: Course, assignment: Assignment) -> str:
    """What all pages of an assignment depend on: this package, the assignment, its examples, and the language."""
    examples = course.solutions(assignment.name) / EXAMPLES_FILE
    return f"{version()} {assignment.digest} {stamp(examples)} {requested()}"


def digest_of(*texts: str) -> str:
    """A digest of texts, each with its length."""
    found = hashlib.sha256()
    for text in texts:
        data = text.encode("utf-8", "surrogatepass")
        found.update(f"{len(data)} ".encode() + data)
    return found.hexdigest()


@dataclass(frozen=True, slots=True)
class Receiver:
    """What an export has to know of the system that reads it.

    Attributes:
        roster: Its list of students; None if there is none.
        id_column: The roster's column with our ids; looked for if "".
        column: The assignment's name there, if it differs.
    """

    roster: Path | None = None
    id_column: str = ""
    column: str = ""


def write_export(
    course: Course, name: str, format_name: str, *, to: Receiver, into: Path | None = None
) -> tuple[Export, Path]:
    """Write the marks of an assignment in another system's form.

    Args:
        course: The course.
        name: The assignment.
        format_name: One of `FORMATS`.
        to: The other system.
        into: The file, or for a format with several the folder; report/<assignment>/export/ if None. With
            `STANDARD_OUTPUT` nothing is written, and the caller prints the one file.

    Returns:
        What was made, and where it is.

    Raises:
        UsageError: There is no such assignment, it was never graded, the roster cannot be used, or there is no folder
            for `into`.
    """
    if into == STANDARD_OUTPUT and "." not in PLACES[format_name]:
        raise UsageError(
            f"The export {format_name} is a folder, which cannot go to standard output.",
            expected="--into with a folder for its files, one for each student",
            got="--into -",
            next_step=f"--into {PLACES[format_name]}, or leave it out; nothing was written",
        )
    with alone(course, name, "export", shared=True):
        found = kept(course, name)
    if into is not None and not into.absolute().parent.is_dir():
        raise UsageError(
            f"The export cannot be written to {into}.{meant_instead(into.absolute().parent)}",
            expected="a place in an existing folder",
            got=f"there is no folder {into.absolute().parent}",
            next_step="make the folder, or name another place with --into; nothing was written",
        )
    places = cache(partial(_places, course, name))
    made = FORMATS[format_name](
        Gradesheet(
            assignment=name,
            grades=found.grades,
            roster=None if to.roster is None else read_roster(_content(to.roster), name=str(to.roster)),
            id_column=to.id_column,
            column=to.column,
            also_called=found.also_called,
            ungraded=found.ungraded,
            place=lambda student, verdict: _place(places(student), verdict),
            standing=found.standing,
        )
    )
    place = into or course.report(name) / "export" / PLACES[format_name]
    if to.roster is not None and into != STANDARD_OUTPUT and place.exists() and place.samefile(to.roster):
        raise UsageError(
            f"The export would replace the roster {to.roster}.",
            expected="another file: what the platform gave you stays as it is",
            got=f"--into {place}",
            next_step="name another place with --into, or leave it out",
        )
    told = [*made.notices]
    if found.ungraded:
        told.append(f"handed in and not graded: {', '.join(found.ungraded)}")
    if into == STANDARD_OUTPUT:
        return replace(made, notices=tuple(told)), into
    if "" not in made.files:
        left = sorted(
            str(path.parent.relative_to(place))
            for path in place.glob("*/results.json")
            if str(path.relative_to(place)) not in made.files
        )
        if left:
            told.append(f"left in {place} from before: {', '.join(left)}")
    for relative, text in made.files.items():
        path = place / relative if relative else place
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            replace_file(path, text)
        except (FileExistsError, IsADirectoryError, NotADirectoryError) as error:
            raise UsageError(
                f"The export cannot be written to {path}.",
                expected="a file" if "" in made.files else "a folder",
                got=str(error.strerror),
                next_step="name another place with --into",
            ) from error
    return replace(made, notices=tuple(told)), place


def _similar(course: Course, assignment: Assignment, grades: Sequence[Grade]) -> tuple[Pair, ...]:
    """The pairs of submissions whose solution cells are alike beyond what was released and what solves it."""
    known = []
    for notebook in assignment.notebooks:
        source = course.folder("source", ".", assignment.name) / f"{notebook.name}.ipynb"
        known += [notebook.release, notebook.solved or solve(source.read_text(encoding="utf-8"))]
    leave_out = given(code for notebook in known for code in _code_cells(notebook))
    basis = digest_of(version(), assignment.digest)
    submissions = {}
    with made(course.report(assignment.name), "passages") as before:
        for grade in grades:
            # What stands in for a notebook that could not be read is the released one; it is nobody's answer.
            paths = [] if unreadable(grade) else list(_autograded(course, assignment, grade))
            made_from = f"{basis} {stamp(*paths)}"
            passages = before.get(grade.student, "", made_from)
            if passages is None:
                codes = [
                    code for path in paths if path.is_file() for code in _answers(path.read_text(encoding="utf-8"))
                ]
                passages = " ".join(map(str, sorted(fingerprints(codes, leave_out))))
                before.put(grade.student, "", made_from, passages)
            submissions[grade.student] = np.array(passages.split(), np.int64)
    return similar_pairs(submissions)


def _autograded(course: Course, assignment: Assignment, grade: Grade) -> Iterator[Path]:
    folder = course.folder("autograded", grade.student, assignment.name)
    return (folder / f"{notebook.name}.ipynb" for notebook in assignment.notebooks)


def _place(places: Mapping[Place, tuple[str, int]], verdict: ExerciseVerdict) -> tuple[str, int]:
    """Where an answer is: in the notebook of that name, or else in any, because its file may have another name."""
    anywhere = (place for (_notebook, cell), place in places.items() if cell == verdict.exercise)
    return places.get((verdict.notebook, verdict.exercise)) or next(anywhere, ("", 1))


def _places(course: Course, assignment: str, student: str) -> dict[Place, tuple[str, int]]:
    """File, seen from the course's folder, and line of each cell that a student handed in."""
    folder = course.folder("submitted", student, assignment)
    shown = folder.relative_to(course.root) if folder.is_relative_to(course.root) else folder
    found: dict[Place, tuple[str, int]] = {}
    for name, content in load_submission(course, assignment, student).files.items():
        if not name.endswith(".ipynb"):
            continue
        try:
            text = content.decode("utf-8-sig")
            ids = [role(cell).grade_id for cell in json.loads(text)["cells"]]
        except (ValueError, TypeError, LookupError, RecursionError):
            continue  # a mark with a reason says so
        for grade_id, line in zip(ids, cell_lines(text), strict=False):
            found.setdefault((Path(name).stem, grade_id), ((shown / name).as_posix(), line))
    return found


def _code_cells(notebook: str) -> list[str]:
    return [source_of(cell) for cell in json.loads(notebook)["cells"] if cell["cell_type"] == "code"]


def _answers(notebook: str) -> list[str]:
    """The code of the solution cells."""
    return [
        source_of(cell) for cell in json.loads(notebook)["cells"] if cell["cell_type"] == "code" and role(cell).solution
    ]


def _links(course: Course, assignment: Assignment, grades: Sequence[Grade]) -> dict[str, str]:
    """The first feedback page of each student who has one."""
    report = course.report(assignment.name)
    pages = {
        grade.student: course.folder("feedback", grade.student, assignment.name)
        / f"{assignment.notebooks[0].name}.html"
        for grade in grades
    }
    return {student: quote(os.path.relpath(page, report)) for student, page in pages.items() if page.is_file()}


def _from_here(course: Course) -> str:
    """The course's folder as the person who types the command names it; "" if it is the current one."""
    here = Path.cwd()
    if course.root == here:
        return ""
    return str(course.root.relative_to(here) if course.root.is_relative_to(here) else course.root)


def _snapshot(path: Path) -> changes.Snapshot | None:
    try:
        return changes.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        return None


def _content(roster: Path) -> bytes:
    try:
        return roster.read_bytes()
    except OSError as error:
        raise UsageError(
            f"The roster {roster} cannot be read.{meant_instead(roster)}",
            expected="the file that the learning platform exported",
            got=str(error.strerror),
            next_step="name the file with --roster",
        ) from error
