"""Credits given and taken back over HTTP, by operators only, each once."""

from typing import Any

import pytest

from billing_core.domain.identity import MemberRole, StaffRole
from billing_core.domain.organizations import ApiScope
from tests.api.conftest import Api
from tests.product import Product


@pytest.fixture
def admin(api: Api) -> Api:
    return api.as_(api.key(None, ApiScope.READ, ApiScope.MANAGE))


def credits_of(organization_id: str) -> str:
    return f"/api/v1/admin/organizations/{organization_id}/credits"


def available(api: Api, organization_id: str) -> str:
    return api.get(f"/api/v1/admin/organizations/{organization_id}").json()["balance"]["credits"]["amount"]


def test_credits_are_given_with_a_reason_on_record(admin: Api, product: Product, northwind: str) -> None:
    body = {"amount": 100, "reason": "Sorry for the outage", "expires_at": "2026-12-31T00:00:00Z"}
    answer = admin.post(credits_of(northwind), json=body)
    assert answer.status_code == 201
    given = answer.json()
    assert (given["name"], given["origin"], given["expires_at"]) == (
        "Sorry for the outage",
        "promotion",
        "2026-12-31T00:00:00Z",
    )
    assert given["available"] == given["granted"] == {"amount": "100.00", "currency": "CREDITS"}
    assert available(admin, northwind) == "115.00"
    with product.read() as uow:
        (record,) = uow.audit.records_of("credit_grant", given["id"])
    assert (record.action, record.actor.kind) == ("credits.granted", "api_key")


def test_credits_given_twice_under_one_key_are_given_once(admin: Api, northwind: str) -> None:
    headers = {"Idempotency-Key": "outage"}
    first, again = (
        admin.post(credits_of(northwind), json={"amount": "100", "reason": "Outage"}, headers=headers) for _ in range(2)
    )
    assert again.json() == first.json()
    assert available(admin, northwind) == "115.00"


def test_credits_given_twice_by_one_reference_are_given_once(admin: Api, northwind: str) -> None:
    body = {"amount": "100", "reason": "Outage", "reference": "outage-7"}
    first, again = (admin.post(credits_of(northwind), json=body).json() for _ in range(2))
    assert again["id"] == first["id"]
    assert available(admin, northwind) == "115.00"


def test_what_nobody_has_used_is_taken_back(admin: Api, product: Product, northwind: str) -> None:
    (grant,) = admin.get(credits_of(northwind)).json()["data"]
    admin.as_(admin.key(northwind))
    admin.post("/api/v1/events", json={"id": "a", "feature": "generate_content", "time": "2026-11-20T12:00:00Z"})
    admin.as_(admin.key(None, ApiScope.READ, ApiScope.MANAGE))
    url = f"{credits_of(northwind)}/{grant['id']}/void"
    voided = admin.post(url, json={"reason": "Given by mistake"}).json()
    amounts = [voided[name]["amount"] for name in ("granted", "used", "voided", "available")]
    assert amounts == ["15.00", "10.00", "5.00", "0.00"]
    again = admin.post(url, json={"reason": "Given by mistake"})
    assert (again.status_code, again.json()["code"]) == (409, "nothing_to_void")
    assert available(admin, northwind) == "0.00"


def test_grants_come_in_pages_the_oldest_first(admin: Api, product: Product, northwind: str) -> None:
    for number in range(2):
        product.clock.advance(days=1)
        admin.post(credits_of(northwind), json={"amount": "1", "reason": f"Day {number}"})
    first = admin.get(credits_of(northwind), params={"limit": 2}).json()
    rest = admin.get(credits_of(northwind), params={"limit": 2, "cursor": first["next_cursor"]}).json()
    assert [item["name"] for item in first["data"] + rest["data"]] == ["Sign-up bonus", "Day 0", "Day 1"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"amount": "0"}, "amount"),
        ({"amount": "-5"}, "amount"),
        ({"amount": "1e3"}, "amount"),
        ({"reason": ""}, "reason"),
        ({"expires_at": "2026-11-20T12:00:00Z"}, "expires_at"),
        ({"origin": "purchase"}, "origin"),
    ],
)
def test_what_cannot_be_given_is_refused_by_name(
    admin: Api, northwind: str, changes: dict[str, Any], field: str
) -> None:
    answer = admin.post(credits_of(northwind), json={"amount": "5", "reason": "Thanks"} | changes)
    assert (answer.status_code, answer.json()["field"]) == (422, field)
    assert available(admin, northwind) == "15.00"


def test_a_grant_of_another_organization_is_not_there(admin: Api, product: Product, northwind: str) -> None:
    other = product.organization("Contoso Labs")
    (grant,) = admin.get(credits_of(northwind)).json()["data"]
    for id_ in (grant["id"], "grt_none"):
        answer = admin.post(f"{credits_of(other)}/{id_}/void", json={"reason": "Mistake"})
        assert (answer.status_code, answer.json()["title"]) == (404, f"There is no credit grant {id_!r}.")
    assert admin.post(credits_of("org_none"), json={"amount": "5", "reason": "Thanks"}).status_code == 404
    assert admin.get(credits_of("org_none")).status_code == 404
    assert available(admin, northwind) == "15.00"


@pytest.mark.parametrize(
    ("role", "read", "written"),
    [(StaffRole.ADMIN, 200, 201), (StaffRole.ANALYST, 200, 403), (MemberRole.OWNER, 200, 403)],
)
def test_only_administrators_give_credits(
    api: Api, northwind: str, role: StaffRole | MemberRole, read: int, written: int
) -> None:
    api.signed_in(role, northwind)
    assert api.get(credits_of(northwind)).status_code == read
    assert api.post(credits_of(northwind), json={"amount": "5", "reason": "Thanks"}).status_code == written
