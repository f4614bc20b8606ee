"""The end of a period: minimums are charged, volume prices come down, once, and usage that is later still counts."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from billing_core.bootstrap.self_audit import audit_books
from billing_core.domain.money import Money
from billing_core.domain.plans import Beyond, FeatureTerms
from billing_core.domain.prices import PerUnit, PriceModel, Tier, Volume
from billing_core.services.true_ups.ports import TrueUp
from billing_core.services.true_ups.true_up_periods import organizations_to_true_up, true_up_period
from tests.builders import an_event, plan_terms, usd
from tests.product import NOON, Product, a_product

PER_UNIT = PerUnit(usd("1"))
VOLUME = Volume("USD", (Tier(10, usd("1").nanos), Tier(None, usd("0.50").nanos)))


@pytest.fixture
def product(tmp_path: Path) -> Iterator[Product]:
    product = a_product(tmp_path)
    yield product
    assert list(audit_books(product)) == []
    product.close()


def organization(product: Product, price: PriceModel, minimum: Money | None = None) -> str:
    feature = FeatureTerms(None, price, Beyond.OVERAGE, minimum=minimum)
    product.plan(replace(plan_terms(), seats_max=1, allowances={}, features={"chat": feature}))
    return product.organization()


def use(product: Product, organization_id: str, units: int, event_id: str = "1", days_after: int = 0) -> None:
    occurred_at = NOON + timedelta(days=days_after)
    [outcome] = product.charge(
        an_event(organization_id, event_id=event_id, units=units, occurred_at=occurred_at), admit=False
    )
    assert not isinstance(outcome, Exception), outcome


def trued_up(product: Product, organization_id: str) -> Sequence[TrueUp]:
    with product.write() as uow:
        return true_up_period(uow, organization_id, product.clock.now())


def owed(product: Product, organization_id: str) -> Money:
    with product.read() as uow:
        return uow.credits.wallet(organization_id, "USD").owed


def test_what_falls_short_of_the_minimum_is_charged_when_the_usage_is_in(product: Product) -> None:
    organization_id = organization(product, PER_UNIT, minimum=usd("5"))
    use(product, organization_id, 3)
    product.clock.advance(days=32)
    assert trued_up(product, organization_id) == [], "usage may still come for three days"
    product.clock.advance(days=3)
    [item] = trued_up(product, organization_id)
    assert (item.price, item.balance, item.owed) == (usd("2"), usd("0"), usd("2"))
    assert trued_up(product, organization_id) == []
    assert owed(product, organization_id) == usd("5")


def test_the_minimum_is_due_where_nothing_was_used_and_the_balance_pays_first(product: Product) -> None:
    organization_id = organization(product, PER_UNIT, minimum=usd("5"))
    product.top_up(organization_id, "4")
    product.clock.advance(days=35)
    [item] = trued_up(product, organization_id)
    assert (item.price, item.balance, item.owed) == (usd("5"), usd("4"), usd("1"))


def test_nothing_is_due_before_a_period_has_ended(product: Product) -> None:
    organization_id = organization(product, PER_UNIT, minimum=usd("5"))
    product.clock.advance(days=20)
    assert trued_up(product, organization_id) == []


def test_a_volume_price_comes_down_to_the_tier_that_was_reached(product: Product) -> None:
    organization_id = organization(product, VOLUME)
    use(product, organization_id, 10)
    use(product, organization_id, 2, "2")
    assert owed(product, organization_id) == usd("10")
    product.clock.advance(days=35)
    [item] = trued_up(product, organization_id)
    assert (item.units, item.price, item.owed) == (12, usd("-4"), usd("-4"))
    assert owed(product, organization_id) == usd("6")


def test_what_is_given_back_beyond_what_is_owed_goes_to_the_balance(product: Product) -> None:
    organization_id = organization(product, VOLUME)
    product.top_up(organization_id, "9")
    use(product, organization_id, 10)
    use(product, organization_id, 2, "2")
    product.clock.advance(days=35)
    [item] = trued_up(product, organization_id)
    assert (item.owed, item.balance) == (usd("-1"), usd("-3"))


def test_usage_that_is_later_still_is_trued_up_again(product: Product) -> None:
    organization_id = organization(product, PER_UNIT, minimum=usd("5"))
    product.clock.advance(days=35)
    assert [item.price for item in trued_up(product, organization_id)] == [usd("5")]
    use(product, organization_id, 3, "late", days_after=1)
    assert owed(product, organization_id) == usd("8")
    assert [item.price for item in trued_up(product, organization_id)] == [usd("-3")]


def test_only_plans_with_something_to_true_up_are_looked_at(product: Product) -> None:
    product.organization("Free")
    organization_id = organization(product, VOLUME)
    with product.read() as uow:
        assert list(organizations_to_true_up(uow)) == [organization_id]
