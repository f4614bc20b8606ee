"""INSERT ... ON CONFLICT, which SQLite and PostgreSQL spell alike but SQLAlchemy keeps per dialect."""

from collections.abc import Sequence

from sqlalchemy import Connection, Dialect, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import Insert


def upsert(connection: Connection, table: Table, *, update: Sequence[str] = (), add: Sequence[str] = ()) -> Insert:
    """An insert that, for a row with the same primary key, sets the columns `update` and adds to the columns `add`.

    With neither it leaves that row alone.
    """
    return on_conflict(upsertable(connection.dialect, table), table, update=update, add=add)


def upsertable(dialect: Dialect, table: Table) -> postgresql.Insert | sqlite.Insert:
    """The dialect's insert, which knows of conflicts."""
    return postgresql.insert(table) if dialect.name == "postgresql" else sqlite.insert(table)


def on_conflict(
    statement: postgresql.Insert | sqlite.Insert, table: Table, *, update: Sequence[str], add: Sequence[str]
) -> Insert:
    """The insert with what becomes of a row that exists."""
    if not update and not add:
        return statement.on_conflict_do_nothing()
    changes = {name: statement.excluded[name] for name in update}
    changes |= {name: table.c[name] + statement.excluded[name] for name in add}
    return statement.on_conflict_do_update(index_elements=list(table.primary_key.columns), set_=changes)
