"""Measures what the processes of a kernel have used: the same on an idle machine and on a busy one.

CPU seconds count what was computed, by the kernel and by all processes that came from it. A process that computes
nothing either waits (for a pause to end, for input, for the network), or is ready to compute and has no processor. Only
the former is its own doing, so seconds count as waited only while none of the processes' threads is ready to run.
"""

import os
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Literal

import psutil

LOOK_S = 0.25
"""Wall seconds between two measurements."""
PATIENCE = 20.0
"""How many times its CPU limit something may take in wall time, on a machine that has no time for it."""
_AT_ONCE_S = 0.005
"""Of two looks that follow one another this quickly, the second sees what the first saw."""
_IDLE = 0.1
"""A process waits if it has the processor for less than this share of the time and is not queued for it."""
_READY = (b"R", b"D")
"""States of a thread that runs, is queued for a processor, or waits for a disk."""
_TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100

Spent = Literal["computed", "waited", "took"]


@dataclass(frozen=True, slots=True)
class Use:
    """What has been used since some moment: CPU seconds, seconds waited, and wall seconds."""

    cpu_s: float = 0.0
    waited_s: float = 0.0
    wall_s: float = 0.0

    def __add__(self, other: "Use") -> "Use":
        return Use(self.cpu_s + other.cpu_s, self.waited_s + other.waited_s, self.wall_s + other.wall_s)

    def __sub__(self, other: "Use") -> "Use":
        return Use(self.cpu_s - other.cpu_s, self.waited_s - other.waited_s, self.wall_s - other.wall_s)


def spent(use: Use, limit_s: float) -> Spent | None:
    """Which of the limits that `limit_s` stands for is reached; None if there is time left."""
    if use.cpu_s >= limit_s:
        return "computed"
    if use.waited_s >= limit_s:
        return "waited"
    return "took" if use.wall_s >= PATIENCE * limit_s else None


@dataclass(frozen=True, slots=True)
class Process:
    """A process at one moment.

    Attributes:
        name: Its id and when it began, because ids are reused.
        cpu_s: CPU seconds of its own.
        inherited_s: CPU seconds of the children that it waited for.
        is_ready: Tells whether one of its threads runs or would run. Only of processes that compute little is it asked.
    """

    name: tuple[int, float]
    cpu_s: float
    inherited_s: float
    is_ready: Callable[[], bool]


class Meter:
    """Adds up what processes use, from one measurement to the next.

    Args:
        processes: Gives the processes that exist now.
    """

    def __init__(self, processes: Callable[[], Iterable[Process]]) -> None:
        self._processes = processes
        self._seen: dict[tuple[int, float], float] = {}
        self._looked_at = time.monotonic()
        self._use = Use()

    def look(self) -> Use:
        """What has been used since the meter was made; what processes used before that counts too.

        Two sums are known, and neither counts anything twice: what living processes used, including the children that
        they waited for, and what every process had used when it was last seen. The larger one is closer to the truth.
        """
        now = time.monotonic()
        if self._seen and now - self._looked_at < _AT_ONCE_S:
            return self._use
        there = list(self._processes())
        self._seen |= {process.name: process.cpu_s for process in there}
        living = sum(process.cpu_s + process.inherited_s for process in there)
        cpu_s = max(self._use.cpu_s, living, sum(self._seen.values()))
        wall_s, worked_s = now - self._looked_at, cpu_s - self._use.cpu_s
        # Processes that this machine does not show cannot be known to wait.
        waits = worked_s < _IDLE * wall_s and bool(there) and not any(process.is_ready() for process in there)
        self._use += Use(worked_s, wall_s if waits else 0.0, wall_s)
        self._looked_at = now
        return self._use


def in_a_room(first: int) -> list[Process]:
    """The processes in the room whose first process has this id."""
    proc = os.path.join("/proc", str(first), "root", "proc")
    try:
        names = [name for name in os.listdir(proc) if name.isdecimal()]
    except OSError:
        return []  # the room is gone
    return [process for name in names if (process := _read(f"{proc}/{name}")) is not None]


def _read(folder: str) -> Process | None:
    """A process as Linux describes it; None if it has ended."""
    try:
        words = _words(folder)
    except (OSError, IndexError):
        return None
    user, system, childrens_user, childrens_system = (int(word) / _TICKS for word in words[11:15])
    name = (int(folder.rpartition("/")[2]), int(words[19]) / _TICKS)
    return Process(name, user + system, childrens_user + childrens_system, partial(_has_ready_thread, folder))


def _has_ready_thread(process: str) -> bool:
    with suppress(OSError, IndexError):  # it has ended
        return any(_words(f"{process}/task/{thread}")[0] in _READY for thread in os.listdir(f"{process}/task"))
    return False


def _words(folder: str) -> list[bytes]:
    """After the name of the program, which may contain anything: state, parent, ..."""
    with open(f"{folder}/stat", "rb") as file:
        return file.read().rpartition(b")")[2].split()


def from_process(process: int) -> list[Process]:
    """A process and all that came from it, on any system."""
    try:
        first = psutil.Process(process)
        family = [first, *first.children(recursive=True)]
    except psutil.Error:
        return []
    found = []
    for one in family:
        if os.path.isdir("/proc/self/task"):
            found.append(_read(f"/proc/{one.pid}"))
            continue
        with suppress(psutil.Error):
            times = one.cpu_times()
            used, inherited = times.user + times.system, times.children_user + times.children_system
            found.append(Process((one.pid, one.create_time()), used, inherited, is_ready=lambda: False))
    return [one for one in found if one is not None]
