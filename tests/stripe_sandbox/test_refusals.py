"""Requests the API refuses before it does anything: who asks, for what, and how."""

import base64
import logging
import sqlite3
from contextlib import closing

import pytest
import stripe

from stripe_sandbox.contract import API_VERSION
from tests.stripe_sandbox.harness import Host


@pytest.mark.parametrize("key", ["sk_live_51Habcdefghijklmnop", "sk_test_51Habcdefghijklmnop", "rk_test_1"])
def test_a_real_key_is_refused_and_not_repeated(host: Host, key: str) -> None:
    with pytest.raises(stripe.AuthenticationError, match="Invalid API Key provided") as refused:
        host.client_with(key).v1.customers.create({})
    assert refused.value.http_status == 401
    assert key not in str(refused.value)
    assert host.v1.customers.list().data == []


def test_a_request_without_a_key_is_refused(host: Host) -> None:
    answer = host.raw("GET", "/v1/customers", Authorization="")
    assert answer.status_code == 401
    assert "did not provide an API key" in answer.json()["error"]["message"]


def test_the_key_may_come_by_basic_authentication(host: Host) -> None:
    def basic(user: bytes) -> str:
        return f"Basic {base64.b64encode(user).decode()}"

    assert host.raw("GET", "/v1/customers", Authorization=basic(b"sk_test_embedded:")).status_code == 200
    assert host.raw("GET", "/v1/customers", Authorization=basic(b"sk_test_other:")).status_code == 401
    assert host.raw("GET", "/v1/customers", Authorization="Basic %%%").status_code == 401


def test_another_api_version_is_refused(host: Host) -> None:
    with pytest.raises(stripe.InvalidRequestError, match=f"speaks {API_VERSION}"):
        host.client_with("sk_test_embedded", stripe_version="2020-08-27").v1.customers.list()


def test_every_answer_names_its_request(host: Host) -> None:
    granted = host.v1.customers.create({})
    assert granted.last_response is not None
    assert granted.last_response.request_id is not None
    assert granted.last_response.request_id.startswith("req_")
    assert host.v1.events.list().data[0].request is not None
    assert host.v1.events.list().data[0].request.id == granted.last_response.request_id  # type: ignore[union-attr]
    assert host.raw("GET", "/v1/nothing").headers["request-id"].startswith("req_")


@pytest.mark.parametrize(
    ("method", "path", "name"),
    [
        ("GET", "/v1/customers/cus_no", "customer"),
        ("POST", "/v1/customers/cus_no", "customer"),
        ("GET", "/v1/products/prod_no", "product"),
        ("GET", "/v1/prices/price_no", "price"),
        ("GET", "/v1/checkout/sessions/cs_no", "checkout.session"),
        ("POST", "/v1/checkout/sessions/cs_no/expire", "checkout.session"),
        ("GET", "/v1/checkout/sessions/cs_no/line_items", "checkout.session"),
        ("GET", "/v1/payment_intents/pi_no", "payment_intent"),
        ("GET", "/v1/payment_methods/pm_no", "payment_method"),
        ("GET", "/v1/charges/ch_no", "charge"),
        ("GET", "/v1/events/evt_no", "event"),
        ("GET", "/v1/webhook_endpoints/we_no", "webhook_endpoint"),
        ("DELETE", "/v1/webhook_endpoints/we_no", "webhook_endpoint"),
    ],
)
def test_an_unknown_id_is_a_missing_resource(host: Host, method: str, path: str, name: str) -> None:
    answer = host.raw(method, path)
    assert answer.status_code == 404
    error = answer.json()["error"]
    assert (error["type"], error["code"], error["param"]) == ("invalid_request_error", "resource_missing", "id")
    assert error["message"].startswith(f"No such {name}: '")
    assert error["doc_url"] == "https://stripe.com/docs/error-codes/resource-missing"


def test_an_id_of_another_kind_is_missing_too(host: Host) -> None:
    product = host.v1.products.create({"name": "x"}).id
    with pytest.raises(stripe.InvalidRequestError, match=f"No such customer: '{product}'"):
        host.v1.customers.retrieve(product)


def test_an_address_stripe_does_not_have_differs_from_one_not_offered_here(host: Host) -> None:
    for method, path in (("GET", "/v1/nothing"), ("PUT", "/v1/customers"), ("GET", "/v2/nothing")):
        answer = host.raw(method, path)
        assert answer.status_code == 404
        assert answer.json()["error"]["message"] == f"Unrecognized request URL ({method}: {path})."
    answer = host.raw("POST", "/v1/refunds")
    assert answer.status_code == 404
    assert answer.json()["error"]["message"] == "The embedded Stripe does not offer POST /v1/refunds."


@pytest.mark.parametrize(
    ("form", "param", "code"),
    [
        ("emial=a@b.co", "emial", "parameter_unknown"),
        ("address[town]=x", "address[town]", "parameter_unknown"),
        ("address=Oslo", "address", None),
        ("name[a]=x", "name", None),
        ("name=a&name=b", "name", None),
        ("name=a&name[b]=c", "name[b]", None),
        ("na[me=a", "na[me", None),
        ("tax_exempt=maybe", "tax_exempt", None),
        ("balance=1.5", "balance", "parameter_invalid_integer"),
        ("balance=", "balance", "parameter_invalid_empty"),
        ("shipping[phone]=1&shipping[address][city]=x", "shipping[name]", "parameter_missing"),
        ("metadata=x", "metadata", None),
        ("metadata[a][b]=x", "metadata[a]", None),
        ("preferred_locales=en", "preferred_locales", None),
        ("a" + "[b]" * 20 + "=x", "a" + "[b]" * 20, None),
        ("test_clock=clock_1", "test_clock", None),
    ],
)
def test_what_the_sdks_types_would_not_let_through_is_refused(
    host: Host, form: str, param: str, code: str | None
) -> None:
    answer = host.raw("POST", "/v1/customers", form)
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert error["type"] == "invalid_request_error"
    assert (error["param"], error.get("code")) == (param, code)
    assert host.v1.customers.list().data == []


def test_a_method_that_takes_no_parameters_gets_none(host: Host) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="Received unknown parameter: limit"):
        host.v1.checkout.sessions.expire("cs_no", {"limit": 1})  # type: ignore[typeddict-unknown-key]


def test_a_body_that_is_no_form_is_refused(host: Host) -> None:
    answer = host.raw("POST", "/v1/customers", '{"name": "Mira"}', Content_Type="application/json")
    assert answer.status_code == 400
    assert "application/x-www-form-urlencoded" in answer.json()["error"]["message"]
    assert host.raw("POST", "/v1/customers", "name=%ff").status_code == 400


def test_a_body_beyond_reason_is_refused(host: Host) -> None:
    assert host.raw("POST", "/v1/customers", f"name={'x' * 5_001}").status_code == 400
    assert host.browser.post(f"{host.mount}/checkout/cs_x", content=b"x" * 600_000).status_code == 413


def test_a_failure_of_the_sandbox_itself_has_stripes_shape_and_is_logged(
    host: Host, caplog: pytest.LogCaptureFixture
) -> None:
    with closing(sqlite3.connect(host.database_path)) as connection:
        connection.execute("DROP TABLE resources")
    with caplog.at_level(logging.ERROR), pytest.raises(stripe.APIError, match="its log says why") as failed:
        host.v1.customers.list()
    assert failed.value.http_status == 500
    assert "embedded Stripe failed at GET /v1/customers" in caplog.text
