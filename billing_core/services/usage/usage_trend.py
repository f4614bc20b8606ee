"""Usage day by day and month by month, in the organization's time zone; also of days and months without any."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from billing_core.domain.periods import days
from billing_core.services.reporting.combined import combined
from billing_core.services.reporting.measures import Measures
from billing_core.services.reporting.ports import UsageReports
from billing_core.services.usage.find_user import User

Interval = Literal["day", "month"]


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """The figures, without latency, of a day or month; `is_complete` is False for the one that still runs."""

    starts_on: date
    measures: Measures
    is_complete: bool


def usage_trend(
    reports: UsageReports, user: User, first: date, today: date, interval: Interval = "day"
) -> Sequence[TrendPoint]:
    """A point for every day from `first` to `today`, or for every month of them."""
    points = reports.series(user.usage(days(first, today, user.organization.time_zone)))
    parts: defaultdict[date, list[Measures]] = defaultdict(list)
    for point in points:
        parts[_start(point.start.date(), interval)].append(point.measures)
    dates = (first + timedelta(days=offset) for offset in range((today - first).days + 1))
    starts = dict.fromkeys(_start(on, interval) for on in dates)
    running = _start(today, interval)
    return [TrendPoint(start, combined(parts.get(start, ())), start < running) for start in starts]


def first_of_months(today: date, months: int) -> date:
    """The first day of the earliest of so many calendar months, of which the last is the one that holds `today`."""
    index = today.year * 12 + today.month - months
    return date(index // 12, index % 12 + 1, 1)


def _start(on: date, interval: Interval) -> date:
    return on.replace(day=1) if interval == "month" else on
