"""Gather charges that arrive at the same time into one batch and one commit.

Each caller returns only after the commit that holds its charge. There is no timer: a batch is whatever queued up
while the batch before was being committed, so a lone caller waits for nobody.
"""

import asyncio
import os
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from typing import overload

from billing_core.domain.clock import Clock
from billing_core.domain.errors import BillingError, InvalidInput, Overloaded
from billing_core.domain.holds import Hold
from billing_core.domain.leases import Lease
from billing_core.domain.usage import UsageEvent
from billing_core.services.charging.batch import ChargingUnit
from billing_core.services.charging.charge_events import Charging, Outcome, charge_events
from billing_core.services.charging.ports import (
    ChargeRequest,
    LeaseRequest,
    Receipt,
    ReleaseRequest,
    Request,
    ReserveRequest,
)

BATCH_MAX = 256
QUEUE_MAX = 10_000
RETRY_AFTER_SECONDS = 1
THREAD_NAME = "charge-writer"
# Long enough for the callers just answered to come again, short beside a commit.
PAUSE_SECONDS = 0.00005

Decide = Callable[[ChargingUnit, Sequence[Request], Clock], Sequence[Outcome]]


@dataclass(frozen=True, slots=True)
class _Broken:
    """A request whose commit failed, which is no outcome: nothing was decided."""

    error: Exception


class _Waiting:
    """What one caller handed in together, and what became of each request."""

    __slots__ = ("done", "outcomes", "requests")

    def __init__(self, requests: Sequence[Request], done: "threading.Lock | asyncio.Future[None]") -> None:
        self.requests = requests
        self.done = done
        self.outcomes: Sequence[Outcome | _Broken] = ()

    def value(self) -> Receipt | Hold | Lease:
        """What a single request came to; raises what refused or broke it."""
        outcome = _decided(self.outcomes[0])
        if isinstance(outcome, BillingError):
            raise outcome
        return outcome


