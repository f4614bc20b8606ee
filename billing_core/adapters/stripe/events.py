"""What Stripe's checkouts and events say about our purchases."""

from collections.abc import Callable, Mapping
from typing import Any

from billing_core.services.purchases.ports import Checkout, DeclinedPayment, WebhookEvent

Resource = Mapping[str, Any]  # as in the API of the SDK's version


def checkout_of(session: Resource) -> Checkout | None:
    """The checkout of a session; None for one that was not opened for a purchase of ours."""
    purchase_id = _purchase_id(session)
    if purchase_id is None or session["amount_total"] is None:
        return None
    return Checkout(
        session_id=session["id"],
        purchase_id=purchase_id,
        status=session["status"],
        is_paid=session["payment_status"] == "paid",
        amount_minor_units=session["amount_total"],
        currency=session["currency"].upper(),
        payment_intent_id=_id(session["payment_intent"]),
        url=session["url"],
    )


def event_of(event: Resource) -> WebhookEvent:
    """The event with what it says about a purchase, if it does; any event may follow or precede any other."""
    subject = event["data"]["object"]
    read = _SUBJECTS.get(event["type"])
    return WebhookEvent(
        id=event["id"], type=event["type"], object_id=subject.get("id") or "", subject=read(subject) if read else None
    )


def _failed_checkout(session: Resource) -> DeclinedPayment | None:
    """A payment that took days to fail, as a bank debit does."""
    purchase_id = _purchase_id(session)
    if purchase_id is None:
        return None
    intent_id = _id(session["payment_intent"])
    return DeclinedPayment(purchase_id=purchase_id, payment_intent_id=intent_id, reason="async_payment_failed")


def _failed_intent(intent: Resource) -> DeclinedPayment | None:
    """A try that failed at once; the customer is still on the payment page and may use another card."""
    purchase_id = _purchase_id(intent)
    if purchase_id is None:
        return None
    error: Resource = intent["last_payment_error"] or {}
    reason = error.get("decline_code") or error.get("code") or "declined"
    return DeclinedPayment(purchase_id=purchase_id, payment_intent_id=intent["id"], reason=reason)


def _purchase_id(resource: Resource) -> str | None:
    metadata: Mapping[str, str] = resource["metadata"] or {}
    return metadata.get("purchase_id")


def _id(reference: str | Resource | None) -> str | None:
    """The id of something that Stripe names, or includes whole."""
    return reference if reference is None or isinstance(reference, str) else reference["id"]


_SUBJECTS: Mapping[str, Callable[[Resource], Checkout | DeclinedPayment | None]] = {
    "checkout.session.completed": checkout_of,
    "checkout.session.async_payment_succeeded": checkout_of,
    "checkout.session.async_payment_failed": _failed_checkout,
    "checkout.session.expired": checkout_of,
    "payment_intent.payment_failed": _failed_intent,
}

EVENT_TYPES = tuple(_SUBJECTS)  # what a webhook endpoint has to be subscribed to
