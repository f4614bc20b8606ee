"""The job that charges saved cards: each step a transaction, none of them open while the provider answers."""

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta

from billing_core.domain.clock import Clock
from billing_core.domain.errors import BillingError, ProviderFailure
from billing_core.domain.top_up import TopUp
from billing_core.services.top_up.begin_top_up import begin_if_low
from billing_core.services.top_up.ports import Payment, SavedCardGateway, TopUpUnit
from billing_core.services.top_up.settle_top_up import settle_top_up

RETRY_AFTER = timedelta(minutes=2)  # longer than one try may take, so that two processes never charge the same
COUNT_MAX = 100
NO_CARD = "no_saved_card"
_log = logging.getLogger(__name__)

Write = Callable[[], AbstractContextManager[TopUpUnit]]


def run_top_ups(write: Write, gateway: SavedCardGateway, clock: Clock) -> int:
    """Begin what is due and charge what is pending; how many were resolved.

    A process may die anywhere: a try that was begun is looked up at the provider before the card is charged again,
    and charged under the same key, so that one top-up never takes money twice and what it took is always booked.
    """
    with write() as uow:
        watched = [settings.organization_id for settings in uow.top_ups.enabled()]
    for organization_id in watched:
        _begin(write, organization_id, clock.now())
    with write() as uow:
        pending = uow.top_ups.pending(clock.now() - RETRY_AFTER, COUNT_MAX)
    return sum(_run(top_up, write, gateway, clock) for top_up in pending)


def _begin(write: Write, organization_id: str, now: datetime) -> None:
    try:
        with write() as uow:
            begin_if_low(uow, organization_id, now)
    except BillingError as error:
        _log.error("no top-up for %s: %s", organization_id, error.message)


def _run(top_up: TopUp, write: Write, gateway: SavedCardGateway, clock: Clock) -> bool:
    now = clock.now()
    with write() as uow:
        known = uow.purchases.provider_id(f"customer:{gateway.account}", top_up.organization_id)
        customer_id = top_up.customer_id or known
        if not uow.top_ups.claim(top_up, customer_id, now - RETRY_AFTER, now):
            return False
    try:
        payment = _payment(top_up, customer_id, gateway)
    except ProviderFailure as error:
        _log.warning("top-up %s waits: %s", top_up.id, error.message)
        return False
    with write() as uow:
        return settle_top_up(uow, top_up, payment, clock.now())


def _payment(top_up: TopUp, customer_id: str | None, gateway: SavedCardGateway) -> Payment:
    if customer_id is None:
        return Payment(None, "declined", top_up.amount, NO_CARD)
    known = None if top_up.attempted_at is None else gateway.find_payment(top_up, customer_id)
    return known or gateway.charge_saved_card(top_up, customer_id)
