"""What a submission costs: `autograder grade`, `nbgrader autograde` and a floor, on one cohort in one run.

    python benchmarks/grading.py [--submissions N] [--sizes 10,30,100,300] [--into docs/benchmark.md]
    python benchmarks/grading.py --short        # the first notebook, few submissions: two minutes

Four ways, for a notebook of numpy (`convolution`) and for one that trains (benchmarks/training.py):

- nbgrader: `nbgrader autograde` without this project's plug-in; it executes the same cells and cannot judge them.
- open: `autograder grade --no-sandbox`, as many jobs as there are cores.
- grade: `autograder grade`, the same with the sandbox.
- floor: the cells executed by `exec`, one notebook after another, in one process that has everything imported.

All do the same submissions on the same cores. CPU seconds are those of the whole process tree, as the system accounts
them to its parent. Memory is the largest sum of proportional set sizes seen, for each job. The proof of a seed, which
is kept from one run to the next, is measured apart. "Fixed" is what each run costs before its first submission.
Elsewhere only ratios mean anything.
"""

import argparse
import contextlib
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import nbformat
import peers
import training
from measuring import SEED, Cost, measure, theirs

from autograder.authoring import demo
from autograder.authoring.release import solved_by_a_student
from autograder.grading.course import load_assignment, load_course
from autograder.grading.grade import default_jobs
from autograder.kernels.sandbox import why_not

ROOT = Path(__file__).parent.parent
NOTEBOOKS = {"numpy": "convolution", "training": training.ASSIGNMENT}


