"""The invariants of the books as queries that return the rows that break them."""

from collections.abc import Iterator

from sqlalchemy import Connection, select

from billing_core.adapters.database.audit_check import Check, broken
from billing_core.adapters.database.schema.usage import usage_event
from billing_core.domain.money import Money
from billing_core.domain.usage import COUNTS, Quantities
from billing_core.services.verification.ports import Finding, PricedEvent

ROWS_PER_FETCH = 5_000
PRICED = (
    "id",
    "feature",
    "provider",
    "model",
    "service_tier",
    "properties",
    "is_error",
    "plan_version_id",
    "discount",
    "measured",
    "included",
    "units_before",
    "spent_before_nanos",
)


CHECKS = (
    Check(
        "ledger entries balance",
        "ledger_entry",
        "its postings add up to {has} nanos, not 0",
        """SELECT entry_id || ' ' || currency AS id, sum(amount_nanos) AS has, 0 AS should
        FROM ledger_posting GROUP BY entry_id, currency HAVING sum(amount_nanos) <> 0""",
    ),
    Check(
        "entries have postings",
        "ledger_entry",
        "it has no postings",
        """SELECT e.id AS id, 0 AS has, 1 AS should FROM ledger_entry e
        WHERE NOT EXISTS (SELECT 1 FROM ledger_posting p WHERE p.entry_id = e.id)""",
    ),
    Check(
        "postings have entries",
        "ledger_posting",
        "its entry does not exist",
        """SELECT p.entry_id AS id, 0 AS has, 1 AS should FROM ledger_posting p
        WHERE NOT EXISTS (SELECT 1 FROM ledger_entry e WHERE e.id = p.entry_id)""",
    ),
    Check(
        "wallet equals grants",
        "wallet",
        "{has} nanos of credits are posted, but its grants have {should} left",
        """SELECT w.organization_id AS id, w.posted_nanos AS has, coalesce(g.remaining, 0) AS should FROM wallet w
        LEFT JOIN (SELECT organization_id,
            sum(granted_nanos - allocated_nanos - expired_nanos - voided_nanos) AS remaining
            FROM credit_grant GROUP BY organization_id) g ON g.organization_id = w.organization_id
        WHERE w.currency = 'CREDITS' AND w.posted_nanos <> coalesce(g.remaining, 0)""",
    ),
    Check(
        "wallet equals ledger",
        "wallet",
        "{has} nanos are posted, but the ledger holds {should}",
        """SELECT w.organization_id || ' ' || w.currency AS id, w.posted_nanos AS has, coalesce(-p.total, 0) AS should
        FROM wallet w LEFT JOIN (SELECT organization_id, currency, sum(amount_nanos) AS total FROM ledger_posting
            WHERE account IN ('liability:balance', 'liability:credits') GROUP BY organization_id, currency) p
        ON p.organization_id = w.organization_id AND p.currency = w.currency
        WHERE w.posted_nanos <> coalesce(-p.total, 0)""",
    ),
    Check(
        "organizations have their wallets",
        "organization",
        "it has {has} of its {should} wallets",
        """SELECT o.id AS id, count(w.currency) AS has, 2 AS should FROM organization o
        LEFT JOIN wallet w ON w.organization_id = o.id AND w.currency IN (o.currency, 'CREDITS')
        GROUP BY o.id HAVING count(w.currency) <> 2""",
    ),
    Check(
        "owed equals receivable",
        "wallet",
        "{has} nanos are owed, but the ledger's receivable is {should}",
        """SELECT w.organization_id || ' ' || w.currency AS id, w.owed_nanos AS has, coalesce(p.total, 0) AS should
        FROM wallet w LEFT JOIN (SELECT organization_id, currency, sum(amount_nanos) AS total FROM ledger_posting
            WHERE account = 'asset:receivable' GROUP BY organization_id, currency) p
        ON p.organization_id = w.organization_id AND p.currency = w.currency
        WHERE w.owed_nanos <> coalesce(p.total, 0)""",
    ),
    Check(
        "grants equal their allocations",
        "credit_grant",
        "{has} nanos are allocated, but its allocations add up to {should}",
        """SELECT g.id AS id, g.allocated_nanos AS has, coalesce(a.total, 0) AS should FROM credit_grant g
        LEFT JOIN (SELECT grant_id, sum(amount_nanos) AS total FROM (
            SELECT grant_id, amount_nanos FROM credit_allocation
            UNION ALL SELECT grant_id, amount_nanos FROM adjustment_allocation) slices GROUP BY grant_id) a
        ON a.grant_id = g.id WHERE g.allocated_nanos <> coalesce(a.total, 0)""",
    ),
    Check(
        "grants are not overdrawn",
        "credit_grant",
        "{has} nanos are taken from {should} granted",
        """SELECT id, allocated_nanos + expired_nanos + voided_nanos AS has, granted_nanos AS should FROM credit_grant
        WHERE allocated_nanos + expired_nanos + voided_nanos > granted_nanos""",
    ),
    Check(
        "allocations name their event",
        "usage_event",
        "{has} nanos of credits were charged, but its allocations add up to {should}",
        """SELECT e.id AS id, e.credits_nanos AS has, coalesce(a.total, 0) AS should FROM usage_event e
        LEFT JOIN (SELECT event_id, sum(amount_nanos) AS total FROM credit_allocation GROUP BY event_id) a
        ON a.event_id = e.id WHERE e.credits_nanos <> coalesce(a.total, 0)""",
    ),
    Check(
        "allocations name an event that exists",
        "credit_allocation",
        "its event does not exist",
        """SELECT a.event_id AS id, 0 AS has, 1 AS should FROM credit_allocation a
        WHERE NOT EXISTS (SELECT 1 FROM usage_event e WHERE e.id = a.event_id)""",
    ),
    Check(
        "charges are posted once",
        "usage_event",
        "{has} nanos became revenue in the ledger, but it was charged {should}",
        """SELECT e.id AS id, coalesce(r.total, 0) AS has,
            e.credits_cost_nanos + e.balance_nanos + e.overage_nanos AS should
        FROM usage_event e LEFT JOIN (SELECT l.event_id, -sum(p.amount_nanos) AS total FROM ledger_entry l
            JOIN ledger_posting p ON p.entry_id = l.id WHERE p.account = 'revenue:usage' GROUP BY l.event_id) r
        ON r.event_id = e.id
        WHERE coalesce(r.total, 0) <> e.credits_cost_nanos + e.balance_nanos + e.overage_nanos""",
    ),
    Check(
        "allowance counters equal events",
        "usage_counter",
        "{has} is counted, but its events add up to {should}",
        """SELECT organization_id || ' ' || measure || ' ' || period_start AS id, sum(used) AS has, sum(total) AS should
        FROM (SELECT organization_id, measure, period_start, used, 0 AS total FROM usage_counter
                WHERE measure NOT LIKE 'provider_cost:%' AND measure NOT LIKE 'units:%' AND measure NOT LIKE 'spent:%'
            UNION ALL SELECT organization_id, allowance, period_start, 0, measured
                FROM usage_event WHERE allowance IS NOT NULL
            UNION ALL SELECT a.organization_id, e.allowance, a.period_start, 0, a.measured
                FROM usage_adjustment a JOIN usage_event e ON e.id = a.event_id
                WHERE a.measured <> 0 AND e.allowance IS NOT NULL) counted
        GROUP BY organization_id, measure, period_start HAVING sum(used) <> sum(total)""",
    ),
    Check(
        "cost counters equal events",
        "usage_counter",
        "{has} nanos are counted, but its events add up to {should}",
        """SELECT organization_id || ' ' || measure || ' ' || period_start AS id, sum(used) AS has, sum(total) AS should
        FROM (SELECT organization_id, measure, period_start, used, 0 AS total FROM usage_counter
                WHERE measure LIKE 'provider_cost:%'
            UNION ALL SELECT organization_id, 'provider_cost:' || provider_cost_currency, period_start, 0,
                provider_cost_nanos FROM usage_event WHERE provider_cost_nanos IS NOT NULL
            UNION ALL SELECT organization_id, 'provider_cost:' || provider_cost_currency, period_start, 0,
                provider_cost_nanos FROM usage_adjustment WHERE provider_cost_currency IS NOT NULL) counted
        GROUP BY organization_id, measure, period_start HAVING sum(used) <> sum(total)""",
    ),
    Check(
        "adjustments name their event",
        "usage_adjustment",
        "its event does not exist, or is another organization's",
        """SELECT a.id AS id, 0 AS has, 1 AS should FROM usage_adjustment a WHERE NOT EXISTS (
            SELECT 1 FROM usage_event e WHERE e.id = a.event_id AND e.organization_id = a.organization_id)""",
    ),
    Check(
        "adjusted credits name their grant",
        "usage_adjustment",
        "it changes {has} nanos of credits, but its allocations add up to {should}",
        """SELECT a.id AS id, a.credits_nanos AS has, coalesce(s.total, 0) AS should FROM usage_adjustment a
        LEFT JOIN (SELECT adjustment_id, sum(amount_nanos) AS total FROM adjustment_allocation
            GROUP BY adjustment_id) s ON s.adjustment_id = a.id WHERE a.credits_nanos <> coalesce(s.total, 0)""",
    ),
    Check(
        "adjustments are posted once",
        "usage_adjustment",
        "{has} nanos became revenue in the ledger, but it changes that by {should}",
        """SELECT a.id AS id, coalesce(r.total, 0) AS has,
            a.credits_cost_nanos + a.balance_nanos + a.overage_nanos AS should
        FROM usage_adjustment a LEFT JOIN (SELECT l.operation, -sum(p.amount_nanos) AS total FROM ledger_entry l
            JOIN ledger_posting p ON p.entry_id = l.id WHERE p.account = 'revenue:usage' AND l.operation IS NOT NULL
            GROUP BY l.operation) r ON r.operation = a.operation
        WHERE coalesce(r.total, 0) <> a.credits_cost_nanos + a.balance_nanos + a.overage_nanos""",
    ),
    Check(
        "paid purchases have their grant",
        "credit_purchase",
        "it is paid, but granted {has} of {should} nanos of credits",
        """SELECT p.id AS id, coalesce(g.granted_nanos, 0) AS has, p.credits_nanos AS should FROM credit_purchase p
        LEFT JOIN credit_grant g ON g.id = p.grant_id
        WHERE p.status = 'paid' AND coalesce(g.granted_nanos, 0) <> p.credits_nanos""",
    ),
)


class BooksAudit:
    """Recomputes the books from their facts."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def findings(self) -> Iterator[Finding]:
        """The rows that break an invariant, at most a hundred for each."""
        yield from broken(self._connection, CHECKS)

    def priced_events(self) -> Iterator[PricedEvent]:
        """Every event with what its price was derived from."""
        statement = select(
            *(usage_event.c[name] for name in (*PRICED, *COUNTS)),
            usage_event.c.price_nanos,
            usage_event.c.price_currency,
            usage_event.c.provider_cost_nanos,
            usage_event.c.provider_cost_currency,
        ).execution_options(yield_per=ROWS_PER_FETCH)
        for row in self._connection.execute(statement).mappings():
            cost_nanos = row["provider_cost_nanos"]
            yield PricedEvent(
                **{name: row[name] for name in PRICED},
                quantities=Quantities(**{name: row[name] for name in COUNTS}),
                price=Money(row["price_nanos"], row["price_currency"]),
                provider_cost=None if cost_nanos is None else Money(cost_nanos, row["provider_cost_currency"]),
            )
