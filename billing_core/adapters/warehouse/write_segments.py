"""Writing events into segments, small ones merged so that no swarm of them appears."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from billing_core.adapters.warehouse.event_columns import EVENT_SCHEMA
from billing_core.adapters.warehouse.folder import publish, temporary
from billing_core.adapters.warehouse.manifest import Segment
from billing_core.domain.clock import Clock
from billing_core.domain.ids import new_id

ROW_GROUP_ROWS = 50_000
ROW_GROUPS_PER_SEGMENT = 4
SEGMENT_ROWS_MAX = ROW_GROUP_ROWS * ROW_GROUPS_PER_SEGMENT
# Rewriting a tail of 200,000 rows for every few new ones takes half a second, so a segment is merged with what comes
# after it only when that is no smaller than a quarter of it: at most ten small segments, each row rewritten some ten
# times before it comes to rest.
_MERGED_RATIO = 4


def split_off_tail(segments: Sequence[Segment], new_rows: int) -> tuple[list[Segment], list[Segment]]:
    """Segments that stay, and those at the end to be merged with `new_rows` rows that follow them."""
    kept, rows = list(segments), new_rows
    while kept and kept[-1].rows <= rows * _MERGED_RATIO and kept[-1].rows + rows <= SEGMENT_ROWS_MAX:
        rows += kept.pop().rows
    return kept, list(segments[len(kept) :])


def write_segments(place: Path, batches: Iterable[pa.RecordBatch], clock: Clock) -> list[Segment]:
    """Write batches of EVENT_SCHEMA, ordered by seq, into as many segments as they need; none for no rows."""
    groups = _row_groups(batches)
    return [
        _write_segment(place, chain([first], islice(groups, ROW_GROUPS_PER_SEGMENT - 1)), clock) for first in groups
    ]


def read_segments(place: Path, segments: Sequence[Segment]) -> Iterator[pa.RecordBatch]:
    """The rows of segments, in batches."""
    for segment in segments:
        with pq.ParquetFile(place / segment.file) as file:
            yield from file.iter_batches(ROW_GROUP_ROWS)


def _row_groups(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.Table]:
    """The same rows in tables of ROW_GROUP_ROWS, the last one smaller."""
    waiting = EVENT_SCHEMA.empty_table()
    for batch in batches:
        waiting = pa.concat_tables([waiting, pa.Table.from_batches([batch])])
        while waiting.num_rows >= ROW_GROUP_ROWS:
            yield waiting.slice(0, ROW_GROUP_ROWS)
            waiting = waiting.slice(ROW_GROUP_ROWS)
    if waiting.num_rows:
        yield waiting


def _write_segment(place: Path, groups: Iterable[pa.Table], clock: Clock) -> Segment:
    token = new_id("seg", clock.now())
    written = temporary(place / token)
    first_seq = last_seq = rows = 0
    currencies: set[str] = set()
    with pq.ParquetWriter(written, EVENT_SCHEMA, compression="zstd") as writer:
        for group in groups:
            writer.write_table(group, row_group_size=ROW_GROUP_ROWS)
            first_seq = first_seq or group["seq"][0].as_py()
            last_seq = group["seq"][-1].as_py()
            rows += group.num_rows
            for column in ("currency", "provider_cost_currency"):
                currencies.update(code for code in pc.unique(group[column]).to_pylist() if code is not None)
    file = f"{first_seq:012d}-{last_seq:012d}.{token}.parquet"
    publish(written, place / file)
    return Segment(file=file, first_seq=first_seq, last_seq=last_seq, rows=rows, currencies=tuple(sorted(currencies)))
