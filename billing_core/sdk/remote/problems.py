"""From the problem details of an answer to the error that the same call would raise in process."""

from collections.abc import Mapping
from typing import Any

from billing_core.domain import errors
from billing_core.domain.errors import BillingError, Detail
from billing_core.domain.organizations import ApiKeyRefused

_TOLD_APART = frozenset({"type", "title", "status", "code", "field", "instance"})
_KINDS: Mapping[str, type[BillingError]] = {
    kind.code: kind
    for kind in (*vars(errors).values(), ApiKeyRefused)
    if isinstance(kind, type) and issubclass(kind, BillingError)
}
# What a code that is not known here, because the server is newer, still says by its status.
_CATEGORIES: Mapping[int, type[BillingError]] = {
    400: errors.InvalidInput,
    401: errors.NotAllowed,
    402: errors.LimitReached,
    403: errors.NotAllowed,
    404: errors.NotFound,
    405: errors.InvalidInput,
    409: errors.Conflict,
    413: errors.InvalidInput,
    415: errors.InvalidInput,
    422: errors.InvalidInput,
    429: errors.Overloaded,
    503: errors.Overloaded,
}
# What is called otherwise where it is sent.
_FIELDS = {
    "id": "event_id",
    "time": "occurred_at",
    "action": "feature",
    "metadata": "properties",
    "reference": "operation",
    "lifetime_seconds": "lifetime",
}


def error_of(problem: Mapping[str, Any], status: int) -> BillingError:
    """The error that a problem tells of, with its message, its field and its numbers."""
    kind = _KINDS.get(str(problem.get("code"))) or _CATEGORIES.get(status, errors.ProviderFailure)
    field: str | None = problem.get("field")
    details: dict[str, Detail] = {
        name: value
        for name, value in problem.items()
        if name not in _TOLD_APART and (value is None or isinstance(value, str | int))
    }
    return kind(
        str(problem.get("title", f"The answer was {status}.")), field=_FIELDS.get(field or "", field), **details
    )
