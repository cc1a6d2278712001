"""One run at a time on an assignment: two would grade everything twice, and overwrite each other's pages.

The lock is the operating system's, on report/<assignment>/lock, so it ends with the process that holds it, however that
ends. If there are no such locks, as on some network file systems, nobody is kept out. If the gradebook is in
PostgreSQL, the server has one for each assignment too, for those who work in another folder or on another machine.
"""

import contextlib
import errno
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from sqlalchemy import text

from autograder.errors import MachineError
from autograder.grading.course import Course
from autograder.grading.gradebook import engine_of, in_words

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
    with _alone_on_the_server(course, assignment, shared=shared), _alone_here(folder, assignment, doing, shared=shared):
        yield


@contextlib.contextmanager
def _alone_on_the_server(course: Course, assignment: str, *, shared: bool) -> Iterator[None]:
    if not course.db_url.startswith("postgresql"):
        yield
        return
    name = hashlib.sha256(f"{course.paths.course_id}\0{assignment}".encode()).digest()
    key, kind = int.from_bytes(name[:8], signed=True), "_shared" if shared else ""
    with in_words(course.db_url):
        connection = engine_of(course.db_url).connect().execution_options(isolation_level="AUTOCOMMIT")
        is_ours = connection.execute(text(f"SELECT pg_try_advisory_lock{kind}(:key)"), {"key": key}).scalar()
    try:
        if not is_ours:
            raise _taken(assignment, f"one that works on {course.gradebook_name} from another folder or machine")
        yield
    finally:
        connection.invalidate()  # a session's locks end with it
        connection.close()


def _taken(assignment: str, by: str) -> MachineError:
    return MachineError(
        f"Another run is working on {assignment}.",
        expected="one at a time",
        got=by,
        next_step="wait until it has ended, or end it; nothing was changed",
    )


@contextlib.contextmanager
def _alone_here(folder: Path, assignment: str, doing: str, *, shared: bool) -> Iterator[None]:
    if fcntl is None or not folder.is_dir():
        yield
        return
    with (folder / FILE).open("a+", encoding="utf-8") as file:
        if _is_taken(file, shared=shared):
            file.seek(0)
            raise _taken(assignment, file.read(200) or "nbgrader autograde, or an export")
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
