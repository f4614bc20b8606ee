"""Grants and top-ups are done once per operation, and an operation is never taken for another."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from billing_core.domain.credits import Origin
from billing_core.domain.errors import BillingError, Conflict, InvalidInput, NotFound
from billing_core.domain.money import Money
from billing_core.services.credits.issue_grant import issue_grant
from billing_core.services.credits.read_balance import read_balance
from tests.builders import credits, usd
from tests.product import NOON, Product, a_product


@pytest.fixture
def product(tmp_path: Path) -> Product:
    return a_product(tmp_path)


def grant(product: Product, owner_id: str, **changes: Any) -> str:
    details: dict[str, Any] = {
        "organization_id": owner_id,
        "name": "Sorry",
        "origin": Origin.PROMOTION,
        "amount": credits("5"),
        "cost": usd("0"),
        "operation": "ticket-7",
        "now": product.clock.now(),
    }
    with product.write() as uow:
        return issue_grant(uow, **(details | changes)).id


def test_a_grant_repeated_after_it_expired_is_still_the_first_one(product: Product) -> None:
    organization_id = product.organization()
    expires_at = NOON + timedelta(days=1)
    first = grant(product, organization_id, expires_at=expires_at)
    product.clock.advance(days=2)
    assert grant(product, organization_id, expires_at=expires_at) == first
    with pytest.raises(InvalidInput, match="has passed"):
        grant(product, organization_id, expires_at=expires_at, operation="ticket-8")


@pytest.mark.parametrize("change", [{"amount": credits("6")}, {"cost": usd("1")}, {"origin": Origin.ADJUSTMENT}])
def test_an_operation_that_granted_something_else_is_a_conflict(product: Product, change: dict[str, object]) -> None:
    organization_id = product.organization()
    grant(product, organization_id)
    with pytest.raises(Conflict) as refusal:
        grant(product, organization_id, **change)
    assert refusal.value.field == "operation"


def test_an_operation_of_another_organization_is_a_conflict(product: Product) -> None:
    one, other = product.organization("One"), product.organization("Other")
    grant(product, one)
    product.top_up(one, "10", "wire-7")
    with pytest.raises(Conflict):
        grant(product, other)
    with pytest.raises(Conflict):
        product.top_up(other, "10", "wire-7")
    with pytest.raises(Conflict):
        product.top_up(one, "11", "wire-7")
    product.top_up(one, "10", "wire-7")
    with product.read() as uow:
        assert read_balance(uow, one, NOON).money.posted == usd("10")
        assert read_balance(uow, other, NOON).money.posted == usd("0")


@pytest.mark.parametrize(
    ("change", "kind", "field"),
    [
        ({"cost": usd("-1")}, InvalidInput, "cost"),
        ({"cost": Money.parse("1", "EUR")}, NotFound, "organization_id"),
        ({"expires_at": datetime(2030, 1, 1)}, InvalidInput, "expires_at"),  # noqa: DTZ001 - without a zone, to be refused
        ({"organization_id": "org_nobody"}, NotFound, "organization_id"),
    ],
)
def test_a_grant_that_cannot_be_booked_is_refused_with_its_field(
    product: Product, change: dict[str, object], kind: type[BillingError], field: str
) -> None:
    organization_id = product.organization()
    with pytest.raises(kind) as refusal:
        grant(product, organization_id, **change)
    assert refusal.value.field == field
    with product.read() as uow:
        assert list(uow.credits.grants(organization_id)) == []


def test_credits_beyond_what_can_be_counted_are_refused_with_their_field(product: Product) -> None:
    organization_id = product.organization()
    product.grant(organization_id, "9000000000")
    with pytest.raises(InvalidInput) as refusal:
        product.grant(organization_id, "900000000")
    assert refusal.value.field == "amount"
    with product.read() as uow:
        assert read_balance(uow, organization_id, NOON).credits == credits("9000000000")
