"""Reads the whole of genai-prices into rows: every provider and model, with history, service tiers and bands.

Prices of what is not counted in tokens (pictures, searches, hours of audio) and of one-hour cache writes are not taken
over.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import groupby
from typing import Any

from genai_prices.data import providers
from genai_prices.types import ClauseAnd, ClauseOr, MatchLogic, ModelInfo, ModelPrice

from billing_core.adapters.provider_prices.dated_rates import (
    KEYS,
    PART_OF,
    DatedRate,
    DatedSheet,
    rates_of,
    service_tier_of,
    sheets_of,
)
from billing_core.domain.money import NANOS_PER_UNIT, nanos_from_decimal
from billing_core.domain.provider_prices import ProviderPrice
from billing_core.domain.rate_bands import ATTOS_PER_NANO
from billing_core.services.catalog.price_source import PriceList

NOT_BY_TOKENS = "models not priced by tokens"
PER_REQUEST = "models with a price per request besides tokens"
NO_LONGER = "models whose price for a kind of token was withdrawn"
NO_TIER = "price variants that are no service tier"


def read_price_list(source: str, source_version: str) -> PriceList:
    """All prices, each row with the source and version given."""
    left_out: Counter[str] = Counter()
    prices: list[ProviderPrice] = []
    aliases: dict[tuple[str, str], Mapping[str, Any]] = {}
    rounded: list[str] = []
    for provider in providers:
        for model in provider.models:
            sheets = sheets_of(model)
            left_out[NO_TIER] += sum(service_tier_of(item.when) is None for item in model.price_variants or ())
            if reason := reason_to_leave_out(model):
                left_out[reason] += 1
                continue
            if not all(_is_exact(rate.dollars_per_mtok) for rate in _rates(sheets)):
                rounded.append(f"{provider.id} {model.id}")
            aliases[provider.id, model.id] = clause_document(model.match)
            prices += [_price(provider.id, model.id, rate, source, source_version) for rate in _rates(sheets)]
    return PriceList(
        prices=prices,
        aliases=aliases,
        left_out={reason: count for reason, count in left_out.items() if count},
        rounded=rounded,
    )


def clause_document(clause: MatchLogic) -> Mapping[str, Any]:
    """A clause as plain data: `{"or": [{"equals": "gpt-4"}, {"starts_with": "gpt-4-"}]}`."""
    if isinstance(clause, ClauseOr):
        return {"or": [clause_document(part) for part in clause.or_]}
    if isinstance(clause, ClauseAnd):
        return {"and": [clause_document(part) for part in clause.and_]}
    return dict(vars(clause))


def _price(provider: str, model: str, rate: DatedRate, source: str, source_version: str) -> ProviderPrice:
    nanos, attos = divmod(_attos(rate.dollars_per_mtok), ATTOS_PER_NANO)
    return ProviderPrice(
        provider=provider,
        model=model,
        token_kind=rate.kind,
        nanos_per_mtok=nanos,
        attos_per_mtok=attos,
        currency="USD",
        effective_from=rate.starts_at,
        source=source,
        source_version=source_version,
        service_tier=rate.service_tier,
        input_tokens_over=rate.input_tokens_over,
        day_second=rate.day_second,
    )


def _rates(sheets: Sequence[DatedSheet]) -> Iterator[DatedRate]:
    in_order = sorted(sheets, key=lambda dated: (dated.service_tier, dated.day_second, dated.starts_at))
    for _, alike in groupby(in_order, key=lambda dated: (dated.service_tier, dated.day_second)):
        yield from rates_of(list(alike))


def _is_exact(dollars_per_mtok: Decimal) -> bool:
    return dollars_per_mtok * NANOS_PER_UNIT * ATTOS_PER_NANO == _attos(dollars_per_mtok)


def _attos(dollars_per_mtok: Decimal) -> int:
    """Billionths of a nano; a price that is finer still is rounded half to even."""
    return nanos_from_decimal(dollars_per_mtok * ATTOS_PER_NANO)


def reason_to_leave_out(model: ModelInfo) -> str | None:
    """Why rows cannot tell what a model costs, or None when they can."""
    sheets = sheets_of(model)
    if any(price.requests_kcount is not None for price in _price_lists(model)):
        return PER_REQUEST
    if not any(KEYS[kind] in dated.sheet for kind in ("input", "output") for dated in sheets):
        return NOT_BY_TOKENS
    return NO_LONGER if _is_withdrawn(sheets) else None


def _is_withdrawn(sheets: Sequence[DatedSheet]) -> bool:
    """Whether input or output had a price once and has none later, or a part has one without its whole."""
    for kind in ("input", "output"):
        has_price = [KEYS[kind] in dated.sheet for dated in sheets]
        if sorted(has_price) != has_price:
            return True
    return any(
        KEYS[part] in dated.sheet and KEYS[whole] not in dated.sheet
        for dated in sheets
        for part, whole in PART_OF.items()
    )


def _price_lists(model: ModelInfo) -> Sequence[ModelPrice]:
    standard = [model.prices] if isinstance(model.prices, ModelPrice) else [item.prices for item in model.prices]
    return [*standard, *(variant.prices for variant in model.price_variants or ())]
