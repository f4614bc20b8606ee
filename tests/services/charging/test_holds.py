"""Holds through storage: nothing is promised twice, and a hold resolves exactly once."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from billing_core.bootstrap.self_audit import audit_books
from billing_core.domain.errors import (
    BillingError,
    Conflict,
    EventConflict,
    HoldResolved,
    InsufficientFunds,
    InvalidInput,
    LimitExceeded,
    NotFound,
)
from billing_core.domain.holds import Hold, HoldState
from billing_core.domain.usage import Quantities, UsageEvent
from billing_core.services.charging.charge_events import Outcome, charge_events
from billing_core.services.charging.expire_holds import expire_holds
from billing_core.services.charging.ports import Receipt, ReleaseRequest, Request, ReserveRequest, SettleRequest
from tests.builders import an_event, credits, usd
from tests.product import Product, a_product

MINUTE = timedelta(minutes=1)
AGENT = "CategorizationAgent"  # 2 credits a unit, on every plan


@pytest.fixture
def product(tmp_path: Path) -> Iterator[Product]:
    product = a_product(tmp_path)
    yield product
    assert list(audit_books(product)) == []
    product.close()


def ask(product: Product, *requests: Request) -> list[Outcome]:
    with product.write() as uow:
        return list(charge_events(uow, requests, product.clock))


def reserve(product: Product, event: UsageEvent, lifetime: timedelta = MINUTE) -> Hold:
    [hold] = ask(product, ReserveRequest(event, lifetime))
    assert isinstance(hold, Hold), hold
    return hold


def settle(product: Product, hold: Hold, units: int, *, admit: bool = True) -> Outcome:
    request = SettleRequest(
        organization_id=hold.event.organization_id, hold_id=hold.id, quantities=Quantities(units=units), admit=admit
    )
    return ask(product, request)[0]


def release(product: Product, hold: Hold) -> Outcome:
    return ask(product, ReleaseRequest(organization_id=hold.event.organization_id, hold_id=hold.id))[0]


def agent_call(organization_id: str, units: int, event_id: str = "1") -> UsageEvent:
    return an_event(organization_id, AGENT, event_id, units=units)


def refused(outcome: Outcome, kind: type[BillingError]) -> BillingError:
    assert isinstance(outcome, kind), outcome
    return outcome


def wallet(product: Product, organization_id: str, currency: str = "CREDITS") -> tuple[str, str]:
    with product.read() as uow:
        purse = uow.credits.wallet(organization_id, currency)
    return purse.posted.decimal_text, purse.held.decimal_text


def test_what_is_held_cannot_be_spent_until_it_is_released(product: Product) -> None:
    organization_id = product.organization(credits="10")
    hold = reserve(product, agent_call(organization_id, 4))
    assert wallet(product, organization_id) == ("10.00", "8.00")
    other = agent_call(organization_id, 2, "2")
    refusal = refused(product.charge(other)[0], InsufficientFunds)
    assert refusal.details["available_credits"] == "2.00"
    released = release(product, hold)
    assert isinstance(released, Hold)
    assert released.state is HoldState.RELEASED
    assert isinstance(product.charge(other)[0], Receipt)
    assert wallet(product, organization_id) == ("6.00", "0.00")


def test_less_than_was_held_is_charged_and_the_rest_given_back(product: Product) -> None:
    organization_id = product.organization(credits="10")
    hold = reserve(product, agent_call(organization_id, 4))
    receipt = settle(product, hold, 1)
    assert isinstance(receipt, Receipt)
    assert (receipt.credits, receipt.event_id) == (credits("2"), "1")
    assert wallet(product, organization_id) == ("8.00", "0.00")


def test_more_than_was_held_is_charged_when_funds_allow_and_else_the_hold_stays(product: Product) -> None:
    organization_id = product.organization(credits="10")
    hold = reserve(product, agent_call(organization_id, 2))
    refused(settle(product, hold, 6), InsufficientFunds)
    assert wallet(product, organization_id) == ("10.00", "4.00")
    receipt = settle(product, hold, 5)
    assert isinstance(receipt, Receipt)
    assert receipt.credits == credits("10")
    assert wallet(product, organization_id) == ("0.00", "0.00")


def test_use_that_has_happened_is_charged_beyond_the_hold_as_overage(product: Product) -> None:
    organization_id = product.organization(credits="4")
    hold = reserve(product, agent_call(organization_id, 2))
    receipt = settle(product, hold, 3, admit=False)
    assert isinstance(receipt, Receipt)
    assert (receipt.credits, receipt.overage) == (credits("4"), usd("0.20"))


def test_a_hold_is_settled_once(product: Product) -> None:
    organization_id = product.organization(credits="10")
    hold = reserve(product, agent_call(organization_id, 4))
    first = settle(product, hold, 1)
    again = settle(product, hold, 1)
    assert isinstance(first, Receipt)
    assert isinstance(again, Receipt)
    assert (again.id, again.is_duplicate) == (first.id, True)
    assert refused(settle(product, hold, 2), HoldResolved).details["state"] == "settled"
    refused(release(product, hold), HoldResolved)
    assert wallet(product, organization_id) == ("8.00", "0.00")


def test_releasing_twice_gives_back_once(product: Product) -> None:
    organization_id = product.organization(credits="10")
    hold = reserve(product, agent_call(organization_id, 4))
    assert release(product, hold) == release(product, hold)
    assert wallet(product, organization_id) == ("10.00", "0.00")
    refused(settle(product, hold, 1), HoldResolved)


def test_a_hold_expires_by_itself_and_cannot_be_settled_afterwards(product: Product) -> None:
    organization_id = product.organization(credits="10")
    hold = reserve(product, agent_call(organization_id, 4))
    product.clock.advance(seconds=59)
    assert expire_holds(product.write, product.clock) == 0
    product.clock.advance(seconds=1)
    assert refused(settle(product, hold, 1), HoldResolved).details["state"] == "expired"
    assert wallet(product, organization_id) == ("10.00", "8.00")
    assert expire_holds(product.write, product.clock) == 1
    assert wallet(product, organization_id) == ("10.00", "0.00")
    with product.read() as uow:
        assert uow.holds.by_id([hold.id])[hold.id].state is HoldState.EXPIRED


def test_reserving_twice_for_one_event_holds_once(product: Product) -> None:
    organization_id = product.organization(credits="10")
    event = agent_call(organization_id, 2)
    first = reserve(product, event)
    assert reserve(product, event) == first
    assert ask(product, ReserveRequest(event, MINUTE), ReserveRequest(event, MINUTE)) == [first, first]
    assert wallet(product, organization_id) == ("10.00", "4.00")
    [other] = ask(product, ReserveRequest(agent_call(organization_id, 3), MINUTE))
    refused(other, EventConflict)


def test_nothing_is_held_for_an_event_that_was_charged(product: Product) -> None:
    organization_id = product.organization(credits="10")
    event = agent_call(organization_id, 2)
    product.charge(event)
    [outcome] = ask(product, ReserveRequest(event, MINUTE))
    refused(outcome, Conflict)


def test_credits_that_expire_while_they_are_held_still_pay_for_their_holder_only(product: Product) -> None:
    organization_id = product.organization()
    product.grant(organization_id, "8", expires_at=product.clock.now() + MINUTE)
    hold = reserve(product, agent_call(organization_id, 3), timedelta(hours=1))
    product.clock.advance(minutes=2)
    refused(product.charge(agent_call(organization_id, 1, "2"))[0], InsufficientFunds)
    receipt = settle(product, hold, 2)
    assert isinstance(receipt, Receipt)
    assert receipt.credits == credits("4")
    refused(product.charge(agent_call(organization_id, 1, "2"))[0], InsufficientFunds)


def test_an_allowance_that_is_held_is_not_given_to_another(product: Product) -> None:
    organization_id = product.organization()
    hold = reserve(product, an_event(organization_id, "ai_response", units=48))
    answer = an_event(organization_id, "ai_response", "2", units=3)
    assert refused(product.charge(answer)[0], LimitExceeded).details["held"] == 48
    settle(product, hold, 47)
    assert isinstance(product.charge(answer)[0], Receipt)


def test_a_balance_that_is_held_stays_until_the_hold_is_settled(product: Product) -> None:
    organization_id = product.organization()
    product.top_up(organization_id, "1.00")
    hold = reserve(product, agent_call(organization_id, 4))
    assert wallet(product, organization_id, "USD") == ("1.00", "0.80")
    settle(product, hold, 3)
    assert wallet(product, organization_id, "USD") == ("0.40", "0.00")


def test_requests_about_one_hold_may_come_together(product: Product) -> None:
    organization_id = product.organization(credits="10")
    hold = reserve(product, agent_call(organization_id, 4))
    settling = SettleRequest(organization_id=organization_id, hold_id=hold.id)
    releasing = ReleaseRequest(organization_id=organization_id, hold_id=hold.id)
    receipt, again, late = ask(product, settling, settling, releasing)
    assert isinstance(receipt, Receipt)
    assert isinstance(again, Receipt)
    assert again.is_duplicate
    refused(late, HoldResolved)


def test_a_hold_of_another_organization_is_not_there(product: Product) -> None:
    organization_id = product.organization(credits="10")
    hold = reserve(product, agent_call(organization_id, 4))
    other = product.organization("Other")
    [outcome] = ask(product, ReleaseRequest(organization_id=other, hold_id=hold.id))
    refused(outcome, NotFound)


@pytest.mark.parametrize("lifetime", [timedelta(0), timedelta(days=2)])
def test_a_hold_lasts_a_second_to_a_day(product: Product, lifetime: timedelta) -> None:
    organization_id = product.organization(credits="10")
    [outcome] = ask(product, ReserveRequest(agent_call(organization_id, 1), lifetime))
    assert refused(outcome, InvalidInput).field == "lifetime"


def test_the_provider_and_the_model_may_be_told_when_a_hold_is_settled(product: Product) -> None:
    owner = product.organization()
    hold = reserve(product, an_event(owner, input_tokens=1_000))
    [receipt] = ask(product, SettleRequest(organization_id=owner, hold_id=hold.id, provider="openai", model="gpt-4"))
    assert isinstance(receipt, Receipt)
    assert receipt.provider_cost == usd("0.03")


def test_a_hold_settled_for_what_no_event_can_be_is_refused_alone(product: Product) -> None:
    owner = product.organization(credits="100")
    first, second = (reserve(product, an_event(owner, AGENT, event_id)) for event_id in "12")
    nameless = SettleRequest(organization_id=owner, hold_id=first.id, model="gpt-4")
    refused, settled = ask(product, nameless, SettleRequest(organization_id=owner, hold_id=second.id))
    assert isinstance(refused, InvalidInput)
    assert refused.field == "provider"
    assert isinstance(settled, Receipt)
