"""Local days and hours in whole numbers: an instant plus the zone's offset at that instant, on every backend alike."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import ibis

from billing_core.adapters.warehouse.expressions import Expression
from billing_core.domain.clock import from_micros, to_micros
from billing_core.domain.periods import Period

SECOND = 1_000_000
HOUR = 3_600 * SECOND
DAY = 24 * HOUR
_EARLIEST, _LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
# No zone changes its clocks twice within a week.
_STRIDE = timedelta(days=7)
_MONDAY_OF_EPOCH = 3  # 1970-01-01 was a Thursday


@lru_cache(maxsize=256)
def utc_offsets(period: Period, zone: ZoneInfo) -> tuple[tuple[int, int], ...]:
    """The offsets from UTC in force during `period`: (from when, offset), both in microseconds, oldest first."""
    start, end = max(period.start, _EARLIEST), min(period.end, _LATEST)
    offsets = [(to_micros(start), _offset(start, zone))]
    while start < end:
        following = min(start + _STRIDE, end)
        if _offset(following, zone) != offsets[-1][1]:
            offsets.append((to_micros(_change(start, following, zone)), _offset(following, zone)))
        start = following
    return tuple(offsets)


def _offset(instant: datetime, zone: ZoneInfo) -> int:
    return (instant.astimezone(zone).utcoffset() or timedelta()) // timedelta(microseconds=1)


def _change(low: datetime, high: datetime, zone: ZoneInfo) -> datetime:
    """The first instant with the offset that holds at `high`; clocks change on whole seconds."""
    before = _offset(low, zone)
    low, high = low.replace(microsecond=0), high.replace(microsecond=0)
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) // 2
        middle = middle.replace(microsecond=0)
        low, high = (middle, high) if _offset(middle, zone) == before else (low, middle)
    return high


def local_micros(events: Expression, period: Period, zone: ZoneInfo) -> Expression:
    """Microseconds since 1970 as a clock on the wall of `zone` counts them."""
    return events.occurred_micros + _offset_at(events, period, zone)


def bucket_start(events: Expression, size: int, period: Period, zone: ZoneInfo) -> Expression:
    """The start of the local hour of each event in UTC microseconds, or of its local day in local ones."""
    offset = _offset_at(events, period, zone)
    local = events.occurred_micros + offset
    start = local - local % size
    return start if size == DAY else start - offset


def _offset_at(events: Expression, period: Period, zone: ZoneInfo) -> Expression:
    (_, offset), *changes = utc_offsets(period, zone)
    value = ibis.literal(offset, "int64")
    for since, changed in changes:
        value = ibis.ifelse(events.occurred_micros >= since, changed, value).cast("int64")
    return value


def bucket_instant(start: int, size: int, zone: ZoneInfo) -> datetime:
    """The aware local datetime of a `bucket_start`."""
    if size == DAY:
        return from_micros(start).replace(tzinfo=zone)
    return from_micros(start).astimezone(zone)


def hour_of_week(local: Expression) -> tuple[Expression, Expression]:
    """Weekday (0 is Monday) and hour of `local_micros`, each as microseconds: whole days and whole hours."""
    since_monday = (local + _MONDAY_OF_EPOCH * DAY) % (7 * DAY)
    hour = local % DAY
    return since_monday - since_monday % DAY, hour - hour % HOUR
