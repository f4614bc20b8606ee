"""POST /v1/billing/topup: money that an organization paid by another way than Stripe."""

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from billing_core.api.conventions.amounts import DecimalText
from billing_core.api.conventions.authentication import Asking, OrganizationWith
from billing_core.api.conventions.house import App
from billing_core.api.conventions.problems import error_answers
from billing_core.api.conventions.route import Route
from billing_core.api.routers.balance import BalanceOut, balance_out
from billing_core.domain.errors import InvalidInput
from billing_core.domain.identity import Permission
from billing_core.domain.usage import TEXT_MAX
from billing_core.services.credits.read_balance import read_balance
from billing_core.services.credits.record_payment import record_payment

router = APIRouter(prefix="/v1/billing", tags=["Billing"], route_class=Route)
GrantCredits = Annotated[Asking, Depends(OrganizationWith(Permission.GRANT_CREDITS))]


class TopUp(BaseModel):
    """Money received. `reference` names the payment: the same one is taken once, however often it is sent."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {"amount": "25.00", "currency": "USD", "reference": "bank transfer 2026-11-4711"}
        },
    )

    amount: DecimalText
    reference: str = Field(min_length=1, max_length=TEXT_MAX)
    currency: str | None = Field(
        None, max_length=10, description="The organization's, which is meant when it is left out."
    )


@router.post(
    "/topup",
    summary="Record a payment received",
    responses=error_answers(400, 401, 403, 404, 409, 413, 422, 429),
)
def top_up(application: App, asking: GrantCredits, body: TopUp) -> BalanceOut:
    """Add money to an organization's balance that it paid outside Stripe, such as by bank transfer.

    For the operators: customers add money by paying, with `/credits` in the console or `/api/billing/purchase-credits`.
    Answers with the new balance.
    """
    now = application.clock.now()
    with application.write() as uow:
        organization = uow.organizations.organization(asking.organization_id)
        if body.currency not in (None, organization.currency):
            raise InvalidInput(
                f"The organization is billed in {organization.currency}, not {body.currency}.", field="currency"
            )
        record_payment(
            uow,
            organization_id=organization.id,
            amount=body.amount,
            reference=body.reference,
            actor=asking.caller.actor,
            now=now,
        )
        return balance_out(read_balance(uow, organization.id, now))
