"""A running Tollbooth: settings, clock, and what reads and writes the books."""

import os
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import timedelta
from functools import cache, partial
from typing import Any, TypeVar

from billing_core.adapters.catalog_files.folder import read_catalog_folder
from billing_core.adapters.database.engine import Database
from billing_core.adapters.database.migrate import is_current
from billing_core.adapters.database.unit_of_work import UnitOfWork
from billing_core.adapters.passwords.argon2id import Argon2idPasswords
from billing_core.adapters.stripe.account import StripeAccount, stripe_account
from billing_core.adapters.stripe.gateway import StripeGateway
from billing_core.adapters.warehouse.measure_lag import measure_lag
from billing_core.adapters.warehouse.sync_warehouse import COPIED, SyncReport, has_news, sync_warehouse
from billing_core.adapters.warehouse.warehouse import Warehouse
from billing_core.domain.clock import Clock, SystemClock
from billing_core.services.catalog.catalog_entries import CatalogSettings
from billing_core.services.catalog.read_catalog import read_catalog
from billing_core.services.charging.admission import Admission
from billing_core.services.charging.group_commit import GroupCommit
from billing_core.services.charging.looks import Looks
from billing_core.services.ledger.seal_ledger import LedgerSealer
from billing_core.services.organizations.key_ring import KeyRing
from billing_core.settings import ROOT, Settings

CATALOG_FOLDER = ROOT / "data" / "catalog"


Part = TypeVar("Part")


class Application:
    """Everything a command, a request or a click works with; its parts are made when they are first asked for."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self.settings = settings
        self.clock = clock
        self._parts: dict[str, Any] = {}
        self._making = threading.RLock()

    @property
    def database(self) -> Database:
        return self._once("database", lambda: Database(self.settings.database))

    @contextmanager
    def read(self, organization_id: str | None = None) -> Generator[UnitOfWork]:
        """A consistent view in which nothing is written; on PostgreSQL only the organization's rows are there."""
        with self.database.read(organization_id) as connection:
            yield UnitOfWork(connection)

    @contextmanager
    def write(self, organization_id: str | None = None) -> Generator[UnitOfWork]:
        """One transaction: all of it happens, or nothing if anything is raised; confined like `read`."""
        with self.database.write(organization_id) as connection:
            uow = UnitOfWork(connection)
            yield uow
            as_of = self.looks.seconds()
        uow.committed()
        self.looks.renew(uow.books.touched, as_of)

    @property
    def charges(self) -> GroupCommit:
        """Charges single events, gathering concurrent callers into one commit."""
        return self._once("charges", lambda: GroupCommit(self.write, self.clock, is_writing=self.database.is_writing))

    @property
    def admission(self) -> Admission:
        """Admits calls in memory, from leases that this process takes."""
        return self._once("admission", lambda: Admission(self.charges, self.clock))

    @property
    def looks(self) -> Looks:
        """Answers questions before a call from books read a moment ago."""
        return self._once("looks", lambda: Looks(self.read, self.clock))

    @property
    def reports(self) -> Warehouse:
        """Answers from the warehouse."""
        return self._once("reports", lambda: Warehouse(self.settings.warehouse_dir, self.database.read, self.clock))

    @property
    def api_keys(self) -> KeyRing:
        """Recognises API keys."""
        return self._once("api_keys", lambda: KeyRing(self.read, self.clock))

    @property
    def passwords(self) -> Argon2idPasswords:
        return self._once("passwords", Argon2idPasswords)

    @property
    def stripe_account(self) -> StripeAccount:
        """Which Stripe the keys open; InvalidInput when they do not fit together."""
        return self._once("stripe_account", lambda: _stripe_account(self.settings))

    @property
    def payments(self) -> StripeGateway:
        """Stripe, or the sandbox when no key is set."""
        return self._once("payments", lambda: StripeGateway(self.stripe_account, self.clock))

    @property
    def catalog_settings(self) -> CatalogSettings:
        """What the catalogue says every new organization begins with."""
        return self._once("catalog_settings", lambda: read_catalog(read_catalog_folder(CATALOG_FOLDER)).settings)

    @property
    def seal_ledger(self) -> LedgerSealer:
        """Seals what was added to the ledger, when called."""
        return self._once("seal_ledger", lambda: LedgerSealer(self.read, self.write, self.clock))

    def sync_warehouse(self) -> SyncReport:
        """Copy what was recorded since the last time into the warehouse."""
        return sync_warehouse(partial(self.database.read_settled, COPIED), self.settings.warehouse_dir, self.clock)

    def has_unsynced_events(self) -> bool:
        """Whether the warehouse is behind; one indexed look."""
        with self.database.read() as connection:
            return has_news(connection, self.settings.warehouse_dir)

    def warehouse_lag(self) -> timedelta:
        """For how long the oldest event that the warehouse does not have has been recorded."""
        with self.database.read() as connection:
            return measure_lag(connection, self.settings.warehouse_dir, self.clock)

    def has_overdue_holds(self) -> bool:
        """Whether the time of an open hold has passed; one indexed look."""
        with self.read() as uow:
            return bool(uow.holds.overdue(self.clock.now(), 1))

    def is_ready(self) -> bool:
        """Whether the database is there with the newest schema."""
        return is_current(self.database)

    def close(self) -> None:
        """Finish what is queued and let go of files and connections."""
        self.admission.close()
        self.charges.close()
        self.database.close()

    def _once(self, name: str, make: Callable[[], Part]) -> Part:
        with self._making:
            if name not in self._parts:
                self._parts[name] = make()
            return self._parts[name]


def _stripe_account(settings: Settings) -> StripeAccount:
    return stripe_account(
        secret_key=settings.stripe_secret_key.get_secret_value(),
        webhook_secret=settings.stripe_webhook_secret.get_secret_value(),
        is_live_allowed=settings.stripe_allow_live,
        sandbox_url=settings.stripe_sandbox_url,
        data_dir=settings.data_dir,
    )


@cache
def application() -> Application:
    """The application of this process, from the environment."""
    return Application(Settings.from_environment(), SystemClock())


_of_parents: list[Application] = []


def _leave_to_parent() -> None:
    """Begin anew in a forked child: it has none of the parent's threads, and must not even close its connections."""
    if application.cache_info().currsize:
        _of_parents.append(application())
        application.cache_clear()


os.register_at_fork(after_in_child=_leave_to_parent)
