"""The migrations make exactly the schema that the code declares, and can be run again."""

import re
from collections import defaultdict
from pathlib import Path

import pytest

from billing_core.adapters.database.engine import Database
from billing_core.adapters.database.migrate import is_current, migrate
from billing_core.adapters.database.schema import metadata
from tests.databases import a_database_url, leave_empty

SQLITE = """
SELECT name, sql AS definition FROM sqlite_master WHERE type IN ('table', 'index') AND name NOT LIKE '%alembic%'
"""
POSTGRESQL = """
SELECT relname AS name, concat_ws(' ', attname, format_type(atttypid, atttypmod), attnotnull,
    pg_get_expr(adbin, adrelid)) AS definition
FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid AND attnum > 0 AND NOT attisdropped
LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
WHERE relkind IN ('r', 'p') AND relnamespace = current_schema()::regnamespace
UNION ALL
SELECT relname, concat_ws(' ', conname, pg_get_constraintdef(pg_constraint.oid))
FROM pg_constraint JOIN pg_class ON pg_class.oid = conrelid WHERE connamespace = current_schema()::regnamespace
UNION ALL
SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema()
"""


@pytest.fixture
def empty(tmp_path: Path) -> Database:
    return Database(a_database_url(tmp_path / "empty", leave_empty))


def described(database: Database) -> dict[str, list[str]]:
    """Every table and index, its definition cut into words regardless of their order."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    with database.read() as connection:
        for row in connection.exec_driver_sql(POSTGRESQL if database.is_postgresql else SQLITE):
            if "alembic" not in row.name:
                found[row.name] += re.findall(r"[\w<>=+'-]+", row.definition or "")
    return {name: sorted(words) for name, words in found.items()}


def test_migrating_an_empty_database_gives_the_declared_schema(database: Database, empty: Database) -> None:
    assert not is_current(empty)
    with empty.write() as connection:
        metadata.create_all(connection)
    assert described(database) == described(empty)
    assert is_current(database)


def test_migrating_again_changes_nothing(database: Database) -> None:
    before = described(database)
    migrate(database)
    assert described(database) == before
