"""Products and prices."""

from decimal import Decimal

import pytest
import stripe

from tests.stripe_sandbox.harness import Host


def test_a_product_and_its_price_are_created_and_found_again(host: Host) -> None:
    product = host.v1.products.create({"name": "500 credits", "metadata": {"package": "500"}})
    price = host.v1.prices.create(
        {"product": product.id, "currency": "USD", "unit_amount": 3990, "lookup_key": "credits-500"}
    )
    assert (price.currency, price.unit_amount, price.unit_amount_decimal) == ("usd", 3990, Decimal(3990))
    assert (price.type, price.recurring, price.active) == ("one_time", None, True)
    found = host.v1.prices.list({"lookup_keys": ["credits-500", "none"], "expand": ["data.product"]}).data
    assert [each.id for each in found] == [price.id]
    assert isinstance(found[0].product, stripe.Product)
    assert found[0].product.name == "500 credits"
    assert host.events() == ["product.created", "price.created"]


def test_an_amount_below_a_cent_keeps_every_digit(host: Host) -> None:
    price = host.v1.prices.create(
        {"product_data": {"name": "Token"}, "currency": "usd", "unit_amount_decimal": Decimal("0.000125")}
    )
    assert (price.unit_amount, price.unit_amount_decimal) == (None, Decimal("0.000125"))


def test_a_recurring_price_says_its_interval(host: Host) -> None:
    price = host.v1.prices.create(
        {
            "product_data": {"name": "Starter"},
            "currency": "usd",
            "unit_amount": 2900,
            "recurring": {"interval": "month"},
        }
    )
    assert price.type == "recurring"
    assert price.recurring is not None
    assert (price.recurring.interval, price.recurring.interval_count) == ("month", 1)
    assert [each.id for each in host.v1.prices.list({"type": "recurring"})] == [price.id]


def test_a_product_is_updated_and_listed_by_activity_and_id(host: Host) -> None:
    first = host.v1.products.create({"name": "First", "id": "first"})
    second = host.v1.products.create({"name": "Second"})
    price = host.v1.prices.create({"product": "first", "currency": "eur", "unit_amount": 100})
    host.v1.products.update(second.id, {"active": False})
    updated = host.v1.products.update("first", {"default_price": price.id, "description": "The first"})
    assert (updated.default_price, updated.description) == (price.id, "The first")
    assert [each.id for each in host.v1.products.list({"active": True})] == [first.id]
    assert [each.id for each in host.v1.products.list({"ids": [second.id, "other"]})] == [second.id]
    with pytest.raises(stripe.InvalidRequestError, match="already exists") as refused:
        host.v1.products.create({"name": "Again", "id": "first"})
    assert refused.value.code == "resource_already_exists"


def test_a_price_may_be_renamed_and_retired_but_a_lookup_key_is_taken_only_on_request(host: Host) -> None:
    product = host.v1.products.create({"name": "Credits"}).id
    old = host.v1.prices.create({"product": product, "currency": "usd", "unit_amount": 990, "lookup_key": "pack"})
    new = host.v1.prices.create({"product": product, "currency": "usd", "unit_amount": 1090})
    with pytest.raises(stripe.InvalidRequestError, match="already uses that lookup key") as refused:
        host.v1.prices.update(new.id, {"lookup_key": "pack"})
    assert refused.value.param == "lookup_key"
    host.v1.prices.update(new.id, {"lookup_key": "pack", "transfer_lookup_key": True, "nickname": "New"})
    assert host.v1.prices.retrieve(old.id).lookup_key is None
    assert host.v1.prices.update(old.id, {"active": False}).active is False
    assert [each.id for each in host.v1.prices.list({"active": True, "product": product})] == [new.id]


@pytest.mark.parametrize(
    ("form", "param", "code"),
    [
        ("currency=usd&unit_amount=1&product=prod_no", "product", "resource_missing"),
        ("currency=usd&unit_amount=1", "product", "parameter_missing"),
        ("currency=usd&product_data[name]=x", "unit_amount", "parameter_missing"),
        ("currency=usd&product_data[name]=x&unit_amount=-1", "unit_amount", "parameter_invalid_integer"),
        ("currency=usd&product_data[name]=x&unit_amount=1.5", "unit_amount", "parameter_invalid_integer"),
        ("currency=usd&product_data[name]=x&unit_amount_decimal=-0.1", "unit_amount_decimal", None),
        ("currency=usd&product_data[name]=x&unit_amount_decimal=1e3", "unit_amount_decimal", None),
        (
            "currency=usd&product_data[name]=x&unit_amount=1&unit_amount_decimal=1",
            "unit_amount",
            "parameters_exclusive",
        ),
        ("currency=xyz&product_data[name]=x&unit_amount=1", "currency", None),
        ("product_data[name]=x&unit_amount=1", "currency", "parameter_missing"),
        ("currency=usd&product_data[name]=&unit_amount=1", "product_data[name]", "parameter_missing"),
    ],
)
def test_a_price_that_says_too_little_or_too_much_is_refused(
    host: Host, form: str, param: str, code: str | None
) -> None:
    answer = host.raw("POST", "/v1/prices", form)
    assert answer.status_code == 400
    assert (answer.json()["error"]["param"], answer.json()["error"].get("code")) == (param, code)
    assert host.events() == []
