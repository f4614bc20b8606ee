"""A writer of charges that can be held up, and what tests of it do again and again."""

import threading
from collections.abc import Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from billing_core.adapters.database.unit_of_work import UnitOfWork
from billing_core.domain.usage import UsageEvent
from billing_core.services.charging.batch import ChargingUnit
from billing_core.services.charging.charge_events import Outcome, charge_events
from billing_core.services.charging.group_commit import GroupCommit
from billing_core.services.charging.ports import ChargeRequest, Request
from tests.builders import an_event
from tests.product import Product

TIMEOUT_SECONDS = 30


class Writer:
    """Writes that wait at their beginning until the gate is opened, and a record of what each was to decide."""

    def __init__(self, product: Product) -> None:
        self._product = product
        self.is_reached = threading.Event()
        self.is_open = threading.Event()
        self.batches: list[list[str]] = []
        self.poison: str | None = None
        self.charges = GroupCommit(
            self._write, product.clock, decide=self._decide, is_writing=product.database.is_writing
        )

    @contextmanager
    def _write(self) -> Generator[UnitOfWork]:
        self.is_reached.set()
        assert self.is_open.wait(TIMEOUT_SECONDS)
        with self._product.write() as uow:
            yield uow

    def _decide(self, uow: ChargingUnit, requests: Sequence[Request], clock: object) -> Sequence[Outcome]:
        names = [request.event.event_id for request in requests if isinstance(request, ChargeRequest)]
        self.batches.append(names)
        outcomes = charge_events(uow, requests, self._product.clock)
        if self.poison in names:
            raise OverflowError("too large")
        return outcomes

    def close(self) -> None:
        self.is_open.set()
        self.charges.close()


@contextmanager
def held_up(writer: Writer, organization_id: str) -> Generator[ThreadPoolExecutor]:
    """Threads to charge with while the writer is held up at its first charge; it goes on at the end."""
    with ThreadPoolExecutor(16) as threads:
        threads.submit(writer.charges.charge, event(organization_id, "first"))
        assert writer.is_reached.wait(TIMEOUT_SECONDS)
        try:
            yield threads
        finally:
            writer.is_open.set()


def event(organization_id: str, name: str) -> UsageEvent:
    return an_event(organization_id, "chat", name)


def requests(organization_id: str, *names: str) -> list[ChargeRequest]:
    return [ChargeRequest(event(organization_id, name), admit=True) for name in names]


def recorded(product: Product, organization_id: str, *names: str) -> set[str]:
    identities = [event(organization_id, name).identity for name in names]
    with product.read() as uow:
        return {event_id for *_, event_id in uow.charging.known(identities)}


def queued(writer: Writer, count: int) -> None:
    """Wait until so many requests are queued."""
    for _ in range(TIMEOUT_SECONDS * 1_000):
        if writer.charges.queued >= count:
            return
        threading.Event().wait(0.001)
    raise AssertionError(f"{writer.charges.queued} of {count} requests were queued")
