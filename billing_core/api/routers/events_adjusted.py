"""/v1/events/{event_id}: one event as it counts now; cancelled, or corrected by another in its place."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict

from billing_core.api.conventions.authentication import Asking, OrganizationWith
from billing_core.api.conventions.house import App
from billing_core.api.conventions.paths import Id
from billing_core.api.conventions.problems import error_answers
from billing_core.api.conventions.route import Route
from billing_core.api.conventions.texts import Name
from billing_core.api.routers.events_charged import ChargeOut, charge_of
from billing_core.api.routers.events_sent import EVENT_EXAMPLE, EventIn, Sender
from billing_core.api.routers.usage_events import EventShown, event_shown
from billing_core.api.routers.usage_statistics import sees_cost_of
from billing_core.domain.identity import Permission
from billing_core.services.adjustments.cancel_events import cancel_event
from billing_core.services.adjustments.correct_event import correct_event
from billing_core.services.usage.read_event import read_event

router = APIRouter(prefix="/v1/events", tags=["Events"], route_class=Route)
ReadUsage = Annotated[Asking, Depends(OrganizationWith(Permission.READ_USAGE))]
# What was paid is given back, so it is not for those who paid.
GiveBack = Annotated[Asking, Depends(OrganizationWith(Permission.GRANT_CREDITS))]


class CancellationIn(BaseModel):
    """Why an event is taken back, which stays on record."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"reason": "Sent by a load test"}})

    reason: Name


class CorrectionIn(BaseModel):
    """What happened instead, under an id of its own, and why it was reported otherwise."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {"reason": "Tokens were counted twice", "event": {**EVENT_EXAMPLE, "id": "req_8f2c-corrected"}}
        },
    )

    reason: Name
    event: EventIn


@router.get("/{event_id}", summary="One event", responses=error_answers(401, 403, 404, 422, 429))
def event(application: App, asking: ReadUsage, event_id: Id) -> EventShown:
    """The event with everything it counts for now; its id is ours (`evt_...`), which the charge told."""
    with application.read(asking.organization_id) as uow:
        found = read_event(uow, asking.organization_id, event_id)
    return event_shown(found, sees_cost=sees_cost_of(asking))


@router.post(
    "/{event_id}/cancel",
    summary="Cancel an event",
    responses=error_answers(400, 401, 403, 404, 409, 413, 422, 429),
)
def cancel(application: App, asking: GiveBack, event_id: Id, body: CancellationIn) -> EventShown:
    """Give back everything the event took, as if it had never happened. For operators, who may give credits."""
    with application.write() as uow:
        cancel_event(
            uow,
            organization_id=asking.organization_id,
            event_id=event_id,
            reason=body.reason,
            actor=asking.caller.actor,
            now=application.clock.now(),
        )
        found = read_event(uow, asking.organization_id, event_id)
    return event_shown(found, sees_cost=sees_cost_of(asking))


@router.post(
    "/{event_id}/correct",
    summary="Correct an event",
    responses=error_answers(400, 401, 403, 404, 409, 413, 422, 429),
)
def correct(application: App, asking: GiveBack, event_id: Id, body: CorrectionIn) -> ChargeOut:
    """Cancel the event and charge in its place what really happened, both or neither; answers with that charge.

    It has happened, so it is charged whatever covers it. For operators, who may give credits and charge.
    """
    corrected = body.event.event(Sender(asking.caller, asking.organization_id))
    with application.write() as uow:
        receipt = correct_event(
            uow,
            event_id=event_id,
            corrected=corrected,
            reason=body.reason,
            actor=asking.caller.actor,
            clock=application.clock,
        )
    charge: dict[str, Any] = charge_of(receipt)
    return ChargeOut(**charge)
