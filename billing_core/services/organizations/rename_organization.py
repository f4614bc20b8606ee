"""Give an organization another name."""

from datetime import datetime

from billing_core.domain.identity import Actor, checked_name
from billing_core.services.audit.record_change import record_change
from billing_core.services.organizations.ports import OrganizationUnit


def rename_organization(uow: OrganizationUnit, organization_id: str, name: str, *, actor: Actor, now: datetime) -> None:
    """Its name from now on; NotFound for an unknown organization, Conflict for a name that is taken."""
    organization = uow.organizations.organization(organization_id)
    new_name = checked_name(name)
    if new_name == organization.name:
        return
    uow.organizations.rename_organization(organization_id, new_name)
    record_change(
        uow,
        actor,
        "organization.renamed",
        ("organization", organization_id),
        now=now,
        organization_id=organization_id,
        before={"name": organization.name},
        after={"name": new_name},
    )
