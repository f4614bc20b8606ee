"""Correct a charged event: it is cancelled and what really happened is charged, in one transaction."""

from billing_core.domain.clock import Clock
from billing_core.domain.errors import BillingError, InvalidInput
from billing_core.domain.identity import Actor
from billing_core.domain.usage import UsageEvent
from billing_core.services.adjustments.cancel_events import cancel_event
from billing_core.services.adjustments.ports import CorrectingUnit
from billing_core.services.charging.charge_events import charge_events
from billing_core.services.charging.ports import ChargeRequest, Receipt


def correct_event(
    uow: CorrectingUnit, *, event_id: str, corrected: UsageEvent, reason: str, actor: Actor, clock: Clock
) -> Receipt:
    """The receipt of what is charged instead of the event `event_id` (ours) of the same organization.

    `corrected` has an identity of its own: the reported one stays with the event that was cancelled. It has happened,
    so it is charged whatever covers it. Whatever refuses it leaves the event as it was.
    """
    uow.books.lock([corrected.organization_id])
    (recorded,) = uow.adjustments.recorded(corrected.organization_id, [event_id]) or (None,)
    if recorded is not None and recorded.event.identity == corrected.identity:
        raise InvalidInput(
            f"Give the correction an event id of its own; {corrected.event_id!r} is that of the event it corrects.",
            field="event_id",
        )
    if uow.charging.known([corrected.identity]):
        raise InvalidInput(f"Event id {corrected.event_id!r} was recorded before; use a new one.", field="event_id")
    cancel_event(
        uow,
        organization_id=corrected.organization_id,
        event_id=event_id,
        reason=reason,
        actor=actor,
        now=clock.now(),
        kind="correct",
    )
    (outcome,) = charge_events(uow, [ChargeRequest(corrected, admit=False)], clock)
    if isinstance(outcome, BillingError):
        raise outcome
    return outcome
