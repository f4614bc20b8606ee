"""Which Stripe the keys open, decided once at start; a key never goes anywhere but where it belongs."""

import re
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from billing_core.adapters.stripe.local_secret import local_webhook_secret
from billing_core.domain.errors import InvalidInput

EMBEDDED_KEY = "sk_test_embedded"
_KEY = re.compile(r"(sk|rk)_(test|live)_[A-Za-z0-9_]+")
_WEBHOOK_SECRET = re.compile(r"whsec_[A-Za-z0-9_+/=-]+")


class Backend(StrEnum):
    """Where requests go, and where the money is: only in `live` is any."""

    SANDBOX = "sandbox"
    TEST = "test"
    LIVE = "live"


@dataclass(frozen=True, slots=True)
class StripeAccount:
    """Keys that belong together; `api_url` is None for Stripe's own address."""

    backend: Backend
    secret_key: str = field(repr=False)
    webhook_secret: str = field(repr=False)
    api_url: str | None


def stripe_account(
    *, secret_key: str, webhook_secret: str, is_live_allowed: bool, sandbox_url: str, data_dir: Path
) -> StripeAccount:
    """The account of the keys; InvalidInput naming the variable to set, before anything is sent.

    Without a key it is the stand-in at `sandbox_url`, whose webhook secret is kept in `data_dir`.
    """
    if not secret_key:
        if webhook_secret:
            # A lost key must not turn a shop into one that gives its goods away.
            raise InvalidInput(
                "STRIPE_WEBHOOK_SECRET is set without STRIPE_SECRET_KEY; set both, or neither for the embedded Stripe.",
                field="STRIPE_SECRET_KEY",
            )
        return StripeAccount(Backend.SANDBOX, EMBEDDED_KEY, local_webhook_secret(data_dir), sandbox_url)
    match = _KEY.fullmatch(secret_key)
    if match is None or secret_key == EMBEDDED_KEY:
        raise InvalidInput(
            "STRIPE_SECRET_KEY has to be a secret key of Stripe, which begins with sk_test_, rk_test_, sk_live_ or "
            "rk_live_; leave it empty for the embedded Stripe.",
            field="STRIPE_SECRET_KEY",
        )
    backend = Backend(match[2])
    if not _WEBHOOK_SECRET.fullmatch(webhook_secret):
        raise InvalidInput(
            "STRIPE_WEBHOOK_SECRET has to be the signing secret of the webhook endpoint, which begins with whsec_.",
            field="STRIPE_WEBHOOK_SECRET",
        )
    if backend is Backend.LIVE and not is_live_allowed:
        raise InvalidInput(
            "STRIPE_SECRET_KEY is a live key, which moves real money; set BILLING_ALLOW_LIVE=1 if that is meant.",
            field="BILLING_ALLOW_LIVE",
        )
    return StripeAccount(backend, secret_key, webhook_secret, None)
