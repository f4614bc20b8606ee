"""Receipts as the API answers them, in the values of the domain."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from billing_core.domain.errors import BillingError
from billing_core.domain.money import Money, parse_nanos
from billing_core.sdk.remote.problems import error_of
from billing_core.services.charging.ports import Receipt


def money_of(amount: Mapping[str, str]) -> Money:
    """An amount with its currency."""
    return Money.parse(amount["amount"], amount["currency"])


def receipt_of_use(organization_id: str, told: Mapping[str, Any]) -> Receipt:
    """The receipt of a use that was charged or settled."""
    taken, price = told["taken"], told["price"]
    cost = None if told["provider_cost"] is None else money_of(told["provider_cost"])
    return Receipt(
        id=told["id"],
        organization_id=organization_id,
        source=told["source"],
        event_id=told["event_id"],
        feature=told["action"],
        occurred_at=datetime.fromisoformat(told["occurred_at"]),
        measured=told["measured"],
        included=taken["allowance"],
        price_nanos=parse_nanos(price["amount"]),
        price_currency=price["currency"],
        credits_nanos=parse_nanos(taken["credits"]["amount"]),
        balance_nanos=parse_nanos(taken["balance"]["amount"]),
        overage_nanos=parse_nanos(taken["overage"]["amount"]),
        currency=taken["balance"]["currency"],
        provider_cost_nanos=None if cost is None else cost.nanos,
        provider_cost_currency=None if cost is None else cost.currency,
        is_unpriced=bool(told["is_unpriced"]),
        is_duplicate=told["is_duplicate"],
    )


def outcome_of(result: Mapping[str, Any]) -> Receipt | BillingError:
    """What became of one event that was recorded."""
    charge = result.get("charge")
    if charge is None:
        problem = result["error"]
        return error_of(problem, problem["status"])
    return Receipt(
        id=charge["id"],
        organization_id=charge["organization_id"],
        source=charge["source"],
        event_id=result["id"],
        feature=charge["feature"],
        occurred_at=datetime.fromisoformat(charge["occurred_at"]),
        measured=charge["measured"],
        included=charge["included"],
        price_nanos=parse_nanos(charge["price"]),
        price_currency=charge["price_currency"],
        credits_nanos=parse_nanos(charge["credits"]),
        balance_nanos=parse_nanos(charge["balance"]),
        overage_nanos=parse_nanos(charge["overage"]),
        currency=charge["currency"],
        provider_cost_nanos=None,
        provider_cost_currency=None,
        is_unpriced=False,
        is_duplicate=result["status"] == "duplicate",
    )


def outcomes_of(told: Mapping[str, Any]) -> list[Receipt | BillingError]:
    """What became of events, in their order."""
    return [outcome_of(result) for result in told["results"]]


def only_receipt(told: Mapping[str, Any]) -> Receipt:
    """The receipt of the only event that was recorded; raises what it was rejected for."""
    (outcome,) = outcomes_of(told)
    if isinstance(outcome, BillingError):
        raise outcome
    return outcome
