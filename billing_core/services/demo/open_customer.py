"""Open a customer of the demo data as any customer is opened: plan, sign-up bonus, departments and people."""

import secrets
from datetime import datetime, timedelta

from billing_core.domain.identity import Actor
from billing_core.services.catalog.catalog_entries import CatalogSettings
from billing_core.services.demo.accounts import ACCOUNTS, PASSWORD
from billing_core.services.demo.customer import Colleague, Customer
from billing_core.services.demo.deal_events import Desk, Tenant
from billing_core.services.demo.ports import DemoUnit
from billing_core.services.identity.create_staff import create_staff
from billing_core.services.identity.ports import Passwords
from billing_core.services.organizations.create_department import create_department
from billing_core.services.organizations.create_member import create_member
from billing_core.services.organizations.open_organization import open_organization
from billing_core.services.organizations.subscribe import subscribe

ACTOR = Actor("system", "demo", "Demo data", "localhost")
SEATS_CHOSEN_AFTER = timedelta(minutes=20)
_ACCOUNTS = {(account.organization, account.name): account for account in ACCOUNTS}


class DemoPasswords:
    """Hashes each password once: a slow hash for every invented person would take longer than their calls."""

    def __init__(self, passwords: Passwords) -> None:
        self._passwords = passwords
        self._hashes: dict[str, str] = {}
        self.of_nobody = secrets.token_urlsafe()

    def hash(self, password: str) -> str:
        if password not in self._hashes:
            self._hashes[password] = self._passwords.hash(password)
        return self._hashes[password]

    def verify(self, password: str, password_hash: str | None) -> bool:
        return self._passwords.verify(password, password_hash)

    def is_outdated(self, password_hash: str) -> bool:
        return self._passwords.is_outdated(password_hash)


def open_staff(uow: DemoUnit, passwords: DemoPasswords, opened_at: datetime) -> None:
    """The people who run the product."""
    for account in ACCOUNTS:
        if account.staff_role is not None:
            create_staff(
                uow,
                passwords,
                email=account.email,
                name=account.name,
                role=account.staff_role,
                password=PASSWORD,
                actor=ACTOR,
                now=opened_at,
            )


def open_customer(
    uow: DemoUnit, passwords: DemoPasswords, customer: Customer, settings: CatalogSettings, opened_at: datetime
) -> Tenant:
    """The customer with everybody at their desks; only the people of ACCOUNTS can sign in."""
    organization = open_organization(
        uow,
        name=customer.name,
        plan_code=customer.plan_code,
        time_zone=customer.time_zone,
        is_demo=True,
        sign_up_credits=settings.sign_up_credits,
        sign_up_valid_days=settings.sign_up_valid_days,
        actor=ACTOR,
        now=opened_at,
    )
    if customer.seats is not None:
        subscribe(
            uow,
            organization_id=organization.id,
            plan_code=customer.plan_code,
            seats=customer.seats,
            actor=ACTOR,
            now=opened_at + SEATS_CHOSEN_AFTER,
        )
    departments = {
        name: create_department(uow, organization_id=organization.id, name=name, actor=ACTOR, now=opened_at).id
        for name in dict.fromkeys(colleague.department for colleague in customer.people)
    }
    desks = [
        _seat(uow, passwords, customer, colleague, organization.id, departments[colleague.department], opened_at)
        for colleague in customer.people
    ]
    return Tenant(customer, organization.id, opened_at, desks)


def _seat(
    uow: DemoUnit,
    passwords: DemoPasswords,
    customer: Customer,
    colleague: Colleague,
    organization_id: str,
    department_id: str,
    now: datetime,
) -> Desk:
    account = _ACCOUNTS.get((customer.name, colleague.name))
    made = create_member(
        uow,
        passwords,
        organization_id=organization_id,
        email=account.email if account else f"{'.'.join(colleague.name.lower().split())}@{customer.domain}",
        name=colleague.name,
        role=colleague.role,
        department_id=department_id,
        password=PASSWORD if account else passwords.of_nobody,
        actor=ACTOR,
        now=now,
    )
    return Desk(made.member.id, department_id, colleague.busyness)
