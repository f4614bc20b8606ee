"""How much of each budget is used in the period that runs."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from billing_core.domain.budget_terms import FOR_EVER, Budget, Scope
from billing_core.domain.budgets import WHOLE, BudgetKey, Counter
from billing_core.domain.periods import Period
from billing_core.services.budgets.current_period import current_periods
from billing_core.services.budgets.ports import BudgetUnit


@dataclass(frozen=True, slots=True)
class BudgetUsage:
    """A budget in the running period; `subject` is who has the amount for itself, empty where it is shared.

    Amounts are nanos of money or credits, or units, as the budget's measure says.
    """

    budget: Budget
    subject: str
    period: Period
    amount: int
    spent: int
    held: int

    @property
    def remaining(self) -> int:
        """What can still be used; never below zero."""
        return max(self.amount - self.spent - self.held, 0)


def read_budgets(
    uow: BudgetUnit, organization_id: str, now: datetime, *, scope: Scope | None = None, scope_id: str | None = None
) -> Sequence[BudgetUsage]:
    """The budgets of an organization, or of one scope, or of one of that scope; shared ones unused so far too.

    With `scope_id` budgets that everybody of the scope has for themselves are among them.
    """
    period_of = current_periods(uow, organization_id, now)
    chosen = [
        item
        for item in uow.budgets.budgets([organization_id])
        if scope in (None, item.scope) and (scope_id is None or item.scope_id in (None, scope_id))
    ]
    periods = {item.id: period_of(item) for item in chosen}
    since = min((period.start for period in periods.values() if period is not FOR_EVER), default=now)
    counters: defaultdict[str, dict[str, Counter]] = defaultdict(dict)
    for key, counter in uow.budgets.counters_since(periods, since).items():
        if _is_shown(key, periods[key.budget_id], scope_id):
            counters[key.budget_id][key.subject] = counter
    found: list[BudgetUsage] = []
    for item in chosen:
        unused = WHOLE if item.is_shared else scope_id
        known = ({} if unused is None else {unused: Counter()}) | counters[item.id]
        for subject, counter in known.items():
            amount = item.amount_at(now)
            found.append(BudgetUsage(item, subject, periods[item.id], amount, counter.spent, counter.held))
    return found


def _is_shown(key: BudgetKey, period: Period, scope_id: str | None) -> bool:
    return key.period_start == period.start and (scope_id is None or key.subject in (WHOLE, scope_id))
