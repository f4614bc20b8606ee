"""The figures day by day or hour by hour, whole or split by what a chart stacks."""

import ibis

from billing_core.adapters.warehouse.expressions import (
    COLUMN_OF,
    Expression,
    chosen_events,
    is_one_of,
    measures,
    to_measures,
)
from billing_core.adapters.warehouse.labels import OTHER, labels
from billing_core.adapters.warehouse.local_time import DAY, HOUR, bucket_instant, bucket_start
from billing_core.adapters.warehouse.questions.breakdown import breakdown
from billing_core.adapters.warehouse.session import Session
from billing_core.services.reporting.answers import Point
from billing_core.services.reporting.ports import Bucket, Order
from billing_core.services.reporting.usage_filter import Dimension, UsageFilter

_SIZES = {"day": DAY, "hour": HOUR}


def series(
    session: Session,
    chosen: UsageFilter,
    by: Bucket,
    split: Dimension | None,
    *,
    order: Order,
    currency: str,
    limit: int | None,
    latency: bool,
) -> list[Point]:
    """A point per day or hour and part that has usage, oldest first, then by label, the rest last."""
    size = _SIZES[by]
    events = chosen_events(chosen)
    keys = {"start": bucket_start(events, size, chosen.period, chosen.zone)}
    if split is not None:
        keys |= _parts(session, chosen, events, split, order=order, currency=currency, limit=limit)
    label = labels(session, split)
    points = [
        Point(
            start=bucket_instant(row["start"], size, chosen.zone),
            key=row.get("key"),
            label=OTHER if row.get("is_other") else label(row.get("key")),
            measures=to_measures(row, session.currencies),
            is_other=row.get("is_other", False),
        )
        for row in session.rows(
            events.group_by(**keys).aggregate(**measures(events, session.currencies, latency=latency))
        )
    ]
    return sorted(points, key=lambda point: (point.start.timestamp(), point.is_other, point.label))


def _parts(
    session: Session,
    chosen: UsageFilter,
    events: Expression,
    split: Dimension,
    *,
    order: Order,
    currency: str,
    limit: int | None,
) -> dict[str, Expression]:
    """What to group by: the value itself, or with a limit that of the largest, all others together."""
    key = events[COLUMN_OF[split]]
    if limit is None:
        return {"key": key}
    largest = breakdown(session, chosen, split, order=order, currency=currency)[:limit]
    is_shown = is_one_of(key, [row.key for row in largest])
    return {"key": ibis.ifelse(is_shown, key, None), "is_other": ~is_shown}
