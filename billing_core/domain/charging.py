"""Charging: what one event costs its organization and which sources pay, in order.

Allowance first, then credit grants in burn order, then prepaid balance, then overage. Decisions are made on a
working copy of an organization's books (`Books`), which changes only when an event is charged.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from billing_core.domain.credits import Allocation, GrantState
from billing_core.domain.errors import InsufficientFunds, InvalidInput, LimitExceeded, NotFound
from billing_core.domain.ledger import Account, Posting, consumption_postings, move
from billing_core.domain.money import CREDITS, NANOS_MAX, NANOS_PER_UNIT, Money, divide_half_even
from billing_core.domain.periods import Period
from billing_core.domain.plans import Allowance, Beyond, PlanVersion, Subscription
from billing_core.domain.prices import Use, currency_of, price_of
from billing_core.domain.usage import Quantities, UsageEvent

NOTHING = Quantities(units=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """What an event cost and who paid.

    `measured` is how much of the allowance's measure it used, `included` how much of that the allowance covered;
    `price` is what was left to pay.
    """

    plan_version_id: str
    period_start: datetime
    allowance: str | None
    measured: int
    included: int
    price: Money
    allocations: Sequence[Allocation]
    balance: Money
    overage: Money

    @property
    def credits(self) -> Money:
        """Credits taken from grants."""
        return Money(sum(allocation.amount_nanos for allocation in self.allocations), CREDITS)

    @property
    def credits_cost(self) -> Money:
        """What those credits had cost when they were bought: the money they turn into revenue."""
        return Money(sum(allocation.cost_nanos for allocation in self.allocations), self.balance.currency)

    def postings(self) -> list[Posting]:
        """The ledger lines of this charge; none when the allowance covered it."""
        lines: list[Posting] = []
        for allocation in self.allocations:
            cost = Money(allocation.cost_nanos, self.balance.currency)
            lines += consumption_postings(allocation.amount_nanos, cost, allocation.grant_id)
        lines += move(Account.BALANCE, Account.USAGE_REVENUE, self.balance)
        return lines + move(Account.RECEIVABLE, Account.USAGE_REVENUE, self.overage)


def provider_cost_measure(currency: str) -> str:
    """The name of the counter that adds up provider cost."""
    return f"provider_cost:{currency}"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Counters, and credits that can be used, of an organization at one moment."""

    counters: Mapping[tuple[str, datetime], int]
    credits_nanos: int


@dataclass(slots=True)
class Books:
    """The working copy of what an organization has and owes: plans over time, counters, grants in burn order."""

    organization_id: str
    currency: str
    zone: ZoneInfo
    subscriptions: Sequence[Subscription]
    grants: Sequence[GrantState]
    balance_nanos: int
    owed_nanos: int = 0
    counters: dict[tuple[str, datetime], int] = field(default_factory=dict[tuple[str, datetime], int])
    _periods: dict[str, Period] = field(default_factory=dict[str, Period])

    def period_at(self, subscription: Subscription, instant: datetime) -> Period:
        """The allowance period of an instant; the last one of each subscription is kept, for events come in order."""
        period = self._periods.get(subscription.id)
        if period is None or instant not in period:
            period = self._periods[subscription.id] = subscription.allowance_period(instant, self.zone)
        return period

    def subscription_at(self, instant: datetime) -> Subscription:
        """The subscription in force, or for times before the first one the first; NotFound when there is none."""
        if not self.subscriptions:
            raise NotFound(f"Organization {self.organization_id} has no plan.", field="organization_id")
        started = [item for item in self.subscriptions if item.started_at <= instant]
        return started[-1] if started else self.subscriptions[0]

    def snapshot(self, now: datetime) -> "Snapshot":
        """What alerts compare before and after a batch."""
        return Snapshot(dict(self.counters), sum(state.remaining_nanos for state in self.grants if state.is_open(now)))

    def credits_nanos(self, feature: str, now: datetime) -> int:
        """Credits that may pay for a feature now."""
        return sum(state.remaining_nanos for state in self.grants if state.pays_for(feature, now))


@dataclass(frozen=True, slots=True)
class _Funding:
    allocations: Sequence[Allocation]
    balance_nanos: int
    overage_nanos: int


