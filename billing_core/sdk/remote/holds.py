"""Holds as the API answers them, in the values of the domain."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from billing_core.domain.holds import Hold, HoldState, Reservation
from billing_core.domain.usage import UsageEvent
from billing_core.sdk.remote.receipts import money_of


def hold_of(event: UsageEvent, told: Mapping[str, Any]) -> Hold:
    """The hold of an event. Which grants it keeps credits of, and which budgets, is not told: they stand as one."""
    held, resolved_at = told["held"], told["resolved_at"]
    credits = money_of(held["credits"])
    reserved = Reservation(
        price=money_of(told["price"]),
        allowance=None,
        included=held["allowance"],
        slices=(("", credits.nanos),) if credits else (),
        balance_nanos=money_of(held["balance"]).nanos,
        budgets=(),
    )
    return Hold(
        id=told["hold_id"],
        event=event,
        reserved=reserved,
        state=HoldState(told["state"]),
        created_at=datetime.fromisoformat(told["created_at"]),
        expires_at=datetime.fromisoformat(told["expires_at"]),
        resolved_at=None if resolved_at is None else datetime.fromisoformat(resolved_at),
    )


def released_hold(organization_id: str, told: Mapping[str, Any]) -> Hold:
    """A hold that is known by its id only; of its event, the identity and the feature are told."""
    event = UsageEvent(
        organization_id=organization_id, feature=told["action"], source=told["source"], event_id=told["event_id"]
    )
    return hold_of(event, told)
