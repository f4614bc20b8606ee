"""Webhook deliveries as Stripe sends them: JSON in bytes, and the HMAC of its time and those bytes."""

import hashlib
import hmac
import json
from datetime import datetime
from typing import Any

import stripe

from billing_core.services.purchases.ports import Checkout

SECRET = "whsec_of_the_tests"


def signature(body: bytes, at: datetime, *, secret: str = SECRET, ahead_seconds: int = 0) -> str:
    """The Stripe-Signature header of a body, as Stripe documents it."""
    seconds = int(at.timestamp()) + ahead_seconds
    digest = hmac.new(secret.encode(), f"{seconds}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={seconds},v1={digest}"


def event_body(event_type: str, subject: dict[str, Any], *, event_id: str = "evt_1", **changes: Any) -> bytes:
    """The bytes of an event about something."""
    event = {
        "id": event_id,
        "object": "event",
        "api_version": stripe.api_version,
        "created": 1795176000,
        "data": {"object": subject},
        "livemode": False,
        "pending_webhooks": 1,
        "request": {"id": None, "idempotency_key": None},
        "type": event_type,
    }
    return json.dumps(event | changes, indent=2).encode()


def session_of(checkout: Checkout) -> dict[str, Any]:
    """The part of a Checkout session that matters here, as Stripe writes it."""
    return {
        "id": checkout.session_id,
        "object": "checkout.session",
        "amount_total": checkout.amount_minor_units,
        "currency": checkout.currency.lower(),
        "metadata": {"purchase_id": checkout.purchase_id},
        "payment_intent": checkout.payment_intent_id,
        "payment_status": "paid" if checkout.is_paid else "unpaid",
        "status": checkout.status,
        "url": checkout.url,
    }
