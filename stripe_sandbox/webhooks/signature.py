"""Stripe's webhook signature: an HMAC over the instant and the raw bytes."""

import hashlib
import hmac


def signature_header(payload: bytes, secret: str, at: int) -> str:
    """The `Stripe-Signature` header of a payload sent at `at`, in seconds since 1970."""
    digest = hmac.new(secret.encode(), f"{at}.".encode() + payload, hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"
