"""What buying credits needs from storage and from the payment provider."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal, Protocol

from billing_core.domain.credits import CreditPackage
from billing_core.domain.money import Money, to_decimal
from billing_core.domain.organizations import Organization
from billing_core.domain.top_up import TopUpSettings
from billing_core.services.audit.ports import AuditUnit
from billing_core.services.credits.ports import CreditUnit


class PurchaseStatus(StrEnum):
    """Where a purchase stands. A declined or expired one is still fulfilled when the provider says it was paid."""

    PENDING = "pending"
    PAID = "paid"
    DECLINED = "declined"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Purchase:
    """Credits an organization buys, as they were offered when it began; `id` is the key of everything it causes.

    `payment_method_id` is the saved one it was to be paid with, None where the customer pays on the provider's page;
    `failure_code` and `failure_message` tell why the last try to pay failed.
    """

    id: str
    organization_id: str
    package_id: str
    package_name: str
    status: PurchaseStatus
    credits: Money
    price: Money
    valid_months: int | None
    requested_by: str
    created_at: datetime
    checkout_session_id: str | None = None
    checkout_url: str | None = None
    payment_intent_id: str | None = None
    grant_id: str | None = None
    paid_at: datetime | None = None
    payment_method_id: str | None = None
    failure_code: str | None = None
    failure_message: str | None = None

    @property
    def title(self) -> str:
        """What is bought, in words: `500 credits`."""
        return f"{to_decimal(self.credits.nanos):,f} credits"


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkout:
    """The provider's payment page for one purchase; the amount is in minor units, the currency in upper case."""

    session_id: str
    purchase_id: str
    status: Literal["open", "complete", "expired"]
    is_paid: bool
    amount_minor_units: int
    currency: str
    payment_intent_id: str | None
    url: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclinedPayment:
    """A try to pay for a purchase that failed; `reason` is the provider's code, `message` says it to the customer."""

    purchase_id: str
    payment_intent_id: str | None
    reason: str
    message: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectPayment:
    """A payment for a purchase with a saved payment method; the amount is in minor units, the currency in upper case.

    With `requires_action` the bank wants to see the customer first, and nothing was taken.
    """

    purchase_id: str
    payment_intent_id: str | None
    status: Literal["succeeded", "processing", "requires_action", "declined"]
    amount_minor_units: int
    currency: str
    reason: str | None = None
    message: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookEvent:
    """A verified event. `subject` is None for everything that does not concern a purchase of ours."""

    id: str
    type: str
    object_id: str
    subject: Checkout | DeclinedPayment | DirectPayment | None


class PaymentGateway(Protocol):
    """The payment provider. No call here moves money; each raises ProviderFailure when it fails."""

    @property
    def account(self) -> str:
        """Which of the provider's worlds its ids belong to: the embedded one, the test mode or the live mode."""
        ...

    def ensure_customer(self, organization: Organization, known_id: str | None) -> str:
        """The provider's id of the organization; `known_id` as long as the provider still knows it."""
        ...

    def create_checkout(
        self, purchase: Purchase, *, customer_id: str, return_url: str, saves_card: bool = False
    ) -> Checkout:
        """Open the payment page; the same purchase gets the same page, however often it is asked for.

        With `saves_card` the card is kept for payments without the customer there.
        """
        ...

    def retrieve_checkout(self, session_id: str) -> Checkout | None:
        """The payment page as it is now; None when the provider does not know it, or not as one of ours."""
        ...

    def find_direct_payment(self, purchase: Purchase, customer_id: str) -> DirectPayment | None:
        """The payment with a saved payment method that a purchase caused; None when it caused none."""
        ...

    def verify_webhook(self, body: bytes, signature: str) -> WebhookEvent:
        """The event in a delivery, from its bytes as they arrived; WebhookRefused unless it is proven and readable."""
        ...


class DirectGateway(PaymentGateway, Protocol):
    """The payment provider, for purchases that are paid with a saved payment method."""

    def check_payment_method(self, payment_method_id: str, customer_id: str) -> None:
        """NotFound unless the payment method is saved for the customer."""
        ...

    def pay_directly(self, purchase: Purchase, customer_id: str) -> DirectPayment:
        """Charge the purchase's payment method, once per purchase however often it is asked for.

        ProviderFailure when it is not known whether money moved: ask again.
        """
        ...


class PurchaseStore(Protocol):
    """Purchases, the provider's ids of our objects, and each webhook event once."""

    def add_purchase(self, purchase: Purchase) -> None: ...
    def purchase(self, purchase_id: str, *, lock: bool = False) -> Purchase | None:
        """The purchase; with `lock` nobody else settles it before this transaction ends."""
        ...

    def purchase_of_session(self, session_id: str) -> Purchase | None: ...
    def purchases(self, organization_id: str, *, count_max: int) -> Sequence[Purchase]:
        """The organization's purchases, the newest first."""
        ...

    def unsettled(self, *, before: datetime, declined_since: datetime, count_max: int) -> Sequence[Purchase]:
        """Begun before, and pending, or declined but not before `declined_since`; the oldest first."""
        ...

    def set_checkout(self, purchase_id: str, session_id: str, url: str | None) -> None: ...
    def set_paid(
        self, purchase_id: str, *, payment_intent_id: str | None, grant_id: str, paid_at: datetime
    ) -> None: ...
    def set_declined(self, declined: DeclinedPayment) -> bool:
        """Note a failed try of a pending purchase; False when it is not pending."""
        ...

    def set_expired(self, purchase_id: str) -> bool:
        """Close an unpaid purchase; False when it is paid or closed."""
        ...

    def claim_event(self, event: WebhookEvent, now: datetime) -> bool:
        """Claim a webhook event by a unique insert; False when it was claimed before."""
        ...

    def provider_id(self, kind: str, local_id: str) -> str | None: ...
    def set_provider_id(self, kind: str, local_id: str, provider_id: str, now: datetime) -> None: ...


class PackageCatalog(Protocol):
    """The packages that can be bought."""

    def package_on_sale(self, code: str, at: datetime) -> CreditPackage:
        """The offer of a package in force at the instant; NotFound for an unknown one or one no longer sold."""
        ...


class Organizations(Protocol):
    """Who buys."""

    def organization(self, organization_id: str) -> Organization:
        """The organization; NotFound when there is none."""
        ...


class SettlingUnit(CreditUnit, AuditUnit, Protocol):
    """The parts of a unit of work that fulfil purchases."""

    @property
    def purchases(self) -> PurchaseStore: ...


class TopUpSettingsStore(Protocol):
    """Who wants automatic top-ups."""

    def settings(self, organization_ids: Iterable[str]) -> Mapping[str, TopUpSettings]: ...


class PurchaseUnit(SettlingUnit, Protocol):
    """The parts of a unit of work that begin purchases."""

    @property
    def top_ups(self) -> TopUpSettingsStore: ...

    @property
    def catalog(self) -> PackageCatalog: ...
    @property
    def organizations(self) -> Organizations: ...
