"""Give a department another name; what was recorded of it stays its own."""

from dataclasses import replace
from datetime import datetime

from billing_core.domain.errors import NotFound
from billing_core.domain.identity import Actor, checked_name
from billing_core.domain.organizations import Department
from billing_core.services.audit.record_change import record_change
from billing_core.services.organizations.ports import OrganizationUnit


def rename_department(
    uow: OrganizationUnit, *, organization_id: str, department_id: str, name: str, actor: Actor, now: datetime
) -> Department:
    """The department with its new name; NotFound when the organization has none of that id, Conflict if it is taken."""
    department = department_of(uow, organization_id, department_id)
    renamed = replace(department, name=checked_name(name))
    if renamed == department:
        return department
    uow.organizations.rename_department(department_id, renamed.name)
    record_change(
        uow,
        actor,
        "department.renamed",
        ("department", department_id),
        now=now,
        organization_id=organization_id,
        before={"name": department.name},
        after={"name": renamed.name},
    )
    return renamed


def department_of(uow: OrganizationUnit, organization_id: str, department_id: str) -> Department:
    """A department of the organization; NotFound, just so for one of another organization."""
    department = uow.organizations.department(department_id)
    if department is None or department.organization_id != organization_id:
        raise NotFound(f"The organization has no department {department_id!r}.", field="department")
    return department
