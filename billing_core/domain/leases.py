"""Leases: a hold that a process takes in its own name, so that it can admit calls in memory.

A lease keeps what so many calls like one would take. It has small books of its own, made of nothing but what is kept:
admission is decided on them by the same rules as every charge, and can give away no more than was reserved before.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from billing_core.domain.books import Books, CounterKey, spent_measure, units_measure
from billing_core.domain.budget_terms import FOR_EVER, Measure, Scope
from billing_core.domain.budgets import BudgetKey, Budgets, BudgetSlice, BudgetState, BudgetUse, money_worth
from billing_core.domain.charging import Charge, billed_in, rule
from billing_core.domain.credits import GrantState
from billing_core.domain.errors import NothingToLease
from billing_core.domain.funding import NOTHING_TO_PAY, Funding, fund
from billing_core.domain.holds import Hold, Reservation, give_back, keep, reservation
from billing_core.domain.money import CREDITS, NANOS_MAX, NANOS_PER_UNIT, Money
from billing_core.domain.periods import Period
from billing_core.domain.plans import Beyond, Subscription
from billing_core.domain.prices import CostPlus, Matrix, PriceModel
from billing_core.domain.provider_prices import STANDARD, PriceBook
from billing_core.domain.tariffs import Tariff
from billing_core.domain.usage import UsageEvent

# A lease takes at most one part in so many of what is free, so that others find something too.
SHARE = 20
# For fewer calls it is not worth it: so near the end every call is held by itself.
CALLS_MIN = 4
CALLS_MAX = 100_000
_FIELDS = {Scope.RUN: "run", Scope.API_KEY: "api_key_id", Scope.MEMBER: "member", Scope.DEPARTMENT: "department"}


class Chunk(NamedTuple):
    """What a lease keeps of the books of an organization, and the books that are made of it.

    Calls that have the same values in the `decisive` fields of their event may be admitted, before `ends_at`.
    """

    reserved: Reservation
    books: Books
    calls: int
    decisive: tuple[str, ...]
    ends_at: datetime


@dataclass(slots=True)
class Lease:
    """A hold that its process admits calls from; `prices` are those of the provider, where the price rests on them."""

    hold: Hold
    chunk: Chunk
    prices: PriceBook | None

    def admit(self, event: UsageEvent, now: datetime) -> Reservation:
        """Set aside what the event would take; raises what refuses it, which may be that the lease keeps no more."""
        books, cost = self.chunk.books, None
        if self.prices is not None:
            cost = self.prices.cost(event.quantities, now, event.service_tier or STANDARD)
        ruling = rule(books, event, occurred_at=now, now=now, admit=True, provider_cost=cost)
        part = reservation(ruling)
        keep(books, part)
        for key, used in ruling.counted.items():
            if key != part.allowance:
                books.count(key, used)
        return part

    def take_back(self, part: Reservation) -> None:
        """Undo an admission: the call does not happen."""
        give_back(self.chunk.books, part)


class _Terms(NamedTuple):
    """By what the calls of a lease are decided."""

    subscription: Subscription
    period: Period
    tariff: Tariff
    budgets: Sequence[tuple[BudgetState, BudgetKey]]

    @property
    def is_funded(self) -> bool:
        """Whether a call may be refused for lack of funds."""
        return self.tariff.beyond is not Beyond.OVERAGE

    @property
    def allowance_key(self) -> CounterKey:
        return self.tariff.allowance_name or "", self.period.start


def take_chunk(books: Books, event: UsageEvent, *, calls: int, now: datetime, prices: PriceBook | None) -> Chunk:
    """Keep what up to `calls` events like this one would take, for a lease.

    Raises what refuses the event itself, and NothingToLease where it would be admitted but too little is left for
    more; `books` stay as they were then.
    """
    cost = None if prices is None else prices.cost(event.quantities, now, event.service_tier or STANDARD)
    charge = rule(books, event, occurred_at=now, now=now, admit=True, provider_cost=cost).charge
    subscription, period = billed_in(books, now, now)
    tariff = books.tariff(subscription, event.feature)
    terms = _Terms(subscription, period, tariff, list(_hard_budgets(books, event, now, period)))
    use = _use_of(charge, event, terms)
    count = min([calls, CALLS_MAX, *_limits(books, event, now, charge, use, terms)])
    if count < CALLS_MIN:
        raise NothingToLease(
            f"Too little is left to lease it: enough for {count} calls like this one.", field="organization_id"
        )
    reserved = _reserve(books, event, now, charge, use, terms, count)
    keep(books, reserved)
    return Chunk(
        reserved,
        _own_books(books, event.feature, reserved, terms),
        count,
        tuple(sorted(_decisive_fields(books, tariff.price))),
        min(_ends(books, now, terms)),
    )


def rests_on_cost(price: PriceModel | None) -> bool:
    """Whether a price depends on what the provider charges."""
    if isinstance(price, Matrix):
        return any(isinstance(cell, CostPlus) for cell in (*price.cells.values(), price.default))
    return isinstance(price, CostPlus)


def _hard_budgets(
    books: Books, event: UsageEvent, now: datetime, period: Period
) -> Iterator[tuple[BudgetState, BudgetKey]]:
    """The hard budgets that an event counts in, whatever it uses."""
    any_use = BudgetUse(1, 1, 1)
    for item in books.budgets.slices(event, any_use, occurred_at=now, billing=period, admit_at=None):
        state = books.budgets.state(item.key.budget_id)
        if state is not None and state.budget.is_hard:
            yield state, item.key


def _use_of(charge: Charge, event: UsageEvent, terms: _Terms) -> BudgetUse:
    """What one call takes at most of budgets."""
    value_nanos, price = terms.tariff.credit_value_nanos, charge.price
    in_credits = price.nanos if price.currency == CREDITS else -(-price.nanos * NANOS_PER_UNIT // value_nanos)
    return BudgetUse(money_worth(price, value_nanos), in_credits, 0 if event.is_error else event.quantities.units)


def _limits(
    books: Books, event: UsageEvent, now: datetime, charge: Charge, use: BudgetUse, terms: _Terms
) -> Iterator[int]:
    """For how many calls the share of each thing that is free would do."""
    allowance, price = terms.tariff.allowance, charge.price_nanos
    if charge.measured and allowance is not None and allowance.quantity is not None:
        if allowance.aggregation == "max":
            yield 0  # calls to come do not take what this one takes
        elif charge.included:
            key = terms.allowance_key
            free = allowance.quantity - books.counters.get(key, 0) - books.held.get(key, 0)
            yield free // SHARE // charge.measured
    if price:
        yield NANOS_MAX // price
        if terms.is_funded:
            yield _funds(books, event, now, terms) // SHARE // price
        elif any(state.budget.measure is Measure.CREDITS for state, _ in terms.budgets):
            yield 0  # how many credits it will take is known only when it is charged
    for state, key in terms.budgets:
        if amount := use.of(state.budget.measure):
            yield max(state.room(now, key.period_start, key.subject), 0) // SHARE // amount


def _funds(books: Books, event: UsageEvent, now: datetime, terms: _Terms) -> int:
    """Credits and balance that may pay for the event, in nanos of the price's currency."""
    credits, value_nanos = books.credits_nanos(event.feature, now), terms.tariff.credit_value_nanos
    if terms.tariff.price_currency == CREDITS:
        return credits + books.balance_nanos * NANOS_PER_UNIT // value_nanos
    return credits * value_nanos // NANOS_PER_UNIT + books.balance_nanos


