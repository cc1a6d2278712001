"""The archive that is handed to students: a released assignment, how to start, and the package as a wheel."""

import io
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

from autograder.errors import CourseError, MachineError
from autograder.files import replace_file
from autograder.grading.beside import glossary
from autograder.grading.course import Course, find_assignment, is_ignored, load_assignment
from autograder.lab.companion import LIKELY_CAUSES


def build_wheel(project: Path, into: Path) -> Path:
    """Build the package's wheel without network access; it contains only the package.

    Raises:
        MachineError: The build failed.
    """
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(into), str(project)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    wheels = sorted(into.glob("*.whl"))
    if done.returncode != 0 or not wheels:
        raise MachineError(
            "The wheel could not be built.",
            expected="`python -m build --wheel` to write one",
            got=(done.stderr or done.stdout).strip().splitlines()[-1:][0]
            if (done.stderr or done.stdout)
            else "nothing",
            next_step="make setup, then again",
        )
    return wheels[-1]


def pack(course: Course, assignment: str, into: Path) -> Path:
    """Write `<assignment>.zip`: the released folder, README.md, requirements.txt and the wheel.

    Raises:
        CourseError: The assignment has not been released, or release/ is not what source/ makes.
    """
    find_assignment(course, assignment)
    released = course.folder("release", ".", assignment)
    if not released.is_dir():
        raise CourseError(
            f"There is no release/{assignment}.",
            expected="the released assignment",
            got="no such folder",
            next_step=f"autograder release {assignment}",
        )
    if not (course.root / "pyproject.toml").is_file():
        raise CourseError(
            f"There is no package to pack in {course.root}.",
            expected="the repository of the course and its autograder, with its pyproject.toml",
            got="a course folder alone",
            next_step=f"hand out the folder {released} itself; nothing was written",
        )
    files = _files(course, released)
    _demand_released(course, assignment, files)
    into.mkdir(parents=True, exist_ok=True)
    archive = into / f"{assignment}.zip"
    packed = io.BytesIO()
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        wheel = build_wheel(course.root, Path(folder))
        file.write(wheel, wheel.name)
        for name in ("README.md", "requirements.txt"):
            if (released.parent / name).is_file():
                file.write(released.parent / name, name)
        for name, content in files.items():
            file.writestr(f"{assignment}/{name}", content)
    replace_file(archive, packed.getvalue())
    return archive


def _files(course: Course, released: Path) -> dict[str, bytes]:
    """The files of a released folder by their paths in it, without what nbgrader leaves out."""
    ignored = (".ipynb_checkpoints", *course.paths.ignore)
    return {
        path.relative_to(released).as_posix(): path.read_bytes()
        for path in sorted(released.rglob("*"))
        if path.is_file() and not is_ignored(path.relative_to(released), ignored)
    }


def _demand_released(course: Course, name: str, files: Mapping[str, bytes]) -> None:
    """Check that files are what source/ makes: a solution or students' marks easily get into release/ by hand.

    Raises:
        CourseError: One of them differs, or is not a file of the assignment.
    """
    assignment = load_assignment(course, name, demand_fresh=False)
    made = {f"{notebook.name}.ipynb": notebook.release.encode() for notebook in assignment.notebooks}
    made |= {**glossary(course, assignment), **assignment.files}
    odd = [file for file, content in files.items() if file != LIKELY_CAUSES and made.get(file) != content]
    missing = [file for file in made if file not in files]
    if odd or missing:
        first = (odd or missing)[0]
        others = len(odd) + len(missing) - 1
        got = "no such file" if not odd else "another content" if first in made else "a file that source/ does not make"
        raise CourseError(
            f"release/{name}/{first} is not what source/{name} makes; nothing was packed.",
            expected="the files that students may see, as they are made from source/",
            got=got + (f"; {others} more of the kind" if others else ""),
            next_step=f"autograder release {name}",
        )
