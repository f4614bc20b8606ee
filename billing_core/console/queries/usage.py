"""Questions to the warehouse, remembered until its copy changes.

The filter names the organizations a question is limited to and is part of every key, so nobody is given what was
remembered for somebody else. Everything one screen shows is asked in one go over one state of the copy, so that its
figures agree to the last digit.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

import streamlit as st

from billing_core.bootstrap import application
from billing_core.services.reporting.answers import BreakdownRow, Freshness, HourOfWeek, Point, UnpricedModel
from billing_core.services.reporting.measures import Measures
from billing_core.services.reporting.ports import Bucket, UsageReports
from billing_core.services.reporting.usage_filter import DIMENSIONS, Dimension, UsageFilter

Answer = TypeVar("Answer")
# The days on screen, the complete days among them, and the days these are compared with.
Spans = tuple[UsageFilter, UsageFilter, UsageFilter]
# The newest event in the copy, and when anything was copied last.
Version = tuple[int, datetime | None]
_TTL_SECONDS = 600
_NAMES_TTL_SECONDS = 10
_STEADY_TRIES = 5


@dataclass(frozen=True, slots=True)
class Compared:
    """A breakdown of the days on screen, of the complete days among them, and of those they are compared with."""

    current: Sequence[BreakdownRow]
    complete: Sequence[BreakdownRow]
    prior: Sequence[BreakdownRow]


@dataclass(frozen=True, slots=True)
class OverviewAnswers:
    """Usage day by day, now and before, and the breakdowns to choose from."""

    points: Sequence[Point]
    prior_points: Sequence[Point]
    tables: Mapping[Dimension, Compared]


@dataclass(frozen=True, slots=True)
class TrendAnswers:
    """Usage over time and by hour of the week, split by one dimension, with the figures of the whole."""

    totals: Measures
    points: Sequence[Point]
    prior_points: Sequence[Point]
    table: Compared
    hours: Sequence[HourOfWeek]


@dataclass(frozen=True, slots=True)
class CostAnswers:
    """Usage by provider and, for each provider, by model; and what had no price."""

    points: Sequence[Point]
    providers: Compared
    models: Mapping[str | None, Compared]
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


def version_of(freshness: Freshness) -> Version:
    """What tells one state of the copy from another."""
    return freshness.seq, freshness.synced_at


@st.cache_data(ttl=_TTL_SECONDS, max_entries=100, show_spinner=False, hash_funcs=_KEYS)
def overview(
    spans: Spans, prior: UsageFilter, split: Dimension, tables: Sequence[Dimension], version: Version
) -> OverviewAnswers:
    """Everything the overview shows; `prior` are all earlier days that are drawn."""
    return _steady(
        version,
        lambda reports: OverviewAnswers(
            points=reports.series(spans[0], split=split),
            prior_points=reports.series(prior, split=split),
            tables={by: _compared(reports, spans, by) for by in tables},
        ),
    )


@st.cache_data(ttl=_TTL_SECONDS, max_entries=200, show_spinner=False, hash_funcs=_KEYS)
def trend(
    spans: Spans, prior: UsageFilter, split: Dimension, bucket: Bucket, rows_max: int, version: Version
) -> TrendAnswers:
    """Everything the usage page shows; beyond `rows_max` rows of the table a last one stands for the rest."""
    return _steady(
        version,
        lambda reports: TrendAnswers(
            totals=reports.totals(spans[0]),
            points=reports.series(spans[0], bucket, split, latency=True),
            prior_points=reports.series(prior, bucket),
            table=_compared(reports, spans, split, rows_max),
            hours=reports.weekday_hour(spans[0]),
        ),
    )


@st.cache_data(ttl=_TTL_SECONDS, max_entries=50, show_spinner=False, hash_funcs=_KEYS)
def provider_costs(spans: Spans, version: Version) -> CostAnswers:
    """Everything the page on provider costs shows."""

    def ask(reports: UsageReports) -> CostAnswers:
        providers = _compared(reports, spans, "provider")
        return CostAnswers(
            points=reports.series(spans[0]),
            providers=providers,
            models={
                row.key: _compared(reports, tuple(span.only("provider", row.key) for span in spans), "model")
                for row in providers.current
            },
            unpriced=reports.unpriced(spans[0]),
        )

    return _steady(version, ask)


@st.cache_data(ttl=_NAMES_TTL_SECONDS, max_entries=100, show_spinner=False)
def names(dimension: Dimension, organization_ids: frozenset[str] | None) -> dict[str, str]:
    """What can be chosen in a filter: name by id."""
    return application().reports.names(dimension, organization_ids)


def last_day(ever: UsageFilter) -> date | None:
    """The last day anything was used on, None when nothing ever was; asked when a screen would be empty."""
    points = application().reports.series(ever)
    return points[-1].start.date() if points else None


def _compared(
    reports: UsageReports, spans: Sequence[UsageFilter], by: Dimension, rows_max: int | None = None
) -> Compared:
    current, complete, prior = spans
    return Compared(
        reports.breakdown(current, by, limit=rows_max),
        reports.breakdown(complete, by),
        reports.breakdown(prior, by),
    )


def _steady(version: Version, ask: Callable[[UsageReports], Answer]) -> Answer:
    """Ask again for as long as the copy changed between the first question and the last."""
    reports = application().reports
    answer = ask(reports)
    for _ in range(_STEADY_TRIES):
        if (now := version_of(reports.freshness())) == version:
            break
        version, answer = now, ask(reports)
    return answer
