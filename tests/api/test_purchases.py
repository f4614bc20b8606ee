"""Credits are bought over HTTP: on the embedded Stripe's page, or with a saved payment method."""

from collections.abc import Iterator
from typing import Any

import pytest

from billing_core.domain.organizations import ApiScope
from tests.api.conftest import Api
from tests.api.embedded_stripe import EmbeddedStripe, without_stripe
from tests.product import Product

BUY = "/api/billing/purchase-credits"
PAYMENTS = "/api/billing/payments"
RETURN_URL = "https://app.example.com/billing?tab=credits"


@pytest.fixture
def embedded(product: Product, api: Api) -> Iterator[EmbeddedStripe]:
    embedded = EmbeddedStripe(product)
    yield embedded
    assert embedded.stop() == []


def credits(api: Api) -> str:
    return api.get("/api/credits/balance").json()["available"]["amount"]


def latest(api: Api) -> dict[str, Any]:
    return api.get(PAYMENTS).json()["data"][0]


def test_packages_are_for_everybody_to_see(api: Api) -> None:
    answer = api.as_(None).get("/api/billing/credit-packages")
    small, medium, *_ = answer.json()["data"]
    assert (small["code"], medium["code"], medium["valid_months"]) == ("small", "medium", 12)
    assert (medium["price"], medium["price_per_credit"]["amount"]) == ({"amount": "39.90", "currency": "USD"}, "0.0798")
    again = api.get("/api/billing/credit-packages", headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304


def test_plans_are_listed_here_as_elsewhere(api: Api) -> None:
    assert api.as_(None).get("/api/billing/plans").json() == api.get("/api/v1/billing/plans").json()


def test_a_package_is_paid_on_a_page_and_its_credits_come_with_the_webhook(api: Api, embedded: EmbeddedStripe) -> None:
    answer = api.post(BUY, json={"package_id": "medium", "return_url": RETURN_URL})
    bought = answer.json()
    assert (answer.status_code, bought["status"], bought["credits"]["amount"]) == (201, "pending", "500.00")
    assert latest(api) | {"id": "", "created_at": ""} == {
        "id": "",
        "kind": "credit_purchase",
        "status": "pending",
        "amount": {"amount": "39.90", "currency": "USD"},
        "description": "500 credits",
        "credits": {"amount": "500.00", "currency": "CREDITS"},
        "grant_id": None,
        "requested_by": latest(api)["requested_by"],
        "payment_method": "checkout",
        "payment_method_id": None,
        "failure_code": None,
        "failure_message": None,
        "stripe_payment_intent_id": None,
        "stripe_checkout_session_id": bought["stripe_checkout_session_id"],
        "created_at": "",
        "paid_at": None,
    }
    session = embedded.client.v1.checkout.sessions.retrieve(bought["stripe_checkout_session_id"])
    assert session.cancel_url == RETURN_URL
    embedded.press(bought["url"], "pay")
    paid = latest(api)
    assert (credits(api), paid["status"], paid["paid_at"]) == ("515.00", "succeeded", "2026-11-20T12:00:00Z")
    assert paid["stripe_payment_intent_id"].startswith("pi_")


def test_a_package_may_be_named_by_its_id(api: Api, embedded: EmbeddedStripe) -> None:
    small, *_ = api.get("/api/billing/credit-packages").json()["data"]
    assert api.post(BUY, json={"package_id": small["id"]}).json()["package"] == small["name"]


def test_a_saved_payment_method_is_charged_at_once(api: Api, northwind: str, embedded: EmbeddedStripe) -> None:
    card = embedded.save_card(northwind, "pm_card_visa")
    bought = api.post(BUY, json={"package_id": "medium", "payment_method_id": card}).json()
    assert (bought["status"], bought["url"], credits(api)) == ("succeeded", None, "515.00")
    assert bought["grant_id"] == latest(api)["grant_id"] is not None
    embedded.deliverer.run_pending()
    assert credits(api) == "515.00", "the webhooks of the payment give nothing more"
    assert (latest(api)["payment_method"], latest(api)["payment_method_id"]) == ("card", card)


def test_a_declined_card_is_a_failed_purchase_with_its_reason(
    api: Api, northwind: str, embedded: EmbeddedStripe
) -> None:
    card = embedded.save_card(northwind, "pm_card_chargeCustomerFail")
    answer = api.post(BUY, json={"package_id": "medium", "payment_method_id": card})
    failed = answer.json()
    assert (answer.status_code, failed["status"], failed["failure_code"]) == (201, "failed", "generic_decline")
    assert failed["failure_message"] == "Your card was declined."
    embedded.deliverer.run_pending()
    assert (latest(api)["status"], latest(api)["failure_code"], credits(api)) == ("failed", "generic_decline", "15.00")


def test_a_card_whose_bank_asks_for_the_customer_is_paid_on_a_page(
    api: Api, northwind: str, embedded: EmbeddedStripe
) -> None:
    card = embedded.save_card(northwind, "pm_card_authenticationRequired")
    asked = api.post(BUY, json={"package_id": "medium", "payment_method_id": card}).json()
    assert (asked["status"], credits(api)) == ("requires_action", "15.00")
    embedded.deliverer.run_pending()
    assert latest(api)["status"] == "pending", "the try that failed closes nothing"
    embedded.press(asked["url"], "pay")
    assert (latest(api)["status"], credits(api)) == ("succeeded", "515.00")


def test_under_one_key_a_package_is_bought_once(
    api: Api, product: Product, northwind: str, embedded: EmbeddedStripe
) -> None:
    wanted = {"package_id": "medium", "payment_method_id": embedded.save_card(northwind, "pm_card_visa")}
    first = api.post(BUY, json=wanted, headers={"Idempotency-Key": "order-7"}).json()
    with product.write() as uow:
        uow.answers.forget(product.clock.now().replace(year=9999))  # as if the answer had been lost
    again = api.post(BUY, json=wanted, headers={"Idempotency-Key": "order-7"}).json()
    assert (again["id"], again["status"], credits(api)) == (first["id"], "succeeded", "515.00")
    assert len(embedded.client.v1.payment_intents.list().data) == 1


def test_payment_methods_of_others_are_not_there(
    api: Api, product: Product, northwind: str, embedded: EmbeddedStripe
) -> None:
    theirs = embedded.save_card(product.organization("Contoso Labs"), "pm_card_visa")
    embedded.save_card(northwind, "pm_card_visa")
    titles: set[str] = set()
    for payment_method_id in (theirs, "pm_none"):
        answer = api.post(BUY, json={"package_id": "medium", "payment_method_id": payment_method_id})
        assert (answer.status_code, answer.json()["field"]) == (404, "payment_method_id")
        titles.add(answer.json()["title"].replace(payment_method_id, ""))
    assert (len(titles), api.get(PAYMENTS).json()["data"]) == (1, [])


@pytest.mark.parametrize(
    ("sent", "status", "field"),
    [
        ({"package_id": "enormous"}, 404, "package_id"),
        ({}, 422, "package_id"),
        ({"package_id": "medium", "return_url": "javascript:alert(1)"}, 422, "return_url"),
        ({"package_id": "medium", "payment_method_id": "4242424242424242"}, 422, "payment_method_id"),
        ({"package_id": "medium", "payment_method_id": "pm_1"}, 404, "payment_method_id"),
        ({"package_id": "medium", "amount": 1}, 422, "amount"),
    ],
)
def test_what_cannot_be_bought_is_named(api: Api, sent: dict[str, object], status: int, field: str) -> None:
    answer = api.post(BUY, json=sent)
    assert (answer.status_code, answer.json()["field"]) == (status, field)


def test_without_stripe_nothing_is_bought_and_the_purchase_can_be_continued(api: Api, product: Product) -> None:
    without_stripe(product)
    headers = {"Idempotency-Key": "order-7"}
    answer = api.post(BUY, json={"package_id": "medium"}, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (502, "provider_failure")
    assert [payment["status"] for payment in api.get(PAYMENTS).json()["data"]] == ["pending"]
    assert api.post(BUY, json={"package_id": "medium"}, headers=headers).status_code == 502
    assert len(api.get(PAYMENTS).json()["data"]) == 1


def test_a_key_that_may_only_read_buys_nothing(api: Api, northwind: str) -> None:
    answer = api.as_(api.key(northwind, ApiScope.READ)).post(BUY, json={"package_id": "medium"})
    assert (answer.status_code, answer.json()["permission"]) == (403, "buy_credits")
