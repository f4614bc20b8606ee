"""Paying for a purchase with a payment method that the customer saved, without a page of Stripe's."""

from collections.abc import Mapping
from typing import Any

import stripe

from billing_core.adapters.stripe.events import DIRECT, direct_payment_of
from billing_core.adapters.stripe.failures import asking_stripe, charging_a_card
from billing_core.adapters.stripe.saved_cards import intents_since, off_session_params
from billing_core.domain.errors import NotFound, ProviderFailure
from billing_core.services.purchases.ports import DirectPayment, Purchase


def check_payment_method(client: stripe.StripeClient, payment_method_id: str, customer_id: str) -> None:
    """NotFound unless the payment method is saved for the customer; whose it is otherwise is not told."""
    with asking_stripe("reading the payment method"):
        try:
            owner = client.v1.payment_methods.retrieve(payment_method_id).customer
        except stripe.InvalidRequestError as error:
            if error.code != "resource_missing":
                raise
            owner = None
    if (owner if owner is None or isinstance(owner, str) else owner.id) != customer_id:
        raise NotFound(
            f"The organization has no payment method {payment_method_id!r}; leave it out to pay on a payment page.",
            field="payment_method_id",
        )


def pay_directly(client: stripe.StripeClient, purchase: Purchase, customer_id: str) -> DirectPayment:
    """Charge the purchase's payment method under an idempotency key made of the purchase's id.

    What Stripe refuses for good is a decline; ProviderFailure when it is not known whether money moved.
    """
    params = off_session_params(
        purchase.price,
        customer_id,
        purchase.payment_method_id or "",
        description=purchase.title,
        metadata={"purchase_id": purchase.id, "organization_id": purchase.organization_id} | DIRECT,
    )
    with charging_a_card():
        try:
            intent = client.v1.payment_intents.create(params, {"idempotency_key": f"{purchase.id}-payment"})
        except stripe.CardError as error:
            return _refused(purchase, error)
        except stripe.InvalidRequestError as error:
            return _declined(purchase, error.code or "invalid_request", error.user_message)
    payment = direct_payment_of(intent.to_dict())
    if payment is None:
        raise ProviderFailure(f"Stripe answered with payment {intent.id}, which is not for purchase {purchase.id}.")
    return payment


def find_direct_payment(client: stripe.StripeClient, purchase: Purchase, customer_id: str) -> DirectPayment | None:
    """The payment that carries the purchase's id; None when there is none, or no such customer."""
    for intent in intents_since(client, customer_id, purchase.created_at):
        payment = direct_payment_of(intent)
        if payment is not None and payment.purchase_id == purchase.id:
            return payment
    return None


def _refused(purchase: Purchase, error: stripe.CardError) -> DirectPayment:
    told: Mapping[str, Any] = error.error.to_dict() if error.error else {}
    payment = direct_payment_of(told["payment_intent"]) if told.get("payment_intent") else None
    return payment or _declined(purchase, told.get("decline_code") or error.code or "declined", error.user_message)


def _declined(purchase: Purchase, reason: str, message: str | None) -> DirectPayment:
    return DirectPayment(
        purchase_id=purchase.id,
        payment_intent_id=None,
        status="declined",
        amount_minor_units=purchase.price.minor_units,
        currency=purchase.price.currency,
        reason=reason,
        message=message,
    )
