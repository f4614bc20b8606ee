"""What Stripe's checkouts and events say about our purchases."""

from collections.abc import Callable, Mapping
from typing import Any

from billing_core.services.purchases.ports import Checkout, DeclinedPayment, DirectPayment, WebhookEvent

Resource = Mapping[str, Any]  # as in the API of the SDK's version
# What marks a payment intent of ours that is no checkout's.
DIRECT = {"paid_with": "saved_payment_method"}
_AUTHENTICATION = "authentication_required"


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


def direct_payment_of(intent: Resource) -> DirectPayment | None:
    """The payment of a payment intent; None for one that was not made for a purchase with a saved payment method.

    Every state but those named here means that nobody will pay it any more.
    """
    purchase_id = _purchase_id(intent)
    if purchase_id is None or not DIRECT.items() <= intent["metadata"].items():
        return None
    error: Resource = intent["last_payment_error"] or {}
    match intent["status"]:
        case "succeeded" | "processing" | "requires_action" as status:
            pass
        case _:
            status = "requires_action" if error.get("code") == _AUTHENTICATION else "declined"
    return DirectPayment(
        purchase_id=purchase_id,
        payment_intent_id=intent["id"],
        status=status,
        amount_minor_units=intent["amount_received"] if status == "succeeded" else intent["amount"],
        currency=intent["currency"].upper(),
        reason=error.get("decline_code") or error.get("code"),
        message=error.get("message"),
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


def _failed_intent(intent: Resource) -> DeclinedPayment | DirectPayment | None:
    """A try that failed at once; on a payment page the customer may still use another card."""
    purchase_id = _purchase_id(intent)
    if purchase_id is None:
        return None
    if (payment := direct_payment_of(intent)) is not None:
        return payment
    error: Resource = intent["last_payment_error"] or {}
    reason = error.get("decline_code") or error.get("code") or "declined"
    return DeclinedPayment(
        purchase_id=purchase_id, payment_intent_id=intent["id"], reason=reason, message=error.get("message")
    )


def _purchase_id(resource: Resource) -> str | None:
    metadata: Mapping[str, str] = resource["metadata"] or {}
    return metadata.get("purchase_id")


def _id(reference: str | Resource | None) -> str | None:
    """The id of something that Stripe names, or includes whole."""
    return reference if reference is None or isinstance(reference, str) else reference["id"]


_SUBJECTS: Mapping[str, Callable[[Resource], Checkout | DeclinedPayment | DirectPayment | None]] = {
    "checkout.session.completed": checkout_of,
    "checkout.session.async_payment_succeeded": checkout_of,
    "checkout.session.async_payment_failed": _failed_checkout,
    "checkout.session.expired": checkout_of,
    "payment_intent.payment_failed": _failed_intent,
    "payment_intent.succeeded": direct_payment_of,
}

EVENT_TYPES = tuple(_SUBJECTS)  # what a webhook endpoint has to be subscribed to
