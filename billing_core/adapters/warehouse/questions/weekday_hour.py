"""The figures by weekday and hour: when in the week usage happens."""

from billing_core.adapters.warehouse.expressions import chosen_events, measures, to_measures
from billing_core.adapters.warehouse.local_time import DAY, HOUR, hour_of_week, local_micros
from billing_core.adapters.warehouse.session import Session
from billing_core.services.reporting.answers import HourOfWeek
from billing_core.services.reporting.usage_filter import UsageFilter


def weekday_hour(session: Session, chosen: UsageFilter) -> list[HourOfWeek]:
    """A row per local weekday and hour that has usage, Monday and midnight first."""
    events = chosen_events(chosen)
    weekday, hour = hour_of_week(local_micros(events, chosen.period, chosen.zone))
    columns = measures(events, session.currencies, latency=False)
    rows = session.rows(events.group_by(weekday=weekday, hour=hour).aggregate(**columns).order_by("weekday", "hour"))
    return [
        HourOfWeek(
            weekday=row["weekday"] // DAY,
            hour=row["hour"] // HOUR,
            measures=to_measures(row, session.currencies),
        )
        for row in rows
    ]
