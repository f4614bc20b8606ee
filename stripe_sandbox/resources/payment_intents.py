"""Payment intents: one for each Checkout session that somebody tried to pay, one for each charge of a saved card."""

from typing import Any

from stripe_sandbox.call import Call, Operations
from stripe_sandbox.contract.skeletons import blank
from stripe_sandbox.currencies import AMOUNT_MAX, check_total, read_currency
from stripe_sandbox.errors import CardError, StripeError, missing, not_offered
from stripe_sandbox.fields import Fields
from stripe_sandbox.resources.charges import add_charge, add_declined_charge
from stripe_sandbox.resources.payment_methods import ASKS_FOR_THE_PERSON, VISA
from stripe_sandbox.storage import Resource, Transaction, new_id, public
from stripe_sandbox.webhooks.outbox import emit

_DECLINED = ("card_declined", "generic_decline", "Your card was declined.")
_NEEDS_THE_PERSON = (
    "authentication_required",
    "authentication_required",
    "Your card was declined. This transaction requires authentication.",
)


def create(call: Call) -> Resource:
    """Charge a saved card at once, without the person there. A refusal keeps the payment intent, and says so."""
    fields = call.fields
    currency = read_currency(fields.needed("currency"))
    amount = fields.integer("amount", at_least=1, at_most=AMOUNT_MAX)
    if amount is None:
        raise missing("amount")
    check_total(amount, currency, "The payment's amount")
    details: Resource = {"amount": amount, "currency": currency, "metadata": fields.metadata({})}
    fields.copy(details, "description", "receipt_email", "statement_descriptor", "statement_descriptor_suffix")
    details["automatic_payment_methods"] = _automatic(fields)
    if not (fields.take("confirm") and fields.take("off_session") is True):
        raise not_offered("payment intents other than those with confirm and off_session", "confirm")
    customer, card = call.reference("customer", "customer"), call.reference("payment_method", "payment_method")
    if customer is None or card is None:
        raise missing("customer" if customer is None else "payment_method")
    if card["customer"] != customer["id"]:
        message = f"The customer does not have a payment method with the ID {card['id']}."
        raise StripeError(f"{message} The payment method must be attached to the customer.", param="payment_method")
    fields.refuse_rest()
    return _charge(call.tx, _add(call.tx, details | {"customer": customer["id"]}), card)


def retrieve(call: Call) -> Resource:
    """One payment intent."""
    return call.subject("payment_intent")


def find(call: Call) -> Resource:
    """Payment intents, newest first."""
    return call.page("payment_intent", "customer")


def add_payment_intent(tx: Transaction, session: Resource) -> Resource:
    """Keeps and tells of the payment intent of a session; Checkout makes it at the first attempt to pay."""
    details: Resource = {
        "amount": session["amount_total"],
        "automatic_payment_methods": {"allow_redirects": "always", "enabled": True},
        "currency": session["currency"],
        "customer": session["customer"],
        "payment_method_types": session["payment_method_types"],
    }
    return _add(tx, details | session["_payment_intent_data"])


def succeed(tx: Transaction, intent: Resource, card: Resource, charge: Resource) -> None:
    """The money was taken."""
    intent |= {
        "amount_received": intent["amount"],
        "last_payment_error": None,
        "latest_charge": charge["id"],
        "next_action": None,
        "payment_method": card["id"],
        "status": "succeeded",
    }
    tx.save(intent)
    emit(tx, "payment_intent.succeeded", intent)


def fail(tx: Transaction, intent: Resource, error: Resource) -> None:
    """It was not, and another card may be tried."""
    intent |= {
        "last_payment_error": error,
        "next_action": None,
        "payment_method": None,
        "status": "requires_payment_method",
    }
    tx.save(intent)
    emit(tx, "payment_intent.payment_failed", intent)


def card_error(charge: Resource, card: Resource, decline_code: str) -> Resource:
    """What a bank's refusal of a charge is told as."""
    code: str = charge["failure_code"]
    return {
        "charge": charge["id"],
        "code": code,
        "decline_code": decline_code,
        "doc_url": f"https://stripe.com/docs/error-codes/{code.replace('_', '-')}",
        "message": charge["failure_message"],
        "payment_method": public(card),
        "type": "card_error",
    }


def _add(tx: Transaction, details: Resource) -> Resource:
    intent_id = new_id("pi")
    intent = (
        blank("payment_intent")
        | {
            "id": intent_id,
            "capture_method": "automatic_async",
            "client_secret": new_id(f"{intent_id}_secret"),
            "created": tx.now,
            "metadata": {},
            "payment_method_options": {"card": {"request_three_d_secure": "automatic"}},
            "payment_method_types": ["card"],
            "status": "requires_payment_method",
        }
        | details
    )
    tx.add(intent)
    emit(tx, "payment_intent.created", intent)
    return intent


def _automatic(fields: Fields) -> dict[str, Any]:
    """Redirects lead away from a page that nobody is looking at, so they have to be ruled out."""
    sent = fields.hash("automatic_payment_methods") or Fields({})
    chosen = {"allow_redirects": sent.take("allow_redirects", "always"), "enabled": sent.take("enabled", True)}
    if chosen["enabled"] and chosen["allow_redirects"] != "never":
        message = (
            "This PaymentIntent is configured to accept payment methods enabled in your Dashboard. Because some of "
            "these payment methods might redirect your customer off of your page, you must provide a `return_url`. "
            "If you don't want to accept redirect-based payment methods, set "
            "`automatic_payment_methods[enabled]` to `true` and `automatic_payment_methods[allow_redirects]` to "
            "`never` when creating Setup Intents and Payment Intents."
        )
        raise StripeError(message)
    return chosen


def _charge(tx: Transaction, intent: Resource, card: Resource) -> Resource:
    last4: str = card["card"]["last4"]
    if last4 == VISA:
        succeed(tx, intent, card, add_charge(tx, intent, card))
        return intent
    code, decline_code, message = _NEEDS_THE_PERSON if last4 in ASKS_FOR_THE_PERSON else _DECLINED
    charge = add_declined_charge(tx, intent, card, code=code, message=message)
    error = card_error(charge, card, decline_code)
    fail(tx, intent | {"latest_charge": charge["id"]}, error)
    raise CardError(error, public(tx.get("payment_intent", intent["id"])))


OPERATIONS: Operations = {
    ("POST", "/v1/payment_intents"): create,
    ("GET", "/v1/payment_intents"): find,
    ("GET", "/v1/payment_intents/{intent}"): retrieve,
}
