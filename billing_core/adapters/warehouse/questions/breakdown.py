"""The figures of each organization, department, member, feature, provider or model, the largest first."""

from collections.abc import Callable

from billing_core.adapters.warehouse.expressions import COLUMN_OF, chosen_events, is_one_of, measures, to_measures
from billing_core.adapters.warehouse.labels import OTHER, labels
from billing_core.adapters.warehouse.session import Session
from billing_core.services.reporting.answers import BreakdownRow
from billing_core.services.reporting.ports import Order
from billing_core.services.reporting.usage_filter import Dimension, UsageFilter


def breakdown(
    session: Session,
    chosen: UsageFilter,
    by: Dimension,
    *,
    order: Order,
    currency: str,
    limit: int | None = None,
    latency: bool = False,
) -> list[BreakdownRow]:
    """A row per value; beyond `limit` of them a last one for all others, its latency measured over all of them."""
    events = chosen_events(chosen)
    key = events[COLUMN_OF[by]]
    columns = measures(events, session.currencies, latency=latency)
    label = labels(session, by)
    rows = [
        BreakdownRow(key=row["key"], label=label(row["key"]), measures=to_measures(row, session.currencies))
        for row in session.rows(events.group_by(key=key).aggregate(**columns))
    ]
    size = _size(order, currency)
    rows.sort(key=lambda row: (-size(row), row.label))
    if limit is None or len(rows) <= limit:
        return rows
    rest = events.filter(~is_one_of(key, [row.key for row in rows[:limit]]))
    (row,) = session.rows(rest.aggregate(**measures(rest, session.currencies, latency=latency)))
    other = BreakdownRow(
        key=None,
        label=OTHER,
        measures=to_measures(row, session.currencies),
        is_other=True,
        combined=len(rows) - limit,
    )
    return [*rows[:limit], other]


def _size(order: Order, currency: str) -> Callable[[BreakdownRow], int]:
    sizes: dict[Order, Callable[[BreakdownRow], int]] = {
        "calls": lambda row: row.measures.calls,
        "errors": lambda row: row.measures.errors,
        "tokens": lambda row: row.measures.tokens,
        "revenue": lambda row: row.measures.revenue(currency).nanos,
        "provider_cost": lambda row: row.measures.provider_cost(currency).nanos,
        "credits": lambda row: row.measures.credits_nanos,
        "label": lambda _: 0,
    }
    return sizes[order]
