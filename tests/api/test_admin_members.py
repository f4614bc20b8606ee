"""Members and departments over HTTP: seats are paid for, the last owner stays, others' people are not there."""

from typing import Any

import pytest
from sqlalchemy import select

from billing_core.adapters.database.schema.idempotency import idempotent_answer
from billing_core.domain.identity import MemberRole, StaffRole
from billing_core.domain.organizations import ApiScope
from tests.api.conftest import Api
from tests.product import Product


@pytest.fixture
def team(product: Product) -> str:
    """An organization on the team plan: five seats included, each further one for $19.99."""
    return product.organization("Contoso Labs", "team")


@pytest.fixture
def owner(api: Api, team: str) -> Api:
    """The client with a key of the team that may do everything."""
    return api.as_(api.key(team))


def members_of(organization_id: str) -> str:
    return f"/api/v1/admin/organizations/{organization_id}/members"


def departments_of(organization_id: str) -> str:
    return f"/api/v1/admin/organizations/{organization_id}/departments"


def add(api: Api, organization_id: str, who: str, **changes: Any) -> dict[str, Any]:
    answer = api.post(members_of(organization_id), json={"email": f"{who}@example.com", "name": who} | changes)
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_a_member_is_added_on_a_free_seat_and_told_a_password_once(owner: Api, team: str) -> None:
    dana = add(owner, team, "Dana", role="owner")
    assert (dana["email"], dana["name"], dana["role"], dana["organization_id"]) == (
        "dana@example.com",
        "Dana",
        "owner",
        team,
    )
    assert dana["seat"]["price"] == {"amount": "0.00", "currency": "USD"}
    assert len(dana["generated_password"]) >= 12
    listed = owner.get(members_of(team)).json()["data"]
    assert [item["id"] for item in listed] == [dana["id"]]
    assert "generated_password" not in listed[0]


def test_a_member_beyond_the_seats_included_is_charged(owner: Api, product: Product, team: str) -> None:
    for number in range(5):
        add(owner, team, f"m{number}")
    product.top_up(team, "15")
    sixth = add(owner, team, "sixth")
    assert sixth["seat"] == {
        "price": {"amount": "19.99", "currency": "USD"},
        "balance": {"amount": "15.00", "currency": "USD"},
        "owed": {"amount": "4.99", "currency": "USD"},
    }


def test_no_member_is_added_beyond_the_maximum(api: Api, northwind: str) -> None:
    add(api, northwind, "dana")
    refused = api.post(members_of(northwind), json={"email": "sam@example.com", "name": "Sam"})
    assert (refused.status_code, refused.json()["code"], refused.json()["limit"]) == (402, "seats_exhausted", 1)


def test_the_same_request_sent_again_adds_once_and_keeps_no_password(owner: Api, product: Product, team: str) -> None:
    body = {"email": "dana@example.com", "name": "Dana"}
    first, again = (owner.post(members_of(team), json=body, headers={"Idempotency-Key": "add-dana"}) for _ in range(2))
    assert again.json() == first.json() | {"generated_password": None}
    with product.database.read() as connection:
        kept = connection.execute(select(idempotent_answer.c.body)).scalars().all()
    assert first.json()["generated_password"] not in str(kept)
    assert len(owner.get(members_of(team)).json()["data"]) == 1


def test_a_member_changes_role_and_department(owner: Api, product: Product, team: str) -> None:
    add(owner, team, "boss", role="owner")
    dana = add(owner, team, "Dana")
    department = owner.post(departments_of(team), json={"name": "Marketing"}).json()
    url = f"{members_of(team)}/{dana['id']}"
    assert owner.patch(url, json={"role": "billing", "department_id": department["id"]}).json()["role"] == "billing"
    assert owner.patch(url, json={"role": "owner"}).json()["department_id"] == department["id"]
    assert owner.patch(url, json={"department_id": None}).json()["department_id"] is None
    assert owner.patch(url, json={}).json()["role"] == "owner"
    with product.read() as uow:
        records = uow.audit.records_of("member", dana["id"])
    assert sorted(record.action for record in records) == ["member.changed"] * 3 + ["member.created"]


def test_the_last_owner_stays_one(owner: Api, team: str) -> None:
    boss = add(owner, team, "boss", role="owner")
    demoted = owner.patch(f"{members_of(team)}/{boss['id']}", json={"role": "member"})
    removed = owner.delete(f"{members_of(team)}/{boss['id']}")
    assert (demoted.status_code, demoted.json()["field"]) == (409, "role")
    assert (removed.status_code, removed.json()["field"]) == (409, "member_id")


