"""What events took of a budget, recomputed from the events."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select, type_coerce
from sqlalchemy.sql.elements import ColumnElement

from billing_core.adapters.database.catalog_store import CatalogStore
from billing_core.adapters.database.schema.adjustments import usage_adjustment
from billing_core.adapters.database.schema.usage import usage_event
from billing_core.adapters.database.types import BIGINT, Instant
from billing_core.domain.budget_terms import Budget, Measure, Scope
from billing_core.domain.budgets import WHOLE, BudgetUse, money_worth
from billing_core.domain.clock import to_micros
from billing_core.domain.money import CREDITS, Money
from billing_core.domain.usage import EARLIEST
from billing_core.services.budgets.ports import UsedAmount

# Every time zone in use is off by whole quarters of an hour, so that no day or month begins within one.
QUARTER_HOUR_MICROS = 900_000_000
EARLIEST_MICROS = to_micros(EARLIEST)
_SUBJECT = {
    Scope.RUN: usage_event.c.run,
    Scope.API_KEY: usage_event.c.api_key_id,
    Scope.MEMBER: usage_event.c.member_id,
    Scope.DEPARTMENT: usage_event.c.department_id,
}


def used_amounts(connection: Connection, catalog: CatalogStore, budget: Budget) -> Sequence[UsedAmount]:
    """What the events on record took of a budget since it takes effect, by subject and quarter of an hour.

    What corrections of events gave back is taken off.
    """
    return [*_charged(connection, catalog, budget), *_adjusted(connection, catalog, budget)]


def _charged(connection: Connection, catalog: CatalogStore, budget: Budget) -> list[UsedAmount]:
    match budget.measure:
        case Measure.UNITS:
            return _sums(connection, budget, usage_event.c.units, usage_event.c.is_error == 0)
        case Measure.CREDITS:
            return _sums(connection, budget, usage_event.c.credits_nanos)
        case Measure.MONEY:
            in_money = _sums(connection, budget, usage_event.c.price_nanos, usage_event.c.price_currency != CREDITS)
            return in_money + _worths(connection, catalog, budget)


def _adjusted(connection: Connection, catalog: CatalogStore, budget: Budget) -> list[UsedAmount]:
    columns = (
        *_groups(budget),
        usage_event.c.plan_version_id,
        usage_event.c.price_currency,
        usage_event.c.is_error,
        usage_adjustment.c.units,
        usage_adjustment.c.price_nanos,
        usage_adjustment.c.credits_nanos,
    )
    adjusted = usage_adjustment.join(usage_event, usage_event.c.id == usage_adjustment.c.event_id)
    statement = _counted(select(*columns).select_from(adjusted), budget).where(
        usage_adjustment.c.organization_id == budget.organization_id, usage_adjustment.c.kind != "reprice"
    )
    rows = connection.execute(statement).all()
    versions = catalog.plan_versions({row.plan_version_id for row in rows})
    found: list[UsedAmount] = []
    for row in rows:
        credit_value = versions[row.plan_version_id].terms.credit_value
        use = BudgetUse(
            money_nanos=money_worth(Money(row.price_nanos, row.price_currency), credit_value.nanos),
            credits_nanos=row.credits_nanos,
            units=0 if row.is_error else row.units,
        )
        found.append(UsedAmount(row.at, _subject(budget, row), use.of(budget.measure)))
    return found


def _sums(
    connection: Connection, budget: Budget, amount: ColumnElement[int], *conditions: ColumnElement[bool]
) -> list[UsedAmount]:
    groups = _groups(budget)
    statement = _counted(select(*groups, func.sum(amount).label("amount")), budget).where(*conditions).group_by(*groups)
    rows = connection.execute(statement)
    return [UsedAmount(row.at, _subject(budget, row), int(row.amount)) for row in rows if row.amount]


def _worths(connection: Connection, catalog: CatalogStore, budget: Budget) -> list[UsedAmount]:
    """Prices in credits, each converted by itself as it was when it was charged."""
    groups = [*_groups(budget), usage_event.c.plan_version_id, usage_event.c.price_nanos]
    statement = _counted(select(*groups, func.count().label("times")), budget).group_by(*groups)
    rows = connection.execute(
        statement.where(usage_event.c.price_currency == CREDITS, usage_event.c.price_nanos > 0)
    ).all()
    versions = catalog.plan_versions({row.plan_version_id for row in rows})
    found: list[UsedAmount] = []
    for row in rows:
        credit_value = versions[row.plan_version_id].terms.credit_value
        worth = money_worth(Money(row.price_nanos, CREDITS), credit_value.nanos)
        found.append(UsedAmount(row.at, _subject(budget, row), worth * row.times))
    return found


def _groups(budget: Budget) -> list[ColumnElement[Any]]:
    since = type_coerce(usage_event.c.occurred_at, BIGINT) - EARLIEST_MICROS  # never negative, so rounded down alike
    quarter_hour = type_coerce(since // QUARTER_HOUR_MICROS * QUARTER_HOUR_MICROS + EARLIEST_MICROS, Instant)
    at = usage_event.c.period_start if budget.every == "billing" else quarter_hour
    return [at.label("at")] if budget.is_shared else [at.label("at"), _SUBJECT[budget.scope].label("subject")]


def _subject(budget: Budget, row: Row[Any]) -> str:
    return WHOLE if budget.is_shared else row.subject


def _counted(statement: Select[Any], budget: Budget) -> Select[Any]:
    conditions = [
        usage_event.c.organization_id == budget.organization_id,
        usage_event.c.occurred_at >= budget.effective_at,
    ]
    if budget.feature is not None:
        conditions.append(usage_event.c.feature == budget.feature)
    if budget.scope is not Scope.ORGANIZATION:
        who = _SUBJECT[budget.scope]
        conditions.append(who.is_not(None) if budget.scope_id is None else who == budget.scope_id)
    return statement.where(*conditions)
