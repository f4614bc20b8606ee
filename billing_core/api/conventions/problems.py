"""Errors as RFC 9457 problem details: categories become status codes, and only here."""

import logging
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict
from starlette.exceptions import HTTPException

from billing_core.api.conventions.request_facts import facts_of
from billing_core.domain.errors import (
    BillingError,
    Conflict,
    InvalidInput,
    LimitReached,
    NotAllowed,
    NotFound,
    Overloaded,
    ProviderFailure,
    SignInFailed,
)
from billing_core.domain.organizations import ApiKeyRefused

MEDIA_TYPE = "application/problem+json"
TYPE_PREFIX = "urn:tollbooth:problem:"
_log = logging.getLogger(__name__)


class MalformedBody(InvalidInput):
    """The body is not what its content type says."""

    code = "malformed_body"


class UnsupportedMediaType(InvalidInput):
    """The body is of a content type that this address does not take."""

    code = "unsupported_media_type"


class TooManyRequests(BillingError):
    """The caller has sent more requests than it may; the same may be sent again in `retry_after_seconds`."""

    code = "too_many_requests"


STATUS: tuple[tuple[type[BillingError], int], ...] = (
    (MalformedBody, 400),
    (UnsupportedMediaType, 415),
    (SignInFailed, 401),
    (ApiKeyRefused, 401),
    (NotFound, 404),
    (Conflict, 409),
    (NotAllowed, 403),
    (InvalidInput, 422),
    (LimitReached, 402),
    (TooManyRequests, 429),
    (ProviderFailure, 502),
    (Overloaded, 503),
)
# Problems that are found before any route is asked, by their status.
_HTTP_CODES: Mapping[int, tuple[str, str]] = {
    400: ("malformed_body", "The body cannot be read."),
    404: ("unknown_path", "There is nothing at this address; /api/docs lists what there is."),
    405: ("method_not_allowed", "This address does not take that method; /api/docs lists what it takes."),
    413: ("body_too_large", "The body is larger than this address takes."),
}


class Problem(BaseModel):
    """What went wrong. `code` is stable, `field` names the input at fault; further members hold the numbers."""

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "example": {
                "type": "urn:tollbooth:problem:insufficient_funds",
                "title": "The price is 10.00 credits; 4.00 credits and a balance of 0.00 USD are available.",
                "status": 402,
                "code": "insufficient_funds",
                "field": "organization_id",
                "instance": "req_01jd2k7m6w",
            }
        },
    )

    type: str
    title: str
    status: int
    code: str
    field: str | None = None
    instance: str | None = None


def error_answers(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """What an operation says in the OpenAPI document of the problems it may answer with."""
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {status: {"description": HTTPStatus(status).phrase, "content": content} for status in statuses}


def problem(error: BillingError) -> dict[str, object]:
    """The problem details of an error: `code` is stable, `field` names the input at fault."""
    details = {"field": error.field} if error.field else {}
    return {
        "type": TYPE_PREFIX + error.code,
        "title": error.message,
        "status": status_of(error),
        "code": error.code,
        **details,
        **error.details,
    }


def status_of(error: BillingError) -> int:
    """The status code of an error's category."""
    return next((status for kind, status in STATUS if isinstance(error, kind)), 400)


def problem_answer(request: Request, error: Exception) -> JSONResponse:
    """The answer to a request that failed; what nobody foresaw is logged and told without its insides."""
    if isinstance(error, RequestValidationError):
        error = schema_error(error.errors())
    if isinstance(error, HTTPException) and isinstance(error.__cause__, BillingError):
        error = error.__cause__
    if isinstance(error, BillingError):
        return _answer(request, problem(error))
    if isinstance(error, HTTPException):
        code, title = _HTTP_CODES.get(error.status_code, ("http_error", HTTPStatus(error.status_code).phrase))
        details = {"title": title, "status": error.status_code, "code": code}
        return _answer(request, {"type": TYPE_PREFIX + code} | details, error.headers)
    _log.error("request failed", exc_info=error, extra={"request_id": facts_of(request.scope).request_id})
    title = "Something went wrong on our side; nothing was changed. Tell us the request id, `instance`."
    return _answer(
        request, {"type": TYPE_PREFIX + "internal_error", "title": title, "status": 500, "code": "internal_error"}
    )


def answer_errors_as_problems(api: FastAPI) -> None:
    """Let whatever stops a request be answered with problem details."""

    async def answer(request: Request, error: Exception) -> JSONResponse:
        return problem_answer(request, error)

    for kind in (BillingError, RequestValidationError, HTTPException):
        api.add_exception_handler(kind, answer)


def _answer(request: Request, details: dict[str, Any], headers: Mapping[str, str] | None = None) -> JSONResponse:
    status: int = details["status"]
    sent = dict(headers or {})
    if "retry_after_seconds" in details:
        sent["Retry-After"] = str(details["retry_after_seconds"])
    if status == HTTPStatus.UNAUTHORIZED:
        sent["WWW-Authenticate"] = "Bearer"
    content = details | {"instance": facts_of(request.scope).request_id}
    return JSONResponse(content, status, sent, media_type=MEDIA_TYPE)


def schema_error(found: Sequence[Mapping[str, Any]]) -> InvalidInput:
    """What pydantic found wrong with something sent, as one error; MalformedBody where it is no JSON at all."""
    # What may be one of several things is tried as each: the mistake lies where the reading came furthest.
    first = max(reversed(found), key=lambda error: len(error["loc"]))
    if first["type"] == "json_invalid":
        return MalformedBody(f"The body is not JSON: {first['ctx']['error']}.", field="body")
    place = [str(part) for part in first["loc"] if not _is_model_name(part)]
    field = ".".join(place[1:] if place and place[0] in ("body", "query", "path", "header") else place)
    return InvalidInput(f"{field or 'body'}: {first['msg']}.", field=field or "body")


def _is_model_name(part: object) -> bool:
    return isinstance(part, str) and (part[:1].isupper() or "[" in part)
