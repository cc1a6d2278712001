"""Makes `release/` and `solutions/` from `source/`: what students get, and what grading compares with."""

import ast
import contextlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any

from autograder.errors import CourseError
from autograder.files import replace_file
from autograder.grading import course as folders
from autograder.grading.catalogue import Catalogue
from autograder.grading.course import Course
from autograder.grading.expectations import CHECK, Answers, answers_to_checks, belonging_nowhere
from autograder.lab.checks import CAUSES_FILE
from autograder.lab.companion import cell_digest
from autograder.parsing import syntax_tree
from autograder.values import EXPERIMENT, Assignment, MasterNotebook

EXAMPLES_FILE = "visible_examples.json"
"""Beside the misconceptions: what each makes of the first visible example that it gets wrong."""
HINTS = "_hints"
GLOSSARY = "glossary.md"
_CAUSES_AT_MOST = 2
_DETAILS = re.compile(r"<details>\s*<summary>(.*?)</summary>(.*?)</details>", re.DOTALL)


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


def make(course: Course, name: str) -> Released:
    """Generate everything for an assignment; nothing is written.

    Raises:
        UsageError: There is no such assignment.
        CourseError: The source is broken.
    """
    assignment = folders.load_assignment(course, name, demand_fresh=False)
    files: dict[str, bytes] = {}
    notices: list[str] = []
    release = course.folder("release", ".", name).relative_to(course.root).as_posix()
    for notebook in assignment.notebooks:
        files[f"{release}/{notebook.name}.ipynb"] = notebook.release.encode()
        if notebook.solved:
            files[f"solutions/{name}/{notebook.name}.ipynb"] = notebook.solved.encode()
    for file, content in {**glossary(assignment), **assignment.files}.items():
        files[f"{release}/{file}"] = content
    if assignment.has_experiments:
        catalogues = folders.load_catalogues(course, name)
        notices = belonging_nowhere(assignment, catalogues)
        answers = answers_to_checks(assignment, catalogues)
        files[f"{release}/{CAUSES_FILE}"] = likely_causes(course, assignment, answers).encode()
        files[f"solutions/{name}/{EXAMPLES_FILE}"] = visible_examples(answers, catalogues.values()).encode()
    files |= student_files(course, Path(release).parent.as_posix())
    return Released(name, files, tuple(notices))


def release(course: Course, name: str) -> Released:
    """Generate an assignment's files, write them, and remove what is not generated any more."""
    released = make(course, name)
    write(course, released)
    return released


