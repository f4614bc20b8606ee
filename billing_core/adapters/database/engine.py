"""Opening the database: SQLite, or PostgreSQL, and the two kinds of transaction on it."""

import threading
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager, nullcontext

from sqlalchemy import Connection, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from billing_core.adapters.database.postgresql import DatabaseUnreachable, postgresql_engine, reason
from billing_core.adapters.database.settled import SETTLED, wait_until_settled
from billing_core.adapters.database.sqlite import Turn, sqlite_engine
from billing_core.domain.errors import InvalidInput

CONFINED_TO = "confined_to"  # option of a connection, which says the organization
CONFINE = "SELECT set_config('role', 'tollbooth_confined', true), set_config('tollbooth.organization', $1, true)"


class Database:
    """A database and its two kinds of transaction: any number of readers, one writer at a time on SQLite.

    On PostgreSQL writers run at once and take row locks in one order. A transaction may be confined to one
    organization: the row-level security of PostgreSQL then hides the rows of all others. SQLite has none.
    """

    def __init__(self, url: str) -> None:
        try:
            parsed = make_url(url)
        except ArgumentError as error:
            raise InvalidInput("DATABASE_URL is no URL of a database.", field="DATABASE_URL") from error
        self.url = url
        self._address = parsed.render_as_string(hide_password=True)
        self.is_postgresql = parsed.drivername in {"postgresql", "postgres"}
        if not self.is_postgresql and parsed.drivername != "sqlite":
            raise InvalidInput(
                f"DATABASE_URL begins with {parsed.drivername}://; it may begin with postgresql:// or sqlite:///.",
                field="DATABASE_URL",
            )
        self.engine = postgresql_engine(parsed) if self.is_postgresql else sqlite_engine(parsed)
        self._turn = nullcontext() if self.is_postgresql else Turn(parsed)
        self._writing = threading.local()

    @contextmanager
    def read(self, organization_id: str | None = None) -> Generator[Connection]:
        """A consistent snapshot, of one organization if asked for; nothing may be written."""
        begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" if self.is_postgresql else "BEGIN"
        with self._transaction(begin, organization_id) as connection:
            yield connection
            connection.rollback()

    @contextmanager
    def read_settled(self, tables: Sequence[str]) -> Generator[Connection]:
        """`read` for those who follow the `seq` of these tables: `settled_seq` says how far they may go."""
        settled: Mapping[str, int] = {}
        if self.is_postgresql:
            with self._transaction("BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY", None) as connection:
                settled = wait_until_settled(connection, tables)
                connection.rollback()
        with self.read() as connection:
            connection.execution_options(**{SETTLED: settled})
            yield connection

    @contextmanager
    def write(self, organization_id: str | None = None) -> Generator[Connection]:
        """One transaction that commits at the end, or leaves no trace if anything was raised.

        DatabaseUnreachable when the connection was lost. If that happened at the very end it may have been
        committed all the same: try again with the same keys of operations and identities of events.
        """
        if self.is_writing():
            raise RuntimeError("A write inside a write would wait for itself; use the unit of work that is open.")
        begin = "BEGIN ISOLATION LEVEL READ COMMITTED" if self.is_postgresql else "BEGIN IMMEDIATE"
        with self._turn:
            self._writing.is_open = True
            try:
                with self._transaction(begin, organization_id) as connection:
                    yield connection
                    connection.commit()
            finally:
                self._writing.is_open = False

    def is_writing(self) -> bool:
        """Whether this thread has a write open: it must not wait for another writer, who may wait for it."""
        return getattr(self._writing, "is_open", False)

    def close(self) -> None:
        self.engine.dispose()

    @contextmanager
    def _transaction(self, begin: str, organization_id: str | None) -> Generator[Connection]:
        try:
            with self._begun(begin) as connection:
                if organization_id is not None and self.is_postgresql:
                    connection.execution_options(**{CONFINED_TO: organization_id})
                    connection.exec_driver_sql(CONFINE, (organization_id,))
                yield connection
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise
            raise DatabaseUnreachable(f"The connection to {self._address} was lost: {reason(error)}") from error

    def _begun(self, begin: str, *, is_second_try: bool = False) -> Connection:
        """A connection in a transaction; one that was lost while nobody used it is replaced."""
        connection = self._connected()
        try:
            connection.exec_driver_sql(begin)
            return connection
        except DBAPIError as error:
            connection.close()
            if is_second_try or not error.connection_invalidated:
                raise
        except BaseException:
            connection.close()
            raise
        return self._begun(begin, is_second_try=True)

    def _connected(self) -> Connection:
        try:
            return self.engine.connect()
        except (DBAPIError, OSError) as error:
            if not self.is_postgresql:
                raise
            raise DatabaseUnreachable(f"{self._address} cannot be opened: {reason(error)}") from error
