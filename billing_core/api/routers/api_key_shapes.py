"""How API keys are sent and shown: their secret only once, when they are made."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from billing_core.api.conventions.texts import Moment, Name
from billing_core.domain.organizations import ApiKey, ApiScope
from billing_core.services.organizations.create_api_key import SCOPES_USUAL, IssuedApiKey

API_KEY: dict[str, Any] = {
    "id": "key_01kafh9v7w3m5n8q2r4s6t0x1y",
    "organization_id": "org_01kafh9v7w3m5n8q2r4s6t0x1y",
    "name": "Production",
    "hint": "x3Qw",
    "scopes": ["charge", "read"],
    "created_at": "2026-11-20T12:00:00Z",
    "expires_at": None,
    "revoked_at": None,
}


class ApiKeySent(BaseModel):
    """A key to make: it charges and reads unless `scopes` says otherwise, and lasts until it is revoked or expires."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"name": "Production", "scopes": ["charge", "read"]}}
    )

    name: Name
    scopes: Annotated[set[ApiScope], Field(min_length=1)] = set(SCOPES_USUAL)
    expires_at: Moment | None = None


class ApiKeyShown(BaseModel):
    """A key without its secret, of which `hint` is the end; `organization_id` is null for a key of operators."""

    model_config = ConfigDict(json_schema_extra={"example": API_KEY})

    id: str
    organization_id: str | None
    name: str
    hint: str
    scopes: list[ApiScope]
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None


class ApiKeyMade(ApiKeyShown):
    """A key just made. `secret` is told in this answer only: null when it is sent again for an Idempotency-Key."""

    model_config = ConfigDict(json_schema_extra={"example": API_KEY | {"secret": "tbk_9yB4...x3Qw"}})

    secret: str | None


def api_key_shown(api_key: ApiKey) -> ApiKeyShown:
    """The key without its secret."""
    return ApiKeyShown(**_fields(api_key))


def api_key_made(issued: IssuedApiKey) -> ApiKeyMade:
    """The key with its secret, for the one answer that tells it."""
    return ApiKeyMade(**_fields(issued.api_key), secret=issued.secret)


def _fields(api_key: ApiKey) -> dict[str, Any]:
    return {
        "id": api_key.id,
        "organization_id": api_key.organization_id,
        "name": api_key.name,
        "hint": api_key.hint,
        "scopes": sorted(api_key.scopes),
        "created_at": api_key.created_at,
        "expires_at": api_key.expires_at,
        "revoked_at": api_key.revoked_at,
    }
