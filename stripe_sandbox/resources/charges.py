"""Charges: one for each attempt that reached the card's bank, paid or declined."""

from typing import Any

from stripe_sandbox.call import Call, Operations
from stripe_sandbox.contract.skeletons import blank
from stripe_sandbox.storage import Resource, Transaction, new_id
from stripe_sandbox.webhooks.outbox import emit

_APPROVED = {
    "network_status": "approved_by_network",
    "reason": None,
    "seller_message": "Payment complete.",
    "type": "authorized",
}
_DECLINED = {
    "network_status": "declined_by_network",
    "reason": "generic_decline",
    "seller_message": "The bank did not return any further details with this decline.",
    "type": "issuer_declined",
}
_AUTHENTICATED = {
    "authentication_flow": "challenge",
    "electronic_commerce_indicator": "05",
    "exemption_indicator": None,
    "result": "authenticated",
    "result_reason": None,
    "transaction_id": None,
    "version": "2.2.0",
}


def retrieve(call: Call) -> Resource:
    """One charge."""
    return call.subject("charge")


def find(call: Call) -> Resource:
    """Charges, newest first."""
    return call.page("charge", "customer", "payment_intent")


def add_charge(tx: Transaction, intent: Resource, card: Resource, *, is_authenticated: bool = False) -> Resource:
    """Keeps and tells of a charge that went through."""
    charge = _charge(tx, intent, card, _APPROVED, _AUTHENTICATED if is_authenticated else None) | {
        "amount_captured": intent["amount"],
        "captured": True,
        "paid": True,
        "status": "succeeded",
    }
    tx.add(charge)
    emit(tx, "charge.succeeded", charge)
    return charge


def add_declined_charge(
    tx: Transaction,
    intent: Resource,
    card: Resource,
    *,
    code: str = "card_declined",
    message: str = "Your card was declined.",
) -> Resource:
    """Keeps and tells of a charge the bank refused."""
    charge = _charge(tx, intent, card, _DECLINED, None) | {
        "failure_code": code,
        "failure_message": message,
        "status": "failed",
    }
    tx.add(charge)
    emit(tx, "charge.failed", charge)
    return charge


def _charge(
    tx: Transaction, intent: Resource, card: Resource, outcome: dict[str, Any], authentication: dict[str, Any] | None
) -> Resource:
    details = {name: card["card"][name] for name in ("brand", "checks", "country", "exp_month", "exp_year", "funding")}
    return blank("charge", without=("refunds",)) | {
        "id": new_id("ch"),
        "amount": intent["amount"],
        "billing_details": card["billing_details"],
        "calculated_statement_descriptor": intent["statement_descriptor"] or "EMBEDDED STRIPE",
        "created": tx.now,
        "currency": intent["currency"],
        "customer": intent["customer"],
        "description": intent["description"],
        "fraud_details": {},
        "metadata": intent["metadata"],
        "outcome": outcome | {"risk_level": "normal", "risk_score": 8},
        "payment_intent": intent["id"],
        "payment_method": card["id"],
        "payment_method_details": {
            "card": details
            | {
                "amount_authorized": intent["amount"],
                "fingerprint": card["card"]["fingerprint"],
                "last4": card["card"]["last4"],
                "network": "visa",
                "regulated_status": "unregulated",
                "three_d_secure": authentication,
                "wallet": None,
            },
            "type": "card",
        },
        "receipt_email": intent["receipt_email"],
        "statement_descriptor": intent["statement_descriptor"],
        "statement_descriptor_suffix": intent["statement_descriptor_suffix"],
    }


OPERATIONS: Operations = {
    ("GET", "/v1/charges"): find,
    ("GET", "/v1/charges/{charge}"): retrieve,
}
