"""Create a department of an organization."""

from datetime import datetime

from billing_core.domain.identity import Actor, checked_name
from billing_core.domain.ids import new_id
from billing_core.domain.organizations import Department
from billing_core.services.audit.record_change import record_change
from billing_core.services.organizations.ports import OrganizationUnit


def create_department(
    uow: OrganizationUnit, *, organization_id: str, name: str, actor: Actor, now: datetime
) -> Department:
    """A department; NotFound for an unknown organization, Conflict when it has one of that name."""
    organization = uow.organizations.organization(organization_id)
    department = Department(
        id=new_id("dep", now), organization_id=organization.id, name=checked_name(name), created_at=now
    )
    uow.organizations.add_department(department)
    record_change(
        uow,
        actor,
        "department.created",
        ("department", department.id),
        now=now,
        organization_id=organization.id,
        after={"name": department.name},
    )
    return department
