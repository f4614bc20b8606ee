"""What every figure in a report means: the one place of definitions.

calls            events, failed ones included
errors           events that failed
tokens           input + LLM + output; cached tokens are inside the input, reasoning tokens inside the output
latency          over the events that report one; median and 95th percentile, in whole milliseconds
provider cost    what providers charged us, as far as it is known
unpriced         events with a model whose price was not known: no cost, so counted and token-summed apart, never 0
usage revenue    what customers paid for usage: balance + overage in money, and for credits what these had cost them
credits used     credits taken from grants
margin           usage revenue - provider cost, where both are in one currency
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from billing_core.domain.money import CREDITS, Money


@dataclass(frozen=True, slots=True)
class Amounts:
    """What was paid and what it cost, in nanos of one currency."""

    revenue_nanos: int = 0
    provider_cost_nanos: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """The figures of a set of events; amounts are kept per currency and never added across currencies."""

    calls: int = 0
    errors: int = 0
    units: int = 0
    input_tokens: int = 0
    llm_tokens: int = 0
    output_tokens: int = 0
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0
    reasoning_tokens: int = 0
    unpriced_calls: int = 0
    unpriced_tokens: int = 0
    credits_nanos: int = 0
    latency_p50_ms: int | None = None
    latency_p95_ms: int | None = None
    amounts: Mapping[str, Amounts] = field(default_factory=dict[str, Amounts])

    @property
    def tokens(self) -> int:
        """All tokens: input, LLM and output."""
        return self.input_tokens + self.llm_tokens + self.output_tokens

    @property
    def credits(self) -> Money:
        """Credits used."""
        return Money(self.credits_nanos, CREDITS)

    @property
    def currencies(self) -> tuple[str, ...]:
        """The currencies in which anything was paid or charged, in alphabetical order."""
        return tuple(sorted(self.amounts))

    def revenue(self, currency: str) -> Money:
        """Usage revenue in one currency."""
        return Money(self._amounts(currency).revenue_nanos, currency)

    def provider_cost(self, currency: str) -> Money:
        """Known provider cost in one currency."""
        return Money(self._amounts(currency).provider_cost_nanos, currency)

    def margin(self, currency: str) -> Money | None:
        """Usage revenue less provider cost, None when some of either is in another currency."""
        if set(self.amounts) - {currency}:
            return None
        return self.revenue(currency) - self.provider_cost(currency)

    def margin_ratio(self, currency: str) -> Decimal | None:
        """Margin as a part of revenue (0.275 is 27.5 %), None without a margin or without revenue."""
        margin, revenue = self.margin(currency), self.revenue(currency)
        if margin is None or not revenue:
            return None
        return Decimal(margin.decimal_text) / Decimal(revenue.decimal_text)

    def _amounts(self, currency: str) -> Amounts:
        return self.amounts.get(currency, Amounts())
