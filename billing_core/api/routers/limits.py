"""GET /v1/billing/limits: what is left of the plan's allowances and of budgets, and which features may be used."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field

from billing_core.api.conventions.authentication import Asking, OrganizationWith
from billing_core.api.conventions.house import App
from billing_core.api.conventions.pages import Page, PageAsked
from billing_core.api.conventions.problems import error_answers
from billing_core.api.conventions.route import Route
from billing_core.api.conventions.texts import PRINTABLE
from billing_core.domain.budget_terms import FOR_EVER, Budget, Measure, Scope
from billing_core.domain.catalog import Feature
from billing_core.domain.clock import to_micros
from billing_core.domain.identity import Permission
from billing_core.domain.money import CREDITS, Money
from billing_core.domain.plans import PlanTerms
from billing_core.domain.usage import TEXT_MAX
from billing_core.services.budgets.budgets_in_force import BudgetInForce, budgets_in_force
from billing_core.services.limits.ports import Limit
from billing_core.services.limits.read_limits import read_limits
from billing_core.services.plans.current_subscription import current_subscription

router = APIRouter(prefix="/v1/billing", tags=["Billing"], route_class=Route)
ReadUsage = Annotated[Asking, Depends(OrganizationWith(Permission.READ_USAGE))]
Subject = Annotated[
    str | None,
    Query(max_length=TEXT_MAX, pattern=PRINTABLE, description="Only budgets that a use by this one counts in."),
]
ALLOWANCE: dict[str, Any] = {
    "code": "calls",
    "name": "AI calls",
    "measure": "units",
    "aggregation": "sum",
    "features": ["chat", "search"],
    "included": 1000,
    "used": 412,
    "remaining": 588,
    "stops": False,
    "starts_at": "2026-11-03T00:00:00Z",
    "resets_at": "2026-12-03T00:00:00Z",
}
_ACCESS: dict[str, Any] = {
    "feature": "chat",
    "is_included": True,
    "allowance": "calls",
    "remaining": 588,
    "beyond": "credits",
}
BUDGET: dict[str, Any] = {
    "id": "bud_01jd2k7m6w",
    "name": "Marketing",
    "scope": "department",
    "scope_id": "dep_01jd2k7m6w",
    "subject": None,
    "feature": None,
    "measure": "money",
    "unit": "USD",
    "every": "month",
    "amount": "50.00",
    "used": "12.50",
    "held": "0.00",
    "remaining": "37.50",
    "is_hard": True,
    "starts_at": "2026-11-01T00:00:00Z",
    "resets_at": "2026-12-01T00:00:00Z",
}
_UNITS = {Measure.UNITS: "units", Measure.CREDITS: CREDITS}
_EXAMPLE: dict[str, Any] = {
    "plan": "free",
    "allowances": [ALLOWANCE],
    "features": [_ACCESS],
    "budgets": {"data": [BUDGET], "next_cursor": None},
}


class AllowanceLeft(BaseModel):
    """What is used of an allowance in the period that runs; `included` and `remaining` null are unlimited.

    Use counts in units or tokens (`measure`), of all `features` together. When nothing remains, it `stops` where one of
    them is refused then; else it goes on at its price.
    """

    model_config = ConfigDict(json_schema_extra={"example": ALLOWANCE})

    code: str
    name: str
    measure: Literal["units", "tokens"]
    aggregation: Literal["sum", "max"]
    features: list[str]
    included: int | None
    used: int
    remaining: int | None
    stops: bool
    starts_at: datetime
    resets_at: datetime


class FeatureAccess(BaseModel):
    """Whether the plan includes a feature, what is left of its allowance (null: nothing limits it), and what follows.

    `beyond` is what happens to a use that no allowance covers: `stop` refuses it, `credits` takes its price from
    credits and balance, `overage` also from the next invoice.
    """

    feature: str
    is_included: bool
    allowance: str | None = None
    remaining: int | None = None
    beyond: Literal["stop", "credits", "overage"] | None = None


class BudgetLeft(BaseModel):
    """A budget in its running period: amounts are exact decimals in `unit`, a currency, CREDITS or units.

    A hard one refuses what would pass it, a soft one warns. `resets_at` is null for one that never begins anew.
    `used`, `held` and `remaining` are null where everybody of the scope has the amount and nobody was named.
    """

    model_config = ConfigDict(json_schema_extra={"example": BUDGET})

    id: str
    name: str
    scope: Scope
    scope_id: str | None
    subject: str | None = Field(description="Who has this amount for itself.")
    feature: str | None
    measure: Measure
    unit: str
    every: Literal["day", "week", "month", "billing", "total"]
    amount: str
    used: str | None
    held: str | None
    remaining: str | None
    is_hard: bool
    starts_at: datetime | None
    resets_at: datetime | None


class LimitsLeft(BaseModel):
    """Allowances and features of the plan, and a page of the budgets in force."""

    model_config = ConfigDict(json_schema_extra={"example": _EXAMPLE})

    plan: str
    allowances: list[AllowanceLeft]
    features: list[FeatureAccess]
    budgets: Page[BudgetLeft]


async def _subjects(
    member: Subject = None, department: Subject = None, api_key: Subject = None, run: Subject = None
) -> dict[Scope, str]:
    named = {Scope.MEMBER: member, Scope.DEPARTMENT: department, Scope.API_KEY: api_key, Scope.RUN: run}
    return {scope: name for scope, name in named.items() if name is not None}


@router.get(
    "/limits", summary="What is left of allowances and budgets", responses=error_answers(401, 403, 404, 422, 429)
)
def limits(
    application: App,
    asking: ReadUsage,
    asked: PageAsked,
    subjects: Annotated[dict[Scope, str], Depends(_subjects)],
) -> LimitsLeft:
    """How much of each allowance of the plan is left, what happens beyond it, and what is left of budgets.

    Whether one certain call may run is answered by `/v1/entitlements`.
    """
    organization_id, now = asking.organization_id, application.clock.now()
    with application.read(organization_id) as uow:
        version = current_subscription(uow, organization_id, now).plan_version
        found = read_limits(uow.limits, frozenset({organization_id}), now)
        features = uow.catalog.features()
        budgets = budgets_in_force(uow, organization_id, now, subjects or None)
    return LimitsLeft(
        plan=version.plan_code,
        allowances=[allowance_left(limit) for limit in found],
        features=[_access(feature, version.terms, found) for feature in features if feature.is_active],
        budgets=asked.page_of_all(budgets, _place, budget_left),
    )


def allowance_left(limit: Limit) -> AllowanceLeft:
    """The allowance as it is shown."""
    return AllowanceLeft(
        code=limit.code,
        name=limit.allowance.name,
        measure=limit.allowance.measure,
        aggregation=limit.allowance.aggregation,
        features=list(limit.features),
        included=limit.allowance.quantity,
        used=limit.used,
        remaining=limit.remaining,
        stops=limit.stops,
        starts_at=limit.period.start,
        resets_at=limit.period.end,
    )


def _access(feature: Feature, terms: PlanTerms, found: list[Limit]) -> FeatureAccess:
    granted = terms.features.get(feature.code)
    if granted is None:
        return FeatureAccess(feature=feature.code, is_included=False)
    remaining = next((limit.remaining for limit in found if limit.code == granted.allowance), None)
    return FeatureAccess(
        feature=feature.code,
        is_included=True,
        allowance=granted.allowance,
        remaining=remaining,
        beyond=granted.beyond.value,
    )


def _place(item: BudgetInForce) -> tuple[str, ...]:
    return f"{to_micros(item.budget.created_at):020d}", item.budget.id


def budget_left(item: BudgetInForce) -> BudgetLeft:
    """The budget as it is shown."""
    budget, counter = item.budget, item.counter
    left = None if counter is None else max(item.amount - counter.spent - counter.held, 0)
    unit = unit_of(budget)
    is_endless = item.period is FOR_EVER
    return BudgetLeft(
        id=budget.id,
        name=budget.name,
        scope=budget.scope,
        scope_id=budget.scope_id,
        subject=item.subject,
        feature=budget.feature,
        measure=budget.measure,
        unit=unit,
        every=budget.every,
        amount=amount_in(unit, item.amount),
        used=None if counter is None else amount_in(unit, counter.spent),
        held=None if counter is None else amount_in(unit, counter.held),
        remaining=None if left is None else amount_in(unit, left),
        is_hard=budget.is_hard,
        starts_at=None if is_endless else item.period.start,
        resets_at=None if is_endless else item.period.end,
    )


def unit_of(budget: Budget) -> str:
    """What a budget's amounts are in: a currency, CREDITS or units."""
    return _UNITS.get(budget.measure, budget.currency or "")


def amount_in(unit: str, amount: int) -> str:
    """An amount of a budget: the exact decimal of its currency or of credits, or whole units."""
    return str(amount) if unit == _UNITS[Measure.UNITS] else Money(amount, unit).decimal_text
