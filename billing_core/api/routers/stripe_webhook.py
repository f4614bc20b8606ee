"""Stripe's webhook: signed deliveries in, each event taken once, in one transaction with its effect.

How it is answered decides whether Stripe sends the event again (for three days, ever more slowly):

- 200: taken, or taken before. Also when the payment does not fit what was sold: sending the same event again would
  not mend that. It is logged as an error and left unclaimed, so that it can be sent again from Stripe's dashboard.
- 400: not proven to be Stripe's, too old, or not readable (wrong API version, wrong mode). The retries are welcome:
  they succeed once the settings are right.
- 413: longer than any event.
- 500: we failed; nothing was written, and the retry takes the event.
"""

import logging
from contextlib import AbstractContextManager
from typing import Any, Protocol

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool

from billing_core.api.conventions.house import App
from billing_core.api.conventions.problems import MEDIA_TYPE, error_answers, problem
from billing_core.domain.clock import Clock
from billing_core.services.purchases.errors import PaymentMismatch, WebhookRefused
from billing_core.services.purchases.handle_webhook_event import handle_webhook_event
from billing_core.services.purchases.ports import PaymentGateway, SettlingUnit

BODY_BYTES_MAX = 1_000_000
_log = logging.getLogger(__name__)


class WebhookApplication(Protocol):
    """The parts of the application a webhook needs."""

    @property
    def clock(self) -> Clock: ...
    @property
    def payments(self) -> PaymentGateway: ...
    def write(self) -> AbstractContextManager[SettlingUnit]: ...


router = APIRouter(tags=["Stripe"])


_TAKEN: dict[str, Any] = {
    "description": "Taken, now or before",
    "content": {"application/json": {"schema": {"type": "object"}, "example": {"received": True}}},
}


@router.post(
    "/billing/stripe/webhook",
    summary="Receive a signed event from Stripe",
    responses={200: _TAKEN, **error_answers(400, 413)},
)
async def receive(request: Request, application: App) -> JSONResponse:
    """Take an event once, in one transaction with its effect."""
    body = await _body_of(request)
    if body is None:
        message = f"The body is longer than {BODY_BYTES_MAX:,} bytes, which no event is."
        return _refusal(WebhookRefused(message, field="body", reason="too_long"), 413)
    signature = request.headers.get("stripe-signature", "")
    return await run_in_threadpool(_receive, application, body, signature)


async def _body_of(request: Request) -> bytes | None:
    """The bytes as they arrived, which are what was signed; None when they are too many, however many follow."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_BYTES_MAX:
            return None
    return bytes(body)


def _receive(application: WebhookApplication, body: bytes, signature: str) -> JSONResponse:
    try:
        event = application.payments.verify_webhook(body, signature)
    except WebhookRefused as error:
        _log.warning("Stripe webhook refused: %s", error.message)
        return _refusal(error, 400)
    try:
        with application.write() as uow:
            is_new = handle_webhook_event(uow, event, application.clock.now())
    except PaymentMismatch as error:
        _log.error("Stripe event %s (%s) needs a person: %s", event.id, event.type, error.message)
    else:
        _log.info("Stripe event %s (%s) %s", event.id, event.type, "taken" if is_new else "was taken before")
    return JSONResponse({"received": True})


def _refusal(error: WebhookRefused, status: int) -> JSONResponse:
    return JSONResponse(problem(error) | {"status": status}, status, media_type=MEDIA_TYPE)
