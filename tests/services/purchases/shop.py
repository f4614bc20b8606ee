"""A shop on a real database that sells 500 credits, with a payment provider that does as it is told."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Table, select

from billing_core.adapters.database.engine import Database
from billing_core.adapters.database.unit_of_work import UnitOfWork
from billing_core.domain.catalog import PackageOffer
from billing_core.domain.clock import SettableClock
from billing_core.domain.credits import CreditPackage
from billing_core.domain.errors import NotFound, ProviderFailure
from billing_core.domain.identity import Actor
from billing_core.domain.money import CREDITS, Money
from billing_core.domain.organizations import Organization
from billing_core.services.purchases.handle_webhook_event import handle_webhook_event
from billing_core.services.purchases.ports import Checkout, DeclinedPayment, DirectPayment, Purchase, WebhookEvent
from billing_core.services.purchases.start_purchase import start_purchase
from tests.databases import a_database_url, migrate_to_newest

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
DANA = Actor("person", "per_dana", "Dana", "127.0.0.1")
RETURN_URL = "http://127.0.0.1:8501/credits?org=northwind"


class FakeGateway:
    """A payment provider in memory: the same purchase gets the same page, and nobody pays unless a test says so."""

    account = "sandbox"

    def __init__(self) -> None:
        self.customers: dict[str, str] = {}
        self.checkouts: dict[str, Checkout] = {}
        # What becomes of a payment with each of the saved payment methods.
        self.payment_methods: dict[str, Any] = {
            "pm_good": {"status": "succeeded"},
            "pm_bad": {"status": "declined", "reason": "insufficient_funds", "message": "Not enough money."},
            "pm_asking": {"status": "requires_action", "reason": "authentication_required"},
            "pm_slow": {"status": "processing"},
        }
        self.payments: dict[str, DirectPayment] = {}
        self.breaks_at: str | None = None

    def ensure_customer(self, organization: Organization, known_id: str | None) -> str:
        self._call("ensure_customer")
        return known_id or self.customers.setdefault(organization.id, f"cus_{organization.id}")

    def create_checkout(
        self, purchase: Purchase, *, customer_id: str, return_url: str, saves_card: bool = False
    ) -> Checkout:
        session_id = f"cs_{purchase.id}"
        opened = Checkout(
            session_id=session_id,
            purchase_id=purchase.id,
            status="open",
            is_paid=False,
            amount_minor_units=purchase.price.minor_units,
            currency=purchase.price.currency,
            payment_intent_id=None,
            url=f"https://pay.example/{session_id}",
        )
        checkout = self.checkouts.setdefault(session_id, opened)
        self._call("create_checkout")
        return checkout

    def retrieve_checkout(self, session_id: str) -> Checkout | None:
        self._call("retrieve_checkout")
        return self.checkouts.get(session_id)

    def check_payment_method(self, payment_method_id: str, customer_id: str) -> None:
        self._call("check_payment_method")
        if payment_method_id not in self.payment_methods:
            raise NotFound("No such payment method.", field="payment_method_id")

    def pay_directly(self, purchase: Purchase, customer_id: str) -> DirectPayment:
        wanted = DirectPayment(
            purchase_id=purchase.id,
            payment_intent_id=f"pi_{purchase.id}",
            amount_minor_units=purchase.price.minor_units,
            currency=purchase.price.currency,
            **self.payment_methods[purchase.payment_method_id or ""],
        )
        payment = self.payments.setdefault(purchase.id, wanted)
        self._call("pay_directly")
        return payment

    def find_direct_payment(self, purchase: Purchase, customer_id: str) -> DirectPayment | None:
        self._call("find_direct_payment")
        return self.payments.get(purchase.id)

    def verify_webhook(self, body: bytes, signature: str) -> WebhookEvent:
        raise NotImplementedError

    def pay(self, purchase: Purchase, **changes: Any) -> Checkout:
        """The customer pays on the page."""
        return self.set(purchase, status="complete", is_paid=True, payment_intent_id="pi_1", url=None, **changes)

    def set(self, purchase: Purchase, **changes: Any) -> Checkout:
        session_id = f"cs_{purchase.id}"
        self.checkouts[session_id] = replace(self.checkouts[session_id], **changes)
        return self.checkouts[session_id]

    def _call(self, name: str) -> None:
        if self.breaks_at == name:
            raise ProviderFailure(f"The provider broke at {name}. Nothing was charged.")


class Shop:
    """What `bootstrap.Application` is to the product, as far as buying goes."""

    def __init__(self, folder: Path) -> None:
        self.clock = SettableClock(NOON)
        self.gateway = FakeGateway()
        self.database = Database(a_database_url(folder, migrate_to_newest))
        self._numbers = count(1)
        package = CreditPackage(
            id="pkg_medium",
            code="medium",
            name="Medium",
            credits=Money.parse("500", CREDITS),
            price=Money.parse("39.90", "USD"),
            valid_months=12,
        )
        with self.write() as uow:
            uow.ledger.open_accounts()
            uow.catalog.add_package_offers([PackageOffer(package=package, effective_from=NOON, is_active=True)])
        self.northwind = self.organization("Northwind AI")

    @contextmanager
    def write(self) -> Generator[UnitOfWork]:
        with self.database.write() as connection:
            yield UnitOfWork(connection)

    @contextmanager
    def read(self) -> Generator[UnitOfWork]:
        with self.database.read() as connection:
            yield UnitOfWork(connection)

    def organization(self, name: str, currency: str = "USD") -> Organization:
        organization = Organization(
            id=f"org_{name.split()[0].lower()}",
            name=name,
            currency=currency,
            time_zone=ZoneInfo("UTC"),
            is_demo=False,
            created_at=NOON,
        )
        with self.write() as uow:
            uow.organizations.add_organization(organization)
            uow.credits.open_wallets(organization.id, currency)
        return organization

    def start(self, **changes: Any) -> Purchase:
        """Dana of Northwind presses the button of the medium package."""
        wanted: dict[str, Any] = {"organization_id": self.northwind.id, "package_code": "medium", **changes}
        return start_purchase(
            self.write, self.gateway, requested_by=DANA, return_url=RETURN_URL, clock=self.clock, **wanted
        )

    def purchase(self, purchase: Purchase) -> Purchase:
        """The purchase as it is now."""
        with self.read() as uow:
            found = uow.purchases.purchase(purchase.id)
        assert found is not None
        return found

    def event(
        self, subject: Checkout | DeclinedPayment | DirectPayment | None, event_type: str = "checkout.session.completed"
    ) -> WebhookEvent:
        """A new event of the provider about something."""
        return WebhookEvent(id=f"evt_{next(self._numbers)}", type=event_type, object_id="obj_1", subject=subject)

    def deliver(self, event: WebhookEvent) -> bool:
        """Deliver an event, in a transaction of its own."""
        with self.write() as uow:
            return handle_webhook_event(uow, event, self.clock.now())

    def credits(self, organization: Organization | None = None) -> str:
        """How many credits the organization has."""
        with self.read() as uow:
            return uow.credits.wallet((organization or self.northwind).id, CREDITS).posted.decimal_text

    def rows(self, table: Table) -> list[dict[str, Any]]:
        with self.database.read() as connection:
            return [dict(row) for row in connection.execute(select(table)).mappings()]
