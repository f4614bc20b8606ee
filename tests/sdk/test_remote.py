"""The same product code in the process of billing and over HTTP: one line differs."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from billing_core.bootstrap.application import application
from billing_core.domain.clock import SettableClock
from billing_core.domain.errors import (
    BillingError,
    EventConflict,
    FeatureNotIncluded,
    HoldResolved,
    InsufficientFunds,
    InvalidInput,
    NotFound,
)
from billing_core.domain.holds import HoldState
from billing_core.domain.usage import Quantities
from billing_core.domain.used import Used
from billing_core.sdk import BilledAgent, BillingManager, billing_context, billing_required, reserve
from billing_core.sdk.backend import Backend
from billing_core.services.charging.expire_holds import expire_holds
from billing_core.services.charging.ports import Receipt
from tests.builders import an_event, credits, plan_terms, usd
from tests.product import Product

AGENT = "CategorizationAgent"


def test_a_use_is_charged_once(house: Backend, acme: str) -> None:
    event = an_event(acme, AGENT, units=3, properties={"topic": "Überschrift"}, latency_ms=12, run="nightly")
    first, second = house.charge(event), asyncio.run(house.charge_async(event))
    assert (first.price, first.credits, first.measured, first.is_duplicate) == (credits("6"), credits("6"), 3, False)
    assert second == first._replace(is_duplicate=True)
    with pytest.raises(EventConflict):
        house.charge(replace(event, quantities=Quantities(units=4)))


def test_a_receipt_says_all_that_the_event_says(house: Backend, acme: str) -> None:
    at = application().clock.now() - timedelta(hours=1)
    event = an_event(
        acme, "chat", occurred_at=at, provider="openai", model="gpt-4", input_tokens=1_000, output_tokens=10
    )
    receipt = house.charge(event)
    assert (receipt.organization_id, receipt.source, receipt.event_id) == event.identity
    assert (receipt.feature, receipt.occurred_at, receipt.included) == ("chat", at, 1)
    assert receipt.provider_cost == usd("0.0306")
    assert not receipt.is_unpriced


def test_a_refusal_has_its_numbers(house: Backend, acme: str) -> None:
    with pytest.raises(InsufficientFunds) as caught:
        house.charge(an_event(acme, AGENT, units=51))
    assert caught.value.message == (
        "The price is 102.00 CREDITS; 100.00 credits and a balance of 0.00 USD are available. "
        "Buy credits or top up the balance."
    )
    assert caught.value.field == "organization_id"
    assert caught.value.details == {
        "scope": f"organization:{acme}",
        "limit": "102.00",
        "currency": "CREDITS",
        "available_credits": "100.00",
        "available_balance": "0.00",
        "resets_at": None,
    }


def test_what_has_happened_is_recorded_and_becomes_overage(house: Backend, acme: str) -> None:
    receipt = house.record(an_event(acme, AGENT, units=55))
    assert (receipt.credits, receipt.overage) == (credits("100"), usd("1"))
    assert asyncio.run(house.record_async(an_event(acme, AGENT, units=55))).is_duplicate


def test_many_are_recorded_with_an_outcome_each(house: Backend, acme: str) -> None:
    events = [
        an_event(acme, AGENT),
        an_event(acme, "nothing_of_the_kind", "2"),
        an_event(acme, AGENT),
        an_event(acme, AGENT, units=2),
    ]

    def seen(outcomes: Any) -> list[object]:
        return [item.is_duplicate if isinstance(item, Receipt) else (type(item), item.field) for item in outcomes]

    later = [True, (NotFound, "feature"), True, (EventConflict, "event_id")]
    assert seen(house.record_many(events)) == [False, *later[1:]]
    assert seen(asyncio.run(house.record_many_async(events))) == later
    assert list(house.record_many([])) == []
    with pytest.raises(InvalidInput, match="1,000"):
        house.record_many([an_event(acme, AGENT)] * 1_001)


def test_a_call_is_admitted_and_charged_for_what_it_used(house: Backend, acme: str) -> None:
    admitted = house.admit(an_event(acme, AGENT, units=50))
    with pytest.raises(InsufficientFunds):
        house.admit(an_event(acme, AGENT, "2"))
    assert house.finish(admitted, Used(quantities=Quantities(units=2), latency_ms=3)).credits == credits("4")
    house.cancel(house.admit(an_event(acme, AGENT, "3", units=48)))
    assert house.balance(acme).credits == credits("96")


def test_a_call_that_was_cancelled_is_admitted_again_only_while_it_is_covered(house: Backend, acme: str) -> None:
    event = an_event(acme, AGENT, units=30)
    house.cancel(house.admit(event))
    assert house.finish(house.admit(event)).credits == credits("60")
    other = an_event(acme, AGENT, "2", units=20)
    house.cancel(house.admit(other))
    house.charge(an_event(acme, AGENT, "3"))
    with pytest.raises(InsufficientFunds):
        house.admit(other)


def test_a_hold_is_settled_for_less_once(house: Backend, acme: str) -> None:
    hold = house.reserve(an_event(acme, AGENT, units=50))
    assert (hold.state, hold.reserved.price, hold.reserved.credits_nanos) == (
        HoldState.OPEN,
        credits("100"),
        credits("100").nanos,
    )
    assert house.balance(acme).credits == credits("0")
    used = Used(quantities=Quantities(units=3), properties={"pages": 3})
    receipt = house.settle(acme, hold.id, used)
    assert (receipt.credits, receipt.is_duplicate) == (credits("6"), False)
    assert house.settle(acme, hold.id, used) == receipt._replace(is_duplicate=True)
    with pytest.raises(HoldResolved):
        house.settle(acme, hold.id, Used(quantities=Quantities(units=4)))
    with pytest.raises(HoldResolved):
        house.release(acme, hold.id)
    assert house.balance(acme).credits == credits("94")


def test_a_hold_is_settled_for_more_where_that_is_covered_or_has_happened(house: Backend, acme: str) -> None:
    hold = house.reserve(an_event(acme, AGENT, units=10))
    more = Used(quantities=Quantities(units=60))
    with pytest.raises(InsufficientFunds):
        house.settle(acme, hold.id, more)
    assert house.settle(acme, hold.id, more, is_refusable=False).overage == usd("2")


def test_a_hold_is_released_or_expires(house: Backend, acme: str) -> None:
    hold = house.reserve(an_event(acme, AGENT, units=10))
    released = house.release(acme, hold.id)
    assert (released.id, released.state, released.event.identity) == (hold.id, HoldState.RELEASED, hold.event.identity)
    expired = house.reserve(an_event(acme, AGENT, "2", units=10), timedelta(seconds=30))
    assert expired.expires_at - expired.created_at == timedelta(seconds=30)
    clock = SettableClock(application().clock.now() + timedelta(hours=1))
    assert expire_holds(application().write, clock) == 1
    with pytest.raises(HoldResolved) as caught:
        house.settle(acme, expired.id)
    assert (caught.value.field, caught.value.details["state"]) == ("hold_id", "expired")


@pytest.mark.parametrize("lifetime", [timedelta(0), timedelta(days=2)])
def test_a_lifetime_out_of_bounds_is_named(house: Backend, acme: str, lifetime: timedelta) -> None:
    with pytest.raises(InvalidInput) as caught:
        house.reserve(an_event(acme, AGENT), lifetime)
    assert caught.value.field == "lifetime"


def test_a_question_is_answered_with_the_numbers(house: Backend, acme: str) -> None:
    allowed = house.entitlement(an_event(acme, AGENT, units=3))
    assert (allowed.is_allowed, allowed.price, allowed.credits, allowed.measured) == (
        True,
        credits("6"),
        credits("6"),
        3,
    )
    refused = asyncio.run(house.entitlement_async(an_event(acme, AGENT, units=60)))
    assert isinstance(refused.refusal, InsufficientFunds)
    assert (refused.refusal.details["limit"], refused.overage) == ("120.00", usd("2"))
    within = house.entitlement(an_event(acme, "chat"))
    assert (within.limit, within.remaining, within.included) == (10_000, 10_000, 1)
    assert within.resets_at is not None
    with pytest.raises(NotFound):
        house.entitlement(an_event(acme, "nothing_of_the_kind"))


def test_access_price_and_what_remains_are_known_before(house: Backend, acme: str) -> None:
    assert house.check_access(acme, AGENT)
    assert house.price(acme, AGENT, Quantities(units=3)) == credits("6")
    tokens = Quantities(input_tokens=1_000, output_tokens=1_000)
    assert asyncio.run(house.price_async(acme, "chat", tokens, "gpt-4")) == house.price(acme, "chat", tokens, "gpt-4")
    assert house.remaining(acme, AGENT) is None
    house.charge(an_event(acme, "chat", units=4))
    assert house.remaining(acme, "chat") == asyncio.run(house.remaining_async(acme, "chat")) == 9_996


@pytest.fixture
def chatty(product: Product) -> str:
    """An organization whose plan has nothing but chat."""
    product.plan(replace(plan_terms(), seats_max=1))
    return product.organization("Chatty")


def test_what_the_plan_does_not_have_is_refused_and_what_there_is_not_is_not_found(chatty: str, house: Backend) -> None:
    assert not house.check_access(chatty, AGENT)
    assert not asyncio.run(house.check_access_async(chatty, AGENT))
    for feature, kind in ((AGENT, FeatureNotIncluded), ("nothing_of_the_kind", NotFound)):
        for refused in questions(house, chatty, feature):
            with pytest.raises(BillingError) as caught:
                refused()
            assert (type(caught.value), caught.value.field) == (kind, "feature")


def questions(house: Backend, organization_id: str, feature: str) -> list[Callable[[], object]]:
    """What cannot be answered without the feature."""
    return [
        lambda: house.price(organization_id, feature, Quantities()),
        lambda: house.remaining(organization_id, feature),
        lambda: asyncio.run(house.price_async(organization_id, feature, Quantities())),
        lambda: asyncio.run(house.remaining_async(organization_id, feature)),
        lambda: house.charge(an_event(organization_id, feature)),
    ]


def test_money_and_credits_are_added_once_by_operation(house: Backend, acme: str) -> None:
    for _ in range(2):
        assert house.top_up(acme, "12.50", "wire-7").money.available == usd("12.5")
        assert house.grant_credits(acme, "10", "sorry", name="Sorry").credits == credits("110")
    assert asyncio.run(house.top_up_async(acme, "12.50", "wire-7")) == house.balance(acme)
    assert asyncio.run(house.grant_credits_async(acme, "10", "sorry", name="Sorry")) == house.balance(acme)
    with pytest.raises(InvalidInput) as caught:
        house.top_up(acme, "-1", "wire-8")
    assert caught.value.field == "amount"
    with pytest.raises(InvalidInput) as caught:
        house.top_up(acme, "1", "")
    assert caught.value.field == "operation"


def test_the_decorator_charges_what_succeeds(house: Backend, acme: str) -> None:
    @billing_required(AGENT, units=len)
    def categorize(items: list[str]) -> int:
        return len([item.index("a") for item in items])

    @billing_required(AGENT)
    async def think() -> str:
        return "done"

    with billing_context(organization=acme):
        assert categorize(["a", "ba"]) == 2
        with pytest.raises(ValueError, match="substring"):
            categorize(["b"])
        with pytest.raises(InsufficientFunds):
            categorize(["a"] * 60)
        assert asyncio.run(think()) == "done"
    assert house.balance(acme).credits == credits("94")


def test_what_a_block_reserves_is_charged_or_given_back(house: Backend, acme: str) -> None:
    with billing_context(organization=acme):
        with reserve(AGENT, units=50) as hold:
            hold.settle(3)
        with reserve(AGENT, units=40):
            pass

        async def use() -> None:
            async with reserve(AGENT, units=40) as held:
                await held.settle()

        asyncio.run(use())
    assert BillingManager.get_credits(acme) == 14


def test_an_agent_pays_for_what_it_does(house: Backend, acme: str) -> None:
    agent = BilledAgent(acme)
    assert asyncio.run(agent.get_action_cost("generate_content", 3)) == credits("30")
    assert asyncio.run(agent.consume_credits_for_action("generate_content", {"topic": "bills"})).credits == credits(
        "10"
    )
    assert house.balance(acme).credits == credits("90")


def test_an_organization_that_is_not_there_is_not_found(house: Backend, acme: str) -> None:
    for ask in (
        lambda: house.charge(an_event("org_nobody", AGENT)),
        lambda: house.record(an_event("org_nobody", AGENT)),
        lambda: house.reserve(an_event("org_nobody", AGENT)),
        lambda: house.check_access("org_nobody", AGENT),
        lambda: house.balance("org_nobody"),
        lambda: house.settle("org_nobody", "hld_01kafh9v7w3m5n8q2r4s6t0x1y"),
    ):
        with pytest.raises(NotFound):
            ask()
