"""The writer that gathers charges: nobody waits for ever, and one caller's bad luck is not another's."""

import queue
import threading
from collections.abc import Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from billing_core.adapters.database.unit_of_work import UnitOfWork
from billing_core.services.charging import group_commit
from billing_core.services.charging.charge_events import Outcome, charge_events
from billing_core.services.charging.group_commit import GroupCommit
from billing_core.services.charging.ports import ChargeRequest
from tests.builders import an_event
from tests.product import Product, a_product

TIMEOUT_SECONDS = 30


@pytest.fixture
def product(tmp_path: Path) -> Product:
    return a_product(tmp_path)


class Gate:
    """Writes that wait at their beginning until the gate is opened."""

    def __init__(self, product: Product) -> None:
        self._product = product
        self.is_reached = threading.Event()
        self.is_open = threading.Event()

    @contextmanager
    def write(self) -> Generator[UnitOfWork]:
        self.is_reached.set()
        self.is_open.wait(TIMEOUT_SECONDS)
        with self._product.write() as uow:
            yield uow


def test_an_event_that_breaks_the_commit_breaks_it_for_its_caller_alone(
    product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    organization_id = product.organization(credits="1000")

    def break_at_one(uow: UnitOfWork, requests: Sequence[ChargeRequest], clock: object) -> list[Outcome]:
        if any(request.event.event_id == "bad" for request in requests):
            raise OverflowError("too large")
        return charge_events(uow, requests, product.clock)

    monkeypatch.setattr(group_commit, "charge_events", break_at_one)
    gate = Gate(product)
    charges = GroupCommit(gate.write, product.clock)
    with ThreadPoolExecutor(8) as threads:
        names = ["first", "good", "bad", "better"]
        waiting = {name: threads.submit(charges.charge, an_event(organization_id, "chat", name)) for name in names[:1]}
        gate.is_reached.wait(TIMEOUT_SECONDS)
        waiting |= {name: threads.submit(charges.charge, an_event(organization_id, "chat", name)) for name in names[1:]}
        gate.is_open.set()
        failed = {name for name, outcome in waiting.items() if outcome.exception(TIMEOUT_SECONDS)}
    charges.close()
    assert failed == {"bad"}


def test_a_charge_that_comes_while_the_writer_is_closed_is_still_answered(
    product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    organization_id = product.organization(credits="1000")
    closings: list[threading.Thread] = []
    is_answered = threading.Event()

    class ClosedJustBefore(queue.Queue[object]):
        """A queue whose writer is being closed when the second charge is about to be put into it."""

        def put(self, item: object, block: bool = True, timeout: float | None = None) -> None:
            if item is not None and charges.is_warm:
                closings.append(threading.Thread(target=charges.close, daemon=True))
                closings[-1].start()
                closings[-1].join(0.2)  # time enough to close an idle writer, if nothing kept it from closing
            super().put(item, block, timeout)

    class Charges(GroupCommit):
        is_warm = False

    def charge() -> None:
        charges.charge(an_event(organization_id, "chat", "second"))
        is_answered.set()

    monkeypatch.setattr(queue, "Queue", ClosedJustBefore)
    charges = Charges(product.write, product.clock)
    charges.charge(an_event(organization_id, "chat", "first"))
    charges.is_warm = True
    threading.Thread(target=charge, daemon=True).start()
    assert is_answered.wait(TIMEOUT_SECONDS)
    for closing in closings:
        closing.join(TIMEOUT_SECONDS)
    charges.close()
