"""Makes `release/` and `solutions/` from `source/`: what students get, and what grading compares with."""

import contextlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from autograder.errors import CourseError
from autograder.files import replace_file
from autograder.grading.beside import beside
from autograder.grading.catalogue import Misconception
from autograder.grading.course import Course, is_ignored, load_assignment, load_catalogue
from autograder.grading.proofs import MOST, pool_of, proven_seeds
from autograder.grading.proving import Answers, answers_to_checks, belonging_nowhere, draw_seed, prove
from autograder.notebooks import EXPERIMENT, MasterNotebook, cell_name, role

MOST_PROOFS = MOST - 1
"""Seeds that can be proven ahead; what the visible checks say is kept beside them."""
EXAMPLES_FILE = "visible_examples.json"
"""Next to the misconceptions: what each does to the first visible example that it gets wrong, by its id."""


@dataclass(frozen=True, slots=True)
class Released:
    """The generated files of one assignment.

    Attributes:
        assignment: Its name.
        files: Content by path relative to the course's folder.
        notices: What somebody should look at.
    """

    assignment: str
    files: Mapping[str, bytes] = field(repr=False)
    notices: tuple[str, ...] = ()


def make_release(course: Course, name: str) -> Released:
    """Generate everything for an assignment; nothing is written.

    Raises:
        UsageError: There is no such assignment.
        CourseError: The source is broken.
    """
    assignment = load_assignment(course, name, demand_fresh=False)
    files: dict[str, bytes] = {}
    notices: list[str] = []
    release = course.folder("release", ".", name).relative_to(course.root).as_posix()
    for notebook in assignment.notebooks:
        files[f"{release}/{notebook.name}.ipynb"] = notebook.release.encode()
        if notebook.solved:
            files[f"solutions/{name}/{notebook.name}.ipynb"] = notebook.solved.encode()
    answers = None
    if assignment.has_experiments:
        catalogue = load_catalogue(course, name)
        notices = belonging_nowhere(assignment, catalogue)
        answers = answers_to_checks(assignment, catalogue, pool=pool_of(course, assignment))
        files[f"solutions/{name}/{EXAMPLES_FILE}"] = visible_examples(answers, catalogue.misconceptions).encode()
    for file, content in beside(course, assignment, answers).items():
        files[f"{release}/{file}"] = content
    files |= student_files(course, Path(release).parent.as_posix())
    return Released(name, files, tuple(notices))


def release(course: Course, name: str) -> Released:
    """Generate an assignment's files, write them, and remove what is no longer generated."""
    released = make_release(course, name)
    write_release(course, released)
    return released


def prove_ahead(
    course: Course, name: str, count: int, *, jobs: int = 1, on_progress: Callable[[str], None] = lambda _text: None
) -> list[int]:
    """Prove seeds until `count` are proven for the source as it is, so that grading starts at once; all proven ones.

    Raises:
        CourseError: The solved notebook fails, or no seed of several in a row catches every misconception.
    """
    assignment = load_assignment(course, name)
    if not assignment.has_experiments:
        return []
    catalogue, pool = load_catalogue(course, name), pool_of(course, assignment)
    while len(proven_seeds(pool)) < min(count, MOST_PROOFS):
        prove(assignment, catalogue, draw_seed(), pool=pool, jobs=jobs, on_progress=on_progress)
    return proven_seeds(pool)


def write_release(course: Course, released: Released) -> list[str]:
    """Write what was generated; a reader sees the old or the new file, never half of one.

    Returns:
        Paths of the files that were removed because they are no longer generated.
    """
    removed = leftovers(course, released)
    for path in removed:  # first: a file may have become a folder
        (course.root / path).unlink(missing_ok=True)
        _remove_empty((course.root / path).parent)
    for path, content in released.files.items():
        target = course.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        replace_file(target, content)
    return removed


def _remove_empty(folder: Path) -> None:
    """Remove a folder, and those around it, as long as they are empty."""
    with contextlib.suppress(OSError):  # something is in it
        for one in (folder, *folder.parents):
            one.rmdir()


