"""Provider prices: what a provider charges us, per model and token kind, as of a moment."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from billing_core.domain.clock import to_micros
from billing_core.domain.errors import InvalidInput
from billing_core.domain.money import NANOS_MAX, Money, format_nanos, format_scaled
from billing_core.domain.rate_bands import ATTOS_PER_NANO, Band, band_for, band_of
from billing_core.domain.usage import Quantities

TokenKind = Literal["input", "output", "llm", "cache_read", "cache_write", "reasoning"]
PriceKey = tuple[str, str, str, str, int, int]
STANDARD = "standard"
# The source of prices that were set by hand, with a reason; they win over every other.
OVERRIDE, OVERRIDE_PRECEDENCE = "override", 2
# What providers call the ordinary tier in their answers.
_STANDARD_NAMES = frozenset({"", "auto", "default", "on_demand", STANDARD})
_MICROS_PER_SECOND = 1_000_000
_SECONDS_PER_DAY = 86_400
# A unit of a currency has 10^18 attos, and a price of a million tokens is 10^6 prices of one.
_ATTO_DIGITS, _MTOK_DIGITS = 18, 6


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderPrice:
    """One dated price row. It holds from `effective_from` until the next row of the same key, or `effective_until`.

    A million tokens cost `nanos_per_mtok` and, where a list is finer than that, `attos_per_mtok` (10^-18) more.
    `input_tokens_over` starts a long-context band: the whole event is priced by it when its input is larger.
    `day_second` starts a part of the UTC day, which ends where the next part starts. Among sources, the higher
    `precedence` wins a service tier for as long as it has a row in force there.
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
    attos_per_mtok: int = 0
    day_second: int = 0
    effective_until: datetime | None = None
    reason: str | None = None

    @property
    def key(self) -> PriceKey:
        """What the next row that takes this one's place has in common with it, besides the source."""
        return self.provider, self.model, self.token_kind, self.service_tier, self.input_tokens_over, self.day_second

    @property
    def per_mtok_text(self) -> str:
        """The exact decimal price of a million tokens."""
        return format_scaled(self._attos, _ATTO_DIGITS)

    @property
    def per_token_text(self) -> str:
        """The exact decimal price of one token."""
        return format_scaled(self._attos, _ATTO_DIGITS + _MTOK_DIGITS)

    @property
    def _attos(self) -> int:
        return self.nanos_per_mtok * ATTOS_PER_NANO + self.attos_per_mtok


