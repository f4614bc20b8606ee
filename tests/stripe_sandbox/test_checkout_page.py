"""The Checkout page: what a person sees, presses, and what comes of it."""

import threading
from concurrent.futures import ThreadPoolExecutor

import stripe

from tests.stripe_sandbox.harness import Host

BANNER = "EMBEDDED STRIPE - NO REAL MONEY"


def _url(session: stripe.checkout.Session) -> str:
    assert session.url is not None
    return session.url


def _path(host: Host, session: stripe.checkout.Session) -> str:
    return _url(session).removeprefix(host.address.rsplit("/", 1)[0])


def test_the_page_says_what_is_bought_and_asks_for_no_card(host: Host) -> None:
    session = host.a_session(customer_email="mira@northwind.example")
    answer = host.browser.get(_url(session))
    text = host.text(_url(session))
    assert text.startswith(BANNER)
    for words in ("Checkout for mira@northwind.example", "500 credits", "Quantity 1", "Total $39.90"):
        assert words in text
    for button in ("Pay $39.90", "Decline card", "Pay with 3-D Secure"):
        assert f">{button}</button>" in answer.text
    assert f'href="{session.cancel_url}">Back</a>' in answer.text
    assert "<input" not in answer.text
    assert "<script" not in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_paying_completes_the_session_and_leads_back_with_its_id(host: Host) -> None:
    customer = host.v1.customers.create({"email": "mira@northwind.example"}).id
    session = host.a_session(
        customer=customer, payment_intent_data={"description": "500 credits", "metadata": {"purchase": "1"}}
    )
    before = len(host.events())
    answer = host.press(_url(session), "pay")
    assert answer.status_code == 303
    assert answer.headers["location"] == f"{host.address}/thanks?session_id={session.id}"
    paid = host.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent.latest_charge"]})
    assert (paid.status, paid.payment_status, paid.url) == ("complete", "paid", None)
    intent = paid.payment_intent
    assert isinstance(intent, stripe.PaymentIntent)
    assert (intent.status, intent.amount_received, intent.customer) == ("succeeded", 3990, customer)
    assert (intent.description, intent.metadata["purchase"]) == ("500 credits", "1")
    charge = intent.latest_charge
    assert isinstance(charge, stripe.Charge)
    assert (charge.paid, charge.amount_captured, charge.status) == (True, 3990, "succeeded")
    assert charge.metadata["purchase"] == "1"
    assert charge.billing_details.email == "mira@northwind.example"
    assert host.events()[before:] == [
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.succeeded",
        "checkout.session.completed",
    ]
    assert [each.id for each in host.v1.payment_intents.list({"customer": customer})] == [intent.id]
    assert [each.id for each in host.v1.charges.list({"payment_intent": intent.id})] == [charge.id]
    assert host.v1.charges.retrieve(charge.id).id == charge.id
    assert isinstance(charge.payment_method, str)
    assert host.v1.payment_methods.retrieve(charge.payment_method).type == "card"


def test_a_declined_card_leaves_the_session_open_for_another_try(host: Host) -> None:
    session = host.a_session()
    before = len(host.events())
    answer = host.press(_url(session), "decline")
    assert (answer.status_code, answer.headers["location"]) == (303, _path(host, session))
    assert '<p class="alert" role="alert">Your card was declined.</p>' in host.browser.get(_url(session)).text
    declined = host.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent"]})
    assert (declined.status, declined.payment_status) == ("open", "unpaid")
    intent = declined.payment_intent
    assert isinstance(intent, stripe.PaymentIntent)
    assert (intent.status, intent.amount_received) == ("requires_payment_method", 0)
    assert intent.last_payment_error is not None
    assert (intent.last_payment_error.code, intent.last_payment_error.type) == ("card_declined", "card_error")
    assert host.events()[before:] == ["payment_intent.created", "charge.failed", "payment_intent.payment_failed"]

    host.press(_url(session), "pay")
    paid = host.v1.payment_intents.retrieve(intent.id)
    assert (paid.status, paid.last_payment_error) == ("succeeded", None)
    assert [charge.status for charge in host.v1.charges.list()] == ["succeeded", "failed"]
    assert host.events().count("checkout.session.completed") == 1


