"""What every movement of an organization's credits is: what moved them, by how much in which grants, and who did it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, Protocol

from billing_core.domain.credits import Origin
from billing_core.domain.ledger import Account
from billing_core.domain.money import CREDITS, Money
from billing_core.domain.organizations import Organization
from billing_core.domain.statements import AccountKey, Totals
from billing_core.services.credits.ports import Wallet

HELD_BY_CUSTOMER: AccountKey = (Account.CREDITS, CREDITS)


class TransactionKind(StrEnum):
    """What moved credits, as the ledger calls it."""

    GRANT = "grant"
    USE = "charge"
    EXPIRY = "expiry"
    ROLLOVER = "rollover"
    VOID = "void"
    CANCELLATION = "cancellation"
    REVERSAL = "reversal"


class Place(NamedTuple):
    """Where a transaction stands: the newest first, by when it was recorded, and then by its number."""

    recorded_at: datetime
    seq: int


@dataclass(frozen=True, slots=True)
class GrantPart:
    """What a transaction added to a grant, or with a negative amount took from it."""

    grant_id: str
    name: str
    origin: Origin
    amount: Money


@dataclass(frozen=True, slots=True)
class EventNamed:
    """The event that credits paid for, or were given back for."""

    id: str
    feature: str
    member: str | None
    department: str | None
    api_key_id: str | None


@dataclass(frozen=True, slots=True)
class Moved:
    """One entry of the ledger that moved credits, without what it left."""

    id: str
    place: Place
    kind: TransactionKind
    description: str
    effective_at: datetime
    parts: Sequence[GrantPart]
    event: EventNamed | None
    actor: str | None
    purchase_id: str | None

    @property
    def amount(self) -> Money:
        """What all its parts add up to."""
        return Money(sum(part.amount.nanos for part in self.parts), CREDITS)


@dataclass(frozen=True, slots=True)
class TransactionFilter:
    """Which transactions; None for any. Times are half-open, and those of recording."""

    kind: TransactionKind | None = None
    recorded_from: datetime | None = None
    recorded_until: datetime | None = None


class TransactionStore(Protocol):
    """The entries that moved credits."""

    def moved(
        self, organization_id: str, chosen: TransactionFilter, after: Place | None, looked_at_max: int, count_max: int
    ) -> Sequence[Moved]:
        """The chosen ones behind a place, the newest first, among so many entries of any kind."""
        ...

    def place_behind(
        self, organization_id: str, chosen: TransactionFilter, after: Place | None, count: int
    ) -> Place | None:
        """The place of the entry that so many lie before; None where there are fewer."""
        ...


class Wallets(Protocol):
    """What organizations have."""

    def wallet(self, organization_id: str, currency: str) -> Wallet: ...


class Statements(Protocol):
    """Accounts over time."""

    def totals(self, until: datetime, organization_id: str | None = None, key: AccountKey | None = None) -> Totals: ...


class Organizations(Protocol):
    """Whose credits they are."""

    def organization(self, organization_id: str) -> Organization:
        """The organization; NotFound when there is none."""
        ...


class TransactionUnit(Protocol):
    """The parts of a unit of work that know what moved credits."""

    @property
    def credit_transactions(self) -> TransactionStore: ...
    @property
    def credits(self) -> Wallets: ...
    @property
    def statements(self) -> Statements: ...
    @property
    def organizations(self) -> Organizations: ...
