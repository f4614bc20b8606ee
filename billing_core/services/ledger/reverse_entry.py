"""Take an entry back: the same postings with their signs turned, as a new entry that names it."""

from datetime import datetime

from billing_core.domain.errors import Conflict, InvalidInput, NotFound
from billing_core.domain.identity import checked_name
from billing_core.domain.ids import new_id
from billing_core.domain.ledger import Entry, reversal_postings
from billing_core.services.ledger.errors import AlreadyReversed, NotReversible
from billing_core.services.ledger.ports import LedgerUnit


def reverse_entry(uow: LedgerUnit, entry_id: str, operation: str, reason: str, now: datetime) -> Entry:
    """The reversing entry; a repeated operation returns the first one.

    It moves the ledger only. Whoever takes back a top-up, a grant or a charge holds the lock of the organization's
    books and gives wallet, grants and counters back in the same transaction: the self-audit compares them.
    NotFound for an unknown entry, AlreadyReversed, NotReversible for a reversal, Conflict for an operation that posted
    something else, InvalidInput without a reason.
    """
    description = checked_name(reason, field="reason")
    if not operation:
        raise InvalidInput("A reversal needs an operation key of its own.", field="operation")
    entry = uow.ledger.entry(entry_id)
    if entry is None:
        raise NotFound(f"There is no ledger entry {entry_id!r}.", field="entry_id")
    if (done := uow.ledger.entry_of_operation(operation)) is not None:
        return _checked_repeat(done, entry_id, operation)
    _check_stands(uow, entry)
    reversal = Entry(
        id=new_id("ent", now),
        organization_id=entry.organization_id,
        kind="reversal",
        description=description,
        operation=operation,
        reverses_id=entry.id,
        effective_at=now,
        recorded_at=now,
        postings=reversal_postings(entry.postings),
    )
    uow.ledger.append([reversal])
    return reversal


def _check_stands(uow: LedgerUnit, entry: Entry) -> None:
    if entry.reverses_id is not None:
        raise NotReversible(
            f"Entry {entry.id} takes back {entry.reverses_id}; post a new entry for what holds now.",
            field="entry_id",
            reverses=entry.reverses_id,
        )
    if (reversal := uow.ledger.reversal_of(entry.id)) is not None:
        raise AlreadyReversed(
            f"Entry {entry.id} was taken back at {reversal.recorded_at.isoformat()} by {reversal.id}.",
            field="entry_id",
            reversal=reversal.id,
        )


def _checked_repeat(done: Entry, entry_id: str, operation: str) -> Entry:
    if done.reverses_id != entry_id:
        raise Conflict(
            f"Operation {operation!r} posted entry {done.id} before, not a reversal of {entry_id}; use a new one.",
            field="operation",
        )
    return done
