"""API keys over HTTP: the secret is told once and kept nowhere, keys of others are not there."""

import json
from typing import Any

import pytest
from sqlalchemy import select

from billing_core.adapters.database.schema.idempotency import idempotent_answer
from billing_core.domain.organizations import ApiScope
from tests.api.conftest import Api
from tests.product import Product

BALANCE = "/api/v1/billing/balance"
OPERATORS = "/api/v1/admin/api-keys"


def keys_of(organization_id: str) -> str:
    return f"/api/v1/admin/organizations/{organization_id}/api-keys"


@pytest.fixture
def admin(api: Api) -> Api:
    return api.as_(api.key(None, ApiScope.READ, ApiScope.MANAGE))


def create(api: Api, url: str, **changes: Any) -> dict[str, Any]:
    answer = api.post(url, json={"name": "Production"} | changes)
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_an_owners_key_makes_a_key_that_works(api: Api, northwind: str) -> None:
    made = create(api, keys_of(northwind))
    assert (made["name"], made["scopes"], made["organization_id"]) == ("Production", ["charge", "read"], northwind)
    assert made["hint"] == made["secret"][-4:]
    assert api.as_(made["secret"]).get(BALANCE).status_code == 200


def test_no_list_tells_a_secret(api: Api, northwind: str) -> None:
    made = create(api, keys_of(northwind))
    listed = api.get(keys_of(northwind)).json()["data"]
    assert made["id"] in [item["id"] for item in listed]
    assert made["secret"] not in json.dumps(listed)
    assert all("secret" not in item for item in listed)


def test_a_revoked_key_is_refused_and_stays_in_the_list(api: Api, product: Product, northwind: str) -> None:
    made = create(api, keys_of(northwind))
    url = f"{keys_of(northwind)}/{made['id']}"
    assert [api.delete(url).status_code for _ in range(2)] == [204, 204]
    listed = {item["id"]: item for item in api.get(keys_of(northwind)).json()["data"]}
    assert listed[made["id"]]["revoked_at"] == "2026-11-20T12:00:00Z"
    assert api.as_(made["secret"]).get(BALANCE).status_code == 401


def test_a_key_of_another_organization_is_not_there(api: Api, product: Product, northwind: str) -> None:
    other = product.organization("Contoso Labs")
    theirs = create(api.as_(api.key(other)), keys_of(other))
    api.as_(api.key(northwind))
    foreign = api.delete(f"{keys_of(northwind)}/{theirs['id']}")
    nobodys = api.delete(f"{keys_of(northwind)}/key_none")
    assert (foreign.status_code, nobodys.status_code) == (404, 404)
    assert foreign.json()["title"].replace(theirs["id"], "key_none") == nobodys.json()["title"]
    assert api.get(keys_of(other)).status_code == 404
    assert api.post(keys_of(other), json={"name": "Mine"}).status_code == 404


def test_keys_come_in_pages_the_oldest_first(api: Api, northwind: str) -> None:
    for number in range(4):
        create(api, keys_of(northwind), name=f"Key {number}")
    first = api.get(keys_of(northwind), params={"limit": 3}).json()
    rest = api.get(keys_of(northwind), params={"limit": 3, "cursor": first["next_cursor"]}).json()
    found = [item["id"] for item in first["data"] + rest["data"]]
    assert found == sorted(set(found))
    assert len(found) == 5
    assert rest["next_cursor"] is None


