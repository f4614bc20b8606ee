"""A database with every table and nothing in it."""

from collections.abc import Generator
from pathlib import Path

import pytest

from billing_core.adapters.database.engine import Database
from tests.databases import a_database_url, migrate_to_newest


@pytest.fixture
def database(tmp_path: Path) -> Generator[Database]:
    database = Database(a_database_url(tmp_path, migrate_to_newest))
    yield database
    database.close()
