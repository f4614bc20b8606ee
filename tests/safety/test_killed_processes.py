"""Killing a process at any moment loses nothing it was answered, books nothing twice, and leaves the books whole."""

import os
from collections import Counter
from itertools import islice
from pathlib import Path
from random import Random

from sqlalchemy import select

from billing_core.adapters.database.schema.usage import usage_event
from billing_core.bootstrap.self_audit import audit_books
from billing_core.services.charging.expire_holds import expire_holds
from billing_core.services.charging.ports import ChargeRequest, Receipt
from tests.product import Product, a_product
from tests.safety.charging_process import call, charge_for_ever, started

ROUNDS = {"sqlite": 60, "postgresql": 40}
LINES_MAX = 60


def said_until_killed(product: Product, owner: str, name: str, lines: int) -> dict[str, dict[str, str]]:
    """Charge in a process that is killed once it has said so many lines: the ids it named, by word and event."""
    with started(product, owner, charge_for_ever, name) as ([child], coming):
        read = list(islice(coming, lines))
        child.kill()
        read += coming  # what it had said before it was killed
    assert len(read) >= lines, "the process ended by itself"
    said: dict[str, dict[str, str]] = {"HELD": {}, "ACK": {}}
    for word, event_id, answer in read:
        said[word][event_id] = answer
    return said


def asked_again(product: Product, owner: str, event_ids: list[str]) -> dict[str, str]:
    """The receipts of events that were charged before."""
    requests = [ChargeRequest(call(owner, event_id), admit=True) for event_id in event_ids]
    receipts: dict[str, str] = {}
    for outcome in product.charges.charge_many(requests):
        assert isinstance(outcome, Receipt), outcome
        assert outcome.is_duplicate, outcome
        receipts[outcome.event_id] = outcome.id
    return receipts


def holds_lost(product: Product, hold_ids: list[str]) -> set[str]:
    with product.read() as uow:
        return set(hold_ids) - set(uow.holds.by_id(hold_ids))


def recorded(product: Product, owner: str) -> Counter[str]:
    """How often each event is recorded."""
    statement = select(usage_event.c.event_id).where(usage_event.c.organization_id == owner)
    with product.database.read() as connection:
        return Counter(connection.scalars(statement))


def findings(product: Product) -> list[object]:
    """What is wrong, but for what takes long to find out."""
    with product.read() as uow:
        return [
            *uow.books_audit.findings(),
            *uow.hold_audit.findings(),
            *uow.credit_audit.findings(product.clock.now()),
        ]


def test_a_killed_process_loses_nothing_it_was_answered_and_books_nothing_twice(
    tmp_path: Path, database_kind: str
) -> None:
    product = a_product(tmp_path)
    owner = product.organization(credits="10000000")
    answered: set[str] = set()
    for turn in range(int(os.environ.get("TOLLBOOTH_ROUNDS", ROUNDS[database_kind]))):
        said = said_until_killed(product, owner, f"round-{turn}", Random(turn).randint(1, LINES_MAX))
        assert asked_again(product, owner, list(said["ACK"])) == said["ACK"]
        assert holds_lost(product, list(said["HELD"].values())) == set()
        assert findings(product) == []
        answered |= set(said["ACK"])
    events = recorded(product, owner)
    assert answered <= set(events)
    assert set(events.values()) == {1}
    product.clock.advance(hours=1)
    expire_holds(product.write, product.clock)
    assert list(audit_books(product)) == []
    product.close()
