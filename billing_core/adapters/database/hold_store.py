"""Holds on SQL."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from billing_core.adapters.database.bulk_insert import bulk_insert
from billing_core.adapters.database.bulk_update import bulk_set
from billing_core.adapters.database.prepared import look_up
from billing_core.adapters.database.schema.books import hold
from billing_core.domain.budgets import BudgetKey, BudgetSlice
from billing_core.domain.clock import from_micros, to_micros
from billing_core.domain.holds import Hold, HoldState, Reservation
from billing_core.domain.money import Money
from billing_core.domain.usage import COUNTS, Quantities, UsageEvent
from billing_core.services.charging.ports import Identity

ROWS_PER_FETCH = 1_000
_EVENT = (
    "organization_id",
    "feature",
    "source",
    "event_id",
    "provider",
    "model",
    "service_tier",
    "member",
    "department",
    "api_key_id",
    "run",
    "latency_ms",
    "is_error",
    "properties",
)
_COLUMNS = ("id", "event", "reserved", "state", "created_at", "expires_at", "resolved_at")
_BY_ID = look_up(_COLUMNS, "hold", ("id",))
_BY_IDENTITY = look_up(_COLUMNS, "hold", ("organization_id", "source", "event_id"))


class HoldStore:
    """Holds with the event they were made for and what they keep."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def by_id(self, hold_ids: Iterable[str]) -> Mapping[str, Hold]:
        rows = _BY_ID[self._connection.dialect.name].rows(self._connection, [(hold_id,) for hold_id in hold_ids])
        return {item.id: item for item in map(_stored_hold, rows)}

    def by_identity(self, identities: Iterable[Identity]) -> Mapping[Identity, Hold]:
        rows = _BY_IDENTITY[self._connection.dialect.name].rows(self._connection, list(identities))
        return {item.event.identity: item for item in map(_stored_hold, rows)}

    def overdue(self, now: datetime, limit: int) -> Sequence[Hold]:
        """Open holds whose time has passed, the oldest first."""
        statement = (
            select(hold)
            .where(hold.c.state == HoldState.OPEN, hold.c.expires_at <= now)
            .order_by(hold.c.expires_at)
            .limit(limit)
        )
        return [_hold(dict(row)) for row in self._connection.execute(statement).mappings()]

    def open(self) -> Iterator[Hold]:
        """All open holds, the oldest first."""
        statement = select(hold).where(hold.c.state == HoldState.OPEN).order_by(hold.c.created_at, hold.c.id)
        rows = self._connection.execute(statement.execution_options(yield_per=ROWS_PER_FETCH)).mappings()
        return (_hold(dict(row)) for row in rows)

    def open_count(self) -> int:
        """How many are open."""
        statement = select(func.count()).select_from(hold).where(hold.c.state == HoldState.OPEN)
        return self._connection.execute(statement).scalar_one()

    def insert(self, holds: Sequence[Hold]) -> None:
        bulk_insert(self._connection, hold, [_row(item) for item in holds])

    def redraw(self, holds: Sequence[Hold]) -> None:
        """Store what open leases still keep."""
        rows = [
            {
                "id": item.id,
                "reserved": _kept(item.reserved),
                "credits_nanos": item.reserved.credits_nanos,
                "balance_nanos": item.reserved.balance_nanos,
            }
            for item in holds
        ]
        bulk_set(self._connection, hold, rows, update=("reserved", "credits_nanos", "balance_nanos"))

    def resolve(self, holds: Sequence[Hold]) -> None:
        rows = [{"id": item.id, "state": item.state, "resolved_at": item.resolved_at} for item in holds]
        bulk_set(self._connection, hold, rows, update=("state", "resolved_at"))


def _row(item: Hold) -> dict[str, Any]:
    event, reserved = item.event, item.reserved
    return {
        "id": item.id,
        "organization_id": event.organization_id,
        "source": event.source,
        "event_id": event.event_id,
        "payload_hash": event.payload_hash,
        "state": item.state,
        "event": {
            **{name: getattr(event, name) for name in _EVENT if getattr(event, name) is not None},
            "quantities": {name: count for name in COUNTS if (count := getattr(event.quantities, name))},
        },
        "reserved": _kept(reserved),
        "credits_nanos": reserved.credits_nanos,
        "balance_nanos": reserved.balance_nanos,
        "created_at": item.created_at,
        "expires_at": item.expires_at,
        "resolved_at": item.resolved_at,
    }


def _kept(reserved: Reservation) -> dict[str, Any]:
    counter = reserved.allowance
    return {
        "price_nanos": reserved.price.nanos,
        "price_currency": reserved.price.currency,
        "allowance": None if counter is None else [counter[0], to_micros(counter[1])],
        "included": reserved.included,
        "slices": reserved.slices,
        "balance_nanos": reserved.balance_nanos,
        **({"is_amount": True} if reserved.is_amount else {}),
        "budgets": [
            [part.key.budget_id, part.key.subject, to_micros(part.key.period_start), part.amount]
            for part in reserved.budgets
        ],
    }


def _stored_hold(row: Any) -> Hold:
    """A hold of the columns above in the form the database stores them."""
    values: dict[str, Any] = dict(zip(_COLUMNS, row, strict=True))
    for name in ("event", "reserved"):
        values[name] = json.loads(values[name])
    for name in ("created_at", "expires_at", "resolved_at"):
        values[name] = None if values[name] is None else from_micros(values[name])
    return _hold(values)


def _hold(row: Mapping[str, Any]) -> Hold:
    event: dict[str, Any] = row["event"]
    reserved: dict[str, Any] = row["reserved"]
    counted = reserved["allowance"]
    quantities: dict[str, int] = {"units": 0} | event.pop("quantities")
    return Hold(
        id=row["id"],
        event=UsageEvent(**event, quantities=Quantities(**quantities)),
        reserved=Reservation(
            price=Money(reserved["price_nanos"], reserved["price_currency"]),
            allowance=None if counted is None else (counted[0], from_micros(counted[1])),
            included=reserved["included"],
            slices=tuple((grant_id, nanos) for grant_id, nanos in reserved["slices"]),
            balance_nanos=reserved["balance_nanos"],
            budgets=tuple(
                BudgetSlice(BudgetKey(budget_id, subject, from_micros(period_start)), amount)
                for budget_id, subject, period_start, amount in reserved["budgets"]
            ),
            is_amount=reserved.get("is_amount", False),
        ),
        state=HoldState(row["state"]),
        created_at=row["created_at"],
        expires_at=row["expires_at"],
        resolved_at=row["resolved_at"],
    )
