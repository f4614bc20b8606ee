"""Cancel charged events: as if they had never happened, by facts beside them."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime

from billing_core.domain.adjustments import Adjustment, AdjustmentKind
from billing_core.domain.books import Books
from billing_core.domain.budgets import BudgetKey
from billing_core.domain.cancellation import Cancellation, cancel_charge
from billing_core.domain.clock import Clock
from billing_core.domain.credits import GrantState
from billing_core.domain.errors import Conflict, NotFound
from billing_core.domain.identity import Actor, checked_name
from billing_core.domain.ids import new_ids
from billing_core.domain.ledger import Entry
from billing_core.domain.money import Money
from billing_core.domain.recorded_event import RecordedEvent
from billing_core.domain.tariffs import tariff_of
from billing_core.domain.usage import COUNTS
from billing_core.services.adjustments.ports import CancellingUnit
from billing_core.services.adjustments.write_adjustments import write_adjustments
from billing_core.services.audit.record_change import record_change

EVENTS_PER_BATCH = 500


def cancel_event(
    uow: CancellingUnit,
    *,
    organization_id: str,
    event_id: str,
    reason: str,
    actor: Actor,
    now: datetime,
    kind: AdjustmentKind = "cancel",
) -> Sequence[Adjustment]:
    """Give back everything a charged event took; `event_id` is ours (`evt_...`), not the reporter's.

    NotFound when the organization has no such event, Conflict when it was cancelled before.
    """
    reason = checked_name(reason, field="reason")
    uow.books.lock([organization_id])
    found = uow.adjustments.recorded(organization_id, [event_id])
    if not found:
        raise NotFound(f"The organization has no event {event_id!r}.", field="event_id")
    if found[0].is_cancelled:
        raise Conflict(f"Event {event_id!r} was cancelled before.", field="event_id")
    adjustments = _cancel(uow, found, reason=reason, actor=actor, now=now, kind=kind)
    price = Money(found[0].price_nanos, found[0].price_currency)
    record_change(
        uow,
        actor,
        "usage_event.cancelled" if kind == "cancel" else "usage_event.corrected",
        ("usage_event", event_id),
        now=now,
        organization_id=organization_id,
        before={"price": str(price)},
        after={"price": None, "reason": reason},
    )
    return adjustments


def revert_backfill(
    write: Callable[[], AbstractContextManager[CancellingUnit]],
    clock: Clock,
    *,
    organization_id: str,
    backfill: str,
    reason: str,
    actor: Actor,
) -> int:
    """Cancel every event of a backfill that is not cancelled yet; how many that were.

    Some hundred events are a transaction: interrupted, it can be run again and goes on where it ended. NotFound when
    the organization has no such backfill.
    """
    reason = checked_name(reason, field="reason")
    cancelled, after_seq = 0, 0
    is_known = False
    while True:
        with write() as uow:
            uow.books.lock([organization_id])
            seq, event_ids = uow.adjustments.backfilled(organization_id, backfill, after_seq, EVENTS_PER_BATCH)
            if not event_ids:
                break
            is_known = True
            left = [item for item in uow.adjustments.recorded(organization_id, event_ids) if not item.is_cancelled]
            _cancel(uow, left, reason=reason, actor=actor, now=clock.now(), kind="cancel")
        cancelled, after_seq = cancelled + len(left), seq
    if not is_known:
        raise NotFound(f"The organization has no backfill {backfill!r}.", field="backfill")
    if cancelled:
        with write() as uow:
            record_change(
                uow,
                actor,
                "backfill.reverted",
                ("backfill", backfill),
                now=clock.now(),
                organization_id=organization_id,
                after={"events": cancelled, "reason": reason},
            )
    return cancelled


def _cancel(
    uow: CancellingUnit,
    recorded: Sequence[RecordedEvent],
    *,
    reason: str,
    actor: Actor,
    now: datetime,
    kind: AdjustmentKind,
) -> list[Adjustment]:
    """Adjustments that take these events back, all of one organization whose books are locked."""
    if not recorded:
        return []
    organization_id = recorded[0].event.organization_id
    opened = uow.books.open([organization_id], min(item.period_start for item in recorded))
    books = opened[organization_id]
    _load_budgets(uow, books, recorded)
    grants = _grants(uow, books, recorded)
    versions = uow.catalog.plan_versions({item.plan_version_id for item in recorded})
    adjustments: list[Adjustment] = []
    entries: list[Entry] = []
    entry_ids = new_ids("ent", now, len(recorded))
    for item, entry_id in zip(recorded, entry_ids, strict=True):
        tariff = tariff_of(versions[item.plan_version_id], item.event.feature, item.discount)
        cancellation = cancel_charge(books, item, tariff, grants)
        adjustments += _adjustments(item, cancellation, reason, actor, now, kind)
        if cancellation.postings:
            entries.append(_entry(entry_id, item, cancellation, reason, now))
    uow.ledger.append(entries)
    write_adjustments(uow, opened, adjustments, now)
    return adjustments


def _grants(uow: CancellingUnit, books: Books, recorded: Sequence[RecordedEvent]) -> Mapping[str, GrantState]:
    """The grants that paid, those of the books where they are open."""
    grants = {state.grant.id: state for state in books.grants}
    for grant_id in {allocation.grant_id for item in recorded for allocation in item.allocations} - grants.keys():
        grants[grant_id] = uow.credits.grant(grant_id)
    return grants


def _load_budgets(uow: CancellingUnit, books: Books, recorded: Sequence[RecordedEvent]) -> None:
    missing: set[BudgetKey] = set()
    if books.budgets:
        for item in recorded:
            billing = books.period_at(books.subscription_at(item.period_start), item.period_start)
            missing |= set(books.budgets.missing(item.event, item.occurred_at, billing))
    if missing:
        for key, counter in uow.budgets.counters(missing).items():
            books.budgets.load(key, counter.spent, counter.held)


def _adjustments(
    item: RecordedEvent,
    cancellation: Cancellation,
    reason: str,
    actor: Actor,
    now: datetime,
    kind: AdjustmentKind,
) -> list[Adjustment]:
    """One that takes the event back with its cost, and one more for each further currency the cost is in."""
    costs = sorted(item.costs.items())
    ids = new_ids("adj", now, max(len(costs), 1))
    bare = Adjustment(
        id=ids[0],
        event_id=item.id,
        organization_id=item.event.organization_id,
        kind=kind,
        operation=operation_of(item.id),
        reason=reason,
        actor=f"{actor.kind}:{actor.id}",
        period_start=item.period_start,
    )
    found = [
        replace(
            bare,
            id=row_id,
            operation=f"{bare.operation}:{currency}",
            provider_cost_nanos=-nanos,
            provider_cost_currency=currency,
        )
        for row_id, (currency, nanos) in zip(ids, costs, strict=False)
    ]
    found[:1] = [
        replace(
            found[0] if found else bare,
            operation=bare.operation,
            calls=-1,
            errors=-item.event.is_error,
            unpriced=-item.is_unpriced,
            quantities={name: -getattr(item.event.quantities, name) for name in COUNTS},
            measured=-cancellation.measured,
            included=-item.included,
            price_nanos=-item.price_nanos,
            credits_nanos=-item.credits_nanos,
            credits_cost_nanos=cancellation.credits_cost_nanos,
            balance_nanos=-item.balance_nanos,
            overage_nanos=-item.overage_nanos,
            allocations=cancellation.allocations,
        )
    ]
    return found


def operation_of(event_id: str) -> str:
    """An event is cancelled once."""
    return f"cancel:{event_id}"


def _entry(entry_id: str, item: RecordedEvent, cancellation: Cancellation, reason: str, now: datetime) -> Entry:
    return Entry(
        id=entry_id,
        organization_id=item.event.organization_id,
        kind="cancellation",
        description=reason,
        operation=operation_of(item.id),
        effective_at=now,
        recorded_at=now,
        postings=cancellation.postings,
    )
