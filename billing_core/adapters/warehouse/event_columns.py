"""The columns of a copied usage event, derived from its table in the system of record."""

from collections.abc import Sequence
from typing import Any

import pyarrow as pa
from sqlalchemy import ColumnElement, Connection, Select, Text, select, type_coerce

from billing_core.adapters.database.schema.usage import usage_event
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


# `occurred_micros` repeats `occurred_at` as a whole number: periods, days and hours are worked out on it in integers,
# alike on every backend and in a third of the time.
EVENT_SCHEMA = pa.schema(
    [pa.field(column.name, _arrow_type(column.type), nullable=bool(column.nullable)) for column in _COLUMNS]
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
_OCCURRED_AT = [column.name for column in _COLUMNS].index("occurred_at")


def _as_stored(kind: object) -> Any:
    return BIGINT if isinstance(kind, Instant | Flag) else Text() if isinstance(kind, Document) else kind


def recorded_events(after_seq: int, until_seq: int) -> Select[Any]:
    """The rows with `after_seq` < seq <= `until_seq` in that order, their values as they are stored."""
    columns: list[ColumnElement[Any]] = [
        type_coerce(column, _as_stored(column.type)).label(column.name) for column in _COLUMNS
    ]
    return select(*columns).where(usage_event.c.seq > after_seq, usage_event.c.seq <= until_seq).order_by("seq")


def newest_event(connection: Connection) -> tuple[int, str]:
    """`seq` and id of the newest event on record, (0, "") when there is none."""
    row = connection.execute(
        select(usage_event.c.seq, usage_event.c.id).order_by(usage_event.c.seq.desc()).limit(1)
    ).first()
    return (row.seq, row.id) if row else (0, "")


def record_batch(rows: Sequence[Sequence[Any]]) -> pa.RecordBatch:
    """Rows of `recorded_events` as columns of EVENT_SCHEMA."""
    values = list(zip(*rows, strict=True))
    values.append(values[_OCCURRED_AT])
    return pa.RecordBatch.from_arrays(
        [_array(column, kind) for column, kind in zip(values, EVENT_SCHEMA.types, strict=True)], schema=EVENT_SCHEMA
    )


def _array(values: Sequence[Any], kind: pa.DataType) -> "pa.Array[Any]":
    if pa.types.is_boolean(kind):
        return pa.array(values, pa.int8()).cast(kind)
    return pa.array(values, kind)
