"""Errors of the API as the errors of the domain that they were: class, field and details."""

from collections.abc import Iterator, Mapping
from typing import Any

from billing_core.domain.errors import (
    BillingError,
    Conflict,
    InvalidInput,
    LimitReached,
    NotAllowed,
    NotFound,
    Overloaded,
    ProviderFailure,
)
from billing_core.domain.organizations import ApiKeyRefused

_OF_STATUS: Mapping[int, type[BillingError]] = {
    400: InvalidInput,
    401: ApiKeyRefused,
    402: LimitReached,
    403: NotAllowed,
    404: NotFound,
    409: Conflict,
    413: InvalidInput,
    415: InvalidInput,
    422: InvalidInput,
    429: Overloaded,
    503: Overloaded,
}
_MEMBERS = frozenset({"type", "title", "status", "code", "field", "instance"})


class BillingUnreachable(ProviderFailure):
    """The server that bills cannot be reached, or does not answer as it should."""

    code = "billing_unreachable"


def error_of(problem: Mapping[str, Any], ours: Mapping[str, str]) -> BillingError:
    """The error that problem details tell of; a code that is not known here becomes an error of its category.

    `ours` are our names of fields that are called otherwise in the request. The id of the request is added as a note.
    """
    code, status, field = problem.get("code"), problem.get("status"), problem.get("field")
    kind = next((kind for kind in _kinds(BillingError) if kind.code == code), None)
    if kind is None:
        kind = _OF_STATUS.get(status, ProviderFailure) if isinstance(status, int) else ProviderFailure
    details = {name: value for name, value in problem.items() if name not in _MEMBERS and _is_detail(value)}
    # Some kinds make their message of other arguments; this one is made already.
    error = kind.__new__(kind)
    named = ours.get(field, field) if isinstance(field, str) else None
    BillingError.__init__(error, str(problem.get("title", "")), field=named, **details)
    if instance := problem.get("instance"):
        error.add_note(f"request {instance}")
    return error


def _kinds(kind: type[BillingError]) -> Iterator[type[BillingError]]:
    yield kind
    for inner in kind.__subclasses__():
        yield from _kinds(inner)


def _is_detail(value: object) -> bool:
    return value is None or isinstance(value, str | int)
