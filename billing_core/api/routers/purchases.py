"""POST /billing/purchase-credits: a package is bought on a payment page, or with a saved payment method."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends
from pydantic import AnyHttpUrl, BaseModel, ConfigDict, Field

from billing_core.api.conventions.amounts import Amount, amount_of
from billing_core.api.conventions.authentication import Asking, OrganizationWith
from billing_core.api.conventions.house import App
from billing_core.api.conventions.new_ids import NewId
from billing_core.api.conventions.problems import error_answers
from billing_core.api.conventions.route import Route
from billing_core.api.conventions.texts import GivenId
from billing_core.domain.identity import Permission
from billing_core.services.purchases.find_package import find_package
from billing_core.services.purchases.pay_directly import pay_directly
from billing_core.services.purchases.ports import Purchase, PurchaseStatus
from billing_core.services.purchases.start_purchase import start_purchase

router = APIRouter(prefix="/billing", tags=["Payments"], route_class=Route)
BuyCredits = Annotated[Asking, Depends(OrganizationWith(Permission.BUY_CREDITS))]
Status = Literal["pending", "processing", "succeeded", "requires_action", "failed", "canceled"]


class PurchaseIn(BaseModel):
    """What is bought: the id or the code of a package, and with which payment method.

    Without a payment method the customer pays on Stripe's page and comes back to `return_url`.
    """

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"package_id": "medium", "return_url": "https://app.example.com/billing"}},
    )

    package_id: GivenId
    payment_method_id: Annotated[str, Field(pattern=r"^pm_\w+$", max_length=100)] | None = None
    return_url: AnyHttpUrl | None = Field(
        None, description="Where the customer comes back to; the console if left out."
    )


class PurchaseOut(BaseModel):
    """A purchase. `pending` and `requires_action` are paid at `url`; credits are there once it has `succeeded`.

    `processing` is still being decided by the bank, and `failed` says why in `failure_code` and `failure_message`.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "id": "pur_01kafh9v7w3m5n8q2r4s6t0x1y",
                "status": "pending",
                "url": "https://checkout.stripe.com/c/pay/cs_test_a1",
                "package": "Medium",
                "credits": {"amount": "500.00", "currency": "CREDITS"},
                "price": {"amount": "39.90", "currency": "USD"},
                "grant_id": None,
                "failure_code": None,
                "failure_message": None,
                "stripe_payment_intent_id": None,
                "stripe_checkout_session_id": "cs_test_a1",
                "created_at": "2026-11-20T12:00:00Z",
                "paid_at": None,
            }
        }
    )

    id: str
    status: Status
    url: str | None
    package: str
    credits: Amount
    price: Amount
    grant_id: str | None
    failure_code: str | None
    failure_message: str | None
    stripe_payment_intent_id: str | None
    stripe_checkout_session_id: str | None
    created_at: datetime
    paid_at: datetime | None


@router.post(
    "/purchase-credits",
    summary="Buy a package of credits",
    status_code=201,
    responses=error_answers(400, 401, 403, 404, 409, 413, 422, 429, 502),
)
def purchase_credits(application: App, asking: BuyCredits, body: PurchaseIn, new_id: NewId) -> PurchaseOut:
    """Buy credits. Under one `Idempotency-Key` a package is bought once, whatever breaks in between.

    With a saved payment method it is charged at once; where the bank wants to see the customer, they pay at `url`.
    502 when Stripe does not answer: ask again under the same key. For owners and billing roles, and keys that may
    manage.
    """
    with application.read(asking.organization_id) as uow:
        package = find_package(uow.catalog, body.package_id, application.clock.now())
    wanted = {
        "organization_id": asking.organization_id,
        "package_code": package.code,
        "return_url": str(body.return_url) if body.return_url else f"{application.settings.url}/credits",
        "purchase_id": new_id("pur"),
    }
    by, clock = asking.caller.actor, application.clock
    if body.payment_method_id is None:
        bought = start_purchase(application.write, application.payments, **wanted, requested_by=by, clock=clock)
    else:
        bought = pay_directly(
            application.write,
            application.payments,
            **wanted,
            payment_method_id=body.payment_method_id,
            requested_by=by,
            clock=clock,
        )
    return _purchase_out(bought)


def _purchase_out(purchase: Purchase) -> PurchaseOut:
    status = _status(purchase)
    return PurchaseOut(
        id=purchase.id,
        status=status,
        url=purchase.checkout_url if status in ("pending", "requires_action") else None,
        package=purchase.package_name,
        credits=amount_of(purchase.credits),
        price=amount_of(purchase.price),
        grant_id=purchase.grant_id,
        failure_code=purchase.failure_code,
        failure_message=purchase.failure_message,
        stripe_payment_intent_id=purchase.payment_intent_id,
        stripe_checkout_session_id=purchase.checkout_session_id,
        created_at=purchase.created_at,
        paid_at=purchase.paid_at,
    )


def _status(purchase: Purchase) -> Status:
    match purchase.status:
        case PurchaseStatus.PAID:
            return "succeeded"
        case PurchaseStatus.EXPIRED:
            return "canceled"
        case _ if purchase.checkout_url is not None:  # declined there, it may be tried again
            return "pending" if purchase.payment_method_id is None else "requires_action"
        case PurchaseStatus.DECLINED:
            return "failed"
        case PurchaseStatus.PENDING:
            return "processing"
