"""What becomes of usage events that were sent, one result each."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, Literal

from fastapi import Response
from pydantic import BaseModel, ConfigDict
from pydantic_core import to_json

from billing_core.api.conventions.measurements import Measurements
from billing_core.api.conventions.problems import problem
from billing_core.domain.errors import BillingError, EventConflict
from billing_core.domain.money import CREDITS, Money
from billing_core.services.charging.charge_events import Charged
from billing_core.services.charging.ports import Receipt

# Most events cost the same as others, or nothing of a kind.
AMOUNTS_REMEMBERED = 1_000
# What the fields of an event are called where they are sent.
_SENT_AS: Mapping[str, str] = {"event_id": "id", "occurred_at": "time"}


CHARGE_EXAMPLE: dict[str, Any] = {
    "id": "evt_01kaqz4m9r8v5w2x7y3n6p1t0b",
    "organization_id": "org_01kaqz1c4d5e6f7g8h9j0k1m2n",
    "feature": "chat",
    "source": "api",
    "occurred_at": "2026-11-20T14:02:11Z",
    "measured": 418,
    "included": 0,
    "price": "0.0209",
    "price_currency": "CREDITS",
    "credits": "0.0209",
    "balance": "0.00",
    "overage": "0.00",
    "currency": "USD",
}


class ChargeOut(BaseModel):
    """What an event cost: amounts are exact decimals, `price` is what was left beyond the allowance.

    Of `measured`, in the feature's unit, the allowance covered `included`; `credits`, `balance` and `overage` paid.
    """

    model_config = ConfigDict(json_schema_extra={"example": CHARGE_EXAMPLE})

    id: str
    organization_id: str
    feature: str
    source: str
    occurred_at: datetime
    measured: int
    included: int
    price: str
    price_currency: str
    credits: str
    balance: str
    overage: str
    currency: str


class ResultOut(BaseModel):
    """What became of one event, in the order they were sent; `error` is a problem, as a refused request has it."""

    id: str | None
    status: Literal["accepted", "duplicate", "conflict", "rejected"]
    charge: ChargeOut | None = None
    error: dict[str, Any] | None = None


class ResultsOut(BaseModel):
    """One result per event."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "results": [
                    {
                        "id": "req_8f2c",
                        "status": "accepted",
                        "charge": CHARGE_EXAMPLE,
                    },
                    {
                        "id": "req_8f2d",
                        "status": "rejected",
                        "error": {
                            "type": "urn:tollbooth:problem:not_found",
                            "title": "There is no feature 'chatt'.",
                            "status": 404,
                            "code": "not_found",
                            "field": "feature",
                        },
                    },
                ]
            }
        }
    )

    results: list[ResultOut]


def results_answer(
    measurements: Measurements, event_ids: Sequence[str | None], outcomes: Sequence[Charged]
) -> Response:
    """The answer with one result per event. `ResultsOut` says its form; made without it, as it is made so often."""
    results = [_result(event_id, outcome) for event_id, outcome in zip(event_ids, outcomes, strict=True)]
    for status, count in Counter([result["status"] for result in results]).items():
        measurements.count_events(status, count)
    return Response(to_json({"results": results}), media_type="application/json")


def count_results(measurements: Measurements, outcomes: Iterable[Charged]) -> None:
    """Measure what became of events."""
    for status, count in Counter(map(_status, outcomes)).items():
        measurements.count_events(status, count)


def _status(outcome: Charged) -> str:
    if isinstance(outcome, EventConflict):
        return "conflict"
    if isinstance(outcome, BillingError):
        return "rejected"
    return "duplicate" if outcome.is_duplicate else "accepted"


def _result(event_id: str | None, outcome: Charged) -> dict[str, Any]:
    if isinstance(outcome, BillingError):
        error = problem(outcome)
        if outcome.field is not None and outcome.field in _SENT_AS:
            error["field"] = _SENT_AS[outcome.field]
        return {"id": event_id, "status": _status(outcome), "error": error}
    return {"id": event_id, "status": _status(outcome), "charge": charge_of(outcome)}


def charge_of(outcome: Receipt) -> dict[str, Any]:
    """A charge as `ChargeOut` says."""
    return {
        "id": outcome.id,
        "organization_id": outcome.organization_id,
        "feature": outcome.feature,
        "source": outcome.source,
        "occurred_at": outcome.occurred_at,
        "measured": outcome.measured,
        "included": outcome.included,
        "price": _decimal_text(outcome.price_nanos, outcome.price_currency),
        "price_currency": outcome.price_currency,
        "credits": _decimal_text(outcome.credits_nanos, CREDITS),
        "balance": _decimal_text(outcome.balance_nanos, outcome.currency),
        "overage": _decimal_text(outcome.overage_nanos, outcome.currency),
        "currency": outcome.currency,
    }


@lru_cache(maxsize=AMOUNTS_REMEMBERED)
def _decimal_text(nanos: int, currency: str) -> str:
    return Money(nanos, currency).decimal_text
