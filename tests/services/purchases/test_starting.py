"""Beginning a purchase: our row first, the provider's page once, and every retry continues where it broke."""

import pytest

from billing_core.adapters.database.schema.credits import credit_purchase
from billing_core.adapters.database.schema.stripe import stripe_object
from billing_core.domain.errors import Conflict, InvalidInput, NotFound, ProviderFailure
from billing_core.services.purchases.ports import PurchaseStatus
from billing_core.services.purchases.start_purchase import new_purchase_id
from tests.services.purchases.shop import NOON, Shop


def test_a_purchase_begins_with_a_page_to_pay_on_and_no_credits(shop: Shop):
    purchase = shop.start()

    assert purchase == shop.purchase(purchase)
    assert purchase.status is PurchaseStatus.PENDING
    assert (str(purchase.price), str(purchase.credits)) == ("39.90 USD", "500.00 CREDITS")
    assert purchase.checkout_url == f"https://pay.example/cs_{purchase.id}"
    assert purchase.requested_by == "per_dana"
    assert shop.credits() == "0.00"


def test_pressing_the_button_twice_begins_one_purchase(shop: Shop):
    key = new_purchase_id(NOON)
    first = shop.start(purchase_id=key)
    shop.gateway.breaks_at = "ensure_customer"  # the provider is not asked again

    assert shop.start(purchase_id=key) == first

    assert len(shop.rows(credit_purchase)) == len(shop.gateway.checkouts) == 1


@pytest.mark.parametrize("broken", ["ensure_customer", "create_checkout"])
def test_a_purchase_that_broke_at_the_provider_continues_with_the_same_page(shop: Shop, broken: str):
    key = new_purchase_id(NOON)
    shop.gateway.breaks_at = broken
    with pytest.raises(ProviderFailure, match="Nothing was charged"):
        shop.start(purchase_id=key)
    assert [row["status"] for row in shop.rows(credit_purchase)] == ["pending"]

    shop.gateway.breaks_at = None
    purchase = shop.start(purchase_id=key)

    assert purchase.checkout_session_id == f"cs_{key}"
    assert len(shop.rows(credit_purchase)) == len(shop.gateway.checkouts) == 1


def test_an_organization_is_one_customer_at_the_provider(shop: Shop):
    shop.start()
    shop.start()

    assert [(row["kind"], row["local_id"], row["stripe_id"]) for row in shop.rows(stripe_object)] == [
        ("customer:sandbox", "org_northwind", "cus_org_northwind")
    ]


def test_who_began_a_purchase_is_on_record(shop: Shop):
    purchase = shop.start()

    with shop.read() as uow:
        [record] = uow.audit.records_of("credit_purchase", purchase.id)
    assert (record.action, record.actor.name, record.organization_id) == ("purchase.started", "Dana", "org_northwind")
    assert record.after == {"package": "medium", "credits": "500.00 CREDITS", "price": "39.90 USD"}


@pytest.mark.parametrize(
    ("changes", "field"), [({"organization_id": "org_nobody"}, None), ({"package_code": "'; --"}, "package")]
)
def test_an_unknown_buyer_or_package_begins_nothing(shop: Shop, changes: dict[str, str], field: str | None):
    with pytest.raises(NotFound) as caught:
        shop.start(**changes)

    assert field in (None, caught.value.field)
    assert not shop.rows(credit_purchase)
    assert not shop.gateway.checkouts


def test_a_package_in_dollars_is_not_sold_to_who_pays_in_euros(shop: Shop):
    contoso = shop.organization("Contoso", "EUR")

    with pytest.raises(InvalidInput, match="Medium is sold in USD; Contoso pays in EUR") as caught:
        shop.start(organization_id=contoso.id)

    assert caught.value.field == "package_code"
    assert not shop.rows(credit_purchase)


def test_the_key_of_one_purchase_does_not_open_another(shop: Shop):
    contoso = shop.organization("Contoso")
    purchase = shop.start()

    with pytest.raises(Conflict, match="is the key of another purchase"):
        shop.start(purchase_id=purchase.id, organization_id=contoso.id)

    assert shop.purchase(purchase) == purchase


def test_a_purchase_that_is_paid_is_not_begun_again(shop: Shop):
    purchase = shop.start()
    shop.deliver(shop.event(shop.gateway.pay(purchase)))

    assert shop.start(purchase_id=purchase.id).status is PurchaseStatus.PAID
    assert shop.credits() == "500.00"
