"""Periods: every boundary comes from the anchor, days and months are those of the zone, nothing is in two periods."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing_core.domain.errors import InvalidInput
from billing_core.domain.periods import calendar_month, days, period_of, time_zone

ZONES = st.sampled_from(["UTC", "America/New_York", "Asia/Kolkata", "Europe/Berlin", "Pacific/Auckland"]).map(ZoneInfo)
instants = st.integers(1_546_300_800, 1_893_456_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))


@given(instants, instants, ZONES, st.sampled_from([1, 12]))
def test_every_instant_is_in_exactly_one_period_and_periods_join(
    instant: datetime, anchor: datetime, zone: ZoneInfo, months: int
) -> None:
    period = period_of(instant, anchor=anchor, zone=zone, months=months)
    assert period.start <= instant < period.end
    assert period_of(period.end, anchor=anchor, zone=zone, months=months).start == period.end
    before = period_of(period.start - timedelta(microseconds=1), anchor=anchor, zone=zone, months=months)
    assert before.end == period.start


def test_a_subscription_begun_on_the_31st_returns_to_the_31st() -> None:
    anchor = datetime(2026, 1, 31, tzinfo=UTC)
    starts = [
        period_of(datetime(2026, month, 15, tzinfo=UTC), anchor=anchor, zone=ZoneInfo("UTC")).start
        for month in (3, 4, 5)
    ]
    assert [start.date() for start in starts] == [date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 30)]


def test_a_period_before_the_anchor_exists_too() -> None:
    period = period_of(
        datetime(2023, 11, 16, tzinfo=UTC), anchor=datetime(2026, 11, 20, tzinfo=UTC), zone=ZoneInfo("UTC")
    )
    assert (period.start.date(), period.end.date()) == (date(2023, 10, 20), date(2023, 11, 20))


def test_a_local_day_is_an_hour_short_when_clocks_go_forward() -> None:
    zone = ZoneInfo("America/New_York")
    day = days(date(2026, 3, 8), date(2026, 3, 8), zone)
    assert day.end - day.start == timedelta(hours=23)
    month = calendar_month(datetime(2026, 3, 20, tzinfo=UTC), zone)
    assert month.start == datetime(2026, 3, 1, 5, tzinfo=UTC)
    assert month.end == datetime(2026, 4, 1, 4, tzinfo=UTC)


@pytest.mark.parametrize("name", ["Mars/Base", "", "../etc/passwd", "/etc/localtime"])
def test_an_unknown_time_zone_is_refused(name: str) -> None:
    with pytest.raises(InvalidInput):
        time_zone(name)
