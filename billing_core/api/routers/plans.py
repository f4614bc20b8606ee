"""GET /v1/billing/plans and /subscription/plans: what is sold, for everybody to read."""

from collections.abc import Mapping
from typing import Any, Literal

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from billing_core.api.conventions.amounts import Amount, amount_of
from billing_core.api.conventions.authentication import count_visitor
from billing_core.api.conventions.etags import tagged
from billing_core.api.conventions.house import App
from billing_core.api.conventions.pages import Page, PageAsked
from billing_core.api.conventions.problems import error_answers
from billing_core.api.conventions.route import Route
from billing_core.domain.basis_points import percent_text
from billing_core.domain.catalog import Feature, Plan
from billing_core.domain.money import Money
from billing_core.domain.plans import Interval, PlanTerms, PlanVersion
from billing_core.domain.price_document import price_document
from billing_core.domain.price_words import price_words
from billing_core.services.plans.offered_plans import Offer, offered_plans

router = APIRouter(tags=["Plans"], route_class=Route)
TAGGED = {304: {"description": "Not changed since the answer with this ETag"}}
PRICE: dict[str, Any] = {"kind": "per_unit", "currency": "USD", "amount": "0.05", "per_units": 1}
FEATURE: dict[str, Any] = {
    "code": "ai_response",
    "name": "AI responses",
    "description": "A response written by the assistant for a user of the product.",
    "unit": "response",
    "allowance": "ai_responses",
    "beyond": "credits",
    "price_words": "$0.05 / response",
    "price": PRICE,
    "minimum": None,
    "maximum": None,
}
ALLOWANCE: dict[str, Any] = {
    "code": "ai_responses",
    "name": "AI responses",
    "quantity": 500,
    "measure": "units",
    "aggregation": "sum",
}
PLAN: dict[str, Any] = {
    "code": "starter",
    "name": "Starter",
    "description": "Basic features and one project, with credits every month.",
    "version": 1,
    "prices": [
        {"interval": "month", "amount": "29.00", "currency": "USD"},
        {"interval": "year", "amount": "290.00", "currency": "USD"},
    ],
    "trial_days": 0,
    "seats": {"included": 3, "max": 3, "price": None},
    "credits_per_month": "500.00",
    "credit_value": {"amount": "0.10", "currency": "USD"},
    "allowances": [ALLOWANCE],
    "features": [FEATURE],
    "discounts": [],
}


class IntervalPrice(Amount):
    """What the plan costs each month or year."""

    interval: Interval


class Seats(BaseModel):
    """How many members are included, how many there may be (null: any number), and what each further one costs."""

    included: int
    max: int | None
    price: Amount | None


class AllowanceTerms(BaseModel):
    """What every month includes; a `quantity` of null is unlimited, and with `max` the highest level counts."""

    code: str
    name: str
    quantity: int | None
    measure: Literal["units", "tokens"]
    aggregation: Literal["sum", "max"]


class FeatureGranted(BaseModel):
    """How a plan grants a feature: from which allowance, what happens beyond it, and what a use then costs.

    `price` is the whole price as data, with exact decimals; null where use stops at the allowance.
    """

    model_config = ConfigDict(json_schema_extra={"example": FEATURE})

    code: str
    name: str
    description: str
    unit: str
    allowance: str | None
    beyond: Literal["stop", "credits", "overage"]
    price_words: str | None
    price: dict[str, Any] | None
    minimum: Amount | None
    maximum: Amount | None


class DiscountTerms(BaseModel):
    """What some customers get off the price of usage; `features` null is every feature."""

    code: str
    name: str
    percent: str
    features: list[str] | None


class PlanOffered(BaseModel):
    """A plan on sale: its prices, seats, allowances and features, as a new subscription would get them."""

    model_config = ConfigDict(json_schema_extra={"example": PLAN})

    code: str
    name: str
    description: str
    version: int = Field(description="Published versions never change; subscriptions keep theirs.")
    prices: list[IntervalPrice]
    trial_days: int
    seats: Seats
    credits_per_month: str
    credit_value: Amount
    allowances: list[AllowanceTerms]
    features: list[FeatureGranted]
    discounts: list[DiscountTerms]


@router.get(
    "/v1/billing/plans",
    summary="Plans on sale",
    response_model=Page[PlanOffered],
    responses=TAGGED | error_answers(401, 422, 429),
    dependencies=[Depends(count_visitor)],
)
@router.get(
    "/subscription/plans",
    summary="Plans on sale, under the address of subscriptions",
    response_model=Page[PlanOffered],
    responses=TAGGED | error_answers(401, 422, 429),
    dependencies=[Depends(count_visitor)],
)
def plans(request: Request, application: App, asked: PageAsked) -> Response:
    """Every plan that can be subscribed to now, in the order they are shown. Everybody may read it, without a key."""
    with application.read() as uow:
        offers = offered_plans(uow, application.clock.now())
        features = {feature.code: feature for feature in uow.catalog.features()}
    page = asked.page_of_all(offers, _place, lambda offer: plan_offered(offer.plan, offer.version, features))
    return tagged(request, page)


def _place(offer: Offer) -> tuple[str, ...]:
    return f"{offer.plan.position:09d}", offer.plan.code


def plan_offered(plan: Plan, version: PlanVersion, features: Mapping[str, Feature]) -> PlanOffered:
    """The plan as it is shown."""
    terms = version.terms
    return PlanOffered(
        code=plan.code,
        name=plan.name,
        description=plan.description,
        version=version.number,
        prices=_interval_prices(terms),
        trial_days=terms.trial_days,
        seats=Seats(included=terms.seats_included, max=terms.seats_max, price=_amount(terms.seat_price)),
        credits_per_month=terms.credits_per_month.decimal_text,
        credit_value=amount_of(terms.credit_value),
        allowances=allowances_shown(terms),
        features=features_granted(terms, features),
        discounts=discounts_shown(terms),
    )


def features_granted(terms: PlanTerms, features: Mapping[str, Feature]) -> list[FeatureGranted]:
    """The features of a plan with their prices."""
    return [
        FeatureGranted(
            code=code,
            name=features[code].name,
            description=features[code].description,
            unit=features[code].unit,
            allowance=granted.allowance,
            beyond=granted.beyond.value,
            price_words=None if granted.price is None else price_words(granted.price, features[code]),
            price=None if granted.price is None else price_document(granted.price),
            minimum=_amount(granted.minimum),
            maximum=_amount(granted.maximum),
        )
        for code, granted in terms.features.items()
    ]


def allowances_shown(terms: PlanTerms) -> list[AllowanceTerms]:
    """What a plan includes every month, in its order."""
    return [
        AllowanceTerms(
            code=code,
            name=item.name,
            quantity=item.quantity,
            measure=item.measure,
            aggregation=item.aggregation,
        )
        for code, item in terms.allowances.items()
    ]


def discounts_shown(terms: PlanTerms) -> list[DiscountTerms]:
    """The discounts some of a plan's customers have, in its order."""
    return [
        DiscountTerms(
            code=code,
            name=item.name,
            percent=percent_text(item.basis_points),
            features=None if item.features is None else sorted(item.features),
        )
        for code, item in terms.discounts.items()
    ]


def _interval_prices(terms: PlanTerms) -> list[IntervalPrice]:
    prices: dict[Interval, Money | None] = {"month": terms.price_month, "year": terms.price_year}
    return [
        IntervalPrice(interval=interval, amount=price.decimal_text, currency=price.currency)
        for interval, price in prices.items()
        if price is not None
    ]


def _amount(amount: Money | None) -> Amount | None:
    return None if amount is None else amount_of(amount)
