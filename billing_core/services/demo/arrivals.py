"""When calls happen: the trace's own gaps, stretched so that hours, weekdays and growth of a customer show."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import accumulate, cycle, islice
from zoneinfo import ZoneInfo

from billing_core.services.demo.customer import Rhythm
from billing_core.services.demo.traced_call import TracedCall

HOUR = timedelta(hours=1)


def hourly_weights(
    start: datetime, hours: int, *, rhythm: Rhythm, zone: ZoneInfo, growth_percent: int, first_at: datetime
) -> list[float]:
    """How busy each hour from `start` on is; nothing happens before `first_at`."""
    weights: list[float] = []
    for index in range(hours):
        instant = start + index * HOUR
        local = instant.astimezone(zone)
        grown = 1 + growth_percent / 100 * index / hours
        weight = rhythm.hours[local.hour] * rhythm.weekdays[local.weekday()] * grown
        weights.append(weight if instant >= first_at else 0.0)
    return weights


def arrivals(
    trace: Sequence[TracedCall], offset: int, start: datetime, weights: Sequence[float], count: int
) -> Iterator[tuple[datetime, TracedCall]]:
    """`count` calls of the trace from `offset` on, again and again, with their times in order.

    The gaps between calls are taken from the trace and add up to one clock; the weights of the hours say how fast it
    runs (time rescaling of a point process), so that bursts and lulls of the trace stay what they are.
    """
    elapsed = list(accumulate(weights))
    gap_total = sum(call.gap_micros for call in trace)
    unit = elapsed[-1] / count * len(trace) / gap_total
    position, hour = 0.0, 0
    for call in islice(cycle(trace), offset, offset + count):
        position += call.gap_micros * unit
        while hour < len(weights) and elapsed[hour] <= position:
            hour += 1
        if hour == len(weights):
            return
        into_hour = 1 - (elapsed[hour] - position) / weights[hour]
        yield start + (hour + into_hour) * HOUR, call
