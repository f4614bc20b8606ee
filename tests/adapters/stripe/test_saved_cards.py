"""Automatic top-ups at the embedded Stripe, over HTTP with the official SDK, and held against Stripe's contract."""

from datetime import timedelta

import httpx
import pytest
import stripe

from billing_core.adapters.stripe.account import StripeAccount
from billing_core.adapters.stripe.gateway import StripeGateway
from billing_core.domain.errors import ProviderFailure
from billing_core.domain.money import Money
from billing_core.domain.top_up import TopUp, TopUpState
from billing_core.services.top_up.run_top_ups import NO_CARD, RETRY_AFTER, run_top_ups
from billing_core.services.top_up.set_top_up import set_top_up
from stripe_sandbox.contract.traffic import check_exchange
from tests.adapters.stripe.market import Market
from tests.builders import usd
from tests.services.purchases.shop import DANA


@pytest.fixture
def watched(market: Market) -> Market:
    """Northwind tops up by $25 below $10, and has nothing."""
    with market.write() as uow:
        set_top_up(
            uow,
            organization_id=market.shop.northwind.id,
            threshold=usd("10"),
            amount=usd("25"),
            daily_cap=usd("1000"),
            cool_off=timedelta(0),
            is_enabled=True,
            actor=DANA,
            now=market.clock.now(),
        )
    return market


def sdk(market: Market) -> stripe.StripeClient:
    """The SDK, to do what a person does in Stripe's own pages."""
    return stripe.StripeClient(market.account.secret_key, base_addresses={"api": market.account.api_url or ""})


def save_card(market: Market, card: str) -> str:
    """The id of Northwind's customer at Stripe, for whom a test card is saved."""
    customer_id = market.payments.ensure_customer(market.shop.northwind, None)
    sdk(market).v1.payment_methods.attach(card, {"customer": customer_id})
    with market.write() as uow:
        kind = f"customer:{market.payments.account}"
        uow.purchases.set_provider_id(kind, market.shop.northwind.id, customer_id, market.clock.now())
    return customer_id


def latest(market: Market) -> TopUp:
    with market.shop.read() as uow:
        return uow.top_ups.latest(market.shop.northwind.id, 1)[0]


def balance(market: Market) -> Money:
    with market.shop.read() as uow:
        return uow.credits.wallet(market.shop.northwind.id, "USD").posted


def run(market: Market) -> int:
    return run_top_ups(market.write, market.payments, market.clock)


def test_the_card_of_a_purchase_is_saved_and_charged_when_the_balance_is_low(watched: Market):
    purchase = watched.start()
    watched.press(purchase, "pay")

    assert run(watched) == 1

    done = latest(watched)
    assert (done.state, balance(watched)) == (TopUpState.SUCCEEDED, usd("25"))
    assert (done.payment_intent_id or "").startswith("pi_")
    watched.deliverer.run_pending()
    assert balance(watched) == usd("25"), "the webhooks of the payment book nothing more"
    watched.server.stop()  # an exchange is on record once its answer has been sent to the end
    assert [problem for exchange in watched.sandbox.exchanges for problem in check_exchange(exchange)] == []


def test_without_automatic_top_ups_no_card_is_saved(market: Market):
    purchase = market.start()
    market.press(purchase, "pay")
    with market.shop.read() as uow:
        customer_id = uow.purchases.provider_id(f"customer:{market.payments.account}", market.shop.northwind.id)
    assert sdk(market).v1.customers.payment_methods.list(customer_id or "").data == []


@pytest.mark.parametrize(
    ("card", "reason"),
    [
        ("pm_card_chargeCustomerFail", "generic_decline"),
        ("pm_card_authenticationRequired", "authentication_required"),
    ],
)
def test_a_decline_is_noted_with_stripes_code(watched: Market, card: str, reason: str):
    save_card(watched, card)

    assert run(watched) == 1

    declined = latest(watched)
    assert (declined.state, declined.reason) == (TopUpState.DECLINED, reason)
    assert (declined.payment_intent_id or "").startswith("pi_")
    assert balance(watched) == usd("0")


def test_a_customer_without_a_card_is_a_decline_of_our_own(watched: Market):
    customer_id = watched.payments.ensure_customer(watched.shop.northwind, None)
    payment = watched.payments.charge_saved_card(a_top_up(watched), customer_id)
    assert (payment.status, payment.reason) == ("declined", NO_CARD)
    assert watched.payments.charge_saved_card(a_top_up(watched), "cus_forgotten").reason == NO_CARD
    assert watched.payments.find_payment(a_top_up(watched), "cus_forgotten") is None


def a_top_up(market: Market, top_up_id: str = "top_1", amount: str = "25") -> TopUp:
    return TopUp(
        id=top_up_id,
        organization_id=market.shop.northwind.id,
        state=TopUpState.PENDING,
        amount=usd(amount),
        created_at=market.clock.now(),
    )


def test_what_stripe_will_never_charge_is_a_decline(watched: Market):
    customer_id = save_card(watched, "pm_card_visa")
    payment = watched.payments.charge_saved_card(a_top_up(watched, amount="0.10"), customer_id)
    assert (payment.status, payment.reason) == ("declined", "amount_too_small")


def test_a_payment_is_found_again_by_its_top_up_when_its_key_is_forgotten(watched: Market):
    customer_id = save_card(watched, "pm_card_visa")
    with watched.write() as uow:
        uow.top_ups.begin(a_top_up(watched))
        assert uow.top_ups.claim(a_top_up(watched), customer_id, watched.clock.now(), watched.clock.now())
    paid = watched.payments.charge_saved_card(a_top_up(watched), customer_id)  # and the process dies
    assert watched.payments.find_payment(a_top_up(watched), customer_id) == paid
    assert watched.payments.find_payment(a_top_up(watched, "top_2"), customer_id) is None

    watched.clock.advance(days=2)
    assert run(watched) == 1

    assert balance(watched) == usd("25")
    assert len(sdk(watched).v1.charges.list({"customer": customer_id}).data) == 1


def test_a_stripe_that_cannot_be_reached_leaves_the_top_up_for_later(watched: Market, caplog: pytest.LogCaptureFixture):
    save_card(watched, "pm_card_visa")
    reachable = watched.payments
    nowhere = StripeAccount(watched.account.backend, watched.account.secret_key, "whsec_1", "http://127.0.0.1:9")
    watched.payments = StripeGateway(nowhere, watched.clock, retries_max=0)
    with pytest.raises(ProviderFailure):
        watched.payments.find_payment(a_top_up(watched), "cus_1")
    assert run(watched) == 0
    assert latest(watched).state is TopUpState.PENDING
    watched.payments = reachable
    watched.clock.advance(seconds=RETRY_AFTER.total_seconds())
    assert run(watched) == 1
    assert balance(watched) == usd("25")


def test_a_second_press_on_the_payment_page_needs_no_second_card(watched: Market):
    purchase = watched.start()
    watched.press(purchase, "authenticate")
    with httpx.Client(trust_env=False) as browser:
        browser.post(f"{purchase.checkout_url}/authenticate", data={"choice": "complete"})
    assert run(watched) == 1
    assert latest(watched).reason == "authentication_required"
