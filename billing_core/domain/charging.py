"""Charging: what one event costs its organization and which sources pay, in order.

Allowance first, then credit grants in burn order, then prepaid balance, then overage. Decisions are made on an
organization's books (`Books`), which change only when an event is charged.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from billing_core.domain.books import Books, CounterKey, provider_cost_measure, spent_measure, units_measure
from billing_core.domain.budgets import BudgetSlice, BudgetUse, money_worth
from billing_core.domain.credits import Allocation
from billing_core.domain.errors import InsufficientFunds, InvalidInput, LimitExceeded, UsageTooLate
from billing_core.domain.funding import NOTHING_PROMISED, Funding, fund
from billing_core.domain.ledger import Account, Posting, consumption_postings, move
from billing_core.domain.money import CREDITS, NANOS_MAX, Money
from billing_core.domain.periods import Period
from billing_core.domain.plans import Allowance, Beyond, Subscription
from billing_core.domain.prices import Use
from billing_core.domain.tariffs import Tariff
from billing_core.domain.usage import Quantities, UsageEvent

NOTHING = Quantities(units=0)


class Charge(NamedTuple):
    """What an event cost and who paid; amounts in nanos.

    `measured` is how much of the allowance's measure it used, `included` how much of that the allowance covered; the
    price is what was left to pay. `units_before` and `spent_before_nanos` are what a price that looks back on its
    period went by, None for every other.
    """

    plan_version_id: str
    discount: str | None
    period_start: datetime
    allowance: str | None
    measured: int
    included: int
    units_before: int | None
    spent_before_nanos: int | None
    price_nanos: int
    price_currency: str
    currency: str
    allocations: Sequence[Allocation]
    credits_nanos: int
    credits_cost_nanos: int
    balance_nanos: int
    overage_nanos: int

    @property
    def price(self) -> Money:
        return Money(self.price_nanos, self.price_currency)

    @property
    def credits(self) -> Money:
        """Credits taken from grants."""
        return Money(self.credits_nanos, CREDITS)

    @property
    def balance(self) -> Money:
        return Money(self.balance_nanos, self.currency)

    @property
    def overage(self) -> Money:
        return Money(self.overage_nanos, self.currency)

    def postings(self) -> list[Posting]:
        """The ledger lines of this charge; none when the allowance covered it."""
        lines: list[Posting] = []
        for part in self.allocations:
            lines += consumption_postings(part.amount_nanos, part.cost_nanos, self.currency, part.grant_id)
        if self.balance_nanos:
            lines += move(Account.BALANCE, Account.USAGE_REVENUE, self.balance)
        if self.overage_nanos:
            lines += move(Account.RECEIVABLE, Account.USAGE_REVENUE, self.overage)
        return lines


class Ruling(NamedTuple):
    """What one event would cost, before anything is taken."""

    charge: Charge
    funding: Funding
    budgets: Sequence[BudgetSlice]
    counted: Mapping[CounterKey, int]


def charge_event(
    books: Books,
    event: UsageEvent,
    *,
    occurred_at: datetime,
    now: datetime,
    admit: bool,
    provider_cost: Money | None = None,
    promised: Mapping[str, int] = NOTHING_PROMISED,
) -> Charge:
    """Decide one event, take what it costs out of `books` and count what it used.

    With `admit` a use that its allowance, budgets, credits and balance do not cover is refused with LimitExceeded,
    BudgetExceeded or InsufficientFunds. Without, the use has already happened: what nothing covers becomes overage.
    An event that failed costs nothing. FeatureNotIncluded and UsageTooLate are raised in both cases, InvalidInput for
    what is too much to count; whatever is raised, `books` stay as they were.
    """
    ruling = rule(
        books, event, occurred_at=occurred_at, now=now, admit=admit, provider_cost=provider_cost, promised=promised
    )
    ruling.funding.take(books)
    for key, used in ruling.counted.items():
        books.count(key, used)
    if ruling.budgets:
        books.budgets.spend(ruling.budgets)
    return ruling.charge


def rule(
    books: Books,
    event: UsageEvent,
    *,
    occurred_at: datetime,
    now: datetime,
    admit: bool,
    provider_cost: Money | None,
    promised: Mapping[str, int] = NOTHING_PROMISED,
) -> Ruling:
    """What `charge_event` decides, with nothing taken."""
    feature, counters = event.feature, books.counters
    subscription, period = billed_in(books, occurred_at, now)
    tariff = books.tariff(subscription, feature)
    quantities = NOTHING if event.is_error else event.quantities
    counted: dict[CounterKey, int] = {}
    measured, included = quantities.units, 0
    if tariff.allowance is not None:
        measured, included = _allowed(books, tariff, quantities, period, admit=admit)
        counted[tariff.allowance_name or "", period.start] = measured
    use = Use(
        quantities,
        event.model,
        event.provider,
        event.service_tier,
        event.properties,
        provider_cost=provider_cost,
        discount_basis_points=tariff.discount_basis_points,
    )
    if tariff.looks_back:
        use.units_before = counters.get((units_measure(feature), period.start), 0)
        use.spent_before_nanos = counters.get((spent_measure(feature), period.start), 0)
    price = tariff.price_nanos(use, measured=measured, included=included)
    if tariff.looks_back:
        counted[units_measure(feature), period.start] = use.units
        counted[spent_measure(feature), period.start] = price
    funding = fund(
        books,
        feature,
        price,
        in_credits=tariff.price_currency == CREDITS,
        credit_value_nanos=tariff.credit_value_nanos,
        now=now,
        promised=promised,
    )
    if admit and funding.overage_nanos and tariff.beyond is not Beyond.OVERAGE:
        raise insufficient_funds(books, feature, Money(price, tariff.price_currency), now)
    budgets: Sequence[BudgetSlice] = ()
    if books.budgets:
        worth = money_worth(Money(price, tariff.price_currency), tariff.credit_value_nanos)
        taken = BudgetUse(worth, funding.credits_nanos, quantities.units)
        admit_at = now if admit else None
        budgets = books.budgets.slices(event, taken, occurred_at=occurred_at, billing=period, admit_at=admit_at)
    if provider_cost is not None:
        counted[provider_cost_measure(provider_cost.currency), period.start] = provider_cost.nanos
    _check_countable(books, counted, funding.overage_nanos)
    charge = _charge(tariff, period, use, (measured, included), price, funding, books.currency)
    return Ruling(charge, funding, budgets, counted)


def _charge(
    tariff: Tariff, period: Period, use: Use, covered: tuple[int, int], price: int, funding: Funding, currency: str
) -> Charge:
    return Charge(
        tariff.plan_version_id,
        tariff.discount,
        period.start,
        tariff.allowance_name,
        *covered,
        use.units_before if tariff.looks_back else None,
        use.spent_before_nanos if tariff.looks_back else None,
        price,
        tariff.price_currency,
        currency,
        [allocation for _, allocation in funding.slices],
        funding.credits_nanos,
        funding.credits_cost_nanos,
        funding.balance_nanos,
        funding.overage_nanos,
    )


def billed_in(books: Books, occurred_at: datetime, now: datetime) -> tuple[Subscription, Period]:
    """The subscription and the period an event counts in: its own, or as the plan says of usage that comes late."""
    subscription = books.subscription_at(occurred_at)
    period = books.period_at(subscription, occurred_at)
    terms = subscription.plan_version.terms
    if terms.late_usage == "closed_period" or now < period.end + timedelta(days=terms.late_usage_days):
        return subscription, period
    if terms.late_usage == "reject":
        raise UsageTooLate(
            f"It occurred at {occurred_at.isoformat()}; its period ended at {period.end.isoformat()}, and usage is "
            f"taken in for {terms.late_usage_days} days after that.",
            field="occurred_at",
            period_end=period.end.isoformat(),
            late_usage_days=terms.late_usage_days,
        )
    subscription = books.subscription_at(now)
    return subscription, books.period_at(subscription, now)


def _allowed(books: Books, tariff: Tariff, quantities: Quantities, period: Period, *, admit: bool) -> tuple[int, int]:
    """How much of the allowance's measure a use takes, and how much of that is included."""
    allowance, key = tariff.allowance, (tariff.allowance_name or "", period.start)
    if allowance is None:
        return quantities.units, 0
    used = books.counters.get(key, 0)
    measured = allowance.measured(quantities)
    if allowance.aggregation == "max":
        measured = max(measured - used, 0)
    included = allowance.covers(measured, used + books.held.get(key, 0))
    if admit and included < measured and tariff.beyond is Beyond.STOP:
        raise _limit_exceeded(books, allowance, key, period.end)
    return measured, included


def _check_countable(books: Books, counted: Mapping[CounterKey, int], overage_nanos: int) -> None:
    total = books.owed_nanos + overage_nanos
    for key, used in counted.items():
        total = max(total, books.counters.get(key, 0) + used)
    if total > NANOS_MAX:
        raise InvalidInput(
            "With this event the period's usage, its provider cost or what is owed would be too large to count; "
            "check its quantities.",
            field="quantities",
        )


def _limit_exceeded(books: Books, allowance: Allowance, key: CounterKey, resets_at: datetime) -> LimitExceeded:
    used, held = books.counters.get(key, 0), books.held.get(key, 0)
    return LimitExceeded(
        f"{allowance.name}: {used} of {allowance.quantity} {allowance.measure} used"
        + (f" and {held} held" if held else "")
        + f"; the allowance resets at {resets_at.isoformat()}.",
        field="feature",
        scope=f"organization:{books.organization_id}",
        limit=allowance.quantity,
        used=used,
        held=held,
        resets_at=resets_at.isoformat(),
    )


def insufficient_funds(books: Books, feature: str, price: Money, now: datetime) -> InsufficientFunds:
    """What refuses a price that credits and balance do not cover, with the numbers."""
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
