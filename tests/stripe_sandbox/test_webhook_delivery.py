"""Webhook delivery: signed, retried, repeated, out of order, and never lost."""

import sqlite3
import threading
from contextlib import closing

import pytest
import stripe

from stripe_sandbox import Deliverer, ensure_webhook_endpoint
from stripe_sandbox.contract import API_VERSION
from stripe_sandbox.errors import StripeError
from tests.stripe_sandbox.harness import SECRET, Host

HOUR = 3600


@pytest.fixture
def listening(host: Host) -> Host:
    host.listen()
    return host


def _attempts(host: Host) -> list[tuple[int | None, str]]:
    with closing(sqlite3.connect(host.database_path)) as connection:
        return connection.execute("SELECT status, outcome FROM delivery_attempts ORDER BY seq").fetchall()


def test_a_payment_is_told_in_order_with_a_signature_the_sdk_accepts(listening: Host) -> None:
    session = listening.a_session(metadata={"purchase": "1"})
    assert session.url is not None
    listening.press(session.url, "pay")
    listening.deliverer().run_pending()
    events = [received.event for received in listening.received]
    assert [event.type for event in events] == listening.events()
    completed = events[-1]
    assert (completed.type, completed.api_version) == ("checkout.session.completed", API_VERSION)
    told = completed.data.object
    assert (told["id"], told["payment_status"], told["metadata"]["purchase"]) == (session.id, "paid", "1")
    assert listening.v1.events.retrieve(completed.id).data.object["id"] == session.id


def test_a_changed_payload_or_another_secret_fails_the_signature(listening: Host) -> None:
    listening.v1.customers.create({"name": "Mira"})
    listening.deliverer().run_pending()
    (received,) = listening.received
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(received.body.replace(b"Mira", b"Mara"), received.signature, SECRET)
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(received.body, received.signature, "whsec_other")


def test_an_endpoint_that_fails_is_tried_again_later_and_later_for_three_days(listening: Host) -> None:
    listening.webhook_answers = [500] * 100
    listening.v1.customers.create({})
    deliverer = listening.deliverer()
    assert deliverer.run_pending() == 1
    for delay in (1, 5, 30, 300, 1_800, 2 * HOUR, 5 * HOUR, 10 * HOUR, *[12 * HOUR] * 4):
        listening.clock.advance(delay - 0.5)
        assert deliverer.run_pending() == 0
        listening.clock.advance(0.5)
        assert deliverer.run_pending() == 1
    listening.clock.advance(30 * 24 * HOUR)
    assert deliverer.run_pending() == 0
    assert _attempts(listening) == [(500, "HTTP 500")] * 13


def test_the_first_success_ends_the_retries(listening: Host) -> None:
    listening.webhook_answers = [500, 302, 204]
    listening.v1.customers.create({})
    deliverer = listening.deliverer()
    (event,) = listening.v1.events.list().data
    assert event.pending_webhooks == 1
    for delay in (0, 1, 5, 30):
        listening.clock.advance(delay)
        deliverer.run_pending()
    assert [status for status, _ in _attempts(listening)] == [500, 302, 204]
    assert listening.v1.events.retrieve(event.id).pending_webhooks == 0
    assert len({received.event.id for received in listening.received}) == 1


def test_an_endpoint_that_is_not_there_is_tried_again(host: Host) -> None:
    closed = f"{host.address.rsplit(':', 1)[0]}:1"
    ensure_webhook_endpoint(host.database_path, url=closed, secret=SECRET, clock=host.clock)
    host.v1.customers.create({})
    deliverer = host.deliverer()
    assert deliverer.run_pending() == 1
    ((status, outcome),) = _attempts(host)
    assert status is None
    assert outcome.startswith("ConnectError")
    host.listen()
    host.clock.advance(1)
    deliverer.run_pending()
    assert len(host.received) == 1


def test_every_event_may_arrive_twice(listening: Host) -> None:
    listening.v1.customers.create({})
    deliverer = listening.deliverer(duplicates=True)
    assert deliverer.run_pending() == 1
    first, second = (received.event for received in listening.received)
    assert first.id == second.id
    deliverer.duplicates = False
    assert deliverer.run_pending() == 0


def test_events_may_arrive_out_of_order(listening: Host) -> None:
    customer = listening.v1.customers.create({})
    listening.v1.customers.update(customer.id, {"name": "Mira"})
    listening.deliverer(out_of_order=True).run_pending()
    assert [received.event.type for received in listening.received] == ["customer.updated", "customer.created"]


def test_an_event_is_resent_as_often_as_asked(listening: Host) -> None:
    listening.v1.customers.create({})
    deliverer = listening.deliverer()
    deliverer.run_pending()
    (event,) = listening.v1.events.list().data
    for _ in range(2):
        assert deliverer.resend(event.id) == 1
        deliverer.run_pending()
    assert [received.event.id for received in listening.received] == [event.id] * 3
    with pytest.raises(StripeError, match="No such event: 'evt_no'"):
        deliverer.resend("evt_no")


def test_an_event_nobody_listened_to_can_be_sent_once_somebody_does(host: Host) -> None:
    host.v1.customers.create({})
    deliverer = host.deliverer()
    (event,) = host.v1.events.list().data
    assert (deliverer.run_pending(), deliverer.resend(event.id)) == (0, 0)
    host.listen()
    assert (deliverer.resend(event.id), deliverer.run_pending()) == (1, 1)


def test_a_refused_request_tells_nothing(listening: Host) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        listening.a_session(discounts=[{"coupon": "c"}])
    assert listening.deliverer().run_pending() == 0


def test_two_deliverers_send_each_event_once(listening: Host) -> None:
    for _ in range(20):
        listening.v1.customers.create({})
    together = threading.Barrier(2)

    def run() -> None:
        deliverer = listening.deliverer()
        together.wait()
        deliverer.run_pending()

    workers = [threading.Thread(target=run) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len({received.event.id for received in listening.received}) == len(listening.received) == 20


def test_a_delivery_whose_sender_died_is_due_again(listening: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    listening.v1.customers.create({})
    deliverer = listening.deliverer()

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as killed:
        killed.setattr(Deliverer, "_send", die)
        with pytest.raises(KeyboardInterrupt):
            deliverer.run_pending()
    assert deliverer.run_pending() == 0
    listening.clock.advance(60)
    assert deliverer.run_pending() == 1
    assert len(listening.received) == 1


def test_the_background_worker_delivers_by_itself_and_can_be_stopped_and_started(listening: Host) -> None:
    arrived = threading.Event()
    listening.received = _Signalling(arrived)
    deliverer = listening.deliverer()
    for _ in range(2):
        deliverer.start()
        deliverer.start()
        arrived.clear()
        listening.v1.customers.create({})
        assert arrived.wait(timeout=30)
        deliverer.stop()
        deliverer.stop()
    listening.v1.customers.create({})
    assert len(listening.received) == 2
    assert deliverer.run_pending() == 1


class _Signalling(list):  # type: ignore[type-arg]
    """A list that tells when something was added."""

    def __init__(self, arrived: threading.Event) -> None:
        super().__init__()
        self._arrived = arrived

    def append(self, item: object) -> None:
        super().append(item)
        self._arrived.set()