def test_a_cursor_of_another_list_is_refused(api: Api, northwind: str) -> None:
    answer = api.get(keys_of(northwind), params={"cursor": "WyJhIiwgImIiXQ"})
    assert (answer.status_code, answer.json()["field"]) == (422, "cursor")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "a\nb"}, "name"),
        ({"scopes": []}, "scopes"),
        ({"scopes": ["root"]}, "scopes.0"),
        ({"expires_at": "2020-01-01T00:00:00Z"}, "expires_at"),
        ({"expires_at": "9999-12-31T23:59:59-12:00"}, "expires_at"),
        ({"expires_at": "2027-01-01T00:00:00"}, "expires_at"),
        ({"organization_id": "org_x"}, "organization_id"),
    ],
)
def test_a_key_that_cannot_be_is_refused_by_name(api: Api, northwind: str, changes: dict[str, Any], field: str) -> None:
    answer = api.post(keys_of(northwind), json={"name": "Production"} | changes)
    assert (answer.status_code, answer.json()["field"]) == (422, field)


def test_a_key_that_only_charges_and_reads_makes_no_keys(api: Api, northwind: str) -> None:
    api.as_(api.key(northwind, ApiScope.CHARGE, ApiScope.READ))
    answer = api.post(keys_of(northwind), json={"name": "More"})
    assert (answer.status_code, answer.json()["permission"]) == (403, "edit_api_keys")
    assert api.get(keys_of(northwind)).status_code == 200


def test_operators_make_keys_for_every_organization(admin: Api, northwind: str) -> None:
    made = create(admin, OPERATORS, scopes=["read"])
    assert made["organization_id"] is None
    assert made["id"] in [item["id"] for item in admin.get(OPERATORS).json()["data"]]
    assert admin.as_(made["secret"]).get(BALANCE, params={"organization_id": northwind}).status_code == 200
    assert admin.get(OPERATORS).status_code == 403


def test_operators_revoke_theirs_under_their_own_address_only(admin: Api, northwind: str) -> None:
    made = create(admin, keys_of(northwind))
    assert admin.delete(f"{OPERATORS}/{made['id']}").status_code == 404
    assert admin.delete(f"{keys_of(northwind)}/{made['id']}").status_code == 204
    operators = create(admin, OPERATORS)
    assert admin.delete(f"{OPERATORS}/{operators['id']}").status_code == 204
    assert admin.as_(operators["secret"]).get(OPERATORS).status_code == 401


def test_a_customer_makes_no_key_for_every_organization(api: Api) -> None:
    assert api.post(OPERATORS, json={"name": "All"}).status_code == 403
    assert api.get(OPERATORS).status_code == 403


def test_an_unknown_organization_has_no_keys(admin: Api) -> None:
    assert admin.get(keys_of("org_none")).status_code == 404
    assert admin.post(keys_of("org_none"), json={"name": "Lost"}).status_code == 404


def test_the_answer_kept_for_a_key_that_is_sent_again_has_no_secret(api: Api, product: Product, northwind: str) -> None:
    headers = {"Idempotency-Key": "make-key"}
    first = api.post(keys_of(northwind), json={"name": "Production"}, headers=headers)
    again = api.post(keys_of(northwind), json={"name": "Production"}, headers=headers)
    assert (first.status_code, again.status_code, again.headers["idempotent-replayed"]) == (201, 201, "true")
    assert first.json()["secret"].startswith("tbk_")
    assert again.json() == first.json() | {"secret": None}
    with product.database.read() as connection:
        kept = connection.execute(select(idempotent_answer.c.body)).scalars().all()
    assert len(kept) == 1
    assert first.json()["secret"] not in str(kept)


def test_every_answer_that_tells_a_secret_says_that_it_is_told_once(api: Api) -> None:
    document = api.get("/api/openapi.json").json()
    shapes = document["components"]["schemas"]
    told: dict[str, list[str]] = {}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            shape = (
                operation["responses"].get("201", {}).get("content", {}).get("application/json", {}).get("schema", {})
            )
            fields = shapes.get(shape.get("$ref", "").rpartition("/")[2], {}).get("properties", {})
            secrets = [name for name in fields if name in ("secret", "generated_password")]
            assert operation.get("x-told-once", []) == secrets, f"{method} {path}"
            told |= {path: secrets} if secrets else {}
    assert len(told) == 3
