"""When in the week usage happens: each hour of each weekday, in the organization's time zone."""

import streamlit as st

from billing_core.console.charts import week_heatmap
from billing_core.console.components import card, current_theme, show
from billing_core.console.formatting import count
from billing_core.console.usage.figures import CALL_COUNT, Figure
from billing_core.console.usage_trends.view import TrendView

_HEIGHT_PX = 300


def week_card(view: TrendView, figure: Figure) -> None:
    """The card; latency has no sum, so its place is taken by calls."""
    shown = figure if figure.adds_up else CALL_COUNT
    zone = view.question.chosen.zone.key
    box = card(f"{shown.label} by hour of the week", f"Hours in {zone}", key="usage_week", height="stretch")
    values = [[0] * 24 for _ in range(7)]
    for hour in view.answers.hours:
        values[hour.weekday][hour.hour] = shown.read(hour.measures) or 0
    busiest = max(view.answers.hours, key=lambda hour: shown.read(hour.measures) or 0)
    with box.body:
        show(
            week_heatmap(values, measure=shown.chart, theme=current_theme(), height=_HEIGHT_PX),
            key="usage_week_chart",
            alt=f"{shown.label} by weekday and hour; the busiest is hour {busiest.hour} with "
            f"{count(shown.read(busiest.measures))}.",
        )
        st.caption("The stronger the colour, the more. A cell adds up the same hour of every week shown.")