def test_a_member_who_left_is_gone_and_may_come_back(owner: Api, team: str) -> None:
    dana = add(owner, team, "Dana")
    url = f"{members_of(team)}/{dana['id']}"
    assert [owner.delete(url).status_code for _ in range(2)] == [204, 404]
    assert owner.patch(url, json={"role": "owner"}).status_code == 404
    back = add(owner, team, "Dana", role="billing")
    assert (back["id"], back["role"], back["generated_password"]) == (dana["id"], "billing", None)


def test_people_of_another_organization_are_not_there(owner: Api, team: str, northwind: str) -> None:
    dana = add(owner.as_(owner.key(northwind)), northwind, "Dana")
    department = owner.post(departments_of(northwind), json={"name": "Sales"}).json()["id"]
    owner.as_(owner.key(team))
    assert owner.patch(f"{members_of(team)}/{dana['id']}", json={"role": "owner"}).status_code == 404
    assert owner.delete(f"{members_of(team)}/{dana['id']}").status_code == 404
    assert owner.patch(f"{departments_of(team)}/{department}", json={"name": "Mine"}).status_code == 404
    body = {"email": "sam@example.com", "name": "Sam", "department_id": department}
    assert owner.post(members_of(team), json=body).json()["field"] == "department"
    for url in (members_of(northwind), departments_of(northwind)):
        assert owner.get(url).status_code == 404


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"email": "no address"}, "email"),
        ({"email": "x" * 260}, "email"),
        ({"name": ""}, "name"),
        ({"role": "admin"}, "role"),
        ({"password": "correct horse battery"}, "password"),
        ({"department_id": "dep_none"}, "department"),
    ],
)
def test_a_member_who_cannot_be_is_refused_by_name(owner: Api, team: str, changes: dict[str, Any], field: str) -> None:
    answer = owner.post(members_of(team), json={"email": "sam@example.com", "name": "Sam"} | changes)
    assert answer.status_code == (404 if field == "department" else 422)
    assert answer.json()["field"] == field
    assert owner.get(members_of(team)).json()["data"] == []


def test_departments_are_made_renamed_and_listed_by_name(owner: Api, product: Product, team: str) -> None:
    for name in ("Sales", "Marketing", "Audit"):
        assert owner.post(departments_of(team), json={"name": name}).status_code == 201
    listed = owner.get(departments_of(team), params={"limit": 2}).json()
    rest = owner.get(departments_of(team), params={"limit": 2, "cursor": listed["next_cursor"]}).json()
    assert [item["name"] for item in listed["data"] + rest["data"]] == ["Audit", "Marketing", "Sales"]
    sales = rest["data"][0]["id"]
    assert owner.patch(f"{departments_of(team)}/{sales}", json={"name": "Revenue"}).json()["name"] == "Revenue"
    assert owner.patch(f"{departments_of(team)}/{sales}", json={"name": "Audit"}).status_code == 409
    assert owner.post(departments_of(team), json={"name": "Audit"}).status_code == 409
    assert owner.post(departments_of(team), json={"name": ""}).json()["field"] == "name"
    with product.read() as uow:
        actions = [record.action for record in uow.audit.records_of("department", sales)]
    assert sorted(actions) == ["department.created", "department.renamed"]


@pytest.mark.parametrize("url", [members_of("org_none"), departments_of("org_none")])
def test_an_unknown_organization_has_nobody(api: Api, url: str) -> None:
    api.as_(api.key(None, ApiScope.READ, ApiScope.MANAGE))
    assert api.get(url).status_code == 404
    assert api.post(url, json={"name": "Dana", "email": "dana@example.com"}).status_code in (404, 422)


@pytest.mark.parametrize(
    ("role", "read", "written"),
    [
        (StaffRole.ADMIN, 200, 201),
        (StaffRole.ANALYST, 200, 403),
        (MemberRole.OWNER, 200, 201),
        (MemberRole.BILLING, 200, 403),
        (MemberRole.MEMBER, 403, 403),
    ],
)
def test_owners_and_administrators_change_members_and_departments(
    api: Api, team: str, role: StaffRole | MemberRole, read: int, written: int
) -> None:
    api.signed_in(role, team)
    assert api.get(members_of(team)).status_code == read
    assert api.get(departments_of(team)).status_code == read
    assert api.post(departments_of(team), json={"name": "Audit"}).status_code == written
    body = {"email": "dana@example.com", "name": "Dana"}
    assert api.post(members_of(team), json=body).status_code == written
