"""Credits: what is left and for how long, and buying more."""

import streamlit as st

from billing_core.console.components import page_head
from billing_core.console.credits.balance import balance_card, expiry_card
from billing_core.console.credits.buy import buy_section
from billing_core.console.credits.everyone import everyone_card
from billing_core.console.credits.grant_dialog import grant_button
from billing_core.console.credits.grants import grants_card
from billing_core.console.credits.head import credits_caption
from billing_core.console.credits.movements import money_card, movements_card, purchases_card
from billing_core.console.credits.returned import returned_notice
from billing_core.console.queries.credits import credit_lines, credits_of
from billing_core.console.session import require, selected_organization
from billing_core.domain.identity import Permission

viewer = require(Permission.READ_CREDITS)
organization_id = selected_organization(viewer)
head = page_head("Credits", key="credits_head")

if organization_id is None:
    head.caption("All organizations")
    everyone_card(credit_lines(viewer.scope.organization_ids))
    st.stop()

answers = credits_of(organization_id)
head.caption(credits_caption(answers))
if viewer.scope_of(Permission.GRANT_CREDITS).allows(organization_id):
    with head.controls:
        grant_button(answers)
returned_notice(answers)
left, right = st.columns([2.15, 1], gap=12)
with left:
    balance_card(answers)
with right:
    expiry_card(answers)
buy_section(answers, may_buy=viewer.scope_of(Permission.BUY_CREDITS).allows(organization_id))
grants_card(answers)
left, right = st.columns([2.15, 1], gap=12)
with left:
    movements_card(answers)
with right:
    money_card(answers)
purchases_card(answers)
