"""Days and hours are those of the zone of the question, whatever its clocks do."""

from bisect import bisect_right
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import ibis
import pytest

from billing_core.adapters.warehouse.expressions import chosen_events, measures
from billing_core.adapters.warehouse.local_time import DAY, bucket_start, utc_offsets
from billing_core.domain.clock import from_micros
from billing_core.domain.periods import Period, days
from billing_core.services.reporting.usage_filter import UsageFilter
from tests.adapters.warehouse.recording import EVER, NORTHWIND, Recording, everything


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_a_period_holds_its_start_and_not_its_end(record: Recording) -> None:
    start, end = at("2026-11-01T00:00:00.000001"), at("2026-11-02T00:00:00.000001")
    micro = timedelta(microseconds=1)
    record.add(*[{"occurred_at": instant} for instant in (start - micro, start, end - micro, end)])
    record.sync()
    assert record.warehouse.totals(everything(period=Period(start, end))).calls == 2


def test_days_in_kolkata_begin_half_an_hour_before_those_of_a_whole_hour_zone(record: Recording) -> None:
    record.add({"occurred_at": at("2026-11-10T18:29:59.999999")}, {"occurred_at": at("2026-11-10T18:30:00")})
    record.sync()
    chosen = everything("Asia/Kolkata")
    assert [point.start.date() for point in record.warehouse.series(chosen)] == [date(2026, 11, 10), date(2026, 11, 11)]
    assert [point.start.isoformat() for point in record.warehouse.series(chosen, "hour")] == [
        "2026-11-10T23:00:00+05:30",
        "2026-11-11T00:00:00+05:30",
    ]
    assert [(hour.weekday, hour.hour) for hour in record.warehouse.weekday_hour(chosen)] == [(1, 23), (2, 0)]


def test_the_day_the_clocks_go_back_in_new_york_has_25_hours(record: Recording) -> None:
    zone = ZoneInfo("America/New_York")
    first = at("2026-11-01T04:00:00")
    record.add(*[{"occurred_at": first + timedelta(minutes=30 * half)} for half in range(-1, 51)])
    record.sync()
    chosen = everything(period=days(date(2026, 10, 1), date(2026, 11, 30), zone), zone="America/New_York")
    by_day = {point.start.date(): point.measures.calls for point in record.warehouse.series(chosen)}
    assert by_day == {date(2026, 10, 31): 1, date(2026, 11, 1): 50, date(2026, 11, 2): 1}
    hours = [point for point in record.warehouse.series(chosen, "hour") if point.start.date() == date(2026, 11, 1)]
    assert [point.measures.calls for point in hours] == [2] * 25
    assert [point.start.isoformat() for point in hours[:3]] == [
        "2026-11-01T00:00:00-04:00",
        "2026-11-01T01:00:00-04:00",
        "2026-11-01T01:00:00-05:00",
    ]
    one_o_clock = [hour for hour in record.warehouse.weekday_hour(chosen) if (hour.weekday, hour.hour) == (6, 1)]
    assert [hour.measures.calls for hour in one_o_clock] == [4]


def test_the_day_the_clocks_go_forward_in_new_york_has_23_hours(record: Recording) -> None:
    zone = ZoneInfo("America/New_York")
    first = at("2026-03-08T05:00:00")
    record.add(*[{"occurred_at": first + timedelta(hours=hour)} for hour in range(-1, 24)])
    record.sync()
    chosen = everything(period=days(date(2026, 3, 1), date(2026, 3, 31), zone), zone="America/New_York")
    by_day = {point.start.date(): point.measures.calls for point in record.warehouse.series(chosen)}
    assert by_day == {date(2026, 3, 7): 1, date(2026, 3, 8): 23, date(2026, 3, 9): 1}


@pytest.mark.parametrize(
    "name", ["UTC", "Asia/Kolkata", "America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Africa/Casablanca"]
)
def test_offsets_are_those_of_the_zone_at_every_instant(name: str) -> None:
    zone = ZoneInfo(name)
    period = Period(at("2010-03-05T07:30:00.000005"), at("2036-01-01T00:00:00"))
    offsets = utc_offsets(period, zone)
    since = [from_micros(start) for start, _ in offsets]
    instants = [period.start + timedelta(hours=31 * step) for step in range(7_000)]
    instants += [change + timedelta(microseconds=step) for change in since[1:] for step in (-1, 0)]
    for instant in instants:
        _, in_force = offsets[bisect_right(since, instant) - 1]
        assert timedelta(microseconds=in_force) == instant.astimezone(zone).utcoffset(), instant


def test_the_same_expressions_are_understood_by_clickhouse() -> None:
    chosen = UsageFilter(
        organization_ids=frozenset({NORTHWIND}), period=EVER, zone=ZoneInfo("Europe/Berlin"), model=frozenset({None})
    )
    events = chosen_events(chosen)
    day = bucket_start(events, DAY, chosen.period, chosen.zone)
    expression = events.group_by(day=day).aggregate(**measures(events, ["USD"], latency=True))
    text = ibis.to_sql(expression, dialect="clickhouse")
    assert "sumIf" in text
    assert "org_northwind" in text
