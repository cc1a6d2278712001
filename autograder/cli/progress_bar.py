"""How far a run is: a bar on a terminal, a few plain lines in a log."""

import sys
import time
from typing import Any

from autograder.cli.output import console, say, submissions
from autograder.grading.listener import Listener, Progress
from autograder.plain_text import one_line
from autograder.values.graded import Grade


class ProgressBar(Listener):
    """A bar on a terminal, plain lines in a log; both on standard error."""

    EVERY_S = 30.0
    """Seconds between two lines of a log that say how far the run is."""

    def __init__(self) -> None:
        self._bar: Any = None
        self._task: Any = None
        self._began = self._told = time.monotonic()
        self._before: int | None = None

    def __enter__(self) -> "ProgressBar":
        if sys.stderr.isatty():
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

            columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
            self._bar = Progress(*columns, console=console(sys.stderr), transient=True)
            self._task = self._bar.add_task("preparing", total=None)
            self._bar.start()
        return self

    def __exit__(self, *_error: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def prepare(self, text: str) -> None:
        if self._bar is not None:
            self._bar.update(self._task, description=text)
        else:
            say(text)

    def start(self, count: int, seed: int | None) -> None:
        self._began = self._told = time.monotonic()
        if self._bar is None:
            say(f"grading {submissions(count)}" + (f" with seed {seed}" if seed is not None else ""))

    def grade(self, grade: Grade) -> None:
        if self._bar is None:
            from autograder.reporting.terminal import plain_line

            say(plain_line(grade))

    def step(self, progress: Progress) -> None:
        now = time.monotonic()
        if self._before is None:
            self._before = progress.done  # these took no time
        told = [f"running: {' '.join(one_line(name, 40) for name in progress.running[:4])}"] if progress.running else []
        made, left = progress.done - self._before, progress.total - progress.done
        if made >= 3:
            told.append(f"about {_duration((now - self._began) / made * left)} left")
        if progress.faults:
            told.append(f"notes: {progress.faults}")
        if self._bar is not None:
            self._bar.update(self._task, total=progress.total, completed=progress.done, description=", ".join(told))
        elif now - self._told > self.EVERY_S:
            self._told = now
            say(", ".join([f"-- {progress.done} of {progress.total} done", *told]))


def _duration(seconds: float) -> str:
    minutes = seconds / 60
    return f"{seconds:.0f} s" if minutes < 2 else f"{minutes:.0f} min" if minutes < 120 else f"{minutes / 60:.1f} h"
