"""Bring a database to the newest schema."""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from billing_core.adapters.database.engine import Database
from billing_core.adapters.database.named_lock import lock_name

MIGRATIONS = Path(__file__).parent / "migrations"


def migrate(database: Database) -> None:
    """Apply the migrations the database lacks, in one transaction."""
    with database.write() as connection:
        upgrade(connection)


def upgrade(connection: Connection) -> None:
    """Apply the migrations that are lacking, in the transaction of the connection; one process does it, others wait."""
    lock_name(connection, "migrations")
    command.upgrade(_config(connection), "head")


def is_current(database: Database) -> bool:
    """Whether the database has every migration."""
    with database.read() as connection:
        return MigrationContext.configure(connection).get_current_revision() == _newest()


@cache
def _newest() -> str | None:
    """The newest revision this program knows; read once, as whatever watches a process asks every few seconds."""
    return ScriptDirectory(str(MIGRATIONS)).get_current_head()


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config
