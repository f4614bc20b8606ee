"""Who calls the API: the API key in the Authorization header, and what it may do."""

from collections.abc import Callable

from fastapi import Request

from billing_core.bootstrap import Application
from billing_core.domain.errors import NotAllowed
from billing_core.domain.organizations import ApiKey, ApiKeyRefused, ApiScope
from billing_core.services.organizations.authenticate_api_key import authenticate_api_key


def caller_with(application: Application, scope: ApiScope) -> Callable[[Request], ApiKey]:
    """A dependency that yields the caller's key; ApiKeyRefused without one, NotAllowed without the scope."""

    def caller(request: Request) -> ApiKey:
        kind, _, secret = request.headers.get("authorization", "").partition(" ")
        if kind.lower() != "bearer" or not secret:
            raise ApiKeyRefused("Send an API key: Authorization: Bearer tb_...", field="authorization")
        with application.read() as uow:
            api_key = authenticate_api_key(uow.organizations, secret.strip(), application.clock.now())
        if scope not in api_key.scopes:
            raise NotAllowed(f"This API key may not {scope.value}; create one with that scope.", field="authorization")
        return api_key

    return caller
