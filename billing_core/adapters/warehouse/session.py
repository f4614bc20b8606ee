"""One question's view of the copy: the segments of one manifest, seen through a connection of its own."""

from collections.abc import Generator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

import duckdb
import ibis
import pyarrow as pa
import pyarrow.parquet as pq

from billing_core.adapters.warehouse.event_columns import EVENT_SCHEMA
from billing_core.adapters.warehouse.expressions import TABLE, Expression
from billing_core.adapters.warehouse.folder import Folder
from billing_core.adapters.warehouse.manifest import Manifest, read_manifest

BATCH_ROWS = 20_000


class Session:
    """Runs expressions over the events of `manifest`; names come from the snapshots of the same moment."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection, folder: Folder, manifest: Manifest) -> None:
        self._cursor = cursor
        self._backend = ibis.duckdb.from_connection(cursor)
        self.manifest = manifest
        self.currencies = manifest.currencies
        self._folder = folder

    def rows(self, expression: Expression) -> list[dict[str, Any]]:
        """The result, whole numbers as integers however large their sums."""
        return self._backend.to_pyarrow(expression).to_pylist()

    def batches(self, expression: Expression) -> pa.RecordBatchReader:
        """The result in batches, read while they are asked for."""
        # Ibis 12 asks DuckDB 2 for batches by a method that is gone, so the expression is handed over as SQL.
        relation = self._cursor.sql(self._backend.compile(expression))
        return relation.to_arrow_reader(BATCH_ROWS)

    def dimension(self, name: str) -> list[dict[str, str | None]]:
        """The rows of a snapshot, ordered by id."""
        file = self.manifest.dimensions.get(name)
        return _read_dimension(self._folder.dimensions / file) if file else []

    def names(self, name: str) -> dict[str, str]:
        """What people call each id of a snapshot."""
        return {row["id"] or "": row["name"] or "" for row in self.dimension(name)}


# A file is named after its content, so what was read once stays true.
@lru_cache(maxsize=32)
def _read_dimension(path: Path) -> list[dict[str, str | None]]:
    return pq.read_table(path).to_pylist()


def open_engine(folder: Folder) -> duckdb.DuckDBPyConnection:
    """A DuckDB that keeps nothing, never calls out for extensions, and spills large sorts into the folder."""
    return duckdb.connect(
        ":memory:",
        config={
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "temp_directory": str(folder.root / "spill"),
        },
    )


@contextmanager
def open_session(engine: duckdb.DuckDBPyConnection, folder: Folder) -> Generator[Session]:
    """A session on the manifest that is in force now."""
    manifest = read_manifest(folder.manifest)
    with engine.cursor() as cursor:
        _show_events(cursor, folder, manifest)
        yield Session(cursor, folder, manifest)


def _show_events(cursor: duckdb.DuckDBPyConnection, folder: Folder, manifest: Manifest) -> None:
    if not manifest.all_segments:
        cursor.register(TABLE, EVENT_SCHEMA.empty_table())
        return
    files = [str(folder.events / segment.file) for segment in manifest.all_segments]
    cursor.execute("SET VARIABLE files = ?", [files])
    cursor.execute("CREATE TEMP VIEW usage_event AS SELECT * FROM read_parquet(getvariable('files'))")
