"""Makes `release/` and `solutions/` from `source/`: what students get, and what grading compares with."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path

from autograder.errors import CourseError
from autograder.grading import course as folders
from autograder.grading.course import Course
from autograder.grading.expectations import answers_to_checks
from autograder.lab.checks import CAUSES_FILE
from autograder.values import Assignment, MasterNotebook


@dataclass(frozen=True, slots=True)
class Released:
    """The generated files of one assignment: content by path relative to the course's folder."""

    assignment: str
    files: Mapping[str, bytes] = field(repr=False)


def make(course: Course, name: str) -> Released:
    """Generate everything for an assignment; nothing is written.

    Raises:
        UsageError: There is no such assignment.
        CourseError: The source is broken.
    """
    assignment = folders.load_assignment(course, name, demand_fresh=False)
    files: dict[str, bytes] = {}
    release = course.folder("release", ".", name).relative_to(course.root).as_posix()
    for notebook in assignment.notebooks:
        files[f"{release}/{notebook.name}.ipynb"] = notebook.release.encode()
        if notebook.solved:
            files[f"solutions/{name}/{notebook.name}.ipynb"] = notebook.solved.encode()
    for file, content in assignment.files.items():
        files[f"{release}/{file}"] = content
    if assignment.has_experiments:
        files[f"{release}/{CAUSES_FILE}"] = likely_causes(course, assignment).encode()
    files |= student_files(course, Path(release).parent.as_posix())
    return Released(name, files)


def release(course: Course, name: str) -> Released:
    """Generate an assignment's files and write them."""
    released = make(course, name)
    _write(course.root, released.files)
    return released


def stale(course: Course, released: Released) -> list[str]:
    """Paths of generated files that are not what would be generated now."""
    return [
        path
        for path, content in released.files.items()
        if not (course.root / path).is_file() or (course.root / path).read_bytes() != content
    ]


def solved_by_a_student(notebook: MasterNotebook) -> str:
    """The released notebook with the solutions written in: what a student who solved everything hands in."""
    if not notebook.solved:
        return notebook.release
    solved = {cell["id"]: cell["source"] for cell in json.loads(notebook.solved)["cells"]}
    released = json.loads(notebook.release)
    for cell in released["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("solution"):
            cell["source"] = solved[cell["id"]]
    return json.dumps(released)


def likely_causes(course: Course, assignment: Assignment) -> str:
    """Digests of the misconceptions' answers to the visible examples, each with its sentence, as JSON.

    With it the visible check can name a likely cause, and no wrong solution, being nearly a right one, is on the
    student's machine. A digest that two misconceptions share with different sentences is left out.
    """
    catalogues = folders.load_catalogues(course, assignment.name)
    # A number is a name within its exercise only.
    sentences = {
        (wrong.exercise, wrong.number): wrong.sentence for file in catalogues.values() for wrong in file.misconceptions
    }
    causes: dict[str, set[str]] = {}
    for check, answers in answers_to_checks(assignment, catalogues).items():
        for number, given in answers.items():
            sentence = sentences.get((check.removesuffix("_check"), number))
            for digest, right in given:
                if sentence is not None and not right:
                    causes.setdefault(digest, set()).add(sentence)
    known = {digest: next(iter(said)) for digest, said in sorted(causes.items()) if len(said) == 1}
    return json.dumps({"assignment": assignment.name, "causes": known}, indent=1, ensure_ascii=False) + "\n"


def student_files(course: Course, release: str) -> dict[str, bytes]:
    """What a student needs to start: requirements and how to install and open the notebooks."""
    lock = course.root / "requirements.lock"
    if not lock.is_file():
        return {}
    texts = resources.files("autograder.course")
    requirements = student_requirements(lock.read_text(encoding="utf-8"))
    return {
        f"{release}/requirements.txt": requirements.encode(),
        f"{release}/README.md": texts.joinpath("student_readme.md").read_bytes(),
        f"{release}/glossary.md": texts.joinpath("glossary.md").read_bytes(),
    }


def student_requirements(lock: str) -> str:
    """The exact versions of what the notebooks import, from the lock file.

    Raises:
        CourseError: The lock file pins none of it.
    """
    wanted = ("jupyterlab", "matplotlib", "numpy", "pillow", "tensorflow")
    lines = [line.removesuffix(" \\") for line in lock.splitlines() if re.match(rf"({'|'.join(wanted)})==", line)]
    if not lines:
        raise CourseError(
            "requirements.lock pins none of the notebooks' packages.",
            expected=", ".join(wanted),
            got="none of them",
            next_step="make lock",
        )
    return "\n".join(["# What the notebooks were tested with.", *lines]) + "\n"


def _write(root: Path, files: Mapping[str, bytes]) -> None:
    for path, content in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
