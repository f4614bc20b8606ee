"""What customers at the payment provider need."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from billing_core.domain.organizations import Organization
from billing_core.services.audit.ports import AuditUnit


@dataclass(frozen=True, slots=True)
class Customer:
    """An organization at the payment provider, with what its receipts are made out to."""

    id: str
    name: str | None
    email: str | None


class CustomerGateway(Protocol):
    """The payment provider's customers; each call raises ProviderFailure when it fails."""

    @property
    def account(self) -> str:
        """Which of the provider's worlds its ids belong to."""
        ...

    def ensure_customer(self, organization: Organization, known_id: str | None) -> str:
        """The provider's id of the organization; `known_id` as long as the provider still knows it."""
        ...

    def customer(self, customer_id: str) -> Customer | None:
        """The customer; None when there is none, or no more."""
        ...

    def update_customer(self, customer_id: str, *, name: str | None, email: str | None, operation: str) -> Customer:
        """The customer with what is not None changed, once per operation."""
        ...


class CustomerIds(Protocol):
    """The provider's ids of our organizations."""

    def provider_id(self, kind: str, local_id: str) -> str | None: ...
    def set_provider_id(self, kind: str, local_id: str, provider_id: str, now: datetime) -> None: ...


class Organizations(Protocol):
    """Whose customers they are."""

    def organization(self, organization_id: str) -> Organization:
        """The organization; NotFound when there is none."""
        ...


class CustomerUnit(AuditUnit, Protocol):
    """The parts of a unit of work that know customers."""

    @property
    def organizations(self) -> Organizations: ...
    @property
    def purchases(self) -> CustomerIds: ...


def customer_kind(gateway: CustomerGateway) -> str:
    """What customers of the gateway's world are kept as."""
    return f"customer:{gateway.account}"
