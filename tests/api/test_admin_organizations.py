"""Organizations over HTTP: opened with their credits, listed in sight only, put on plans by operators."""

from typing import Any

import pytest

from billing_core.domain.identity import MemberRole, StaffRole
from billing_core.domain.organizations import ApiScope
from tests.api.conftest import Api
from tests.product import Product

ORGANIZATIONS = "/api/v1/admin/organizations"


@pytest.fixture
def admin(api: Api) -> Api:
    return api.as_(api.key(None, ApiScope.READ, ApiScope.MANAGE))


def create(admin: Api, name: str = "Contoso Labs", **changes: Any) -> dict[str, Any]:
    answer = admin.post(ORGANIZATIONS, json={"name": name} | changes)
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_an_organization_begins_on_a_plan_with_its_credits(admin: Api, product: Product) -> None:
    made = create(admin, plan="starter", time_zone="Europe/Berlin")
    assert (made["name"], made["currency"], made["time_zone"], made["members"]) == (
        "Contoso Labs",
        "USD",
        "Europe/Berlin",
        0,
    )
    assert made["plan"] == {
        "code": "starter",
        "version": 1,
        "interval": "month",
        "seats": 3,
        "discount": None,
        "started_at": "2026-11-20T12:00:00Z",
    }
    assert made["balance"] == {
        "credits": {"amount": "600.00", "currency": "CREDITS"},
        "money": {"amount": "0.00", "currency": "USD"},
        "owed": {"amount": "0.00", "currency": "USD"},
    }
    assert admin.get(f"{ORGANIZATIONS}/{made['id']}").json() == made
    with product.read() as uow:
        (record,) = uow.audit.records_of("organization", made["id"])
    assert (record.action, record.actor.kind) == ("organization.created", "api_key")


@pytest.mark.parametrize(
    ("changes", "status", "field"),
    [
        ({"name": "Northwind AI"}, 409, "name"),
        ({"name": " "}, 422, "name"),
        ({"plan": "gold"}, 404, "plan"),
        ({"currency": "EUR"}, 422, "plan"),
        ({"currency": "CREDITS"}, 422, "currency"),
        ({"currency": "ABC"}, 422, "currency"),
        ({"time_zone": "Mars/Olympus"}, 422, "time_zone"),
        ({"time_zone": "/etc/passwd"}, 422, "time_zone"),
        ({"is_demo": True}, 422, "is_demo"),
    ],
)
def test_what_cannot_be_opened_is_refused_by_name(admin: Api, changes: dict[str, Any], status: int, field: str) -> None:
    answer = admin.post(ORGANIZATIONS, json={"name": "Contoso Labs"} | changes)
    assert (answer.status_code, answer.json()["field"]) == (status, field)
    assert len(admin.get(ORGANIZATIONS).json()["data"]) == 1


def test_organizations_come_in_pages_by_name(admin: Api) -> None:
    for name in ("Alpha", "Zeta", "Contoso"):
        create(admin, name)
    first = admin.get(ORGANIZATIONS, params={"limit": 3}).json()
    rest = admin.get(ORGANIZATIONS, params={"limit": 3, "cursor": first["next_cursor"]}).json()
    names = [item["name"] for item in first["data"] + rest["data"]]
    assert names == ["Alpha", "Contoso", "Northwind AI", "Zeta"]
    assert rest["next_cursor"] is None


def test_an_organization_is_found_by_a_part_of_its_name_or_its_id(admin: Api, northwind: str) -> None:
    create(admin, "100% Pure_Data")

    def found(search: str) -> list[str]:
        return [item["name"] for item in admin.get(ORGANIZATIONS, params={"search": search}).json()["data"]]

    assert found("WIND") == ["Northwind AI"]
    assert found(northwind) == ["Northwind AI"]
    assert found("0%") == ["100% Pure_Data"]
    assert found("e_D") == ["100% Pure_Data"]
    assert found("d%A") == []


def test_a_customer_sees_itself_only(api: Api, product: Product, northwind: str) -> None:
    other = product.organization("Contoso Labs")
    assert [item["id"] for item in api.get(ORGANIZATIONS).json()["data"]] == [northwind]
    assert api.get(ORGANIZATIONS, params={"search": "Contoso"}).json()["data"] == []
    assert api.get(f"{ORGANIZATIONS}/{northwind}").json()["balance"]["credits"]["amount"] == "15.00"
    theirs, nobodys = (api.get(f"{ORGANIZATIONS}/{id_}") for id_ in (other, "org_none"))
    assert (theirs.status_code, nobodys.status_code) == (404, 404)
    assert theirs.json()["title"].replace(other, "org_none") == nobodys.json()["title"]
    assert api.get(ORGANIZATIONS).status_code == 200


