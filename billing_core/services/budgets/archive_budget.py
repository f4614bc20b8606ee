"""End a budget: it no longer counts nor refuses; what it counted stays on record."""

from dataclasses import replace
from datetime import datetime

from billing_core.domain.identity import Actor
from billing_core.services.audit.record_change import record_change
from billing_core.services.budgets.facts import facts_of
from billing_core.services.budgets.ports import BudgetUnit


def archive_budget(uow: BudgetUnit, budget_id: str, *, actor: Actor, now: datetime) -> bool:
    """False when it was archived before; NotFound for an unknown budget.

    What open holds were promised of it is theirs all the same: they settle as if there were no such budget.
    """
    uow.books.lock([uow.budgets.budget(budget_id).organization_id])
    budget = uow.budgets.budget(budget_id)
    if budget.archived_at is not None:
        return False
    uow.budgets.change(replace(budget, archived_at=now))
    record_change(
        uow,
        actor,
        "budget.archived",
        ("budget", budget_id),
        now=now,
        organization_id=budget.organization_id,
        before=facts_of(budget),
    )
    return True
