"""Processes that charge one organization at the same time are together admitted exactly as often as it can pay."""

from collections import Counter
from functools import partial
from pathlib import Path

from billing_core.bootstrap.self_audit import audit_books
from billing_core.domain.money import CREDITS
from tests.product import a_product
from tests.safety.charging_process import attempt, started

PROCESSES, THREADS, ATTEMPTS = 8, 2, 25  # attempts of each thread
AFFORDABLE = 200


def test_eight_processes_together_charge_exactly_what_the_organization_can_pay(tmp_path: Path) -> None:
    product = a_product(tmp_path)
    owner = product.organization(credits=str(2 * AFFORDABLE))
    names = [f"process-{number}" for number in range(PROCESSES)]
    with started(product, owner, partial(attempt, attempts=ATTEMPTS), *names, threads=THREADS) as (_, coming):
        said = list(coming)
    words = Counter(word for word, _, _ in said)
    assert words == {"ACK": AFFORDABLE, "REFUSED": PROCESSES * THREADS * ATTEMPTS - AFFORDABLE}, said
    assert len({answer for word, _, answer in said if word == "ACK"}) == AFFORDABLE
    with product.read() as uow:
        purse = uow.credits.wallet(owner, CREDITS)
        assert (purse.posted.nanos, purse.held.nanos, purse.owed.nanos) == (0, 0, 0)
        assert uow.credits.wallet(owner, "USD").posted.nanos == 0
    assert list(audit_books(product)) == []
    product.close()
