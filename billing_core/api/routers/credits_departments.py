"""/credits/departments/{department_id}/limits: how many credits a department may use a month."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, StrictBool

from billing_core.api.conventions.amounts import Amount, DecimalText, amount_of
from billing_core.api.conventions.authentication import Asking, OrganizationWith
from billing_core.api.conventions.house import App
from billing_core.api.conventions.paths import Id
from billing_core.api.conventions.problems import error_answers
from billing_core.api.conventions.route import Route
from billing_core.domain.identity import Permission
from billing_core.domain.money import CREDITS, Money
from billing_core.services.budgets.read_department_limit import DepartmentLimit, read_department_limit
from billing_core.services.budgets.set_department_limit import set_department_limit

router = APIRouter(prefix="/credits/departments/{department_id}", tags=["Credits"], route_class=Route)
ReadUsage = Annotated[Asking, Depends(OrganizationWith(Permission.READ_USAGE))]
EditBudgets = Annotated[Asking, Depends(OrganizationWith(Permission.EDIT_BUDGETS))]


class LimitIn(BaseModel):
    """Credits a calendar month of the organization's time zone; null takes the limit away.

    A hard limit refuses what would pass it, a soft one only warns.
    """

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"credits_per_month": "500", "is_hard": True}}
    )

    credits_per_month: DecimalText | None
    is_hard: StrictBool = True


class LimitOut(BaseModel):
    """The limit of a department in the month that runs; all null without one. `budget_id` is the budget it is."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "department_id": "dep_01kafh9v7w3m5n8q2r4s6t0x1y",
                "department": "Marketing",
                "credits_per_month": {"amount": "500.00", "currency": "CREDITS"},
                "is_hard": True,
                "used": {"amount": "120.00", "currency": "CREDITS"},
                "held": {"amount": "10.00", "currency": "CREDITS"},
                "remaining": {"amount": "370.00", "currency": "CREDITS"},
                "resets_at": "2026-12-01T00:00:00Z",
                "budget_id": "bud_01kafh9v7w3m5n8q2r4s6t0x1y",
            }
        }
    )

    department_id: str
    department: str
    credits_per_month: Amount | None = None
    is_hard: bool | None = None
    used: Amount | None = None
    held: Amount | None = None
    remaining: Amount | None = None
    resets_at: datetime | None = None
    budget_id: str | None = None


@router.get("/limits", summary="Credit limit of a department", responses=error_answers(401, 403, 404, 422, 429))
def limits(application: App, asking: ReadUsage, department_id: Id) -> LimitOut:
    """What the department may use this month and has used; whoever may see the organization's usage."""
    with application.read(asking.organization_id) as uow:
        found = read_department_limit(uow, asking.organization_id, department_id, application.clock.now())
    return _limit_out(found)


@router.put(
    "/limits",
    summary="Limit the credits of a department",
    responses=error_answers(400, 401, 403, 404, 409, 413, 422, 429),
)
def set_limits(application: App, asking: EditBudgets, department_id: Id, body: LimitIn) -> LimitOut:
    """Make, change or take away the limit; what the department used this month counts already.

    422 `budget_below_use` for a hard limit below what is used and held. For who may change budgets.
    """
    text = body.credits_per_month
    with application.write() as uow:
        found = set_department_limit(
            uow,
            organization_id=asking.organization_id,
            department_id=department_id,
            credits=None if text is None else Money.parse(text, CREDITS, field="credits_per_month"),
            is_hard=body.is_hard,
            actor=asking.caller.actor,
            now=application.clock.now(),
        )
    return _limit_out(found)


def _limit_out(found: DepartmentLimit) -> LimitOut:
    department, usage = found.department, found.usage
    if usage is None:
        return LimitOut(department_id=department.id, department=department.name)
    return LimitOut(
        department_id=department.id,
        department=department.name,
        credits_per_month=amount_of(Money(usage.amount, CREDITS)),
        is_hard=usage.budget.is_hard,
        used=amount_of(Money(usage.spent, CREDITS)),
        held=amount_of(Money(usage.held, CREDITS)),
        remaining=amount_of(Money(usage.remaining, CREDITS)),
        resets_at=usage.period.end,
        budget_id=usage.budget.id,
    )
