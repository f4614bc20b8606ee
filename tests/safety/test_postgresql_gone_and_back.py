"""A server that crashes and comes back: what was answered is there, nothing twice, and nobody has to start anew."""

import os
from collections.abc import Iterator
from itertools import count, islice
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import func, select

from billing_core.adapters.database.postgresql import DatabaseUnreachable
from billing_core.adapters.database.schema.usage import usage_event
from billing_core.bootstrap.self_audit import audit_books
from billing_core.domain.clock import SettableClock
from billing_core.services.charging.ports import ChargeRequest, Receipt
from billing_core.settings import Settings
from tests.postgresql_server import PostgresServer
from tests.product import NOON, Product, _initialize
from tests.safety.charging_process import Say, call, started

ROUNDS = 20
LINES_MAX = 60


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    with PostgresServer(is_durable=True) as server:
        yield server


@pytest.fixture
def product(server: PostgresServer, tmp_path: Path) -> Iterator[Product]:
    url = server.url(server.create())
    _initialize(url)
    product = Product(Settings.model_validate({"data_dir": tmp_path, "database_url": url}), SettableClock(NOON))
    yield product
    assert list(audit_books(product)) == []
    product.charges.close()
    product.database.close()


def charge_until_it_is_gone(product: Product, organization_id: str, thread: str, say: Say) -> None:
    """Charge until the server is gone: `ACK event receipt` for every answer, and at last `GONE event -`."""
    for turn in count():
        event = call(organization_id, f"{thread}-{turn}")
        try:
            say(f"ACK {event.event_id} {product.charges.charge(event).id}")
        except DatabaseUnreachable:
            say(f"GONE {event.event_id} -")
            return


def answered_until_the_server_crashes(
    server: PostgresServer, product: Product, organization_id: str, name: str, lines: int
) -> dict[str, str]:
    """Charge in a process until the server is stopped as a crash would: the receipts by event."""
    with started(product, organization_id, charge_until_it_is_gone, name) as ([child], coming):
        said = list(islice(coming, lines))
        server.stop("immediate")
        said += coming
        child.join()
    server.start()
    assert {word for word, _, _ in said} == {"ACK", "GONE"}
    return {event_id: answer for word, event_id, answer in said if word == "ACK"}


def recorded(product: Product, organization_id: str) -> dict[str, int]:
    """How often each event is recorded."""
    statement = (
        select(usage_event.c.event_id, func.count())
        .where(usage_event.c.organization_id == organization_id)
        .group_by(usage_event.c.event_id)
    )
    with product.database.read() as connection:
        return {row[0]: row[1] for row in connection.execute(statement)}


def test_a_crash_of_the_server_loses_no_answered_charge_and_doubles_none(
    server: PostgresServer, product: Product
) -> None:
    organization_id = product.organization(plan="starter", credits="1000000")
    answered: dict[str, str] = {}
    for turn in range(int(os.environ.get("TOLLBOOTH_ROUNDS", ROUNDS))):
        lines = Random(turn).randint(1, LINES_MAX)
        answered |= answered_until_the_server_crashes(server, product, organization_id, f"round-{turn}", lines)
        events = recorded(product, organization_id)  # over connections that were lost
        assert answered.keys() <= events.keys()
        assert set(events.values()) == {1}
    requests = [ChargeRequest(call(organization_id, event_id), admit=True) for event_id in answered]
    again = [product.charges.submit(request) for request in requests[-LINES_MAX:]]
    assert all(receipt.is_duplicate and answered[receipt.event_id] == receipt.id for receipt in again)


def test_while_the_server_is_away_nothing_is_answered_and_afterwards_all_goes_on(
    server: PostgresServer, product: Product
) -> None:
    organization_id = product.organization(plan="starter", credits="10")
    assert not product.charges.charge(call(organization_id, "before")).is_duplicate
    server.stop()
    with pytest.raises(DatabaseUnreachable):
        product.charges.charge(call(organization_id, "while away"))
    with pytest.raises(DatabaseUnreachable):
        product.charge(call(organization_id, "while away"))
    with pytest.raises(DatabaseUnreachable):
        recorded(product, organization_id)
    server.start()
    assert recorded(product, organization_id) == {"before": 1}
    assert not product.charges.charge(call(organization_id, "while away")).is_duplicate
    [receipt] = product.charge(call(organization_id, "while away"))
    assert isinstance(receipt, Receipt)
    assert receipt.is_duplicate
