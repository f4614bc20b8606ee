"""What credits need from storage."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from billing_core.domain.credits import Grant, GrantState
from billing_core.domain.ledger import Entry, Posting
from billing_core.domain.money import Money
from billing_core.domain.organizations import Organization


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
    def grants(self, organization_id: str) -> Sequence[GrantState]:
        """All grants in burn order, empty ones last."""
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
    def credits(self) -> CreditStore: ...
    @property
    def ledger(self) -> LedgerStore: ...


class CreditHistoryStore(Protocol):
    """What became of credits."""

    def used_credits(self, organization_id: str, since: datetime) -> Sequence[UsedCredits]:
        """Credits used by quarter of an hour from `since` on, the earliest first."""
        ...


class Organizations(Protocol):
    """Whose credits they are."""

    def organization(self, organization_id: str) -> Organization:
        """The organization; NotFound when there is none."""
        ...


class HistoryUnit(Protocol):
    """The parts of a unit of work that know what became of credits."""

    @property
    def credits(self) -> CreditStore: ...
    @property
    def credit_history(self) -> CreditHistoryStore: ...
    @property
    def organizations(self) -> Organizations: ...
