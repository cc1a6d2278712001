"""The same small numpy notebook in three graders: `autograder grade`, `nbgrader autograde` and `otter run`.

    python benchmarks/peers.py [--submissions N]

Its tests are ordinary assertions, which all three can run: nothing in it is this project's own. Otter is installed into
a temporary environment, at the version named below; where it does not install, its row says so. What a run costs before
its first submission is taken out: each grader does two submissions and then N more.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
from measuring import Cost, measure, theirs
from nbformat import NotebookNode

from autograder.authoring.release import release
from autograder.grading.course import load_course
from autograder.grading.grade import default_jobs

ASSIGNMENT = "pooling"
OTTER = "otter-grader==7.0.0"
FEW = 2
_ANSWERS = {
    "conv_output_shape": "def conv_output_shape(shape, kernel, stride=1):\n"
    "    return tuple((n - k) // stride + 1 for n, k in zip(shape, kernel))",
    "max_pool2d": "def max_pool2d(image, size=2):\n"
    "    height, width = (n // size for n in image.shape[:2])\n"
    "    windows = image[: height * size, : width * size].reshape(height, size, width, size, -1)\n"
    "    return windows.max(axis=(1, 3))",
    "conv2d": "def conv2d(image, kernel):\n"
    "    height, width = conv_output_shape(image.shape[:2], kernel.shape[:2])\n"
    "    parts = [np.tensordot(image[i : i + height, j : j + width], kernel[i, j], axes=1)\n"
    "             for i in range(kernel.shape[0]) for j in range(kernel.shape[1])]\n"
    "    return sum(parts)",
}
_TESTS = {
    "conv_output_shape": [
        "assert conv_output_shape((5, 7), (3, 3)) == (3, 5)",
        "assert conv_output_shape((9, 12), (3, 2), 2) == (4, 6)",
    ],
    "max_pool2d": [
        "grid = np.arange(48.0).reshape(4, 6, 2)",
        "assert max_pool2d(grid).shape == (2, 3, 2) and max_pool2d(grid)[0, 0, 1] == 15",
        "assert (max_pool2d(-grid) <= 0).all()",
    ],
    "conv2d": [
        "draw = np.random.default_rng(7).normal",
        "image, kernel = draw(size=(8, 9, 3)), draw(size=(3, 2, 3, 4))",
        "assert conv2d(image, kernel).shape == (6, 8, 4)",
        "assert np.allclose(conv2d(image, kernel)[2, 3], np.einsum('ijc,ijco->o', image[2:5, 3:5], kernel))",
    ],
}


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--submissions", type=int, default=20)
    with tempfile.TemporaryDirectory() as folder:
        print("\n".join(table(Path(folder), parser.parse_args().submissions)))


def table(folder: Path, submissions: int) -> Iterator[str]:
    """The table, line by line."""
    course = make_course(folder / "course")
    otter = install_otter(folder / "otter")
    costs: dict[str, list[Cost]] = {}
    for count in (FEW, FEW + submissions):
        hand_in(course, count)
        costs.setdefault("nbgrader autograde", []).append(measure(theirs(ASSIGNMENT), course, count, plain=True))
        costs.setdefault("autograder grade", []).append(
            measure([sys.executable, "-m", "autograder", "grade", ASSIGNMENT], course, count)
        )
        if otter is not None:
            costs.setdefault("otter run", []).append(measure(runs_of_otter(otter, course), course, count))
    yield f"## A small numpy notebook with assertions: {submissions} further submissions"
    yield ""
    yield "| | wall s a submission | CPU s a submission |"
    yield "| --- | --- | --- |"
    for way, (few, many) in costs.items():
        wall, cpu = ((getattr(many, what) - getattr(few, what)) / submissions for what in ("wall_s", "cpu_s"))
        yield f"| `{way}` | {wall:.2f} | {cpu:.2f} |"
    yield ""
    others = "the others one notebook after another"
    yield f"`autograder` runs {default_jobs()} jobs, {others}. Otter: " + (
        f"{OTTER}, one process for each submission." if otter is not None else f"{OTTER} could not be installed."
    )


def make_course(root: Path) -> Path:
    """An ordinary nbgrader course with the notebook, and Otter's form of its tests."""
    source = root / "source" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"
    source.parent.mkdir(parents=True)
    source.write_text(nbformat.writes(_notebook(nbgrader=True)) + "\n", encoding="utf-8")
    (root / "nbgrader_config.py").write_text(
        "c = get_config()\nc.CourseDirectory.course_id = 'bench'\n", encoding="utf-8"
    )
    release(load_course(root), ASSIGNMENT)
    tests = root / "otter" / "tests"
    tests.mkdir(parents=True)
    for name, lines in _TESTS.items():
        (tests / f"{name}.py").write_text(f"OK_FORMAT = True\ntest = {_ok(name, lines)!r}\n", encoding="utf-8")
    return root


