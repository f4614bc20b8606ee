"""Durable SQLite with one writer at a time."""

import fcntl
import sqlite3
import threading
from pathlib import Path

from sqlalchemy import URL, Engine, create_engine, event
from sqlalchemy.pool import ConnectionPoolEntry

PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "busy_timeout=30000",
    "cache_size=-65536",
    "temp_store=MEMORY",
)


class Turn:
    """The right to write, held by one thread of one process.

    SQLite's own waiting starves some processes for seconds, so writers queue: the threads of a process behind a
    lock, processes behind a locked file beside the database.
    """

    def __init__(self, url: URL) -> None:
        self._path = Path(f"{url.database}.writer")
        self._threads = threading.Lock()

    def __enter__(self) -> None:
        self._threads.acquire()
        try:
            self._file = self._path.open("ab")
            fcntl.flock(self._file, fcntl.LOCK_EX)
        except BaseException:
            self._threads.release()
            raise

    def __exit__(self, *_: object) -> None:
        fcntl.flock(self._file, fcntl.LOCK_UN)  # closing alone leaves it with a child forked in the meantime
        self._file.close()
        self._threads.release()


def sqlite_engine(url: URL) -> Engine:
    """An engine on the file of the URL; its folder is made when it is not there."""
    Path(url.database or "").parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, connect_args={"check_same_thread": False, "timeout": 30})

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _: ConnectionPoolEntry) -> None:  # pyright: ignore[reportUnusedFunction]
        # The driver's own BEGIN is deferred: a reader that turns writer would fail instead of waiting its turn.
        connection.isolation_level = None
        for pragma in PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")

    return engine
