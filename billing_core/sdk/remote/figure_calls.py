"""The calls that figures are asked with, and what they are answered with."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from billing_core.domain.clock import from_micros
from billing_core.domain.errors import NotFound
from billing_core.domain.money import CREDITS, Money
from billing_core.domain.periods import Period
from billing_core.domain.provider_prices import STANDARD, ProviderPrice, plain_tier
from billing_core.domain.rate_bands import ATTOS_PER_NANO
from billing_core.sdk.figures import AllowanceLeft, PlanOffer, UsageStatistics
from billing_core.sdk.remote.calls import Call, Page, asking, asking_pages
from billing_core.sdk.remote.measures import parts_of, totals_of
from billing_core.sdk.remote.receipts import money_of

# A price without a date holds since ever.
_BEGINNING = from_micros(0)
_ATTO_DIGITS = 18


def plans_asked() -> Call[Page[PlanOffer]]:
    """What is sold."""
    return asking_pages("/v1/billing/plans", _plan_offer)


def prices_asked(provider: str | None, model: str | None) -> Call[Page[list[ProviderPrice]]]:
    """What providers charge, a list for each model."""
    return asking_pages("/subscription/pricing", _provider_prices, provider=provider, model=model)


def allowances_asked(organization_id: str) -> Call[list[AllowanceLeft]]:
    """What is left of the plan's allowances."""

    def read(told: Mapping[str, Any]) -> list[AllowanceLeft]:
        return [_allowance(item) for item in told["allowances"]]

    return asking("/v1/billing/limits", read, organization_id=organization_id, limit=1)


def usage_asked(organization_id: str, member: str | None, periods_back: int) -> Call[UsageStatistics]:
    """What was used; NotFound for a member of another organization."""

    def read(told: Mapping[str, Any]) -> UsageStatistics:
        if told["organization_id"] != organization_id:
            raise NotFound(f"There is no member {member!r}.", field="member")
        return UsageStatistics(
            organization_id=organization_id,
            member=member,
            period=_period(told),
            totals=totals_of(told),
            by_provider=parts_of(told["by_provider"]),
            by_feature=parts_of(told["by_feature"]),
        )

    user_id = quote(member or organization_id, safe="")
    return asking(f"/subscription/usage/{user_id}", read, periods_back=periods_back)


def _plan_offer(told: Mapping[str, Any]) -> PlanOffer:
    prices = {item["interval"]: money_of(item) for item in told["prices"]}
    return PlanOffer(
        code=told["code"],
        name=told["name"],
        description=told["description"],
        price_month=prices["month"],
        price_year=prices.get("year"),
        credits_per_month=Money.parse(told["credits_per_month"], CREDITS),
        seats_included=told["seats"]["included"],
        seats_max=told["seats"]["max"],
        trial_days=told["trial_days"],
        allowances={item["code"]: item["quantity"] for item in told["allowances"]},
        features=tuple([item["code"] for item in told["features"]]),
    )


def _provider_prices(told: Mapping[str, Any]) -> list[ProviderPrice]:
    return [_provider_price(told, item) for item in told["prices"] if plain_tier(item["service_tier"]) == STANDARD]


def _provider_price(model: Mapping[str, Any], told: Mapping[str, Any]) -> ProviderPrice:
    nanos, attos = divmod(int(Decimal(told["per_million_tokens"]).scaleb(_ATTO_DIGITS)), ATTOS_PER_NANO)
    begins, ends = told["effective_from"], told["effective_until"]
    return ProviderPrice(
        provider=model["provider"],
        model=model["model"],
        token_kind=told["token_kind"],
        nanos_per_mtok=nanos,
        attos_per_mtok=attos,
        currency=model["currency"],
        effective_from=_BEGINNING if begins is None else datetime.fromisoformat(begins),
        effective_until=None if ends is None else datetime.fromisoformat(ends),
        source=told["source"],
        source_version=told["source_version"],
        service_tier=told["service_tier"],
        input_tokens_over=told["input_tokens_over"],
    )


def _allowance(told: Mapping[str, Any]) -> AllowanceLeft:
    return AllowanceLeft(
        code=told["code"],
        name=told["name"],
        measure=told["measure"],
        features=tuple(told["features"]),
        quantity=told["included"],
        used=told["used"],
        remaining=told["remaining"],
        stops=told["stops"],
        period=_period(told),
    )


def _period(told: Mapping[str, Any]) -> Period:
    return Period(datetime.fromisoformat(told["starts_at"]), datetime.fromisoformat(told["resets_at"]))
