"""Figures that are a quotient of two others."""

from decimal import Decimal

from billing_core.console.formatting import ratio
from billing_core.domain.money import Money
from billing_core.domain.prices import TOKENS_PER_MTOK
from billing_core.services.reporting.measures import Measures


def error_rate(measures: Measures) -> Decimal | None:
    """Failed calls as a part of all."""
    return ratio(measures.errors, measures.calls)


def cost_per_million(measures: Measures, currency: str) -> Money | None:
    """What a million tokens with a known price cost on average, rounded to the nano; None without any."""
    priced = measures.tokens - measures.unpriced_tokens
    return measures.provider_cost(currency).share(TOKENS_PER_MTOK, priced) if priced > 0 else None
