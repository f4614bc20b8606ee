"""Movements, daily balances and the forecast agree with the grants they are made of."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from billing_core.domain.credits import Origin
from billing_core.domain.errors import InvalidInput, NotFound
from billing_core.domain.money import CREDITS, Money
from billing_core.services.credits.forecast_credits import CreditForecast, forecast_credits
from billing_core.services.credits.give_promotion import give_promotion
from billing_core.services.credits.read_history import CreditHistory, MovementKind, read_history
from tests.builders import an_event
from tests.product import NOON, SYSTEM, Product, a_product

TODAY = date(2026, 11, 20)


@pytest.fixture
def product(tmp_path: Path) -> Iterator[Product]:
    product = a_product(tmp_path)
    yield product
    product.close()


def nanos(credits: str) -> int:
    return Money.parse(credits, CREDITS).nanos


def use(product: Product, organization_id: str, times: int, *, key: str = "use") -> None:
    """Ten credits each."""
    product.charge(
        *(
            an_event(organization_id, "generate_content", f"{key}-{number}", occurred_at=product.clock.now())
            for number in range(times)
        )
    )


def history_of(product: Product, organization_id: str) -> CreditHistory:
    with product.read() as uow:
        return read_history(uow, organization_id, product.clock.now())


def forecast_of(product: Product, organization_id: str, burn: str) -> CreditForecast:
    with product.read() as uow:
        grants = uow.credits.grants(organization_id)
    return forecast_credits(grants, nanos(burn), product.clock.now(), ZoneInfo("UTC"))


def test_every_day_ends_with_the_balance_its_movements_leave(product: Product):
    product.clock.advance(days=-10)
    north = product.organization()
    product.grant(north, "100")
    product.clock.advance(days=3)
    use(product, north, 2)
    product.clock.set(NOON)
    history = history_of(product, north)
    balances = dict(history.balances)
    assert balances[TODAY - timedelta(days=8)] == nanos("100")
    assert balances[TODAY - timedelta(days=7)] == balances[TODAY] == nanos("80")
    assert [(item.kind, item.amount.nanos) for item in history.movements] == [
        (MovementKind.USED, -nanos("20")),
        (MovementKind.PURCHASED, nanos("100")),
    ]
    assert history.burn_nanos == nanos("20") // 10


def test_what_was_left_of_a_grant_leaves_the_balance_on_the_day_it_ends(product: Product):
    product.clock.advance(days=-10)
    north = product.organization()
    product.grant(north, "100", expires_at=NOON - timedelta(days=2))
    use(product, north, 1)
    product.clock.set(NOON)
    history = history_of(product, north)
    assert dict(history.balances)[TODAY] == 0
    assert dict(history.balances)[TODAY - timedelta(days=3)] == nanos("90")
    assert (history.movements[0].kind, history.movements[0].amount.nanos) == (MovementKind.EXPIRED, -nanos("90"))


def test_usage_of_an_earlier_day_counts_from_the_beginning_of_the_grant_that_paid(product: Product):
    north = product.organization()
    product.grant(north, "100")
    product.charge(an_event(north, "generate_content", "late", occurred_at=NOON - timedelta(days=5)), admit=False)
    history = history_of(product, north)
    assert min(balance for _, balance in history.balances) >= 0
    assert {item.day for item in history.movements} == {TODAY}


def test_credits_last_until_the_day_the_last_of_them_is_used(product: Product):
    north = product.organization()
    product.grant(north, "100")
    forecast = forecast_of(product, north, "30")
    assert forecast.runs_out_on == TODAY + timedelta(days=4)
    assert [balance for _, balance in forecast.balances] == [nanos(text) for text in ("100", "70", "40", "10", "0")]
    assert not forecast.expiries


def test_a_forecast_loses_what_a_grant_still_holds_on_its_last_day(product: Product):
    north = product.organization()
    product.grant(north, "100", expires_at=NOON + timedelta(days=2))
    product.grant(north, "50")
    forecast = forecast_of(product, north, "30")
    assert forecast.expiries == [(TODAY + timedelta(days=2), nanos("70"))]
    assert forecast.runs_out_on == TODAY + timedelta(days=3)


def test_unused_credits_without_expiry_last_for_longer_than_the_forecast_looks(product: Product):
    north = product.organization()
    product.grant(north, "1")
    assert forecast_of(product, north, "0").runs_out_on is None


def test_an_unknown_organization_has_no_history(product: Product):
    with pytest.raises(NotFound, match="org_nobody"):
        history_of(product, "org_nobody")


def promote(product: Product, organization_id: str, reason: str = "Goodwill", amount: str = "25") -> str:
    with product.write() as uow:
        return give_promotion(
            uow,
            organization_id=organization_id,
            amount=Money.parse(amount, CREDITS),
            reason=reason,
            expires_at=NOON + timedelta(days=30),
            operation="promotion:test",
            actor=SYSTEM,
            now=NOON,
        ).id


def test_giving_a_promotion_twice_with_one_key_grants_and_records_it_once(product: Product):
    north = product.organization()
    grant_id = promote(product, north)
    assert promote(product, north) == grant_id
    with product.read() as uow:
        (state,) = uow.credits.grants(north)
        (record,) = uow.audit.records_of("credit_grant", grant_id)
    assert (state.grant.origin, state.grant.name, state.grant.cost.nanos) == (Origin.PROMOTION, "Goodwill", 0)
    assert record.after is not None
    assert record.after["credits"] == "25.00"


@pytest.mark.parametrize(("reason", "amount", "field"), [(" ", "25", "reason"), ("Goodwill", "0", "amount")])
def test_a_promotion_without_reason_or_credits_names_the_field_and_writes_nothing(
    product: Product, reason: str, amount: str, field: str
):
    north = product.organization()
    with pytest.raises(InvalidInput) as caught:
        promote(product, north, reason, amount)
    assert caught.value.field == field
    with product.read() as uow:
        assert not uow.credits.grants(north)
