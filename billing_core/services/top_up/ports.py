"""What automatic top-ups need from storage and from the payment provider."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from billing_core.domain.money import Money
from billing_core.domain.organizations import Organization
from billing_core.domain.plans import Subscription
from billing_core.domain.top_up import TopUp, TopUpSettings
from billing_core.services.alerts.ports import AlertStore
from billing_core.services.audit.ports import AuditUnit
from billing_core.services.credits.ports import CreditUnit


@dataclass(frozen=True, slots=True)
class Payment:
    """A payment at the provider: `processing` is still undecided, `reason` the provider's code of a decline."""

    id: str | None
    status: Literal["succeeded", "declined", "processing"]
    amount: Money
    reason: str | None = None


class SavedCardGateway(Protocol):
    """The payment provider, for payments without the customer there."""

    @property
    def account(self) -> str:
        """Which of the provider's worlds its ids belong to."""
        ...

    def charge_saved_card(self, top_up: TopUp, customer_id: str) -> Payment:
        """Charge the customer's newest saved card, once per top-up however often it is asked for.

        ProviderFailure when it is not known whether money moved: ask again.
        """
        ...

    def find_payment(self, top_up: TopUp, customer_id: str) -> Payment | None:
        """The payment that a top-up caused; None when it caused none. ProviderFailure when that is not known."""
        ...


class TopUpStore(Protocol):
    """Settings, and top-ups of which one at a time is pending."""

    def settings(self, organization_ids: Iterable[str]) -> Mapping[str, TopUpSettings]:
        """The settings of those organizations that have some."""
        ...

    def enabled(self) -> Sequence[TopUpSettings]:
        """All settings that are switched on."""
        ...

    def save_settings(self, settings: TopUpSettings) -> None: ...
    def latest(self, organization_id: str, count_max: int) -> Sequence[TopUp]:
        """The organization's top-ups, the newest first."""
        ...

    def sum_since(self, organization_id: str, currency: str, since: datetime) -> Money:
        """What succeeded or is pending of those begun since then."""
        ...

    def begin(self, top_up: TopUp, /) -> bool:
        """Insert a pending top-up; False when one is pending already."""
        ...

    def pending(self, attempted_before: datetime, count_max: int) -> Sequence[TopUp]:
        """Pending ones that were not tried since then, the oldest first."""
        ...

    def claim(self, top_up: TopUp, customer_id: str | None, attempted_before: datetime, now: datetime, /) -> bool:
        """Note that a try begins; False when another process did since `attempted_before`, or it is resolved."""
        ...

    def resolve(self, top_up: TopUp, /) -> bool:
        """Store what became of a pending top-up; False when it is not pending any more."""
        ...


class Customers(Protocol):
    """The provider's ids of our organizations."""

    def provider_id(self, kind: str, local_id: str) -> str | None: ...


class Organizations(Protocol):
    """Whose balance it is."""

    def organization(self, organization_id: str) -> Organization:
        """The organization; NotFound when there is none."""
        ...


class Subscriptions(Protocol):
    """What a credit pays for."""

    def history(self, organization_ids: Sequence[str]) -> Mapping[str, Sequence[Subscription]]:
        """All subscriptions of the organizations, the earliest first."""
        ...


class BeginningUnit(Protocol):
    """The parts of a unit of work that begin top-ups."""

    @property
    def top_ups(self) -> TopUpStore: ...
    @property
    def organizations(self) -> Organizations: ...


class TopUpUnit(CreditUnit, AuditUnit, Protocol):
    """The parts of a unit of work that top up."""

    @property
    def top_ups(self) -> TopUpStore: ...
    @property
    def organizations(self) -> Organizations: ...
    @property
    def subscriptions(self) -> Subscriptions: ...
    @property
    def purchases(self) -> Customers: ...
    @property
    def alerts(self) -> AlertStore: ...
