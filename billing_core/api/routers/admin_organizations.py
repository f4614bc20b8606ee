"""/v1/admin/organizations: customers, the plans they are on and what they have."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from billing_core.api.conventions.authentication import Asking, EverywhereWith, Known
from billing_core.api.conventions.caller import Caller
from billing_core.api.conventions.house import App
from billing_core.api.conventions.pages import Page, PageAsked
from billing_core.api.conventions.paths import PRINTABLE, OrganizationAt
from billing_core.api.conventions.problems import error_answers
from billing_core.api.conventions.route import Route
from billing_core.api.conventions.texts import text_or_taken_away
from billing_core.api.routers.organization_shapes import (
    OrganizationBrief,
    OrganizationChanged,
    OrganizationSent,
    OrganizationShown,
    organization_brief,
    organization_shown,
)
from billing_core.bootstrap import Application
from billing_core.domain.identity import Permission
from billing_core.domain.plans import Subscription
from billing_core.services.credits.grant_plan_credits import grant_plan_credits
from billing_core.services.credits.read_balance import read_balance
from billing_core.services.organizations.change_subscription import SubscriptionChange, change_subscription
from billing_core.services.organizations.open_organization import open_organization
from billing_core.services.organizations.rename_organization import rename_organization

router = APIRouter(prefix="/v1/admin/organizations", tags=["Admin: organizations"], route_class=Route)
ManageOrganizationsEverywhere = Annotated[Caller, Depends(EverywhereWith(Permission.MANAGE_ORGANIZATIONS))]
ReadOrganization = Annotated[Asking, Depends(OrganizationAt(Permission.READ_CREDITS))]
ManageOrganization = Annotated[Asking, Depends(OrganizationAt(Permission.MANAGE_ORGANIZATIONS))]
Search = Annotated[
    str | None,
    Query(min_length=1, max_length=100, pattern=PRINTABLE, description="Part of the name, or the whole id."),
]


@router.get("", summary="List organizations", responses=error_answers(401, 403, 422, 429))
def organizations(application: App, caller: Known, asked: PageAsked, search: Search = None) -> Page[OrganizationBrief]:
    """The organizations the caller sees, by name: for operators all, for a customer its own."""
    scope = caller.anywhere(Permission.READ_CREDITS)
    after = asked.place(1)
    with application.read() as uow:
        found = uow.organizations.organization_page(
            scope.organization_ids, search, None if after is None else after[0], asked.limit + 1
        )
        held = uow.subscriptions.history([item.id for item in found])
    return asked.page(
        found, lambda item: (item.name,), lambda item: organization_brief(item, _running(held.get(item.id, ())))
    )


@router.post(
    "",
    summary="Create an organization",
    status_code=201,
    responses=error_answers(400, 401, 403, 404, 409, 413, 422, 429),
)
def create(application: App, caller: ManageOrganizationsEverywhere, body: OrganizationSent) -> OrganizationShown:
    """Create an organization on a plan, with the sign-up credits. Administrators, and operators with manage."""
    now = application.clock.now()
    settings = application.catalog_settings
    with application.write() as uow:
        organization = open_organization(
            uow,
            name=body.name,
            plan_code=body.plan,
            currency=body.currency,
            time_zone=body.time_zone,
            sign_up_credits=settings.sign_up_credits,
            sign_up_valid_days=settings.sign_up_valid_days,
            actor=caller.actor,
            now=now,
        )
        grant_plan_credits(uow, now)
    return _shown(application, organization.id)


@router.get("/{organization_id}", summary="Read an organization", responses=error_answers(401, 403, 404, 422, 429))
def organization(application: App, asking: ReadOrganization) -> OrganizationShown:
    """An organization with its plan and its balance, for whoever may see its credits."""
    return _shown(application, asking.organization_id)


@router.patch(
    "/{organization_id}",
    summary="Change an organization",
    responses=error_answers(400, 401, 403, 404, 409, 413, 422, 429),
)
def change(application: App, asking: ManageOrganization, body: OrganizationChanged) -> OrganizationShown:
    """Change its name, or put it on another plan from now on. Administrators, and operators with manage.

    The version it comes to is the one in force, and it keeps that; billing periods go on as they were counted.
    """
    organization_id, actor, now = asking.organization_id, asking.caller.actor, application.clock.now()
    with application.write() as uow:
        if body.name is not None:
            rename_organization(uow, organization_id, body.name, actor=actor, now=now)
        if body.model_fields_set - {"name"}:
            change_subscription(uow, organization_id, _subscription_sent(body), actor=actor, now=now)
            grant_plan_credits(uow, now)
    return _shown(application, organization_id)


def _subscription_sent(body: OrganizationChanged) -> SubscriptionChange:
    return SubscriptionChange(
        plan_code=body.plan,
        interval=body.interval,
        seats=body.seats,
        discount=text_or_taken_away(body, "discount"),
    )


def _shown(application: Application, organization_id: str) -> OrganizationShown:
    with application.read(organization_id) as uow:
        found = uow.organizations.organization(organization_id)
        return organization_shown(
            found,
            _running(uow.subscriptions.history([organization_id]).get(organization_id, ())),
            read_balance(uow, organization_id, application.clock.now()),
            uow.seats.count_members(organization_id),
        )


def _running(history: Sequence[Subscription]) -> Subscription | None:
    return next((item for item in history if item.ended_at is None), None)
