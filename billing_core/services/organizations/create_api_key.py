"""Create a key that product code signs its calls with."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime

from billing_core.domain.errors import InvalidInput
from billing_core.domain.identity import Actor, checked_name, secret_hash
from billing_core.domain.ids import new_id
from billing_core.domain.organizations import ApiKey, ApiScope
from billing_core.services.audit.record_change import record_change
from billing_core.services.organizations.ports import OrganizationUnit

SECRET_PREFIX = "tbk_"
_SECRET_BYTES = 32
_HINT_LENGTH = 4
SCOPES_USUAL = frozenset({ApiScope.CHARGE, ApiScope.READ})


@dataclass(frozen=True, slots=True)
class IssuedApiKey:
    """A key just made; its secret is told this once and kept nowhere."""

    api_key: ApiKey
    secret: str = field(repr=False)


def create_api_key(
    uow: OrganizationUnit,
    *,
    organization_id: str | None,
    name: str,
    scopes: frozenset[ApiScope] = SCOPES_USUAL,
    expires_at: datetime | None = None,
    actor: Actor,
    now: datetime,
) -> IssuedApiKey:
    """A key of the organization, or with None one of operators, for all of them.

    NotFound when there is no such organization, InvalidInput names the field.
    """
    if organization_id is not None:
        uow.organizations.organization(organization_id)
    if not scopes:
        raise InvalidInput(f"A key needs at least one scope of {', '.join(ApiScope)}.", field="scopes")
    if expires_at is not None and expires_at <= now:
        raise InvalidInput(f"The expiry {expires_at.isoformat()} has passed.", field="expires_at")
    secret = SECRET_PREFIX + secrets.token_urlsafe(_SECRET_BYTES)
    api_key = ApiKey(
        id=new_id("key", now),
        organization_id=organization_id,
        name=checked_name(name),
        hint=secret[-_HINT_LENGTH:],
        scopes=scopes,
        created_at=now,
        expires_at=expires_at,
        revoked_at=None,
    )
    uow.organizations.add_api_key(api_key, secret_hash(secret))
    record_change(
        uow,
        actor,
        "api_key.created",
        ("api_key", api_key.id),
        now=now,
        organization_id=organization_id,
        after={"name": api_key.name, "hint": api_key.hint, "scopes": sorted(scopes)},
    )
    return IssuedApiKey(api_key, secret)
