"""POST /credits/use: an action is paid for before it runs, or refused."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, StrictBool
from starlette.concurrency import run_in_threadpool

from billing_core.api.conventions.amounts import Amount, amount_of
from billing_core.api.conventions.authentication import Asking, OrganizationWith
from billing_core.api.conventions.house import application_of
from billing_core.api.conventions.new_ids import NewId
from billing_core.api.conventions.problems import error_answers
from billing_core.api.conventions.route import Route
from billing_core.api.conventions.texts import Moment
from billing_core.api.routers.use_sent import Count, Text, UseSent
from billing_core.bootstrap import Application
from billing_core.domain.identity import Permission
from billing_core.domain.usage import UsageEvent
from billing_core.services.charging.looks import Left
from billing_core.services.charging.ports import Receipt

SOURCE = "api"
# How old the answer to "what is left" may be; what this process itself has charged is always in it.
LEFT_AGE_MAX = timedelta(seconds=1)

router = APIRouter(prefix="/credits", tags=["Credits"], route_class=Route)
ChargeUsage = Annotated[Asking, Depends(OrganizationWith(Permission.CHARGE_USAGE))]


class UseAnnounced(UseSent):
    """A use of a feature, which is the action. Token counts are inclusive: cached tokens are part of the input.

    `event_id` makes it safe to send again among those of its `source`, as an `Idempotency-Key` does; `member` and
    `department` are ids.
    """

    model_config = ConfigDict(extra="forbid")

    action: Text
    metadata: dict[str, Any] | None = None
    source: Text = SOURCE
    event_id: Text | None = None

    def event(self, asking: Asking, event_id: str) -> UsageEvent:
        """The event of the organization, under that id unless the body has one; InvalidInput names the field."""
        return self.use(
            organization_id=asking.organization_id,
            feature=self.action,
            source=self.source,
            event_id=self.event_id or event_id,
            api_key_id=asking.caller.api_key_id,
            properties=self.metadata,
        )


class UseIn(UseAnnounced):
    """A use that happens now, or happened at `time`; one that failed is recorded and costs nothing."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {"action": "generate_content", "units": 1, "metadata": {"topic": "Autumn"}, "event_id": "job-7"}
        },
    )

    time: Moment | None = None
    latency_ms: Count | None = None
    is_error: StrictBool = False

    def event(self, asking: Asking, event_id: str) -> UsageEvent:
        """The event, with when and how it went."""
        return replace(
            super().event(asking, event_id),
            occurred_at=self.time,
            latency_ms=self.latency_ms,
            is_error=self.is_error,
        )


class TakenOut(BaseModel):
    """Who paid: the plan's allowance (in what it counts), credits, prepaid balance, and the next invoice."""

    allowance: int
    credits: Amount
    balance: Amount
    overage: Amount


class LeftOut(BaseModel):
    """What can still be spent."""

    credits: Amount
    balance: Amount


class UseOut(BaseModel):
    """What a use cost: `price` is what was left to pay beyond the allowance. A repeated one is answered as it was.

    It `measured` so much in the feature's unit. `provider_cost`, and whether the model is one whose price is not known
    (`is_unpriced`), are told to those who may know what providers charge, else null.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "id": "evt_01kafh9v7w3m5n8q2r4s6t0x1y",
                "source": "api",
                "event_id": "job-7",
                "action": "generate_content",
                "occurred_at": "2026-11-20T12:00:00Z",
                "is_duplicate": False,
                "measured": 1,
                "price": {"amount": "10.00", "currency": "CREDITS"},
                "taken": {
                    "allowance": 0,
                    "credits": {"amount": "10.00", "currency": "CREDITS"},
                    "balance": {"amount": "0.00", "currency": "USD"},
                    "overage": {"amount": "0.00", "currency": "USD"},
                },
                "left": {
                    "credits": {"amount": "90.00", "currency": "CREDITS"},
                    "balance": {"amount": "0.00", "currency": "USD"},
                },
                "provider_cost": None,
                "is_unpriced": None,
            }
        }
    )

    id: str
    source: str
    event_id: str
    action: str
    occurred_at: datetime
    is_duplicate: bool
    measured: int
    price: Amount
    taken: TakenOut
    left: LeftOut
    provider_cost: Amount | None
    is_unpriced: bool | None


@router.post(
    "/use",
    summary="Use credits for an action",
    responses=error_answers(400, 401, 402, 403, 404, 409, 413, 422, 429, 503),
)
async def use(request: Request, asking: ChargeUsage, body: UseIn, new_id: NewId) -> UseOut:
    """Charge an action before it runs: allowance, credits, balance, then overage where the plan has it.

    402 with the numbers when plan, limits, budgets or funds do not cover it; nothing is taken then. For API keys that
    may charge.
    """
    application = application_of(request)
    receipt = await application.charges.charge_async(body.event(asking, new_id("use")))
    return await use_out(application, asking, receipt)


async def use_out(application: Application, asking: Asking, receipt: Receipt) -> UseOut:
    """A receipt, with what is left now."""
    left = await left_of(application, receipt.organization_id)
    sees_cost = asking.caller.scope_of(Permission.READ_PROVIDER_COST).allows(receipt.organization_id)
    cost = receipt.provider_cost if sees_cost else None
    return UseOut(
        id=receipt.id,
        source=receipt.source,
        event_id=receipt.event_id,
        action=receipt.feature,
        occurred_at=receipt.occurred_at,
        is_duplicate=receipt.is_duplicate,
        measured=receipt.measured,
        price=amount_of(receipt.price),
        taken=TakenOut(
            allowance=receipt.included,
            credits=amount_of(receipt.credits),
            balance=amount_of(receipt.balance),
            overage=amount_of(receipt.overage),
        ),
        left=left_out(left),
        provider_cost=None if cost is None else amount_of(cost),
        is_unpriced=receipt.is_unpriced if sees_cost else None,
    )


async def left_of(application: Application, organization_id: str) -> Left:
    """What the organization can still spend."""
    known = application.looks.known_left(organization_id, LEFT_AGE_MAX)
    return known or await run_in_threadpool(application.looks.left, organization_id, LEFT_AGE_MAX)


def left_out(left: Left) -> LeftOut:
    """What can still be spent, as it is sent."""
    return LeftOut(credits=amount_of(left.credits), balance=amount_of(left.balance))
