"""What the ledger's use cases need from storage."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from billing_core.domain.ledger import Entry


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

    def lock(self, organization_ids: Iterable[str]) -> None: ...


class LedgerUnit(Protocol):
    """The part of a unit of work that keeps the ledger."""

    @property
    def ledger(self) -> LedgerStore: ...
