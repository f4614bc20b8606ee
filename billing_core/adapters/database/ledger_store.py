"""Appending to the ledger and reading it; nothing here updates or deletes."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, select

from billing_core.adapters.database.bulk_insert import bulk_insert
from billing_core.adapters.database.schema.ledger import ledger_account, ledger_entry, ledger_posting
from billing_core.adapters.database.upsert import upsert
from billing_core.domain.ledger import DESCRIPTIONS, Account, Entry, Posting


class LedgerStore:
    """Entries and their postings."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def open_accounts(self) -> None:
        """Make the chart of accounts known; accounts that exist stay as they are."""
        rows = [{"code": account, "kind": account.kind, "description": text} for account, text in DESCRIPTIONS.items()]
        self._connection.execute(upsert(self._connection, ledger_account), rows)

    def accounts(self) -> set[str]:
        """The codes of the accounts that are open."""
        return set(self._connection.scalars(select(ledger_account.c.code)))

    def append(self, entries: Sequence[Entry]) -> None:
        """Write balanced entries with their postings."""
        if not entries:
            return
        for is_reversal in (False, True):  # reversals are rare, so the others do without the column
            rows = [_entry_row(entry) for entry in entries if (entry.reverses_id is not None) is is_reversal]
            bulk_insert(self._connection, ledger_entry, rows)
        bulk_insert(
            self._connection,
            ledger_posting,
            [
                {
                    "entry_id": entry.id,
                    "line": line,
                    "organization_id": entry.organization_id,
                    "account": posting.account,
                    "currency": posting.currency,
                    "amount_nanos": posting.amount_nanos,
                    "grant_id": posting.grant_id,
                }
                for entry in entries
                for line, posting in enumerate(entry.postings, 1)
            ],
        )

    def entry(self, entry_id: str) -> Entry | None:
        """An entry with its postings in order; None when there is none."""
        return self._entry_where(ledger_entry.c.id == entry_id)

    def entry_of_operation(self, operation: str) -> Entry | None:
        """The entry an operation posted; None when it was not done."""
        return self._entry_where(ledger_entry.c.operation == operation)

    def reversal_of(self, entry_id: str) -> Entry | None:
        """The entry that took an entry back; None when it stands."""
        return self._entry_where(ledger_entry.c.reverses_id == entry_id)

    def has_operation(self, operation: str) -> bool:
        """Whether an operation was posted before."""
        return (
            self._connection.scalar(select(ledger_entry.c.id).where(ledger_entry.c.operation == operation)) is not None
        )

    def postings_of_operation(self, operation: str) -> Sequence[tuple[str, Posting]]:
        """The organization and each posting of what an operation posted, in order; nothing when it was not done."""
        statement = (
            select(ledger_posting)
            .join(ledger_entry, ledger_entry.c.id == ledger_posting.c.entry_id)
            .where(ledger_entry.c.operation == operation)
            .order_by(ledger_posting.c.line)
        )
        return [(row.organization_id, _posting(row)) for row in self._connection.execute(statement)]

    def balance_nanos(self, organization_id: str, account: Account, currency: str) -> int:
        """The balance of an account: debits less credits."""
        return int(
            self._connection.scalar(
                select(func.coalesce(func.sum(ledger_posting.c.amount_nanos), 0)).where(
                    ledger_posting.c.organization_id == organization_id,
                    ledger_posting.c.account == account,
                    ledger_posting.c.currency == currency,
                )
            )
            or 0
        )

    def _entry_where(self, condition: ColumnElement[bool]) -> Entry | None:
        row = self._connection.execute(select(ledger_entry).where(condition)).one_or_none()
        if row is None:
            return None
        lines = select(ledger_posting).where(ledger_posting.c.entry_id == row.id).order_by(ledger_posting.c.line)
        return Entry(
            id=row.id,
            organization_id=row.organization_id,
            kind=row.kind,
            description=row.description,
            effective_at=row.effective_at,
            recorded_at=row.recorded_at,
            postings=[_posting(line) for line in self._connection.execute(lines)],
            event_id=row.event_id,
            operation=row.operation,
            reverses_id=row.reverses_id,
        )


def _entry_row(entry: Entry) -> dict[str, object]:
    row: dict[str, object] = {
        "id": entry.id,
        "organization_id": entry.organization_id,
        "kind": entry.kind,
        "event_id": entry.event_id,
        "operation": entry.operation,
        "description": entry.description,
        "effective_at": entry.effective_at,
        "recorded_at": entry.recorded_at,
    }
    return row if entry.reverses_id is None else {**row, "reverses_id": entry.reverses_id}


def _posting(row: Row[Any]) -> Posting:
    return Posting(Account(row.account), row.currency, row.amount_nanos, row.grant_id)
