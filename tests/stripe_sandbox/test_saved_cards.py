"""Cards that are saved for a customer and charged without the person there."""

from typing import Any

import pytest
import stripe

from tests.stripe_sandbox.harness import Host


def a_customer(host: Host, card: str = "pm_card_visa") -> tuple[str, str]:
    """The ids of a customer and of the card saved for them."""
    customer = host.v1.customers.create({"email": "mira@northwind.example"})
    return customer.id, host.v1.payment_methods.attach(card, {"customer": customer.id}).id


def charge(host: Host, customer: str, card: str, key: str | None = None, **changes: Any) -> stripe.PaymentIntent:
    params: dict[str, Any] = {
        "amount": 2500,
        "currency": "usd",
        "customer": customer,
        "payment_method": card,
        "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
        "confirm": True,
        "off_session": True,
        "metadata": {"top_up_id": "top_1"},
    }
    options: Any = {"idempotency_key": key} if key else {}
    return host.v1.payment_intents.create({**params, **changes}, options)  # type: ignore[arg-type]


def test_a_saved_card_is_charged_at_once(host: Host) -> None:
    customer, card = a_customer(host)
    intent = charge(host, customer, card)
    assert (intent.status, intent.amount_received, intent.payment_method) == ("succeeded", 2500, card)
    assert [found.id for found in host.v1.payment_intents.list({"customer": customer}).data] == [intent.id]
    assert host.events()[-4:] == [
        "payment_method.attached",
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.succeeded",
    ]


@pytest.mark.parametrize(
    ("card", "code", "decline_code"),
    [
        ("pm_card_chargeCustomerFail", "card_declined", "generic_decline"),
        ("pm_card_authenticationRequired", "authentication_required", "authentication_required"),
    ],
)
def test_a_refused_card_is_answered_with_402_and_stays_on_record(
    host: Host, card: str, code: str, decline_code: str
) -> None:
    customer, saved = a_customer(host, card)
    with pytest.raises(stripe.CardError) as refusal:
        charge(host, customer, saved)
    error = refusal.value.error
    assert refusal.value.http_status == 402
    assert error is not None
    assert (error.code, error.decline_code) == (code, decline_code)
    assert error.payment_intent is not None
    (intent,) = host.v1.payment_intents.list({"customer": customer}).data
    assert (intent.id, intent.status) == (error.payment_intent.id, "requires_payment_method")
    assert intent.last_payment_error is not None
    assert intent.last_payment_error.decline_code == decline_code


def test_the_same_key_charges_once(host: Host) -> None:
    customer, card = a_customer(host)
    first, again = (charge(host, customer, card, "top_1") for _ in range(2))
    assert first.id == again.id
    assert len(host.v1.charges.list({"customer": customer}).data) == 1


def test_the_same_key_is_refused_with_the_first_refusal(host: Host) -> None:
    customer, card = a_customer(host, "pm_card_chargeCustomerFail")
    for _ in range(2):
        with pytest.raises(stripe.CardError):
            charge(host, customer, card, "top_1")
    assert len(host.v1.charges.list({"customer": customer}).data) == 1


def test_the_card_of_a_checkout_is_saved_when_it_was_asked_for(host: Host) -> None:
    customer = host.v1.customers.create({})
    for saves in (False, True):
        data: dict[str, Any] = {"setup_future_usage": "off_session"} if saves else {}
        session = host.a_session(customer=customer.id, payment_intent_data=data)
        assert session.url is not None
        host.press(session.url, "pay")
        cards = host.v1.customers.payment_methods.list(customer.id, {"type": "card"}).data
        assert len(cards) == int(saves)
    assert charge(host, customer.id, cards[0].id).status == "succeeded"


def test_a_card_of_somebody_else_is_refused(host: Host) -> None:
    first, card = a_customer(host)
    second, _ = a_customer(host)
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        charge(host, second, card)
    assert refusal.value.param == "payment_method"
    with pytest.raises(stripe.InvalidRequestError):
        host.v1.payment_methods.attach(card, {"customer": second})
    assert host.v1.payment_methods.retrieve(card).customer == first


@pytest.mark.parametrize(
    "changes",
    [
        {"amount": 10},
        {"amount": 100_000_000},
        {"currency": "ecu"},
        {"confirm": False},
        {"off_session": False},
        {"automatic_payment_methods": {"enabled": True}},
        {"payment_method": "pm_none"},
        {"return_url": "https://northwind.example"},
    ],
)
def test_what_cannot_be_charged_so_is_refused_and_leaves_nothing(host: Host, changes: dict[str, Any]) -> None:
    customer, card = a_customer(host)
    with pytest.raises(stripe.InvalidRequestError):
        charge(host, customer, card, **changes)
    assert host.v1.payment_intents.list().data == []
