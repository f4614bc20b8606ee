"""A process that admits, records, charges and reserves on a shared organization until nothing is left for it."""

import os
import signal
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path

from billing_core.domain.clock import SettableClock
from billing_core.domain.errors import LimitReached
from billing_core.domain.usage import Quantities
from billing_core.domain.used import Used
from billing_core.services.charging.ports import Receipt, ReleaseRequest, ReserveRequest, SettleRequest
from billing_core.settings import Settings
from tests.builders import an_event
from tests.product import NOON, Product

THREADS = 3
AGENT = "CategorizationAgent"  # 2 credits a unit


def work(product: Product, organization_id: str, name: str) -> list[Receipt]:
    """The receipts of all that was admitted, until a call is refused; every call is charged for one unit."""
    event = an_event(organization_id, AGENT)
    charges, admission = product.charges, product.admission
    receipts: list[Receipt] = []

    def by_lease(event_id: str) -> None:
        admitted = admission.admit(replace(event, event_id=event_id))
        receipts.append(admission.record(admitted))

    def by_lease_for_less(event_id: str) -> None:
        admitted = admission.admit(replace(event, event_id=event_id, quantities=Quantities(units=2)))
        receipts.append(admission.record(admitted, Used(quantities=Quantities(units=1))))

    def cancelled(event_id: str) -> None:
        admission.cancel(admission.admit(replace(event, event_id=event_id)))

    def by_charge(event_id: str) -> None:
        receipts.append(charges.charge(replace(event, event_id=event_id)))

    def by_hold(event_id: str) -> None:
        hold = charges.submit(ReserveRequest(replace(event, event_id=event_id), timedelta(minutes=1)))
        receipts.append(charges.submit(SettleRequest(organization_id=organization_id, hold_id=hold.id)))

    def released(event_id: str) -> None:
        hold = charges.submit(ReserveRequest(replace(event, event_id=event_id), timedelta(minutes=1)))
        charges.submit(ReleaseRequest(organization_id=organization_id, hold_id=hold.id))

    ways: tuple[Callable[[str], None], ...] = (by_lease, by_lease_for_less, by_charge, cancelled, by_hold, released)

    def one_thread(number: int) -> None:
        for turn in count():
            try:
                ways[turn % len(ways)](f"{name}-{number}-{turn}")
            except LimitReached:
                return

    with ThreadPoolExecutor(THREADS) as threads:
        list(threads.map(one_thread, range(THREADS)))
    return receipts


def main(url: str, data_dir: str, organization_id: str, how: str) -> None:
    """Say how many units were charged; `killed` dies with calls admitted and a lease open."""
    settings = Settings.model_validate({"data_dir": Path(data_dir), "database_url": url})
    product = Product(settings, SettableClock(NOON))
    if how == "killed":
        for number in range(8):
            product.admission.admit(an_event(organization_id, AGENT, f"killed-{number}"))
        print("admitted", flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
    receipts = work(product, organization_id, how)
    product.admission.close()
    product.charges.close()
    print(len(receipts), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
