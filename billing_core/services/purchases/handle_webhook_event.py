"""Do what a verified webhook event asks for, once."""

from datetime import datetime

from billing_core.services.purchases.errors import PaymentMismatch
from billing_core.services.purchases.ports import (
    Checkout,
    DeclinedPayment,
    DirectPayment,
    SettlingUnit,
    WebhookEvent,
)
from billing_core.services.purchases.settle_checkout import settle_checkout
from billing_core.services.purchases.settle_direct_payment import settle_direct_payment


def handle_webhook_event(uow: SettlingUnit, event: WebhookEvent, now: datetime) -> bool:
    """Claim the event and take its effect, both in the caller's transaction; False when it was claimed before.

    Events arrive late, twice and in any order, and several tell of one payment: the claim stops the same event, and
    every effect is harmless when it has happened already. Events that concern no purchase are only claimed.
    PaymentMismatch leaves the event unclaimed, so that it can be sent again once a person has mended the cause.
    """
    if not uow.purchases.claim_event(event, now):
        return False
    match event.subject:
        case Checkout() as checkout:
            settle_checkout(uow, checkout, now)
        case DeclinedPayment() as declined:
            _note_decline(uow, declined)
        case DirectPayment() as payment:
            settle_direct_payment(uow, payment, now)
        case None:
            pass
    return True


def _note_decline(uow: SettlingUnit, declined: DeclinedPayment) -> None:
    if uow.purchases.purchase(declined.purchase_id, lock=True) is None:
        raise PaymentMismatch(
            f"A payment was declined ({declined.reason}) for purchase {declined.purchase_id!r}, which does not exist.",
            field="purchase_id",
        )
    uow.purchases.set_declined(declined)
