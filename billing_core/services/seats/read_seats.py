"""How many seats an organization has, and what one more would cost."""

from dataclasses import dataclass
from datetime import datetime

from billing_core.domain.errors import NotFound
from billing_core.domain.money import Money
from billing_core.domain.periods import Period
from billing_core.domain.plans import Subscription
from billing_core.domain.seats import Seats, seat_period, seat_price, seats_max, seats_subscribed
from billing_core.services.seats.ports import SeatUnit


@dataclass(frozen=True, slots=True)
class SeatOffer:
    """An organization's seats in the running period, and the price of another member now: zero for a free seat."""

    seats: Seats
    subscription: Subscription
    period: Period
    next_price: Money


def read_seats(uow: SeatUnit, organization_id: str, now: datetime) -> SeatOffer:
    """The seats now; NotFound for an unknown organization or one without a plan."""
    organization = uow.organizations.organization(organization_id)
    history = uow.subscriptions.history([organization_id]).get(organization_id, ())
    subscription = next((item for item in history if item.ended_at is None), None)
    if subscription is None:
        raise NotFound(f"{organization.name} has no plan.", field="organization_id")
    period = seat_period(subscription, now, organization.time_zone)
    seats = Seats(
        organization_id=organization_id,
        subscribed=seats_subscribed(subscription),
        paid=uow.seats.paid(organization_id, period),
        used=uow.seats.count_members(organization_id),
        maximum=seats_max(subscription.plan_version.terms),
    )
    full = seat_price(subscription, period, now)
    return SeatOffer(seats, subscription, period, Money.zero(full.currency) if seats.free else full)
