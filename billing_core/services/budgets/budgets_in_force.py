"""The budgets of an organization with what is used of them, or only those that a certain use would count in."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from billing_core.domain.budget_terms import Budget, Scope
from billing_core.domain.budgets import WHOLE, BudgetKey, Counter
from billing_core.domain.errors import NotFound
from billing_core.domain.periods import Period
from billing_core.services.budgets.current_period import current_periods
from billing_core.services.budgets.ports import BudgetStore, BudgetUnit


class Counters(BudgetStore, Protocol):
    """Budgets and their counters."""

    def counters(self, keys: Iterable[BudgetKey]) -> Mapping[BudgetKey, Counter]:
        """The counters of all the keys; zeros where nothing was counted."""
        ...


class CountedUnit(BudgetUnit, Protocol):
    """The parts of a unit of work that know what is used of budgets."""

    @property
    def budgets(self) -> Counters: ...


@dataclass(frozen=True, slots=True)
class BudgetInForce:
    """A budget in the period that runs; `subject` is who has the amount for itself, None where all share it.

    `counter` is None where everybody of the scope has the amount for itself and nobody was named.
    """

    budget: Budget
    subject: str | None
    period: Period
    amount: int
    counter: Counter | None


def budgets_in_force(
    uow: CountedUnit, organization_id: str, now: datetime, subjects: Mapping[Scope, str] | None = None
) -> Sequence[BudgetInForce]:
    """Every budget that is not archived, the oldest first; with subjects only those that a use by them counts in.

    That a use by nobody named counts in are those of the organization.

    NotFound for an API key, member or department that the organization does not have.
    """
    named = subjects or {}
    for scope, scope_id in named.items():
        if scope is not Scope.RUN and not uow.budgets.belongs(organization_id, scope, scope_id):
            raise NotFound(f"There is no {scope.value.replace('_', ' ')} {scope_id!r}.", field=scope.value)
    period_of = current_periods(uow, organization_id, now)
    chosen = [item for item in uow.budgets.budgets([organization_id]) if _counts(item, subjects)]
    keys = {
        item.id: BudgetKey(item.id, subject, period_of(item).start)
        for item in chosen
        if (subject := WHOLE if item.is_shared else named.get(item.scope)) is not None
    }
    counters = uow.budgets.counters(keys.values())
    return [
        BudgetInForce(
            item,
            None if item.is_shared else named.get(item.scope),
            period_of(item),
            item.amount_at(now),
            counters[keys[item.id]] if item.id in keys else None,
        )
        for item in chosen
    ]


def budget_in_force(uow: CountedUnit, organization_id: str, budget_id: str, now: datetime) -> BudgetInForce:
    """One of them; NotFound for an archived one, and just so for one of another organization."""
    for item in budgets_in_force(uow, organization_id, now):
        if item.budget.id == budget_id:
            return item
    raise NotFound(f"The organization has no budget {budget_id!r}.", field="budget_id")


def _counts(item: Budget, subjects: Mapping[Scope, str] | None) -> bool:
    if subjects is None or item.scope is Scope.ORGANIZATION:
        return True
    return item.scope in subjects and item.scope_id in (None, subjects[item.scope])
