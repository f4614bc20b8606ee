"""The law of leases: however a plan is made, what is admitted was reserved before."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from billing_core.domain.budget_terms import Measure, Scope
from billing_core.domain.budgets import Budgets, BudgetState
from billing_core.domain.errors import BillingError, LimitReached
from billing_core.domain.leases import SHARE, take_chunk
from billing_core.domain.money import CREDITS
from billing_core.domain.plans import Beyond
from tests.builders import NOW, a_grant, an_event, books, plan_terms
from tests.domain.test_leases import ONE_CREDIT, a_budget, lease_of

AMOUNTS = st.integers(min_value=0, max_value=20_000)


@given(
    grants=st.lists(AMOUNTS.filter(bool), max_size=3, unique=True),
    cents=AMOUNTS,
    included=st.none() | AMOUNTS,
    used=AMOUNTS,
    beyond=st.sampled_from(Beyond),
    caps=st.lists(
        st.tuples(st.sampled_from(Measure), st.sampled_from([Scope.ORGANIZATION, Scope.MEMBER]), AMOUNTS), max_size=2
    ),
    first=st.integers(0, 5),
    units=st.lists(st.integers(0, 9), max_size=60),
    calls=st.integers(1, 100),
)
def test_what_is_admitted_is_never_more_than_what_was_reserved_nor_than_a_twentieth(
    grants: list[int],
    cents: int,
    included: int | None,
    used: int,
    beyond: Beyond,
    caps: list[tuple[Measure, Scope, int]],
    first: int,
    units: list[int],
    calls: int,
) -> None:
    terms = plan_terms(ONE_CREDIT, included=included, beyond=beyond)
    own = books(
        terms, *(a_grant(str(n), grant_id=f"grt_{n}") for n in grants), balance=f"{cents // 100}.{cents % 100:02}"
    )
    own.counters["calls", datetime(2026, 11, 1, tzinfo=UTC)] = used
    own.budgets = Budgets(
        own.zone,
        [
            BudgetState(
                a_budget(
                    amount * (1 if measure is Measure.UNITS else 10**8),
                    id=f"bud_{number}",
                    scope=scope,
                    measure=measure,
                    currency={Measure.CREDITS: CREDITS, Measure.MONEY: "USD"}.get(measure),
                )
            )
            for number, (measure, scope, amount) in enumerate(caps)
        ],
    )
    free = own.credits_nanos("chat", NOW), own.balance_nanos
    try:
        chunk = take_chunk(own, an_event(units=first, member="mbr_1"), calls=calls, now=NOW, prices=None)
    except BillingError:
        assert (own.credits_nanos("chat", NOW), own.balance_nanos) == free
        return
    left = lease_of(chunk).hold.reserved
    assert (left.credits_nanos + left.balance_nanos * 10) * SHARE <= free[0] + free[1] * 10
    lease, hard = lease_of(chunk), {state.budget.id for state in own.budgets}
    for count, each in enumerate(units):
        try:
            part = lease.admit(an_event(units=each, member="mbr_1", event_id=str(count)), NOW)
        except LimitReached:
            continue
        common = left.common(part)
        assert (common.slices, common.balance_nanos, common.budgets) == (part.slices, part.balance_nanos, part.budgets)
        assert part.included == common.included or included is None
        assert {item.key.budget_id for item in part.budgets} <= hard
        left = left.without(common)
    assert min([left.included, left.balance_nanos, *(nanos for _, nanos in left.slices)]) >= 0
