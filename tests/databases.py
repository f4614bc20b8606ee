"""Which database a test works on, SQLite or PostgreSQL: prepared once a process, copied for every test."""

import os
from collections import defaultdict
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from pg8000 import InterfaceError
from sqlalchemy import Connection, Engine, event, make_url

from billing_core.adapters.database.engine import Database
from billing_core.adapters.database.migrate import migrate
from billing_core.adapters.database.pg8000_connection import Pg8000Connection
from tests.postgresql_server import shared_server

SQLITE, POSTGRESQL = "sqlite", "postgresql"
ON_BOTH = (
    "tests/adapters/database",
    "tests/api/test_billing_customer.py",
    "tests/api/test_credits_transactions.py",
    "tests/api/test_payments.py",
    "tests/safety",
    "tests/services/adjustments",
    "tests/services/alerts",
    "tests/services/charging",
    "tests/services/credits",
    "tests/services/ledger",
    "tests/services/limits",
    "tests/services/organizations",
    "tests/services/purchases",
    "tests/services/verification",
)
_kinds: list[str] = []
_made: list[str] = []
_connections: defaultdict[str, set[Pg8000Connection]] = defaultdict(set)


@event.listens_for(Engine, "engine_connect")
def _remember(connection: Connection) -> None:
    """So that a product nobody closed leaves no open socket behind when its database goes."""
    driver_connection = connection.connection.dbapi_connection
    if isinstance(driver_connection, Pg8000Connection):
        _connections[connection.engine.url.database or ""].add(driver_connection)


def kinds(path: Path) -> tuple[str, ...]:
    """What a module runs on: what it is named for, else TOLLBOOTH_TEST_DATABASE, else both if it is about the books."""
    for kind in (SQLITE, POSTGRESQL):
        if path.name.startswith(f"test_{kind}"):
            return (kind,)
    chosen = os.environ.get("TOLLBOOTH_TEST_DATABASE", "")
    if chosen:
        return (chosen,)
    is_on_both = any(path.is_relative_to(Path(__file__).parents[1] / suite) for suite in ON_BOTH)
    return (SQLITE, POSTGRESQL) if is_on_both else (SQLITE,)


@contextmanager
def working_on(kind: str) -> Generator[None]:
    """New databases are of this kind, and are gone afterwards."""
    if kind not in (SQLITE, POSTGRESQL):
        raise ValueError(f"TOLLBOOTH_TEST_DATABASE is {kind!r}; it may be {SQLITE} or {POSTGRESQL}.")
    _kinds.append(kind)
    with gone_afterwards():
        yield
    _kinds.pop()


@contextmanager
def gone_afterwards() -> Generator[None]:
    """Drop what is made meanwhile on PostgreSQL; the files of SQLite lie in the folders of the tests."""
    before = len(_made)
    yield
    for url in _made[before:]:
        drop_database(url)


def is_on_postgresql() -> bool:
    """Whether new databases are on PostgreSQL."""
    return bool(_kinds) and _kinds[-1] == POSTGRESQL


def a_database_url(folder: Path, prepare: Callable[[str], None]) -> str:
    """The URL of a new database as `prepare` leaves one, to which it is given the URL of an empty one."""
    if is_on_postgresql():
        server = shared_server()
        url = server.url(server.create(_template(prepare)))
        _made.append(url)
        return url
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "billing.sqlite").write_bytes(_file(prepare))
    return f"sqlite:///{folder / 'billing.sqlite'}"


def leave_empty(url: str) -> None:
    """Prepare a database without a single table."""


def migrate_to_newest(url: str) -> None:
    """What most databases are prepared with: every table, and nothing in it."""
    database = Database(url)
    migrate(database)
    database.close()


def drop_database(url: str) -> None:
    """Drop a database on PostgreSQL, if it is still there."""
    if url in _made:
        _made.remove(url)
        name = make_url(url).database or ""
        for connection in _connections.pop(name, ()):
            with suppress(InterfaceError):  # it was closed as it should be
                connection.close()
        shared_server().drop(name)


@cache
def _template(prepare: Callable[[str], None]) -> str:
    server = shared_server()
    name = server.create()
    prepare(server.url(name))
    return name


@cache
def _file(prepare: Callable[[str], None]) -> bytes:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "billing.sqlite"
        prepare(f"sqlite:///{file}")
        database = Database(f"sqlite:///{file}")
        with database.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        database.close()
        return file.read_bytes()
