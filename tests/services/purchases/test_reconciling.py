"""Lost webhooks lose no money: purchases that wait are asked about."""

import logging

import pytest

from billing_core.adapters.database.schema.credits import credit_grant, credit_purchase
from billing_core.domain.errors import ProviderFailure
from billing_core.services.purchases.ports import DeclinedPayment, PurchaseStatus
from billing_core.services.purchases.reconcile_purchases import reconcile_purchases
from tests.services.purchases.shop import Shop


def reconcile(shop: Shop) -> int:
    return reconcile_purchases(shop.write, shop.gateway, shop.clock)


def test_a_payment_whose_webhook_was_lost_is_found_and_counts_once(shop: Shop):
    purchase = shop.start()
    checkout = shop.gateway.pay(purchase)
    shop.clock.advance(minutes=9)
    assert reconcile(shop) == 0, "the webhook has ten minutes to arrive"

    shop.clock.advance(minutes=2)
    assert [reconcile(shop), reconcile(shop)] == [1, 0]
    assert shop.purchase(purchase).status is PurchaseStatus.PAID

    shop.deliver(shop.event(checkout))
    assert (shop.credits(), len(shop.rows(credit_grant))) == ("500.00", 1)


def test_a_payment_after_a_decline_is_found_too(shop: Shop):
    purchase = shop.start()
    shop.deliver(shop.event(DeclinedPayment(purchase_id=purchase.id, payment_intent_id="pi_1", reason="card_declined")))
    shop.gateway.pay(purchase)
    shop.clock.advance(minutes=11)

    assert reconcile(shop) == 1
    assert shop.credits() == "500.00"


def test_an_open_page_is_waited_for_and_an_expired_one_closed(shop: Shop):
    purchase = shop.start()
    shop.clock.advance(minutes=11)
    assert reconcile(shop) == 0
    assert shop.purchase(purchase).status is PurchaseStatus.PENDING

    shop.gateway.set(purchase, status="expired")
    assert reconcile(shop) == 1
    assert shop.purchase(purchase).status is PurchaseStatus.EXPIRED


def test_a_page_the_provider_does_not_know_is_given_a_day(shop: Shop):
    purchase = shop.start()
    shop.gateway.checkouts.clear()
    shop.clock.advance(minutes=11)
    assert reconcile(shop) == 0

    shop.clock.advance(days=1)
    assert reconcile(shop) == 1
    assert shop.purchase(purchase).status is PurchaseStatus.EXPIRED


def test_a_purchase_that_never_got_a_page_is_closed_after_a_day(shop: Shop):
    shop.gateway.breaks_at = "ensure_customer"
    with pytest.raises(ProviderFailure):
        shop.start()
    shop.gateway.breaks_at = "retrieve_checkout"
    shop.clock.advance(days=1)

    assert reconcile(shop) == 1
    assert [row["status"] for row in shop.rows(credit_purchase)] == ["expired"]


def test_one_payment_that_does_not_fit_is_logged_and_stops_no_other(shop: Shop, caplog: pytest.LogCaptureFixture):
    wrong, right = shop.start(), shop.start()
    shop.gateway.pay(wrong, amount_minor_units=1)
    shop.gateway.pay(right)
    shop.clock.advance(minutes=11)

    with caplog.at_level(logging.ERROR):
        assert reconcile(shop) == 1

    assert wrong.id in caplog.text
    assert shop.purchase(wrong).status is PurchaseStatus.PENDING
    assert shop.credits() == "500.00"


def test_an_old_decline_is_not_asked_about_for_ever(shop: Shop):
    purchase = shop.start()
    shop.deliver(shop.event(DeclinedPayment(purchase_id=purchase.id, payment_intent_id="pi_1", reason="card_declined")))
    shop.gateway.breaks_at = "retrieve_checkout"
    shop.clock.advance(days=3)

    assert reconcile(shop) == 0
    assert shop.purchase(purchase).status is PurchaseStatus.DECLINED
