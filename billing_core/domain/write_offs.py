"""Credits that end without being used: expired, rolled over into the next period, or voided."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from billing_core.domain.credits import Grant, GrantState
from billing_core.domain.errors import Conflict
from billing_core.domain.ledger import Account, Posting, move, write_off_postings
from billing_core.domain.money import CREDITS, Money

ROLLED_OVER = "rollover:"  # how the operations begin that give credits of the period before


class Ending(StrEnum):
    """Why credits ended; what rolled over counts as expired in its grant and is granted anew."""

    EXPIRED = "expired"
    ROLLED_OVER = "rolled_over"
    VOIDED = "voided"


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteOff:
    """A slice of a grant that ended unused, and what those credits had cost."""

    operation: str
    organization_id: str
    grant_id: str
    kind: Ending
    amount: Money
    cost: Money
    recorded_at: datetime


def write_off(state: GrantState, nanos: int, kind: Ending, operation: str, now: datetime) -> WriteOff:
    """Take a slice out of what is free of a grant; Conflict, and nothing taken, when it is more than that."""
    if nanos > state.free_nanos:
        raise Conflict(
            f"Grant {state.grant.id} has {Money(state.free_nanos, CREDITS).decimal_text} free credits, "
            f"not {Money(nanos, CREDITS).decimal_text}.",
            field="grant_id",
        )
    grant = state.grant
    cost = Money(state.slice_cost(nanos), grant.cost.currency)
    if kind is Ending.VOIDED:
        state.voided_nanos += nanos
    else:
        state.expired_nanos += nanos
    return WriteOff(
        operation=operation,
        organization_id=grant.organization_id,
        grant_id=grant.id,
        kind=kind,
        amount=Money(nanos, CREDITS),
        cost=cost,
        recorded_at=now,
    )


def expiry_postings(item: WriteOff) -> list[Posting]:
    """Credits that expired, and what was paid for them kept as breakage."""
    return write_off_postings(
        item.amount.nanos,
        item.cost,
        item.grant_id,
        into=Account.CREDITS_EXPIRED,
        cost_into=Account.BREAKAGE_REVENUE,
    )


def void_postings(item: WriteOff, cost_into: Account) -> list[Posting]:
    """Credits that were taken back, and what was paid for them moved to `cost_into`."""
    return write_off_postings(
        item.amount.nanos, item.cost, item.grant_id, into=Account.CREDITS_VOIDED, cost_into=cost_into
    )


def roll_over_postings(item: WriteOff, into: Grant) -> Sequence[Posting]:
    """Credits that end in one grant and are given anew in another; what was paid for them stays deferred."""
    lines = move(Account.CREDITS, Account.CREDITS_EXPIRED, item.amount, item.grant_id)
    lines += move(Account.CREDITS_ISSUED, Account.CREDITS, item.amount, into.id)
    if item.cost:
        lines += [
            Posting(Account.DEFERRED_REVENUE, item.cost.currency, item.cost.nanos, item.grant_id),
            Posting(Account.DEFERRED_REVENUE, item.cost.currency, -item.cost.nanos, into.id),
        ]
    return lines
