"""A course's folder as nbgrader knows it: configuration, paths, assignments, submissions."""

import ast
import contextlib
import glob
import hashlib
import itertools
import logging
import os
import re
import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path, PurePath, PurePosixPath
from typing import Any, cast, get_args

import nbformat
from nbgrader.apps import NbGrader
from nbgrader.converters import Autograde, GenerateAssignment
from nbgrader.exchange.default import Exchange
from nbgrader.preprocessors import Execute
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError
from traitlets import Dict, List, TraitError, Unicode
from traitlets.config import Configurable

from autograder.errors import CourseError, UsageError, did_you_mean
from autograder.files import meant_instead
from autograder.grading.archives import can_be_written, is_archive
from autograder.grading.catalogue import Catalogue, load
from autograder.grading.inert import inert_name
from autograder.grading.intake import MAX_FILE_BYTES, left_out_file, printable, without_outputs
from autograder.grading.times import MAX_CHARACTERS, read_time
from autograder.kernels.sandbox import HANDED_IN_BYTES, HANDED_IN_FILES, fitting
from autograder.language import _, of_the_course
from autograder.notebooks import MasterCell, MasterNotebook, role
from autograder.parsing import syntax_tree
from autograder.reasons import Reason, Why, because
from autograder.values.submitted import Assignment, Fault, KernelKind, Submission
from autograder.version import PACKAGE

MAX_SUBMISSION_BYTES = 100_000_000
NO_LIMIT_S = 3600.0
"""Seconds for a cell if the course sets no limit."""
MAX_LEFT_OUT = 20
"""How many omitted files are named."""
CONFIGURATION = "nbgrader_config.py"
BUILD = "build"
COMMON = "common_misconceptions.py"
QUIET = logging.getLogger("autograder.nbgrader")
"""What nbgrader's parts log while they are used step by step; what matters becomes a fault or an exception."""
QUIET.setLevel(logging.CRITICAL)


class WarmKernels(Configurable):  # type: ignore[misc]  # traitlets are untyped
    """What a course configures for the kernels that grade it: `c.WarmKernels.modules = ["pandas"]`.

    `c.WarmKernels.modules_of = {"area": ["shapely"]}` names more of them for an assignment.
    """

    modules = List(Unicode(), help="What is imported before kernels are forked, besides the usual modules.").tag(
        config=True
    )
    modules_of = Dict(List(Unicode()), help="What is imported besides for single assignments, by name.").tag(
        config=True
    )


