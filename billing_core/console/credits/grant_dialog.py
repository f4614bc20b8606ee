"""The dialog in which an administrator gives credits for nothing."""

from datetime import timedelta

import streamlit as st

from billing_core.bootstrap import application
from billing_core.console.commands.credits import grant_promotion
from billing_core.console.components import confirm_dialog
from billing_core.console.queries.credits import CreditAnswers
from billing_core.domain.ids import new_id

LASTING_DAYS = 90


def grant_button(answers: CreditAnswers) -> None:
    """The button, which opens the dialog."""
    if not st.button("Grant credits", icon=":material/redeem:", key="grant_open"):
        return
    operation = f"promotion:{new_id('opr', application().clock.now())}"
    confirm_dialog(
        f"Grant credits to {answers.organization.name}",
        confirm="Grant credits",
        on_confirm=lambda: grant_promotion(
            answers.organization,
            st.session_state["grant_credits"],
            st.session_state["grant_reason"],
            st.session_state["grant_last_day"] if st.session_state["grant_expires"] else None,
            operation,
        ),
        body=lambda: _fields(answers),
        key="grant",
    )


def _fields(answers: CreditAnswers) -> None:
    st.text("Promotional credits cost nothing and are spent before those of the plan and purchased ones.")
    left, right = st.columns(2)
    left.text_input("Credits", key="grant_credits", placeholder="250")
    right.text_input("Reason", key="grant_reason", placeholder="Goodwill after the outage", max_chars=120)
    expires = left.toggle("Expires", value=True, key="grant_expires")
    right.date_input(
        "Last day",
        value=answers.today + timedelta(days=LASTING_DAYS),
        min_value=answers.today,
        format="YYYY-MM-DD",
        key="grant_last_day",
        disabled=not expires,
    )
