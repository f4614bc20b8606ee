"""What the usage page shows, from one state of the warehouse."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from billing_core.console.date_range import DaySpan
from billing_core.console.queries import usage as queries
from billing_core.console.queries.usage import Compared, TrendAnswers
from billing_core.console.usage.lines import NOTHING, compared_of
from billing_core.console.usage.movement import Movement
from billing_core.console.usage.parts import during
from billing_core.console.usage.question import Question
from billing_core.services.reporting.answers import Freshness, Point
from billing_core.services.reporting.ports import Bucket
from billing_core.services.reporting.usage_filter import Dimension

ROWS_MAX = 50
_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class TrendView:
    """The question, its answers, and how they are split and cut into days or hours."""

    question: Question
    answers: TrendAnswers
    split: Dimension
    bucket: Bucket

    @property
    def is_empty(self) -> bool:
        """Whether nothing matches."""
        return not self.answers.totals[0].calls

    @property
    def movement(self) -> Movement:
        """The whole over the days shown, day by day and against the days before; latency too."""
        found = {point.start.date(): point.measures for point in self.answers.daily}
        current, complete, prior = self.answers.totals
        days = self.question.days
        daily = [found.get(day, NOTHING) for day in days.complete.dates]
        return Movement(current, complete, prior, daily, days.compare)

    @property
    def points(self) -> Sequence[Point]:
        """Usage of the days on screen, split."""
        return during(self.answers.points, self.question.days.current)

    @property
    def table(self) -> Compared:
        """The breakdown, its complete days and those before added up from the points."""
        return replace(compared_of(self.answers.points, self.question.days), current=self.answers.rows)

    @property
    def moments(self) -> Sequence[date]:
        """The days on screen, or their hours up to the last one with usage."""
        return moments_of(self.question.days.current, self.bucket)


def trends_of(question: Question, split: Dimension, bucket: Bucket, fresh: Freshness) -> TrendView:
    """The page's view of a question."""
    answers = queries.trend(question.spans, question.stretch, split, bucket, ROWS_MAX, queries.version_of(fresh))
    return TrendView(question, answers, split, bucket)


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
