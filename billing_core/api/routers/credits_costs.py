"""GET /credits/costs: what each action costs under the organization's plan, as data and in words."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ConfigDict

from billing_core.api.conventions.amounts import Amount, amount_of
from billing_core.api.conventions.authentication import Asking, OrganizationWith
from billing_core.api.conventions.etags import tagged
from billing_core.api.conventions.house import App
from billing_core.api.conventions.problems import error_answers
from billing_core.api.conventions.route import Route
from billing_core.api.routers.plans import TAGGED
from billing_core.domain.basis_points import percent_text
from billing_core.domain.identity import Permission
from billing_core.domain.price_document import price_document
from billing_core.domain.price_words import price_words
from billing_core.services.credits.action_costs import ActionCost, action_costs

router = APIRouter(prefix="/credits", tags=["Credits"], route_class=Route)
ReadPlans = Annotated[Asking, Depends(OrganizationWith(Permission.READ_PLANS))]
COST: dict[str, Any] = {
    "action": "generate_content",
    "name": "Generate content",
    "unit": "piece",
    "allowance": None,
    "beyond": "credits",
    "each": {"amount": "10.00", "currency": "CREDITS"},
    "words": "10 credits / piece",
    "price": {"kind": "per_unit", "currency": "CREDITS", "amount": "10.00", "per_units": 1},
    "discount_percent": "0",
}


class CostOut(BaseModel):
    """What an action costs beyond its allowance; `price` is the whole price as data, with exact decimals.

    `each` is what one `unit` takes in credits; null where that depends on tokens, the model or what was used before.
    `discount_percent` is off in it, and not yet off in `words` and `price`.
    """

    model_config = ConfigDict(json_schema_extra={"example": COST})

    action: str
    name: str
    unit: str
    allowance: str | None
    beyond: Literal["stop", "credits", "overage"]
    each: Amount | None
    words: str | None
    price: dict[str, Any] | None
    discount_percent: str


class CostsOut(BaseModel):
    """The actions of the plan the organization is on, and what a credit pays for where a price is in money."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "plan": "starter",
                "plan_version": 1,
                "credit_value": {"amount": "0.10", "currency": "USD"},
                "data": [COST],
            }
        }
    )

    plan: str
    plan_version: int
    credit_value: Amount
    data: Sequence[CostOut]


@router.get(
    "/costs",
    summary="What each action costs",
    response_model=CostsOut,
    responses=TAGGED | error_answers(401, 403, 404, 422, 429),
)
def costs(request: Request, application: App, asking: ReadPlans) -> Response:
    """The price of every action the plan includes. One that is not listed is refused."""
    with application.read(asking.organization_id) as uow:
        found = action_costs(uow, asking.organization_id, application.clock.now())
    version = found.version
    return tagged(
        request,
        CostsOut(
            plan=version.plan_code,
            plan_version=version.number,
            credit_value=amount_of(version.terms.credit_value),
            data=[_cost_out(item) for item in found.actions],
        ),
    )


def _cost_out(cost: ActionCost) -> CostOut:
    feature, terms = cost.feature, cost.terms
    return CostOut(
        action=feature.code,
        name=feature.name,
        unit=feature.display_unit,
        allowance=terms.allowance,
        beyond=terms.beyond.value,
        each=None if cost.each is None else amount_of(cost.each),
        words=None if terms.price is None else price_words(terms.price, feature),
        price=None if terms.price is None else price_document(terms.price),
        discount_percent=percent_text(cost.discount_basis_points),
    )
