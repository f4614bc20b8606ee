"""/credits/reserve, settle, release: credits kept for work that takes long, so that they cannot be spent twice."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request
from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt
from starlette.concurrency import run_in_threadpool

from billing_core.api.conventions.amounts import Amount, DecimalText, amount_of
from billing_core.api.conventions.authentication import Asking, OrganizationWith
from billing_core.api.conventions.house import App, application_of
from billing_core.api.conventions.new_ids import NewId
from billing_core.api.conventions.problems import error_answers
from billing_core.api.conventions.route import Route
from billing_core.api.routers.credits_use import (
    LEFT_AGE_MAX,
    ChargeUsage,
    LeftOut,
    UseAnnounced,
    UseOut,
    left_of,
    left_out,
    use_out,
)
from billing_core.api.routers.use_sent import Count, Text
from billing_core.bootstrap import Application
from billing_core.domain.charging import NOTHING
from billing_core.domain.errors import InvalidInput
from billing_core.domain.holds import Hold, HoldState
from billing_core.domain.identity import Permission
from billing_core.domain.money import CREDITS, Money
from billing_core.domain.usage import COUNTS, Quantities
from billing_core.domain.used import Used
from billing_core.services.charging.find_hold import find_hold
from billing_core.services.charging.looks import Left
from billing_core.services.charging.ports import ReleaseRequest, ReserveRequest, settling

SECONDS_USUAL = 900
SECONDS_MAX = 86_400
HOLD_ID = r"^hld_[0-9a-z]{26}$"
REFUSALS = (400, 401, 402, 403, 404, 409, 413, 422, 429, 503)

router = APIRouter(prefix="/credits", tags=["Credits"], route_class=Route)
ReadCredits = Annotated[Asking, Depends(OrganizationWith(Permission.READ_CREDITS))]
HoldId = Annotated[str, Field(pattern=HOLD_ID, examples=["hld_01kafh9v7w3m5n8q2r4s6t0x1y"])]


class ReserveIn(UseAnnounced):
    """A use that is still to happen, with the most it may take: quantities, or `credits` where nobody knows them."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {"action": "generate_content", "units": 5, "lifetime_seconds": 900, "event_id": "job-8"}
        },
    )

    credits: DecimalText | None = None
    lifetime_seconds: Annotated[StrictInt, Field(ge=1, le=SECONDS_MAX)] = SECONDS_USUAL

    def amount(self) -> Money | None:
        """The credits to be kept; InvalidInput beside quantities."""
        if self.credits is None:
            return None
        if given := sorted(self.model_fields_set.intersection(COUNTS)):
            raise InvalidInput(
                f"Reserve either credits or quantities: {given[0]} is told when it is settled.", field=given[0]
            )
        return Money.parse(self.credits, CREDITS, field="credits")


class SettleIn(BaseModel):
    """What a reserved use really took, less or more; what is left out is as it was reserved.

    Where credits were reserved some quantity has to be told.

    More than was kept is paid by what else there is. With `is_refusable` it is refused where nothing covers it, and
    the reservation stays; without, it has happened and becomes overage.
    """

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"hold_id": "hld_01kafh9v7w3m5n8q2r4s6t0x1y", "units": 3}},
    )

    hold_id: HoldId
    units: Count | None = None
    input_tokens: Count | None = None
    llm_tokens: Count | None = None
    output_tokens: Count | None = None
    cache_read_tokens: Count | None = None
    cache_write_tokens: Count | None = None
    reasoning_tokens: Count | None = None
    provider: Text | None = None
    model: Text | None = None
    service_tier: Text | None = None
    latency_ms: Count | None = None
    is_error: StrictBool = False
    is_refusable: StrictBool = True
    metadata: dict[str, Any] | None = None

    def counts(self) -> dict[str, int]:
        """The counts that were given."""
        return {name: count for name in COUNTS if (count := getattr(self, name)) is not None}


class ReleaseIn(BaseModel):
    """A reservation that is not needed any more."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"hold_id": "hld_01kafh9v7w3m5n8q2r4s6t0x1y"}}
    )

    hold_id: HoldId


class KeptOut(BaseModel):
    """What a reservation keeps: of the plan's allowance (in what it counts), credits, and prepaid balance."""

    allowance: int
    credits: Amount
    balance: Amount


