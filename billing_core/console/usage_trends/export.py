"""The events behind the screen as a file, batch by batch, every amount with all its digits."""

from io import BytesIO
from typing import Any, cast

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pv
import pyarrow.parquet as pq

from billing_core.bootstrap import application
from billing_core.console.components import export_files
from billing_core.console.usage.question import Question
from billing_core.domain.money import NANOS_PER_UNIT
from billing_core.services.reporting.export_columns import EXPORT_COLUMNS

# What providers charge is nobody's business but the staff's.
COST_COLUMNS = frozenset({"provider_cost", "provider_cost_currency"})
_WHOLE = pa.decimal128(19, 0)


def events_export(question: Question, rows: int) -> None:
    """The menu; `rows` is how many events the filters select."""
    days = question.days.current
    name = f"usage-{days.first.isoformat()}-{days.last.isoformat()}"
    export_files(name, lambda file_format: event_file(question, file_format), rows=rows, key="usage_export")


def event_file(question: Question, file_format: str) -> bytes:
    """The chosen events as `CSV` (UTF-8, instants in UTC) or `Parquet`; without cost for those who may not see it."""
    columns = [name for name in EXPORT_COLUMNS if question.sees_cost or name not in COST_COLUMNS]
    buffer = BytesIO()
    with application().reports.export_events(question.chosen, columns) as batches:
        if file_format == "CSV":
            _write_csv(batches, buffer)
        else:
            with pq.ParquetWriter(buffer, batches.schema, compression="zstd") as writer:
                for batch in batches:
                    writer.write_batch(batch)
    return buffer.getvalue()


def _write_csv(batches: pa.RecordBatchReader, buffer: BytesIO) -> None:
    fields: list[pa.Field[Any]] = list(batches.schema)
    schema = pa.schema([field.with_type(pa.string()) if _is_amount(field) else field for field in fields])
    with pv.CSVWriter(buffer, schema) as writer:
        for batch in batches:
            columns = cast(list[Any], batch.columns)
            texts = [_plain(column) if _is_amount(column) else column for column in columns]
            writer.write_batch(pa.RecordBatch.from_arrays(texts, schema=schema))


def _is_amount(column: Any) -> bool:
    return pa.types.is_decimal(column.type)


def _plain(amounts: Any) -> Any:
    """Amounts as `0.000000125`, where Arrow would write 1.25E-7; they have nine decimals and are never negative."""
    buffers = amounts.buffers()
    whole = pa.Array.from_buffers(_WHOLE, len(amounts), buffers, amounts.null_count, amounts.offset)
    nanos = pc.cast(whole, pa.int64())
    units = pc.divide(nanos, NANOS_PER_UNIT)
    decimals = pc.cast(pc.subtract(nanos, pc.multiply(units, NANOS_PER_UNIT)), pa.string())
    joined: Any = pc.binary_join_element_wise
    return joined(pc.cast(units, pa.string()), pc.utf8_lpad(decimals, 9, "0"), ".")
