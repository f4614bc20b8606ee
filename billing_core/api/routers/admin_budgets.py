"""/v1/admin/organizations/{organization_id}/budgets: how much may be used in a period, by whom."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends

from billing_core.api.conventions.authentication import Asking
from billing_core.api.conventions.house import App
from billing_core.api.conventions.new_ids import NewId
from billing_core.api.conventions.pages import Page, PageAsked
from billing_core.api.conventions.paths import Id, OrganizationAt
from billing_core.api.conventions.problems import error_answers
from billing_core.api.conventions.route import Route
from billing_core.api.routers.budget_shapes import (
    BudgetChanged,
    BudgetSent,
    BudgetSet,
    IncreaseSent,
    IncreaseShown,
    amount_sent,
    budget_set,
    increase_shown,
)
from billing_core.api.routers.limits import BudgetLeft, budget_left
from billing_core.domain.budgets import Counter
from billing_core.domain.clock import to_micros
from billing_core.domain.identity import Permission
from billing_core.services.budgets.archive_budget import archive_budget
from billing_core.services.budgets.budgets_in_force import (
    BudgetInForce,
    CountedUnit,
    budget_in_force,
    budgets_in_force,
)
from billing_core.services.budgets.change_budget import change_budget
from billing_core.services.budgets.create_budget import create_budget
from billing_core.services.budgets.increase_budget import increase_budget
from billing_core.services.budgets.read_budgets import BudgetUsage, read_budgets

router = APIRouter(
    prefix="/v1/admin/organizations/{organization_id}/budgets", tags=["Admin: budgets"], route_class=Route
)
ReadUsage = Annotated[Asking, Depends(OrganizationAt(Permission.READ_USAGE))]
EditBudgets = Annotated[Asking, Depends(OrganizationAt(Permission.EDIT_BUDGETS))]


@router.get("", summary="List budgets", responses=error_answers(401, 403, 404, 422, 429))
def budgets(application: App, asking: ReadUsage, asked: PageAsked) -> Page[BudgetSet]:
    """The budgets in force, the oldest first, with what is used, held and left of them in the running period."""
    with application.read(asking.organization_id) as uow:
        uow.organizations.organization(asking.organization_id)
        found = budgets_in_force(uow, asking.organization_id, application.clock.now())
    return asked.page_of_all(found, _place, budget_set)


@router.post(
    "",
    summary="Set a budget",
    status_code=201,
    responses=error_answers(400, 401, 403, 404, 409, 413, 422, 429),
)
def create(application: App, asking: EditBudgets, new_id: NewId, body: BudgetSent) -> BudgetSet:
    """Set a budget; use that is on record counts at once. Owners, billing, administrators, keys with manage."""
    organization_id, now = asking.organization_id, application.clock.now()
    with application.write() as uow:
        currency = uow.organizations.organization(organization_id).currency
        made = create_budget(
            uow,
            organization_id=organization_id,
            name=body.name,
            amount=amount_sent(body.amount, body.measure, currency),
            measure=body.measure,
            every=body.every,
            is_hard=body.is_hard,
            scope=body.scope,
            scope_id=body.scope_id,
            feature=body.feature,
            effective_at=body.effective_at,
            budget_id=new_id("bud"),
            actor=asking.caller.actor,
            now=now,
        )
        return _set(uow, organization_id, made.id, now)


@router.get("/{budget_id}", summary="Read a budget", responses=error_answers(401, 403, 404, 422, 429))
def budget(application: App, asking: ReadUsage, budget_id: Id) -> BudgetSet:
    """A budget in force, with what is left of it and its increases."""
    with application.read(asking.organization_id) as uow:
        return _set(uow, asking.organization_id, budget_id, application.clock.now())


@router.get("/{budget_id}/usage", summary="Who used a budget", responses=error_answers(401, 403, 404, 422, 429))
def usage(application: App, asking: ReadUsage, budget_id: Id, asked: PageAsked) -> Page[BudgetLeft]:
    """What is left of a budget for each that has the amount for itself and used some; one entry where it is shared."""
    now = application.clock.now()
    with application.read(asking.organization_id) as uow:
        scope = budget_in_force(uow, asking.organization_id, budget_id, now).budget.scope
        found = read_budgets(uow, asking.organization_id, now, scope=scope)
    own = [item for item in found if item.budget.id == budget_id]
    return asked.page_of_all(own, lambda item: (item.subject,), lambda item: budget_left(_of_subject(item)))


@router.patch(
    "/{budget_id}", summary="Change a budget", responses=error_answers(400, 401, 403, 404, 409, 413, 422, 429)
)
def change(application: App, asking: EditBudgets, budget_id: Id, body: BudgetChanged) -> BudgetSet:
    """Change its name, its amount, or whether it refuses. 422 for a hard one below what is used and held already."""
    organization_id, now = asking.organization_id, application.clock.now()
    with application.write() as uow:
        known = budget_in_force(uow, organization_id, budget_id, now).budget
        change_budget(
            uow,
            budget_id,
            name=body.name,
            amount=None if body.amount is None else amount_sent(body.amount, known.measure, known.currency or ""),
            is_hard=body.is_hard,
            actor=asking.caller.actor,
            now=now,
        )
        return _set(uow, organization_id, budget_id, now)


@router.post(
    "/{budget_id}/increases",
    summary="Increase a budget for a while",
    status_code=201,
    responses=error_answers(400, 401, 403, 404, 409, 413, 422, 429),
)
def increase(application: App, asking: EditBudgets, new_id: NewId, budget_id: Id, body: IncreaseSent) -> IncreaseShown:
    """Give it more until a time; what was used of that stays used when it ends."""
    now = application.clock.now()
    with application.write() as uow:
        known = budget_in_force(uow, asking.organization_id, budget_id, now).budget
        given = increase_budget(
            uow,
            budget_id,
            amount=amount_sent(body.amount, known.measure, known.currency or ""),
            until=body.until,
            starts_at=body.starts_at,
            increase_id=new_id("inc"),
            actor=asking.caller.actor,
            now=now,
        )
    return increase_shown(known, given)


@router.delete(
    "/{budget_id}",
    summary="Archive a budget",
    status_code=204,
    responses=error_answers(401, 403, 404, 409, 422, 429),
)
def archive(application: App, asking: EditBudgets, budget_id: Id) -> None:
    """End it: it neither counts nor refuses from now on; what it counted stays on record."""
    now = application.clock.now()
    with application.write() as uow:
        budget_in_force(uow, asking.organization_id, budget_id, now)
        archive_budget(uow, budget_id, actor=asking.caller.actor, now=now)


def _set(uow: CountedUnit, organization_id: str, budget_id: str, now: datetime) -> BudgetSet:
    return budget_set(budget_in_force(uow, organization_id, budget_id, now))


def _of_subject(item: BudgetUsage) -> BudgetInForce:
    counter = Counter(item.spent, item.held)
    return BudgetInForce(item.budget, item.subject or None, item.period, item.amount, counter)


def _place(item: BudgetInForce) -> tuple[str, ...]:
    return f"{to_micros(item.budget.created_at):020d}", item.budget.id
