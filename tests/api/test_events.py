"""Usage over HTTP: one answer per event, once each, refused with the field at fault."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from billing_core.api.create_api import create_api
from billing_core.domain.organizations import ApiScope
from billing_core.services.organizations.create_api_key import create_api_key
from tests.product import SYSTEM, Product, a_product

EVENT = {"id": "req_1", "feature": "generate_content", "time": "2026-11-20T11:00:00Z"}


@pytest.fixture
def product(tmp_path: Path) -> Product:
    return a_product(tmp_path)


@pytest.fixture
def api(product: Product) -> Iterator[TestClient]:
    organization_id = product.organization(credits="15")
    with TestClient(
        create_api(product), headers={"Authorization": f"Bearer {a_key(product, organization_id)}"}
    ) as client:
        yield client


def a_key(product: Product, organization_id: str, *scopes: ApiScope) -> str:
    with product.write() as uow:
        return create_api_key(
            uow,
            organization_id=organization_id,
            name="Test",
            scopes=frozenset(scopes or ApiScope),
            actor=SYSTEM,
            now=product.clock.now(),
        ).secret


def test_an_event_is_charged_and_the_same_again_is_a_duplicate(api: TestClient) -> None:
    (first,) = api.post("/v1/events", json=EVENT).json()["results"]
    (second,) = api.post("/v1/events", json=[EVENT]).json()["results"]
    assert (first["status"], first["charge"]["credits"]) == ("accepted", "10.00")
    assert second == first | {"status": "duplicate"}
    assert api.get("/v1/billing/balance").json() == {
        "credits": "5.00",
        "balance": "0.00",
        "owed": "0.00",
        "currency": "USD",
    }


def test_each_event_of_a_batch_gets_its_own_answer(api: TestClient) -> None:
    batch = [
        EVENT,
        EVENT | {"id": "2", "feature": "nothing"},
        EVENT | {"id": "3", "input_tokens": -1},
        EVENT | {"units": 2},
    ]
    results = api.post("/v1/events", json=batch).json()["results"]
    assert [result["status"] for result in results] == ["accepted", "rejected", "rejected", "rejected"]
    assert [result["error"]["code"] for result in results[1:]] == ["not_found", "invalid_input", "event_conflict"]
    assert results[2]["error"]["field"] == "input_tokens"


@pytest.mark.parametrize(
    "change",
    [{"time": "2026-11-20T11:00:00"}, {"units": 1.5}, {"units": "1"}, {"unknown": 1}, {"is_error": 1}, {"id": None}],
)
def test_what_does_not_fit_the_schema_is_a_problem_that_names_the_field(
    api: TestClient, change: dict[str, object]
) -> None:
    answer = api.post("/v1/events", json=EVENT | change)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert next(iter(change)) in answer.json()["field"]


@pytest.mark.parametrize(("sent", "field"), [([EVENT, EVENT | {"units": 1.5}], "1.units"), ([], "body")])
def test_in_a_list_the_event_and_its_field_are_named(api: TestClient, sent: object, field: str) -> None:
    answer = api.post("/v1/events", json=sent)
    assert (answer.status_code, answer.json()["field"]) == (422, field)


@pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer tbk_guess", "Basic dGJr", "tbk_guess"])
def test_without_a_key_that_is_known_nothing_is_told(api: TestClient, authorization: str) -> None:
    answer = api.get("/v1/billing/balance", headers={"Authorization": authorization})
    assert (answer.status_code, answer.json()["code"]) == (401, "api_key_refused")


def test_a_key_does_only_what_its_scopes_allow(product: Product, api: TestClient) -> None:
    secret = a_key(product, product.organization("Acme"), ApiScope.READ)
    api.headers["Authorization"] = f"Bearer {secret}"
    assert api.get("/v1/billing/balance").status_code == 200
    assert api.post("/v1/events", json=EVENT).status_code == 403


def test_the_process_says_whether_it_is_ready(api: TestClient, tmp_path: Path) -> None:
    assert api.get("/health/live").json() == {"status": "ok"}
    assert api.get("/health/ready").json() == {"status": "ok"}
