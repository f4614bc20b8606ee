"""Gather charges that arrive at the same time into one batch and one commit.

Each caller returns only after the commit that holds its charge. There is no timer: a batch is whatever queued up
while the batch before was being committed, so a lone caller waits for nobody.
"""

import queue
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from billing_core.domain.clock import Clock
from billing_core.domain.errors import BillingError
from billing_core.domain.usage import UsageEvent
from billing_core.services.charging.charge_events import ChargingUnit, Outcome, charge_events
from billing_core.services.charging.ports import ChargeRequest, Receipt

BATCH_MAX = 256
QUEUE_MAX = 10_000


@dataclass(frozen=True, slots=True)
class _Waiting:
    request: ChargeRequest
    outcome: "Future[Outcome]" = field(default_factory=Future[Outcome])


class GroupCommit:
    """One writer thread that charges what callers on other threads hand in."""

    def __init__(self, write: Callable[[], AbstractContextManager[ChargingUnit]], clock: Clock) -> None:
        self._write = write
        self._clock = clock
        self._queue: queue.Queue[_Waiting | None] = queue.Queue(QUEUE_MAX)
        self._start = threading.Lock()
        self._thread: threading.Thread | None = None

    def charge(self, event: UsageEvent, *, admit: bool = True) -> Receipt:
        """Charge one event and wait for its commit; raises what refused it."""
        waiting = _Waiting(ChargeRequest(event, admit))
        with self._start:  # so that nothing is queued behind the end of a writer that is being closed
            self._ensure_thread()
            self._queue.put(waiting)
        outcome = waiting.outcome.result()
        if isinstance(outcome, BillingError):
            raise outcome
        return outcome

    def close(self) -> None:
        """Finish what is queued and stop the writer."""
        with self._start:
            if self._thread is not None:
                self._queue.put(None)
                self._thread.join()
                self._thread = None

    def _ensure_thread(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="charge-writer", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        while (first := self._queue.get()) is not None:
            batch, is_last = self._gather(first)
            self._commit(batch)
            if is_last:
                return

    def _gather(self, first: _Waiting) -> tuple[Sequence[_Waiting], bool]:
        batch = [first]
        while len(batch) < BATCH_MAX:
            try:
                waiting = self._queue.get_nowait()
            except queue.Empty:
                break
            if waiting is None:
                return batch, True
            batch.append(waiting)
        return batch, False

    def _commit(self, batch: Sequence[_Waiting]) -> None:
        has_begun = False
        try:
            with self._write() as uow:
                has_begun = True
                outcomes = charge_events(uow, [waiting.request for waiting in batch], self._clock)
        except Exception as error:  # noqa: BLE001 - whatever broke the commit belongs to every caller waiting for it
            if has_begun and len(batch) > 1:
                self._commit_one_by_one(batch)
            else:
                for waiting in batch:
                    waiting.outcome.set_exception(error)
            return
        for waiting, outcome in zip(batch, outcomes, strict=True):
            waiting.outcome.set_result(outcome)

    def _commit_one_by_one(self, batch: Sequence[_Waiting]) -> None:
        """Let an event that breaks the commit break only its own; one committed after all answers as a duplicate."""
        for waiting in batch:
            self._commit([waiting])
