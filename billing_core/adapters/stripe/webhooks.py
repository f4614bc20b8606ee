"""Proof that a webhook delivery is Stripe's, fresh, and in the version of the API that this product reads."""

from typing import Any

import stripe

from billing_core.adapters.stripe.account import Backend, StripeAccount
from billing_core.domain.clock import Clock, to_micros
from billing_core.services.purchases.errors import WebhookRefused

TOLERANCE_SECONDS = 300  # Stripe's own: both ways here, because the SDK accepts any time in the future
_MICROS_PER_SECOND = 1_000_000


def verified_event(
    client: stripe.StripeClient, account: StripeAccount, clock: Clock, body: bytes, signature: str
) -> dict[str, Any]:
    """The event in the bytes of a delivery; WebhookRefused otherwise, with the reason."""
    event = _signed_event(client, account.webhook_secret, body, signature)
    _check_age(signature, clock)
    if event.api_version != stripe.api_version:
        raise WebhookRefused(
            f"The event is of API version {event.api_version}; this product reads {stripe.api_version}. "
            "Create the webhook endpoint with that api_version.",
            field="api_version",
            reason="api_version",
        )
    if event.livemode != (account.backend is Backend.LIVE):
        modes = {True: "live", False: "test"}
        raise WebhookRefused(
            f"The event is of the {modes[event.livemode]} mode; the secret key is of the {modes[not event.livemode]} "
            "mode. STRIPE_SECRET_KEY and STRIPE_WEBHOOK_SECRET have to belong together.",
            field="livemode",
            reason="mode",
        )
    return event.to_dict()


def _signed_event(client: stripe.StripeClient, secret: str, body: bytes, signature: str) -> stripe.Event:
    if not signature:
        raise WebhookRefused(
            "The delivery has no Stripe-Signature header.", field="Stripe-Signature", reason="signature_missing"
        )
    try:
        # The SDK compares ASCII only. 0 switches its check of the age off; `_check_age` makes a stricter one.
        return client.construct_event(body, signature.encode("ascii", "replace").decode(), secret, 0)
    except stripe.SignatureVerificationError as error:
        raise WebhookRefused(
            "The Stripe-Signature header does not fit the body and the secret of this endpoint.",
            field="Stripe-Signature",
            reason="signature_wrong",
        ) from error
    except (AttributeError, ValueError) as error:
        # Bytes that are no text, text that is no JSON, JSON that is no snapshot event.
        raise WebhookRefused(
            "The body is not a snapshot event of Stripe in JSON.", field="body", reason="unreadable"
        ) from error


def _check_age(signature: str, clock: Clock) -> None:
    signed_at = next(int(part[2:]) for part in signature.split(",") if part.startswith("t="))
    age_seconds = to_micros(clock.now()) // _MICROS_PER_SECOND - signed_at
    if abs(age_seconds) > TOLERANCE_SECONDS:
        direction = "old" if age_seconds > 0 else "ahead of this machine's clock"
        raise WebhookRefused(
            f"The signature is {abs(age_seconds)} seconds {direction}; at most {TOLERANCE_SECONDS} are accepted.",
            field="Stripe-Signature",
            reason="signature_old" if age_seconds > 0 else "signature_early",
        )
