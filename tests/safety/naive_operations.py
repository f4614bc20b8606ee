"""What else moves an organization's books: credits and money come and go, plans change, charges are corrected."""

from copy import deepcopy
from datetime import datetime, timedelta
from fractions import Fraction
from itertools import count

from tests.safety.catalogue import PLANS, USD
from tests.safety.naive_books import CREDITS, NaiveBooks, Paid
from tests.safety.naive_budgets import Event
from tests.safety.naive_credits import Grant, Refused
from tests.safety.naive_prices import NANO, half_even, total_of

_numbers = count(1)


def give(books: NaiveBooks, grant: Grant, paid_into: str = "asset:stripe_clearing") -> None:
    """Add a grant, and what was paid for it."""
    books.credits.grants[grant.id] = grant
    books.post("contra:credits_issued", "liability:credits", CREDITS, grant.granted)
    books.post(paid_into, "liability:deferred_revenue", USD, grant.cost)


def top_up(books: NaiveBooks, nanos: int) -> None:
    """Add to the prepaid balance."""
    books.balance += nanos
    books.post("asset:manual_clearing", "liability:balance", USD, nanos)


def void(books: NaiveBooks, grant_id: str) -> None:
    """Take back what is free of a grant; what it had cost is kept."""
    grant = books.credits.grants[grant_id]
    if not grant.free:
        raise Refused("nothing_to_void")
    books.post("liability:deferred_revenue", "revenue:breakage", USD, grant.cost_of_next(grant.free))
    books.post("liability:credits", "contra:credits_voided", CREDITS, grant.free)
    grant.voided += grant.free


def expire_credits(books: NaiveBooks, now: datetime) -> bool:
    """End what is over, once; False when there was nothing."""
    ended = books.credits.ended(now)
    for grant in ended:
        if grant.origin == "plan":
            _carry_over(books, grant, now)
        if grant.free:
            books.post("liability:deferred_revenue", "revenue:breakage", USD, grant.cost_of_next(grant.free))
            books.post("liability:credits", "contra:credits_expired", CREDITS, grant.free)
            grant.expired += grant.free
    return bool(ended)


def _carry_over(books: NaiveBooks, grant: Grant, now: datetime) -> None:
    at = grant.ends
    if at is None or at < books.plans[0][1]:
        return
    room = books.plan_at(at).rollover_max - books.credits.carried_over(at)
    nanos = min(grant.free, room)
    if nanos <= 0:
        return
    cost = grant.cost_of_next(nanos)
    grant.expired += nanos
    books.post("liability:credits", "contra:credits_expired", CREDITS, nanos)
    books.post("contra:credits_issued", "liability:credits", CREDITS, nanos)
    carried = Grant(f"?{next(_numbers)}", "plan", grant.features, nanos, cost, at, books.period_at(at)[1], now, True)
    books.credits.grants[carried.id] = carried


def give_plan_credits(books: NaiveBooks, now: datetime) -> None:
    """Give what is missing of what the plan includes for this period."""
    missing = PLANS[books.plans[-1][0]].credits_per_month - books.credits.given_by_plan(now)
    if missing > 0:
        give(books, Grant(f"?{next(_numbers)}", "plan", None, missing, 0, now, books.period_at(now)[1], now))


def subscribe(books: NaiveBooks, plan: str, now: datetime, *, has_discount: bool) -> None:
    """Change to another plan from now on."""
    running, since, had_discount = books.plans[-1]
    if has_discount and not PLANS[plan].discount:
        raise Refused("invalid_input")
    if now < since:
        raise Refused("invalid_input")
    if (running, had_discount) == (plan, has_discount):
        raise Refused("conflict")
    books.plans.append((plan, now, has_discount))


def cancel(books: NaiveBooks, event_id: str) -> None:
    """Give back all that an event took: to where it came from, and what is not owed any more to the balance."""
    if event_id not in books.charged:
        raise Refused("not_found")
    if event_id in books.cancelled:
        raise Refused("conflict")
    decision = books.charged[event_id]
    for grant_id, nanos in decision.draws.items():
        grant = books.credits.grants[grant_id]
        grant.allocated -= nanos
        books.post("revenue:usage", "liability:deferred_revenue", USD, grant.cost_of_next(nanos))
        books.post("contra:credits_consumed", "liability:credits", CREDITS, nanos)
    owed = min(decision.paid.overage, books.owed)
    balance = decision.paid.balance + decision.paid.overage - owed
    books.owed -= owed
    books.balance += balance
    books.post("revenue:usage", "asset:receivable", USD, owed)
    books.post("revenue:usage", "liability:balance", USD, balance)
    for measure, count_ in decision.counts.items():
        if not (measure == decision.allowance and decision.is_highest):
            books.used[measure] -= count_
    fact = decision.fact
    taken = books.budgets.takes(fact.event, fact.use, fact.at, fact.billing, None)
    books.budgets.count(books.budgets.spent, taken, -1)
    books.cancelled.add(event_id)


def correct(books: NaiveBooks, event_id: str, instead: Event, now: datetime) -> Paid:
    """Cancel one event and charge another, or neither."""
    if event_id == instead.id or instead.id in books.charged:
        raise Refused("invalid_input")
    before = deepcopy(books.__dict__)
    try:
        cancel(books, event_id)
        return books.charge(instead, now, admit=False)[0]
    except Refused:
        books.__dict__ = before
        raise


def true_up(books: NaiveBooks, now: datetime) -> None:
    """Charge or give back what the last period that is over with its days of grace still lacks or has too much."""
    code, since, has_discount = books.subscribed_at(now)
    plan = PLANS[code]
    current = books.period_at(now - timedelta(days=plan.late[1]))
    start, end = books.period_at(current[0] - timedelta(microseconds=1))
    if end <= since:
        return
    for feature, terms in plan.features.items():
        price = terms.price
        if price is None or (price.kind != "volume" and terms.minimum is None):
            continue
        units, spent = books.used["units:" + feature, start], books.used["spent:" + feature, start]
        due = spent - books.trued_up[feature, start]
        if price.kind == "volume":
            due = total_of(price, units, plan.paid_part(feature, has_discount=has_discount))
        due = max(due, terms.minimum or 0)
        due = due if terms.maximum is None else min(due, terms.maximum)
        change = due - spent
        amount = change if price.currency == USD else half_even(Fraction(change * plan.credit_value, NANO))
        free = books.balance - books.balance_held
        balance = min(amount, free) if amount > 0 else min(amount + books.owed, 0)
        books.balance -= balance
        books.owed += amount - balance
        books.post("liability:balance", "revenue:usage", USD, balance)
        books.post("asset:receivable", "revenue:usage", USD, amount - balance)
        books.trued_up[feature, start] += change
        books.used["spent:" + feature, start] += change