def write(course: Course, released: Released) -> list[str]:
    """Write what was generated; a reader sees the old or the new file, never a half.

    Returns:
        Paths of the files that were removed, since they are not generated any more.
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
    """Remove a folder, and those around it, as far as nothing is in them."""
    with contextlib.suppress(OSError):  # something is in it
        for one in (folder, *folder.parents):
            one.rmdir()


def stale(course: Course, released: Released) -> list[str]:
    """Paths of generated files that are not what would be generated now, or would not be generated at all."""
    changed = [
        path
        for path, content in released.files.items()
        if not (course.root / path).is_file() or (course.root / path).read_bytes() != content
    ]
    return changed + leftovers(course, released)


def leftovers(course: Course, released: Released) -> list[str]:
    """Paths of files that an earlier release wrote, and this one would not.

    In release/ these are all files of the assignment that are not generated, since students get the whole folder. In
    solutions/ they are solved notebooks whose source is gone; the rest there is the instructor's own. What nbgrader
    leaves out by the course's configuration, such as JupyterLab's checkpoints, is no leftover.
    """
    folder, solutions = course.folder("release", ".", released.assignment), course.solutions(released.assignment)
    sources = {path.name for path in course.folder("source", ".", released.assignment).glob("*.ipynb")}
    found = [
        path
        for path in folder.rglob("*")
        if (path.is_file() or path.is_symlink())
        and not folders.is_ignored(path.relative_to(folder), course.paths.ignore)
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
    solved = {_name(cell): cell["source"] for cell in json.loads(notebook.solved)["cells"]}
    released = json.loads(notebook.release)
    for cell in released["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("solution"):
            cell["source"] = solved[_name(cell)]  # by its grade id: notebooks of older formats have no other
    return json.dumps(released)


def visible_examples(answers: Answers, catalogues: Iterable[Catalogue]) -> str:
    """What each misconception answers to the first visible example that it gets wrong, as JSON, for feedback pages.

    Those that every exercise has in common are left out, since no page shows them. It holds wrong answers, so it lies
    with the solutions and reaches a student one picture at a time.
    """
    own = {(wrong.exercise, wrong.number) for file in catalogues for wrong in file.misconceptions}
    content = {
        exercise: {
            number: tried.wrong for number, tried in sorted(given.items()) if tried.wrong and (exercise, number) in own
        }
        for exercise, given in sorted((check.removesuffix(CHECK), given) for check, given in answers.items())
    }
    lines = [
        f" {json.dumps(exercise)}: {{\n"
        + ",\n".join(f"  {json.dumps(number)}: {json.dumps(wrong, ensure_ascii=False)}" for number, wrong in of.items())
        + "\n }"
        for exercise, of in content.items()
    ]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def likely_causes(course: Course, assignment: Assignment, answers: Answers) -> str:
    """What a visible check may say of wrong answers, as JSON, with the exercises and hints beside it.

    With it the check can name a likely cause, and no wrong solution, being nearly a right one, is on the student's
    machine.
    """
    catalogues = folders.load_catalogues(course, assignment.name)
    # A number is a name within its exercise only.
    sentences = {
        (wrong.exercise, wrong.number): wrong.sentence for file in catalogues.values() for wrong in file.misconceptions
    }
    content = {
        "assignment": assignment.name,
        "causes": causes_of_first_answers(answers, sentences),
        "exercises": [exercise for notebook in assignment.notebooks for exercise in exercises(notebook.release)],
        "hints": {name: said for notebook in assignment.notebooks for name, said in hints(notebook.release).items()},
    }
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def causes_of_first_answers(answers: Answers, sentences: Mapping[tuple[str, str], str]) -> dict[str, list[str]]:
    """The sentence, or two of them, by the digest of an answer.

    A check's cell stops at the first wrong answer, so no later one of a misconception counts. Where misconceptions
    share a digest and not the sentence, the frequent ones win (M and digits; others were found on the way). Two
    sentences are both told, in the catalogue's order; where there are more, the answer says too little, and its digest
    is left out.

    Args:
        answers: What each misconception answers to the visible checks.
        sentences: By exercise and number.
    """
    causes: dict[str, list[str]] = {}
    frequent: dict[str, list[str]] = {}
    for check, given in answers.items():
        for number, tried in given.items():
            sentence = sentences.get((check.removesuffix(CHECK), number))
            first = next((digest for digest, right in tried.answers if not right), None)
            if sentence is None or first is None:
                continue
            for kind in [causes, frequent] if re.fullmatch(r"M\d+", number) else [causes]:
                if sentence not in kind.setdefault(first, []):
                    kind[first].append(sentence)
    likely = {digest: frequent.get(digest, said) for digest, said in sorted(causes.items())}
    return {digest: said for digest, said in likely.items() if len(said) <= _CAUSES_AT_MOST}


def exercises(notebook: str) -> list[dict[str, Any]]:
    """The exercises of a released notebook that have a visible check, in its order, for `lab.progress`."""
    cells = {_name(cell): cell for cell in json.loads(notebook)["cells"] if cell["cell_type"] == "code"}
    found = []
    for name, cell in cells.items():
        if name.endswith(CHECK):
            exercise = name.removesuffix(CHECK)
            points = cells.get(f"{exercise}_hidden", {}).get("metadata", {}).get("nbgrader", {}).get("points", 0)
            names = _defined(_source(cells[exercise])) if exercise in cells else []
            check = cell_digest(_source(cell))
            found.append({"name": exercise, "points": points, "names": names, "check": check})
    return found


def hints(notebook: str) -> dict[str, list[str]]:
    """The hints of a released notebook, which are folded up in the cell `<exercise>_hints`, for `lab.hint`."""
    found = {}
    for cell in json.loads(notebook)["cells"]:
        if cell["cell_type"] == "markdown" and _name(cell).endswith(HINTS):
            said = [f"**{title.strip()}**\n\n{text.strip()}" for title, text in _DETAILS.findall(_source(cell))]
            if said:
                found[_name(cell).removesuffix(HINTS)] = said
    return found


def _name(cell: Mapping[str, Any]) -> str:
    return str(cell["metadata"].get("nbgrader", {}).get("grade_id") or cell.get("id", ""))


def _source(cell: Mapping[str, Any]) -> str:
    return "".join(cell["source"])


def _defined(source: str) -> list[str]:
    """Names of the functions, classes and variables that a cell defines."""
    try:
        body = syntax_tree(source).body
    except SyntaxError:  # a stub of another course, with a magic command in it
        return []
    names = []
    for node in body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            names.append(node.name)
        elif isinstance(node, (ast.Assign, ast.AnnAssign)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names += [target.id for target in targets if isinstance(target, ast.Name)]
    return names


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
    }


def glossary(assignment: Assignment) -> dict[str, bytes]:
    """The glossary, beside notebooks that lead to it: nbgrader's exchange hands out an assignment's folder alone."""
    if not any(f"({GLOSSARY}" in notebook.release for notebook in assignment.notebooks):
        return {}
    return {GLOSSARY: resources.files("autograder.course").joinpath(GLOSSARY).read_bytes()}


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
