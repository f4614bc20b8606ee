"""Leases through storage: they keep what they were taken for, pay for what was admitted from them, and end."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from billing_core.bootstrap.self_audit import audit_books
from billing_core.domain.budget_terms import Measure, Scope
from billing_core.domain.errors import (
    BillingError,
    BudgetExceeded,
    EventConflict,
    InsufficientFunds,
    InvalidInput,
    LimitReached,
    NotFound,
    NothingToLease,
)
from billing_core.domain.holds import Hold, HoldState, Reservation
from billing_core.domain.leases import Lease
from billing_core.domain.usage import UsageEvent
from billing_core.services.budgets.create_budget import create_budget
from billing_core.services.budgets.read_budgets import read_budgets
from billing_core.services.charging.charge_events import Outcome, charge_events
from billing_core.services.charging.expire_holds import expire_holds
from billing_core.services.charging.ports import DrawRequest, LeaseRequest, Receipt, ReleaseRequest, Request
from tests.builders import an_event, credits, usd
from tests.product import SYSTEM, Product, a_product

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


def agent_call(organization_id: str, event_id: str = "1", units: int = 1, **details: object) -> UsageEvent:
    return an_event(organization_id, AGENT, event_id, units=units, **details)


def chat(organization_id: str, event_id: str = "1") -> UsageEvent:
    return an_event(organization_id, "chat", event_id, provider="openai", model="gpt-4", input_tokens=1_000)


def lease(product: Product, event: UsageEvent, calls: int = 10) -> Lease:
    [taken] = ask(product, LeaseRequest(event, calls, MINUTE, "test"))
    assert isinstance(taken, Lease), taken
    return taken


def draw(product: Product, taken: Lease, event: UsageEvent, part: Reservation | None = None) -> Receipt:
    part = part or taken.admit(event, product.clock.now())
    [receipt] = ask(product, DrawRequest(event, taken.hold.id, part))
    assert isinstance(receipt, Receipt), receipt
    return receipt


def release(product: Product, taken: Lease) -> Hold:
    hold = taken.hold
    [released] = ask(product, ReleaseRequest(organization_id=hold.event.organization_id, hold_id=hold.id))
    assert isinstance(released, Hold), released
    return released


def wallet(product: Product, organization_id: str, currency: str = "CREDITS") -> tuple[str, str, str]:
    with product.read() as uow:
        purse = uow.credits.wallet(organization_id, currency)
    return purse.posted.decimal_text, purse.held.decimal_text, purse.owed.decimal_text


def refused(outcomes: Sequence[Outcome], kind: type[BillingError]) -> BillingError:
    [outcome] = outcomes
    assert isinstance(outcome, kind), outcome
    return outcome


def test_what_is_leased_cannot_be_spent_by_another_until_it_is_given_back(product: Product) -> None:
    owner = product.organization(credits="400")
    taken = lease(product, agent_call(owner))
    assert wallet(product, owner) == ("400.00", "20.00", "0.00")
    large = agent_call(owner, "large", units=191)
    assert refused(product.charge(large), InsufficientFunds).details["available_credits"] == "380.00"
    assert release(product, taken).state is HoldState.RELEASED
    assert wallet(product, owner) == ("400.00", "0.00", "0.00")
    assert isinstance(product.charge(large)[0], Receipt)


def test_a_call_admitted_from_a_lease_is_paid_by_it_and_the_rest_stays_kept(product: Product) -> None:
    owner = product.organization(credits="400")
    taken = lease(product, agent_call(owner))
    for number in range(10):
        assert draw(product, taken, agent_call(owner, f"call-{number}")).credits == credits("2")
        held = f"{18 - 2 * number}.00"
        assert wallet(product, owner) == (f"{398 - 2 * number}.00", held, "0.00")
    with pytest.raises(InsufficientFunds):
        taken.admit(agent_call(owner, "one more"), product.clock.now())


def test_calls_of_one_lease_may_come_in_one_batch_with_its_end(product: Product) -> None:
    owner = product.organization(credits="400")
    taken = lease(product, agent_call(owner))
    events = [agent_call(owner, str(number)) for number in range(4)]
    draws = [DrawRequest(item, taken.hold.id, taken.admit(item, product.clock.now())) for item in events]
    outcomes = ask(product, *draws[:3], ReleaseRequest(organization_id=owner, hold_id=taken.hold.id), draws[3])
    assert [type(outcome) for outcome in outcomes] == [Receipt, Receipt, Receipt, Hold, Receipt]
    assert wallet(product, owner) == ("392.00", "0.00", "0.00")


def test_what_a_call_did_not_use_is_free_again(product: Product) -> None:
    owner = product.organization(credits="1000")
    taken = lease(product, agent_call(owner, units=3), calls=4)
    part = taken.admit(agent_call(owner, units=3), product.clock.now())
    assert draw(product, taken, agent_call(owner), part).credits == credits("2")
    assert wallet(product, owner) == ("998.00", "18.00", "0.00")


def test_more_than_was_admitted_takes_nothing_of_what_others_were_promised(product: Product) -> None:
    owner = product.organization(credits="160")
    taken = lease(product, agent_call(owner), calls=4)
    first, second = (taken.admit(agent_call(owner), product.clock.now()) for _ in range(2))
    receipt = draw(product, taken, agent_call(owner, units=80), first)
    assert (receipt.credits, receipt.overage) == (credits("154"), usd("0.60"))
    assert wallet(product, owner) == ("6.00", "6.00", "0.00")
    assert draw(product, taken, agent_call(owner, "2"), second).credits == credits("2")


def test_a_part_that_the_lease_does_not_keep_is_not_given_back(product: Product) -> None:
    owner = product.organization(credits="400")
    taken = lease(product, agent_call(owner))
    [(grant_id, kept)] = taken.chunk.reserved.slices
    forged = taken.chunk.reserved._replace(slices=((grant_id, 10 * kept),))
    assert draw(product, taken, agent_call(owner, units=15), forged).credits == credits("30")
    assert wallet(product, owner) == ("370.00", "0.00", "0.00")


def test_leased_balance_pays_and_what_is_left_of_it_is_given_back(product: Product) -> None:
    owner = product.organization()
    product.top_up(owner, "40.00")
    taken = lease(product, agent_call(owner))
    assert wallet(product, owner, "USD") == ("40.00", "2.00", "0.00")
    assert draw(product, taken, agent_call(owner)).balance == usd("0.20")
    assert wallet(product, owner, "USD") == ("39.80", "1.80", "0.00")
    release(product, taken)
    assert wallet(product, owner, "USD") == ("39.80", "0.00", "0.00")


def test_drawing_twice_charges_once(product: Product) -> None:
    owner = product.organization(credits="400")
    taken = lease(product, agent_call(owner))
    event = agent_call(owner)
    part = taken.admit(event, product.clock.now())
    first, again = draw(product, taken, event, part), draw(product, taken, event, part)
    assert (again.id, again.is_duplicate) == (first.id, True)
    assert wallet(product, owner) == ("398.00", "18.00", "0.00")
    refused(ask(product, DrawRequest(agent_call(owner, units=2), taken.hold.id, part)), EventConflict)


@pytest.mark.parametrize("is_reaped", [False, True])
def test_an_expired_lease_pays_for_nothing(product: Product, is_reaped: bool) -> None:
    owner = product.organization(credits="400")
    taken = lease(product, agent_call(owner))
    part = taken.admit(agent_call(owner), product.clock.now())
    product.charge(agent_call(owner, "all", units=190))
    product.clock.advance(seconds=60)
    if is_reaped:
        assert expire_holds(product.write, product.clock) == 1
        product.charge(agent_call(owner, "rest", units=10))
    receipt = draw(product, taken, agent_call(owner), part)
    assert (receipt.credits, receipt.overage) == (credits("0"), usd("0.20"))
    held = "0.00" if is_reaped else "20.00"
    assert wallet(product, owner) == (held, held, "0.00")
    expire_holds(product.write, product.clock)


def test_a_lease_of_another_organization_pays_for_nothing(product: Product) -> None:
    owner, other = product.organization(credits="400"), product.organization("Other", credits="400")
    taken = lease(product, agent_call(owner))
    part = taken.admit(agent_call(owner), product.clock.now())
    assert draw(product, taken, agent_call(other), part).credits == credits("2")
    assert wallet(product, owner) == ("400.00", "20.00", "0.00")
    assert wallet(product, other) == ("398.00", "0.00", "0.00")


def test_what_is_asked_for_must_make_sense(product: Product) -> None:
    owner = product.organization(credits="400")
    refused(ask(product, LeaseRequest(an_event("org_nobody", AGENT), 9, MINUTE, "test")), NotFound)
    refused(ask(product, LeaseRequest(agent_call(owner, member="mbr_nobody"), 9, MINUTE, "test")), NotFound)
    refused(ask(product, LeaseRequest(agent_call(owner), 9, timedelta(days=2), "test")), InvalidInput)
    refused(ask(product, LeaseRequest(agent_call(owner, units=201), 9, MINUTE, "test")), InsufficientFunds)
    refused(ask(product, LeaseRequest(agent_call(owner, units=200), 9, MINUTE, "test")), NothingToLease)
    assert wallet(product, owner) == ("400.00", "0.00", "0.00")


def test_a_leased_allowance_is_not_given_to_another(product: Product) -> None:
    owner = product.organization(plan="starter")
    taken = lease(product, chat(owner), calls=100)
    assert (taken.chunk.reserved.included, taken.chunk.reserved.credits_nanos) == (100, 0)
    assert draw(product, taken, chat(owner)).included == 1
    [others] = product.charge(an_event(owner, "chat", "others", units=9_900))
    assert isinstance(others, Receipt)
    assert others.included == 9_900
    refused(product.charge(chat(owner, "beyond")), InsufficientFunds)
    assert draw(product, taken, chat(owner, "2")).included == 1
    release(product, taken)
    assert isinstance(product.charge(chat(owner, "beyond"))[0], Receipt)


def test_leased_budgets_are_spent_by_their_calls_only(product: Product) -> None:
    owner = product.organization(credits="10000")
    with product.write() as uow:
        create_budget(
            uow,
            organization_id=owner,
            name="Units",
            amount=100,
            measure=Measure.UNITS,
            every="month",
            is_hard=True,
            scope=Scope.ORGANIZATION,
            actor=SYSTEM,
            now=product.clock.now(),
        )
    taken = lease(product, agent_call(owner), calls=50)
    assert taken.chunk.calls == 5
    refused(product.charge(agent_call(owner, "96", units=96)), BudgetExceeded)
    assert isinstance(product.charge(agent_call(owner, "95", units=95))[0], Receipt)
    for number in range(5):
        draw(product, taken, agent_call(owner, str(number)))
    with product.read() as uow:
        assert [(item.spent, item.held) for item in read_budgets(uow, owner, product.clock.now())] == [(100, 0)]
    with pytest.raises(LimitReached):
        taken.admit(agent_call(owner, "one more"), product.clock.now())
