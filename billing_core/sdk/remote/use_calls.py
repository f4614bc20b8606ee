"""The calls that uses of features are told with."""

from collections.abc import Sequence
from typing import Any

from billing_core.domain.errors import BillingError
from billing_core.domain.usage import UsageEvent
from billing_core.sdk.event_fields import fields_of
from billing_core.sdk.remote.calls import Call, telling
from billing_core.sdk.remote.receipts import only_receipt, outcomes_of, receipt_of_use
from billing_core.services.charging.ports import Receipt

EVENTS = "/v1/events"


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


def use_fields(event: UsageEvent) -> dict[str, Any]:
    """The event as the credits' part of the API takes it, under its names."""
    fields = fields_of(event)
    del fields["organization_id"]
    fields["event_id"], fields["action"] = fields.pop("id"), fields.pop("feature")
    if "properties" in fields:
        fields["metadata"] = fields.pop("properties")
    return fields
