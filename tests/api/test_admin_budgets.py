"""Budgets over HTTP: what is left of them is what was used, they refuse when they are hard, others' are not there."""

from typing import Any

import pytest

from billing_core.domain.identity import MemberRole, StaffRole
from billing_core.domain.organizations import ApiScope
from billing_core.services.organizations.create_department import create_department
from tests.api.conftest import Api
from tests.product import SYSTEM, Product

EVENT = {"feature": "generate_content", "time": "2026-11-20T12:00:00Z"}


def budgets_of(organization_id: str) -> str:
    return f"/api/v1/admin/organizations/{organization_id}/budgets"


def create(api: Api, organization_id: str, **changes: Any) -> dict[str, Any]:
    body = {"name": "Limit", "amount": 12.5, "measure": "credits"} | changes
    answer = api.post(budgets_of(organization_id), json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


@pytest.fixture
def department(product: Product, northwind: str) -> str:
    with product.write() as uow:
        return create_department(
            uow, organization_id=northwind, name="Marketing", actor=SYSTEM, now=product.clock.now()
        ).id


def test_a_budget_counts_what_is_used_and_says_what_is_left(api: Api, northwind: str) -> None:
    made = create(api, northwind, is_hard=True)
    assert (made["amount"], made["unit"], made["remaining"], made["every"]) == ("12.50", "CREDITS", "12.50", "month")
    assert (made["starts_at"], made["resets_at"]) == ("2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z")
    api.post("/api/v1/events", json=EVENT | {"id": "a"})
    left = api.get(f"{budgets_of(northwind)}/{made['id']}").json()
    assert (left["used"], left["held"], left["remaining"], left["is_hard"]) == ("10.00", "0.00", "2.50", True)
    assert api.get(budgets_of(northwind)).json() == {"data": [left], "next_cursor": None}


def test_use_on_record_counts_at_once(api: Api, northwind: str) -> None:
    api.post("/api/v1/events", json=EVENT | {"id": "a", "units": 1})
    assert create(api, northwind)["used"] == "10.00"


@pytest.mark.parametrize(
    ("measure", "sent", "amount", "unit"),
    [("money", "50", "50.00", "USD"), ("credits", "0.001", "0.001", "CREDITS"), ("units", 40, "40", "units")],
)
def test_a_budget_is_in_money_credits_or_units(
    api: Api, northwind: str, measure: str, sent: object, amount: str, unit: str
) -> None:
    made = create(api, northwind, measure=measure, amount=sent)
    assert (made["base_amount"], made["unit"]) == (amount, unit)


def test_everybody_of_a_scope_has_the_amount_for_itself(api: Api, northwind: str, department: str) -> None:
    made = create(api, northwind, scope="department")
    assert (made["scope_id"], made["used"], made["remaining"]) == (None, None, None)
    usage = f"{budgets_of(northwind)}/{made['id']}/usage"
    assert api.get(usage).json()["data"] == []
    api.post("/api/v1/events", json=EVENT | {"id": "a", "department": department})
    (own,) = api.get(usage).json()["data"]
    assert (own["subject"], own["used"], own["remaining"]) == (department, "10.00", "2.50")


def test_a_budget_is_changed_and_archived(api: Api, product: Product, northwind: str) -> None:
    made = create(api, northwind, is_hard=True)
    url = f"{budgets_of(northwind)}/{made['id']}"
    api.post("/api/v1/events", json=EVENT | {"id": "a"})
    changed = api.patch(url, json={"name": "Cap", "amount": "20"}).json()
    assert (changed["name"], changed["amount"], changed["remaining"]) == ("Cap", "20.00", "10.00")
    below = api.patch(url, json={"amount": "9.99"})
    assert (below.status_code, below.json()["code"], below.json()["field"]) == (422, "budget_below_use", "amount")
    assert api.patch(url, json={"amount": "9.99", "is_hard": False}).json()["remaining"] == "0.00"
    assert [api.delete(url).status_code for _ in range(2)] == [204, 404]
    assert api.get(budgets_of(northwind)).json()["data"] == []
    with product.read() as uow:
        actions = [record.action for record in uow.audit.records_of("budget", made["id"])]
    assert sorted(actions) == ["budget.archived", "budget.changed", "budget.changed", "budget.created"]


def test_a_budget_has_more_for_a_while(api: Api, product: Product, northwind: str) -> None:
    made = create(api, northwind)
    url = f"{budgets_of(northwind)}/{made['id']}"
    given = api.post(f"{url}/increases", json={"amount": "5", "until": "2026-11-21T12:00:00+02:00"})
    assert given.status_code == 201
    increase = given.json()
    assert (increase["amount"], increase["starts_at"], increase["ends_at"]) == (
        "5.00",
        "2026-11-20T12:00:00Z",
        "2026-11-21T10:00:00Z",
    )
    raised = api.get(url).json()
    assert (raised["amount"], raised["base_amount"], raised["increases"]) == ("17.50", "12.50", [increase])
    product.clock.advance(hours=22)
    assert api.get(url).json()["amount"] == "12.50"


def test_a_budget_set_twice_under_one_key_is_there_once(api: Api, northwind: str) -> None:
    body = {"name": "Limit", "amount": "5"}
    for _ in range(2):
        assert api.post(budgets_of(northwind), json=body, headers={"Idempotency-Key": "limit"}).status_code == 201
    assert len(api.get(budgets_of(northwind)).json()["data"]) == 1


@pytest.mark.parametrize(
    ("changes", "status", "field"),
    [
        ({"amount": "-1"}, 422, "amount"),
        ({"amount": "1.5", "measure": "units"}, 422, "amount"),
        ({"amount": "9" * 19, "measure": "units"}, 422, "amount"),
        ({"amount": "9" * 5000, "measure": "units"}, 422, "amount"),
        ({"amount": "9" * 5000}, 422, "amount"),
        ({"amount": None}, 422, "amount"),
        ({"measure": "tokens"}, 422, "measure"),
        ({"every": "hour"}, 422, "every"),
        ({"scope_id": "dep_1"}, 422, "scope_id"),
        ({"scope": "department", "scope_id": "dep_none"}, 404, "scope_id"),
        ({"feature": "nothing"}, 404, "feature"),
        ({"effective_at": "2026-11-20T12:00:00"}, 422, "effective_at"),
        ({"effective_at": "0001-01-01T00:00:00+23:00"}, 422, "effective_at"),
        ({"is_hard": 1}, 422, "is_hard"),
    ],
)
def test_a_budget_that_cannot_be_is_refused_by_name(
    api: Api, northwind: str, changes: dict[str, Any], status: int, field: str
) -> None:
    answer = api.post(budgets_of(northwind), json={"name": "Limit", "amount": "5"} | changes)
    assert (answer.status_code, answer.json()["field"]) == (status, field)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"amount": "0", "until": "2026-11-21T12:00:00Z"}, "amount"),
        ({"amount": "5", "until": "2026-11-20T12:00:00Z"}, "until"),
        ({"amount": "5", "until": "2026-11-21T12:00:00Z", "starts_at": "2026-11-22T12:00:00Z"}, "until"),
    ],
)
def test_an_increase_that_cannot_be_is_refused_by_name(
    api: Api, northwind: str, body: dict[str, str], field: str
) -> None:
    url = f"{budgets_of(northwind)}/{create(api, northwind)['id']}/increases"
    answer = api.post(url, json=body)
    assert (answer.status_code, answer.json()["field"]) == (422, field)


