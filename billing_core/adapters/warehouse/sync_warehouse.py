"""Bringing the copy up to date: incremental, exactly once, whatever is interrupted and by whomever."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

import pyarrow as pa
from sqlalchemy import Connection, select

from billing_core.adapters.database.schema.usage import usage_event
from billing_core.adapters.warehouse.event_columns import newest_event, record_batch, recorded_events
from billing_core.adapters.warehouse.folder import Folder
from billing_core.adapters.warehouse.manifest import Manifest, Segment, read_manifest, replace_manifest
from billing_core.adapters.warehouse.snapshot_dimensions import Snapshot, read_dimensions
from billing_core.adapters.warehouse.write_segments import read_segments, split_off_tail, write_segments
from billing_core.domain.clock import Clock

ReadTransaction = Callable[[], AbstractContextManager[Connection]]
FETCHED_ROWS = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncReport:
    """What a sync did: events copied, the newest `seq` in the copy, segments in force, and whether it began anew."""

    new_events: int
    seq: int
    segments: int
    is_rebuilt: bool


def sync_warehouse(read: ReadTransaction, directory: Path, clock: Clock) -> SyncReport:
    """Copy what was recorded since the last time into the warehouse at `directory`.

    `read` opens a consistent snapshot of the system of record, in which `seq` is the order of commits. New files are
    written first; replacing the manifest, which holds the watermark, makes them count. So a crash at any point loses
    nothing and doubles nothing. A copy of another database, in another format, or with files missing is made anew.
    """
    folder = Folder(directory)
    with folder.sync_turn():
        stored = read_manifest(folder.manifest)
        with read() as connection:
            before = stored if _is_whole(folder, stored) and _is_continued(connection, stored) else stored.emptied()
            seq, event_id = newest_event(connection)
            dimensions = read_dimensions(connection)
            segments = _append_events(connection, folder, before, seq, clock)
        _write_dimensions(folder, before, dimensions)
        current = replace(
            before,
            seq=seq,
            event_id=event_id,
            segments=tuple(segments),
            dimensions={name: snapshot.file for name, snapshot in dimensions.items()},
        )
        if current != stored:
            current = current.after(stored, clock.now())
            replace_manifest(folder.manifest, current)
        _remove_retired(folder, current, clock)
    return SyncReport(
        new_events=sum(segment.rows for segment in segments) - sum(segment.rows for segment in before.segments),
        seq=seq,
        segments=len(segments),
        is_rebuilt=before is not stored and bool(stored.seq),
    )


def has_news(connection: Connection, directory: Path) -> bool:
    """Whether anything was recorded, or a name changed, that the copy does not have; cheap."""
    manifest = read_manifest(Folder(directory).manifest)
    if newest_event(connection) != (manifest.seq, manifest.event_id):
        return True
    files = {name: snapshot.file for name, snapshot in read_dimensions(connection).items()}
    return files != manifest.dimensions


def _is_whole(folder: Folder, manifest: Manifest) -> bool:
    places = [folder.events / segment.file for segment in manifest.segments]
    places += [folder.dimensions / file for file in manifest.dimensions.values()]
    return all(place.is_file() for place in places)


def _is_continued(connection: Connection, manifest: Manifest) -> bool:
    """Whether the event at the watermark is still the one that was copied."""
    if not manifest.seq:
        return True
    event_id = connection.execute(select(usage_event.c.id).where(usage_event.c.seq == manifest.seq)).scalar()
    return event_id == manifest.event_id


def _append_events(
    connection: Connection, folder: Folder, before: Manifest, seq: int, clock: Clock
) -> Sequence[Segment]:
    if seq == before.seq:
        return before.segments
    kept, merged = split_off_tail(before.segments, seq - before.seq)
    batches = chain(read_segments(folder.events, merged), _new_events(connection, before.seq, seq))
    return [*kept, *write_segments(folder.events, batches, clock)]


def _new_events(connection: Connection, after_seq: int, until_seq: int) -> Iterator[pa.RecordBatch]:
    result = connection.execution_options(yield_per=FETCHED_ROWS).execute(recorded_events(after_seq, until_seq))
    for rows in result.partitions():
        yield record_batch(rows)


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
