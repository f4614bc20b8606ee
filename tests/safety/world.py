"""Where sequences of operations happen: a database with the small catalogue, and two processes that share it."""

from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

from billing_core.adapters.database.migrate import migrate
from billing_core.bootstrap import Application
from billing_core.bootstrap.self_audit import audit_copy, audit_record
from billing_core.domain.clock import SettableClock
from billing_core.services.catalog.load_catalog import load_catalog
from billing_core.settings import Settings
from tests.databases import a_database_url, drop_database
from tests.product import NOON, Product
from tests.safety.catalogue import files

SEQUENCES_PER_WORLD = 10  # so that what one audit reads stays little


class World:
    """A database and two processes on it, each with its own copy of the books in memory."""

    def __init__(self, folder: Path) -> None:
        url = a_database_url(folder, prepare)
        self.clock = SettableClock(NOON)
        settings = Settings.model_validate({"data_dir": folder, "database_url": url})
        self.processes = (Product(settings, self.clock), Product(settings, self.clock))
        self.sequences = 0

    def findings(self) -> list[str]:
        """What the self-audit has to say of the books."""
        return [f"{found.invariant}: {found.row}: {found.problem}" for found in audit_record(self.processes[0])]

    def close(self) -> None:
        """Let go of everything; AssertionError when the copy for reports is not what the books are."""
        try:
            assert list(audit_copy(self.processes[0])) == []
        finally:
            self._drop()

    def _drop(self) -> None:
        for process in self.processes:
            Application.close(process)
        drop_database(self.processes[0].settings.database)


class Worlds:
    """A new world every few sequences."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = count(1)
        self._world: World | None = None
        self.sequences = 0

    def next(self) -> World:
        """The world of the next sequence."""
        if self._world is not None and self._world.sequences == SEQUENCES_PER_WORLD:
            self.close()
        if self._world is None:
            self._world = World(self._folder / str(next(self._numbers)))
        self._world.sequences += 1
        self.sequences += 1
        return self._world

    def close(self) -> None:
        if self._world is not None:
            self._world.close()
        self._world = None


@contextmanager
def worlds(folder: Path) -> Generator[Worlds]:
    """Worlds in a folder, the last of which is closed at the end."""
    made = Worlds(folder)
    try:
        yield made
    finally:
        made.close()


def prepare(url: str) -> None:
    """Every table, the chart of accounts, and the small catalogue."""
    with TemporaryDirectory() as folder:
        settings = Settings.model_validate({"data_dir": Path(folder), "database_url": url})
        application = Application(settings, SettableClock(datetime(2026, 1, 2, tzinfo=UTC)))
        migrate(application.database)
        with application.write() as uow:
            uow.ledger.open_accounts()
        with application.write() as uow:
            load_catalog(uow, files(), application.clock.now())
        application.close()
