"""Answers are exact, keep to what the asker may see, and count days as the zone of the question does."""

from bisect import bisect_right
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import ibis
import pyarrow as pa
import pytest

from billing_core.adapters.warehouse.expressions import chosen_events, measures
from billing_core.adapters.warehouse.local_time import DAY, bucket_start, utc_offsets
from billing_core.domain.clock import from_micros
from billing_core.domain.errors import InvalidInput
from billing_core.domain.money import CREDITS, Money
from billing_core.domain.periods import Period, days
from billing_core.services.reporting.export_columns import EXPORT_COLUMNS
from billing_core.services.reporting.measures import Amounts
from billing_core.services.reporting.usage_filter import DIMENSIONS, UsageFilter
from tests.adapters.warehouse.recording import EVER, EVERGREEN, NORTHWIND, NOW, Recording, everything

OPENAI = {"provider": "openai", "model": "gpt-4", "provider_cost_nanos": 10, "provider_cost_currency": "USD"}


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_sums_beyond_two_to_the_53rd_are_exact(record: Recording) -> None:
    large = 2**53 + 1
    record.add(*[{**OPENAI, "balance_nanos": large, "credits_nanos": large, "provider_cost_nanos": large + 2}] * 101)
    record.sync()
    totals = record.warehouse.totals(everything())
    assert totals.revenue("USD") == Money(101 * large, "USD")
    assert totals.provider_cost("USD") == Money(101 * (large + 2), "USD")
    assert totals.credits == Money(101 * large, CREDITS)
    (point,) = record.warehouse.series(everything())
    assert point.measures.revenue("USD").nanos == 101 * large


def test_a_sum_that_does_not_fit_is_an_error_and_no_wrong_figure(record: Recording) -> None:
    record.add({"balance_nanos": 2**62}, {"balance_nanos": 2**62})
    record.sync()
    with pytest.raises((pa.ArrowInvalid, OverflowError)):
        record.warehouse.totals(everything())


def test_revenue_is_money_paid_and_what_the_credits_used_had_cost(record: Recording) -> None:
    record.add(
        {**OPENAI, "balance_nanos": 100, "overage_nanos": 20, "credits_nanos": 7, "credits_cost_nanos": 3},
        {**OPENAI, "price_nanos": 999, "included": 1, "input_tokens": 5, "llm_tokens": 6, "output_tokens": 7},
    )
    record.sync()
    totals = record.warehouse.totals(everything())
    assert totals.calls == 2
    assert totals.tokens == 18
    assert totals.credits_nanos == 7
    assert totals.amounts == {"USD": Amounts(123, 20)}
    assert totals.margin("USD") == Money(103, "USD")
    assert totals.margin_ratio("USD") == Decimal(103) / Decimal(123)


def test_amounts_of_two_currencies_are_never_added(record: Recording) -> None:
    record.add(
        {**OPENAI, "balance_nanos": 100},
        {**OPENAI, "organization_id": EVERGREEN, "currency": "EUR", "balance_nanos": 1_000},
    )
    record.sync()
    totals = record.warehouse.totals(everything())
    assert totals.amounts == {"EUR": Amounts(1_000, 0), "USD": Amounts(100, 20)}
    assert totals.currencies == ("EUR", "USD")
    assert totals.margin("USD") is None
    assert record.warehouse.totals(everything().only("organization", NORTHWIND)).margin("USD") == Money(90, "USD")
    by_euro = record.warehouse.breakdown(everything(), "organization", order="revenue", currency="EUR")
    assert [row.label for row in by_euro] == ["Evergreen Bank", "Northwind AI"]
    by_dollar = record.warehouse.breakdown(everything(), "organization", order="revenue", currency="USD")
    assert [row.label for row in by_dollar] == ["Northwind AI", "Evergreen Bank"]


