"""Say which tables a database should have and lacks."""

from sqlalchemy import inspect

from billing_core.adapters.database.engine import Database
from billing_core.adapters.database.schema import metadata

TABLES = frozenset(metadata.tables)


def missing_tables(database: Database) -> frozenset[str]:
    """The names of tables the product needs that the database does not have."""
    with database.read() as connection:
        return TABLES - set(inspect(connection).get_table_names())
