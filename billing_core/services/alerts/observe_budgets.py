"""What a batch of charges used of budgets, for the rules that watch them."""

from collections.abc import Iterator
from datetime import datetime

from billing_core.domain.alerts import AlertKind, Reading
from billing_core.domain.budget_terms import Measure
from billing_core.domain.budgets import Budgets
from billing_core.domain.money import CREDITS


def observe_budgets(organization_id: str, budgets: Budgets, now: datetime) -> Iterator[Reading]:
    """A reading for every budget that was used since its changes were last settled.

    The subject is the budget's id, and after a colon who has the amount for itself, where that is so.
    """
    for key, change in budgets.changes.items():
        state = budgets.state(key.budget_id)
        if state is None or not change.spent:
            continue
        budget, spent = state.budget, state.counter(key.subject, key.period_start).spent
        yield Reading(
            kind=AlertKind.BUDGET_USED,
            organization_id=organization_id,
            subject=f"{key.budget_id}:{key.subject}" if key.subject else key.budget_id,
            period_start=key.period_start,
            before=spent - change.spent,
            after=spent,
            capacity=budget.amount_at(now),
            currency=CREDITS if budget.measure is Measure.CREDITS else budget.currency,
        )
