"""Errors as RFC 9457 problem details: categories become status codes, and only here."""

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse

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

STATUS: tuple[tuple[type[BillingError], int], ...] = (
    (SignInFailed, 401),
    (ApiKeyRefused, 401),
    (NotFound, 404),
    (Conflict, 409),
    (NotAllowed, 403),
    (InvalidInput, 422),
    (LimitReached, 402),
    (ProviderFailure, 502),
    (Overloaded, 503),
)
MEDIA_TYPE = "application/problem+json"


def problem(error: BillingError) -> dict[str, object]:
    """The problem details of an error: `code` is stable, `field` names the input at fault."""
    details = {"field": error.field} if error.field else {}
    return {"title": error.message, "status": status_of(error), "code": error.code, **details, **error.details}


def status_of(error: BillingError) -> int:
    """The status code of an error's category."""
    return next((status for kind, status in STATUS if isinstance(error, kind)), 400)


def answer_errors_as_problems(api: FastAPI) -> None:
    """Let every BillingError and every request that does not fit its schema answer with problem details."""

    @api.exception_handler(BillingError)
    async def refuse(_: Request, error: BillingError) -> JSONResponse:  # pyright: ignore[reportUnusedFunction] - FastAPI holds it
        return JSONResponse(problem(error), status_of(error), media_type=MEDIA_TYPE)

    @api.exception_handler(RequestValidationError)
    async def refuse_schema(_: Request, error: RequestValidationError) -> JSONResponse:  # pyright: ignore[reportUnusedFunction] - FastAPI holds it
        # A body that may be one event or a list is tried as both: the mistake lies where the reading came furthest.
        first = max(reversed(error.errors()), key=lambda found: len(found["loc"]))
        field = ".".join(str(part) for part in first["loc"] if part not in ("body", "EventIn", "list[EventIn]"))
        refusal = InvalidInput(f"{field or 'body'}: {first['msg']}.", field=field or "body")
        return JSONResponse(problem(refusal), 422, media_type=MEDIA_TYPE)
