"""The overview's card of limits: how much of each allowance is used, and when it will be used up."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import streamlit as st

from billing_core.console.components import Meter, card, facts, limit_meter, meters
from billing_core.console.formatting import count, day, ratio, tokens
from billing_core.console.queries.limits import DisplayUnit, LimitAnswers
from billing_core.console.usage.question import Question
from billing_core.services.limits.forecast_limit import forecast_limit
from billing_core.services.limits.ports import Limit

METERS_MAX = 5
_EXACT_BELOW = 10_000_000
_NO_UNIT = DisplayUnit("", 1)


def limits_card(answers: LimitAnswers, *, now: datetime, question: Question) -> None:
    """The allowances of one organization, or of all those that are nearest to theirs."""
    zone, is_single = question.chosen.zone, question.is_single
    box = card("Limits and budgets", key="overview_limits", height="stretch")
    with box.controls:
        st.page_link("plans.py", label="Plans")
    limited = [limit for limit in answers.limits if limit.allowance.quantity is not None]
    with box.body:
        if limited:
            shown = limited if is_single else nearest(limited, now)
            meters([limit_line(limit, answers, now, zone, is_single) for limit in shown], key="overview_meters")
        elif not is_single:
            st.caption("No plan in use has limits.")
        elif answers.limits:
            st.caption("This plan has no limits. Used in the period so far:")
            facts(
                [(limit.allowance.name, _amount(limit.used, _unit(limit, answers))) for limit in answers.limits],
                key="overview_used",
            )
        else:
            st.caption("No plan yet, so there is nothing to use up.")


def nearest(limits: Sequence[Limit], now: datetime) -> list[Limit]:
    """What needs a look first: use that is refused, what runs out soonest, what is used up but goes on, the fullest."""
    return sorted(limits, key=lambda limit: _urgency(limit, now))[:METERS_MAX]


def limit_line(limit: Limit, answers: LimitAnswers, now: datetime, zone: ZoneInfo, is_single: bool) -> Meter:
    """The bar of one allowance; what is used up but goes on at a price is not an alarm."""
    quantity = limit.allowance.quantity or 0
    forecast = forecast_limit(limit, now)
    meter = limit_meter(
        limit.allowance.name if is_single else f"{limit.organization_name} · {limit.allowance.name}",
        limit.used,
        quantity,
        forecast=None if forecast is None else forecast.used_at_end,
        runs_out_on=None
        if forecast is None or forecast.runs_out_at is None
        else forecast.runs_out_at.astimezone(zone).date(),
    )
    unit = _unit(limit, answers)
    meter = replace(meter, value=_amount(limit.used, unit), of=f" of {_amount(quantity, unit)}")
    if limit.used < quantity:
        return meter
    resets = day(limit.period.end.astimezone(zone).date(), year=False)
    if limit.stops:
        return replace(meter, right=f"Limit reached, resets {resets}")
    return replace(meter, tone="warn", right=f"Used up, charged until {resets}")


def _urgency(limit: Limit, now: datetime) -> tuple[int, datetime, Decimal]:
    filled = ratio(limit.used, limit.allowance.quantity or 0) or Decimal(0)
    forecast = forecast_limit(limit, now)
    if limit.remaining == 0:
        return 0 if limit.stops else 2, now, -filled
    if forecast is not None and forecast.runs_out_at is not None:
        return 1, forecast.runs_out_at, -filled
    return 3, now, -filled


def _unit(limit: Limit, answers: LimitAnswers) -> DisplayUnit:
    return _NO_UNIT if limit.allowance.measure == "tokens" else answers.unit_of(limit)


def _amount(number: int, unit: DisplayUnit) -> str:
    if unit.size > 1:
        whole, tenths = divmod(number * 10 // unit.size, 10)
        text = f"{whole:,}.{tenths}" if tenths else f"{whole:,}"
        return f"{text} {unit.name}"
    return count(number) if number < _EXACT_BELOW else tokens(number)
