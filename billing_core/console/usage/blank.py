"""What stands in the place of a chart that has nothing to draw."""

import streamlit as st

from billing_core.console.charts.figure import HEIGHT_PX
from billing_core.console.formatting import markdown_text


def nothing_here(text: str) -> None:
    """A line in the middle of a chart's height, so that the page keeps its shape."""
    place = st.container(
        height=HEIGHT_PX, border=False, horizontal_alignment="center", vertical_alignment="center", key="chart_blank"
    )
    place.caption(markdown_text(text), width="content")
