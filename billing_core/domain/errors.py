"""Every way an operation can fail: one root, seven categories, each error a fact with a stable code.

The API maps categories to status codes and the console to messages; nothing here knows either.
"""

from collections.abc import Mapping
from typing import ClassVar

Detail = str | int | None


class BillingError(Exception):
    """A fact that stopped an operation; nothing was written.

    `code` is stable and machine-readable, `field` names the input at fault (dotted path) where there is one,
    `details` holds the values a person needs to act, as text or integers.
    """

    code: ClassVar[str] = "billing_error"

    def __init__(self, message: str, *, field: str | None = None, **details: Detail) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        self.details: Mapping[str, Detail] = details


class NotFound(BillingError):
    """The named thing does not exist, or the caller may not know that it does."""

    code = "not_found"


class Conflict(BillingError):
    """The request contradicts what is already recorded."""

    code = "conflict"


class NotAllowed(BillingError):
    """The caller may not do this."""

    code = "not_allowed"


class InvalidInput(BillingError):
    """A value is malformed or out of range."""

    code = "invalid_input"


class LimitReached(BillingError):
    """Access, an allowance, a budget or funds do not cover this usage."""

    code = "limit_reached"


class ProviderFailure(BillingError):
    """An outside service (Stripe, mail) failed or answered something unexpected."""

    code = "provider_failure"


class Overloaded(BillingError):
    """More is waiting to be written than can be kept; the same request may be sent again in `retry_after_seconds`."""

    code = "overloaded"


class SignInFailed(NotAllowed):
    """E-mail and password do not match, or there were too many tries."""

    code = "sign_in_failed"


class OverlappingPrices(InvalidInput):
    """Two prices of one source for the same tokens would hold at the same time."""

    code = "overlapping_prices"


class EventConflict(Conflict):
    """The same event identity arrived before with another payload."""

    code = "event_conflict"


class FeatureNotIncluded(LimitReached):
    """The organization's plan does not include the feature."""

    code = "feature_not_included"


class LimitExceeded(LimitReached):
    """A plan allowance is used up and the plan does not charge beyond it."""

    code = "limit_exceeded"


class InsufficientFunds(LimitReached):
    """Credits and balance together do not cover the price."""

    code = "insufficient_funds"


class SeatsExhausted(LimitReached):
    """The plan allows no further member."""

    code = "seats_exhausted"


class BudgetExceeded(LimitReached):
    """A hard budget has no room for this use."""

    code = "budget_exceeded"


class NothingToLease(LimitReached):
    """A call would be admitted, but too little is left to lease it for more."""

    code = "nothing_to_lease"


class UsageTooLate(InvalidInput):
    """The period of the usage ended too long ago for the plan to take it in."""

    code = "usage_too_late"


class HoldResolved(Conflict):
    """The hold was settled, released or has expired before."""

    code = "hold_resolved"
