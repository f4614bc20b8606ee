"""GET /billing/plans and /billing/credit-packages: what is sold, for everybody to read."""

from typing import Any

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ConfigDict

from billing_core.api.conventions.amounts import Amount, amount_of
from billing_core.api.conventions.authentication import count_visitor
from billing_core.api.conventions.etags import tagged
from billing_core.api.conventions.house import App
from billing_core.api.conventions.pages import Page, PageAsked
from billing_core.api.conventions.problems import error_answers
from billing_core.api.conventions.route import Route
from billing_core.api.routers.plans import TAGGED, PlanOffered, plans
from billing_core.domain.credits import CreditPackage
from billing_core.domain.money import NANOS_PER_UNIT

router = APIRouter(prefix="/billing", tags=["Payments"], route_class=Route, dependencies=[Depends(count_visitor)])
PACKAGE: dict[str, Any] = {
    "id": "pkg_01kafh9v7w3m5n8q2r4s6t0x1y",
    "code": "medium",
    "name": "Medium",
    "credits": {"amount": "500.00", "currency": "CREDITS"},
    "price": {"amount": "39.90", "currency": "USD"},
    "price_per_credit": {"amount": "0.0798", "currency": "USD"},
    "valid_months": 12,
}


class PackageOut(BaseModel):
    """Credits for sale; they last `valid_months` from purchase, for ever where that is null."""

    model_config = ConfigDict(json_schema_extra={"example": PACKAGE})

    id: str
    code: str
    name: str
    credits: Amount
    price: Amount
    price_per_credit: Amount
    valid_months: int | None


class PackagesOut(Page[PackageOut]):
    """A page of packages."""

    model_config = ConfigDict(json_schema_extra={"example": {"data": [PACKAGE], "next_cursor": None}})


router.get(
    "/plans",
    summary="Plans on sale, under the address of billing",
    response_model=Page[PlanOffered],
    responses=TAGGED | error_answers(401, 422, 429),
)(plans)


@router.get(
    "/credit-packages",
    summary="Packages of credits on sale",
    response_model=PackagesOut,
    responses=TAGGED | error_answers(401, 422, 429),
)
def credit_packages(request: Request, application: App, asked: PageAsked) -> Response:
    """Every package that can be bought now, the smallest first. Everybody may read it, without a key."""
    with application.read() as uow:
        on_sale = uow.catalog.packages_on_sale(application.clock.now())
    return tagged(request, asked.page_of_all(on_sale, _place, _package_out))


def _place(package: CreditPackage) -> tuple[str, ...]:
    return f"{package.credits.nanos:020d}", package.code


def _package_out(package: CreditPackage) -> PackageOut:
    return PackageOut(
        id=package.id,
        code=package.code,
        name=package.name,
        credits=amount_of(package.credits),
        price=amount_of(package.price),
        price_per_credit=amount_of(package.price.share(NANOS_PER_UNIT, package.credits.nanos)),
        valid_months=package.valid_months,
    )
