"""The books of an organization: the working copy of what it has and owes, on which every charge is decided.

Plans over time, counters of use, grants in burn order, prepaid balance, budgets. A decision changes them; the storage
writes down what changed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from billing_core.domain.budgets import Budgets
from billing_core.domain.credits import GrantState
from billing_core.domain.errors import NotFound
from billing_core.domain.periods import Period
from billing_core.domain.plans import Subscription
from billing_core.domain.tariffs import Tariff, tariff_of
from billing_core.domain.top_up import TopUpSettings
from billing_core.domain.usage import EARLIEST

CounterKey = tuple[str, datetime]
PROVIDER_COST = "provider_cost"


def provider_cost_measure(currency: str) -> str:
    """The name of the counter that adds up provider cost."""
    return f"{PROVIDER_COST}:{currency}"


def units_measure(feature: str) -> str:
    """The name of the counter of units that a price which looks back has priced."""
    return f"units:{feature}"


def spent_measure(feature: str) -> str:
    """The name of the counter of what a feature was charged in nanos, where its price depends on that."""
    return f"spent:{feature}"


@dataclass(slots=True)
class Changes:
    """By how much the books have changed since they were last written; amounts in nanos.

    Per grant what was allocated and what holds were promised, per counter what was used and promised. `balance` is the
    prepaid balance with what is held of it, `balance_held` that part of it.
    """

    allocated: dict[str, int] = field(default_factory=dict[str, int])
    credits_held: dict[str, int] = field(default_factory=dict[str, int])
    used: dict[CounterKey, int] = field(default_factory=dict[CounterKey, int])
    used_held: dict[CounterKey, int] = field(default_factory=dict[CounterKey, int])
    balance_nanos: int = 0
    balance_held_nanos: int = 0
    owed_nanos: int = 0


@dataclass(slots=True)
class Books:
    """What an organization has and owes.

    `balance_nanos` is the prepaid balance that no hold has been promised; `held` the part of each counter's allowance
    that holds have been promised; `top_up` says when the balance fills itself up. `version` is that of the storage
    they were read from, with the counters of periods that begin at `known_from` or later.
    """

    organization_id: str
    currency: str
    zone: ZoneInfo
    subscriptions: Sequence[Subscription]
    grants: Sequence[GrantState]
    balance_nanos: int
    owed_nanos: int = 0
    counters: dict[CounterKey, int] = field(default_factory=dict[CounterKey, int])
    held: dict[CounterKey, int] = field(default_factory=dict[CounterKey, int])
    top_up: TopUpSettings | None = None
    budgets: Budgets = field(default_factory=lambda: Budgets(ZoneInfo("UTC")))
    changes: Changes = field(default_factory=Changes)
    version: int = 0
    known_from: datetime = EARLIEST
    _periods: dict[str, Period] = field(default_factory=dict[str, Period])
    _tariffs: dict[tuple[str, str], Tariff] = field(default_factory=dict[tuple[str, str], Tariff])

    def count(self, key: CounterKey, used: int) -> None:
        """Add to a counter."""
        self.counters[key] = self.counters.get(key, 0) + used
        self.changes.used[key] = self.changes.used.get(key, 0) + used

    def hold_count(self, key: CounterKey, held: int) -> None:
        """Promise a part of an allowance, or with a negative number give it back."""
        self.held[key] = self.held.get(key, 0) + held
        self.changes.used_held[key] = self.changes.used_held.get(key, 0) + held

    def allocate(self, state: GrantState, nanos: int) -> None:
        """Take credits from a grant."""
        state.allocated_nanos += nanos
        allocated = self.changes.allocated
        allocated[state.grant.id] = allocated.get(state.grant.id, 0) + nanos

    def hold_credits(self, state: GrantState, nanos: int) -> None:
        """Promise credits of a grant, or with a negative number give them back."""
        state.held_nanos += nanos
        held = self.changes.credits_held
        held[state.grant.id] = held.get(state.grant.id, 0) + nanos

    def pay(self, balance_nanos: int, owed_nanos: int) -> None:
        """Take from the balance, and owe what it does not cover."""
        self.balance_nanos -= balance_nanos
        self.changes.balance_nanos -= balance_nanos
        self.owed_nanos += owed_nanos
        self.changes.owed_nanos += owed_nanos

    def hold_balance(self, nanos: int) -> None:
        """Promise a part of the balance, or with a negative number give it back."""
        self.balance_nanos -= nanos
        self.changes.balance_held_nanos += nanos

    def settle_changes(self) -> None:
        """Begin to collect changes anew, after those so far are written."""
        self.changes = Changes()
        self.budgets.settle_changes()

    def period_at(self, subscription: Subscription, instant: datetime) -> Period:
        """The allowance period of an instant; the last one of each subscription is kept, for events come in order."""
        period = self._periods.get(subscription.id)
        if period is None or not period.start <= instant < period.end:
            period = self._periods[subscription.id] = subscription.allowance_period(instant, self.zone)
        return period

    def subscription_at(self, instant: datetime) -> Subscription:
        """The subscription in force, or for times before the first one the first; NotFound when there is none."""
        if not self.subscriptions:
            raise NotFound(f"Organization {self.organization_id} has no plan.", field="organization_id")
        for subscription in reversed(self.subscriptions):
            if subscription.started_at <= instant:
                return subscription
        return self.subscriptions[0]

    def tariff(self, subscription: Subscription, feature: str) -> Tariff:
        """What the subscription's plan says of a feature; FeatureNotIncluded when it does not have it."""
        key = (subscription.id, feature)
        tariff = self._tariffs.get(key)
        if tariff is None:
            tariff = self._tariffs[key] = tariff_of(subscription.plan_version, feature, subscription.discount)
        return tariff

    def open_credits_nanos(self, now: datetime) -> int:
        """Credits that may pay for something now."""
        return sum(state.free_nanos for state in self.grants if state.is_open(now))

    def credits_nanos(self, feature: str, now: datetime) -> int:
        """Credits that may pay for a feature now."""
        return sum(state.free_nanos for state in self.grants if state.pays_for(feature, now))
