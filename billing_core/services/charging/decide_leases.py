"""Decide requests about leases within a batch: take one, charge what was admitted from one."""

from dataclasses import replace

from billing_core.domain import holds
from billing_core.domain.charging import charge_event
from billing_core.domain.errors import HoldResolved, NotFound
from billing_core.domain.holds import Hold, HoldState
from billing_core.domain.leases import Lease, take_chunk
from billing_core.services.charging.batch import Batch
from billing_core.services.charging.decide_holds import check_lifetime
from billing_core.services.charging.ports import DrawRequest, LeaseRequest, Receipt

SOURCE = "tollbooth:lease"


def lease(batch: Batch, request: LeaseRequest) -> Lease:
    """Hold what so many events would take, in the name of a process; raises what refuses the first of them.

    NothingToLease when so little is left that each is better held by itself.
    """
    event = request.event
    check_lifetime(request.lifetime)
    books = batch.check(event)
    prices = batch.prices(event)
    chunk = take_chunk(books, event, calls=request.calls, now=batch.now, prices=prices)
    rest_of_id = batch.new_id()
    hold = Hold(
        id=f"lse{rest_of_id}",
        event=replace(event, source=SOURCE, event_id=f"lse{rest_of_id}", properties={"owner": request.owner}),
        reserved=chunk.reserved,
        state=HoldState.OPEN,
        created_at=batch.now,
        expires_at=batch.now + request.lifetime,
    )
    batch.made[hold.id] = hold
    return Lease(hold, chunk, prices if "model" in chunk.decisive else None)


def draw(batch: Batch, request: DrawRequest) -> Receipt:
    """Charge an event that was admitted from a lease and has happened; what is not needed of its part is given back.

    A lease that was closed or has expired pays for nothing: the event is charged as any other that has happened.
    """
    event = request.event
    payload_hash = event.payload_hash
    if (receipt := batch.repeated(event, payload_hash)) is not None:
        return receipt
    books = batch.check(event)
    cost = batch.provider_cost(event, batch.now)
    lease = _open_lease(batch, request)
    if lease is None:
        charge = charge_event(books, event, occurred_at=batch.now, now=batch.now, admit=False, provider_cost=cost)
        return batch.record(event, payload_hash, batch.now, charge, cost)
    part = lease.reserved.common(request.part)
    charge = holds.settle(
        books,
        replace(lease, reserved=part),
        event,
        occurred_at=batch.now,
        now=batch.now,
        admit=False,
        provider_cost=cost,
    )
    into = batch.made if lease.id in batch.made else batch.redrawn
    into[lease.id] = replace(lease, reserved=lease.reserved.without(part))
    return batch.record(event, payload_hash, batch.now, charge, cost, hold_id=lease.id)


def _open_lease(batch: Batch, request: DrawRequest) -> Hold | None:
    try:
        lease = batch.hold(request.lease_id, request.event.organization_id)
        lease.check_open(batch.now)
    except (NotFound, HoldResolved):
        return None
    return lease
