"""Money collected beside usage, for seats and by automatic top-ups, in the ledger as on record."""

from collections.abc import Iterator

from sqlalchemy import Connection

from billing_core.adapters.database.audit_check import Check, broken
from billing_core.services.verification.ports import Finding

CHECKS = (
    Check(
        "seats are posted once",
        "seat_change",
        "{has} nanos became revenue in the ledger, but it cost {should}",
        """SELECT c.id AS id, coalesce(-sum(p.amount_nanos), 0) AS has, c.amount_nanos AS should FROM seat_change c
        LEFT JOIN ledger_entry e ON e.operation = 'seats:' || c.id
        LEFT JOIN ledger_posting p ON p.entry_id = e.id AND p.account = 'revenue:seats'
        GROUP BY c.id, c.amount_nanos HAVING coalesce(-sum(p.amount_nanos), 0) <> c.amount_nanos""",
    ),
    Check(
        "posted seats are on record",
        "ledger_entry",
        "no change of seats caused it",
        """SELECT e.id AS id, 1 AS has, 0 AS should FROM ledger_entry e
        WHERE e.kind = 'seats' AND NOT EXISTS (SELECT 1 FROM seat_change c WHERE e.operation = 'seats:' || c.id)""",
    ),
    Check(
        "top-ups are booked once",
        "top_up",
        "{has} nanos were added to the balance, but {should} were paid",
        """SELECT t.id AS id, coalesce(-sum(p.amount_nanos), 0) AS has,
            CASE t.state WHEN 'succeeded' THEN t.amount_nanos ELSE 0 END AS should FROM top_up t
        LEFT JOIN ledger_entry e ON e.operation = 'auto_top_up:' || t.id
        LEFT JOIN ledger_posting p ON p.entry_id = e.id AND p.account = 'liability:balance'
        GROUP BY t.id, t.state, t.amount_nanos HAVING coalesce(-sum(p.amount_nanos), 0)
            <> CASE t.state WHEN 'succeeded' THEN t.amount_nanos ELSE 0 END""",
    ),
)


class CollectionAudit:
    """Holds seats and top-ups against the ledger."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def findings(self) -> Iterator[Finding]:
        """The rows that break an invariant, at most a hundred for each."""
        return broken(self._connection, CHECKS)
