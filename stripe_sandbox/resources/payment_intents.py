"""Payment intents, as a Checkout session makes them: one per session, however many attempts it takes."""

from stripe_sandbox.call import Call, Operations
from stripe_sandbox.contract.skeletons import blank
from stripe_sandbox.storage import Resource, Transaction, new_id
from stripe_sandbox.webhooks.outbox import emit


def retrieve(call: Call) -> Resource:
    """One payment intent."""
    return call.subject("payment_intent")


def find(call: Call) -> Resource:
    """Payment intents, newest first."""
    return call.page("payment_intent", "customer")


def add_payment_intent(tx: Transaction, session: Resource) -> Resource:
    """Keeps and tells of the payment intent of a session; Checkout makes it at the first attempt to pay."""
    intent_id = new_id("pi")
    intent = (
        blank("payment_intent")
        | {
            "id": intent_id,
            "amount": session["amount_total"],
            "automatic_payment_methods": {"allow_redirects": "always", "enabled": True},
            "capture_method": "automatic_async",
            "client_secret": new_id(f"{intent_id}_secret"),
            "created": tx.now,
            "currency": session["currency"],
            "customer": session["customer"],
            "metadata": {},
            "payment_method_options": {"card": {"request_three_d_secure": "automatic"}},
            "payment_method_types": session["payment_method_types"],
            "status": "requires_payment_method",
        }
        | session["_payment_intent_data"]
    )
    tx.add(intent)
    emit(tx, "payment_intent.created", intent)
    return intent


OPERATIONS: Operations = {
    ("GET", "/v1/payment_intents"): find,
    ("GET", "/v1/payment_intents/{intent}"): retrieve,
}
