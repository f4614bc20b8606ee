"""Pay for seats: from the balance, and what that does not cover is owed where it may be."""

from dataclasses import dataclass
from datetime import datetime

from billing_core.domain.errors import InsufficientFunds
from billing_core.domain.ids import new_id
from billing_core.domain.ledger import Account, Entry, move
from billing_core.domain.money import Money
from billing_core.services.seats.ports import SeatChange, SeatChangeKind, SeatUnit
from billing_core.services.seats.read_seats import SeatOffer


@dataclass(frozen=True, slots=True)
class SeatFunding:
    """Who pays for seats: the balance, and for what it lacks the next invoice."""

    price: Money
    balance: Money
    owed: Money


def fund_seats(uow: SeatUnit, organization_id: str, price: Money, *, may_owe: bool) -> SeatFunding:
    """Decide who pays, with nothing taken yet; InsufficientFunds when the balance lacks what may not be owed."""
    available = uow.credits.wallet(organization_id, price.currency).available
    balance = min(price, available)
    owed = price - balance
    if owed and not may_owe:
        raise InsufficientFunds(
            f"The seat costs {price}; a balance of {available} is available. Top up the balance.",
            field="organization_id",
            scope=f"organization:{organization_id}",
            limit=price.decimal_text,
            currency=price.currency,
            available_balance=available.decimal_text,
            resets_at=None,
        )
    return SeatFunding(price, balance, owed)


def record_seats(
    uow: SeatUnit,
    offer: SeatOffer,
    funding: SeatFunding,
    *,
    kind: SeatChangeKind,
    operation: str,
    seats_paid: int,
    member_id: str | None,
    now: datetime,
) -> SeatChange:
    """Record a change of seats, take what it costs from the wallet and post it."""
    change = SeatChange(
        id=new_id("sch", now),
        organization_id=offer.seats.organization_id,
        operation=operation,
        kind=kind,
        member_id=member_id,
        period=offer.period,
        seats_paid=seats_paid,
        amount=funding.price,
        balance=funding.balance,
        owed=funding.owed,
        recorded_at=now,
    )
    uow.seats.record(change)
    if change.amount:
        uow.ledger.append([_entry(change)])
    return change


def _entry(change: SeatChange) -> Entry:
    return Entry(
        id=new_id("ent", change.recorded_at),
        organization_id=change.organization_id,
        kind="seats",
        description=f"{change.seats_paid} further {'seat' if change.seats_paid == 1 else 'seats'}",
        operation=f"seats:{change.id}",
        effective_at=change.recorded_at,
        recorded_at=change.recorded_at,
        postings=[
            *move(Account.BALANCE, Account.SEAT_REVENUE, change.balance),
            *move(Account.RECEIVABLE, Account.SEAT_REVENUE, change.owed),
        ],
    )