def stale_files(course: Course, released: Released) -> list[str]:
    """Paths of generated files that are not what would be generated now, or would not be generated at all."""
    changed = [
        path
        for path, content in released.files.items()
        if not (course.root / path).is_file() or (course.root / path).read_bytes() != content
    ]
    return changed + leftovers(course, released)


def leftovers(course: Course, released: Released) -> list[str]:
    """Paths of files that an earlier release wrote, and this one would not.

    In release/ these are all files of the assignment that are not generated, because students get the whole folder. In
    solutions/ they are solved notebooks whose source is gone; the rest there is the instructor's own. What nbgrader
    leaves out by the course's configuration, such as JupyterLab's checkpoints, is not a leftover.
    """
    folder, solutions = course.folder("release", ".", released.assignment), course.solutions(released.assignment)
    sources = {path.name for path in course.folder("source", ".", released.assignment).glob("*.ipynb")}
    found = [
        path
        for path in folder.rglob("*")
        if (path.is_file() or path.is_symlink()) and not is_ignored(path.relative_to(folder), course.paths.ignore)
    ]
    found += [
        path
        for path in solutions.glob("*.ipynb")
        if path.name not in sources and EXPERIMENT in path.read_text(encoding="utf-8", errors="replace")
    ]
    return sorted({path.relative_to(course.root).as_posix() for path in found} - set(released.files))


def solved_by_a_student(notebook: MasterNotebook) -> str:
    """The released notebook with the solutions written in: what a student who solved everything hands in."""
    if not notebook.solved:
        return notebook.release
    solved = {cell_name(cell): cell.source for cell in notebook.solution.cells}
    released = json.loads(notebook.release)
    for cell in released["cells"]:
        if role(cell).solution:
            cell["source"] = solved[cell_name(cell)]  # by its grade id: notebooks of older formats have no other
    return json.dumps(released)


def visible_examples(answers: Answers, misconceptions: Sequence[Misconception]) -> str:
    """What each misconception answers to the first visible example that it gets wrong, as JSON, for feedback pages.

    Those that every exercise has in common are left out, because no page shows them. It contains wrong answers, so it
    is kept with the solutions and reaches a student one picture at a time.
    """
    found = {id: tried.wrong for given in answers.values() for id, tried in given.items()}
    lines = [
        f" {json.dumps(one.id)}: {json.dumps(found[one.id], ensure_ascii=False)}"
        for one in misconceptions
        if found.get(one.id)
    ]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def student_files(course: Course, release: str) -> dict[str, bytes]:
    """What a student needs to start: source/README.md, and source/requirements.txt with the lock file's versions."""
    files = {}
    readme, wanted = (course.folder("source", ".", "x").with_name(name) for name in ("README.md", "requirements.txt"))
    lock = course.root / "requirements.lock"
    if readme.is_file():
        files[f"{release}/README.md"] = readme.read_bytes()
    if wanted.is_file() and lock.is_file():
        texts = (path.read_text(encoding="utf-8") for path in (wanted, lock))
        files[f"{release}/requirements.txt"] = student_requirements(*texts).encode()
    return files


def student_requirements(wanted: str, lock: str) -> str:
    """The exact versions of what the notebooks import, from the lock file.

    Args:
        wanted: Names of packages, one per line; comments start with #.
        lock: The lock file: lines `name==version`, perhaps with a condition, and hashes.

    Raises:
        CourseError: The lock file does not pin one of them.
    """
    names = [line.strip() for line in wanted.splitlines() if line.strip() and not line.startswith("#")]
    pinned = [line.removesuffix(" \\") for line in lock.splitlines() if line.partition("==")[0] in names]
    if missing := [name for name in names if not any(line.startswith(f"{name}==") for line in pinned)]:
        raise CourseError(
            f"requirements.lock does not pin {missing[0]}.",
            expected="a version of each package of source/requirements.txt",
            got=f"none of {', '.join(missing)}",
            next_step="make lock",
        )
    return "\n".join(["# What the notebooks were tested with.", *pinned]) + "\n"