def test_unpriced_usage_is_counted_apart_and_costs_nothing_known(record: Recording) -> None:
    unpriced = {"provider": "acme", "model": "new-1", "input_tokens": 40, "output_tokens": 2}
    record.add(
        OPENAI,
        {},
        {**unpriced, "occurred_at": NOW - timedelta(days=2)},
        {**unpriced, "organization_id": EVERGREEN, "occurred_at": NOW - timedelta(days=1)},
        {**unpriced, "model": "new-2"},
    )
    record.sync()
    totals = record.warehouse.totals(everything())
    assert (totals.unpriced_calls, totals.unpriced_tokens) == (3, 126)
    assert totals.amounts == {"USD": Amounts(0, 10)}
    first, second = record.warehouse.unpriced(everything())
    assert (first.provider, first.model, first.calls, first.tokens, first.organizations) == ("acme", "new-1", 2, 84, 2)
    assert (first.first_seen_at, first.last_seen_at) == (NOW - timedelta(days=2), NOW - timedelta(days=1))
    assert second.model == "new-2"


def test_latency_is_that_of_events_that_report_one(record: Recording) -> None:
    record.add(*[{"latency_ms": value} for value in range(1, 102)], {}, {})
    record.sync()
    totals = record.warehouse.totals(everything())
    assert (totals.calls, totals.latency_p50_ms, totals.latency_p95_ms) == (103, 51, 96)


def test_another_organizations_rows_appear_in_no_answer(record: Recording) -> None:
    theirs = {"organization_id": EVERGREEN, "feature": "search", "member_id": "mem_li", "department_id": "dep_lending"}
    record.add(
        {**OPENAI, "member_id": "mem_dana"},
        {**theirs, "provider": "secret", "model": "secret-1", "balance_nanos": 1, "latency_ms": 9, "is_error": 1},
    )
    record.sync()
    mine = everything(organization_ids=frozenset({NORTHWIND}))
    asked = record.warehouse
    assert asked.totals(mine).calls == 1
    assert asked.totals(mine.only("organization", EVERGREEN)).calls == 0
    assert asked.totals(mine.only("member", "mem_li")).calls == 0
    for dimension in DIMENSIONS:
        shown = [row.key for row in asked.breakdown(mine, dimension)]
        assert len(shown) == 1
        assert {point.key for point in asked.series(mine, "day", dimension)} == set(shown)
        known = asked.names(dimension, mine.organization_ids)
        assert not known.keys() & {EVERGREEN, "mem_li", "dep_lending", "secret", "secret-1"}
    assert asked.breakdown(mine, "model", limit=0)[0].measures.calls == 1
    assert sum(hour.measures.calls for hour in asked.weekday_hour(mine)) == 1
    assert asked.unpriced(mine) == []
    assert {usage.organization_id for usage in asked.usage_totals_by_organization_feature_model(mine)} == {NORTHWIND}
    with asked.export_events(mine) as reader:
        assert set(reader.read_all()["organization_id"].to_pylist()) == {NORTHWIND}


def test_who_may_see_no_organization_sees_nothing(record: Recording) -> None:
    record.add({}, {})
    record.sync()
    nobody = everything(organization_ids=frozenset[str]())
    assert record.warehouse.totals(nobody).calls == 0
    assert record.warehouse.names("organization", frozenset()) == {}
    assert record.warehouse.names("provider", frozenset()) == {}


def test_filters_take_several_values_and_a_missing_one(record: Recording) -> None:
    record.add(OPENAI, {"provider": "google", "model": "gemini"}, {}, {"provider": "x'); DROP TABLE usage_event; --"})
    record.sync()

    def calls(*providers: str | None) -> int:
        return record.warehouse.totals(everything().only("provider", *providers)).calls

    assert calls("openai") == 1
    assert calls("openai", "google") == 2
    assert calls(None) == 1
    assert calls("openai", None) == 2
    assert calls("x'); DROP TABLE usage_event; --") == 1
    assert calls() == 0


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


def test_a_series_without_usage_on_a_day_has_no_point_there(record: Recording) -> None:
    record.add({**OPENAI, "occurred_at": NOW}, {"occurred_at": NOW - timedelta(days=2)}, OPENAI)
    record.sync()
    points = record.warehouse.series(everything(), "day", "provider")
    assert [(point.start.day, point.key, point.label, point.measures.calls) for point in points] == [
        (18, None, "No provider", 1),
        (20, "openai", "openai", 2),
    ]


