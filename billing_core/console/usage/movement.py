"""How figures move: what they are on the days shown, day by day, and against the days before."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from billing_core.console import formatting
from billing_core.console.date_range import DateRange, DaySpan
from billing_core.console.usage.parts import during, per_day
from billing_core.services.reporting.answers import Point
from billing_core.services.reporting.combined import combined
from billing_core.services.reporting.measures import Measures

# Fewer points than this draw no course.
HISTORY_MIN = 2


@dataclass(frozen=True, slots=True)
class Movement:
    """Figures of all days shown, of the complete ones and of those they are compared with; `daily` are the complete.

    Today is in `current` and in nothing else, because it is still being counted.
    """

    current: Measures
    complete: Measures
    prior: Measures
    daily: Sequence[Measures]
    is_compared: bool

    def change(self, read: Callable[[Measures], int | None]) -> Decimal | None:
        """How much a figure of the complete days differs from the days before, as a part of these."""
        now, before = read(self.complete), read(self.prior)
        return formatting.change(now, before) if self.is_compared and now is not None and before is not None else None

    def difference(self, read: Callable[[Measures], Decimal | None]) -> Decimal | None:
        """How far a ratio of the complete days is from that of the days before."""
        now, before = read(self.complete), read(self.prior)
        return now - before if self.is_compared and now is not None and before is not None else None

    def history(self, read: Callable[[Measures], int | None]) -> list[int]:
        """A figure per complete day for a sparkline; empty where there are too few."""
        values = [value for value in map(read, self.daily) if value is not None]
        return values if len(values) >= HISTORY_MIN else []


def movement_of(points: Sequence[Point], days: DateRange) -> Movement:
    """The movement of everything in the points, which reach back to the first day compared with."""
    return Movement(
        current=sum_of(points, days.current),
        complete=sum_of(points, days.complete),
        prior=sum_of(points, days.prior_complete),
        daily=per_day(points, days.complete.dates),
        is_compared=days.compare,
    )


def sum_of(points: Sequence[Point], span: DaySpan) -> Measures:
    """The figures of all points in these days."""
    return combined(point.measures for point in during(points, span))
