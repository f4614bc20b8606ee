"""Payment methods: the test cards behind the buttons of the Checkout page. No card data is ever taken."""

from stripe_sandbox.call import Call, Operations
from stripe_sandbox.contract.skeletons import blank
from stripe_sandbox.errors import StripeError
from stripe_sandbox.storage import Resource, Transaction, new_id
from stripe_sandbox.webhooks.outbox import emit

_NULLABLE = ("allow_redisplay", "customer")  # every other null is one of the fifty ways to pay, and absent

VISA = "4242"
VISA_DECLINED = "0002"
VISA_AUTHENTICATED = "3220"
VISA_DECLINED_LATER = "0341"  # can be saved, and is declined whenever it is charged
VISA_AUTHENTICATED_ALWAYS = "3184"
ASKS_FOR_THE_PERSON = (VISA_AUTHENTICATED, VISA_AUTHENTICATED_ALWAYS)
_TEST_CARDS = {
    "pm_card_visa": VISA,
    "pm_card_chargeCustomerFail": VISA_DECLINED_LATER,
    "pm_card_authenticationRequired": VISA_AUTHENTICATED_ALWAYS,
}


def retrieve(call: Call) -> Resource:
    """One payment method."""
    return call.subject("payment_method")


def find(call: Call) -> Resource:
    """The payment methods saved for a customer, newest first."""
    customer = call.subject("customer")
    conditions = {"json_extract(body, '$.customer') = ?": customer["id"]}
    return call.page("payment_method", "type", conditions=conditions)


def attach(call: Call) -> Resource:
    """Save a card for a customer; one of Stripe's test cards becomes a card of its own."""
    customer_id = call.fields.needed("customer")
    customer = call.tx.get("customer", customer_id, "customer")
    wanted = list(call.ids.values())[-1]
    last4 = _TEST_CARDS.get(wanted)
    card = call.subject("payment_method") if last4 is None else add_card(call.tx, last4, customer["email"])
    if card["customer"] not in (None, customer["id"]):
        raise StripeError("The payment method you provided has already been attached to a customer.")
    save_for(call.tx, card, customer["id"])
    return card


def save_for(tx: Transaction, card: Resource, customer_id: str) -> None:
    """Keep a card for charges without the person there."""
    card["customer"] = customer_id
    tx.save(card)
    emit(tx, "payment_method.attached", card)


def add_card(tx: Transaction, last4: str, email: str | None) -> Resource:
    """Keeps a Visa test card with these last digits."""
    card = blank("payment_method") | {
        "id": new_id("pm"),
        "billing_details": {"address": None, "email": email, "name": None, "phone": None, "tax_id": None},
        "card": {
            "brand": "visa",
            "checks": {"address_line1_check": None, "address_postal_code_check": None, "cvc_check": "pass"},
            "country": "US",
            "display_brand": "visa",
            "exp_month": 12,
            "exp_year": 2034,
            "fingerprint": f"embedded{last4}",
            "funding": "credit",
            "last4": last4,
            "networks": {"available": ["visa"], "preferred": None},
            "regulated_status": "unregulated",
            "three_d_secure_usage": {"supported": True},
            "wallet": None,
        },
        "created": tx.now,
        "metadata": {},
        "type": "card",
    }
    card = {name: value for name, value in card.items() if value is not None or name in _NULLABLE}
    tx.add(card)
    return card


OPERATIONS: Operations = {
    ("GET", "/v1/payment_methods/{payment_method}"): retrieve,
    ("POST", "/v1/payment_methods/{payment_method}/attach"): attach,
    ("GET", "/v1/customers/{customer}/payment_methods"): find,
}
