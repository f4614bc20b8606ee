"""Charging the card a customer saved, without the customer there."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import stripe

from billing_core.adapters.stripe.failures import asking_stripe, charging_a_card
from billing_core.domain.clock import to_micros
from billing_core.domain.money import Money
from billing_core.domain.top_up import TopUp
from billing_core.services.top_up.ports import Payment
from billing_core.services.top_up.run_top_ups import NO_CARD

if TYPE_CHECKING:
    from stripe.params import PaymentIntentCreateParams

CLOCKS_DIFFER_BY_MAX = timedelta(days=1)


def charge_saved_card(client: stripe.StripeClient, top_up: TopUp, customer_id: str) -> Payment:
    """Charge the newest card of the customer under the top-up's id as idempotency key.

    What Stripe refuses for good is a decline; ProviderFailure when it is not known whether money moved.
    """
    card_id = _newest_card(client, customer_id)
    if card_id is None:
        return Payment(None, "declined", top_up.amount, NO_CARD)
    params = off_session_params(
        top_up.amount,
        customer_id,
        card_id,
        description="Automatic balance top-up",
        metadata={"top_up_id": top_up.id, "organization_id": top_up.organization_id},
    )
    with charging_a_card():
        try:
            intent = client.v1.payment_intents.create(params, {"idempotency_key": top_up.id})
        except stripe.CardError as error:
            return _declined(top_up, error)
        except stripe.InvalidRequestError as error:
            return Payment(None, "declined", top_up.amount, error.code or "invalid_request")
    return _payment(intent.to_dict())


def find_payment(client: stripe.StripeClient, top_up: TopUp, customer_id: str) -> Payment | None:
    """The payment that carries the top-up's id; None when there is none, or no such customer."""
    for intent in intents_since(client, customer_id, top_up.created_at):
        if intent["metadata"].get("top_up_id") == top_up.id:
            return _payment(intent)
    return None


def off_session_params(
    amount: Money, customer_id: str, payment_method_id: str, *, description: str, metadata: dict[str, str]
) -> "PaymentIntentCreateParams":
    """What charges a saved payment method at once, without the customer there."""
    return {
        "amount": amount.minor_units,
        "currency": amount.currency.lower(),
        "customer": customer_id,
        "payment_method": payment_method_id,
        "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
        "confirm": True,
        "off_session": True,
        "description": description,
        "metadata": metadata,
    }


def intents_since(client: stripe.StripeClient, customer_id: str, since: datetime) -> Iterator[Mapping[str, Any]]:
    """The customer's payment intents from about then on, the newest first; none when there is no such customer."""
    seconds = to_micros(since - CLOCKS_DIFFER_BY_MAX) // 1_000_000
    with asking_stripe("looking for the payment"):
        try:
            page = client.v1.payment_intents.list({"customer": customer_id, "created": {"gte": seconds}, "limit": 100})
            for intent in page.auto_paging_iter():
                yield intent.to_dict()
        except stripe.InvalidRequestError as error:
            if error.code != "resource_missing":
                raise


def _newest_card(client: stripe.StripeClient, customer_id: str) -> str | None:
    with asking_stripe("reading the saved cards"):
        try:
            cards = client.v1.customers.payment_methods.list(customer_id, {"type": "card", "limit": 1})
        except stripe.InvalidRequestError as error:
            if error.code == "resource_missing":
                return None
            raise
    return cards.data[0].id if cards.data else None


def _declined(top_up: TopUp, error: stripe.CardError) -> Payment:
    told: Mapping[str, Any] = error.error.to_dict() if error.error else {}
    intent: Mapping[str, Any] = told.get("payment_intent") or {}
    return Payment(intent.get("id"), "declined", top_up.amount, told.get("decline_code") or error.code or "declined")


def _payment(intent: Mapping[str, Any]) -> Payment:
    """A payment intent as it stands: every state but these two means that nobody will pay it any more."""
    currency: str = intent["currency"].upper()
    match intent["status"]:
        case "succeeded":
            return Payment(intent["id"], "succeeded", Money.from_minor_units(intent["amount_received"], currency))
        case "processing":
            return Payment(intent["id"], "processing", Money.from_minor_units(intent["amount"], currency))
        case status:
            error: Mapping[str, Any] = intent["last_payment_error"] or {}
            reason = error.get("decline_code") or error.get("code") or status
            return Payment(intent["id"], "declined", Money.from_minor_units(intent["amount"], currency), reason)
