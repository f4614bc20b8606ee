"""Credits over HTTP: what there is, what an action takes, and what refuses it."""

import pytest

from billing_core.domain.organizations import ApiScope
from billing_core.services.organizations.create_department import create_department
from tests.api.conftest import Api
from tests.builders import credits, usd
from tests.product import SYSTEM, Product

USE = {"action": "generate_content", "event_id": "job-1"}


def test_the_balance_names_grants_holds_and_money(api: Api, product: Product, northwind: str) -> None:
    product.grant(northwind, "500", "39.90")
    product.top_up(northwind, "25")
    api.post("/api/credits/reserve", json=USE)
    found = api.get("/api/credits/balance").json()
    assert found["available"] == {"amount": "505.00", "currency": "CREDITS"}
    assert (found["held"]["amount"], found["total"]["amount"]) == ("10.00", "515.00")
    assert found["money"]["available"] == {"amount": "25.00", "currency": "USD"}
    assert [(grant["origin"], grant["available"]["amount"], grant["held"]["amount"]) for grant in found["grants"]] == [
        ("sign_up", "5.00", "10.00"),
        ("purchase", "500.00", "0.00"),
    ]


def test_a_use_tells_what_it_took_and_what_is_left(api: Api, product: Product, northwind: str) -> None:
    product.top_up(northwind, "2")
    answer = api.post("/api/credits/use", json=USE)
    used = answer.json()
    assert (answer.status_code, used["action"], used["is_duplicate"]) == (200, "generate_content", False)
    assert used["price"] == {"amount": "10.00", "currency": "CREDITS"}
    assert used["taken"]["credits"]["amount"] == "10.00"
    assert used["left"] == {
        "credits": {"amount": "5.00", "currency": "CREDITS"},
        "balance": {"amount": "2.00", "currency": "USD"},
    }
    with product.read() as uow:
        assert uow.credits.wallet(northwind, "CREDITS").available == credits("5")
        assert uow.credits.wallet(northwind, "USD").available == usd("2")


def test_the_same_event_again_takes_nothing_and_another_under_its_id_is_a_conflict(api: Api) -> None:
    first = api.post("/api/credits/use", json=USE).json()
    again = api.post("/api/credits/use", json=USE).json()
    assert again == first | {"is_duplicate": True}
    other = api.post("/api/credits/use", json=USE | {"units": 2})
    assert (other.status_code, other.json()["code"], other.json()["field"]) == (409, "event_conflict", "event_id")


def test_under_one_idempotency_key_a_use_without_an_id_happens_once(api: Api, product: Product) -> None:
    headers = {"Idempotency-Key": "job-7"}
    first = api.post("/api/credits/use", json={"action": "generate_content"}, headers=headers)
    with product.write() as uow:
        uow.answers.forget(product.clock.now().replace(year=9999))  # as if the answer had been lost
    again = api.post("/api/credits/use", json={"action": "generate_content"}, headers=headers)
    assert again.json() == first.json() | {"is_duplicate": True}
    assert api.get("/api/credits/balance").json()["available"]["amount"] == "5.00"


def test_uses_without_id_or_key_are_uses_of_their_own(api: Api) -> None:
    first, second = (api.post("/api/credits/use", json={"action": "generate_content"}) for _ in range(2))
    assert (first.status_code, second.status_code) == (200, 402)


def test_what_is_not_covered_is_refused_with_the_numbers(api: Api) -> None:
    api.post("/api/credits/use", json=USE)
    refused = api.post("/api/credits/use", json=USE | {"event_id": "job-2"})
    problem = refused.json()
    assert (refused.status_code, problem["code"]) == (402, "insufficient_funds")
    assert (problem["limit"], problem["currency"], problem["available_credits"]) == ("10.00", "CREDITS", "5.00")
    assert api.get("/api/credits/balance").json()["available"]["amount"] == "5.00"


@pytest.mark.parametrize(
    ("change", "status", "field"),
    [
        ({"action": "nothing"}, 404, "feature"),
        ({"action": ""}, 422, "action"),
        ({"units": -1}, 422, "units"),
        ({"units": 10**16}, 422, "units"),
        ({"units": 1.5}, 422, "units"),
        ({"units": "1"}, 422, "units"),
        ({"member": "mem_none"}, 404, "member"),
        ({"department": "dep_none"}, 404, "department"),
        ({"model": "gpt-4"}, 422, "provider"),
        ({"input_tokens": 1, "cache_read_tokens": 2}, 422, "input_tokens"),
        ({"event_id": "a\nb"}, 422, "event_id"),
        ({"unknown": 1}, 422, "unknown"),
    ],
)
def test_what_is_wrong_with_a_use_is_named(api: Api, change: dict[str, object], status: int, field: str) -> None:
    answer = api.post("/api/credits/use", json=USE | change)
    assert (answer.status_code, answer.json()["field"]) == (status, field)


def test_members_and_departments_of_others_are_not_there(api: Api, product: Product) -> None:
    other = product.organization("Contoso Labs")
    with product.write() as uow:
        theirs = create_department(
            uow, organization_id=other, name="Research", actor=SYSTEM, now=product.clock.now()
        ).id
    for department in (theirs, "dep_none"):
        answer = api.post("/api/credits/use", json=USE | {"department": department})
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_a_key_that_may_only_read_uses_nothing_and_one_that_may_only_charge_sees_nothing(
    api: Api, northwind: str
) -> None:
    assert api.as_(api.key(northwind, ApiScope.READ)).post("/api/credits/use", json=USE).status_code == 403
    api.as_(api.key(northwind, ApiScope.CHARGE))
    assert api.get("/api/credits/balance").status_code == 403
    assert api.post("/api/credits/use", json=USE).status_code == 200


def test_an_operator_uses_in_the_name_of_an_organization(api: Api, northwind: str) -> None:
    api.as_(api.key(None, ApiScope.CHARGE))
    assert api.post("/api/credits/use", json=USE).json()["field"] == "organization_id"
    assert api.post("/api/credits/use", json=USE, params={"organization_id": northwind}).status_code == 200
    assert api.post("/api/credits/use", json=USE, params={"organization_id": "org_none"}).status_code == 404
