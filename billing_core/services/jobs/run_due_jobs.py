"""Run the jobs that are due, one process at a time each."""

import logging
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from billing_core.domain.clock import Clock

LEASE = timedelta(minutes=5)
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """Work to be done every so often; `has_work` is a cheap look that saves taking the lease for nothing."""

    name: str
    every: timedelta
    run: Callable[[], object]
    has_work: Callable[[], bool]


class JobStore(Protocol):
    """Leases on jobs."""

    def claim(self, name: str, owner: str, now: datetime, leased_until: datetime) -> bool:
        """Take the lease when the job is due and nobody holds it."""
        ...

    def finish(self, name: str, owner: str, now: datetime, next_run_at: datetime, error: str | None) -> None: ...


class JobUnit(Protocol):
    """The part of a unit of work that keeps leases."""

    @property
    def jobs(self) -> JobStore: ...


def run_due_jobs(
    write: Callable[[], AbstractContextManager[JobUnit]], jobs: Sequence[Job], owner: str, clock: Clock
) -> None:
    """Run every job that is due and has work; one that fails is logged and tried again at its next time."""
    for job in jobs:
        if not job.has_work():
            continue
        now = clock.now()
        with write() as uow:
            is_mine = uow.jobs.claim(job.name, owner, now, now + LEASE)
        if is_mine:
            error = _failure_of(job)
            with write() as uow:
                uow.jobs.finish(job.name, owner, clock.now(), now + job.every, error)


def _failure_of(job: Job) -> str | None:
    try:
        job.run()
    except Exception as error:  # noqa: BLE001 - a job that fails must not stop the others; its error is kept
        _log.exception("job %s failed", job.name)
        return f"{type(error).__name__}: {error}"
    return None
