"""What the ledger's use cases need from storage."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Protocol

from billing_core.domain.ledger import Entry
from billing_core.domain.organizations import Organization
from billing_core.domain.periods import Period
from billing_core.domain.seals import Block, DayTotals, Seal
from billing_core.domain.statements import AccountKey, LedgerLine, Place, Totals


class LedgerStore(Protocol):
    """Entries by what identifies them, and appending more."""

    def append(self, entries: Sequence[Entry]) -> None: ...
    def entry(self, entry_id: str) -> Entry | None: ...
    def entry_of_operation(self, operation: str) -> Entry | None: ...
    def reversal_of(self, entry_id: str) -> Entry | None:
        """The entry that took an entry back; None when it stands."""
        ...


class BooksLock(Protocol):
    """The right to change the books of organizations, held until the transaction ends."""

    def lock(self, organization_ids: Iterable[str]) -> object: ...


class LedgerUnit(Protocol):
    """The part of a unit of work that keeps the ledger."""

    @property
    def ledger(self) -> LedgerStore: ...


class SealStore(Protocol):
    """Seals, and the stored rows they are made from."""

    def last_given_seq(self) -> int:
        """The highest seq an entry may have got so far, whether or not its transaction has ended."""
        ...

    def writers(self) -> frozenset[str]:
        """The transactions that may have written entries which nobody else can see yet."""
        ...

    def newest(self) -> Seal | None: ...
    def seals_after(self, block: int) -> Sequence[Seal]:
        """The next seals in order; none after the last."""
        ...

    def block_of(self, seal_hash: str) -> int | None: ...
    def block_after(self, seq: int, upto: int, entries_max: int | None = None) -> Block:
        """The entries with a seq above `seq` and not above `upto`, the first `entries_max` of them, as stored."""
        ...

    def append(self, previous: Seal | None, seals: Sequence[Seal], totals: DayTotals) -> bool:
        """Write the seals that follow `previous` and add to the days; False when another process sealed first."""
        ...

    def days(self, *, by_organization: bool) -> DayTotals:
        """All days added up, of every organization or of every day."""
        ...


class SealUnit(Protocol):
    """The part of a unit of work that seals the ledger."""

    @property
    def seals(self) -> SealStore: ...


class StatementStore(Protocol):
    """Accounts over time."""

    def totals(self, until: datetime, organization_id: str | None = None, key: AccountKey | None = None) -> Totals:
        """Debits and credits (nanos) of everything recorded before `until`, by account and currency."""
        ...

    def movement_nanos(self, organization_id: str, key: AccountKey, period: Period, upto: Place) -> int:
        """What the lines of a period up to and including a place add up to."""
        ...

    def lines(
        self, organization_id: str, key: AccountKey, period: Period, after: Place | None, count_max: int
    ) -> Sequence[LedgerLine]:
        """The lines of an account in a period, in order, beginning after a place."""
        ...


class Organizations(Protocol):
    """Whose accounts they are."""

    def organization(self, organization_id: str) -> Organization:
        """The organization; NotFound when there is none."""
        ...


class StatementUnit(Protocol):
    """The parts of a unit of work that know accounts over time."""

    @property
    def organizations(self) -> Organizations: ...
    @property
    def statements(self) -> StatementStore: ...
