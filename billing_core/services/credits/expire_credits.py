"""Write off what is left of grants whose time is over; plan credits roll over as far as the plan allows."""

from collections.abc import Sequence
from datetime import datetime

from billing_core.domain.credits import GrantState, Origin
from billing_core.domain.ids import new_id
from billing_core.domain.ledger import Entry
from billing_core.domain.write_offs import Ending, WriteOff, expiry_postings, write_off
from billing_core.services.credits.ports import EndingUnit
from billing_core.services.credits.roll_over_credits import roll_over_credits

ORGANIZATIONS_PER_CALL = 100


def expire_credits(uow: EndingUnit, now: datetime, organizations_max: int = ORGANIZATIONS_PER_CALL) -> int:
    """End the free credits of grants that have ended, of some organizations; how many grants, 0 when none is left.

    What was paid for them becomes breakage. What open holds were promised stays theirs: what comes back from a hold is
    ended by a later call. Credits that roll over are granted anew for the next period; after a long pause that one may
    be over as well, so call again until nothing is left.
    """
    owners = uow.credits.owners_of_ended(now, organizations_max)
    if not owners:
        return 0
    uow.books.lock(owners)
    ended = uow.credits.ended(owners, now)
    subscriptions = uow.subscriptions.history(owners)
    for state in ended:
        if state.grant.origin is Origin.PLAN:
            roll_over_credits(uow, state, subscriptions.get(state.grant.organization_id, ()), now)
    _expire([state for state in ended if state.free_nanos], uow, now)
    return len(ended)


def _expire(ended: Sequence[GrantState], uow: EndingUnit, now: datetime) -> None:
    items = [write_off(state, state.free_nanos, Ending.EXPIRED, _operation(state), now) for state in ended]
    uow.credits.write_off(items)
    uow.ledger.append([_entry(item, state, now) for item, state in zip(items, ended, strict=True)])


def _operation(state: GrantState) -> str:
    """Another one each time: what a hold gives back after the expiry expires as well."""
    return f"expire:{state.grant.id}:{state.expired_nanos + state.free_nanos}"


def _entry(item: WriteOff, state: GrantState, now: datetime) -> Entry:
    return Entry(
        id=new_id("ent", now),
        organization_id=item.organization_id,
        kind="expiry",
        description=state.grant.name,
        operation=item.operation,
        effective_at=state.grant.expires_at or now,
        recorded_at=now,
        postings=expiry_postings(item),
    )
