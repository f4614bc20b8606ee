"""When the prices of one source hold: each until the next of its kind, or until its own end, never two at a time."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from itertools import pairwise

from billing_core.domain.errors import InvalidInput, OverlappingPrices
from billing_core.domain.provider_prices import PriceKey, ProviderPrice


def check_dates(prices: Iterable[ProviderPrice]) -> None:
    """OverlappingPrices when two prices of one source for the same tokens would hold at the same time.

    A price without an end gives way to the next one; a price with an end must end before the next one begins.
    InvalidInput for a price that ends before it begins.
    """
    by_key: defaultdict[PriceKey, list[ProviderPrice]] = defaultdict(list)
    for price in prices:
        if price.effective_until is not None and price.effective_until <= price.effective_from:
            raise InvalidInput(
                f"The price of {_name(price)} would end at {price.effective_until.isoformat()}, not after it begins at "
                f"{price.effective_from.isoformat()}.",
                field="effective_until",
            )
        by_key[price.key].append(price)
    for alike in by_key.values():
        for earlier, later in pairwise(sorted(alike, key=lambda price: price.effective_from)):
            ends = earlier.effective_until
            if earlier.effective_from == later.effective_from or (ends is not None and ends > later.effective_from):
                raise _overlap(earlier, later)


def _overlap(earlier: ProviderPrice, later: ProviderPrice) -> OverlappingPrices:
    return OverlappingPrices(
        f"The source {later.source} has two prices for {_name(later)} at a time: one {_span(earlier)}, and another "
        f"{_span(later)}.",
        field="effective_from",
        first_from=earlier.effective_from.isoformat(),
        first_until=_text(earlier.effective_until),
        second_from=later.effective_from.isoformat(),
        second_until=_text(later.effective_until),
    )


def _name(price: ProviderPrice) -> str:
    return f"{price.token_kind.replace('_', ' ')} tokens of {price.provider} {price.model} ({price.service_tier})"


def _span(price: ProviderPrice) -> str:
    until = "" if price.effective_until is None else f" until {price.effective_until.isoformat()}"
    return f"from {price.effective_from.isoformat()}{until}"


def _text(instant: datetime | None) -> str | None:
    return None if instant is None else instant.isoformat()
