"""Comparing the copy with the system of record, sum by sum."""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, func, select

from billing_core.adapters.warehouse.event_columns import (
    AMOUNT_COLUMNS,
    COUNTERS,
    QUANTITY_COLUMNS,
    recorded_adjustments,
    recorded_events,
)
from billing_core.adapters.warehouse.expressions import EVENTS
from billing_core.adapters.warehouse.manifest import Manifest
from billing_core.adapters.warehouse.session import Session
from billing_core.adapters.warehouse.warehouse import Warehouse
from billing_core.services.reporting.answers import Difference

_KEYS = ("organization_id", "price_currency", "currency", "provider_cost_currency")
_MEASURES = ("rows", *COUNTERS, *QUANTITY_COLUMNS, "measured", "included", *AMOUNT_COLUMNS)
Key = tuple[str, str | None, str | None, str | None]
Sums = Mapping[Key, Mapping[str, int]]


def reconcile(connection: Connection, warehouse: Warehouse) -> list[Difference]:
    """Where counts and exact sums per organization and currencies differ; empty when all is as it should be.

    What was recorded after the last sync is left out of the comparison: it waits, it does not differ.
    """
    copied, manifest = warehouse.ask(lambda session: (_copied(session), session.manifest))
    recorded = _recorded(connection, manifest)
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


def _recorded(connection: Connection, manifest: Manifest) -> Sums:
    totals: dict[Key, dict[str, int]] = {}
    for rows in (recorded_events(0, manifest.seq), recorded_adjustments(0, manifest.adjustment_seq)):
        recorded = rows.order_by(None).subquery()
        keys = [recorded.c[name] for name in _KEYS]
        sums = [func.sum(recorded.c[name]).label(name) for name in _MEASURES[1:]]
        query = select(*keys, func.count().label("rows"), *sums).group_by(*keys)
        for key, measured in _by_key(dict(row) for row in connection.execute(query).mappings()).items():
            total = totals.setdefault(key, dict.fromkeys(_MEASURES, 0))
            for measure in _MEASURES:
                total[measure] += measured[measure]
    return totals


def _copied(session: Session) -> Sums:
    sums = {name: EVENTS[name].sum() for name in _MEASURES[1:]}
    return _by_key(iter(session.rows(EVENTS.group_by(*_KEYS).aggregate(rows=EVENTS.count(), **sums))))


def _by_key(rows: Iterator[dict[str, Any]]) -> Sums:
    return {
        (row["organization_id"], row["price_currency"], row["currency"], row["provider_cost_currency"]): {
            measure: int(row[measure] or 0) for measure in _MEASURES
        }
        for row in rows
    }
