"""What an organization should have and owe: plain numbers, changed one request at a time.

Nothing here is taken from the product's domain, so that both agree only where both are right.
"""

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from tests.safety.catalogue import FEATURES, PLANS, USD, Plan
from tests.safety.naive_budgets import Budgets, Event, Fact, Key
from tests.safety.naive_credits import Credits, Refused
from tests.safety.naive_prices import NANO, Span, Used, billing_period, half_even, price_of, provider_cost, up

CREDITS = "CREDITS"
Measure = tuple[str, datetime]
LIFETIMES = timedelta(seconds=1), timedelta(days=1)


@dataclass(frozen=True)
class Paid:
    """What one event came to: the figures that its receipt has to show."""

    measured: int
    included: int
    price: int
    price_currency: str
    credits: int
    balance: int
    overage: int
    provider_cost: int | None


@dataclass(frozen=True)
class Decision:
    """A charge before anything is taken; `allowance` is the counter of what is included."""

    paid: Paid
    draws: dict[str, int]
    counts: dict[Measure, int]
    budgets: dict[Key, int]
    allowance: Measure | None
    fact: Fact
    is_highest: bool = False  # whether the allowance counts the highest level

    @property
    def kept(self) -> "Kept":
        return Kept(self.draws, self.paid.balance, self.allowance, self.paid.included, self.budgets)


@dataclass(frozen=True)
class Kept:
    """What a hold keeps of grants, the balance, an allowance and budgets."""

    draws: dict[str, int]
    balance: int
    allowance: Measure | None
    included: int
    budgets: dict[Key, int]


@dataclass
class Hold:
    """What is kept for an event that is still to happen."""

    event: Event
    expires: datetime
    kept: Kept
    state: str = "open"


