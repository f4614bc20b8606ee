"""A delivery is believed when it is signed by the secret, fresh, and in today's version; nothing else is read."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
import stripe

from billing_core.adapters.stripe.account import Backend, StripeAccount
from billing_core.adapters.stripe.events import EVENT_TYPES
from billing_core.adapters.stripe.gateway import StripeGateway
from billing_core.domain.clock import SettableClock
from billing_core.services.purchases.errors import WebhookRefused
from billing_core.services.purchases.ports import Checkout, DeclinedPayment, DirectPayment
from tests.adapters.stripe.deliveries import SECRET, event_body, session_of, signature

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
CHECKOUT = Checkout(
    session_id="cs_test_1",
    purchase_id="pur_1",
    status="complete",
    is_paid=True,
    amount_minor_units=3990,
    currency="USD",
    payment_intent_id="pi_1",
    url=None,
)
BODY = event_body("checkout.session.completed", session_of(CHECKOUT))


@pytest.fixture
def gateway() -> StripeGateway:
    return gateway_of(Backend.TEST)


def gateway_of(backend: Backend) -> StripeGateway:
    return StripeGateway(StripeAccount(backend, "sk_test_1", SECRET, None), SettableClock(NOON))


def refusal(gateway: StripeGateway, body: bytes, header: str) -> WebhookRefused:
    with pytest.raises(WebhookRefused) as caught:
        gateway.verify_webhook(body, header)
    return caught.value


def test_a_signed_event_tells_of_its_checkout(gateway: StripeGateway):
    event = gateway.verify_webhook(BODY, signature(BODY, NOON))

    assert (event.id, event.type, event.object_id) == ("evt_1", "checkout.session.completed", "cs_test_1")
    assert event.subject == CHECKOUT


@pytest.mark.parametrize("ahead_seconds", [-300, 300])
def test_a_signature_of_five_minutes_ago_or_ahead_is_taken(gateway: StripeGateway, ahead_seconds: int):
    assert gateway.verify_webhook(BODY, signature(BODY, NOON, ahead_seconds=ahead_seconds)).id == "evt_1"


@pytest.mark.parametrize(
    ("ahead_seconds", "reason"), [(-301, "signature_old"), (301, "signature_early"), (86_400, "signature_early")]
)
def test_an_older_or_a_future_signature_is_refused(gateway: StripeGateway, ahead_seconds: int, reason: str):
    error = refusal(gateway, BODY, signature(BODY, NOON, ahead_seconds=ahead_seconds))

    assert (error.code, error.details["reason"]) == ("webhook_refused", reason)
    assert str(abs(ahead_seconds)) in error.message


@pytest.mark.parametrize(
    "header",
    [
        signature(BODY, NOON, secret="whsec_of_another"),
        signature(BODY + b" ", NOON),
        signature(BODY, NOON).replace("v1=", "v0="),
        signature(BODY, NOON).replace("t=", "t=1"),
        "t=1,v1=",
        "t=,v1=abc",
        "nonsense",
        f"t={'9' * 5000},v1=abc",
        f"t={int(NOON.timestamp())},v1=é",
        ",",
        " ",
    ],
)
def test_a_wrong_signature_is_refused_whatever_it_looks_like(gateway: StripeGateway, header: str):
    error = refusal(gateway, BODY, header)

    assert (error.field, error.details["reason"]) == ("Stripe-Signature", "signature_wrong")


def test_a_missing_signature_is_refused_as_missing(gateway: StripeGateway):
    assert refusal(gateway, BODY, "").details["reason"] == "signature_missing"


def test_of_two_signatures_one_is_enough_while_the_secret_is_changed(gateway: StripeGateway):
    old, new = signature(BODY, NOON, secret="whsec_old"), signature(BODY, NOON)

    assert gateway.verify_webhook(BODY, f"{old},{new.split(',')[1]}").id == "evt_1"


def test_the_same_json_in_other_bytes_is_not_what_was_signed(gateway: StripeGateway):
    compact = json.dumps(json.loads(BODY)).encode()

    assert refusal(gateway, compact, signature(BODY, NOON)).details["reason"] == "signature_wrong"


@pytest.mark.parametrize("version", ["2020-08-27", None])
def test_an_event_of_another_api_version_is_refused_with_what_to_do(gateway: StripeGateway, version: str | None):
    body = event_body("checkout.session.completed", session_of(CHECKOUT), api_version=version)

    error = refusal(gateway, body, signature(body, NOON))

    assert error.field == "api_version"
    assert f"this product reads {stripe.api_version}. Create the webhook endpoint with that" in error.message


@pytest.mark.parametrize(("backend", "is_live"), [(Backend.TEST, True), (Backend.LIVE, False)])
def test_test_money_and_live_money_are_not_mixed(backend: Backend, is_live: bool):
    body = event_body("checkout.session.completed", session_of(CHECKOUT), livemode=is_live)

    error = refusal(gateway_of(backend), body, signature(body, NOON))

    assert (error.field, error.details["reason"]) == ("livemode", "mode")
    body = event_body("checkout.session.completed", session_of(CHECKOUT), livemode=not is_live)
    assert gateway_of(backend).verify_webhook(body, signature(body, NOON)).subject == CHECKOUT


@pytest.mark.parametrize(
    "body", [b"", b"\xff\xfe", b"{", b"[]", b"null", b'{"object": "v2.core.event", "id": "evt_1"}']
)
def test_signed_bytes_that_are_no_event_are_refused(gateway: StripeGateway, body: bytes):
    header = signature(body, NOON)

    assert refusal(gateway, body, header).details["reason"] == "unreadable"


def intent_of(session: dict[str, Any]) -> dict[str, Any]:
    error = {"code": "card_declined", "decline_code": "insufficient_funds", "type": "card_error"}
    return {
        "id": "pi_1",
        "object": "payment_intent",
        "metadata": session["metadata"],
        "last_payment_error": error,
    }


def paid_intent_of(session: dict[str, Any]) -> dict[str, Any]:
    """A payment with a saved payment method."""
    return {
        "id": "pi_1",
        "object": "payment_intent",
        "amount": 3990,
        "amount_received": 3990,
        "currency": "usd",
        "metadata": session["metadata"] | {"paid_with": "saved_payment_method"},
        "last_payment_error": None,
        "status": "succeeded",
    }


PAID = DirectPayment(
    purchase_id="pur_1", payment_intent_id="pi_1", status="succeeded", amount_minor_units=3990, currency="USD"
)
DECLINED = DeclinedPayment(purchase_id="pur_1", payment_intent_id="pi_1", reason="insufficient_funds")
FAILED = DeclinedPayment(purchase_id="pur_1", payment_intent_id="pi_1", reason="async_payment_failed")
MEANINGS = {
    "checkout.session.completed": (session_of, CHECKOUT),
    "checkout.session.async_payment_succeeded": (session_of, CHECKOUT),
    "checkout.session.expired": (session_of, CHECKOUT),
    "checkout.session.async_payment_failed": (session_of, FAILED),
    "payment_intent.payment_failed": (lambda checkout: intent_of(session_of(checkout)), DECLINED),
    "payment_intent.succeeded": (lambda checkout: paid_intent_of(session_of(checkout)), PAID),
}


@pytest.mark.parametrize("event_type", EVENT_TYPES)
def test_each_event_we_listen_to_tells_what_it_means(gateway: StripeGateway, event_type: str):
    subject_of: Callable[[Checkout], dict[str, Any]]
    subject_of, meaning = MEANINGS[event_type]
    body = event_body(event_type, subject_of(CHECKOUT))

    assert gateway.verify_webhook(body, signature(body, NOON)).subject == meaning


@pytest.mark.parametrize("event_type", EVENT_TYPES)
def test_what_was_not_sold_by_us_is_no_business_of_ours(gateway: StripeGateway, event_type: str):
    subject = MEANINGS[event_type][0](CHECKOUT)
    body = event_body(event_type, subject | {"metadata": {}})

    assert gateway.verify_webhook(body, signature(body, NOON)).subject is None


def test_an_event_about_nothing_with_an_id_is_read_too(gateway: StripeGateway):
    body = event_body("balance.available", {"object": "balance"})

    event = gateway.verify_webhook(body, signature(body, NOON))

    assert (event.object_id, event.subject) == ("", None)


def test_the_payment_of_a_checkout_is_told_by_the_checkout_alone(gateway: StripeGateway):
    intent = paid_intent_of(session_of(CHECKOUT)) | {"metadata": {"purchase_id": "pur_1"}}
    body = event_body("payment_intent.succeeded", intent)

    assert gateway.verify_webhook(body, signature(body, NOON)).subject is None
