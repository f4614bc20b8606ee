"""Changing what never changes, as somebody with the database in hand could."""

from sqlalchemy import Connection

from billing_core.adapters.database.engine import Database

FOREIGN_KEYS = "SELECT conrelid::regclass::text, conname FROM pg_constraint WHERE contype = 'f' AND conparentid = 0"
TABLES = "SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal"
TRIGGERS = "SELECT name FROM sqlite_master WHERE type = 'trigger'"


def tamper(database: Database, *statements: str) -> None:
    """Run statements with no trigger and no foreign key in the way, neither now nor later."""
    with database.write() as connection:
        (_disarm_postgresql if database.is_postgresql else _disarm_sqlite)(connection)
    with database.engine.connect() as connection:
        for statement in statements if database.is_postgresql else ("PRAGMA foreign_keys = OFF", *statements):
            connection.exec_driver_sql(statement)
        connection.commit()


def _disarm_sqlite(connection: Connection) -> None:
    for name in connection.exec_driver_sql(TRIGGERS).scalars().all():
        connection.exec_driver_sql(f"DROP TRIGGER {name}")


def _disarm_postgresql(connection: Connection) -> None:
    for table, name in connection.exec_driver_sql(FOREIGN_KEYS).all():
        connection.exec_driver_sql(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    for table in connection.exec_driver_sql(TABLES).scalars().all():
        connection.exec_driver_sql(f"ALTER TABLE {table} DISABLE TRIGGER USER")
