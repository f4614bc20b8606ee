"""From what product code says of a use to the usage event that is charged."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypedDict

from billing_core.domain.errors import InvalidInput
from billing_core.domain.ids import new_id
from billing_core.domain.usage import COUNTS, Quantities, UsageEvent
from billing_core.sdk.connection import backend
from billing_core.sdk.context import MissingOrganization, current_context

SOURCE = "sdk"


class UsageDetails(TypedDict, total=False):
    """What may be told of a use beside its units; times carry a zone, token counts are inclusive."""

    source: str
    occurred_at: datetime
    provider: str
    model: str
    service_tier: str
    department: str
    run: str
    latency_ms: int
    is_error: bool
    properties: Mapping[str, Any]
    input_tokens: int
    llm_tokens: int
    output_tokens: int
    cache_read_tokens: int
    cache_write_tokens: int
    reasoning_tokens: int


def told_event(
    organization_id: str,
    feature: str,
    units: int,
    user_id: str | None,
    event_id: str | None,
    details: UsageDetails,
) -> UsageEvent:
    """The event of a call that says everything itself; InvalidInput names a field there is not."""
    unknown = set(details) - set(UsageDetails.__annotations__)
    if unknown:
        raise InvalidInput(f"There is no field {min(unknown)!r} of usage.", field=min(unknown))
    counts = {name: value for name, value in details.items() if name in COUNTS}
    others: Any = {"source": SOURCE} | {name: value for name, value in details.items() if name not in COUNTS}
    return UsageEvent(
        organization_id=organization_id,
        feature=feature,
        event_id=new_event_id() if event_id is None else event_id,
        quantities=quantities_of(units, counts),
        member=user_id,
        **others,
    )


def event_in_context(
    feature: str,
    quantities: Quantities,
    *,
    organization_id: str | None = None,
    event_id: str | None = None,
    provider: str | None = None,
    model: str | None = None,
    properties: Mapping[str, Any] | None = None,
) -> UsageEvent:
    """The event of a use in the current `billing_context`; what it does not say of the organization is given here.

    MissingOrganization when neither says whom to charge.
    """
    context = current_context()
    organization_id = context.organization or organization_id
    if organization_id is None:
        raise MissingOrganization(feature)
    if event_id is None:
        event_id = new_event_id() if context.event_ids is None else context.event_ids.next(feature)
    return UsageEvent(
        organization_id=organization_id,
        feature=feature,
        source=SOURCE,
        event_id=event_id,
        quantities=quantities,
        provider=provider,
        model=model,
        member=context.member,
        department=context.department,
        run=context.run,
        properties=properties,
    )


def quantities_of(units: int, counts: Mapping[str, Any]) -> Quantities:
    """Units and token counts by their names; InvalidInput names a count there is not."""
    unknown = set(counts) - set(COUNTS)
    if unknown:
        raise InvalidInput(f"There is no count {min(unknown)!r}; use one of {', '.join(COUNTS)}.", field=min(unknown))
    return Quantities(units=units, **counts)


def new_event_id() -> str:
    """The id of a use that nobody will report again."""
    return new_id("call", backend().clock.now())


def new_operation() -> str:
    """The key of an operation that nobody will repeat."""
    return new_id("top", backend().clock.now())
