"""Give an organization a budget, which counts what was used in the running period already."""

from dataclasses import replace
from datetime import datetime

from billing_core.domain.budget_terms import FOR_EVER, Budget, Every, Measure, Scope
from billing_core.domain.errors import Conflict, InvalidInput, NotFound
from billing_core.domain.identity import Actor, checked_name
from billing_core.domain.ids import new_id
from billing_core.domain.usage import check_text
from billing_core.services.audit.record_change import record_change
from billing_core.services.budgets.count_use import count_use
from billing_core.services.budgets.current_period import current_periods
from billing_core.services.budgets.facts import facts_of
from billing_core.services.budgets.ports import BudgetUnit


def new_budget_id(now: datetime) -> str:
    """The key of a budget to come: drawn once, so that asking twice makes one budget."""
    return new_id("bud", now)


def create_budget(
    uow: BudgetUnit,
    *,
    organization_id: str,
    name: str,
    amount: int,
    measure: Measure,
    every: Every,
    is_hard: bool,
    actor: Actor,
    now: datetime,
    scope: Scope = Scope.ORGANIZATION,
    scope_id: str | None = None,
    feature: str | None = None,
    effective_at: datetime | None = None,
    budget_id: str | None = None,
) -> Budget:
    """A budget of `amount`: nanos of the organization's currency or of credits, or whole units.

    Without `scope_id` every run, API key, member or department has the amount for itself. Use counts from the start
    of the running period on, or from `effective_at`; what is on record of it is counted at once, even where that is
    more than the amount. The same `budget_id` again returns the first budget, Conflict when that is another one.
    NotFound for an unknown organization, feature, API key, member or department; InvalidInput names the field.
    """
    uow.books.lock([organization_id])
    organization = uow.organizations.organization(organization_id)
    budget = Budget(
        id=new_budget_id(now) if budget_id is None else check_text(budget_id, "budget_id"),
        organization_id=organization_id,
        name=checked_name(name, field="name"),
        scope=scope,
        scope_id=scope_id,
        feature=feature,
        measure=measure,
        currency=organization.currency if measure is Measure.MONEY else None,
        every=every,
        amount=amount,
        is_hard=is_hard,
        effective_at=FOR_EVER.start if effective_at is None else effective_at,
        created_at=now,
    )
    _check_names(uow, budget)
    if effective_at is None:
        budget = replace(budget, effective_at=current_periods(uow, organization_id, now)(budget).start)
    elif effective_at.tzinfo is None:
        raise InvalidInput(f"effective_at is {effective_at.isoformat()}; give a time zone.", field="effective_at")
    if not uow.budgets.insert(budget):
        return _checked_repeat(uow.budgets.budget(budget.id), budget)
    uow.budgets.set_counters(budget, count_use(budget, organization.time_zone, uow.budgets.used(budget)))
    record_change(
        uow,
        actor,
        "budget.created",
        ("budget", budget.id),
        now=now,
        organization_id=organization_id,
        after=facts_of(budget),
    )
    return budget


def _check_names(uow: BudgetUnit, budget: Budget) -> None:
    if budget.feature is not None:
        uow.catalog.feature(budget.feature)
    if budget.scope_id is None:
        return
    check_text(budget.scope_id, "scope_id")
    if budget.scope is not Scope.RUN and not uow.budgets.belongs(budget.organization_id, budget.scope, budget.scope_id):
        whose = budget.scope.value.replace("_", " ")
        raise NotFound(f"The organization has no {whose} {budget.scope_id!r}.", field="scope_id")


def _checked_repeat(first: Budget, again: Budget) -> Budget:
    for name in ("organization_id", "scope", "scope_id", "feature", "measure", "every"):
        if getattr(first, name) != getattr(again, name):
            raise Conflict(f"{first.id!r} is the key of another budget, with another {name}.", field="budget_id")
    return first
