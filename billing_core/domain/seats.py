"""Seats: members a plan includes, and what each further one costs for the rest of the period.

The seat price is by the month. A subscription by the year pays twelve of them a year, and for a part of the year that
part of twelve.
"""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from billing_core.domain.clock import to_micros
from billing_core.domain.errors import SeatsExhausted
from billing_core.domain.money import Money
from billing_core.domain.periods import Period, period_of
from billing_core.domain.plans import MONTHS, Beyond, PlanTerms, Subscription


@dataclass(frozen=True, slots=True)
class Seats:
    """The seats of an organization in the period that runs.

    `subscribed` are in the recurring price, `paid` were paid for beside it, `used` have a member. `maximum` is None
    where the plan sets none.
    """

    organization_id: str
    subscribed: int
    paid: int
    used: int
    maximum: int | None

    @property
    def free(self) -> int:
        """Seats that a member can take without a further charge."""
        return max(self.subscribed + self.paid - self.used, 0)

    @property
    def unpaid(self) -> int:
        """Members without a seat that was paid for."""
        return max(self.used - self.subscribed - self.paid, 0)

    def check_addition(self) -> None:
        """SeatsExhausted when one more member would be more than the plan allows."""
        if self.maximum is not None and self.used + 1 > self.maximum:
            raise SeatsExhausted(
                f"The plan allows {self.maximum} members and there are {self.used}. "
                "Remove one, or choose a larger plan.",
                field="organization_id",
                scope=f"organization:{self.organization_id}",
                limit=self.maximum,
                used=self.used,
                requested=1,
                resets_at=None,
            )


def seats_max(terms: PlanTerms) -> int | None:
    """The most members a plan allows; None is unlimited. Without a price there are none beyond those included."""
    return terms.seats_included if terms.seat_price is None else terms.seats_max


def seats_subscribed(subscription: Subscription) -> int:
    """The seats in the recurring price."""
    return max(subscription.seats, subscription.plan_version.terms.seats_included)


def allows_overage(terms: PlanTerms) -> bool:
    """Whether the plan lets an organization owe what its balance does not cover: for any of its features."""
    return any(item.beyond is Beyond.OVERAGE for item in terms.features.values())


def seat_period(subscription: Subscription, instant: datetime, zone: ZoneInfo) -> Period:
    """The billing period a seat is paid for: a month or a year from the anchor."""
    return period_of(instant, anchor=subscription.anchor_at, zone=zone, months=MONTHS[subscription.interval])


def seat_price(subscription: Subscription, period: Period, since: datetime, seats: int = 1) -> Money:
    """What seats cost from `since` to the end of the period, rounded once, half to even; zero without a price."""
    terms = subscription.plan_version.terms
    if terms.seat_price is None:
        return Money.zero(terms.currency)
    start, end = to_micros(period.start), to_micros(period.end)
    rest = end - max(to_micros(since), start)
    return terms.seat_price.share(MONTHS[subscription.interval] * seats * rest, end - start)
