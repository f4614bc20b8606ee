"""Prices that need nothing but the use itself: an amount per event, and an amount per unit."""

from dataclasses import dataclass
from typing import final

from billing_core.domain.money import Money
from billing_core.domain.pricing.use import Exact, Use


@final
@dataclass(frozen=True, slots=True)
class Flat:
    """The same amount for every event, however much it used."""

    amount: Money

    @property
    def currency(self) -> str:
        return self.amount.currency

    def exact(self, use: Use) -> Exact:
        """The amount for each event, of the share that is to be paid."""
        return self.amount.nanos * use.events * use.part, use.whole


@final
@dataclass(frozen=True, slots=True)
class PerUnit:
    """An amount for every `per_units` units of the feature's meter."""

    amount: Money
    per_units: int = 1

    @property
    def currency(self) -> str:
        return self.amount.currency

    def exact(self, use: Use) -> Exact:
        """The units, of the share that is to be paid."""
        return self.amount.nanos * use.quantities.units * use.part, self.per_units * use.whole
