"""Pay for the further seats that are taken when a billing period begins."""

from datetime import datetime

from billing_core.domain.seats import seat_price
from billing_core.services.seats.charge_seats import fund_seats, record_seats
from billing_core.services.seats.ports import SeatChange, SeatChangeKind, SeatUnit
from billing_core.services.seats.read_seats import read_seats


def renew_seats(uow: SeatUnit, organization_id: str, now: datetime) -> SeatChange | None:
    """Charge the members beyond the seats paid for in the running period; None when there are none.

    They are there already, so what the balance does not cover is owed. Seats that were freed before the period began
    are not paid for again. Done again it finds nothing left to charge.
    """
    uow.books.lock([organization_id])
    offer = read_seats(uow, organization_id, now)
    unpaid = offer.seats.unpaid
    subscription = offer.subscription
    if not unpaid or subscription.plan_version.terms.seat_price is None:
        return None
    price = seat_price(subscription, offer.period, max(offer.period.start, subscription.started_at), unpaid)
    return record_seats(
        uow,
        offer,
        fund_seats(uow, organization_id, price, may_owe=True),
        kind=SeatChangeKind.RENEWED,
        operation=f"renewal:{subscription.id}:{offer.period.start.isoformat()}:{offer.seats.paid + unpaid}",
        seats_paid=unpaid,
        member_id=None,
        now=now,
    )