def test_latency_in_a_series_is_there_when_asked_for(record: Recording) -> None:
    record.add({"latency_ms": 100})
    record.sync()
    assert record.warehouse.series(everything())[0].measures.latency_p50_ms is None
    assert record.warehouse.series(everything(), latency=True)[0].measures.latency_p50_ms == 100


def test_the_rest_of_a_breakdown_is_one_row_with_its_own_latency(record: Recording) -> None:
    record.add(
        *[{"model": "a", "provider": "p", "latency_ms": 1}] * 3,
        *[{"model": "b", "provider": "p", "latency_ms": 2}] * 2,
        {"model": "c", "provider": "p", "latency_ms": 10},
        {"latency_ms": 30},
    )
    record.sync()
    rows = record.warehouse.breakdown(everything(), "model", limit=2)
    assert [(row.key, row.label, row.measures.calls, row.is_other, row.combined) for row in rows] == [
        ("a", "a", 3, False, 1),
        ("b", "b", 2, False, 1),
        (None, "Other", 2, True, 2),
    ]
    assert rows[-1].measures.latency_p50_ms == 20
    whole = record.warehouse.breakdown(everything(), "model", limit=4)
    assert [row.label for row in whole] == ["a", "b", "No model", "c"]
    assert [row.label for row in record.warehouse.breakdown(everything(), "model", order="label")] == [
        "No model",
        "a",
        "b",
        "c",
    ]


@pytest.mark.parametrize(
    ("order", "largest"),
    [
        ("calls", "a"),
        ("errors", "b"),
        ("tokens", "c"),
        ("revenue", "d"),
        ("provider_cost", "e"),
        ("credits", "f"),
    ],
)
def test_a_breakdown_is_ordered_by_what_was_asked(record: Recording, order: str, largest: str) -> None:
    columns = ["is_error", "input_tokens", "balance_nanos", "provider_cost_nanos", "credits_nanos"]
    record.add({"provider": "p", "model": "a"}, {"provider": "p", "model": "a"})
    for model, column in zip("bcdef", columns, strict=True):
        record.add({"provider": "p", "model": model, "provider_cost_currency": "USD", column: 1})
    record.sync()
    assert record.warehouse.breakdown(everything(), "model", order=order)[0].key == largest  # pyright: ignore[reportArgumentType]


def test_people_and_organizations_are_called_by_their_names(record: Recording) -> None:
    record.add({"member_id": "mem_dana", "department_id": "dep_research"}, {"member_id": "mem_gone"})
    record.sync()
    labels = {row.key: row.label for row in record.warehouse.breakdown(everything(), "member")}
    assert labels == {"mem_dana": "Dana Ruiz", "mem_gone": "mem_gone"}
    assert record.warehouse.names("organization", None) == {EVERGREEN: "Evergreen Bank", NORTHWIND: "Northwind AI"}
    assert record.warehouse.names("feature", frozenset({NORTHWIND})) == {"chat": "Chat", "search": "Search"}
    assert record.warehouse.names("department", frozenset({NORTHWIND})) == {"dep_research": "Research"}


def test_usage_as_a_plan_prices_it_leaves_out_what_failed(record: Recording) -> None:
    record.add(
        {**OPENAI, "units": 2, "input_tokens": 10, "measured": 2, "included": 1, "price_nanos": 5},
        {**OPENAI, "units": 3, "input_tokens": 20, "measured": 3, "price_nanos": 6},
        {**OPENAI, "units": 9, "input_tokens": 99, "is_error": 1, "measured": 0},
        {"feature": "search", "price_currency": "CREDITS", "price_nanos": 4},
        {"organization_id": EVERGREEN, "is_error": 1, "measured": 0},
    )
    record.sync()
    usages = record.warehouse.usage_totals_by_organization_feature_model(everything())
    evergreen, chat, search = usages
    assert (chat.organization_id, chat.feature, chat.model) == (NORTHWIND, "chat", "gpt-4")
    assert (chat.calls, chat.errors, chat.units, chat.input_tokens) == (2, 1, 5, 30)
    assert (chat.measured, chat.included, chat.price) == (5, 1, Money(11, "USD"))
    assert (search.feature, search.model, search.price) == ("search", None, Money(4, CREDITS))
    assert (evergreen.organization_id, evergreen.calls, evergreen.errors, evergreen.units) == (EVERGREEN, 0, 1, 0)


