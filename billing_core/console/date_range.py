"""Which days a screen shows and which earlier ones it compares them with, in the organization's time zone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, get_args
from zoneinfo import ZoneInfo

from billing_core.console.formatting import day, day_range
from billing_core.domain.periods import Period, days

RangeChoice = Literal["7 days", "28 days", "Month to date", "12 weeks", "Custom"]

RANGE_CHOICES: tuple[RangeChoice, ...] = get_args(RangeChoice)
_LENGTH_DAYS = {"7 days": 7, "28 days": 28, "12 weeks": 84}


@dataclass(frozen=True, slots=True)
class DaySpan:
    """The days from `first` to `last`, both included; none when `last` is before `first`."""

    first: date
    last: date
    zone: ZoneInfo

    @property
    def period(self) -> Period:
        """The same days as a half-open period in UTC; empty when there are no days."""
        if self.is_empty:
            start = days(self.first, self.first, self.zone).start
            return Period(start, start)
        return days(self.first, self.last, self.zone)

    @property
    def dates(self) -> list[date]:
        return [self.first + timedelta(days=offset) for offset in range((self.last - self.first).days + 1)]

    @property
    def is_empty(self) -> bool:
        return self.last < self.first


@dataclass(frozen=True, slots=True)
class DateRange:
    """The days on screen, the days before to compare with, and the complete days of both.

    `prior` has the length of `current`, day for day (the same days of last month for month to date, so it can be
    shorter). Changes compare `complete` with `prior_complete`, because today is still being counted; both are empty
    when nothing but today is shown. `compare` is the user's wish to see the earlier days.
    """

    choice: RangeChoice
    current: DaySpan
    prior: DaySpan
    complete: DaySpan
    prior_complete: DaySpan
    partial_day: date | None
    compare: bool = True

    @property
    def text(self) -> str:
        """`24 Oct – 20 Nov 2026`."""
        return day_range(self.current.first, self.current.last)

    @property
    def caption(self) -> str:
        """What the page's head says about the range and its changes."""
        return f"{self.text} · changes compare complete days" if self.compare else self.text

    @property
    def partial_note(self) -> str | None:
        """Why the last bar is lighter, or None when every day shown is over."""
        if self.partial_day is None:
            return None
        return f"{day(self.partial_day, year=False)} is still being counted, so its bar is lighter."


def resolve_range(
    choice: RangeChoice,
    today: date,
    zone: ZoneInfo,
    *,
    custom: Sequence[date] = (),
    compare: bool = True,
) -> DateRange:
    """The days of `choice` up to and including `today`, which is a date in `zone`.

    `Custom` takes one or two days of `custom` (days after today are cut off) and falls back to 28 days without any.
    """
    if choice == "Custom" and not custom:
        choice = "28 days"
    first, last, shift = _bounds(choice, today, custom)
    current = DaySpan(first, last, zone)
    complete = DaySpan(first, min(last, today - timedelta(days=1)), zone)
    prior = _month_before(current) if shift is None else _shifted(current, shift)
    prior_complete = _month_before(complete) if shift is None else _shifted(complete, shift)
    return DateRange(choice, current, prior, complete, prior_complete, today if last == today else None, compare)


def _bounds(choice: RangeChoice, today: date, custom: Sequence[date]) -> tuple[date, date, timedelta | None]:
    """First and last day and how far back the prior days lie; None where that is a calendar month."""
    if choice == "Month to date":
        return today.replace(day=1), today, None
    if choice == "Custom":
        first, last = (min(day, today) for day in (min(custom), max(custom)))
        return first, last, timedelta(days=(last - first).days + 1)
    length = timedelta(days=_LENGTH_DAYS[choice])
    return today - length + timedelta(days=1), today, length


def _shifted(span: DaySpan, back: timedelta) -> DaySpan:
    return DaySpan(span.first - back, span.last - back, span.zone)


def _month_before(span: DaySpan) -> DaySpan:
    """The same days of the month before, cut off at its end; `span` begins on the first."""
    month_end = span.first - timedelta(days=1)
    month_start = month_end.replace(day=1)
    return DaySpan(month_start, min(month_start + (span.last - span.first), month_end), span.zone)
