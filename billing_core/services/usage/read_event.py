"""One event of an organization, with everything it counts for now."""

from billing_core.domain.errors import NotFound
from billing_core.services.usage.ports import EventCounted, HistoryUnit


def read_event(uow: HistoryUnit, organization_id: str, event_id: str) -> EventCounted:
    """The event; `event_id` is ours (`evt_...`), not the reporter's. NotFound when the organization has none such."""
    event = uow.usage_history.event(organization_id, event_id)
    if event is None:
        raise NotFound(f"The organization has no event {event_id!r}.", field="event_id")
    return event
