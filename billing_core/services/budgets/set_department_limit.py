"""Say how many credits a department may use a month."""

from datetime import datetime

from billing_core.domain.budget_terms import Measure, Scope
from billing_core.domain.errors import InvalidInput
from billing_core.domain.identity import NAME_LENGTH_MAX, Actor
from billing_core.domain.money import CREDITS, Money
from billing_core.services.budgets.archive_budget import archive_budget
from billing_core.services.budgets.change_budget import change_budget
from billing_core.services.budgets.create_budget import create_budget
from billing_core.services.budgets.read_department_limit import (
    EVERY,
    DepartmentLimit,
    DepartmentUnit,
    department_of,
    limit_among,
    read_department_limit,
)


def set_department_limit(
    uow: DepartmentUnit,
    *,
    organization_id: str,
    department_id: str,
    credits: Money | None,
    is_hard: bool,
    actor: Actor,
    now: datetime,
) -> DepartmentLimit:
    """The limit as it is then; None takes it away. Said again it changes nothing.

    NotFound for a department that the organization does not have, InvalidInput for less than no credits,
    BudgetBelowUse for a hard limit below what is used and held this month.
    """
    if credits is not None and (credits.currency != CREDITS or credits.nanos < 0):
        raise InvalidInput(f"A limit is a number of credits, zero or more, not {credits}.", field="credits_per_month")
    uow.books.lock([organization_id])
    department = department_of(uow, organization_id, department_id)
    limit = limit_among(
        item
        for item in uow.budgets.budgets([organization_id])
        if item.scope is Scope.DEPARTMENT and item.scope_id == department_id
    )
    if credits is None:
        if limit is not None:
            archive_budget(uow, limit.id, actor=actor, now=now)
    elif limit is not None:
        change_budget(uow, limit.id, amount=credits.nanos, is_hard=is_hard, actor=actor, now=now)
    else:
        create_budget(
            uow,
            organization_id=organization_id,
            name=f"Credits of {department.name}"[:NAME_LENGTH_MAX].strip(),
            amount=credits.nanos,
            measure=Measure.CREDITS,
            every=EVERY,
            is_hard=is_hard,
            scope=Scope.DEPARTMENT,
            scope_id=department_id,
            actor=actor,
            now=now,
        )
    return read_department_limit(uow, organization_id, department_id, now)
