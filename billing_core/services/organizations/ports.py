"""What organizations need from storage and from the catalogue."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from billing_core.domain.catalog import Plan
from billing_core.domain.organizations import ApiKey, Department, Member, Organization
from billing_core.domain.plans import PlanVersion, Subscription
from billing_core.services.credits.ports import CreditUnit
from billing_core.services.identity.ports import IdentityUnit
from billing_core.services.ledger.ports import BooksLock


class OrganizationStore(Protocol):
    """Organizations and what belongs to them."""

    def add_organization(self, new: Organization, /) -> None:
        """Insert an organization; Conflict naming it when the name is taken."""
        ...

    def organization(self, organization_id: str) -> Organization:
        """The organization; NotFound when there is none."""
        ...

    def organization_by_name(self, name: str) -> Organization | None: ...
    def organizations(self) -> Sequence[Organization]:
        """All of them, by name."""
        ...

    def organization_page(
        self, organization_ids: frozenset[str] | None, named: str | None, after: str | None, count_max: int
    ) -> Sequence[Organization]:
        """Those by name that come after that name, of these ids (None: all), with `named` in their name or as id."""
        ...

    def rename_organization(self, organization_id: str, name: str) -> None:
        """Give it another name; Conflict when the name is taken."""
        ...

    def departments(self, organization_id: str) -> Sequence[Department]:
        """An organization's departments, by name."""
        ...

    def rename_department(self, department_id: str, name: str) -> None:
        """Give it another name; Conflict when the organization has one of that name."""
        ...

    def add_department(self, new: Department, /) -> None:
        """Insert a department; Conflict when the organization has one of that name."""
        ...

    def department(self, department_id: str) -> Department | None: ...
    def add_member(self, new: Member, /) -> None:
        """Insert a member; Conflict when the person is one already."""
        ...

    def add_api_key(self, new: ApiKey, secret_hash: str, /) -> None: ...
    def api_key(self, api_key_id: str) -> ApiKey | None: ...
    def api_keys(self, organization_id: str | None, after: str | None, count_max: int) -> Sequence[ApiKey]:
        """The keys of an organization, or with None of operators, the oldest first, that come after that id."""
        ...

    def api_key_by_hash(self, secret_hash: str) -> ApiKey | None: ...
    def revoke_api_key(self, api_key_id: str, revoked_at: datetime) -> None: ...

    def end_subscription(self, subscription_id: str, ended_at: datetime) -> None: ...
    def add_subscription(self, new: Subscription, created_at: datetime, /) -> None: ...


class PlanCatalog(Protocol):
    """The plans that can be subscribed to."""

    def plan(self, code: str) -> Plan:
        """One plan; NotFound naming it and the plans there are."""
        ...

    def version_in_force(self, plan_code: str, at: datetime) -> PlanVersion:
        """The version a new subscription gets; NotFound for an unknown plan, or one that is not sold yet."""
        ...


class SubscriptionStore(Protocol):
    """Who is and was on which plan version."""

    def history(self, organization_ids: Sequence[str]) -> Mapping[str, Sequence[Subscription]]:
        """All subscriptions of the organizations, the earliest first."""
        ...


class OrganizationUnit(IdentityUnit, Protocol):
    """The parts of a unit of work that change organizations."""

    @property
    def organizations(self) -> OrganizationStore: ...
    @property
    def catalog(self) -> PlanCatalog: ...
    @property
    def subscriptions(self) -> SubscriptionStore: ...
    @property
    def books(self) -> BooksLock: ...


class OpeningUnit(OrganizationUnit, CreditUnit, Protocol):
    """The parts of a unit of work that open an organization, its wallets included."""
