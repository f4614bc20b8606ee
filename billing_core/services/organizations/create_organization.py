"""Create an organization on a plan."""

from datetime import datetime

from billing_core.domain.errors import InvalidInput
from billing_core.domain.identity import Actor, checked_name
from billing_core.domain.ids import new_id
from billing_core.domain.money import CREDITS, check_currency
from billing_core.domain.organizations import Organization
from billing_core.domain.periods import time_zone as zone_named
from billing_core.services.audit.record_change import record_change
from billing_core.services.organizations.ports import OrganizationUnit
from billing_core.services.organizations.subscribe import subscribe

FIRST_PLAN = "free"


def create_organization(
    uow: OrganizationUnit,
    *,
    name: str,
    plan_code: str = FIRST_PLAN,
    currency: str = "USD",
    time_zone: str = "UTC",
    is_demo: bool = False,
    actor: Actor,
    now: datetime,
) -> Organization:
    """An organization on the plan's version in force, its periods counted from `now`.

    InvalidInput names the field, NotFound an unknown plan, Conflict a name that is taken.
    """
    if check_currency(currency) == CREDITS:
        raise InvalidInput("An organization is billed in money; choose a currency such as USD.", field="currency")
    organization = Organization(
        id=new_id("org", now),
        name=checked_name(name),
        currency=currency,
        time_zone=zone_named(time_zone),
        is_demo=is_demo,
        created_at=now,
    )
    uow.organizations.add_organization(organization)
    record_change(
        uow,
        actor,
        "organization.created",
        ("organization", organization.id),
        now=now,
        organization_id=organization.id,
        after={"name": organization.name, "currency": currency, "time_zone": time_zone, "is_demo": is_demo},
    )
    subscribe(uow, organization_id=organization.id, plan_code=plan_code, interval="month", actor=actor, now=now)
    return organization
