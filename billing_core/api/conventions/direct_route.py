"""Routes for what is asked thousands of times a second: their functions read the request by themselves."""

from collections.abc import Iterable, Mapping

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from billing_core.api.conventions.problems import problem_answer
from billing_core.api.conventions.route import Handler, Route
from billing_core.domain.errors import BillingError


class _Direct(APIRoute):
    def get_route_handler(self) -> Handler:
        return self.endpoint


class DirectRoute(Route, _Direct):
    """As `Route`, for an async function of the request alone that returns its response.

    FastAPI's way of finding out arguments takes longer than a charge. So nothing is found out for the function, not
    even who calls; what it reads has to be told in `openapi_extra`.
    """


class DirectPaths:
    """ASGI middleware: the direct routes are asked at once, past everything that FastAPI does for the others."""

    def __init__(self, app: ASGIApp, routes: Iterable[BaseRoute]) -> None:
        self._app = app
        self._routes: Mapping[tuple[str, str], tuple[DirectRoute, Handler]] = {
            (method, route.path): (route, route.get_route_handler())
            for route in routes
            if isinstance(route, DirectRoute)
            for method in route.methods or ()
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            path: str = scope["path"].removeprefix(scope.get("root_path", ""))
            if (found := self._routes.get((scope["method"], path))) is not None:
                scope["route"], handle = found
                request = Request(scope, receive)
                try:
                    response = await handle(request)
                except (BillingError, RequestValidationError, HTTPException) as error:
                    response = problem_answer(request, error)
                await response(scope, receive, send)
                return
        await self._app(scope, receive, send)
