"""Give an organization credits: the grant, the wallet and the ledger entry at once, once per operation."""

from datetime import datetime

from billing_core.domain.credits import PRIORITY, Grant, Origin
from billing_core.domain.errors import Conflict, InvalidInput
from billing_core.domain.ids import new_id
from billing_core.domain.ledger import Account, Entry, grant_postings
from billing_core.domain.money import CREDITS, Money
from billing_core.services.credits.ports import CreditUnit


def issue_grant(
    uow: CreditUnit,
    *,
    organization_id: str,
    name: str,
    origin: Origin,
    amount: Money,
    cost: Money,
    operation: str,
    now: datetime,
    effective_at: datetime | None = None,
    expires_at: datetime | None = None,
    features: frozenset[str] | None = None,
    paid_into: Account = Account.STRIPE_CLEARING,
) -> Grant:
    """Grant `amount` credits that cost the customer `cost` in all; a repeated operation returns the first grant.

    They are the customer's at once and can be used from `effective_at` on, which is now when left out. InvalidInput
    names the field; NotFound for an unknown organization or one that is not billed in the cost's currency; Conflict
    for an operation that granted something else.
    """
    if amount.currency != CREDITS or amount.nanos <= 0:
        raise InvalidInput(f"A grant is a positive number of credits, not {amount}.", field="amount")
    if cost.nanos < 0:
        raise InvalidInput(f"The cost of a grant is zero or more, not {cost}.", field="cost")
    uow.books.lock([organization_id])
    uow.credits.wallet(organization_id, cost.currency)  # what is spent of it becomes revenue in this currency
    _check_times(effective_at, expires_at, None if uow.ledger.has_operation(operation) else now)
    grant = Grant(
        id=new_id("grt", now),
        organization_id=organization_id,
        name=name,
        origin=origin,
        priority=PRIORITY[origin],
        features=features,
        granted_nanos=amount.nanos,
        cost=cost,
        effective_at=effective_at or now,
        expires_at=expires_at,
        created_at=now,
    )
    if not uow.credits.insert_grant(grant, operation):
        return _checked_repeat(uow.credits.grant_of_operation(operation), grant, operation)
    uow.credits.add_to_wallet(organization_id, amount)
    uow.ledger.append(
        [
            Entry(
                id=new_id("ent", now),
                organization_id=organization_id,
                kind="grant",
                description=name,
                operation=operation,
                effective_at=now,
                recorded_at=now,
                postings=grant_postings(amount, cost, paid_into, grant.id),
            )
        ]
    )
    return grant


def _check_times(effective_at: datetime | None, expires_at: datetime | None, now: datetime | None) -> None:
    """InvalidInput unless the grant begins and ends in this order and not before now, None if it was given before."""
    for name, instant in (("effective_at", effective_at), ("expires_at", expires_at)):
        if instant is not None and instant.tzinfo is None:
            raise InvalidInput(f"{instant.isoformat()} has no time zone.", field=name)
    if now is not None and effective_at is not None and effective_at < now:
        raise InvalidInput(f"The beginning {effective_at.isoformat()} has passed.", field="effective_at")
    if now is not None and expires_at is not None and expires_at <= now:
        raise InvalidInput(f"The expiry {expires_at.isoformat()} has passed.", field="expires_at")
    if expires_at is not None and effective_at is not None and expires_at <= effective_at:
        raise InvalidInput(
            f"The expiry {expires_at.isoformat()} comes before the beginning {effective_at.isoformat()}.",
            field="expires_at",
        )


def _checked_repeat(first: Grant, again: Grant, operation: str) -> Grant:
    for name in ("organization_id", "origin", "granted", "cost"):
        if getattr(first, name) != getattr(again, name):
            raise Conflict(
                f"Operation {operation!r} granted {first.granted} to {first.organization_id} before, with another "
                f"{name}; use a new operation for another grant.",
                field="operation",
            )
    return first
