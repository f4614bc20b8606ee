"""Carry plan credits that are left into the next period, up to what the plan allows."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from billing_core.domain.credits import Grant, GrantState
from billing_core.domain.ids import new_id
from billing_core.domain.ledger import Entry
from billing_core.domain.plans import Subscription
from billing_core.domain.write_offs import ROLLED_OVER, Ending, WriteOff, roll_over_postings, write_off
from billing_core.services.credits.ports import EndingUnit

NAME = "Plan credits carried over"


def roll_over_credits(
    uow: EndingUnit, state: GrantState, subscriptions: Sequence[Subscription], now: datetime
) -> Grant | None:
    """Give the free credits of a plan grant that has ended anew for the period that followed; None when none may be.

    `subscriptions` is the organization's history: the plan of that instant says how many may be carried over it in
    all. What they had cost goes along. The caller holds the lock of the books and writes off the rest.
    """
    organization_id, ended_at = state.grant.organization_id, state.grant.expires_at or now
    subscription = _subscription_at(subscriptions, ended_at)
    most = None if subscription is None else subscription.plan_version.terms.rollover_max
    if subscription is None or not most:
        return None
    operations = f"{ROLLED_OVER}{organization_id}:{ended_at.isoformat()}:"
    room = most - uow.credits.granted_by(organization_id, operations)
    nanos = min(state.free_nanos, room.nanos)
    if nanos <= 0:
        return None
    operation = f"{operations}{state.grant.id}:{state.expired_nanos + nanos}"
    item = write_off(state, nanos, Ending.ROLLED_OVER, operation, now)
    zone = uow.organizations.organization(organization_id).time_zone
    grant = replace(
        state.grant,
        id=new_id("grt", now),
        name=NAME,
        granted_nanos=nanos,
        cost=item.cost,
        effective_at=ended_at,
        expires_at=subscription.allowance_period(ended_at, zone).end,
        created_at=now,
    )
    _write(uow, item, grant)
    return grant


def _write(uow: EndingUnit, item: WriteOff, grant: Grant) -> None:
    uow.credits.write_off([item])
    uow.credits.insert_grant(grant, item.operation)
    uow.credits.add_to_wallet(grant.organization_id, item.amount)
    uow.ledger.append(
        [
            Entry(
                id=new_id("ent", item.recorded_at),
                organization_id=grant.organization_id,
                kind="rollover",
                description=NAME,
                operation=item.operation,
                effective_at=grant.effective_at,
                recorded_at=item.recorded_at,
                postings=roll_over_postings(item, grant),
            )
        ]
    )


def _subscription_at(subscriptions: Sequence[Subscription], instant: datetime) -> Subscription | None:
    begun = [item for item in subscriptions if item.started_at <= instant]
    return next((item for item in begun if item.ended_at is None or instant < item.ended_at), None)
