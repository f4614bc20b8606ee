"""Usage over time as a figure with its legend: stacked bars for what adds up, lines for latency."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from billing_core.console.charts import daily_bars, lines
from billing_core.console.charts.figure import Figure as Chart
from billing_core.console.components import LegendItem
from billing_core.console.theme import ThemeType
from billing_core.console.usage.figures import Figure
from billing_core.console.usage.parts import PARTS_MAX, part_colours, part_labels, stacked_parts
from billing_core.console.usage_trends.view import TrendView, moments_of
from billing_core.services.reporting.answers import Point
from billing_core.services.reporting.ports import Bucket


@dataclass(frozen=True, slots=True)
class Drawing:
    """A figure, and what its colours mean with the total of each."""

    chart: Chart
    legend: Sequence[LegendItem]

    @property
    def text(self) -> str:
        """The legend in words."""
        return ", ".join(f"{item.name} {item.total}" for item in self.legend)


def draw(view: TrendView, figure: Figure, bucket: Bucket, theme: ThemeType) -> Drawing | None:
    """The figure over the days shown; None where it is zero or unknown throughout."""
    return (_stacked if figure.adds_up else _lines)(view, figure, bucket, theme)


def _stacked(view: TrendView, figure: Figure, bucket: Bucket, theme: ThemeType) -> Drawing | None:
    days = view.question.days
    moments = moments_of(days.current, bucket)
    parts = stacked_parts(view.points(days.current, bucket), moments, figure, view.split)
    if not parts:
        return None
    colours = part_colours([part.name for part in parts], view.split, theme)
    items = [LegendItem(part.name, figure.total(part.total), colours[part.name]) for part in parts]
    prior = _prior(view, figure, bucket) if days.compare else None
    if prior is not None:
        items.append(LegendItem("Prior period", figure.total(sum(prior))))
    chart = daily_bars(
        moments,
        {part.name: part.values for part in parts},
        colours=colours,
        measure=figure.chart,
        theme=theme,
        prior=prior,
        partial_day=days.partial_day,
    )
    return Drawing(chart, items)


def _prior(view: TrendView, figure: Figure, bucket: Bucket) -> list[int]:
    """The whole of the days before, moment by moment."""
    span = view.question.days.prior
    places = {moment: index for index, moment in enumerate(moments_of(span, bucket))}
    values = [0] * len(places)
    for point in view.points(span, bucket):
        values[places[_moment(point, bucket)]] += figure.read(point.measures) or 0
    return values


def _lines(view: TrendView, figure: Figure, bucket: Bucket, theme: ThemeType) -> Drawing | None:
    """A line for each of the parts with the most calls; the percentiles of the others cannot be put together."""
    days = view.question.days
    moments = moments_of(days.current, bucket)
    points = [point for point in view.points(days.current, bucket) if not point.is_other]
    labels = part_labels(points, view.split)
    totals = {row.key: figure.read(row.measures) for row in view.answers.rows if not row.is_other}
    keys = [key for key, total in totals.items() if total is not None and key in labels][:PARTS_MAX]
    if not keys:
        return None
    values: dict[str | None, dict[date, int | None]] = {key: {} for key in keys}
    for point in points:
        if point.key in values:
            values[point.key][_moment(point, bucket)] = figure.read(point.measures)
    colours = part_colours([labels[key] for key in keys], view.split, theme)
    series = {labels[key]: [values[key].get(moment) for moment in moments] for key in keys}
    items = [LegendItem(labels[key], figure.total(totals[key]), colours[labels[key]]) for key in keys]
    return Drawing(lines(moments, series, colours=colours, measure=figure.chart, theme=theme), items)


def _moment(point: Point, bucket: Bucket) -> date:
    return point.start if bucket == "hour" else point.start.date()
