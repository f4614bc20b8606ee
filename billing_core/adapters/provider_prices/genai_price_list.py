"""Reads the whole of genai-prices into rows: every provider and model, with history, service tiers and bands.

A price that depends on the hour is taken at its highest, so that cost is never understated. Prices of what is not
counted in tokens (pictures, searches, hours of audio) and of one-hour cache writes are not taken over.
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
    is_priced_by_the_hour,
    rates_of,
    service_tier_of,
    sheets_of,
)
from billing_core.domain.money import NANOS_PER_UNIT, nanos_from_decimal
from billing_core.domain.provider_prices import ProviderPrice
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
    peak_priced: list[str] = []
    for provider in providers:
        for model in provider.models:
            sheets = sheets_of(model)
            left_out[NO_TIER] += sum(service_tier_of(item.when) is None for item in model.price_variants or ())
            if reason := reason_to_leave_out(model):
                left_out[reason] += 1
                continue
            name = f"{provider.id} {model.id}"
            if is_priced_by_the_hour(model):
                peak_priced.append(name)
            if not all(_is_exact(rate.dollars_per_mtok) for rate in _rates(sheets)):
                rounded.append(name)
            aliases[provider.id, model.id] = clause_document(model.match)
            prices += [
                ProviderPrice(
                    provider=provider.id,
                    model=model.id,
                    token_kind=rate.kind,
                    nanos_per_mtok=nanos_from_decimal(rate.dollars_per_mtok),
                    currency="USD",
                    effective_from=rate.starts_at,
                    source=source,
                    source_version=source_version,
                    service_tier=rate.service_tier,
                    input_tokens_over=rate.input_tokens_over,
                )
                for rate in _rates(sheets)
            ]
    return PriceList(
        prices=prices,
        aliases=aliases,
        left_out={reason: count for reason, count in left_out.items() if count},
        rounded=rounded,
        peak_priced=peak_priced,
    )


def clause_document(clause: MatchLogic) -> Mapping[str, Any]:
    """A clause as plain data: `{"or": [{"equals": "gpt-4"}, {"starts_with": "gpt-4-"}]}`."""
    if isinstance(clause, ClauseOr):
        return {"or": [clause_document(part) for part in clause.or_]}
    if isinstance(clause, ClauseAnd):
        return {"and": [clause_document(part) for part in clause.and_]}
    return dict(vars(clause))


def _rates(sheets: Sequence[DatedSheet]) -> Iterator[DatedRate]:
    by_tier = sorted(sheets, key=lambda dated: (dated.service_tier, dated.starts_at))
    for _, of_tier in groupby(by_tier, key=lambda dated: dated.service_tier):
        yield from rates_of(list(of_tier))


def _is_exact(dollars_per_mtok: Decimal) -> bool:
    return dollars_per_mtok * NANOS_PER_UNIT == nanos_from_decimal(dollars_per_mtok)


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
