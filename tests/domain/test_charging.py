"""Charging one event: who pays, in which order, to the last nano."""

import dataclasses
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing_core.domain.books import Books
from billing_core.domain.charging import Charge, charge_event
from billing_core.domain.errors import FeatureNotIncluded, InsufficientFunds, LimitExceeded
from billing_core.domain.ledger import check_balanced
from billing_core.domain.money import CREDITS, Money
from billing_core.domain.plans import Beyond
from billing_core.domain.prices import Flat, PerToken, PerUnit, PriceModel, TokenRates
from billing_core.domain.usage import UsageEvent
from tests.builders import NOW, a_grant, an_event, books, credits, plan_terms, usd


def charge(account: Books, event: UsageEvent, *, admit: bool = True) -> Charge:
    return charge_event(account, event, occurred_at=NOW, now=NOW, admit=admit)


def test_the_allowance_pays_first_then_grants_then_balance_then_overage() -> None:
    account = books(plan_terms(included=1), a_grant("5"), balance="0.30")
    paid = charge(account, an_event(units=3))
    assert (paid.measured, paid.included, paid.price) == (3, 1, usd("2"))
    assert (paid.credits, paid.balance, paid.overage) == (credits("5"), usd("0.30"), usd("1.20"))
    assert account.balance_nanos == 0


def test_beyond_the_allowance_a_plan_may_stop() -> None:
    account = books(plan_terms(included=2, beyond=Beyond.STOP), a_grant("100"))
    charge(account, an_event(units=2))
    with pytest.raises(LimitExceeded) as refusal:
        charge(account, an_event())
    assert refusal.value.details == {
        "scope": "organization:org_1",
        "limit": 2,
        "used": 2,
        "held": 0,
        "resets_at": "2026-12-01T00:00:00+00:00",
    }


def test_without_overage_a_use_that_nothing_covers_is_refused_and_takes_nothing() -> None:
    account = books(plan_terms(beyond=Beyond.CREDITS), a_grant("5"), balance="0.49")
    with pytest.raises(InsufficientFunds) as refusal:
        charge(account, an_event())
    assert refusal.value.details["available_credits"] == "5.00"
    assert refusal.value.details["available_balance"] == "0.49"
    assert (account.grants[0].allocated_nanos, account.balance_nanos) == (0, usd("0.49").nanos)
    assert account.counters == {}


def test_usage_that_has_happened_is_never_refused_for_lack_of_funds() -> None:
    assert charge(books(plan_terms(beyond=Beyond.STOP)), an_event(), admit=False).overage == usd("1")


def test_a_feature_outside_the_plan_is_refused_in_any_case() -> None:
    with pytest.raises(FeatureNotIncluded):
        charge(books(), an_event(feature="storage"), admit=False)


def test_an_event_that_failed_costs_nothing_and_uses_no_allowance() -> None:
    account = books(plan_terms(Flat(usd("1")), included=1), a_grant("5"))
    failed = charge(account, an_event(input_tokens=10, is_error=True))
    assert (failed.price, failed.measured, failed.postings()) == (usd("0"), 0, [])
    assert charge(account, an_event()).included == 1


def test_grants_burn_by_priority_then_scope_then_expiry_then_cost() -> None:
    soon, late = NOW + timedelta(days=1), NOW + timedelta(days=9)
    in_order = [
        a_grant("1", grant_id="promotion", priority=10, expires_at=late),
        a_grant("1", grant_id="scoped", features=frozenset({"chat"})),
        a_grant("1", grant_id="soon", expires_at=soon),
        a_grant("1", "0.05", grant_id="cheap", expires_at=late),
        a_grant("1", "0.10", grant_id="dear", expires_at=late),
        a_grant("1", grant_id="for_ever"),
    ]
    account = books(None, *reversed(in_order))
    paid = charge(account, an_event(units=1))
    assert [item.grant_id for item in paid.allocations] == [state.grant.id for state in in_order]


def test_a_grant_that_has_expired_not_begun_or_is_for_another_feature_pays_nothing() -> None:
    account = books(
        None,
        a_grant(grant_id="expired", expires_at=NOW),
        a_grant(grant_id="later", effective_at=NOW + timedelta(seconds=1)),
        a_grant(grant_id="other", features=frozenset({"storage"})),
    )
    assert charge(account, an_event()).allocations == []


