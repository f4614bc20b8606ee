"""GET /billing/payments and /v1/billing/payments: what an organization paid, or tried to."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict

from billing_core.api.conventions.amounts import Amount, amount_of
from billing_core.api.conventions.authentication import Asking, OrganizationWith
from billing_core.api.conventions.house import App
from billing_core.api.conventions.pages import Asked, Page, PageAsked
from billing_core.api.conventions.problems import error_answers
from billing_core.api.conventions.route import Route
from billing_core.api.conventions.texts import Moment
from billing_core.api.conventions.timed_places import place_text, timed_place
from billing_core.domain.identity import Permission
from billing_core.services.payments.ports import (
    Payment,
    PaymentFilter,
    PaymentKind,
    PaymentMethod,
    PaymentStatus,
    Place,
)
from billing_core.services.payments.read_payments import read_payments

router = APIRouter(tags=["Payments"], route_class=Route)
ReadCredits = Annotated[Asking, Depends(OrganizationWith(Permission.READ_CREDITS))]
PAYMENT: dict[str, Any] = {
    "id": "pur_01kafh9v7w3m5n8q2r4s6t0x1y",
    "kind": "credit_purchase",
    "status": "succeeded",
    "amount": {"amount": "39.90", "currency": "USD"},
    "description": "500 credits",
    "credits": {"amount": "500.00", "currency": "CREDITS"},
    "grant_id": "grt_01kafh9v7w3m5n8q2r4s6t0x1y",
    "requested_by": "per_01kafh9v7w3m5n8q2r4s6t0x1y",
    "payment_method": "checkout",
    "payment_method_id": None,
    "failure_code": None,
    "failure_message": None,
    "stripe_payment_intent_id": "pi_3PZ",
    "stripe_checkout_session_id": "cs_test_a1",
    "created_at": "2026-11-20T12:00:00Z",
    "paid_at": "2026-11-20T12:02:41Z",
}


class PaymentOut(BaseModel):
    """A payment or a try to pay: for a package, or into the balance. `failure_code` is Stripe's."""

    model_config = ConfigDict(json_schema_extra={"example": PAYMENT})

    id: str
    kind: PaymentKind
    status: PaymentStatus
    amount: Amount
    description: str
    credits: Amount | None
    grant_id: str | None
    requested_by: str | None
    payment_method: PaymentMethod
    payment_method_id: str | None
    failure_code: str | None
    failure_message: str | None
    stripe_payment_intent_id: str | None
    stripe_checkout_session_id: str | None
    created_at: datetime
    paid_at: datetime | None


class PaymentsOut(Page[PaymentOut]):
    """A page of payments."""

    model_config = ConfigDict(json_schema_extra={"example": {"data": [PAYMENT], "next_cursor": None}})


@router.get("/billing/payments", summary="Payments", responses=error_answers(401, 403, 404, 422, 429))
@router.get(
    "/v1/billing/payments",
    summary="Payments, under the address of the first version",
    responses=error_answers(401, 403, 404, 422, 429),
)
def payments(
    application: App,
    asking: ReadCredits,
    asked: PageAsked,
    kind: Annotated[PaymentKind | None, Query(description="Only of this kind.")] = None,
    status: Annotated[PaymentStatus | None, Query(description="Only those that stand so.")] = None,
    from_: Annotated[Moment | None, Query(alias="from", description="Only what began then or later.")] = None,
    to: Annotated[Moment | None, Query(description="Only what began before.")] = None,
) -> PaymentsOut:
    """Purchases of credits, automatic top-ups and money received otherwise, the newest first.

    For whoever may see the organization's credits.
    """
    chosen = PaymentFilter(kind=kind, status=status, created_from=from_, created_until=to)
    after = _place_of(asked)
    with application.read(asking.organization_id) as uow:
        found = read_payments(uow, asking.organization_id, chosen, after=after, count_max=asked.limit + 1)
    page = asked.page(found, lambda payment: place_text(payment.created_at, payment.id), _payment_out)
    return PaymentsOut(data=page.data, next_cursor=page.next_cursor)


def _place_of(asked: Asked) -> Place | None:
    place = timed_place(asked, 2)
    return None if place is None else Place(place[0], place[1][0])


def _payment_out(payment: Payment) -> PaymentOut:
    return PaymentOut(
        id=payment.id,
        kind=payment.kind,
        status=payment.status,
        amount=amount_of(payment.amount),
        description=payment.description,
        credits=None if payment.credits is None else amount_of(payment.credits),
        grant_id=payment.grant_id,
        requested_by=payment.requested_by,
        payment_method=payment.method,
        payment_method_id=payment.payment_method_id,
        failure_code=payment.failure_code,
        failure_message=payment.failure_message,
        stripe_payment_intent_id=payment.payment_intent_id,
        stripe_checkout_session_id=payment.checkout_session_id,
        created_at=payment.created_at,
        paid_at=payment.paid_at,
    )
