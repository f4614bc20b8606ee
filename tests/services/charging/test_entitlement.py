"""May this call run, and what would it cost: asked without taking anything."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from billing_core.bootstrap.self_audit import audit_books
from billing_core.domain.budget_terms import Measure
from billing_core.domain.errors import (
    BudgetExceeded,
    EventConflict,
    FeatureNotIncluded,
    InsufficientFunds,
    LimitExceeded,
    NotFound,
)
from billing_core.domain.plans import Beyond
from billing_core.domain.usage import UsageEvent
from billing_core.services.budgets.create_budget import create_budget
from billing_core.services.charging.charge_events import charge_events
from billing_core.services.charging.entitlement import Entitlement, read_entitlement, read_entitlements
from billing_core.services.charging.ports import Receipt, ReserveRequest
from tests.builders import an_event, credits, plan_terms, usd
from tests.product import SYSTEM, Product, a_product

AGENT = "CategorizationAgent"  # 2 credits a unit, on every plan
OWN = "org_own"


@pytest.fixture
def product(tmp_path: Path) -> Iterator[Product]:
    product = a_product(tmp_path)
    yield product
    assert list(audit_books(product)) == []
    product.close()


def asked(product: Product, event: UsageEvent) -> Entitlement:
    with product.read(event.organization_id) as uow:
        return read_entitlement(uow, event, product.clock)


def test_what_would_be_charged_is_told_and_nothing_is_taken(product: Product) -> None:
    owner = product.organization(credits="5")
    product.top_up(owner, "1")
    event = an_event(owner, AGENT, units=4)
    answers = [asked(product, event) for _ in range(2)]
    assert answers[0] == answers[1]
    told = answers[0]
    assert (told.is_allowed, told.price, told.credits, told.balance) == (True, credits("8"), credits("5"), usd("0.30"))
    [receipt] = product.charge(event)
    assert isinstance(receipt, Receipt)
    assert (receipt.price, receipt.credits, receipt.balance) == (told.price, told.credits, told.balance)


def test_a_use_that_nothing_covers_is_told_with_its_price_and_its_refusal(product: Product) -> None:
    owner = product.organization(credits="5")
    told = asked(product, an_event(owner, AGENT, units=4))
    assert isinstance(told.refusal, InsufficientFunds)
    assert not told.is_allowed
    assert (told.price, told.credits, told.overage) == (credits("8"), credits("5"), usd("0.30"))


def test_what_a_hold_keeps_is_not_there(product: Product) -> None:
    owner = product.organization(credits="10")
    with product.write() as uow:
        charge_events(
            uow, [ReserveRequest(an_event(owner, AGENT, "held", units=4), timedelta(minutes=1))], product.clock
        )
    assert isinstance(asked(product, an_event(owner, AGENT, units=2)).refusal, InsufficientFunds)
    assert asked(product, an_event(owner, AGENT, units=1)).is_allowed


def test_an_allowance_is_counted_and_may_stop_a_use(product: Product) -> None:
    product.plan(replace(plan_terms(included=3, beyond=Beyond.STOP), seats_max=1))
    owner = product.organization()
    product.charge(an_event(owner, units=2))
    told = asked(product, an_event(owner, event_id="2"))
    assert (told.is_allowed, told.measured, told.included, told.price) == (True, 1, 1, usd("0"))
    assert (told.limit, told.remaining, told.resets_at) == (3, 1, product.clock.now() + timedelta(days=30))
    assert isinstance(asked(product, an_event(owner, event_id="2", units=2)).refusal, LimitExceeded)


@pytest.mark.parametrize(("included", "held", "left"), [(3, 1, 2), (3, 9, 0), (None, 1, None)])
def test_what_is_held_of_an_allowance_is_not_left(
    product: Product, included: int | None, held: int, left: int | None
) -> None:
    product.plan(replace(plan_terms(included=included), seats_max=1))
    owner = product.organization()
    with product.write() as uow:
        charge_events(uow, [ReserveRequest(an_event(owner, units=held), timedelta(minutes=1))], product.clock)
    told = asked(product, an_event(owner, event_id="2"))
    assert (told.limit, told.remaining, told.resets_at is None) == (included, left, False)


def test_each_of_several_uses_is_told_as_if_it_were_the_only_one(product: Product) -> None:
    owner = product.organization(credits="8")
    events = [an_event(owner, AGENT, units=4), an_event(owner, "nothing", "2"), an_event(owner, AGENT, "3", units=4)]
    with product.read(owner) as uow:
        first, unknown, last = read_entitlements(uow, events, product.clock)
    assert isinstance(first, Entitlement)
    assert isinstance(unknown, NotFound)
    assert first == last
    assert first.is_allowed


def test_a_budget_refuses_before_the_use(product: Product) -> None:
    owner = product.organization(credits="100")
    with product.write() as uow:
        create_budget(
            uow,
            organization_id=owner,
            name="Small",
            amount=3,
            measure=Measure.UNITS,
            every="month",
            is_hard=True,
            actor=SYSTEM,
            now=product.clock.now(),
        )
    product.charge(an_event(owner, AGENT, units=2))
    assert asked(product, an_event(owner, AGENT, "2")).is_allowed
    assert isinstance(asked(product, an_event(owner, AGENT, "2", units=2)).refusal, BudgetExceeded)


def test_a_feature_that_the_plan_does_not_have_is_refused_without_a_price(product: Product) -> None:
    product.plan(replace(plan_terms(), seats_max=1))
    told = asked(product, an_event(product.organization(), AGENT))
    assert isinstance(told.refusal, FeatureNotIncluded)
    assert (told.price, told.credits, told.balance, told.overage) == (None, None, None, None)


def test_what_the_provider_would_charge_is_told(product: Product) -> None:
    owner = product.organization()
    told = asked(product, an_event(owner, provider="openai", model="gpt-4", input_tokens=1_000))
    assert told.provider_cost == usd("0.03")


def test_a_use_that_was_charged_is_told_as_it_was_and_another_under_its_id_is_refused(product: Product) -> None:
    owner = product.organization(credits="8")
    product.charge(an_event(owner, AGENT, units=4))
    told = asked(product, an_event(owner, AGENT, units=4))
    assert (told.is_allowed, told.price, told.credits) == (True, credits("8"), credits("8"))
    with pytest.raises(EventConflict):
        asked(product, an_event(owner, AGENT, units=3))


@pytest.mark.parametrize(
    ("event", "field"),
    [
        (an_event("org_nobody", AGENT), "organization_id"),
        (an_event(OWN, "unheard_of"), "feature"),
        (an_event(OWN, AGENT, member="mem_nobody"), "member"),
    ],
)
def test_what_cannot_be_decided_names_the_field(product: Product, event: UsageEvent, field: str) -> None:
    if event.organization_id == OWN:
        event = replace(event, organization_id=product.organization())
    with pytest.raises(NotFound) as caught:
        asked(product, event)
    assert caught.value.field == field
