"""Builds the ASGI app: the API under `/v1`, the Checkout pages, and an overview."""

import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from stripe_sandbox.call import Handler
from stripe_sandbox.gateway import ApiAnswer, ApiRequest, Gateway
from stripe_sandbox.pages.checkout import checkout_routes
from stripe_sandbox.pages.overview import overview_routes
from stripe_sandbox.resources import OPERATIONS
from stripe_sandbox.resources.webhook_endpoints import ensure_endpoint
from stripe_sandbox.storage import Clock, Store

_BODY_BYTES_MAX = 512 * 1024
_METHODS = ["DELETE", "GET", "PATCH", "POST", "PUT"]


def create_app(database_path: Path, *, public_base_url: str | Callable[[], str], clock: Clock = time.time) -> Starlette:
    """An app that may be mounted anywhere, and keeps all it knows in one SQLite file.

    `public_base_url` is the address a browser reaches it by, such as `http://127.0.0.1:8501/sandbox/stripe`: it goes
    into the `url` of a Checkout session, and may be a function when the port is not known yet.
    """
    store = Store(database_path, clock)
    gateway = Gateway(store, public_base_url if callable(public_base_url) else lambda: public_base_url)
    api = [
        Route(template, _endpoint(gateway, template, handler), methods=[method])
        for (method, template), handler in OPERATIONS.items()
    ]
    unknown = [Route(f"/{version}/{{rest:path}}", _unknown(gateway), methods=_METHODS) for version in ("v1", "v2")]
    return Starlette(
        routes=[*api, *unknown, *checkout_routes(store), *overview_routes(store)], max_body_size=_BODY_BYTES_MAX
    )


def ensure_webhook_endpoint(database_path: Path, *, url: str, secret: str, clock: Clock = time.time) -> str:
    """The host's own endpoint for every event, with a secret it already knows; its id.

    There is one such endpoint: a later call moves it, and what is still waiting goes to the new address.
    """
    with Store(database_path, clock).transaction() as tx:
        return ensure_endpoint(tx, url, secret)["id"]


def _endpoint(gateway: Gateway, template: str, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        return _response(await run_in_threadpool(gateway.answer, await _read(request), template, handler))

    return endpoint


def _unknown(gateway: Gateway) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        return _response(await run_in_threadpool(gateway.answer_unknown, await _read(request)))

    return endpoint


async def _read(request: Request) -> ApiRequest:
    path: str = request.scope["path"]
    return ApiRequest(
        method=request.method,
        path=path.removeprefix(request.scope.get("root_path", "")),
        ids=request.path_params,
        query=request.url.query,
        body=await request.body(),
        headers={name.lower(): value for name, value in request.headers.items()},
    )


def _response(answer: ApiAnswer) -> Response:
    return Response(answer.body, answer.status, dict(answer.headers), media_type="application/json")
