"""The books of an organization: the working copy of what it has and owes, on which every charge is decided.

Plans over time, counters of use, grants in burn order, prepaid balance, budgets. A decision changes them; the storage
writes down what changed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from billing_core.domain.budgets import Budgets
from billing_core.domain.credits import GrantState
from billing_core.domain.errors import NotFound
from billing_core.domain.periods import Period
from billing_core.domain.plans import Subscription

CounterKey = tuple[str, datetime]


def provider_cost_measure(currency: str) -> str:
    """The name of the counter that adds up provider cost."""
    return f"provider_cost:{currency}"


def units_measure(feature: str) -> str:
    """The name of the counter of units that a price which looks back has priced."""
    return f"units:{feature}"


def spent_measure(feature: str) -> str:
    """The name of the counter of what a feature was charged in nanos, where its price depends on that."""
    return f"spent:{feature}"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Counters, and credits that can be used, of an organization at one moment."""

    counters: Mapping[CounterKey, int]
    credits_nanos: int


@dataclass(slots=True)
class Books:
    """What an organization has and owes.

    `balance_nanos` is the prepaid balance that no hold has been promised; `held` the part of each counter's allowance
    that holds have been promised.
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
    budgets: Budgets = field(default_factory=lambda: Budgets(ZoneInfo("UTC")))
    _periods: dict[str, Period] = field(default_factory=dict[str, Period])

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

    def snapshot(self, now: datetime) -> Snapshot:
        """What alerts compare before and after a batch."""
        return Snapshot(dict(self.counters), sum(state.free_nanos for state in self.grants if state.is_open(now)))

    def credits_nanos(self, feature: str, now: datetime) -> int:
        """Credits that may pay for a feature now."""
        return sum(state.free_nanos for state in self.grants if state.pays_for(feature, now))
