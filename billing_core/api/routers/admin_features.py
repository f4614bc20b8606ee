"""/v1/admin/features: what tariffs can grant and events can use, and how each is counted."""

from typing import Any, Literal

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ConfigDict

from billing_core.api.conventions.authentication import EverywhereWith
from billing_core.api.conventions.etags import tagged
from billing_core.api.conventions.house import App
from billing_core.api.conventions.pages import Page, PageAsked
from billing_core.api.conventions.problems import error_answers
from billing_core.api.conventions.route import Route
from billing_core.api.routers.plans import TAGGED
from billing_core.domain.catalog import Feature
from billing_core.domain.identity import Permission

router = APIRouter(prefix="/v1/admin/features", tags=["Admin: tariffs"], route_class=Route)
_FEATURE: dict[str, Any] = {
    "code": "storage",
    "name": "Storage",
    "description": "Files kept for the organization.",
    "unit": "byte",
    "display_unit": "GB",
    "units_per_display_unit": 1_000_000_000,
    "aggregation": "max",
    "is_active": True,
}


class FeatureShown(BaseModel):
    """A feature, counted in `unit`s; with `max` an event reports a level, and the highest of a period counts."""

    model_config = ConfigDict(json_schema_extra={"example": _FEATURE})

    code: str
    name: str
    description: str
    unit: str
    display_unit: str
    units_per_display_unit: int
    aggregation: Literal["sum", "max"]
    is_active: bool


@router.get(
    "",
    summary="List features",
    response_model=Page[FeatureShown],
    responses=TAGGED | error_answers(401, 403, 422, 429),
    dependencies=[Depends(EverywhereWith(Permission.READ_PLANS))],
)
def features(request: Request, application: App, asked: PageAsked) -> Response:
    """Every feature by code, retired ones too. A new one is made with the first component that has it."""
    with application.read() as uow:
        found = uow.catalog.features()
    return tagged(request, asked.page_of_all(found, lambda item: (item.code,), _shown))


def _shown(feature: Feature) -> FeatureShown:
    return FeatureShown(
        code=feature.code,
        name=feature.name,
        description=feature.description,
        unit=feature.unit,
        display_unit=feature.display_unit,
        units_per_display_unit=feature.units_per_display_unit,
        aggregation=feature.aggregation,
        is_active=feature.is_active,
    )
