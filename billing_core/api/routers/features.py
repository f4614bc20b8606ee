"""GET /v1/billing/features: what the organization's plan includes and what a use costs."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ConfigDict

from billing_core.api.conventions.authentication import Asking, OrganizationWith
from billing_core.api.conventions.etags import tagged
from billing_core.api.conventions.house import App
from billing_core.api.conventions.problems import error_answers
from billing_core.api.conventions.route import Route
from billing_core.api.routers.plans import FEATURE, TAGGED, FeatureGranted, features_granted
from billing_core.domain.basis_points import percent_text
from billing_core.domain.identity import Permission
from billing_core.services.plans.current_subscription import current_subscription

router = APIRouter(prefix="/v1/billing", tags=["Billing"], route_class=Route)
ReadPlans = Annotated[Asking, Depends(OrganizationWith(Permission.READ_PLANS))]


class FeatureAvailable(FeatureGranted):
    """A feature of the organization's plan; `discount_percent` is taken off what a use costs."""

    model_config = ConfigDict(json_schema_extra={"example": FEATURE | {"discount_percent": "0"}})

    discount_percent: str


class FeaturesAvailable(BaseModel):
    """The features of the plan the organization is on; `currency` is the plan's, also where no feature has a price."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "plan": "starter",
                "plan_version": 1,
                "currency": "USD",
                "data": [FEATURE | {"discount_percent": "0"}],
            }
        }
    )

    plan: str
    plan_version: int
    currency: str
    data: list[FeatureAvailable]


@router.get(
    "/features",
    summary="Features of the organization's plan",
    response_model=FeaturesAvailable,
    responses=TAGGED | error_answers(401, 403, 404, 422, 429),
)
def features(request: Request, application: App, asking: ReadPlans) -> Response:
    """What the plan includes, with the price of a use in words and as data. A feature that is not listed is refused."""
    with application.read(asking.organization_id) as uow:
        subscription = current_subscription(uow, asking.organization_id, application.clock.now())
        known = {feature.code: feature for feature in uow.catalog.features()}
    version = subscription.plan_version
    return tagged(
        request,
        FeaturesAvailable(
            plan=version.plan_code,
            plan_version=version.number,
            currency=version.terms.currency,
            data=[
                FeatureAvailable(
                    **dict(granted),
                    discount_percent=percent_text(
                        version.terms.discount_basis_points(subscription.discount, granted.code)
                    ),
                )
                for granted in features_granted(version.terms, known)
            ],
        ),
    )
