"""Adjustments on SQL: appended in bulk, and the events they correct read as columns."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, func, select, type_coerce

from billing_core.adapters.database.bulk_insert import bulk_insert
from billing_core.adapters.database.recorded_events import recorded_event
from billing_core.adapters.database.schema.adjustments import adjustment_allocation, usage_adjustment
from billing_core.adapters.database.schema.credits import credit_allocation
from billing_core.adapters.database.schema.usage import usage_event
from billing_core.adapters.database.types import BIGINT
from billing_core.domain.adjustments import Adjustment
from billing_core.domain.credits import Allocation
from billing_core.domain.recorded_event import RecordedEvent
from billing_core.domain.usage import COUNTS
from billing_core.domain.usage_columns import UsageColumns
from billing_core.services.adjustments.ports import NEVER_ADJUSTED, Adjusted, CostedEvents, EventFilter, EventRange

_EVENT = usage_event.c
_COSTED = ("id", "organization_id", "period_start", "provider_cost_nanos", "provider_cost_currency")
_TOKENS = tuple(name for name in COUNTS if name != "units")
_USED = ("provider", "model", "service_tier", *_TOKENS)
_OWN = (
    "id",
    "event_id",
    "organization_id",
    "kind",
    "operation",
    "reason",
    "actor",
    "period_start",
    "calls",
    "errors",
    "unpriced",
    "measured",
    "included",
    "price_nanos",
    "credits_nanos",
    "credits_cost_nanos",
    "balance_nanos",
    "overage_nanos",
    "provider_cost_nanos",
    "provider_cost_currency",
)


class AdjustmentStore:
    """What was corrected of which event."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def next_range(self, chosen: EventFilter, after_seq: int, events_max: int) -> EventRange | None:
        following = (
            select(_EVENT.seq, _EVENT.organization_id, _EVENT.period_start)
            .where(*_conditions(chosen), _EVENT.seq > after_seq)
            .order_by(_EVENT.seq)
            .limit(events_max)
            .subquery()
        )
        rows = self._connection.execute(
            select(following.c.organization_id, func.min(following.c.period_start), func.max(following.c.seq)).group_by(
                following.c.organization_id
            )
        ).all()
        if not rows:
            return None
        return EventRange(
            after_seq, max(row[2] for row in rows), frozenset(row[0] for row in rows), min(row[1] for row in rows)
        )

    def costed_events(self, chosen: EventFilter, among: EventRange) -> CostedEvents:
        columns = [_EVENT[name] for name in (*_COSTED, *_USED)]
        rows = self._connection.execute(
            select(*columns, type_coerce(_EVENT.occurred_at, BIGINT))
            .where(*_conditions(chosen), *_among(among))
            .order_by(_EVENT.seq)
        ).all()
        values = list(zip(*rows, strict=True)) or [()] * (len(columns) + 1)
        named = dict(zip((*_COSTED, *_USED, "at_micros"), values, strict=True))
        return CostedEvents(
            id=named["id"],
            organization_id=named["organization_id"],
            period_start=named["period_start"],
            cost_nanos=named["provider_cost_nanos"],
            cost_currency=named["provider_cost_currency"],
            usage=UsageColumns(at_micros=named["at_micros"], **{name: named[name] for name in _USED}),
        )

    def adjusted(self, among: EventRange) -> Mapping[str, Adjusted]:
        return self._adjusted(*_among(among))

    def recorded(self, organization_id: str, event_ids: Sequence[str]) -> Sequence[RecordedEvent]:
        these = (_EVENT.organization_id == organization_id, _EVENT.id.in_(event_ids))
        adjusted = self._adjusted(*these)
        allocations: defaultdict[str, list[Allocation]] = defaultdict(list)
        slices = select(credit_allocation).where(credit_allocation.c.event_id.in_(event_ids))
        for row in self._connection.execute(slices.order_by(credit_allocation.c.grant_id)):
            allocations[row.event_id].append(Allocation(row.grant_id, row.amount_nanos, row.cost_nanos))
        rows = self._connection.execute(select(usage_event).where(*these).order_by(_EVENT.seq)).mappings()
        return [recorded_event(row, allocations[row["id"]], adjusted.get(row["id"], NEVER_ADJUSTED)) for row in rows]

    def backfilled(
        self, organization_id: str, backfill: str, after_seq: int, events_max: int
    ) -> tuple[int, Sequence[str]]:
        rows = self._connection.execute(
            select(_EVENT.seq, _EVENT.id)
            .where(_EVENT.organization_id == organization_id, _EVENT.backfill == backfill, _EVENT.seq > after_seq)
            .order_by(_EVENT.seq)
            .limit(events_max)
        ).all()
        return (rows[-1].seq if rows else after_seq), [row.id for row in rows]

    def _adjusted(self, *conditions: ColumnElement[bool]) -> Mapping[str, Adjusted]:
        change = usage_adjustment.c
        rows = self._connection.execute(
            select(
                change.event_id,
                change.provider_cost_currency,
                func.count(),
                func.sum(change.calls),
                func.sum(change.provider_cost_nanos),
            )
            .join_from(usage_event, usage_adjustment, _EVENT.id == change.event_id)
            .where(*conditions)
            .group_by(change.event_id, change.provider_cost_currency)
        )
        found: dict[str, Adjusted] = {}
        for event_id, currency, count, calls, nanos in rows:
            known = found.get(event_id, NEVER_ADJUSTED)
            costs = known.costs if currency is None else {**known.costs, currency: int(nanos)}
            found[event_id] = Adjusted(known.count + count, known.calls + int(calls), costs)
        return found

    def unpriced_calls(self) -> Mapping[tuple[str, str], int]:
        """How many calls of each reported (provider, model) have no provider cost."""
        pair = (_EVENT.provider, _EVENT.model)
        recorded = (
            select(*pair, func.count())
            .where(_EVENT.provider_cost_nanos.is_(None), _EVENT.provider.is_not(None), _EVENT.model.is_not(None))
            .group_by(*pair)
        )
        adjusted = (
            select(*pair, func.sum(usage_adjustment.c.unpriced))
            .join_from(usage_adjustment, usage_event, _EVENT.id == usage_adjustment.c.event_id)
            .where(usage_adjustment.c.unpriced != 0)
            .group_by(*pair)
        )
        calls: Counter[tuple[str, str]] = Counter()
        for query in (recorded, adjusted):
            for provider, model, count in self._connection.execute(query):
                calls[provider, model] += int(count)
        return {named: count for named, count in calls.items() if count > 0}

    def insert(self, adjustments: Sequence[Adjustment], now: datetime) -> None:
        """Append adjustments; IntegrityError when an operation was recorded before."""
        rows = [
            {name: getattr(item, name) for name in _OWN}
            | {name: item.quantities.get(name, 0) for name in COUNTS}
            | {"recorded_at": now}
            for item in adjustments
        ]
        bulk_insert(self._connection, usage_adjustment, rows)
        allocations = [
            {
                "adjustment_id": item.id,
                "grant_id": allocation.grant_id,
                "amount_nanos": allocation.amount_nanos,
                "cost_nanos": allocation.cost_nanos,
            }
            for item in adjustments
            for allocation in item.allocations
        ]
        bulk_insert(self._connection, adjustment_allocation, allocations)


def _conditions(chosen: EventFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [_EVENT.provider.is_not(None), _EVENT.model.is_not(None)]
    for name in ("organization_id", "provider", "model"):
        if (value := getattr(chosen, name)) is not None:
            conditions.append(_EVENT[name] == value)
    if chosen.occurred_from is not None:
        conditions.append(_EVENT.occurred_at >= chosen.occurred_from)
    if chosen.occurred_until is not None:
        conditions.append(_EVENT.occurred_at < chosen.occurred_until)
    return conditions


def _among(among: EventRange) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return _EVENT.seq > among.after_seq, _EVENT.seq <= among.until_seq
