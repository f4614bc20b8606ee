"""Packages are paid with saved payment methods: charged once, whatever breaks, and always booked."""

from typing import Any

import pytest

from billing_core.adapters.database.schema.credits import credit_grant, credit_purchase
from billing_core.domain.errors import Conflict, NotFound, ProviderFailure
from billing_core.services.purchases.errors import PaymentMismatch
from billing_core.services.purchases.pay_directly import pay_directly
from billing_core.services.purchases.ports import DirectPayment, Purchase, PurchaseStatus
from billing_core.services.purchases.reconcile_purchases import reconcile_purchases
from tests.services.purchases.shop import DANA, RETURN_URL, Shop


@pytest.fixture
def shop(shop: Shop) -> Shop:
    with shop.write() as uow:
        uow.purchases.set_provider_id("customer:sandbox", shop.northwind.id, "cus_1", shop.clock.now())
    return shop


def pay(shop: Shop, payment_method_id: str = "pm_good", **changes: Any) -> Purchase:
    wanted: dict[str, Any] = {"organization_id": shop.northwind.id, "package_code": "medium", **changes}
    return pay_directly(
        shop.write,
        shop.gateway,
        payment_method_id=payment_method_id,
        requested_by=DANA,
        return_url=RETURN_URL,
        clock=shop.clock,
        **wanted,
    )


def reconcile(shop: Shop) -> int:
    shop.clock.advance(minutes=11)
    return reconcile_purchases(shop.write, shop.gateway, shop.clock)


def test_what_is_paid_is_given_at_once_and_the_webhook_gives_no_more(shop: Shop):
    purchase = pay(shop)
    assert (purchase.status, purchase.payment_intent_id) == (PurchaseStatus.PAID, f"pi_{purchase.id}")
    shop.deliver(shop.event(shop.gateway.payments[purchase.id], "payment_intent.succeeded"))
    assert (shop.credits(), len(shop.rows(credit_grant))) == ("500.00", 1)
    assert pay(shop, purchase_id=purchase.id) == shop.purchase(purchase)


def test_a_decline_is_kept_with_its_reason_and_gives_nothing(shop: Shop):
    purchase = pay(shop, "pm_bad")
    assert (purchase.status, purchase.failure_code, purchase.failure_message) == (
        PurchaseStatus.DECLINED,
        "insufficient_funds",
        "Not enough money.",
    )
    assert reconcile(shop) == 0
    shop.clock.advance(days=1)
    assert reconcile(shop) == 0
    assert (shop.purchase(purchase).status, shop.credits()) == (PurchaseStatus.DECLINED, "0.00")


def test_who_has_to_be_seen_pays_on_a_page(shop: Shop):
    purchase = pay(shop, "pm_asking")
    assert (purchase.status, purchase.checkout_url) == (PurchaseStatus.PENDING, f"https://pay.example/cs_{purchase.id}")
    shop.deliver(shop.event(shop.gateway.payments[purchase.id], "payment_intent.payment_failed"))
    assert shop.purchase(purchase).status is PurchaseStatus.PENDING, "the page is open still"
    shop.deliver(shop.event(shop.gateway.pay(purchase)))
    assert (shop.purchase(purchase).status, shop.credits()) == (PurchaseStatus.PAID, "500.00")


def test_a_payment_that_takes_its_time_is_given_when_it_is_done(shop: Shop):
    purchase = pay(shop, "pm_slow")
    assert (purchase.status, purchase.checkout_url) == (PurchaseStatus.PENDING, None)
    shop.clock.advance(days=2)
    assert (reconcile(shop), shop.purchase(purchase).status) == (0, PurchaseStatus.PENDING)
    paid = done(shop, purchase)
    assert (shop.deliver(shop.event(paid)), shop.credits()) == (True, "500.00")


def done(shop: Shop, purchase: Purchase, **changes: Any) -> DirectPayment:
    values: dict[str, Any] = {
        "purchase_id": purchase.id,
        "payment_intent_id": "pi_1",
        "status": "succeeded",
        "amount_minor_units": 3990,
        "currency": "USD",
        **changes,
    }
    return DirectPayment(**values)


def test_after_a_break_the_same_key_charges_nothing_twice(shop: Shop):
    shop.gateway.breaks_at = "pay_directly"
    with pytest.raises(ProviderFailure):
        pay(shop, purchase_id="pur_1")
    assert [row["status"] for row in shop.rows(credit_purchase)] == ["pending"]
    shop.gateway.payment_methods["pm_good"] = {"status": "declined"}  # a second charge would be seen by that
    assert pay(shop, purchase_id="pur_1").status is PurchaseStatus.PAID, "it was found, not made anew"
    assert (shop.credits(), len(shop.gateway.payments)) == ("500.00", 1)


def test_a_payment_nobody_told_of_is_found(shop: Shop):
    shop.gateway.breaks_at = "pay_directly"
    with pytest.raises(ProviderFailure):
        pay(shop)
    shop.gateway.breaks_at = None
    assert [reconcile(shop), reconcile(shop)] == [1, 0]
    assert shop.credits() == "500.00"


@pytest.mark.parametrize("breaks_at", ["pay_directly", "create_checkout"])
def test_what_was_never_paid_is_closed_after_a_day(shop: Shop, breaks_at: str):
    shop.gateway.breaks_at = breaks_at
    with pytest.raises(ProviderFailure):
        pay(shop, "pm_asking")
    shop.gateway.breaks_at = None
    if breaks_at == "pay_directly":
        shop.gateway.payments.clear()
    assert reconcile(shop) == 0
    shop.clock.advance(days=1)
    assert reconcile(shop) == 1
    assert [row["status"] for row in shop.rows(credit_purchase)] == ["expired"]


def test_a_payment_method_that_is_not_saved_begins_nothing(shop: Shop):
    with pytest.raises(NotFound) as refused:
        pay(shop, "pm_of_somebody_else")
    assert refused.value.field == "payment_method_id"
    assert shop.rows(credit_purchase) == []


def test_who_never_bought_has_no_payment_method(shop: Shop):
    contoso = shop.organization("Contoso Labs")
    with pytest.raises(NotFound) as refused:
        pay(shop, organization_id=contoso.id)
    assert refused.value.field == "payment_method_id"
    assert shop.rows(credit_purchase) == []


def test_a_key_that_bought_something_else_is_a_conflict(shop: Shop):
    pay(shop, purchase_id="pur_1")
    with pytest.raises(Conflict):
        pay(shop, "pm_bad", purchase_id="pur_1")


@pytest.mark.parametrize("changes", [{"amount_minor_units": 1}, {"currency": "EUR"}, {"purchase_id": "pur_none"}])
def test_a_payment_that_does_not_fit_gives_nothing(shop: Shop, changes: dict[str, Any]):
    purchase = pay(shop, "pm_slow")
    with pytest.raises(PaymentMismatch):
        shop.deliver(shop.event(done(shop, purchase, **changes)))
    assert shop.credits() == "0.00"
