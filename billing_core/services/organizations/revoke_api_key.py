"""Revoke an API key, from the next call on."""

from datetime import datetime

from billing_core.domain.errors import NotFound
from billing_core.domain.identity import Actor
from billing_core.services.audit.record_change import record_change
from billing_core.services.organizations.ports import OrganizationUnit


def revoke_api_key(
    uow: OrganizationUnit, *, api_key_id: str, organization_id: str | None, actor: Actor, now: datetime
) -> None:
    """Revoke a key of the organization, or with None one of operators; revoking twice changes nothing.

    NotFound when there is none, and just so for a key of somebody else.
    """
    api_key = uow.organizations.api_key(api_key_id)
    if api_key is None or api_key.organization_id != organization_id:
        raise NotFound(f"There is no API key {api_key_id!r}.", field="api_key")
    if api_key.revoked_at is not None:
        return
    uow.organizations.revoke_api_key(api_key.id, now)
    record_change(
        uow,
        actor,
        "api_key.revoked",
        ("api_key", api_key.id),
        now=now,
        organization_id=api_key.organization_id,
        before={"name": api_key.name, "hint": api_key.hint},
    )
