"""GET /v1/billing/balance: what the calling organization has and owes."""

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict

from billing_core.api.caller import caller_with
from billing_core.bootstrap import Application
from billing_core.domain.organizations import ApiKey, ApiScope
from billing_core.services.credits.read_balance import read_balance


class BalanceOut(BaseModel):
    """Exact decimals: credits that may be used now, prepaid money, and usage on its way to the next invoice."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"credits": "640.00", "balance": "25.00", "owed": "0.00", "currency": "USD"}}
    )

    credits: str
    balance: str
    owed: str
    currency: str


def balance_router(application: Application) -> APIRouter:
    """The router of the balance."""
    router = APIRouter(tags=["billing"])
    may_read = Depends(caller_with(application, ApiScope.READ))

    @router.get("/v1/billing/balance", summary="Balance of the organization")
    def balance(api_key: Annotated[ApiKey, may_read]) -> BalanceOut:  # pyright: ignore[reportUnusedFunction] - the router holds it
        """What the organization of the API key has and owes."""
        with application.read(api_key.organization_id) as uow:
            found = read_balance(uow, api_key.organization_id, application.clock.now())
        return BalanceOut(
            credits=found.credits.decimal_text,
            balance=found.money.available.decimal_text,
            owed=found.money.owed.decimal_text,
            currency=found.money.posted.currency,
        )

    return router
