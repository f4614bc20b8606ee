"""The provider's cost and a markup on it."""

from dataclasses import dataclass
from typing import final

from billing_core.domain.basis_points import WHOLE_BASIS_POINTS
from billing_core.domain.errors import InvalidInput
from billing_core.domain.money import CREDITS, Money
from billing_core.domain.pricing.simple import Flat, PerUnit
from billing_core.domain.pricing.tokens import PerToken
from billing_core.domain.pricing.use import Exact, Use

MARKUP_BASIS_POINTS_MAX = 10_000_000

# Prices that need no look at what else happened: so many units or tokens, so much.
LinearPrice = Flat | PerUnit | PerToken


@final
@dataclass(frozen=True, slots=True)
class CostPlus:
    """What the provider charged, `markup_basis_points` hundredths of a percent on top, and a `fixed` amount per event.

    The cost of a model that nobody has a price for, or one in another currency, is not known; `fallback` is what such a
    use costs, so that it can be admitted, quoted and charged like any other.
    """

    fallback: LinearPrice
    markup_basis_points: int
    fixed: Money

    def __post_init__(self) -> None:
        if self.currency == CREDITS:
            raise InvalidInput("A markup on the provider's cost is charged in money, not in credits.", field="currency")
        if self.fixed.currency != self.currency or self.fixed.nanos < 0:
            raise InvalidInput(f"The fixed amount must be in {self.currency}, zero or more.", field="fixed")
        if not 0 <= self.markup_basis_points <= MARKUP_BASIS_POINTS_MAX:
            raise InvalidInput(
                f"The markup is {self.markup_basis_points} hundredths of a percent; "
                f"it must be from 0 to {MARKUP_BASIS_POINTS_MAX}.",
                field="markup_percent",
            )

    @property
    def currency(self) -> str:
        return self.fallback.currency

    def exact(self, use: Use) -> Exact:
        """Cost and markup, or the fallback where the cost is not known, of the share that is to be paid."""
        cost = use.provider_cost
        if cost is None or cost.currency != self.currency:
            return self.fallback.exact(use)
        marked_up = cost.nanos * (WHOLE_BASIS_POINTS + self.markup_basis_points)
        fixed = self.fixed.nanos * use.events * WHOLE_BASIS_POINTS
        return (marked_up + fixed) * use.part, WHOLE_BASIS_POINTS * use.whole
