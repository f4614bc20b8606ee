"""Price models: what the use of a feature costs a customer before anything pays for it.

Every price is computed exactly, its discount included, and rounded half to even to the nano exactly once.
"""

from billing_core.domain.money import Money, divide_half_even
from billing_core.domain.pricing.simple import Flat, PerUnit
from billing_core.domain.pricing.tokens import ANY_MODEL, TOKENS_PER_MTOK, PerToken, TokenRates
from billing_core.domain.pricing.use import Use

__all__ = [
    "ANY_MODEL",
    "TOKENS_PER_MTOK",
    "WHOLE_BASIS_POINTS",
    "Flat",
    "PerToken",
    "PerUnit",
    "PriceModel",
    "TokenRates",
    "Use",
    "currency_of",
    "is_cumulative",
    "price_nanos",
    "price_of",
]

WHOLE_BASIS_POINTS = 10_000

PriceModel = Flat | PerUnit | PerToken


def price_of(price: PriceModel, use: Use) -> Money:
    """The price of one use before anything pays for it."""
    return Money(price_nanos(price, use), price.currency)


def price_nanos(price: PriceModel, use: Use) -> int:
    """`price_of` in nanos of the price's currency, for where many are priced."""
    numerator, denominator = price.exact(use)
    if use.discount_basis_points:
        numerator *= WHOLE_BASIS_POINTS - use.discount_basis_points
        denominator *= WHOLE_BASIS_POINTS
    return numerator if denominator == 1 else divide_half_even(numerator, denominator)


def is_cumulative(price: PriceModel) -> bool:  # noqa: ARG001
    """Whether the price of a use depends on what the feature was used for earlier in the period."""
    return False


def currency_of(price: PriceModel) -> str:
    """The currency a price model charges in."""
    return price.currency
