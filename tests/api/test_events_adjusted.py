"""One event over HTTP: read, cancelled, corrected by another in its place."""

from typing import Any

import pytest

from billing_core.bootstrap.self_audit import audit_books
from billing_core.domain.organizations import ApiScope
from tests.api.conftest import Api
from tests.product import Product

EVENTS = "/api/v1/events"
EVENT = {"id": "req_1", "feature": "generate_content", "provider": "openai", "model": "gpt-4o", "input_tokens": 1_000}
WHY = {"reason": "Sent by a load test"}


@pytest.fixture
def charged(api: Api) -> str:
    """Our id of an event of Northwind that cost 10 of its 15 credits."""
    return api.post(EVENTS, json=EVENT).json()["results"][0]["charge"]["id"]


@pytest.fixture
def operator(api: Api, northwind: str) -> Api:
    """The client with a key of operators, which names Northwind."""
    api.as_(api.key(None))
    api.params = {"organization_id": northwind}
    return api


def balance(api: Api) -> Any:
    return api.get("/api/v1/billing/balance").json()["credits"]


def test_an_event_is_read_by_the_id_its_charge_told(api: Api, charged: str, northwind: str) -> None:
    shown = api.get(f"{EVENTS}/{charged}").json()
    assert (shown["id"], shown["event_id"], shown["credits"]["amount"]) == (charged, "req_1", "10.00")
    assert shown["provider_costs"] is None
    api.as_(api.key(None)).params = {"organization_id": northwind}
    assert api.get(f"{EVENTS}/{charged}").json()["provider_costs"] == [{"amount": "0.0025", "currency": "USD"}]


def test_a_cancelled_event_gives_back_what_it_took(charged: str, operator: Api, product: Product) -> None:
    cancelled = operator.post(f"{EVENTS}/{charged}/cancel", json=WHY)
    assert cancelled.status_code == 200
    assert (cancelled.json()["is_cancelled"], cancelled.json()["credits"]["amount"]) == (True, "0.00")
    assert cancelled.json() == operator.get(f"{EVENTS}/{charged}").json()
    assert balance(operator) == "15.00"
    again = operator.post(f"{EVENTS}/{charged}/cancel", json=WHY)
    assert (again.status_code, again.json()["field"]) == (409, "event_id")
    assert list(audit_books(product)) == []


def test_a_corrected_event_is_cancelled_and_charged_as_it_happened(
    charged: str, operator: Api, product: Product
) -> None:
    corrected = operator.post(
        f"{EVENTS}/{charged}/correct", json=WHY | {"event": EVENT | {"id": "req_1b", "feature": "CategorizationAgent"}}
    )
    assert corrected.status_code == 200
    assert (corrected.json()["credits"], balance(operator)) == ("2.00", "13.00")
    assert operator.get(f"{EVENTS}/{charged}").json()["is_cancelled"] is True
    assert operator.get(f"{EVENTS}/{corrected.json()['id']}").json()["event_id"] == "req_1b"
    assert list(audit_books(product)) == []


@pytest.mark.parametrize(
    ("event", "status", "field"),
    [
        (EVENT, 422, "event_id"),
        (EVENT | {"id": "2", "feature": "nothing"}, 404, "feature"),
        (EVENT | {"id": "2", "input_tokens": -1}, 422, "event.input_tokens"),
    ],
)
def test_a_correction_that_is_refused_leaves_the_event_as_it_was(
    charged: str, operator: Api, event: dict[str, Any], status: int, field: str
) -> None:
    answer = operator.post(f"{EVENTS}/{charged}/correct", json=WHY | {"event": event})
    assert (answer.status_code, answer.json()["field"]) == (status, field)
    assert operator.get(f"{EVENTS}/{charged}").json()["is_cancelled"] is False


@pytest.mark.parametrize("what", ["cancel", "correct"])
def test_who_pays_for_usage_cannot_take_it_back(api: Api, charged: str, northwind: str, what: str) -> None:
    body = WHY | ({"event": EVENT | {"id": "2"}} if what == "correct" else {})
    answer = api.post(f"{EVENTS}/{charged}/{what}", json=body)
    assert (answer.status_code, answer.json()["permission"]) == (403, "grant_credits")
    api.as_(api.key(None, ApiScope.MANAGE)).params = {"organization_id": northwind}
    assert api.post(f"{EVENTS}/{charged}/{what}", json=body).status_code == (200 if what == "cancel" else 403)


def test_an_event_of_another_organization_is_not_there(api: Api, charged: str, product: Product) -> None:
    other = product.organization("Contoso Labs")
    theirs = api.as_(api.key(other)).get(f"{EVENTS}/{charged}")
    nobodys = api.get(f"{EVENTS}/evt_none")
    assert (theirs.status_code, nobodys.status_code) == (404, 404)
    assert theirs.json()["title"].replace(charged, "evt_none") == nobodys.json()["title"]
    api.as_(api.key(None)).params = {"organization_id": other}
    assert api.post(f"{EVENTS}/{charged}/cancel", json=WHY).status_code == 404
