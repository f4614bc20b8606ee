"""What the ledger's use cases need from storage."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from billing_core.domain.ledger import Entry
from billing_core.domain.seals import Block, DayTotals, Seal


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
