"""One SQLite file that holds everything: resources as JSON, idempotent answers, and webhooks still to be delivered."""

import json
import secrets
import sqlite3
import string
import threading
import time
import weakref
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from stripe_sandbox.errors import no_such

Resource: TypeAlias = dict[str, Any]  # as in the API; keys that begin with "_" stay inside
Clock: TypeAlias = Callable[[], float]  # seconds since 1970

_VERSION = 1
_SCHEMA = f"""
BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS resources (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    object TEXT NOT NULL,
    body TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS resources_by_object ON resources (object, seq);
CREATE INDEX IF NOT EXISTS resources_open_sessions ON resources (json_extract(body, '$.expires_at'))
    WHERE object = 'checkout.session' AND json_extract(body, '$.status') = 'open';
CREATE TABLE IF NOT EXISTS idempotent_answers (
    key TEXT PRIMARY KEY,
    path TEXT NOT NULL,
    params TEXT NOT NULL,
    answer TEXT NOT NULL,
    created REAL NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS deliveries (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    event TEXT NOT NULL,
    endpoint TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pending', 'delivered', 'failed', 'cancelled')),
    queued REAL NOT NULL,
    due REAL NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS deliveries_pending ON deliveries (due, seq) WHERE state = 'pending';
CREATE INDEX IF NOT EXISTS deliveries_by_event ON deliveries (event);
CREATE TABLE IF NOT EXISTS delivery_attempts (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    delivery INTEGER NOT NULL REFERENCES deliveries,
    at REAL NOT NULL,
    status INTEGER,
    outcome TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS delivery_attempts_by_delivery ON delivery_attempts (delivery);
PRAGMA user_version = {_VERSION};
COMMIT;
"""
_ALPHABET = string.ascii_letters + string.digits


def new_id(prefix: str, length: int = 24) -> str:
    """`{prefix}_` and letters and digits nobody can guess."""
    return f"{prefix}_{''.join(secrets.choice(_ALPHABET) for _ in range(length))}"


def public(resource: Resource) -> Resource:
    """A resource as the API shows it."""
    return {name: value for name, value in resource.items() if not name.startswith("_")}


@dataclass(frozen=True)
class Transaction:
    """The resources within one database transaction; everything done through it is kept together or not at all."""

    connection: sqlite3.Connection
    at: float
    request_id: str | None
    idempotency_key: str | None

    @property
    def now(self) -> int:
        """The instant of the whole transaction, in seconds since 1970."""
        return int(self.at)

    def add(self, resource: Resource) -> None:
        """Keep a new resource."""
        self.connection.execute(
            "INSERT INTO resources (id, object, body) VALUES (?, ?, ?)",
            (resource["id"], resource["object"], json.dumps(resource)),
        )

    def save(self, resource: Resource) -> None:
        """Keep a resource as it is now."""
        self.connection.execute("UPDATE resources SET body = ? WHERE id = ?", (json.dumps(resource), resource["id"]))

    def remove(self, resource: Resource) -> None:
        """Forget a resource."""
        self.connection.execute("DELETE FROM resources WHERE id = ?", (resource["id"],))

    def find(self, object_id: str) -> Resource | None:
        """The resource with this id, of whatever kind."""
        row = self.connection.execute("SELECT body FROM resources WHERE id = ?", (object_id,)).fetchone()
        return json.loads(row[0]) if row else None

    def get(self, object_name: str, object_id: str, param: str = "id") -> Resource:
        """The resource of this kind and id. Raises `resource_missing` naming the parameter it came from."""
        resource = self.find(object_id)
        if resource is None or resource["object"] != object_name:
            raise no_such(object_name, object_id, param)
        return resource

    def all(self, object_name: str, **values: Any) -> list[Resource]:
        """Every resource of a kind whose fields have these values, oldest first."""
        conditions = {f"json_extract(body, '$.{name}') = ?": value for name, value in values.items()}
        return list(reversed(self.select(object_name, conditions)))

    def select(
        self, object_name: str, conditions: Mapping[str, Any], limit: int = -1, order: str = "DESC"
    ) -> list[Resource]:
        """Resources of a kind that meet SQL conditions with one value each, in order of creation."""
        where = " AND ".join(["object = ?", *conditions])
        rows = self.connection.execute(
            f"SELECT body FROM resources WHERE {where} ORDER BY seq {order} LIMIT ?",  # noqa: S608 - conditions are ours
            (object_name, *conditions.values(), limit),
        )
        return [json.loads(body) for (body,) in rows]


class Store:
    """Opens transactions on the file, one at a time in this process; other processes wait for the file's own lock."""

    def __init__(self, path: Path, clock: Clock = time.time) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._clock = clock
        self._turn = threading.Lock()
        self._connection = sqlite3.connect(path, timeout=30, isolation_level=None, check_same_thread=False)
        weakref.finalize(self, self._connection.close)
        self._prepare(path)

    def _prepare(self, path: Path) -> None:
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = FULL")
        (version,) = self._connection.execute("PRAGMA user_version").fetchone()
        if version not in (0, _VERSION):
            raise RuntimeError(f"{path} was written by version {version} of the embedded Stripe; move it away.")
        self._connection.executescript(_SCHEMA)

    @contextmanager
    def transaction(
        self, request_id: str | None = None, idempotency_key: str | None = None
    ) -> Generator[Transaction, None, None]:
        """Commits at the end, or rolls back when something is raised."""
        with self._turn:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield Transaction(self._connection, self._clock(), request_id, idempotency_key)
                self._connection.execute("COMMIT")
            finally:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
