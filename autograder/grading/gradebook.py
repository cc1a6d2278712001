"""The course's gradebook, nbgrader's database: one connection, and one transaction for each submission.

nbgrader's steps open the database themselves, one after another, and commit after every cell. Within `transaction` they
all share one connection, and what they write becomes valid when the block ends: all of it or nothing. Writers wait for
each other, also those of other programs and machines: in an SQLite file because each transaction begins as a writer's,
in PostgreSQL because each begins with a lock, and with one on the tables that a person's points and comments are in.
"""

import contextlib
import errno
import functools
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from nbgrader.api import Gradebook, InvalidEntry
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.exc import DataError, DBAPIError, OperationalError, SQLAlchemyError

from autograder.errors import AutograderError, MachineError, of_the_system
from autograder.grading.course import Course, without_password
from autograder.grading.nbgrader_internals import on_one_connection

T = TypeVar("T")
_one_at_a_time = threading.Lock()
BUSY_S = 60
"""Seconds to wait for another program, such as formgrader, that is writing into the same gradebook."""
LOST_S = (1, 2, 4, 8, 15, 30)
"""Wall seconds of the waits for a server to come back."""
_WRITERS = 0x6E6267726164
"""The key of the lock that all writers of a PostgreSQL gradebook take."""


class GradebookLost(MachineError):
    """The connection to the database was lost; what the transaction wrote is not valid. It may come back."""


class NotForTheGradebook(ValueError):
    """The database does not take a value, such as a name that is too long for it."""


@contextlib.contextmanager
def transaction(course: Course) -> Iterator[Gradebook]:
    """The gradebook within a block. Blocks do not nest, and those of several threads wait for each other.

    Every `Gradebook` that is opened in the block, even by nbgrader's own steps, works on the same connection. Their
    commits are part of the block's transaction, which an exception rolls back.

    Raises:
        MachineError: The database cannot be opened, read or written.
        GradebookLost: A server's connection was lost.
        NotForTheGradebook: A value does not fit.
    """
    with (
        in_words(course.db_url),
        _one_at_a_time,
        engine_of(course.db_url).begin() as connection,
        _before_others(connection),
        on_one_connection(connection),
        Gradebook(course.db_url, course.paths.course_id) as gradebook,
    ):
        if connection.dialect.name == "postgresql":
            connection.execute(text("LOCK TABLE grade, comment IN SHARE ROW EXCLUSIVE MODE"))
        yield gradebook


@contextlib.contextmanager
def in_words(url: str) -> Iterator[None]:
    """In the block, what the database refuses is told as `transaction` tells it."""
    try:
        yield
    except ModuleNotFoundError as error:
        postgresql = url.startswith("postgresql")
        raise MachineError(
            "The driver of the gradebook's database is not installed.",
            expected=f"the module {error.name}, for {without_password(url)}",
            got="no such module",
            next_step="pip install 'convnet-course[postgresql]'" if postgresql else f"pip install {error.name}",
        ) from error
    except DataError as error:
        raise _not_taken(error) from error
    except InvalidEntry as error:  # what nbgrader makes of whatever goes wrong
        reason = error.__context__
        if isinstance(reason, DataError):
            raise _not_taken(reason) from error
        if isinstance(reason, DBAPIError) and _is_lost(reason):
            raise _cannot_be_used(url, reason) from error
        raise
    except SQLAlchemyError as error:
        raise _cannot_be_used(url, error) from error


def _not_taken(error: DataError) -> NotForTheGradebook:
    return NotForTheGradebook(str(error.orig).split("\n")[0])


def _cannot_be_used(url: str, error: SQLAlchemyError) -> AutograderError:
    if any("disk is full" in str(reason) for reason in _reasons(error)):
        return of_the_system(OSError(errno.ENOSPC, "database or disk is full"))
    lost = not url.startswith("sqlite") and isinstance(error, DBAPIError) and _is_lost(error)
    return (GradebookLost if lost else MachineError)(
        "The gradebook cannot be used.",
        expected=f"a database that can be read and written: {without_password(url)}",
        got=str(error.__cause__ or error).split("\n")[0],
        next_step="check its permissions and who has it open; after an nbgrader upgrade, run `nbgrader db upgrade`",
    )


def _reasons(error: BaseException | None) -> Iterator[BaseException]:
    """An exception and all that led to it: SQLAlchemy's last error is often about the transaction that it lost."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _is_lost(error: DBAPIError) -> bool:
    """Whether a server's connection broke, or none was made: it is starting, or gone."""
    return error.connection_invalidated or (isinstance(error, OperationalError) and error.statement is None)


def survive(work: Callable[[], T], on_wait: Callable[[], None] = lambda: None) -> T:
    """Do something in a transaction of its own; if a server's connection is lost, wait and do it again.

    Args:
        work: What is done. What it wrote before the connection was lost is not valid.
        on_wait: Called before each wait.

    Raises:
        GradebookLost: The server did not come back.
    """
    for pause in LOST_S:
        try:
            return work()
        except GradebookLost:
            on_wait()
            time.sleep(pause)
    return work()


@contextlib.contextmanager
def _before_others(connection: Connection) -> Iterator[None]:
    """Wait until no other writer is at work; the transaction's end lets the next one in."""
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"SET LOCAL lock_timeout = '{BUSY_S}s'"))
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _WRITERS})
    yield


@functools.cache
def engine_of(url: str) -> Engine:
    """The engine for a database, one for each address."""
    if not url.startswith("sqlite"):
        return create_engine(url, pool_pre_ping=True)
    engine = create_engine(url, connect_args={"timeout": BUSY_S})

    # Python's driver would begin at the first write, when a reader can no longer wait for another writer to end.
    @event.listens_for(engine, "connect")
    def leave_transactions_alone(connection: Any, _record: Any) -> None:
        connection.isolation_level = None

    @event.listens_for(engine, "begin")
    def lock(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine
