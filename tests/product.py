"""The whole product on a database of its own: real catalogue, real SQLite or PostgreSQL, a clock that stands still."""

from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from billing_core.bootstrap import Application, application
from billing_core.bootstrap.initialize import initialize
from billing_core.domain.catalog import VersionRecord
from billing_core.domain.clock import SettableClock
from billing_core.domain.credits import Origin
from billing_core.domain.identity import Actor
from billing_core.domain.ids import new_id
from billing_core.domain.money import CREDITS, Money
from billing_core.domain.plans import PlanTerms, PlanVersion
from billing_core.domain.usage import UsageEvent
from billing_core.services.charging.charge_events import Charged, charge_events
from billing_core.services.charging.ports import ChargeRequest
from billing_core.services.credits.issue_grant import issue_grant
from billing_core.services.credits.top_up_balance import top_up_balance
from billing_core.services.organizations.open_organization import open_organization
from billing_core.services.organizations.subscribe import subscribe
from billing_core.settings import Settings
from tests.databases import a_database_url, drop_database

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
SYSTEM = Actor("system", "test", "Test", "localhost")


class Product(Application):
    """An application with short words for what tests do again and again."""

    clock: SettableClock

    def organization(self, name: str = "Northwind AI", plan: str = "free", *, credits: str = "0") -> str:
        """The id of a new organization with that many credits given for nothing."""
        with self.write() as uow:
            return open_organization(
                uow,
                name=name,
                plan_code=plan,
                sign_up_credits=Money.parse(credits, CREDITS),
                actor=SYSTEM,
                now=self.clock.now(),
            ).id

    def discount(self, organization_id: str, code: str, plan: str = "free") -> None:
        """Give an organization a discount of its plan."""
        with self.write() as uow:
            subscribe(
                uow,
                organization_id=organization_id,
                plan_code=plan,
                discount=code,
                actor=SYSTEM,
                now=self.clock.now(),
            )

    def grant(self, organization_id: str, credits: str, cost: str = "0", **details: object) -> str:
        now = self.clock.now()
        with self.write() as uow:
            return issue_grant(
                uow,
                organization_id=organization_id,
                name="Grant",
                origin=Origin.PURCHASE,
                amount=Money.parse(credits, CREDITS),
                cost=Money.parse(cost, "USD"),
                operation=f"test:{organization_id}:{credits}:{cost}:{details}",
                now=now,
                **details,  # type: ignore[arg-type]
            ).id

    def top_up(self, organization_id: str, amount: str, operation: str = "test") -> None:
        with self.write() as uow:
            top_up_balance(
                uow,
                organization_id=organization_id,
                amount=Money.parse(amount, "USD"),
                operation=operation,
                now=self.clock.now(),
            )

    @property
    def environment(self) -> dict[str, str]:
        """What another process needs to work on the same books."""
        return {"BILLING_DATA_DIR": str(self.settings.data_dir), "DATABASE_URL": self.settings.database}

    def hand_over(self, patch: pytest.MonkeyPatch) -> None:
        """Close it, and let `application()` work on the same books from now on."""
        self.close()
        for name, value in self.environment.items():
            patch.setenv(name, value)
        application.cache_clear()

    def discard(self) -> None:
        """Close it and drop its database at once, where one test makes many."""
        self.close()
        drop_database(self.settings.database)

    def plan(self, terms: PlanTerms, code: str = "free") -> None:
        """Publish terms as the newest version of a plan, in force for whoever subscribes from now on."""
        now = self.clock.now()
        with self.write() as uow:
            number = 1 + max(record.version.number for record in uow.catalog.version_records(code))
            version = PlanVersion(new_id("plv", now), code, number, terms)
            uow.catalog.add_versions([_published(version, now)])

    def charge(self, *events: UsageEvent, admit: bool = True) -> list[Charged]:
        """Charge a batch in one transaction."""
        with self.write() as uow:
            return charge_events(uow, [ChargeRequest(event, admit) for event in events], self.clock)


def a_product(folder: Path) -> Product:
    """A product with the catalogue and the provider prices loaded, and nobody in it."""
    return _product(folder, a_database_url(folder, _initialize))


def _product(folder: Path, url: str) -> Product:
    settings = Settings.model_validate({"data_dir": folder, "database_url": url})
    return Product(settings, SettableClock(NOON))


def _initialize(url: str) -> None:
    """Made once, since the import of prices takes longer than most tests."""
    with TemporaryDirectory() as folder:
        product = _product(Path(folder), url)
        initialize(product, lambda _: None)
        product.close()


def _published(version: PlanVersion, now: datetime) -> VersionRecord:
    return VersionRecord(
        version=version,
        status="published",
        source="test",
        effective_from=now,
        created_at=now,
        changed_at=now,
        published_at=now,
        published_by="Test",
    )
