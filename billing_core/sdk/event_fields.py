"""A usage event as plain JSON: what `POST /api/v1/events` takes, also told of what could not be charged."""

from typing import Any

from billing_core.domain.usage import COUNTS, UsageEvent

_SAME = ("source", "feature", "provider", "model", "service_tier", "member", "department", "run", "latency_ms")


def fields_of(event: UsageEvent) -> dict[str, Any]:
    """Everything the event says; what it does not say is left out."""
    fields: dict[str, Any] = {"id": event.event_id, "organization_id": event.organization_id}
    fields |= {name: value for name in _SAME if (value := getattr(event, name)) is not None}
    fields |= {name: count for name in COUNTS if (count := getattr(event.quantities, name)) or name == "units"}
    if event.occurred_at is not None:
        fields["time"] = event.occurred_at.isoformat()
    if event.is_error:
        fields["is_error"] = True
    if event.properties is not None:
        fields["properties"] = dict(event.properties)
    return fields
