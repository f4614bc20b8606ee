"""The charging transaction on SQL: what a batch needs in a few reads, what it decided in a few set-based writes."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, select, update

from billing_core.adapters.database.bulk_insert import bulk_insert
from billing_core.adapters.database.credit_store import grant_state
from billing_core.adapters.database.ledger_store import LedgerStore
from billing_core.adapters.database.schema.catalog import feature
from billing_core.adapters.database.schema.credits import credit_allocation, credit_grant, wallet
from billing_core.adapters.database.schema.organizations import department, member, organization
from billing_core.adapters.database.schema.usage import usage_counter, usage_event
from billing_core.adapters.database.subscription_store import SubscriptionStore
from billing_core.adapters.database.upsert import upsert
from billing_core.domain.books import Books, provider_cost_measure
from billing_core.domain.credits import Allocation
from billing_core.domain.ledger import Entry
from billing_core.domain.money import CREDITS, Money
from billing_core.domain.periods import time_zone
from billing_core.domain.usage import COUNTS
from billing_core.services.charging.ports import ChargedEvent, Identity, Known, Receipt

IDENTITIES_PER_QUERY = 5_000


class ChargingStore:
    """Reads and writes of the charging transaction."""

    def __init__(self, connection: Connection, subscriptions: SubscriptionStore, ledger: LedgerStore) -> None:
        self._connection = connection
        self._subscriptions = subscriptions
        self._ledger = ledger

    def known(self, identities: Iterable[Identity]) -> Mapping[Identity, Known]:
        wanted: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
        for organization_id, source, event_id in identities:
            wanted[organization_id, source].append(event_id)
        found: dict[Identity, Known] = {}
        for (organization_id, source), event_ids in wanted.items():
            for start in range(0, len(event_ids), IDENTITIES_PER_QUERY):
                statement = select(usage_event).where(
                    usage_event.c.organization_id == organization_id,
                    usage_event.c.source == source,
                    usage_event.c.event_id.in_(event_ids[start : start + IDENTITIES_PER_QUERY]),
                )
                for row in self._connection.execute(statement).mappings():
                    found[organization_id, source, row["event_id"]] = Known(row["payload_hash"], _receipt(row))
        return found

    def books(self, organization_ids: Iterable[str], since: datetime) -> Mapping[str, Books]:
        ids = sorted(set(organization_ids))
        subscriptions = self._subscriptions.history(ids)
        grants = self._rows_by_organization(
            select(credit_grant).where(
                credit_grant.c.organization_id.in_(ids),
                credit_grant.c.granted_nanos
                > credit_grant.c.allocated_nanos + credit_grant.c.expired_nanos + credit_grant.c.voided_nanos,
            )
        )
        counters = self._rows_by_organization(
            select(usage_counter).where(usage_counter.c.organization_id.in_(ids), usage_counter.c.period_start >= since)
        )
        wallets = {
            (row.organization_id, row.currency): (row.posted_nanos - row.held_nanos, row.owed_nanos)
            for row in self._connection.execute(select(wallet).where(wallet.c.organization_id.in_(ids)))
        }
        found: dict[str, Books] = {}
        for row in self._connection.execute(select(organization).where(organization.c.id.in_(ids))):
            balance_nanos, owed_nanos = wallets.get((row.id, row.currency), (0, 0))
            found[row.id] = Books(
                organization_id=row.id,
                currency=row.currency,
                zone=time_zone(row.time_zone),
                subscriptions=subscriptions.get(row.id, ()),
                grants=sorted(map(grant_state, grants[row.id]), key=lambda state: state.grant.burn_key),
                balance_nanos=balance_nanos,
                owed_nanos=owed_nanos,
                counters={(item["measure"], item["period_start"]): item["used"] for item in counters[row.id]},
            )
        return found

    def features(self) -> frozenset[str]:
        return frozenset(self._connection.scalars(select(feature.c.code)))

    def belonging(self, organization_ids: Iterable[str]) -> Mapping[tuple[str, str], frozenset[str]]:
        ids = sorted(organization_ids)
        found: dict[tuple[str, str], set[str]] = {
            (organization_id, owned.name): set() for organization_id in ids for owned in (department, member)
        }
        for owned in (department, member):
            statement = select(owned.c.organization_id, owned.c.id).where(owned.c.organization_id.in_(ids))
            for organization_id, owned_id in self._connection.execute(statement):
                found[organization_id, owned.name].add(owned_id)
        return {key: frozenset(owned_ids) for key, owned_ids in found.items()}

    def write(self, charged: Sequence[ChargedEvent], books: Mapping[str, Books], now: datetime) -> None:
        bulk_insert(self._connection, usage_event, [_event_row(item, books, now) for item in charged])
        allocations = [(item.id, allocation) for item in charged for allocation in item.charge.allocations]
        if allocations:
            self._write_allocations(allocations)
        self._ledger.append(_entries(charged, now))
        self._write_wallets(charged)
        self._write_counters(charged, books)

    def _write_allocations(self, allocations: Sequence[tuple[str, Allocation]]) -> None:
        bulk_insert(
            self._connection,
            credit_allocation,
            [
                {
                    "event_id": event_id,
                    "grant_id": a.grant_id,
                    "amount_nanos": a.amount_nanos,
                    "cost_nanos": a.cost_nanos,
                }
                for event_id, a in allocations
            ],
        )
        taken: defaultdict[str, int] = defaultdict(int)
        for _, allocation in allocations:
            taken[allocation.grant_id] += allocation.amount_nanos
        self._connection.execute(
            update(credit_grant)
            .where(credit_grant.c.id == bindparam("grant"))
            .values(allocated_nanos=credit_grant.c.allocated_nanos + bindparam("taken")),
            [{"grant": grant_id, "taken": nanos} for grant_id, nanos in sorted(taken.items())],
        )

    def _write_wallets(self, charged: Sequence[ChargedEvent]) -> None:
        spent: defaultdict[tuple[str, str], int] = defaultdict(int)
        owed: defaultdict[tuple[str, str], int] = defaultdict(int)
        for item in charged:
            charge, organization_id = item.charge, item.event.organization_id
            spent[organization_id, CREDITS] += charge.credits.nanos
            spent[organization_id, charge.balance.currency] += charge.balance.nanos
            owed[organization_id, charge.overage.currency] += charge.overage.nanos
        changes = [
            {"owner": key[0], "unit": key[1], "spent": spent[key], "owed": owed[key]}
            for key in sorted({*spent, *owed})
            if spent[key] or owed[key]
        ]
        if changes:
            self._connection.execute(
                update(wallet)
                .where(wallet.c.organization_id == bindparam("owner"), wallet.c.currency == bindparam("unit"))
                .values(
                    posted_nanos=wallet.c.posted_nanos - bindparam("spent"),
                    owed_nanos=wallet.c.owed_nanos + bindparam("owed"),
                ),
                changes,
            )

    def _write_counters(self, charged: Sequence[ChargedEvent], books: Mapping[str, Books]) -> None:
        touched: set[tuple[str, str, datetime]] = set()
        for item in charged:
            key = (item.event.organization_id, item.charge.period_start)
            if item.charge.allowance is not None:
                touched.add((key[0], item.charge.allowance, key[1]))
            if item.provider_cost is not None:
                touched.add((key[0], provider_cost_measure(item.provider_cost.currency), key[1]))
        rows = [
            {
                "organization_id": organization_id,
                "measure": measure,
                "period_start": period_start,
                "used": books[organization_id].counters[measure, period_start],
            }
            for organization_id, measure, period_start in sorted(touched)
        ]
        if rows:
            self._connection.execute(upsert(self._connection, usage_counter, update=("used",)), rows)

    def _rows_by_organization(self, statement: Any) -> Mapping[str, Sequence[RowMapping]]:
        found: defaultdict[str, list[RowMapping]] = defaultdict(list)
        for row in self._connection.execute(statement).mappings():
            found[row["organization_id"]].append(row)
        return found


def _event_row(item: ChargedEvent, books: Mapping[str, Books], now: datetime) -> dict[str, object]:
    event, charge, cost = item.event, item.charge, item.provider_cost
    return {
        "id": item.id,
        "organization_id": event.organization_id,
        "source": event.source,
        "event_id": event.event_id,
        "payload_hash": item.payload_hash,
        "feature": event.feature,
        "department_id": event.department,
        "member_id": event.member,
        "api_key_id": event.api_key_id,
        "run": event.run,
        "occurred_at": item.occurred_at,
        "recorded_at": now,
        "provider": event.provider,
        "model": event.model,
        "service_tier": event.service_tier,
        **{name: getattr(event.quantities, name) for name in COUNTS},
        "latency_ms": event.latency_ms,
        "is_error": event.is_error,
        "properties": event.properties,
        "plan_version_id": charge.plan_version_id,
        "period_start": charge.period_start,
        "allowance": charge.allowance,
        "measured": charge.measured,
        "included": charge.included,
        "price_nanos": charge.price.nanos,
        "price_currency": charge.price.currency,
        "credits_nanos": charge.credits.nanos,
        "credits_cost_nanos": charge.credits_cost_nanos,
        "balance_nanos": charge.balance.nanos,
        "overage_nanos": charge.overage.nanos,
        "currency": books[event.organization_id].currency,
        "provider_cost_nanos": None if cost is None else cost.nanos,
        "provider_cost_currency": None if cost is None else cost.currency,
    }


def _entries(charged: Sequence[ChargedEvent], now: datetime) -> list[Entry]:
    return [
        Entry(
            id=item.entry_id,
            organization_id=item.event.organization_id,
            kind="charge",
            description=item.event.feature,
            event_id=item.id,
            effective_at=item.occurred_at,
            recorded_at=now,
            postings=postings,
        )
        for item in charged
        if (postings := item.charge.postings())
    ]


def _receipt(row: RowMapping) -> Receipt:
    cost_nanos = row["provider_cost_nanos"]
    return Receipt(
        id=row["id"],
        organization_id=row["organization_id"],
        source=row["source"],
        event_id=row["event_id"],
        feature=row["feature"],
        occurred_at=row["occurred_at"],
        measured=row["measured"],
        included=row["included"],
        price=Money(row["price_nanos"], row["price_currency"]),
        credits=Money(row["credits_nanos"], CREDITS),
        balance=Money(row["balance_nanos"], row["currency"]),
        overage=Money(row["overage_nanos"], row["currency"]),
        provider_cost=None if cost_nanos is None else Money(cost_nanos, row["provider_cost_currency"]),
        is_unpriced=row["model"] is not None and cost_nanos is None,
        is_duplicate=True,
    )
