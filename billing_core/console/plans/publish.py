"""Ending a draft: discarding it, or publishing it as the next version."""

import streamlit as st

from billing_core.console.commands.plans import discard, publish
from billing_core.console.components import confirm_dialog, diff_table
from billing_core.console.formatting import markdown_text, plural
from billing_core.console.plans.changes import grouped_changes
from billing_core.console.queries.plans import PlanAnswers
from billing_core.domain.catalog import Plan, VersionRecord
from billing_core.services.plans.list_plans import PlanOverview


def discard_button(plan: Plan, draft: VersionRecord) -> None:
    """The button, which asks first."""
    if st.button("Discard draft", type="tertiary", key="plan_discard_open"):
        confirm_dialog(
            f"Discard the draft of {plan.name}",
            confirm="Discard draft",
            cancel="Keep editing",
            on_confirm=lambda: discard(plan.code, plan.name, draft.changed_at),
            body=lambda: st.text(f"The changes of version {draft.version.number} are lost. No customer is affected."),
            key="plan_discard",
        )


def publish_button(item: PlanOverview, live: VersionRecord, draft: VersionRecord, answers: PlanAnswers) -> None:
    """The button, which opens the review of what is about to be sold; it rests while nothing differs."""
    plan, number = item.plan, draft.version.number
    groups = grouped_changes(live.version.terms, draft.version.terms, answers.features)
    if not st.button("Review and publish", type="primary", key="plan_publish_open", disabled=not groups):
        return

    def review() -> None:
        on_plan = plural(item.subscribers, "organization")
        st.markdown(
            markdown_text(
                f"{on_plan} {'is' if item.subscribers == 1 else 'are'} on this plan. "
                "The price they agreed to stays as it is."
            )
        )
        diff_table(groups, key="plan_publish_diff")
        st.markdown("**When does it take effect?**")
        kept = f"{on_plan} {'keeps the version it has' if item.subscribers == 1 else 'keep the version they have'}."
        st.text(
            f"At once, for new subscriptions only; {kept}" if item.subscribers else "At once, for new subscriptions."
        )

    confirm_dialog(
        f"Publish version {number} of {plan.name}",
        confirm=f"Publish version {number}",
        cancel="Keep editing",
        on_confirm=lambda: publish(plan.code, plan.name, draft.changed_at),
        body=review,
        typed=plan.name,
        key="plan_publish",
    )
