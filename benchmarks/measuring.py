"""Runs a command in a course's folder, and says what its whole process tree cost."""

import contextlib
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

SEED = 7
SAMPLE_S = 0.25


@dataclass(frozen=True, slots=True)
class Cost:
    """What one run cost.

    Attributes:
        submissions: How many there were.
        wall_s: Seconds by the clock.
        cpu_s: CPU seconds of the process tree.
        memory: Largest sum of the tree's proportional set sizes without the first process, bytes.
    """

    submissions: int
    wall_s: float
    cpu_s: float
    memory: int


def theirs(name: str) -> list[str]:
    """The command of plain nbgrader."""
    return [str(Path(sys.executable).parent / "nbgrader"), "autograde", name]


def measure(command: list[str], course: Path, submissions: int, *, plain: bool = False) -> Cost:
    """Run a command in the course's folder; with `plain` without this project's plug-in, on an empty gradebook."""
    config = course / "nbgrader_config.py"
    kept = config.read_text(encoding="utf-8")
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    for part in ("autograded", "feedback", "report"):
        shutil.rmtree(course / part, ignore_errors=True)
    if plain:
        environment |= {"AUTOGRADER_SEED": str(SEED), "TF_CPP_MIN_LOG_LEVEL": "2"}
        lines = [line for line in kept.splitlines() if "configure" not in line]
        config.write_text("\n".join(lines) + "\n", encoding="utf-8")
        subprocess.run(
            [str(Path(sys.executable).parent / "nbgrader"), "generate_assignment", command[2], "--force"],
            cwd=course,
            env=environment,
            capture_output=True,
            check=True,
        )
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    with (
        tempfile.TemporaryFile() as log,
        subprocess.Popen(command, cwd=course, env=environment, stdout=log, stderr=log) as run,
    ):
        memory = Watch(run.pid)
        code = run.wait()
        wall = time.monotonic() - began
        memory.stop()
        log.seek(0)
        said = log.read().decode(errors="replace")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    config.write_text(kept, encoding="utf-8")
    if code != 0:
        sys.exit(f"{' '.join(command)} failed:\n{said[-2000:]}")
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(submissions, wall, cpu, memory.most)


class Watch:
    """Samples the memory of a process's descendants until it is stopped; it takes some CPU of its own process."""

    def __init__(self, pid: int) -> None:
        self.most = 0
        self._pid, self._ended = pid, threading.Event()
        self._thread = threading.Thread(target=self._sample)
        self._thread.start()

    def stop(self) -> None:
        self._ended.set()
        self._thread.join()

    def _sample(self) -> None:
        while not self._ended.wait(SAMPLE_S):
            self.most = max(self.most, sum(map(_proportional, _descendants(self._pid))))


def _descendants(pid: int) -> Iterator[int]:
    with contextlib.suppress(OSError):
        for thread in Path(f"/proc/{pid}/task").iterdir():
            for child in (thread / "children").read_text().split():
                yield int(child)
                yield from _descendants(int(child))


def _proportional(pid: int) -> int:
    with contextlib.suppress(OSError, IndexError):
        return int(Path(f"/proc/{pid}/smaps_rollup").read_text().split("Pss:")[1].split()[0]) * 1024
    return 0
