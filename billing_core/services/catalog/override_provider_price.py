"""Override what a price list says of a model, with a reason: a dated price of our own that wins over all others."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from billing_core.domain.errors import InvalidInput, NotFound
from billing_core.domain.identity import Actor
from billing_core.domain.model_match import provider_name
from billing_core.domain.money import Money, format_nanos
from billing_core.domain.price_dates import check_dates
from billing_core.domain.provider_prices import (
    OVERRIDE,
    OVERRIDE_PRECEDENCE,
    STANDARD,
    PriceBook,
    ProviderPrice,
    TokenKind,
    plain_tier,
)
from billing_core.domain.usage import check_text
from billing_core.services.audit.record_change import record_change
from billing_core.services.catalog.ports import PriceOverrideUnit

_MICROSECOND = timedelta(microseconds=1)
_WHOLES: tuple[TokenKind, ...] = ("input", "output")


def override_provider_price(
    uow: PriceOverrideUnit,
    *,
    provider: str,
    model: str,
    rates: Mapping[TokenKind, Money],
    effective_from: datetime,
    effective_until: datetime | None = None,
    service_tier: str = STANDARD,
    reason: str,
    actor: Actor,
    now: datetime,
) -> Sequence[ProviderPrice]:
    """Add prices per million tokens that hold for a model's tier instead of every other source's.

    They end at `effective_until`, or with a later override. Kinds of tokens left out cost what they are a part of.
    Calls that were charged before keep their cost until they are repriced. OverlappingPrices when another override
    holds at the time; InvalidInput for a missing reason, a price that is missing or negative, or another currency.
    """
    check_text(reason.strip(), "reason")
    book = uow.catalog.price_books([(provider, model)])[provider, model]
    before = [] if book is None else book.in_force(effective_from, service_tier)
    _check_rates(rates, book, before)
    tier, now = plain_tier(service_tier), _instant_of_its_own(uow, now)
    prices = [
        ProviderPrice(
            provider=provider_name(provider),
            model=model,
            token_kind=kind,
            nanos_per_mtok=rate.nanos,
            currency=rate.currency,
            effective_from=effective_from,
            effective_until=effective_until,
            source=OVERRIDE,
            source_version=now.isoformat(),
            service_tier=tier,
            precedence=OVERRIDE_PRECEDENCE,
            reason=reason.strip(),
        )
        for kind, rate in rates.items()
    ]
    check_dates([*_overrides(uow, prices[0].provider, model, tier), *prices])
    uow.catalog.add_provider_prices(prices, now)
    _record(uow, "provider_price.overridden", before, prices, reason, actor, now)
    return prices


def end_price_override(
    uow: PriceOverrideUnit,
    *,
    provider: str,
    model: str,
    effective_until: datetime,
    service_tier: str = STANDARD,
    reason: str,
    actor: Actor,
    now: datetime,
) -> Sequence[ProviderPrice]:
    """Let the override that holds at `effective_until` end there: from then on the other sources count again.

    NotFound when there is none; InvalidInput when it would end no later than it begins.
    """
    check_text(reason.strip(), "reason")
    name, tier, now = provider_name(provider), plain_tier(service_tier), _instant_of_its_own(uow, now)
    holding = [
        price
        for price in _overrides(uow, name, model, tier)
        if price.effective_until is None or price.effective_until > effective_until
    ]
    latest = max((price.effective_from for price in holding if price.effective_from <= effective_until), default=None)
    ended = [
        replace(price, effective_until=effective_until, source_version=now.isoformat(), reason=reason.strip())
        for price in holding
        if price.effective_from == latest
    ]
    if not ended:
        raise NotFound(
            f"No override of {name} {model} ({tier}) holds at {effective_until.isoformat()}.", field="effective_until"
        )
    check_dates(ended)
    uow.catalog.add_provider_prices(ended, now)
    _record(uow, "provider_price.override_ended", ended, ended, reason, actor, now)
    return ended


def _overrides(uow: PriceOverrideUnit, provider: str, model: str, tier: str) -> list[ProviderPrice]:
    """The overrides of a model's tier as they are now: of two for one date the later one corrects the other."""
    latest = {
        (price.key, price.effective_from): price
        for price in uow.catalog.provider_prices(OVERRIDE)
        if (price.provider, price.model, price.service_tier) == (provider, model, tier)
    }
    return list(latest.values())


def _instant_of_its_own(uow: PriceOverrideUnit, now: datetime) -> datetime:
    """Now, or the next microsecond in which no override was recorded: of two for one date the later one counts."""
    taken = {price.source_version for price in uow.catalog.provider_prices(OVERRIDE)}
    while now.isoformat() in taken:
        now += _MICROSECOND
    return now


def _check_rates(rates: Mapping[TokenKind, Money], book: PriceBook | None, before: Sequence[ProviderPrice]) -> None:
    for kind, rate in rates.items():
        if rate.nanos < 0:
            raise InvalidInput(f"{rate} is negative; a price is zero or more.", field=kind)
        if book is not None and rate.currency != book.currency:
            raise InvalidInput(
                f"{rate} is in {rate.currency}; the prices of this model are in {book.currency}.", field=kind
            )
    needed = {price.token_kind for price in before} & set(_WHOLES) if before else {"input"}
    for kind in _WHOLES:
        if kind in needed and kind not in rates:
            raise InvalidInput(
                f"Give the price of {kind} tokens too: calls that use them would be unpriced.", field=kind
            )


def _record(
    uow: PriceOverrideUnit,
    action: str,
    before: Sequence[ProviderPrice],
    after: Sequence[ProviderPrice],
    reason: str,
    actor: Actor,
    now: datetime,
) -> None:
    first = after[0]
    record_change(
        uow,
        actor,
        action,
        ("provider_price", f"{first.provider} {first.model}"),
        now=now,
        before={"prices": _texts(before)},
        after={
            "prices": _texts(after),
            "service_tier": first.service_tier,
            "effective_from": first.effective_from.isoformat(),
            "effective_until": None if first.effective_until is None else first.effective_until.isoformat(),
            "reason": reason.strip(),
        },
    )


def _texts(prices: Sequence[ProviderPrice]) -> list[str]:
    return [
        f"{price.token_kind}: {format_nanos(price.nanos_per_mtok)} {price.currency} per 1M tokens ({price.source})"
        for price in prices
    ]
