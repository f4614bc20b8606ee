"""/v1/admin/tariffs/{code}/components: the features a tariff grants, with their prices and allowances."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from billing_core.api.conventions.authentication import EverywhereWith
from billing_core.api.conventions.caller import Caller
from billing_core.api.conventions.etags import tagged
from billing_core.api.conventions.house import App
from billing_core.api.conventions.pages import Page, PageAsked
from billing_core.api.conventions.paths import Code, Named
from billing_core.api.conventions.problems import error_answers
from billing_core.api.conventions.route import Route
from billing_core.api.routers.admin_tariffs import Publish, Version
from billing_core.api.routers.plans import TAGGED
from billing_core.api.routers.tariff_documents import component_shown, components_shown
from billing_core.api.routers.tariff_shapes import Component, ComponentChanged, ComponentSent
from billing_core.domain.identity import Permission
from billing_core.services.catalog.create_feature import create_feature
from billing_core.services.plans.edit_components import add_component, change_component, check_granted, remove_component
from billing_core.services.plans.list_plans import version_of, view_plan

router = APIRouter(prefix="/v1/admin/tariffs/{code}/components", tags=["Admin: tariffs"], route_class=Route)
EditPlansEverywhere = Annotated[Caller, Depends(EverywhereWith(Permission.EDIT_PLANS))]


@router.get(
    "",
    summary="List the components of a tariff",
    response_model=Page[Component],
    responses=TAGGED | error_answers(401, 403, 404, 422, 429),
    dependencies=[Depends(EverywhereWith(Permission.READ_PLANS))],
)
def components(request: Request, application: App, code: Code, asked: PageAsked, version: Version = None) -> Response:
    """What the tariff grants and charges for, by code. Administrators, analysts and keys of operators."""
    with application.read() as uow:
        record = version_of(view_plan(uow, code, application.clock.now()), version)
        features = {feature.code: feature for feature in uow.catalog.features()}
    shown = components_shown(record, features)
    return tagged(request, asked.page_of_all(shown, lambda item: (item.code,), lambda item: item))


@router.post(
    "",
    summary="Add a component to a tariff",
    status_code=201,
    responses=error_answers(400, 401, 403, 404, 409, 413, 422, 429),
)
def add(
    application: App, caller: EditPlansEverywhere, code: Code, body: ComponentSent, publish: Publish = True
) -> Component:
    """Grant one more feature in a new version of the tariff; who has it keeps the version they have.

    Administrators, and keys of operators with the scope manage.
    """
    now = application.clock.now()
    with application.write() as uow:
        if body.new_feature is not None:
            create_feature(uow, body.new_feature.feature(body.code), actor=caller.actor, now=now)
        record = add_component(uow, code, body.code, body.document(), is_published=publish, actor=caller.actor, now=now)
        features = {feature.code: feature for feature in uow.catalog.features()}
    return component_shown(record, body.code, features)


@router.get(
    "/{feature}",
    summary="Read a component of a tariff",
    response_model=Component,
    responses=TAGGED | error_answers(401, 403, 404, 422, 429),
    dependencies=[Depends(EverywhereWith(Permission.READ_PLANS))],
)
def component(request: Request, application: App, code: Code, feature: Named, version: Version = None) -> Response:
    """One component as the tariff is sold now, or as another of its versions says."""
    with application.read() as uow:
        record = version_of(view_plan(uow, code, application.clock.now()), version)
        check_granted(record.version.terms, feature)
        features = {found.code: found for found in uow.catalog.features()}
    return tagged(request, component_shown(record, feature, features))


@router.patch(
    "/{feature}",
    summary="Change a component of a tariff",
    responses=error_answers(400, 401, 403, 404, 409, 413, 422, 429),
)
def change(
    application: App,
    caller: EditPlansEverywhere,
    code: Code,
    feature: Named,
    body: ComponentChanged,
    publish: Publish = True,
) -> Component:
    """Change its price, its allowance or its limits in a new version; what is left out stays as it is."""
    with application.write() as uow:
        record = change_component(
            uow,
            code,
            feature,
            body.document(),
            is_published=publish,
            actor=caller.actor,
            now=application.clock.now(),
        )
        features = {found.code: found for found in uow.catalog.features()}
    return component_shown(record, feature, features)


@router.delete(
    "/{feature}",
    summary="Remove a component from a tariff",
    status_code=204,
    responses=error_answers(401, 403, 404, 409, 422, 429),
)
def remove(application: App, caller: EditPlansEverywhere, code: Code, feature: Named, publish: Publish = True) -> None:
    """Grant it no longer, in a new version; who has the tariff keeps the version they have."""
    with application.write() as uow:
        remove_component(uow, code, feature, is_published=publish, actor=caller.actor, now=application.clock.now())
