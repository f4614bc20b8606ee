"""The columns of a copied usage event, derived from its table in the system of record.

An adjustment of an event is copied as a row of the same form: the event's dimensions and time, and the amounts and
counts by which the adjustment changes it. So every sum over rows counts it.
"""

from collections.abc import Sequence
from typing import Any

import pyarrow as pa
from sqlalchemy import ColumnElement, Connection, Select, Table, Text, and_, case, literal, null, select, type_coerce

from billing_core.adapters.database.schema.adjustments import usage_adjustment
from billing_core.adapters.database.schema.usage import usage_event
from billing_core.adapters.database.settled import settled_seq
from billing_core.adapters.database.types import BIGINT, Document, Flag, Instant

INSTANT = pa.timestamp("us", tz="UTC")
# What identifies a payload says nothing to a report, and 64 random characters do not compress.
_COLUMNS = [column for column in usage_event.c if column.name != "payload_hash"]


def _arrow_type(kind: object) -> pa.DataType:
    if isinstance(kind, Instant):
        return INSTANT
    if isinstance(kind, Flag):
        return pa.bool_()
    return pa.string() if isinstance(kind, Text | Document) else pa.int64()


# What a row adds to the number of events, and of those that failed or had no provider price; -1 takes one away.
# `adjusts` is the id of the event that an adjustment changes, `adjustment` its kind.
_ADJUSTMENT = ("adjustment", "adjusts")
COUNTERS = ("calls", "failed", "unpriced", "unpriced_tokens")
# `occurred_micros` repeats `occurred_at` as a whole number: periods, days and hours are worked out on it in integers,
# alike on every backend and in a third of the time.
EVENT_SCHEMA = pa.schema(
    [pa.field(column.name, _arrow_type(column.type), nullable=bool(column.nullable)) for column in _COLUMNS]
    + [pa.field(name, pa.string()) for name in _ADJUSTMENT]
    + [pa.field(name, pa.int64(), nullable=False) for name in COUNTERS]
    + [pa.field("occurred_micros", pa.int64(), nullable=False)]
)
QUANTITY_COLUMNS = (
    "units",
    "input_tokens",
    "llm_tokens",
    "output_tokens",
    "cache_read_tokens",
    "cache_write_tokens",
    "reasoning_tokens",
)
AMOUNT_COLUMNS = (
    "price_nanos",
    "credits_nanos",
    "credits_cost_nanos",
    "balance_nanos",
    "overage_nanos",
    "provider_cost_nanos",
)
# What an adjustment has of its own, and what belongs to the event alone; everything else is the event's.
_ADJUSTED = {
    *("seq", "id", "recorded_at", "period_start", "measured", "included", "provider_cost_currency"),
    *QUANTITY_COLUMNS,
    *AMOUNT_COLUMNS,
}
_OF_THE_EVENT = {"latency_ms", "properties", "units_before", "spent_before_nanos", "hold_id"}
_OCCURRED_AT = [column.name for column in _COLUMNS].index("occurred_at")


def _as_stored(kind: object) -> Any:
    return BIGINT if isinstance(kind, Instant | Flag) else Text() if isinstance(kind, Document) else kind


def recorded_events(after_seq: int, until_seq: int) -> Select[Any]:
    """The rows with `after_seq` < seq <= `until_seq` in that order, their values as they are stored."""
    event = usage_event.c
    is_unpriced = and_(event.model.is_not(None), event.provider_cost_nanos.is_(None))
    columns: list[ColumnElement[Any]] = [
        *(type_coerce(column, _as_stored(column.type)).label(column.name) for column in _COLUMNS),
        *(null().label(name) for name in _ADJUSTMENT),
        literal(1).label("calls"),
        type_coerce(event.is_error, BIGINT).label("failed"),
        case((is_unpriced, 1), else_=0).label("unpriced"),
        case((is_unpriced, _tokens(event)), else_=0).label("unpriced_tokens"),
    ]
    return select(*columns).where(event.seq > after_seq, event.seq <= until_seq).order_by(event.seq)


def recorded_adjustments(after_seq: int, until_seq: int) -> Select[Any]:
    """The adjustments with `after_seq` < seq <= `until_seq` as rows of the same columns."""
    event, adjustment = usage_event.c, usage_adjustment.c
    columns: list[ColumnElement[Any]] = [
        *(_adjusted(column.name, column.type).label(column.name) for column in _COLUMNS),
        adjustment.kind.label("adjustment"),
        adjustment.event_id.label("adjusts"),
        adjustment.calls,
        adjustment.errors.label("failed"),
        adjustment.unpriced,
        (adjustment.unpriced * _tokens(event)).label("unpriced_tokens"),
    ]
    return (
        select(*columns)
        .join_from(usage_adjustment, usage_event, event.id == adjustment.event_id)
        .where(adjustment.seq > after_seq, adjustment.seq <= until_seq)
        .order_by(adjustment.seq)
    )


def newest(connection: Connection, recorded: Table) -> tuple[int, str]:
    """`seq` and id of the newest row of events or of adjustments to rely on, (0, "") when there is none."""
    statement = select(recorded.c.seq, recorded.c.id).order_by(recorded.c.seq.desc()).limit(1)
    if (settled := settled_seq(connection, recorded.name)) is not None:
        statement = statement.where(recorded.c.seq <= settled)
    row = connection.execute(statement).first()
    return (row.seq, row.id) if row else (0, "")


def _adjusted(name: str, kind: object) -> ColumnElement[Any]:
    if name in _OF_THE_EVENT:
        return null()
    return type_coerce((usage_adjustment if name in _ADJUSTED else usage_event).c[name], _as_stored(kind))


def _tokens(event: Any) -> ColumnElement[int]:
    return event.input_tokens + event.llm_tokens + event.output_tokens


def record_batch(rows: Sequence[Sequence[Any]]) -> pa.RecordBatch:
    """Rows of `recorded_events` or `recorded_adjustments` as columns of EVENT_SCHEMA."""
    values = list(zip(*rows, strict=True))
    values.append(values[_OCCURRED_AT])
    return pa.RecordBatch.from_arrays(
        [_array(column, kind) for column, kind in zip(values, EVENT_SCHEMA.types, strict=True)], schema=EVENT_SCHEMA
    )


def _array(values: Sequence[Any], kind: pa.DataType) -> "pa.Array[Any]":
    if pa.types.is_boolean(kind):
        return pa.array(values, pa.int8()).cast(kind)
    return pa.array(values, kind)
