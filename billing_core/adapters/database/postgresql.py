"""PostgreSQL: what a DATABASE_URL may say, and the pool of connections it opens."""

import ssl
from collections.abc import Callable
from typing import Any, cast

from sqlalchemy import URL, Engine, create_engine
from sqlalchemy.exc import DBAPIError

from billing_core.adapters.database.pg8000_connection import Pg8000Connection
from billing_core.domain.errors import InvalidInput, ProviderFailure

PORT = 5432
CONNECTIONS_KEPT = 8
CONNECTIONS_MAX = 32
CONNECT_SECONDS_MAX = 10
IDLE_SECONDS_MAX = 1800  # firewalls on the way forget a connection that is quiet for longer

# Compiling a statement takes longer than ours run, and random pages cost no more than others without turning disks.
PLANNING = "SET jit = off; SET random_page_cost = 1.1"
# A process that is stopped in the middle of a transaction must not keep its locks for ever.
PATIENCE = "SET idle_in_transaction_session_timeout = '5min'"


class DatabaseUnreachable(ProviderFailure):
    """The database does not answer, or the connection was lost within a transaction."""

    code = "database_unreachable"


def postgresql_engine(url: URL) -> Engine:
    """An engine on a URL `postgresql://user:password@host:port/database`; InvalidInput for what it cannot say.

    `?host=/folder` names the folder of a Unix socket, `?sslmode=` is disable, prefer (the default), require or
    verify-full, and `?sslrootcert=` the file of the authority to trust.
    """
    return create_engine(
        url.set(drivername="postgresql+pg8000", query={}),
        creator=_connect(_arguments(url)),
        paramstyle="numeric_dollar",
        pool_size=CONNECTIONS_KEPT,
        max_overflow=CONNECTIONS_MAX - CONNECTIONS_KEPT,
        pool_recycle=IDLE_SECONDS_MAX,
        pool_use_lifo=True,
    )


def reason(error: Exception) -> str:
    """Why the server or the way to it failed, in one sentence."""
    origin = error.orig if isinstance(error, DBAPIError) else error
    said: Any = origin.args[0] if origin is not None and origin.args else origin
    return str(cast("dict[str, str]", said).get("M") if isinstance(said, dict) else said)


def _connect(arguments: dict[str, Any]) -> Callable[[], Pg8000Connection]:
    def connect() -> Pg8000Connection:
        connection = Pg8000Connection(**arguments, timeout=CONNECT_SECONDS_MAX)
        connection.wait_without_limit()
        connection.execute_simple(f"{PLANNING}; {PATIENCE}")
        return connection

    return connect


def _arguments(url: URL) -> dict[str, Any]:
    query = dict(url.query)
    folder_or_host = query.pop("host", None) or url.host or "localhost"
    mode, authority = query.pop("sslmode", "prefer"), query.pop("sslrootcert", None)
    name = query.pop("application_name", "tollbooth")
    if query:
        raise InvalidInput(
            f"DATABASE_URL: {', '.join(query)} cannot be set; host, sslmode, sslrootcert and application_name can.",
            field="DATABASE_URL",
        )
    if not url.username or not url.database:
        raise InvalidInput(
            "DATABASE_URL names no user or no database; it is written postgresql://user:password@host:5432/database.",
            field="DATABASE_URL",
        )
    place = _place(str(folder_or_host), url.port or PORT)
    return {
        "user": url.username,
        "password": url.password or "",
        "database": url.database,
        "application_name": name,
        "ssl_context": False if "unix_sock" in place else _ssl_context(str(mode), authority),
        **place,
    }


def _place(folder_or_host: str, port: int) -> dict[str, Any]:
    if folder_or_host.startswith("/"):
        return {"unix_sock": f"{folder_or_host}/.s.PGSQL.{port}"}
    return {"host": folder_or_host, "port": port}


def _ssl_context(mode: str, authority: Any) -> ssl.SSLContext | bool | None:
    """What pg8000 takes: a context, False for no encryption, None for encryption where the server offers it."""
    if mode in {"disable", "prefer"}:
        return False if mode == "disable" else None
    try:
        context = ssl.create_default_context(cafile=authority)
    except OSError as error:
        raise InvalidInput(f"DATABASE_URL: sslrootcert {authority}: {error}.", field="DATABASE_URL") from error
    if mode == "require":
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    elif mode != "verify-full":
        raise InvalidInput(
            f"DATABASE_URL: sslmode is {mode!r}; it may be disable, prefer, require or verify-full.",
            field="DATABASE_URL",
        )
    return context
