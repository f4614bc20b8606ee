"""The ceiling of loading: the very rows the product recorded, inserted by sqlite3 alone, nothing decided or checked."""

import sqlite3
from contextlib import closing
from pathlib import Path

from benchmarks.measure import seconds_of

PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "cache_size=-65536")


def bare_insert_seconds(recorded: Path, target: Path, rows_per_commit: int) -> tuple[int, float]:
    """Rows of `usage_event` and the time of inserting them again, with the unique index on their identity."""
    with closing(sqlite3.connect(recorded)) as source, closing(bare_database(target)) as bare:
        columns = [(name, kind) for _, name, kind, *_ in source.execute("PRAGMA table_info(usage_event)")]
        declared = ", ".join(f"{name} {kind}" + " PRIMARY KEY" * (name == "seq") for name, kind in columns)
        bare.execute(f"CREATE TABLE usage_event ({declared}, UNIQUE (organization_id, source, event_id)) STRICT")
        insert = f"INSERT INTO usage_event VALUES ({', '.join('?' * len(columns))})"  # noqa: S608 - question marks only
        cursor = source.execute("SELECT * FROM usage_event ORDER BY seq")
        count, seconds = 0, 0.0
        while rows := cursor.fetchmany(rows_per_commit):
            seconds += seconds_of(lambda rows=rows: _insert(bare, insert, rows))
            count += len(rows)
    return count, seconds


def bare_database(path: Path) -> sqlite3.Connection:
    """A connection as durable as the product's, without anything around it."""
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
    return connection


def _insert(connection: sqlite3.Connection, statement: str, rows: list[tuple[object, ...]]) -> None:
    connection.execute("BEGIN IMMEDIATE")
    connection.executemany(statement, rows)
    connection.execute("COMMIT")
