"""Where a submission's time goes, step by step: a profile of `autograder grade` on solved notebooks.

    python benchmarks/steps.py [ASSIGNMENT] [--submissions N] [--no-sandbox] [--functions N]

Submissions go through the steps one after another in this process, so each step is measured alone. CPU seconds of
`execute` are those of this process, which speaks to the kernel, and those of the kernel's own processes. The first
submission, which starts the warm process, is left out. With --functions, the functions of this process that take the
most time of their own follow.
"""

import argparse
import cProfile
import os
import pstats
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

from grading import make_course
from measuring import SEED

from autograder.authoring.pages import write_feedback
from autograder.authoring.release import solved_by_a_student
from autograder.grading import proving
from autograder.grading.course import load_assignment, load_catalogue, load_course, load_submission, students
from autograder.grading.grade import Options, execute, judge_all, prepare
from autograder.grading.journal import remember
from autograder.grading.proofs import pool_of
from autograder.grading.record import record, register
from autograder.kernels.meter import from_process
from autograder.values.graded import Grade
from autograder.values.submitted import KernelSettings

T = TypeVar("T")
Times = defaultdict[str, list[tuple[float, float, float]]]
"""By step: wall seconds, CPU seconds of this process, CPU seconds of kernels."""


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("assignment", nargs="?", default="convolution")
    parser.add_argument("--submissions", type=int, default=8)
    parser.add_argument("--no-sandbox", action="store_true")
    parser.add_argument("--functions", type=int, default=0, help="how many functions to list")
    asked = parser.parse_args()
    profile = cProfile.Profile()
    with tempfile.TemporaryDirectory() as folder:
        times = measure(Path(folder) / "course", asked.assignment, asked.submissions, not asked.no_sandbox, profile)
    print(f"{asked.assignment}, {asked.submissions} submissions, medians in seconds\n")
    print(f"{'step':12}{'wall':>8}{'here':>8}{'kernel':>8}")
    whole = [0.0, 0.0, 0.0]
    for step, found in times.items():
        medians = [statistics.median(column) for column in zip(*found[1:], strict=True)]
        whole = [before + one for before, one in zip(whole, medians, strict=True)]
        print(f"{step:12}" + "".join(f"{one:8.3f}" for one in medians))
    print(f"{'together':12}" + "".join(f"{one:8.3f}" for one in whole))
    if asked.functions:
        pstats.Stats(profile, stream=sys.stdout).sort_stats("tottime").print_stats(asked.functions)


def measure(folder: Path, name: str, submissions: int, sandboxed: bool, profile: cProfile.Profile) -> Times:
    """Grade so many submissions of an assignment."""
    course = load_course(make_course(folder, name))
    assignment = load_assignment(course, name)
    for number in range(submissions + 1):
        handed_in = course.folder("submitted", f"student{number:03}", name)
        handed_in.mkdir(parents=True)
        for notebook in assignment.notebooks:
            (handed_in / f"{notebook.name}.ipynb").write_text(solved_by_a_student(notebook), encoding="utf-8")
    register(course, assignment)
    expectations = None
    if assignment.has_experiments:
        catalogue, pool = load_catalogue(course, name), pool_of(course, assignment)
        expectations = proving.prove(assignment, catalogue, SEED, pool=pool, jobs=2)
    seed = SEED if expectations else None
    settings = KernelSettings(sandboxed, hidden=course.private)
    options = Options(sandboxed=sandboxed)
    times: Times = defaultdict(list)
    grades: list[Grade] = []

    def step(name: str, work: Callable[[], T]) -> T:
        kernels, wall, mine = spent_by_children(), time.monotonic(), time.process_time()
        profile.enable()
        done = work()
        profile.disable()
        here, took = time.process_time() - mine, time.monotonic() - wall
        times[name].append((took, here, spent_by_children() - kernels))
        return done

    for student in students(course, name):
        read = step("read", partial(load_submission, course, name, student))
        prepared = step("prepare", partial(prepare, course, assignment, read))
        run = partial(execute, prepared, assignment, seed=seed, limits=options.limits, settings=settings)
        judged = step("judge", partial(judge_all, prepared, assignment, step("execute", run), expectations))
        graded = step("record", partial(record, course, assignment, judged, seed))
        made_from, conditions = prepared.made_from, options.conditions
        step("remember", partial(remember, course.report(name), made_from, graded, conditions))
        grades.append(graded)
    step("pages", partial(write_feedback, course, assignment, grades, sandboxed=sandboxed))
    (whole,) = times["pages"]
    times["pages"] = [(whole[0] / len(grades), whole[1] / len(grades), 0.0)] * len(grades)
    return times


def spent_by_children() -> float:
    """CPU seconds of the processes that this one started, and of those that these have waited for."""
    time.sleep(0.3)  # a kernel that has just ended is accounted for a moment later
    return sum(one.cpu_s + one.inherited_s for one in from_process(os.getpid()) if one.name[0] != os.getpid())


if __name__ == "__main__":
    main()
