"""How budgets are sent and shown to those who set them."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictBool

from billing_core.api.conventions.amounts import DecimalText
from billing_core.api.conventions.texts import GivenId, Moment, Name
from billing_core.api.routers.limits import BUDGET, BudgetLeft, amount_in, budget_left, unit_of
from billing_core.domain.budget_terms import Budget, Increase, Measure, Scope
from billing_core.domain.errors import InvalidInput
from billing_core.domain.money import CREDITS, Money
from billing_core.services.budgets.budgets_in_force import BudgetInForce

UNIT_DIGITS_MAX = 19
_INCREASE: dict[str, Any] = {
    "id": "inc_01kafh9v7w3m5n8q2r4s6t0x1y",
    "amount": "20.00",
    "unit": "USD",
    "starts_at": "2026-11-20T12:00:00Z",
    "ends_at": "2026-11-27T12:00:00Z",
}
_SET: dict[str, Any] = BUDGET | {"base_amount": "50.00", "effective_at": "2026-11-01T00:00:00Z", "increases": []}


class BudgetSent(BaseModel):
    """A budget to set: an amount of the organization's currency, of credits or of units, for every period.

    Without `scope_id` every run, API key, member or department has the amount for itself. A hard one refuses what would
    pass it, another only warns. Use counts from the start of the running period on, or from `effective_at`.
    """

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {"name": "Marketing", "amount": "50", "scope": "department", "every": "month", "is_hard": True}
        },
    )

    name: Name
    amount: DecimalText
    measure: Measure = Measure.MONEY
    every: Literal["day", "week", "month", "billing", "total"] = "month"
    is_hard: StrictBool = False
    scope: Scope = Scope.ORGANIZATION
    scope_id: GivenId | None = None
    feature: GivenId | None = None
    effective_at: Moment | None = None


class BudgetChanged(BaseModel):
    """What changes; what is left out stays as it is. What a budget counts never changes: set another one."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"amount": "75"}})

    name: Name | None = None
    amount: DecimalText | None = None
    is_hard: StrictBool | None = None


class IncreaseSent(BaseModel):
    """An amount on top, from now or from `starts_at`, until before `until`."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"amount": "20", "until": "2026-11-27T12:00:00Z"}}
    )

    amount: DecimalText
    until: Moment
    starts_at: Moment | None = None


class IncreaseShown(BaseModel):
    """An amount that a budget has on top for a while."""

    model_config = ConfigDict(json_schema_extra={"example": _INCREASE})

    id: str
    amount: str
    unit: str
    starts_at: datetime
    ends_at: datetime


class BudgetSet(BudgetLeft):
    """A budget with what it was set to: `amount` is `base_amount` with the increases in force."""

    model_config = ConfigDict(json_schema_extra={"example": _SET})

    base_amount: str
    effective_at: datetime = Field(description="What occurred before does not count.")
    increases: list[IncreaseShown]


def budget_set(item: BudgetInForce) -> BudgetSet:
    """The budget as those who set it see it."""
    budget = item.budget
    return BudgetSet(
        **dict(budget_left(item)),
        base_amount=amount_in(unit_of(budget), budget.amount),
        effective_at=budget.effective_at,
        increases=[increase_shown(budget, increase) for increase in budget.increases],
    )


def increase_shown(budget: Budget, increase: Increase) -> IncreaseShown:
    """The increase in the unit of its budget."""
    return IncreaseShown(
        id=increase.id,
        amount=amount_in(unit_of(budget), increase.amount),
        unit=unit_of(budget),
        starts_at=increase.starts_at,
        ends_at=increase.ends_at,
    )


def amount_sent(text: str, measure: Measure, currency: str) -> int:
    """Nanos of money or credits, or whole units; InvalidInput for what is none."""
    if measure is not Measure.UNITS:
        return Money.parse(text, CREDITS if measure is Measure.CREDITS else currency).nanos
    if not (text.isascii() and text.isdigit() and len(text) <= UNIT_DIGITS_MAX):
        raise InvalidInput(f"{text[:UNIT_DIGITS_MAX]!r} is no number of units; give a whole one.", field="amount")
    return int(text)