class PriceBook:
    """The prices of one provider and model over time, built once and asked for every event."""

    def __init__(self, prices: Iterable[ProviderPrice]) -> None:
        rows = sorted(prices, key=lambda row: row.effective_from)
        self.currency = rows[0].currency if rows else ""
        self._rows = rows
        ends = {row.effective_until for row in rows if row.effective_until is not None}
        self._dates = sorted(ends.union(row.effective_from for row in rows))
        # Microseconds of the dates on which anything changes, and the seconds of the UTC day at which its parts begin.
        self.starts = [to_micros(date) for date in self._dates]
        self.day_seconds = sorted({0}.union(row.day_second for row in rows))
        self._is_by_the_hour = len(self.day_seconds) > 1
        # By date and part of the day; before the first date nothing has a price.
        self._tiers: list[dict[str, tuple[Band, ...]]] = [{} for _ in self.day_seconds]
        self._tiers += [_tiers_at(rows, date, second) for date in self._dates for second in self.day_seconds]

    def cost_nanos(self, quantities: Quantities, at: datetime | int, service_tier: str = STANDARD) -> int | None:
        """What the provider charged, in nanos of `currency`; None when no price was in force: unpriced, never zero.

        `at` is an instant or its microseconds since 1970. InvalidInput for a cost beyond what can be counted.
        """
        index = bisect_right(self.starts, at) if isinstance(at, int) else bisect_right(self._dates, at)
        if self._is_by_the_hour:
            index = self._part_of_day(index, at)
        tiers = self._tiers[index]
        bands = tiers.get(service_tier) or tiers.get(plain_tier(service_tier))
        if bands is None:
            return None
        band, input_tokens = bands[0], quantities.input_tokens
        if input_tokens <= band[0]:
            band = band_for(bands, input_tokens)
        _, input_, output, llm, cache_read, cache_write, reasoning, per, is_complete, _ = band
        if not is_complete and not band.prices(quantities):
            return None
        total = input_tokens * input_ + quantities.output_tokens * output + quantities.llm_tokens * llm
        if quantities.cache_read_tokens:
            total += quantities.cache_read_tokens * cache_read
        if quantities.cache_write_tokens:
            total += quantities.cache_write_tokens * cache_write
        if quantities.reasoning_tokens:
            total += quantities.reasoning_tokens * reasoning
        nanos, rest = divmod(total, per)
        nanos += rest + rest > per or (rest + rest == per and nanos & 1)
        if nanos > NANOS_MAX:
            raise _out_of_range(nanos, self.currency)
        return nanos

    def cost(self, quantities: Quantities, at: datetime, service_tier: str = STANDARD) -> Money | None:
        """`cost_nanos` as an amount."""
        nanos = self.cost_nanos(quantities, at, service_tier)
        return None if nanos is None else Money(nanos, self.currency)

    def bands(self, service_tier: str) -> list[tuple[Band, ...]]:
        """A tier's bands, the highest first, for every part of the day before the first date and after each one."""
        tier = plain_tier(service_tier)
        return [tiers.get(tier, ()) for tiers in self._tiers]

    def in_force(self, at: datetime, service_tier: str = STANDARD) -> list[ProviderPrice]:
        """The rows `cost` goes by at that moment, by band and kind; a band lacks what it has from the one below."""
        return [row for row in self.tiers_in_force(at) if plain_tier(row.service_tier) == plain_tier(service_tier)]

    def tiers_in_force(self, at: datetime) -> list[ProviderPrice]:
        """As `in_force` of every service tier, by the tier's name."""
        found = _in_force(self._rows, at, to_micros(at) // _MICROS_PER_SECOND % _SECONDS_PER_DAY)
        return [found[key] for key in sorted(found)]

    def _part_of_day(self, index: int, at: datetime | int) -> int:
        micros = at if isinstance(at, int) else to_micros(at)
        second = micros // _MICROS_PER_SECOND % _SECONDS_PER_DAY
        return index * len(self.day_seconds) + bisect_right(self.day_seconds, second) - 1


def plain_tier(service_tier: str) -> str:
    """The name a service tier has in the price list."""
    tier = service_tier.lower()
    return STANDARD if tier in _STANDARD_NAMES else tier


def _in_force(
    rows: Sequence[ProviderPrice], at: datetime, day_second: int
) -> dict[tuple[str, int, TokenKind], ProviderPrice]:
    """The rows in force at `at` by service tier, band and kind, of the strongest source that has any for the tier.

    Of two rows for the same date the one given last holds: it corrects the other.
    """
    latest = {
        (row.precedence, row.service_tier, row.day_second, row.input_tokens_over, row.token_kind): row
        for row in rows
        if row.effective_from <= at and row.day_second <= day_second
    }
    in_force = [row for row in latest.values() if row.effective_until is None or at < row.effective_until]
    strongest: dict[str, int] = {}
    for row in in_force:
        strongest[row.service_tier] = max(row.precedence, strongest.get(row.service_tier, row.precedence))
    return {
        (plain_tier(row.service_tier), row.input_tokens_over, row.token_kind): row
        for row in sorted(in_force, key=lambda row: row.day_second)
        if row.precedence == strongest[row.service_tier]
    }


def _tiers_at(rows: Sequence[ProviderPrice], at: datetime, day_second: int) -> dict[str, tuple[Band, ...]]:
    """Per service tier, the bands in force at `at`, the highest first."""
    in_force = _in_force(rows, at, day_second)
    tiers: dict[str, tuple[Band, ...]] = {}
    for tier, over in sorted({(tier, over) for tier, over, _ in in_force}, reverse=True):
        below = sorted(key for key in in_force if key[0] == tier and key[1] <= over)
        attos = {key[2]: in_force[key].nanos_per_mtok * ATTOS_PER_NANO + in_force[key].attos_per_mtok for key in below}
        tiers[tier] = (*tiers.get(tier, ()), band_of(over, attos))
    return tiers


def _out_of_range(nanos: int, currency: str) -> InvalidInput:
    return InvalidInput(
        f"The provider's cost would be {format_nanos(nanos)} {currency}, which is too large to count.",
        field="quantities",
    )
