"""What the system of record has that the copy does not."""

from datetime import datetime

from sqlalchemy import Connection, func, select

from billing_core.adapters.database.schema.adjustments import usage_adjustment
from billing_core.adapters.database.schema.usage import usage_event
from billing_core.adapters.warehouse.manifest import Manifest


def read_backlog(connection: Connection, manifest: Manifest) -> tuple[int, datetime | None]:
    """How many events and adjustments were recorded that are not in the copy, and when the oldest of them was."""
    count, oldest = 0, list[datetime]()
    for recorded, seq in ((usage_event, manifest.seq), (usage_adjustment, manifest.adjustment_seq)):
        waiting = connection.execute(
            select(func.count(), func.min(recorded.c.recorded_at)).where(recorded.c.seq > seq)
        ).one()
        count += waiting[0]
        oldest += [waiting[1]] if waiting[1] is not None else []
    return count, min(oldest, default=None)
