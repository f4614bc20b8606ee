"""Adjustments in the copy: once each, with the dimensions and time of their event, in every sum."""

import json
from datetime import timedelta

import pytest

from billing_core.adapters.warehouse.reconcile import reconcile
from billing_core.adapters.warehouse.sync_warehouse import has_news
from tests.adapters.warehouse.recording import EVERGREEN, NOW, OPENAI, Recording, everything

UNPRICED = {"provider": "openai", "model": "gpt-new", "input_tokens": 70, "output_tokens": 30}
PRICED = {"unpriced": -1, "provider_cost_nanos": 25, "provider_cost_currency": "USD"}
CANCELLED = {"kind": "cancel", "calls": -1, "units": -1, "measured": -1}


def is_reconciled(record: Recording) -> bool:
    with record.database.read() as connection:
        return reconcile(connection, record.warehouse) == []


def test_a_cost_that_became_known_later_is_counted_and_the_call_is_not_counted_twice(record: Recording) -> None:
    record.add(UNPRICED, {**OPENAI})
    record.sync()
    assert record.warehouse.totals(everything()).unpriced_tokens == 100
    record.adjust({"event_id": "evt_000000", **PRICED})
    report = record.sync()
    assert (report.new_events, report.new_adjustments) == (0, 1)
    totals = record.warehouse.totals(everything())
    assert (totals.calls, totals.unpriced_calls, totals.unpriced_tokens) == (2, 0, 0)
    assert totals.tokens == 100
    assert totals.provider_cost("USD").nanos == 35
    assert record.warehouse.unpriced(everything()) == []
    assert is_reconciled(record)


def test_an_adjustment_counts_where_and_when_its_event_did(record: Recording) -> None:
    yesterday = NOW - timedelta(days=1)
    record.add(
        {**UNPRICED, "occurred_at": yesterday, "department_id": "dep_research"},
        {**UNPRICED, "organization_id": EVERGREEN, "currency": "EUR"},
    )
    record.adjust({"event_id": "evt_000000", "recorded_at": NOW + timedelta(days=1), **PRICED})
    record.sync()
    points = record.warehouse.series(everything())
    assert [(point.start.date(), point.measures.provider_cost("USD").nanos) for point in points] == [
        (yesterday.date(), 25),
        (NOW.date(), 0),
    ]
    departments = record.warehouse.breakdown(everything(), "department")
    assert {row.key: row.measures.provider_cost("USD").nanos for row in departments} == {"dep_research": 25, None: 0}
    (left,) = record.warehouse.unpriced(everything())
    assert (left.calls, left.tokens, left.organizations, left.first_seen_at) == (1, 100, 1, NOW)


def test_a_cancelled_event_is_gone_from_every_sum(record: Recording) -> None:
    record.add({**OPENAI, "input_tokens": 70, "balance_nanos": 9, "price_nanos": 9, "is_error": 1})
    record.adjust(
        {
            "event_id": "evt_000000",
            **CANCELLED,
            "errors": -1,
            "input_tokens": -70,
            "balance_nanos": -9,
            "price_nanos": -9,
            "provider_cost_nanos": -10,
            "provider_cost_currency": "USD",
        }
    )
    record.sync()
    totals = record.warehouse.totals(everything())
    assert (totals.calls, totals.errors, totals.units, totals.tokens) == (0, 0, 0, 0)
    assert (totals.revenue("USD").nanos, totals.provider_cost("USD").nanos) == (0, 0)
    (usage,) = record.warehouse.usage_totals_by_organization_feature_model(everything())
    assert (usage.calls, usage.errors, usage.measured, usage.price.nanos) == (0, 0, 0, 0)
    assert is_reconciled(record)


def test_exported_rows_add_up_to_what_screens_show(record: Recording) -> None:
    record.add(UNPRICED, {**OPENAI})
    record.adjust({"event_id": "evt_000000", **PRICED})
    record.add({**OPENAI, "id": "evt_later", "event_id": "later"})
    record.sync()
    columns = ["id", "adjustment", "adjusts", "model", "provider_cost", "input_tokens", "latency_ms"]
    with record.warehouse.export_events(everything(), columns) as reader:
        rows = reader.read_all().to_pylist()
    assert [(row["id"], row["adjustment"], row["adjusts"]) for row in rows] == [
        ("evt_000000", None, None),
        ("evt_000001", None, None),
        ("evt_later", None, None),
        ("adj_000000", "reprice", "evt_000000"),
    ]
    assert rows[3]["model"] == "gpt-new"
    assert sum(int((row["provider_cost"] or 0) * 10**9) for row in rows) == 45
    assert sum(row["input_tokens"] for row in rows) == 70


def test_adjustments_are_copied_once_whatever_comes_between(record: Recording) -> None:
    record.add(*[UNPRICED] * 6)
    for number in range(6):
        record.adjust({"event_id": f"evt_{number:06d}", **PRICED})
        assert has_news_of(record)
        record.sync()
        assert not has_news_of(record)
        assert record.warehouse.totals(everything()).provider_cost("USD").nanos == 25 * (number + 1)
    assert record.sync().new_adjustments == 0
    assert is_reconciled(record)


def test_a_sync_that_dies_before_the_manifest_copies_the_adjustment_again(
    record: Recording, monkeypatch: pytest.MonkeyPatch
) -> None:
    record.add(UNPRICED)
    record.sync()
    record.adjust({"event_id": "evt_000000", **PRICED})
    manifest = record.directory / "manifest.json"
    before = manifest.read_text()
    record.sync()
    manifest.write_text(before)
    assert record.sync().new_adjustments == 1
    assert record.warehouse.totals(everything()).provider_cost("USD").nanos == 25


def test_the_backlog_counts_adjustments(record: Recording) -> None:
    record.add(UNPRICED)
    record.sync()
    record.adjust({"event_id": "evt_000000", "recorded_at": NOW - timedelta(minutes=3), **PRICED})
    freshness = record.warehouse.freshness()
    assert (freshness.pending, freshness.lag) == (1, timedelta(minutes=3))


def test_a_database_with_other_adjustments_is_copied_anew(record: Recording) -> None:
    record.add(UNPRICED)
    record.adjust({"event_id": "evt_000000", **PRICED})
    record.sync()
    record.execute("DELETE FROM usage_adjustment")
    record.adjust({"event_id": "evt_000000", **PRICED, "id": "adj_other", "provider_cost_nanos": 7})
    assert record.sync().is_rebuilt
    assert record.warehouse.totals(everything()).provider_cost("USD").nanos == 7


def test_the_manifest_names_the_watermark_of_adjustments(record: Recording) -> None:
    record.add(UNPRICED)
    record.adjust({"event_id": "evt_000000", **PRICED})
    record.sync()
    stored = json.loads((record.directory / "manifest.json").read_text())
    assert (stored["adjustment_seq"], stored["adjustment_id"]) == (1, "adj_000000")
    assert [segment["rows"] for segment in stored["adjustments"]] == [1]


def test_an_adjustment_that_is_missing_in_the_copy_is_a_difference(record: Recording) -> None:
    record.add(UNPRICED)
    record.adjust({"event_id": "evt_000000", **PRICED})
    record.sync()
    record.execute("UPDATE usage_adjustment SET provider_cost_nanos = 26")
    with record.database.read() as connection:
        (difference,) = reconcile(connection, record.warehouse)
    assert (difference.measure, difference.recorded, difference.copied) == ("provider_cost_nanos", 26, 25)


def has_news_of(record: Recording) -> bool:
    with record.database.read() as connection:
        return has_news(connection, record.directory)
