"""Opening the database: durable SQLite with one writer at a time, or PostgreSQL."""

import fcntl
import sqlite3
import threading
from collections.abc import Generator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.pool import ConnectionPoolEntry

SQLITE_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "busy_timeout=30000",
    "cache_size=-65536",
    "temp_store=MEMORY",
)


class Database:
    """A database and its two kinds of transaction: any number of readers, one writer at a time on SQLite.

    SQLite's own waiting starves some processes for seconds, so writers queue: the threads of a process behind a
    lock, processes behind a locked file beside the database.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self._is_sqlite = make_url(url).get_backend_name() == "sqlite"
        self.engine = _sqlite_engine(url) if self._is_sqlite else create_engine(url)
        path = make_url(url).database or ""
        self._turn: AbstractContextManager[Any] = _Turn(Path(f"{path}.writer")) if self._is_sqlite else nullcontext()

    @contextmanager
    def read(self) -> Generator[Connection]:
        """A consistent snapshot; nothing may be written."""
        with self.engine.connect() as connection:
            if self._is_sqlite:
                connection.exec_driver_sql("BEGIN")
            yield connection
            connection.rollback()

    @contextmanager
    def write(self) -> Generator[Connection]:
        """One transaction that commits at the end, or leaves no trace if anything was raised."""
        with self._turn, self.engine.begin() as connection:
            if self._is_sqlite:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            yield connection

    def close(self) -> None:
        self.engine.dispose()


class _Turn:
    """The right to write, held by one thread of one process."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._threads = threading.Lock()
        self._holder: int | None = None

    def __enter__(self) -> None:
        if self._holder == threading.get_ident():
            raise RuntimeError("A write inside a write would wait for itself; use the unit of work that is open.")
        self._threads.acquire()
        try:
            self._file = self._path.open("ab")
            fcntl.flock(self._file, fcntl.LOCK_EX)
        except BaseException:
            self._threads.release()
            raise
        self._holder = threading.get_ident()

    def __exit__(self, *_: object) -> None:
        self._holder = None
        fcntl.flock(self._file, fcntl.LOCK_UN)  # closing alone leaves it with a child forked in the meantime
        self._file.close()
        self._threads.release()


def _sqlite_engine(url: str) -> Engine:
    Path(make_url(url).database or "").parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, connect_args={"check_same_thread": False, "timeout": 30})

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _: ConnectionPoolEntry) -> None:  # pyright: ignore[reportUnusedFunction]
        # The driver's own BEGIN is deferred: a reader that turns writer would fail instead of waiting its turn.
        connection.isolation_level = None
        for pragma in SQLITE_PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")

    return engine
