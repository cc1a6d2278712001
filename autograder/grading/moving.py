"""Copies a gradebook from one database to another: from an SQLite file to a PostgreSQL server, and back."""

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from nbgrader.api import Base
from sqlalchemy import Connection, Table, inspect, select, text

from autograder.errors import MachineError, UsageError
from autograder.grading.course import without_password
from autograder.grading.gradebook import NotForTheGradebook, engine_of, in_words
from autograder.grading.nbgrader_internals import newest_form

_AT_ONCE = 1000
"""Rows that are written with one statement."""


def copy_gradebook(origin: str, target: str) -> Mapping[str, int]:
    """Copy all rows into a database without a gradebook, and compare them there before they become valid.

    Args:
        origin: Address of the gradebook, as nbgrader's `db_url`.
        target: Address of a database that exists, or of an SQLite file that need not.

    Returns:
        How many rows each table has.

    Raises:
        UsageError: There is no gradebook at `origin`, or one at `target`.
        MachineError: A database cannot be used, or does not take a row as it is. The target is as it was.
    """
    _demand_one(origin)
    file = _file(target)
    is_new = file is not None and not file.exists()
    try:
        with in_words(origin), _snapshot(origin) as reading:
            _demand_form(reading, origin)
            with in_words(target), engine_of(target).begin() as writing:
                _demand_none(writing, target)
                Base.metadata.create_all(writing)
                writing.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
                writing.execute(text("INSERT INTO alembic_version VALUES (:form)"), {"form": newest_form()})
                return {table.name: _copy(reading, writing, table, target) for table in Base.metadata.sorted_tables}
    except BaseException:
        if file is not None and is_new:
            engine_of(target).dispose()
            file.unlink(missing_ok=True)
        raise


@contextlib.contextmanager
def _snapshot(url: str) -> Iterator[Connection]:
    """A connection that sees the database as it is now, whoever writes into it meanwhile."""
    with engine_of(url).connect() as connection:
        if connection.dialect.name == "postgresql":
            connection.execution_options(isolation_level="REPEATABLE READ")
        with connection.begin():
            yield connection


def _file(url: str) -> Path | None:
    return Path(url.removeprefix("sqlite:///")) if url.startswith("sqlite:///") else None


def _copy(reading: Connection, writing: Connection, table: Table, target: str) -> int:
    rows = _rows(reading, table)
    try:
        with in_words(target):
            for start in range(0, len(rows), _AT_ONCE):
                writing.execute(table.insert(), rows[start : start + _AT_ONCE])
    except NotForTheGradebook as error:
        raise _not_taken(table, target, str(error)) from error
    there = _rows(writing, table)
    if different := next((row for row, other in zip(rows, there, strict=False) if row != other), None):
        raise _not_taken(table, target, f"the row {different}")
    if len(there) != len(rows):
        raise _not_taken(table, target, f"{len(there)} of {len(rows)} rows")
    return len(rows)


def _rows(connection: Connection, table: Table) -> list[dict[str, Any]]:
    found = connection.execute(select(table)).mappings()
    return sorted(map(dict, found), key=lambda row: [str(row[column.name]) for column in table.primary_key])


def _not_taken(table: Table, target: str, got: str) -> MachineError:
    return MachineError(
        f"A row of the table {table.name} could not be copied.",
        expected=f"{without_password(target)} to hold it as it is",
        got=got,
        next_step="correct that row in the gradebook, then copy again; the other database is as it was",
    )


def _demand_one(url: str) -> None:
    file = _file(url)
    if file is not None and not file.is_file():
        raise _no_gradebook(url, "no such file")


def _demand_form(connection: Connection, url: str) -> None:
    if "alembic_version" not in inspect(connection).get_table_names():
        raise _no_gradebook(url, "no table alembic_version")
    form = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    if form != newest_form():
        raise MachineError(
            "The gradebook was written by another version of nbgrader.",
            expected=f"the form {newest_form()}",
            got=str(form),
            next_step="run `nbgrader db upgrade`, which keeps the old file too; then copy again",
        )


def _demand_none(connection: Connection, url: str) -> None:
    taken = {*inspect(connection).get_table_names()} & {"alembic_version", *Base.metadata.tables}
    if taken:
        raise UsageError(
            "The other database has a gradebook.",
            expected=f"none in {without_password(url)}",
            got=f"the tables {', '.join(sorted(taken)[:3])}, ...",
            next_step="name an empty database",
        )


def _no_gradebook(url: str, got: str) -> UsageError:
    return UsageError(
        "There is no gradebook to copy.",
        expected=f"nbgrader's tables in {without_password(url)}",
        got=got,
        next_step="name the gradebook with --from",
    )
