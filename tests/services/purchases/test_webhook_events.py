"""What the provider says, however often, late or mixed up, gives exactly what was bought."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from itertools import permutations
from typing import Any

import pytest

from billing_core.adapters.database.schema.credits import credit_grant
from billing_core.adapters.database.schema.ledger import ledger_entry, ledger_posting
from billing_core.adapters.database.schema.stripe import stripe_event
from billing_core.domain.money import NANOS_PER_UNIT
from billing_core.services.purchases.errors import PaymentMismatch
from billing_core.services.purchases.handle_webhook_event import handle_webhook_event
from billing_core.services.purchases.ports import DeclinedPayment, Purchase, PurchaseStatus, WebhookEvent
from tests.services.purchases.shop import Shop


def declined(shop: Shop, purchase: Purchase) -> WebhookEvent:
    refusal = DeclinedPayment(purchase_id=purchase.id, payment_intent_id="pi_1", reason="card_declined")
    return shop.event(refusal, "payment_intent.payment_failed")


def expired(shop: Shop, purchase: Purchase) -> WebhookEvent:
    return shop.event(shop.gateway.set(purchase, status="expired", url=None), "checkout.session.expired")


def books(shop: Shop) -> tuple[str, int, int]:
    return shop.credits(), len(shop.rows(credit_grant)), len(shop.rows(ledger_entry))


def test_paying_gives_the_credits_with_what_they_cost_and_when_they_end(shop: Shop):
    purchase = shop.start()
    shop.clock.advance(minutes=2)

    assert shop.deliver(shop.event(shop.gateway.pay(purchase)))

    paid = shop.purchase(purchase)
    assert (paid.status, paid.paid_at, paid.payment_intent_id) == (PurchaseStatus.PAID, shop.clock.now(), "pi_1")
    with shop.read() as uow:
        [state] = uow.credits.grants("org_northwind")
    grant = state.grant
    assert (grant.id, grant.name, str(grant.cost)) == (paid.grant_id, "Package · 500 credits", "39.90 USD")
    assert grant.expires_at == datetime.fromisoformat("2027-11-20T12:02+00:00")
    assert {(row["account"], row["currency"], row["amount_nanos"]) for row in shop.rows(ledger_posting)} == {
        ("contra:credits_issued", "CREDITS", 500 * NANOS_PER_UNIT),
        ("liability:credits", "CREDITS", -500 * NANOS_PER_UNIT),
        ("asset:stripe_clearing", "USD", 39_900_000_000),
        ("liability:deferred_revenue", "USD", -39_900_000_000),
    }


def test_one_event_delivered_three_times_is_one_grant_and_one_entry(shop: Shop):
    event = shop.event(shop.gateway.pay(shop.start()))

    assert [shop.deliver(event) for _ in range(3)] == [True, False, False]

    assert books(shop) == ("500.00", 1, 1)
    assert len(shop.rows(stripe_event)) == 1


def test_two_events_of_one_payment_do_not_double_it(shop: Shop):
    purchase = shop.start()
    checkout = shop.gateway.pay(purchase)
    assert shop.deliver(shop.event(checkout, "checkout.session.completed"))
    paid = shop.purchase(purchase)
    shop.clock.advance(minutes=5)

    assert shop.deliver(shop.event(checkout, "checkout.session.async_payment_succeeded"))

    assert shop.purchase(purchase) == paid
    assert books(shop) == ("500.00", 1, 1)
    assert [row["operation"] for row in shop.rows(credit_grant)] == [f"purchase:{purchase.id}"]


def test_any_order_of_news_twice_each_ends_in_the_same_books(shop: Shop):
    orders = list(permutations(("declined", "completed", "succeeded", "expired")))
    for order in orders:
        purchase = shop.start()
        events = {
            "declined": declined(shop, purchase),
            "expired": expired(shop, purchase),
            "completed": shop.event(shop.gateway.pay(purchase)),
            "succeeded": shop.event(shop.gateway.pay(purchase), "checkout.session.async_payment_succeeded"),
        }
        with shop.write() as uow:
            for name in [*order, *order]:
                handle_webhook_event(uow, events[name], shop.clock.now())
        assert shop.purchase(purchase).status is PurchaseStatus.PAID, order

    assert books(shop) == (f"{500 * len(orders)}.00", len(orders), len(orders))


def test_many_deliveries_at_the_same_time_count_once(shop: Shop):
    checkout = shop.gateway.pay(shop.start())
    events = [shop.event(checkout), shop.event(checkout, "checkout.session.async_payment_succeeded")] * 8

    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(shop.deliver, events))

    assert taken.count(True) == 2
    assert books(shop) == ("500.00", 1, 1)


def test_a_decline_is_noted_and_the_next_card_still_buys(shop: Shop):
    purchase = shop.start()

    shop.deliver(declined(shop, purchase))
    assert (shop.purchase(purchase).status, shop.credits()) == (PurchaseStatus.DECLINED, "0.00")

    shop.deliver(shop.event(shop.gateway.pay(purchase)))
    assert shop.purchase(purchase).status is PurchaseStatus.PAID
    assert books(shop) == ("500.00", 1, 1)


def test_late_news_of_a_decline_or_an_end_does_not_take_back_what_was_paid(shop: Shop):
    purchase = shop.start()
    shop.deliver(shop.event(shop.gateway.pay(purchase)))

    shop.deliver(declined(shop, purchase))
    shop.deliver(shop.event(shop.gateway.set(purchase, status="expired", is_paid=False), "checkout.session.expired"))

    assert shop.purchase(purchase).status is PurchaseStatus.PAID
    assert books(shop) == ("500.00", 1, 1)


def test_a_payment_that_takes_days_gives_credits_when_it_arrives(shop: Shop):
    purchase = shop.start()

    shop.deliver(shop.event(shop.gateway.set(purchase, status="complete")))
    assert (shop.purchase(purchase).status, shop.credits()) == (PurchaseStatus.PENDING, "0.00")

    shop.clock.advance(days=3)
    shop.deliver(shop.event(shop.gateway.pay(purchase), "checkout.session.async_payment_succeeded"))
    assert books(shop) == ("500.00", 1, 1)


def test_an_unpaid_page_expires_and_a_payment_after_all_still_counts(shop: Shop):
    purchase = shop.start()

    shop.deliver(expired(shop, purchase))
    assert (shop.purchase(purchase).status, shop.credits()) == (PurchaseStatus.EXPIRED, "0.00")

    shop.deliver(shop.event(shop.gateway.pay(purchase)))
    assert books(shop) == ("500.00", 1, 1)


@pytest.mark.parametrize("wrong", [{"amount_minor_units": 3989}, {"currency": "EUR"}, {"session_id": "cs_foreign"}])
def test_a_payment_that_does_not_fit_gives_nothing_and_may_be_sent_again(shop: Shop, wrong: dict[str, Any]):
    purchase = shop.start()
    event = shop.event(shop.gateway.pay(purchase, **wrong))

    with pytest.raises(PaymentMismatch) as caught:
        shop.deliver(event)

    assert caught.value.details["purchase_id"] == purchase.id
    assert shop.purchase(purchase) == purchase
    assert books(shop) == ("0.00", 0, 0)
    assert not shop.rows(stripe_event)


def test_a_page_of_another_purchase_does_not_expire_this_one(shop: Shop):
    purchase = shop.start()
    foreign = shop.gateway.set(purchase, session_id="cs_foreign", status="expired")

    with pytest.raises(PaymentMismatch):
        shop.deliver(shop.event(foreign, "checkout.session.expired"))

    assert shop.purchase(purchase).status is PurchaseStatus.PENDING


def test_news_of_a_purchase_nobody_began_is_a_mismatch(shop: Shop):
    paid = shop.gateway.pay(shop.start(), purchase_id="pur_nobody")
    refusal = DeclinedPayment(purchase_id="pur_nobody", payment_intent_id=None, reason="card_declined")

    for event in (shop.event(paid), shop.event(refusal)):
        with pytest.raises(PaymentMismatch, match="pur_nobody"):
            shop.deliver(event)
    assert books(shop) == ("0.00", 0, 0)


def test_events_about_other_things_are_claimed_and_change_nothing(shop: Shop):
    event = shop.event(None, "balance.available")

    assert [shop.deliver(event), shop.deliver(event)] == [True, False]

    assert [row["type"] for row in shop.rows(stripe_event)] == ["balance.available"]
    assert books(shop) == ("0.00", 0, 0)


def test_claim_and_effect_are_kept_together_or_not_at_all(shop: Shop):
    purchase = shop.start()
    event = shop.event(shop.gateway.pay(purchase))

    def break_off() -> None:
        with shop.write() as uow:
            handle_webhook_event(uow, event, shop.clock.now())
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        break_off()
    assert shop.purchase(purchase) == purchase
    assert books(shop) == ("0.00", 0, 0)
    assert not shop.rows(stripe_event)

    assert shop.deliver(event)
    assert books(shop) == ("500.00", 1, 1)


def test_a_payment_finds_its_purchase_though_we_ended_before_noting_the_page(shop: Shop):
    shop.gateway.breaks_at = "create_checkout"  # the page is open at the provider, and we never heard of it
    with pytest.raises(Exception, match="The provider broke"):
        shop.start(purchase_id="pur_1")
    [checkout] = shop.gateway.checkouts.values()
    with shop.read() as uow:
        purchase = uow.purchases.purchase("pur_1")
    assert purchase is not None
    assert purchase.checkout_session_id is None

    shop.deliver(shop.event(shop.gateway.pay(purchase)))

    assert shop.purchase(purchase).checkout_session_id == checkout.session_id
    assert books(shop) == ("500.00", 1, 1)


def test_who_paid_what_is_on_record(shop: Shop):
    purchase = shop.start()
    event = shop.event(shop.gateway.pay(purchase))
    shop.clock.advance(minutes=1)

    shop.deliver(event)
    shop.deliver(event)

    with shop.read() as uow:
        started, paid = uow.audit.records_of("credit_purchase", purchase.id)
    assert (started.action, paid.action, paid.actor.name) == ("purchase.started", "purchase.paid", "Stripe")
    assert paid.before == {"status": "pending"}
