"""However credits are used, expire and are voided, what was paid for them is recognised once and to the nano."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing_core.domain.credits import GrantState
from billing_core.domain.errors import Conflict
from billing_core.domain.ledger import Account, check_balanced
from billing_core.domain.money import NANOS_MAX, Money
from billing_core.domain.write_offs import (
    Ending,
    WriteOff,
    expiry_postings,
    roll_over_postings,
    void_postings,
    write_off,
)
from tests.builders import NOW, a_grant, credits, usd

AMOUNTS = st.one_of(st.integers(1, 50), st.integers(1, 10**12))
COSTS = st.one_of(st.just(0), st.integers(1, 50), st.integers(1, 10**14))
STEPS = st.lists(st.tuples(st.sampled_from(["use", *Ending]), st.integers(1, 10**12)), max_size=30)


def end(state: GrantState, nanos: int, kind: Ending) -> WriteOff:
    return write_off(state, nanos, kind, "test", NOW)


def test_500_credits_for_39_90_of_which_a_third_expires() -> None:
    state = a_grant("500", "39.90")
    state.allocated_nanos = credits("333.333333333").nanos
    item = end(state, state.free_nanos, Ending.EXPIRED)
    assert item.amount == credits("166.666666667")
    assert item.cost == usd("13.300000000")  # 39.90 - 39.90 * 333.333333333 / 500, half even to the nano
    assert state.remaining_cost_nanos == 0
    assert [(line.account, line.currency, line.amount_nanos) for line in expiry_postings(item)] == [
        (Account.CREDITS, "CREDITS", 166_666_666_667),
        (Account.CREDITS_EXPIRED, "CREDITS", -166_666_666_667),
        (Account.DEFERRED_REVENUE, "USD", 13_300_000_000),
        (Account.BREAKAGE_REVENUE, "USD", -13_300_000_000),
    ]


def test_credits_that_cost_nothing_end_without_money_moving() -> None:
    item = end(a_grant("5"), credits("5").nanos, Ending.VOIDED)
    assert {line.currency for line in void_postings(item, Account.REFUNDS)} == {"CREDITS"}


def test_what_was_paid_moves_along_with_credits_that_roll_over() -> None:
    state, into = a_grant("3", "1"), a_grant("1", "0.33", grant_id="grt_2").grant
    lines = roll_over_postings(end(state, credits("1").nanos, Ending.ROLLED_OVER), into)
    check_balanced(lines)
    deferred = [(line.grant_id, line.amount_nanos) for line in lines if line.account is Account.DEFERRED_REVENUE]
    assert deferred == [("grt_1", 333_333_333), ("grt_2", -333_333_333)]
    assert state.remaining_cost_nanos == 666_666_667


def test_what_a_hold_was_promised_cannot_be_written_off() -> None:
    state = a_grant("5")
    state.held_nanos = credits("2").nanos
    with pytest.raises(Conflict, match=r"3\.00 free credits, not 3\.000000001"):
        end(state, credits("3.000000001").nanos, Ending.EXPIRED)
    assert (state.expired_nanos, state.free_nanos) == (0, credits("3").nanos)


@given(granted=AMOUNTS, cost=COSTS, steps=STEPS)
def test_a_finished_grant_leaves_nothing_deferred_whatever_happened_to_it(
    granted: int, cost: int, steps: list[tuple[str, int]]
) -> None:
    state = a_grant(granted_nanos=granted, cost=Money(cost, "USD"))
    recognised = 0
    for what, wanted in [*steps, ("expired", NANOS_MAX)]:
        nanos = min(wanted, state.free_nanos)
        if not nanos:
            continue
        slice_cost = state.slice_cost(nanos)
        assert 0 <= slice_cost <= state.remaining_cost_nanos
        if what == "use":
            state.allocated_nanos += nanos
        else:
            assert end(state, nanos, Ending(what)).cost.nanos == slice_cost
        recognised += slice_cost
        assert cost - recognised == state.remaining_cost_nanos
    assert (state.remaining_nanos, recognised) == (0, cost)


@given(granted=AMOUNTS, cost=COSTS, first=st.integers(1, 10**12), second=st.integers(1, 10**12))
def test_credits_that_come_back_are_deferred_again_as_if_they_had_not_been_taken(
    granted: int, cost: int, first: int, second: int
) -> None:
    state = a_grant(granted_nanos=granted, cost=Money(cost, "USD"))
    state.allocated_nanos = min(first, granted)
    nanos = min(second, state.allocated_nanos)
    returned = state.returned_cost(nanos)
    before = state.remaining_cost_nanos
    state.allocated_nanos -= nanos
    assert state.remaining_cost_nanos == before + returned
