"""What stands on record of the uses of a test."""

from typing import Any

from sqlalchemy import select

from billing_core.adapters.database.schema.usage import usage_event
from billing_core.bootstrap import application


def recorded() -> list[dict[str, Any]]:
    """Every usage event, in the order they happened."""
    with application().database.read() as connection:
        rows = connection.execute(select(usage_event).order_by(usage_event.c.occurred_at, usage_event.c.id))
        return [dict(row) for row in rows.mappings()]


def only() -> dict[str, Any]:
    """The one usage event there is."""
    (event,) = recorded()
    return event
