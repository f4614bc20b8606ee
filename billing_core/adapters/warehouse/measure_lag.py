"""How far the copy is behind."""

from datetime import timedelta
from pathlib import Path

from sqlalchemy import Connection, select

from billing_core.adapters.database.schema.usage import usage_event
from billing_core.adapters.warehouse.folder import Folder
from billing_core.adapters.warehouse.manifest import read_manifest
from billing_core.domain.clock import Clock


def measure_lag(connection: Connection, directory: Path, clock: Clock) -> timedelta:
    """For how long the oldest event that the copy does not have has been recorded; zero when it has all. One row."""
    copied = read_manifest(Folder(directory).manifest).seq
    recorded_at = usage_event.c.recorded_at
    statement = select(recorded_at).where(usage_event.c.seq > copied).order_by(usage_event.c.seq).limit(1)
    oldest = connection.execute(statement).scalar()
    return timedelta() if oldest is None else max(clock.now() - oldest, timedelta())
