"""The sandbox's front page: the latest sessions and events, what became of their webhooks, and a way to resend."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from stripe_sandbox.errors import StripeError
from stripe_sandbox.pages.rendering import page, see_other
from stripe_sandbox.storage import Resource, Store, Transaction
from stripe_sandbox.webhooks.outbox import resend

_SHOWN_MAX = 25
_DELIVERIES = """
    SELECT state, count(attempts.seq), max(attempts.seq), attempts.outcome
    FROM deliveries LEFT JOIN delivery_attempts AS attempts ON attempts.delivery = deliveries.seq
    WHERE deliveries.event = ? GROUP BY deliveries.seq ORDER BY deliveries.seq
"""
_STATES = {"pending": "Waiting", "delivered": "Delivered", "failed": "Given up", "cancelled": "Cancelled"}


def overview_routes(store: Store) -> list[Route]:
    """`/` and the target of its buttons, relative to where the sandbox is mounted."""

    def show(request: Request) -> Response:
        with store.transaction() as tx:
            return page(
                "overview.html",
                root=request.scope.get("root_path", ""),
                sessions=tx.select("checkout.session", {}, _SHOWN_MAX),
                events=[_row(tx, event) for event in tx.select("event", {}, _SHOWN_MAX)],
                endpoints=tx.all("webhook_endpoint"),
            )

    def send_again(request: Request) -> Response:
        try:
            with store.transaction() as tx:
                resend(tx, request.path_params["event"])
        except StripeError:
            return page("unknown.html", status=404)
        return see_other(request, "/")

    return [
        Route("/", show, methods=["GET"]),
        Route("/events/{event}/resend", send_again, methods=["POST"]),
    ]


def _row(tx: Transaction, event: Resource) -> dict[str, Any]:
    deliveries = tx.connection.execute(_DELIVERIES, (event["id"],)).fetchall()
    return {
        "event": event,
        "deliveries": [_describe(state, attempts, outcome) for state, attempts, _, outcome in deliveries],
    }


def _describe(state: str, attempts: int, outcome: str | None) -> str:
    """Such as `Waiting, 2 attempts (HTTP 500)`."""
    if not attempts:
        return _STATES[state]
    return f"{_STATES[state]}, {attempts} attempt{'s' if attempts > 1 else ''} ({outcome})"
