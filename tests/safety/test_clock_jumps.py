"""Clocks that jump: what was decided stays decided, and nothing is given, ended or held twice."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from billing_core.bootstrap.self_audit import audit_books
from billing_core.domain.errors import BillingError, HoldResolved, InsufficientFunds
from billing_core.domain.holds import Hold, HoldState
from billing_core.services.charging.charge_events import Outcome, charge_events
from billing_core.services.charging.expire_holds import expire_holds
from billing_core.services.charging.ports import Receipt, ReleaseRequest, Request, ReserveRequest, SettleRequest
from billing_core.services.credits.expire_credits import expire_credits
from billing_core.services.credits.grant_plan_credits import grant_plan_credits
from tests.builders import an_event, credits
from tests.product import Product, a_product

AGENT = "CategorizationAgent"  # 2 credits a unit, on every plan
HOUR = timedelta(hours=1)


@pytest.fixture
def product(tmp_path: Path) -> Iterator[Product]:
    product = a_product(tmp_path)
    yield product
    assert list(audit_books(product)) == []
    product.close()


def ask(product: Product, request: Request) -> Outcome:
    with product.write() as uow:
        [outcome] = charge_events(uow, [request], product.clock)
    return outcome


def reserve(product: Product, organization_id: str, units: int, event_id: str = "held") -> Hold:
    outcome = ask(product, ReserveRequest(an_event(organization_id, AGENT, event_id, units=units), HOUR))
    assert isinstance(outcome, Hold), outcome
    return outcome


def settle(product: Product, hold: Hold) -> Outcome:
    return ask(product, SettleRequest(organization_id=hold.event.organization_id, hold_id=hold.id))


def end_credits(product: Product) -> None:
    with product.write() as uow:
        expire_credits(uow, product.clock.now())


def left(product: Product, organization_id: str) -> str:
    with product.read() as uow:
        return uow.credits.wallet(organization_id, "CREDITS").available.decimal_text


def test_a_hold_outlives_a_clock_that_goes_back_and_is_settled_once(product: Product) -> None:
    organization_id = product.organization(credits="10")
    hold = reserve(product, organization_id, 3)
    product.clock.advance(days=-3)
    assert expire_holds(product.write, product.clock) == 0
    assert isinstance(settle(product, hold), Receipt)
    product.clock.advance(days=9)
    assert expire_holds(product.write, product.clock) == 0
    assert left(product, organization_id) == "4.00"


def test_a_hold_that_expired_stays_expired_when_the_clock_goes_back(product: Product) -> None:
    organization_id = product.organization(credits="10")
    hold = reserve(product, organization_id, 3)
    product.clock.advance(hours=2)
    assert expire_holds(product.write, product.clock) == 1
    product.clock.advance(hours=-2)
    assert isinstance(settle(product, hold), HoldResolved)
    answer = ask(product, ReleaseRequest(organization_id=organization_id, hold_id=hold.id))
    assert isinstance(answer, Hold)
    assert answer.state is HoldState.EXPIRED
    assert left(product, organization_id) == "10.00"


def test_credits_that_were_written_off_do_not_come_back_with_the_clock(product: Product) -> None:
    organization_id = product.organization()
    product.grant(organization_id, "10", "1.00", expires_at=product.clock.now() + HOUR)
    product.clock.advance(hours=2)
    end_credits(product)
    product.clock.advance(hours=-2)
    [refused] = product.charge(an_event(organization_id, AGENT))
    assert isinstance(refused, InsufficientFunds)
    product.clock.advance(hours=2)
    end_credits(product)
    assert left(product, organization_id) == "0.00"


def test_plan_credits_are_given_once_a_period_however_the_clock_jumps(product: Product) -> None:
    organization_id = product.organization(plan="starter")  # 500 credits a month
    for days in (0, 31, -31, 31, 31, -62, 93):
        product.clock.advance(days=days)
        with product.write() as uow:
            grant_plan_credits(uow, product.clock.now())
    end_credits(product)
    with product.read() as uow:
        given = sum(state.grant.granted_nanos for state in uow.credits.grants(organization_id))
    assert given == 4 * credits("500").nanos
    assert left(product, organization_id) == "500.00"


def test_use_counts_in_the_period_of_its_time_whatever_was_charged_before(product: Product) -> None:
    organization_id = product.organization()
    for number, days in enumerate((0, 40, -40, 80, -80)):
        product.clock.advance(days=days)
        [receipt] = product.charge(an_event(organization_id, "ai_response", str(number), units=20), admit=True)
        outcome = (type(receipt).__name__, number)
        assert isinstance(receipt, BillingError) == (number == 4), outcome  # 50 a period, and 60 would be the third


def test_the_same_event_is_a_duplicate_at_any_time(product: Product) -> None:
    organization_id = product.organization(credits="10")
    event = an_event(organization_id, AGENT, units=1)
    [first] = product.charge(event)
    for days in (-90, 400):
        product.clock.advance(days=days)
        [again] = product.charge(event)
        assert isinstance(first, Receipt)
        assert isinstance(again, Receipt)
        assert (again.id, again.is_duplicate) == (first.id, True)
    assert left(product, organization_id) == "8.00"
