"""Usage: when, by whom and with what, how fast and how often it fails."""

import streamlit as st

from billing_core.console.components import date_range_filter, kpi_row, no_match, page_head
from billing_core.console.queries.usage import freshness
from billing_core.console.session import now, require, selected_organization, selected_time_zone
from billing_core.console.usage.empty import no_usage
from billing_core.console.usage.freshness import with_freshness
from billing_core.console.usage.question import question_of
from billing_core.console.usage_trends.chart import trend_card
from billing_core.console.usage_trends.export import events_export
from billing_core.console.usage_trends.filters import (
    clear_filters,
    filters,
    is_filtered,
    split_switch,
)
from billing_core.console.usage_trends.kpis import trend_kpis
from billing_core.console.usage_trends.table import table_card
from billing_core.console.usage_trends.view import trends_of
from billing_core.console.usage_trends.week import week_card
from billing_core.domain.identity import Permission

viewer = require(Permission.READ_USAGE)
head = page_head("Usage", key="usage_head")
with head.controls:
    days = date_range_filter(now=now(), zone=selected_time_zone(viewer))
fresh = freshness()
head.caption(with_freshness(days.caption, fresh, days.current.zone))

with st.container(horizontal=True, horizontal_alignment="distribute", key="usage_controls"):
    question = filters(question_of(viewer, selected_organization(viewer), days))
    title, split = split_switch(question)
view = trends_of(question, split, fresh)

if view.is_empty and is_filtered(question):
    with st.container(border=True, key="usage_filtered_out"):
        if no_match("events", key="usage_no_match"):
            clear_filters()
        st.space("small")
    st.stop()
if view.is_empty:
    no_usage(question, "/usage")
    st.stop()

with head.controls:
    events_export(question, view.movement.current.calls)
kpi_row(trend_kpis(view.movement), key="usage_kpis")
left, right = st.columns([2.15, 1], gap=12)
with left:
    figure = trend_card(view, title)
with right:
    week_card(view, figure)
table_card(view, title)
