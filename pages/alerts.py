"""Alerts: what crossed a threshold, and the rules that watch."""

import streamlit as st

from billing_core.console.alerts.listing import COUNT_MAX, alert_list, is_showing_acknowledged
from billing_core.console.alerts.rules import rules_card
from billing_core.console.alerts.scope import alerts_caption, kinds_for, narrowed
from billing_core.console.components import page_head
from billing_core.console.queries.alerts import alerts_of
from billing_core.console.session import require, selected_organization, selected_time_zone
from billing_core.domain.identity import Permission

viewer = require(Permission.READ_ALERTS)
organization_id = selected_organization(viewer)
seen = viewer.scope.narrowed(organization_id)
kinds = kinds_for(viewer)
head = page_head("Alerts", key="alerts_head")
with head.controls:
    is_acknowledged = is_showing_acknowledged()
answers = alerts_of(seen.organization_ids, kinds=kinds, is_acknowledged=is_acknowledged, count_max=COUNT_MAX)
head.caption(alerts_caption(answers, organization_id))
left, right = st.columns([1.7, 1], gap=12)
with left:
    alert_list(
        answers,
        selected_time_zone(viewer),
        is_acknowledged=is_acknowledged,
        may_acknowledge=viewer.scope_of(Permission.ACKNOWLEDGE_ALERTS),
        with_name=organization_id is None,
    )
with right:
    rules_card(answers, seen=seen, may_edit=narrowed(viewer, organization_id), kinds=kinds)
