"""The figures day by day or hour by hour, whole or split by what a chart stacks."""

from billing_core.adapters.warehouse.expressions import COLUMN_OF, chosen_events, measures, to_measures
from billing_core.adapters.warehouse.labels import labels
from billing_core.adapters.warehouse.local_time import DAY, HOUR, bucket_instant, bucket_start
from billing_core.adapters.warehouse.session import Session
from billing_core.services.reporting.answers import Point
from billing_core.services.reporting.ports import Bucket
from billing_core.services.reporting.usage_filter import Dimension, UsageFilter

_SIZES = {"day": DAY, "hour": HOUR}


def series(session: Session, chosen: UsageFilter, by: Bucket, split: Dimension | None, *, latency: bool) -> list[Point]:
    """A point per day or hour and part that has usage, oldest first, then by label."""
    size = _SIZES[by]
    events = chosen_events(chosen)
    keys = {"start": bucket_start(events, size, chosen.period, chosen.zone)}
    if split is not None:
        keys["key"] = events[COLUMN_OF[split]]
    columns = measures(events, session.currencies, latency=latency)
    label = labels(session, split)
    points = [
        Point(
            start=bucket_instant(row["start"], size, chosen.zone),
            key=row.get("key"),
            label=label(row.get("key")),
            measures=to_measures(row, session.currencies),
        )
        for row in session.rows(events.group_by(**keys).aggregate(**columns))
    ]
    return sorted(points, key=lambda point: (point.start.timestamp(), point.label))
