"""/billing/customer: the organization as Stripe knows it."""

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from billing_core.api.conventions.authentication import Asking, OrganizationWith
from billing_core.api.conventions.house import App
from billing_core.api.conventions.new_ids import NewId
from billing_core.api.conventions.problems import error_answers
from billing_core.api.conventions.route import Route
from billing_core.api.conventions.texts import Name
from billing_core.domain.identity import EMAIL_LENGTH_MAX, Permission
from billing_core.services.customers.ports import Customer
from billing_core.services.customers.read_customer import read_customer
from billing_core.services.customers.save_customer import save_customer

router = APIRouter(prefix="/billing", tags=["Payments"], route_class=Route)
BuyCredits = Annotated[Asking, Depends(OrganizationWith(Permission.BUY_CREDITS))]


class CustomerIn(BaseModel):
    """What receipts are made out to, and where they are sent; what is left out stays as it is."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"name": "Northwind AI Ltd", "email": "billing@northwind.example"}},
    )

    name: Name | None = None
    email: Annotated[str, Field(max_length=EMAIL_LENGTH_MAX)] | None = None


class CustomerOut(BaseModel):
    """The organization at Stripe. `account` is the world its id belongs to: the embedded Stripe, test or live mode."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "stripe_customer_id": "cus_R7h2k9",
                "organization_id": "org_01kafh9v7w3m5n8q2r4s6t0x1y",
                "account": "test",
                "name": "Northwind AI Ltd",
                "email": "billing@northwind.example",
            }
        }
    )

    stripe_customer_id: str
    organization_id: str
    account: str
    name: str | None
    email: str | None


@router.get("/customer", summary="Stripe customer", responses=error_answers(401, 403, 404, 422, 429, 502))
def customer(application: App, asking: BuyCredits) -> CustomerOut:
    """The organization as Stripe knows it; 404 as long as it has neither bought anything nor been saved.

    For owners and billing roles, and keys that may manage.
    """
    found = read_customer(application.read, application.payments, asking.organization_id)
    return _customer_out(found, asking.organization_id, application.payments.account)


@router.post(
    "/customer",
    summary="Save the Stripe customer",
    responses=error_answers(400, 401, 403, 404, 409, 413, 422, 429, 502),
)
def save(application: App, asking: BuyCredits, body: CustomerIn, new_id: NewId) -> CustomerOut:
    """Make the organization known to Stripe, or change its name and e-mail address there. Safe to repeat.

    For owners and billing roles, and keys that may manage.
    """
    saved = save_customer(
        application.write,
        application.payments,
        organization_id=asking.organization_id,
        name=body.name,
        email=body.email,
        operation=new_id("customer"),
        actor=asking.caller.actor,
        clock=application.clock,
    )
    return _customer_out(saved, asking.organization_id, application.payments.account)


def _customer_out(found: Customer, organization_id: str, account: str) -> CustomerOut:
    return CustomerOut(
        stripe_customer_id=found.id,
        organization_id=organization_id,
        account=account,
        name=found.name,
        email=found.email,
    )
