"""The period of a budget that runs."""

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from billing_core.domain.budget_terms import FOR_EVER, Budget
from billing_core.domain.errors import NotFound
from billing_core.domain.periods import Period
from billing_core.services.budgets.ports import BudgetUnit

PeriodOf = Callable[[Budget], Period]


def current_periods(uow: BudgetUnit, organization_id: str, now: datetime) -> PeriodOf:
    """What tells the running period of each of an organization's budgets."""
    zone = uow.organizations.organization(organization_id).time_zone
    billing: list[Period] = []

    def period_of(budget: Budget) -> Period:
        if budget.every == "billing" and not billing:
            billing.append(_billing_period(uow, organization_id, zone, now))
        return budget.period_at(now, zone, billing[0] if billing else FOR_EVER)

    return period_of


def _billing_period(uow: BudgetUnit, organization_id: str, zone: ZoneInfo, now: datetime) -> Period:
    history = uow.subscriptions.history([organization_id]).get(organization_id, ())
    if not history:
        raise NotFound(
            f"Organization {organization_id} has no plan, so no billing periods; choose another period.", field="every"
        )
    started = [item for item in history if item.started_at <= now]
    return (started[-1] if started else history[0]).allowance_period(now, zone)
