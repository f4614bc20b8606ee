"""Leases: admission from memory gives away no more than was reserved, and decides as the books would."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from billing_core.domain.books import Books
from billing_core.domain.budget_terms import Budget, Increase, Measure, Scope
from billing_core.domain.budgets import BudgetKey, Budgets, BudgetSlice, BudgetState
from billing_core.domain.errors import InsufficientFunds, LimitReached, NothingToLease
from billing_core.domain.holds import Hold, HoldState, Reservation
from billing_core.domain.leases import CALLS_MIN, SHARE, Chunk, Lease, take_chunk
from billing_core.domain.money import CREDITS
from billing_core.domain.plans import Beyond
from billing_core.domain.prices import CostPlus, Graduated, PerUnit, Tier
from tests.builders import NOW, a_grant, an_event, books, credits, plan_terms, usd

ONE_CREDIT = PerUnit(credits("1"))


def a_budget(amount: int, **details: object) -> Budget:
    fields: dict[str, object] = {
        "id": "bud_1",
        "organization_id": "org_1",
        "name": "Cap",
        "scope": Scope.ORGANIZATION,
        "scope_id": None,
        "feature": None,
        "measure": Measure.UNITS,
        "currency": None,
        "every": "month",
        "amount": amount,
        "is_hard": True,
        "effective_at": NOW - timedelta(days=1),
        "created_at": NOW - timedelta(days=1),
    }
    return Budget(**(fields | details))  # type: ignore[arg-type]


def chunk_of(own: Books, calls: int = 64, **event: object) -> Chunk:
    return take_chunk(own, an_event(**event), calls=calls, now=NOW, prices=None)  # type: ignore[arg-type]


def lease_of(chunk: Chunk) -> Lease:
    hold = Hold(
        id="lse_1",
        event=an_event(),
        reserved=chunk.reserved,
        state=HoldState.OPEN,
        created_at=NOW,
        expires_at=NOW + timedelta(minutes=1),
    )
    return Lease(hold, chunk, None)


def admit_all(lease: Lease, units: int = 1) -> list[Reservation]:
    """Admit until the lease refuses."""
    parts: list[Reservation] = []
    while len(parts) < 10_000:
        try:
            parts.append(lease.admit(an_event(event_id=str(len(parts)), units=units), NOW))
        except LimitReached:
            return parts
    raise AssertionError("it refuses nothing")


def prepaid(*grants: str, balance: str = "0") -> Books:
    """A plan that stops when 1-credit calls are not paid for, with 10 cents a credit."""
    terms = plan_terms(ONE_CREDIT, beyond=Beyond.CREDITS)
    return books(terms, *(a_grant(amount, grant_id=f"grt_{amount}") for amount in grants), balance=balance)


def test_a_lease_admits_as_many_calls_as_it_was_taken_for() -> None:
    own = prepaid("10000")
    chunk = chunk_of(own, calls=64)
    assert (chunk.calls, chunk.reserved.credits_nanos) == (64, credits("64").nanos)
    assert own.credits_nanos("chat", NOW) == credits("9936").nanos
    assert len(admit_all(lease_of(chunk))) == 64


def test_a_lease_takes_a_twentieth_of_what_is_free_at_most() -> None:
    own = prepaid("500", balance="50")
    chunk = chunk_of(own, calls=1_000)
    assert chunk.calls == 1_000 // SHARE
    assert chunk_of(own, calls=1_000).calls == 950 // SHARE


def test_near_zero_nothing_is_leased_and_nothing_is_kept() -> None:
    own = prepaid("79")
    with pytest.raises(NothingToLease):
        chunk_of(own)
    assert own.credits_nanos("chat", NOW) == credits("79").nanos
    assert chunk_of(prepaid("80")).calls == CALLS_MIN


def test_what_refuses_one_call_refuses_the_lease() -> None:
    with pytest.raises(InsufficientFunds):
        chunk_of(prepaid())


def test_credits_and_balance_are_leased_in_the_order_they_pay() -> None:
    own = prepaid("3", balance="100")
    chunk = chunk_of(own, calls=10)
    assert chunk.reserved.slices == (("grt_3", credits("3").nanos),)
    assert chunk.reserved.balance_nanos == usd("0.70").nanos
    parts = admit_all(lease_of(chunk))
    assert len(parts) == 10
    assert sum(part.balance_nanos for part in parts) == usd("0.70").nanos


def test_an_allowance_is_leased_and_nothing_beyond_it_is_given_away() -> None:
    own = books(plan_terms(included=1_000, beyond=Beyond.CREDITS), a_grant("100000"))
    chunk = chunk_of(own, calls=1_000)
    assert (chunk.reserved.included, chunk.reserved.credits_nanos) == (50, 0)
    assert len(admit_all(lease_of(chunk))) == 50


def test_what_was_used_of_an_allowance_before_is_not_leased_and_does_not_count_twice() -> None:
    own = books(plan_terms(included=1_000, beyond=Beyond.CREDITS), a_grant("100000"))
    own.counters["calls", datetime(2026, 11, 1, tzinfo=UTC)] = 600
    own.held["calls", datetime(2026, 11, 1, tzinfo=UTC)] = 100
    chunk = chunk_of(own, calls=1_000)
    assert chunk.reserved.included == 300 // SHARE
    assert len(admit_all(lease_of(chunk))) == 300 // SHARE


def test_an_allowance_of_the_highest_number_is_not_leased() -> None:
    own = books(plan_terms(included=1_000, aggregation="max", beyond=Beyond.CREDITS), a_grant("100000"))
    with pytest.raises(NothingToLease):
        chunk_of(own)


def test_prices_that_look_back_go_on_within_a_lease() -> None:
    tiers = Graduated(CREDITS, [Tier(10, credits("1").nanos), Tier(None, credits("2").nanos)])
    own = books(plan_terms(tiers, beyond=Beyond.CREDITS), a_grant("100000"))
    parts = admit_all(lease_of(chunk_of(own, calls=20)))
    assert [part.price for part in parts] == [credits("1")] * 10 + [credits("2")] * 5


def test_calls_of_other_models_are_told_apart_where_the_price_rests_on_cost() -> None:
    cost_plus = CostPlus(PerUnit(usd("0.10")), 1_000, usd("0"))
    own = books(plan_terms(cost_plus, beyond=Beyond.CREDITS), a_grant("100000"))
    assert chunk_of(own, calls=8, provider="openai", model="gpt-4").decisive == ("model", "provider")


def test_an_allowance_that_a_call_passes_is_not_leased() -> None:
    own = books(plan_terms(included=3, beyond=Beyond.CREDITS), a_grant("100000"))
    with pytest.raises(NothingToLease):
        chunk_of(own, units=4)


def test_a_used_up_allowance_does_not_grow_again_in_a_lease() -> None:
    own = books(plan_terms(ONE_CREDIT, included=3, beyond=Beyond.CREDITS), a_grant("10000"))
    own.counters["calls", datetime(2026, 11, 1, tzinfo=UTC)] = 3
    parts = admit_all(lease_of(chunk_of(own, calls=20)))
    assert [part.included for part in parts] == [0] * 20


def test_where_overage_is_allowed_only_hard_budgets_limit_a_lease() -> None:
    own = books(plan_terms(ONE_CREDIT))
    own.budgets = Budgets(own.zone, [BudgetState(a_budget(1_000))])
    chunk = chunk_of(own, calls=1_000)
    assert (chunk.calls, chunk.reserved.credits_nanos) == (50, 0)
    assert len(admit_all(lease_of(chunk))) == 50


def test_a_credit_budget_and_overage_do_not_go_into_a_lease() -> None:
    own = books(plan_terms(ONE_CREDIT), a_grant("100000"))
    amount = credits("50000").nanos
    own.budgets = Budgets(own.zone, [BudgetState(a_budget(amount, measure=Measure.CREDITS, currency=CREDITS))])
    with pytest.raises(NothingToLease):
        chunk_of(own)


def test_a_budget_that_the_first_call_did_not_touch_still_limits_the_lease() -> None:
    own = books(plan_terms(ONE_CREDIT, included=1_000), a_grant("100000"))
    amount = usd("1000").nanos
    own.budgets = Budgets(own.zone, [BudgetState(a_budget(amount, measure=Measure.MONEY, currency="USD"))])
    chunk = chunk_of(own, calls=20)
    assert len(admit_all(lease_of(chunk))) == 20


def test_a_soft_budget_limits_nothing() -> None:
    own = prepaid("10000")
    own.budgets = Budgets(own.zone, [BudgetState(a_budget(1, is_hard=False))])
    assert chunk_of(own, calls=64).calls == 64


def test_calls_are_told_apart_by_whom_hard_budgets_count() -> None:
    own = prepaid("10000")
    assert chunk_of(own).decisive == ()
    own.budgets = Budgets(
        own.zone,
        [
            BudgetState(a_budget(5_000, scope=Scope.MEMBER)),
            BudgetState(a_budget(5_000, id="bud_2", scope=Scope.API_KEY)),
            BudgetState(a_budget(5_000, id="bud_3", scope=Scope.RUN, is_hard=False)),
        ],
    )
    assert chunk_of(own, member="mbr_1").decisive == ("api_key_id", "member")


def test_a_lease_ends_when_its_calls_would_be_decided_by_something_else() -> None:
    own = prepaid("10000")
    assert chunk_of(own).ends_at == datetime(2026, 12, 1, tzinfo=UTC)
    ends_at = NOW + timedelta(hours=1)
    increase = Increase("inc_1", 100, NOW - timedelta(hours=1), ends_at)
    own.budgets = Budgets(own.zone, [BudgetState(a_budget(1_000, increases=(increase,)))])
    assert chunk_of(own).ends_at == ends_at
    later = NOW + timedelta(minutes=5)
    own.budgets = Budgets(own.zone, [BudgetState(a_budget(1_000, effective_at=later))])
    assert chunk_of(own).ends_at == later
    own.budgets = Budgets(own.zone)
    own.subscriptions = [*own.subscriptions, replace(own.subscriptions[0], id="sub_2", started_at=later)]
    assert chunk_of(own).ends_at == later
    own.subscriptions = own.subscriptions[:1]
    own.budgets = Budgets(own.zone, [BudgetState(a_budget(1_000, every="day"))])
    assert chunk_of(own).ends_at == datetime(2026, 11, 21, tzinfo=UTC)


def test_an_increase_of_a_budget_is_not_given_away_twice() -> None:
    own = books(plan_terms(ONE_CREDIT))
    increase = Increase("inc_1", 1_000, NOW, NOW + timedelta(hours=1))
    own.budgets = Budgets(own.zone, [BudgetState(a_budget(1_000, increases=(increase,)))])
    chunk = chunk_of(own, calls=1_000)
    assert (chunk.calls, len(admit_all(lease_of(chunk)))) == (100, 100)


def test_a_call_taken_back_can_be_admitted_again() -> None:
    chunk = chunk_of(prepaid("10000"), calls=8)
    lease = lease_of(chunk)
    parts = admit_all(lease)
    lease.take_back(parts[3])
    assert len(admit_all(lease)) == 1


def test_a_part_is_no_larger_than_what_is_kept_and_what_is_left_is_the_rest() -> None:
    key = BudgetKey("bud_1", "", NOW)
    kept = Reservation(credits("5"), ("calls", NOW), 5, (("grt_1", 5), ("grt_2", 5)), 5, (BudgetSlice(key, 5),))
    wanted = Reservation(credits("9"), ("calls", NOW), 9, (("grt_2", 9), ("grt_3", 9)), 9, (BudgetSlice(key, 9),))
    part = kept.common(wanted)
    assert part == wanted._replace(included=5, slices=(("grt_2", 5),), balance_nanos=5, budgets=(BudgetSlice(key, 5),))
    assert kept.common(wanted._replace(allowance=("others", NOW))).included == 0
    assert kept.without(part) == Reservation(credits("0"), ("calls", NOW), 0, (("grt_1", 5),), 0, ())
