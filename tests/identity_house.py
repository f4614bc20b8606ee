"""A small Tollbooth for tests of people and organizations: a real database, a clock that stands still, cheap hashes."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Delete, Row, Select, Update

from billing_core.adapters.database.engine import Database
from billing_core.adapters.database.migrate import migrate
from billing_core.adapters.database.unit_of_work import UnitOfWork
from billing_core.adapters.passwords.argon2id import Argon2idPasswords
from billing_core.domain.catalog import Plan, VersionRecord
from billing_core.domain.clock import SettableClock
from billing_core.domain.identity import Actor, MemberRole, Person, StaffRole
from billing_core.domain.ids import new_id
from billing_core.domain.money import CREDITS, Money
from billing_core.domain.organizations import Organization
from billing_core.domain.plans import PlanTerms, PlanVersion
from billing_core.services.identity.create_staff import create_staff
from billing_core.services.identity.sign_in import sign_in
from billing_core.services.organizations.create_member import create_member
from billing_core.services.organizations.open_organization import open_organization
from tests.databases import a_database_url

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
PASSWORD = "correct horse battery"
ADMIN = Actor("person", "per_admin", "Ada", "127.0.0.1")


def cheap_passwords(passes: int = 1) -> Argon2idPasswords:
    """Argon2id at its least, so that a suite takes no longer for being real."""
    return Argon2idPasswords(passes=passes, memory_kib=8, lanes=1)


def plan_terms(
    price: str, *, year: str | None = None, currency: str = "USD", seats: int = 1, seat_price: str | None = None
) -> PlanTerms:
    return PlanTerms(
        currency=currency,
        price_month=Money.parse(price, currency),
        price_year=Money.parse(year, currency) if year else None,
        seats_included=seats,
        seats_max=None if seat_price else seats,
        seat_price=Money.parse(seat_price, currency) if seat_price else None,
        trial_days=0,
        credits_per_month=Money.zero(CREDITS),
        credit_value=Money.parse("0.01", currency),
    )


class House:
    """What `bootstrap.Application` is to the product, as far as these tests go."""

    def __init__(self, url: str) -> None:
        self.clock = SettableClock(NOON)
        self.passwords = cheap_passwords()
        self.database = Database(url)

    @contextmanager
    def read(self) -> Generator[UnitOfWork]:
        with self.database.read() as connection:
            yield UnitOfWork(connection)

    @contextmanager
    def write(self) -> Generator[UnitOfWork]:
        with self.database.write() as connection:
            yield UnitOfWork(connection)

    def stored(self, what: Select[Any]) -> Sequence[Row[Any]]:
        """What the tables hold, past every store."""
        with self.database.read() as connection:
            return connection.execute(what).all()

    def tamper(self, *changes: Update | Delete) -> None:
        """Change the tables behind the product's back."""
        with self.database.write() as connection:
            for change in changes:
                connection.execute(change)

    def add_plan(self, code: str, terms: PlanTerms, number: int = 1) -> None:
        """Publish a version of a plan, in force from now on."""
        now = self.clock.now()
        record = VersionRecord(
            version=PlanVersion(new_id("plv", now), code, number, terms),
            status="published",
            source="test",
            effective_from=now,
            created_at=now,
            changed_at=now,
            published_at=now,
            published_by="test",
        )
        with self.write() as uow:
            uow.catalog.save_plans([Plan(code=code, name=code, description="", position=1, is_active=True)], now)
            uow.catalog.add_versions([record])

    def organization(self, name: str = "Northwind AI", *, credits: str = "0", time_zone: str = "UTC") -> Organization:
        with self.write() as uow:
            return open_organization(
                uow,
                name=name,
                time_zone=time_zone,
                sign_up_credits=Money.parse(credits, CREDITS),
                actor=ADMIN,
                now=self.clock.now(),
            )

    def member(self, organization: Organization, email: str, role: MemberRole = MemberRole.OWNER) -> Person:
        with self.write() as uow:
            return create_member(
                uow,
                self.passwords,
                organization_id=organization.id,
                email=email,
                name=email.partition("@")[0].title(),
                role=role,
                password=PASSWORD,
                actor=ADMIN,
                now=self.clock.now(),
            ).person

    def staff(self, email: str, role: StaffRole) -> Person:
        with self.write() as uow:
            return create_staff(
                uow,
                self.passwords,
                email=email,
                name=email.partition("@")[0].title(),
                role=role,
                password=PASSWORD,
                actor=ADMIN,
                now=self.clock.now(),
            ).person

    def sign_in(self, email: str, password: str = PASSWORD, *, address: str = "203.0.113.7") -> str:
        return sign_in(
            self,
            self.passwords,
            email=email,
            password=password,
            address=address,
            user_agent="test",
            now=self.clock.now(),
        )


def a_house(folder: Path) -> House:
    """A house of its own, with the plans free, starter and team."""
    return House(a_database_url(folder, _furnish))


def _furnish(url: str) -> None:
    """Made once, since creating tables takes longer than most tests."""
    house = House(url)
    migrate(house.database)
    with house.write() as uow:
        uow.ledger.open_accounts()
    house.add_plan("free", plan_terms("0"))
    house.add_plan("starter", plan_terms("29", year="290"))
    house.add_plan("team", plan_terms("99.99", seats=5, seat_price="19.99"))
    house.database.close()
