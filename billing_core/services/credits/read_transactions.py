"""A page of what moved an organization's credits, the newest first, each with the credits it left."""

from collections.abc import Sequence
from dataclasses import dataclass

from billing_core.domain.errors import InvalidInput
from billing_core.domain.money import CREDITS, Money
from billing_core.services.credits.transactions import (
    HELD_BY_CUSTOMER,
    Moved,
    Place,
    TransactionFilter,
    TransactionUnit,
)

# How many entries are looked at for a page: most may have moved money alone.
LOOKED_AT_MAX = 20_000


@dataclass(frozen=True, slots=True)
class Behind:
    """What lies behind a place: with the credits that the last transaction before it found there, if they are told."""

    place: Place
    left: Money | None


@dataclass(frozen=True, slots=True)
class Transaction:
    """What moved credits, and all credits of the organization after it, also those held or not begun yet.

    `left` is None in lists of one kind, where others may lie between.
    """

    moved: Moved
    left: Money | None


@dataclass(frozen=True, slots=True)
class Transactions:
    """Some transactions; what follows lies behind `behind`, None at the end. There may be few, or none yet."""

    found: Sequence[Transaction]
    behind: Behind | None


def read_transactions(
    uow: TransactionUnit,
    organization_id: str,
    chosen: TransactionFilter,
    *,
    behind: Behind | None,
    limit: int,
    looked_at_max: int = LOOKED_AT_MAX,
) -> Transactions:
    """At most `limit` of the chosen transactions, from the newest on or behind a place.

    NotFound for an unknown organization, InvalidInput when the time ends before it begins.
    """
    uow.organizations.organization(organization_id)
    begins, ends = chosen.recorded_from, chosen.recorded_until
    if begins is not None and ends is not None and ends <= begins:
        raise InvalidInput("The end is not after the beginning; give a later `to`.", field="to")
    after = None if behind is None else behind.place
    rows = uow.credit_transactions.moved(organization_id, chosen, after, looked_at_max, limit + 1)
    left = _left(uow, organization_id, chosen, behind)
    found: list[Transaction] = []
    for item in rows[:limit]:
        found.append(Transaction(item, left))
        left = None if left is None else left - item.amount
    if len(rows) > limit:
        return Transactions(found, Behind(rows[limit - 1].place, left))
    place = uow.credit_transactions.place_behind(organization_id, chosen, after, looked_at_max - 1)
    return Transactions(found, None if place is None else Behind(place, left))


def _left(uow: TransactionUnit, organization_id: str, chosen: TransactionFilter, behind: Behind | None) -> Money | None:
    """The credits there were after the first of the page."""
    if chosen.kind is not None:
        return None
    if behind is not None:
        return behind.left
    if chosen.recorded_until is None:
        return uow.credits.wallet(organization_id, CREDITS).posted
    totals = uow.statements.totals(chosen.recorded_until, organization_id, HELD_BY_CUSTOMER)
    debit, credit = totals.get(HELD_BY_CUSTOMER, (0, 0))
    return Money(credit - debit, CREDITS)
