"""The one way a figure reaches the page."""

from datetime import date

import streamlit as st
from streamlit.typing import PlotlyState

from billing_core.console.charts.figure import Figure
from billing_core.console.theme import ThemeType

_CONFIG = {"displayModeBar": False, "scrollZoom": False, "doubleClick": False, "showTips": False}


def current_theme() -> ThemeType:
    """What the browser shows; light until it has said so."""
    return "dark" if st.context.theme.type == "dark" else "light"


def show(figure: Figure, *, key: str, alt: str) -> None:
    """Draw a figure; `alt` says in a sentence what it shows, for those who cannot see it."""
    st.plotly_chart(figure, key=key, alt=alt, theme="streamlit", config=_CONFIG)


def show_days(figure: Figure, *, key: str, alt: str) -> date | None:
    """Draw `daily_bars` and return the day clicked; a second click takes it back."""
    event: PlotlyState = st.plotly_chart(
        figure,
        key=key,
        alt=alt,
        theme="streamlit",
        config=_CONFIG,
        on_select="rerun",
        selection_mode="points",
    )
    points = event["selection"]["points"]
    return date.fromisoformat(str(points[0]["x"])[:10]) if points else None
