"""GET /v1/billing/balance: what the calling organization has and owes."""

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict

from billing_core.api.conventions.authentication import Asking, OrganizationWith
from billing_core.api.conventions.house import App
from billing_core.api.conventions.problems import error_answers
from billing_core.api.conventions.route import Route
from billing_core.domain.identity import Permission
from billing_core.services.credits.read_balance import Balance, read_balance

router = APIRouter(prefix="/v1/billing", tags=["Billing"], route_class=Route)
ReadCredits = Annotated[Asking, Depends(OrganizationWith(Permission.READ_CREDITS))]


class BalanceOut(BaseModel):
    """Exact decimals: credits that may be used now, prepaid money, and usage on its way to the next invoice."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"credits": "640.00", "balance": "25.00", "owed": "0.00", "currency": "USD"}}
    )

    credits: str
    balance: str
    owed: str
    currency: str


@router.get("/balance", summary="Balance of the organization", responses=error_answers(401, 403, 404, 422, 429))
def balance(application: App, asking: ReadCredits) -> BalanceOut:
    """What the organization can spend now, in credits and in money, and what it owes; whoever may see its credits."""
    with application.read(asking.organization_id) as uow:
        return balance_out(read_balance(uow, asking.organization_id, application.clock.now()))


def balance_out(found: Balance) -> BalanceOut:
    """The balance as it is sent."""
    return BalanceOut(
        credits=found.credits.decimal_text,
        balance=found.money.available.decimal_text,
        owed=found.money.owed.decimal_text,
        currency=found.money.posted.currency,
    )