class HoldOut(BaseModel):
    """A reservation, with what it keeps as long as it is open, and what can still be spent beside it."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "hold_id": "hld_01kafh9v7w3m5n8q2r4s6t0x1y",
                "source": "api",
                "event_id": "job-8",
                "action": "generate_content",
                "state": "open",
                "price": {"amount": "50.00", "currency": "CREDITS"},
                "held": {
                    "allowance": 0,
                    "credits": {"amount": "50.00", "currency": "CREDITS"},
                    "balance": {"amount": "0.00", "currency": "USD"},
                },
                "left": {
                    "credits": {"amount": "50.00", "currency": "CREDITS"},
                    "balance": {"amount": "0.00", "currency": "USD"},
                },
                "created_at": "2026-11-20T12:00:00Z",
                "expires_at": "2026-11-20T12:15:00Z",
                "resolved_at": None,
            }
        }
    )

    hold_id: str
    source: str
    event_id: str
    action: str
    state: HoldState
    price: Amount
    held: KeptOut
    left: LeftOut
    created_at: datetime
    expires_at: datetime
    resolved_at: datetime | None


@router.post("/reserve", summary="Reserve credits", status_code=201, responses=error_answers(*REFUSALS))
async def reserve(request: Request, asking: ChargeUsage, body: ReserveIn, new_id: NewId) -> HoldOut:
    """Keep what a use would take at most, until it is settled or released, or its time is over.

    402 with the numbers when it is not covered. For API keys that may charge.
    """
    application = application_of(request)
    amount, event = body.amount(), body.event(asking, new_id("use"))
    if amount is not None:
        event = replace(event, quantities=NOTHING)
    wanted = ReserveRequest(event, timedelta(seconds=body.lifetime_seconds), amount)
    hold = await application.charges.submit_async(wanted)
    return _hold_out(hold, await left_of(application, asking.organization_id), application.clock.now())


@router.post("/settle", summary="Settle a reservation", responses=error_answers(*REFUSALS))
async def settle(request: Request, asking: ChargeUsage, body: SettleIn) -> UseOut:
    """Charge what was really used, once; the rest of what was kept is free again.

    409 when it was settled with other figures, released, or has expired. For API keys that may charge.
    """
    application = application_of(request)
    used = Used(
        quantities=await _quantities(application, asking.organization_id, body),
        provider=body.provider,
        model=body.model,
        service_tier=body.service_tier,
        latency_ms=body.latency_ms,
        is_error=body.is_error,
        properties=body.metadata,
    )
    settlement = settling(asking.organization_id, body.hold_id, used, admit=body.is_refusable)
    return await use_out(application, asking, await application.charges.submit_async(settlement))


@router.post(
    "/release", summary="Release a reservation", responses=error_answers(400, 401, 403, 404, 409, 413, 422, 429, 503)
)
async def release(request: Request, asking: ChargeUsage, body: ReleaseIn) -> HoldOut:
    """Give back what a reservation keeps; one that was released or has expired is answered as it is.

    409 when it was settled. For API keys that may charge.
    """
    application = application_of(request)
    wanted = ReleaseRequest(organization_id=asking.organization_id, hold_id=body.hold_id)
    hold = await application.charges.submit_async(wanted)
    return _hold_out(hold, await left_of(application, asking.organization_id), application.clock.now())


@router.get(
    "/reservations/{hold_id}", summary="Look at a reservation", responses=error_answers(401, 403, 404, 422, 429)
)
def reservation(
    application: App,
    asking: ReadCredits,
    hold_id: Annotated[str, Path(description="Which reservation.", pattern=HOLD_ID)],
) -> HoldOut:
    """A reservation as it is now; whoever may see the organization's credits."""
    hold = _read_hold(application, asking.organization_id, hold_id)
    return _hold_out(hold, application.looks.left(asking.organization_id, LEFT_AGE_MAX), application.clock.now())


async def _quantities(application: Application, organization_id: str, body: SettleIn) -> Quantities | None:
    """What was used: counts that were left out are those of the reservation; one unit, where it was of credits."""
    counts = body.counts()
    if not counts:
        return None
    if len(counts) < len(COUNTS):
        hold = await run_in_threadpool(_read_hold, application, organization_id, body.hold_id)
        reserved = Quantities() if hold.reserved.is_amount else hold.event.quantities
        counts = {name: getattr(reserved, name) for name in COUNTS} | counts
    return Quantities(**counts)


def _read_hold(application: Application, organization_id: str, hold_id: str) -> Hold:
    with application.read(organization_id) as uow:
        return find_hold(uow, organization_id, hold_id)


def _hold_out(hold: Hold, left: Left, now: datetime) -> HoldOut:
    is_over = hold.state is HoldState.OPEN and hold.expires_at <= now
    kept = hold.reserved
    return HoldOut(
        hold_id=hold.id,
        source=hold.event.source,
        event_id=hold.event.event_id,
        action=hold.event.feature,
        state=HoldState.EXPIRED if is_over else hold.state,
        price=amount_of(kept.price),
        held=KeptOut(
            allowance=kept.included,
            credits=amount_of(Money(kept.credits_nanos, CREDITS)),
            balance=amount_of(Money(kept.balance_nanos, left.balance.currency)),
        ),
        left=left_out(left),
        created_at=hold.created_at,
        expires_at=hold.expires_at,
        resolved_at=hold.resolved_at,
    )
