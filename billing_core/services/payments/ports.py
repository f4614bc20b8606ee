"""What the history of payments needs from storage, and what it answers with."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, Protocol

from billing_core.domain.money import Money
from billing_core.domain.organizations import Organization


class PaymentKind(StrEnum):
    """What was paid for: a package, the balance from a saved card, or the balance by another way than Stripe."""

    CREDIT_PURCHASE = "credit_purchase"
    AUTOMATIC_TOP_UP = "automatic_top_up"
    TOP_UP = "top_up"


class PaymentStatus(StrEnum):
    """Where a payment stands; one that is pending may have been paid already, which is found out later."""

    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"


class PaymentMethod(StrEnum):
    """How it was paid: a saved card, the provider's payment page, or another way than the provider."""

    CARD = "card"
    CHECKOUT = "checkout"
    OTHER = "other"


class Place(NamedTuple):
    """Where a payment stands in the history: the newest first, by when it began, and then by its id."""

    created_at: datetime
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """A payment, or a try to pay; `credits` are those it bought, and `failure_code` is the provider's."""

    id: str
    kind: PaymentKind
    status: PaymentStatus
    amount: Money
    description: str
    method: PaymentMethod
    created_at: datetime
    paid_at: datetime | None = None
    credits: Money | None = None
    grant_id: str | None = None
    requested_by: str | None = None
    payment_method_id: str | None = None
    payment_intent_id: str | None = None
    checkout_session_id: str | None = None
    failure_code: str | None = None
    failure_message: str | None = None

    @property
    def place(self) -> Place:
        return Place(self.created_at, self.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentFilter:
    """Which payments; None for any. Times are half-open."""

    kind: PaymentKind | None = None
    status: PaymentStatus | None = None
    created_from: datetime | None = None
    created_until: datetime | None = None


class PaymentStore(Protocol):
    """Payments as they were begun and what became of them."""

    def payments(
        self, organization_id: str, chosen: PaymentFilter, after: Place | None, count_max: int
    ) -> Sequence[Payment]:
        """The chosen payments of the organization behind a place, the newest first."""
        ...


class Organizations(Protocol):
    """Whose payments they are."""

    def organization(self, organization_id: str) -> Organization:
        """The organization; NotFound when there is none."""
        ...


class PaymentUnit(Protocol):
    """The parts of a unit of work that know payments."""

    @property
    def payments(self) -> PaymentStore: ...
    @property
    def organizations(self) -> Organizations: ...
