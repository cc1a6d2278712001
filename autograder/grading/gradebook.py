"""The course's gradebook, nbgrader's database: one connection, and one transaction for each submission.

nbgrader's steps open the database themselves, one after another, and commit after every cell. Within `transaction` they
all share one connection, and what they write becomes valid when the block ends: all of it or nothing.
"""

import contextlib
import errno
import functools
import threading
from collections.abc import Iterator
from typing import Any

from nbgrader.api import Gradebook
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import SQLAlchemyError

from autograder.errors import MachineError, of_the_system
from autograder.grading.course import Course
from autograder.grading.nbgrader_internals import on_one_connection

_one_at_a_time = threading.Lock()
BUSY_S = 60
"""Seconds to wait for another program, such as formgrader, that is writing into the same SQLite file."""


@contextlib.contextmanager
def transaction(course: Course) -> Iterator[Gradebook]:
    """The gradebook within a block. Blocks do not nest, and those of several threads wait for each other.

    Every `Gradebook` that is opened in the block, even by nbgrader's own steps, works on the same connection. Their
    commits are part of the block's transaction, which an exception rolls back.

    Raises:
        MachineError: The database cannot be opened, read or written.
    """
    try:
        with (
            _one_at_a_time,
            _engine(course.db_url).begin() as connection,
            on_one_connection(connection),
            Gradebook(course.db_url, course.paths.course_id) as gradebook,
        ):
            yield gradebook
    except ModuleNotFoundError as error:
        postgresql = course.db_url.startswith("postgresql")
        raise MachineError(
            "The driver of the gradebook's database is not installed.",
            expected=f"the module {error.name}, for {course.gradebook_name}",
            got="no such module",
            next_step="pip install 'convnet-course[postgresql]'" if postgresql else f"pip install {error.name}",
        ) from error
    except SQLAlchemyError as error:
        said = str(error.__cause__ or error).split("\n")[0]
        if any("disk is full" in str(reason) for reason in _reasons(error)):
            raise of_the_system(OSError(errno.ENOSPC, "database or disk is full")) from error
        raise MachineError(
            "The gradebook cannot be used.",
            expected=f"a database that can be read and written: {course.gradebook_name}",
            got=said,
            next_step="check its permissions and who has it open; after an nbgrader upgrade, run `nbgrader db upgrade`",
        ) from error


def _reasons(error: BaseException | None) -> Iterator[BaseException]:
    """An exception and all that led to it: SQLAlchemy's last error is often about the transaction that it lost."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


@functools.cache
def _engine(url: str) -> Engine:
    if not url.startswith("sqlite"):
        return create_engine(url)
    engine = create_engine(url, connect_args={"timeout": BUSY_S})

    # Python's driver would begin at the first write, when a reader can no longer wait for another writer to end.
    @event.listens_for(engine, "connect")
    def leave_transactions_alone(connection: Any, _record: Any) -> None:
        connection.isolation_level = None

    @event.listens_for(engine, "begin")
    def lock(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine
