"""Plans: what is sold, and the next version of each."""

import streamlit as st

from billing_core.console.components import empty_state, page_head
from billing_core.console.plans.catalogue import PLAN_PARAMETER, all_plans_button, plan_cards
from billing_core.console.plans.editor import plan_editor
from billing_core.console.plans.history import history_card
from billing_core.console.plans.reading import plan_reading
from billing_core.console.queries.plans import plans_of
from billing_core.console.session import require, selected_organization, selected_time_zone
from billing_core.domain.identity import Permission

viewer = require(Permission.READ_PLANS)
zone = selected_time_zone(viewer)
is_staff = Permission.READ_ALL_ORGANIZATIONS in viewer.permissions
scope = viewer.scope if is_staff else viewer.scope.narrowed(selected_organization(viewer))
answers = plans_of(scope.organization_ids)
code = st.query_params.get(PLAN_PARAMETER, "")

if not code:
    page_head("Plans", "What is sold now; subscribers keep the version they have.", key="plans_head")
    plan_cards(answers, is_staff=is_staff, zone=zone)
    st.stop()

item = answers.plan(code)
if item is None or item.live is None or not answers.is_shown(item, is_staff=is_staff):
    page_head("Plans", key="plans_head")
    empty_state("There is no such plan", "It may have been renamed. Choose one from the list.", key="plans_unknown")
    all_plans_button()
    st.stop()

head = page_head(f"{item.plan.name} plan", key="plan_head")
with head.controls:
    all_plans_button()
if Permission.EDIT_PLANS in viewer.permissions:
    plan_editor(item, item.live, answers, head, zone)
else:
    version = answers.held.get(code, item.live.version)
    head.caption(f"Version {version.number}{' · your plan' if code in answers.held else ''}")
    plan_reading(version.terms, answers, with_cost=Permission.READ_PROVIDER_COST in viewer.permissions)
if is_staff:
    history_card(item, answers, zone)
