"""The chosen events themselves, for files: names beside ids, amounts as exact decimals."""

from collections.abc import Generator, Mapping, Sequence
from typing import Any, cast

import pyarrow as pa
import pyarrow.compute as pc

from billing_core.adapters.warehouse.event_columns import AMOUNT_COLUMNS, EVENT_SCHEMA
from billing_core.adapters.warehouse.expressions import chosen_events
from billing_core.adapters.warehouse.session import Session
from billing_core.domain.errors import InvalidInput
from billing_core.services.reporting.export_columns import EXPORT_COLUMNS
from billing_core.services.reporting.usage_filter import UsageFilter

# 19 digits hold every 64-bit integer; nine of them stand behind the point.
_AMOUNT = pa.decimal128(19, 9)
_NAMED: Mapping[str, tuple[str, str]] = {
    "organization_name": ("organization_id", "organization"),
    "department_name": ("department_id", "department"),
    "member_name": ("member_id", "member"),
    "api_key_name": ("api_key_id", "api_key"),
    "feature_name": ("feature", "feature"),
    "plan_version_name": ("plan_version_id", "plan_version"),
}


def event_batches(session: Session, chosen: UsageFilter, columns: Sequence[str] | None) -> pa.RecordBatchReader:
    """Batches of EXPORT_COLUMNS, or of those asked for in their order; InvalidInput for unknown ones.

    Events come in the order they were recorded, then the adjustments of chosen events.
    """
    wanted = list(EXPORT_COLUMNS if columns is None else columns)
    for name in wanted:
        if name not in EXPORT_COLUMNS:
            raise InvalidInput(
                f"{name!r} is no column of events; there are {', '.join(EXPORT_COLUMNS)}.", field="columns"
            )
    stored = [_stored(name) for name in wanted]
    events = chosen_events(chosen)
    reader = session.batches(events.order_by([events.adjustment.notnull(), "seq"]).select(*dict.fromkeys(stored)))
    names = {name: session.names(_NAMED[name][1]) for name in wanted if name in _NAMED}
    schema = pa.schema([(name, _AMOUNT if _is_amount(name) else _stored_type(name)) for name in wanted])

    def batches() -> Generator[pa.RecordBatch]:
        for batch in reader:
            stored = cast(Any, batch)
            arrays = [_exported(name, stored[_stored(name)], names) for name in wanted]
            yield pa.RecordBatch.from_arrays(arrays, schema=schema)

    return pa.RecordBatchReader.from_batches(schema, batches())


def _is_amount(name: str) -> bool:
    return f"{name}_nanos" in AMOUNT_COLUMNS


def _stored(name: str) -> str:
    """The column of events that an exported one is made from."""
    return f"{name}_nanos" if _is_amount(name) else _NAMED[name][0] if name in _NAMED else name


def _stored_type(name: str) -> pa.DataType:
    return EVENT_SCHEMA.types[EVENT_SCHEMA.get_field_index(_stored(name))]


def _exported(name: str, values: "pa.Array[Any]", names: Mapping[str, Mapping[str, str]]) -> "pa.Array[Any]":
    if name in names:
        return _named(values, names[name])
    return _decimals(values) if _is_amount(name) else values


def _named(ids: "pa.Array[Any]", names: Mapping[str, str]) -> "pa.Array[Any]":
    """The name of each id, the id itself where there is none."""
    encoded = cast(Any, ids.dictionary_encode())
    known: list[str] = encoded.dictionary.to_pylist()
    return pa.array([names.get(key, key) for key in known], pa.string()).take(encoded.indices)


def _decimals(nanos: "pa.Array[Any]") -> "pa.Array[Any]":
    """The same digits with the point nine places further left; nothing is divided, so nothing is rounded."""
    whole = pc.cast(nanos, pa.decimal128(19, 0))
    return pa.Array.from_buffers(_AMOUNT, len(whole), whole.buffers(), whole.null_count, whole.offset)
