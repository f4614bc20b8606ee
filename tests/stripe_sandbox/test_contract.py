"""The contract itself: it knows every request and resource of the SDK, and sees mistakes planted either way."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from stripe._object_classes import OBJECT_CLASSES

from stripe_sandbox.contract.answers import check_answer
from stripe_sandbox.contract.operations import find_operation, match_operation
from stripe_sandbox.contract.skeletons import blank
from stripe_sandbox.contract.traffic import Exchange, check_exchange
from stripe_sandbox.resources import OPERATIONS
from tests.stripe_sandbox.harness import Host


@pytest.fixture
def paid(host: Host) -> list[Exchange]:
    """The traffic of a purchase, from the customer to the event."""
    customer = host.v1.customers.create({"email": "mira@northwind.example", "metadata": {"organization": "org_1"}})
    price = host.v1.prices.create({"product_data": {"name": "500 credits"}, "currency": "usd", "unit_amount": 3990})
    session = host.a_session(line_items=[{"price": price.id, "quantity": 1}], customer=customer.id)
    assert session.url is not None
    host.press(session.url, "pay")
    host.v1.checkout.sessions.retrieve(session.id, {"expand": ["line_items", "payment_intent.latest_charge"]})
    host.v1.events.list({"type": "checkout.session.completed", "limit": 1})
    return list(host.recorder.exchanges)


def test_the_traffic_of_a_purchase_passes(paid: list[Exchange]) -> None:
    assert [check_exchange(exchange) for exchange in paid] == [[]] * len(paid)


MISTAKES_IN_REQUESTS = {
    "a misspelt parameter": ("/v1/customers", "email=", "emial="),
    "a nested parameter that does not exist": ("/v1/prices", "product_data[name]", "product_data[title]"),
    "a required parameter left out": ("/v1/prices", "currency=usd&", ""),
    "a fraction for a whole number": ("/v1/prices", "unit_amount=3990", "unit_amount=39.90"),
    "a value outside the enumeration": ("/v1/checkout/sessions", "mode=payment", "mode=gift"),
    "a hash where a list belongs": ("/v1/checkout/sessions", "line_items[0]", "line_items[first]"),
    "a value where a hash belongs": ("/v1/customers", "metadata[organization]", "metadata"),
    "a parameter given twice": ("/v1/customers", "email=", "email=x&email="),
    "a parameter of older versions": ("/v1/checkout/sessions", "mode=", "payment_method_types[0]=card&mode="),
    "a path that does not exist": ("/v1/customers", "/v1/customers", "/v1/costumers"),
}


@pytest.mark.parametrize("name", MISTAKES_IN_REQUESTS)
def test_a_mistake_planted_in_a_request_is_seen_and_refused(host: Host, paid: list[Exchange], name: str) -> None:
    path, right, wrong = MISTAKES_IN_REQUESTS[name]
    sent = next(each for each in paid if each.path == path and each.method == "POST")
    body = sent.body.replace("%5B", "[").replace("%5D", "]")
    planted = replace(sent, path=path.replace(right, wrong), body=body.replace(right, wrong))
    assert planted != replace(sent, body=body)
    assert check_exchange(replace(sent, body=body)) == []
    assert check_exchange(planted) != []
    assert host.raw("POST", planted.path, planted.body).status_code in (400, 404)


def _moved(answer: dict[str, Any]) -> None:
    answer["payment_intent"]["charges"] = {"object": "list", "data": []}


def _older_api(answer: dict[str, Any]) -> None:
    answer["shipping_details"] = None


MISTAKES_IN_ANSWERS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "a field that does not exist": lambda answer: answer.update(colour="blue"),
    "a field that moved": _moved,
    "a field of older versions": _older_api,
    "a field left out": lambda answer: answer.pop("payment_status"),
    "null where it cannot be": lambda answer: answer.update(created=None),
    "a text for a number": lambda answer: answer.update(expires_at="tomorrow"),
    "a value outside the enumeration": lambda answer: answer.update(status="done"),
    "a list for a list object": lambda answer: answer.update(line_items=[]),
    "a list object without its url": lambda answer: answer["line_items"].pop("url"),
    "a number in metadata": lambda answer: answer.update(metadata={"a": 1}),
    "a mistake deep inside": lambda answer: answer["payment_intent"]["latest_charge"]["outcome"].update(type=None),
    "an object of another kind": lambda answer: answer.update(blank("customer")),
    "no object at all": lambda answer: answer.clear(),
}


@pytest.mark.parametrize("name", MISTAKES_IN_ANSWERS)
def test_a_mistake_planted_in_an_answer_is_seen(paid: list[Exchange], name: str) -> None:
    sent = next(each for each in paid if each.path.startswith("/v1/checkout/sessions/"))
    answer = json.loads(sent.answer)
    MISTAKES_IN_ANSWERS[name](answer)
    assert check_exchange(replace(sent, answer=json.dumps(answer))) != []


def test_a_mistake_inside_an_event_is_seen(paid: list[Exchange]) -> None:
    sent = next(each for each in paid if each.path == "/v1/events")
    answer = json.loads(sent.answer)
    del answer["data"][0]["data"]["object"]["payment_status"]
    (problem,) = check_exchange(replace(sent, answer=json.dumps(answer)))
    assert problem == "GET /v1/events: event.data.object.payment_status: missing"


def test_a_list_of_the_wrong_things_is_seen(paid: list[Exchange]) -> None:
    sent = next(each for each in paid if each.path == "/v1/events")
    assert check_exchange(replace(sent, path="/v1/customers", query="")) != []
    assert check_exchange(replace(sent, answer="not json")) != []


def test_every_path_the_sandbox_offers_exists_at_stripe() -> None:
    assert [key for key in OPERATIONS if find_operation(*key) is None] == []


def test_a_literal_path_wins_over_a_placeholder() -> None:
    for path, template in (("/v1/prices/search", "/v1/prices/search"), ("/v1/prices/price_1", "/v1/prices/{price}")):
        operation = match_operation("GET", path)
        assert operation is not None
        assert operation.template == template


# Required fields that are themselves resources: a blank cannot invent one.
WITHOUT_BLANK = {
    "billing.alert_triggered",
    "event",
    "issuing.authorization",
    "issuing.card",
    "product_feature",
    "source_mandate_notification",
    "subscription_item",
}


@pytest.mark.parametrize(
    "name", sorted(OBJECT_CLASSES.keys() - WITHOUT_BLANK - {"file_upload", "list", "search_result"})
)
def test_a_blank_resource_keeps_to_its_class(name: str) -> None:
    assert check_answer(blank(name) | {"object": name}) == []
