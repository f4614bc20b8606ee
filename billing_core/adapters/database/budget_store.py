"""Budgets on SQL: what they are, and what is spent and held of them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, insert, select, tuple_, update

from billing_core.adapters.database.budget_use import used_amounts
from billing_core.adapters.database.bulk_insert import bulk_upsert
from billing_core.adapters.database.catalog_store import CatalogStore
from billing_core.adapters.database.schema.budgets import budget, budget_counter, budget_increase
from billing_core.adapters.database.schema.organizations import api_key, department, member
from billing_core.domain.budget_terms import FOR_EVER, Budget, Increase, Measure, Scope
from billing_core.domain.budgets import BudgetKey, Budgets, BudgetState, Counter
from billing_core.domain.errors import NotFound
from billing_core.services.budgets.ports import UsedAmount

KEYS_PER_QUERY = 1_000
_OWNED = {Scope.API_KEY: api_key, Scope.MEMBER: member, Scope.DEPARTMENT: department}


class BudgetStore:
    """Budgets with their increases, their counters, and the events they count."""

    def __init__(self, connection: Connection, catalog: CatalogStore) -> None:
        self._connection = connection
        self._catalog = catalog

    def budget(self, budget_id: str) -> Budget:
        """One budget; NotFound when there is none."""
        found = self._budgets(select(budget).where(budget.c.id == budget_id))
        if not found:
            raise NotFound(f"There is no budget {budget_id!r}.", field="budget_id")
        return found[0]

    def budgets(self, organization_ids: Iterable[str]) -> Sequence[Budget]:
        """The budgets of the organizations that are not archived, the oldest first."""
        statement = select(budget).where(
            budget.c.organization_id.in_(sorted(organization_ids)), budget.c.archived_at.is_(None)
        )
        return self._budgets(statement.order_by(budget.c.created_at, budget.c.id))

    def states(self, organization_ids: Iterable[str]) -> Mapping[str, Sequence[BudgetState]]:
        """As `budgets`, ready to be decided on, by organization; no counter is loaded yet."""
        found: defaultdict[str, list[BudgetState]] = defaultdict(list)
        for item in self.budgets(organization_ids):
            found[item.organization_id].append(BudgetState(item))
        return found

    def counters(self, keys: Iterable[BudgetKey]) -> Mapping[BudgetKey, Counter]:
        """The counters of all the keys; zeros where nothing was counted."""
        wanted = sorted(set(keys))
        found = {key: Counter() for key in wanted}
        columns = tuple_(budget_counter.c.budget_id, budget_counter.c.subject, budget_counter.c.period_start)
        for start in range(0, len(wanted), KEYS_PER_QUERY):
            part = [(key.budget_id, key.subject, key.period_start) for key in wanted[start : start + KEYS_PER_QUERY]]
            for row in self._connection.execute(select(budget_counter).where(columns.in_(part))):
                found[BudgetKey(row.budget_id, row.subject, row.period_start)] = Counter(row.spent, row.held)
        return found

    def counters_since(self, budget_ids: Iterable[str], since: datetime) -> Mapping[BudgetKey, Counter]:
        """The counters of those budgets whose period began at `since` or later, or never ends; in order."""
        statement = (
            select(budget_counter)
            .where(
                budget_counter.c.budget_id.in_(sorted(budget_ids)),
                (budget_counter.c.period_start >= since) | (budget_counter.c.period_start == FOR_EVER.start),
            )
            .order_by(budget_counter.c.budget_id, budget_counter.c.period_start, budget_counter.c.subject)
        )
        return {
            BudgetKey(row.budget_id, row.subject, row.period_start): Counter(row.spent, row.held)
            for row in self._connection.execute(statement)
        }

    def write_changes(self, budgets_by_organization: Mapping[str, Budgets]) -> None:
        """Store the counters that changed as they now stand; the organizations must be locked."""
        rows = [
            self._counter_row(organization_id, key, budgets)
            for organization_id, budgets in sorted(budgets_by_organization.items())
            for key in sorted(budgets.changes)
        ]
        bulk_upsert(self._connection, budget_counter, rows, update=("spent", "held"))

    def insert(self, item: Budget) -> bool:
        """Insert a budget; False when there is one with its id."""
        values = {
            "id": item.id,
            "organization_id": item.organization_id,
            "name": item.name,
            "scope": item.scope.value,
            "scope_id": item.scope_id,
            "feature": item.feature,
            "measure": item.measure.value,
            "currency": item.currency,
            "every": item.every,
            "amount": item.amount,
            "is_hard": item.is_hard,
            "effective_at": item.effective_at,
            "created_at": item.created_at,
            "archived_at": None,
        }
        if self._connection.execute(select(budget.c.id).where(budget.c.id == item.id)).first():
            return False
        self._connection.execute(insert(budget).values(values))
        return True

    def set_counters(self, item: Budget, spent: Mapping[tuple[str, datetime], int]) -> None:
        """Begin the counters of a new budget."""
        rows = [
            {
                "budget_id": item.id,
                "subject": subject,
                "period_start": period_start,
                "organization_id": item.organization_id,
                "spent": amount,
                "held": 0,
            }
            for (subject, period_start), amount in sorted(spent.items())
        ]
        bulk_upsert(self._connection, budget_counter, rows)

    def change(self, item: Budget) -> None:
        """Store the name, the amount, whether it is hard, and when it was archived."""
        names = ("name", "amount", "is_hard", "archived_at")
        values = {name: getattr(item, name) for name in names}
        self._connection.execute(update(budget).where(budget.c.id == item.id).values(values))

    def insert_increase(self, item: Budget, increase: Increase, now: datetime) -> bool:
        """Insert an increase; False when there is one with its id."""
        if self._connection.execute(select(budget_increase.c.id).where(budget_increase.c.id == increase.id)).first():
            return False
        self._connection.execute(
            insert(budget_increase).values(
                id=increase.id,
                organization_id=item.organization_id,
                budget_id=item.id,
                amount=increase.amount,
                starts_at=increase.starts_at,
                ends_at=increase.ends_at,
                created_at=now,
            )
        )
        return True

    def belongs(self, organization_id: str, scope: Scope, scope_id: str) -> bool:
        """Whether the organization has such an API key, member or department."""
        owned = _OWNED[scope]
        statement = select(owned.c.id).where(owned.c.id == scope_id, owned.c.organization_id == organization_id)
        return self._connection.execute(statement).first() is not None

    def used(self, item: Budget) -> Sequence[UsedAmount]:
        """What the events on record took of a budget since it takes effect."""
        return used_amounts(self._connection, self._catalog, item)

    def _budgets(self, statement: Select[Any]) -> Sequence[Budget]:
        rows = self._connection.execute(statement).mappings().all()
        increases: defaultdict[str, list[Increase]] = defaultdict(list)
        if rows:
            found = select(budget_increase).where(budget_increase.c.budget_id.in_([row["id"] for row in rows]))
            for row in self._connection.execute(found.order_by(budget_increase.c.created_at, budget_increase.c.id)):
                increases[row.budget_id].append(Increase(row.id, row.amount, row.starts_at, row.ends_at))
        return [_budget(row, increases[row["id"]]) for row in rows]

    @staticmethod
    def _counter_row(organization_id: str, key: BudgetKey, budgets: Budgets) -> dict[str, object]:
        state = budgets.state(key.budget_id)
        counter = Counter() if state is None else state.counter(key.subject, key.period_start)
        return {
            "budget_id": key.budget_id,
            "subject": key.subject,
            "period_start": key.period_start,
            "organization_id": organization_id,
            "spent": counter.spent,
            "held": counter.held,
        }


def _budget(row: RowMapping, increases: Sequence[Increase]) -> Budget:
    columns: dict[str, Any] = {**row, "scope": Scope(row["scope"]), "measure": Measure(row["measure"])}
    return Budget(**columns, increases=tuple(increases))
