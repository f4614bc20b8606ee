"""The kind of route all operations are: reads JSON strictly, and does a request with an Idempotency-Key once."""

import hashlib
import json
from collections.abc import AsyncGenerator, Callable, Coroutine, Sequence
from typing import Any, NoReturn

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from billing_core.api.conventions.authentication import SAFE_METHODS, authenticate
from billing_core.api.conventions.house import application_of
from billing_core.api.conventions.problems import MalformedBody, problem_answer
from billing_core.domain.errors import BillingError
from billing_core.domain.usage import check_text
from billing_core.services.idempotency.claim_request import claim_request
from billing_core.services.idempotency.ports import Answer

Handler = Callable[[Request], Coroutine[Any, Any, Response]]
BODY_BYTES_MAX = 4 * 1024 * 1024
KEY_HEADER = "Idempotency-Key"
REPLAYED_HEADER = "Idempotent-Replayed"
# What says nothing about the request itself, so that the same request may well be answered otherwise next time.
_PASSING = frozenset({401, 403, 429})
_TOLD_ONCE = "x-told-once"


def told_once(*fields: str) -> dict[str, Any]:
    """For `openapi_extra`: fields of the answer that hold a secret, which the answer kept under a key has as null."""
    return {_TOLD_ONCE: list(fields)}


class StrictRequest(Request):
    """A request that is not too long, whose JSON has no numbers that JSON does not have and can be read as deep."""

    async def stream(self) -> AsyncGenerator[bytes, None]:
        size = 0
        async for chunk in super().stream():
            size += len(chunk)
            if size > BODY_BYTES_MAX:
                raise HTTPException(413)
            yield chunk

    async def json(self) -> Any:
        try:
            return json.loads(await self.body(), parse_constant=_refuse_number)
        except json.JSONDecodeError:
            raise
        except (ValueError, RecursionError) as error:
            reason = "it is nested too deeply" if isinstance(error, RecursionError) else str(error).rstrip(".")
            raise MalformedBody(f"The body cannot be read: {reason}.", field="body") from error


class Route(APIRoute):
    """A route of the API."""

    def get_route_handler(self) -> Handler:
        handle = super().get_route_handler()
        secrets: list[str] = (self.openapi_extra or {}).get(_TOLD_ONCE, [])

        async def handler(request: Request) -> Response:
            strict = StrictRequest(request.scope, request.receive)
            if request.method in SAFE_METHODS or KEY_HEADER not in request.headers:
                return await handle(strict)
            return await _handle_once(strict, handle, secrets)

        return handler


async def _handle_once(request: Request, handle: Handler, secrets: Sequence[str]) -> Response:
    """Answer as before where the caller sent this request under this key within a day; else do it, and keep that.

    What is kept has null for each of the `secrets`: they are told in the first answer only.
    """
    caller = await authenticate(request)
    key = check_text(request.headers[KEY_HEADER], KEY_HEADER)
    request_hash = hashlib.sha256(
        b"\n".join([request.method.encode(), str(request.url).encode(), await request.body()])
    ).hexdigest()
    application = application_of(request)

    def claim() -> Answer | None:
        with application.write() as uow:
            return claim_request(uow, caller.id, key, request_hash, application.clock.now())

    def keep(answer: Answer | None) -> None:
        with application.write() as uow:
            if answer is None:
                uow.answers.release(caller.id, key)
            else:
                uow.answers.answer(caller.id, key, answer)

    before = await run_in_threadpool(claim)
    if before is not None:
        headers = {REPLAYED_HEADER: "true"}
        return Response(before.body, before.status, headers, before.media_type)
    try:
        response = await handle(request)
    except (BillingError, RequestValidationError, HTTPException) as error:
        response = problem_answer(request, error)
    except BaseException:
        await run_in_threadpool(keep, None)
        raise
    await run_in_threadpool(keep, _answer_to_keep(response, secrets))
    return response


def _answer_to_keep(response: Response, secrets: Sequence[str]) -> Answer | None:
    if response.status_code >= 500 or response.status_code in _PASSING:
        return None
    try:
        body = bytes(response.body).decode()
    except UnicodeDecodeError:
        return None  # only text is kept; what is answered otherwise is safe to repeat by itself
    return Answer(
        status=response.status_code,
        media_type=response.headers.get("content-type", "application/json"),
        body=_without(body, secrets) if secrets and response.status_code < 300 else body,
    )


def _without(body: str, secrets: Sequence[str]) -> str:
    content: dict[str, Any] = json.loads(body)
    return json.dumps(content | {name: None for name in secrets if name in content}, separators=(",", ":"))


def _refuse_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is no number in JSON")
