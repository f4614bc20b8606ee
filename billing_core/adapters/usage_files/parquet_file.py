"""Usage in Parquet, read a few thousand rows at a time."""

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Literal, cast

import pyarrow as pa
import pyarrow.parquet as pq

from billing_core.domain.errors import InvalidInput
from billing_core.services.ingestion.ports import BrokenRow, UsageRow

ROWS_PER_READ = 4_000


class ParquetFile:
    """A Parquet file; its rows are counted from 1."""

    position_kind: Literal["line", "row"] = "row"

    def __init__(self, path: Path) -> None:
        self.name = path.name
        try:
            self._file = pq.ParquetFile(path)
        except pa.ArrowException as error:
            raise InvalidInput(f"{path.name} is not a Parquet file: {error}", field="file") from error
        self._schema = _microseconds(self._file.schema_arrow)
        self._names = tuple(self._schema.names)
        if twice := {name for name in self._names if self._names.count(name) > 1}:
            raise InvalidInput(f"{self.name} has more than one column {min(twice)!r}.", field="file")
        self._rows_read = 0

    @property
    def fraction_read(self) -> float:
        return self._rows_read / max(self._file.metadata.num_rows, 1)

    def columns(self, wanted: Collection[str]) -> Sequence[str]:
        """The names in the file's schema."""
        return self._names

    def rows(self) -> Iterator[UsageRow | BrokenRow]:
        """All rows in order; InvalidInput, naming the last row, where the file is damaged."""
        self._rows_read = 0
        try:
            for batch in self._file.iter_batches(batch_size=ROWS_PER_READ):
                for row in _rows(batch.cast(self._schema, safe=False), self._rows_read + 1):
                    self._rows_read += 1
                    yield row
        except (pa.ArrowException, OSError) as error:
            raise InvalidInput(
                f"{self.name} cannot be read on after row {self._rows_read}: {error} The rows before were taken in.",
                field="file",
            ) from error


def _rows(batch: pa.RecordBatch, first: int) -> Iterator[UsageRow | BrokenRow]:
    names = tuple(batch.schema.names)
    try:
        cells = zip(*batch.to_pydict().values(), strict=True)
        yield from (UsageRow(position, names, row) for position, row in enumerate(cells, start=first))
    except UnicodeDecodeError:
        for index in range(batch.num_rows):
            yield _row(batch.slice(index, 1), names, first + index)


def _row(batch: pa.RecordBatch, names: tuple[str, ...], position: int) -> UsageRow | BrokenRow:
    try:
        return UsageRow(position, names, [values[0] for values in batch.to_pydict().values()])
    except UnicodeDecodeError as error:
        return BrokenRow(position, InvalidInput(f"The row holds text that is not UTF-8: {error.reason}."), "")


def _microseconds(schema: pa.Schema) -> pa.Schema:
    """The schema with times in microseconds, which is what a Python datetime holds."""
    for index, kind in enumerate(schema.types):
        if isinstance(kind, pa.TimestampType) and kind.unit == "ns":
            schema = schema.set(index, pa.field(schema.names[index], pa.timestamp("us", tz=cast("str", kind.tz))))
    return schema
