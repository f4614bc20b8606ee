"""The words questions are made of, in Ibis, which runs alike on DuckDB and ClickHouse."""

from collections.abc import Iterable, Mapping
from typing import Any

import ibis

from billing_core.adapters.warehouse.event_columns import EVENT_SCHEMA, QUANTITY_COLUMNS
from billing_core.domain.clock import to_micros
from billing_core.domain.money import divide_half_even
from billing_core.services.reporting.measures import Amounts, Measures
from billing_core.services.reporting.usage_filter import DIMENSIONS, Dimension, UsageFilter

Expression = Any  # Ibis knows the type of a column only when it runs
TABLE = "usage_event"
EVENTS: Expression = ibis.table(ibis.Schema.from_pyarrow(EVENT_SCHEMA), name=TABLE)
COLUMN_OF: Mapping[Dimension, str] = {
    "organization": "organization_id",
    "department": "department_id",
    "member": "member_id",
    "feature": "feature",
    "provider": "provider",
    "model": "model",
}


def chosen_events(chosen: UsageFilter) -> Expression:
    """The events a question is about."""
    start, end = to_micros(chosen.period.start), to_micros(chosen.period.end)
    conditions = [EVENTS.occurred_micros >= start, EVENTS.occurred_micros < end]
    if chosen.organization_ids is not None:
        conditions.append(is_one_of(EVENTS.organization_id, chosen.organization_ids))
    for dimension in DIMENSIONS:
        values = chosen.chosen(dimension)
        if values is not None:
            conditions.append(is_one_of(EVENTS[COLUMN_OF[dimension]], values))
    return EVENTS.filter(conditions)


def is_one_of(column: Expression, values: Iterable[str | None]) -> Expression:
    """Whether the column has one of these values; None among them is a missing one. Never unknown, so `~` is safe."""
    wanted = set(values)
    texts = sorted(value for value in wanted if value is not None)
    found = column.notnull() & column.isin(texts) if texts else ibis.literal(False)
    return found | column.isnull() if None in wanted else found


def measures(events: Expression, currencies: Iterable[str], *, latency: bool) -> dict[str, Expression]:
    """What `to_measures` reads: sums of whole numbers, amounts in columns of their own for each currency."""
    columns: dict[str, Expression] = {
        "calls": events.calls.sum(),
        "errors": events.failed.sum(),
        "unpriced_calls": events.unpriced.sum(),
        "unpriced_tokens": events.unpriced_tokens.sum(),
        "credits_nanos": events.credits_nanos.sum(),
    }
    columns |= {name: events[name].sum() for name in QUANTITY_COLUMNS}
    paid = events.balance_nanos + events.overage_nanos + events.credits_cost_nanos
    for code in currencies:
        columns[f"revenue_{code}"] = paid.sum(where=events.currency == code)
        columns[f"cost_{code}"] = events.provider_cost_nanos.sum(where=events.provider_cost_currency == code)
    if latency:
        columns |= {"p50": events.latency_ms.quantile(0.5), "p95": events.latency_ms.quantile(0.95)}
    return columns


def to_measures(row: Mapping[str, Any], currencies: Iterable[str]) -> Measures:
    """Measures of a row of `measures`; a sum over nothing is NULL there and 0 here."""
    amounts = {code: Amounts(row[f"revenue_{code}"] or 0, row[f"cost_{code}"] or 0) for code in currencies}
    sums = ("calls", "errors", "unpriced_calls", "unpriced_tokens", "credits_nanos", *QUANTITY_COLUMNS)
    return Measures(
        **{name: row[name] or 0 for name in sums},
        latency_p50_ms=_whole(row.get("p50")),
        latency_p95_ms=_whole(row.get("p95")),
        amounts={code: amount for code, amount in amounts.items() if amount != Amounts()},
    )


def _whole(value: float | None) -> int | None:
    return None if value is None else divide_half_even(int(value * 1_000), 1_000)
