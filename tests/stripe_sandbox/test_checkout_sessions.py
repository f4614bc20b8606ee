"""Checkout sessions as the API makes, shows and closes them."""

from decimal import Decimal
from typing import Any

import pytest
import stripe

from tests.stripe_sandbox.harness import Host


def test_a_session_holds_what_it_was_made_of_and_points_to_its_page(host: Host) -> None:
    customer = host.v1.customers.create({"email": "mira@northwind.example"})
    price = host.v1.prices.create({"product_data": {"name": "500 credits"}, "currency": "usd", "unit_amount": 3990})
    session = host.a_session(
        line_items=[{"price": price.id, "quantity": 2}],
        customer=customer.id,
        client_reference_id="purchase_1",
        metadata={"organization": "org_1"},
        locale="de",
        expand=["line_items.data.price.product", "customer"],
    )
    assert session.id.startswith("cs_test_")
    page = f"{host.mount}/checkout/{session.id}"
    assert session.url == page
    assert host.browser.get(page).status_code == 200
    assert (session.status, session.payment_status, session.payment_intent) == ("open", "unpaid", None)
    assert (session.amount_subtotal, session.amount_total, session.currency) == (7980, 7980, "usd")
    assert (session.client_reference_id, session.locale) == ("purchase_1", "de")
    assert session.expires_at == session.created + 24 * 3600
    assert isinstance(session.customer, stripe.Customer)
    assert session.line_items is not None
    (line,) = session.line_items.data
    assert (line.description, line.quantity, line.amount_total) == ("500 credits", 2, 7980)
    assert line.price is not None
    assert isinstance(line.price.product, stripe.Product)


def test_line_items_keep_their_order_and_are_paged(host: Host) -> None:
    lines = [
        {"price_data": {"currency": "usd", "unit_amount": 100, "product_data": {"name": f"Item {i}"}}, "quantity": 1}
        for i in range(12)
    ]
    session = host.a_session(line_items=lines, expand=["line_items"])
    names = [f"Item {i}" for i in range(12)]
    assert session.line_items is not None
    assert [line.description for line in session.line_items.data] == names[:10]
    assert session.line_items.has_more is True
    listed = host.v1.checkout.sessions.line_items.list(session.id, {"limit": 5})
    assert [line.description for line in listed.auto_paging_iter()] == names
    assert "line_items" not in host.v1.checkout.sessions.retrieve(session.id)


def test_prices_given_on_the_spot_are_kept_but_not_for_sale(host: Host) -> None:
    host.a_session()
    (price,) = host.v1.prices.list({"expand": ["data.product"]}).data
    assert isinstance(price.product, stripe.Product)
    assert (price.active, price.product.active, price.product.name) == (False, False, "500 credits")


def test_fractions_of_a_cent_are_rounded_once_per_line(host: Host) -> None:
    line = {
        "price_data": {"currency": "usd", "unit_amount_decimal": Decimal("10.55"), "product_data": {"name": "x"}},
        "quantity": 10,
    }
    assert host.a_session(line_items=[line, line]).amount_total == 106 + 106


def test_sessions_are_listed_by_customer_and_status(host: Host) -> None:
    customer = host.v1.customers.create({}).id
    first, second = host.a_session(customer=customer), host.a_session()
    host.v1.checkout.sessions.expire(second.id)
    assert [each.id for each in host.v1.checkout.sessions.list({"customer": customer})] == [first.id]
    assert [each.id for each in host.v1.checkout.sessions.list({"status": "expired"})] == [second.id]


def test_an_expired_session_cannot_be_paid_or_expired_again(host: Host) -> None:
    session = host.a_session()
    assert session.url is not None
    expired = host.v1.checkout.sessions.expire(session.id)
    assert (expired.status, expired.url) == ("expired", None)
    assert host.events()[-1] == "checkout.session.expired"
    host.press(session.url, "pay")
    assert "This checkout has expired" in host.text(session.url)
    assert host.v1.payment_intents.list().data == []
    with pytest.raises(stripe.InvalidRequestError, match="has a status of `expired`"):
        host.v1.checkout.sessions.expire(session.id)


def test_a_session_expires_by_itself_and_takes_its_payment_intent_with_it(host: Host) -> None:
    session = host.a_session(expires_at=int(host.clock()) + 1800)
    assert session.url is not None
    host.press(session.url, "decline")
    host.clock.advance(1799)
    assert host.v1.checkout.sessions.retrieve(session.id).status == "open"
    host.clock.advance(1)
    assert host.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent"]}).status == "expired"
    assert host.v1.payment_intents.list().data[0].status == "canceled"
    assert host.events()[-2:] == ["payment_intent.canceled", "checkout.session.expired"]


def test_the_deliverer_notices_a_session_that_nobody_looks_at(host: Host) -> None:
    host.listen()
    host.a_session()
    host.clock.advance(24 * 3600)
    host.deliverer().run_pending()
    assert host.received[-1].event.type == "checkout.session.expired"


