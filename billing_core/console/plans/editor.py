"""The editor of a plan's next version; every change is saved to the draft at once."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import streamlit as st

from billing_core.console.commands.plans import save_draft
from billing_core.console.components import PageHead
from billing_core.console.formatting import day, markdown_text, plural
from billing_core.console.plans.details import price_details
from billing_core.console.plans.fields import allowance_fields, price_fields
from billing_core.console.plans.publish import discard_button, publish_button
from billing_core.console.plans.rail import changes_card, effect_card
from billing_core.console.plans.tables import feature_table, rate_tables
from billing_core.console.queries.plans import PlanAnswers
from billing_core.domain.catalog import VersionRecord
from billing_core.domain.errors import BillingError
from billing_core.domain.plans import PlanTerms
from billing_core.services.plans.list_plans import PlanOverview


@dataclass(slots=True)
class _Editing:
    """What the fields began with, and the draft as this editor last saw it; a new `round` draws new fields."""

    round: int
    start: PlanTerms
    seen_changed_at: datetime | None


def plan_editor(item: PlanOverview, live: VersionRecord, answers: PlanAnswers, head: PageHead, zone: ZoneInfo) -> None:
    """Fields at the left, what they change and would have meant at the right."""
    draft = item.draft
    editing, was_replaced = _editing_of(item, live)
    head.caption(_caption(live, draft, answers.asked_at, zone))
    with head.controls:
        if draft is not None:
            discard_button(item.plan, draft)
            publish_button(item, live, draft, answers)
    if was_replaced:
        st.warning("The draft was changed elsewhere. This is how it is now.", icon=":material/sync:")
    left, right = st.columns([1.7, 1], gap=12)
    with left:
        _fields(item, editing, draft, live, answers)
    with right.container(key="plan_rail", gap=12):
        changes_card(live, draft, answers)
        effect_card(item.plan.code, live, draft, answers)


def _editing_of(item: PlanOverview, live: VersionRecord) -> tuple[_Editing, bool]:
    """The editing that goes on, or a new one: at first, after leaving the page, and when the draft is another."""
    name = f"editing_{item.plan.code}"
    known: _Editing | None = st.session_state.get(name)
    changed_at = item.draft.changed_at if item.draft else None
    is_drawn = known is not None and f"{_key(item, known)}_price_month" in st.session_state
    if known is not None and is_drawn and known.seen_changed_at == changed_at:
        return known, False
    start = (item.draft or live).version.terms
    editing = _Editing(0 if known is None else known.round + 1, start, changed_at)
    st.session_state[name] = editing
    return editing, is_drawn and item.draft is not None


def _fields(
    item: PlanOverview, editing: _Editing, draft: VersionRecord | None, live: VersionRecord, answers: PlanAnswers
) -> None:
    key, features = _key(item, editing), answers.features
    problem = st.empty()
    try:
        terms = price_fields(editing.start, key)
        terms = allowance_fields(terms, features, key)
        terms = feature_table(terms, features, key)
        terms = rate_tables(terms, features, key)
        price_details(terms, features, "These are written in the catalogue’s files.")
        if terms != (draft or live).version.terms:
            editing.seen_changed_at = save_draft(item.plan.code, terms, editing.seen_changed_at).changed_at
            st.rerun()
    except BillingError as error:
        problem.error(markdown_text(f"{error.message} The draft was not saved."), icon=":material/error:")


def _key(item: PlanOverview, editing: _Editing) -> str:
    return f"plan_{item.plan.code}_{editing.round}"


def _caption(live: VersionRecord, draft: VersionRecord | None, now: datetime, zone: ZoneInfo) -> str:
    since = day(live.effective_from.astimezone(zone).date()) if live.effective_from else "today"
    if draft is None:
        return f"Version {live.version.number} is live since {since} · no draft"
    number = live.version.number
    return (
        f"Draft of version {draft.version.number} · version {number} is live since {since} · saved {_ago(draft, now)}"
    )


def _ago(draft: VersionRecord, now: datetime) -> str:
    seconds = max((now - draft.changed_at) // timedelta(seconds=1), 0)
    for size, name in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size:
            return f"{plural(seconds // size, name)} ago"
    return "just now"
