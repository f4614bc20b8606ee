"""Provider costs: what providers charge, what customers pay for it, and what has no price."""

import streamlit as st

from billing_core.console.components import date_range_filter, kpi_row, page_head
from billing_core.console.formatting import markdown_text
from billing_core.console.provider_costs.export import costs_export
from billing_core.console.provider_costs.kpis import cost_kpis
from billing_core.console.provider_costs.paid import paid_card
from billing_core.console.provider_costs.price_list import price_list_card
from billing_core.console.provider_costs.tables import margin_card, reliability_card
from billing_core.console.provider_costs.unpriced import unpriced_card
from billing_core.console.provider_costs.view import costs_of
from billing_core.console.queries.usage import freshness
from billing_core.console.session import now, require, selected_organization, selected_time_zone
from billing_core.console.usage.empty import no_usage
from billing_core.console.usage.freshness import with_freshness
from billing_core.console.usage.question import question_of
from billing_core.domain.identity import Permission

viewer = require(Permission.READ_PROVIDER_COST)
head = page_head("Provider costs", key="costs_head")
with head.controls:
    days = date_range_filter(now=now(), zone=selected_time_zone(viewer))
fresh = freshness()
head.caption(with_freshness(days.caption, fresh, days.current.zone))
view = costs_of(question_of(viewer, selected_organization(viewer), days), fresh)

if view.is_empty:
    no_usage(view.question, "/provider-costs")
    st.stop()

with head.controls:
    costs_export(view)
kpi_row(cost_kpis(view), key="costs_kpis")
if view.currency_note:
    st.caption(markdown_text(view.currency_note))
unpriced_card(view.unpriced, days.current.zone)
left, right = st.columns([2.15, 1], gap=12)
with left:
    paid_card(view)
with right:
    reliability_card(view)
margin_card(view)
price_list_card(view)
