"""Bring a database to the newest schema."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from billing_core.adapters.database.engine import Database

MIGRATION_LOCK = 0x746F6C6C  # "toll": a number of our own among the locks of the database


def migrate(database: Database) -> None:
    """Apply the migrations the database lacks, in one transaction."""
    with database.write() as connection:
        upgrade(connection)


def upgrade(connection: Connection) -> None:
    """Apply the migrations that are lacking, in the transaction of the connection; one process does it, others wait."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})")
    command.upgrade(_config(connection), "head")


def is_current(database: Database) -> bool:
    """Whether the database has every migration."""
    with database.read() as connection:
        head = ScriptDirectory.from_config(_config(connection)).get_current_head()
        return MigrationContext.configure(connection).get_current_revision() == head


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config
