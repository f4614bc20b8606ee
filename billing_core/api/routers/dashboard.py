"""GET /subscription/dashboard/{user_id}: everything a billing dashboard shows, in one answer."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from billing_core.api.conventions.amounts import Amount, amount_of
from billing_core.api.conventions.authentication import Known
from billing_core.api.conventions.house import App
from billing_core.api.conventions.problems import error_answers
from billing_core.api.conventions.route import Route
from billing_core.api.routers.alerts_shown import ALERT, AlertShown, alert_shown
from billing_core.api.routers.limits import ALLOWANCE, AllowanceLeft, allowance_left
from billing_core.api.routers.trends import POINT, PointShown, points_shown
from billing_core.api.routers.usage_figures import (
    FIGURES,
    LATENCY,
    PART,
    Figures,
    Latency,
    Part,
    figures_of,
    latency_of,
    part_of,
)
from billing_core.api.routers.user_asked import UserOfPath
from billing_core.domain.alerts import AlertKind
from billing_core.domain.identity import Permission
from billing_core.domain.money import Money
from billing_core.domain.periods import Period
from billing_core.services.limits.forecast_limit import forecast_limit
from billing_core.services.limits.ports import Limit
from billing_core.services.limits.read_limits import read_limits
from billing_core.services.plans.current_subscription import current_subscription
from billing_core.services.reporting.continued import continued
from billing_core.services.reporting.measures import Measures
from billing_core.services.usage.summarize_usage import summarize_usage
from billing_core.services.usage.usage_trend import usage_trend

router = APIRouter(prefix="/subscription", tags=["Subscription"], route_class=Route)
TREND_DAYS = 30
ALERTS_MAX = 20
_LIMIT: dict[str, Any] = ALLOWANCE | {"projected_used": 721, "runs_out_at": None}
_PROJECTION: dict[str, Any] = {
    "calls": 721,
    "tokens": 89600,
    "charges": [{"amount": "16.77", "currency": "USD"}],
}
_EXAMPLE: dict[str, Any] = {
    "user_id": "org_01jd2k7m6w",
    "name": "Northwind AI",
    "organization_id": "org_01jd2k7m6w",
    "plan": "free",
    "starts_at": "2026-11-03T00:00:00Z",
    "resets_at": "2026-12-03T00:00:00Z",
    "used": FIGURES,
    "latency": LATENCY,
    "projection": _PROJECTION,
    "by_provider": [PART],
    "allowances": [_LIMIT],
    "alerts": [ALERT],
    "trend": [POINT],
    "as_of": "2026-11-20T14:02:12Z",
}


class AllowanceProjected(AllowanceLeft):
    """An allowance, what will be used of it when the period ends, and when it is used up if that is before.

    Null where that cannot be told: for levels such as storage, for what is unlimited, in the first day of a period.
    """

    model_config = ConfigDict(json_schema_extra={"example": _LIMIT})

    projected_used: int | None
    runs_out_at: datetime | None


class Projection(BaseModel):
    """What the period comes to if use goes on as it has."""

    calls: int
    tokens: int
    charges: list[Amount]


class Dashboard(BaseModel):
    """The period that runs and the last thirty days of a user; `projection` is null in the first day of a period.

    `allowances` and `alerts` are those of the whole organization, alerts that nobody has acknowledged.
    """

    model_config = ConfigDict(json_schema_extra={"example": _EXAMPLE})

    user_id: str
    name: str
    organization_id: str
    plan: str
    starts_at: datetime
    resets_at: datetime
    used: Figures
    latency: Latency
    projection: Projection | None
    by_provider: list[Part]
    allowances: list[AllowanceProjected]
    alerts: list[AlertShown]
    trend: list[PointShown]
    as_of: datetime


@router.get("/dashboard/{user_id}", summary="Dashboard of a user", responses=error_answers(401, 403, 404, 422, 429))
def dashboard(application: App, caller: Known, asked: UserOfPath) -> Dashboard:
    """What a member or the whole organization has used and spent, what that will come to, limits, alerts and trend."""
    user, now = asked.user, application.clock.now()
    organization = user.organization
    caller.organization(Permission.READ_ALERTS, organization.id)
    kinds = [kind for kind in AlertKind if asked.sees_cost or kind is not AlertKind.COST_ABOVE]
    with application.read(organization.id) as uow:
        subscription = current_subscription(uow, organization.id, now)
        limits = read_limits(uow.limits, frozenset({organization.id}), now)
        alerts = uow.alerts.alerts(
            frozenset({organization.id}), kinds=kinds, is_acknowledged=False, count_max=ALERTS_MAX
        )
    period = subscription.allowance_period(now, organization.time_zone)
    summary = summarize_usage(application.reports, user.usage(period), ["provider"])
    today = now.astimezone(organization.time_zone).date()
    trend = usage_trend(application.reports, user, today - timedelta(days=TREND_DAYS - 1), today)
    used = figures_of(summary.totals, organization.currency, sees_cost=asked.sees_cost)
    return Dashboard(
        user_id=user.id,
        name=user.name,
        organization_id=organization.id,
        plan=subscription.plan_version.plan_code,
        starts_at=period.start,
        resets_at=period.end,
        used=used,
        latency=latency_of(summary.totals),
        projection=_projection(summary.totals, organization.currency, period, now),
        by_provider=[
            part_of(row, organization.currency, sees_cost=asked.sees_cost) for row in summary.parts["provider"]
        ],
        allowances=[_projected(limit, now) for limit in limits],
        alerts=[alert_shown(alert) for alert in alerts],
        trend=points_shown(trend, asked),
        as_of=summary.as_of,
    )


def _projected(limit: Limit, now: datetime) -> AllowanceProjected:
    forecast = forecast_limit(limit, now)
    return AllowanceProjected(
        **dict(allowance_left(limit)),
        projected_used=None if forecast is None else forecast.used_at_end,
        runs_out_at=None if forecast is None else forecast.runs_out_at,
    )


def _projection(measures: Measures, currency: str, period: Period, now: datetime) -> Projection | None:
    calls, tokens = (continued(number, period, now) for number in (measures.calls, measures.tokens))
    if calls is None or tokens is None:
        return None
    charges: Mapping[str, int] = {
        code: measures.revenue(code).nanos for code in sorted({*measures.currencies, currency})
    }
    return Projection(
        calls=calls,
        tokens=tokens,
        charges=[
            amount_of(Money(continued(nanos, period, now) or 0, code))
            for code, nanos in charges.items()
            if nanos or code == currency
        ],
    )
