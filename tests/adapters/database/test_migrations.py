"""The migrations make exactly the schema that the code declares, and can be run again."""

import re
from pathlib import Path

from billing_core.adapters.database.engine import Database
from billing_core.adapters.database.migrate import is_current, migrate
from billing_core.adapters.database.schema import metadata


def described(database: Database) -> dict[str, list[str]]:
    """Every table and index, its definition cut into words regardless of their order."""
    query = "SELECT name, sql FROM sqlite_master WHERE type IN ('table', 'index') AND name NOT LIKE '%alembic%'"
    with database.read() as connection:
        rows = connection.exec_driver_sql(query).all()
    return {row.name: sorted(re.findall(r"[\w<>=+'-]+", row.sql or "")) for row in rows}


def test_migrating_an_empty_database_gives_the_declared_schema(tmp_path: Path) -> None:
    migrated, declared = (Database(f"sqlite:///{tmp_path / name}") for name in ("migrated", "declared"))
    with declared.write() as connection:
        metadata.create_all(connection)
    assert not is_current(declared)
    migrate(migrated)
    assert described(migrated) == described(declared)
    assert is_current(migrated)


def test_migrating_again_changes_nothing(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'twice'}")
    migrate(database)
    before = described(database)
    migrate(database)
    assert described(database) == before


def test_money_is_written_durably_by_one_writer_at_a_time(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'durable'}")
    with database.write() as connection:
        names = ("synchronous", "journal_mode", "foreign_keys")
        pragmas = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in names}
    assert pragmas == {"synchronous": 2, "journal_mode": "wal", "foreign_keys": 1}
