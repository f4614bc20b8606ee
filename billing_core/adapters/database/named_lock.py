"""Being alone with something that has no row to lock."""

from sqlalchemy import Connection


def lock_name(connection: Connection, name: str) -> None:
    """Keep others from what the name stands for until the transaction ends; on SQLite a writer is alone anyway."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", (name,))
