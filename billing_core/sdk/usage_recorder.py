"""Usage that has happened, charged in the background, many events a commit.

What cannot be charged is never dropped in silence: it goes to the log `tollbooth.lost_usage`, one line of JSON each,
which `POST /api/v1/events` takes as it is. Events are charged once however often they are tried.
"""

import atexit
import json
import logging
import os
import threading
from collections import deque
from collections.abc import Callable, Sequence

from billing_core.domain.errors import BillingError
from billing_core.domain.usage import UsageEvent
from billing_core.sdk.backend import Backend
from billing_core.sdk.connection import backend
from billing_core.sdk.event_fields import fields_of

THREAD_NAME = "usage-recorder"
WAITING_MAX = 10_000
BATCH_MAX = 500
# Billing that cannot be reached is tried again for about ten minutes.
TRIES_MAX = 125
DELAY_SECONDS = 0.1
DELAY_SECONDS_MAX = 5.0
EXIT_SECONDS = 5.0

MakeEvent = Callable[[], UsageEvent]
_log = logging.getLogger(__name__)
_lost = logging.getLogger("tollbooth.lost_usage")


class UsageRecorder:
    """One thread that charges what is put, in order, on the backend in use.

    `lost` counts what could not be charged: refused (a feature that the plan does not have), or more than can wait
    while billing cannot be reached. `put` never waits and never raises.
    """

    def __init__(self, asked: Callable[[], Backend] = backend, *, waiting_max: int = WAITING_MAX) -> None:
        self._backend = asked
        self._waiting_max = waiting_max
        self._lock = threading.Lock()  # of the two that follow
        self._process = 0
        self.lost = 0
        self._begin()

    def put(self, make: MakeEvent) -> None:
        """Have the event that `make` returns charged soon; it is made in the background."""
        if self._process != os.getpid():
            self._start()
        if len(self._waiting) >= self._waiting_max:
            self._lose(make, f"{self._waiting_max} events are waiting already")
            return
        self._waiting.append(make)
        if not self._wanted.is_set():
            self._wanted.set()

    def flush(self, seconds: float = EXIT_SECONDS) -> bool:
        """Wait until all that was put before is charged or lost; False when that takes longer."""
        if self._process != os.getpid() or threading.current_thread() is self._thread:
            return True
        reached = threading.Event()
        self._waiting.append(reached)
        self._wanted.set()
        return reached.wait(seconds)

    def close(self, seconds: float = EXIT_SECONDS) -> None:
        """Charge what waits, for some seconds; tell what is left as lost, and end the thread."""
        if self._process != os.getpid():
            return
        self.flush(seconds)
        self._is_closing.set()
        self._wanted.set()
        self._thread.join(seconds)
        self._process = 0
        while self._waiting:
            if not isinstance(item := self._waiting.popleft(), threading.Event):
                self._lose(item, "the process ended before it could be charged")

    def _begin(self) -> None:
        self._waiting: deque[MakeEvent | threading.Event] = deque()
        self._wanted = threading.Event()
        self._is_closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name=THREAD_NAME, daemon=True)

    def _start(self) -> None:
        """Begin, or begin anew in a forked child: what waits there is the parent's to charge."""
        with self._lock:
            if self._process != os.getpid():
                self._begin()
                self._thread.start()
                self._process = os.getpid()
                atexit.register(self.close)

    def _run(self) -> None:
        waiting, wanted, is_closing = self._waiting, self._wanted, self._is_closing
        while not is_closing.is_set():
            wanted.wait()
            wanted.clear()
            while waiting:
                try:
                    self._record_next()
                except Exception:  # noqa: BLE001 - the next events are not to blame
                    _log.exception("usage could not be recorded")

    def _record_next(self) -> None:
        events: list[UsageEvent] = []
        reached: threading.Event | None = None
        while self._waiting and reached is None and len(events) < BATCH_MAX:
            item = self._waiting.popleft()
            if isinstance(item, threading.Event):
                reached = item
            elif (event := self._made(item)) is not None:
                events.append(event)
        try:
            if events:
                self._record(events)
        finally:
            if reached is not None:
                reached.set()

    def _made(self, make: MakeEvent) -> UsageEvent | None:
        try:
            return make()
        except Exception:  # noqa: BLE001 - what is wrong with one must not end the thread
            self._count_lost()
            _log.exception("usage could not be recorded: there is no event of it")
            return None

    def _record(self, events: Sequence[UsageEvent]) -> None:
        delay, reason = DELAY_SECONDS, ""
        for tried in range(1, TRIES_MAX + 1):
            try:
                outcomes = self._backend().record_many(events)
            except Exception as error:  # noqa: BLE001 - whatever it was, the events are safe to try again
                reason = f"{type(error).__name__}: {error}"
                _log.warning("%d events could not be charged (try %d): %s", len(events), tried, reason)
            else:
                for event, outcome in zip(events, outcomes, strict=True):
                    if isinstance(outcome, BillingError):
                        self._tell_lost(event, f"{outcome.code}: {outcome}")
                return
            if self._is_closing.wait(delay):
                break
            delay = min(2 * delay, DELAY_SECONDS_MAX)
        for event in events:
            self._tell_lost(event, reason)

    def _lose(self, make: MakeEvent, reason: str) -> None:
        if (event := self._made(make)) is not None:
            self._tell_lost(event, reason)

    def _tell_lost(self, event: UsageEvent, reason: str) -> None:
        self._count_lost()
        _lost.error(json.dumps(fields_of(event)), extra={"reason": reason})
        _log.error("usage %s of %s was not charged: %s", event.event_id, event.feature, reason)

    def _count_lost(self) -> None:
        with self._lock:
            self.lost += 1
