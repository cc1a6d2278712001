"""Compares marks on an idle machine with marks on a busy one, facet by facet.

    python benchmarks/load.py convolution
    python benchmarks/load.py training_from_scratch --loops 10 --seed 7

The solved notebook goes the whole way of a submission, in a sandbox; each right variant is tried as `audit` tries it.
Then the same again, with the same seed, alongside endless loops: ten for each core, of the usual priority. All that the
machine's load may change is the time that it takes. Exit 1 if a facet differs. The loops end with this program, by
whatever it ends, and after three hours in any case.
"""

import argparse
import contextlib
import dataclasses
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from autograder.authoring.audit import submission_of  # noqa: E402
from autograder.grading import proving  # noqa: E402
from autograder.grading.course import Course, load_assignment, load_catalogue, load_course  # noqa: E402
from autograder.grading.grade import default_jobs, execute, judge_all  # noqa: E402
from autograder.grading.judge import judge  # noqa: E402
from autograder.kernels.sandbox import why_not  # noqa: E402
from autograder.values.observed import Expectations  # noqa: E402
from autograder.values.submitted import (  # noqa: E402
    Assignment,
    KernelSettings,
    Limits,
)
from autograder.words import in_words  # noqa: E402

LOOP = """
import os, sys, time
parent, ends_at = int(sys.argv[1]), time.monotonic() + 3 * 3600
while os.getppid() == parent and time.monotonic() < ends_at:
    for _ in range(100_000):
        pass
"""
LIMITS = Limits(cell_s=60)
"""What the course's own configuration gives a cell."""
Marks = Mapping[tuple[str, str, str], float]
"""Points by who answered, the cell, and the facet; an ordinary cell has one facet, ""."""


@dataclasses.dataclass(frozen=True, slots=True)
class Graded:
    """Marks, and what they took."""

    marks: Marks
    faults: tuple[str, ...]
    seconds: float


def main() -> None:
    """Print both."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("assignment")
    parser.add_argument("--loops", type=int, default=10, help="endless loops for each core")
    parser.add_argument("--seed", type=int, default=20260301)
    asked = parser.parse_args()
    course = load_course(ROOT)
    assignment = load_assignment(course, asked.assignment)
    proven = proving.prove(assignment, load_catalogue(course, asked.assignment), asked.seed)
    alone = graded(course, assignment, proven)
    with busy(asked.loops * default_jobs()):
        beside = graded(course, assignment, proven)
    names = sorted({who for who, _cell, _facet in alone.marks})
    print(f"{asked.assignment}, seed {proven.seed}: the solved notebook and {len(names) - 1} right variants")
    print(f"alone {alone.seconds:.0f} s, with {asked.loops} loops for each of {default_jobs()} cores", end=" ")
    print(f"{beside.seconds:.0f} s (loads of {', '.join(f'{load:.0f}' for load in os.getloadavg())})")
    different = [key for key in {**alone.marks, **beside.marks} if alone.marks.get(key) != beside.marks.get(key)]
    for key in sorted(different):
        print(*key, f"alone {alone.marks.get(key)}, with the loops {beside.marks.get(key)}", sep=" | ")
    for fault in (*alone.faults, *beside.faults):
        print(fault)
    print(f"{len(alone.marks) - len(different)} of {len(alone.marks)} facets have the same points")
    raise SystemExit(1 if different or alone.faults != beside.faults else 0)


def graded(course: Course, assignment: Assignment, proven: Expectations) -> Graded:
    """The marks of the solved notebook and of every right variant."""
    began = time.monotonic()
    submission = submission_of(course, assignment, solved=True)
    ran = execute(submission, assignment, seed=proven.seed, limits=LIMITS, settings=KernelSettings(why_not() is None))
    solved = judge_all(submission, assignment, ran, proven)
    marks = {
        ("solved", verdict.cell, facet.name): facet.points
        for notebook in solved.notebooks
        for verdict in notebook.verdicts
        for facet in verdict.facets
    }
    variants = proving.try_variants(assignment, load_catalogue(course, assignment.name), proven.seed)
    for cell, trials in variants.items():
        for trial in trials:
            for facet in judge(proven.experiments[cell], trial.experiment):
                marks[trial.id, cell, facet.name] = facet.points
    faults = tuple(f"{fault.kind} {fault.cell}: {in_words(fault.reason)}" for fault in solved.faults)
    return Graded(marks, faults, time.monotonic() - began)


@contextlib.contextmanager
def busy(loops: int) -> Iterator[None]:
    """Run a number of endless loops alongside the block."""
    command = [sys.executable, "-S", "-c", LOOP, str(os.getpid())]
    running = [subprocess.Popen(command) for _ in range(loops)]
    time.sleep(2)
    try:
        yield
    finally:
        for process in running:
            process.kill()
            process.wait()


if __name__ == "__main__":
    main()
