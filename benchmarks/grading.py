"""Seconds per submission: `autograder grade` beside plain `nbgrader autograde`, on the same submissions in one run.

    python benchmarks/grading.py [--submissions N] [--json FILE]

Both grade the same right and wrong solutions of `convolution`, one notebook at a time, on the same machine. Only the
ratio means anything elsewhere. CPU seconds are left out: those of kernels forked from a warm process are accounted to
nobody who could be asked. "start-up" is the time until the kernel is there and the notebook's imports are done.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from autograder.course import demo
from autograder.grading.course import load_course

ROOT = Path(__file__).parent.parent
ASSIGNMENT = "convolution"
SEED = 7


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--submissions", type=int, default=6)
    parser.add_argument("--json", type=Path, default=None)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        cohort = lay_out(Path(folder) / "course", options.submissions)
        rows = [
            measure("autograder grade --jobs 1", ours(cohort, jobs=1), cohort, options.submissions),
            measure("autograder grade --jobs 2", ours(cohort, jobs=2), cohort, options.submissions),
            measure("nbgrader autograde", nbgrader(), cohort, options.submissions),
        ]
    print(f"{options.submissions} submissions of {ASSIGNMENT}, seconds per submission")
    print(f"{'':28}{'wall':>8}{'start-up':>10}{'share':>8}")
    for row in rows:
        start = f"{row['start_s']:10.2f}{row['start_s'] / row['run_s']:8.0%}" if row["start_s"] else f"{'':18}"
        print(f"{row['what']:28}{row['wall_s']:8.2f}{start}")
    print(f"ratio of wall seconds, nbgrader to ours with one job: {rows[2]['wall_s'] / rows[0]['wall_s']:.2f}")
    if options.json:
        options.json.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


def lay_out(folder: Path, submissions: int) -> Path:
    """A course with the first students of the demo that any grader can grade."""
    demo.write(load_course(ROOT), ASSIGNMENT, folder)
    students = sorted((folder / "submitted").iterdir())
    for student in students[submissions:]:
        shutil.rmtree(student)
    return folder


def ours(cohort: Path, *, jobs: int) -> list[str]:
    """The command that grades the cohort, and writes what the benchmark reads."""
    command = [sys.executable, "-m", "autograder", "grade", ASSIGNMENT, "--force", "--jobs", str(jobs)]
    return [*command, "--seed", str(SEED), "--json", str(cohort / "results.json")]


def nbgrader() -> list[str]:
    """Plain nbgrader on the same notebooks; without the plug-in it cannot judge them, but it executes all of them."""
    return [str(Path(sys.executable).parent / "nbgrader"), "autograde", ASSIGNMENT, "--force"]


def measure(what: str, command: list[str], cohort: Path, submissions: int) -> dict[str, Any]:
    """Run a command in the course; seconds per submission, and the start-up where the command tells it."""
    plain = "nbgrader" in Path(command[0]).name
    config = cohort / "nbgrader_config.py"
    kept = config.read_text(encoding="utf-8")
    if plain:
        lines = [line for line in kept.splitlines() if "configure" not in line]
        config.write_text("\n".join(lines) + "\n", encoding="utf-8")
    environment = {**os.environ, "AUTOGRADER_SEED": str(SEED)} if plain else dict(os.environ)
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"
    began = time.monotonic()
    done = subprocess.run(command, cwd=cohort, env=environment, capture_output=True, text=True, check=False)
    wall = time.monotonic() - began
    config.write_text(kept, encoding="utf-8")
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)} failed:\n{done.stderr[-2000:]}")
    row = {"what": what, "wall_s": wall / submissions, "start_s": 0.0, "run_s": 0.0}
    grades = [json.loads(path.read_text()) for path in cohort.glob("report/*/grades/*.json")] if not plain else []
    if grades:
        row["start_s"] = sum(one["grade"]["start_s"] for one in grades) / len(grades)
        row["run_s"] = sum(one["grade"]["seconds"] for one in grades) / len(grades)
    return row


if __name__ == "__main__":
    main()
