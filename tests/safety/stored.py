"""What is stored of an organization, and what the naive books say it should be, in the same form."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, text

from tests.safety.naive_books import CREDITS, NaiveBooks

State = dict[str, Any]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Small enough to be asked after every step; the whole self-audit follows at the end.
BROKEN = {
    "entries that do not balance": """
        SELECT p.entry_id FROM ledger_posting p WHERE p.organization_id = :organization
        GROUP BY p.entry_id, p.currency HAVING sum(p.amount_nanos) <> 0""",
    "grants whose slices do not add up": """
        SELECT g.id FROM credit_grant g WHERE g.organization_id = :organization AND g.allocated_nanos <>
        (SELECT coalesce(sum(a.amount_nanos), 0) FROM credit_allocation a WHERE a.grant_id = g.id) +
        (SELECT coalesce(sum(a.amount_nanos), 0) FROM adjustment_allocation a WHERE a.grant_id = g.id)""",
    "events whose slices do not add up": """
        SELECT e.id FROM usage_event e WHERE e.organization_id = :organization AND e.credits_nanos <>
        (SELECT coalesce(sum(a.amount_nanos), 0) FROM credit_allocation a WHERE a.event_id = e.id)""",
    "events charged and not posted": """
        SELECT e.id FROM usage_event e WHERE e.organization_id = :organization
        AND e.credits_nanos + e.balance_nanos + e.overage_nanos > 0
        AND NOT EXISTS (SELECT 1 FROM ledger_entry l WHERE l.event_id = e.id)""",
}
QUERIES = {
    "wallets": """SELECT currency, posted_nanos, held_nanos, owed_nanos FROM wallet
        WHERE organization_id = :organization""",
    "grants": """SELECT id, granted_nanos, cost_nanos, allocated_nanos, expired_nanos, voided_nanos, held_nanos
        FROM credit_grant WHERE organization_id = :organization""",
    "counters": """SELECT measure, period_start, used, held FROM usage_counter
        WHERE organization_id = :organization AND (used <> 0 OR held <> 0)""",
    "budgets": """SELECT c.budget_id, c.subject, c.period_start, c.spent, c.held FROM budget_counter c
        JOIN budget b ON b.id = c.budget_id WHERE c.organization_id = :organization AND b.archived_at IS NULL
        AND (c.spent <> 0 OR c.held <> 0)""",
    "holds": "SELECT event_id, state FROM hold WHERE organization_id = :organization",
    "events": """SELECT event_id, price_nanos, credits_nanos, balance_nanos, overage_nanos
        FROM usage_event WHERE organization_id = :organization""",
    "ledger": """SELECT account, currency, CAST(sum(amount_nanos) AS BIGINT) FROM ledger_posting
        WHERE organization_id = :organization GROUP BY account, currency HAVING sum(amount_nanos) <> 0""",
}


def stored_state(connection: Connection, organization_id: str) -> State:
    """Everything that has a row of its own."""
    asked = {"organization": organization_id}
    return {name: {tuple(row) for row in connection.execute(text(query), asked)} for name, query in QUERIES.items()}


def broken_rows(connection: Connection, organization_id: str) -> dict[str, list[str]]:
    """What breaks an invariant by itself."""
    asked = {"organization": organization_id}
    found = {name: list(connection.scalars(text(query), asked)) for name, query in BROKEN.items()}
    return {name: rows for name, rows in found.items() if rows}


def expected_state(books: NaiveBooks) -> State:
    """The same from the naive books."""
    grants = books.credits.grants.values()
    return {
        "wallets": {
            (CREDITS, sum(grant.left for grant in grants), sum(grant.held for grant in grants), 0),
            ("USD", books.balance, books.balance_held, books.owed),
        },
        "grants": {
            (grant.id, grant.granted, grant.cost, grant.allocated, grant.expired, grant.voided, grant.held)
            for grant in grants
        },
        "counters": {
            (measure, micros(start), books.used[measure, start], books.held[measure, start])
            for measure, start in {*books.used, *books.held}
            if books.used[measure, start] or books.held[measure, start]
        },
        "budgets": {
            (budget_id, subject, micros(start), spent, held)
            for (budget_id, subject, start), (spent, held) in books.budgets.counters().items()
        },
        "holds": {(event_id, hold.state) for event_id, hold in books.holds.items()},
        "events": {
            (event_id, charged.paid.price, charged.paid.credits, charged.paid.balance, charged.paid.overage)
            for event_id, charged in books.charged.items()
        },
        "ledger": {(account, currency, nanos) for (account, currency), nanos in books.ledger.items() if nanos},
    }


def differences(stored: State, expected: State) -> dict[str, dict[str, set[Any]]]:
    """What is stored and should not be, and what should be and is not."""
    return {
        name: {"stored": stored[name] - expected[name], "expected": expected[name] - stored[name]}
        for name in stored
        if stored[name] != expected[name]
    }


def micros(instant: datetime) -> int:
    """The stored form of an instant."""
    return (instant - EPOCH) // timedelta(microseconds=1)
