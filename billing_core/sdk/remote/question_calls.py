"""The calls that are asked before a use, and what they are answered with."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from billing_core.domain.document_reader import DocumentReader
from billing_core.domain.errors import LimitReached
from billing_core.domain.money import Money
from billing_core.domain.price_document import read_price
from billing_core.domain.prices import Use, price_of
from billing_core.domain.usage import Quantities, UsageEvent
from billing_core.sdk.remote.calls import Call, asking, telling
from billing_core.sdk.remote.problems import error_of
from billing_core.sdk.remote.receipts import money_of
from billing_core.sdk.remote.use_calls import use_fields
from billing_core.services.charging.entitlement import Entitlement

# What a question leaves out: what is only known afterwards, and how a use is told under the names of credits.
_NOT_ASKED = ("action", "metadata", "time", "latency_ms", "is_error")


@dataclass(frozen=True, slots=True)
class PlanTold:
    """The features of an organization's plan, with their prices as documents."""

    currency: str
    prices: Mapping[str, Mapping[str, Any] | None]

    def price(self, feature: str, quantities: Quantities, model: str | None) -> Money:
        """What such a use costs beyond the allowance."""
        document = self.prices[feature]
        if document is None:
            return Money.zero(self.currency)
        price = read_price(DocumentReader({"price": document}, feature, [], ("price",)), self.currency)
        return price_of(price, Use(quantities, model))


def entitlement_asked(event: UsageEvent) -> Call[Entitlement]:
    """Whether a use would be admitted."""
    fields = use_fields(event)
    for name in _NOT_ASKED:
        fields.pop(name, None)
    fields |= {"feature": event.feature, "properties": None if event.properties is None else dict(event.properties)}
    return telling("/v1/entitlements", fields, _entitlement, event.organization_id)


def plan_asked(organization_id: str) -> Call[PlanTold]:
    """What the organization's plan includes."""

    def read(told: Mapping[str, Any]) -> PlanTold:
        return PlanTold(told["currency"], {item["code"]: item["price"] for item in told["data"]})

    return asking("/v1/billing/features", read, organization_id=organization_id)


def limits_asked(organization_id: str) -> Call[Mapping[str, int | None]]:
    """What is left of each feature of the plan; None is unlimited."""

    def read(told: Mapping[str, Any]) -> Mapping[str, int | None]:
        return {item["feature"]: item["remaining"] for item in told["features"] if item["is_included"]}

    return asking("/v1/billing/limits", read, organization_id=organization_id, limit=1)


def any_use(organization_id: str, feature: str) -> UsageEvent:
    """A use to ask about, which is not told."""
    return UsageEvent(organization_id=organization_id, feature=feature, source="sdk", event_id="ask")


def _entitlement(told: Mapping[str, Any]) -> Entitlement:
    def amount(name: str) -> Money | None:
        return None if told[name] is None else money_of(told[name])

    refusal = None if told["problem"] is None else error_of(told["problem"], told["problem"]["status"])
    if refusal is not None and not isinstance(refusal, LimitReached):
        raise refusal
    return Entitlement(
        refusal=refusal,
        measured=told["measured"],
        included=told["allowance"],
        price=amount("price"),
        credits=amount("credits"),
        balance=amount("balance"),
        overage=amount("overage"),
        limit=told["limit"],
        remaining=told["remaining"],
        resets_at=None if told["resets_at"] is None else datetime.fromisoformat(told["resets_at"]),
    )
