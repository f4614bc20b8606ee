"""The cards at the top: the balance with its forecast, and what expires next."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal

import streamlit as st

from billing_core.console.charts import BalancePoint, Expiry, credit_balance
from billing_core.console.components import Meter, card, current_theme, hero_number, meters, show
from billing_core.console.formatting import day, money, plural, price, ratio
from billing_core.console.queries.credits import CreditAnswers
from billing_core.domain.credits import GrantState
from billing_core.domain.money import CREDITS, Money
from billing_core.services.credits.read_history import BURN_DAYS

PAST_DAYS = 42
AHEAD_DAYS = 60
EXPIRING_MAX = 3
BURN_ORDER = (
    "Free and promotional credits are spent first, then those of the plan, then purchased ones; "
    "among them, what expires first."
)
_BAD_DAYS, _WARN_DAYS = 14, 45
Tone = Literal["good", "warn", "bad", "muted"]


def balance_card(answers: CreditAnswers) -> None:
    """The credits that can be spent now, the day they run out, and the way there."""
    box = card("Balance", key="credits_balance", height="stretch")
    note, stress, tone = outlook(answers)
    with box.body:
        hero_number(money(answers.spendable), note, stress=stress, tone=tone, key="credits_hero")
        figure = credit_balance(
            [BalancePoint(on, nanos) for on, nanos in answers.history.balances[-PAST_DAYS:]],
            [BalancePoint(on, nanos) for on, nanos in answers.forecast.balances[: AHEAD_DAYS + 1]],
            today=answers.today,
            theme=current_theme(),
            expiries=list(_shown_expiries(answers)),
        )
        show(figure, key="credits_chart", alt=f"Credits left: {money(answers.spendable)} today. {note} {stress}")


def outlook(answers: CreditAnswers) -> tuple[str, str, Tone]:
    """The sentence under the balance, the words in it that count, and their tone."""
    if not answers.spendable:
        return "No credits left.", "", "muted"
    if not answers.burn:
        return f"No credits were used in the last {BURN_DAYS} days.", "", "muted"
    rate = f"At {money(answers.burn)} credits a day, credits last"
    ends = answers.forecast.runs_out_on
    if ends is None:
        return f"{rate} for", "more than two years", "good"
    return f"{rate} until", day(ends), tone_of((ends - answers.today).days)


def tone_of(days_left: int) -> Tone:
    """How much of a worry it is that something ends in so many days."""
    return "bad" if days_left <= _BAD_DAYS else "warn" if days_left <= _WARN_DAYS else "muted"


def expiry_card(answers: CreditAnswers) -> None:
    """The grants that end first, with what is left of them."""
    box = card("Next to expire", key="credits_expiring", height="stretch")
    ending = sorted(
        (state for state in answers.grants if state.is_open(answers.asked_at) and state.grant.expires_at is not None),
        key=lambda state: (state.grant.expires_at or answers.asked_at, state.grant.id),
    )
    with box.body:
        if ending:
            meters([_expiring(state, answers) for state in ending[:EXPIRING_MAX]], key="credits_expiring_meters")
        st.caption(_expiry_note(answers, has_ending=bool(ending)))


def _expiry_note(answers: CreditAnswers, *, has_ending: bool) -> str:
    if has_ending:
        return BURN_ORDER
    return "None of the credits left has an expiry date." if answers.spendable else "No credits are left to expire."


def _expiring(state: GrantState, answers: CreditAnswers) -> Meter:
    ends = answers.local_day(state.grant.expires_at or answers.asked_at)
    days_left = max((ends - answers.today).days, 0)
    tone = tone_of(days_left)
    return Meter(
        name=state.grant.name,
        value=money(Money(state.remaining_nanos, CREDITS)),
        of="",
        filled=ratio(state.remaining_nanos, state.grant.granted_nanos) or Decimal(0),
        left=f"of {price(state.grant.granted)}",
        right=f"{day(ends)} · {plural(days_left, 'day')}",
        tone="info" if tone in ("muted", "good") else tone,
    )


def _shown_expiries(answers: CreditAnswers) -> Iterator[Expiry]:
    last: date = answers.today + timedelta(days=AHEAD_DAYS)
    for on, nanos in answers.forecast.expiries:
        if on <= last:
            yield Expiry(on, nanos)
