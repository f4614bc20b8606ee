"""What the system of record has that the copy does not."""

from datetime import datetime

from sqlalchemy import Connection, func, select

from billing_core.adapters.database.schema.usage import usage_event


def read_backlog(connection: Connection, seq: int) -> tuple[int, datetime | None]:
    """How many events were recorded after `seq`, and when the oldest of them was."""
    waiting = connection.execute(
        select(func.count(), func.min(usage_event.c.recorded_at)).where(usage_event.c.seq > seq)
    ).one()
    return waiting[0], waiting[1]
