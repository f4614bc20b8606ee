"""What plans may say of a price, through storage: tiers, bounds, discounts, late usage, matrices."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from billing_core.bootstrap.self_audit import audit_books
from billing_core.domain.errors import BillingError, UsageTooLate
from billing_core.domain.money import Money
from billing_core.domain.plans import Beyond, Discount, FeatureTerms, PlanTerms
from billing_core.domain.prices import Graduated, PerUnit, PriceModel, Tier, Volume
from billing_core.domain.usage import UsageEvent
from billing_core.services.charging.ports import Receipt
from tests.builders import an_event, plan_terms, usd
from tests.product import NOON, Product, a_product

GRADUATED = Graduated("USD", (Tier(10, usd("1").nanos), Tier(None, usd("0.50").nanos)))
VOLUME = Volume("USD", (Tier(10, usd("1").nanos), Tier(None, usd("0.50").nanos)))


@pytest.fixture
def product(tmp_path: Path) -> Iterator[Product]:
    product = a_product(tmp_path)
    yield product
    assert list(audit_books(product)) == []
    product.close()


def terms(price: PriceModel, **details: object) -> PlanTerms:
    """The feature `chat` without an allowance."""
    feature = FeatureTerms(None, price, Beyond.OVERAGE, **details)  # type: ignore[arg-type]
    return replace(plan_terms(), seats_max=1, allowances={}, features={"chat": feature})


def prices(product: Product, *events: UsageEvent) -> list[Money]:
    """The price of each event, charged one by one."""
    found: list[Money] = []
    for event in events:
        [outcome] = product.charge(event, admit=False)
        assert isinstance(outcome, Receipt), outcome
        found.append(outcome.price)
    return found


def uses(organization_id: str, *units: int) -> list[UsageEvent]:
    return [an_event(organization_id, event_id=str(number), units=count) for number, count in enumerate(units)]


def test_tiers_are_counted_over_the_period_whatever_the_batches(product: Product) -> None:
    product.plan(terms(GRADUATED))
    one, other = product.organization("One"), product.organization("Other")
    assert prices(product, *uses(one, 4, 8, 3)) == [usd("4"), usd("7"), usd("1.50")]
    together = product.charge(*uses(other, 4, 8, 3), admit=False)
    assert [item.price for item in together if isinstance(item, Receipt)] == [usd("4"), usd("7"), usd("1.50")]


def test_a_new_period_begins_with_the_first_tier(product: Product) -> None:
    product.plan(terms(GRADUATED))
    organization_id = product.organization()
    assert prices(product, *uses(organization_id, 12)) == [usd("11")]
    product.clock.advance(days=31)
    assert prices(product, an_event(organization_id, event_id="later", units=2)) == [usd("2")]


def test_a_volume_price_is_never_given_back_within_the_period(product: Product) -> None:
    product.plan(terms(VOLUME))
    organization_id = product.organization()
    assert prices(product, *uses(organization_id, 9, 2, 10)) == [usd("9"), usd("0"), usd("1.50")]


def test_a_period_costs_at_most_the_maximum(product: Product) -> None:
    product.plan(terms(PerUnit(usd("1")), maximum=usd("5")))
    organization_id = product.organization()
    assert prices(product, *uses(organization_id, 3, 3, 3)) == [usd("3"), usd("2"), usd("0")]


def test_a_discount_is_taken_off_what_it_extends_to(product: Product) -> None:
    education = Discount("Education", 2_500)
    product.plan(replace(terms(PerUnit(usd("1"))), discounts={"edu": education}))
    organization_id = product.organization()
    assert prices(product, *uses(organization_id, 1)) == [usd("1")]
    product.clock.advance(seconds=1)
    product.discount(organization_id, "edu")
    assert prices(product, an_event(organization_id, event_id="with", units=2)) == [usd("1.50")]


@pytest.mark.parametrize("policy", ["closed_period", "this_period", "reject"])
def test_late_usage_counts_where_the_plan_says(product: Product, policy: str) -> None:
    product.plan(replace(terms(GRADUATED), late_usage=policy, late_usage_days=3))
    organization_id = product.organization()
    prices(product, an_event(organization_id, event_id="in time", units=10))
    product.clock.advance(days=32)
    soon = an_event(organization_id, event_id="soon", units=1, occurred_at=NOON + timedelta(days=1))
    assert prices(product, soon) == [usd("0.50")], "within three days it counts in its period under any policy"
    product.clock.advance(days=5)
    late = replace(soon, event_id="late")
    [outcome] = product.charge(late, admit=False)
    if policy == "reject":
        assert isinstance(outcome, UsageTooLate)
        assert outcome.details["late_usage_days"] == 3
    else:
        assert not isinstance(outcome, BillingError)
        assert outcome.price == (usd("0.50") if policy == "closed_period" else usd("1"))
