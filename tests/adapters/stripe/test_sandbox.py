"""Buying credits from the embedded Stripe, over HTTP with the official SDK, and held against Stripe's contract."""

import socket

import httpx
import pytest

from billing_core.adapters.database.schema.credits import credit_grant
from billing_core.adapters.database.schema.ledger import ledger_entry
from billing_core.adapters.database.schema.stripe import stripe_object
from billing_core.adapters.stripe.account import StripeAccount
from billing_core.adapters.stripe.gateway import StripeGateway
from billing_core.domain.errors import ProviderFailure
from billing_core.services.purchases.ports import PurchaseStatus
from billing_core.services.purchases.reconcile_purchases import reconcile_purchases
from stripe_sandbox.contract.traffic import check_exchange
from tests.adapters.stripe.market import Market
from tests.services.purchases.shop import RETURN_URL


def test_declined_once_paid_once_and_told_three_times_is_500_credits(market: Market):
    purchase = market.start()
    assert (str(purchase.price), purchase.status) == ("39.90 USD", PurchaseStatus.PENDING)

    market.press(purchase, "decline")
    market.deliverer.run_pending()
    assert market.shop.purchase(purchase).status is PurchaseStatus.DECLINED
    assert market.shop.credits() == "0.00"

    leaving = market.press(purchase, "pay")
    assert leaving.headers["location"] == f"{RETURN_URL}&session_id={purchase.checkout_session_id}"
    assert market.shop.credits() == "0.00", "the way back fulfils nothing"
    market.deliverer.run_pending()

    [completed] = market.events("checkout.session.completed")
    for _ in range(2):
        market.deliverer.resend(completed)
        assert market.deliverer.run_pending() == 1
    paid = market.shop.purchase(purchase)
    assert paid.status is PurchaseStatus.PAID
    assert (paid.payment_intent_id or "").startswith("pi_")
    assert market.shop.credits() == "500.00"
    assert len(market.shop.rows(credit_grant)) == len(market.shop.rows(ledger_entry)) == 1


def test_duplicates_in_the_wrong_order_change_nothing(market: Market):
    market.deliverer.duplicates = market.deliverer.out_of_order = True
    purchase = market.start()
    market.press(purchase, "decline")
    market.press(purchase, "authenticate")
    with httpx.Client(trust_env=False) as browser:
        browser.post(f"{purchase.checkout_url}/authenticate", data={"choice": "complete"})

    market.deliverer.run_pending()

    assert market.shop.purchase(purchase).status is PurchaseStatus.PAID
    assert (market.shop.credits(), len(market.shop.rows(credit_grant))) == ("500.00", 1)


def test_a_retry_opens_the_same_page_and_buyers_are_one_customer(market: Market):
    purchase = market.start("pur_1")
    with market.shop.database.write() as connection:  # as if we had ended before noting the page
        connection.exec_driver_sql("UPDATE credit_purchase SET checkout_session_id = NULL, checkout_url = NULL")

    assert market.start("pur_1") == purchase
    assert market.start().checkout_session_id != purchase.checkout_session_id

    assert len(market.shop.rows(stripe_object)) == 1


def test_a_customer_that_stripe_has_forgotten_is_made_again(market: Market):
    market.start()
    with market.write() as uow:
        uow.purchases.set_provider_id("customer:sandbox", "org_northwind", "cus_forgotten", market.clock.now())

    assert market.start().checkout_url

    [row] = market.shop.rows(stripe_object)
    assert row["stripe_id"] != "cus_forgotten"


def test_a_payment_without_webhooks_is_found_by_asking(market: Market):
    paid, left = market.start(), market.start()
    market.press(paid, "pay")
    market.clock.advance(minutes=11)

    assert reconcile_purchases(market.write, market.payments, market.clock) == 1
    assert market.shop.purchase(paid).status is PurchaseStatus.PAID
    assert market.shop.purchase(left).status is PurchaseStatus.PENDING

    market.clock.advance(days=1)
    assert reconcile_purchases(market.write, market.payments, market.clock) == 1
    assert market.shop.purchase(left).status is PurchaseStatus.EXPIRED
    assert market.shop.credits() == "500.00"


def test_a_checkout_that_stripe_does_not_know_is_none(market: Market):
    assert market.payments.retrieve_checkout("cs_test_unknown") is None


def test_what_we_ask_of_stripe_and_what_it_answers_keep_to_its_contract(market: Market):
    purchase = market.start()
    market.start()
    market.press(purchase, "pay")
    market.payments.retrieve_checkout(purchase.checkout_session_id or "")
    market.server.stop()  # an exchange is on record once its answer has been sent to the end

    asked = [
        (exchange.method, exchange.path.split("/cs_")[0].split("/cus_")[0]) for exchange in market.sandbox.exchanges
    ]
    assert set(asked) == {
        ("POST", "/v1/customers"),
        ("GET", "/v1/customers"),
        ("POST", "/v1/checkout/sessions"),
        ("GET", "/v1/checkout/sessions"),
    }
    assert [problem for exchange in market.sandbox.exchanges for problem in check_exchange(exchange)] == []


def test_a_proxy_in_the_environment_is_not_asked_for_this_machine(market: Market, monkeypatch: pytest.MonkeyPatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")

    assert market.start().checkout_url


def test_a_stripe_that_cannot_be_reached_charges_nothing_and_says_so(market: Market):
    with socket.create_server(("127.0.0.1", 0)) as closing:
        address = f"http://127.0.0.1:{closing.getsockname()[1]}"
    account = StripeAccount(market.account.backend, market.account.secret_key, "whsec_1", address)
    market.payments = StripeGateway(account, market.clock, retries_max=0)

    with pytest.raises(
        ProviderFailure, match=r"could not be reached .* while making the customer. Nothing was charged"
    ):
        market.start()


def test_a_key_that_stripe_refuses_is_named_and_not_shown(market: Market):
    account = StripeAccount(market.account.backend, "sk_test_of_another", "whsec_1", market.account.api_url)
    market.payments = StripeGateway(account, market.clock)

    with pytest.raises(ProviderFailure, match=r"refused the secret key \(check STRIPE_SECRET_KEY\)") as caught:
        market.start()

    assert caught.value.details["http_status"] == 401
    assert "of_another" not in caught.value.message


def test_the_same_key_for_another_price_is_refused_with_stripes_reason(market: Market):
    purchase = market.start()
    customer_id = market.payments.ensure_customer(market.shop.northwind, None)

    with pytest.raises(ProviderFailure, match=r"Stripe refused the request .* while opening the payment page"):
        market.payments.create_checkout(purchase, customer_id=customer_id, return_url="http://127.0.0.1/elsewhere")
