"""Budget counters against the events and the open holds they count."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from billing_core.adapters.database.budget_store import BudgetStore
from billing_core.adapters.database.schema.books import hold
from billing_core.adapters.database.schema.budgets import budget, budget_counter
from billing_core.adapters.database.schema.organizations import organization
from billing_core.domain.budget_terms import Budget
from billing_core.domain.budgets import WHOLE, BudgetKey
from billing_core.domain.clock import from_micros
from billing_core.domain.periods import time_zone
from billing_core.services.budgets.count_use import count_use
from billing_core.services.budgets.ports import UsedAmount
from billing_core.services.verification.ports import Finding

ROWS_PER_FETCH = 5_000
ORGANIZATIONS_PER_QUERY = 500


class BudgetAudit:
    """Recomputes budgets that are not archived; those of one kind and organization with one pass over its events."""

    def __init__(self, connection: Connection, budgets: BudgetStore) -> None:
        self._connection = connection
        self._budgets = budgets

    def findings(self) -> Iterator[Finding]:
        """The counters that differ from what is recomputed."""
        held = self._held()
        owners = self._connection.scalars(select(budget.c.organization_id).distinct().order_by("organization_id")).all()
        for start in range(0, len(owners), ORGANIZATIONS_PER_QUERY):
            yield from self._findings_of(owners[start : start + ORGANIZATIONS_PER_QUERY], held)

    def _findings_of(
        self, organization_ids: Sequence[str], held: "Mapping[str, Counter[BudgetKey]]"
    ) -> Iterator[Finding]:
        budgets = self._budgets.budgets(organization_ids)
        zones = {
            row.id: time_zone(row.time_zone)
            for row in self._connection.execute(select(organization).where(organization.c.id.in_(organization_ids)))
        }
        counters = self._counters([item.id for item in budgets])
        for _, alike in groupby(sorted(budgets, key=_likeness), key=_likeness):
            for item, spent in self._recounted(list(alike), zones):
                yield from _differences(item, spent, held[item.id], counters[item.id])

    def _recounted(
        self, alike: Sequence[Budget], zones: Mapping[str, ZoneInfo]
    ) -> Iterator[tuple[Budget, Mapping[tuple[str, datetime], int]]]:
        """What budgets that differ only in whom they are for come to, their events read once for all of them."""
        if len(alike) == 1:
            amounts = {alike[0].scope_id: self._budgets.used(alike[0])}
        else:
            amounts = _by_subject(self._budgets.used(replace(alike[0], scope_id=None)), alike)
        for item in alike:
            yield item, count_use(item, zones[item.organization_id], amounts[item.scope_id])

    def _counters(self, budget_ids: Sequence[str]) -> Mapping[str, Mapping[BudgetKey, tuple[int, int]]]:
        found: defaultdict[str, dict[BudgetKey, tuple[int, int]]] = defaultdict(dict)
        statement = select(budget_counter).where(budget_counter.c.budget_id.in_(budget_ids))
        for row in self._connection.execute(statement.execution_options(yield_per=ROWS_PER_FETCH)):
            key = BudgetKey(row.budget_id, row.subject, row.period_start)
            found[row.budget_id][key] = (row.spent, row.held)
        return found

    def _held(self) -> "Mapping[str, Counter[BudgetKey]]":
        held: defaultdict[str, Counter[BudgetKey]] = defaultdict(Counter)
        for reserved in self._connection.scalars(select(hold.c.reserved).where(hold.c.state == "open")):
            for budget_id, subject, period_start, amount in reserved["budgets"]:
                held[budget_id][BudgetKey(budget_id, subject, from_micros(period_start))] += amount
        return held


def _likeness(item: Budget) -> tuple[object, ...]:
    return (
        item.organization_id,
        item.scope,
        item.measure,
        item.feature or "",
        item.every == "billing",
        item.effective_at,
    )


def _by_subject(used: Iterable[UsedAmount], budgets: Sequence[Budget]) -> Mapping[str | None, Sequence[UsedAmount]]:
    found: dict[str | None, list[UsedAmount]] = {item.scope_id: [] for item in budgets}
    for amount in used:
        if None in found:
            found[None].append(amount)
        if amount.subject in found:
            found[amount.subject].append(replace(amount, subject=WHOLE))
    return found


def _differences(
    item: Budget,
    spent: Mapping[tuple[str, datetime], int],
    held: "Counter[BudgetKey]",
    counters: Mapping[BudgetKey, tuple[int, int]],
) -> Iterator[Finding]:
    counted = {BudgetKey(item.id, subject, at): amount for (subject, at), amount in spent.items()}
    for key in sorted({*counted, *held, *counters}):
        has_spent, has_held = counters.get(key, (0, 0))
        row = " ".join(filter(None, ("budget_counter", item.id, key.subject, key.period_start.isoformat())))
        if has_spent != counted.get(key, 0):
            problem = f"{has_spent} is spent, but its events add up to {counted.get(key, 0)}"
            yield Finding("budgets equal events", row, problem)
        if has_held != held[key]:
            problem = f"{has_held} is held, but its open holds add up to {held[key]}"
            yield Finding("budgets equal holds", row, problem)
