"""Comparing the copy with the system of record, sum by sum."""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, func, select

from billing_core.adapters.database.schema.usage import usage_event
from billing_core.adapters.warehouse.event_columns import AMOUNT_COLUMNS, QUANTITY_COLUMNS
from billing_core.adapters.warehouse.expressions import EVENTS
from billing_core.adapters.warehouse.session import Session
from billing_core.adapters.warehouse.warehouse import Warehouse
from billing_core.services.reporting.answers import Difference

_KEYS = ("organization_id", "price_currency", "currency", "provider_cost_currency")
_SUMS = (*QUANTITY_COLUMNS, "measured", "included", *AMOUNT_COLUMNS)
_MEASURES = ("events", *_SUMS)
Key = tuple[str, str | None, str | None, str | None]
Sums = Mapping[Key, Mapping[str, int]]


def reconcile(connection: Connection, warehouse: Warehouse) -> list[Difference]:
    """Where counts and exact sums per organization and currencies differ; empty when all is as it should be.

    Events recorded after the last sync are left out of the comparison: they wait, they do not differ.
    """
    copied, seq = warehouse.ask(lambda session: (_copied(session), session.manifest.seq))
    recorded = _recorded(connection, seq)
    return [
        difference
        for key in sorted(recorded.keys() | copied.keys(), key=repr)
        for difference in _differences(key, recorded.get(key, {}), copied.get(key, {}))
    ]


def _differences(key: Key, recorded: Mapping[str, int], copied: Mapping[str, int]) -> Iterator[Difference]:
    for measure in _MEASURES:
        if recorded.get(measure, 0) != copied.get(measure, 0):
            yield Difference(
                organization_id=key[0],
                currencies=key[1:],
                measure=measure,
                recorded=recorded.get(measure, 0),
                copied=copied.get(measure, 0),
            )


def _recorded(connection: Connection, until_seq: int) -> Sums:
    columns = usage_event.c
    keys = [columns[name] for name in _KEYS]
    sums = [func.sum(columns[name]).label(name) for name in _SUMS]
    query = select(*keys, func.count().label("events"), *sums).where(columns.seq <= until_seq).group_by(*keys)
    return _by_key(dict(row) for row in connection.execute(query).mappings())


def _copied(session: Session) -> Sums:
    sums = {name: EVENTS[name].sum() for name in _SUMS}
    return _by_key(iter(session.rows(EVENTS.group_by(*_KEYS).aggregate(events=EVENTS.count(), **sums))))


def _by_key(rows: Iterator[dict[str, Any]]) -> Sums:
    return {
        (row["organization_id"], row["price_currency"], row["currency"], row["provider_cost_currency"]): {
            measure: int(row[measure] or 0) for measure in _MEASURES
        }
        for row in rows
    }
