"""The OpenAPI document: what FastAPI finds, with our problem details as the form of every error."""

from collections.abc import Iterable, Mapping
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from billing_core.api.conventions.problems import Problem
from billing_core.services.identity.ports import SESSION_COOKIE

_DESCRIPTION = """\
Send what was used to `POST /v1/events` and ask `POST /v1/entitlements` before a call; the rest is to read what that
came to, to move money, and to administer.

**Who asks.** `Authorization: Bearer tbk_...`, a key of one organization or of the operators, with the scopes `charge`,
`read` and `manage`; or the console's session. Operators name the organization: `organization_id=org_...`. What belongs
to another organization is not there (404).

**Once.** Every write takes an `Idempotency-Key`: within 24 hours the same request under it is answered as before
(`Idempotent-Replayed: true`) and not done again; another one is refused (409). Events are safe to repeat by themselves.

**Lists** come in pages: `limit` and `cursor`, which is the `next_cursor` of the page before.

**Amounts** are exact decimals as text with their currency, times have their zone (RFC 3339).

**Errors** are problem details (RFC 9457): `code` is stable, `field` names what is at fault, `instance` is the id of the
request, which every answer has as `X-Request-Id`. 429 and 503 say in `Retry-After` when to come again; what is left of
the limit stands in `RateLimit`.
"""
_TAGS: Mapping[str, str] = {
    "Events": "Report usage, and ask beforehand whether it may happen.",
    "Billing": "Balance, use, limits and features of an organization.",
    "Credits": "Use, reserve and settle credits; what they were used for.",
    "Subscription": "Plans, prices and dashboards.",
    "Plans": "What can be subscribed to.",
    "Payments": "Customers, purchases of credits and payments.",
    "Stripe": "What Stripe tells us.",
    "Admin: organizations": "Customers of the product.",
    "Admin: members": "Departments and members of an organization.",
    "Admin: API keys": "Keys of organizations and of operators.",
    "Admin: budgets": "Limits that an organization sets itself.",
    "Admin: credits": "Credits given and taken back.",
    "Admin: tariffs": "Plans and their prices.",
    "Admin: provider prices": "What providers charge, and our own prices in their place.",
    "Health": "Whether the service runs, for whatever watches it.",
}
_UNUSED = ("HTTPValidationError", "ValidationError")
_SCHEMES: Mapping[str, Mapping[str, str]] = {
    "API key": {"type": "http", "scheme": "bearer", "description": "A key such as tbk_..."},
    "Console session": {"type": "apiKey", "in": "cookie", "name": SESSION_COOKIE},
}


def openapi_document(api: FastAPI, guarded: Iterable[APIRouter]) -> dict[str, Any]:
    """The document, made once. `guarded` are the routers that need a caller."""
    if api.openapi_schema is None:
        document = get_openapi(
            title=api.title,
            version=api.version,
            summary=api.summary,
            description=_DESCRIPTION,
            routes=api.routes,
            tags=[{"name": name, "description": text} for name, text in _TAGS.items()],
            servers=[{"url": "/api"}],
        )
        schemas: dict[str, Any] = document.setdefault("components", {}).setdefault("schemas", {})
        for name in _UNUSED:
            schemas.pop(name, None)
        schemas["Problem"] = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
        document["components"]["securitySchemes"] = _SCHEMES
        for router in guarded:
            for route in router.routes:
                if isinstance(route, APIRoute) and route.include_in_schema:
                    for method in route.methods or ():
                        document["paths"][route.path_format][method.lower()]["security"] = [
                            {name: []} for name in _SCHEMES
                        ]
        api.openapi_schema = document
    return api.openapi_schema
