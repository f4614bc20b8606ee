"""Idempotency keys: a retry does nothing twice, and a key is never good for two things."""

import sqlite3
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from contextlib import closing

import pytest
import stripe

from tests.stripe_sandbox.harness import Host


def test_the_same_request_with_the_same_key_is_done_once(host: Host) -> None:
    first = host.v1.customers.create({"name": "Mira"}, {"idempotency_key": "k1"})
    again = host.v1.customers.create({"name": "Mira"}, {"idempotency_key": "k1"})
    assert again.to_dict() == first.to_dict()
    assert first.last_response is not None
    assert again.last_response is not None
    assert "idempotent-replayed" not in first.last_response.headers
    assert again.last_response.headers["idempotent-replayed"] == "true"
    assert again.last_response.idempotency_key == "k1"
    assert len(host.v1.customers.list().data) == 1
    assert host.events() == ["customer.created"]
    (event,) = host.v1.events.list().data
    assert event.request is not None
    assert event.request.idempotency_key == "k1"


def test_an_answer_is_replayed_as_it_was_even_when_the_object_has_changed(host: Host) -> None:
    created = host.v1.customers.create({"name": "Mira"}, {"idempotency_key": "k1"})
    host.v1.customers.update(created.id, {"name": "Mia"})
    assert host.v1.customers.create({"name": "Mira"}, {"idempotency_key": "k1"}).name == "Mira"


def test_the_same_key_with_other_parameters_is_an_error(host: Host) -> None:
    host.v1.customers.create({"name": "Mira"}, {"idempotency_key": "k1"})
    with pytest.raises(stripe.IdempotencyError, match="same parameters") as refused:
        host.v1.customers.create({"name": "Mia"}, {"idempotency_key": "k1"})
    assert refused.value.http_status == 400
    with pytest.raises(stripe.IdempotencyError, match="same endpoint"):
        host.v1.products.create({"name": "Mira"}, {"idempotency_key": "k1"})
    assert host.events() == ["customer.created"]


def test_a_refused_request_leaves_its_key_free(host: Host) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        host.v1.customers.create({"email": "nobody"}, {"idempotency_key": "k1"})
    assert host.v1.customers.create({"email": "a@b.co"}, {"idempotency_key": "k1"}).email == "a@b.co"


def test_a_key_is_forgotten_after_a_day(host: Host) -> None:
    first = host.v1.customers.create({}, {"idempotency_key": "k1"})
    host.clock.advance(24 * 3600 + 1)
    assert host.v1.customers.create({}, {"idempotency_key": "k1"}).id != first.id


def test_a_key_outlives_a_restart(host: Host) -> None:
    first = host.v1.customers.create({}, {"idempotency_key": "k1"})
    host.restart()
    assert host.v1.customers.create({}, {"idempotency_key": "k1"}).id == first.id


def test_a_key_in_use_is_refused_with_409(host: Host) -> None:
    """Two requests with one key while the file is locked: one waits for it, the other is sent away at once."""
    host.v1.customers.list()

    def create() -> str:
        return host.v1.customers.create({}, {"idempotency_key": "k1"}).id

    with closing(sqlite3.connect(host.database_path, isolation_level=None)) as lock, ThreadPoolExecutor(2) as clients:
        lock.execute("BEGIN IMMEDIATE")
        requests = {clients.submit(create) for _ in range(2)}
        done, waiting = wait(requests, return_when=FIRST_COMPLETED)
        lock.execute("ROLLBACK")
        (refused,), (granted,) = done, waiting
        error = refused.exception()
        assert isinstance(error, stripe.APIError)
        assert error.error is not None
        assert (error.http_status, error.error.code) == (409, "idempotency_key_in_use")
        assert granted.result().startswith("cus_")
    assert len(host.v1.customers.list().data) == 1


def test_a_key_has_a_length_limit_and_counts_only_for_post(host: Host) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="at most 255"):
        host.v1.customers.create({}, {"idempotency_key": "k" * 256})
    host.v1.customers.list({"limit": 1}, {"idempotency_key": "k1"})
    assert host.v1.customers.list({"limit": 2}, {"idempotency_key": "k1"}).data == []
