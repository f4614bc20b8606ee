"""Budgets: whose use counts, in which period, and when a use is refused."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing_core.domain.budget_terms import FOR_EVER, Budget, Increase, Measure, Scope
from billing_core.domain.budgets import (
    COUNTERS_KEPT_MAX,
    WHOLE,
    BudgetKey,
    Budgets,
    BudgetState,
    BudgetUse,
    Counter,
    money_worth,
)
from billing_core.domain.errors import BudgetExceeded, InvalidInput
from billing_core.domain.money import NANOS_MAX
from billing_core.domain.periods import Period
from billing_core.domain.usage import UsageEvent
from tests.builders import NOW, an_event, credits, usd

BERLIN = ZoneInfo("Europe/Berlin")
BILLING = Period(datetime(2026, 11, 17, tzinfo=UTC), datetime(2026, 12, 17, tzinfo=UTC))


def a_budget(amount: int = 100, scope: Scope = Scope.ORGANIZATION, **details: object) -> Budget:
    """A hard budget of units per calendar month."""
    fields: dict[str, object] = {
        "id": "bud_1",
        "organization_id": "org_1",
        "name": "Monthly",
        "scope": scope,
        "scope_id": None,
        "feature": None,
        "measure": Measure.UNITS,
        "currency": None,
        "every": "month",
        "amount": amount,
        "is_hard": True,
        "effective_at": FOR_EVER.start,
        "created_at": NOW,
    }
    return Budget(**(fields | details))  # type: ignore[arg-type]


def budgets(*items: Budget, zone: ZoneInfo = BERLIN) -> Budgets:
    return Budgets(zone, [BudgetState(item) for item in items])


def use(
    account: Budgets,
    units: int = 1,
    *,
    money: int = 0,
    at: datetime = NOW,
    admit: bool = True,
    event: UsageEvent | None = None,
) -> list[str]:
    """The budgets a use counted in."""
    slices = account.slices(
        event or an_event(),
        BudgetUse(money, 0, units),
        occurred_at=at,
        billing=BILLING,
        admit_at=NOW if admit else None,
    )
    account.spend(slices)
    return [item.key.budget_id for item in slices]


def period(every: str, instant: datetime, zone: ZoneInfo = BERLIN) -> tuple[str, str]:
    found = a_budget(every=every).period_at(instant, zone, BILLING)
    return found.start.isoformat(), found.end.isoformat()


def test_a_use_that_fits_exactly_is_admitted_and_the_next_refused_with_the_numbers() -> None:
    account = budgets(a_budget(10))
    use(account, 10)
    with pytest.raises(BudgetExceeded) as refusal:
        use(account, 1)
    assert refusal.value.details == {
        "scope": "organization:org_1",
        "budget_id": "bud_1",
        "measure": "units",
        "limit": 10,
        "used": 10,
        "held": 0,
        "requested": 1,
        "currency": None,
        "resets_at": "2026-11-30T23:00:00+00:00",
    }


def test_a_soft_budget_and_use_that_has_happened_are_never_refused() -> None:
    soft, hard = budgets(a_budget(1, is_hard=False)), budgets(a_budget(1))
    use(soft, 5)
    use(hard, 5, admit=False)
    start = datetime(2026, 10, 31, 23, tzinfo=UTC)
    assert [account.changes[BudgetKey("bud_1", WHOLE, start)].spent for account in (soft, hard)] == [5, 5]


def test_use_that_takes_nothing_passes_a_budget_that_is_used_up() -> None:
    account = budgets(a_budget(0, measure=Measure.MONEY, currency="USD"))
    assert use(account, 5, money=0) == []


def test_the_narrowest_budget_is_asked_first_and_a_refusal_takes_nothing() -> None:
    scopes = {Scope.ORGANIZATION: None, Scope.DEPARTMENT: "dep", Scope.MEMBER: "mem", Scope.API_KEY: "key"}
    items = [a_budget(100, scope, id=f"bud_{scope}", scope_id=name) for scope, name in scopes.items()]
    items.append(a_budget(100, Scope.RUN, id="bud_run", scope_id="run"))
    account = budgets(*items)
    event = an_event(department="dep", member="mem", api_key_id="key", run="run")
    asked = ["bud_run", "bud_api_key", "bud_member", "bud_department", "bud_organization"]
    assert use(account, 60, event=event) == asked
    with pytest.raises(BudgetExceeded) as refusal:
        use(account, 41, event=event)
    assert refusal.value.details["scope"] == "run:run"
    assert {change.spent for change in account.changes.values()} == {60}


def test_a_budget_without_a_name_is_counted_for_each_run_apart() -> None:
    account = budgets(a_budget(5, Scope.RUN, every="total"))
    use(account, 5, event=an_event(run="a"))
    use(account, 5, event=an_event(run="b"))
    with pytest.raises(BudgetExceeded) as refusal:
        use(account, 1, event=an_event(run="a"))
    assert (refusal.value.details["scope"], refusal.value.details["resets_at"]) == ("run:a", None)
    assert use(account, 9) == []  # no run, nothing to count in


def test_a_budget_of_a_feature_counts_only_that_feature() -> None:
    account = budgets(a_budget(5, feature="chat"))
    assert use(account, event=an_event(feature="search")) == []
    assert use(account, event=an_event(feature="chat")) == ["bud_1"]


def test_use_before_a_budget_takes_effect_does_not_count() -> None:
    account = budgets(a_budget(5, effective_at=NOW))
    assert use(account, 9, at=NOW - timedelta(microseconds=1)) == []
    assert use(account, 5, at=NOW) == ["bud_1"]


def test_late_use_counts_in_the_period_it_occurred_in() -> None:
    account = budgets(a_budget(5))
    use(account, 5, at=datetime(2026, 10, 31, 22, 59, tzinfo=UTC))
    use(account, 5, at=datetime(2026, 10, 31, 23, 0, tzinfo=UTC))
    assert len(account.changes) == 2


def test_what_holds_were_promised_cannot_be_used() -> None:
    account = budgets(a_budget(10))
    promised = account.slices(an_event(), BudgetUse(0, 0, 8), occurred_at=NOW, billing=BILLING, admit_at=NOW)
    account.hold(promised)
    with pytest.raises(BudgetExceeded) as refusal:
        use(account, 3)
    assert (refusal.value.details["used"], refusal.value.details["held"]) == (0, 8)
    account.release(promised)
    use(account, 3)
    assert [(change.spent, change.held) for change in account.changes.values()] == [(3, 0)]


def test_giving_back_what_an_archived_budget_promised_changes_nothing() -> None:
    account, without = budgets(a_budget(10)), budgets()
    promised = account.slices(an_event(), BudgetUse(0, 0, 8), occurred_at=NOW, billing=BILLING, admit_at=NOW)
    without.release(promised)
    assert not without.changes


def test_a_cancelled_use_makes_room_again() -> None:
    account = budgets(a_budget(10))
    taken = account.slices(an_event(), BudgetUse(0, 0, 8), occurred_at=NOW, billing=BILLING, admit_at=NOW)
    account.spend(taken)
    account.take_back(taken)
    use(account, 10)


def test_counters_of_runs_long_gone_are_forgotten_and_asked_for_again() -> None:
    account = budgets(a_budget(5, Scope.RUN, every="total"))
    for number in range(COUNTERS_KEPT_MAX + 1):
        use(account, event=an_event(run=str(number)))
    first = an_event(run="0")
    assert list(account.missing(first, NOW, BILLING)) == []
    account.settle_changes()
    assert [key.subject for key in account.missing(first, NOW, BILLING)] == ["0"]


def test_an_increase_adds_room_from_its_start_until_before_its_end() -> None:
    extra = Increase("inc_1", 5, NOW, NOW + timedelta(days=1))
    budget = a_budget(10, increases=(extra,))
    instants = (NOW - timedelta(microseconds=1), NOW, extra.ends_at - timedelta(microseconds=1), extra.ends_at)
    assert [budget.amount_at(at) for at in instants] == [10, 15, 15, 10]
    use(budgets(budget), 15)


def test_counters_not_yet_loaded_are_named_until_they_are() -> None:
    account = budgets(a_budget(10), a_budget(10, Scope.RUN, id="bud_2", every="total"))
    event = an_event(run="a")
    missing = list(account.missing(event, NOW, BILLING))
    assert missing == [
        BudgetKey("bud_2", "a", FOR_EVER.start),
        BudgetKey("bud_1", WHOLE, datetime(2026, 10, 31, 23, tzinfo=UTC)),
    ]
    for key in missing:
        account.load(key, spent=4, held=5)
    assert list(account.missing(event, NOW, BILLING)) == []
    with pytest.raises(BudgetExceeded):
        use(account, 2, event=event)


def test_periods_follow_the_organization_s_clock_through_summer_time() -> None:
    last_day_of_summer = datetime(2026, 10, 25, 12, tzinfo=UTC)
    assert period("day", last_day_of_summer) == ("2026-10-24T22:00:00+00:00", "2026-10-25T23:00:00+00:00")  # 25 hours
    assert period("week", last_day_of_summer) == ("2026-10-18T22:00:00+00:00", "2026-10-25T23:00:00+00:00")
    assert period("month", last_day_of_summer) == ("2026-09-30T22:00:00+00:00", "2026-10-31T23:00:00+00:00")
    assert period("billing", last_day_of_summer) == (BILLING.start.isoformat(), BILLING.end.isoformat())


def test_a_week_begins_on_monday_at_midnight() -> None:
    monday = datetime(2026, 11, 15, 23, tzinfo=UTC)
    assert period("week", monday)[0] == monday.isoformat()
    assert period("week", monday - timedelta(microseconds=1))[1] == monday.isoformat()


@given(
    instant=st.integers(0, 50_000_000).map(
        lambda minutes: datetime(1990, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    ),
    every=st.sampled_from(["day", "week", "month"]),
    zone=st.sampled_from(
        ["UTC", "Europe/Berlin", "America/Sao_Paulo", "Atlantic/Azores", "Asia/Beirut", "Pacific/Apia"]
    ),
)
def test_periods_hold_their_instant_and_leave_no_gap(instant: datetime, every: str, zone: str) -> None:
    budget = a_budget(every=every)
    found = budget.period_at(instant, ZoneInfo(zone), BILLING)
    following = budget.period_at(found.end, ZoneInfo(zone), BILLING)
    assert instant in found
    assert following.start == found.end


@given(st.lists(st.tuples(st.sampled_from(["spend", "hold"]), st.integers(0, 60)), max_size=20))
def test_a_hard_budget_is_never_overdrawn(steps: list[tuple[str, int]]) -> None:
    state = BudgetState(a_budget(100))
    account = Budgets(BERLIN, [state])
    for step, units in steps:
        try:
            slices = account.slices(an_event(), BudgetUse(0, 0, units), occurred_at=NOW, billing=BILLING, admit_at=NOW)
        except BudgetExceeded:
            continue
        getattr(account, step)(slices)
    counters = list(state.counters.values()) or [Counter()]
    assert counters[0].spent + counters[0].held <= 100
    assert list(account.changes.values()) == list(state.counters.values())


def test_a_price_in_credits_counts_at_what_a_credit_pays_for() -> None:
    # 2.5 credits at $0.10 are $0.25; a price in money is what it is.
    assert money_worth(credits("2.5"), usd("0.10").nanos) == usd("0.25").nanos
    assert money_worth(usd("0.33"), usd("0.10").nanos) == usd("0.33").nanos


def test_a_budget_that_makes_no_sense_is_refused_with_its_field() -> None:
    for field, details in {
        "scope_id": {"scope_id": "mem_1"},
        "every": {"every": "year"},
        "amount": {"amount": -1},
    }.items():
        with pytest.raises(InvalidInput) as error:
            a_budget(**details)  # type: ignore[arg-type]
        assert error.value.field == field


def test_use_too_large_to_count_is_refused_even_when_it_has_happened() -> None:
    account = budgets(a_budget(NANOS_MAX))
    use(account, NANOS_MAX, admit=False)
    with pytest.raises(InvalidInput):
        use(account, 1, admit=False)
