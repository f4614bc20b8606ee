"""The charging transaction on SQL: what a batch needs in a few reads, what it decided in a few set-based writes."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from billing_core.adapters.database.bulk_insert import bulk_insert_values, bulk_upsert
from billing_core.adapters.database.bulk_update import bulk_add
from billing_core.adapters.database.charge_rows import ALLOCATION, ENTRY, EVENT, POSTING, charge_rows
from billing_core.adapters.database.prepared import look_up
from billing_core.adapters.database.schema.credits import credit_allocation, credit_grant, wallet
from billing_core.adapters.database.schema.ledger import ledger_entry, ledger_posting
from billing_core.adapters.database.schema.usage import usage_counter, usage_event
from billing_core.domain.books import Books
from billing_core.domain.clock import from_micros
from billing_core.domain.money import CREDITS
from billing_core.services.charging.ports import ChargedEvent, Identity, Known, Receipt

_RECEIPT = (
    "id",
    "organization_id",
    "source",
    "event_id",
    "feature",
    "occurred_at",
    "measured",
    "included",
    "price_nanos",
    "price_currency",
    "credits_nanos",
    "balance_nanos",
    "overage_nanos",
    "currency",
    "provider_cost_nanos",
    "provider_cost_currency",
    "model",
    "payload_hash",
)
_KNOWN = look_up(_RECEIPT, "usage_event", ("organization_id", "source", "event_id"))
_BELONGING = {
    kind: look_up(("organization_id", "id"), kind, ("organization_id", "id")) for kind in ("department", "member")
}


class ChargingStore:
    """Reads and writes of the charging transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def known(self, identities: Iterable[Identity]) -> Mapping[Identity, Known]:
        rows = _KNOWN[self._connection.dialect.name].rows(self._connection, list(identities))
        return {(row[1], row[2], row[3]): Known(row[-1], _receipt(row)) for row in rows}

    def belonging(self, claims: Iterable[tuple[str, str, str]]) -> set[tuple[str, str, str]]:
        found: set[tuple[str, str, str]] = set()
        by_kind: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
        for organization_id, kind, owned_id in claims:
            by_kind[kind].append((organization_id, owned_id))
        for kind, asked in by_kind.items():
            rows = _BELONGING[kind][self._connection.dialect.name].rows(self._connection, asked)
            found |= {(organization_id, kind, owned_id) for organization_id, owned_id in rows}
        return found

    def write(self, charged: Sequence[ChargedEvent], books: Iterable[Books], now: datetime) -> None:
        if charged:
            rows = charge_rows(charged, now)
            bulk_insert_values(self._connection, usage_event, EVENT, rows.events)
            bulk_insert_values(self._connection, credit_allocation, ALLOCATION, rows.allocations)
            bulk_insert_values(self._connection, ledger_entry, ENTRY, rows.entries)
            bulk_insert_values(self._connection, ledger_posting, POSTING, rows.postings)
        in_order = sorted(books, key=lambda item: item.organization_id)
        self._write_grants(in_order)
        self._write_wallets(in_order)
        self._write_counters(in_order)

    def _write_grants(self, books: Iterable[Books]) -> None:
        rows = [
            {
                "id": grant_id,
                "allocated_nanos": item.changes.allocated.get(grant_id, 0),
                "held_nanos": item.changes.credits_held.get(grant_id, 0),
            }
            for item in books
            for grant_id in sorted({*item.changes.allocated, *item.changes.credits_held})
        ]
        bulk_add(self._connection, credit_grant, rows, add=("allocated_nanos", "held_nanos"))

    def _write_wallets(self, books: Iterable[Books]) -> None:
        rows: list[dict[str, Any]] = []
        for item in books:
            changes = item.changes
            allocated, held = sum(changes.allocated.values()), sum(changes.credits_held.values())
            moves = (
                (CREDITS, -allocated, held, 0),
                (item.currency, changes.balance_nanos, changes.balance_held_nanos, changes.owed_nanos),
            )
            rows += [
                {
                    "organization_id": item.organization_id,
                    "currency": currency,
                    "posted_nanos": posted,
                    "held_nanos": promised,
                    "owed_nanos": owed,
                }
                for currency, posted, promised, owed in moves
                if posted or promised or owed
            ]
        bulk_add(self._connection, wallet, rows, add=("posted_nanos", "held_nanos", "owed_nanos"))

    def _write_counters(self, books: Iterable[Books]) -> None:
        rows = [
            {
                "organization_id": item.organization_id,
                "measure": key[0],
                "period_start": key[1],
                "used": item.counters.get(key, 0),
                "held": item.held.get(key, 0),
            }
            for item in books
            for key in sorted({*item.changes.used, *item.changes.used_held})
        ]
        bulk_upsert(self._connection, usage_counter, rows, update=("used", "held"))


def _receipt(row: Any) -> Receipt:
    values: dict[str, Any] = dict(zip(_RECEIPT, row, strict=True))
    model = values.pop("model")
    del values["payload_hash"]
    values["occurred_at"] = from_micros(values["occurred_at"])
    return Receipt(
        **values,
        is_unpriced=model is not None and values["provider_cost_nanos"] is None,
        is_duplicate=True,
    )