def charge_event(
    books: Books,
    event: UsageEvent,
    *,
    occurred_at: datetime,
    now: datetime,
    admit: bool,
    provider_cost: Money | None = None,
) -> Charge:
    """Decide one event, take what it costs out of `books` and count what it used.

    With `admit` a use that its allowance, credits and balance do not cover is refused with LimitExceeded or
    InsufficientFunds. Without, the use has already happened: what nothing covers becomes overage. An event that
    failed costs nothing. FeatureNotIncluded is raised in both cases, and InvalidInput for what is too much to count;
    whatever is raised, `books` stay as they were.
    """
    subscription = books.subscription_at(occurred_at)
    version = subscription.plan_version
    terms = version.terms.feature(event.feature)
    period = books.period_at(subscription, occurred_at)
    allowance = version.terms.allowances[terms.allowance] if terms.allowance else None
    used = books.counters.get((terms.allowance or "", period.start), 0)
    quantities = NOTHING if event.is_error else event.quantities
    measured = _measured(allowance, quantities, used)
    included = 0 if allowance is None else allowance.covers(measured, used)
    if admit and allowance is not None and included < measured and terms.beyond is Beyond.STOP:
        raise _limit_exceeded(books.organization_id, allowance, used, period.end)
    price = price_beyond_allowance(version, event.feature, quantities, event.model, beyond=measured - included)
    funding = _fund(books, event.feature, price, version, now)
    if admit and funding.overage_nanos and terms.beyond is not Beyond.OVERAGE:
        raise _insufficient_funds(books, event.feature, price, now)
    counted = {} if terms.allowance is None else {(terms.allowance, period.start): used + measured}
    if provider_cost is not None:
        key = (provider_cost_measure(provider_cost.currency), period.start)
        counted[key] = books.counters.get(key, 0) + provider_cost.nanos
    _check_countable(max((books.owed_nanos + funding.overage_nanos, *counted.values())))
    _take(books, funding)
    books.counters.update(counted)
    return Charge(
        plan_version_id=version.id,
        period_start=period.start,
        allowance=terms.allowance,
        measured=measured,
        included=included,
        price=price,
        allocations=funding.allocations,
        balance=Money(funding.balance_nanos, books.currency),
        overage=Money(funding.overage_nanos, books.currency),
    )


def price_beyond_allowance(
    version: PlanVersion, feature: str, quantities: Quantities, model: str | None, *, beyond: int
) -> Money:
    """The price of the `beyond` units or tokens that the allowance did not cover; what used nothing costs nothing."""
    terms = version.terms.feature(feature)
    if terms.price is None:
        return Money.zero(version.terms.currency)
    allowance = version.terms.allowances[terms.allowance] if terms.allowance else None
    whole = quantities.units if allowance is None else allowance.measured(quantities)
    if quantities == NOTHING or (whole and not beyond):
        return Money.zero(currency_of(terms.price))
    if not whole:
        return price_of(terms.price, Use(quantities, model))
    return price_of(terms.price, Use(quantities, model, part=beyond, whole=whole))


def _measured(allowance: Allowance | None, quantities: Quantities, used: int) -> int:
    if allowance is None:
        return quantities.units
    measured = allowance.measured(quantities)
    return max(measured - used, 0) if allowance.aggregation == "max" else measured


def _fund(books: Books, feature: str, price: Money, version: PlanVersion, now: datetime) -> _Funding:
    """Who pays a price: grants in burn order, then balance, then overage."""
    value_nanos = version.terms.credit_value.nanos
    in_credits = price.currency == CREDITS
    wanted = price.nanos if in_credits else -(-price.nanos * NANOS_PER_UNIT // value_nanos)
    allocations = list(_draw(books.grants, feature, wanted, now))
    drawn = sum(allocation.amount_nanos for allocation in allocations)
    if in_credits:
        rest = divide_half_even((price.nanos - drawn) * value_nanos, NANOS_PER_UNIT)
    else:
        rest = 0 if drawn == wanted else price.nanos - drawn * value_nanos // NANOS_PER_UNIT
    balance = min(rest, books.balance_nanos)
    return _Funding(allocations, balance, rest - balance)


def _draw(grants: Sequence[GrantState], feature: str, wanted_nanos: int, now: datetime) -> Iterator[Allocation]:
    for state in grants:
        if wanted_nanos <= 0:
            return
        if state.pays_for(feature, now):
            amount = min(wanted_nanos, state.remaining_nanos)
            wanted_nanos -= amount
            yield Allocation(state.grant.id, amount, state.slice_cost(amount))


def _take(books: Books, funding: _Funding) -> None:
    states = {state.grant.id: state for state in books.grants} if funding.allocations else {}
    for allocation in funding.allocations:
        states[allocation.grant_id].allocated_nanos += allocation.amount_nanos
    books.balance_nanos -= funding.balance_nanos
    books.owed_nanos += funding.overage_nanos


def _check_countable(total: int) -> None:
    if total > NANOS_MAX:
        raise InvalidInput(
            "With this event the period's usage, its provider cost or what is owed would be too large to count; "
            "check its quantities.",
            field="quantities",
        )


def _limit_exceeded(organization_id: str, allowance: Allowance, used: int, resets_at: datetime) -> LimitExceeded:
    return LimitExceeded(
        f"{allowance.name}: {used} of {allowance.quantity} {allowance.measure} used; "
        f"the allowance resets at {resets_at.isoformat()}.",
        field="feature",
        scope=f"organization:{organization_id}",
        limit=allowance.quantity,
        used=used,
        resets_at=resets_at.isoformat(),
    )


def _insufficient_funds(books: Books, feature: str, price: Money, now: datetime) -> InsufficientFunds:
    credits = Money(books.credits_nanos(feature, now), CREDITS)
    balance = Money(books.balance_nanos, books.currency)
    return InsufficientFunds(
        f"The price is {price}; {credits.decimal_text} credits and a balance of {balance} are available. "
        "Buy credits or top up the balance.",
        field="organization_id",
        scope=f"organization:{books.organization_id}",
        limit=price.decimal_text,
        currency=price.currency,
        available_credits=credits.decimal_text,
        available_balance=balance.decimal_text,
        resets_at=None,
    )
