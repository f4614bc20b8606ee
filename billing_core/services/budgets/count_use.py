"""Count what a budget's events took, from the events themselves."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from billing_core.domain.budget_terms import Budget
from billing_core.domain.periods import Period
from billing_core.services.budgets.ports import UsedAmount


def count_use(budget: Budget, zone: ZoneInfo, used: Iterable[UsedAmount]) -> Mapping[tuple[str, datetime], int]:
    """What was spent by subject and period; amounts come by the quarter of an hour, which no period divides."""
    spent: defaultdict[tuple[str, datetime], int] = defaultdict(int)
    for item in used:
        period = budget.period_at(item.at, zone, Period(item.at, item.at))
        spent[item.subject, period.start] += item.amount
    return spent