def test_a_customer_neither_opens_organizations_nor_changes_its_plan(api: Api, northwind: str) -> None:
    assert api.post(ORGANIZATIONS, json={"name": "Mine"}).json()["permission"] == "manage_organizations"
    assert api.patch(f"{ORGANIZATIONS}/{northwind}", json={"plan": "enterprise"}).status_code == 403
    api.as_(api.key(northwind, ApiScope.CHARGE))
    assert api.get(ORGANIZATIONS).status_code == 403


def test_an_organization_goes_to_another_plan_and_back(admin: Api, northwind: str) -> None:
    url = f"{ORGANIZATIONS}/{northwind}"
    team = admin.patch(url, json={"plan": "team", "seats": 8}).json()
    assert (team["plan"]["code"], team["plan"]["seats"]) == ("team", 8)
    assert team["balance"]["credits"]["amount"] == "1015.00"
    more = admin.patch(url, json={"seats": 9}).json()
    assert (more["plan"]["code"], more["plan"]["seats"]) == ("team", 9)
    assert admin.patch(url, json={"plan": "team", "seats": 9}).status_code == 409
    free = admin.patch(url, json={"plan": "free"}).json()
    assert (free["plan"]["code"], free["plan"]["seats"]) == ("free", 1)


def test_a_plan_that_is_not_sold_so_is_refused_and_the_name_stays_too(admin: Api, northwind: str) -> None:
    url = f"{ORGANIZATIONS}/{northwind}"
    refused = admin.patch(url, json={"name": "Northwind", "plan": "team", "interval": "year"})
    assert (refused.status_code, refused.json()["field"]) == (422, "interval")
    assert admin.patch(url, json={"discount": "staff"}).json()["field"] == "discount"
    assert admin.get(url).json()["name"] == "Northwind AI"


def test_an_organization_is_renamed_once(admin: Api, product: Product, northwind: str) -> None:
    create(admin)
    url = f"{ORGANIZATIONS}/{northwind}"
    assert [admin.patch(url, json={"name": "Northwind"}).json()["name"] for _ in range(2)] == ["Northwind"] * 2
    assert admin.patch(url, json={"name": "Contoso Labs"}).status_code == 409
    assert admin.patch(f"{ORGANIZATIONS}/org_none", json={"name": "Lost"}).status_code == 404
    with product.read() as uow:
        actions = [record.action for record in uow.audit.records_of("organization", northwind)]
    assert actions.count("organization.renamed") == 1


def test_a_discount_is_given_and_taken_away(admin: Api, northwind: str) -> None:
    education = {"education": {"name": "Education", "percent": 30}}
    tariff = {"name": "Campus", "price_per_month": 10, "discounts": education}
    assert admin.post("/api/v1/admin/tariffs", json=tariff).status_code == 201
    url = f"{ORGANIZATIONS}/{northwind}"
    assert admin.patch(url, json={"plan": "campus", "discount": "education"}).json()["plan"]["discount"] == "education"
    assert admin.patch(url, json={"discount": None}).json()["plan"]["discount"] is None


def test_an_archived_plan_takes_nobody_new(admin: Api, northwind: str) -> None:
    admin.delete("/api/v1/admin/tariffs/team")
    opened = admin.post(ORGANIZATIONS, json={"name": "Fabrikam", "plan": "team"})
    moved = admin.patch(f"{ORGANIZATIONS}/{northwind}", json={"plan": "team"})
    assert (opened.status_code, opened.json()["field"]) == (409, "plan")
    assert (moved.status_code, moved.json()["field"]) == (409, "plan")


@pytest.mark.parametrize(
    ("role", "read", "written"),
    [
        (StaffRole.ADMIN, 200, 200),
        (StaffRole.ANALYST, 200, 403),
        (MemberRole.OWNER, 200, 403),
        (MemberRole.BILLING, 200, 403),
        (MemberRole.MEMBER, 200, 403),
    ],
)
def test_people_see_organizations_and_administrators_change_them(
    api: Api, northwind: str, role: StaffRole | MemberRole, read: int, written: int
) -> None:
    api.signed_in(role, northwind)
    assert api.get(f"{ORGANIZATIONS}/{northwind}").status_code == read
    assert api.patch(f"{ORGANIZATIONS}/{northwind}", json={"name": "Northwind"}).status_code == written
