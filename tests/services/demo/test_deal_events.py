"""Dealing the trace: real calls, the customer's rhythm, the same on the same date."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise
from random import Random
from statistics import median
from zoneinfo import ZoneInfo

import pytest

from billing_core.adapters.usage_files.call_trace import read_call_trace
from billing_core.bootstrap.initialize import DEMO_TRACE
from billing_core.domain.usage import UsageEvent
from billing_core.services.demo.arrivals import RUN_LENGTH, arrivals, shuffled
from billing_core.services.demo.customer import Customer
from billing_core.services.demo.customers import CUSTOMERS
from billing_core.services.demo.deal_events import Desk, Tenant, deal_events
from billing_core.services.demo.load_demo import DAYS
from billing_core.services.demo.stretch import opened_at, stretch_until

TRACE = read_call_trace(DEMO_TRACE)
NOW = datetime(2026, 11, 20, 15, 40, tzinfo=UTC)
NORTHWIND = CUSTOMERS[0]


def dealt(customer: Customer, now: datetime = NOW, days: int = DAYS) -> Sequence[UsageEvent]:
    stretch = stretch_until(now, days)
    desks = [Desk("mem_1", "dep_1", 3), Desk("mem_2", "dep_2", 1)]
    return [
        event
        for _, event in deal_events(Tenant(customer, "org_1", opened_at(customer, stretch), desks), TRACE, stretch)
    ]


def times(events: Sequence[UsageEvent]) -> list[datetime]:
    return [event.occurred_at for event in events if event.occurred_at is not None]


@pytest.fixture(scope="module")
def events() -> Sequence[UsageEvent]:
    return dealt(replace(NORTHWIND, calls=12_000))


def test_a_customer_makes_about_its_calls_in_order_and_none_after_now(events: Sequence[UsageEvent]):
    assert 11_400 < len(events) < 12_200
    assert all(first <= second for first, second in pairwise(times(events)))
    assert NOW - timedelta(days=DAYS) < times(events)[0]
    assert NOW - timedelta(hours=8) < times(events)[-1] <= NOW
    assert len({event.event_id for event in events}) == len(events)


def test_the_same_date_gives_the_same_events_and_an_hour_later_only_more(events: Sequence[UsageEvent]):
    customer = replace(NORTHWIND, calls=12_000)
    assert dealt(customer) == events
    later = dealt(customer, NOW + timedelta(hours=1))
    assert later[: len(events)] == events
    assert len(later) > len(events)


def test_tokens_are_those_of_real_calls(events: Sequence[UsageEvent]):
    real = {(call.input_tokens, call.output_tokens) for call in TRACE}
    for event in events:
        tokens = (event.quantities.input_tokens, event.quantities.output_tokens)
        assert tokens in real or event.is_error or event.feature in ("embedding", "storage")
        assert event.quantities.cache_read_tokens <= event.quantities.input_tokens
    assert any(event.quantities.cache_read_tokens for event in events)


def test_working_hours_and_weekdays_are_busier_and_use_grows(events: Sequence[UsageEvent]):
    local = [at.astimezone(ZoneInfo(NORTHWIND.time_zone)) for at in times(events)]
    hours, weekdays = Counter(at.hour for at in local), Counter(at.weekday() for at in local)
    assert min(hours[hour] for hour in (9, 10, 11, 14, 15)) > 5 * max(hours[hour] for hour in (0, 1, 2, 3, 4))
    assert min(weekdays[day] for day in range(5)) > 2 * max(weekdays[5], weekdays[6])
    assert sum(at > NOW - timedelta(days=28) for at in times(events)) > len(events) * 28 / DAYS


def test_where_nothing_varies_calls_follow_each_other_as_they_did_in_the_trace():
    calls = TRACE[1:41]
    mean = sum(call.gap_micros for call in calls) / len(calls)
    start = datetime(2026, 11, 1, tzinfo=UTC)
    timed = list(arrivals(calls, mean, start, [0.0, *[1.0] * 10], count=40))
    assert [call for _, call in timed] == calls[: len(timed)]
    assert len(timed) >= 39
    instants = [start + timedelta(hours=1), *(at for at, _ in timed)]
    for (before, at), call in zip(pairwise(instants), calls, strict=False):
        assert (at - before) / timedelta(hours=10) == pytest.approx(call.gap_micros / mean / 40, abs=1e-6)


def test_runs_are_shuffled_and_every_call_is_dealt_as_often():
    order = shuffled(TRACE[:500], Random("test"))
    first, second = [list(islice(order, 500)) for _ in range(2)]
    assert first[:RUN_LENGTH] in [TRACE[start : start + RUN_LENGTH] for start in range(0, 500, RUN_LENGTH)]
    assert Counter(first) == Counter(second) == Counter(TRACE[:500])
    assert first != second


def test_a_few_calls_fail_and_more_of_them_in_an_incident(events: Sequence[UsageEvent]):
    failed = sum(event.is_error for event in events)
    assert 0.008 * len(events) < failed < 0.03 * len(events)
    start = datetime(2026, 11, 15, 17, tzinfo=UTC)  # a Sunday, five days before
    customer = replace(
        NORTHWIND, calls=100_000, workloads=[item for item in NORTHWIND.workloads if item.provider == "openai"]
    )
    hit = [
        event
        for event in dealt(customer)
        if event.occurred_at and start <= event.occurred_at < start + timedelta(hours=2)
    ]
    assert sum(event.is_error for event in hit) > len(hit) * 0.15
    assert all(event.quantities.tokens == 0 for event in hit if event.is_error)


def test_longer_answers_take_longer(events: Sequence[UsageEvent]):
    opus = [event for event in events if event.model == "claude-opus-4-1" and not event.is_error]
    short = [event.latency_ms or 0 for event in opus if event.quantities.output_tokens < 60]
    long = [event.latency_ms or 0 for event in opus if event.quantities.output_tokens > 300]
    assert median(short) * 2 < median(long)
    assert len(set(short)) > 10


@pytest.mark.parametrize("now", [NOW, datetime(2026, 3, 1, 3, tzinfo=UTC), datetime(2027, 1, 31, 23, 30, tzinfo=UTC)])
def test_one_customer_is_near_its_allowance_of_calls_on_every_date(now: datetime):
    cascade = next(customer for customer in CUSTOMERS if customer.name == "Cascade Legal")
    begun = stretch_until(now, DAYS).today - timedelta(days=cascade.period_day)
    calls = [event for event in dealt(cascade, now) if event.feature not in ("document_upload", "storage")]
    used = sum(at >= begun for at in times(calls))
    assert 8_000 < used < 10_000


def test_storage_is_reported_once_a_day_and_rises(events: Sequence[UsageEvent]):
    levels = [event.quantities.units for event in events if event.feature == "storage"]
    assert len(levels) == DAYS
    assert levels == sorted(levels)


def test_a_dozen_customers_make_about_a_quarter_of_a_million_calls():
    assert len(CUSTOMERS) == 12
    assert 240_000 < sum(customer.calls for customer in CUSTOMERS) < 260_000
    assert len({customer.time_zone for customer in CUSTOMERS}) > 8
    assert {customer.plan_code for customer in CUSTOMERS} == {"free", "starter", "professional", "enterprise", "team"}
