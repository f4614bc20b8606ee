"""Inserting thousands of rows at once, without SQLAlchemy's work on the parameters of every row."""

from collections.abc import Mapping, Sequence
from functools import lru_cache

from sqlalchemy import Connection, Dialect, Table, insert, select

from billing_core.adapters.database.bulk_rows import (
    BulkStatement,
    bulk_statement,
    run_bulk,
    run_values,
    takes_rows_at_once,
    unfolded_rows,
)
from billing_core.adapters.database.upsert import on_conflict, upsertable

STATEMENTS_MAX = 100


def bulk_insert(connection: Connection, table: Table, rows: Sequence[Mapping[str, object]]) -> None:
    """Insert rows that all have the same columns, at least two; defaults are not applied.

    It does what `connection.execute(insert(table), rows)` does, but converts values column by column.
    """
    if rows:
        run_bulk(connection, _insert(connection.dialect, table, tuple(rows[0])), rows)


def bulk_insert_values(
    connection: Connection, table: Table, names: tuple[str, ...], rows: Sequence[tuple[object, ...]]
) -> None:
    """Insert rows given as values in the form the database stores: instants in microseconds, documents as text.

    `names` are the columns of the values, in the order the table has them; ValueError for another order.
    """
    if not rows:
        return
    statement = _insert(connection.dialect, table, names)
    if statement.names != names:
        raise ValueError(f"{table.name} has these columns in another order: {', '.join(statement.names)}")
    run_values(connection, statement, rows)


def bulk_upsert(
    connection: Connection,
    table: Table,
    rows: Sequence[Mapping[str, object]],
    *,
    update: tuple[str, ...] = (),
    add: tuple[str, ...] = (),
) -> None:
    """Insert rows, or set the columns `update` and add to the columns `add` of one with the same primary key.

    With neither, a row that exists stays as it is. No two of the rows may have the same primary key.
    """
    if rows:
        run_bulk(connection, _upsert(connection.dialect, table, tuple(rows[0]), update, add), rows)


@lru_cache(STATEMENTS_MAX)
def _insert(dialect: Dialect, table: Table, names: tuple[str, ...]) -> BulkStatement:
    statement = insert(table)
    if takes_rows_at_once(dialect):
        statement = statement.from_select(names, select(*unfolded_rows(table, names).columns.values()))
    return bulk_statement(dialect, table, names, statement)


@lru_cache(STATEMENTS_MAX)
def _upsert(
    dialect: Dialect, table: Table, names: tuple[str, ...], update: tuple[str, ...], add: tuple[str, ...]
) -> BulkStatement:
    statement = upsertable(dialect, table)
    if takes_rows_at_once(dialect):
        statement = statement.from_select(names, select(*unfolded_rows(table, names).columns.values()))
    return bulk_statement(dialect, table, names, on_conflict(statement, table, update=update, add=add))