def _reserve(
    books: Books, event: UsageEvent, now: datetime, charge: Charge, use: BudgetUse, terms: _Terms, count: int
) -> Reservation:
    tariff = terms.tariff
    is_counted = charge.included and tariff.allowance is not None and tariff.allowance.quantity is not None
    funding: Funding = NOTHING_TO_PAY
    if terms.is_funded:
        funding = fund(
            books,
            event.feature,
            charge.price_nanos * count,
            in_credits=tariff.price_currency == CREDITS,
            credit_value_nanos=tariff.credit_value_nanos,
            now=now,
        )
    return Reservation(
        price=Money(charge.price_nanos * count, tariff.price_currency),
        allowance=terms.allowance_key if is_counted else None,
        included=charge.included * count if is_counted else 0,
        slices=tuple((allocation.grant_id, allocation.amount_nanos) for _, allocation in funding.slices),
        balance_nanos=funding.balance_nanos,
        budgets=tuple(
            BudgetSlice(key, amount * count) for state, key in terms.budgets if (amount := use.of(state.budget.measure))
        ),
    )


def _own_books(books: Books, feature: str, reserved: Reservation, terms: _Terms) -> Books:
    """Books in which nothing is free but what is reserved."""
    kept, room = dict(reserved.slices), {item.key: item.amount for item in reserved.budgets}
    counters: dict[CounterKey, int] = {}
    for measure in (units_measure(feature), spent_measure(feature)):
        key = measure, terms.period.start
        counters[key] = books.counters.get(key, 0)
    held: dict[CounterKey, int] = {}
    allowance = terms.tariff.allowance
    if allowance is not None and allowance.quantity is not None:
        key = terms.allowance_key
        counters[key] = books.counters.get(key, 0)
        held[key] = allowance.quantity - counters[key] - reserved.included
    return Books(
        organization_id=books.organization_id,
        currency=books.currency,
        zone=books.zone,
        subscriptions=[terms.subscription],
        grants=[
            GrantState(state.grant, allocated_nanos=state.grant.granted_nanos - kept[state.grant.id])
            for state in books.grants
            if state.grant.id in kept
        ],
        balance_nanos=reserved.balance_nanos,
        counters=counters,
        held=held,
        budgets=Budgets(
            books.budgets.zone,
            [BudgetState(replace(state.budget, amount=room.get(key, 0), increases=())) for state, key in terms.budgets],
        ),
    )


def _decisive_fields(books: Books, price: PriceModel | None) -> set[str]:
    """The fields of an event that decide which budgets it counts in, or which cost its price rests on."""
    scopes = {state.budget.scope for state in books.budgets if state.budget.is_hard}
    fields = {field for scope, field in _FIELDS.items() if scope in scopes}
    return fields | {"provider", "model"} if rests_on_cost(price) else fields


def _ends(books: Books, now: datetime, terms: _Terms) -> Iterator[datetime]:
    """When calls begin to be decided by something else: another period, subscription, budget or amount of one."""
    yield terms.period.end
    yield from (item.started_at for item in books.subscriptions if item.started_at > now)
    for state in books.budgets:
        if state.budget.effective_at > now:
            yield state.budget.effective_at
    for state, _ in terms.budgets:
        period = state.period_at(now, books.budgets.zone, terms.period)
        if period is not FOR_EVER:
            yield period.end
        yield from (item.ends_at for item in state.budget.increases if item.ends_at > now)
