"""The functions of nbgrader that we put others in place of, because no setting reaches what they do.

Their names are public, but nothing promises that nbgrader calls them. Seen in nbgrader 0.9.6; `tests/test_internals.py`
fails when an upgrade takes one away, calls it in another way, or not at all.
"""

import contextlib
import functools
from collections.abc import Callable, Iterator
from datetime import datetime

from alembic.script import ScriptDirectory
from nbgrader import api
from nbgrader.converters import Autograde, GenerateAssignment
from nbgrader.coursedir import CourseDirectory
from nbgrader.dbutil import ALEMBIC_DIR
from sqlalchemy import Connection

from autograder.grading.overridden import overridden

_init_grading, _init_release = Autograde.init_assignment, GenerateAssignment.init_assignment


def take_part_in_commands(
    *,
    handed_in: Callable[[CourseDirectory, str], datetime | None],
    before_grading: Callable[[Autograde, str], None],
    on_release: Callable[[GenerateAssignment, str], None],
) -> None:
    """Have these called by every command of nbgrader that this process runs from now on.

    Args:
        handed_in: When the submission in a folder came.
        before_grading: Called for an assignment before nbgrader looks for it in the gradebook.
        on_release: Called for an assignment when nbgrader has copied what is next to its notebooks.
    """

    def init_grading(converter: Autograde, assignment: str, student: str) -> None:
        before_grading(converter, assignment)
        _init_grading(converter, assignment, student)

    def init_release(converter: GenerateAssignment, assignment: str, student: str) -> None:
        _init_release(converter, assignment, student)
        on_release(converter, assignment)

    api.get_alembic_version = newest_form
    CourseDirectory.get_existing_timestamp = handed_in
    Autograde.init_assignment, GenerateAssignment.init_assignment = init_grading, init_release


@contextlib.contextmanager
def on_one_connection(connection: Connection) -> Iterator[None]:
    """In the block, every `Gradebook` that is opened works on this connection, and leaves it open."""
    connection.dispose = lambda: None  # type: ignore[attr-defined]  # it stands for an engine
    ours = {"create_engine": lambda *_, **__: connection, "get_alembic_version": newest_form}
    with overridden(vars(api), ours):
        yield


@functools.cache
def newest_form() -> str:
    """The revision of the database that this nbgrader writes, as alembic counts them.

    For each new gradebook nbgrader starts the program `alembic` to find out. That takes seconds, Ctrl-C on a terminal
    ends it, and it is not found if its environment was not activated.
    """
    (head,) = ScriptDirectory(ALEMBIC_DIR).get_heads()
    return head