@dataclass(frozen=True)
class Course:
    """A course folder; `app` has nbgrader's configuration for it."""

    root: Path
    app: Any

    @property
    def paths(self) -> Any:
        """Nbgrader's CourseDirectory."""
        return self.app.coursedir

    @property
    def db_url(self) -> str:
        return str(self.paths.db_url)

    @property
    def gradebook_name(self) -> str:
        """The gradebook's address as people may read it, in a terminal or a log: without a password."""
        return without_password(self.db_url)

    @cached_property
    def autograde(self) -> Any:
        """Nbgrader's Autograde converter with this course's configuration; only its settings are used."""
        return Autograde(coursedir=self.paths, parent=self.app)

    @cached_property
    def generate(self) -> Any:
        """Nbgrader's GenerateAssignment converter with this course's configuration."""
        return GenerateAssignment(coursedir=self.paths, parent=self.app)

    @property
    def locale(self) -> Path:
        """Where the translations of the course's own sentences are."""
        return self.root / "solutions" / "locale"

    @property
    def cell_limit_s(self) -> float:
        """Seconds for a cell, as `Limits` count them, as the course configures nbgrader's execution."""
        return cell_limit_s(Execute(parent=self.autograde).timeout)

    @property
    def every_cell(self) -> bool:
        """Whether examples and pictures run where submissions are graded, as `c.RunAndJudge.every_cell` says."""
        return bool(self.app.config["RunAndJudge"].get("every_cell", False))

    @property
    def kernel(self) -> KernelKind:
        """Which kernels run notebooks, as `c.RunAndJudge.kernel` says.

        Raises:
            CourseError: It says something else.
        """
        named = self.app.config["RunAndJudge"].get("kernel", "lean")
        if named not in get_args(KernelKind):
            raise _broken_config(self.root, f"c.RunAndJudge.kernel is {named!r}, and no kind of kernel")
        return cast(KernelKind, named)

    def warm_modules(self, assignment: str) -> tuple[str, ...]:
        """Modules that every kernel of an assignment has imported when it starts, besides the usual ones.

        Raises:
            CourseError: The configuration has something other than lists of names there.
        """
        try:
            settings = WarmKernels(parent=self.app)
            return (*settings.modules, *settings.modules_of.get(assignment, ()))
        except TraitError as error:
            raise _broken_config(self.root, str(error)) from None

    @property
    def private(self) -> tuple[str, ...]:
        """Folders and files that no student may see, wherever this Python or the system shows them.

        They are the course's folder, nbgrader's exchange with what everybody handed in, and what the configuration
        puts elsewhere: folders of steps, and the gradebook.
        """
        steps = ("source", "source_with_tests", "release", "submitted", "autograded", "feedback", "solution")
        folders = [getattr(self.paths, f"{step}_directory") for step in steps]
        # Any other database is not a file here, and its address may contain a password.
        gradebook = [self.db_url.removeprefix("sqlite:///")] if self.db_url.startswith("sqlite:///") else []
        paths = (".", *folders, *gradebook, Exchange(coursedir=self.paths, parent=self.app).root)
        return tuple(str(self.root / path) for path in paths)

    def folder(self, step: str, student: str, assignment: str) -> Path:
        """The folder of a step ("submitted", "autograded", "feedback", "source" or "release")."""
        directory = getattr(self.paths, f"{step}_directory")
        return Path(self.paths.format_path(directory, student, assignment))

    def solutions(self, assignment: str) -> Path:
        """The folder of the solved notebook and the misconceptions."""
        return self.root / "solutions" / assignment

    def report(self, assignment: str) -> Path:
        """The folder of the cohort's report."""
        return self.root / "report" / assignment

    @property
    def build(self) -> Path:
        """The folder of what can be made again."""
        return self.root / BUILD


def without_password(url: str) -> str:
    """A database's address as people may read it."""
    try:
        return make_url(url).render_as_string(hide_password=True)
    except ArgumentError:
        return re.split("[^a-z0-9+]", url)[0]


def cell_limit_s(timeout: float | None) -> float:
    """Seconds for a cell, from `c.Execute.timeout`: with None, 0 or a negative number nbclient has no limit."""
    return float(timeout) if timeout and timeout > 0 else NO_LIMIT_S


def load_course(root: Path) -> Course:
    """Read a course folder's nbgrader_config.py.

    Raises:
        UsageError: There is no such folder.
        CourseError: The configuration cannot be read.
    """
    root = root.resolve()
    if not root.is_dir():
        raise UsageError(
            f"There is no course folder {root}.{meant_instead(root)}",
            expected="a folder with source/ and submitted/, as nbgrader has them",
            got="no such folder",
            next_step="name the folder with --course",
        )
    if not (root / CONFIGURATION).is_file() and not (root / "source").is_dir():
        raise _no_course(root)
    app = NbGrader()
    app.log_level = logging.CRITICAL
    app.raise_config_file_errors = True
    logging.disable(logging.CRITICAL)  # the exception says the same
    try:
        with contextlib.chdir(root):  # nbgrader also reads the configuration of the folder in which it runs
            app.initialize([], root=str(root))
    except SystemExit as end:  # traitlets turns a setting of the wrong type into an exit
        raise _broken_config(root, str(end.__context__ or "it cannot be read")) from None
    except Exception as error:
        raise _broken_config(root, f"{type(error).__name__}: {error}") from error
    finally:
        logging.disable(logging.NOTSET)
    app.log.setLevel(logging.CRITICAL)
    app.coursedir.root = str(root)
    return Course(root, app)


def _no_course(root: Path) -> UsageError:
    above = next((folder for folder in root.parents if (folder / CONFIGURATION).is_file()), None)
    return UsageError(
        f"{root} is not a course folder.",
        expected=f"a folder with {CONFIGURATION} and source/",
        got="neither of them",
        next_step=f"--course {shlex.quote(str(above))}"
        if above
        else "cd into the course's folder, or name it with --course",
    )


def _broken_config(root: Path, got: str) -> CourseError:
    return CourseError(
        "The course's configuration is broken.",
        expected="an nbgrader_config.py that Python runs",
        got=got,
        next_step=f"fix {root / 'nbgrader_config.py'}",
    )


def find_assignment(course: Course, name: str) -> str:
    """The name, if the course has an assignment with it.

    Raises:
        UsageError: It has none; the message says which it has.
    """
    known = assignments(course)
    if name in known:
        return name
    raise UsageError(
        f"The course has no assignment {name!r}.{did_you_mean(name, known)}",
        expected=", ".join(known) or "an assignment in source/",
        got=name,
        next_step="give one of these names" if known else f"is {course.root} the course's folder? Set it with --course",
    )


def assignments(course: Course) -> list[str]:
    """Names of the assignments in source/."""
    found = {path.parent.name for path in course.folder("source", ".", "x").parent.glob("*/*.ipynb")}
    return sorted(found)


def load_assignment(course: Course, name: str, *, demand_fresh: bool = True) -> Assignment:
    """What grading needs to know about an assignment.

    Args:
        course: The course.
        name: The assignment.
        demand_fresh: Whether solutions/ must be what source/ now makes.

    Raises:
        UsageError: The course has no such assignment.
        CourseError: Its source is broken, or solutions/ is not made from it.
    """
    find_assignment(course, name)
    folder = course.folder("source", ".", name)
    notebooks = tuple(
        _load_notebook(course, name, path, demand_fresh=demand_fresh) for path in sorted(folder.glob("*.ipynb"))
    )
    files = _files_of_source(course, name)
    digest = hashlib.sha256()
    for notebook in notebooks:
        digest.update(f"{notebook.name}{notebook.cells}{notebook.solved}".encode())
    for path, content in files.items():
        digest.update(path.encode() + content)
    graded = (cell for notebook in notebooks for cell in notebook.cells if cell.graded and cell.cell_type == "code")
    codes = [cell.source for cell in graded]
    for file in (*catalogue_files(course, name), *imported_files(codes, course.root)):
        digest.update(file.read_bytes())
    return Assignment(name, notebooks, files, digest.hexdigest()[:16])


def _files_of_source(course: Course, name: str) -> dict[str, bytes]:
    """The files next to the notebooks in the assignment's source, by name."""
    folder = course.folder("source", ".", name)
    ignored = ("*.ipynb", *course.paths.ignore)
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not is_ignored(path.relative_to(folder), ignored)
    }


def files_to_put_back(course: Course, assignment: Assignment) -> Mapping[str, bytes]:
    """The source's files that replace a student's: all except those that the course lets students change."""
    own = {Path(name).as_posix() for name in course.autograde.exclude_overwriting.get(assignment.name, ())}
    return {name: content for name, content in assignment.files.items() if name not in own}


def is_ignored(path: Path, patterns: Sequence[str]) -> bool:
    """Whether nbgrader leaves out a file, or a folder that contains it, inside the assignment's folder."""
    return any(part.match(pattern) for part in (path, *path.parents) for pattern in patterns)


def imported_files(codes: Iterable[str], root: Path) -> list[Path]:
    """The course's own modules that code imports, as experiments do, and those that these import in turn.

    They are in the course's folder or, as `convnets`, next to this package, which has a digest of its own.
    """
    found: set[Path] = set()
    waiting = list(codes)
    while waiting:
        code = waiting.pop()
        with contextlib.suppress(SyntaxError):
            fresh = {path for name in _imported(code) if (path := _module(name, root)) and path not in found}
            found |= fresh
            waiting += [path.read_text(encoding="utf-8") for path in fresh]
    return sorted(found)


def _imported(code: str) -> Iterator[str]:
    """Full names of what code imports: modules, and names in modules, which may be modules."""
    for node in ast.walk(syntax_tree(code)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _module(name: str, root: Path) -> Path | None:
    """The file of a module that belongs to the course; None if it is anybody else's."""
    first, *rest = name.split(".")
    if first == PACKAGE.name:
        return None
    places = (folder.joinpath(first, *rest) for folder in (root, PACKAGE.parent))
    files = (file for place in places for file in (place.with_suffix(".py"), place / "__init__.py"))
    return next(filter(Path.is_file, files), None)


def catalogue_files(course: Course, assignment: str) -> list[Path]:
    """The files with the answers to an assignment's exercises, and with those common to all exercises."""
    folder = course.solutions(assignment)
    return [*sorted(folder.glob("*.py")), *folder.parent.glob(COMMON)]


def load_catalogue(course: Course, assignment: str) -> Catalogue:
    """An assignment's misconceptions and variants, with the sentences for students in their language.

    Raises:
        CourseError: A file cannot be loaded.
    """
    return _translated(load(*catalogue_files(course, assignment)), course.locale)


def _translated(catalogue: Catalogue, locale: Path) -> Catalogue:
    if not locale.is_dir():
        return catalogue
    return replace(
        catalogue,
        misconceptions=tuple(
            replace(wrong, sentence=of_the_course(wrong.sentence, locale)) for wrong in catalogue.misconceptions
        ),
        commons=tuple(replace(wrong, sentence=of_the_course(wrong.sentence, locale)) for wrong in catalogue.commons),
    )


def _load_notebook(course: Course, assignment: str, path: Path, *, demand_fresh: bool) -> MasterNotebook:
    try:
        source = path.read_text(encoding="utf-8")
        release, cells = _generated(course, assignment, path)
    except Exception as error:
        raise CourseError(
            f"The source notebook {assignment}/{path.name} is broken.",
            expected="a notebook that `nbgrader generate_assignment` accepts",
            got=f"{type(error).__name__}: {error}",
            next_step=f"fix {path}",
        ) from error
    modules = course.warm_modules(assignment)
    notebook = MasterNotebook(path.stem, release=release, solved="", cells=cells, modules=modules)
    if not notebook.experiments:
        return notebook
    solved = course.solutions(assignment) / path.name
    expected = solve(source)
    if demand_fresh and (not solved.is_file() or solved.read_text(encoding="utf-8") != expected):
        raise CourseError(
            f"solutions/{assignment}/{path.name} is not made from its source.",
            expected=f"the solved notebook of source/{assignment}/{path.name}",
            got="an older one" if solved.is_file() else "no such file",
            next_step=f"autograder release {assignment}",
        )
    return replace(notebook, solved=expected)


def solve(source: str) -> str:
    """The solved notebook: the source without the marks around solutions and hidden tests."""
    notebook = nbformat.reads(source, as_version=4)
    for cell in notebook.cells:
        lines = cell.source.split("\n")
        cell.source = "\n".join(
            line for line in lines if not re.search(r"### (BEGIN|END) (SOLUTION|HIDDEN TESTS)", line)
        )
    return f"{nbformat.writes(notebook)}\n"


def _generated(course: Course, assignment: str, path: Path) -> tuple[str, tuple[MasterCell, ...]]:
    """The released notebook as `nbgrader generate_assignment` writes it, and the cells as its SaveCells sees them."""
    from nbconvert.exporters import NotebookExporter

    converter = GenerateAssignment(coursedir=course.paths, parent=course.app)
    exporter = NotebookExporter(parent=converter, config=converter.config)
    cells: list[MasterCell] = []

    def keep_cells(nb: nbformat.NotebookNode, facts: Any) -> tuple[nbformat.NotebookNode, Any]:
        for cell in nb.cells:
            if name := role(cell).grade_id:
                cells.append(MasterCell(name, cell.cell_type, cell.source, dict(cell.metadata.nbgrader)))
        return nb, facts

    for step in course.generate.preprocessors:
        exporter.register_preprocessor(keep_cells if step.__name__ == "SaveCells" else step)
    with contextlib.chdir(course.root):  # nbgrader's paths for headers and footers are relative to the course
        output, _resources = exporter.from_filename(str(path), resources=resources(course, assignment, ".", path.stem))
    return str(output), tuple(cells)


def resources(course: Course, assignment: str, student: str, notebook: str) -> dict[str, Any]:
    """What nbgrader's preprocessors want to know about the notebook that they process."""
    return {
        "unique_key": notebook,
        "output_files_dir": f"{notebook}_files",
        "nbgrader": {
            "student": student,
            "assignment": assignment,
            "notebook": notebook,
            "db_url": course.db_url,
        },
    }


def students(course: Course, assignment: str, step: str = "submitted") -> list[str]:
    """Ids of the students with a folder for the assignment in a step's folder, but without excluded ones."""
    excluded = str(course.paths.student_id_exclude).split(",")
    before, _mark, behind = str(course.folder(step, _ANY, assignment)).partition(_ANY)
    found = (
        path.removeprefix(before).removesuffix(behind)
        for path in glob.glob(f"{glob.escape(before)}*{glob.escape(behind)}")
        if os.path.isdir(path)
    )
    return sorted(student for student in found if student not in excluded)


_ANY = "\0"
"""Matches any student in a path."""


def unused(course: Course, assignment: str) -> list[str]:
    """What is in submitted/ but belongs to no submission of any assignment, with what it probably is, a line each.

    Only if a submission is a folder `submitted/<student>/<assignment>`, which is the default.
    """
    top = Path(str(course.folder("submitted", _ANY, assignment)).partition(_ANY)[0])
    if course.folder("submitted", "x", "y") != top / "x" / "y" or not top.is_dir():
        return []
    known = {*assignments(course), assignment}
    lines = []
    for path in sorted(top.iterdir()):
        if path.name.startswith("."):
            continue
        if not path.is_dir():
            lines.append(_("{path}: a file in no student's folder").format(path=path.name))
            continue
        for inner in sorted(path.iterdir()):
            if inner.name.startswith(".") or (inner.is_dir() and inner.name in known):
                continue
            place = f"{path.name}/{inner.name}"
            meant = did_you_mean(inner.name, known) if inner.is_dir() else ""
            what = _("there is no assignment of this name") if inner.is_dir() else _("a file in no assignment's folder")
            lines.append(f"{place}: {what}.{meant}" if meant else f"{place}: {what}")
    return [inert_name(printable(line), 300) for line in lines]


def load_submission(course: Course, assignment: str, student: str) -> Submission:
    """Read a student's files. Links and what is too large or cannot be read are left out, with a fault.

    What the mark depends on is read first, so that a folder of photographs next to a notebook cannot crowd it out. An
    archive may be as large as a submission, because it may be all of it.
    """
    folder = course.folder("submitted", student, assignment)
    files: dict[str, bytes] = {}
    left_out: list[Fault] = []
    left = MAX_SUBMISSION_BYTES
    for path in sorted(folder.rglob("*"), key=lambda path: (_is_large(path), _reading_order(path.relative_to(folder)))):
        name = path.relative_to(folder).as_posix()
        parts = name.split("/")
        if any(part.startswith(".") for part in parts) or (path.is_dir() and not path.is_symlink()):
            continue
        size = path.lstat().st_size
        reason: Reason | None = None
        if path.is_symlink() or not path.is_file():
            reason = because(Why.LINK)
        elif any(part.endswith(".ipynb") for part in parts[:-1]):
            reason = because(Why.IN_A_NOTEBOOKS_FOLDER)
        elif not can_be_written(name):
            reason = because(Why.LONG_NAME)
        elif size > MAX_SUBMISSION_BYTES:
            reason = because(Why.LARGE_FILE, size=size / 1e6)
        elif len(files) >= HANDED_IN_FILES:
            reason = _too_much()
        else:
            try:
                content = path.read_bytes()
                packed = size > MAX_FILE_BYTES and is_archive(content)
                if size > MAX_FILE_BYTES and not packed:
                    content = without_outputs(content)
                if len(content) > MAX_FILE_BYTES and not packed:
                    reason = because(Why.LARGE_FILE, size=size / 1e6)
                elif len(content) > left:
                    reason = because(Why.LARGE_SUBMISSION, most=MAX_SUBMISSION_BYTES / 1e6)
                else:
                    files[name] = content
                    left -= len(content)
            except OSError as error:
                reason = because(Why.UNREADABLE_FILE, error=str(error.strerror))
        if reason is not None and len(left_out) < MAX_LEFT_OUT:
            left_out.append(left_out_file(name, reason))
    return Submission(student, files, _timestamp(files.get("timestamp.txt", b"")), tuple(left_out))


def make_room(submission: Submission, assignment: Assignment) -> Submission:
    """Leave out, with a fault, what cannot be in one folder with the course's files, or with the other files.

    A file is left out where the course has a folder, and so is whatever is in a folder where the course has a file, or
    where a notebook is expected. Of the student's own files, one that has the name of a folder with others in it is
    left out: some programs write folders into archives like that. So is whatever exceeds the folder's capacity.
    """
    course_files = {PurePosixPath(name) for name in assignment.files}
    course_files |= {PurePosixPath(f"{master.name}.ipynb") for master in assignment.notebooks}
    course_folders = {folder for path in course_files for folder in path.parents}
    reasons: dict[str, Reason] = {}
    for name in submission.files:
        path = PurePosixPath(name)
        if path in course_folders or not course_files.isdisjoint(path.parents):
            reasons[name] = because(Why.COURSES_PLACE)
    files = {name: content for name, content in submission.files.items() if name not in reasons}
    folders = {folder for name in files for folder in PurePosixPath(name).parents}
    reasons |= {name: because(Why.FOLDERS_NAME) for name in files if PurePosixPath(name) in folders}
    files = {name: content for name, content in files.items() if name not in reasons}
    own = [name for name in files if not name.endswith(".ipynb") and name not in assignment.files]
    sizes = {name: len(files[name]) for name in sorted(own, key=_reading_order)}
    fit = {*fitting([*_sizes(assignment.files), *sizes.items()])}
    too_much = {name: _too_much() for name in sizes if name not in fit}
    named = itertools.islice([*sorted(reasons.items()), *too_much.items()], MAX_LEFT_OUT)
    faults = [*(left_out_file(name, reason) for name, reason in named), *submission.left_out]
    faults.sort(key=lambda fault: fault.kind == "left-out-file")  # what was done with the notebook is always reported
    files = {name: content for name, content in files.items() if name not in too_much}
    return replace(submission, files=files, left_out=tuple(faults[:MAX_LEFT_OUT]))


def beside_the_notebook(
    course: Course, name: str, student: str, *, room: bool
) -> tuple[Submission, Mapping[str, bytes]]:
    """The submission's files that are next to its notebook when it runs, and the course's, which take precedence.

    It reads none of the course's notebooks, so the source of an ordinary assignment need not be in order.

    Args:
        course: The course.
        name: The assignment.
        student: Whose submission.
        room: Whether it runs in a room.

    Raises:
        CourseError: The course's own files do not fit into the room.
    """
    notebooks = tuple(
        MasterNotebook(path.stem, release="", solved="", cells=())
        for path in sorted(course.folder("source", ".", name).glob("*.ipynb"))
    )
    assignment = Assignment(name, notebooks, _files_of_source(course, name), digest="")
    assignment = replace(assignment, files=files_to_put_back(course, assignment))
    if room:
        demand_that_files_fit(course, assignment)
    return make_room(load_submission(course, name, student), assignment), assignment.files


def demand_that_files_fit(course: Course, assignment: Assignment) -> None:
    """Refuse to grade if the course's own files exceed what a room holds: no notebook would find them.

    Raises:
        CourseError: They are.
    """
    fit = {*fitting(_sizes(assignment.files))}
    if left := [name for name in assignment.files if name not in fit]:
        raise CourseError(
            f"The files of {assignment.name} do not fit into the folder in which a submission runs.",
            expected=f"at most {HANDED_IN_FILES} files and folders, and {HANDED_IN_BYTES / 1e6:.0f} MB",
            got=f"{len(assignment.files)} files; the first that does not fit is {left[0]}",
            next_step=f"make them smaller, or fewer, in {course.folder('source', '.', assignment.name)}",
        )


def _sizes(files: Mapping[str, bytes]) -> list[tuple[str, int]]:
    return [(name, len(content)) for name, content in files.items()]


def _too_much() -> Reason:
    return because(Why.TOO_MUCH, files=HANDED_IN_FILES, most=HANDED_IN_BYTES / 1e6)


def _reading_order(path: PurePath | str) -> tuple[int, PurePath]:
    """When a file of a submission is read: its time first, then notebooks, those outside folders before the others."""
    path = PurePath(path)
    if path.as_posix() == "timestamp.txt":
        return 0, path
    if path.suffix == ".ipynb":
        return (1 if len(path.parts) == 1 else 2), path
    return 3, path


def _is_large(path: Path) -> bool:
    """Whether a file is an archive or left out, by its size; it is read after all others."""
    return path.suffix != ".ipynb" and path.lstat().st_size > MAX_FILE_BYTES


def _timestamp(content: bytes) -> str:
    """The time in timestamp.txt in UTC; as it is written if it cannot be read, which `record` reports."""
    text = content.decode(errors="replace").strip()
    time = read_time(text)
    if time is not None:
        return str(time)
    return text if len(text) <= MAX_CHARACTERS else f"{text[: MAX_CHARACTERS - 1]}…"  # its beginning may be a time
