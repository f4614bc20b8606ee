"""What the sequences of operations found, each in as few steps as show it."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from billing_core.bootstrap import Application
from billing_core.bootstrap.self_audit import audit_books
from billing_core.domain.holds import Hold
from billing_core.services.charging.charge_events import charge_events
from billing_core.services.charging.expire_holds import expire_holds
from billing_core.services.charging.ports import Receipt, ReserveRequest
from billing_core.services.organizations.subscribe import subscribe
from tests.builders import an_event
from tests.product import SYSTEM, Product, a_product


@pytest.fixture
def product(tmp_path: Path) -> Iterator[Product]:
    product = a_product(tmp_path)
    yield product
    assert list(audit_books(product)) == []
    product.close()


def test_a_hold_on_an_allowance_expires_however_long_nobody_looked(product: Product) -> None:
    organization_id = product.organization()
    with product.write() as uow:
        [hold] = charge_events(uow, [ReserveRequest(an_event(organization_id), timedelta(hours=1))], product.clock)
    assert isinstance(hold, Hold)
    product.clock.advance(days=70)
    other = Product(product.settings, product.clock)  # a process that has not seen the hold being made
    assert expire_holds(other.write, other.clock) == 1
    Application.close(other)


def test_of_two_plans_that_began_at_one_instant_the_later_one_holds(product: Product) -> None:
    for number in range(8):  # ids of one instant are in no order
        organization_id = product.organization(f"Organization {number}")
        with product.write() as uow:
            subscribe(uow, organization_id=organization_id, plan_code="starter", actor=SYSTEM, now=product.clock.now())
        [receipt] = product.charge(an_event(organization_id, "ai_response", units=51), admit=False)
        assert isinstance(receipt, Receipt)
        assert receipt.included == 51
