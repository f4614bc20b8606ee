"""The webhook route: what is proven and new takes effect once; what is not is told why and leaves nothing behind."""

import logging
from collections.abc import Generator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from billing_core.adapters.database.schema.credits import credit_grant
from billing_core.adapters.database.schema.ledger import ledger_entry
from billing_core.adapters.database.schema.stripe import stripe_event
from billing_core.adapters.database.unit_of_work import UnitOfWork
from billing_core.adapters.stripe.account import Backend, StripeAccount
from billing_core.adapters.stripe.gateway import StripeGateway
from billing_core.api.conventions.house import asked_application
from billing_core.api.routers.stripe_webhook import BODY_BYTES_MAX, router
from billing_core.domain.clock import SettableClock
from billing_core.services.purchases.ports import Checkout, PurchaseStatus
from tests.adapters.stripe.deliveries import SECRET, event_body, session_of, signature
from tests.services.purchases.shop import NOON, Shop

ROUTE = "/api/billing/stripe/webhook"


class Application:
    """The parts of the application that the route needs."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.clock: SettableClock = shop.clock
        self.payments = StripeGateway(StripeAccount(Backend.TEST, "sk_test_1", SECRET, None), shop.clock)

    def write(self) -> AbstractContextManager[UnitOfWork]:
        return self.shop.write()


@pytest.fixture
def shop(tmp_path: Path) -> Generator[Shop]:
    shop = Shop(tmp_path)
    yield shop
    shop.database.close()


@pytest.fixture
def client(shop: Shop) -> Generator[TestClient]:
    application = Application(shop)
    api = FastAPI()
    api.include_router(router, prefix="/api")
    api.dependency_overrides[asked_application] = lambda: application
    with TestClient(api, raise_server_exceptions=False) as client:
        yield client


def paid_event(checkout: Checkout, event_id: str = "evt_1") -> bytes:
    return event_body("checkout.session.completed", session_of(checkout), event_id=event_id)


def deliver(client: TestClient, body: bytes):
    return client.post(ROUTE, content=body, headers={"Stripe-Signature": signature(body, NOON)})


def nothing_happened(shop: Shop) -> bool:
    return shop.credits() == "0.00" and not shop.rows(credit_grant) and not shop.rows(stripe_event)


def test_three_deliveries_of_one_payment_are_taken_and_counted_once(client: TestClient, shop: Shop):
    purchase = shop.start()
    body = paid_event(shop.gateway.pay(purchase))

    answers = [deliver(client, body) for _ in range(3)]

    assert [(answer.status_code, answer.json()) for answer in answers] == [(200, {"received": True})] * 3
    assert shop.purchase(purchase).status is PurchaseStatus.PAID
    assert (shop.credits(), len(shop.rows(credit_grant)), len(shop.rows(ledger_entry))) == ("500.00", 1, 1)


@pytest.mark.parametrize(
    ("ahead_seconds", "secret", "reason"),
    [
        (0, "whsec_of_another", "signature_wrong"),
        (-301, SECRET, "signature_old"),
        (301, SECRET, "signature_early"),
    ],
)
def test_a_bad_signature_is_answered_400_with_the_reason(
    client: TestClient, shop: Shop, ahead_seconds: int, secret: str, reason: str
):
    body = paid_event(shop.gateway.pay(shop.start()))
    header = signature(body, NOON, secret=secret, ahead_seconds=ahead_seconds)

    answer = client.post(ROUTE, content=body, headers={"Stripe-Signature": header})

    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert (problem["status"], problem["code"], problem["reason"]) == (400, "webhook_refused", reason)
    assert problem["field"] == "Stripe-Signature"
    assert nothing_happened(shop)


def test_a_missing_signature_is_answered_400_as_missing(client: TestClient, shop: Shop):
    answer = client.post(ROUTE, content=paid_event(shop.gateway.pay(shop.start())))

    assert (answer.status_code, answer.json()["reason"]) == (400, "signature_missing")
    assert nothing_happened(shop)


def test_a_header_that_is_no_ascii_is_a_wrong_signature(client: TestClient, shop: Shop):
    body = paid_event(shop.gateway.pay(shop.start()))
    header = f"t={int(NOON.timestamp())},v1=é".encode("latin-1")

    answer = client.post(ROUTE, content=body, headers=[(b"Stripe-Signature", header)])

    assert (answer.status_code, answer.json()["reason"]) == (400, "signature_wrong")


def test_another_api_version_is_answered_400_so_that_stripe_tries_again(client: TestClient, shop: Shop):
    subject = session_of(shop.gateway.pay(shop.start()))

    answer = deliver(client, event_body("checkout.session.completed", subject, api_version="2020-08-27"))

    assert (answer.status_code, answer.json()["field"]) == (400, "api_version")
    assert nothing_happened(shop)


def test_more_bytes_than_any_event_has_are_not_read(client: TestClient, shop: Shop):
    answer = deliver(client, b"{" * (BODY_BYTES_MAX + 1))

    assert (answer.status_code, answer.json()["reason"]) == (413, "too_long")
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_payment_that_does_not_fit_is_logged_and_not_asked_for_again(
    client: TestClient, shop: Shop, caplog: pytest.LogCaptureFixture
):
    purchase = shop.start()
    body = paid_event(shop.gateway.pay(purchase, amount_minor_units=1))

    with caplog.at_level(logging.ERROR):
        answer = deliver(client, body)

    assert (answer.status_code, answer.json()) == (200, {"received": True})
    assert "evt_1 (checkout.session.completed) needs a person: Purchase" in caplog.text
    assert nothing_happened(shop)

    right = paid_event(shop.gateway.pay(purchase, amount_minor_units=3990))
    assert deliver(client, right).status_code == 200
    assert shop.credits() == "500.00"


def test_when_we_fail_nothing_is_kept_and_the_next_delivery_is_taken(client: TestClient, shop: Shop):
    purchase = shop.start()
    body = paid_event(shop.gateway.pay(purchase))
    with shop.database.write() as connection:
        connection.exec_driver_sql("ALTER TABLE ledger_posting RENAME TO ledger_posting_away")
    assert deliver(client, body).status_code == 500
    assert shop.purchase(purchase) == purchase
    assert nothing_happened(shop)

    with shop.database.write() as connection:
        connection.exec_driver_sql("ALTER TABLE ledger_posting_away RENAME TO ledger_posting")
    assert deliver(client, body).status_code == 200
    assert shop.credits() == "500.00"


def test_events_we_do_not_need_are_taken_and_change_nothing(client: TestClient, shop: Shop):
    answer = deliver(client, event_body("customer.created", {"id": "cus_1", "object": "customer"}))

    assert (answer.status_code, [row["id"] for row in shop.rows(stripe_event)]) == (200, ["evt_1"])
    assert shop.credits() == "0.00"


def test_the_route_is_for_posting_only(client: TestClient):
    assert client.get(ROUTE).status_code == 405
