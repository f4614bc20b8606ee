"""Usage over time: stacked bars for what adds up, lines for latency."""

from collections.abc import Mapping, Sequence
from datetime import date

import streamlit as st

from billing_core.console.charts import daily_bars, lines
from billing_core.console.charts.figure import Figure as Chart
from billing_core.console.components import LegendItem, card, current_theme, legend, show
from billing_core.console.theme import ThemeType
from billing_core.console.usage.figures import (
    CALL_COUNT,
    ERROR_COUNT,
    LATENCY_P50,
    LATENCY_P95,
    TOKEN_COUNT,
    Figure,
)
from billing_core.console.usage.names import distinct_labels, value_label
from billing_core.console.usage.parts import PARTS_MAX, during, part_colours, stacked_parts
from billing_core.console.usage.switch import switch
from billing_core.console.usage_trends.view import TrendView, moments_of
from billing_core.services.reporting.answers import Point

FIGURES: Mapping[str, Figure] = {
    figure.label: figure for figure in (CALL_COUNT, TOKEN_COUNT, ERROR_COUNT, LATENCY_P50, LATENCY_P95)
}
EMPTY_PX = 300


Drawn = tuple[Chart, list[LegendItem]]


def trend_card(view: TrendView, title: str) -> Figure:
    """The card with its legend and chart; returns the figure that was chosen. `title` is what it is split by."""
    theme = current_theme()
    box = card(key="usage_trend", height="stretch")
    with box.controls:
        figure = switch("Measure", FIGURES, key="measure")
    box.head(f"{figure.label} by {title.lower()}")
    draw = _stacked if figure.adds_up else _lines
    drawn = draw(view, figure, view.moments, theme)
    with box.body:
        if drawn is None:
            st.container(height=EMPTY_PX, border=False).caption(f"No {figure.label.lower()} in these days.")
            return figure
        chart, items = drawn
        legend(items, key="usage_legend")
        totals = ", ".join(f"{item.name} {item.total}" for item in items)
        show(chart, key="usage_chart", alt=f"{figure.label} over time, {view.question.days.text}: {totals}.")
        if note := _note(view, figure):
            st.caption(note)
    return figure


def _note(view: TrendView, figure: Figure) -> str:
    days = view.question.days
    if figure.adds_up:
        return (days.partial_note or "") if view.bucket == "day" else ""
    return (
        "The five with the most calls; gaps are times without any."
        if len(view.answers.rows) > PARTS_MAX
        else "Gaps are times without calls."
    )


def _stacked(view: TrendView, figure: Figure, moments: Sequence[date], theme: ThemeType) -> Drawn | None:
    parts = stacked_parts(view.points, moments, figure, view.split)
    if not parts:
        return None
    colours = part_colours([part.name for part in parts], view.split, theme)
    items = [LegendItem(part.name, figure.total(part.total), colours[part.name]) for part in parts]
    prior = _prior(view, figure) if view.question.days.compare else None
    if prior is not None:
        items.append(LegendItem("Prior period", figure.total(sum(prior))))
    chart = daily_bars(
        moments,
        {part.name: part.values for part in parts},
        colours=colours,
        measure=figure.chart,
        theme=theme,
        prior=prior,
        partial_day=view.question.days.partial_day if view.bucket == "day" else None,
    )
    return chart, items


def _prior(view: TrendView, figure: Figure) -> list[int]:
    span = view.question.days.prior
    places = {moment: index for index, moment in enumerate(moments_of(span, view.bucket))}
    values = [0] * len(places)
    for point in during(view.answers.points, span):
        values[places[_moment(point, view)]] += figure.read(point.measures) or 0
    return values


def _lines(view: TrendView, figure: Figure, moments: Sequence[date], theme: ThemeType) -> Drawn | None:
    """A line for each of the parts with the most calls; percentiles of the others cannot be put together."""
    labels = distinct_labels((point.key, value_label(view.split, point.key, point.label)) for point in view.points)
    totals = {row.key: figure.read(row.measures) for row in view.answers.rows if not row.is_other}
    keys = [key for key, total in totals.items() if total is not None][:PARTS_MAX]
    if not keys:
        return None
    values: dict[str | None, dict[date, int | None]] = {key: {} for key in keys}
    for point in view.points:
        if point.key in values:
            values[point.key][_moment(point, view)] = figure.read(point.measures)
    colours = part_colours([labels[key] for key in keys], view.split, theme)
    series = {labels[key]: [values[key].get(moment) for moment in moments] for key in keys}
    items = [LegendItem(labels[key], figure.total(totals[key]), colours[labels[key]]) for key in keys]
    return lines(moments, series, colours=colours, measure=figure.chart, theme=theme), items


def _moment(point: Point, view: TrendView) -> date:
    return point.start if view.bucket == "hour" else point.start.date()
