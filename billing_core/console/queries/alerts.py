"""Alerts with what stands behind them now, and the rules that raise them; asked again on every run."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from billing_core.bootstrap import application
from billing_core.domain.alerts import AlertKind, AlertRule
from billing_core.domain.budget_terms import Budget
from billing_core.domain.money import CREDITS, Money
from billing_core.domain.organizations import Organization
from billing_core.services.alerts.ports import Alert
from billing_core.services.limits.ports import Limit
from billing_core.services.limits.read_limits import read_limits


@dataclass(frozen=True, slots=True)
class AlertAnswers:
    """The alerts shown, how many there are by whether they are acknowledged, and what a person calls things.

    `limits` are by organization and allowance; `credits` what can be spent now, by organization; `names` of allowances
    and `units` (size, name) are by the allowance's code; `budgets` are those not archived.
    """

    alerts: Sequence[Alert]
    counts: Mapping[bool, int]
    rules: Sequence[AlertRule]
    organizations: Mapping[str, Organization]
    limits: Mapping[tuple[str, str], Limit]
    credits: Mapping[str, Money]
    units: Mapping[str, tuple[int, str]]
    budgets: Mapping[str, Budget]
    asked_at: datetime


def alerts_of(
    organization_ids: frozenset[str] | None, *, kinds: Collection[AlertKind], is_acknowledged: bool, count_max: int
) -> AlertAnswers:
    """Alerts of these kinds of the organizations (None: all), critical ones first, and every rule."""
    house = application()
    now = house.clock.now()
    with house.read() as uow:
        found = uow.alerts.alerts(organization_ids, kinds=kinds, is_acknowledged=is_acknowledged, count_max=count_max)
        concerned = frozenset(item.reading.organization_id for item in found)
        low = {item.reading.organization_id for item in found if item.rule.kind is AlertKind.CREDITS_LOW}
        return AlertAnswers(
            alerts=found,
            counts=uow.alerts.count_alerts(organization_ids, kinds=kinds),
            rules=[rule for rule in uow.alerts.rules() if rule.kind in kinds],
            organizations={item.id: item for item in uow.organizations.organizations()},
            limits={(item.organization_id, item.code): item for item in read_limits(uow.limits, concerned, now)},
            credits={
                name: Money(
                    sum(state.remaining_nanos for state in uow.credits.grants(name) if state.is_open(now)), CREDITS
                )
                for name in low
            },
            units={
                item.code: (item.units_per_display_unit, item.display_unit)
                for item in uow.catalog.features()
                if item.units_per_display_unit > 1
            },
            budgets={item.id: item for item in uow.budgets.budgets(concerned)},
            asked_at=now,
        )
