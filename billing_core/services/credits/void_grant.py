"""Take back the credits of a grant that nobody has used or been promised."""

from datetime import datetime
from typing import Protocol

from billing_core.domain.credits import GrantState
from billing_core.domain.errors import Conflict, InvalidInput, NotFound
from billing_core.domain.identity import Actor, checked_name
from billing_core.domain.ids import new_id
from billing_core.domain.ledger import Account, Entry
from billing_core.domain.money import CREDITS, Money
from billing_core.domain.write_offs import Ending, WriteOff, void_postings, write_off
from billing_core.services.audit.ports import AuditUnit
from billing_core.services.audit.record_change import record_change
from billing_core.services.credits.errors import NothingToVoid
from billing_core.services.credits.ports import CreditStore, EndingUnit

# Kept, or given back by way of an account that says how; other accounts have a wallet or a grant behind them.
COST_INTO = (Account.BREAKAGE_REVENUE, Account.REFUNDS, Account.STRIPE_CLEARING, Account.MANUAL_CLEARING)


class VoidingUnit(EndingUnit, AuditUnit, Protocol):
    """The parts of a unit of work that void grants."""


def void_grant(
    uow: VoidingUnit,
    *,
    grant_id: str,
    reason: str,
    operation: str,
    actor: Actor,
    now: datetime,
    cost_into: Account = Account.BREAKAGE_REVENUE,
) -> WriteOff:
    """What was taken back: all that is free; a repeated operation returns the first and records nothing more.

    Credits that open holds were promised stay, and can be voided when they come back. What was paid for the credits is
    kept as breakage unless `cost_into` says where it goes: giving money back is a decision of its own. NotFound for an
    unknown grant, NothingToVoid with the numbers, InvalidInput naming the field, Conflict for an operation that voided
    another grant.
    """
    reason = checked_name(reason, field="reason")
    if cost_into not in COST_INTO:
        raise InvalidInput(
            f"What was paid cannot go to {cost_into}; it can to {', '.join(COST_INTO)}.", field="cost_into"
        )
    uow.books.lock([uow.credits.grant(grant_id).grant.organization_id])
    if (done := uow.credits.write_off_of_operation(operation)) is not None:
        return _checked_repeat(done, grant_id)
    if uow.ledger.has_operation(operation):
        raise Conflict(f"Operation {operation!r} posted something else before; use a new one.", field="operation")
    state = uow.credits.grant(grant_id)
    if not state.free_nanos:
        raise _nothing_to_void(state)
    before = state.remaining_nanos
    item = write_off(state, state.free_nanos, Ending.VOIDED, operation, now)
    uow.credits.write_off([item])
    uow.ledger.append([_entry(item, reason, cost_into)])
    record_change(
        uow,
        actor,
        "credits.voided",
        ("credit_grant", grant_id),
        now=now,
        organization_id=item.organization_id,
        before={"remaining": Money(before, CREDITS).decimal_text},
        after={
            "remaining": Money(state.remaining_nanos, CREDITS).decimal_text,
            "reason": reason,
            "cost": str(item.cost),
        },
    )
    return item


def grant_of(credits: CreditStore, organization_id: str, grant_id: str) -> GrantState:
    """A grant of the organization; NotFound, just so for one of another organization."""
    state = credits.grant(grant_id)
    if state.grant.organization_id != organization_id:
        raise NotFound(f"There is no credit grant {grant_id!r}.", field="grant_id")
    return state


def _entry(item: WriteOff, reason: str, cost_into: Account) -> Entry:
    return Entry(
        id=new_id("ent", item.recorded_at),
        organization_id=item.organization_id,
        kind="void",
        description=reason,
        operation=item.operation,
        effective_at=item.recorded_at,
        recorded_at=item.recorded_at,
        postings=void_postings(item, cost_into),
    )


def _checked_repeat(done: WriteOff, grant_id: str) -> WriteOff:
    if done.grant_id != grant_id or done.kind is not Ending.VOIDED:
        raise Conflict(
            f"Operation {done.operation!r} ended credits of grant {done.grant_id} before; use a new one.",
            field="operation",
        )
    return done


def _nothing_to_void(state: GrantState) -> NothingToVoid:
    held = Money(state.held_nanos, CREDITS).decimal_text
    used = Money(state.allocated_nanos, CREDITS).decimal_text
    return NothingToVoid(
        f"Grant {state.grant.id} has no free credits: of {state.grant.granted.decimal_text}, {used} are used and "
        f"{held} promised to open holds; the rest had ended before.",
        field="grant_id",
        granted=state.grant.granted.decimal_text,
        used=used,
        held=held,
    )
