"""What the usage page shows, from one state of the warehouse."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from billing_core.console.date_range import DaySpan
from billing_core.console.queries import usage as queries
from billing_core.console.queries.usage import Compared, TrendAnswers
from billing_core.console.usage.lines import NOTHING, compared_of
from billing_core.console.usage.movement import Movement
from billing_core.console.usage.parts import during
from billing_core.console.usage.question import WIDE, Question
from billing_core.services.reporting.answers import Freshness, Point
from billing_core.services.reporting.ports import Bucket
from billing_core.services.reporting.steady_answer import version_of
from billing_core.services.reporting.usage_filter import Dimension

HOURLY_DAYS_MAX = 7
_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class TrendView:
    """The question, its answers, and what they are split by."""

    question: Question
    answers: TrendAnswers
    split: Dimension

    @property
    def is_empty(self) -> bool:
        """Whether nothing matches."""
        return not self.answers.totals[0].calls

    @property
    def has_hours(self) -> bool:
        """Whether there are few enough days to tell hours apart."""
        return bool(self.answers.hourly)

    @property
    def movement(self) -> Movement:
        """The whole over the days shown, day by day and against the days before; latency too."""
        found = {point.start.date(): point.measures for point in self.answers.daily}
        current, complete, prior = self.answers.totals
        days = self.question.days
        daily = [found.get(day, NOTHING) for day in days.complete.dates]
        return Movement(current, complete, prior, daily, days.compare)

    @property
    def table(self) -> Compared:
        """The breakdown, with latency on the days shown."""
        if self.answers.table is not None:
            return self.answers.table
        return replace(compared_of(self.answers.points, self.question.days), current=self.answers.rows)

    def points(self, span: DaySpan, bucket: Bucket) -> list[Point]:
        """Usage of these days, split, by day or by hour."""
        return during(self.answers.hourly if bucket == "hour" else self.answers.points, span)


def trends_of(question: Question, split: Dimension, fresh: Freshness) -> TrendView:
    """The page's view of a question."""
    answers = queries.trend(
        question.spans,
        question.stretch,
        split,
        version_of(fresh),
        hourly=len(question.days.current.dates) <= HOURLY_DAYS_MAX,
        wide=split in WIDE,
    )
    return TrendView(question, answers, split)


def moments_of(span: DaySpan, bucket: Bucket) -> list[date]:
    """Every day of the span, or every hour as its wall time."""
    if bucket == "day":
        return list(span.dates)
    hours: list[date] = []
    instant: datetime = span.period.start
    while instant < span.period.end:
        hours.append(instant.astimezone(span.zone))
        instant += _HOUR
    return hours
