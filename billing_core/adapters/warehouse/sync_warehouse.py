"""Bringing the copy up to date: incremental, exactly once, whatever is interrupted and by whomever."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Any

import pyarrow as pa
from sqlalchemy import Connection, Select, Table, select

from billing_core.adapters.database.schema.adjustments import usage_adjustment
from billing_core.adapters.database.schema.usage import usage_event
from billing_core.adapters.warehouse.event_columns import (
    newest,
    record_batch,
    recorded_adjustments,
    recorded_events,
)
from billing_core.adapters.warehouse.folder import Folder
from billing_core.adapters.warehouse.manifest import Manifest, Segment, read_manifest, replace_manifest
from billing_core.adapters.warehouse.snapshot_dimensions import Snapshot, read_dimensions
from billing_core.adapters.warehouse.write_segments import read_segments, split_off_tail, write_segments
from billing_core.domain.clock import Clock

ReadTransaction = Callable[[], AbstractContextManager[Connection]]
FETCHED_ROWS = 2_000
COPIED = (usage_event.name, usage_adjustment.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncReport:
    """What a sync did: events and adjustments copied, the newest `seq` of an event in the copy, segments in force, and
    whether it began anew.
    """

    new_events: int
    new_adjustments: int
    seq: int
    segments: int
    is_rebuilt: bool


def sync_warehouse(read: ReadTransaction, directory: Path, clock: Clock) -> SyncReport:
    """Copy what was recorded since the last time into the warehouse at `directory`.

    `read` opens a consistent snapshot of the system of record, in which `seq` is the order of commits as far as
    `settled_seq` says. New files are written first; replacing the manifest, which holds the watermark, makes them
    count. So a crash at any point loses nothing and doubles nothing. A copy of another database, in another format, or
    with files missing is made anew.
    """
    folder = Folder(directory)
    with folder.sync_turn():
        stored = read_manifest(folder.manifest)
        with read() as connection:
            before = stored if _is_whole(folder, stored) and _is_continued(connection, stored) else stored.emptied()
            seq, event_id = newest(connection, usage_event)
            adjustment_seq, adjustment_id = newest(connection, usage_adjustment)
            dimensions = read_dimensions(connection)
            events = recorded_events(before.seq, seq)
            segments = _append(connection, folder, before.segments, events, seq - before.seq, clock)
            later = recorded_adjustments(before.adjustment_seq, adjustment_seq)
            new = adjustment_seq - before.adjustment_seq
            adjustments = _append(connection, folder, before.adjustments, later, new, clock)
        _write_dimensions(folder, before, dimensions)
        current = replace(
            before,
            seq=seq,
            event_id=event_id,
            segments=tuple(segments),
            adjustment_seq=adjustment_seq,
            adjustment_id=adjustment_id,
            adjustments=tuple(adjustments),
            dimensions={name: snapshot.file for name, snapshot in dimensions.items()},
        )
        if current != stored:
            current = current.after(stored, clock.now())
            replace_manifest(folder.manifest, current)
        _remove_retired(folder, current, clock)
    return SyncReport(
        new_events=_rows(segments) - _rows(before.segments),
        new_adjustments=_rows(adjustments) - _rows(before.adjustments),
        seq=seq,
        segments=len(current.all_segments),
        is_rebuilt=before is not stored and bool(stored.seq),
    )


def has_news(connection: Connection, directory: Path) -> bool:
    """Whether anything was recorded, or a name changed, that the copy does not have; cheap."""
    manifest = read_manifest(Folder(directory).manifest)
    if newest(connection, usage_event) != (manifest.seq, manifest.event_id):
        return True
    if newest(connection, usage_adjustment) != (manifest.adjustment_seq, manifest.adjustment_id):
        return True
    files = {name: snapshot.file for name, snapshot in read_dimensions(connection).items()}
    return files != manifest.dimensions


def _is_whole(folder: Folder, manifest: Manifest) -> bool:
    places = [folder.events / segment.file for segment in manifest.all_segments]
    places += [folder.dimensions / file for file in manifest.dimensions.values()]
    return all(place.is_file() for place in places)


def _is_continued(connection: Connection, manifest: Manifest) -> bool:
    """Whether the event and the adjustment at the watermarks are still those that were copied."""
    return _is_same(connection, usage_event, manifest.seq, manifest.event_id) and _is_same(
        connection, usage_adjustment, manifest.adjustment_seq, manifest.adjustment_id
    )


def _is_same(connection: Connection, recorded: Table, seq: int, row_id: str) -> bool:
    return not seq or connection.execute(select(recorded.c.id).where(recorded.c.seq == seq)).scalar() == row_id


def _append(
    connection: Connection, folder: Folder, before: Sequence[Segment], new: Select[Any], new_rows: int, clock: Clock
) -> Sequence[Segment]:
    """The segments so far and those with the new rows, small ones merged."""
    if not new_rows:
        return before
    kept, merged = split_off_tail(before, new_rows)
    batches = chain(read_segments(folder.events, merged), _fetched(connection, new))
    return [*kept, *write_segments(folder.events, batches, clock)]


def _fetched(connection: Connection, new: Select[Any]) -> Iterator[pa.RecordBatch]:
    result = connection.execution_options(yield_per=FETCHED_ROWS).execute(new)
    for rows in result.partitions():
        yield record_batch(rows)


def _rows(segments: Sequence[Segment]) -> int:
    return sum(segment.rows for segment in segments)


def _write_dimensions(folder: Folder, before: Manifest, dimensions: dict[str, Snapshot]) -> None:
    for name, snapshot in dimensions.items():
        if before.dimensions.get(name) != snapshot.file:
            snapshot.write(folder.dimensions)


def _remove_retired(folder: Folder, manifest: Manifest, clock: Clock) -> None:
    """Remove what no manifest in force or in its grace names, unless somebody is in the middle of a long read."""
    named = manifest.files | manifest.without_removable(clock.now()).retired.keys()
    with folder.unpinned() as is_free:
        if is_free:
            for path in chain(folder.events.iterdir(), folder.dimensions.iterdir()):
                if path.name not in named:
                    path.unlink()
