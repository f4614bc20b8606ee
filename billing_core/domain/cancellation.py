"""Cancelling a charged event: what it took is given back to grants, balance, what is owed, counters and budgets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from billing_core.domain.books import Books, provider_cost_measure, spent_measure, units_measure
from billing_core.domain.budgets import BudgetUse, money_worth
from billing_core.domain.charging import NOTHING
from billing_core.domain.credits import Allocation, GrantState
from billing_core.domain.ledger import Account, Posting, consumption_postings, move, reversal_postings
from billing_core.domain.money import Money
from billing_core.domain.prices import Use
from billing_core.domain.recorded_event import RecordedEvent
from billing_core.domain.tariffs import Tariff


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancellation:
    """What was given back: ledger lines, slices of grants (negative), and what their counters gave back."""

    postings: Sequence[Posting]
    allocations: Sequence[Allocation]
    measured: int

    @property
    def credits_cost_nanos(self) -> int:
        """What the returned credits had cost: revenue that is deferred again, as a negative number."""
        return sum(allocation.cost_nanos for allocation in self.allocations)


def cancel_charge(
    books: Books, recorded: RecordedEvent, tariff: Tariff, grants: Mapping[str, GrantState]
) -> Cancellation:
    """Give back what an event took; `grants` are those of its allocations, the budgets' counters are loaded.

    Credits go back to the grants they came from, whether or not these have expired. What was owed is owed no more; if
    it has been settled meanwhile, it becomes balance. A maximum that was measured stays counted, for another use may
    have reached it too.
    """
    postings: list[Posting] = []
    returned: list[Allocation] = []
    for allocation in recorded.allocations:
        state, nanos = grants[allocation.grant_id], allocation.amount_nanos
        cost_nanos = state.returned_cost(nanos)
        books.allocate(state, -nanos)
        cost_currency = state.grant.cost.currency
        postings += reversal_postings(consumption_postings(nanos, cost_nanos, cost_currency, allocation.grant_id))
        returned.append(Allocation(allocation.grant_id, -nanos, -cost_nanos))
    owed_nanos = min(recorded.overage_nanos, books.owed_nanos)
    balance_nanos = recorded.balance_nanos + recorded.overage_nanos - owed_nanos
    if balance_nanos or owed_nanos:
        books.pay(-balance_nanos, -owed_nanos)
    postings += move(Account.USAGE_REVENUE, Account.BALANCE, Money(balance_nanos, recorded.currency))
    postings += move(Account.USAGE_REVENUE, Account.RECEIVABLE, Money(owed_nanos, recorded.currency))
    measured = _uncount(books, recorded, tariff)
    if books.budgets:
        _give_back_budgets(books, recorded, tariff)
    return Cancellation(postings=postings, allocations=returned, measured=measured)


def _uncount(books: Books, recorded: RecordedEvent, tariff: Tariff) -> int:
    """Take the event out of the counters of its period; what the allowance's counter gave back."""
    start, feature = recorded.period_start, recorded.event.feature
    measured = 0
    if recorded.allowance is None:
        measured = recorded.measured
    elif tariff.allowance is not None and tariff.allowance.aggregation == "sum":
        measured = recorded.measured
        books.count((recorded.allowance, start), -measured)
    if recorded.units_before is not None:
        books.count((units_measure(feature), start), -_priced_units(recorded, tariff))
        books.count((spent_measure(feature), start), -recorded.price_nanos)
    for currency, nanos in recorded.costs.items():
        books.count((provider_cost_measure(currency), start), -nanos)
    return measured


def _priced_units(recorded: RecordedEvent, tariff: Tariff) -> int:
    """The units that a price which looks back has counted for this event."""
    use = Use(
        NOTHING if recorded.event.is_error else recorded.event.quantities,
        recorded.event.model,
        recorded.event.provider,
        recorded.event.service_tier,
        recorded.event.properties,
        units_before=recorded.units_before or 0,
        spent_before_nanos=recorded.spent_before_nanos or 0,
        discount_basis_points=tariff.discount_basis_points,
    )
    tariff.price_nanos(use, measured=recorded.measured, included=recorded.included)
    return use.units


def _give_back_budgets(books: Books, recorded: RecordedEvent, tariff: Tariff) -> None:
    subscription = books.subscription_at(recorded.period_start)
    worth = money_worth(Money(recorded.price_nanos, recorded.price_currency), tariff.credit_value_nanos)
    units = 0 if recorded.event.is_error else recorded.event.quantities.units
    slices = books.budgets.slices(
        recorded.event,
        BudgetUse(worth, recorded.credits_nanos, units),
        occurred_at=recorded.occurred_at,
        billing=books.period_at(subscription, recorded.period_start),
        admit_at=None,
    )
    books.budgets.take_back(slices)