def test_budgets_of_another_organization_are_not_there(
    api: Api, product: Product, northwind: str, department: str
) -> None:
    theirs = create(api, northwind)["id"]
    other = product.organization("Contoso Labs")
    create(api.as_(api.key(other)), other)
    for id_ in (theirs, "bud_none"):
        url = f"{budgets_of(other)}/{id_}"
        answers = [
            api.get(url),
            api.get(f"{url}/usage"),
            api.patch(url, json={"amount": "1"}),
            api.post(f"{url}/increases", json={"amount": "1", "until": "2027-01-01T00:00:00Z"}),
            api.delete(url),
        ]
        assert {answer.status_code for answer in answers} == {404}
        assert {answer.json()["title"] for answer in answers} == {f"The organization has no budget {id_!r}."}
    assert api.get(budgets_of(northwind)).status_code == 404
    body = {"name": "Spy", "amount": "1", "scope": "department", "scope_id": department}
    assert api.post(budgets_of(other), json=body).status_code == 404


def test_an_unknown_organization_has_no_budgets(api: Api) -> None:
    api.as_(api.key(None, ApiScope.READ, ApiScope.MANAGE))
    assert api.get(budgets_of("org_none")).status_code == 404
    assert api.post(budgets_of("org_none"), json={"name": "Lost", "amount": "1"}).status_code == 404


@pytest.mark.parametrize(
    ("role", "read", "written"),
    [
        (StaffRole.ADMIN, 200, 201),
        (StaffRole.ANALYST, 200, 403),
        (MemberRole.OWNER, 200, 201),
        (MemberRole.BILLING, 200, 201),
        (MemberRole.MEMBER, 200, 403),
    ],
)
def test_who_sees_usage_sees_budgets_and_who_pays_sets_them(
    api: Api, northwind: str, role: StaffRole | MemberRole, read: int, written: int
) -> None:
    api.signed_in(role, northwind)
    assert api.get(budgets_of(northwind)).status_code == read
    assert api.post(budgets_of(northwind), json={"name": "Limit", "amount": "5"}).status_code == written
