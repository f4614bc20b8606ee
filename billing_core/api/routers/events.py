"""POST /v1/events: usage that has happened, up to a thousand events at once, one answer each."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StrictBool, StrictInt

from billing_core.api.conventions.authentication import Asking, OrganizationWith
from billing_core.api.conventions.house import App
from billing_core.api.conventions.problems import error_answers, problem
from billing_core.api.conventions.route import Route
from billing_core.domain.errors import BillingError
from billing_core.domain.identity import Permission
from billing_core.domain.usage import COUNTS, Quantities, UsageEvent
from billing_core.services.charging.charge_events import Charged, charge_events
from billing_core.services.charging.ports import ChargeRequest

EVENTS_MAX = 1_000
router = APIRouter(tags=["Events"], route_class=Route)
Charge = Annotated[Asking, Depends(OrganizationWith(Permission.CHARGE_USAGE))]


class EventIn(BaseModel):
    """One use of a feature. `id` makes it safe to send again; `time` needs a time zone."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "id": "req_8f2c",
                "feature": "chat",
                "time": "2026-11-20T14:02:11Z",
                "provider": "openai",
                "model": "gpt-4",
                "input_tokens": 374,
                "output_tokens": 44,
                "latency_ms": 1830,
            }
        },
    )

    id: str
    feature: str
    source: str = "api"
    time: AwareDatetime | None = None
    provider: str | None = None
    model: str | None = None
    service_tier: str | None = None
    units: StrictInt = 1
    input_tokens: StrictInt = 0
    llm_tokens: StrictInt = 0
    output_tokens: StrictInt = 0
    cache_read_tokens: StrictInt = 0
    cache_write_tokens: StrictInt = 0
    reasoning_tokens: StrictInt = 0
    member: str | None = None
    department: str | None = None
    run: str | None = None
    latency_ms: StrictInt | None = None
    is_error: StrictBool = False
    properties: dict[str, Any] | None = None

    def event(self, asking: Asking) -> UsageEvent:
        """The event of the organization; InvalidInput names a value that is out of range."""
        return UsageEvent(
            organization_id=asking.organization_id,
            feature=self.feature,
            source=self.source,
            event_id=self.id,
            quantities=Quantities(**{name: getattr(self, name) for name in COUNTS}),
            occurred_at=self.time,
            provider=self.provider,
            model=self.model,
            service_tier=self.service_tier,
            member=self.member,
            department=self.department,
            api_key_id=asking.caller.api_key_id,
            run=self.run,
            latency_ms=self.latency_ms,
            is_error=self.is_error,
            properties=self.properties,
        )


class ChargeOut(BaseModel):
    """What an event cost: amounts are exact decimals, `price` is what was left beyond the allowance."""

    id: str
    occurred_at: datetime
    included: int
    price: str
    price_currency: str
    credits: str
    balance: str
    overage: str
    currency: str


class ResultOut(BaseModel):
    """What became of one event, in the order they were sent."""

    id: str
    status: Literal["accepted", "duplicate", "rejected"]
    charge: ChargeOut | None = None
    error: dict[str, Any] | None = None


class ResultsOut(BaseModel):
    """One result per event."""

    results: list[ResultOut]


@router.post("/v1/events", summary="Record usage events", responses=error_answers(400, 401, 403, 404, 413, 422, 429))
def record(
    application: App,
    asking: Charge,
    body: EventIn | Annotated[list[EventIn], Field(min_length=1, max_length=EVENTS_MAX)],
) -> ResultsOut:
    """Record usage that has happened: never refused for lack of funds; an event sent twice counts once."""
    events = body if isinstance(body, list) else [body]
    read = [_read(item, asking) for item in events]
    requests = [ChargeRequest(item, admit=False) for item in read if isinstance(item, UsageEvent)]
    with application.write() as uow:
        outcomes = iter(charge_events(uow, requests, application.clock))
    results = [
        _result(sent.id, next(outcomes) if isinstance(item, UsageEvent) else item)
        for sent, item in zip(events, read, strict=True)
    ]
    return ResultsOut(results=results)


def _read(sent: EventIn, asking: Asking) -> UsageEvent | BillingError:
    try:
        return sent.event(asking)
    except BillingError as error:
        return error


def _result(event_id: str, outcome: Charged) -> ResultOut:
    if isinstance(outcome, BillingError):
        return ResultOut(id=event_id, status="rejected", error=problem(outcome))
    charge = ChargeOut(
        id=outcome.id,
        occurred_at=outcome.occurred_at,
        included=outcome.included,
        price=outcome.price.decimal_text,
        price_currency=outcome.price.currency,
        credits=outcome.credits.decimal_text,
        balance=outcome.balance.decimal_text,
        overage=outcome.overage.decimal_text,
        currency=outcome.balance.currency,
    )
    return ResultOut(id=event_id, status="duplicate" if outcome.is_duplicate else "accepted", charge=charge)
