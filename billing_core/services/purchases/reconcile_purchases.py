"""Ask the provider about purchases it has not spoken of: a webhook can be lost, money must not be."""

import logging
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta

from billing_core.domain.clock import Clock
from billing_core.services.purchases.errors import PaymentMismatch
from billing_core.services.purchases.ports import (
    DirectPayment,
    PaymentGateway,
    Purchase,
    PurchaseStore,
    SettlingUnit,
)
from billing_core.services.purchases.settle_checkout import settle_checkout
from billing_core.services.purchases.settle_direct_payment import settle_direct_payment

QUIET = timedelta(minutes=10)  # what a webhook, retried at once, and a checkout being opened may take
CHECKOUT_LIFETIME = timedelta(hours=24)  # Stripe closes an unpaid checkout after a day
COUNT_MAX = 100
_log = logging.getLogger(__name__)


def unsettled_purchases(purchases: PurchaseStore, now: datetime) -> Sequence[Purchase]:
    """The purchases to ask about: those that wait for longer than a webhook takes, at most `COUNT_MAX`."""
    return purchases.unsettled(before=now - QUIET, declined_since=now - 2 * CHECKOUT_LIFETIME, count_max=COUNT_MAX)


def reconcile_purchases(
    write: Callable[[], AbstractContextManager[SettlingUnit]], gateway: PaymentGateway, clock: Clock
) -> int:
    """Fulfil or close the purchases that wait; how many were. ProviderFailure when the provider does not answer.

    A purchase that does not fit its payment is logged as an error, every time, until a person has mended it.
    """
    now = clock.now()
    with write() as uow:
        waiting = unsettled_purchases(uow.purchases, now)
    return sum(_reconcile(purchase, write, gateway, now) for purchase in waiting)


def _reconcile(
    purchase: Purchase,
    write: Callable[[], AbstractContextManager[SettlingUnit]],
    gateway: PaymentGateway,
    now: datetime,
) -> bool:
    session_id = purchase.checkout_session_id
    checkout = gateway.retrieve_checkout(session_id) if session_id else None
    payment = None if session_id else _direct_payment(purchase, write, gateway)
    try:
        with write() as uow:
            if checkout:
                return settle_checkout(uow, checkout, now)
            if payment and payment.status != "requires_action":
                return settle_direct_payment(uow, payment, now)
            # Nothing can be paid any more: the customer never got a page, or Stripe has forgotten it.
            is_over = purchase.created_at + CHECKOUT_LIFETIME <= now
            return is_over and uow.purchases.set_expired(purchase.id)
    except PaymentMismatch as error:
        _log.error("%s", error.message, extra={"details": dict(error.details)})
        return False


def _direct_payment(
    purchase: Purchase, write: Callable[[], AbstractContextManager[SettlingUnit]], gateway: PaymentGateway
) -> DirectPayment | None:
    if purchase.payment_method_id is None:
        return None
    with write() as uow:
        customer_id = uow.purchases.provider_id(f"customer:{gateway.account}", purchase.organization_id)
    return None if customer_id is None else gateway.find_direct_payment(purchase, customer_id)
