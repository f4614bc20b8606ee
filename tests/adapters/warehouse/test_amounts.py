"""Every sum is exact, whole, and of one currency."""

from datetime import timedelta
from decimal import Decimal

import pyarrow as pa
import pytest

from billing_core.domain.money import CREDITS, Money
from billing_core.services.reporting.measures import Amounts
from tests.adapters.warehouse.recording import EVERGREEN, NORTHWIND, NOW, OPENAI, Recording, everything


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
    assert chat.provider_cost == Money(20, "USD")
    assert (search.feature, search.model, search.price) == ("search", None, Money(4, CREDITS))
    assert search.provider_cost is None
    assert (evergreen.organization_id, evergreen.calls, evergreen.errors, evergreen.units) == (EVERGREEN, 0, 1, 0)


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
