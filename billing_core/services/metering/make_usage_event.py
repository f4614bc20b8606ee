"""From a metered call to the usage event that is charged."""

from datetime import datetime
from typing import Any

from billing_core.domain.errors import InvalidInput
from billing_core.domain.usage import UsageEvent
from billing_core.services.metering.metered_call import MeteredCall


def make_usage_event(
    call: MeteredCall,
    *,
    organization_id: str,
    feature: str,
    source: str,
    event_id: str | None = None,
    occurred_at: datetime | None = None,
    member: str | None = None,
    department: str | None = None,
    api_key_id: str | None = None,
    run: str | None = None,
    latency_ms: int | None = None,
    is_error: bool | None = None,
) -> UsageEvent:
    """The event of a call. Its identity is `event_id`, the provider's id of the answer where that is left out.

    `occurred_at` None is "now"; `latency_ms` and `is_error` are as the call says where they are left out. InvalidInput
    when there is neither an event id nor a response id, or a value is out of range.
    """
    identity = event_id or call.response_id
    if identity is None:
        raise InvalidInput(
            "The answer has no id of its own; give an event_id that stays the same when the call is reported again.",
            field="event_id",
        )
    return UsageEvent(
        organization_id=organization_id,
        feature=feature,
        source=source,
        event_id=identity,
        quantities=call.quantities,
        occurred_at=occurred_at,
        provider=call.provider,
        model=call.model,
        service_tier=call.service_tier,
        member=member,
        department=department,
        api_key_id=api_key_id,
        run=run,
        latency_ms=call.latency_ms if latency_ms is None else latency_ms,
        is_error=call.is_error if is_error is None else is_error,
        properties=_properties(call) or None,
    )


def _properties(call: MeteredCall) -> dict[str, Any]:
    properties = dict(call.properties)
    if call.reported_cost is not None:
        properties["reported_cost"] = call.reported_cost.decimal_text
        properties["reported_cost_currency"] = call.reported_cost.currency
    if call.is_partial:
        properties["is_partial"] = True
    return properties