class GroupCommit:
    """One writer thread that decides and commits what callers on threads and event loops hand in, first come first.

    `queued` is how many requests wait for the commit after the present one.
    Every request is safe to repeat. Whoever is cancelled or killed while waiting cannot know what became of its
    request, and finds out by handing it in again.
    """

    def __init__(
        self,
        write: Callable[[], AbstractContextManager[ChargingUnit]],
        clock: Clock,
        *,
        decide: Decide = charge_events,
        is_writing: Callable[[], bool] = bool,
    ) -> None:
        """`is_writing` says whether the calling thread has a transaction open that the writer would wait for."""
        self._write = write
        self._clock = clock
        self._decide = decide
        self._is_writing = is_writing
        self._process = os.getpid()
        self._lock = threading.Lock()  # of all that follows
        self._queue: deque[_Waiting] = deque()
        self.queued = 0
        self._thread: threading.Thread | None = None
        self._is_closing = False
        self._is_idle = False
        self._wake = _locked()  # released when there is something to do for an idle writer

    def charge(self, event: UsageEvent, *, admit: bool = True) -> Receipt:
        """Charge one event and wait for its commit; raises what refused it."""
        return self.submit(ChargeRequest(event, admit))

    async def charge_async(self, event: UsageEvent, *, admit: bool = True) -> Receipt:
        """As `charge`, for callers on an event loop, which goes on meanwhile."""
        return await self.submit_async(ChargeRequest(event, admit))

    @overload
    def submit(self, request: Charging) -> Receipt: ...
    @overload
    def submit(self, request: ReserveRequest | ReleaseRequest) -> Hold: ...
    @overload
    def submit(self, request: LeaseRequest) -> Lease: ...
    @overload
    def submit(self, request: Request) -> Receipt | Hold | Lease: ...
    def submit(self, request: Request) -> Receipt | Hold | Lease:
        """Have one request decided and wait for its commit; raises what refused it.

        Overloaded when too much is queued already: nothing was written.
        """
        return self._wait((request,)).value()

    @overload
    async def submit_async(self, request: Charging) -> Receipt: ...
    @overload
    async def submit_async(self, request: ReserveRequest | ReleaseRequest) -> Hold: ...
    @overload
    async def submit_async(self, request: LeaseRequest) -> Lease: ...
    @overload
    async def submit_async(self, request: Request) -> Receipt | Hold | Lease: ...
    async def submit_async(self, request: Request) -> Receipt | Hold | Lease:
        """As `submit`, for callers on an event loop."""
        done = asyncio.get_running_loop().create_future()
        waiting = _Waiting((request,), done)
        self._put(waiting)
        await done
        return waiting.value()

    def charge_many(self, requests: Sequence[Request]) -> Sequence[Outcome]:
        """Have requests decided in this order, in one commit; one outcome each.

        InvalidInput for more than can ever be queued, Overloaded when too much is queued already: nothing was written.
        """
        if len(requests) > QUEUE_MAX:
            raise InvalidInput(f"{len(requests)} requests at once; hand in at most {QUEUE_MAX}.", field="requests")
        if not requests:
            return []
        return [_decided(outcome) for outcome in self._wait(requests).outcomes]

    def close(self) -> None:
        """Finish what is queued and stop the writer; a request that comes later starts it anew."""
        with self._lock:
            thread = self._thread
            self._is_closing = thread is not None
            self._wake_writer()
        if thread is not None:
            thread.join()

    def _wait(self, requests: Sequence[Request]) -> _Waiting:
        done = _locked()
        waiting = _Waiting(requests, done)
        self._put(waiting)
        done.acquire()
        return waiting

    def _put(self, waiting: _Waiting) -> None:
        if self._is_writing():
            raise RuntimeError("A charge inside a write would wait for itself; charge before or after it.")
        if os.getpid() != self._process:
            raise RuntimeError(
                "The writer stayed with the process this one was forked from; use an application of its own."
            )
        count = len(waiting.requests)
        with self._lock:
            if self.queued + count > QUEUE_MAX:
                raise Overloaded(
                    f"{self.queued} requests are waiting to be written already; try again in a moment.",
                    retry_after_seconds=RETRY_AFTER_SECONDS,
                )
            self._queue.append(waiting)
            self.queued += count
            if self._is_idle:
                self._wake_writer()
            elif self._thread is None:
                self._thread = threading.Thread(target=self._run, name=THREAD_NAME, daemon=True)
                self._thread.start()

    def _wake_writer(self) -> None:
        if self._is_idle:
            self._is_idle = False
            self._wake.release()

    def _run(self) -> None:
        batch: Sequence[_Waiting] = ()
        while batch := self._gather(len(batch)):
            outcomes = self._commit([request for waiting in batch for request in waiting.requests])
            start = 0
            for waiting in batch:
                end = start + len(waiting.requests)
                waiting.outcomes = outcomes[start:end]
                start = end
            _answer(batch)

    def _gather(self, expected: int) -> Sequence[_Waiting]:
        """The next batch; empty when the writer is closed and nothing is left to do."""
        while not self._has_work():
            self._wake.acquire()
        self._let_others_in(expected)
        batch: list[_Waiting] = []
        size = 0
        with self._lock:
            while self._queue and size < BATCH_MAX:
                waiting = self._queue.popleft()
                batch.append(waiting)
                size += len(waiting.requests)
            self.queued -= size
            if not batch:
                self._thread = None
                self._is_closing = False
        return batch

    def _has_work(self) -> bool:
        """Whether anything is queued, or the writer is to end; else the next request wakes it."""
        with self._lock:
            self._is_idle = not self._queue and not self._is_closing
            return not self._is_idle

    def _let_others_in(self, expected: int) -> None:
        """Callers answered a moment ago often come again at once: wait while more are coming, up to as many."""
        seen = 0
        while seen < len(self._queue) < expected:
            seen = len(self._queue)
            time.sleep(PAUSE_SECONDS)

    def _commit(self, requests: Sequence[Request]) -> Sequence[Outcome | _Broken]:
        """Commit requests together; where one breaks the commit, those before and after it by themselves.

        One committed after all (an answer lost on its way) is a duplicate the second time.
        """
        has_begun = False
        try:
            with self._write() as uow:
                has_begun = True
                outcomes = self._decide(uow, requests, self._clock)
        except Exception as error:  # noqa: BLE001 - whatever broke the commit belongs to every caller waiting for it
            if not has_begun or len(requests) == 1:
                return [_Broken(error)] * len(requests)
            half = len(requests) // 2
            return [*self._commit(requests[:half]), *self._commit(requests[half:])]
        return outcomes


def _locked() -> threading.Lock:
    lock = threading.Lock()
    lock.acquire()
    return lock


def _answer(batch: Sequence[_Waiting]) -> None:
    """Wake the callers of a batch, those of one event loop with one call."""
    futures: defaultdict[asyncio.AbstractEventLoop, list[asyncio.Future[None]]] = defaultdict(list)
    for waiting in batch:
        if isinstance(waiting.done, asyncio.Future):
            futures[waiting.done.get_loop()].append(waiting.done)
        else:
            waiting.done.release()
    for loop, done in futures.items():
        with suppress(RuntimeError):  # the loop was closed: nobody waits there any more
            loop.call_soon_threadsafe(_resolve, done)


def _resolve(futures: Sequence["asyncio.Future[None]"]) -> None:
    for future in futures:
        if not future.done():  # cancelled meanwhile
            future.set_result(None)


def _decided(outcome: Outcome | _Broken) -> Outcome:
    if isinstance(outcome, _Broken):
        raise outcome.error
    return outcome
