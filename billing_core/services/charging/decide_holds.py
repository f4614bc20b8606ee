"""Decide requests about holds within a batch: reserve, settle, release."""

from datetime import timedelta

from billing_core.domain import holds
from billing_core.domain.amount_holds import reserve_amount
from billing_core.domain.errors import Conflict, InvalidInput
from billing_core.domain.holds import Hold, HoldState
from billing_core.services.charging.batch import Batch, event_conflict
from billing_core.services.charging.ports import Receipt, ReleaseRequest, ReserveRequest, SettleRequest

LIFETIME_MIN = timedelta(seconds=1)
LIFETIME_MAX = timedelta(days=1)


def reserve(batch: Batch, request: ReserveRequest) -> Hold:
    """Hold what the event would take; the same event again is answered with its hold, whatever became of it."""
    event = request.event
    if event.occurred_at is not None:
        raise InvalidInput("A hold is for use that is still to happen; leave occurred_at out.", field="occurred_at")
    check_lifetime(request.lifetime)
    held = batch.reserved.get(event.identity)
    if held is not None:
        if held.event.payload_hash != event.payload_hash or request.amount != held.reserved.amount:
            raise event_conflict(event, held.id)
        return batch.hold(held.id, event.organization_id)
    if (known := batch.known.get(event.identity)) is not None:
        raise Conflict(
            f"Event {event.event_id!r} of source {event.source!r} was charged already; there is nothing to hold for.",
            field="event_id",
            recorded_as=known.receipt.id,
        )
    books = batch.check(event)
    if request.amount is not None:
        reserved = reserve_amount(books, event, request.amount, now=batch.now)
    else:
        reserved = holds.reserve(books, event, now=batch.now, provider_cost=batch.provider_cost(event, batch.now))
    hold = Hold(
        id=f"hld{batch.new_id()}",
        event=event,
        reserved=reserved,
        state=HoldState.OPEN,
        created_at=batch.now,
        expires_at=batch.now + request.lifetime,
    )
    batch.made[hold.id] = hold
    batch.reserved[event.identity] = hold
    return hold


def check_lifetime(lifetime: timedelta) -> None:
    """InvalidInput for a hold that would be over at once, or last too long."""
    if not LIFETIME_MIN <= lifetime <= LIFETIME_MAX:
        raise InvalidInput(
            f"A hold lasts {lifetime.total_seconds():g} seconds; it may last from "
            f"{LIFETIME_MIN.total_seconds():g} to {LIFETIME_MAX.total_seconds():g}.",
            field="lifetime",
        )


def settle(batch: Batch, request: SettleRequest) -> Receipt:
    """Charge what was really used; the same again is answered with the first receipt, anything else is refused."""
    hold = batch.hold(request.hold_id, request.organization_id)
    if hold.reserved.is_amount and request.quantities is None and not request.is_error:
        raise InvalidInput(f"Hold {hold.id} keeps an amount; say what was used of it.", field="quantities")
    event = request.of(hold.event)
    payload_hash = event.payload_hash
    known = batch.known.get(event.identity)
    if known is None or known.payload_hash != payload_hash:
        hold.check_open(batch.now)
    if (receipt := batch.repeated(event, payload_hash)) is not None:
        return receipt
    books = batch.check(event)
    cost = batch.provider_cost(event, batch.now)
    charge = holds.settle(
        books, hold, event, occurred_at=batch.now, now=batch.now, admit=request.admit, provider_cost=cost
    )
    _resolve(batch, hold, HoldState.SETTLED)
    return batch.record(event, payload_hash, batch.now, charge, cost, hold_id=hold.id)


def release(batch: Batch, request: ReleaseRequest) -> Hold:
    """Give back what a hold keeps; one that was released or has expired is answered as it is.

    HoldResolved for one that was settled.
    """
    hold = batch.hold(request.hold_id, request.organization_id)
    if hold.state is HoldState.SETTLED:
        hold.check_open(batch.now)
    if hold.state is not HoldState.OPEN:
        return hold
    holds.give_back(batch.books[request.organization_id], hold.reserved)
    return _resolve(batch, hold, HoldState.EXPIRED if batch.now >= hold.expires_at else HoldState.RELEASED)


def _resolve(batch: Batch, hold: Hold, state: HoldState) -> Hold:
    resolved = hold.resolved(state, batch.now)
    into = batch.made if hold.id in batch.made else batch.resolved
    into[hold.id] = resolved
    return resolved
