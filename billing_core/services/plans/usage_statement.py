"""What a month of usage comes to under given terms: base fees, usage, cost and profit.

Usage is given in totals, not event by event. An allowance is taken to be used up evenly over the period: when it covers
60 % of what was used, it covers 60 % of every feature and model that draws from it. So for usage of one price this is
exact, whatever the order of the events; where dear and cheap models share an allowance, it is the fair share of each.
Totals know models alone: a matrix of regions is priced by its default. Discounts of single customers are left out.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from billing_core.domain.money import CREDITS, NANOS_PER_UNIT, Money, divide_half_even
from billing_core.domain.plans import Allowance, Beyond, PlanTerms
from billing_core.domain.prices import PriceModel, Use, cumulative_nanos, is_cumulative, price_nanos
from billing_core.domain.true_up import true_up
from billing_core.domain.usage import Quantities


@dataclass(frozen=True, slots=True)
class UsageTotals:
    """What an organization used of a feature with a model in the period: any number of rows per such pair.

    `events` are those that succeeded, `quantities` their sums; for a feature counted by its highest level, that level.
    `provider_cost` None means that it is not known. `priced_cost` is what a markup on the provider's cost goes by.
    """

    organization_id: str
    feature: str
    model: str | None
    events: int
    quantities: Quantities
    provider_cost: Money | None
    priced_cost: Money | None = None


@dataclass(frozen=True, slots=True)
class Statement:
    """A month's money under one version of the terms. `refused_events` is how many uses the plan would have refused."""

    base_fees: Money
    usage: Money
    cost: Money
    refused_events: int

    @property
    def revenue(self) -> Money:
        """What customers pay."""
        return self.base_fees + self.usage

    @property
    def profit(self) -> Money:
        """What is left of it after the providers are paid."""
        return self.revenue - self.cost

    @property
    def margin_permille(self) -> int | None:
        """Profit per thousand of revenue, rounded half to even; None without revenue."""
        return divide_half_even(self.profit.nanos * 1_000, self.revenue.nanos) if self.revenue else None


def statement_of(terms: PlanTerms, usage: Iterable[UsageTotals], seats: Mapping[str, int]) -> Statement:
    """What the subscribers in `seats` (seats by organization id), and nobody else, would pay in a month of such usage.

    Prices in credits count at the value of a credit. The plan's monthly credits pay first and bring in nothing;
    whatever they do not cover is taken to be paid, from bought credits or on the invoice. The provider's cost stays as
    it was, also for uses that the terms would have refused.
    """
    by_organization: dict[str, list[UsageTotals]] = {organization_id: [] for organization_id in seats}
    cost_nanos = 0
    for totals in usage:
        if totals.organization_id in seats:
            by_organization[totals.organization_id].append(totals)
            cost_nanos += totals.provider_cost.nanos if totals.provider_cost is not None else 0
    bills = [_bill(terms, totals) for totals in by_organization.values()]
    return Statement(
        base_fees=Money(sum(_base_fee_nanos(terms, count) for count in seats.values()), terms.currency),
        usage=Money(sum(bill.paid_nanos(terms) for bill in bills), terms.currency),
        cost=Money(cost_nanos, terms.currency),
        refused_events=sum(bill.refused_events for bill in bills),
    )


@dataclass(slots=True)
class _Bill:
    """What one organization's usage comes to, before the plan's credits; `used` are units and nanos by feature."""

    value_nanos: int = 0
    refused_events: int = 0
    used: dict[str, tuple[int, int]] = field(default_factory=dict[str, tuple[int, int]])

    def paid_nanos(self, terms: PlanTerms) -> int:
        return max(self.value_nanos - _value_nanos(terms.credits_per_month, terms), 0)


def _bill(terms: PlanTerms, usage: Sequence[UsageTotals]) -> _Bill:
    bill = _Bill()
    drawing: defaultdict[str | None, list[UsageTotals]] = defaultdict(list)
    for totals in usage:
        granted = terms.features.get(totals.feature)
        if granted is None:
            bill.refused_events += totals.events
        else:
            drawing[granted.allowance].append(totals)
    for code, rows in drawing.items():
        _draw(bill, terms, None if code is None else terms.allowances[code], rows)
    for code, granted in terms.features.items():
        units, nanos = bill.used.get(code, (0, 0))
        if granted.price is not None:
            due = Money(nanos + true_up(granted, units, nanos), granted.price.currency)
            bill.value_nanos += _value_nanos(due, terms)
    return bill


def _draw(bill: _Bill, terms: PlanTerms, allowance: Allowance | None, rows: Sequence[UsageTotals]) -> None:
    """Add up by feature what an allowance leaves to pay of the rows that draw from it."""
    beyond = used = 1
    if allowance is not None:
        if allowance.aggregation == "max":
            rows = [max(rows, key=lambda totals: totals.quantities.units)]
        used = sum(allowance.measured(totals.quantities) for totals in rows)
        beyond = used - allowance.covers(used, 0)
    by_feature: defaultdict[str, list[UsageTotals]] = defaultdict(list)
    for totals in rows:
        by_feature[totals.feature].append(totals)
    for code, own in by_feature.items():
        granted = terms.features[code]
        if beyond and allowance is not None and granted.beyond is Beyond.STOP:
            bill.refused_events += sum(divide_half_even(totals.events * beyond, used) for totals in own)
        elif granted.price is not None:
            bill.used[code] = _units_and_nanos(granted.price, own, beyond, used)


def _units_and_nanos(price: PriceModel, rows: Sequence[UsageTotals], beyond: int, used: int) -> tuple[int, int]:
    """How many units are to be paid, and what they cost; all of them where nothing was used of the allowance."""
    part, whole = (beyond, used) if used else (1, 1)
    units = divide_half_even(sum(totals.quantities.units for totals in rows) * part, whole)
    if is_cumulative(price):
        return units, cumulative_nanos(price, units)
    nanos = sum(price_nanos(price, _use(totals)) for totals in rows)
    return units, divide_half_even(nanos * part, whole)


def _use(totals: UsageTotals) -> Use:
    return Use(totals.quantities, totals.model, provider_cost=totals.priced_cost, events=totals.events)


def _value_nanos(amount: Money, terms: PlanTerms) -> int:
    """An amount in the plan's currency; credits at the value of a credit."""
    if amount.currency == CREDITS:
        return divide_half_even(amount.nanos * terms.credit_value.nanos, NANOS_PER_UNIT)
    return amount.nanos


def _base_fee_nanos(terms: PlanTerms, seats: int) -> int:
    further = max(seats - terms.seats_included, 0)
    return terms.price_month.nanos + further * (terms.seat_price.nanos if terms.seat_price is not None else 0)
