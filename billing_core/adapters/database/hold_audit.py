"""What holds keep, recomputed from the open ones, and the counters of prices that look back, from their events."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, Connection, select

from billing_core.adapters.database.audit_check import FINDINGS_MAX, Check, broken
from billing_core.adapters.database.hold_store import HoldStore
from billing_core.adapters.database.schema.credits import credit_grant, wallet
from billing_core.adapters.database.schema.organizations import organization
from billing_core.adapters.database.schema.usage import usage_counter
from billing_core.domain.money import CREDITS
from billing_core.services.verification.ports import Finding

Key = tuple[object, ...]

# What an event with such a price added to its counters: the units that its allowance left over, and its price.
_LOOKED_BACK = """SELECT organization_id, feature, period_start, seq, id, units_before, spent_before_nanos,
    measured - included AS units, price_nanos FROM usage_event WHERE units_before IS NOT NULL"""

CHECKS = tuple(
    Check(
        f"{name} of prices that look back equal events",
        "usage_counter",
        "{has} is counted, but its events add up to {should}",
        f"""SELECT organization_id || ' ' || measure || ' ' || period_start AS id, sum(used) AS has,
            sum(total) AS should
        FROM (SELECT organization_id, measure, period_start, used, 0 AS total FROM usage_counter
                WHERE measure LIKE '{prefix}:%'
            UNION ALL SELECT organization_id, '{prefix}:' || feature, period_start, 0, {amount} FROM ({_LOOKED_BACK}) l
            UNION ALL SELECT a.organization_id, '{prefix}:' || e.feature, a.period_start, 0, {adjusted}
                FROM usage_adjustment a JOIN usage_event e ON e.id = a.event_id
                WHERE e.units_before IS NOT NULL
            UNION ALL SELECT organization_id, '{prefix}:' || feature, period_start, 0, {trued_up}
                FROM period_true_up) counted
        GROUP BY organization_id, measure, period_start HAVING sum(used) <> sum(total)""",  # noqa: S608 - constants
    )
    for name, prefix, amount, adjusted, trued_up in (
        ("units", "units", "units", "a.measured - a.included", "0"),
        ("charges", "spent", "price_nanos", "a.price_nanos", "amount_nanos"),
    )
)


class HoldAudit:
    """Recomputes what is held."""

    def __init__(self, connection: Connection, holds: HoldStore) -> None:
        self._connection = connection
        self._holds = holds

    def findings(self) -> Iterator[Finding]:
        """The rows that keep more or less than the open holds were promised."""
        yield from broken(self._connection, CHECKS)
        grants: Counter[Key] = Counter()
        wallets: Counter[Key] = Counter()
        counters: Counter[Key] = Counter()
        currencies = {row.id: row.currency for row in self._connection.execute(select(organization))}
        for hold in self._holds.open():
            organization_id, reserved = hold.event.organization_id, hold.reserved
            grants.update({(grant_id,): nanos for grant_id, nanos in reserved.slices})
            wallets[organization_id, CREDITS] += reserved.credits_nanos
            wallets[organization_id, currencies[organization_id]] += reserved.balance_nanos
            if reserved.allowance is not None:
                counters[organization_id, *reserved.allowance] += reserved.included
        key = usage_counter.c
        yield from _differences("credit_grant", grants, self._held(credit_grant.c.id, held=credit_grant.c.held_nanos))
        yield from _differences(
            "wallet", wallets, self._held(wallet.c.organization_id, wallet.c.currency, held=wallet.c.held_nanos)
        )
        yield from _differences(
            "usage_counter", counters, self._held(key.organization_id, key.measure, key.period_start, held=key.held)
        )

    def _held(self, *key: ColumnElement[Any], held: ColumnElement[Any]) -> Mapping[Key, int]:
        rows = self._connection.execute(select(*key, held).where(held > 0))
        return {tuple(row[:-1]): row[-1] for row in rows}


def _differences(table: str, promised: Mapping[Key, int], held: Mapping[Key, int]) -> Iterator[Finding]:
    for key in islice((key for key in {**promised, **held} if promised.get(key, 0) != held.get(key, 0)), FINDINGS_MAX):
        named = " ".join(item.isoformat() if isinstance(item, datetime) else str(item) for item in key)
        problem = f"{held.get(key, 0)} is held, but its open holds were promised {promised.get(key, 0)}"
        yield Finding("holds are kept", f"{table} {named}", problem)
