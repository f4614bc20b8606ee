"""The parts of a chart: one row of values per name, at most five and the rest, in an order that stays."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from billing_core.console.date_range import DaySpan
from billing_core.console.theme import OTHER, PROVIDERS, ThemeType, provider_colours, series_colours
from billing_core.console.usage.figures import Figure
from billing_core.console.usage.names import distinct_labels, value_label
from billing_core.services.reporting.answers import Point
from billing_core.services.reporting.combined import combined
from billing_core.services.reporting.measures import Measures
from billing_core.services.reporting.usage_filter import Dimension

PARTS_MAX = 5


@dataclass(frozen=True, slots=True)
class Part:
    """A name with one value per moment and their sum."""

    name: str
    values: Sequence[int]
    total: int


def stacked_parts(points: Sequence[Point], moments: Sequence[date], figure: Figure, split: Dimension) -> list[Part]:
    """What a stacked chart draws, bottom to top; parts that are zero throughout are left out.

    Every value of `points` is in exactly one part, so the totals of the parts add up to the total of the points.
    Providers keep their fixed order; other dimensions begin with the largest.
    """
    labels = part_labels(points, split)
    places = {moment: index for index, moment in enumerate(moments)}
    hourly = bool(moments) and isinstance(moments[0], datetime)
    rows: dict[str, list[int]] = {}
    for point in points:
        row = rows.setdefault(OTHER if point.is_other else labels[point.key], [0] * len(moments))
        row[places[point.start if hourly else point.start.date()]] += figure.read(point.measures) or 0
    parts = [Part(name, values, sum(values)) for name, values in rows.items()]
    return _folded([part for part in parts if any(part.values)], split)


def part_labels(points: Sequence[Point], split: Dimension) -> dict[str | None, str]:
    """What each value that the points name is called."""
    return distinct_labels(
        (point.key, value_label(split, point.key, point.label)) for point in points if not point.is_other
    )


def _folded(parts: Sequence[Part], split: Dimension) -> list[Part]:
    named = [part for part in parts if part.name != OTHER]
    if split == "provider":
        kept = sorted((part for part in named if part.name in PROVIDERS), key=lambda part: PROVIDERS.index(part.name))
    else:
        kept = sorted(named, key=lambda part: (-part.total, part.name))
        kept = kept if len(parts) <= PARTS_MAX + 1 else kept[:PARTS_MAX]
    rest = [part for part in parts if part not in kept]
    if len(rest) == 1:
        return [*kept, rest[0]]
    return [*kept, _rest(rest)] if rest else kept


def _rest(parts: Sequence[Part]) -> Part:
    values = [sum(column) for column in zip(*(part.values for part in parts), strict=True)]
    return Part(OTHER, values, sum(values))


def part_colours(names: Sequence[str], split: Dimension, theme: ThemeType) -> Mapping[str, str]:
    """The colour of each part: fixed for providers, and for every other name the same on every screen."""
    return provider_colours(names, theme) if split == "provider" else series_colours(names, theme)


def during(points: Sequence[Point], span: DaySpan) -> list[Point]:
    """The points of these days."""
    return [point for point in points if span.first <= point.start.date() <= span.last]


def per_day(points: Sequence[Point], dates: Sequence[date]) -> list[Measures]:
    """The figures of each day, all parts together; zeros on days without usage."""
    found: dict[date, list[Measures]] = {day: [] for day in dates}
    for point in points:
        if point.start.date() in found:
            found[point.start.date()].append(point.measures)
    return [combined(found[day]) for day in dates]