def main() -> None:
    """Measure, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--submissions", type=int, default=20, help="for the comparison")
    parser.add_argument("--sizes", default="10,30,100,300", help="for the growth")
    parser.add_argument("--into", type=Path, default=None, help="also write the tables to this file")
    parser.add_argument("--short", action="store_true", help="less of everything, and no Otter")
    parser.add_argument("--floor", nargs=2, metavar=("NOTEBOOK", "TIMES"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.floor:
        floor(Path(options.floor[0]), int(options.floor[1]))
        return
    with tempfile.TemporaryDirectory() as folder:
        if options.short:
            lines = short_report(Path(folder))
        else:
            lines = report(Path(folder), options.submissions, [int(size) for size in options.sizes.split(",") if size])
        text = "\n".join(lines)
    print(text)
    if options.into:
        options.into.write_text(text + "\n", encoding="utf-8")


def report(folder: Path, submissions: int, sizes: Sequence[int]) -> Iterator[str]:
    """The tables, line by line as they are measured."""
    yield "# What a submission costs"
    yield ""
    command = f"python benchmarks/grading.py --submissions {submissions} --sizes {','.join(map(str, sizes))}"
    yield f"`{command}`, in one run on {default_jobs()} cores."
    yield f"`autograder` runs {default_jobs()} jobs, `nbgrader` one notebook after another. See the script for details."
    for kind in NOTEBOOKS:
        yield ""
        yield from of_notebook(folder, kind, submissions, sizes)
    yield ""
    yield from peers.table(folder / "peers", submissions)


def short_report(folder: Path) -> Iterator[str]:
    """The tables of the first notebook, with few submissions."""
    yield from of_notebook(folder, next(iter(NOTEBOOKS)), 4, (4, 16))


def of_notebook(folder: Path, kind: str, submissions: int, sizes: Sequence[int]) -> Iterator[str]:
    """The tables of one notebook."""
    reason = why_not()
    if reason is not None:
        sys.exit(f"The comparison needs a sandbox: {reason}. Next: autograder doctor")
    name = NOTEBOOKS[kind]
    course = make_course(folder / kind, name)
    hand_in(course, name, 1)
    proof, again = (measure(ours(name), course, 1) for _ in range(2))
    say(f"{kind}, the first run and the second: {proof}, {again}")
    grown = {}
    for size in sizes:
        hand_in(course, name, size)
        grown[size] = measure(ours(name), course, size)
        say(f"{kind}, {size} submissions: {grown[size]}")
    hand_in(course, name, submissions)
    ways = {
        "nbgrader autograde": measure(theirs(name), course, submissions, plain=True),
        "autograder grade --no-sandbox": measure(ours(name, "--no-sandbox"), course, submissions),
        "autograder grade": measure(ours(name), course, submissions),
    }
    say(f"{kind}: {ways}")
    yield from comparison(kind, ways, measure_floor(course, name), grown)
    yield (
        f"- The proof of a seed, once for each version of the source: {proof.wall_s - again.wall_s:.0f} s by the "
        f"clock, {proof.cpu_s - again.cpu_s:.0f} CPU s."
    )
    yield ""
    yield from growth(grown)


def comparison(kind: str, ways: dict[str, Cost], least_s: float, grown: dict[int, Cost]) -> Iterator[str]:
    """A table of the ways, with the goals next to what was measured."""
    least, most = min(grown), max(grown)
    fixed = {
        what: (getattr(grown[least], what) * most - getattr(grown[most], what) * least) / (most - least)
        for what in ("wall_s", "cpu_s")
    }
    yield f"## The {kind} notebook: {next(iter(ways.values())).submissions} submissions"
    yield ""
    yield "| | wall s a submission | CPU s a submission | submissions an hour | memory a job, MB |"
    yield "| --- | --- | --- | --- | --- |"
    for way, cost in ways.items():
        jobs = 1 if way.startswith("nbgrader") else default_jobs()
        rate = 3600 * cost.submissions / cost.wall_s
        each = f"{cost.wall_s / cost.submissions:.2f} | {cost.cpu_s / cost.submissions:.2f}"
        yield f"| `{way}` | {each} | {rate:.0f} | {cost.memory / jobs / 1e6:.0f} |"
    yield f"| floor | | {least_s:.2f} | | |"
    yield ""
    theirs_s = ways["nbgrader autograde"].wall_s / ways["nbgrader autograde"].submissions
    slope = {
        what: (getattr(grown[most], what) - getattr(grown[least], what)) / (most - least)
        for what in ("wall_s", "cpu_s")
    }
    mine = grown[most]
    yield f"- Fixed, before the first submission: {fixed['wall_s']:.0f} s by the clock, {fixed['cpu_s']:.0f} CPU s."
    yield (
        f"- Each further submission: {slope['wall_s']:.2f} s by the clock, {slope['cpu_s']:.2f} CPU s: the floor plus "
        f"{slope['cpu_s'] - least_s:.2f} s."
    )
    rates = theirs_s / slope["wall_s"], theirs_s * most / mine.wall_s
    theirs_cpu_s = ways["nbgrader autograde"].cpu_s / ways["nbgrader autograde"].submissions
    yield f"- Submissions an hour: {rates[0]:.1f} times those of `nbgrader autograde`; for {most}, with the fixed part,"
    yield f"  {rates[1]:.1f} times. In CPU seconds: {theirs_cpu_s / slope['cpu_s']:.1f} times."


def growth(grown: dict[int, Cost]) -> Iterator[str]:
    """A table over the sizes."""
    yield "| submissions | wall s | CPU s | wall s a submission | CPU s a submission | memory a job, MB |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for size, cost in grown.items():
        each = f"{cost.wall_s / size:.2f} | {cost.cpu_s / size:.2f} | {cost.memory / default_jobs() / 1e6:.0f}"
        yield f"| {size} | {cost.wall_s:.1f} | {cost.cpu_s:.1f} | {each} |"


def make_course(folder: Path, name: str) -> Path:
    """A course folder with the assignment and nothing handed in."""
    if name == training.ASSIGNMENT:
        training.make_course(folder)
    else:
        demo.write_demo(load_course(ROOT), name, folder)
        shutil.rmtree(folder / "submitted")
    return folder


def hand_in(course: Path, name: str, count: int) -> None:
    """Anew: so many solved notebooks, as students would hand them in, and nothing graded."""
    for part in ("submitted", "autograded", "feedback", "report"):
        shutil.rmtree(course / part, ignore_errors=True)
    (course / "gradebook.db").unlink(missing_ok=True)
    opened = load_course(course)
    (notebook,) = load_assignment(opened, name).notebooks
    text = solved_by_a_student(notebook)
    for number in range(count):
        folder = opened.folder("submitted", f"student{number:03}", name)
        folder.mkdir(parents=True)
        (folder / f"{notebook.name}.ipynb").write_text(text, encoding="utf-8")


def ours(name: str, *more: str) -> list[str]:
    """The command that grades the cohort."""
    return [sys.executable, "-m", "autograder", "grade", name, "--seed", str(SEED), *more]


def measure_floor(course: Path, name: str) -> float:
    """CPU seconds of a notebook's cells in a process that has imported everything; the middle one of five."""
    command = [sys.executable, __file__, "--floor", str(course / "solutions" / name / f"{name}.ipynb"), "5"]
    environment = {
        **os.environ,
        "AUTOGRADER_SEED": str(SEED),
        "CUDA_VISIBLE_DEVICES": "-1",
        "KERAS_BACKEND": "tensorflow",
        "MPLBACKEND": "agg",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "TF_CPP_MIN_LOG_LEVEL": "2",
        "TF_ENABLE_ONEDNN_OPTS": "0",
    }
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    seconds = sorted(json.loads(done.stdout.splitlines()[-1]))
    return float(seconds[len(seconds) // 2])


def floor(notebook: Path, times: int) -> None:
    """Execute the notebook's cells so many times, and print the CPU seconds of each time."""
    import keras  # noqa: F401
    import matplotlib.pyplot  # noqa: F401
    import tensorflow  # noqa: F401

    cells = [cell.source for cell in nbformat.read(notebook, as_version=4).cells if cell.cell_type == "code"]
    codes = [
        compile("\n".join(line for line in cell.split("\n") if not line.startswith("%")), "cell", "exec")
        for cell in cells
    ]
    seconds = []
    for _ in range(times):
        began, names = time.process_time(), {"__name__": "__main__"}
        with contextlib.redirect_stdout(io.StringIO()):
            for code in codes:
                exec(code, names)
        seconds.append(time.process_time() - began)
    print(json.dumps(seconds))


def say(text: str) -> None:
    """Progress, for a run that takes half an hour."""
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
