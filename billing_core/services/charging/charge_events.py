"""Charge a batch of usage events in the transaction of the caller: the one way usage is ever charged."""

from collections.abc import Sequence
from typing import overload

from billing_core.domain.charging import charge_event
from billing_core.domain.clock import Clock
from billing_core.domain.errors import BillingError
from billing_core.domain.holds import Hold
from billing_core.domain.leases import Lease
from billing_core.services.alerts.raise_alerts import observe, raise_alerts
from billing_core.services.charging.batch import Batch, ChargingUnit
from billing_core.services.charging.decide_holds import release, reserve, settle
from billing_core.services.charging.decide_leases import draw, lease
from billing_core.services.charging.ports import (
    ChargeRequest,
    DrawRequest,
    LeaseRequest,
    Receipt,
    ReleaseRequest,
    Request,
    ReserveRequest,
    SettleRequest,
)
from billing_core.services.top_up.begin_top_up import begin_top_ups

Charging = ChargeRequest | SettleRequest | DrawRequest
Charged = Receipt | BillingError
Outcome = Charged | Hold | Lease


@overload
def charge_events(uow: ChargingUnit, requests: Sequence[Charging], clock: Clock) -> list[Charged]: ...
@overload
def charge_events(uow: ChargingUnit, requests: Sequence[Request], clock: Clock) -> Sequence[Outcome]: ...
def charge_events(uow: ChargingUnit, requests: Sequence[Request], clock: Clock) -> Sequence[Outcome]:
    """One outcome per request, in order: a receipt, a hold, a lease, or the error that refused it.

    What is refused leaves no trace and does not disturb the others. An identity seen before answers with its first
    receipt or hold, or with EventConflict when the payload differs.
    """
    batch = Batch(uow, requests, clock.now())
    outcomes: list[Outcome] = []
    for request in requests:
        try:
            outcomes.append(_decide(batch, request))
        except BillingError as error:
            outcomes.append(error)
    if batch.has_changes:
        _write(uow, batch)
    keep, books = uow.books.keep, batch.books.values()
    # Without the unit of work and the batch: what refers to itself stays in memory until garbage is looked for.
    uow.after_commit(lambda: keep(books))
    return outcomes


def _decide(batch: Batch, request: Request) -> Receipt | Hold | Lease:
    match request:
        case ChargeRequest():
            return _charge(batch, request)
        case ReserveRequest():
            return reserve(batch, request)
        case SettleRequest():
            return settle(batch, request)
        case ReleaseRequest():
            return release(batch, request)
        case LeaseRequest():
            return lease(batch, request)
        case DrawRequest():
            return draw(batch, request)


def _charge(batch: Batch, request: ChargeRequest) -> Receipt:
    event = request.event
    payload_hash = event.payload_hash
    if (receipt := batch.repeated(event, payload_hash)) is not None:
        return receipt
    books = batch.check(event)
    occurred_at = event.occurred_at or batch.now
    cost = batch.provider_cost(event, occurred_at)
    charge = charge_event(books, event, occurred_at=occurred_at, now=batch.now, admit=request.admit, provider_cost=cost)
    return batch.record(event, payload_hash, occurred_at, charge, cost)


def _write(uow: ChargingUnit, batch: Batch) -> None:
    books = batch.books.values()
    uow.charging.write(batch.charged, books, batch.now)
    if batch.made:
        uow.holds.insert(list(batch.made.values()))
    if batch.redrawn:
        uow.holds.redraw(list(batch.redrawn.values()))
    if batch.resolved:
        uow.holds.resolve(list(batch.resolved.values()))
    spent = {item.organization_id: item.budgets for item in books if item.budgets.changes}
    if spent:
        uow.budgets.write_changes(spent)
    raise_alerts(uow.alerts, observe(books, batch.charged, batch.now), batch.now)
    begin_top_ups(uow, books, batch.now)
    uow.books.settle(batch.books)
