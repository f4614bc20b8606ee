"""The last instant, the second slice, the same event twice at once, the batch that came to nothing."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from billing_core.adapters.database.charging_store import ChargingStore
from billing_core.adapters.database.schema.credits import credit_allocation
from billing_core.adapters.database.schema.usage import usage_event
from billing_core.bootstrap import Application
from billing_core.bootstrap.self_audit import audit_books
from billing_core.domain.charging import charge_event
from billing_core.domain.errors import EventConflict, InsufficientFunds, InvalidInput, LimitExceeded, UsageTooLate
from billing_core.domain.holds import Hold
from billing_core.domain.money import Money
from billing_core.services.adjustments.cancel_events import cancel_event
from billing_core.services.charging.charge_events import charge_events
from billing_core.services.charging.ports import ChargeRequest, Receipt, ReserveRequest
from billing_core.services.credits.void_grant import void_grant
from billing_core.services.true_ups.true_up_periods import true_up_period
from tests.builders import an_event, books, credits, plan_terms, usd
from tests.product import SYSTEM, Product, a_product
from tests.safety.world import World

AGENT = "CategorizationAgent"  # 2 credits a unit, on every plan
INSTANT = timedelta(microseconds=1)


@pytest.fixture
def product(tmp_path: Path) -> Iterator[Product]:
    product = a_product(tmp_path)
    yield product
    assert list(audit_books(product)) == []
    product.close()


def test_usage_is_too_late_from_the_instant_on_in_which_its_grace_ends() -> None:
    terms = replace(plan_terms(), late_usage="reject", late_usage_days=1)
    event, occurred_at = an_event(), datetime(2026, 11, 30, tzinfo=UTC)
    grace_ends_at = datetime(2026, 12, 2, tzinfo=UTC)
    charged = charge_event(books(terms), event, occurred_at=occurred_at, now=grace_ends_at - INSTANT, admit=False)
    assert charged.price == usd("1")
    with pytest.raises(UsageTooLate):
        charge_event(books(terms), event, occurred_at=occurred_at, now=grace_ends_at, admit=False)


def test_a_grant_that_would_be_over_at_once_is_refused(product: Product) -> None:
    organization_id, now = product.organization(), product.clock.now()
    with pytest.raises(InvalidInput, match="has passed"):
        product.grant(organization_id, "5", expires_at=now)
    product.grant(organization_id, "5", expires_at=now + INSTANT)
    [paid] = product.charge(an_event(organization_id, AGENT, "1", units=1))
    assert isinstance(paid, Receipt)
    product.clock.advance(microseconds=1)
    [refused] = product.charge(an_event(organization_id, AGENT, "2", units=1))
    assert isinstance(refused, InsufficientFunds)


def test_the_same_event_twice_in_one_batch_is_charged_once(product: Product) -> None:
    organization_id = product.organization(credits="10")
    event = an_event(organization_id, AGENT, units=1)
    first, second, third = product.charge(event, event, replace(event, quantities=replace(event.quantities, units=2)))
    assert isinstance(first, Receipt)
    assert isinstance(second, Receipt)
    assert (first.is_duplicate, second.is_duplicate, first.id) == (False, True, second.id)
    assert isinstance(third, EventConflict)
    assert credits_left(product, organization_id) == credits("8").decimal_text


def test_every_slice_of_a_charge_that_two_grants_pay_is_on_record(product: Product) -> None:
    organization_id = product.organization(credits="3")
    grant_id = product.grant(organization_id, "7", "0.70")
    [receipt] = product.charge(an_event(organization_id, AGENT, units=4))
    assert isinstance(receipt, Receipt)
    with product.read() as uow:
        bought = uow.credits.grant(grant_id)
    assert (receipt.credits, bought.allocated_nanos) == (credits("8"), credits("5").nanos)


def test_a_batch_that_is_rolled_back_leaves_no_trace_in_memory_either(product: Product) -> None:
    organization_id = product.organization(credits="10")
    product.charge(an_event(organization_id, AGENT, "1", units=1))
    with pytest.raises(ZeroDivisionError):
        charge_and_fail(product, ChargeRequest(an_event(organization_id, AGENT, "2", units=4), admit=True))
    assert credits_left(product, organization_id) == "8.00"
    [receipt] = product.charge(an_event(organization_id, AGENT, "3", units=4))
    assert isinstance(receipt, Receipt)
    assert credits_left(product, organization_id) == "0.00"


def test_a_batch_whose_writing_fails_leaves_no_trace_in_memory_either(
    product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    organization_id = product.organization(credits="10")
    product.charge(an_event(organization_id, AGENT, "1", units=1))
    with monkeypatch.context() as patch:
        patch.setattr(ChargingStore, "write", lambda *_: 1 // 0)
        with pytest.raises(ZeroDivisionError):
            product.charge(an_event(organization_id, AGENT, "2", units=4))
    [receipt] = product.charge(an_event(organization_id, AGENT, "3", units=4))
    assert isinstance(receipt, Receipt)


def test_what_was_rolled_back_is_forgotten_when_another_process_writes_as_much(product: Product) -> None:
    organization_id = product.organization(credits="10")
    product.charge(an_event(organization_id, AGENT, "1", units=1))
    with pytest.raises(ZeroDivisionError):
        charge_and_fail(product, ChargeRequest(an_event(organization_id, AGENT, "2", units=4), admit=True))
    other = Product(product.settings, product.clock)
    other.charge(an_event(organization_id, AGENT, "3", units=1))
    Application.close(other)
    [receipt] = product.charge(an_event(organization_id, AGENT, "4", units=3))
    assert isinstance(receipt, Receipt)
    assert credits_left(product, organization_id) == "0.00"


def test_voided_credits_are_no_expired_ones(product: Product) -> None:
    organization_id = product.organization()
    grant_id = product.grant(organization_id, "5")
    with product.write() as uow:
        void_grant(uow, grant_id=grant_id, reason="Why", operation="void", actor=SYSTEM, now=product.clock.now())
    with product.read() as uow:
        state = uow.credits.grant(grant_id)
    assert (state.voided_nanos, state.expired_nanos) == (credits("5").nanos, 0)


def test_slices_of_a_grant_cost_together_what_was_paid_for_it(product: Product) -> None:
    organization_id = product.organization()
    product.grant(organization_id, "3", "0.10")
    for number in range(3):
        product.charge(an_event(organization_id, "MyFeature", str(number)))  # a credit each
    slices = select(credit_allocation.c.cost_nanos)
    in_order = slices.join(usage_event, usage_event.c.id == credit_allocation.c.event_id).order_by(usage_event.c.seq)
    with product.database.read() as connection:
        costs = connection.scalars(in_order).all()
    assert costs == [33_333_333, 33_333_334, 33_333_333]


def test_an_event_is_cancelled_after_its_period_was_trued_up(tmp_path: Path) -> None:
    world = World(tmp_path)
    product = world.processes[0]
    owner = product.organization(plan="open")  # up to 5 units at 0.30, more of them at 0.11 and a fee of 0.02
    first, _ = product.charge(an_event(owner, "bulk", "1", units=5), an_event(owner, "bulk", "2"))
    assert isinstance(first, Receipt)
    product.clock.advance(days=40)
    assert true_up(product, owner) == (usd("0.68"), usd("0"))
    with product.write() as uow:
        now = product.clock.now()
        cancel_event(uow, organization_id=owner, event_id=first.id, reason="It never was", actor=SYSTEM, now=now)
    assert owed_and_paid_up_front(product, owner) == (usd("0"), usd("0.82"))
    assert true_up(product, owner) == (usd("0.30"), usd("0"))  # as one unit costs
    assert world.findings() == []
    world.close()


def true_up(product: Product, organization_id: str) -> tuple[Money, Money]:
    with product.write() as uow:
        true_up_period(uow, organization_id, product.clock.now())
    return owed_and_paid_up_front(product, organization_id)


def owed_and_paid_up_front(product: Product, organization_id: str) -> tuple[Money, Money]:
    with product.read() as uow:
        wallet = uow.credits.wallet(organization_id, "USD")
    return wallet.owed, wallet.posted


def test_a_balance_that_is_held_is_not_spent_by_another_process(tmp_path: Path) -> None:
    world = World(tmp_path)
    product, other = world.processes
    owner = product.organization(plan="basic")
    product.top_up(owner, "1")
    with product.write() as uow:
        request = ReserveRequest(an_event(owner, "capped", "held", units=2), timedelta(hours=1))  # 0.80
        [hold] = charge_events(uow, [request], product.clock)
    assert isinstance(hold, Hold)
    [refused] = other.charge(an_event(owner, "capped", "1"))  # 0.40
    assert isinstance(refused, InsufficientFunds)
    assert refused.details["available_balance"] == "0.20"
    world.close()


def test_late_use_counts_on_what_its_period_had_though_the_books_began_later(product: Product) -> None:
    owner, begin = product.organization(), product.clock.now()
    product.charge(an_event(owner, "ai_response", "1", units=40))
    product.clock.advance(days=80)
    other = Product(product.settings, product.clock)
    other.charge(an_event(owner, "ai_response", "2", units=1))  # reads the books of these days
    [refused] = other.charge(an_event(owner, "ai_response", "3", units=11, occurred_at=begin), admit=True)
    assert isinstance(refused, LimitExceeded)
    assert (refused.details["used"], refused.details["limit"]) == (40, 50)
    Application.close(other)


def charge_and_fail(product: Product, request: ChargeRequest) -> None:
    with product.write() as uow:
        charge_events(uow, [request], product.clock)
        raise ZeroDivisionError


def credits_left(product: Product, organization_id: str) -> str:
    with product.read() as uow:
        return uow.credits.wallet(organization_id, "CREDITS").posted.decimal_text
