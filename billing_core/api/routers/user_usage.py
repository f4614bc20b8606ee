"""GET /subscription/usage/{user_id}: what a member or an organization has used in a billing period."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict

from billing_core.api.conventions.house import App
from billing_core.api.conventions.problems import error_answers
from billing_core.api.conventions.route import Route
from billing_core.api.routers.limits import ALLOWANCE, AllowanceLeft, BudgetLeft, allowance_left, budget_left
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
from billing_core.domain.budget_terms import Scope
from billing_core.services.budgets.budgets_in_force import budgets_in_force
from billing_core.services.limits.read_limits import read_limits
from billing_core.services.plans.current_subscription import current_subscription
from billing_core.services.plans.past_period import PERIODS_BACK_MAX, past_period
from billing_core.services.usage.summarize_usage import summarize_usage

router = APIRouter(prefix="/subscription", tags=["Subscription"], route_class=Route)
_EXAMPLE: dict[str, Any] = {
    "user_id": "mem_01jd2k7m6w",
    "name": "Dana Northwind",
    "organization_id": "org_01jd2k7m6w",
    "plan": "free",
    "starts_at": "2026-11-03T00:00:00Z",
    "resets_at": "2026-12-03T00:00:00Z",
    "used": FIGURES,
    "latency": LATENCY,
    "by_provider": [PART],
    "by_model": [PART | {"key": "gpt-4", "name": "gpt-4"}],
    "by_feature": [PART | {"key": "chat", "name": "Chat"}],
    "allowances": [ALLOWANCE],
    "budgets": [],
    "as_of": "2026-11-20T14:02:12Z",
}


class UserUsage(BaseModel):
    """What was used in the period, by provider, model and feature, and the limits it counts in.

    `allowances` are shared by the whole organization; `budgets` those that the user's use counts in. Both stand as
    charging counts them at this moment; everything else holds what was recorded before `as_of`.
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
    by_provider: list[Part]
    by_model: list[Part]
    by_feature: list[Part]
    allowances: list[AllowanceLeft]
    budgets: list[BudgetLeft]
    as_of: datetime


@router.get("/usage/{user_id}", summary="Usage of a user", responses=error_answers(401, 403, 404, 422, 429))
def user_usage(
    application: App,
    asked: UserOfPath,
    periods_back: Annotated[
        int, Query(ge=0, le=PERIODS_BACK_MAX, description="0 is the period that runs, 1 the one before it, and so on.")
    ] = 0,
) -> UserUsage:
    """Calls, tokens, cost, response times and errors of a member or of the whole organization, against its limits.

    Provider costs are told to operators; to the organization what it was charged.
    """
    user, now = asked.user, application.clock.now()
    organization = user.organization
    subjects = {} if user.member_id is None else {Scope.MEMBER: user.member_id}
    with application.read(organization.id) as uow:
        subscription = current_subscription(uow, organization.id, now)
        limits = read_limits(uow.limits, frozenset({organization.id}), now)
        budgets = budgets_in_force(uow, organization.id, now, subjects)
    period = past_period(subscription, now, organization.time_zone, periods_back)
    summary = summarize_usage(application.reports, user.usage(period), ["provider", "model", "feature"])
    parts = {
        by: [part_of(row, organization.currency, sees_cost=asked.sees_cost) for row in rows]
        for by, rows in summary.parts.items()
    }
    return UserUsage(
        user_id=user.id,
        name=user.name,
        organization_id=organization.id,
        plan=subscription.plan_version.plan_code,
        starts_at=period.start,
        resets_at=period.end,
        used=figures_of(summary.totals, organization.currency, sees_cost=asked.sees_cost),
        latency=latency_of(summary.totals),
        by_provider=parts["provider"],
        by_model=parts["model"],
        by_feature=parts["feature"],
        allowances=[allowance_left(limit) for limit in limits],
        budgets=[budget_left(item) for item in budgets],
        as_of=summary.as_of,
    )
