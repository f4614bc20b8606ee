"""Runs migrations inside a transaction that the caller has begun."""

from alembic import context

from billing_core.adapters.database.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
