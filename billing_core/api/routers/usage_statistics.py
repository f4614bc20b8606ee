"""GET /v1/billing/usage/statistics: what an organization has used of its plan in the period that runs."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict

from billing_core.api.conventions.authentication import Asking, OrganizationWith
from billing_core.api.conventions.house import App
from billing_core.api.conventions.problems import error_answers
from billing_core.api.conventions.route import Route
from billing_core.api.routers.limits import ALLOWANCE, AllowanceLeft, allowance_left
from billing_core.api.routers.usage_figures import FIGURES, PART, Figures, Part, figures_of, part_of
from billing_core.bootstrap import Application
from billing_core.domain.identity import Permission
from billing_core.services.limits.read_limits import read_limits
from billing_core.services.plans.current_subscription import current_subscription
from billing_core.services.reporting.usage_filter import UsageFilter
from billing_core.services.usage.summarize_usage import summarize_usage

router = APIRouter(prefix="/v1/billing", tags=["Billing"], route_class=Route)
ReadUsage = Annotated[Asking, Depends(OrganizationWith(Permission.READ_USAGE))]
STATISTICS: dict[str, Any] = {
    "plan": "free",
    "starts_at": "2026-11-03T00:00:00Z",
    "resets_at": "2026-12-03T00:00:00Z",
    "allowances": [ALLOWANCE],
    "used": FIGURES,
    "by_feature": [PART | {"key": "chat", "name": "Chat"}],
    "as_of": "2026-11-20T14:02:12Z",
}


class UsageStatistics(BaseModel):
    """What has been used in the period that runs, against what the plan includes.

    `allowances` stand as charging counts them at this moment; `used` and `by_feature` hold everything recorded before
    `as_of`, which is seconds ago.
    """

    model_config = ConfigDict(json_schema_extra={"example": STATISTICS})

    plan: str
    starts_at: datetime
    resets_at: datetime
    allowances: list[AllowanceLeft]
    used: Figures
    by_feature: list[Part]
    as_of: datetime


@router.get(
    "/usage/statistics",
    summary="Usage of this period against the plan",
    responses=error_answers(401, 403, 404, 422, 429),
)
def statistics(application: App, asking: ReadUsage) -> UsageStatistics:
    """What the organization has used in the period that runs, what its plan includes, and what is left."""
    return statistics_of(application, asking)


def statistics_of(application: Application, asking: Asking) -> UsageStatistics:
    """The statistics of the organization that is asked about."""
    organization_id, now = asking.organization_id, application.clock.now()
    with application.read(organization_id) as uow:
        organization = uow.organizations.organization(organization_id)
        subscription = current_subscription(uow, organization_id, now)
        limits = read_limits(uow.limits, frozenset({organization_id}), now)
    period = subscription.allowance_period(now, organization.time_zone)
    chosen = UsageFilter(organization_ids=frozenset({organization_id}), period=period, zone=organization.time_zone)
    summary = summarize_usage(application.reports, chosen, ["feature"])
    sees_cost = sees_cost_of(asking)
    return UsageStatistics(
        plan=subscription.plan_version.plan_code,
        starts_at=period.start,
        resets_at=period.end,
        allowances=[allowance_left(limit) for limit in limits],
        used=figures_of(summary.totals, organization.currency, sees_cost=sees_cost),
        by_feature=[part_of(row, organization.currency, sees_cost=sees_cost) for row in summary.parts["feature"]],
        as_of=summary.as_of,
    )


def sees_cost_of(asking: Asking) -> bool:
    """Whether the caller may know what providers charge for this organization."""
    return asking.caller.scope_of(Permission.READ_PROVIDER_COST).allows(asking.organization_id)
