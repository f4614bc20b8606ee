"""Leases on background jobs."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, or_, select, update

from billing_core.adapters.database.schema.jobs import job
from billing_core.adapters.database.upsert import upsert
from billing_core.services.jobs.job_state import JobState


class JobStore:
    """Who runs which job until when."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def claim(self, name: str, owner: str, now: datetime, leased_until: datetime) -> bool:
        """Take the lease when the job is due and nobody holds it; False otherwise."""
        self._connection.execute(upsert(self._connection, job), [{"name": name, "next_run_at": now}])
        claimed = self._connection.execute(
            update(job)
            .where(job.c.name == name, job.c.next_run_at <= now)
            .where(or_(job.c.leased_until.is_(None), job.c.leased_until <= now))
            .values(lease_owner=owner, leased_until=leased_until)
        )
        return claimed.rowcount == 1

    def finish(self, name: str, owner: str, now: datetime, next_run_at: datetime, error: str | None) -> None:
        """Give the lease back and say when the job is due again."""
        self._connection.execute(
            update(job)
            .where(job.c.name == name, job.c.lease_owner == owner)
            .values(lease_owner=None, leased_until=None, finished_at=now, next_run_at=next_run_at, error=error)
        )

    def states(self) -> Sequence[JobState]:
        """How each job fared when it last ran, by name."""
        rows = self._connection.execute(select(job.c.name, job.c.finished_at, job.c.error).order_by(job.c.name))
        return [JobState(row.name, row.finished_at, row.error) for row in rows]
