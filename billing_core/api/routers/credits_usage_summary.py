"""GET /credits/usage/summary: what was used in a stretch of time, by action, member, department, day or month."""

from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict

from billing_core.api.conventions.house import App
from billing_core.api.conventions.problems import error_answers
from billing_core.api.conventions.route import Route
from billing_core.api.conventions.texts import Moment
from billing_core.api.routers.credits_usage import Only
from billing_core.api.routers.usage_figures import FIGURES, PART, Figures, Part, figures_of, part_of
from billing_core.api.routers.usage_statistics import ReadUsage, sees_cost_of
from billing_core.domain.budget_terms import local_period
from billing_core.domain.errors import InvalidInput
from billing_core.domain.organizations import Organization
from billing_core.domain.periods import Period
from billing_core.services.credits.summarize_use import Group, summarize_use
from billing_core.services.reporting.usage_filter import UsageFilter

DAYS_MAX = 1_100  # three years, for which a row a day is no more than a few hundred kilobytes

router = APIRouter(prefix="/credits", tags=["Credits"], route_class=Route)
_EXAMPLE: dict[str, Any] = {
    "starts_at": "2026-11-01T00:00:00Z",
    "ends_at": "2026-12-01T00:00:00Z",
    "time_zone": "UTC",
    "group_by": "action",
    "totals": FIGURES,
    "data": [PART | {"key": "generate_content", "name": "Generate content"}],
    "as_of": "2026-11-20T14:02:12Z",
}


class SummaryOut(BaseModel):
    """Figures of everything chosen, and of its groups: the most credits first, days and months in order.

    `key` is an id or a date of the organization's time zone; null for use that names none, and for the rest of many.
    Everything recorded before `as_of` is counted, which is seconds ago.
    """

    model_config = ConfigDict(json_schema_extra={"example": _EXAMPLE})

    starts_at: datetime
    ends_at: datetime
    time_zone: str
    group_by: Group
    totals: Figures
    data: list[Part]
    as_of: datetime


@router.get("/usage/summary", summary="Usage by group", responses=error_answers(401, 403, 404, 422, 429))
def summary(
    application: App,
    asking: ReadUsage,
    group_by: Annotated[Group, Query(description="What the figures are told apart by.")] = "action",
    from_: Annotated[
        Moment | None, Query(alias="from", description="What occurred then or later; this month if left out.")
    ] = None,
    to: Annotated[
        Moment | None, Query(description="What occurred before; until the end of this month if left out.")
    ] = None,
    action: Only = None,
    member: Only = None,
    department: Only = None,
) -> SummaryOut:
    """Calls, tokens, credits and charges, the same as on the screens; whoever may see the organization's usage."""
    with application.read(asking.organization_id) as uow:
        organization = uow.organizations.organization(asking.organization_id)
    period = _period(from_, to, organization, application.clock.now())
    chosen = UsageFilter(
        organization_ids=frozenset({organization.id}),
        period=period,
        zone=organization.time_zone,
        feature=None if action is None else frozenset({action}),
        member=None if member is None else frozenset({member}),
        department=None if department is None else frozenset({department}),
    )
    found = summarize_use(application.reports, chosen, group_by)
    currency, sees_cost = organization.currency, sees_cost_of(asking)
    return SummaryOut(
        starts_at=period.start,
        ends_at=period.end,
        time_zone=organization.time_zone.key,
        group_by=group_by,
        totals=figures_of(found.totals, currency, sees_cost=sees_cost),
        data=[part_of(row, currency, sees_cost=sees_cost) for row in found.groups],
        as_of=found.as_of,
    )


def _period(begins: datetime | None, ends: datetime | None, organization: Organization, now: datetime) -> Period:
    zone = organization.time_zone
    month = local_period("month", now.astimezone(zone).date(), zone)
    period = Period(month.start if begins is None else begins, month.end if ends is None else ends)
    if period.end <= period.start:
        raise InvalidInput("The end is not after the beginning; give a later `to`.", field="to")
    if period.end - period.start > timedelta(days=DAYS_MAX):
        raise InvalidInput(f"The time is longer than {DAYS_MAX:,} days; ask for less at once.", field="from")
    return period
