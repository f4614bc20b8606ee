"""GET /v1/billing/usage: the events of an organization, and what it has used of its plan in the period that runs."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import ConfigDict

from billing_core.api.conventions.house import App
from billing_core.api.conventions.pages import Asked, Page, PageAsked
from billing_core.api.conventions.paths import PRINTABLE
from billing_core.api.conventions.problems import error_answers
from billing_core.api.conventions.route import Route
from billing_core.api.conventions.texts import Moment
from billing_core.api.routers.usage_events import EVENT, EventShown, event_shown
from billing_core.api.routers.usage_statistics import (
    STATISTICS,
    ReadUsage,
    UsageStatistics,
    sees_cost_of,
    statistics_of,
)
from billing_core.domain.clock import from_micros, to_micros
from billing_core.domain.errors import InvalidInput
from billing_core.domain.usage import TEXT_MAX
from billing_core.services.usage.ports import HistoryFilter, Place
from billing_core.services.usage.read_history import read_history

router = APIRouter(prefix="/v1/billing", tags=["Billing"], route_class=Route)
Name = Annotated[str | None, Query(min_length=1, max_length=TEXT_MAX, pattern=PRINTABLE, description="Only of this.")]
SEQ_MAX = 2**63 - 1


class UsageShown(Page[EventShown]):
    """A page of events, and with the first page the statistics of the period that runs."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"data": [EVENT], "next_cursor": None, "statistics": STATISTICS}}
    )

    statistics: UsageStatistics | None


async def _chosen(
    from_: Annotated[Moment | None, Query(alias="from", description="Only what occurred then or later.")] = None,
    to: Annotated[Moment | None, Query(description="Only what occurred before.")] = None,
    feature: Name = None,
    member: Name = None,
    department: Name = None,
    api_key: Name = None,
    provider: Name = None,
    model: Name = None,
    source: Name = None,
    run: Name = None,
) -> HistoryFilter:
    return HistoryFilter(
        occurred_from=from_,
        occurred_until=to,
        feature=feature,
        member=member,
        department=department,
        api_key_id=api_key,
        provider=provider,
        model=model,
        source=source,
        run=run,
    )


@router.get("/usage", summary="Usage history and statistics", responses=error_answers(401, 403, 404, 422, 429))
def usage(
    application: App,
    asking: ReadUsage,
    asked: PageAsked,
    chosen: Annotated[HistoryFilter, Depends(_chosen)],
    statistics: Annotated[bool, Query(description="Whether the first page has the statistics.")] = True,
) -> UsageShown:
    """The events of the organization, the newest first; the first page also says how its use stands against its plan.

    A filter that few events pass may give a page with few events or none that has a `next_cursor` all the same: the
    search goes on there.
    """
    after = place_of(asked)
    with application.read(asking.organization_id) as uow:
        uow.organizations.organization(asking.organization_id)
        history = read_history(uow, asking.organization_id, chosen, after=after, limit=asked.limit)
    sees_cost = sees_cost_of(asking)
    page = asked.page_before(
        history.events,
        None if history.next_place is None else cursor_place(history.next_place),
        lambda event: event_shown(event, sees_cost=sees_cost),
    )
    return UsageShown(
        data=page.data,
        next_cursor=page.next_cursor,
        statistics=statistics_of(application, asking) if statistics and after is None else None,
    )


def place_of(asked: Asked) -> Place | None:
    """The event after which a page begins; InvalidInput for a cursor of another list."""
    place = asked.place(2)
    if place is None:
        return None
    try:
        occurred_at, seq = from_micros(int(place[0])), int(place[1])
        if abs(seq) > SEQ_MAX:
            raise OverflowError(f"{seq} is no number of an event")
    except (ValueError, OverflowError) as error:
        raise InvalidInput("Give `next_cursor` of the page before, as it came.", field="cursor") from error
    return Place(occurred_at, seq)


def cursor_place(place: Place) -> tuple[str, ...]:
    """The place as a cursor keeps it."""
    return str(to_micros(place.occurred_at)), str(place.seq)
