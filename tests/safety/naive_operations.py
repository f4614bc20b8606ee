"""What else moves an organization's books: credits given and ended, money paid in, another plan."""

from datetime import datetime
from itertools import count

from tests.safety.catalogue import PLANS, USD
from tests.safety.naive_books import CREDITS, NaiveBooks
from tests.safety.naive_credits import Grant, Refused

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


def subscribe(books: NaiveBooks, plan: str, now: datetime) -> None:
    """Change to another plan from now on."""
    running, since = books.plans[-1]
    if now < since:
        raise Refused("invalid_input")
    if running == plan:
        raise Refused("conflict")
    books.plans.append((plan, now))
