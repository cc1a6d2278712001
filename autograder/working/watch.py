"""`autograder watch`: the visible checks again at each save, in a kernel that stays warm."""

import hashlib
import time
from collections.abc import Callable
from pathlib import Path

from autograder.errors import UsageError
from autograder.working.bench import Bench
from autograder.working.plan import Cell, plan, read
from autograder.working.report import Report, report

EVERY_S = 0.2
"""Between two looks at the file."""
HALF_WRITTEN_S = 2.0
"""A file that is no notebook may be in the middle of being saved, for so long."""


def watch(
    notebook: Path,
    *,
    limit_s: float,
    on_report: Callable[[Report, float], None],
    on_trouble: Callable[[UsageError], None],
    goes_on: Callable[[], bool] = lambda: True,
) -> None:
    """Tell how the checks stand, now and after each save, until it is interrupted.

    Args:
        notebook: The student's notebook; it is read only.
        limit_s: Seconds that a cell may take.
        on_report: Gets each report, and the seconds since the save was seen.
        on_trouble: Gets the error where a save left no notebook behind; the next save may mend it.
        goes_on: Asked before each look at the file.

    Raises:
        UsageError: At the beginning, the file is no notebook.
        MachineError: No kernel starts.
    """
    read(notebook)
    file = _File(notebook)
    with Bench(notebook.resolve().parent, limit_s=limit_s) as bench:
        file.take()
        while goes_on():
            began = time.monotonic()
            try:
                planned = plan(_patient_read(notebook))
            except UsageError as error:
                on_trouble(error)
            else:
                outcomes = bench.run(planned.cells, stop=file.changed)
                if outcomes is not None:
                    on_report(report(planned, outcomes, limit_s=limit_s), time.monotonic() - began)
            while goes_on() and not file.changed():
                time.sleep(EVERY_S)
            file.take()


class _File:
    """Tells whether a file's content is another than when it was last taken; the time alone tells nothing."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stamp: tuple[int, int] | None = None
        self._digest = b""
        self._looked_at = 0.0

    def take(self) -> None:
        """From now on this is the content."""
        self._stamp, self._digest = self._stamp_now(), self._digest_now()

    def changed(self) -> bool:
        """Whether there is another content now; a missing file is being written anew."""
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


def _patient_read(notebook: Path) -> tuple[Cell, ...]:
    ends_at = time.monotonic() + HALF_WRITTEN_S
    while True:
        try:
            return read(notebook)
        except UsageError:
            if time.monotonic() > ends_at:
                raise
        time.sleep(EVERY_S / 2)