def test_exported_events_carry_names_and_exact_decimals(record: Recording) -> None:
    record.add(
        {
            **OPENAI,
            "member_id": "mem_dana",
            "department_id": "dep_research",
            "api_key_id": "key_one",
            "price_nanos": 2**63 - 1,
            "balance_nanos": 1,
            "provider_cost_nanos": 30_000,
            "properties": '{"a":1}',
        },
        {"member_id": "mem_gone"},
    )
    record.sync()
    with record.warehouse.export_events(everything()) as reader:
        table = reader.read_all()
    assert tuple(table.column_names) == EXPORT_COLUMNS
    first, second = table.to_pylist()
    assert first["price"] == Decimal("9223372036.854775807")
    assert first["balance"] == Decimal("0.000000001")
    assert first["provider_cost"] == Decimal("0.00003")
    assert second["provider_cost"] is None
    named = ("organization_name", "department_name", "member_name", "api_key_name", "feature_name", "plan_version_name")
    assert [first[name] for name in named] == [
        "Northwind AI",
        "Research",
        "Dana Ruiz",
        "Production",
        "Chat",
        "Starter 1",
    ]
    assert (second["member_name"], second["department_name"]) == ("mem_gone", None)
    assert first["occurred_at"] == NOW


def test_an_export_gives_the_columns_asked_for_and_refuses_unknown_ones(record: Recording) -> None:
    record.add({"balance_nanos": 5}, {"balance_nanos": 6})
    record.sync()
    with record.warehouse.export_events(everything(), ["balance", "id", "member_name", "member_id"]) as reader:
        assert reader.read_all().to_pylist()[1] == {
            "balance": Decimal("0.000000006"),
            "id": "evt_000001",
            "member_name": None,
            "member_id": None,
        }
    with (
        pytest.raises(InvalidInput, match="'payload_hash' is no column") as refused,
        record.warehouse.export_events(everything(), ["payload_hash"]),
    ):
        pass
    assert refused.value.field == "columns"


def test_totals_breakdowns_series_and_exports_agree_to_the_nano(record: Recording) -> None:
    record.add(
        *[
            {
                **OPENAI,
                "model": f"model {index % 5}",
                "member_id": f"mem_{index % 7}",
                "occurred_at": NOW - timedelta(hours=7 * index),
                "balance_nanos": 2**53 + index,
                "provider_cost_nanos": 3 * index + 1,
            }
            for index in range(60)
        ]
    )
    record.sync()
    chosen = everything("Europe/Berlin")
    expected = record.warehouse.totals(chosen).amounts["USD"]
    sums = [
        [row.measures for row in record.warehouse.breakdown(chosen, "member", limit=3)],
        [point.measures for point in record.warehouse.series(chosen, "day", "model")],
        [point.measures for point in record.warehouse.series(chosen, "hour")],
        [hour.measures for hour in record.warehouse.weekday_hour(chosen)],
    ]
    for parts in sums:
        assert sum(part.revenue("USD").nanos for part in parts) == expected.revenue_nanos
        assert sum(part.provider_cost("USD").nanos for part in parts) == expected.provider_cost_nanos
    with record.warehouse.export_events(chosen, ["balance", "provider_cost"]) as reader:
        rows = reader.read_all().to_pylist()
    assert sum(row["balance"] for row in rows) * 10**9 == expected.revenue_nanos
    assert sum(row["provider_cost"] for row in rows) * 10**9 == expected.provider_cost_nanos


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