def test_a_feature_priced_in_credits_takes_credits_and_the_rest_at_their_value() -> None:
    account = books(plan_terms(PerUnit(credits("10"))), a_grant("4"))
    paid = charge(account, an_event())
    assert (paid.price, paid.credits, paid.overage) == (credits("10"), credits("4"), usd("0.60"))


def test_a_gauge_is_charged_for_its_rise_alone() -> None:
    account = books(plan_terms(PerUnit(usd("1")), included=10, aggregation="max"))
    assert charge(account, an_event(units=12)).price == usd("2")
    assert charge(account, an_event(units=11)).price == usd("0")
    assert charge(account, an_event(units=15)).price == usd("3")


def test_tokens_are_priced_by_kind_and_model_and_cached_tokens_are_part_of_the_input() -> None:
    rates = TokenRates(input=usd("3").nanos, output=usd("15").nanos, cache_read=usd("0.30").nanos)
    terms = plan_terms(PerToken("USD", {"*": TokenRates(input=0, output=0), "claude": rates}))
    event = an_event(input_tokens=1_000, cache_read_tokens=900, output_tokens=10, provider="anthropic", model="claude")
    assert charge(books(terms), event).price == usd("0.00072")
    assert charge(books(terms), dataclasses.replace(event, model="Claude-20250219")).price == usd("0.00072")
    assert charge(books(terms), dataclasses.replace(event, model="other")).price == usd("0")


def test_a_backfill_counts_in_the_period_it_happened_in_with_the_first_plan() -> None:
    account = books(plan_terms(included=1))
    long_ago = datetime(2023, 11, 16, tzinfo=UTC)
    charged = charge_event(account, an_event(), occurred_at=long_ago, now=NOW, admit=False)
    assert charged.period_start == datetime(2023, 11, 1, tzinfo=UTC)
    assert charge(account, an_event()).included == 1


prices: st.SearchStrategy[PriceModel] = st.one_of(
    st.integers(0, 10**10).map(lambda nanos: Flat(Money(nanos, "USD"))),
    st.tuples(st.integers(0, 10**10), st.sampled_from(["USD", CREDITS]), st.integers(1, 1000)).map(
        lambda given: PerUnit(Money(given[0], given[1]), given[2])
    ),
    st.tuples(st.integers(0, 10**11), st.integers(0, 10**11)).map(
        lambda given: PerToken("USD", {"*": TokenRates(input=given[0], output=given[1])})
    ),
)


@given(
    prices,
    st.integers(0, 5),
    st.lists(st.tuples(st.integers(1, 10**10), st.integers(0, 10**10)), max_size=4),
    st.integers(0, 10**9),
    st.integers(1, 10**10),
    st.lists(st.tuples(st.integers(0, 4), st.integers(0, 5_000), st.integers(0, 5_000)), min_size=1, max_size=8),
)
def test_what_sources_pay_is_the_price_and_every_entry_balances(
    price: PriceModel,
    included: int,
    given_grants: list[tuple[int, int]],
    balance_nanos: int,
    credit_value_nanos: int,
    uses: list[tuple[int, int, int]],
) -> None:
    grants = [
        a_grant(grant_id=f"grt_{number}", granted_nanos=granted, cost=Money(cost, "USD"))
        for number, (granted, cost) in enumerate(given_grants)
    ]
    terms = dataclasses.replace(plan_terms(price, included=included), credit_value=Money(credit_value_nanos, "USD"))
    account = books(terms, *grants)
    account.balance_nanos = balance_nanos
    taken = overage = 0
    for units, input_tokens, output_tokens in uses:
        paid = charge(account, an_event(units=units, input_tokens=input_tokens, output_tokens=output_tokens))
        check_balanced(paid.postings())
        taken += paid.balance.nanos
        overage += paid.overage.nanos
        worth = paid.credits.nanos * credit_value_nanos
        owed = paid.price.nanos * (credit_value_nanos if paid.price.currency == CREDITS else 10**9)
        money = (paid.balance.nanos + paid.overage.nanos) * 10**9
        assert abs(worth + money - owed) <= max(credit_value_nanos, 10**9)
    assert account.balance_nanos == balance_nanos - taken >= 0
    assert all(state.remaining_nanos >= 0 for state in account.grants)
    assert not overage or account.balance_nanos == 0
