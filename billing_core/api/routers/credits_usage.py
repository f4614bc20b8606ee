"""GET /credits/usage: the uses that credits paid for."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict

from billing_core.api.conventions.amounts import Amount, amount_of
from billing_core.api.conventions.house import App
from billing_core.api.conventions.pages import Page, PageAsked
from billing_core.api.conventions.paths import PRINTABLE
from billing_core.api.conventions.problems import error_answers
from billing_core.api.conventions.route import Route
from billing_core.api.conventions.texts import Moment
from billing_core.api.routers.usage import cursor_place, place_of
from billing_core.api.routers.usage_statistics import ReadUsage
from billing_core.domain.usage import TEXT_MAX
from billing_core.services.usage.ports import EventCounted, HistoryFilter
from billing_core.services.usage.read_history import read_history

router = APIRouter(prefix="/credits", tags=["Credits"], route_class=Route)
Only = Annotated[str | None, Query(min_length=1, max_length=TEXT_MAX, pattern=PRINTABLE, description="Only of this.")]
USE: dict[str, Any] = {
    "id": "evt_01kafh9v7w3m5n8q2r4s6t0x1y",
    "event_id": "job-7",
    "action": "generate_content",
    "occurred_at": "2026-11-20T14:02:11Z",
    "member": "mem_01kafh9v7w3m5n8q2r4s6t0x1y",
    "department": None,
    "api_key": "key_01kafh9v7w3m5n8q2r4s6t0x1y",
    "run": None,
    "units": 1,
    "tokens": 0,
    "price": {"amount": "10.00", "currency": "CREDITS"},
    "credits": {"amount": "10.00", "currency": "CREDITS"},
    "balance": {"amount": "0.00", "currency": "USD"},
    "overage": {"amount": "0.00", "currency": "USD"},
    "metadata": {"topic": "Autumn"},
    "is_cancelled": False,
}


class UseShown(BaseModel):
    """A use with what it took, corrections included; one that was cancelled took nothing in the end."""

    model_config = ConfigDict(json_schema_extra={"example": USE})

    id: str
    event_id: str
    action: str
    occurred_at: datetime
    member: str | None
    department: str | None
    api_key: str | None
    run: str | None
    units: int
    tokens: int
    price: Amount
    credits: Amount
    balance: Amount
    overage: Amount
    metadata: Mapping[str, Any] | None
    is_cancelled: bool


class UsesShown(Page[UseShown]):
    """A page of uses."""

    model_config = ConfigDict(json_schema_extra={"example": {"data": [USE], "next_cursor": None}})


@router.get("/usage", summary="Uses paid with credits", responses=error_answers(401, 403, 404, 422, 429))
def usage(
    application: App,
    asking: ReadUsage,
    asked: PageAsked,
    from_: Annotated[Moment | None, Query(alias="from", description="Only what occurred then or later.")] = None,
    to: Annotated[Moment | None, Query(description="Only what occurred before.")] = None,
    action: Only = None,
    member: Only = None,
    department: Only = None,
    run: Only = None,
) -> UsesShown:
    """Every use that took credits, the newest first; whoever may see the organization's usage.

    A page may have few uses or none and a `next_cursor` all the same: the search goes on there.
    """
    chosen = HistoryFilter(
        occurred_from=from_,
        occurred_until=to,
        feature=action,
        member=member,
        department=department,
        run=run,
        took_credits=True,
    )
    with application.read(asking.organization_id) as uow:
        uow.organizations.organization(asking.organization_id)
        found = read_history(uow, asking.organization_id, chosen, after=place_of(asked), limit=asked.limit)
    cursor = None if found.next_place is None else cursor_place(found.next_place)
    page = asked.page_before(found.events, cursor, _use_shown)
    return UsesShown(data=page.data, next_cursor=page.next_cursor)


def _use_shown(event: EventCounted) -> UseShown:
    return UseShown(
        id=event.id,
        event_id=event.event_id,
        action=event.feature,
        occurred_at=event.place.occurred_at,
        member=event.member,
        department=event.department,
        api_key=event.api_key_id,
        run=event.run,
        units=event.quantities.units,
        tokens=event.quantities.tokens,
        price=amount_of(event.price),
        credits=amount_of(event.credits),
        balance=amount_of(event.balance),
        overage=amount_of(event.overage),
        metadata=event.properties,
        is_cancelled=event.is_cancelled,
    )