@dataclass
class NaiveBooks:
    """One organization; `plans` are what it was on from when, and whether with the discount."""

    zone: ZoneInfo
    plans: list[tuple[str, datetime, bool]]
    departments: frozenset[str] = frozenset()
    credits: Credits = field(default_factory=Credits)
    balance: int = 0
    balance_held: int = 0
    owed: int = 0
    used: "Counter[Measure]" = field(default_factory=Counter[Measure])
    held: "Counter[Measure]" = field(default_factory=Counter[Measure])
    holds: dict[str, Hold] = field(default_factory=dict[str, Hold])
    charged: dict[str, Decision] = field(default_factory=dict[str, Decision])
    cancelled: set[str] = field(default_factory=set[str])
    trued_up: "Counter[Measure]" = field(default_factory=Counter[Measure])
    ledger: "Counter[tuple[str, str]]" = field(default_factory=Counter[tuple[str, str]])

    def __post_init__(self) -> None:
        self.anchor = self.plans[0][1]
        self.budgets = Budgets(self.zone)

    def subscribed_at(self, at: datetime) -> tuple[str, datetime, bool]:
        begun = [plan for plan in self.plans if plan[1] <= at]
        return begun[-1] if begun else self.plans[0]

    def plan_at(self, at: datetime) -> Plan:
        return PLANS[self.subscribed_at(at)[0]]

    @property
    def facts(self) -> list[Fact]:
        """What was used and not taken back."""
        return [decision.fact for event_id, decision in self.charged.items() if event_id not in self.cancelled]

    def period_at(self, at: datetime) -> Span:
        return billing_period(self.anchor, at, self.zone)

    def post(self, debit: str, credit: str, currency: str, nanos: int) -> None:
        self.ledger[debit, currency] += nanos
        self.ledger[credit, currency] -= nanos

    def charge(self, event: Event, now: datetime, *, admit: bool) -> tuple[Paid, bool]:
        """The figures and whether they were known before."""
        if event.id in self.charged:
            return self.known(event), True
        self.check(event, now)
        decision = self.decide(event, event.at or now, now, admit=admit, promised={})
        return self.take(event, decision), False

    def reserve(self, event: Event, lifetime: timedelta, now: datetime) -> str:
        """The state of the hold."""
        if event.at is not None or not LIFETIMES[0] <= lifetime <= LIFETIMES[1]:
            raise Refused("invalid_input")
        if event.id in self.holds:
            if self.holds[event.id].event.payload != event.payload:
                raise Refused("event_conflict")
            return self.holds[event.id].state
        if event.id in self.charged:
            raise Refused("conflict")
        self.check(event, now)
        self.keep(event.id, Hold(event, now + lifetime, self.decide(event, now, now, admit=True, promised={}).kept))
        return "open"

    def keep(self, event_id: str, hold: Hold) -> None:
        """Remember a hold and set aside what it keeps."""
        self.holds[event_id] = hold
        self.set_aside(hold.kept, 1)

    def settle(
        self, event_id: str, used: Used | None, now: datetime, *, is_error: bool, admit: bool
    ) -> tuple[Paid, bool]:
        """The figures and whether they were known before."""
        if event_id not in self.holds:
            raise Refused("not_found")
        hold = self.holds[event_id]
        event = replace(hold.event, used=used or hold.event.used, is_error=is_error)
        is_repeated = event_id in self.charged and self.charged[event_id].fact.event.payload == event.payload
        if not is_repeated and (hold.state != "open" or now >= hold.expires):
            raise Refused("hold_resolved")
        if event_id in self.charged:
            return self.known(event), True
        self.check(event, now)
        self.set_aside(hold.kept, -1)
        try:
            decision = self.decide(event, now, now, admit=admit, promised=hold.kept.draws)
        except Refused:
            self.set_aside(hold.kept, 1)
            raise
        hold.state = "settled"
        return self.take(event, decision), False

    def release(self, event_id: str, now: datetime) -> str:
        """The state of the hold."""
        if event_id not in self.holds:
            raise Refused("not_found")
        hold = self.holds[event_id]
        if hold.state == "settled":
            raise Refused("hold_resolved")
        if hold.state == "open":
            self.set_aside(hold.kept, -1)
            hold.state = "expired" if now >= hold.expires else "released"
        return hold.state

    def expire_holds(self, now: datetime) -> None:
        for event_id, hold in self.holds.items():
            if hold.state == "open" and hold.expires <= now:
                self.release(event_id, now)

    def decide(self, event: Event, at: datetime, now: datetime, *, admit: bool, promised: dict[str, int]) -> Decision:
        (plan, has_discount), billing = self._billed_in(at, now)
        if event.feature not in plan.features:
            raise Refused("feature_not_included")
        terms = plan.features[event.feature]
        used = Used(model=event.used.model) if event.is_error else event.used
        cost = provider_cost(event.used, at)
        counts: dict[Measure, int] = {}
        measured, included, share, key, adds = used.units, 0, Fraction(1), None, "sum"
        if terms.allowance is not None:
            quantity, measure, adds = plan.allowances[terms.allowance]
            whole = used.units if measure == "units" else used.tokens
            key = (terms.allowance, billing[0])
            measured = whole if adds == "sum" else max(whole - self.used[key], 0)
            included = (
                measured if quantity is None else min(measured, max(quantity - self.used[key] - self.held[key], 0))
            )
            if admit and included < measured and terms.beyond == "stop":
                raise Refused("limit_exceeded")
            share = Fraction(measured - included, whole) if whole else share
            counts[key] = measured
        price = 0
        if terms.price is not None and share and (used.units or used.tokens):
            before, spent = (self.used[kind + event.feature, billing[0]] for kind in ("units:", "spent:"))
            paid_part = plan.paid_part(event.feature, has_discount=has_discount)
            price = price_of(terms.price, used, share, before, spent, cost, paid_part)
            if terms.maximum is not None:
                price = min(price, max(terms.maximum - spent, 0))
        if terms.looks_back:
            counts["units:" + event.feature, billing[0]] = int(used.units * share)
            counts["spent:" + event.feature, billing[0]] = price
        currency = USD if terms.price is None else terms.price.currency
        draws, balance, overage = self._fund(event.feature, price, currency, plan.credit_value, now, promised)
        if admit and overage and terms.beyond != "overage":
            raise Refused("insufficient_funds")
        worth = price if currency == USD else half_even(Fraction(price * plan.credit_value, NANO))
        use = {"money": worth, "credits": sum(draws.values()), "units": used.units}
        budgets = self.budgets.takes(event, use, at, billing, now if admit else None)
        if cost is not None:
            counts["provider_cost:USD", billing[0]] = cost
        paid = Paid(measured, included, price, currency, sum(draws.values()), balance, overage, cost)
        return Decision(paid, draws, counts, budgets, key, Fact(event, at, billing, use), adds == "max")

    def _fund(
        self, feature: str, price: int, currency: str, credit_value: int, now: datetime, promised: dict[str, int]
    ) -> tuple[dict[str, int], int, int]:
        """What each grant gives, the balance gives, and is owed; a price in money takes whole nanos of credits."""
        wanted = price if currency == CREDITS else up(Fraction(price * NANO, credit_value))
        draws = self.credits.draw(feature, wanted, now, promised)
        drawn = sum(draws.values())
        if drawn == wanted:
            return draws, 0, 0
        worth = Fraction(credit_value, NANO)
        rest = half_even((price - drawn) * worth) if currency == CREDITS else up(price - drawn * worth)
        balance = min(rest, self.balance - self.balance_held)
        return draws, balance, rest - balance

    def _billed_in(self, at: datetime, now: datetime) -> tuple[tuple[Plan, bool], Span]:
        """The plan and whether with its discount, and the period."""
        period = self.period_at(at)
        policy, days = self.plan_at(at).late
        if policy != "closed_period" and now >= period[1] + timedelta(days=days):
            if policy == "reject":
                raise Refused("usage_too_late")
            at, period = now, self.period_at(now)
        code, _, has_discount = self.subscribed_at(at)
        return (PLANS[code], has_discount), period

    def known(self, event: Event) -> Paid:
        decision = self.charged[event.id]
        if decision.fact.event.payload != event.payload:
            raise Refused("event_conflict")
        return decision.paid

    def check(self, event: Event, now: datetime) -> None:
        if event.feature not in FEATURES:
            raise Refused("not_found")
        if event.at is not None and event.at > now + timedelta(seconds=60):
            raise Refused("invalid_input")
        if event.department is not None and event.department not in self.departments:
            raise Refused("not_found")

    def take(self, event: Event, decision: Decision) -> Paid:
        paid = decision.paid
        for grant_id, nanos in decision.draws.items():
            grant = self.credits.grants[grant_id]
            self.post("liability:deferred_revenue", "revenue:usage", USD, grant.cost_of_next(nanos))
            self.post("liability:credits", "contra:credits_consumed", CREDITS, nanos)
            grant.allocated += nanos
        self.post("liability:balance", "revenue:usage", USD, paid.balance)
        self.post("asset:receivable", "revenue:usage", USD, paid.overage)
        self.balance -= paid.balance
        self.owed += paid.overage
        self.used.update(decision.counts)
        self.budgets.count(self.budgets.spent, decision.budgets)
        self.charged[event.id] = decision
        return paid

    def set_aside(self, kept: Kept, sign: int) -> None:
        """Keep something for a hold, or with -1 let go of it."""
        for grant_id, nanos in kept.draws.items():
            self.credits.grants[grant_id].held += sign * nanos
        self.balance_held += sign * kept.balance
        if kept.allowance is not None:
            self.held[kept.allowance] += sign * kept.included
        self.budgets.count(self.budgets.held, kept.budgets, sign)
