"""How provider prices are sent and shown: exact decimals per million tokens."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from billing_core.api.conventions.amounts import DecimalText
from billing_core.api.conventions.texts import Moment, Name
from billing_core.api.routers.pricing import TokenPrice, token_price
from billing_core.domain.money import Money, format_nanos
from billing_core.domain.provider_prices import STANDARD, ProviderPrice, TokenKind
from billing_core.services.adjustments.reprice import RepriceReport

KINDS: tuple[TokenKind, ...] = ("input", "output", "llm", "cache_read", "cache_write", "reasoning")
_OVERRIDE: dict[str, Any] = {
    "provider": "openai",
    "model": "gpt-4",
    "per_million_tokens": {"input": "24.00", "output": "48.00"},
    "effective_from": "2026-12-01T00:00:00Z",
    "reason": "Contract of November",
}
_PRICE: dict[str, Any] = {
    "provider": "openai",
    "model": "gpt-4",
    "token_kind": "input",
    "service_tier": "standard",
    "input_tokens_over": 0,
    "day_second": 0,
    "per_million_tokens": "24.00",
    "per_token": "0.000024",
    "currency": "USD",
    "effective_from": "2026-12-01T00:00:00Z",
    "effective_until": None,
    "source": "override",
    "source_version": "2026-11-20T12:00:00+00:00",
    "reason": "Contract of November",
}
_CHANGE: dict[str, Any] = {
    "provider": "openai",
    "model": "gpt-4",
    "currency": "USD",
    "events": 120,
    "unpriced_before": 4,
    "before": "3.50",
    "after": "2.80",
}


class PricesSent(BaseModel):
    """What a million tokens of each kind cost; kinds left out cost what they are a part of."""

    model_config = ConfigDict(extra="forbid")

    input: DecimalText | None = None
    output: DecimalText | None = None
    llm: DecimalText | None = None
    cache_read: DecimalText | None = None
    cache_write: DecimalText | None = None
    reasoning: DecimalText | None = None

    def rates(self, currency: str) -> Mapping[TokenKind, Money]:
        """By kind; InvalidInput names one that is no amount."""
        return {
            kind: Money.parse(text, currency, field=kind) for kind in KINDS if (text := getattr(self, kind)) is not None
        }


class OverrideSent(BaseModel):
    """Prices that hold for a model's tier instead of every list's, until a later override or `effective_until`."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": _OVERRIDE})

    provider: Name
    model: Name
    per_million_tokens: PricesSent
    effective_from: Moment
    effective_until: Moment | None = None
    service_tier: Name = STANDARD
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3,8}$")] = "USD"
    reason: Name


class OverrideEnded(BaseModel):
    """From when on the lists count again."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "provider": "openai",
                "model": "gpt-4",
                "effective_until": "2027-01-01T00:00:00Z",
                "reason": "The contract ended",
            }
        },
    )

    provider: Name
    model: Name
    effective_until: Moment
    service_tier: Name = STANDARD
    reason: Name


class ProviderPriceShown(TokenPrice):
    """What tokens of a kind cost from a date on, by which source; `override` wins over the others.

    With `day_second` it holds from that second of the UTC day on, until the next part of the day begins.
    """

    model_config = ConfigDict(json_schema_extra={"example": _PRICE})

    provider: str
    model: str
    currency: str
    day_second: int
    reason: str | None


class ProviderPricesSet(BaseModel):
    """The prices that were recorded, one for each kind of token."""

    model_config = ConfigDict(json_schema_extra={"example": {"data": [_PRICE]}})

    data: list[ProviderPriceShown]


class RepricedModel(BaseModel):
    """Calls of a model whose cost would change, and their cost before and after."""

    provider: str
    model: str
    currency: str
    events: int
    unpriced_before: int
    before: str
    after: str


class RepriceTold(BaseModel):
    """What repricing would change of the calls looked at; `still_unpriced` are of models without a price."""

    model_config = ConfigDict(json_schema_extra={"example": {"events": 500, "still_unpriced": 3, "models": [_CHANGE]}})

    events: int
    still_unpriced: int
    models: list[RepricedModel]


def price_shown(price: ProviderPrice) -> ProviderPriceShown:
    """The price as it is shown."""
    return ProviderPriceShown(
        **dict(token_price(price)),
        provider=price.provider,
        model=price.model,
        currency=price.currency,
        day_second=price.day_second,
        reason=price.reason,
    )


def prices_set(prices: Sequence[ProviderPrice]) -> ProviderPricesSet:
    """The prices that were recorded."""
    return ProviderPricesSet(data=[price_shown(price) for price in prices])


def reprice_told(report: RepriceReport) -> RepriceTold:
    """What repricing would change, by model."""
    return RepriceTold(
        events=report.events,
        still_unpriced=report.still_unpriced,
        models=[
            RepricedModel(
                provider=provider,
                model=model,
                currency=currency,
                events=found.events,
                unpriced_before=found.unpriced,
                before=format_nanos(found.before_nanos),
                after=format_nanos(found.after_nanos),
            )
            for (provider, model, currency), found in sorted(report.models.items())
        ],
    )
