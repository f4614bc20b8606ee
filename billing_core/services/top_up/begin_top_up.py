"""Begin a top-up where funds have run low: in the transaction of the charge that took them, or from a look at them.

Only the row is written here; the card is charged afterwards, outside of any transaction.
"""

from collections.abc import Iterable
from datetime import datetime

from billing_core.domain.books import Books
from billing_core.domain.errors import NotFound
from billing_core.domain.ids import new_id
from billing_core.domain.money import CREDITS
from billing_core.domain.periods import days
from billing_core.domain.top_up import TRIES_MAX, Funds, TopUp, TopUpSettings, TopUpState, may_begin, needs_top_up
from billing_core.services.top_up.ports import BeginningUnit, TopUpUnit


def begin_top_ups(uow: BeginningUnit, charged: Iterable[Books], now: datetime) -> None:
    """Begin a top-up for each organization whose books, just charged, have less left than its settings ask for.

    The organizations must be locked. Books with enough left cost nothing but the comparison.
    """
    for books in charged:
        settings = books.top_up
        if settings is None or not settings.is_enabled:
            continue
        credit_value = books.subscription_at(now).plan_version.terms.credit_value
        funds = Funds(books.balance_nanos, books.open_credits_nanos(now), credit_value.nanos)
        if needs_top_up(settings, funds):
            begin_top_up(uow, settings, now)


def begin_top_up(uow: BeginningUnit, settings: TopUpSettings, now: datetime) -> TopUp | None:
    """A pending top-up, or None: one is pending already, or cool-off, declines or the daily cap stand against it."""
    organization_id = settings.organization_id
    zone = uow.organizations.organization(organization_id).time_zone
    today = now.astimezone(zone).date()
    spent_today = uow.top_ups.sum_since(organization_id, settings.amount.currency, days(today, today, zone).start)
    if not may_begin(settings, uow.top_ups.latest(organization_id, TRIES_MAX), spent_today, now):
        return None
    top_up = TopUp(
        id=new_id("top", now),
        organization_id=organization_id,
        state=TopUpState.PENDING,
        amount=settings.amount,
        created_at=now,
    )
    return top_up if uow.top_ups.begin(top_up) else None


def begin_if_low(uow: TopUpUnit, organization_id: str, now: datetime) -> TopUp | None:
    """Look at what an organization has now: after a cool-off or a refused charge no charge would begin a top-up."""
    uow.books.lock([organization_id])
    settings = uow.top_ups.settings([organization_id]).get(organization_id)
    if settings is None or not needs_top_up(settings, _funds(uow, settings, now)):
        return None
    return begin_top_up(uow, settings, now)


def _funds(uow: TopUpUnit, settings: TopUpSettings, now: datetime) -> Funds:
    organization_id = settings.organization_id
    balance = uow.credits.wallet(organization_id, settings.amount.currency).available
    if settings.threshold.currency != CREDITS:
        return Funds(balance.nanos, 0, 0)
    history = uow.subscriptions.history([organization_id]).get(organization_id, ())
    current = next((item for item in history if item.ended_at is None), None)
    if current is None:
        raise NotFound(f"Organization {organization_id} has no plan.", field="organization_id")
    credits_nanos = sum(state.free_nanos for state in uow.credits.grants(organization_id) if state.is_open(now))
    return Funds(balance.nanos, credits_nanos, current.plan_version.terms.credit_value.nanos)
