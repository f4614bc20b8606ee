"""Read how much of each allowance has been used in its current period, from the counters that charging keeps."""

from collections.abc import Iterator
from datetime import datetime

from billing_core.domain.plans import Allowance, Beyond, FeatureTerms, PlanTerms, Subscription
from billing_core.services.limits.ports import Limit, LimitStore, Subscriber


def read_limits(store: LimitStore, organization_ids: frozenset[str] | None, now: datetime) -> list[Limit]:
    """Every allowance of the plans in force at `now`, by organization and in the order of the plan.

    None is every organization. What charging would count a use of this moment against is what is read, so the plan of
    an organization whose subscription has ended is still its last one.
    """
    current = [(subscriber, _in_force(subscriber, now)) for subscriber in store.subscribers(organization_ids)]
    periods = [
        subscription.allowance_period(now, subscriber.organization.time_zone) for subscriber, subscription in current
    ]
    if not periods:
        return []
    counters = store.counters(
        (subscriber.organization.id for subscriber, _ in current), min(period.start for period in periods)
    )
    return [
        Limit(
            organization_id=subscriber.organization.id,
            organization_name=subscriber.organization.name,
            code=code,
            allowance=allowance,
            features=tuple(granted),
            stops=any(terms.beyond is Beyond.STOP for terms in granted.values()),
            used=counters.get((subscriber.organization.id, code, period.start), 0),
            period=period,
        )
        for (subscriber, subscription), period in zip(current, periods, strict=True)
        for code, allowance, granted in _allowances(subscription.plan_version.terms)
    ]


def _in_force(subscriber: Subscriber, now: datetime) -> Subscription:
    started = [item for item in subscriber.subscriptions if item.started_at <= now]
    return started[-1] if started else subscriber.subscriptions[0]


def _allowances(terms: PlanTerms) -> Iterator[tuple[str, Allowance, dict[str, FeatureTerms]]]:
    """Each allowance with the features that take from it."""
    for code, allowance in terms.allowances.items():
        yield code, allowance, {name: granted for name, granted in terms.features.items() if granted.allowance == code}
