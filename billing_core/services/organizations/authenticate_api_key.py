"""Recognise an API key by its secret."""

from datetime import datetime

from billing_core.domain.identity import secret_hash
from billing_core.domain.organizations import ApiKey, ApiKeyRefused
from billing_core.services.organizations.ports import OrganizationStore


def authenticate_api_key(organizations: OrganizationStore, secret: str, now: datetime) -> ApiKey:
    """The key; ApiKeyRefused when it is unknown, expired or revoked."""
    api_key = organizations.api_key_by_hash(secret_hash(secret))
    if api_key is None or not api_key.is_usable(now):
        raise ApiKeyRefused("The API key is unknown, expired or revoked.")
    return api_key
