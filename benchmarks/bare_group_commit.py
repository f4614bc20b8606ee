"""The peer of charging: a group commit by hand, three statements a charge, without prices, plans, grants or alerts."""

import asyncio
import sqlite3
import threading
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Union

from benchmarks.bare_inserts import bare_database

BATCH_MAX = 256
SCHEMA = """
CREATE TABLE event (id INTEGER PRIMARY KEY, organization TEXT, event_id TEXT, price INTEGER,
    UNIQUE (organization, event_id)) STRICT;
CREATE TABLE wallet (organization TEXT PRIMARY KEY, posted INTEGER CHECK (posted >= 0)) STRICT, WITHOUT ROWID;
CREATE TABLE posting (event_id TEXT PRIMARY KEY, organization TEXT, amount INTEGER) STRICT, WITHOUT ROWID;
INSERT INTO wallet VALUES ('org', 1000000000000000000);
"""

Done = Union["threading.Lock", asyncio.Future[None]]


class BareGroupCommit:
    """One writer thread; a caller returns after the commit that holds its charge."""

    def __init__(self, path: Path) -> None:
        self._connection: sqlite3.Connection = bare_database(path)
        self._connection.executescript(SCHEMA)
        self._queue: SimpleQueue[tuple[str, Done] | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def charge(self, event_id: str) -> None:
        """Record an event, take its price from the wallet, post it."""
        done = threading.Lock()
        done.acquire()
        self._queue.put((event_id, done))
        done.acquire()

    async def charge_async(self, event_id: str) -> None:
        """The same for a task."""
        done = asyncio.get_running_loop().create_future()
        self._queue.put((event_id, done))
        await done

    def close(self) -> None:
        self._queue.put(None)
        self._thread.join()
        self._connection.close()

    def _run(self) -> None:
        while (first := self._queue.get()) is not None:
            batch = [first]
            while len(batch) < BATCH_MAX:
                try:
                    waiting = self._queue.get_nowait()
                except Empty:
                    break
                if waiting is None:
                    self._queue.put(None)
                    break
                batch.append(waiting)
            self._commit([event_id for event_id, _ in batch])
            _answer([done for _, done in batch])

    def _commit(self, event_ids: list[str]) -> None:
        execute = self._connection.execute
        execute("BEGIN IMMEDIATE")
        for event_id in event_ids:
            execute("INSERT INTO event (organization, event_id, price) VALUES ('org', ?, 2000)", (event_id,))
            execute("UPDATE wallet SET posted = posted - 2000 WHERE organization = 'org'")
            execute("INSERT INTO posting VALUES (?, 'org', 2000)", (event_id,))
        execute("COMMIT")


def _answer(waiting: list[Done]) -> None:
    futures: list[asyncio.Future[None]] = []
    for done in waiting:
        if isinstance(done, asyncio.Future):
            futures.append(done)
        else:
            done.release()
    if futures:
        futures[0].get_loop().call_soon_threadsafe(_resolve, futures)


def _resolve(futures: list[asyncio.Future[None]]) -> None:
    for future in futures:
        future.set_result(None)
