"""Appending to the ledger and reading it; nothing here updates or deletes."""

from collections.abc import Sequence

from sqlalchemy import Connection, func, select

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

    def append(self, entries: Sequence[Entry]) -> None:
        """Write balanced entries with their postings."""
        if not entries:
            return
        bulk_insert(
            self._connection,
            ledger_entry,
            [
                {
                    "id": entry.id,
                    "organization_id": entry.organization_id,
                    "kind": entry.kind,
                    "event_id": entry.event_id,
                    "operation": entry.operation,
                    "description": entry.description,
                    "effective_at": entry.effective_at,
                    "recorded_at": entry.recorded_at,
                }
                for entry in entries
            ],
        )
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
        return [
            (row.organization_id, Posting(Account(row.account), row.currency, row.amount_nanos, row.grant_id))
            for row in self._connection.execute(statement)
        ]

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
