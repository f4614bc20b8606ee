"""Runs migrations inside the transaction of the caller's connection."""

from alembic import context

from billing_core.adapters.database.migrations.render import render_item
from billing_core.adapters.database.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, render_item=render_item)
context.run_migrations()
