"""The history of usage on SQL: paged by the index of organization and time, corrections added to each event."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, or_, select

from billing_core.adapters.database.schema.adjustments import usage_adjustment
from billing_core.adapters.database.schema.usage import usage_event
from billing_core.domain.money import CREDITS, Money
from billing_core.domain.usage import COUNTS, Quantities
from billing_core.services.usage.ports import EventCounted, HistoryFilter, Place

_EVENT = usage_event.c
_NEWEST_FIRST = (_EVENT.occurred_at.desc(), _EVENT.seq.desc())
_COLUMN_OF = {"member": "member_id", "department": "department_id"}
_AS_RECORDED = (
    "id",
    "source",
    "event_id",
    "recorded_at",
    "feature",
    "api_key_id",
    "run",
    "provider",
    "model",
    "service_tier",
    "latency_ms",
    "is_error",
    "properties",
    "allowance",
)
_ADDED_UP = (
    *COUNTS,
    "measured",
    "included",
    "price_nanos",
    "credits_nanos",
    "balance_nanos",
    "overage_nanos",
)


class UsageHistoryStore:
    """Events of an organization, the newest first."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def events(
        self, organization_id: str, chosen: HistoryFilter, after: Place | None, until: Place | None, count_max: int
    ) -> Sequence[EventCounted]:
        conditions = _between(organization_id, chosen, after)
        conditions += [_EVENT[_COLUMN_OF.get(name, name)] == value for name, value in chosen.named.items()]
        if chosen.took_credits:
            conditions.append(_EVENT.credits_nanos > 0)
        if until is not None:
            conditions += [_EVENT.occurred_at >= until.occurred_at]
            conditions += [or_(_EVENT.occurred_at > until.occurred_at, _EVENT.seq >= until.seq)]
        statement = select(usage_event).where(*conditions).order_by(*_NEWEST_FIRST).limit(count_max)
        rows = self._connection.execute(statement).mappings().all()
        adjustments = self._adjustments([row["id"] for row in rows])
        return [_counted(row, adjustments.get(row["id"], ())) for row in rows]

    def event(self, organization_id: str, event_id: str) -> EventCounted | None:
        statement = select(usage_event).where(_EVENT.organization_id == organization_id, _EVENT.id == event_id)
        row = self._connection.execute(statement).mappings().one_or_none()
        return None if row is None else _counted(row, self._adjustments([event_id]).get(event_id, ()))

    def place_behind(
        self, organization_id: str, chosen: HistoryFilter, after: Place | None, count: int
    ) -> Place | None:
        statement = (
            select(_EVENT.occurred_at, _EVENT.seq)
            .where(*_between(organization_id, chosen, after))
            .order_by(*_NEWEST_FIRST)
            .limit(1)
            .offset(count)
        )
        row = self._connection.execute(statement).one_or_none()
        return None if row is None else Place(row.occurred_at, row.seq)

    def _adjustments(self, event_ids: Sequence[str]) -> Mapping[str, Sequence[RowMapping]]:
        found: defaultdict[str, list[RowMapping]] = defaultdict(list)
        if event_ids:
            change = usage_adjustment.c
            statement = select(usage_adjustment).where(change.event_id.in_(event_ids)).order_by(change.seq)
            for row in self._connection.execute(statement).mappings():
                found[row["event_id"]].append(row)
        return found


def _between(organization_id: str, chosen: HistoryFilter, after: Place | None) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [_EVENT.organization_id == organization_id]
    if chosen.occurred_from is not None:
        conditions.append(_EVENT.occurred_at >= chosen.occurred_from)
    if chosen.occurred_until is not None:
        conditions.append(_EVENT.occurred_at < chosen.occurred_until)
    if after is not None:
        is_behind = and_(_EVENT.occurred_at == after.occurred_at, _EVENT.seq < after.seq)
        conditions.append(_EVENT.occurred_at <= after.occurred_at)
        conditions.append(or_(_EVENT.occurred_at < after.occurred_at, is_behind))
    return conditions


def _counted(row: RowMapping, adjustments: Sequence[RowMapping]) -> EventCounted:
    sums: dict[str, int] = {name: sum((item[name] for item in adjustments), row[name]) for name in _ADDED_UP}
    as_recorded: dict[str, Any] = {name: row[name] for name in _AS_RECORDED}
    return EventCounted(
        **as_recorded,
        place=Place(row["occurred_at"], row["seq"]),
        member=row["member_id"],
        department=row["department_id"],
        quantities=Quantities(**{name: sums[name] for name in COUNTS}),
        measured=sums["measured"],
        included=sums["included"],
        price=Money(sums["price_nanos"], row["price_currency"]),
        credits=Money(sums["credits_nanos"], CREDITS),
        balance=Money(sums["balance_nanos"], row["currency"]),
        overage=Money(sums["overage_nanos"], row["currency"]),
        provider_costs=_provider_costs(row, adjustments),
        adjustments=len(adjustments),
        is_cancelled=sum(item["calls"] for item in adjustments) < 0,
    )


def _provider_costs(row: RowMapping, adjustments: Sequence[RowMapping]) -> list[Money]:
    """By currency, zeros only where there is nothing else; none when no price was ever known."""
    nanos: defaultdict[str, int] = defaultdict(int)
    for item in (row, *adjustments):
        if item["provider_cost_currency"] is not None:
            nanos[item["provider_cost_currency"]] += item["provider_cost_nanos"] or 0
    costs = [Money(value, currency) for currency, value in sorted(nanos.items())]
    return [cost for cost in costs if cost] or costs[:1]
