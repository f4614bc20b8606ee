"""Provider prices: what a provider charges us, per model and token kind, as of a moment."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from billing_core.domain.money import Money, divide_half_even
from billing_core.domain.prices import TOKENS_PER_MTOK, TokenRates
from billing_core.domain.usage import Quantities

TokenKind = Literal["input", "output", "llm", "cache_read", "cache_write", "reasoning"]
STANDARD = "standard"
# What providers call the ordinary tier in their answers.
_STANDARD_NAMES = frozenset({"", "auto", "default", "on_demand", STANDARD})


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderPrice:
    """One dated price row. It holds from `effective_from` until the next row of the same key.

    `input_tokens_over` starts a long-context band: the whole event is priced by it when its input is larger.
    Among sources, the higher `precedence` wins a service tier for as long as it has a row in force there.
    """

    provider: str
    model: str
    token_kind: TokenKind
    nanos_per_mtok: int
    currency: str
    effective_from: datetime
    source: str
    source_version: str
    service_tier: str = STANDARD
    input_tokens_over: int = 0
    precedence: int = 0


@dataclass(frozen=True, slots=True)
class _Band:
    """Rates that hold for inputs larger than `input_tokens_over`; `kinds` are those with a price of their own."""

    input_tokens_over: int
    rates: TokenRates
    kinds: frozenset[str]

    def prices(self, quantities: Quantities) -> bool:
        """Whether every token that was used has a price: embedding models have none for output."""
        return ("input" in self.kinds or not quantities.input_tokens + quantities.llm_tokens) and (
            "output" in self.kinds or not quantities.output_tokens
        )


class PriceBook:
    """The prices of one provider and model over time, built once and asked for every event."""

    def __init__(self, prices: Iterable[ProviderPrice]) -> None:
        rows = sorted(prices, key=lambda row: (row.effective_from, row.input_tokens_over))
        self.currency = rows[0].currency if rows else ""
        self._rows = rows
        self._starts = sorted({row.effective_from for row in rows})
        self._tiers = [_tiers_at(rows, start) for start in self._starts]

    def cost(self, quantities: Quantities, at: datetime, service_tier: str = STANDARD) -> Money | None:
        """What the provider charged, or None when no price was in force: unpriced, never zero."""
        index = bisect_right(self._starts, at) - 1
        tier = service_tier.lower()
        bands = self._tiers[index].get(STANDARD if tier in _STANDARD_NAMES else tier) if index >= 0 else None
        if not bands:
            return None
        band = next((band for band in bands if quantities.input_tokens > band.input_tokens_over), bands[-1])
        if not band.prices(quantities):
            return None
        return Money(divide_half_even(band.rates.total(quantities), TOKENS_PER_MTOK), self.currency)

    def in_force(self, at: datetime, service_tier: str = STANDARD) -> list[ProviderPrice]:
        """The rows `cost` goes by at that moment, by band and kind; a band lacks what it has from the one below."""
        found = _in_force(self._rows, at)
        return [found[key] for key in sorted(found, key=lambda key: key[1:]) if key[0] == service_tier]


def _in_force(rows: Sequence[ProviderPrice], at: datetime) -> dict[tuple[str, int, TokenKind], ProviderPrice]:
    """The rows in force at `at` by service tier, band and kind, of the strongest source that has any for the tier.

    Of two rows for the same date the one given last holds: it corrects the other.
    """
    in_force = [row for row in rows if row.effective_from <= at]
    strongest: dict[str, int] = {}
    for row in in_force:
        strongest[row.service_tier] = max(row.precedence, strongest.get(row.service_tier, row.precedence))
    return {
        (row.service_tier, row.input_tokens_over, row.token_kind): row
        for row in in_force
        if row.precedence == strongest[row.service_tier]
    }


def _tiers_at(rows: Sequence[ProviderPrice], at: datetime) -> dict[str, list[_Band]]:
    """Per service tier, the bands in force at `at`, the highest first."""
    latest = {key: row.nanos_per_mtok for key, row in _in_force(rows, at).items()}
    tiers: dict[str, list[_Band]] = {}
    for tier, over in sorted({(tier, over) for tier, over, _ in latest}, reverse=True):
        below = sorted(key for key in latest if key[0] == tier and key[1] <= over)
        kinds: dict[str, int] = {kind: latest[tier, band, kind] for _, band, kind in below}
        rates = TokenRates(**{"input": 0, "output": 0} | kinds)
        tiers.setdefault(tier, []).append(_Band(over, rates, frozenset(kinds)))
    return tiers
