"""The list of plans: a card each."""

from zoneinfo import ZoneInfo

import streamlit as st

from billing_core.console.components import facts
from billing_core.console.formatting import count, day, html_text, markdown_text, price
from billing_core.console.plans.words import price_text, quantity_text, seats_text, unit_of
from billing_core.console.queries.plans import PlanAnswers
from billing_core.domain.plans import PlanTerms
from billing_core.services.plans.list_plans import PlanOverview

PLAN_PARAMETER = "plan"
_CARD_PX = 300


def plan_cards(answers: PlanAnswers, *, is_staff: bool, zone: ZoneInfo) -> None:
    """What is sold; staff see who subscribes and what is being drafted, members which plan is theirs."""
    with st.grid(3, min_column_width=_CARD_PX, gap=12):
        for item in answers.plans:
            if answers.is_shown(item, is_staff=is_staff):
                _card(item, answers, is_staff=is_staff, zone=zone)


def plan_facts(terms: PlanTerms, answers: PlanAnswers) -> list[tuple[str, str]]:
    """What a version includes, a line each."""
    lines = [
        (allowance.name, quantity_text(allowance, unit_of(code, terms, answers.features)))
        for code, allowance in terms.allowances.items()
    ]
    return [*lines, ("Credits a month", price(terms.credits_per_month)), ("Seats", seats_text(terms))]


def all_plans_button() -> None:
    """The way back from one plan to all of them."""
    st.button("All plans", key="plans_all", type="tertiary", icon=":material/arrow_back:", on_click=_open, args=(None,))


def _open(code: str | None) -> None:
    if code is None:
        st.query_params.pop(PLAN_PARAMETER, None)
    else:
        st.query_params[PLAN_PARAMETER] = code


def _card(item: PlanOverview, answers: PlanAnswers, *, is_staff: bool, zone: ZoneInfo) -> None:
    plan, live = item.plan, item.live
    if live is None:
        return
    held = answers.held.get(plan.code)
    terms = held.terms if held else live.version.terms
    with st.container(border=True, key=f"plan_{plan.code}", gap=12, height="stretch"):
        with st.container(
            horizontal=True,
            horizontal_alignment="distribute",
            vertical_alignment="center",
            key=f"plan_{plan.code}_offer_head",
        ):
            st.container(width="content").header(markdown_text(plan.name), anchor=False)
            if held:
                st.badge("Your plan", color="blue")
            elif is_staff and item.draft:
                st.badge("Draft", color="gray")
        yearly = "" if not terms.price_year else f"or {price(terms.price_year)} a year. "
        st.html(
            f'<div class="tb"><div class="tb-amount">{html_text(price_text(terms))}</div>'
            f'<div class="tb-muted">{html_text(yearly + plan.description)}</div></div>'
        )
        lines = plan_facts(terms, answers)
        if is_staff:
            since = "" if live.effective_from is None else f" since {day(live.effective_from.astimezone(zone).date())}"
            lines += [("Subscribers", count(item.subscribers)), ("Live", f"version {live.version.number}{since}")]
        facts(lines, key=f"plan_{plan.code}_facts")
        st.space("stretch")
        st.button("Open plan", key=f"plan_{plan.code}_open", on_click=_open, args=(plan.code,))
