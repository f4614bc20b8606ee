"""GET /subscription/trends/{user_id}: how usage went over the last months."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from billing_core.api.conventions.house import App
from billing_core.api.conventions.problems import error_answers
from billing_core.api.conventions.route import Route
from billing_core.api.routers.usage_figures import FIGURES, Figures, figures_of
from billing_core.api.routers.user_asked import UserAsked, UserOfPath
from billing_core.services.usage.usage_trend import Interval, TrendPoint, first_of_months, usage_trend

router = APIRouter(prefix="/subscription", tags=["Subscription"], route_class=Route)
MONTHS_USUAL, MONTHS_MAX = 6, 24
POINT: dict[str, Any] = {"starts_on": "2026-10-01", "is_complete": True} | FIGURES
_EXAMPLE: dict[str, Any] = {
    "user_id": "mem_01jd2k7m6w",
    "name": "Dana Northwind",
    "organization_id": "org_01jd2k7m6w",
    "interval": "month",
    "time_zone": "Europe/Berlin",
    "data": [POINT],
    "as_of": "2026-11-20T14:02:12Z",
}


class PointShown(Figures):
    """The figures of a day or month; the last one still runs and is not complete."""

    model_config = ConfigDict(json_schema_extra={"example": POINT})

    starts_on: date
    is_complete: bool


class Trends(BaseModel):
    """Usage over time, the earliest first; days and months are those of the organization's time zone."""

    model_config = ConfigDict(json_schema_extra={"example": _EXAMPLE})

    user_id: str
    name: str
    organization_id: str
    interval: Interval
    time_zone: str
    data: list[PointShown]
    as_of: datetime = Field(description="Everything recorded before is counted.")


@router.get("/trends/{user_id}", summary="Usage of a user over time", responses=error_answers(401, 403, 404, 422, 429))
def trends(
    application: App,
    asked: UserOfPath,
    months: Annotated[
        int, Query(ge=1, le=MONTHS_MAX, description="How many calendar months, the one that runs included.")
    ] = MONTHS_USUAL,
    interval: Annotated[Interval, Query(description="A point for each month, or for each of their days.")] = "month",
) -> Trends:
    """The calls, tokens and costs of a member or of the whole organization, month by month or day by day."""
    organization, now = asked.user.organization, application.clock.now()
    today = now.astimezone(organization.time_zone).date()
    as_of = application.reports.freshness().as_of
    points = usage_trend(application.reports, asked.user, first_of_months(today, months), today, interval)
    return Trends(
        user_id=asked.user.id,
        name=asked.user.name,
        organization_id=organization.id,
        interval=interval,
        time_zone=organization.time_zone.key,
        data=points_shown(points, asked),
        as_of=as_of,
    )


def points_shown(points: Sequence[TrendPoint], asked: UserAsked) -> list[PointShown]:
    """The points as they are sent."""
    currency = asked.user.organization.currency
    return [
        PointShown(
            starts_on=point.starts_on,
            is_complete=point.is_complete,
            **dict(figures_of(point.measures, currency, sees_cost=asked.sees_cost)),
        )
        for point in points
    ]