def test_completing_3d_secure_pays(host: Host) -> None:
    session = host.a_session()
    answer = host.press(_url(session), "authenticate")
    assert answer.headers["location"] == f"{_path(host, session)}/authenticate"
    bank = f"{_url(session)}/authenticate"
    text = host.text(bank)
    for words in (BANNER, "Authenticate this payment", "pays $39.90", "Complete", "Fail"):
        assert words in text
    (waiting,) = host.v1.payment_intents.list().data
    assert waiting.status == "requires_action"
    assert waiting.next_action is not None
    assert waiting.next_action.redirect_to_url is not None
    assert waiting.next_action.redirect_to_url.url == bank
    answer = host.press(bank, "complete")
    assert answer.headers["location"] == f"{host.address}/thanks?session_id={session.id}"
    (charge,) = host.v1.charges.list().data
    assert charge.payment_method_details is not None
    assert charge.payment_method_details.card is not None
    assert charge.payment_method_details.card.three_d_secure is not None
    assert charge.payment_method_details.card.three_d_secure.result == "authenticated"
    assert host.v1.checkout.sessions.retrieve(session.id).payment_status == "paid"


def test_failing_3d_secure_charges_nothing_and_one_may_pay_afterwards(host: Host) -> None:
    session = host.a_session()
    host.press(_url(session), "authenticate")
    host.press(f"{_url(session)}/authenticate", "fail")
    assert "We are unable to authenticate your payment method." in host.text(_url(session))
    (intent,) = host.v1.payment_intents.list().data
    assert intent.status == "requires_payment_method"
    assert intent.last_payment_error is not None
    assert intent.last_payment_error.code == "payment_intent_authentication_failure"
    assert host.v1.charges.list().data == []
    host.press(_url(session), "pay")
    assert host.v1.checkout.sessions.retrieve(session.id).status == "complete"


def test_the_banks_page_does_nothing_when_the_bank_did_not_ask(host: Host) -> None:
    session = host.a_session()
    bank = f"{_url(session)}/authenticate"
    assert host.browser.get(bank).headers["location"] == _path(host, session)
    host.press(bank, "complete")
    host.press(bank, "fail")
    host.press(_url(session), "no such button")
    assert host.v1.payment_intents.list().data == []
    assert host.v1.checkout.sessions.retrieve(session.id).status == "open"


def test_pressing_pay_many_times_at_once_charges_once(host: Host) -> None:
    session = host.a_session()
    together = threading.Barrier(4)

    def press(_: int) -> int:
        together.wait()
        return host.press(_url(session), "pay").status_code

    with ThreadPoolExecutor(4) as people:
        assert list(people.map(press, range(4))) == [303] * 4
    assert len(host.v1.charges.list().data) == 1
    assert host.events().count("checkout.session.completed") == 1


def test_a_paid_session_says_so_and_links_back(host: Host) -> None:
    session = host.a_session()
    host.press(_url(session), "pay")
    assert "$39.90 is paid" in host.text(_url(session))
    assert f'href="{host.address}/thanks?session_id={session.id}">Back</a>' in host.browser.get(_url(session)).text
    assert "Pay $39.90" not in host.text(_url(session))


def test_a_guest_becomes_a_customer_only_when_asked(host: Host) -> None:
    guest = host.a_session(customer_email="guest@northwind.example")
    host.press(_url(guest), "pay")
    assert host.v1.checkout.sessions.retrieve(guest.id).customer is None
    kept = host.a_session(customer_email="kept@northwind.example", customer_creation="always")
    host.press(_url(kept), "pay")
    session = host.v1.checkout.sessions.retrieve(kept.id, {"expand": ["customer"]})
    assert isinstance(session.customer, stripe.Customer)
    assert session.customer.email == "kept@northwind.example"


def test_markup_in_any_text_stays_text(host: Host) -> None:
    session = host.a_session(
        customer_email="<i>@x.y",
        cancel_url='http://127.0.0.1/"onclick="alert(1)',
        line_items=[
            {
                "price_data": {
                    "currency": "usd",
                    "unit_amount": 3990,
                    "product_data": {"name": "<script>alert(1)</script>"},
                },
                "quantity": 1,
            }
        ],
    )
    html = host.browser.get(_url(session)).text
    assert "<script" not in html
    assert "<i>" not in html
    assert '"onclick' not in html


def test_an_unknown_session_has_no_page_and_takes_no_payment(host: Host) -> None:
    customer = host.v1.customers.create({}).id
    for unknown in ("cs_test_unknown", customer):
        page = f"{host.mount}/checkout/{unknown}"
        assert host.browser.get(page).status_code == 404
        assert host.press(page, "pay").status_code == 404
        assert host.press(f"{page}/authenticate", "complete").status_code == 404
        assert host.browser.get(f"{page}/authenticate").status_code == 404


def test_who_comes_too_late_cannot_pay(host: Host) -> None:
    session = host.a_session()
    page = _url(session)
    host.clock.advance(24 * 3600)
    answer = host.press(page, "pay")
    assert "This checkout has expired" in answer.text
    assert f'href="{session.cancel_url}">Back</a>' in answer.text
    assert host.v1.charges.list().data == []
