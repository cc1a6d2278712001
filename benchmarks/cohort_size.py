"""What a large cohort costs when nothing has changed: `autograder grade` and `autograder report` over N grades.

    python benchmarks/cohort_size.py [--sizes 1000,10000] [--keep DIR]

A handful of real submissions of the tests' tiny assignment is graded. Then there are N: each further student is one of
these under another name, with a few lines of their own in an answer, so that no two notebooks are alike. Files are
copied, rows of the gradebook too, and the journal gets each grade by its own function, so that `grade` finds nothing to
do. Each command runs where all pages have to be written, and where nothing has changed at all.

CPU seconds are those of the command's process, with the processes that it started; memory is its largest resident set.
"""

import argparse
import dataclasses
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from tiny_course import (  # noqa: E402
    ASSIGNMENT,
    RIGHT,
    SQUARES,
    STARTS_AT_ZERO,
    Edit,
    answer,
    cell,
    make_tiny_course,
    solve,
    submit,
)

from autograder.grading.course import Course, load_assignment, load_course, load_submission  # noqa: E402
from autograder.grading.grade import Options, grade  # noqa: E402
from autograder.grading.journal import fingerprint, remember  # noqa: E402
from autograder.kernels.sandbox import why_not  # noqa: E402

SEED = 7
OWN = 424_242_424
"""A number in an answer in whose place each student has a few lines of their own."""
COMMANDS = {
    "grade, pages to write": ("grade", ASSIGNMENT),
    "grade, nothing to do": ("grade", ASSIGNMENT),
    "report, nothing to do": ("report", ASSIGNMENT),
    "report, pages to write": ("report", ASSIGNMENT),
}


@dataclass(frozen=True, slots=True)
class Cost:
    """What one command cost: CPU seconds, seconds by the clock, and the largest resident set in MB."""

    cpu_s: float
    wall_s: float
    memory: float


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="1000,10000", help="numbers of grades")
    parser.add_argument("--keep", type=Path, help="an empty folder where the courses stay")
    asked = parser.parse_args()
    print("| grades | command | CPU s | wall s | memory, MB |\n| --- | --- | --- | --- | --- |", flush=True)
    with tempfile.TemporaryDirectory() as scratch:
        for size in map(int, asked.sizes.split(",")):
            course = lay_out((asked.keep or Path(scratch)) / str(size), size)
            for name, command in COMMANDS.items():
                if name.endswith("pages to write"):
                    shutil.rmtree(course.root / "feedback", ignore_errors=True)
                    (course.report(ASSIGNMENT) / "index.html").unlink(missing_ok=True)
                cost = measure([sys.executable, "-m", "autograder", *command], course.root)
                print(f"| {size} | {name} | {cost.cpu_s:.1f} | {cost.wall_s:.1f} | {cost.memory:.0f} |", flush=True)


def measure(command: Sequence[str], folder: Path) -> Cost:
    """Run a command in a folder.

    Raises:
        SystemExit: It failed.
    """
    began = time.monotonic()
    with tempfile.TemporaryFile() as log:
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        running = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)
        _pid, status, used = os.wait4(running.pid, 0)
        running.returncode = os.waitstatus_to_exitcode(status)
        log.seek(0)
        if running.returncode != 0:
            sys.exit(f"{' '.join(command)} failed:\n{log.read().decode(errors='replace')[-2000:]}")
    return Cost(used.ru_utime + used.ru_stime, time.monotonic() - began, used.ru_maxrss / 1024)


def lay_out(root: Path, size: int) -> Course:
    """A course in which so many submissions are graded."""
    course = make_tiny_course(root)
    answers: list[list[Edit]] = [
        [solve],
        [solve, answer("double", SQUARES)],
        [solve, answer("largest", STARTS_AT_ZERO)],
        [solve, answer("double", "def double(x):\n    return abs(x) * 2"), answer("why", "No idea.")],
        [answer("double", RIGHT["double"])],
        [answer("largest", "def largest(values):\n    return values[0]")],
        [solve, answer("double", "def double(x):\n    raise ValueError(x)")],
    ]
    for number, edits in enumerate(answers):
        submit(course, f"{number:06}", *edits, _with_own_lines)
    options = Options(seed=SEED, sandboxed=why_not() is None)
    cohort = grade(course, ASSIGNMENT, options)
    assignment = load_assignment(course, ASSIGNMENT)
    graded = {one.student: one for one in cohort.grades}
    with sqlite3.connect(course.root / "gradebook.db") as gradebook:
        gradebook.row_factory = sqlite3.Row
        for number in range(len(answers), size):
            origin, student = f"{number % len(answers):06}", f"{number:06}"
            for step in ("submitted", "autograded"):
                _copy(course, step, origin, student, own="; ".join(_own_lines(number)))
            _copy_rows(gradebook, origin, student)
    gradebook.close()
    for number in range(len(answers), size):
        student, one = f"{number:06}", graded[f"{number % len(answers):06}"]
        made_from = fingerprint(load_submission(course, ASSIGNMENT, student), assignment)
        remember(
            course.report(ASSIGNMENT),
            made_from,
            dataclasses.replace(one, student=student, seconds=one.seconds + number / 1000),
            options.conditions,
        )
    return load_course(root)


def _with_own_lines(node: NotebookNode) -> None:
    """An edit: the answer that the benchmark changes has a place for lines of its own."""
    answered = cell(node, "double")
    answered.source = answered.source.replace("\n    ", f"\n    mine = {OWN}\n    ", 1)


def _own_lines(number: int) -> Iterator[str]:
    """Statements that nobody else has; they change no answer."""
    rng = random.Random(number)
    for _ in range(12):
        yield f"mine = {rng.randrange(10**6)} {rng.choice('+-*')} {rng.randrange(10**6)}"


def _copy(course: Course, step: str, origin: str, student: str, *, own: str) -> None:
    target = course.folder(step, student, ASSIGNMENT)
    shutil.copytree(course.folder(step, origin, ASSIGNMENT), target)
    for path in target.glob("*.ipynb"):
        text = path.read_text(encoding="utf-8")
        path.chmod(0o644)
        path.write_text(text.replace(f"mine = {OWN}", own), encoding="utf-8")


def _copy_rows(gradebook: sqlite3.Connection, origin: str, student: str) -> None:
    """Give a student the rows that another has in the tables of what was handed in."""
    keys = {origin: student}
    for table, key in (
        ("student", "id"),
        ("submitted_assignment", "student_id"),
        ("submitted_notebook", "assignment_id"),
        ("grade", "notebook_id"),
        ("comment", "notebook_id"),
    ):
        marks = ", ".join("?" * len(keys))
        found = gradebook.execute(f"SELECT * FROM {table} WHERE {key} IN ({marks})", tuple(keys)).fetchall()
        for row in found:
            if table != "student":
                keys[row["id"]] = uuid.uuid4().hex
            values = [keys.get(row[name], row[name]) if name in ("id", key) else row[name] for name in row.keys()]  # noqa: SIM118
            gradebook.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(values))})", values)


if __name__ == "__main__":
    main()
