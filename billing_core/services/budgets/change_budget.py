"""Change a budget's name, its amount, and whether it refuses."""

from dataclasses import replace
from datetime import datetime

from billing_core.domain.budget_terms import Budget
from billing_core.domain.errors import Conflict
from billing_core.domain.identity import Actor, checked_name
from billing_core.services.audit.record_change import record_change
from billing_core.services.budgets.current_period import current_periods
from billing_core.services.budgets.facts import facts_of
from billing_core.services.budgets.ports import BudgetBelowUse, BudgetUnit


def change_budget(
    uow: BudgetUnit,
    budget_id: str,
    *,
    name: str | None = None,
    amount: int | None = None,
    is_hard: bool | None = None,
    actor: Actor,
    now: datetime,
) -> Budget:
    """The budget with what is given changed; what it counts stays, for that is another budget.

    BudgetBelowUse when a hard budget would have less than is used and held in the running period; a soft one may.
    NotFound for an unknown budget, Conflict for an archived one.
    """
    before = locked_budget(uow, budget_id)
    after = replace(
        before,
        name=before.name if name is None else checked_name(name, field="name"),
        amount=before.amount if amount is None else amount,
        is_hard=before.is_hard if is_hard is None else is_hard,
    )
    if after == before:
        return before
    if after.is_hard and (after.amount < before.amount or not before.is_hard):
        _check_room(uow, after, now)
    uow.budgets.change(after)
    record_change(
        uow,
        actor,
        "budget.changed",
        ("budget", budget_id),
        now=now,
        organization_id=before.organization_id,
        before=facts_of(before),
        after=facts_of(after),
    )
    return after


def locked_budget(uow: BudgetUnit, budget_id: str) -> Budget:
    """A budget as it is while nobody else can change it; NotFound for an unknown one, Conflict for an archived one."""
    uow.books.lock([uow.budgets.budget(budget_id).organization_id])
    budget = uow.budgets.budget(budget_id)
    if budget.archived_at is not None:
        raise Conflict(f"Budget {budget.name} was archived; make a new one.", field="budget_id")
    return budget


def _check_room(uow: BudgetUnit, budget: Budget, now: datetime) -> None:
    period = current_periods(uow, budget.organization_id, now)(budget)
    limit = budget.amount_at(now)
    for key, counter in uow.budgets.counters_since([budget.id], period.start).items():
        if key.period_start == period.start and counter.spent + counter.held > limit:
            raise BudgetBelowUse(
                f"{budget.in_words(counter.spent)} are used and {budget.in_words(counter.held)} held of budget "
                f"{budget.name} in this period; {budget.in_words(limit)} would be less. Make it soft, or choose more.",
                field="amount",
                budget_id=budget.id,
                subject=key.subject,
                limit=limit,
                used=counter.spent,
                held=counter.held,
            )
