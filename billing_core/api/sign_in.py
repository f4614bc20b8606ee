"""Signing in and out: the routes that set and clear the session's cookie, which Streamlit cannot."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Protocol
from urllib.parse import parse_qsl

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from billing_core.api.same_site import is_own_request, same_site_path
from billing_core.domain.clock import Clock
from billing_core.domain.errors import SignInFailed
from billing_core.services.identity.ports import SESSION_COOKIE, IdentityUnit, Passwords
from billing_core.services.identity.sign_in import sign_in
from billing_core.services.identity.sign_out import sign_out
from billing_core.services.identity.view_session import live_session

FORM_BYTES_MAX = 16_384
_FIELDS_MAX = 20
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; font-src 'self'; img-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    # Not no-referrer: browsers would then send the form with `Origin: null`.
    "Referrer-Policy": "same-origin",
}

DemoAccounts = Sequence[tuple[str, str, str]]


class SignInApplication(Protocol):
    """What signing in needs of the application."""

    @property
    def clock(self) -> Clock: ...
    def read(self) -> AbstractContextManager[IdentityUnit]: ...
    def write(self) -> AbstractContextManager[IdentityUnit]: ...


class SignInPage(Protocol):
    """Draws the page as a whole HTML document and escapes what it is given."""

    def __call__(self, *, next_path: str, error: str | None, email: str, demo_accounts: DemoAccounts) -> str: ...


def sign_in_routes(
    application: SignInApplication, passwords: Passwords, *, page: SignInPage, demo_accounts: DemoAccounts = ()
) -> list[Route]:
    """The routes /login and /logout; `demo_accounts` lists (role, e-mail, password) to show on the page."""
    routes = _SignInRoutes(application, passwords, page, demo_accounts)
    return [
        Route("/login", routes.show, methods=["GET"]),
        Route("/login", routes.submit, methods=["POST"]),
        Route("/logout", routes.leave, methods=["GET", "POST"]),
    ]


class _SignInRoutes:
    def __init__(
        self, application: SignInApplication, passwords: Passwords, page: SignInPage, demo_accounts: DemoAccounts
    ) -> None:
        self._application = application
        self._passwords = passwords
        self._page = page
        self._demo_accounts = demo_accounts

    async def show(self, request: Request) -> Response:
        """The page, or straight on for someone who is signed in."""
        next_path = same_site_path(request.query_params.get("next", "/"))
        if await run_in_threadpool(self._is_signed_in, request.cookies.get(SESSION_COOKIE)):
            return RedirectResponse(next_path, 303, _HEADERS)
        return self._answer(200, next_path)

    async def submit(self, request: Request) -> Response:
        """Set the cookie and go on, or say what is wrong."""
        if not is_own_request(request):
            return self._answer(403, "/", "The form was sent by another site. Sign in here.")
        form = await _form(request)
        next_path, email, password = (
            same_site_path(form.get("next", "/")),
            form.get("email", ""),
            form.get("password"),
        )
        if not email or not password:
            return self._answer(400, next_path, "Enter your e-mail address and your password.", email)
        try:
            token = await run_in_threadpool(self._sign_in, request, email, password)
        except SignInFailed as failure:
            wait = failure.details.get("retry_after_seconds")
            answer = self._answer(401 if wait is None else 429, next_path, failure.message, email)
            if wait is not None:
                answer.headers["Retry-After"] = str(wait)
            return answer
        response = RedirectResponse(next_path, 303, _HEADERS)
        response.set_cookie(SESSION_COOKIE, token, httponly=True, samesite="lax", secure=_is_secure(request))
        return response

    async def leave(self, request: Request) -> Response:
        """End the session, unless a page of another site sent the browser here."""
        if not is_own_request(request):
            return RedirectResponse("/", 303, _HEADERS)
        if token := request.cookies.get(SESSION_COOKIE):
            await run_in_threadpool(self._sign_out, request, token)
        response = RedirectResponse("/login", 303, _HEADERS)
        response.delete_cookie(SESSION_COOKIE, httponly=True, samesite="lax", secure=_is_secure(request))
        return response

    def _answer(self, status: int, next_path: str, error: str | None = None, email: str = "") -> Response:
        html = self._page(next_path=next_path, error=error, email=email, demo_accounts=self._demo_accounts)
        return HTMLResponse(html, status, _HEADERS)

    def _is_signed_in(self, token: str | None) -> bool:
        with self._application.read() as uow:
            return live_session(uow, token, self._application.clock.now()) is not None

    def _sign_in(self, request: Request, email: str, password: str) -> str:
        return sign_in(
            self._application,
            self._passwords,
            email=email,
            password=password,
            address=_address(request),
            user_agent=request.headers.get("user-agent", ""),
            now=self._application.clock.now(),
        )

    def _sign_out(self, request: Request, token: str) -> None:
        with self._application.write() as uow:
            sign_out(uow, token, address=_address(request), now=self._application.clock.now())


async def _form(request: Request) -> dict[str, str]:
    """The fields of a urlencoded form; none when it is longer than any honest one."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > FORM_BYTES_MAX:
            return {}
    try:
        return dict(parse_qsl(body.decode(errors="replace"), keep_blank_values=True, max_num_fields=_FIELDS_MAX))
    except ValueError:
        return {}


def _address(request: Request) -> str:
    return request.client.host if request.client else "unknown"


def _is_secure(request: Request) -> bool:
    return request.url.scheme == "https"
