"""The gate before the console: no page, socket, upload or download without a live session."""

from contextlib import AbstractContextManager
from typing import Protocol
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from billing_core.domain.clock import Clock
from billing_core.services.identity.ports import SESSION_COOKIE, IdentityUnit
from billing_core.services.identity.view_session import live_session

# What guards itself (the API) and what holds nobody's data (scripts, fonts, the health check).
FREE_PATHS = frozenset(
    {"/login", "/logout", "/api", "/_stcore/health", "/favicon.ico", "/favicon.png", "/manifest.json"}
)
FREE_FOLDERS = ("/api/", "/app/static/", "/static/")
# The sandbox's key is no secret, so its API answers only this machine; its pages need a session.
SANDBOX_API = "/sandbox/stripe/v1/"
LOOPBACK = frozenset({"127.0.0.1", "::1"})
_NO_PAGES = ("/_stcore/", "/media/", "/component/")
_SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "same-origin",
    "Content-Security-Policy": "frame-ancestors 'self'; base-uri 'self'; object-src 'none'",
}
_NO_STORE = {"Cache-Control": "no-store"}
_CLOSE_POLICY = 1008


class GateApplication(Protocol):
    """What the gate needs of the application."""

    @property
    def clock(self) -> Clock: ...
    def read(self) -> AbstractContextManager[IdentityUnit]: ...


class SessionGate:
    """ASGI middleware. Who is not signed in is sent to /login from a page, and refused anything else.

    It keeps strangers out; what a person may see is decided by each page, on every run.
    """

    def __init__(self, app: ASGIApp, application: GateApplication) -> None:
        self._app = app
        self._application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
        elif is_free(scope["path"]) or _is_own_sandbox_call(scope) or await self._is_signed_in(scope):
            await self._app(scope, receive, _secured(send))
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": _CLOSE_POLICY, "reason": "Sign in first."})
        else:
            await _refusal(scope)(scope, receive, _secured(send))

    async def _is_signed_in(self, scope: Scope) -> bool:
        token = HTTPConnection(scope).cookies.get(SESSION_COOKIE)
        return token is not None and await run_in_threadpool(self._has_session, token)

    def _has_session(self, token: str) -> bool:
        with self._application.read() as uow:
            return live_session(uow, token, self._application.clock.now()) is not None


def is_free(path: str) -> bool:
    """Whether a path is open to everyone; one that could be read as another path is not."""
    return _is_plain(path) and (path in FREE_PATHS or path.startswith(FREE_FOLDERS))


def _is_own_sandbox_call(scope: Scope) -> bool:
    client: tuple[str, int] | None = scope.get("client")
    return _is_plain(scope["path"]) and scope["path"].startswith(SANDBOX_API) and bool(client and client[0] in LOOPBACK)


def _is_plain(path: str) -> bool:
    return path.isprintable() and not any(odd in path for odd in ("..", "//", "\\"))


def _refusal(scope: Scope) -> Response:
    path: str = scope["path"]
    is_page = scope["method"] in ("GET", "HEAD") and not any(folder in path for folder in _NO_PAGES)
    if not is_page:
        return PlainTextResponse("Sign in first.", 401, _NO_STORE)
    query: str = scope["query_string"].decode("latin-1")
    here = f"{quote(path)}?{query}" if query else quote(path)
    return RedirectResponse("/login" if here == "/" else f"/login?next={quote(here, safe='/')}", 303, _NO_STORE)


def _secured(send: Send) -> Send:
    """Add the security headers that a response does not set itself."""

    async def send_secured(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _SECURITY_HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return send_secured
