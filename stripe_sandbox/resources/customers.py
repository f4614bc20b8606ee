"""Customers."""

import re
import secrets
import string
from typing import Any

from stripe_sandbox.call import Call, Operations
from stripe_sandbox.contract.skeletons import blank
from stripe_sandbox.errors import StripeError
from stripe_sandbox.fields import Fields
from stripe_sandbox.storage import Resource, Transaction, new_id
from stripe_sandbox.webhooks.outbox import emit, save_and_tell

_PLAIN = ("business_name", "description", "individual_name", "name", "phone", "preferred_locales", "tax_exempt")
_EXPANDED_ONLY = ("cash_balance", "invoice_credit_balance", "sources", "subscriptions", "tax", "tax_ids")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_EMAIL_LENGTH_MAX = 512
_ADDRESS = dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state"))


def create(call: Call) -> Resource:
    """A new customer."""
    customer = new_customer(call.tx)
    _read(call.fields, customer)
    call.tx.add(customer)
    emit(call.tx, "customer.created", customer)
    return customer


def new_customer(tx: Transaction) -> Resource:
    """A customer nothing is known of yet, not kept yet."""
    return blank("customer", without=_EXPANDED_ONLY) | {
        "id": new_id("cus", 14),
        "balance": 0,
        "created": tx.now,
        "delinquent": False,
        "invoice_prefix": "".join(secrets.choice(string.ascii_uppercase) for _ in range(8)),
        "invoice_settings": dict.fromkeys(("custom_fields", "default_payment_method", "footer", "rendering_options")),
        "metadata": {},
        "next_invoice_sequence": 1,
        "preferred_locales": [],
        "tax_exempt": "none",
    }


def retrieve(call: Call) -> Resource:
    """One customer."""
    return call.subject("customer")


def update(call: Call) -> Resource:
    """Changes what was sent."""
    before = call.subject("customer")
    after = dict(before)
    _read(call.fields, after)
    return save_and_tell(call.tx, "customer.updated", before, after)


def find(call: Call) -> Resource:
    """Customers, newest first; by `email`, exactly as it was given."""
    return call.page("customer", "email")


def read_email(fields: Fields, name: str) -> str | None:
    """An address that looks like one."""
    email = fields.text(name, length_max=_EMAIL_LENGTH_MAX)
    if email is not None and not _EMAIL.fullmatch(email):
        raise StripeError(f"Invalid email address: {email}", "email_invalid", fields.param(name))
    return email


def _read(fields: Fields, customer: Resource) -> None:
    fields.copy(customer, *_PLAIN)
    customer["metadata"] = fields.metadata(customer["metadata"])
    if "email" in fields:
        customer["email"] = read_email(fields, "email")
    if "address" in fields:
        customer["address"] = _address(fields.take("address"))
    if "shipping" in fields:
        customer["shipping"] = _shipping(fields.take("shipping"))


def _address(sent: dict[str, Any] | None) -> dict[str, Any] | None:
    return None if sent is None else {**_ADDRESS, **sent}


def _shipping(sent: dict[str, Any] | None) -> dict[str, Any] | None:
    return None if sent is None else {"phone": None, **sent, "address": _address(sent["address"])}


OPERATIONS: Operations = {
    ("POST", "/v1/customers"): create,
    ("GET", "/v1/customers"): find,
    ("GET", "/v1/customers/{customer}"): retrieve,
    ("POST", "/v1/customers/{customer}"): update,
}
