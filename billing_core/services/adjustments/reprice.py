"""Reprice: give events the provider cost that the prices known today say they had at their time."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime

from billing_core.domain.adjustments import Adjustment, CostChange, cost_changes
from billing_core.domain.books import Books, provider_cost_measure
from billing_core.domain.clock import Clock
from billing_core.domain.identity import Actor
from billing_core.domain.ids import new_ids
from billing_core.domain.money import format_nanos
from billing_core.services.adjustments.ports import (
    NEVER_ADJUSTED,
    Adjusted,
    AdjustmentUnit,
    CostedEvents,
    EventFilter,
    EventRange,
)
from billing_core.services.adjustments.write_adjustments import write_adjustments
from billing_core.services.audit.record_change import record_change

EVENTS_PER_BATCH = 5_000

Write = Callable[[], AbstractContextManager[AdjustmentUnit]]


@dataclass(slots=True)
class RepricedModel:
    """Events of a model whose cost changes, and their cost before and after in nanos of one currency.

    `unpriced` of the events had no cost before.
    """

    events: int = 0
    unpriced: int = 0
    before_nanos: int = 0
    after_nanos: int = 0

    @property
    def difference_nanos(self) -> int:
        return self.after_nanos - self.before_nanos


@dataclass(slots=True)
class RepriceReport:
    """What was looked at and what changes, by provider, model and currency.

    `still_unpriced` are events of models without a price.
    """

    is_dry_run: bool
    events: int = 0
    still_unpriced: int = 0
    models: defaultdict[tuple[str, str, str], RepricedModel] = field(
        default_factory=lambda: defaultdict[tuple[str, str, str], RepricedModel](RepricedModel)
    )


@dataclass(frozen=True, slots=True)
class _Repriced:
    """An event whose cost changes."""

    event_id: str
    organization_id: str
    period_start: datetime
    model: tuple[str, str]
    ordinal: int
    before: Mapping[str, int]
    after_nanos: int
    after_currency: str
    changes: Sequence[CostChange]


def reprice(
    write: Write,
    read: Write,
    clock: Clock,
    chosen: EventFilter,
    *,
    reason: str,
    actor: Actor,
    is_dry_run: bool,
    on_progress: Callable[[int], None] = lambda _: None,
) -> RepriceReport:
    """Compare every chosen event's provider cost with the prices in force at its time, and correct what differs.

    Each batch of events is a transaction of its own: interrupted, it can be run again and goes on where it ended. What
    was repriced is not repriced again. Prices that are gone take no cost away: events without a price stay as they are.
    """
    report = RepriceReport(is_dry_run=is_dry_run)
    after_seq: int | None = 0
    while after_seq is not None:
        with (read if is_dry_run else write)() as uow:
            after_seq = _reprice_batch(uow, clock.now(), chosen, after_seq, report, reason=reason, actor=actor)
        on_progress(report.events)
    if report.models and not is_dry_run:
        with write() as uow:
            _record(uow, chosen, report, clock.now(), reason=reason, actor=actor)
    return report


def _reprice_batch(
    uow: AdjustmentUnit,
    now: datetime,
    chosen: EventFilter,
    after_seq: int,
    report: RepriceReport,
    *,
    reason: str,
    actor: Actor,
) -> int | None:
    """The `seq` to go on after, None when all is done."""
    among = uow.adjustments.next_range(chosen, after_seq, EVENTS_PER_BATCH)
    if among is None:
        return None
    # Locked before the costs are read that the decision rests on.
    books: Mapping[str, Books] = {}
    if not report.is_dry_run:
        books = uow.books.open(among.organization_ids, among.earliest_period)
    repriced = list(_repriced(uow, chosen, among, report))
    if not report.is_dry_run:
        adjustments = _adjustments(repriced, books, now, reason=reason, actor=actor)
        write_adjustments(uow, books, adjustments, now)
    for item in repriced:
        _count(report, item)
    return among.until_seq


def _repriced(
    uow: AdjustmentUnit, chosen: EventFilter, among: EventRange, report: RepriceReport
) -> Iterator[_Repriced]:
    events = uow.adjustments.costed_events(chosen, among)
    adjusted = uow.adjustments.adjusted(among)
    costs, currencies = uow.catalog.provider_costs(events.usage)
    report.events += len(costs)
    for row, nanos in enumerate(costs):
        recorded = events.cost_nanos[row]
        is_adjusted = events.id[row] in adjusted
        if nanos is None:
            report.still_unpriced += recorded is None and not is_adjusted
        elif is_adjusted or recorded != nanos or events.cost_currency[row] != currencies[row]:
            found = _changed(events, row, adjusted.get(events.id[row], NEVER_ADJUSTED), nanos, currencies[row])
            if found is not None:
                yield found


def _changed(events: CostedEvents, row: int, adjusted: Adjusted, nanos: int, currency: str) -> _Repriced | None:
    """The event with its change, None when there is none or the event was cancelled."""
    before: dict[str, int] = {}
    recorded, recorded_currency = events.cost_nanos[row], events.cost_currency[row]
    if recorded is not None and recorded_currency is not None:
        before[recorded_currency] = recorded
    for known, changed in adjusted.costs.items():
        before[known] = before.get(known, 0) + changed
    changes = cost_changes(before, nanos, currency)
    if not changes or adjusted.calls < 0:
        return None
    return _Repriced(
        event_id=events.id[row],
        organization_id=events.organization_id[row],
        period_start=events.period_start[row],
        model=(events.usage.provider[row] or "", events.usage.model[row] or ""),
        ordinal=adjusted.count,
        before=before,
        after_nanos=nanos,
        after_currency=currency,
        changes=changes,
    )


def _adjustments(
    repriced: Sequence[_Repriced], books: Mapping[str, Books], now: datetime, *, reason: str, actor: Actor
) -> list[Adjustment]:
    """An adjustment per changed currency of each event, counted in the books."""
    ids = iter(new_ids("adj", now, sum(len(item.changes) for item in repriced)))
    found: list[Adjustment] = []
    for item in repriced:
        for change in item.changes:
            key = (provider_cost_measure(change.currency), item.period_start)
            books[item.organization_id].count(key, change.nanos)
            found.append(
                Adjustment(
                    id=next(ids),
                    event_id=item.event_id,
                    organization_id=item.organization_id,
                    kind="reprice",
                    # The same event to the same cost happens once, however often and from wherever it is asked for.
                    operation=f"reprice:{item.event_id}:{item.ordinal}:{item.after_nanos}:{change.currency}",
                    reason=reason,
                    actor=f"{actor.kind}:{actor.id}",
                    period_start=item.period_start,
                    unpriced=change.unpriced,
                    provider_cost_nanos=change.nanos,
                    provider_cost_currency=change.currency,
                )
            )
    return found


def _record(
    uow: AdjustmentUnit, chosen: EventFilter, report: RepriceReport, now: datetime, *, reason: str, actor: Actor
) -> None:
    record_change(
        uow,
        actor,
        "provider_cost.repriced",
        ("provider_cost", chosen.model or chosen.provider or "all"),
        now=now,
        organization_id=chosen.organization_id,
        after={
            "reason": reason,
            "events": sum(model.events for model in report.models.values()),
            "differences": [
                f"{provider} {model}: {format_nanos(found.difference_nanos)} {currency}"
                for (provider, model, currency), found in sorted(report.models.items())
            ],
        },
    )


def _count(report: RepriceReport, item: _Repriced) -> None:
    after = report.models[(*item.model, item.after_currency)]
    after.events += 1
    after.unpriced += not item.before
    after.after_nanos += item.after_nanos
    for currency, nanos in item.before.items():
        report.models[(*item.model, currency)].before_nanos += nanos
