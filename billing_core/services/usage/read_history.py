"""A page of the events of an organization, the newest first."""

from collections.abc import Sequence
from dataclasses import dataclass

from billing_core.domain.errors import InvalidInput
from billing_core.services.usage.ports import EventCounted, HistoryFilter, HistoryUnit, Place

# How many events are looked at for a page, so that a filter that hardly any passes does not read years for one.
LOOKED_AT_MAX = 20_000


@dataclass(frozen=True, slots=True)
class History:
    """Some events; what follows comes after `next_place`, which is None at the end. There may be few, or none yet."""

    events: Sequence[EventCounted]
    next_place: Place | None


def read_history(
    uow: HistoryUnit,
    organization_id: str,
    chosen: HistoryFilter,
    *,
    after: Place | None,
    limit: int,
    looked_at_max: int = LOOKED_AT_MAX,
) -> History:
    """At most `limit` of the chosen events after a place; InvalidInput when the time ends before it begins."""
    begins, ends = chosen.occurred_from, chosen.occurred_until
    if begins is not None and ends is not None and ends <= begins:
        raise InvalidInput("The end is not after the beginning; give a later `to`.", field="to")
    until = None
    if chosen.is_narrow:
        until = uow.usage_history.place_behind(organization_id, chosen, after, looked_at_max - 1)
    found = uow.usage_history.events(organization_id, chosen, after, until, limit + 1)
    if len(found) > limit:
        return History(found[:limit], found[limit - 1].place)
    return History(found, until)
