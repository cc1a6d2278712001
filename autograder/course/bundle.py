"""The archive that is handed to students: a released assignment, how to start, and the package as a wheel."""

import io
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from autograder.errors import CourseError, MachineError
from autograder.files import replace_file
from autograder.grading.course import Course, find_assignment


def build_wheel(project: Path, into: Path) -> Path:
    """Build the package's wheel without network; it holds the package only.

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


def bundle(course: Course, assignment: str, into: Path) -> Path:
    """Write `<assignment>.zip`: the released folder, README.md, glossary.md, requirements.txt and the wheel.

    Raises:
        CourseError: The assignment has not been released.
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
    into.mkdir(parents=True, exist_ok=True)
    archive = into / f"{assignment}.zip"
    packed = io.BytesIO()
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        wheel = build_wheel(course.root, Path(folder))
        file.write(wheel, wheel.name)
        for name in ("README.md", "requirements.txt", "glossary.md"):
            if (released.parent / name).is_file():
                file.write(released.parent / name, name)
        for path in sorted(released.rglob("*")):
            if path.is_file() and ".ipynb_checkpoints" not in path.parts:
                file.write(path, f"{assignment}/{path.relative_to(released).as_posix()}")
    replace_file(archive, packed.getvalue())
    return archive
