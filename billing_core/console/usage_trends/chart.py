"""The card of the usage page that shows one figure over time."""

from collections.abc import Mapping

import streamlit as st

from billing_core.console.components import card, current_theme, legend, show
from billing_core.console.usage.blank import nothing_here
from billing_core.console.usage.figures import (
    CALL_COUNT,
    ERROR_COUNT,
    LATENCY_P50,
    LATENCY_P95,
    TOKEN_COUNT,
    Figure,
)
from billing_core.console.usage.parts import PARTS_MAX
from billing_core.console.usage.switch import switch
from billing_core.console.usage_trends.drawing import Drawing, draw
from billing_core.console.usage_trends.view import TrendView
from billing_core.services.reporting.ports import Bucket

FIGURES: Mapping[str, Figure] = {
    figure.label: figure for figure in (CALL_COUNT, TOKEN_COUNT, ERROR_COUNT, LATENCY_P50, LATENCY_P95)
}
BUCKETS: Mapping[str, Bucket] = {"Day": "day", "Hour": "hour"}


def trend_card(view: TrendView, title: str) -> Figure:
    """The card with its legend and chart; returns the figure that was chosen. `title` is what it is split by."""
    box = card(key="usage_trend", height="stretch")
    with box.controls:
        figure = switch("Measure", FIGURES, key="measure")
    box.head(f"{figure.label} by {title.lower()}")
    with box.body:
        with st.container(horizontal=True, horizontal_alignment="distribute", gap=12, key="usage_trend_line"):
            legend_place = st.container(width="stretch")
            bucket = _bucket(view)
        drawing = draw(view, figure, bucket, current_theme())
        if drawing is None:
            nothing_here(f"No {figure.label.lower()} in these days.")
        else:
            with legend_place:
                legend(drawing.legend, key="usage_legend")
            _show(view, figure, bucket, drawing)
    return figure


def _bucket(view: TrendView) -> Bucket:
    """Days or hours: a choice where there are few days, none where there is one."""
    if not view.has_hours:
        return "day"
    return switch("Per", BUCKETS, key="per") if len(view.question.days.current.dates) > 1 else "hour"


def _show(view: TrendView, figure: Figure, bucket: Bucket, drawing: Drawing) -> None:
    days = view.question.days
    show(drawing.chart, key="usage_chart", alt=f"{figure.label} over time, {days.text}: {drawing.text}.")
    if not figure.adds_up:
        few = len(view.answers.rows) <= PARTS_MAX
        st.caption("Gaps are times without calls." if few else "The five with the most calls; gaps are times without.")
    elif days.partial_note and bucket == "day":
        st.caption(days.partial_note)
