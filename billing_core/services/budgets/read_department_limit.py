"""How many credits a department may use a month, and how many it has used: a budget like any other, found by that."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from billing_core.domain.budget_terms import Budget, Measure, Scope
from billing_core.domain.errors import NotFound
from billing_core.domain.organizations import Department, Organization
from billing_core.services.budgets.ports import BudgetUnit
from billing_core.services.budgets.read_budgets import BudgetUsage, read_budgets

EVERY = "month"


class Departments(Protocol):
    """Organizations and their departments."""

    def organization(self, organization_id: str) -> Organization: ...
    def department(self, department_id: str) -> Department | None: ...


class DepartmentUnit(BudgetUnit, Protocol):
    """The parts of a unit of work that limit departments."""

    @property
    def organizations(self) -> Departments: ...


@dataclass(frozen=True, slots=True)
class DepartmentLimit:
    """A department with its limit in the running month, None where nothing limits its credits."""

    department: Department
    usage: BudgetUsage | None


def read_department_limit(
    uow: DepartmentUnit, organization_id: str, department_id: str, now: datetime
) -> DepartmentLimit:
    """The limit; NotFound for a department that is not there or is another organization's."""
    department = department_of(uow, organization_id, department_id)
    found = read_budgets(uow, organization_id, now, scope=Scope.DEPARTMENT, scope_id=department_id)
    limit = limit_among(item.budget for item in found)
    return DepartmentLimit(department, next((item for item in found if item.budget == limit), None))


def department_of(uow: DepartmentUnit, organization_id: str, department_id: str) -> Department:
    """The department of the organization; NotFound for any other, whether or not it is somebody's."""
    department = uow.organizations.department(department_id)
    if department is None or department.organization_id != organization_id:
        raise NotFound(f"The organization has no department {department_id!r}.", field="department_id")
    return department


def limit_among(budgets: Iterable[Budget]) -> Budget | None:
    """The first budget of the department's own that limits its credits a month, whatever they are used for."""
    return next(
        (
            item
            for item in budgets
            if item.measure is Measure.CREDITS
            and item.every == EVERY
            and item.feature is None
            and item.scope_id is not None
        ),
        None,
    )
