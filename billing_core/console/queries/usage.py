"""Questions to the warehouse, remembered until its copy changes.

The filter names the organizations a question is limited to and is part of every key, so nobody is given what was
remembered for somebody else. Everything one screen shows is asked in one go over one state of the copy, so that its
figures agree to the last digit.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

import streamlit as st

from billing_core.bootstrap import application
from billing_core.services.reporting.answers import BreakdownRow, Freshness, HourOfWeek, Point, UnpricedModel
from billing_core.services.reporting.measures import Measures
from billing_core.services.reporting.ports import UsageReports
from billing_core.services.reporting.steady_answer import Version, steady_answer
from billing_core.services.reporting.usage_filter import DIMENSIONS, Dimension, UsageFilter

Answer = TypeVar("Answer")
# The days on screen, the complete days among them, and the days these are compared with.
Spans = tuple[UsageFilter, UsageFilter, UsageFilter]
_TTL_SECONDS = 600
_NAMES_TTL_SECONDS = 10
ROWS_MAX = 50
SERIES_PARTS_MAX = 20


@dataclass(frozen=True, slots=True)
class Compared:
    """A breakdown of the days on screen, of the complete days among them, and of those they are compared with."""

    current: Sequence[BreakdownRow]
    complete: Sequence[BreakdownRow]
    prior: Sequence[BreakdownRow]


@dataclass(frozen=True, slots=True)
class OverviewAnswers:
    """Usage day by day, split by dimensions that have few values; and breakdowns by those that may have many.

    The points reach from the first day that is compared with to the last day on screen.
    """

    points: Mapping[Dimension, Sequence[Point]]
    tables: Mapping[Dimension, Compared]


@dataclass(frozen=True, slots=True)
class TrendAnswers:
    """Usage over time, split by one dimension, the whole of it, and by hour of the week.

    `totals` are those of the days on screen, of the complete ones and of those they are compared with, all with
    latency. `daily` is not split; it, `points` and `hourly` reach from the first day that is compared with to the last
    on screen. `hourly` is empty where there are too many days, and `table` None where the points add up to it: they
    do for dimensions with few values, of the others the smaller parts are one. `rows` have latency.
    """

    totals: tuple[Measures, Measures, Measures]
    daily: Sequence[Point]
    points: Sequence[Point]
    hourly: Sequence[Point]
    rows: Sequence[BreakdownRow]
    table: Compared | None
    hours: Sequence[HourOfWeek]


@dataclass(frozen=True, slots=True)
class CostAnswers:
    """Usage of each provider as a whole, and day by day by model; and what had no price.

    The points reach from the first day that is compared with to the last day on screen.
    """

    providers: Sequence[BreakdownRow]
    models: Mapping[str | None, Sequence[Point]]
    unpriced: Sequence[UnpricedModel]


def _filter_key(chosen: UsageFilter) -> tuple[object, ...]:
    values = [None if (found := chosen.chosen(name)) is None else _sorted(found) for name in DIMENSIONS]
    ids = chosen.organization_ids
    return None if ids is None else _sorted(ids), str(chosen.period), chosen.zone.key, values


def _sorted(values: Iterable[str | None]) -> list[str]:
    return sorted(value or "" for value in values)


_KEYS: dict[str | type[Any], Callable[[Any], Any]] = {UsageFilter: _filter_key}


def freshness() -> Freshness:
    """How far the copy is behind; asked on every run, because what it says is what the answers are remembered by."""
    return application().reports.freshness()


@st.cache_data(ttl=_TTL_SECONDS, max_entries=100, show_spinner=False, hash_funcs=_KEYS)
def overview(
    spans: Spans, stretch: UsageFilter, narrow: Sequence[Dimension], wide: Sequence[Dimension], version: Version
) -> OverviewAnswers:
    """Everything the overview shows; `stretch` are all days that are drawn, earlier ones too."""
    return steady_answer(
        application().reports,
        version,
        lambda reports: OverviewAnswers(
            points={by: reports.series(stretch, split=by) for by in narrow},
            tables={by: Compared(*(reports.breakdown(span, by, latency=False) for span in spans)) for by in wide},
        ),
    )


@st.cache_data(ttl=_TTL_SECONDS, max_entries=200, show_spinner=False, hash_funcs=_KEYS)
def trend(
    spans: Spans, stretch: UsageFilter, split: Dimension, version: Version, *, hourly: bool, wide: bool
) -> TrendAnswers:
    """Everything the usage page shows; `wide` is a split with many values, of which the largest are named."""
    parts_max = SERIES_PARTS_MAX if wide else None

    def ask(reports: UsageReports) -> TrendAnswers:
        current, complete, prior = spans
        rows = reports.breakdown(current, split, limit=ROWS_MAX)
        before = [reports.breakdown(span, split, latency=False) for span in (complete, prior)] if wide else []
        return TrendAnswers(
            totals=(reports.totals(current), reports.totals(complete), reports.totals(prior)),
            daily=reports.series(stretch, latency=True),
            points=reports.series(stretch, "day", split, limit=parts_max, latency=True),
            hourly=reports.series(stretch, "hour", split, limit=parts_max, latency=True) if hourly else [],
            rows=rows,
            table=Compared(rows, *before) if before else None,
            hours=reports.weekday_hour(current),
        )

    return steady_answer(application().reports, version, ask)


@st.cache_data(ttl=_TTL_SECONDS, max_entries=50, show_spinner=False, hash_funcs=_KEYS)
def provider_costs(current: UsageFilter, stretch: UsageFilter, version: Version) -> CostAnswers:
    """Everything the page on provider costs shows; `stretch` are all days it adds up, earlier ones too."""

    def ask(reports: UsageReports) -> CostAnswers:
        names = [row.key for row in reports.breakdown(stretch, "provider")]
        return CostAnswers(
            providers=reports.breakdown(current, "provider"),
            models={name: reports.series(stretch.only("provider", name), split="model") for name in names},
            unpriced=reports.unpriced(current),
        )

    return steady_answer(application().reports, version, ask)


@st.cache_data(ttl=_NAMES_TTL_SECONDS, max_entries=100, show_spinner=False)
def names(dimension: Dimension, organization_ids: frozenset[str] | None) -> dict[str, str]:
    """What can be chosen in a filter: name by id."""
    return application().reports.names(dimension, organization_ids)


def last_day(ever: UsageFilter) -> date | None:
    """The last day anything was used on, None when nothing ever was; asked when a screen would be empty."""
    points = application().reports.series(ever)
    return points[-1].start.date() if points else None
