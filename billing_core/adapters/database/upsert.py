"""INSERT ... ON CONFLICT, which SQLite and PostgreSQL spell alike but SQLAlchemy keeps per dialect."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.sql.dml import Insert


def upsert(connection: Connection, table: Table, *, update: Sequence[str] = ()) -> Insert:
    """An insert that updates the named columns of a row with the same primary key, or leaves that row alone."""
    make: Any = postgresql_insert if connection.dialect.name == "postgresql" else sqlite_insert
    statement = make(table)
    if not update:
        return statement.on_conflict_do_nothing()
    return statement.on_conflict_do_update(
        index_elements=list(table.primary_key.columns), set_={name: statement.excluded[name] for name in update}
    )
