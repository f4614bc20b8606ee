"""Beside the editor: what the draft changes, and what it would have meant for last month's usage."""

import streamlit as st

from billing_core.console.components import Cell, Column, card, diff_table, money_table
from billing_core.console.formatting import html_text, plural, whole_money
from billing_core.console.plans.changes import grouped_changes, number_of_changes
from billing_core.console.queries.plans import PlanAnswers, effect_on_last_month, last_month
from billing_core.domain.catalog import VersionRecord
from billing_core.domain.money import Money
from billing_core.services.plans.preview_effect import Effect


def changes_card(live: VersionRecord, draft: VersionRecord | None, answers: PlanAnswers) -> None:
    """The differences between the draft and the live version."""
    groups = grouped_changes(live.version.terms, draft.version.terms, answers.features) if draft else []
    number = number_of_changes(groups)
    box = card("Changes", f"{plural(number, 'change')} from version {live.version.number}", key="plan_changes")
    with box.body:
        if groups:
            diff_table(groups, key="plan_diff")
        else:
            st.caption("Change a field and the difference appears here. Every change is saved to the draft.")


def effect_card(plan_code: str, live: VersionRecord, draft: VersionRecord | None, answers: PlanAnswers) -> None:
    """What the subscribers would have paid in the last whole month, now and with the draft."""
    month = last_month(answers.asked_at)
    terms = live.version.terms
    effect = effect_on_last_month(plan_code, terms, draft.version.terms if draft else terms, answers.asked_at)
    box = card(
        f"Effect on {month:%B}’s usage",
        f"What {plural(effect.organizations, 'organization')} would have paid.",
        key="plan_effect",
    )
    with box.body:
        if not effect.organizations:
            st.caption("Nobody is on this plan, so there is no usage to compare.")
            return
        money_table(
            _rows(effect),
            [
                Column("Monthly"),
                Column("Now", whole_money),
                Column("Draft", whole_money),
                Column("Change", _signed),
            ],
            total=_row("Profit", effect.now.profit, effect.draft.profit),
            key="plan_effect_table",
            alt="Base fees, usage, provider cost and profit of the month, now and with the draft.",
        )
        _words(effect)


def _rows(effect: Effect) -> list[list[Cell]]:
    now, draft = effect.now, effect.draft
    return [
        _row("Base fees", now.base_fees, draft.base_fees),
        _row("Usage", now.usage, draft.usage),
        _row("Cost", -now.cost, -draft.cost),
    ]


def _row(name: str, now: Money, draft: Money) -> list[Cell]:
    return [name, now, draft, draft - now]


def _words(effect: Effect) -> None:
    if effect.warning is not None:
        cause = f" {effect.warning.cause}" if effect.warning.cause else ""
        st.html(
            f'<div class="tb" role="status"><span class="tb-strong tb-bad">{html_text(effect.warning.headline)}</span>'
            f'<span class="tb-muted">{html_text(cause)}</span></div>'
        )
    if effect.draft.refused_events > effect.now.refused_events:
        more = effect.draft.refused_events - effect.now.refused_events
        st.caption(f"{plural(more, 'further use', 'further uses')} would have been refused.")


def _signed(amount: Money | None) -> str:
    return whole_money(amount, signed=True)
