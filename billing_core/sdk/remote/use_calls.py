"""The calls that uses of features are told with."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from billing_core.domain.errors import BillingError, InvalidInput
from billing_core.domain.holds import Hold
from billing_core.domain.usage import COUNTS, UsageEvent
from billing_core.domain.used import Used
from billing_core.sdk.event_fields import fields_of
from billing_core.sdk.remote.calls import Call, telling
from billing_core.sdk.remote.holds import hold_of, released_hold
from billing_core.sdk.remote.receipts import only_receipt, outcomes_of, receipt_of_use
from billing_core.services.charging.ports import Receipt

EVENTS = "/v1/events"
_SECOND = timedelta(seconds=1)


def charging(event: UsageEvent) -> Call[Receipt]:
    """Charge, or be refused."""
    organization_id = event.organization_id
    return telling(
        "/credits/use", use_fields(event), lambda told: receipt_of_use(organization_id, told), organization_id
    )


def recording(event: UsageEvent) -> Call[Receipt]:
    """Charge what has happened."""
    return telling(EVENTS, fields_of(event), only_receipt)


def recording_many(events: Sequence[UsageEvent]) -> Call[list[Receipt | BillingError]]:
    """Charge what has happened, many at once."""
    return telling(EVENTS, [fields_of(event) for event in events], outcomes_of)


def reserving(event: UsageEvent, lifetime: timedelta) -> Call[Hold]:
    """Hold what the event would take; InvalidInput for what no hold can be made of."""
    if event.occurred_at is not None:
        raise InvalidInput("A hold is for use that is still to happen; leave occurred_at out.", field="occurred_at")
    if lifetime % _SECOND:
        raise InvalidInput(f"A hold lasts whole seconds, not {lifetime}.", field="lifetime")
    fields = use_fields(event) | {"lifetime_seconds": lifetime // _SECOND}
    return telling("/credits/reserve", fields, lambda told: hold_of(event, told), event.organization_id)


def settling(organization_id: str, hold_id: str, used: Used, *, is_refusable: bool) -> Call[Receipt]:
    """Charge what was used of a hold."""
    fields: dict[str, Any] = {"hold_id": hold_id, "is_error": used.is_error, "is_refusable": is_refusable}
    for name in ("provider", "model", "service_tier", "latency_ms"):
        fields[name] = getattr(used, name)
    if used.quantities is not None:
        fields |= {name: getattr(used.quantities, name) for name in COUNTS}
    if used.properties is not None:
        fields["metadata"] = dict(used.properties)
    return telling("/credits/settle", fields, lambda told: receipt_of_use(organization_id, told), organization_id)


def releasing(organization_id: str, hold_id: str) -> Call[Hold]:
    """Give back what a hold keeps."""
    fields = {"hold_id": hold_id}
    return telling("/credits/release", fields, lambda told: released_hold(organization_id, told), organization_id)


def use_fields(event: UsageEvent) -> dict[str, Any]:
    """The event as the credits' part of the API takes it, under its names."""
    fields = fields_of(event)
    del fields["organization_id"]
    fields["event_id"], fields["action"] = fields.pop("id"), fields.pop("feature")
    if "properties" in fields:
        fields["metadata"] = fields.pop("properties")
    return fields
