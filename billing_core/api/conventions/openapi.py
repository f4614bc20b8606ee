"""The OpenAPI document: what FastAPI finds, with our problem details as the form of every error."""

from collections.abc import Iterable, Mapping
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from billing_core.api.conventions.problems import Problem
from billing_core.services.identity.ports import SESSION_COOKIE

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
            description=api.description,
            routes=api.routes,
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
