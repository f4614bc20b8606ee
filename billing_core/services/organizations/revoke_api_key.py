"""Revoke an API key, from the next call on."""

from datetime import datetime

from billing_core.domain.errors import NotFound
from billing_core.domain.identity import Actor, Scope
from billing_core.services.audit.record_change import record_change
from billing_core.services.organizations.ports import OrganizationUnit


def revoke_api_key(uow: OrganizationUnit, *, api_key_id: str, scope: Scope, actor: Actor, now: datetime) -> None:
    """Revoke the key; NotFound when there is none in the scope. Revoking twice changes nothing."""
    api_key = uow.organizations.api_key(api_key_id)
    if api_key is None or not scope.allows_object_of(api_key.organization_id):
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
