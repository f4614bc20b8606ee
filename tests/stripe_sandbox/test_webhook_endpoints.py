"""Webhook endpoints: registered by the API as at Stripe, or ensured by the host."""

import pytest
import stripe

from stripe_sandbox import ensure_webhook_endpoint
from stripe_sandbox.contract import API_VERSION
from tests.stripe_sandbox.harness import SECRET, Host


def test_only_the_answer_to_create_shows_the_secret(host: Host) -> None:
    created = host.v1.webhook_endpoints.create(
        {"url": host.webhook_url, "enabled_events": ["checkout.session.completed"], "api_version": "2026-10-28.endive"}
    )
    assert created.secret is not None
    assert created.secret.startswith("whsec_")
    assert (created.status, created.api_version) == ("enabled", API_VERSION)
    assert "secret" not in host.v1.webhook_endpoints.retrieve(created.id)
    assert all("secret" not in each for each in host.v1.webhook_endpoints.list())
    assert created.secret not in host.raw("GET", "/v1/webhook_endpoints").text


def test_a_registered_endpoint_gets_its_own_events_signed_with_its_own_secret(host: Host) -> None:
    created = host.v1.webhook_endpoints.create({"url": host.webhook_url, "enabled_events": ["product.created"]})
    host.v1.customers.create({})
    host.v1.products.create({"name": "x"})
    host.deliverer().run_pending()
    (received,) = host.received
    event = host.client.construct_event(received.body, received.signature, created.secret)
    assert event.type == "product.created"


def test_an_endpoint_is_changed_switched_off_and_deleted(host: Host) -> None:
    endpoint = host.v1.webhook_endpoints.create({"url": host.webhook_url, "enabled_events": ["*"]}).id
    host.v1.customers.create({})
    updated = host.v1.webhook_endpoints.update(
        endpoint, {"disabled": True, "description": "off", "enabled_events": ["customer.created"]}
    )
    assert (updated.status, updated.description, updated.enabled_events) == ("disabled", "off", ["customer.created"])
    host.v1.customers.create({})
    assert host.deliverer().run_pending() == 0
    host.v1.webhook_endpoints.update(endpoint, {"disabled": False})
    host.v1.customers.create({})
    deleted = host.v1.webhook_endpoints.delete(endpoint)
    assert deleted.deleted is True
    assert host.deliverer().run_pending() == 0
    assert host.v1.webhook_endpoints.list().data == []


def test_the_host_ensures_one_endpoint_wherever_it_has_moved(host: Host) -> None:
    first = ensure_webhook_endpoint(host.database_path, url=f"{host.address}/gone", secret="whsec_old")
    host.v1.customers.create({})
    second = ensure_webhook_endpoint(host.database_path, url=host.webhook_url, secret=SECRET)
    assert first == second
    assert [each.url for each in host.v1.webhook_endpoints.list()] == [host.webhook_url]
    host.deliverer().run_pending()
    assert [received.event.type for received in host.received] == ["customer.created"]


@pytest.mark.parametrize(
    ("form", "param", "code"),
    [
        ("url=https://example.com/hook&enabled_events[]=*", "url", "url_invalid"),
        ("url=http://127.0.0.1.example.com/hook&enabled_events[]=*", "url", "url_invalid"),
        ("url=http://user@example.com&enabled_events[]=*", "url", "url_invalid"),
        ("url=ftp://127.0.0.1&enabled_events[]=*", "url", "url_invalid"),
        ("url=&enabled_events[]=*", "url", "url_invalid"),
        ("enabled_events[]=*", "url", "parameter_missing"),
        ("url=http://127.0.0.1", "enabled_events", "parameter_missing"),
        ("url=http://127.0.0.1&enabled_events[]=no.such.event", "enabled_events[0]", None),
        ("url=http://127.0.0.1&enabled_events[]=*&api_version=2020-08-27", "api_version", None),
        ("url=http://127.0.0.1&enabled_events[]=*&connect=true", "connect", None),
    ],
)
def test_an_endpoint_nothing_could_be_sent_to_is_refused(host: Host, form: str, param: str, code: str | None) -> None:
    answer = host.raw("POST", "/v1/webhook_endpoints", form)
    assert answer.status_code == 400
    assert (answer.json()["error"]["param"], answer.json()["error"].get("code")) == (param, code)
    assert host.v1.webhook_endpoints.list().data == []


def test_there_are_at_most_sixteen_endpoints(host: Host) -> None:
    for _ in range(16):
        host.v1.webhook_endpoints.create({"url": host.webhook_url, "enabled_events": ["*"]})
    with pytest.raises(stripe.InvalidRequestError, match="maximum of 16"):
        host.v1.webhook_endpoints.create({"url": host.webhook_url, "enabled_events": ["*"]})
