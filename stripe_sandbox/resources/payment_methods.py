"""Payment methods: the test cards behind the buttons of the Checkout page. No card data is ever taken."""

from stripe_sandbox.call import Call, Operations
from stripe_sandbox.contract.skeletons import blank
from stripe_sandbox.storage import Resource, Transaction, new_id

_NULLABLE = ("allow_redisplay", "customer")  # every other null is one of the fifty ways to pay, and absent

VISA = "4242"
VISA_DECLINED = "0002"
VISA_AUTHENTICATED = "3220"


def retrieve(call: Call) -> Resource:
    """One payment method."""
    return call.subject("payment_method")


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
}
