"""What a model call really used, as the end of a use that was announced."""

from dataclasses import replace

from billing_core.domain.errors import InvalidInput
from billing_core.domain.usage import UsageEvent
from billing_core.domain.used import Used
from billing_core.services.metering.make_usage_event import make_usage_event
from billing_core.services.metering.metered_call import MeteredCall


def used_by(call: MeteredCall, announced: UsageEvent, *, latency_ms: int, is_error: bool = False) -> Used:
    """What the call adds to the announcement: counts, what answered, and what no count holds.

    Units and properties that were announced stay. InvalidInput for names that no event can have.
    """
    told = make_usage_event(
        call,
        organization_id=announced.organization_id,
        feature=announced.feature,
        source=announced.source,
        event_id=announced.event_id,
        latency_ms=latency_ms,
        is_error=is_error or call.is_error,
    )
    return Used(
        quantities=replace(told.quantities, units=announced.quantities.units),
        provider=told.provider,
        model=told.model,
        service_tier=told.service_tier,
        latency_ms=told.latency_ms,
        is_error=told.is_error,
        properties={**(announced.properties or {}), **(told.properties or {})} or None,
    )


def latest(call: MeteredCall | None, announced: UsageEvent, *, latency_ms: int, is_error: bool) -> Used:
    """As `used_by`, where the call may have told nothing that can be counted: then it is as announced."""
    if call is not None:
        try:
            return used_by(call, announced, latency_ms=latency_ms, is_error=is_error)
        except InvalidInput:
            pass
    return Used(latency_ms=latency_ms, is_error=is_error)
