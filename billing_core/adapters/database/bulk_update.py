"""Adding to columns of many rows at once."""

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
    run_bulk(connection, _statement(connection.dialect, table, add), rows, is_exact=True)


@lru_cache(STATEMENTS_MAX)
def _statement(dialect: Dialect, table: Table, add: tuple[str, ...]) -> BulkStatement:
    keys = [column.name for column in table.primary_key.columns]
    names = (*add, *keys)
    if takes_rows_at_once(dialect):
        values = unfolded_rows(table, names).columns
    else:
        values = {name: bindparam(f"{PARAMETER_PREFIX}{name}", type_=table.c[name].type) for name in names}
    statement = (
        update(table)
        .where(and_(*(table.c[key] == values[key] for key in keys)))
        .values({name: table.c[name] + values[name] for name in add})
    )
    return bulk_statement(dialect, table, names, statement)
