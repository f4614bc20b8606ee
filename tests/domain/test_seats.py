"""What a further seat costs, to the nano."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing_core.domain.errors import SeatsExhausted
from billing_core.domain.plans import Beyond, PlanVersion, Subscription
from billing_core.domain.seats import Seats, allows_overage, seat_period, seat_price, seats_max, seats_subscribed
from tests.builders import plan_terms, usd

START = datetime(2026, 11, 1, tzinfo=UTC)
TERMS = replace(plan_terms(), seats_included=5, seats_max=None, seat_price=usd("19.99"))
MONTHLY = Subscription("sub_1", "org_1", PlanVersion("plv_1", "team", 1, TERMS), "month", 5, START, START, None)
YEARLY = replace(MONTHLY, interval="year")


def test_half_a_month_costs_half_the_seat_price() -> None:
    period = seat_period(MONTHLY, START, ZoneInfo("UTC"))
    assert seat_price(MONTHLY, period, period.start) == usd("19.99")
    assert seat_price(MONTHLY, period, datetime(2026, 11, 16, tzinfo=UTC)) == usd("9.995")
    # One second of 30 days: 19.99 / 2,592,000 = 0.0000077121913..., half even to the nano.
    assert seat_price(MONTHLY, period, period.end - timedelta(seconds=1)) == usd("0.000007712")


def test_a_year_costs_twelve_months_and_its_rest_the_part_that_is_left() -> None:
    period = seat_period(YEARLY, START, ZoneInfo("UTC"))
    assert (period.start, period.end) == (START, datetime(2027, 11, 1, tzinfo=UTC))
    assert seat_price(YEARLY, period, START) == usd("239.88")
    # 73 of 365 days are a fifth.
    assert seat_price(YEARLY, period, period.end - timedelta(days=73)) == usd("47.976")


def test_a_plan_without_a_seat_price_has_no_further_seats() -> None:
    included_only = replace(TERMS, seat_price=None)
    assert seats_max(included_only) == 5
    assert seats_max(TERMS) is None
    assert seats_max(replace(TERMS, seats_max=8)) == 8


def test_the_seats_of_a_subscription_are_those_bought_but_never_less_than_included() -> None:
    assert seats_subscribed(MONTHLY) == 5
    assert seats_subscribed(replace(MONTHLY, seats=7)) == 7
    assert seats_subscribed(replace(MONTHLY, seats=1)) == 5


def test_a_plan_allows_to_owe_when_any_of_its_features_does() -> None:
    assert allows_overage(plan_terms(beyond=Beyond.OVERAGE))
    assert not allows_overage(plan_terms(beyond=Beyond.CREDITS))


def test_free_and_unpaid_seats_follow_from_the_members() -> None:
    seats = [Seats("org_1", subscribed=5, paid=1, used=used, maximum=None) for used in (4, 6, 8)]
    assert [(item.free, item.unpaid) for item in seats] == [(2, 0), (0, 0), (0, 2)]


def test_beyond_the_maximum_nobody_is_added_and_the_numbers_are_told() -> None:
    Seats("org_1", 5, 0, 7, maximum=8).check_addition()
    with pytest.raises(SeatsExhausted) as refusal:
        Seats("org_1", 5, 0, 8, maximum=8).check_addition()
    assert refusal.value.details == {
        "scope": "organization:org_1",
        "limit": 8,
        "used": 8,
        "requested": 1,
        "resets_at": None,
    }


@given(st.integers(0, 30 * 86_400), st.integers(0, 30 * 86_400))
def test_the_later_a_seat_is_taken_the_less_it_costs_and_never_more_than_the_month(first: int, second: int) -> None:
    period = seat_period(MONTHLY, START, ZoneInfo("UTC"))
    earlier, later = (
        seat_price(MONTHLY, period, START + timedelta(seconds=seconds)) for seconds in sorted((first, second))
    )
    assert usd("0") <= later <= earlier <= usd("19.99")
