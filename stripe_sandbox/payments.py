"""What a person does on the Checkout page: pay, be declined, or authenticate first."""

from stripe_sandbox.resources.charges import add_charge, add_declined_charge
from stripe_sandbox.resources.customers import new_customer
from stripe_sandbox.resources.payment_intents import add_payment_intent, card_error, fail, succeed
from stripe_sandbox.resources.payment_methods import VISA, VISA_AUTHENTICATED, VISA_DECLINED, add_card, save_for
from stripe_sandbox.storage import Resource, Transaction
from stripe_sandbox.webhooks.outbox import emit

_AUTHENTICATION_FAILED = (
    "We are unable to authenticate your payment method. Please choose a different payment method and try again."
)


def pay(tx: Transaction, session: Resource) -> None:
    """The card is charged at once."""
    _capture(tx, session, _attempt(tx, session), add_card(tx, VISA, _email(session)))


def decline(tx: Transaction, session: Resource) -> None:
    """The bank refuses the card; the session stays open for another try."""
    intent = _attempt(tx, session)
    card = add_card(tx, VISA_DECLINED, _email(session))
    charge = add_declined_charge(tx, intent, card)
    fail(tx, intent | {"latest_charge": charge["id"]}, card_error(charge, card, "generic_decline"))


def require_authentication(tx: Transaction, session: Resource) -> None:
    """The bank wants to see the person first, on its own page."""
    intent = _attempt(tx, session)
    card = add_card(tx, VISA_AUTHENTICATED, _email(session))
    intent |= {
        "last_payment_error": None,
        "next_action": {
            "redirect_to_url": {"return_url": session["url"], "url": f"{session['url']}/authenticate"},
            "type": "redirect_to_url",
        },
        "payment_method": card["id"],
        "status": "requires_action",
    }
    tx.save(intent)
    emit(tx, "payment_intent.requires_action", intent)


def awaits_authentication(tx: Transaction, session: Resource) -> bool:
    """Whether the bank is waiting for the person."""
    intent = find_intent(tx, session)
    return intent is not None and intent["status"] == "requires_action"


def complete_authentication(tx: Transaction, session: Resource) -> None:
    """The person proved who they are: the card is charged. Nothing happens when nobody asked them to."""
    intent = find_intent(tx, session)
    if intent and intent["status"] == "requires_action":
        _capture(tx, session, intent, tx.get("payment_method", intent["payment_method"]), is_authenticated=True)


def fail_authentication(tx: Transaction, session: Resource) -> None:
    """The person did not: nothing reaches the card, and the session stays open."""
    intent = find_intent(tx, session)
    if intent and intent["status"] == "requires_action":
        error = {
            "code": "payment_intent_authentication_failure",
            "doc_url": "https://stripe.com/docs/error-codes/payment-intent-authentication-failure",
            "message": _AUTHENTICATION_FAILED,
            "payment_method": tx.get("payment_method", intent["payment_method"]),
            "type": "invalid_request_error",
        }
        fail(tx, intent, error)


def find_intent(tx: Transaction, session: Resource) -> Resource | None:
    """The payment intent of a session, once somebody has tried to pay."""
    return tx.get("payment_intent", session["payment_intent"]) if session["payment_intent"] else None


def _attempt(tx: Transaction, session: Resource) -> Resource:
    intent = find_intent(tx, session)
    if intent is None:
        intent = add_payment_intent(tx, session)
        session["payment_intent"] = intent["id"]
        tx.save(session)
    return intent


def _email(session: Resource) -> str | None:
    return session["customer_details"]["email"] if session["customer_details"] else None


def _capture(
    tx: Transaction, session: Resource, intent: Resource, card: Resource, *, is_authenticated: bool = False
) -> None:
    if session["customer"] is None and session["customer_creation"] == "always":
        customer = new_customer(tx) | {"email": session["customer_email"]}
        tx.add(customer)
        emit(tx, "customer.created", customer)
        session["customer"] = intent["customer"] = customer["id"]
    if intent["setup_future_usage"] and intent["customer"]:
        save_for(tx, card, intent["customer"])
    succeed(tx, intent, card, add_charge(tx, intent, card, is_authenticated=is_authenticated))
    session |= {"payment_status": "paid", "status": "complete", "url": None}
    tx.save(session)
    emit(tx, "checkout.session.completed", session)
