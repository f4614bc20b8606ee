"""Who pays a price: credit grants in burn order, then the prepaid balance, then overage on the next invoice."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from billing_core.domain.books import Books
from billing_core.domain.credits import Allocation, GrantState
from billing_core.domain.money import NANOS_PER_UNIT, divide_half_even

NOTHING_PROMISED: Mapping[str, int] = {}


class Funding(NamedTuple):
    """What each source gives, in nanos; `credits_cost_nanos` is what the credits had cost when they were bought."""

    slices: Sequence[tuple[GrantState, Allocation]]
    credits_nanos: int
    credits_cost_nanos: int
    balance_nanos: int
    overage_nanos: int

    def take(self, books: Books) -> None:
        """Take it out of the books."""
        for state, allocation in self.slices:
            books.allocate(state, allocation.amount_nanos)
        if self.balance_nanos or self.overage_nanos:
            books.pay(self.balance_nanos, self.overage_nanos)


NOTHING_TO_PAY = Funding((), 0, 0, 0, 0)


def fund(
    books: Books,
    feature: str,
    nanos: int,
    *,
    in_credits: bool,
    credit_value_nanos: int,
    now: datetime,
    promised: Mapping[str, int] = NOTHING_PROMISED,
) -> Funding:
    """Decide who pays a price in credits, or in money that a credit is worth so much of; nothing is taken yet.

    `promised` are slices by grant id that a hold kept: they pay first, even if their grant has expired meanwhile.
    """
    if not nanos:
        return NOTHING_TO_PAY
    wanted = nanos if in_credits else -(-nanos * NANOS_PER_UNIT // credit_value_nanos)
    slices, drawn, cost = _draw(books.grants, feature, wanted, now, promised)
    if drawn == wanted:
        return Funding(slices, drawn, cost, 0, 0)
    if in_credits:
        rest = divide_half_even((nanos - drawn) * credit_value_nanos, NANOS_PER_UNIT)
    else:
        rest = nanos - drawn * credit_value_nanos // NANOS_PER_UNIT
    balance = min(rest, books.balance_nanos)
    return Funding(slices, drawn, cost, balance, rest - balance)


def _draw(
    grants: Sequence[GrantState], feature: str, wanted: int, now: datetime, promised: Mapping[str, int]
) -> tuple[Sequence[tuple[GrantState, Allocation]], int, int]:
    """Slices in burn order, what was promised before everything else; how much they are together, and their cost."""
    kept = _kept(grants, wanted, promised) if promised else promised
    missing = wanted - sum(kept.values()) if kept else wanted
    total_cost = 0
    slices: list[tuple[GrantState, Allocation]] = []
    for state in grants:
        amount = kept.get(state.grant.id, 0) if kept else 0
        if missing and state.pays_for(feature, now):
            more = min(missing, state.free_nanos - amount)
            amount += more
            missing -= more
        if amount:
            cost = state.slice_cost(amount)
            total_cost += cost
            slices.append((state, Allocation(state.grant.id, amount, cost)))
        if not (missing or kept):
            break
    return slices, wanted - missing, total_cost


def _kept(grants: Sequence[GrantState], wanted: int, promised: Mapping[str, int]) -> dict[str, int]:
    """How much of each promised slice is needed."""
    kept: dict[str, int] = {}
    for state in grants:
        amount = min(wanted, promised.get(state.grant.id, 0))
        if amount:
            kept[state.grant.id] = amount
            wanted -= amount
    return kept
