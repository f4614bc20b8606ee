"""Price models: what the use of a feature costs a customer before anything pays for it.

Every price is computed exactly, its discount included, and rounded half to even to the nano exactly once.
"""

from typing import TypeGuard

from billing_core.domain.basis_points import WHOLE_BASIS_POINTS
from billing_core.domain.money import Money, divide_half_even
from billing_core.domain.pricing.cost_plus import CostPlus, LinearPrice
from billing_core.domain.pricing.matrix import CellPrice, Matrix
from billing_core.domain.pricing.simple import Flat, PerUnit
from billing_core.domain.pricing.tiers import Graduated, LooksBack, Package, Tier, Volume
from billing_core.domain.pricing.tokens import ANY_MODEL, TOKEN_KINDS, TOKENS_PER_MTOK, PerToken, TokenRates
from billing_core.domain.pricing.use import Use

__all__ = [
    "ANY_MODEL",
    "TOKENS_PER_MTOK",
    "TOKEN_KINDS",
    "CellPrice",
    "CostPlus",
    "CumulativePrice",
    "Flat",
    "Graduated",
    "LinearPrice",
    "Matrix",
    "Package",
    "PerToken",
    "PerUnit",
    "PriceModel",
    "Tier",
    "TokenRates",
    "Use",
    "Volume",
    "cumulative_nanos",
    "currency_of",
    "is_cumulative",
    "price_nanos",
    "price_of",
]

CumulativePrice = Graduated | Volume | Package
PriceModel = Flat | PerUnit | PerToken | CostPlus | Matrix | CumulativePrice


def price_of(price: PriceModel, use: Use) -> Money:
    """The price of one use before anything pays for it."""
    return Money(price_nanos(price, use), price.currency)


def price_nanos(price: PriceModel, use: Use) -> int:
    """`price_of` in nanos of the price's currency, for where many are priced."""
    if isinstance(price, LooksBack):
        return _added_nanos(price, use)
    numerator, denominator = price.exact(use)
    if use.discount_basis_points:
        numerator *= WHOLE_BASIS_POINTS - use.discount_basis_points
        denominator *= WHOLE_BASIS_POINTS
    return numerator if denominator == 1 else divide_half_even(numerator, denominator)


def cumulative_nanos(price: CumulativePrice, units: int, discount_basis_points: int = 0) -> int:
    """What that many units cost in a period, rounded once."""
    numerator, denominator = price.total(units)
    numerator *= WHOLE_BASIS_POINTS - discount_basis_points
    return divide_half_even(numerator, denominator * WHOLE_BASIS_POINTS)


def is_cumulative(price: PriceModel) -> TypeGuard[CumulativePrice]:
    """Whether the price of a use depends on what the feature was used for earlier in the period."""
    return isinstance(price, LooksBack)


def currency_of(price: PriceModel) -> str:
    """The currency a price model charges in."""
    return price.currency


def _added_nanos(price: CumulativePrice, use: Use) -> int:
    discount = use.discount_basis_points
    after = cumulative_nanos(price, use.units_before + use.units, discount)
    if isinstance(price, Volume):
        return max(after - use.spent_before_nanos, 0)
    return after - cumulative_nanos(price, use.units_before, discount)
