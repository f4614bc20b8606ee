"""The Checkout page and the bank's page behind it: shown by GET, decided by POST."""

from collections.abc import Callable, Mapping
from typing import TypeAlias
from urllib.parse import parse_qs

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from stripe_sandbox import payments
from stripe_sandbox.pages.rendering import leave, page, see_other
from stripe_sandbox.resources.checkout_line_items import of_session
from stripe_sandbox.resources.checkout_sessions import expire_overdue
from stripe_sandbox.storage import Resource, Store, Transaction

Button: TypeAlias = Callable[[Transaction, Resource], None]

_BUTTONS: Mapping[str, Button] = {
    "pay": payments.pay,
    "authenticate": payments.require_authentication,
    "decline": payments.decline,
}
_BANK_BUTTONS: Mapping[str, Button] = {
    "complete": payments.complete_authentication,
    "fail": payments.fail_authentication,
}


def checkout_routes(store: Store) -> list[Route]:
    """`/checkout/{id}` and `/checkout/{id}/authenticate`, relative to where the sandbox is mounted."""
    pages = _CheckoutPages(store)
    return [
        Route("/checkout/{session}", pages.show_checkout, methods=["GET"]),
        Route("/checkout/{session}", pages.decide_checkout, methods=["POST"]),
        Route("/checkout/{session}/authenticate", pages.show_authentication, methods=["GET"]),
        Route("/checkout/{session}/authenticate", pages.decide_authentication, methods=["POST"]),
    ]


class _CheckoutPages:
    def __init__(self, store: Store) -> None:
        self._store = store

    def show_checkout(self, request: Request) -> Response:
        with self._store.transaction() as tx:
            session = _find(tx, request)
            if session is None or session["status"] != "open":
                return _closed(session)
            intent = payments.find_intent(tx, session)
            error = intent["last_payment_error"] if intent else None
            return page("checkout.html", session=session, items=of_session(tx, session), error=error)

    def show_authentication(self, request: Request) -> Response:
        with self._store.transaction() as tx:
            session = _find(tx, request)
            if session is None or session["status"] != "open":
                return _closed(session)
            if not payments.awaits_authentication(tx, session):
                return see_other(request, f"/checkout/{session['id']}")
            return page("authenticate.html", session=session)

    async def decide_checkout(self, request: Request) -> Response:
        return await run_in_threadpool(self._decide, request, await _choice(request), _BUTTONS)

    async def decide_authentication(self, request: Request) -> Response:
        return await run_in_threadpool(self._decide, request, await _choice(request), _BANK_BUTTONS)

    def _decide(self, request: Request, choice: str, buttons: Mapping[str, Button]) -> Response:
        with self._store.transaction() as tx:
            session = _find(tx, request)
            if session and session["status"] == "open" and choice in buttons:
                buttons[choice](tx, session)
        if session is None or session["status"] == "expired":
            return _closed(session)
        if session["status"] == "complete":
            return leave(_success_url(session))
        suffix = "/authenticate" if choice == "authenticate" else ""
        return see_other(request, f"/checkout/{session['id']}{suffix}")


async def _choice(request: Request) -> str:
    """Which button was pressed."""
    return parse_qs((await request.body()).decode("ascii", "replace")).get("choice", [""])[0]


def _find(tx: Transaction, request: Request) -> Resource | None:
    expire_overdue(tx)
    session = tx.find(request.path_params["session"])
    return session if session and session["object"] == "checkout.session" else None


def _closed(session: Resource | None) -> Response:
    if session is None:
        return page("unknown.html", status=404)
    if session["status"] == "complete":
        return page("paid.html", session=session, back_url=_success_url(session))
    return page("expired.html", session=session)


def _success_url(session: Resource) -> str:
    return session["success_url"].replace("{CHECKOUT_SESSION_ID}", session["id"])
