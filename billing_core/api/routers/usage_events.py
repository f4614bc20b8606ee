"""An event of the history as it is sent."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from billing_core.api.conventions.amounts import Amount, amount_of
from billing_core.api.routers.usage_figures import TOKENS, Tokens
from billing_core.services.usage.ports import EventCounted

EVENT: dict[str, Any] = {
    "id": "evt_01jd2k7m6w",
    "source": "api",
    "event_id": "req_8f2c",
    "occurred_at": "2026-11-20T14:02:11Z",
    "recorded_at": "2026-11-20T14:02:12Z",
    "feature": "chat",
    "member": "mem_01jd2k7m6w",
    "department": None,
    "api_key": "key_01jd2k7m6w",
    "run": None,
    "provider": "openai",
    "model": "gpt-4",
    "service_tier": None,
    "units": 1,
    "tokens": TOKENS,
    "latency_ms": 1830,
    "is_error": False,
    "properties": None,
    "allowance": "calls",
    "measured": 1,
    "included": 0,
    "price": {"amount": "0.016632", "currency": "USD"},
    "credits": {"amount": "0.00", "currency": "CREDITS"},
    "balance": {"amount": "0.016632", "currency": "USD"},
    "overage": {"amount": "0.00", "currency": "USD"},
    "provider_costs": None,
    "adjustments": 0,
    "is_cancelled": False,
}


class EventShown(BaseModel):
    """An event with everything it counts for now, corrections included; one that was cancelled counts for nothing.

    Of `measured` the allowance covered `included`; credits, balance and overage paid the price of the rest.
    """

    model_config = ConfigDict(json_schema_extra={"example": EVENT})

    id: str
    source: str
    event_id: str
    occurred_at: datetime
    recorded_at: datetime
    feature: str
    member: str | None
    department: str | None
    api_key: str | None
    run: str | None
    provider: str | None
    model: str | None
    service_tier: str | None
    units: int
    tokens: Tokens
    latency_ms: int | None
    is_error: bool
    properties: Mapping[str, Any] | None
    allowance: str | None
    measured: int
    included: int
    price: Amount
    credits: Amount
    balance: Amount
    overage: Amount
    provider_costs: list[Amount] | None
    adjustments: int
    is_cancelled: bool


def event_shown(event: EventCounted, *, sees_cost: bool) -> EventShown:
    """The event as it is sent; what providers charged only to those who may know."""
    used = event.quantities
    return EventShown(
        id=event.id,
        source=event.source,
        event_id=event.event_id,
        occurred_at=event.place.occurred_at,
        recorded_at=event.recorded_at,
        feature=event.feature,
        member=event.member,
        department=event.department,
        api_key=event.api_key_id,
        run=event.run,
        provider=event.provider,
        model=event.model,
        service_tier=event.service_tier,
        units=used.units,
        tokens=Tokens(
            total=used.tokens,
            input=used.input_tokens,
            llm=used.llm_tokens,
            output=used.output_tokens,
            cache_read=used.cache_read_tokens,
            cache_write=used.cache_write_tokens,
            reasoning=used.reasoning_tokens,
        ),
        latency_ms=event.latency_ms,
        is_error=event.is_error,
        properties=event.properties,
        allowance=event.allowance,
        measured=event.measured,
        included=event.included,
        price=amount_of(event.price),
        credits=amount_of(event.credits),
        balance=amount_of(event.balance),
        overage=amount_of(event.overage),
        provider_costs=[amount_of(cost) for cost in event.provider_costs] if sees_cost else None,
        adjustments=event.adjustments,
        is_cancelled=event.is_cancelled,
    )
