"""Holds: a charge that is decided before the use, so that the funds for it cannot be spent twice.

A hold keeps slices of grants (also beyond their expiry), an amount of balance, a part of the allowance and of every
budget. It is settled once for what was really used, or released, or expires; each gives back what it keeps.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from billing_core.domain.books import Books, CounterKey
from billing_core.domain.budgets import BudgetSlice
from billing_core.domain.charging import Charge, Ruling, charge_event, rule
from billing_core.domain.errors import BillingError, HoldResolved
from billing_core.domain.money import Money
from billing_core.domain.usage import UsageEvent


class HoldState(StrEnum):
    """What became of a hold."""

    OPEN = "open"
    SETTLED = "settled"
    RELEASED = "released"
    EXPIRED = "expired"


class Reservation(NamedTuple):
    """What a hold keeps; amounts in nanos. `slices` are grant ids with credits, in burn order.

    With `is_amount` it keeps an amount, which is its price, and nothing is known of what will be used.
    """

    price: Money
    allowance: CounterKey | None
    included: int
    slices: Sequence[tuple[str, int]]
    balance_nanos: int
    budgets: Sequence[BudgetSlice]
    is_amount: bool = False

    @property
    def amount(self) -> Money | None:
        """The amount that was asked for, None where a use was."""
        return self.price if self.is_amount else None

    @property
    def credits_nanos(self) -> int:
        return sum(nanos for _, nanos in self.slices)

    def common(self, wanted: "Reservation") -> "Reservation":
        """As much of `wanted` as is kept."""
        kept = dict(self.slices)
        room = {item.key: item.amount for item in self.budgets}
        included = min(self.included, wanted.included) if self.allowance == wanted.allowance else 0
        return wanted._replace(
            allowance=wanted.allowance if included else None,
            included=included,
            slices=tuple(
                (grant_id, part) for grant_id, nanos in wanted.slices if (part := min(nanos, kept.get(grant_id, 0)))
            ),
            balance_nanos=min(self.balance_nanos, wanted.balance_nanos),
            budgets=tuple(
                BudgetSlice(item.key, part)
                for item in wanted.budgets
                if (part := min(item.amount, room.get(item.key, 0)))
            ),
        )

    def without(self, part: "Reservation") -> "Reservation":
        """What is kept when a part of it is taken away."""
        taken = dict(part.slices)
        used = {item.key: item.amount for item in part.budgets}
        return self._replace(
            price=Money(max(self.price.nanos - part.price.nanos, 0), self.price.currency),
            included=self.included - part.included,
            slices=tuple(
                (grant_id, left) for grant_id, nanos in self.slices if (left := nanos - taken.get(grant_id, 0))
            ),
            balance_nanos=self.balance_nanos - part.balance_nanos,
            budgets=tuple(
                BudgetSlice(item.key, left) for item in self.budgets if (left := item.amount - used.get(item.key, 0))
            ),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """A reservation for an event that is still to happen; `event` is the most it may use."""

    id: str
    event: UsageEvent
    reserved: Reservation
    state: HoldState
    created_at: datetime
    expires_at: datetime
    resolved_at: datetime | None = None

    def is_kept(self, now: datetime) -> bool:
        """Whether it was not given up: it is open, or was settled."""
        return self.state is HoldState.SETTLED or (self.state is HoldState.OPEN and now < self.expires_at)

    def check_open(self, now: datetime) -> None:
        """HoldResolved when it was settled, released, or its time has passed."""
        if self.state is HoldState.OPEN and now < self.expires_at:
            return
        state = HoldState.EXPIRED if self.state is HoldState.OPEN else self.state
        at = self.resolved_at or self.expires_at
        raise HoldResolved(
            f"Hold {self.id} is {state}, since {at.isoformat()}; it keeps nothing any more. "
            "Use that has happened is charged as an event of its own.",
            field="hold_id",
            hold_id=self.id,
            state=state,
            at=at.isoformat(),
        )

    def resolved(self, state: HoldState, now: datetime) -> "Hold":
        return replace(self, state=state, resolved_at=now)


def reserve(books: Books, event: UsageEvent, *, now: datetime, provider_cost: Money | None = None) -> Reservation:
    """Decide the event as `charge_event` would, with admission, and keep what it would take.

    Raises what refuses it, and `books` stay as they were.
    """
    reserved = reservation(rule(books, event, occurred_at=now, now=now, admit=True, provider_cost=provider_cost))
    keep(books, reserved)
    return reserved


def reservation(ruling: Ruling) -> Reservation:
    """What would be taken, to be kept."""
    charge = ruling.charge
    return Reservation(
        charge.price,
        None if charge.allowance is None else (charge.allowance, charge.period_start),
        charge.included,
        tuple([(allocation.grant_id, allocation.amount_nanos) for allocation in charge.allocations]),
        charge.balance_nanos,
        tuple(ruling.budgets),
    )


def keep(books: Books, reserved: Reservation) -> None:
    """Promise what a reservation keeps."""
    _move(books, reserved, 1)
    books.budgets.hold(reserved.budgets)


def give_back(books: Books, reserved: Reservation) -> None:
    """Let go of all that a reservation keeps."""
    _move(books, reserved, -1)
    books.budgets.release(reserved.budgets)


def settle(
    books: Books,
    hold: Hold,
    event: UsageEvent,
    *,
    occurred_at: datetime,
    now: datetime,
    admit: bool,
    provider_cost: Money | None = None,
) -> Charge:
    """Charge what was really used: first from what the hold keeps; the rest of it is given back.

    For more than the hold keeps, other funds are asked as `charge_event` does with `admit`; when they refuse, the
    hold stays as it was.
    """
    give_back(books, hold.reserved)
    try:
        return charge_event(
            books,
            event,
            occurred_at=occurred_at,
            now=now,
            admit=admit,
            provider_cost=provider_cost,
            promised=dict(hold.reserved.slices),
        )
    except BillingError:
        keep(books, hold.reserved)
        raise


def _move(books: Books, reserved: Reservation, sign: int) -> None:
    if reserved.slices:
        states = {state.grant.id: state for state in books.grants}
        for grant_id, nanos in reserved.slices:
            books.hold_credits(states[grant_id], sign * nanos)
    if reserved.balance_nanos:
        books.hold_balance(sign * reserved.balance_nanos)
    if reserved.allowance is not None and reserved.included:
        books.hold_count(reserved.allowance, sign * reserved.included)
