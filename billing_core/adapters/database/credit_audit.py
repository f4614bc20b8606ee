"""Credits from grant to ledger: every slice and what it had cost, in the books as in the facts."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice

from sqlalchemy import Connection, func, select

from billing_core.adapters.database.audit_check import FINDINGS_MAX, Check, broken
from billing_core.adapters.database.credit_store import grant_state
from billing_core.adapters.database.schema.credits import credit_grant
from billing_core.adapters.database.schema.ledger import ledger_posting
from billing_core.domain.clock import to_micros
from billing_core.domain.ledger import Account
from billing_core.services.verification.ports import Finding

ROWS_PER_FETCH = 5_000
LATE = timedelta(days=1)

CHECKS = (
    Check(
        "wallet holds equal grants",
        "wallet",
        "{has} nanos of credits are held, but its grants hold {should}",
        """SELECT w.organization_id AS id, w.held_nanos AS has, coalesce(g.held, 0) AS should FROM wallet w
        LEFT JOIN (SELECT organization_id, sum(held_nanos) AS held FROM credit_grant GROUP BY organization_id) g
        ON g.organization_id = w.organization_id
        WHERE w.currency = 'CREDITS' AND w.held_nanos <> coalesce(g.held, 0)""",
    ),
    Check(
        "grants equal their postings",
        "credit_grant",
        "the ledger has {has} nanos of it, the grant {should}",
        """SELECT grant_id || ' ' || account AS id, sum(has) AS has, sum(should) AS should FROM (
            SELECT grant_id, account, sum(amount_nanos) AS has, 0 AS should FROM ledger_posting
                WHERE grant_id IS NOT NULL AND currency = 'CREDITS' GROUP BY grant_id, account
            UNION ALL SELECT id, 'liability:credits', 0, allocated_nanos + expired_nanos + voided_nanos - granted_nanos
                FROM credit_grant
            UNION ALL SELECT id, 'contra:credits_issued', 0, granted_nanos FROM credit_grant
            UNION ALL SELECT id, 'contra:credits_consumed', 0, -allocated_nanos FROM credit_grant
            UNION ALL SELECT id, 'contra:credits_expired', 0, -expired_nanos FROM credit_grant
            UNION ALL SELECT id, 'contra:credits_voided', 0, -voided_nanos FROM credit_grant) told
        GROUP BY grant_id, account HAVING sum(has) <> sum(should)""",
    ),
    Check(
        "grants equal their write-offs",
        "credit_grant",
        "{has} nanos have ended unused, but its write-offs add up to {should}",
        """SELECT g.id AS id, g.expired_nanos + g.voided_nanos AS has,
            coalesce(w.ended, 0) + coalesce(w.voided, 0) AS should FROM credit_grant g LEFT JOIN (SELECT grant_id,
            sum(CASE WHEN kind = 'voided' THEN 0 ELSE amount_nanos END) AS ended,
            sum(CASE WHEN kind = 'voided' THEN amount_nanos ELSE 0 END) AS voided
            FROM credit_write_off GROUP BY grant_id) w ON w.grant_id = g.id
        WHERE g.expired_nanos <> coalesce(w.ended, 0) OR g.voided_nanos <> coalesce(w.voided, 0)""",
    ),
    Check(
        "write-offs are posted once",
        "credit_write_off",
        "{has} nanos left deferred revenue, but those credits had cost {should}",
        """SELECT w.operation AS id, coalesce(sum(p.amount_nanos), 0) AS has, w.cost_nanos AS should
        FROM credit_write_off w LEFT JOIN ledger_entry e ON e.operation = w.operation
        LEFT JOIN ledger_posting p ON p.entry_id = e.id AND p.grant_id = w.grant_id
            AND p.account = 'liability:deferred_revenue'
        GROUP BY w.operation, w.cost_nanos HAVING coalesce(sum(p.amount_nanos), 0) <> w.cost_nanos""",
    ),
    Check(
        "breakage equals what expired had cost",
        "credit_write_off",
        "{has} nanos became breakage, but those credits had cost {should}",
        """SELECT w.operation AS id, coalesce(-sum(p.amount_nanos), 0) AS has, w.cost_nanos AS should
        FROM credit_write_off w LEFT JOIN ledger_entry e ON e.operation = w.operation
        LEFT JOIN ledger_posting p ON p.entry_id = e.id AND p.account = 'revenue:breakage'
        WHERE w.kind = 'expired'
        GROUP BY w.operation, w.cost_nanos HAVING coalesce(-sum(p.amount_nanos), 0) <> w.cost_nanos""",
    ),
    Check(
        "breakage comes from credits that ended",
        "ledger_entry",
        "{has} nanos of it are breakage, but it ended no credits",
        """SELECT e.id AS id, p.amount_nanos AS has, 0 AS should FROM ledger_posting p
        JOIN ledger_entry e ON e.id = p.entry_id
        WHERE p.account = 'revenue:breakage' AND e.reverses_id IS NULL
        AND NOT EXISTS (SELECT 1 FROM credit_write_off w WHERE w.operation = e.operation)""",
    ),
    Check(
        "what rolled over was granted anew",
        "credit_write_off",
        "{should} nanos rolled over, and {has} were granted for them",
        """SELECT w.operation AS id, coalesce(g.granted_nanos, 0) AS has, w.amount_nanos AS should
        FROM credit_write_off w LEFT JOIN credit_grant g ON g.operation = w.operation
        WHERE w.kind = 'rolled_over'
        AND (coalesce(g.granted_nanos, 0) <> w.amount_nanos OR g.cost_nanos <> w.cost_nanos)""",
    ),
    Check(
        "expired credits are written off",
        "credit_grant",
        "it ended more than a day ago with {has} nanos of free credits",
        """SELECT id, granted_nanos - allocated_nanos - expired_nanos - voided_nanos - held_nanos AS has, 0 AS should
        FROM credit_grant WHERE expires_at <= :late
        AND granted_nanos > allocated_nanos + expired_nanos + voided_nanos
        AND granted_nanos > allocated_nanos + expired_nanos + voided_nanos + held_nanos""",
    ),
    Check(
        "reversals turn every posting",
        "ledger_entry",
        "together with the entry it takes back it leaves {has} nanos",
        """SELECT r.id || ' ' || p.account AS id, sum(p.amount_nanos) AS has, 0 AS should FROM ledger_entry r
        JOIN ledger_posting p ON p.entry_id = r.id OR p.entry_id = r.reverses_id
        WHERE r.reverses_id IS NOT NULL GROUP BY r.id, p.account, p.currency HAVING sum(p.amount_nanos) <> 0""",
    ),
)


class CreditAudit:
    """Recomputes grants, their endings and what is deferred for them."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def findings(self, now: datetime) -> Iterator[Finding]:
        """The rows that break an invariant, at most a hundred for each."""
        yield from broken(self._connection, CHECKS, late=to_micros(now - LATE))
        yield from islice(self._wrongly_deferred(), FINDINGS_MAX)

    def _wrongly_deferred(self) -> Iterator[Finding]:
        """Here because the product of cost and credits has twice the digits that a database counts with."""
        deferred = (
            select(ledger_posting.c.grant_id, func.sum(ledger_posting.c.amount_nanos).label("nanos"))
            .where(ledger_posting.c.account == Account.DEFERRED_REVENUE, ledger_posting.c.grant_id.is_not(None))
            .group_by(ledger_posting.c.grant_id)
            .subquery()
        )
        statement = select(credit_grant, func.coalesce(-deferred.c.nanos, 0).label("deferred_nanos")).join(
            deferred, deferred.c.grant_id == credit_grant.c.id, isouter=True
        )
        for row in self._connection.execute(statement.execution_options(yield_per=ROWS_PER_FETCH)).mappings():
            remaining_cost = grant_state(row).remaining_cost_nanos
            if row["deferred_nanos"] != remaining_cost:
                yield Finding(
                    "deferred revenue is the cost of remaining credits",
                    f"credit_grant {row['id']}",
                    f"{row['deferred_nanos']} nanos are deferred for it, but what remains of it had cost "
                    f"{remaining_cost}",
                )
