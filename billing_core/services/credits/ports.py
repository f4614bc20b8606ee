"""What credits need from storage."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from billing_core.domain.credits import Grant, GrantState
from billing_core.domain.ledger import Entry, Posting
from billing_core.domain.money import Money
from billing_core.domain.organizations import Organization
from billing_core.domain.plans import Subscription
from billing_core.domain.write_offs import WriteOff
from billing_core.services.ledger.ports import BooksLock


@dataclass(frozen=True, slots=True)
class Wallet:
    """What an organization has of one currency: it owns `posted`, has reserved `held`, and is to be invoiced `owed`."""

    posted: Money
    held: Money
    owed: Money

    @property
    def available(self) -> Money:
        return self.posted - self.held


@dataclass(frozen=True, slots=True)
class UsedCredits:
    """Credits (nanos) that usage took in the quarter of an hour that began at `at`."""

    at: datetime
    nanos: int


class CreditStore(Protocol):
    """Grants and wallets."""

    def open_wallets(self, organization_id: str, currency: str) -> None: ...
    def wallet(self, organization_id: str, currency: str) -> Wallet:
        """The wallet; NotFound for an unknown organization."""
        ...

    def add_to_wallet(self, organization_id: str, amount: Money) -> None: ...
    def insert_grant(self, grant: Grant, operation: str) -> bool:
        """Insert a grant; False when the operation was done before."""
        ...

    def grant_of_operation(self, operation: str) -> Grant: ...
    def grant(self, grant_id: str) -> GrantState:
        """The grant; NotFound when there is none."""
        ...

    def grants(self, organization_id: str) -> Sequence[GrantState]:
        """All grants in burn order, empty ones last."""
        ...


class EndingStore(CreditStore, Protocol):
    """Grants that end, and what was written off."""

    def owners_of_ended(self, now: datetime, count_max: int) -> Sequence[str]:
        """Organizations with free credits in grants that have ended, those that have waited longest."""
        ...

    def ended(self, organization_ids: Sequence[str], now: datetime) -> Sequence[GrantState]:
        """Their grants that have ended with free credits in them, the earliest first."""
        ...

    def granted_by(self, organization_id: str, operations: str) -> Money:
        """The credits granted by operations that begin so."""
        ...

    def write_off(self, items: Sequence[WriteOff]) -> None:
        """Write slices down, and take them out of their grants and wallets."""
        ...

    def write_off_of_operation(self, operation: str) -> WriteOff | None: ...
    def write_offs(self, organization_id: str) -> Sequence[WriteOff]:
        """Everything written off, the earliest first."""
        ...


class LedgerStore(Protocol):
    """Appending entries."""

    def append(self, entries: Sequence[Entry]) -> None: ...
    def has_operation(self, operation: str) -> bool: ...
    def postings_of_operation(self, operation: str) -> Sequence[tuple[str, Posting]]:
        """The organization and each posting of what an operation posted; nothing when it was not done."""
        ...


class CreditUnit(Protocol):
    """The parts of a unit of work that move credits and money."""

    @property
    def books(self) -> BooksLock: ...
    @property
    def credits(self) -> CreditStore: ...
    @property
    def ledger(self) -> LedgerStore: ...


class CreditHistoryStore(Protocol):
    """What became of credits."""

    def used_credits(self, organization_id: str, since: datetime) -> Sequence[UsedCredits]:
        """Credits used by quarter of an hour from `since` on, the earliest first."""
        ...


class SubscriptionHistory(Protocol):
    """Who was on which plan when."""

    def history(self, organization_ids: Sequence[str]) -> Mapping[str, Sequence[Subscription]]: ...


class Organizations(Protocol):
    """Whose credits they are."""

    def organization(self, organization_id: str) -> Organization:
        """The organization; NotFound when there is none."""
        ...


class EndingUnit(Protocol):
    """The parts of a unit of work that end credits."""

    @property
    def books(self) -> BooksLock: ...
    @property
    def credits(self) -> EndingStore: ...
    @property
    def ledger(self) -> LedgerStore: ...
    @property
    def organizations(self) -> Organizations: ...
    @property
    def subscriptions(self) -> SubscriptionHistory: ...


class HistoryUnit(Protocol):
    """The parts of a unit of work that know what became of credits."""

    @property
    def credits(self) -> EndingStore: ...
    @property
    def credit_history(self) -> CreditHistoryStore: ...
    @property
    def organizations(self) -> Organizations: ...
