"""Charge or give back, once its usage is in, what a period costs beyond or below what its events were charged.

Minimums that were not reached, and volume prices that came down. Paid from the balance, then owed; given back to what
is owed, then to the balance.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from billing_core.domain.books import Books, spent_measure, units_measure
from billing_core.domain.ids import new_id
from billing_core.domain.ledger import Account, Entry, Posting, move
from billing_core.domain.money import CREDITS, NANOS_PER_UNIT, Money, divide_half_even
from billing_core.domain.periods import Period
from billing_core.domain.plans import FeatureTerms, Subscription
from billing_core.domain.prices import Volume
from billing_core.domain.true_up import true_up
from billing_core.services.true_ups.ports import TrueUp, TrueUpUnit

ONE_PERIOD = timedelta(days=32)


def organizations_to_true_up(uow: TrueUpUnit) -> Sequence[str]:
    """The organizations on a plan that has anything to true up."""
    return [
        subscription.organization_id
        for subscription, _ in uow.subscriptions.running()
        if any(map(_needs_true_up, subscription.plan_version.terms.features.values()))
    ]


def true_up_period(uow: TrueUpUnit, organization_id: str, now: datetime) -> Sequence[TrueUp]:
    """True up the last period of an organization that is past its days of grace; nothing where that was done.

    Usage that comes even later is trued up by the next call. A subscription owes no minimum for a period in which it
    did not last to the end.
    """
    books = uow.books.open([organization_id], now - 3 * ONE_PERIOD)[organization_id]
    ended = _last_period(books, now)
    due = [] if ended is None else list(_due(books, *ended, uow.true_ups.totals(organization_id, ended[1].start), now))
    for item in due:
        books.pay(item.balance.nanos, item.owed.nanos)
        books.count((spent_measure(item.feature), item.period_start), item.price.nanos)
    if due:
        uow.charging.write([], [books], now)
        uow.true_ups.insert(due)
        uow.ledger.append([_entry(item, now) for item in due])
        uow.books.settle({organization_id: books})
    uow.after_commit(lambda: uow.books.keep([books]))
    return due


def _due(
    books: Books, subscription: Subscription, period: Period, before: Mapping[str, int], now: datetime
) -> Iterator[TrueUp]:
    """What is to be charged or given back now, after what was `before` by feature."""
    version = subscription.plan_version
    balance_nanos, owed_nanos = books.balance_nanos, books.owed_nanos
    for feature, terms in version.terms.features.items():
        if not _needs_true_up(terms) or terms.price is None:
            continue
        units = books.counters.get((units_measure(feature), period.start), 0)
        trued_up = before.get(feature, 0)
        spent = books.counters.get((spent_measure(feature), period.start), 0) - trued_up
        discount = version.terms.discount_basis_points(subscription.discount, feature)
        change = true_up(terms, units, spent, discount_basis_points=discount) - trued_up
        if not change:
            continue
        amount = _in_money(change, terms.price.currency, version.terms.credit_value.nanos)
        balance = min(amount, balance_nanos) if amount > 0 else min(amount + owed_nanos, 0)
        balance_nanos -= balance
        owed_nanos += amount - balance
        yield TrueUp(
            id=new_id("tru", now),
            organization_id=books.organization_id,
            plan_version_id=version.id,
            feature=feature,
            period_start=period.start,
            units=units,
            spent_before_nanos=spent + trued_up,
            price=Money(change, terms.price.currency),
            balance=Money(balance, books.currency),
            owed=Money(amount - balance, books.currency),
            recorded_at=now,
        )


def _last_period(books: Books, now: datetime) -> tuple[Subscription, Period] | None:
    """The newest period that is over, its days of grace included, and that its subscription lasted to the end."""
    subscription = books.subscription_at(now)
    grace = timedelta(days=subscription.plan_version.terms.late_usage_days)
    current = subscription.allowance_period(now - grace, books.zone)
    last = subscription.allowance_period(current.start - timedelta(microseconds=1), books.zone)
    return None if last.end <= subscription.started_at else (subscription, last)


def _needs_true_up(terms: FeatureTerms) -> bool:
    return terms.minimum is not None or isinstance(terms.price, Volume)


def _in_money(nanos: int, currency: str, credit_value_nanos: int) -> int:
    return divide_half_even(nanos * credit_value_nanos, NANOS_PER_UNIT) if currency == CREDITS else nanos


def _entry(item: TrueUp, now: datetime) -> Entry:
    return Entry(
        id=new_id("ent", now),
        organization_id=item.organization_id,
        kind="true_up",
        description=item.feature,
        operation=f"true_up:{item.id}",
        effective_at=item.period_start,
        recorded_at=now,
        postings=[*_paid(Account.BALANCE, item.balance), *_paid(Account.RECEIVABLE, item.owed)],
    )


def _paid(account: Account, amount: Money) -> list[Posting]:
    return move(account, Account.USAGE_REVENUE, amount)