def _ok(name: str, lines: list[str]) -> dict[str, Any]:
    code = "\n".join(f">>> {line}" for line in lines)
    suite = {"cases": [{"code": code, "hidden": True, "locked": False}], "scored": True, "type": "doctest"}
    return {"name": name, "points": 2, "suites": [suite | {"setup": "", "teardown": ""}]}


def _notebook(*, nbgrader: bool) -> NotebookNode:
    """The notebook as nbgrader's source, or as a student's of Otter, in which a cell asks for each check."""
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    node = nbformat.v4.new_notebook(metadata={"kernelspec": kernel})
    first = "import numpy as np" + ("" if nbgrader else "\nimport otter\n\ngrader = otter.Notebook()")
    node.cells.append(nbformat.v4.new_code_cell(first, id="setup"))
    for name, answer in _ANSWERS.items():
        head, body = answer.split("\n", 1)
        text = f"{head}\n    ### BEGIN SOLUTION\n{body}\n    ### END SOLUTION" if nbgrader else answer
        node.cells.append(_cell(name, text, solution=True) if nbgrader else nbformat.v4.new_code_cell(text, id=name))
        asked = "\n".join(_TESTS[name]) if nbgrader else f"grader.check({name!r})"
        test = f"{name}-test"
        node.cells.append(_cell(test, asked, solution=False) if nbgrader else nbformat.v4.new_code_cell(asked, id=test))
    return node


def _cell(name: str, text: str, *, solution: bool) -> NotebookNode:
    facts = {"schema_version": 3, "grade_id": name, "grade": not solution, "solution": solution, "task": False}
    facts |= {"locked": not solution} | ({} if solution else {"points": 2.0})
    return nbformat.v4.new_code_cell(text, id=name, metadata={"nbgrader": facts})


def hand_in(course: Path, count: int) -> None:
    """So many solved notebooks, in the form of nbgrader and in that of Otter, and nothing graded."""
    for part in ("submitted", "autograded", "feedback", "report", "otter/submitted", "otter/results"):
        shutil.rmtree(course / part, ignore_errors=True)
    (course / "gradebook.db").unlink(missing_ok=True)
    text = (course / "release" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb").read_text(encoding="utf-8")
    released = nbformat.reads(text, as_version=4)
    for cell in released.cells:
        cell.source = _ANSWERS.get(cell.metadata.get("nbgrader", {}).get("grade_id", ""), cell.source)
    others = nbformat.writes(_notebook(nbgrader=False))
    (course / "otter" / "submitted").mkdir(parents=True)
    (course / "otter" / "results").mkdir()
    for number in range(count):
        folder = course / "submitted" / f"student{number:03}" / ASSIGNMENT
        folder.mkdir(parents=True)
        (folder / f"{ASSIGNMENT}.ipynb").write_text(nbformat.writes(released), encoding="utf-8")
        (course / "otter" / "submitted" / f"student{number:03}.ipynb").write_text(others, encoding="utf-8")


def install_otter(folder: Path) -> Path | None:
    """Otter's own environment; None if it does not install."""
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    wanted = [OTTER, "ipykernel", "numpy"]
    done = subprocess.run([folder / "bin" / "python", "-m", "pip", "install", "--quiet", *wanted], capture_output=True)
    return folder if done.returncode == 0 else None


def runs_of_otter(environment: Path, course: Path) -> list[str]:
    """The command that runs Otter once for each submission, and demands full marks of it."""
    folder, otter = course / "otter", environment / "bin" / "otter"
    if not (folder / "autograder.zip").is_file():
        packed = [str(otter), "generate", "-t", "tests", "-o", "autograder.zip", "--no-environment", "--no-config"]
        subprocess.run(packed, cwd=folder, check=True, capture_output=True)
    script = (
        "import json, os, pathlib, subprocess, sys\n"
        f"os.chdir({str(folder)!r})\n"
        f"os.environ['PATH'] = {str(otter.parent)!r} + os.pathsep + os.environ['PATH']\n"
        "for path in sorted(pathlib.Path('submitted').iterdir()):\n"
        f"    command = [{str(otter)!r}, 'run', '-a', 'autograder.zip', '-o', 'results', '--no-logo', str(path)]\n"
        "    subprocess.run(command, check=True, capture_output=True)\n"
        "    tests = json.loads(pathlib.Path('results/results.json').read_text())['tests']\n"
        f"    assert sum(test.get('score', 0) for test in tests) == {2 * len(_ANSWERS)}, tests\n"
    )
    return [sys.executable, "-c", script]


if __name__ == "__main__":
    main()
