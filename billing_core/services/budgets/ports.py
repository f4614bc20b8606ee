"""What budgets need from storage."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from billing_core.domain.budget_terms import Budget, Increase, Scope
from billing_core.domain.budgets import BudgetKey, Counter
from billing_core.domain.catalog import Feature
from billing_core.domain.errors import InvalidInput
from billing_core.domain.organizations import Organization
from billing_core.domain.plans import Subscription
from billing_core.services.audit.ports import AuditUnit
from billing_core.services.ledger.ports import BooksLock


class BudgetBelowUse(InvalidInput):
    """A hard budget would have less than is used and held of it in the period that runs."""

    code = "budget_below_use"


@dataclass(frozen=True, slots=True)
class UsedAmount:
    """What events took of a budget: at about the same time, or for billing periods in the one that began at `at`."""

    at: datetime
    subject: str
    amount: int


class BudgetStore(Protocol):
    """Budgets, their counters, and the events they count."""

    def budget(self, budget_id: str) -> Budget:
        """One budget; NotFound when there is none."""
        ...

    def budgets(self, organization_ids: Iterable[str]) -> Sequence[Budget]:
        """The budgets of the organizations that are not archived, the oldest first."""
        ...

    def insert(self, item: Budget, /) -> bool:
        """Insert a budget; False when there is one with its id."""
        ...

    def change(self, item: Budget, /) -> None:
        """Store the name, the amount, whether it is hard, and when it was archived."""
        ...

    def insert_increase(self, item: Budget, increase: Increase, now: datetime) -> bool:
        """Insert an increase; False when there is one with its id."""
        ...

    def set_counters(self, item: Budget, spent: Mapping[tuple[str, datetime], int]) -> None:
        """Begin the counters of a new budget, by subject and period."""
        ...

    def counters_since(self, budget_ids: Iterable[str], since: datetime) -> Mapping[BudgetKey, Counter]:
        """The counters of those budgets whose period began at `since` or later, or never ends; in order."""
        ...

    def used(self, item: Budget, /) -> Iterable[UsedAmount]:
        """What the events on record took of a budget since it takes effect."""
        ...

    def belongs(self, organization_id: str, scope: Scope, scope_id: str) -> bool:
        """Whether the organization has such an API key, member or department."""
        ...


class Organizations(Protocol):
    """Whose budgets they are."""

    def organization(self, organization_id: str) -> Organization:
        """The organization; NotFound when there is none."""
        ...


class Subscriptions(Protocol):
    """What billing periods are counted from."""

    def history(self, organization_ids: Sequence[str]) -> Mapping[str, Sequence[Subscription]]:
        """All subscriptions of the organizations, the earliest first."""
        ...


class Features(Protocol):
    """What is used."""

    def feature(self, code: str) -> Feature:
        """One feature; NotFound when there is none."""
        ...


class BudgetUnit(AuditUnit, Protocol):
    """The parts of a unit of work that keep budgets."""

    @property
    def books(self) -> BooksLock: ...
    @property
    def budgets(self) -> BudgetStore: ...
    @property
    def catalog(self) -> Features: ...
    @property
    def organizations(self) -> Organizations: ...
    @property
    def subscriptions(self) -> Subscriptions: ...
