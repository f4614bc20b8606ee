"""Adding to columns of many rows at once, or setting them."""

from collections.abc import Mapping, Sequence
from functools import lru_cache

from sqlalchemy import Connection, Dialect, Table, and_, bindparam, update

from billing_core.adapters.database.bulk_rows import (
    PARAMETER_PREFIX,
    BulkStatement,
    bulk_statement,
    run_bulk,
    takes_rows_at_once,
    unfolded_rows,
)

STATEMENTS_MAX = 100


def bulk_add(
    connection: Connection, table: Table, rows: Sequence[Mapping[str, object]], *, add: tuple[str, ...]
) -> None:
    """Add each row's values of the columns `add` to the row with its primary key; values may be negative.

    LookupError when a row does not exist or is named twice: nothing of what was to be added may be lost unnoticed.
    """
    if not rows:
        return
    run_bulk(connection, _statement(connection.dialect, table, add, is_added=True), rows, is_exact=True)


def bulk_set(
    connection: Connection, table: Table, rows: Sequence[Mapping[str, object]], *, update: tuple[str, ...]
) -> None:
    """Set the columns `update` of the row with each row's primary key; LookupError as `bulk_add`."""
    if rows:
        run_bulk(connection, _statement(connection.dialect, table, update, is_added=False), rows, is_exact=True)


@lru_cache(STATEMENTS_MAX)
def _statement(dialect: Dialect, table: Table, changed: tuple[str, ...], *, is_added: bool) -> BulkStatement:
    keys = [column.name for column in table.primary_key.columns]
    names = (*changed, *keys)
    if takes_rows_at_once(dialect):
        values = unfolded_rows(table, names).columns
    else:
        values = {name: bindparam(f"{PARAMETER_PREFIX}{name}", type_=table.c[name].type) for name in names}
    statement = (
        update(table)
        .where(and_(*(table.c[key] == values[key] for key in keys)))
        .values({name: table.c[name] + values[name] if is_added else values[name] for name in changed})
    )
    return bulk_statement(dialect, table, names, statement)
