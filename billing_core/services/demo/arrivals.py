"""When calls happen: the trace's own gaps, stretched so that hours, weekdays and growth of a customer show."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import accumulate
from random import Random
from zoneinfo import ZoneInfo

from billing_core.services.demo.rhythms import Rhythm
from billing_core.services.demo.traced_call import TracedCall

HOUR = timedelta(hours=1)
RUN_LENGTH = 100
PERCENT = 100


def hourly_weights(
    start: datetime, hours: int, *, rhythm: Rhythm, zone: ZoneInfo, growth_percent: int, first_at: datetime
) -> list[float]:
    """How busy each hour from `start` on is; nothing happens before `first_at`."""
    weights: list[float] = []
    for index in range(hours):
        instant = start + index * HOUR
        local = instant.astimezone(zone)
        grown = 1 + growth_percent / PERCENT * index / hours
        weight = rhythm.hours[local.hour] * rhythm.weekdays[local.weekday()] * grown
        weights.append(weight if instant >= first_at else 0.0)
    return weights


def shuffled(trace: Sequence[TracedCall], random: Random) -> Iterator[TracedCall]:
    """The trace without end, in short runs whose order changes with every round.

    Within a run calls follow each other as they did. The trace's slow drift, an hour that is stretched to weeks here,
    would otherwise decide how a month went.
    """
    runs = [trace[start : start + RUN_LENGTH] for start in range(0, len(trace), RUN_LENGTH)]
    while True:
        random.shuffle(runs)
        for run in runs:
            yield from run


def arrivals(
    calls: Iterable[TracedCall], gap_mean_micros: float, start: datetime, weights: Sequence[float], count: int
) -> Iterator[tuple[datetime, TracedCall]]:
    """Times for about `count` calls in order, until the hours that `weights` are of have passed.

    The gaps between calls add up to one clock; the weights of the hours say how fast it runs (time rescaling of a
    point process), so that bursts and lulls of the trace stay what they are.
    """
    elapsed = list(accumulate(weights))
    unit = elapsed[-1] / count / gap_mean_micros
    position, hour = 0.0, 0
    for call in calls:
        position += call.gap_micros * unit
        while hour < len(weights) and elapsed[hour] <= position:
            hour += 1
        if hour == len(weights):
            return
        into_hour = 1 - (elapsed[hour] - position) / weights[hour]
        yield start + (hour + into_hour) * HOUR, call
