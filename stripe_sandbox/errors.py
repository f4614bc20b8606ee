"""Errors as Stripe answers them: a type, a code where there is one, the parameter, and words for a person."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from stripe_sandbox.contract.requests import Problem


@dataclass(eq=False)
class StripeError(Exception):
    """A refused request; nothing of it is kept."""

    message: str
    code: str | None = None
    param: str | None = None
    status: int = 400
    type: str = "invalid_request_error"

    def body(self) -> dict[str, Any]:
        """`{"error": {...}}`, without the fields that say nothing."""
        error = {"type": self.type, "code": self.code, "param": self.param, "message": self.message}
        if self.code:
            error["doc_url"] = f"https://stripe.com/docs/error-codes/{self.code.replace('_', '-')}"
        return {"error": {name: value for name, value in error.items() if value is not None}}


class CardError(Exception):
    """The bank refused a card: the try is on record, and answered with 402 and what became of the payment."""

    status = 402

    def __init__(self, error: Mapping[str, Any], intent: Mapping[str, Any]) -> None:
        super().__init__(error["message"])
        self._error, self._intent = error, intent

    def body(self) -> dict[str, Any]:
        """`{"error": {...}}` with the payment intent as it is now."""
        return {"error": {**self._error, "payment_intent": self._intent}}


_RETIRED = {
    "payment_method_types": "payment_method_types_no_longer_supported",
}


def refusal(problem: Problem) -> StripeError:
    """The answer to a request that does not keep to the contract."""
    if problem.code == "parameter_unknown" and problem.param in _RETIRED:
        message = f"{problem.param} is no longer supported in this API version; omit it."
        return StripeError(message, _RETIRED[problem.param], problem.param)
    return StripeError(problem.message, problem.code, problem.param)


def missing(param: str, message: str | None = None) -> StripeError:
    """A parameter that the types leave optional, but without which this request means nothing."""
    return StripeError(message or f"Missing required param: {param}.", "parameter_missing", param)


def no_such(object_name: str, object_id: str, param: str) -> StripeError:
    """404 where the address names the object, 400 where a parameter does."""
    message = f"No such {object_name}: '{object_id}'"
    return StripeError(message, "resource_missing", param, status=404 if param == "id" else 400)


def not_offered(what: str, param: str | None = None, status: int = 400) -> StripeError:
    """Right at Stripe, but beyond this stand-in: said aloud, because silence would look like success."""
    return StripeError(f"The embedded Stripe does not offer {what}.", param=param, status=status)
