"""Choosing the currency that figures are shown in."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from billing_core.console.formatting import money, words
from billing_core.domain.money import Money
from billing_core.services.reporting.measures import Measures

Reading = Callable[[Measures, str], Money]


@dataclass(frozen=True, slots=True)
class Currencies:
    """The currency shown for what customers paid, and the one for what providers charged."""

    revenue: str
    cost: str


def main_currencies(measures: Measures, otherwise: str = "USD") -> Currencies:
    """For each of the two the currency with the largest amount; where there is none the other's, else `otherwise`."""
    revenue = _largest(measures, Measures.revenue)
    cost = _largest(measures, Measures.provider_cost)
    return Currencies(revenue or cost or otherwise, cost or revenue or otherwise)


def other_currencies_note(measures: Measures, shown: Currencies, *, with_cost: bool) -> str | None:
    """What the figures on screen leave out because it is in another currency; None when that is nothing."""
    left_out = _others(measures, shown.revenue, Measures.revenue, "of revenue" if with_cost else "of charges")
    if with_cost:
        left_out += _others(measures, shown.cost, Measures.provider_cost, "of provider cost")
    if not left_out:
        return None
    return f"Not in these figures: {words(left_out)}. Amounts in different currencies are never added up."


def _largest(measures: Measures, read: Reading) -> str | None:
    nanos, code = max(((read(measures, code).nanos, code) for code in measures.currencies), default=(0, ""))
    return code if nanos else None


def _others(measures: Measures, shown: str, read: Reading, what: str) -> list[str]:
    amounts: Sequence[Money] = [read(measures, code) for code in measures.currencies if code != shown]
    return [f"{money(amount)} {what}" for amount in amounts if amount]
