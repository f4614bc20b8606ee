"""Limits: what charging has counted against each allowance, and when it will be used up."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from billing_core.adapters.database.unit_of_work import UnitOfWork
from billing_core.domain.periods import Period
from billing_core.domain.plans import Allowance
from billing_core.services.limits.forecast_limit import Forecast, forecast_limit
from billing_core.services.limits.ports import Limit
from billing_core.services.limits.read_limits import read_limits
from tests.builders import an_event
from tests.product import NOON, Product, a_product

START = datetime(2026, 11, 1, tzinfo=UTC)
END = datetime(2026, 12, 1, tzinfo=UTC)


@pytest.fixture
def product(tmp_path: Path) -> Product:
    return a_product(tmp_path)


def limits_of(product: Product, *organization_ids: str) -> dict[tuple[str, str], Limit]:
    with product.read() as uow:
        found = read_limits(uow.limits, frozenset(organization_ids) or None, product.clock.now())
    return {(limit.organization_name, limit.code): limit for limit in found}


def a_limit(used: int, quantity: int | None = 1_000, **allowance: object) -> Limit:
    return Limit(
        organization_id="org_1",
        organization_name="Northwind AI",
        code="calls",
        allowance=Allowance("AI calls", quantity, **allowance),  # type: ignore[arg-type]
        features=("chat",),
        stops=False,
        used=used,
        period=Period(START, END),
    )


def test_what_was_charged_is_used_and_the_rest_remains(product: Product):
    north = product.organization("North", "free")
    product.charge(*(an_event(north, "chat", str(number)) for number in range(3)), admit=False)
    limit = limits_of(product, north)["North", "calls"]
    assert (limit.used, limit.allowance.quantity, limit.remaining) == (3, 1_000, 997)
    assert "chat" in limit.features
    assert limit.period == Period(NOON, datetime(2026, 12, 20, 12, tzinfo=UTC))


def test_an_allowance_that_nothing_used_stands_at_zero(product: Product):
    north = product.organization("North", "free")
    assert {code: limit.used for (_, code), limit in limits_of(product, north).items()} == {
        "calls": 0,
        "ai_responses": 0,
        "document_uploads": 0,
        "storage": 0,
    }


def test_use_beyond_the_allowance_counts_and_leaves_nothing(product: Product):
    north = product.organization("North", "free")
    product.charge(*(an_event(north, "document_upload", str(number)) for number in range(8)), admit=False)
    limit = limits_of(product, north)["North", "document_uploads"]
    assert (limit.used, limit.remaining, limit.stops) == (8, 0, True)


def test_the_last_period_is_not_counted_in_this_one(product: Product):
    north = product.organization("North", "free")
    product.charge(an_event(north))
    product.clock.set(NOON + timedelta(days=31))
    product.charge(an_event(north, event_id="2"), an_event(north, event_id="3"))
    assert limits_of(product, north)["North", "calls"].used == 2


def test_one_organization_is_not_shown_the_limits_of_another(product: Product):
    north, south = product.organization("North", "free"), product.organization("South", "enterprise")
    product.charge(an_event(south))
    assert {name for name, _ in limits_of(product, north)} == {"North"}
    everyone = limits_of(product)
    assert {name for name, _ in everyone} == {"North", "South"}
    assert everyone["South", "calls"].allowance.quantity is None
    assert everyone["South", "calls"].remaining is None
    assert everyone["South", "calls"].used == 1


def test_each_organization_is_counted_on_its_own_and_in_its_own_period(product: Product):
    north = product.organization("North", "free")
    product.clock.set(NOON + timedelta(days=4))
    south = product.organization("South", "free")
    product.charge(an_event(north), an_event(south), an_event(south, event_id="2"))
    both = limits_of(product)
    assert (both["North", "calls"].used, both["South", "calls"].used) == (1, 2)
    assert both["South", "calls"].period.start - both["North", "calls"].period.start == timedelta(days=4)


def test_no_organizations_have_no_limits(product: Product):
    with product.read() as uow:
        assert isinstance(uow, UnitOfWork)
        assert read_limits(uow.limits, None, NOON) == []
        assert read_limits(uow.limits, frozenset(), NOON) == []


def test_use_goes_on_in_a_straight_line():
    tenth = START + timedelta(days=10)
    assert forecast_limit(a_limit(300), tenth) == Forecast(900, None)
    assert forecast_limit(a_limit(500), tenth) == Forecast(1_500, START + timedelta(days=20))


def test_what_is_used_up_does_not_run_out_again():
    assert forecast_limit(a_limit(1_000), START + timedelta(days=10)) == Forecast(3_000, None)


@pytest.mark.parametrize(
    ("limit", "elapsed"),
    [
        (a_limit(500, None), timedelta(days=10)),
        (a_limit(500, aggregation="max"), timedelta(days=10)),
        (a_limit(500), timedelta(hours=23)),
    ],
    ids=["unlimited", "a level", "the first day"],
)
def test_nothing_is_forecast_where_it_would_say_nothing(limit: Limit, elapsed: timedelta):
    assert forecast_limit(limit, START + elapsed) is None
