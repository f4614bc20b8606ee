"""Checkout sessions in payment mode: created, listed and expired here, paid on the page they point to."""

from stripe_sandbox.call import Call, Operations
from stripe_sandbox.contract.skeletons import blank
from stripe_sandbox.currencies import check_total
from stripe_sandbox.errors import StripeError, missing, not_offered
from stripe_sandbox.fields import Fields
from stripe_sandbox.resources.checkout_line_items import add_line_items
from stripe_sandbox.resources.customers import read_email
from stripe_sandbox.storage import Resource, Transaction, new_id
from stripe_sandbox.webhooks.outbox import emit

_REFERENCE_LENGTH_MAX = 200
_LIFE_SECONDS_MIN = 30 * 60
_LIFE_SECONDS_MAX = 24 * 3600
_OVERDUE = """
    SELECT id FROM resources
    WHERE object = 'checkout.session' AND json_extract(body, '$.status') = 'open'
      AND json_extract(body, '$.expires_at') <= ?
"""


def create(call: Call) -> Resource:
    """A new session, open for a day."""
    fields = call.fields
    _check_mode(fields)
    session = _blank_session(call)
    fields.copy(session, "billing_address_collection", "locale", "submit_type")
    session["client_reference_id"] = fields.text("client_reference_id", length_max=_REFERENCE_LENGTH_MAX)
    session |= {"success_url": fields.url("success_url"), "cancel_url": fields.url("cancel_url")}
    if session["success_url"] is None:
        raise missing("success_url")
    session["metadata"] = fields.metadata({})
    _read_customer(call, session)
    _read_payment_intent_data(fields, session)
    _read_expiry(call, session)
    add_line_items(call, session)
    check_total(session["amount_total"], session["currency"])
    call.tx.add(session)
    return session


def retrieve(call: Call) -> Resource:
    """One session."""
    expire_overdue(call.tx)
    return call.subject("checkout.session")


def find(call: Call) -> Resource:
    """Sessions, newest first."""
    expire_overdue(call.tx)
    return call.page("checkout.session", "customer", "payment_intent", "status")


def expire(call: Call) -> Resource:
    """Nobody can pay any more."""
    expire_overdue(call.tx)
    session = call.subject("checkout.session")
    if session["status"] != "open":
        message = (
            'Only Checkout Sessions with a status in ["open"] can be expired. '
            f"This Checkout Session has a status of `{session['status']}`."
        )
        raise StripeError(message)
    return _close(call.tx, session)


def expire_overdue(tx: Transaction) -> None:
    """Close every session whose time has come; asked before any is shown, so that none is seen open too long."""
    for (session_id,) in tx.connection.execute(_OVERDUE, (tx.now,)).fetchall():
        _close(tx, tx.get("checkout.session", session_id))


def _close(tx: Transaction, session: Resource) -> Resource:
    session |= {"status": "expired", "url": None}
    tx.save(session)
    intent = tx.find(session["payment_intent"]) if session["payment_intent"] else None
    if intent:
        intent |= {"status": "canceled", "canceled_at": tx.now, "cancellation_reason": "expired", "next_action": None}
        tx.save(intent)
        emit(tx, "payment_intent.canceled", intent)
    emit(tx, "checkout.session.expired", session)
    return session


def _check_mode(fields: Fields) -> None:
    mode, ui_mode = fields.needed("mode"), fields.take("ui_mode", "hosted_page")
    if mode != "payment":
        raise not_offered(f"Checkout in {mode} mode", "mode")
    if ui_mode != "hosted_page":
        raise not_offered(f"Checkout as {ui_mode}", "ui_mode")


def _blank_session(call: Call) -> Resource:
    session_id = new_id("cs_test", 58)
    return blank("checkout.session", without=("line_items",)) | {
        "id": session_id,
        "adaptive_pricing": {"enabled": False},
        "created": call.tx.now,
        "mode": "payment",
        "payment_method_collection": "if_required",
        "payment_method_options": {"card": {"request_three_d_secure": "automatic"}},
        "payment_method_types": ["card"],
        "payment_status": "unpaid",
        "phone_number_collection": {"enabled": False},
        "status": "open",
        "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
        "ui_mode": "hosted_page",
        "url": f"{call.base_url}/checkout/{session_id}",
    }


def _read_customer(call: Call, session: Resource) -> None:
    customer = call.reference("customer", "customer")
    email = read_email(call.fields, "customer_email")
    if customer and email:
        message = "You may only specify one of these parameters: customer, customer_email."
        raise StripeError(message, "parameters_exclusive", "customer_email")
    creation = call.fields.take("customer_creation", "if_required")
    if customer:
        session["customer"], email = customer["id"], customer["email"]
    else:
        session |= {"customer_creation": creation, "customer_email": email}
    if email:
        details = ("address", "business_name", "individual_name", "name", "phone", "tax_ids")
        session["customer_details"] = dict.fromkeys(details) | {"email": email, "tax_exempt": "none"}


def _read_payment_intent_data(fields: Fields, session: Resource) -> None:
    """Kept inside until the first attempt to pay makes the payment intent."""
    sent = fields.hash("payment_intent_data") or Fields({})
    names = ("description", "receipt_email", "statement_descriptor", "statement_descriptor_suffix")
    kept: Resource = {"metadata": sent.metadata({})}
    sent.copy(kept, *names, "setup_future_usage")
    session["_payment_intent_data"] = kept


def _read_expiry(call: Call, session: Resource) -> None:
    now = call.tx.now
    expires_at: int = call.fields.take("expires_at", now + _LIFE_SECONDS_MAX)
    if not now + _LIFE_SECONDS_MIN <= expires_at <= now + _LIFE_SECONDS_MAX:
        message = "The `expires_at` timestamp must be between 30 minutes and 24 hours from Checkout Session creation."
        raise StripeError(message, param="expires_at")
    session["expires_at"] = expires_at


OPERATIONS: Operations = {
    ("POST", "/v1/checkout/sessions"): create,
    ("GET", "/v1/checkout/sessions"): find,
    ("GET", "/v1/checkout/sessions/{session}"): retrieve,
    ("POST", "/v1/checkout/sessions/{session}/expire"): expire,
}