LINE = {"price_data": {"currency": "usd", "unit_amount": 3990, "product_data": {"name": "x"}}, "quantity": 1}


def _line(**changes: Any) -> list[Any]:
    return [{**LINE, **changes}]


def _priced(**changes: Any) -> list[Any]:
    return _line(price_data={**LINE["price_data"], **changes})  # type: ignore[dict-item]


@pytest.mark.parametrize(
    ("changes", "param", "code", "words"),
    [
        ({"mode": "subscription"}, "mode", None, "does not offer Checkout in subscription mode"),
        ({"mode": "gift"}, "mode", None, "must be one of payment, setup, subscription"),
        ({"ui_mode": "elements"}, "ui_mode", None, "does not offer Checkout as elements"),
        ({"line_items": []}, "line_items", "parameter_missing", "line_items"),
        ({"line_items": [LINE] * 101}, "line_items", None, "up to 100"),
        ({"line_items": _line(quantity=0)}, "line_items[0][quantity]", "parameter_invalid_integer", "greater than"),
        ({"line_items": [{"price_data": LINE["price_data"]}]}, "line_items[0][quantity]", "parameter_missing", "Quan"),
        ({"line_items": [{"quantity": 1}]}, "line_items[0][price]", "parameter_missing", "price"),
        ({"line_items": _line(price="price_x")}, "line_items[0][price]", "parameters_exclusive", "only specify one"),
        (
            {"line_items": [{"price": "price_x", "quantity": 1}]},
            "line_items[0][price]",
            "resource_missing",
            "No such price: 'price_x'",
        ),
        ({"line_items": _priced(unit_amount=49)}, None, "amount_too_small", r"\$0\.50"),
        ({"line_items": _priced(unit_amount=99_999_999) * 2}, None, "amount_too_large", "at most"),
        ({"line_items": [LINE, *_priced(currency="eur")]}, "line_items[1]", None, "one currency"),
        ({"line_items": _priced(recurring={"interval": "month"})}, "line_items[0][price]", None, "recurring price"),
        ({"success_url": "javascript:alert(1)"}, "success_url", "url_invalid", "Not a valid URL"),
        ({"cancel_url": "http://[bad"}, "cancel_url", "url_invalid", "Not a valid URL"),
        ({"success_url": ""}, "success_url", "parameter_missing", "success_url"),
        ({"customer": "cus_no"}, "customer", "resource_missing", "No such customer: 'cus_no'"),
        ({"customer_email": "nobody"}, "customer_email", "email_invalid", "Invalid email"),
        ({"client_reference_id": "x" * 201}, "client_reference_id", None, "at most 200"),
        ({"expires_at": 1}, "expires_at", None, "between 30 minutes and 24 hours"),
        ({"discounts": [{"coupon": "c"}]}, "discounts", None, "does not offer the parameter discounts"),
        (
            {"payment_intent_data": {"capture_method": "manual"}},
            "payment_intent_data[capture_method]",
            None,
            "does not offer",
        ),
        (
            {"payment_method_types": ["card"]},
            "payment_method_types",
            "payment_method_types_no_longer_supported",
            "no longer supported",
        ),
    ],
)
def test_a_session_that_could_not_be_paid_is_refused(
    host: Host, changes: dict[str, Any], param: str | None, code: str | None, words: str
) -> None:
    with pytest.raises(stripe.InvalidRequestError, match=words) as refused:
        host.a_session(**changes)
    assert (refused.value.param, refused.value.code, refused.value.http_status) == (param, code, 400)
    assert host.events() == []


def test_a_retired_price_or_product_cannot_be_bought(host: Host) -> None:
    price = host.v1.prices.create({"product_data": {"name": "x"}, "currency": "usd", "unit_amount": 990})
    assert isinstance(price.product, str)
    host.v1.products.update(price.product, {"active": False})
    with pytest.raises(stripe.InvalidRequestError, match="inactive") as refused:
        host.a_session(line_items=[{"price": price.id, "quantity": 1}])
    assert refused.value.code == "product_inactive"
    host.v1.prices.update(price.id, {"active": False})
    with pytest.raises(stripe.InvalidRequestError, match="only accepts active prices"):
        host.a_session(line_items=[{"price": price.id, "quantity": 1}])


@pytest.mark.parametrize(("currency", "smallest"), [("jpy", 50), ("gbp", 30), ("kwd", 50), ("huf", 17_500)])
def test_each_currency_has_its_own_smallest_amount(host: Host, currency: str, smallest: int) -> None:
    assert host.a_session(line_items=_priced(currency=currency, unit_amount=smallest)).amount_total == smallest
    with pytest.raises(stripe.InvalidRequestError, match="at least"):
        host.a_session(line_items=_priced(currency=currency, unit_amount=smallest - 1))
