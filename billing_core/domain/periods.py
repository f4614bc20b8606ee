"""Half-open stretches of time: billing periods from an anchor, and days and months in a time zone."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from billing_core.domain.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class Period:
    """From `start` (included) to `end` (excluded), both aware and in UTC."""

    start: datetime
    end: datetime

    def __contains__(self, instant: datetime) -> bool:
        return self.start <= instant < self.end


def time_zone(name: str, *, field: str = "time_zone") -> ZoneInfo:
    """The IANA zone of that name; InvalidInput when there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise InvalidInput(f"{name!r} is not a time zone such as Europe/Berlin or UTC.", field=field) from error


def add_months(anchor: datetime, months: int) -> datetime:
    """`anchor` plus whole months, the day clamped to the month's length; wall time is kept."""
    index = anchor.year * 12 + anchor.month - 1 + months
    year, month = index // 12, index % 12 + 1
    return anchor.replace(year=year, month=month, day=min(anchor.day, monthrange(year, month)[1]))


def period_of(instant: datetime, *, anchor: datetime, zone: ZoneInfo, months: int = 1) -> Period:
    """The billing period that holds `instant`.

    Every boundary is anchor + n * months in the organization's zone, never derived from the boundary before, so
    a subscription begun on the 31st returns to the 31st. Instants before the anchor have periods too.
    """
    local_anchor = anchor.astimezone(zone)
    local = instant.astimezone(zone)
    elapsed = (local.year - local_anchor.year) * 12 + local.month - local_anchor.month
    number = elapsed // months + 1
    while add_months(local_anchor, number * months).astimezone(UTC) > instant:
        number -= 1
    start, end = (add_months(local_anchor, n * months).astimezone(UTC) for n in (number, number + 1))
    return Period(start, end)


def calendar_month(instant: datetime, zone: ZoneInfo) -> Period:
    """The calendar month of `zone` that holds `instant`."""
    first = instant.astimezone(zone).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return Period(first.astimezone(UTC), add_months(first, 1).astimezone(UTC))


def days(first: date, last: date, zone: ZoneInfo) -> Period:
    """From the start of `first` to the end of `last`, both dates included, in `zone`."""
    start = datetime.combine(first, time(), tzinfo=zone)
    end = datetime.combine(last + timedelta(days=1), time(), tzinfo=zone)
    return Period(start.astimezone(UTC), end.astimezone(UTC))
