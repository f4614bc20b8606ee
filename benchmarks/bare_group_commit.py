"""The peer of charging: a group commit by hand, three statements a charge, without prices, plans, grants or alerts."""

import queue
import sqlite3
import threading
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.bare_inserts import bare_database

BATCH_MAX = 256
SCHEMA = """
CREATE TABLE event (id INTEGER PRIMARY KEY, organization TEXT, event_id TEXT, price INTEGER,
    UNIQUE (organization, event_id)) STRICT;
CREATE TABLE wallet (organization TEXT PRIMARY KEY, posted INTEGER CHECK (posted >= 0)) STRICT, WITHOUT ROWID;
CREATE TABLE posting (event_id TEXT PRIMARY KEY, organization TEXT, amount INTEGER) STRICT, WITHOUT ROWID;
INSERT INTO wallet VALUES ('org', 1000000000000000000);
"""


@dataclass(frozen=True, slots=True)
class _Waiting:
    event_id: str
    done: "Future[None]" = field(default_factory=Future[None])


class BareGroupCommit:
    """One writer thread; a caller returns after the commit that holds its charge."""

    def __init__(self, path: Path) -> None:
        self._connection: sqlite3.Connection = bare_database(path)
        self._connection.executescript(SCHEMA)
        self._queue: queue.Queue[_Waiting | None] = queue.Queue()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def charge(self, event_id: str) -> None:
        """Record an event, take its price from the wallet, post it."""
        waiting = _Waiting(event_id)
        self._queue.put(waiting)
        waiting.done.result()

    def close(self) -> None:
        self._queue.put(None)
        self._thread.join()
        self._connection.close()

    def _run(self) -> None:
        while (first := self._queue.get()) is not None:
            batch = [first]
            while len(batch) < BATCH_MAX and not self._queue.empty():
                waiting = self._queue.get()
                if waiting is None:
                    self._queue.put(None)
                    break
                batch.append(waiting)
            self._commit(batch)

    def _commit(self, batch: list[_Waiting]) -> None:
        execute = self._connection.execute
        execute("BEGIN IMMEDIATE")
        for waiting in batch:
            execute("INSERT INTO event (organization, event_id, price) VALUES ('org', ?, 2000)", (waiting.event_id,))
            execute("UPDATE wallet SET posted = posted - 2000 WHERE organization = 'org'")
            execute("INSERT INTO posting VALUES (?, 'org', 2000)", (waiting.event_id,))
        execute("COMMIT")
        for waiting in batch:
            waiting.done.set_result(None)
