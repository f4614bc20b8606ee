"""What went wrong at Stripe, in words a person can act on, and whether money moved."""

from collections.abc import Generator
from contextlib import contextmanager

import stripe

from billing_core.domain.errors import ProviderFailure


@contextmanager
def asking_stripe(deed: str) -> Generator[None]:
    """Turns Stripe's errors into ProviderFailure; `deed` completes "... while ". For calls that move no money."""
    try:
        yield
    except stripe.StripeError as error:
        raise ProviderFailure(
            f"{_reason(error)} while {deed}. Nothing was charged.",
            stripe_code=error.code,
            http_status=error.http_status,
            request_id=error.request_id,
        ) from error


@contextmanager
def charging_a_card() -> Generator[None]:
    """Turns Stripe's errors into ProviderFailure where it is not known whether money moved."""
    try:
        yield
    except stripe.StripeError as error:
        raise ProviderFailure(
            f"{_reason(error)} while charging a saved card. Whether it was charged is found out at the next try.",
            stripe_code=error.code,
            http_status=error.http_status,
            request_id=error.request_id,
        ) from error


def _reason(error: stripe.StripeError) -> str:
    match error:
        case stripe.AuthenticationError() | stripe.PermissionError():
            return "Stripe refused the secret key (check STRIPE_SECRET_KEY)"
        case stripe.APIConnectionError():
            return "Stripe could not be reached (try again in a moment)"
        case stripe.RateLimitError():
            return "Stripe had too many requests from us (try again in a moment)"
        case stripe.InvalidRequestError() | stripe.IdempotencyError():
            return f"Stripe refused the request ({(error.user_message or 'no reason given').rstrip('.')})"
        case _:
            return "Stripe failed (try again in a moment)"
