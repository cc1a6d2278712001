"""One run at a time on an assignment: two would grade everything twice, and overwrite each other's pages.

The lock is the operating system's, on report/<assignment>/lock, so it ends with the process that holds it, however that
ends. If there are no such locks, as on some network file systems, nobody is kept out.
"""

import contextlib
import errno
import os
from collections.abc import Iterator
from typing import TextIO

from autograder.errors import MachineError
from autograder.grading.course import Course

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

FILE = "lock"


@contextlib.contextmanager
def alone(course: Course, assignment: str, doing: str, *, shared: bool = False, begins: bool = False) -> Iterator[None]:
    """Keep other runs away from an assignment within a block.

    Args:
        course: The course.
        assignment: The assignment's name.
        doing: What is being done, for those who are kept out, such as "grade".
        shared: Whether others may be in the block too, as long as none needs it alone.
        begins: Whether it may be the first run, so that the folder with the lock is created.

    Raises:
        MachineError: Another process is working on the assignment.
    """
    folder = course.report(assignment)
    if begins:
        folder.mkdir(parents=True, exist_ok=True)
    if fcntl is None or not folder.is_dir():
        yield
        return
    with (folder / FILE).open("a+", encoding="utf-8") as file:
        if _is_taken(file, shared=shared):
            file.seek(0)
            raise MachineError(
                f"Another run is working on {assignment}.",
                expected="one at a time in a course's folder",
                got=file.read(200) or "nbgrader autograde, or an export",
                next_step="wait until it has ended, or end it; nothing was changed",
            )
        file.truncate(0)
        if not shared:
            file.write(f"{doing}, process {os.getpid()}")
            file.flush()
        try:
            yield
        finally:
            file.truncate(0)


def _is_taken(file: TextIO, *, shared: bool) -> bool:
    try:
        fcntl.flock(file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno in (errno.EWOULDBLOCK, errno.EACCES)  # others: this file system has no locks
    return False
