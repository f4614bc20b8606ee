"""Leases in the naive books: what one may keep is checked, what is drawn from it is computed."""

from dataclasses import dataclass, replace
from datetime import datetime

from tests.safety.naive_books import Hold, Kept, NaiveBooks, Paid
from tests.safety.naive_budgets import Event
from tests.safety.naive_credits import Refused


@dataclass(frozen=True)
class Taken:
    """A lease that the product gave: its hold is known by `event_id`."""

    event_id: str
    event: Event
    kept: Kept
    expires: datetime


def refusal_of_lease(books: NaiveBooks, event: Event, now: datetime) -> Refused | None:
    """What has to refuse a lease: the same as the event itself; None where the product may decide."""
    try:
        books.check(event, now)
        books.decide(event, now, now, admit=True, promised={})
    except Refused as error:
        return error
    return None


def lease(books: NaiveBooks, taken: Taken, now: datetime) -> None:
    """Keep what the lease keeps; how much that is, the product may decide, but never more than there is."""
    kept, plan = taken.kept, books.plan_at(now)
    for grant_id, nanos in kept.draws.items():
        grant = books.credits.grants[grant_id]
        assert grant.may_pay(taken.event.feature, now)
        assert nanos <= grant.free
    assert kept.balance <= books.balance - books.balance_held
    if kept.allowance is not None:
        quantity, _, adds = plan.allowances[kept.allowance[0]]
        assert adds == "sum"
        assert quantity is not None
        assert kept.included <= quantity - books.used[kept.allowance] - books.held[kept.allowance]
    for key, amount in kept.budgets.items():
        spent, held = books.budgets.spent[key], books.budgets.held[key]
        assert spent + held + amount <= books.budgets.all[key[0]].limit(now)
    books.keep(taken.event_id, Hold(taken.event, taken.expires, kept))


def draw(books: NaiveBooks, event: Event, lease_id: str, part: Kept, now: datetime) -> tuple[Paid, bool]:
    """Charge what was admitted from a lease; its part pays first, unless the lease is over."""
    if event.id in books.charged:
        return books.known(event), True
    books.check(event, now)
    found = books.holds[lease_id]
    if found.state != "open" or now >= found.expires:
        return books.take(event, books.decide(event, now, now, admit=False, promised={})), False
    part = _common(found.kept, part)
    books.set_aside(part, -1)
    try:
        decision = books.decide(event, now, now, admit=False, promised=part.draws)
    except Refused:
        books.set_aside(part, 1)
        raise
    found.kept = _without(found.kept, part)
    return books.take(event, decision), False


def _common(kept: Kept, part: Kept) -> Kept:
    """As much of the part as is kept."""
    is_same = kept.allowance == part.allowance
    return Kept(
        {grant_id: min(nanos, kept.draws.get(grant_id, 0)) for grant_id, nanos in part.draws.items()},
        min(part.balance, kept.balance),
        part.allowance if is_same else None,
        min(part.included, kept.included) if is_same else 0,
        {key: min(amount, kept.budgets.get(key, 0)) for key, amount in part.budgets.items()},
    )


def _without(kept: Kept, part: Kept) -> Kept:
    return replace(
        kept,
        draws={grant_id: nanos - part.draws.get(grant_id, 0) for grant_id, nanos in kept.draws.items()},
        balance=kept.balance - part.balance,
        included=kept.included - part.included,
        budgets={key: amount - part.budgets.get(key, 0) for key, amount in kept.budgets.items()},
    )
