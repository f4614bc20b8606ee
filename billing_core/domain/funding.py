"""Who pays a price: credit grants in burn order, then the prepaid balance, then overage on the next invoice."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from billing_core.domain.books import Books
from billing_core.domain.credits import Allocation, GrantState
from billing_core.domain.money import CREDITS, NANOS_PER_UNIT, Money, divide_half_even

NOTHING_PROMISED: Mapping[str, int] = {}


@dataclass(frozen=True, slots=True)
class Funding:
    """What each source gives; `slices` are the grants with the credits taken from each."""

    slices: Sequence[tuple[GrantState, Allocation]]
    balance_nanos: int
    overage_nanos: int

    @property
    def credits_nanos(self) -> int:
        return sum(allocation.amount_nanos for _, allocation in self.slices)

    @property
    def credits_cost_nanos(self) -> int:
        """What those credits had cost when they were bought."""
        return sum(allocation.cost_nanos for _, allocation in self.slices)

    def take(self, books: Books) -> None:
        """Take it out of the books."""
        for state, allocation in self.slices:
            books.allocate(state, allocation.amount_nanos)
        if self.balance_nanos or self.overage_nanos:
            books.pay(self.balance_nanos, self.overage_nanos)


def fund(
    books: Books,
    feature: str,
    price: Money,
    *,
    credit_value_nanos: int,
    now: datetime,
    promised: Mapping[str, int] = NOTHING_PROMISED,
) -> Funding:
    """Decide who pays; nothing is taken yet.

    `promised` are slices by grant id that a hold kept: they pay first, even if their grant has expired meanwhile.
    """
    nanos = price.nanos
    if not nanos:
        return Funding((), 0, 0)
    in_credits = price.currency == CREDITS
    wanted = nanos if in_credits else -(-nanos * NANOS_PER_UNIT // credit_value_nanos)
    slices = list(_draw(books.grants, feature, wanted, now, promised))
    drawn = sum(allocation.amount_nanos for _, allocation in slices)
    if drawn == wanted:
        return Funding(slices, 0, 0)
    if in_credits:
        rest = divide_half_even((nanos - drawn) * credit_value_nanos, NANOS_PER_UNIT)
    else:
        rest = nanos - drawn * credit_value_nanos // NANOS_PER_UNIT
    balance = min(rest, books.balance_nanos)
    return Funding(slices, balance, rest - balance)


def _draw(
    grants: Sequence[GrantState], feature: str, wanted: int, now: datetime, promised: Mapping[str, int]
) -> Iterator[tuple[GrantState, Allocation]]:
    """Slices in burn order, what was promised before everything else."""
    kept = _kept(grants, wanted, promised) if promised else promised
    wanted -= sum(kept.values())
    for state in grants:
        amount = kept.get(state.grant.id, 0)
        if wanted and state.pays_for(feature, now):
            more = min(wanted, state.free_nanos - amount)
            amount += more
            wanted -= more
        if amount:
            yield state, Allocation(state.grant.id, amount, state.slice_cost(amount))
        elif not (wanted or kept):
            return


def _kept(grants: Sequence[GrantState], wanted: int, promised: Mapping[str, int]) -> dict[str, int]:
    """How much of each promised slice is needed."""
    kept: dict[str, int] = {}
    for state in grants:
        amount = min(wanted, promised.get(state.grant.id, 0))
        if amount:
            kept[state.grant.id] = amount
            wanted -= amount
    return kept
