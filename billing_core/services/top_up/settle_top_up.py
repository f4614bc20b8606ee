"""Book what became of a top-up, once."""

from dataclasses import replace
from datetime import datetime

from billing_core.domain.alerts import AlertKind, Reading
from billing_core.domain.ledger import Account
from billing_core.domain.top_up import TRIES_MAX, TopUp, TopUpState, declines_in_a_row
from billing_core.services.alerts.raise_alerts import raise_alerts
from billing_core.services.credits.top_up_balance import top_up_balance
from billing_core.services.top_up.ports import Payment, TopUpUnit


def settle_top_up(uow: TopUpUnit, top_up: TopUp, payment: Payment, now: datetime) -> bool:
    """Add what was paid to the balance, or note the decline and warn of it; False when that was done before.

    A payment that is still processing leaves the top-up pending.
    """
    if payment.status == "processing":
        return False
    uow.books.lock([top_up.organization_id])
    state = TopUpState.SUCCEEDED if payment.status == "succeeded" else TopUpState.DECLINED
    resolved = replace(
        top_up,
        state=state,
        payment_intent_id=payment.id,
        reason=None if state is TopUpState.SUCCEEDED else payment.reason or "declined",
        resolved_at=now,
    )
    if not uow.top_ups.resolve(resolved):
        return False
    if state is TopUpState.SUCCEEDED:
        top_up_balance(
            uow,
            organization_id=top_up.organization_id,
            amount=payment.amount,
            operation=f"auto_top_up:{top_up.id}",
            now=now,
            paid_into=Account.STRIPE_CLEARING,
        )
    else:
        _warn(uow, resolved, now)
    return True


def _warn(uow: TopUpUnit, declined: TopUp, now: datetime) -> None:
    """An alert for the first decline of a row, and another, critical one when it is not tried again."""
    settings = uow.top_ups.settings([declined.organization_id]).get(declined.organization_id)
    latest = uow.top_ups.latest(declined.organization_id, TRIES_MAX)
    declines = 0 if settings is None else declines_in_a_row(settings, latest)
    if not declines:
        return
    reading = Reading(
        kind=AlertKind.TOP_UP_FAILED,
        organization_id=declined.organization_id,
        subject="top_up" if declines < TRIES_MAX else "top_up:ended",
        period_start=latest[declines - 1].created_at,
        before=declines - 1,
        after=declines,
        capacity=TRIES_MAX,
    )
    raise_alerts(uow.alerts, [reading], now)
