"""`autograder watch`: the visible checks again at each save, in a kernel that stays warm."""

import hashlib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from autograder.checking.plan import Plan, plan, read
from autograder.checking.table import Report, report
from autograder.checking.workbench import Workbench
from autograder.code_cells import Cell
from autograder.errors import UsageError

EVERY_S = 0.2
"""Seconds between two checks of the file."""
HALF_WRITTEN_S = 2.0
"""Seconds for which a file that is not a notebook may be in the middle of being saved."""


@dataclass(frozen=True, slots=True)
class Save:
    """What there is to say after a save.

    Attributes:
        report: How the checks stand.
        seconds: Since the save was seen.
        touched: Exercises whose cells differ from those of the previous save; none at first.
    """

    report: Report
    seconds: float
    touched: frozenset[str] = frozenset()


def keep_watching(
    notebook: Path,
    *,
    limit_s: float,
    on_report: Callable[[Save], None],
    on_trouble: Callable[[UsageError], None],
    on_start: Callable[[], None] = lambda: None,
    goes_on: Callable[[], bool] = lambda: True,
) -> None:
    """Report how the checks stand, now and after each save, until it is interrupted.

    Args:
        notebook: The student's notebook; it is read only.
        limit_s: Seconds that a cell may take.
        on_report: Gets what there is to say, once at the start and then after each save.
        on_trouble: Gets the error if a save left something other than a notebook, once for as long as it stays the
            same; the next save may fix it.
        on_start: Called before a notebook's cells run, which may take as long as the reader's code does.
        goes_on: Asked before each look at the file.

    Raises:
        UsageError: At the start, the file is not a notebook.
        MachineError: No kernel starts.
    """
    _patient_read(notebook, lambda: None)
    file = _File(notebook)
    before: Mapping[str, tuple[str, ...]] = {}
    said = ""
    with Workbench(notebook.resolve().parent, limit_s=limit_s) as bench:
        while goes_on():
            began = time.monotonic()
            try:
                planned = plan(_patient_read(notebook, file.take))
            except UsageError as error:
                if str(error) != said:
                    said = str(error)
                    on_trouble(error)
            else:
                on_start()
                outcomes = bench.run(planned.cells, stop=file.changed)
                if outcomes is not None:
                    now, said = _sources(planned), ""
                    touched = frozenset(name for name in now if before and now[name] != before.get(name))
                    found = report(planned, outcomes, limit_s=limit_s)
                    on_report(Save(found, time.monotonic() - began, touched))
                    before = now
            while goes_on() and not file.changed():
                time.sleep(EVERY_S)


class _File:
    """Knows whether a file's content has changed since it was last taken; the time alone says nothing."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stamp: tuple[int, int] | None = None
        self._digest = b""
        self._looked_at = 0.0

    def take(self) -> None:
        """Take this as the content from now on."""
        self._stamp, self._digest = self._stamp_now(), self._digest_now()

    def changed(self) -> bool:
        """Whether the content is different now; a missing file is just being rewritten."""
        if time.monotonic() - self._looked_at < EVERY_S / 2:
            return False
        self._looked_at = time.monotonic()
        stamp = self._stamp_now()
        if stamp is None or stamp == self._stamp:
            return False
        digest = self._digest_now()
        if digest == self._digest:
            self._stamp = stamp
            return False
        return digest != b""

    def _stamp_now(self) -> tuple[int, int] | None:
        try:
            stat = self._path.stat()
        except OSError:
            return None
        return stat.st_mtime_ns, stat.st_size

    def _digest_now(self) -> bytes:
        try:
            return hashlib.sha256(self._path.read_bytes()).digest()
        except OSError:
            return b""


def _sources(planned: Plan) -> Mapping[str, tuple[str, ...]]:
    """The text of each exercise's cells."""
    text = {cell.index: cell.source for cell in planned.cells}
    return {
        exercise.name: tuple(
            text.get(index, "") for index in (exercise.solution, *exercise.checks) if index is not None
        )
        for exercise in planned.exercises
    }


def _patient_read(notebook: Path, look: Callable[[], None]) -> tuple[Cell, ...]:
    """The code cells of a notebook that may be in the middle of being saved; `look` is called before each attempt."""
    ends_at = time.monotonic() + HALF_WRITTEN_S
    while True:
        look()
        try:
            return read(notebook)
        except UsageError:
            if time.monotonic() > ends_at:
                raise
        time.sleep(EVERY_S / 2)
