"""Overview: what came in, what it cost, and who is close to a limit."""

import streamlit as st

from billing_core.console.components import date_range_filter, kpi_row, page_head
from billing_core.console.formatting import markdown_text
from billing_core.console.overview.breakdown import breakdown_card
from billing_core.console.overview.export import overview_export
from billing_core.console.overview.kpis import overview_kpis
from billing_core.console.overview.limits import limits_card
from billing_core.console.overview.trend import trend_card
from billing_core.console.overview.view import overview_of
from billing_core.console.queries.limits import credits_left, limits
from billing_core.console.session import now, require, selected_organization, selected_time_zone
from billing_core.console.usage.empty import no_usage
from billing_core.domain.identity import Permission

viewer = require(Permission.READ_USAGE)
organization = selected_organization(viewer)

head = page_head("Overview", key="overview_head")
with head.controls:
    days = date_range_filter(now=now(), zone=selected_time_zone(viewer))
view = overview_of(viewer, organization, days)
head.caption(view.caption)

if view.is_empty:
    no_usage(view.question, "/")
    st.stop()

with head.controls:
    overview_export(view)
kpi_row(overview_kpis(view, credits_left(organization) if organization else None), key="overview_kpis")
if view.currency_note:
    st.caption(markdown_text(view.currency_note))
left, right = st.columns([2.15, 1], gap=12)
with left:
    trend_card(view)
with right:
    limits_card(limits(view.question.chosen.organization_ids), now=now(), question=view.question)
breakdown_card(view)
