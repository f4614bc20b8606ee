"""Series, breakdowns and filters hold what was asked, in the order that was asked for."""

from datetime import timedelta

import pytest

from tests.adapters.warehouse.recording import EVERGREEN, NORTHWIND, NOW, OPENAI, Recording, everything


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


def test_a_series_without_usage_on_a_day_has_no_point_there(record: Recording) -> None:
    record.add({**OPENAI, "occurred_at": NOW}, {"occurred_at": NOW - timedelta(days=2)}, OPENAI)
    record.sync()
    points = record.warehouse.series(everything(), "day", "provider")
    assert [(point.start.day, point.key, point.label, point.measures.calls) for point in points] == [
        (18, None, "No provider", 1),
        (20, "openai", "openai", 2),
    ]


def test_a_series_shows_its_largest_parts_and_the_others_as_one(record: Recording) -> None:
    before = NOW - timedelta(days=1)
    record.add(
        {"provider": "p", "model": "a", "balance_nanos": 1},
        {"provider": "p", "model": "b", "balance_nanos": 9, "occurred_at": before},
        {"provider": "p", "model": "c", "balance_nanos": 5},
        {"balance_nanos": 7},
        {"provider": "p", "model": "d", "balance_nanos": 2, "occurred_at": before},
    )
    record.sync()

    def parts(limit: int) -> list[tuple[int, str | None, str, bool, int]]:
        points = record.warehouse.series(everything(), "day", "model", order="revenue", limit=limit)
        return [
            (point.start.day, point.key, point.label, point.is_other, point.measures.revenue("USD").nanos)
            for point in points
        ]

    assert parts(2) == [
        (19, "b", "b", False, 9),
        (19, None, "Other", True, 2),
        (20, None, "No model", False, 7),
        (20, None, "Other", True, 6),
    ]
    assert parts(1) == [(19, "b", "b", False, 9), (19, None, "Other", True, 2), (20, None, "Other", True, 13)]
    assert not any(is_other for _, _, _, is_other, _ in parts(5))


def test_latency_in_a_series_is_there_when_asked_for(record: Recording) -> None:
    record.add({"latency_ms": 100})
    record.sync()
    assert record.warehouse.series(everything())[0].measures.latency_p50_ms is None
    assert record.warehouse.series(everything(), latency=True)[0].measures.latency_p50_ms == 100
    assert record.warehouse.totals(everything(), latency=False).latency_p50_ms is None
    assert record.warehouse.breakdown(everything(), "feature", latency=False)[0].measures.latency_p50_ms is None


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
